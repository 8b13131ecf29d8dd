//! What the file of `go env -w` sets, and lines in it that go reads otherwise than they were meant.

use crate::check::Check;
use crate::finding::{Change, Evidence, Finding, Severity};
use crate::snapshot::Snapshot;
use crate::snapshot::go_env::GoEnvLine;

pub(super) const CHECK: Check = Check {
    name: "goenv-file",
    summary: "Lines of the file of `go env -w` that go passes over or misreads, and what it sets",
    symptom: "A setting in the file (`go env GOENV` says where it is) has no effect, or go complains about a value that looks right: \
              `invalid GOTOOLCHAIN \"local\\r\"`, `invalid proxy URL scheme`.",
    cause: "The file was edited by hand or copied from Windows. go takes each line as it is: `export`, blanks at the beginning, \
            small letters and a byte order mark make it pass the line over without a word; a carriage return, a blank at the \
            end and quotation marks become part of the value.",
    repair: "`--fix` turns lines that go passes over into comments and cleans the values of the others. `go env -u NAME` removes \
             a setting, `go env -changed` shows all that differ from the default.",
    needs_network: false,
    run,
};

fn run(snapshot: &Snapshot<'_>) -> Vec<Finding> {
    if let Some(finding) = foreign_encoding(snapshot) {
        return vec![finding];
    }
    [faulty(snapshot), overriding(snapshot)].into_iter().flatten().collect()
}

/// `echo GOPROXY=direct > env` in Windows `PowerShell` writes UTF-16.
fn foreign_encoding(snapshot: &Snapshot<'_>) -> Option<Finding> {
    let (path, content) = (snapshot.go_env.path.clone()?, snapshot.go_env.content.clone()?);
    if !content.contains(&0) {
        return None;
    }
    let (mark, order): (&[u8], fn([u8; 2]) -> u16) = match content.get(..2) {
        Some([0xff, 0xfe]) => (b"\xff\xfe", u16::from_le_bytes),
        Some([0xfe, 0xff]) => (b"\xfe\xff", u16::from_be_bytes),
        _ => (b"", u16::from_le_bytes),
    };
    let units: Vec<u16> =
        content[mark.len()..].chunks_exact(2).filter_map(|pair| pair.try_into().ok()).map(order).collect();
    let text = String::from_utf16(&units).ok()?.replace("\r\n", "\n");
    let what = format!("{} is in UTF-16", snapshot.short(&path));
    let why = "go reads UTF-8 and passes over every line of it, so that none of these settings counts";
    let finding = Finding::new(CHECK.name, Severity::Error, what, why).shown_by([Evidence::Path {
        path: path.clone(),
        fact: format!("{} bytes, every other one zero", content.len()),
    }]);
    Some(finding.fixed_by([Change::File { path, before: Some(content), after: Some(text.into_bytes()) }]))
}

/// One finding for all lines, since they are in one file.
fn faulty(snapshot: &Snapshot<'_>) -> Option<Finding> {
    let file = &snapshot.go_env;
    let faults: Vec<(&GoEnvLine, &str, Severity)> = file
        .lines
        .iter()
        .filter_map(|line| fault(line).map(|(what, severity)| (line, what, severity)))
        .collect();
    let (_, what, _) = faults.first()?;
    let severity = faults.iter().map(|(_, _, severity)| *severity).max()?;
    let path = snapshot.short(file.path.as_deref()?);
    let what = match faults.len() {
        1 => format!("a line of {path} {what}"),
        count => format!("{count} lines of {path} are not read as they look; the first {what}"),
    };
    let why =
        "go says nothing about it: it passes the line over, or takes every character for part of the value";
    let evidence = faults.iter().filter_map(|(line, ..)| file.line_evidence(line));
    let change = file.rewritten(|line| Some(repaired(line)));
    Some(Finding::new(CHECK.name, severity, what, why).shown_by(evidence).fixed_by(change))
}

fn fault(line: &GoEnvLine) -> Option<(&'static str, Severity)> {
    let text = line.text.trim();
    let Some((name, value)) = &line.setting else {
        let is_meant = !text.is_empty() && !text.starts_with('#');
        let what = match &line.text {
            text if text.starts_with('\u{feff}') => {
                "begins with a byte order mark, so that go passes it over"
            }
            _ => "is no setting to go, which passes it over",
        };
        return is_meant.then_some((what, Severity::Warning));
    };
    if value.ends_with('\r') {
        Some(("ends with a carriage return, which becomes part of the value", Severity::Error))
    } else if name.trim_end() != name {
        Some(("has a blank before the `=`, which becomes part of the name", Severity::Warning))
    } else if !HOLDS_WORDS.contains(&name.as_str()) && value.trim() != value {
        Some(("has a blank around the value, which becomes part of it", Severity::Error))
    } else if !HOLDS_WORDS.contains(&name.as_str()) && unquoted(value).is_some() {
        Some(("has quotation marks, which become part of the value", Severity::Error))
    } else {
        None
    }
}

/// The line as it was meant; as a comment if that cannot be told.
fn repaired(line: &GoEnvLine) -> String {
    if fault(line).is_none() {
        return line.text.clone();
    }
    let text = line.text.trim_start_matches('\u{feff}').trim();
    let text = ["export ", "set "].iter().find_map(|word| text.strip_prefix(word)).unwrap_or(text);
    match text.split_once('=') {
        Some((name, value)) if is_name(name.trim()) => {
            let (name, value) = (name.trim(), value.trim());
            let value = if HOLDS_WORDS.contains(&name) { value } else { unquoted(value).unwrap_or(value) };
            format!("{name}={value}")
        }
        _ => format!("# gover doctor: {}", line.text.trim()),
    }
}

fn is_name(name: &str) -> bool {
    let is_part = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    name.starts_with(|c: char| c.is_ascii_uppercase()) && name.chars().all(is_part)
}

fn unquoted(value: &str) -> Option<&str> {
    ['"', '\''].into_iter().find_map(|quote| value.strip_prefix(quote)?.strip_suffix(quote))
}

/// What the file sets, to know of; in particular what a variable takes the effect from.
fn overriding(snapshot: &Snapshot<'_>) -> Option<Finding> {
    let file = &snapshot.go_env;
    let set: Vec<&GoEnvLine> = file
        .lines
        .iter()
        .filter(|line| line.setting.as_ref().is_some_and(|(_, value)| !value.is_empty()))
        .collect();
    let names: Vec<&str> =
        set.iter().filter_map(|line| line.setting.as_ref()).map(|(name, _)| name.as_str()).collect();
    if names.is_empty() {
        return None;
    }
    let hidden: Vec<&str> = names
        .iter()
        .copied()
        .filter(|name| snapshot.variable(name).is_some_and(|value| file.value(name) != Some(value)))
        .collect();
    let path = snapshot.short(file.path.as_deref()?);
    let (what, why) = if hidden.is_empty() {
        (
            format!("{path} sets {} for every project", names.join(", ")),
            "settings of `go env -w` are easily forgotten and show in no startup file",
        )
    } else {
        (
            format!("{path} sets {}, and a variable sets it otherwise", hidden.join(", ")),
            "the variable wins: `go env -w` has no effect until it is gone",
        )
    };
    let mut finding = Finding::new(CHECK.name, Severity::Note, what, why)
        .shown_by(set.iter().filter_map(|line| file.line_evidence(line)))
        .shown_by(hidden.iter().map(|name| snapshot.variable_evidence(name)));
    for name in hidden {
        finding = finding.command(format!("go env -u {name}"));
    }
    Some(finding)
}

/// Settings in which quotation marks and blanks mean something (`go help environment`, `cmd/internal/quoted`).
const HOLDS_WORDS: &[&str] = &[
    "AR",
    "CC",
    "CGO_CFLAGS",
    "CGO_CPPFLAGS",
    "CGO_CXXFLAGS",
    "CGO_FFLAGS",
    "CGO_LDFLAGS",
    "CXX",
    "FC",
    "GCCGO",
    "GOAUTH",
    "GOCACHEPROG",
    "GOFLAGS",
    "GO_EXTLINK_ENABLED",
    "PKG_CONFIG",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Machine;

    const FILE: &str = "~/.config/go/env";

    #[test]
    fn lines_that_go_misreads_are_made_what_they_were_meant_to_be() {
        for (before, what, severity, after) in [
            ("GOTOOLCHAIN=local\r\n", "carriage return", Severity::Error, "GOTOOLCHAIN=local\n"),
            ("GOPROXY=direct \n", "a blank around the value", Severity::Error, "GOPROXY=direct\n"),
            ("GOPROXY=\"direct\"\n", "quotation marks", Severity::Error, "GOPROXY=direct\n"),
            ("GOPROXY =direct\n", "a blank before the `=`", Severity::Warning, "GOPROXY=direct\n"),
            (" GOPROXY=direct\n", "passes it over", Severity::Warning, "GOPROXY=direct\n"),
            ("export GOPROXY=direct\n", "passes it over", Severity::Warning, "GOPROXY=direct\n"),
            ("\u{feff}GOPROXY=direct\n", "byte order mark", Severity::Warning, "GOPROXY=direct\n"),
            ("nonsense\n", "passes it over", Severity::Warning, "# gover doctor: nonsense\n"),
        ] {
            let machine = Machine::linux().file(FILE, before);
            let findings = machine.findings("goenv-file");
            assert_eq!(findings[0].severity, severity, "{before:?}");
            assert!(findings[0].what.contains(what), "{}", findings[0].what);
            let line = before.trim_end().trim_start_matches(' ');
            assert_eq!(findings[0].evidence[0].to_string(), format!("/home/ann/.config/go/env:1: {line}"));
            let repaired = machine.repaired(&findings);
            repaired.snapshot(|snapshot| {
                assert_eq!(snapshot.text(FILE.replace('~', "/home/ann").as_str()).unwrap(), after)
            });
            assert!(repaired.findings("goenv-file").iter().all(|finding| finding.severity == Severity::Note));
        }
    }

    #[test]
    fn all_lines_at_fault_are_one_finding() {
        let machine = Machine::linux().file(FILE, "# mine\r\nGOPROXY=direct\r\nGOSUMDB=off\r\n");
        let findings = machine.findings("goenv-file");
        assert_eq!(
            findings[0].what,
            "2 lines of ~/.config/go/env are not read as they look; the first ends with a carriage return, which becomes part \
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
            r"C:\Users\ann\AppData\Roaming\go\env: 34 bytes, every other one zero"
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
        assert_eq!(findings[0].what, "~/.config/go/env sets GOFLAGS, GOPROXY for every project");
        assert_eq!(findings[0].evidence[1].to_string(), "/home/ann/.config/go/env:2: GOPROXY=direct");
        let findings = machine.var("GOPROXY", "off").findings("goenv-file");
        assert_eq!(findings[0].what, "~/.config/go/env sets GOPROXY, and a variable sets it otherwise");
        assert_eq!(findings[0].evidence[2].to_string(), "GOPROXY=off");
        assert_eq!(findings[0].fix.commands, ["go env -u GOPROXY"]);
    }

    #[test]
    fn a_healthy_machine_is_silent() {
        for machine in [Machine::linux(), Machine::windows(), Machine::macos(), Machine::alpine()] {
            assert_eq!(machine.findings("goenv-file"), []);
        }
        assert_eq!(Machine::linux().file(FILE, "# nothing yet\n\n").findings("goenv-file"), []);
    }
}
