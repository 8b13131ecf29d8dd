use super::*;
use crate::testing::Machine;

#[test]
fn damage_and_leftovers_are_distinguished() {
    let machine = Machine::linux()
        .leftover("~/.gover/versions/go1.21", "has no bin/go", true, 1 << 20)
        .leftover("~/.gover/cache/go1.22.6@x.part", "an unfinished download", false, 30 << 20)
        .leftover("~/.gover/sessions/17", "the choice of a closed shell", false, 20);
    let findings = machine.findings("store");
    assert_eq!(
        (findings[0].severity, findings[0].what.en.as_str()),
        (Severity::Warning, "1 entry of versions/ is not a toolchain")
    );
    assert_eq!(
        findings[0].evidence[0].to_string(),
        "/home/ann/.gover/versions/go1.21: has no bin/go, 1.0 MiB"
    );
    assert_eq!(
        (findings[1].severity, findings[1].what.en.as_str()),
        (Severity::Note, "2 leftovers of crashes or closed shells, 30.0 MiB")
    );
    assert!(findings.iter().all(|finding| finding.fix.commands == ["gover prune"]));
    assert!(findings.iter().all(|finding| finding.fix.changes.is_empty()));
}

#[test]
fn an_incomplete_toolchain_is_reinstalled() {
    let root = "~/.gover/versions/go1.22.5";
    for (machine, fact) in [
        (Machine::linux().file(&format!("{root}/VERSION"), "go1.21.3\n"), "/VERSION: says `go1.21.3`"),
        (Machine::linux().without(&format!("{root}/pkg/tool")), "/pkg/tool: is missing"),
        (Machine::linux().toolchain("~/.gover/versions/go1.21.3", "go1.21.3"), ": no receipt"),
    ] {
        let findings = machine.findings("store");
        assert_eq!(findings.len(), 1, "{findings:?}");
        let evidence = findings[0].evidence[0].to_string();
        assert!(evidence.ends_with(fact), "{evidence}");
        let version = if fact.contains("receipt") { "1.21.3" } else { "1.22.5" };
        assert_eq!(findings[0].fix.commands, [format!("gover install --force {version}")]);
    }
    let mut machine = Machine::alpine();
    machine.disk.forbid_execution("/home/ann/.gover/versions/go1.22.5/bin/go");
    assert_eq!(
        machine.findings("store")[0].evidence[0].to_string(),
        "/home/ann/.gover/versions/go1.22.5/bin/go: is not executable"
    );
}

#[test]
fn a_large_cache_is_a_note() {
    let mut machine = Machine::macos();
    machine.store.get_or_insert_default().cache = 600 << 20;
    let findings = machine.findings("store");
    assert_eq!(
        (findings[0].severity, findings[0].what.en.as_str()),
        (Severity::Note, "gover's cache uses 600.0 MiB")
    );
    assert_eq!(findings[0].fix.commands, ["gover cache clean"]);
}

#[test]
fn a_healthy_machine_is_silent() {
    for machine in [Machine::linux(), Machine::windows(), Machine::macos(), Machine::alpine()] {
        assert_eq!(machine.findings("store"), []);
    }
}
