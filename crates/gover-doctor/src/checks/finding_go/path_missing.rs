//! gover's directory is not on PATH, now or in new shells.

use gover_shell::ShellKind;

use super::registry_path::{Entry, StoredPath, wrong_type};
use super::startup_order::StartupOrder;
use crate::snapshot::registry::Hive;
use crate::snapshot::startup::StartupFile;
use crate::{Check, Evidence, Finding, Snapshot, Words, scope, text};

pub(super) const CHECK: Check = Check {
    name: "path-missing",
    summary: text!(
        en "gover's directory is not on PATH",
        zh "gover 的目录不在 PATH 里",
    ),
    symptom: text!(
        en "`go: command not found`, or on Windows `'go' is not recognized as an internal or external \
            command` (in Chinese `'go' 不是内部或外部命令，也不是可运行的程序或批处理文件`), in PowerShell `The \
            term 'go' is not recognized` (`无法将“go”项识别为 cmdlet、函数、脚本文件或可运行程序的名称`), or \
            a `go` that gover did not choose.",
        zh "`go: command not found`；Windows 上是 `'go' 不是内部或外部命令，也不是可运行的程序或批处理文件`\
            （英文 `'go' is not recognized as an internal or external command`），PowerShell 里是 `无法将\
            “go”项识别为 cmdlet、函数、脚本文件或可运行程序的名称`（英文 `The term 'go' is not \
            recognized`）；或者运行的 `go` 不是 gover 选的。",
    ),
    cause: text!(
        en "`gover setup` was never run, its lines were removed, the shell was started before they were \
            added, or a later line of a startup file sets PATH without keeping its value.",
        zh "没有运行过 `gover setup`，它写的行被删掉了，shell 在加上这些行之前就启动了，或者启动文件后面有\
            一行重设了 PATH，没有保留原来的值。",
    ),
    repair: text!(
        en "`gover setup` puts `~/.gover/bin` first on PATH for new shells; open one. If a line after \
            gover's lines replaces PATH, `--fix` moves gover's lines to the end.",
        zh "`gover setup` 会让新开的 shell 把 `~/.gover/bin` 放在 PATH 最前面，之后新开一个 shell 即可。如\
            果是 gover 的行后面有一行重设了 PATH，`--fix` 会把 gover 的行移到末尾。",
    ),
    scope: scope::anywhere,
    run,
};

fn run(snapshot: &Snapshot<'_>) -> Vec<Finding> {
    let bin = &snapshot.gover.bin;
    let shown = snapshot.short(bin);
    let why = text!(
        en "`go` is not found, or is not the one that gover selects",
        zh "找不到 `go`，或者它不是 gover 选的",
    );
    let finding = match (snapshot.path().contains(bin), is_in_new_shells(snapshot)) {
        (true, true) => return Vec::new(),
        (false, true) => written_over(snapshot, why).unwrap_or_else(|| {
            let what = text!(
                en "{directory} is not on PATH in this shell; new shells have it",
                zh "这个 shell 的 PATH 里没有 {directory}，新开的 shell 里有",
                directory = shown,
            );
            Finding::warning(what, why).command(new_shell(snapshot))
        }),
        (true, false) => {
            let what = text!(
                en "{directory} is on PATH here, but not in new shells",
                zh "{directory} 在这里的 PATH 里，但新开的 shell 里没有",
                directory = shown,
            );
            Finding::warning(what, why).command(setup(snapshot))
        }
        (false, false) => {
            let what =
                text!(en "{directory} is not on PATH", zh "{directory} 不在 PATH 里", directory = shown);
            Finding::error(what, why).command(setup(snapshot))
        }
    };
    let value = snapshot.variables.even_empty("PATH").unwrap_or_default().to_owned();
    vec![finding.shown_by([Evidence::Variable { name: "PATH".to_owned(), value, set_in: None }])]
}

fn is_in_new_shells(snapshot: &Snapshot<'_>) -> bool {
    if snapshot.system.is_windows() {
        // An administrator may have put gover into the machine's Path, for all users.
        let is_own = |entry: &Entry| entry.directory == snapshot.gover.bin;
        return StoredPath::both(snapshot).iter().any(|path| path.visible().any(is_own));
    }
    read_files(snapshot).iter().any(|file| last_line_of_gover(snapshot, file).is_some())
}

/// The command that puts gover on PATH in new shells. `gover setup` refuses a Path that is not text.
pub(super) fn setup(snapshot: &Snapshot<'_>) -> &'static str {
    let is_text = wrong_type(snapshot, Hive::User).is_none();
    if is_text { "gover setup" } else { "gover doctor path-registry" }
}

/// A line after gover's lines that sets PATH without its old value.
fn written_over(snapshot: &Snapshot<'_>, why: Words<&str>) -> Option<Finding> {
    let (file, line) = read_files(snapshot).into_iter().filter(|file| file.is_own).find_map(|file| {
        let own = last_line_of_gover(snapshot, file)?;
        // The output of a command may contain it.
        let forgets = |value: &str| !value.contains("PATH") && !value.contains(['(', '`']);
        Some((file, file.sets("PATH").filter(|line| line.line > own && forgets(&line.value)).last()?))
    })?;
    let what = text!(
        en "{file}:{line} replaces PATH after gover's lines",
        zh "{file}:{line} 在 gover 的行之后替换了 PATH",
        file = snapshot.short(&file.path), line = line.line,
    );
    let finding = Finding::error(what, why).shown_by([line.evidence()]);
    Some(match file.with_block_at_end() {
        Some(change) => finding.fixed_by([change]).command(new_shell(snapshot)),
        None => finding.command(snapshot.edit(file, line.line)),
    })
}

/// The files that this shell reads, or all files if that is not known.
fn read_files<'s>(snapshot: &'s Snapshot<'_>) -> Vec<&'s StartupFile> {
    StartupOrder::of(snapshot).map_or_else(|| snapshot.startup.files.iter().collect(), |order| order.read)
}

fn last_line_of_gover(snapshot: &Snapshot<'_>, file: &StartupFile) -> Option<usize> {
    let bin = &snapshot.gover.bin;
    let homes = ["~", "$HOME", "${HOME}"].map(|home| snapshot.below_home(bin, home));
    let is_meant = |line: &str| {
        let is_named = homes.iter().any(|name| line.contains(name));
        is_named || line.contains(bin.as_str()) || line.contains("gover init")
    };
    file.statements().rev().find(|(_, line)| is_meant(line)).map(|(number, _)| number)
}

/// The command that makes the shell in use read its startup files again.
pub(super) fn new_shell(snapshot: &Snapshot<'_>) -> String {
    use ShellKind::{Bash, Fish, Posix, Zsh};
    match snapshot.shell {
        Some(shell @ (Bash | Zsh | Fish | Posix)) => format!("exec {} -l", shell.name()),
        _ => "open a new window".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Severity;
    use crate::testing::Machine;

    #[test]
    fn a_directory_that_is_on_no_path_is_an_error_that_setup_repairs() {
        let machine = Machine::linux().file("~/.bashrc", "# empty\n").var("PATH", "/usr/bin:/bin");
        let findings = machine.findings("path-missing");
        assert_eq!(findings[0].severity, Severity::Error);
        assert_eq!(findings[0].evidence[0].to_string(), "PATH=/usr/bin:/bin");
        assert_eq!(findings[0].fix.commands, ["gover setup"]);
    }

    #[test]
    fn a_shell_older_than_setup_has_to_be_restarted() {
        let findings = Machine::linux().var("PATH", "/usr/bin:/bin").findings("path-missing");
        assert_eq!(findings[0].severity, Severity::Warning);
        assert_eq!(findings[0].fix.commands, ["exec bash -l"]);
    }

    #[test]
    fn a_line_that_replaces_path_is_named_and_govers_lines_move_after_it() {
        let bashrc = format!("{}export PATH=/usr/bin:/bin\n", Machine::block("bash"));
        let machine = Machine::linux().file("~/.bashrc", &bashrc).var("PATH", "/usr/bin:/bin");
        let findings = machine.findings("path-missing");
        assert_eq!(findings[0].severity, Severity::Error);
        let line = bashrc.lines().count();
        assert_eq!(findings[0].what.en, format!("~/.bashrc:{line} replaces PATH after gover's lines"));
        let shown = format!("/home/ann/.bashrc:{line}: export PATH=/usr/bin:/bin");
        assert_eq!(findings[0].evidence[0].to_string(), shown);
        let new_window = machine.repaired(&findings).var("PATH", "/home/ann/.gover/bin:/usr/bin:/bin");
        assert_eq!(new_window.findings("path-missing"), []);
        assert_eq!(new_window.var("PATH", "/bin").findings("path-missing")[0].severity, Severity::Warning);
        // With what was on it, and before gover's lines, it takes nothing away.
        for kept in ["export PATH=/opt/bin:$PATH", "PATH=$(prepend /opt/bin)", "path+=(/opt/bin)"] {
            let bashrc = format!("export PATH=/usr/bin\n{}{kept}\n", Machine::block("bash"));
            let machine = Machine::linux().file("~/.bashrc", &bashrc).var("PATH", "/usr/bin:/bin");
            assert_eq!(machine.findings("path-missing")[0].severity, Severity::Warning, "{kept}");
        }
    }

    #[test]
    fn lines_that_this_shell_does_not_read_put_nothing_on_path() {
        let comment = Machine::linux().file("~/.bashrc", "# export PATH=/home/ann/.gover/bin:$PATH\n");
        let mut other = Machine::linux();
        other.shell = Some(ShellKind::Zsh);
        for machine in [comment, other] {
            let findings = machine.var("PATH", "/usr/bin:/bin").findings("path-missing");
            assert_eq!(findings[0].severity, Severity::Error);
            assert_eq!(findings[0].fix.commands, ["gover setup"]);
        }
    }

    #[test]
    fn a_path_that_only_this_shell_has_is_a_warning() {
        let machine = Machine::linux().file("~/.bashrc", "# empty\n");
        let findings = machine.findings("path-missing");
        assert!(findings[0].what.en.contains("but not in new shells"));
        let machine = Machine::windows().registry(Hive::User, "Environment", "Path", r"C:\tools");
        assert_eq!(machine.findings("path-missing")[0].severity, Severity::Warning);
    }

    #[test]
    fn a_healthy_machine_is_silent() {
        for machine in [Machine::linux(), Machine::windows(), Machine::macos(), Machine::alpine()] {
            assert_eq!(machine.findings("path-missing"), []);
        }
        let written =
            Machine::windows().registry(Hive::User, "Environment", "Path", r"%USERPROFILE%\.gover\bin\;X");
        assert_eq!(written.findings("path-missing"), []);
    }
}
