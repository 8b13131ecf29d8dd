//! What a check is, and the list of all.

use crate::checks;
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

/// Checks that are about one thing.
#[derive(Clone, Copy, Debug)]
pub struct Group {
    /// What they are about.
    pub title: &'static str,
    /// The checks.
    pub checks: &'static [Check],
}

/// Every check, in the order in which findings are shown: what keeps `go` from being found comes first.
pub const GROUPS: &[Group] = &[
    Group { title: "Finding `go`", checks: checks::finding_go::CHECKS },
    Group { title: "GOROOT", checks: checks::goroot::CHECKS },
    Group { title: "Modules and variables", checks: checks::modules::CHECKS },
    Group { title: "Network", checks: checks::network::CHECKS },
    Group { title: "C compiler", checks: checks::compiler::CHECKS },
    Group { title: "Platform", checks: checks::platform::CHECKS },
    Group { title: "Editors and CI", checks: checks::editors::CHECKS },
    Group { title: "Project", checks: checks::project::CHECKS },
    Group { title: "Store", checks: checks::store::CHECKS },
];

/// Every check.
pub fn all() -> impl Iterator<Item = &'static Check> {
    GROUPS.iter().flat_map(|group| group.checks)
}

/// Whether the check looks at answers from the network, if there are any.
pub fn asks_network(check: &Check) -> bool {
    checks::network::CHECKS.iter().any(|known| known.name == check.name)
}

/// The check of that name.
pub fn by_name(name: &str) -> Option<&'static Check> {
    all().find(|check| check.name == name)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::testing::Machine;

    #[test]
    fn every_check_has_a_name_of_its_own_and_is_documented() {
        let names: BTreeSet<_> = all().map(|check| check.name).collect();
        assert_eq!(names.len(), all().count());
        for check in all() {
            let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            assert!(check.name.chars().all(is_word), "{}", check.name);
            for text in [check.summary, check.symptom, check.cause, check.repair] {
                assert!(
                    !text.is_empty() && !text.starts_with(' ') && !text.contains("\n\n"),
                    "{}",
                    check.name
                );
            }
        }
    }

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

    /// False alarms are defects.
    #[test]
    fn machines_as_they_should_be_give_nothing_above_a_note() {
        let machines =
            [Machine::linux(), Machine::windows(), Machine::macos(), Machine::alpine(), Machine::with_mise()];
        for machine in machines {
            for check in all() {
                let findings = machine.findings(check.name);
                assert!(
                    findings.iter().all(|finding| finding.severity == crate::Severity::Note),
                    "{findings:#?}"
                );
            }
        }
    }
}
