//! A go command that works with the files of another toolchain.

use self::As::{Itself, LikeShell};
use crate::checks::finding_go::{go_programs, installers};
use crate::snapshot::programs::Run;
use crate::{Check, Evidence, Finding, MachinePath, Snapshot};

pub(super) const CHECK: Check = Check {
    name: "goroot-mismatch",
    summary: "a go command uses the tools of another toolchain",
    symptom: "`compile: version \"go1.27.3\" does not match go tool version \"go1.23.1\"` for every package, \
            or `runtime/internal/sys: package … redeclared in this block`.",
    cause: "GOROOT points to a different toolchain from the `go` that runs, or an archive was unpacked over an \
            older toolchain.",
    repair: "If GOROOT is the cause, `gover doctor --fix goroot-set` removes it. Reinstall a toolchain whose \
            files are mixed: `gover install --force 1.22.5`.",
    run,
};

fn run(snapshot: &Snapshot<'_>) -> Vec<Finding> {
    let selected = &snapshot.selection;
    let first = go_programs::on_path(snapshot).into_iter().next();
    let is_ready = selected.goroot.is_some() && selected.error.is_none();
    let mut findings = Vec::new();
    if let Some(go) = first {
        let is_shim = go.is_shim(snapshot);
        // Without a ready toolchain the shim would look for one. Wrappers of other version managers
        // are slow.
        if (is_ready && is_shim) || !(is_shim || installers::is_wrapper(snapshot, &go.path)) {
            let goroot = selected.goroot.as_ref().filter(|_| is_shim);
            findings.extend(compare(snapshot, &go.path, if is_shim { LikeShell } else { Itself }, goroot));
        }
    }
    // An editor that starts the toolchain's own program passes this shell's GOROOT on.
    if let (Some(bin), Some(goroot)) = (&selected.bin, &selected.goroot)
        && snapshot.go_path("GOROOT").is_some_and(|value| value != *goroot)
    {
        let program = bin.program("go");
        findings.extend(compare(snapshot, &program, Itself, Some(goroot)));
    }
    findings
}

/// How a program is asked.
#[derive(Clone, Copy, PartialEq, Eq)]
enum As {
    /// As the shell runs gover's `go`, whose choice depends on GOTOOLCHAIN.
    LikeShell,
    /// Without switching to another version.
    Itself,
}

/// Compares what the program says with its compiler and with the GOROOT that it should have.
fn compare(
    snapshot: &Snapshot<'_>,
    program: &MachinePath,
    how: As,
    expected: Option<&MachinePath>,
) -> Option<Finding> {
    let environment = ask(snapshot, program, how, &["env", "GOROOT", "GOVERSION"])?;
    if environment.code != Some(0) {
        // It does not start; `goroot-invalid` explains why.
        return None;
    }
    let mut lines = environment.text.lines();
    let goroot = snapshot.system.path(lines.next().unwrap_or_default());
    // Enabled experiments and the vendor may follow the version.
    let version = lines.next().and_then(|line| line.split_whitespace().next()).unwrap_or_default().to_owned();
    let compiler = ask(snapshot, program, how, &["tool", "compile", "-V"]);
    // `compile version go1.22.5`, and possibly more.
    let compiler_version =
        compiler.as_ref().and_then(|answer| answer.text.split_whitespace().nth(2)).map(str::to_owned);
    let is_elsewhere = expected
        .is_some_and(|expected| !goroot.is_empty() && snapshot.real(&goroot) != snapshot.real(expected));
    let is_other_compiler = compiler_version.as_deref().is_some_and(|compiler| {
        version.starts_with("go1") && compiler.starts_with("go1") && compiler != version
    });
    let has_no_compiler = compiler.as_ref().is_some_and(|answer| answer.code != Some(0));
    if !is_elsewhere && !is_other_compiler && !has_no_compiler {
        return None;
    }
    let shown = snapshot.short(program);
    let (what, why) = match (&compiler_version, is_other_compiler) {
        (Some(compiler), true) => (
            format!("{shown} is {version} and uses the tools of {compiler}"),
            "the packages it compiles do not work together",
        ),
        _ => (
            format!(
                "{shown} uses the files of {}",
                if goroot.is_empty() { "no GOROOT" } else { goroot.as_str() }
            ),
            "it compiles with the standard library and the tools of another toolchain",
        ),
    };
    let mut finding = Finding::error(what, why)
        .shown_by([environment.evidence])
        .shown_by(compiler.map(|answer| answer.evidence))
        .shown_by(snapshot.go_setting_evidence("GOROOT"));
    if let Some(set) = snapshot.variable("GOROOT") {
        // Programs built by Go use the variable, but not the file of `go env -w`.
        finding = finding.shown_by([Evidence::answer("runtime.GOROOT()", set)]);
    }
    if snapshot.go_setting("GOROOT").is_some() {
        finding = finding.command("gover doctor --fix goroot-set");
        if let Some(shell) = snapshot.shell {
            finding = finding.command(shell.syntax().unset_by_hand("GOROOT").trim_end());
        }
    } else if let Some(version) = snapshot.selection.version.as_ref().filter(|_| expected.is_some()) {
        finding =
            finding.command(format!("gover install --force {}", version.as_str().trim_start_matches("go")));
    } else {
        finding = finding.command("gover setup");
    }
    Some(finding)
}

struct Answer {
    code: Option<i32>,
    text: String,
    evidence: Evidence,
}

/// Runs a go command that must not download anything.
fn ask(snapshot: &Snapshot<'_>, program: &MachinePath, how: As, arguments: &[&str]) -> Option<Answer> {
    let mut variables =
        vec![("GOVER_AUTO_INSTALL", Some("0")), ("GOPROXY", Some("off")), ("GOFLAGS", Some(""))];
    if how == Itself {
        variables.push(("GOTOOLCHAIN", Some("local")));
    }
    let ran = snapshot.programs.run(&Run { program, arguments, variables: &variables, input: "" })?;
    let text = if ran.stdout.trim().is_empty() { ran.stderr } else { ran.stdout };
    let shown = text.lines().map(str::trim).collect::<Vec<_>>().join(", ");
    let of = format!("{} {}", snapshot.short(program), arguments.join(" "));
    Some(Answer { code: ran.code, text, evidence: Evidence::Answer { of, text: shown } })
}

#[cfg(test)]
mod tests {
    use crate::Severity;
    use crate::testing::Machine;

    const GOROOT: &str = "/home/ann/.gover/versions/go1.22.5";

    fn answering(machine: Machine, program: &str, goroot: &str, version: &str, compiler: &str) -> Machine {
        machine
            .answers(&format!("{program} env GOROOT GOVERSION"), 0, &format!("{goroot}\n{version}\n"), "")
            .answers(&format!("{program} tool compile -V"), 0, &format!("compile version {compiler}\n"), "")
    }

    #[test]
    fn tools_of_another_go_are_found_in_what_editors_start() {
        let shim = "/home/ann/.gover/bin/go";
        let machine =
            answering(Machine::linux(), shim, GOROOT, "go1.22.5", "go1.22.5").var("GOROOT", "/opt/go");
        let machine = answering(machine, &format!("{GOROOT}/bin/go"), "/opt/go", "go1.22.5", "go1.21.6");
        let findings = machine.findings("goroot-mismatch");
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].severity, Severity::Error);
        assert_eq!(
            findings[0].what,
            "~/.gover/versions/go1.22.5/bin/go is go1.22.5 and uses the tools of go1.21.6"
        );
        let evidence: Vec<_> = findings[0].evidence.iter().map(ToString::to_string).collect();
        assert_eq!(
            evidence,
            [
                "~/.gover/versions/go1.22.5/bin/go env GOROOT GOVERSION: /opt/go, go1.22.5",
                "~/.gover/versions/go1.22.5/bin/go tool compile -V: compile version go1.21.6",
                "GOROOT=/opt/go",
                "runtime.GOROOT(): /opt/go"
            ]
        );
        assert_eq!(findings[0].fix.commands, ["gover doctor --fix goroot-set", "unset GOROOT"]);
        let mut repaired = machine;
        repaired.variables.remove("GOROOT");
        assert_eq!(repaired.findings("goroot-mismatch"), []);
    }

    #[test]
    fn a_toolchain_with_mixed_files_is_reinstalled() {
        let shim = r"C:\Users\ann\.gover\bin\go.exe";
        let goroot = r"C:\Users\ann\.gover\versions\go1.22.5";
        let machine = answering(Machine::windows(), shim, goroot, "go1.22.5", "go1.22.4");
        let findings = machine.findings("goroot-mismatch");
        assert_eq!(findings[0].fix.commands, ["gover install --force 1.22.5"]);
        let installed = answering(machine, shim, goroot, "go1.22.5", "go1.22.5");
        assert_eq!(installed.findings("goroot-mismatch"), []);
    }

    #[test]
    fn a_goroot_of_go_env_is_not_one_of_the_variable() {
        let shim = "/home/ann/.gover/bin/go";
        let machine = answering(Machine::linux(), shim, GOROOT, "go1.22.5", "go1.22.5")
            .file("~/.config/go/env", "GOROOT=/opt/go\n");
        let machine = answering(machine, &format!("{GOROOT}/bin/go"), "/opt/go", "go1.22.5", "go1.21.6");
        let evidence: Vec<String> =
            machine.findings("goroot-mismatch")[0].evidence.iter().map(ToString::to_string).collect();
        assert!(evidence.contains(&"/home/ann/.config/go/env:1: GOROOT=/opt/go".to_owned()), "{evidence:?}");
        assert!(!evidence.iter().any(|one| one.starts_with("runtime.GOROOT()")), "{evidence:?}");
        assert_eq!(machine.file("~/.config/go/env", "").findings("goroot-mismatch"), []);
    }

    #[test]
    fn a_goroot_without_a_compiler_is_found() {
        let shim = "/home/ann/.gover/bin/go";
        let machine = answering(Machine::linux(), shim, GOROOT, "go1.22.5", "").answers(
            &format!("{shim} tool compile -V"),
            2,
            "",
            "go: no such tool \"compile\"\n",
        );
        let findings = machine.findings("goroot-mismatch");
        assert_eq!(
            findings[0].evidence[1].to_string(),
            "~/.gover/bin/go tool compile -V: go: no such tool \"compile\""
        );
    }

    #[test]
    fn a_healthy_machine_is_silent() {
        for machine in [Machine::linux(), Machine::windows(), Machine::macos(), Machine::alpine()] {
            assert_eq!(machine.findings("goroot-mismatch"), []);
        }
        let shim = "/home/ann/.gover/bin/go";
        for (version, compiler) in [
            ("go1.22.5 X:loopvar", "go1.22.5 X:loopvar"),
            ("go1.22.5 (Red Hat 1.22.5-1)", "go1.22.5"),
            ("devel go1.24-1", "go1.23"),
        ] {
            let machine = answering(Machine::linux(), shim, GOROOT, version, compiler);
            assert_eq!(machine.findings("goroot-mismatch"), []);
        }
    }

    #[test]
    fn a_go_that_does_not_start_is_for_another_check() {
        let command = "/home/ann/.gover/bin/go env GOROOT GOVERSION";
        let machine = Machine::linux().answers(command, 2, "", "go: cannot find GOROOT directory: /x\n");
        assert_eq!(machine.findings("goroot-mismatch"), []);
    }
}
