//! Spaces or non-ASCII characters in the paths that Go uses.

use crate::{Check, Evidence, Finding, MachinePath, Severity, Snapshot};

pub(super) const CHECK: Check = Check {
    name: "goroot-spaces",
    summary: "GOROOT, GOPATH or GOVER_HOME contains spaces or non-ASCII characters",
    symptom: "`gcc: error: Files\\Go\\src\\runtime\\cgo: No such file or directory`; a Makefile that finds no \
            tool in `$(go env GOPATH)/bin`; with cgo on Windows `cannot find -l…` for a path with `ö`.",
    cause: "The directories are below a home such as `C:\\Users\\Jörg Maier`, or in `Program Files`.",
    repair: "Go itself handles such paths. If C compilers, Makefiles or scripts do not, move gover and GOPATH \
            to directories with plain names; the commands are shown.",
    run,
};

fn run(snapshot: &Snapshot<'_>) -> Vec<Finding> {
    let system = &snapshot.system;
    let mut evidence = Vec::new();
    let mut commands = Vec::new();
    if let Some(fact) = fact(&snapshot.gover.home) {
        evidence.push(Evidence::path(&snapshot.gover.home, format!("GOVER_HOME {fact}")));
        commands.extend(plain(snapshot, ".gover").map(|to| moved(snapshot, &to)));
    }
    if let Some(value) = snapshot.go_path("GOROOT")
        && let Some(fact) = fact(&value)
        && !value.is_inside(&snapshot.gover.home)
    {
        evidence.push(Evidence::path(value, format!("GOROOT {fact}")));
        commands.push("gover doctor --fix goroot-set".to_owned());
    }
    for path in snapshot.gopath() {
        if let Some(fact) = fact(&path) {
            evidence.push(Evidence::path(path, format!("GOPATH {fact}")));
        }
    }
    if evidence.iter().any(|one| matches!(one, Evidence::Path { fact, .. } if fact.starts_with("GOPATH"))) {
        commands.extend(plain(snapshot, "go").map(|to| format!("go env -w GOPATH={to}")));
    }
    if evidence.is_empty() {
        return Vec::new();
    }
    // The user's name cannot easily be changed, but a directory outside the home was chosen for Go.
    let is_own_choice = evidence.iter().any(|one| match one {
        Evidence::Path { path, .. } => {
            !system.is_windows() && !system.path(path.as_str()).is_inside(&snapshot.home)
        }
        _ => false,
    });
    let severity = if is_own_choice { Severity::Warning } else { Severity::Note };
    let what = "Go directories have spaces or non-ASCII characters in their names";
    let why = "Go works with them, but Makefiles, scripts and C compilers often do not";
    let finding = Finding::new(severity, what, why).shown_by(evidence);
    vec![commands.iter().fold(finding, |finding, command| finding.command(command.trim_end()))]
}

/// A better place for such a directory. On Unix only root can create one outside the home
/// directory.
fn plain(snapshot: &Snapshot<'_>, name: &str) -> Option<MachinePath> {
    if fact(&snapshot.home).is_none() {
        return Some(snapshot.home.join(name));
    }
    let name = if name == "go" { "gopath" } else { name.trim_start_matches('.') };
    snapshot.system.is_windows().then(|| snapshot.system.path(format!(r"C:\{name}")))
}

/// The command that moves gover with all its toolchains.
fn moved(snapshot: &Snapshot<'_>, to: &MachinePath) -> String {
    let from = &snapshot.gover.home;
    if snapshot.system.is_windows() {
        // gover finds its home by its own location.
        return format!(r"Move-Item '{from}' '{to}'; & '{to}\bin\gover.exe' setup");
    }
    format!("mv '{from}' '{to}' && GOVER_HOME='{to}' '{to}/bin/gover' setup")
}

fn fact(path: &MachinePath) -> Option<&'static str> {
    match (path.as_str().contains(char::is_whitespace), path.as_str().is_ascii()) {
        (true, true) => Some("contains a space"),
        (false, false) => Some("contains non-ASCII characters"),
        (true, false) => Some("contains a space and non-ASCII characters"),
        (false, true) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Machine;

    #[test]
    fn a_directory_that_somebody_chose_is_a_warning() {
        let machine = Machine::linux().var("GOPATH", "/data/my go").var("GOROOT", "/opt/größe/go");
        let findings = machine.findings("goroot-spaces");
        assert_eq!(findings[0].severity, Severity::Warning);
        let evidence: Vec<_> = findings[0].evidence.iter().map(ToString::to_string).collect();
        assert_eq!(
            evidence,
            ["/opt/größe/go: GOROOT contains non-ASCII characters", "/data/my go: GOPATH contains a space"]
        );
        assert_eq!(
            findings[0].fix.commands,
            ["gover doctor --fix goroot-set", "go env -w GOPATH=/home/ann/go"]
        );
    }

    #[test]
    fn a_user_s_name_is_worth_a_note() {
        let mut machine = Machine::windows();
        machine.home = machine.system.path(r"C:\Users\Jörg Maier");
        machine.gover.home = machine.home.join(".gover");
        let findings = machine.findings("goroot-spaces");
        assert_eq!(findings[0].severity, Severity::Note);
        assert_eq!(findings[0].evidence.len(), 2);
        assert_eq!(
            findings[0].fix.commands,
            [
                r"Move-Item 'C:\Users\Jörg Maier\.gover' 'C:\gover'; & 'C:\gover\bin\gover.exe' setup",
                r"go env -w GOPATH=C:\gopath"
            ]
        );
    }

    #[test]
    fn a_healthy_machine_is_silent() {
        for machine in [Machine::linux(), Machine::windows(), Machine::macos(), Machine::alpine()] {
            assert_eq!(machine.findings("goroot-spaces"), []);
        }
    }
}
