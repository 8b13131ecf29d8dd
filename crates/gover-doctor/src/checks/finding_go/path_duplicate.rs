//! A Go directory that the same file, or the registry, puts on PATH twice.

use std::collections::BTreeSet;

use super::path_lines::{self, PathLine};
use super::registry_path::{Entry, StoredPath};
use crate::snapshot::registry::Hive;
use crate::snapshot::startup::StartupFile;
use crate::{Check, Finding, MachinePath, Snapshot, Words, scope, text};

pub(super) const CHECK: Check = Check {
    name: "path-duplicate",
    summary: text!(
        en "a Go directory is on PATH twice",
        zh "同一个 Go 目录在 PATH 里出现两次",
    ),
    symptom: text!(
        en "`echo $PATH` shows `/usr/local/go/bin` several times; a toolchain that was removed from PATH is \
            still there.",
        zh "`echo $PATH` 里有好几个 `/usr/local/go/bin`；明明已经从 PATH 里去掉的工具链还在。",
    ),
    cause: text!(
        en "Installers and instructions add a line or an entry without checking whether it exists. Nested \
            shells that repeat entries are normal and not reported.",
        zh "安装程序和网上的教程加一行或一项时，不检查是否已经有了。嵌套的 shell 重复一遍属于正常情况，不会\
            报告。",
    ),
    repair: text!(
        en "`--fix` keeps the first line in each startup file and the first entry of your Path in the \
            registry.",
        zh "`--fix` 在每个启动文件里只留第一行，在注册表里你的 Path 中只留第一项。",
    ),
    scope: scope::anywhere,
    run,
};

fn run(snapshot: &Snapshot<'_>) -> Vec<Finding> {
    // Two files may serve different kinds of shells. Two lines in one file are one too many.
    let in_files = snapshot.startup.own().filter_map(|file| in_file(snapshot, file));
    in_files.chain(in_registry(snapshot)).collect()
}

fn in_file(snapshot: &Snapshot<'_>, file: &StartupFile) -> Option<Finding> {
    let mut lines = path_lines::in_file(snapshot, file);
    // gover's own lines check whether the directory exists.
    let block = gover_lines(file);
    lines.retain(|line| !block.contains(&line.number));
    let naming = |directory: &MachinePath| -> Vec<usize> {
        lines.iter().filter(|line| line.names(directory)).map(|line| line.number).collect()
    };
    let is_repeated = |directory: &MachinePath| is_of_go(snapshot, directory) && naming(directory).len() > 1;
    let repeated: BTreeSet<MachinePath> = snapshot.path().into_iter().filter(is_repeated).collect();
    let repeated: Vec<MachinePath> = repeated.into_iter().collect();
    if repeated.is_empty() {
        return None;
    }
    let shown = lines.iter().filter(|line| repeated.iter().any(|directory| line.names(directory)));
    let is_again = |line: &&PathLine<'_>| {
        repeated.iter().any(|directory| naming(directory).iter().skip(1).any(|again| *again == line.number))
    };
    let again = lines.iter().filter(is_again);
    let what = text!(
        en "{file} puts {directories} on PATH twice",
        zh "{file} 把 {directories} 加进 PATH 两次",
        file = snapshot.short(&file.path), directories = list(snapshot, &repeated),
    );
    let finding = Finding::note(what, WHY).shown_by(shown.map(PathLine::evidence));
    Some(finding.fixed_by(path_lines::changes(again, &repeated)))
}

fn in_registry(snapshot: &Snapshot<'_>) -> Option<Finding> {
    let machine = StoredPath::read(snapshot, Hive::Machine);
    let user = StoredPath::read(snapshot, Hive::User)?;
    // `gover setup` keeps its entry in the user's Path, even if the machine's has one.
    let is_other = |directory: &&MachinePath| **directory != snapshot.gover.bin;
    let of_machine = machine.iter().flat_map(|path| &path.entries).map(|entry| &entry.directory);
    let mut known: Vec<&MachinePath> = of_machine.filter(is_other).collect();
    let (again, kept): (Vec<&Entry>, Vec<&Entry>) = user.entries.iter().partition(|entry| {
        let is_again = known.contains(&&entry.directory) && is_of_go(snapshot, &entry.directory);
        known.push(&entry.directory);
        is_again
    });
    if again.is_empty() {
        return None;
    }
    let directories: Vec<MachinePath> = again.iter().map(|entry| entry.directory.clone()).collect();
    let what = text!(
        en "the user's Path in the registry repeats {directories}",
        zh "注册表里用户的 Path 重复了 {directories}",
        directories = list(snapshot, &directories),
    );
    let finding = Finding::note(what, WHY).shown_by(again.iter().map(|entry| user.evidence(&entry.shown)));
    Some(finding.fixed_by(user.with(kept, user.value.expands)))
}

/// gover's own directory, and `go/bin` of any toolchain.
fn is_of_go(snapshot: &Snapshot<'_>, directory: &MachinePath) -> bool {
    let is_bin_of_go = directory.file_name().eq_ignore_ascii_case("bin")
        && directory.parent().is_some_and(|above| above.file_name().to_lowercase().starts_with("go"));
    directory == &snapshot.gover.bin || is_bin_of_go
}

fn gover_lines(file: &StartupFile) -> BTreeSet<usize> {
    let mut is_inside = false;
    let mut lines = file.lines();
    lines.retain(|(_, text)| {
        is_inside |= text.trim() == "# >>> gover >>>";
        is_inside &= text.trim() != "# <<< gover <<<";
        is_inside
    });
    lines.into_iter().map(|(number, _)| number).collect()
}

fn list(snapshot: &Snapshot<'_>, directories: &[MachinePath]) -> Words {
    let shown: Vec<String> = directories.iter().map(|directory| snapshot.short(directory)).collect();
    Words { en: shown.join(" and "), zh: shown.join("、") }
}

const WHY: Words<&str> = text!(
    en "removing or replacing one of them has no effect, because the other remains",
    zh "去掉或替换其中一个不起作用，因为还有另一个",
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Severity;
    use crate::snapshot::registry::environment;
    use crate::testing::Machine;

    #[test]
    fn the_second_line_of_a_file_is_found_and_commented_out() {
        let line = "export PATH=$PATH:/usr/local/go/bin\n";
        let machine = Machine::linux()
            .toolchain("/usr/local/go", "go1.21.6")
            .file("~/.bashrc", &format!("{line}# more\n{line}"))
            .var("PATH", "/home/ann/.gover/bin:/usr/local/go/bin:/usr/local/go/bin");
        let findings = machine.findings("path-duplicate");
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].severity, Severity::Note);
        assert_eq!(findings[0].what.en, "~/.bashrc puts /usr/local/go/bin on PATH twice");
        assert_eq!(findings[0].evidence[1].to_string(), format!("/home/ann/.bashrc:3: {}", line.trim_end()));
        let repaired = machine.repaired(&findings);
        assert_eq!(repaired.findings("path-duplicate"), []);
        repaired.snapshot(|snapshot| {
            let text = snapshot.text(&snapshot.system.path("/home/ann/.bashrc")).unwrap();
            assert_eq!(text, format!("{line}# more\n# gover doctor: {line}"));
        });
    }

    #[test]
    fn the_second_entry_of_the_registry_is_found_and_removed() {
        let machine = Machine::windows()
            .registry(
                Hive::User,
                "Environment",
                "Path",
                r"%USERPROFILE%\.gover\bin;C:\x;C:\Users\ann\.gover\bin\;c:\program files\go\bin;C:\x",
            )
            .registry(
                Hive::Machine,
                environment(Hive::Machine),
                "Path",
                r"C:\Windows;C:\Program Files\Go\bin",
            );
        let findings = machine.findings("path-duplicate");
        assert_eq!(findings[0].evidence[0].to_string(), r"HKCU\Environment\Path = C:\Users\ann\.gover\bin\");
        let repaired = machine.repaired(&findings);
        assert_eq!(repaired.findings("path-duplicate"), []);
        repaired.snapshot(|snapshot| {
            let path = snapshot.registry.text(Hive::User, "Environment", "Path").unwrap();
            assert_eq!(path.shown(), r"%USERPROFILE%\.gover\bin;C:\x;C:\x");
        });
    }

    #[test]
    fn a_healthy_machine_and_a_shell_within_a_shell_are_silent() {
        for machine in [Machine::linux(), Machine::windows(), Machine::macos(), Machine::alpine()] {
            assert_eq!(machine.findings("path-duplicate"), []);
        }
        let line = "export PATH=$PATH:/usr/local/go/bin\n";
        let nested = Machine::linux()
            .file("~/.profile", line)
            .file("~/.bashrc", line)
            .var("PATH", "/home/ann/.gover/bin:/usr/local/go/bin:/usr/local/go/bin");
        assert_eq!(nested.findings("path-duplicate"), []);
    }
}
