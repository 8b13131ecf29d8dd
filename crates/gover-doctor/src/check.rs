//! What a check is.

use crate::{Change, Evidence, Finding, Snapshot};

/// One kind of fault, and its text in docs/doctor.md: one line, then three Markdown paragraphs.
#[derive(Clone, Copy, Debug)]
pub struct Check {
    pub name: &'static str,
    pub summary: &'static str,
    /// What people see, with the exact error messages.
    pub symptom: &'static str,
    pub cause: &'static str,
    /// What `--fix` does, or what to do by hand.
    pub repair: &'static str,
    /// Returns what is wrong. Empty if nothing is, or if it is not certain.
    pub run: fn(&Snapshot<'_>) -> Vec<Finding>,
}

impl Check {
    /// The faults of this kind. A read-only file is not changed; the finding says how to allow it.
    pub fn examine(&self, snapshot: &Snapshot<'_>) -> Vec<Finding> {
        let mut findings = (self.run)(snapshot);
        for finding in &mut findings {
            finding.check = self.name;
            spare_read_only(snapshot, finding);
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
    let unlock = if snapshot.system.is_windows() { "attrib -R" } else { "chmod u+w" };
    for place in locked.iter().map(Change::place) {
        let path = snapshot.word(&place);
        commands.extend([format!("{unlock} {path}"), format!("gover doctor --fix {}", finding.check)]);
        finding.evidence.push(Evidence::path(place, "is read-only"));
    }
    finding.fix.commands.splice(0..0, commands);
}

#[cfg(test)]
mod tests {
    use crate::testing::Machine;

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
        let windows = Machine::windows().file("~/AppData/Roaming/go/env", "GOROOT=C:\\Go\n");
        let locked = windows.clone().read_only("~/AppData/Roaming/go/env").findings("goroot-set");
        assert_eq!(locked[0].fix.changes, []);
        assert_eq!(locked[0].fix.commands[0], r"attrib -R C:\Users\ann\AppData\Roaming\go\env");
        assert_eq!(windows.findings("goroot-set")[0].fix.changes.len(), 1);
    }
}
