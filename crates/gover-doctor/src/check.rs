//! What a check is.

use crate::snapshot::disk::Owner;
use crate::{Change, Evidence, Finding, Scope, Snapshot, Words, text};

/// One kind of fault, and its text in docs/doctor.md: one line, then three Markdown paragraphs.
#[derive(Clone, Copy, Debug)]
pub struct Check {
    pub name: &'static str,
    pub summary: Words<&'static str>,
    /// What people see, with the exact error messages.
    pub symptom: Words<&'static str>,
    pub cause: Words<&'static str>,
    /// What `--fix` does, or what to do by hand.
    pub repair: Words<&'static str>,
    /// Where there is something to examine. It is not run elsewhere.
    pub scope: fn(&Snapshot<'_>) -> Scope,
    /// Returns what is wrong. Empty if nothing is, or if it is not certain.
    pub run: fn(&Snapshot<'_>) -> Vec<Finding>,
}

/// What became of one check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckResult {
    Ok,
    Finding,
    /// Why there is nothing to examine here.
    NotApplicable(Words<&'static str>),
    /// What it needed. What it could examine without was fine.
    NotRun(Words<&'static str>),
}

impl CheckResult {
    /// As JSON and the report have it.
    pub fn name(self) -> Words<&'static str> {
        match self {
            Self::Ok => text!(en "ok", zh "正常"),
            Self::Finding => text!(en "finding", zh "有问题"),
            Self::NotApplicable(_) => text!(en "not applicable", zh "不适用"),
            Self::NotRun(_) => text!(en "not run", zh "未运行"),
        }
    }

    /// Why it says nothing about the machine.
    pub fn reason(self) -> Option<Words<&'static str>> {
        match self {
            Self::Ok | Self::Finding => None,
            Self::NotApplicable(reason) | Self::NotRun(reason) => Some(reason),
        }
    }
}

impl Check {
    /// `has_found`: whether [`Check::examine`] found anything.
    pub fn result(&self, snapshot: &Snapshot<'_>, has_found: bool) -> CheckResult {
        match (self.scope)(snapshot) {
            _ if has_found => CheckResult::Finding,
            Scope::Applies => CheckResult::Ok,
            Scope::Elsewhere(reason) => CheckResult::NotApplicable(reason),
            Scope::Unasked(reason) => CheckResult::NotRun(reason),
        }
    }

    /// The faults of this kind. A read-only file is not changed; the finding says how to allow it.
    pub fn examine(&self, snapshot: &Snapshot<'_>) -> Vec<Finding> {
        if matches!((self.scope)(snapshot), Scope::Elsewhere(_)) {
            return Vec::new();
        }
        let mut findings = (self.run)(snapshot);
        for finding in &mut findings {
            finding.check = self.name;
            spare_read_only(snapshot, finding);
            leave_to_owner(snapshot, finding);
        }
        findings
    }
}

fn spare_read_only(snapshot: &Snapshot<'_>, finding: &mut Finding) {
    let is_locked = |change: &mut Change| match change {
        Change::File { path, before: Some(_), .. } => {
            !snapshot.disk.is_writable(&snapshot.system.path(path.as_str()))
        }
        Change::File { .. } | Change::Registry { .. } => false,
    };
    let locked: Vec<Change> = finding.fix.changes.extract_if(.., is_locked).collect();
    let mut commands: Vec<String> = Vec::new();
    for place in locked.iter().map(Change::place) {
        let (why, unlock) = snapshot.unlocked(&snapshot.system.path(place.as_str()));
        commands.extend([unlock, format!("gover doctor --fix {}", finding.check)]);
        finding.evidence.push(Evidence::path(place, why));
    }
    finding.fix.commands.splice(0..0, commands);
}

/// A user who may not change the store gets no command that changes it, but the one for its owner.
fn leave_to_owner(snapshot: &Snapshot<'_>, finding: &mut Finding) {
    if snapshot.may_change_store() {
        return;
    }
    let home = &snapshot.gover.home;
    let is_of_root = snapshot.disk.rights(home).is_some_and(|rights| rights.owner == Owner::Root);
    let program = is_of_root.then(|| format!("sudo {}", snapshot.word(home.join("bin/gover"))));
    let allowed = |command: String| {
        let inner = command.strip_prefix("powershell -Command ").unwrap_or(&command);
        let inner = inner.trim_start_matches(['"', '\'']);
        let Some(rest) = inner.strip_prefix("gover ") else { return Some(command) };
        if !CHANGING.iter().any(|verb| rest.strip_prefix(verb).is_some_and(ends_word)) {
            return Some(command);
        }
        Some(format!("{} {rest}", program.as_ref()?))
    };
    finding.fix.commands =
        std::mem::take(&mut finding.fix.commands).into_iter().filter_map(allowed).collect();
}

fn ends_word(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with(' ')
}

/// Commands that change the store.
const CHANGING: [&str; 8] =
    ["install", "import", "link", "default", "uninstall", "prune", "cache clean", "config set"];

#[cfg(test)]
mod tests {
    use gover_source::Verdict;

    use super::{CheckResult, text};
    use crate::checks::by_name;
    use crate::snapshot::SetBy;
    use crate::snapshot::disk::Owner;
    use crate::snapshot::network::Source;
    use crate::testing::{Machine, asked};

    #[test]
    fn a_check_says_ok_only_where_it_examined_something() {
        let of = |machine: &Machine, name| {
            let check = by_name(name).unwrap();
            machine.snapshot(|snapshot| check.result(snapshot, !check.examine(snapshot).is_empty()))
        };
        let linux = Machine::linux();
        let only_wsl = text!(en "only for WSL", zh "仅用于 WSL");
        assert_eq!(of(&linux, "wsl"), CheckResult::NotApplicable(only_wsl));
        assert_eq!(of(&linux, "goroot-set"), CheckResult::Ok);
        let mut offline = linux.clone();
        offline.network = None;
        let unasked = text!(en "no server was contacted", zh "没有连接任何服务器");
        assert_eq!(of(&offline, "sumdb"), CheckResult::NotRun(unasked));
        let wrong = offline.file("~/.config/go/env", "GOPROXY=off\n");
        assert_eq!(of(&wrong, "goproxy"), CheckResult::Finding);
    }

    #[test]
    fn a_store_of_others_is_changed_by_its_owner() {
        let shared = |owner| {
            let mut machine = Machine::linux().file("/opt/gover/bin/gover", "").selects("go1.16.3");
            machine.gover.home = machine.system.path("/opt/gover");
            let findings = machine.owned("/opt/gover", owner).read_only("/opt/gover").findings("go-eol");
            findings[0].fix.commands.clone()
        };
        assert_eq!(
            shared(Owner::Root),
            ["sudo /opt/gover/bin/gover install 1.22.5", "sudo /opt/gover/bin/gover default 1.22.5"]
        );
        assert_eq!(shared(Owner::Other("eve".to_owned())), [""; 0]);
    }

    #[test]
    fn settings_of_a_store_of_others_are_changed_by_its_owner() {
        let dead = Source {
            entry: "http://a.example/go".to_owned(),
            is_masked: false,
            probe: Some(asked("http://a.example/go", Verdict::Silent)),
        };
        let mut machine = Machine::linux().file("/opt/gover/bin/gover", "").read_only("/opt/gover");
        machine.gover.home = machine.system.path("/opt/gover");
        machine.gover.sources_set_by = SetBy::File;
        let machine = machine.network(|network| network.sources = vec![dead]);
        let commands = |owner| {
            let findings = machine.clone().owned("/opt/gover", owner).findings("sources");
            findings[0].fix.commands[1..].to_vec()
        };
        assert_eq!(commands(Owner::Root), ["sudo /opt/gover/bin/gover config set sources ''"]);
        assert_eq!(commands(Owner::Other("eve".to_owned())), [""; 0]);
    }

    #[test]
    fn a_read_only_file_is_reported_and_not_changed() {
        let machine = Machine::linux()
            .file("~/.profile", "export GOROOT=/opt/old\n")
            .file("~/.config/go/env", "GOROOT=/opt/old\n")
            .read_only("~/.profile");
        let finding = machine.findings("goroot-set").remove(0);
        assert_eq!(finding.fix.changes.len(), 1);
        assert_eq!(finding.fix.changes[0].place(), "/home/ann/.config/go/env");
        assert_eq!(finding.fix.commands, ["chmod u+w /home/ann/.profile", "gover doctor --fix goroot-set"]);
        assert!(finding.evidence.iter().any(|one| one.to_string() == "/home/ann/.profile: is read-only"));
        // Only the owner and root can change permissions.
        for (owner, name) in [(Owner::Root, "root"), (Owner::Other("eve".to_owned()), "eve")] {
            let finding = machine.clone().owned("~/.profile", owner).findings("goroot-set").remove(0);
            let unlock =
                "sudo chown \"$(id -un)\" /home/ann/.profile && chmod u+w /home/ann/.profile".to_owned();
            assert_eq!(finding.fix.commands[0], unlock);
            let evidence = format!("/home/ann/.profile: belongs to {name}");
            assert!(finding.evidence.iter().any(|one| one.to_string() == evidence), "{finding:?}");
        }
        let windows = Machine::windows().file("~/AppData/Roaming/go/env", "GOROOT=C:\\Go\n");
        let locked = windows.clone().read_only("~/AppData/Roaming/go/env").findings("goroot-set");
        assert_eq!(locked[0].fix.changes, []);
        assert_eq!(locked[0].fix.commands[0], r"attrib -R C:\Users\ann\AppData\Roaming\go\env");
        assert_eq!(windows.findings("goroot-set")[0].fix.changes.len(), 1);
    }
}
