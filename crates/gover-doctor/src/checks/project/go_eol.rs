//! The selected Go has reached end of life, or a newer patch release is out.

use std::collections::BTreeSet;

use gover_core::text::counted;
use gover_core::version::GoVersion;
use gover_core::{Request, ToolchainName};

use crate::checks::pins::Pins;
use crate::snapshot::manager::Release;
use crate::{Check, Evidence, Finding, Severity, Snapshot, scope, text};

pub(super) const CHECK: Check = Check {
    name: "go-eol",
    summary: text!(
        en "the selected Go has reached end of life, or a newer patch is out",
        zh "选定的 Go 已经停止维护，或者有更新的补丁版本",
    ),
    symptom: text!(
        en "`govulncheck` reports vulnerabilities in the standard library that are `Fixed in: go1.…`, in a \
            newer minor version than yours.",
        zh "`govulncheck` 报告标准库的漏洞，写着 `Fixed in: go1.…`，而那个次版本比你用的新。",
    ),
    cause: text!(
        en "The Go project supports the two newest minor versions. An older one gets no fixes from the day on \
            which the second newer one is released.",
        zh "Go 官方只维护最新的两个次版本。比它新的第二个次版本一发布，旧的就不再有修复。",
    ),
    repair: text!(
        en "`gover install` the newest patch and choose it with `gover pin`, `gover default` or \
            `gover use`. The go line in go.mod need not change.",
        zh "`gover install` 最新的补丁版本，再用 `gover pin`、`gover default` 或 `gover use` 选用它。\
            go.mod 里的 go 行不用改。",
    ),
    scope: scope::selected,
    run,
};

/// The two newest stable minor versions are supported at any age (go.dev/doc/devel/release#policy).
fn run(snapshot: &Snapshot<'_>) -> Vec<Finding> {
    let selection = &snapshot.selection;
    let Some(name) = selection.version.as_ref().filter(|name| name.is_release()) else { return Vec::new() };
    let is_stable = |name: &ToolchainName| name.is_release() && !name.version().is_prerelease();
    let stable: Vec<&Release> = snapshot.releases.iter().filter(|release| is_stable(&release.name)).collect();
    let version = name.version();
    let languages: BTreeSet<GoVersion> =
        stable.iter().map(|release| release.name.version().language()).collect();
    let second = languages.into_iter().filter(|language| *language > version.language()).nth(1);
    let names = || stable.iter().map(|release| &release.name);
    let is_patch =
        |known: &&ToolchainName| known.version().same_language(version) && known.version() > version;
    let patch = names().filter(is_patch).max();
    let bare = |name: &ToolchainName| Request::typed(name.as_str());
    let evidence = Evidence::answer(name.as_str(), &selection.reason);
    let verb = verb(snapshot);
    if let Some(second) = second {
        let first = |known: &GoVersion| known.same_language(&second) && known.patch() == Some(0);
        let since = stable.iter().find(|release| first(release.name.version()));
        let what = match since.and_then(|release| release.date) {
            Some(date) => text!(
                en "{name} reached end of life on {date}",
                zh "{name} 已于 {date} 停止维护",
                name = name, date = date,
            ),
            None => text!(en "{name} reached end of life", zh "{name} 已经停止维护", name = name),
        };
        // A distribution may fix the version that it ships.
        let severity = if selection.is_system { Severity::Note } else { Severity::Warning };
        let last = patch
            .map(|patch| Evidence::answer("newest patch", format!("{patch} was the last patch release")));
        let vulnerable = snapshot.vulnerable.as_ref().map(|found| {
            let number = counted(found.count, "known vulnerability");
            Evidence::answer("gover audit", format!("{name} has {number}"))
        });
        let newest = names().max().map_or("latest".to_owned(), bare);
        return vec![
            Finding::new(severity, what, text!(en "it no longer gets security fixes", zh "不会再有安全修复"))
                .shown_by([evidence])
                .shown_by(last)
                .shown_by(vulnerable)
                .command(format!("gover install {newest}"))
                .command(format!("gover {verb} {newest}")),
        ];
    }
    let Some(patch) = patch else { return Vec::new() };
    let what = text!(
        en "{patch} is out, and {name} is selected",
        zh "{patch} 已经发布，选定的还是 {name}",
        patch = patch, name = name,
    );
    let why = text!(
        en "patch releases contain only security and bug fixes",
        zh "补丁版本只有安全修复和错误修复",
    );
    let finding = Finding::note(what, why);
    let patch = bare(patch);
    let finding = finding.shown_by([evidence]).command(format!("gover install {patch}"));
    // An install alone does not replace a choice of one release.
    vec![if selection.is_exact { finding.command(format!("gover {verb} {patch}")) } else { finding }]
}

/// The command that changes what chose the selected Go.
pub(super) fn verb(snapshot: &Snapshot<'_>) -> &'static str {
    match Pins::read(snapshot).winner() {
        _ if snapshot.selection.is_for_shell => "use",
        Some(_) => "pin",
        None => "default",
    }
}

/// Whether a release is of a minor version that gets no more fixes.
pub(super) fn is_ended(name: &ToolchainName, snapshot: &Snapshot<'_>) -> bool {
    let stable = snapshot.releases.iter().map(|release| &release.name);
    let stable = stable.filter(|name| name.is_release() && !name.version().is_prerelease());
    let newer = stable
        .map(|stable| stable.version().language())
        .filter(|language| *language > name.version().language());
    newer.collect::<BTreeSet<_>>().len() > 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Machine;

    /// In August 2024.
    fn later(machine: Machine) -> Machine {
        let mut machine = machine;
        machine.releases.clear();
        machine
            .release("go1.24rc1", "2024-12-12")
            .release("go1.23.0", "2024-08-13")
            .release("go1.22.6", "2024-08-06")
            .release("go1.22.5", "2024-07-02")
            .release("go1.21.13", "2024-08-06")
            .release("go1.21.3", "2023-10-10")
    }

    fn selected(machine: Machine, version: &str) -> Machine {
        let mut machine = machine;
        machine = machine.selects(version);
        machine
    }

    #[test]
    fn the_third_newest_minor_ends_on_the_day_of_the_newest() {
        let machine = selected(later(Machine::linux()), "go1.21.3");
        let findings = machine.findings("go-eol");
        assert_eq!(
            (findings[0].severity, findings[0].what.en.as_str()),
            (Severity::Warning, "go1.21.3 reached end of life on 2024-08-13")
        );
        assert_eq!(findings[0].evidence[0].to_string(), "go1.21.3: the default");
        assert_eq!(findings[0].evidence[1].to_string(), "newest patch: go1.21.13 was the last patch release");
        assert_eq!(findings[0].fix.commands, ["gover install 1.23.0", "gover default 1.23.0"]);
        let pinned = machine.clone().file("~/shop/.go-version", "1.21.3\n");
        assert_eq!(pinned.findings("go-eol")[0].fix.commands[1], "gover pin 1.23.0");
        // A choice for the shell comes before both.
        let mut used = pinned.clone();
        used.selection.is_for_shell = true;
        assert_eq!(used.findings("go-eol")[0].fix.commands[1], "gover use 1.23.0");
        // What the commands lead to.
        assert!(selected(machine.clone(), "go1.23.0").findings("go-eol").is_empty());
        let mut of_debian = machine;
        of_debian.selection.is_system = true;
        assert_eq!(of_debian.findings("go-eol")[0].severity, Severity::Note);
    }

    #[test]
    fn a_newer_patch_is_a_note() {
        let findings = later(Machine::windows()).findings("go-eol");
        assert_eq!(
            (findings[0].severity, findings[0].what.en.as_str()),
            (Severity::Note, "go1.22.6 is out, and go1.22.5 is selected")
        );
        assert_eq!(findings[0].fix.commands, ["gover install 1.22.6"]);
        let mut exact = later(Machine::windows());
        exact.selection.is_exact = true;
        let findings = exact.findings("go-eol");
        assert_eq!(findings[0].fix.commands, ["gover install 1.22.6", "gover default 1.22.6"]);
    }

    #[test]
    fn a_release_candidate_does_not_end_support() {
        for version in ["go1.22.6", "go1.23.0", "go1.24rc1", "go1.22.5-bigcorp"] {
            assert!(selected(later(Machine::linux()), version).findings("go-eol").is_empty(), "{version}");
        }
    }

    #[test]
    fn a_healthy_machine_is_silent() {
        for machine in [Machine::linux(), Machine::windows(), Machine::macos(), Machine::alpine()] {
            assert!(machine.findings("go-eol").is_empty());
            let mut nothing = machine.clone();
            nothing.selection.version = None;
            assert!(nothing.findings("go-eol").is_empty());
            let mut ignorant = selected(machine, "go1.4.3");
            ignorant.releases.clear();
            assert!(ignorant.findings("go-eol").is_empty());
        }
    }
}
