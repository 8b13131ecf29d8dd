use super::*;
use crate::testing::Machine;

const FILE: &str = "~/.config/go/env";

#[test]
fn lines_that_go_misreads_are_repaired() {
    for (before, what, severity, after) in [
        ("GOTOOLCHAIN=local\r\n", "carriage return", Severity::Error, "GOTOOLCHAIN=local\n"),
        ("GOPROXY=direct \n", "spaces around the value", Severity::Error, "GOPROXY=direct\n"),
        ("GOPROXY=\"direct\"\n", "quotation marks", Severity::Error, "GOPROXY=direct\n"),
        ("GOPROXY =direct\n", "a space before `=`", Severity::Warning, "GOPROXY=direct\n"),
        (" GOPROXY=direct\n", "go ignores it", Severity::Warning, "GOPROXY=direct\n"),
        ("export GOPROXY=direct\n", "go ignores it", Severity::Warning, "GOPROXY=direct\n"),
        ("\u{feff}GOPROXY=direct\n", "byte order mark", Severity::Warning, "GOPROXY=direct\n"),
        ("nonsense\n", "go ignores it", Severity::Warning, "# gover doctor: nonsense\n"),
    ] {
        let machine = Machine::linux().file(FILE, before);
        let findings = machine.findings("goenv-file");
        assert_eq!(findings[0].severity, severity, "{before:?}");
        assert!(findings[0].what.en.contains(what), "{}", findings[0].what.en);
        let line = before.trim_end().trim_start_matches(' ');
        assert_eq!(findings[0].evidence[0].to_string(), format!("/home/ann/.config/go/env:1: {line}"));
        let repaired = machine.repaired(&findings);
        repaired.snapshot(|snapshot| {
            assert_eq!(snapshot.go_env.content.as_deref(), Some(after.as_bytes()));
        });
        assert!(repaired.findings("goenv-file").iter().all(|finding| finding.severity == Severity::Note));
    }
}

#[test]
fn all_wrong_lines_are_one_finding() {
    let machine = Machine::linux().file(FILE, "# mine\r\nGOPROXY=direct\r\nGOSUMDB=off\r\n");
    let findings = machine.findings("goenv-file");
    assert_eq!(
        findings[0].what.en,
        "2 lines of ~/.config/go/env are not read as intended; the first ends with a carriage return, which becomes part \
         of the value"
    );
    machine
        .repaired(&findings)
        .snapshot(|snapshot| assert_eq!(snapshot.go_env.value("GOSUMDB"), Some("off")));
}

#[test]
fn a_file_that_powershell_wrote_is_turned_into_utf_8() {
    let text: Vec<u8> = "\u{feff}GOPROXY=direct\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let machine = Machine::windows().bytes(r"~/AppData\Roaming\go\env", &text);
    let findings = machine.findings("goenv-file");
    assert_eq!(findings[0].severity, Severity::Error);
    assert_eq!(
        findings[0].evidence[0].to_string(),
        r"C:\Users\ann\AppData\Roaming\go\env: 34 bytes, half of them zero"
    );
    machine.repaired(&findings).snapshot(|snapshot| {
        assert_eq!(snapshot.go_env.content.as_deref(), Some(&b"GOPROXY=direct\n"[..]));
    });
}

#[test]
fn what_the_file_sets_is_a_note() {
    let machine = Machine::linux().file(FILE, "GOFLAGS=-v -x \nGOPROXY=direct\n");
    let findings = machine.findings("goenv-file");
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].severity, Severity::Note);
    assert_eq!(findings[0].what.en, "~/.config/go/env sets GOFLAGS, GOPROXY for every project");
    assert_eq!(findings[0].evidence[1].to_string(), "/home/ann/.config/go/env:2: GOPROXY=direct");
    let findings = machine.var("GOPROXY", "off").findings("goenv-file");
    assert_eq!(findings[0].what.en, "~/.config/go/env sets GOPROXY, and a variable sets another value");
    assert_eq!(findings[0].evidence[2].to_string(), "GOPROXY=off");
    assert_eq!(findings[0].fix.commands, ["go env -u GOPROXY"]);
}

#[test]
fn names_that_go_does_not_know_or_read_are_not_called_settings() {
    let text = "GOCERTFILE=/x.pem\nGOPROXY=direct\nGOENV=/x\nGOCERTFILE=/y.pem\nCGO_CFLAGS_ALLOW=-x\n";
    let findings = Machine::linux().file(FILE, text).findings("goenv-file");
    let whats: Vec<&str> = findings.iter().map(|finding| finding.what.en.as_str()).collect();
    assert_eq!(
        whats,
        [
            "~/.config/go/env has GOCERTFILE, which go does not recognize",
            "~/.config/go/env has GOENV, which go does not read from this file",
            "~/.config/go/env sets GOPROXY, CGO_CFLAGS_ALLOW for every project",
        ]
    );
    assert_eq!(findings[0].evidence[1].to_string(), "/home/ann/.config/go/env:4: GOCERTFILE=/y.pem");
    assert_eq!(findings[0].fix.commands, ["${EDITOR:-vi} +1 /home/ann/.config/go/env"]);
    let alone = Machine::linux().file(FILE, "CARGO_HOME=/x\n").findings("goenv-file");
    assert_eq!(alone.len(), 1, "{alone:?}");
}

#[test]
fn a_healthy_machine_is_silent() {
    for machine in [Machine::linux(), Machine::windows(), Machine::macos(), Machine::alpine()] {
        assert_eq!(machine.findings("goenv-file"), []);
    }
    assert_eq!(Machine::linux().file(FILE, "# nothing yet\n\n").findings("goenv-file"), []);
}

#[test]
fn an_unreadable_file_is_reported() {
    let mut machine = Machine::linux().file("~/.config/go/env", "GOPROXY=https://proxy.corp.example\n");
    machine.disk.forbid_reading("/home/ann/.config/go/env");
    let findings = machine.findings("goenv-file");
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].what.en, "you may not read ~/.config/go/env");
    assert_eq!(findings[0].severity, Severity::Warning);
    assert!(findings[0].fix.commands[0].starts_with("sudo chown"), "{findings:?}");
}
