//! Every check: one file each, in directories by subject, and the list of them all.

pub(crate) mod compiler;
pub(crate) mod editors;
pub(crate) mod finding_go;
pub(crate) mod goroot;
mod module_file;
pub(crate) mod modules;
pub(crate) mod network;
mod pattern;
mod pins;
pub(crate) mod platform;
pub(crate) mod project;
mod project_files;
pub(crate) mod store;

use gover_core::gorules::words;

pub use network::modules_to_ask;
pub(crate) use network::site;

use crate::{Check, Words, text};

#[derive(Clone, Copy, Debug)]
pub struct Group {
    pub title: Words<&'static str>,
    pub checks: &'static [Check],
}

/// Every check, in the order in which findings are shown. Whether `go` is found at all comes first.
pub const GROUPS: &[Group] = &[
    Group { title: text!(en "Finding `go`", zh "找到 `go`"), checks: finding_go::CHECKS },
    Group { title: text!(en "GOROOT", zh "GOROOT"), checks: goroot::CHECKS },
    Group { title: text!(en "Modules and variables", zh "模块与变量"), checks: modules::CHECKS },
    Group { title: text!(en "Network", zh "网络"), checks: network::CHECKS },
    Group { title: text!(en "C compiler", zh "C 编译器"), checks: compiler::CHECKS },
    Group { title: text!(en "Platform", zh "平台"), checks: platform::CHECKS },
    Group { title: text!(en "Editors and CI", zh "编辑器与 CI"), checks: editors::CHECKS },
    Group { title: text!(en "Project", zh "项目"), checks: project::CHECKS },
    Group { title: text!(en "Store", zh "gover 的目录"), checks: store::CHECKS },
];

pub fn all() -> impl Iterator<Item = &'static Check> {
    GROUPS.iter().flat_map(|group| group.checks)
}

/// Whether the check uses answers from the network, if there are any.
pub fn asks_network(check: &Check) -> bool {
    network::CHECKS.iter().any(|known| known.name == check.name)
}

pub fn by_name(name: &str) -> Option<&'static Check> {
    all().find(|check| check.name == name)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::testing::Machine;
    use crate::testing::chinese::examine;

    #[test]
    fn every_check_has_a_name_of_its_own_and_is_documented() {
        let names: BTreeSet<_> = all().map(|check| check.name).collect();
        assert_eq!(names.len(), all().count());
        for check in all() {
            let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            assert!(check.name.chars().all(is_word), "{}", check.name);
            let texts = [check.summary, check.symptom, check.cause, check.repair];
            for words in texts {
                examine(&words.into(), check.name);
            }
            for text in texts.iter().flat_map(|words| [words.en, words.zh]) {
                assert!(
                    !text.is_empty() && !text.starts_with(' ') && !text.contains("\n\n"),
                    "{}",
                    check.name
                );
            }
        }
    }

    /// False alarms are defects.
    #[test]
    fn healthy_machines_have_nothing_worse_than_a_note() {
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
