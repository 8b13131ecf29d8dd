use crate::Severity;
use crate::testing::Machine;

fn machine() -> Machine {
    Machine::linux()
        .built("~/go/bin/gopls", "go1.20.4", "golang.org/x/tools/gopls")
        .built("~/go/bin/hugo", "go1.19", "github.com/gohugoio/hugo")
        .built("~/go/bin/dlv", "go1.22.1 X:boringcrypto", "github.com/go-delve/delve/cmd/dlv")
        .program("~/go/bin/lint.sh", "#!/bin/sh\n")
}

#[test]
fn a_tool_older_than_the_projects_language_is_named_with_its_command() {
    let findings = machine().file("~/shop/go.mod", "module shop\ngo 1.22.3\n").findings("tools-stale");
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].severity, Severity::Warning);
    assert_eq!(findings[0].what.en, "gopls was built by an older Go than go.mod requires, which is 1.22.3");
    let evidence: Vec<String> = findings[0].evidence.iter().map(ToString::to_string).collect();
    assert_eq!(evidence, ["/home/ann/shop/go.mod:2: go 1.22.3", "/home/ann/go/bin/gopls: built by go1.20.4"]);
    assert_eq!(findings[0].fix.commands, ["gover tools rebuild gopls"]);
    let installed = machine().file("~/shop/go.mod", "module shop\ngo 1.22.3\n");
    let installed = installed.built("~/go/bin/gopls", "go1.22.5", "golang.org/x/tools/gopls");
    assert_eq!(installed.findings("tools-stale"), []);
    assert_eq!(machine().file("~/shop/go.mod", "go 1.20\n").findings("tools-stale"), []);
    assert_eq!(machine().findings("tools-stale"), []);
}

#[test]
fn on_windows_too() {
    let machine = Machine::windows()
        .built("~/go/bin/staticcheck.exe", "go1.21.0", "honnef.co/go/tools/cmd/staticcheck")
        .file("~/shop/go.mod", "go 1.22\n");
    let findings = machine.findings("tools-stale");
    assert_eq!(findings[0].fix.commands, ["gover tools rebuild staticcheck"]);
}

#[test]
fn a_program_that_comes_first_is_a_note() {
    let machine = machine().program("/usr/bin/hugo", "").path_first("/usr/bin:/home/ann/go/bin");
    let findings = machine.findings("tools-stale");
    assert_eq!(findings[0].severity, Severity::Note);
    assert_eq!(findings[0].what.en, "hugo of `go install` is hidden by /usr/bin/hugo");
    assert_eq!(findings[0].evidence[0].to_string(), "/usr/bin/hugo: comes first on PATH");
    assert_eq!(findings[0].evidence[1].to_string(), "/home/ann/go/bin/hugo: built by go1.19, comes later");
    assert_eq!(machine.path_first("/home/ann/go/bin:/usr/bin").findings("tools-stale"), []);
}

#[test]
fn the_same_program_twice_and_what_gover_chooses_are_silent() {
    let linked = machine().program("/usr/bin/x", "").link("/usr/bin/hugo", "~/go/bin/hugo");
    assert_eq!(linked.path_first("/usr/bin:/home/ann/go/bin").findings("tools-stale"), []);
    let wrapper = Machine::linux()
        .built("~/go/bin/go1.22.5", "go1.21.0", "golang.org/dl/go1.22.5")
        .path_first("/home/ann/.gover/bin:/home/ann/go/bin");
    assert_eq!(wrapper.findings("tools-stale"), []);
}

#[test]
fn a_healthy_machine_is_silent() {
    for machine in [Machine::linux(), Machine::windows(), Machine::macos(), Machine::alpine()] {
        assert_eq!(machine.findings("tools-stale"), []);
    }
}
