//! What a check is.

use crate::finding::{Change, Evidence, Finding};
use crate::snapshot::Snapshot;

/// One kind of fault: how it is found, and what docs/doctor.md says about it.
#[derive(Clone, Copy, Debug)]
pub struct Check {
    /// Its name, as it is typed and as docs/doctor.md has it.
    pub name: &'static str,
    /// What it looks for, in a few words.
    pub summary: &'static str,
    /// What people see, with the real text of the error: one paragraph of Markdown.
    pub symptom: &'static str,
    /// How it comes to that: one paragraph of Markdown.
    pub cause: &'static str,
    /// What `--fix` does, or what to do by hand: one paragraph of Markdown.
    pub repair: &'static str,
    /// Whether it needs answers from the network, which `--offline` forbids.
    pub needs_network: bool,
    /// Reads the snapshot and returns what is wrong; nothing if all is well or nothing can be told.
    pub run: fn(&Snapshot<'_>) -> Vec<Finding>,
}

impl Check {
    /// What is wrong. A file that is the user's own and read-only was made so by somebody, or by a program that writes it
    /// anew: it is not changed, and how it could be is told.
    pub fn examine(&self, snapshot: &Snapshot<'_>) -> Vec<Finding> {
        (self.run)(snapshot).into_iter().map(|finding| without_read_only(snapshot, finding)).collect()
    }
}

fn without_read_only(snapshot: &Snapshot<'_>, mut finding: Finding) -> Finding {
    let is_locked = |change: &Change| match change {
        Change::File { path, before: Some(_), .. } => !snapshot.disk.is_writable(path),
        Change::File { .. } | Change::Registry { .. } => false,
    };
    let (locked, changes): (Vec<_>, Vec<_>) = finding.fix.changes.drain(..).partition(is_locked);
    finding.fix.changes = changes;
    let mut commands: Vec<String> = Vec::new();
    for change in &locked {
        let path = snapshot.word(&change.place());
        let unlock = if snapshot.system.is_windows() {
            format!("attrib -R {path}")
        } else {
            format!("chmod u+w {path}")
        };
        commands.extend([unlock, format!("gover doctor --fix {}", finding.check)]);
        finding =
            finding.shown_by([Evidence::Path { path: change.place(), fact: "is read-only".to_owned() }]);
    }
    finding.fix.commands.splice(0..0, commands);
    finding
}

#[cfg(test)]
mod tests {
    use crate::testing::Machine;

    #[test]
    fn a_read_only_file_is_told_and_not_changed() {
        let machine = Machine::linux()
            .file("~/.profile", "export GOROOT=/opt/old\n")
            .file("~/.config/go/env", "GOROOT=/opt/old\n")
            .read_only("~/.profile");
        let finding = machine.findings("goroot-set").remove(0);
        assert_eq!(finding.fix.changes.len(), 1);
        assert_eq!(finding.fix.changes[0].place(), "/home/ann/.config/go/env");
        assert_eq!(finding.fix.commands, ["chmod u+w /home/ann/.profile", "gover doctor --fix goroot-set"]);
        assert!(finding.evidence.iter().any(|one| one.to_string() == "/home/ann/.profile: is read-only"));
        let windows = Machine::windows().file("~/AppData/Roaming/go/env", "GOROOT=C:\\Go\n");
        let locked = windows.clone().read_only("~/AppData/Roaming/go/env").findings("goroot-set");
        assert_eq!(locked[0].fix.changes, []);
        assert_eq!(locked[0].fix.commands[0], r"attrib -R C:\Users\ann\AppData\Roaming\go\env");
        assert_eq!(windows.findings("goroot-set")[0].fix.changes.len(), 1);
    }
}
