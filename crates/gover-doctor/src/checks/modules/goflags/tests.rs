use super::*;
use crate::snapshot::registry::Hive;
use crate::testing::Machine;

fn with_line(flags: &str) -> Machine {
    Machine::linux().file("~/.config/go/env", &format!("GOFLAGS={flags}\nGOPROXY=direct\n"))
}

fn project(machine: Machine) -> Machine {
    machine.file("~/shop/go.mod", "module shop\n\ngo 1.22\n\nrequire golang.org/x/text v0.14.0\n")
}

#[test]
fn a_word_that_is_not_a_flag_is_removed_and_the_rest_stays() {
    let machine = with_line("-v mod=mod");
    let findings = machine.findings("goflags");
    assert_eq!(findings[0].severity, Severity::Error);
    assert_eq!(findings[0].what.en, "GOFLAGS contains `mod=mod`, which is not a flag");
    assert_eq!(findings[0].evidence[0].to_string(), "/home/ann/.config/go/env:1: GOFLAGS=-v mod=mod");
    assert_eq!(findings[0].fix.commands, ["go env -w GOFLAGS=-v"]);
    let repaired = machine.repaired(&findings);
    assert_eq!(repaired.findings("goflags"), []);
    repaired.snapshot(|snapshot| assert_eq!(snapshot.go_env.value("GOFLAGS"), Some("-v")));
}

#[test]
fn harmful_flags_are_errors() {
    for (flags, what) in [
        ("-ldflags -w", "`-ldflags` without its argument"),
        ("-insecure", "without TLS"),
        ("-mod=vendor", "~/shop has no vendor directory"),
        ("'-ldflags=-s", "an unclosed '"),
    ] {
        let machine = project(with_line(flags));
        let findings = machine.findings("goflags");
        assert_eq!(findings.len(), 1, "{flags}");
        assert_eq!(findings[0].severity, Severity::Error, "{flags}");
        assert!(findings[0].what.en.contains(what), "{}", findings[0].what.en);
        assert_eq!(machine.repaired(&findings).findings("goflags"), [], "{flags}");
    }
}

#[test]
fn a_workspace_does_not_allow_mod_mod_and_only_the_last_value_applies() {
    let machine = project(with_line("-mod=mod")).file("~/shop/go.work", "go 1.22\nuse .\n");
    assert_eq!(
        machine.findings("goflags")[0].what.en,
        "GOFLAGS has `-mod=mod`, which the workspace ~/shop/go.work does not allow"
    );
    let machine = with_line("-mod=readonly -v -mod=mod");
    let findings = machine.findings("goflags");
    assert_eq!(findings[0].severity, Severity::Warning);
    assert_eq!(findings[0].fix.commands, ["go env -w 'GOFLAGS=-v -mod=mod'"]);
    assert_eq!(machine.repaired(&findings).findings("goflags"), []);
}

#[test]
fn a_variable_is_removed_where_it_is_set_on_both_systems() {
    let machine =
        Machine::linux().file("~/.profile", "export GOFLAGS=-insecure\n").var("GOFLAGS", "-insecure");
    let findings = machine.findings("goflags");
    assert_eq!(findings[0].evidence[0].to_string(), "GOFLAGS=-insecure (set in ~/.profile:1)");
    machine.repaired(&findings).snapshot(|snapshot| {
        assert_eq!(snapshot.startup_evidence("GOFLAGS"), []);
    });
    let machine = Machine::windows()
        .registry(Hive::User, "Environment", "GOFLAGS", "-v -insecure")
        .var("GOFLAGS", "-v -insecure");
    let findings = machine.findings("goflags");
    assert_eq!(findings[0].evidence[0].to_string(), r"GOFLAGS=-v -insecure (set in HKCU\Environment)");
    // What else is in it would be lost.
    assert_eq!(findings[0].fix.changes, []);
    assert_eq!(findings[0].fix.commands, ["$env:GOFLAGS = '-v'"]);
}

#[test]
fn a_healthy_machine_is_silent() {
    for machine in [Machine::linux(), Machine::windows(), Machine::macos(), Machine::alpine()] {
        let machine = project(machine);
        assert_eq!(machine.findings("goflags"), []);
        for flags in ["-buildvcs=false", "-mod=mod", "-tags=a,b -race", "'-ldflags=-s -w' -trimpath"] {
            assert_eq!(machine.clone().var("GOFLAGS", flags).findings("goflags"), [], "{flags}");
        }
        let vendored = machine.directory("~/shop/vendor").var("GOFLAGS", "-mod=vendor");
        assert_eq!(vendored.findings("goflags"), []);
        let alone = vendored.without("~/shop/vendor").file("~/shop/go.mod", "module shop\n");
        assert_eq!(alone.findings("goflags"), []);
    }
}
