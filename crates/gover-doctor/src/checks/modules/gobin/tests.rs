use super::*;
use crate::snapshot::registry::Hive;
use crate::testing::Machine;

#[test]
fn a_relative_gobin_is_removed() {
    let machine = Machine::linux().file("~/.config/go/env", "GOBIN=bin\n");
    let findings = machine.findings("gobin");
    assert_eq!(findings[0].severity, Severity::Error);
    assert_eq!(findings[0].evidence[0].to_string(), "/home/ann/.config/go/env:1: GOBIN=bin");
    assert_eq!(machine.repaired(&findings).findings("gobin"), []);
}

#[test]
fn a_gobin_inside_a_toolchain_or_in_gover_itself_is_removed() {
    for (place, what) in [
        ("/home/ann/.gover/versions/go1.22.5/bin", "is inside a toolchain"),
        ("/home/ann/.gover/bin", "GOBIN is gover's own directory"),
    ] {
        let machine =
            Machine::linux().file("~/.bash_profile", &format!("export GOBIN={place}\n")).var("GOBIN", place);
        let findings = machine.findings("gobin");
        assert_eq!(findings[0].severity, Severity::Warning);
        assert!(findings[0].what.en.contains(what), "{}", findings[0].what.en);
        machine.repaired(&findings).snapshot(|snapshot| assert_eq!(snapshot.startup_evidence("GOBIN"), []));
    }
    let place = r"C:\Users\ann\.gover\bin";
    let machine = Machine::windows().registry(Hive::User, "Environment", "GOBIN", place).var("GOBIN", place);
    let findings = machine.findings("gobin");
    assert_eq!(findings[0].evidence[0].to_string(), format!(r"GOBIN={place} (set in HKCU\Environment)"));
    machine.repaired(&findings).snapshot(|snapshot| {
        assert_eq!(snapshot.registry.text(Hive::User, "Environment", "GOBIN"), None);
    });
}

#[test]
fn where_mise_puts_programs_is_a_note() {
    let goroot = "/home/ann/.local/share/mise/installs/go/1.22.5";
    let mut machine = Machine::linux().toolchain(goroot, "go1.22.5").var("GOBIN", &format!("{goroot}/bin"));
    machine.selection.goroot = Some(machine.system.path(goroot));
    machine.selection.is_system = true;
    let findings = machine.findings("gobin");
    assert_eq!(findings[0].severity, Severity::Note);
    assert_eq!(findings[0].fix.commands, ["mise settings set go_set_gobin false"]);
}

#[test]
fn a_protected_directory_is_left_to_the_user() {
    let machine = Machine::linux().read_only("/usr/local/bin").var("GOBIN", "/usr/local/bin");
    let findings = machine.findings("gobin");
    assert_eq!(findings[0].what.en, "GOBIN /usr/local/bin is not writable by you");
    assert_eq!(findings[0].fix.changes, []);
    assert_eq!(findings[0].fix.commands, ["unset GOBIN"]);
}

#[test]
fn programs_that_no_shell_finds_are_a_note_with_the_line_to_add() {
    let machine = Machine::linux().program("~/go/bin/gopls", "");
    let findings = machine.findings("gobin");
    assert_eq!(findings[0].severity, Severity::Note);
    assert_eq!(findings[0].evidence[0].to_string(), "/home/ann/go/bin: contains 1 program");
    let line = r#"export PATH="$PATH:$HOME/go/bin""#;
    assert_eq!(findings[0].fix.commands, [format!("printf '%s\\n' '{line}' >> ~/.bashrc")]);
    assert_eq!(machine.clone().file("~/.profile", &format!("{line}\n")).findings("gobin"), []);
    assert_eq!(machine.clone().path_first("/home/ann/go/bin").findings("gobin"), []);
    let machine = machine.program("/opt/tools/x", "").var("GOBIN", "/opt/tools");
    assert_eq!(machine.findings("gobin")[0].severity, Severity::Warning);
}

#[test]
fn on_windows_the_folder_is_added_to_the_users_path() {
    let machine = Machine::windows().program("~/go/bin/gopls.exe", "");
    let findings = machine.findings("gobin");
    assert_eq!(findings[0].severity, Severity::Note);
    let repaired = machine.repaired(&findings);
    assert_eq!(repaired.findings("gobin"), []);
    repaired.snapshot(|snapshot| {
        let path = snapshot.registry.text(Hive::User, "Environment", "Path").unwrap();
        assert!(path.expands && path.shown().ends_with(r"\WindowsApps;C:\Users\ann\go\bin"));
    });
}

#[test]
fn a_healthy_machine_is_silent() {
    for machine in [Machine::linux(), Machine::windows(), Machine::macos(), Machine::alpine()] {
        assert_eq!(machine.findings("gobin"), []);
        assert_eq!(machine.directory("~/go/bin").findings("gobin"), []);
    }
}
