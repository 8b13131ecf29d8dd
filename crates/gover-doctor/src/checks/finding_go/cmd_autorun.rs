//! Windows: what cmd.exe runs at each start, if that changes which `go` runs.

use super::go_programs::program_in;
use crate::snapshot::by_administrator;
use crate::snapshot::registry::{Hive, Text};
use crate::{Check, Evidence, Finding, MachinePath, Snapshot, Words, scope, text};

pub(super) const CHECK: Check = Check {
    name: "cmd-autorun",
    summary: text!(
        en "Windows: cmd.exe runs a command at each start that changes which `go` runs",
        zh "Windows：cmd.exe 每次启动时运行的命令会影响用哪个 `go`",
    ),
    symptom: text!(
        en "In cmd.exe, and in programs that start it, `go version` differs from `gover current`; in PowerShell \
            it does not.",
        zh "在 cmd.exe 里，以及在由它启动的程序里，`go version` 和 `gover current` 的版本不同；在 \
            PowerShell 里则相同。",
    ),
    cause: text!(
        en "The value `AutoRun` below `Software\\Microsoft\\Command Processor` holds a command, or names a batch \
            file, that replaces PATH, puts another `go` first, makes `go` an alias with `doskey`, or sets a variable \
            such as GOROOT.",
        zh "注册表 `Software\\Microsoft\\Command Processor` 下的 `AutoRun` 写了一条命令，或者指向一个批处理\
            文件，它替换了 PATH、把别的 `go` 放到最前面、用 `doskey` 给 `go` 起了别名，或者设置了 GOROOT 这\
            类变量。",
    ),
    repair: text!(
        en "`--fix` changes nothing, since other parts of the command may be needed. The commands shown remove the \
            part that matters, or open the batch file at its line. New windows of cmd.exe follow at once.",
        zh "这条命令的其余部分可能还有用，所以 `--fix` 什么也不改。列出的命令会去掉有影响的部分，或者打开批\
            处理文件的那一行。新开的 cmd.exe 窗口立即生效。",
    ),
    scope: scope::windows,
    run,
};

fn run(snapshot: &Snapshot<'_>) -> Vec<Finding> {
    // cmd.exe runs both, the machine's first.
    [Hive::Machine, Hive::User].into_iter().filter_map(|hive| of_hive(snapshot, hive)).collect()
}

fn of_hive(snapshot: &Snapshot<'_>, hive: Hive) -> Option<Finding> {
    let value = snapshot.registry.text(hive, KEY, "AutoRun")?;
    let text = value.shown();
    let own: Vec<Words> = statements(&text).filter_map(|statement| effect(snapshot, statement)).collect();
    let in_files = in_files(snapshot, &text);
    let first = own.first().or_else(|| in_files.first().map(|found| &found.effect))?;
    let what = text!(
        en "the command that cmd.exe runs at each start {first}",
        zh "cmd.exe 每次启动时运行的命令{first}",
        first = *first,
    );
    let why = text!(
        en "windows of cmd.exe, and programs that start it, may run another `go` than gover selects",
        zh "cmd.exe 的窗口，以及启动 cmd.exe 的程序，运行的 `go` 可能不是 gover 选的",
    );
    let lines = in_files.iter().map(|found| Evidence::line(&found.file, found.line, &found.text));
    let finding = Finding::warning(what, why)
        .shown_by([Evidence::registry(hive, KEY, "AutoRun", text.as_str())])
        .shown_by(lines)
        .commands(in_files.iter().map(|found| snapshot.edit_own(&found.file, found.line)));
    if own.is_empty() {
        return Some(finding);
    }
    let Some(removal) = removal(snapshot, hive, &value) else { return Some(finding) };
    Some(match hive {
        Hive::User => finding.command(snapshot.in_powershell(removal)),
        Hive::Machine => finding.commands(by_administrator([removal])),
    })
}

/// The command of PowerShell that takes out the statements with an effect. `None` if it is not
/// certain where they end.
fn removal(snapshot: &Snapshot<'_>, hive: Hive, value: &Text) -> Option<String> {
    let text = value.shown();
    let is_clear = !text.contains(['(', ')', '|', '^']);
    let kept: Vec<&str> =
        statements(&text).filter(|statement| effect(snapshot, statement).is_none()).map(str::trim).collect();
    let is_whole = |statement: &str| statement.matches('"').count().is_multiple_of(2);
    if !is_clear || !statements(&text).all(is_whole) {
        return None;
    }
    let key = format!(r"'{}:\{KEY}'", hive.name());
    if kept.iter().all(|statement| statement.is_empty()) {
        return Some(format!("Remove-ItemProperty {key} AutoRun"));
    }
    let kept = kept.into_iter().filter(|statement| !statement.is_empty()).collect::<Vec<_>>().join(" & ");
    let kind = if value.expands { "ExpandString" } else { "String" };
    Some(format!("Set-ItemProperty {key} AutoRun {} -Type {kind}", snapshot.powershell_word(kept)))
}

/// A line of a batch file that has an effect.
struct Found {
    file: MachinePath,
    line: usize,
    text: String,
    effect: Words,
}

/// Looks into the batch files that a command names, and into those that these call.
fn in_files(snapshot: &Snapshot<'_>, command: &str) -> Vec<Found> {
    let mut files = batch_files(snapshot, command);
    let (mut found, mut next) = (Vec::new(), 0);
    while let Some(file) = files.get(next).cloned().filter(|_| next < MOST_FILES) {
        next += 1;
        let text = snapshot.text(&file).unwrap_or_default();
        for (line, text) in (1..).zip(text.lines()).filter(|(_, text)| !is_comment(text)) {
            for called in batch_files(snapshot, text) {
                if !files.contains(&called) {
                    files.push(called);
                }
            }
            if let Some(effect) = statements(text).find_map(|statement| effect(snapshot, statement)) {
                found.push(Found { file: file.clone(), line, text: text.to_owned(), effect });
            }
        }
    }
    found
}

/// Batch files by their absolute names, between quotation marks or spaces.
fn batch_files(snapshot: &Snapshot<'_>, command: &str) -> Vec<MachinePath> {
    let quoted = command.split('"').skip(1).step_by(2);
    let words = command.split('"').step_by(2).flat_map(|part| part.split([' ', '&', '|', '(', ')', '@']));
    let paths = quoted.chain(words).map(|name| snapshot.system.path(snapshot.expand(name)));
    let is_batch = |path: &MachinePath| {
        let ending = path.file_name().rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
        matches!(ending.as_deref(), Some("bat" | "cmd")) && path.is_absolute() && snapshot.is_file(path)
    };
    paths.filter(is_batch).collect()
}

fn is_comment(line: &str) -> bool {
    let line = line.trim_start_matches([' ', '\t', '@']).to_ascii_lowercase();
    line.starts_with("::") || line == "rem" || line.starts_with("rem ")
}

fn statements(text: &str) -> impl Iterator<Item = &str> {
    text.split(['&', '|', '\n'])
}

/// What a statement does to `go`, as the end of a sentence; `None` if it does nothing to it.
fn effect(snapshot: &Snapshot<'_>, statement: &str) -> Option<Words> {
    let statement = statement.trim_matches([' ', '\t', '\r', '@', '(', ')']);
    if let Some((_, alias)) = split_at_word(statement, "doskey") {
        let name = alias.split('=').next().unwrap_or_default().trim();
        return PROGRAMS
            .contains(&name.to_ascii_lowercase().as_str())
            .then(|| text!(en "makes `{name}` an alias", zh "给 `{name}` 起了别名", name = name));
    }
    let (name, value) = match split_at_word(statement, "set") {
        Some((_, assignment)) => assignment.trim_matches('"').split_once('=')?,
        // `path C:\x` is a command of its own.
        None => ("PATH", split_at_word(statement, "path").filter(|(before, _)| before.is_empty())?.1),
    };
    let name = name.trim().to_ascii_uppercase();
    if name == "PATH" {
        return of_path(snapshot, value.trim_matches([' ', '=', '"']));
    }
    (VARIABLES.contains(&name.as_str()) && !value.is_empty())
        .then(|| text!(en "sets {name}", zh "设置了 {name}", name = name))
}

/// The parts before and after a word that begins a command, in any case.
fn split_at_word<'t>(statement: &'t str, word: &str) -> Option<(&'t str, &'t str)> {
    // The same number of bytes, so that places in it are places in the statement.
    let lower = statement.to_ascii_lowercase();
    let (before, after) = lower.match_indices(word).find_map(|(at, _)| {
        let parts = (statement.get(..at)?, statement.get(at + word.len()..)?);
        let is_begin = parts.0.is_empty() || parts.0.ends_with([' ', '(', '@']);
        (is_begin && parts.1.starts_with([' ', '=', '.'])).then_some(parts)
    })?;
    Some((before.trim(), after.trim_start_matches(".exe").trim_start()))
}

fn of_path(snapshot: &Snapshot<'_>, value: &str) -> Option<Words> {
    let old = ["%path%", "!path!"].iter().find_map(|old| value.to_ascii_lowercase().find(old));
    let before = value.get(..old.unwrap_or(value.len()))?;
    let directories = snapshot.system.split_list(&snapshot.expand(before));
    let first = directories.iter().find(|directory| program_in(snapshot, directory).is_some());
    match first {
        Some(first) if *first == snapshot.gover.bin => None,
        Some(first) => {
            Some(text!(en "puts {first} first on PATH", zh "把 {first} 放到 PATH 最前面", first = *first))
        }
        None => old.is_none().then(|| text!(en "replaces PATH", zh "替换了 PATH").into()),
    }
}

const KEY: &str = r"Software\Microsoft\Command Processor";
const PROGRAMS: &[&str] = &["go", "gofmt", "gover"];

/// Variables that decide which Go runs.
const VARIABLES: &[&str] = &["GOROOT", "GOTOOLCHAIN", "GOENV", "GOVER_HOME", "GOVER_VERSION"];

/// Enough for a file that calls others.
const MOST_FILES: usize = 8;

#[cfg(test)]
mod tests {
    use gover_shell::ShellKind;

    use super::*;
    use crate::Severity;
    use crate::testing::Machine;

    fn autorun(hive: Hive, command: &str) -> Machine {
        Machine::windows()
            .toolchain(r"C:\old\go", "go1.20.1")
            .directory(r"C:\tools")
            .program(r"C:\Users\ann\.gover\bin\go.exe", "shim")
            .registry(hive, KEY, "AutoRun", command)
    }

    fn what(command: &str) -> Option<String> {
        let findings = autorun(Hive::User, command).findings("cmd-autorun");
        let what = findings.into_iter().next()?.what.en;
        Some(what.trim_start_matches("the command that cmd.exe runs at each start ").to_owned())
    }

    #[test]
    fn what_changes_path_or_go_is_found() {
        for (command, effect) in [
            (r"set PATH=C:\old\go\bin;%PATH%", r"puts C:\old\go\bin first on PATH"),
            (r#"@set "Path=C:\old\go\bin;%Path%""#, r"puts C:\old\go\bin first on PATH"),
            (r"path C:\Windows", "replaces PATH"),
            (r"PATH=C:\Windows", "replaces PATH"),
            (r"chcp 65001 >nul & doskey go=C:\old\go\bin\go.exe $*", "makes `go` an alias"),
            (r"doskey.exe gofmt=x", "makes `gofmt` an alias"),
            (r"if exist C:\old\go set GOROOT=C:\old\go", "sets GOROOT"),
        ] {
            assert_eq!(what(command).as_deref(), Some(effect), "{command}");
        }
    }

    #[test]
    fn other_commands_are_silent() {
        for command in [
            "",
            "chcp 65001 >nul",
            r"set PATH=C:\tools;%PATH%",
            r"set PATH=%PATH%;C:\old\go\bin",
            r"set PATH=C:\Users\ann\.gover\bin;C:\old\go\bin",
            "set GOROOT=",
            "set PATHEXT=.EXE",
            "doskey ls=dir $*",
            r#""C:\clink\clink.bat" inject --autorun"#,
            r"rem C:\missing.bat",
        ] {
            assert_eq!(what(command), None, "{command}");
        }
        for machine in [Machine::linux(), Machine::windows(), Machine::macos(), Machine::alpine()] {
            assert_eq!(machine.findings("cmd-autorun"), []);
        }
    }

    #[test]
    fn only_the_part_that_matters_is_removed() {
        let commands = |machine: &Machine| machine.findings("cmd-autorun")[0].fix.commands.clone();
        let key = r"'HKCU:\Software\Microsoft\Command Processor' AutoRun";
        let mut machine = autorun(Hive::User, "doskey go=x");
        assert_eq!(commands(&machine), [format!("Remove-ItemProperty {key}")]);
        machine.shell = Some(ShellKind::Cmd);
        assert_eq!(commands(&machine), [format!("powershell -Command \"Remove-ItemProperty {key}\"")]);
        let several = autorun(Hive::User, "chcp 65001 & doskey go=x & cls");
        assert_eq!(
            commands(&several),
            [format!("Set-ItemProperty {key} 'chcp 65001 & cls' -Type ExpandString")]
        );
        assert_eq!(commands(&autorun(Hive::User, "(doskey go=x)")), [""; 0]);
        let of_all = commands(&autorun(Hive::Machine, "doskey go=x"));
        assert_eq!(of_all[0], "# in PowerShell as administrator:");
        assert!(of_all[1].starts_with(r"Remove-ItemProperty 'HKLM:\"), "{of_all:?}");
    }

    #[test]
    fn batch_files_are_read() {
        let mut machine =
            autorun(Hive::User, r#"if exist "%USERPROFILE%\my start.cmd" "%USERPROFILE%\my start.cmd""#)
                .file(
                    r"C:\Users\ann\my start.cmd",
                    "@echo off\r\nrem set GOROOT=C:\\x\r\ncall C:\\tools\\b.bat\r\n",
                )
                .file(r"C:\tools\b.bat", "@echo off\r\n@set GOTOOLCHAIN=local\r\n");
        let findings = machine.findings("cmd-autorun");
        assert_eq!((findings.len(), findings[0].severity), (1, Severity::Warning));
        assert!(findings[0].what.en.ends_with("sets GOTOOLCHAIN"), "{findings:?}");
        assert_eq!(findings[0].evidence[1].to_string(), r"C:\tools\b.bat:2: @set GOTOOLCHAIN=local");
        assert_eq!(findings[0].fix.commands, [r"notepad C:\tools\b.bat  # line 2"]);
        machine.shell = Some(ShellKind::Cmd);
        let findings = machine.findings("cmd-autorun");
        assert_eq!(findings[0].fix.commands, [r"notepad C:\tools\b.bat & rem line 2"]);
    }
}
