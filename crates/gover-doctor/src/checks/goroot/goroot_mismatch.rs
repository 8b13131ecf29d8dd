//! A go command that works with the files of another toolchain.

use gover_core::Request;

use super::places;
use crate::checks::finding_go::{go_programs, installers};
use crate::snapshot::programs::{Patience, Run};
use crate::{Check, Evidence, Finding, MachinePath, Snapshot, scope, text};

pub(super) const CHECK: Check = Check {
    name: "goroot-mismatch",
    summary: text!(
        en "a go command uses the tools of another toolchain",
        zh "go 命令用的是另一个工具链的工具",
    ),
    symptom: text!(
        en "`compile: version \"go1.27.3\" does not match go tool version \"go1.23.1\"` for every package, \
            or `runtime/internal/sys: package … redeclared in this block`.",
        zh "每个包都报 `compile: version \"go1.27.3\" does not match go tool version \"go1.23.1\"`，或者报 \
            `runtime/internal/sys: package … redeclared in this block`。",
    ),
    cause: text!(
        en "GOROOT points to a different toolchain from the `go` that runs, or an archive was unpacked over an \
            older toolchain.",
        zh "GOROOT 指向的工具链和正在运行的 `go` 不是同一个，或者压缩包解压到了旧工具链的目录里。",
    ),
    repair: text!(
        en "If GOROOT is the cause, `--fix` removes it from your own files. Reinstall a toolchain whose \
            files are mixed: `gover install --force 1.22.5`.",
        zh "如果原因是 GOROOT，`--fix` 会把它从你自己的文件里去掉。文件混在一起的工具链请重装：`gover \
            install --force 1.22.5`。",
    ),
    scope: scope::anywhere,
    run,
};

fn run(snapshot: &Snapshot<'_>) -> Vec<Finding> {
    let selected = &snapshot.selection;
    let mut findings = Vec::new();
    if let Some(go) = go_programs::on_path(snapshot).first() {
        // Without a ready toolchain the shim would look for one. Wrappers of others are slow.
        if !go.is_shim(snapshot) {
            if !installers::is_wrapper(snapshot, &go.path) {
                findings.extend(compare(snapshot, &go.path, ITSELF, None));
            }
        } else if selected.goroot.is_some() && selected.error.is_none() {
            findings.extend(compare(snapshot, &go.path, LIKE_SHELL, selected.goroot.as_ref()));
        }
    }
    // An editor that starts the toolchain's own program passes this shell's GOROOT on.
    if let (Some(bin), Some(goroot)) = (&selected.bin, &selected.goroot)
        && snapshot.go_path("GOROOT").is_some_and(|value| value != *goroot)
    {
        findings.extend(compare(snapshot, &bin.program("go"), ITSELF, Some(goroot)));
    }
    findings
}

type Variables = &'static [(&'static str, Option<&'static str>)];

/// Without downloads and without switching to another version.
const ITSELF: Variables = &[
    ("GOVER_AUTO_INSTALL", Some("0")),
    ("GOPROXY", Some("off")),
    ("GOFLAGS", Some("")),
    ("GOTOOLCHAIN", Some("local")),
];

/// As the shell runs gover's `go`, whose choice depends on GOTOOLCHAIN.
const LIKE_SHELL: Variables = ITSELF.split_at(3).0;

/// Compares what the program says with its compiler and with the GOROOT that it should have.
fn compare(
    snapshot: &Snapshot<'_>,
    program: &MachinePath,
    variables: Variables,
    expected: Option<&MachinePath>,
) -> Option<Finding> {
    let (is_success, text, environment) = ask(snapshot, program, variables, &["env", "GOROOT", "GOVERSION"])?;
    if !is_success {
        // It does not start; `goroot-invalid` explains why.
        return None;
    }
    let mut lines = text.lines();
    let goroot = snapshot.system.path(lines.next().unwrap_or_default());
    // Enabled experiments and the vendor may follow the version.
    let version = lines.next().and_then(|line| line.split_whitespace().next()).unwrap_or_default();
    let compiler = ask(snapshot, program, variables, &["tool", "compile", "-V"]);
    // `compile version go1.22.5`, and possibly more.
    let compiler_version = compiler.as_ref().and_then(|(_, text, _)| text.split_whitespace().nth(2));
    let is_release = |version: &str| version.starts_with("go1");
    let other_compiler = compiler_version
        .filter(|compiler| is_release(version) && is_release(compiler) && *compiler != version);
    let is_elsewhere = expected
        .is_some_and(|expected| !goroot.is_empty() && snapshot.real(&goroot) != snapshot.real(expected));
    let has_no_compiler = compiler.as_ref().is_some_and(|(is_success, ..)| !is_success);
    if !is_elsewhere && other_compiler.is_none() && !has_no_compiler {
        return None;
    }
    let shown = snapshot.short(program);
    let finding = if let Some(compiler) = other_compiler {
        let what = text!(
            en "{program} is {version} and uses the tools of {compiler}",
            zh "{program} 是 {version}，用的却是 {compiler} 的工具",
            program = shown, version = version, compiler = compiler,
        );
        let why = text!(
            en "the packages it compiles do not work together",
            zh "它编译出来的包不能一起使用",
        );
        Finding::error(what, why)
    } else {
        let goroot = if goroot.is_empty() {
            text!(en "no GOROOT", zh "空的 GOROOT").into()
        } else {
            text!(en "{goroot}", zh "{goroot}", goroot = goroot)
        };
        let what = text!(
            en "{program} uses the files of {goroot}",
            zh "{program} 用的是 {goroot} 的文件",
            program = shown, goroot = goroot,
        );
        let why = text!(
            en "it compiles with the standard library and the tools of another toolchain",
            zh "它用另一个工具链的标准库和工具来编译",
        );
        Finding::error(what, why)
    };
    // Programs built by Go use the variable, but not the file of `go env -w`.
    let of_program = snapshot.variable("GOROOT").map(|set| Evidence::answer("runtime.GOROOT()", set));
    let finding = finding
        .shown_by([environment])
        .shown_by(compiler.map(|(.., evidence)| evidence))
        .shown_by(snapshot.go_setting_evidence("GOROOT"))
        .shown_by(of_program);
    if snapshot.go_setting("GOROOT").is_some() {
        // `goroot-set` shows the lines that it changes; this is the same repair.
        return Some(places::unset(snapshot, finding.about("GOROOT")));
    }
    Some(finding.command(match snapshot.selection.version.as_ref().filter(|_| expected.is_some()) {
        Some(version) => format!("gover install --force {}", Request::typed(version.as_str())),
        None => "gover setup".to_owned(),
    }))
}

/// Runs a go command; returns whether it succeeded, what it said, and that as evidence.
fn ask(
    snapshot: &Snapshot<'_>,
    program: &MachinePath,
    variables: Variables,
    arguments: &[&str],
) -> Option<(bool, String, Evidence)> {
    let ran = snapshot.programs.run(&Run {
        program,
        arguments,
        variables,
        input: "",
        patience: Patience::Short,
    })?;
    let text = if ran.stdout.trim().is_empty() { ran.stderr } else { ran.stdout };
    let shown = text.lines().map(str::trim).collect::<Vec<_>>().join(", ");
    let of = format!("{} {}", snapshot.short(program), arguments.join(" "));
    Some((ran.code == Some(0), text, Evidence::answer(of, shown)))
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
            findings[0].what.en,
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
        assert_eq!(findings[0].fix.commands, ["unset GOROOT"]);
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
