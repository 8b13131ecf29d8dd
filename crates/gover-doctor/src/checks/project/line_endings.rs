//! Carriage returns in files that Go, git and scripts read.

use super::attributes::{LineEnds, decision};
use crate::{Change, Check, Evidence, Finding, MachinePath, Severity, Snapshot, scope, text};

pub(super) const CHECK: Check = Check {
    name: "line-endings",
    summary: text!(
        en "carriage returns in go.mod, go.sum and pins",
        zh "go.mod、go.sum 和版本文件里有回车符",
    ),
    symptom: text!(
        en "`gofmt -l .` lists every file, `warning: in the working copy of 'go.mod', CRLF will be replaced by LF the next time Git touches it`, or a script's \
            `go1.22.5\\r: not found`.",
        zh "`gofmt -l .` 列出所有文件、`warning: in the working copy of 'go.mod', CRLF will be replaced by \
            LF the next time Git touches it`，或者脚本报 `go1.22.5\\r: not found`。",
    ),
    cause: text!(
        en "git with `core.autocrlf`, or an editor, wrote Windows line ends, and `.gitattributes` does not \
            say which to use. Go reads both and writes only `\\n`, so `go mod tidy` changes every line. \
            Scripts that read a pin take the `\\r` as part of the version.",
        zh "git 的 `core.autocrlf` 或编辑器写成了 Windows 换行，而 `.gitattributes` 没有规定用哪种。Go 两种\
            都能读，但只写 `\\n`，所以 `go mod tidy` 会改动每一行。读取版本文件的脚本会把 `\\r` 当成版本的\
            一部分。",
    ),
    repair: text!(
        en "`--fix` rewrites go.mod, go.sum, go.work and the pins with `\\n`, except where git on Windows \
            uses `\\r\\n` anyway. The lines shown for `.gitattributes` keep it that way for everyone.",
        zh "`--fix` 把 go.mod、go.sum、go.work 和版本文件改写成 `\\n`，除非 Windows 上的 git 本来就用 \
            `\\r\\n`。把列出的几行写进 `.gitattributes`，对所有人都一直有效。",
    ),
    scope: scope::anywhere,
    run,
};

fn run(snapshot: &Snapshot<'_>) -> Vec<Finding> {
    FILES.iter().filter_map(|name| in_file(snapshot, name)).chain(attributes(snapshot)).collect()
}

fn in_file(snapshot: &Snapshot<'_>, name: &str) -> Option<Finding> {
    let path = snapshot.nearest(name)?;
    let before = snapshot.disk.read(&path).ok()?;
    let lines: Vec<&[u8]> = before.split_inclusive(|&byte| byte == b'\n').collect();
    let is_crlf = |line: &&[u8]| line.ends_with(b"\r\n");
    let count = lines.iter().filter(|line| is_crlf(line)).count();
    if count == 0 {
        return None;
    }
    let is_mixed = lines.iter().any(|line| line.ends_with(b"\n") && !is_crlf(line));
    // git on Windows checks files out like this, and its tools expect it.
    let is_usual = snapshot.system.is_windows() && !is_mixed;
    let severity = if is_usual { Severity::Note } else { Severity::Warning };
    let ends = if is_mixed {
        text!(en "line ends of both kinds", zh "两种换行混用")
    } else {
        text!(en "Windows line ends", zh "用了 Windows 换行")
    };
    let why = if name.starts_with('.') {
        text!(
            en "gover accepts it, but scripts and other version managers take the carriage return as part of the \
                version",
            zh "gover 能读，但脚本和别的版本管理工具会把回车符当成版本的一部分",
        )
    } else {
        text!(en "the next `go mod tidy` rewrites every line", zh "下一次 `go mod tidy` 会改写每一行")
    };
    let what = text!(en "{file} has {ends}", zh "{file} 里{ends}", file = name, ends = ends);
    let fact = format!("{count} of {} lines end in a carriage return", lines.len());
    let mut finding = Finding::new(severity, what, why).shown_by([Evidence::path(&path, fact)]);
    if !is_usual && snapshot.disk.is_writable(&path) {
        let after = lines.iter().flat_map(|line| match line.strip_suffix(b"\r\n") {
            Some(line) => [line, b"\n"].concat(),
            None => line.to_vec(),
        });
        let after = after.collect();
        finding = finding.fixed_by([Change::file(&path, before, after)]);
    }
    Some(finding.commands(attribute_command(snapshot, name)))
}

/// A line that makes git write carriage returns into Go files.
fn attributes(snapshot: &Snapshot<'_>) -> Option<Finding> {
    let asking = |(name, pattern): &(&str, &'static str)| {
        let found = decision(snapshot, name).filter(|found| found.ends == LineEnds::Crlf)?;
        Some((found, *pattern))
    };
    let found: Vec<_> = OF_GO.iter().filter_map(asking).collect();
    let (first, _) = found.first()?;
    let what = text!(
        en "{file} asks for Windows line ends in Go files",
        zh "{file} 要求 Go 文件用 Windows 换行",
        file = snapshot.short(&first.file),
    );
    let why = text!(
        en "gofmt and `go mod tidy` write only line feeds, so they change every line",
        zh "gofmt 和 `go mod tidy` 只写换行符，所以会改动每一行",
    );
    let mut evidence: Vec<Evidence> = found.iter().map(|(found, _)| found.evidence.clone()).collect();
    evidence.dedup();
    let commands = found.iter().map(|(found, pattern)| append(snapshot, &found.file, pattern));
    Some(Finding::warning(what, why).shown_by(evidence).commands(commands))
}

/// The command that makes git write line feeds into a file; `None` if it already does.
fn attribute_command(snapshot: &Snapshot<'_>, name: &str) -> Option<String> {
    let root = snapshot.repository()?;
    match decision(snapshot, name) {
        Some(found) if found.ends == LineEnds::Lf => None,
        // A line behind the one that decides.
        Some(found) => Some(append(snapshot, &found.file, name)),
        None => Some(append(snapshot, &root.join(".gitattributes"), name)),
    }
}

/// The command that adds a line. It begins a new one if the file does not end with a line feed.
fn append(snapshot: &Snapshot<'_>, file: &MachinePath, pattern: &str) -> String {
    let line = format!("{pattern} text eol=lf");
    let is_open = snapshot.text(file).is_some_and(|text| !text.is_empty() && !text.ends_with('\n'));
    if snapshot.system.is_windows() {
        let line = if is_open { format!("\"`n{line}\"") } else { format!("'{line}'") };
        return snapshot.in_powershell(format!("Add-Content {} {line}", snapshot.powershell_word(file)));
    }
    let path = snapshot.word(file);
    if is_open { format!("printf '\\n%s\\n' '{line}' >> {path}") } else { format!("echo '{line}' >> {path}") }
}

/// A file of each kind, and the pattern of its line.
const OF_GO: &[(&str, &str)] =
    &[("main.go", "*.go"), ("go.mod", "go.mod"), ("go.sum", "go.sum"), ("go.work", "go.work")];

const FILES: &[&str] = &["go.mod", "go.sum", "go.work", "go.work.sum", ".go-version", ".tool-versions"];

#[cfg(test)]
mod tests {
    use gover_shell::ShellKind;

    use super::*;
    use crate::testing::Machine;

    #[test]
    fn carriage_returns_are_counted_and_removed() {
        let machine = Machine::linux()
            .directory("~/shop/.git")
            .file("~/shop/go.sum", "a v1 h1:x=\r\nb v1 h1:y=\r\n")
            .file("~/shop/.go-version", "1.22.5\r\n")
            .file("~/shop/go.mod", "module a\r\n\ngo 1.22\r\n// \r x");
        let findings = machine.findings("line-endings");
        assert!(findings.iter().all(|finding| finding.severity == Severity::Warning));
        let whats: Vec<&str> = findings.iter().map(|finding| finding.what.en.as_str()).collect();
        assert_eq!(
            whats,
            [
                "go.mod has line ends of both kinds",
                "go.sum has Windows line ends",
                ".go-version has Windows line ends"
            ]
        );
        assert_eq!(
            findings[0].evidence[0].to_string(),
            "/home/ann/shop/go.mod: 2 of 4 lines end in a carriage return"
        );
        assert_eq!(findings[1].fix.commands, ["echo 'go.sum text eol=lf' >> /home/ann/shop/.gitattributes"]);
        let repaired = machine.repaired(&findings);
        assert!(repaired.findings("line-endings").is_empty());
        repaired.snapshot(|snapshot| {
            assert_eq!(
                snapshot.text(&snapshot.system.path("/home/ann/shop/go.mod")).unwrap(),
                "module a\n\ngo 1.22\n// \r x"
            );
        });
    }

    #[test]
    fn a_checkout_of_windows_is_a_note_that_changes_nothing() {
        let machine =
            Machine::windows().directory("~/shop/.git").file("~/shop/go.mod", "module a\r\ngo 1.22\r\n");
        let findings = machine.findings("line-endings");
        assert_eq!(findings[0].severity, Severity::Note);
        assert!(findings[0].fix.changes.is_empty());
        assert_eq!(
            findings[0].fix.commands,
            [r"Add-Content C:\Users\ann\shop\.gitattributes 'go.mod text eol=lf'"]
        );
        let open = machine.clone().file("~/shop/.gitattributes", "*.png binary").findings("line-endings");
        let command = r#"Add-Content C:\Users\ann\shop\.gitattributes "`ngo.mod text eol=lf""#;
        assert_eq!(open[0].fix.commands, [command]);
        let mut in_cmd = machine.clone();
        in_cmd.shell = Some(ShellKind::Cmd);
        assert_eq!(
            in_cmd.findings("line-endings")[0].fix.commands,
            [r#"powershell -Command "Add-Content C:\Users\ann\shop\.gitattributes 'go.mod text eol=lf'""#]
        );
        let said = machine.file("~/shop/.gitattributes", "* text=auto eol=lf\r\n");
        assert!(said.findings("line-endings")[0].fix.commands.is_empty());
    }

    #[test]
    fn attributes_that_ask_for_them_are_shown() {
        let machine = Machine::macos()
            .directory("~/shop/.git")
            .file("~/shop/.gitattributes", "*.sh eol=lf\n*.go eol=crlf\n");
        let findings = machine.findings("line-endings");
        assert_eq!(findings[0].evidence[0].to_string(), "/Users/ann/shop/.gitattributes:2: *.go eol=crlf");
        assert_eq!(findings[0].fix.commands, ["echo '*.go text eol=lf' >> /Users/ann/shop/.gitattributes"]);
        // The last line wins, and the command adds one behind it.
        let text = "*.go eol=crlf\n*.go text eol=lf\n";
        assert!(machine.clone().file("~/shop/.gitattributes", text).findings("line-endings").is_empty());
        let findings =
            machine.file("~/shop/.gitattributes", "*.go eol=lf\n* eol=crlf").findings("line-endings");
        assert_eq!(findings[0].evidence.len(), 1);
        assert_eq!(
            findings[0].fix.commands[0],
            r"printf '\n%s\n' '*.go text eol=lf' >> /Users/ann/shop/.gitattributes"
        );
        assert_eq!(findings[0].fix.commands.len(), 4);
    }

    #[test]
    fn line_feeds_alone_are_silent() {
        for machine in [Machine::linux(), Machine::windows(), Machine::macos(), Machine::alpine()] {
            let machine =
                machine.file("~/shop/go.mod", "module a\n").file("~/shop/.gitattributes", "*.bat eol=crlf\n");
            assert!(machine.findings("line-endings").is_empty());
        }
    }
}
