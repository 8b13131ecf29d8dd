//! Lines of startup files that put a directory on PATH, and how to change them.

use std::collections::BTreeMap;
use std::ops::Range;

use gover_shell::ShellKind;

use crate::snapshot::startup::{ReadBy, StartupFile};
use crate::{Change, Evidence, Finding, MachinePath, Os, Snapshot};

/// A line that puts directories on PATH.
#[derive(Debug)]
pub(crate) struct PathLine<'s> {
    pub(crate) file: &'s StartupFile,
    pub(crate) number: usize,
    text: String,
    words: Vec<Word>,
    /// Whether it continues, or is continued by, another line; such a line is not changed.
    is_part: bool,
}

#[derive(Debug)]
struct Word {
    at: Range<usize>,
    /// The directory it means, with variables expanded.
    meaning: MachinePath,
}

impl PathLine<'_> {
    /// Whether it names the directory.
    pub(crate) fn names(&self, directory: &MachinePath) -> bool {
        self.words.iter().any(|word| word.meaning == *directory)
    }

    pub(crate) fn evidence(&self) -> Evidence {
        Evidence::line(&self.file.path, self.number, &self.text)
    }

    /// The line without the directories; `None` if the right result is not certain.
    fn without(&self, directories: &[MachinePath]) -> Option<Rest> {
        let is_meant = |word: &Word| directories.contains(&word.meaning);
        let is_rest = |word: &Word| {
            let text = self.text.get(word.at.clone()).unwrap_or_default();
            !is_meant(word) && !WORDS.contains(&text.to_lowercase().trim_matches(['$', '{', '}', '+']))
        };
        if self.is_part {
            return None;
        }
        if !self.words.iter().any(is_rest) {
            return Some(Rest::Nothing);
        }
        let mut text = self.text.clone();
        for word in self.words.iter().rev().filter(|word| is_meant(word)) {
            text.replace_range(with_separator(&self.text, word.at.clone()), "");
        }
        (!empties_path(&text)).then_some(Rest::Line(text))
    }
}

impl PathLine<'_> {
    /// The command that removes the directories from a line that `--fix` does not change.
    fn command(&self, snapshot: &Snapshot<'_>, directories: &[MachinePath]) -> String {
        let number = self.number;
        match self.without(directories) {
            Some(Rest::Nothing) if !self.file.is_own && self.file.is_whole(number) => {
                snapshot.sed(self.file, &format!("{number}s/^/# /"))
            }
            Some(Rest::Line(_)) if !self.file.is_own && !self.text.contains('\'') => {
                let is_meant = |word: &&Word| directories.contains(&word.meaning);
                let cut = self.words.iter().filter(is_meant).filter_map(|word| {
                    let text = self.text.get(with_separator(&self.text, word.at.clone()))?;
                    Some(format!("{number}s|{}||", literal(text)))
                });
                snapshot.sed(self.file, &cut.collect::<Vec<_>>().join(";"))
            }
            _ => snapshot.edit(self.file, number),
        }
    }
}

/// The sed pattern that matches a text.
fn literal(text: &str) -> String {
    let escaped = |c: char| if r"\.*[]^$|".contains(c) { format!(r"\{c}") } else { c.to_string() };
    text.chars().map(escaped).collect()
}

/// What remains of a line.
#[derive(Debug)]
enum Rest {
    /// Nothing that has an effect.
    Nothing,
    Line(String),
}

/// Every line of a startup file that sets PATH.
pub(crate) fn path_lines<'s>(snapshot: &'s Snapshot<'_>) -> Vec<PathLine<'s>> {
    let mut found = Vec::new();
    for file in &snapshot.startup.files {
        let mut was_continued = false;
        for (number, text) in file.lines() {
            let is_continued = text.trim_end().ends_with('\\') && file.shell != ShellKind::PowerShell;
            if sets_path(&text) {
                let words = words(snapshot, file.shell, &text);
                let is_part = is_continued || was_continued;
                found.push(PathLine { file, number, text, words, is_part });
            }
            was_continued = is_continued;
        }
    }
    found
}

/// Adds the lines that put these directories on PATH as evidence, and their removal: by `--fix` in
/// the user's own files, by commands elsewhere.
pub(crate) fn taken_out(
    snapshot: &Snapshot<'_>,
    mut finding: Finding,
    directories: &[MachinePath],
) -> Finding {
    let lines = path_lines(snapshot);
    let lines: Vec<&PathLine<'_>> =
        lines.iter().filter(|line| directories.iter().any(|directory| line.names(directory))).collect();
    finding = finding.shown_by(lines.iter().map(|line| line.evidence()));
    let changes = changes(&lines, directories);
    finding = finding.fixed_by(changes);
    let is_changed = |line: &PathLine<'_>| {
        let is_in = |change: &Change| change.place() == line.file.path.as_str();
        finding.fix.changes.iter().any(is_in) && line.without(directories).is_some()
    };
    let left: Vec<String> = lines
        .iter()
        .filter(|line| !is_changed(line))
        .map(|line| line.command(snapshot, directories))
        .collect();
    finding = finding.commands(left);
    of_machine(snapshot, finding, directories)
}

/// One change for each of the user's own files with such lines.
pub(crate) fn changes(lines: &[&PathLine<'_>], directories: &[MachinePath]) -> Vec<Change> {
    let mut by_file: BTreeMap<&MachinePath, (&StartupFile, BTreeMap<usize, Option<String>>)> =
        BTreeMap::new();
    for line in lines {
        let edit = match line.without(directories) {
            None => continue,
            Some(Rest::Nothing) => None,
            Some(Rest::Line(text)) => Some(text),
        };
        let (_, edits) = by_file.entry(&line.file.path).or_insert((line.file, BTreeMap::new()));
        edits.insert(line.number, edit);
    }
    by_file.into_values().filter_map(|(file, edits)| file.rewritten(&edits)).collect()
}

/// Packages change PATH for all users: with `/etc/paths.d/go` on macOS, and with scripts in
/// `/etc/profile.d`.
fn of_machine(snapshot: &Snapshot<'_>, mut finding: Finding, directories: &[MachinePath]) -> Finding {
    let folder = match snapshot.system.os {
        Os::MacOs => "/etc/paths.d",
        Os::Windows => return finding,
        Os::Linux | Os::Other => "/etc/profile.d",
    };
    let folder = snapshot.system.path(folder);
    for name in snapshot.disk.list(&folder) {
        let file = folder.join(name);
        let Ok(content) = snapshot.disk.read(&file) else { continue };
        let is_list = snapshot.system.os == Os::MacOs;
        let file = StartupFile {
            path: file,
            shell: ShellKind::Posix,
            read_by: ReadBy::Login,
            is_own: false,
            content,
            assignments: Vec::new(),
        };
        for (number, text) in file.lines() {
            let words = words(snapshot, ShellKind::Posix, &text);
            let line =
                PathLine { file: &file, number, is_part: text.trim_end().ends_with('\\'), text, words };
            let is_meant = is_list || sets_path(&line.text);
            if !is_meant || !directories.iter().any(|directory| line.names(directory)) {
                continue;
            }
            finding = finding.shown_by([line.evidence()]).command(if is_list {
                snapshot.sed(&file, &format!("{number}d"))
            } else {
                line.command(snapshot, directories)
            });
        }
    }
    finding
}

/// Whether the line sets PATH, in the language of any shell.
fn sets_path(line: &str) -> bool {
    let line = line.trim();
    if line.starts_with('#') {
        return false;
    }
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let has_word = |name: &str| {
        line.match_indices(name).any(|(at, _)| {
            let before = line.get(..at).and_then(|text| text.chars().next_back());
            let after = line.get(at + name.len()..).and_then(|text| text.chars().next());
            !before.is_some_and(is_word) && !after.is_some_and(is_word)
        })
    };
    has_word("PATH")
        || ["path=(", "path+=(", "set paths ", "$env:Path", "$env.Path"]
            .iter()
            .any(|text| line.contains(text))
        || line.contains("fish_add_path")
}

/// The words between spaces, separators and quotation marks.
fn words(snapshot: &Snapshot<'_>, shell: ShellKind, line: &str) -> Vec<Word> {
    let has_drives = snapshot.system.is_windows() && shell == ShellKind::PowerShell;
    let separates = |c: char| {
        c.is_whitespace()
            || matches!(c, '"' | '\'' | '(' | ')' | '[' | ']' | '=' | ';' | ',' | '`' | '&' | '|')
            || (c == ':' && !has_drives)
    };
    let mut words = Vec::new();
    let mut start = None;
    let ends = line.char_indices().chain([(line.len(), ' ')]);
    for (at, letter) in ends {
        match (start, separates(letter)) {
            (None, false) => start = Some(at),
            (Some(begin), true) => {
                let meaning = meaning(snapshot, line.get(begin..at).unwrap_or_default());
                words.push(Word { at: begin..at, meaning });
                start = None;
            }
            _ => {}
        }
    }
    words
}

/// The word with `~`, `$HOME` and other variables expanded as far as they are known.
fn meaning(snapshot: &Snapshot<'_>, word: &str) -> MachinePath {
    if let Some(rest) = word.strip_prefix("~/") {
        return snapshot.home.join(rest);
    }
    let Some(rest) = word.strip_prefix('$') else { return snapshot.system.path(word) };
    let rest = rest.strip_prefix("env:").or_else(|| rest.strip_prefix("env.")).unwrap_or(rest);
    let rest = rest.strip_prefix('{').unwrap_or(rest);
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
    let (name, rest) = rest.split_at(end);
    let rest = rest.strip_prefix('}').unwrap_or(rest);
    let value = match name {
        "HOME" => Some(snapshot.home.to_string()),
        // The previous value of PATH is not expanded.
        "PATH" | "Path" | "path" => None,
        _ => {
            let set = snapshot.startup.assignments(name).last().map(|assignment| assignment.value.clone());
            set.or_else(|| snapshot.variable(name).map(str::to_owned))
        }
    };
    snapshot.system.path(value.map_or_else(|| word.to_owned(), |value| value + rest))
}

/// The range of a word including the separator or quotation marks that would remain.
fn with_separator(text: &str, word: Range<usize>) -> Range<usize> {
    let bytes = text.as_bytes();
    let Range { mut start, mut end } = word;
    let at = |index: usize| bytes.get(index).copied();
    let before = |start: usize| start.checked_sub(1).and_then(at);
    while let (Some(quote @ (b'"' | b'\'')), Some(after)) = (before(start), at(end)) {
        if quote != after {
            break;
        }
        (start, end) = (start - 1, end + 1);
    }
    let (behind, ahead) = (before(start), at(end));
    // A semicolon separates directories only inside quotation marks in PowerShell; elsewhere it
    // ends a statement.
    let is_in_text = ahead == Some(b';') && matches!(behind, Some(b'"' | b'\'' | b';'));
    if ahead == Some(b':') || is_in_text {
        end += 1;
    } else if matches!(behind, Some(b':' | b' ' | b'\t' | b';')) {
        start -= 1;
    }
    start..end
}

/// Whether the line would leave nothing on PATH.
fn empties_path(line: &str) -> bool {
    ["PATH=", "path=("].iter().flat_map(|name| line.match_indices(*name)).any(|(at, name)| {
        let rest = line.get(at + name.len()..).unwrap_or_default().trim_start_matches(['"', '\'']);
        rest.is_empty() || rest.starts_with([' ', '\t', ';', ')', '&', '|'])
    })
}

/// Words that may be in a line whose only purpose is to add a directory.
const WORDS: &[&str] = &[
    "",
    "path",
    "paths",
    "env:path",
    "env.path",
    "export",
    "typeset",
    "declare",
    "set",
    "setenv",
    "set-env",
    "fish_add_path",
    "if",
    "test",
    "-d",
    "-x",
    "-gx",
    "-gu",
    "-u",
    "-ug",
    "-g",
    "-p",
    "-a",
    "-m",
    "--path",
    "--prepend",
    "--append",
    "--move",
    "--global",
    "prepend",
    "append",
    "@paths",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Machine;

    /// What becomes of a line that puts `/opt/go/bin` on PATH; `None` if it is not one.
    fn line_without(file: &str, line: &str) -> Option<String> {
        let machine = Machine::linux().file(file, &format!("{line}\n")).var("GOROOT", "/opt/go");
        machine.snapshot(|snapshot| {
            let directories = [snapshot.system.path("/opt/go/bin")];
            let finding = taken_out(snapshot, Finding::note("", ""), &directories);
            let change = finding.fix.changes.into_iter().next()?;
            let Change::File { after: Some(after), .. } = change else { return None };
            Some(String::from_utf8(after).unwrap().trim_end().to_owned())
        })
    }

    #[test]
    fn a_directory_leaves_lines_of_every_kind() {
        for (line, after) in [
            ("export PATH=$PATH:/opt/go/bin", "# gover doctor: export PATH=$PATH:/opt/go/bin"),
            ("PATH=\"$GOROOT/bin:${PATH}\"", "# gover doctor: PATH=\"$GOROOT/bin:${PATH}\""),
            ("export PATH=/opt/go/bin:$HOME/bin:$PATH", "export PATH=$HOME/bin:$PATH"),
            ("export PATH=\"$HOME/bin:/opt/go/bin\"", "export PATH=\"$HOME/bin\""),
            ("export PATH='/opt/go/bin':'/x':\"$PATH\"", "export PATH='/x':\"$PATH\""),
            ("export PATH=$PATH:/opt/go/bin; export A=b", "export PATH=$PATH; export A=b"),
            (
                "[ -d /opt/go/bin ] && PATH=/opt/go/bin:$PATH",
                "# gover doctor: [ -d /opt/go/bin ] && PATH=/opt/go/bin:$PATH",
            ),
            ("path+=(/opt/go/bin)", "# gover doctor: path+=(/opt/go/bin)"),
            ("  PATH+=:/opt/go/bin", ": # gover doctor:   PATH+=:/opt/go/bin"),
        ] {
            assert_eq!(line_without("~/.bashrc", line).as_deref(), Some(after), "{line}");
        }
        let fish = "~/.config/fish/config.fish";
        assert_eq!(
            line_without(fish, "fish_add_path -g /opt/go/bin /opt/x").as_deref(),
            Some("fish_add_path -g /opt/x")
        );
        assert_eq!(
            line_without(fish, "set -gx PATH $PATH /opt/go/bin").as_deref(),
            Some("# gover doctor: set -gx PATH $PATH /opt/go/bin")
        );
    }

    #[test]
    fn other_lines_stay() {
        for line in [
            "# export PATH=/opt/go/bin:$PATH",
            "export GOPATH=/opt/go/bin",
            "export PATH=/opt/go/bin2:$PATH",
            "export PATH=/opt/go/bin; export A=b",
            "export PATH=$PATH:\\\n/opt/go/bin:\\\n/x",
        ] {
            assert_eq!(line_without("~/.bashrc", line), None, "{line}");
        }
    }

    #[test]
    fn a_line_that_is_not_changed_is_shown_to_the_user() {
        let machine = Machine::linux().file("~/.bashrc", "A=b\nexport PATH=/opt/go/bin; export A=b\n");
        machine.snapshot(|snapshot| {
            let directories = [snapshot.system.path("/opt/go/bin")];
            let finding = taken_out(snapshot, Finding::note("", ""), &directories);
            assert_eq!(
                finding.evidence[0].to_string(),
                "/home/ann/.bashrc:2: export PATH=/opt/go/bin; export A=b"
            );
            assert_eq!(finding.fix.commands, ["${EDITOR:-vi} +2 /home/ann/.bashrc"]);
            assert_eq!(finding.fix.changes, []);
        });
    }

    #[test]
    fn files_of_the_machine_get_commands() {
        let take_out = |machine: &Machine| {
            machine.snapshot(|snapshot| {
                let directories = [snapshot.system.path("/usr/local/go/bin")];
                taken_out(snapshot, Finding::note("", ""), &directories).fix
            })
        };
        let macos = Machine::macos()
            .file("/etc/paths.d/go", "/usr/local/go/bin\n")
            .file("/etc/zshrc", "path+=(/usr/local/go/bin)\n");
        assert_eq!(
            take_out(&macos).commands,
            ["sudo sed -i '' '1s/^/# /' /etc/zshrc", "sudo sed -i '' '1d' /etc/paths.d/go"]
        );
        let linux = Machine::linux()
            .file("/etc/profile.d/go.sh", "# Go\nexport PATH=$PATH:/usr/local/go/bin\n")
            .file("/etc/profile", "PATH=/usr/local/go/bin:$PATH\n");
        let fix = take_out(&linux);
        assert!(fix.changes.is_empty());
        assert_eq!(
            fix.commands,
            ["sudo sed -i '1s/^/# /' /etc/profile", "sudo sed -i '2s/^/# /' /etc/profile.d/go.sh"]
        );
        // What else is on PATH stays there.
        let shared = Machine::linux()
            .file("/etc/environment", "PATH=\"/usr/bin:/usr/local/go/bin:/bin\"\n")
            .file("/etc/profile.d/all.sh", "export PATH=/opt/x/bin:/usr/local/go/bin:$PATH\n")
            .file("/etc/profile", "PATH=/usr/local/go/bin; export PATH\n");
        assert_eq!(
            take_out(&shared).commands,
            [
                "sudo sed -i '1s|/usr/local/go/bin:||' /etc/environment",
                "sudo ${EDITOR:-vi} +1 /etc/profile",
                "sudo sed -i '1s|/usr/local/go/bin:||' /etc/profile.d/all.sh",
            ]
        );
    }
}
