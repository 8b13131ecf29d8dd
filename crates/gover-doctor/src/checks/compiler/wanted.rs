//! What here needs a C compiler, where none is.

use gover_project::FileKind;

use super::setup::install;
use crate::checks::project_files;
use crate::{Evidence, Finding, Severity, Snapshot, text};

/// For a machine without a C compiler, where go switches cgo off by itself.
pub(super) fn finding(snapshot: &Snapshot<'_>, compiler: &str) -> Option<Finding> {
    let (sources, races) = (sources(snapshot), races(snapshot));
    let (severity, what, why) = if !sources.is_empty() {
        let what = text!(
            en "the project has C code, and `{compiler}` is not on PATH",
            zh "项目里有 C 代码，而 PATH 里没有 `{compiler}`",
            compiler = compiler,
        );
        let why = text!(
            en "go leaves such files out, and the build fails with `build constraints exclude all Go files` or \
                `undefined`",
            zh "go 会略过这些文件，构建会报 `build constraints exclude all Go files` 或 `undefined`",
        );
        (Severity::Warning, what, why)
    } else if races.iter().any(|race| race.is_here) {
        let what = text!(
            en "a makefile uses `-race`, and `{compiler}` is not on PATH",
            zh "有 makefile 用了 `-race`，而 PATH 里没有 `{compiler}`",
            compiler = compiler,
        );
        let why = text!(
            en "that command fails here with `-race requires cgo`",
            zh "那条命令在这里会报 `-race requires cgo`",
        );
        (Severity::Warning, what, why)
    } else if races.is_empty() {
        return None;
    } else {
        let what = text!(
            en "a workflow uses `-race`, and `{compiler}` is not on PATH",
            zh "有工作流用了 `-race`，而 PATH 里没有 `{compiler}`",
            compiler = compiler,
        );
        let why = text!(
            en "a test that fails there cannot be repeated here, since `-race requires cgo`",
            zh "在那里失败的测试，在这里没法重现，因为 `-race requires cgo`",
        );
        (Severity::Note, what, why)
    };
    let races = races.into_iter().map(|race| race.evidence);
    let finding = Finding::new(severity, what, why).shown_by(sources).shown_by(races);
    Some(finding.commands(install(snapshot)))
}

/// Files with `import "C"` that every system builds, in the directory and at the top of the module.
fn sources(snapshot: &Snapshot<'_>) -> Vec<Evidence> {
    let module = snapshot.nearest("go.mod").and_then(|file| file.parent());
    let Some(module) = module else { return Vec::new() };
    let mut directories = vec![snapshot.directory.clone(), module];
    directories.dedup();
    let names = |directory| snapshot.disk.list(directory).into_iter().map(move |name| directory.join(name));
    let files = directories.iter().flat_map(names).filter(|file| is_for_all(file.file_name()));
    let line = |file| {
        let text = snapshot.text(&file)?;
        let is_chosen =
            text.lines().any(|line| line.starts_with("//go:build") || line.starts_with("// +build"));
        let (number, line) = (1..).zip(text.lines()).find(|(_, line)| line.trim() == "import \"C\"")?;
        (!is_chosen).then(|| Evidence::line(&file, number, line))
    };
    files.filter_map(line).collect()
}

/// Whether the name of a file does not choose a system: `x_linux.go` does.
fn is_for_all(name: &str) -> bool {
    name.strip_suffix(".go").is_some_and(|stem| !stem.contains('_'))
}

struct Race {
    evidence: Evidence,
    /// Whether people run it on this machine.
    is_here: bool,
}

/// Lines that give `-race` to go.
fn races(snapshot: &Snapshot<'_>) -> Vec<Race> {
    let mut races = Vec::new();
    for file in project_files::all(snapshot) {
        let is_here = match FileKind::of(file.as_str()) {
            Some(FileKind::Makefile) => true,
            Some(FileKind::Yaml) => false,
            _ => continue,
        };
        let text = snapshot.text(&file).unwrap_or_default();
        for (number, line) in (1..).zip(text.lines()) {
            let is_race = line.split_whitespace().any(|word| word.trim_matches(['"', '\'']) == "-race");
            if is_race && !line.trim_start().starts_with('#') {
                races.push(Race { evidence: Evidence::line(&file, number, line), is_here });
            }
        }
    }
    races
}

#[cfg(test)]
mod tests {
    use crate::Severity;
    use crate::testing::Machine;

    fn project() -> Machine {
        Machine::linux().file("~/shop/go.mod", "module shop\n")
    }

    #[test]
    fn c_code_and_race_without_a_compiler_are_found() {
        let source = "package shop\n\n// #include <stdio.h>\nimport \"C\"\n";
        for (name, content, severity, what, line) in [
            ("c.go", source, Severity::Warning, "the project has C code", "c.go:4: import \"C\""),
            (
                "Makefile",
                "t:\n\tgo test -race ./...\n",
                Severity::Warning,
                "a makefile uses `-race`",
                "Makefile:2: ",
            ),
            (
                ".github/workflows/ci.yml",
                "run: go test -race\n",
                Severity::Note,
                "a workflow uses `-race`",
                "ci.yml:1: ",
            ),
        ] {
            let machine = project().file(&format!("~/shop/{name}"), content);
            let findings = machine.findings("cgo-compiler");
            assert_eq!(findings[0].severity, severity, "{name}");
            assert_eq!(findings[0].what.en, format!("{what}, and `gcc` is not on PATH"));
            assert!(findings[0].evidence[0].to_string().contains(line), "{findings:?}");
            assert_eq!(findings[0].fix.commands, ["sudo apt install build-essential"]);
            let fits = machine.clone().program("/usr/bin/gcc", "");
            assert_eq!(fits.findings("cgo-compiler"), []);
            assert_eq!(machine.var("CGO_ENABLED", "0").findings("cgo-compiler"), []);
        }
    }

    #[test]
    fn other_files_are_silent() {
        for (name, content) in [
            ("c.go", "//go:build linux\n\npackage shop\n\nimport \"C\"\n"),
            ("c_windows.go", "package shop\n\nimport \"C\"\n"),
            ("c.go", "package shop\n\n// import \"C\"\n"),
            ("Makefile", "# go test -race\nt:\n\tgo test -races\n"),
        ] {
            let machine = project().file(&format!("~/shop/{name}"), content);
            assert_eq!(machine.findings("cgo-compiler"), [], "{name}");
        }
    }
}
