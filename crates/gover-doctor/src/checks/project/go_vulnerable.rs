//! The selected Go has known vulnerabilities, and a release of its minor version or a newer one has
//! none.

use crate::language::counted;
use gover_core::Request;

use super::go_eol::{is_ended, verb};
use crate::{Check, Evidence, Finding, Severity, Snapshot, scope, text};

pub(super) const CHECK: Check = Check {
    name: "go-vulnerable",
    summary: text!(
        en "the selected Go has known vulnerabilities",
        zh "选定的 Go 有已知漏洞",
    ),
    symptom: text!(
        en "`govulncheck` reports `Standard library` and `Fixed in: go1.…`, or a scanner reports CVEs of `stdlib` \
            in a program that was built here.",
        zh "`govulncheck` 报告 `Standard library` 和 `Fixed in: go1.…`，或者扫描工具在这里编译的程序中报出 \
            `stdlib` 的 CVE。",
    ),
    cause: text!(
        en "Programs contain the standard library of the Go that built them. A patch release fixes it, but only in \
            programs that are built again.",
        zh "程序里带着编译它的那个 Go 的标准库。补丁版本修复了漏洞，但只有重新编译过的程序才用得上。",
    ),
    repair: text!(
        en "`gover audit -v` lists the vulnerabilities. `gover install` the release that it names, and choose it with \
            `gover pin`, `gover default` or `gover use`. Then build again.",
        zh "`gover audit -v` 列出这些漏洞。`gover install` 它给出的版本，用 `gover pin`、`gover default` \
            或 `gover use` 选用，然后重新编译。",
    ),
    scope: scope::selected,
    run,
};

/// For a version that has ended, `go-eol` says so.
fn run(snapshot: &Snapshot<'_>) -> Vec<Finding> {
    let selection = &snapshot.selection;
    let (Some(name), Some(found)) = (&selection.version, &snapshot.vulnerable) else { return Vec::new() };
    if is_ended(name, snapshot) {
        return Vec::new();
    }
    let what = text!(
        en "{name} has {vulnerabilities}",
        zh "{name} 有 {vulnerabilities} 个已知漏洞",
        name = name, vulnerabilities = counted(found.count, "known vulnerability"),
    );
    let why = text!(
        en "programs that it builds contain those of the standard library",
        zh "用它编译的程序里就带着标准库的漏洞",
    );
    // A distribution may fix the version that it ships.
    let severity = if selection.is_system { Severity::Note } else { Severity::Warning };
    let date = found.date.map_or_else(String::new, |date| format!("Go vulnerability database of {date}"));
    let finding = Finding::new(severity, what, why).shown_by([
        Evidence::answer(name.as_str(), &selection.reason),
        Evidence::answer("gover audit", date),
    ]);
    let Some(better) = &found.better else { return vec![finding.command("gover audit -v".to_owned())] };
    let better = Request::typed(better.as_str());
    let finding = finding.command(format!("gover install {better}"));
    // An install alone does not replace a choice of one release.
    vec![if selection.is_exact {
        finding.command(format!("gover {} {better}", verb(snapshot)))
    } else {
        finding
    }]
}

#[cfg(test)]
mod tests {
    use gover_core::ToolchainName;
    use gover_core::date::Date;

    use super::*;
    use crate::snapshot::manager::Vulnerable;
    use crate::testing::Machine;

    fn vulnerable() -> Machine {
        let mut machine = Machine::linux().selects("go1.22.5");
        machine.releases.clear();
        machine = machine.release("go1.23.1", "2024-09-05").release("go1.22.5", "2024-07-02");
        machine.vulnerable = Some(Vulnerable {
            count: 3,
            better: ToolchainName::parse("go1.22.7").ok(),
            date: Date::new(2024, 9, 6),
        });
        machine
    }

    #[test]
    fn the_release_that_has_none_is_named() {
        let findings = vulnerable().findings("go-vulnerable");
        assert_eq!(
            (findings[0].severity, findings[0].what.en.as_str()),
            (Severity::Warning, "go1.22.5 has 3 known vulnerabilities")
        );
        assert_eq!(
            findings[0].evidence[1].to_string(),
            "gover audit: Go vulnerability database of 2024-09-06"
        );
        assert_eq!(findings[0].fix.commands, ["gover install 1.22.7"]);
        let mut exact = vulnerable().file("~/shop/.go-version", "1.22.5\n");
        exact.selection.is_exact = true;
        let findings = exact.findings("go-vulnerable");
        assert_eq!(findings[0].fix.commands, ["gover install 1.22.7", "gover pin 1.22.7"]);
        let mut unfixed = vulnerable();
        unfixed.vulnerable.as_mut().unwrap().better = None;
        assert_eq!(unfixed.findings("go-vulnerable")[0].fix.commands, ["gover audit -v"]);
        let mut of_debian = vulnerable();
        of_debian.selection.is_system = true;
        assert_eq!(of_debian.findings("go-vulnerable")[0].severity, Severity::Note);
    }

    #[test]
    fn for_a_version_that_has_ended_there_is_one_finding() {
        let ended = vulnerable().release("go1.24.0", "2025-02-11");
        assert!(ended.findings("go-vulnerable").is_empty());
        let findings = ended.findings("go-eol");
        assert_eq!(findings.len(), 1);
        let shown: Vec<String> = findings[0].evidence.iter().map(ToString::to_string).collect();
        assert!(shown.contains(&"gover audit: go1.22.5 has 3 known vulnerabilities".to_owned()), "{shown:?}");
    }

    #[test]
    fn a_healthy_machine_is_silent() {
        for machine in [Machine::linux(), Machine::windows(), Machine::macos(), Machine::alpine()] {
            assert!(machine.findings("go-vulnerable").is_empty());
        }
    }
}
