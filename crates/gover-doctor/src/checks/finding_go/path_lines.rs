//! Lines of startup files that put a directory on PATH, and how to change them.

use std::mem;
use std::ops::Range;

use gover_shell::ShellKind;

use crate::snapshot::startup::{ReadBy, StartupFile};
use crate::{Change, Evidence, Finding, MachinePath, Os, Snapshot};

pub(super) struct PathLine<'s> {
    file: &'s StartupFile,
    pub(super) number: usize,
    text: String,
    words: Vec<Word>,
    /// Whether it continues, or is continued by, another line; such a line is not changed.
    is_part: bool,
}

struct Word {
    at: Range<usize>,
    /// The directory it means, with variables expanded.
    meaning: MachinePath,
}

enum Rest {
    /// Nothing that has an effect.
    Nothing,
    Line(String),
}

impl PathLine<'_> {
    pub(super) fn names(&self, directory: &MachinePath) -> bool {
        self.words.iter().any(|word| word.meaning == *directory)
    }

    pub(super) fn evidence(&self) -> Evidence {
        Evidence::line(&self.file.path, self.number, &self.text)
    }

    /// What to cut from the line, with separators, to remove the directories.
    fn cuts(&self, directories: &[MachinePath]) -> impl DoubleEndedIterator<Item = Range<usize>> {
        let words = self.words.iter().filter(|word| directories.contains(&word.meaning));
        words.map(|word| with_separator(&self.text, word.at.clone()))
    }

    /// The line without the directories; `None` if the right result is not certain.
    fn without(&self, directories: &[MachinePath]) -> Option<Rest> {
        let is_rest = |word: &Word| {
            let text = self.text.get(word.at.clone()).unwrap_or_default().to_lowercase();
            let text = text.trim_matches(['$', '{', '}', '+']);
            !directories.contains(&word.meaning)
                && !text.is_empty()
                && !WORDS.split(' ').any(|word| word == text)
        };
        if self.is_part {
            return None;
        }
        if !self.words.iter().any(is_rest) {
            return Some(Rest::Nothing);
        }
        let mut text = self.text.clone();
        self.cuts(directories).rev().for_each(|cut| text.replace_range(cut, ""));
        (!empties_path(&text)).then_some(Rest::Line(text))
    }

    /// The command that removes the directories from a line that `--fix` does not change.
    fn command(&self, snapshot: &Snapshot<'_>, directories: &[MachinePath]) -> String {
        let number = self.number;
        match self.without(directories) {
            Some(Rest::Nothing) if !self.file.is_own && self.file.is_whole(number) => {
                snapshot.sed(self.file, &format!("{number}s/^/# /"))
            }
            Some(Rest::Line(_)) if !self.file.is_own && !self.text.contains('\'') => {
                let cuts = self.cuts(directories).filter_map(|cut| self.text.get(cut));
                let scripts = cuts.map(|text| format!("{number}s|{}||", literal(text)));
                snapshot.sed(self.file, &scripts.collect::<Vec<_>>().join(";"))
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

/// Every line of a startup file that puts one of these directories on PATH.
pub(super) fn naming<'s>(snapshot: &'s Snapshot<'_>, directories: &[MachinePath]) -> Vec<PathLine<'s>> {
    let lines = snapshot.startup.files.iter().flat_map(|file| in_file(snapshot, file));
    lines.filter(|line| directories.iter().any(|directory| line.names(directory))).collect()
}

pub(super) fn in_file<'s>(snapshot: &Snapshot<'_>, file: &'s StartupFile) -> Vec<PathLine<'s>> {
    let mut lines = all_in_file(snapshot, file);
    lines.retain(|line| sets_path(&line.text));
    lines
}

fn all_in_file<'s>(snapshot: &Snapshot<'_>, file: &'s StartupFile) -> Vec<PathLine<'s>> {
    let mut was_continued = false;
    let line = |(number, text): (usize, String)| {
        let is_continued = text.trim_end().ends_with('\\') && file.shell != ShellKind::PowerShell;
        let is_part = mem::replace(&mut was_continued, is_continued) || is_continued;
        PathLine { file, number, words: words(snapshot, file.shell, &text), text, is_part }
    };
    file.lines().into_iter().map(line).collect()
}

/// Adds the lines that put these directories on PATH as evidence, and their removal: by `--fix` in
/// the user's own files, by commands elsewhere.
pub(super) fn taken_out(snapshot: &Snapshot<'_>, finding: Finding, directories: &[MachinePath]) -> Finding {
    let lines = naming(snapshot, directories);
    let changes = changes(lines.iter(), directories);
    let is_changed = |line: &PathLine<'_>| {
        let is_in = |change: &Change| change.place() == line.file.path.as_str();
        changes.iter().any(is_in) && line.without(directories).is_some()
    };
    let left = lines.iter().filter(|line| !is_changed(line)).map(|line| line.command(snapshot, directories));
    let finding = finding.shown_by(lines.iter().map(PathLine::evidence)).commands(left);
    of_machine(snapshot, finding.fixed_by(changes), directories)
}

/// One change for each of the user's own files with such lines.
pub(super) fn changes<'l>(
    lines: impl Iterator<Item = &'l PathLine<'l>>,
    directories: &[MachinePath],
) -> Vec<Change> {
    let lines: Vec<&PathLine<'_>> = lines.collect();
    let edit = |line: &&PathLine<'_>| match line.without(directories)? {
        Rest::Nothing => Some((line.number, None)),
        Rest::Line(text) => Some((line.number, Some(text))),
    };
    let files = lines.chunk_by(|one, other| one.file.path == other.file.path);
    let change =
        |lines: &[&PathLine<'_>]| lines.first()?.file.rewritten(&lines.iter().filter_map(edit).collect());
    let mut changes: Vec<Change> = files.filter_map(change).collect();
    changes.sort_by_key(Change::place);
    changes
}

/// Packages change PATH for all users: `/etc/paths.d/go` on macOS, scripts in `/etc/profile.d`.
fn of_machine(snapshot: &Snapshot<'_>, mut finding: Finding, directories: &[MachinePath]) -> Finding {
    let (folder, is_list) = match snapshot.system.os {
        Os::MacOs => ("/etc/paths.d", true),
        Os::Windows => return finding,
        Os::Linux | Os::Other => ("/etc/profile.d", false),
    };
    let folder = snapshot.system.path(folder);
    for name in snapshot.disk.list(&folder) {
        let path = folder.join(name);
        let Ok(content) = snapshot.disk.read(&path) else { continue };
        let (shell, read_by, assignments) = (ShellKind::Posix, ReadBy::Login, Vec::new());
        let file = StartupFile { path, shell, read_by, is_own: false, content, assignments };
        for line in all_in_file(snapshot, &file) {
            let is_meant = directories.iter().any(|directory| line.names(directory));
            if !is_meant || !(is_list || sets_path(&line.text)) {
                continue;
            }
            finding = finding.shown_by([line.evidence()]).command(if is_list {
                snapshot.sed(&file, &format!("{}d", line.number))
            } else {
                line.command(snapshot, directories)
            });
        }
    }
    finding
}

fn sets_path(line: &str) -> bool {
    let is_end = |c: char| !c.is_ascii_alphanumeric() && c != '_';
    let marks = ["path=(", "path+=(", "set paths ", "$env:Path", "$env.Path", "fish_add_path"];
    !line.trim_start().starts_with('#')
        && (line.split(is_end).any(|word| word == "PATH") || marks.iter().any(|mark| line.contains(mark)))
}

/// The words between spaces, separators and quotation marks.
fn words(snapshot: &Snapshot<'_>, shell: ShellKind, line: &str) -> Vec<Word> {
    let has_drives = snapshot.system.is_windows() && shell == ShellKind::PowerShell;
    let separates = |c: char| c.is_whitespace() || "\"'()[]=;,`&|".contains(c) || (c == ':' && !has_drives);
    let mut next = 0;
    let word = |piece: &str| {
        let (start, word) = (next, piece.trim_end_matches(separates));
        next += piece.len();
        let at = start..start + word.len();
        (!word.is_empty()).then(|| Word { at, meaning: meaning(snapshot, word) })
    };
    line.split_inclusive(separates).filter_map(word).collect()
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
        "HOME" => Some(snapshot.home.as_str()),
        // The previous value of PATH is not expanded.
        "PATH" | "Path" | "path" => None,
        _ => match snapshot.startup.assignments(name).last() {
            Some(line) => Some(line.value.as_str()),
            None => snapshot.variable(name),
        },
    };
    snapshot.system.path(value.map_or_else(|| word.to_owned(), |value| format!("{value}{rest}")))
}

/// The range of a word including the separator or quotation marks that would remain.
fn with_separator(text: &str, word: Range<usize>) -> Range<usize> {
    let Range { mut start, mut end } = word;
    let at = |index: usize| text.as_bytes().get(index).copied();
    let before = |start: usize| start.checked_sub(1).and_then(at);
    while matches!(before(start), Some(b'"' | b'\'')) && before(start) == at(end) {
        (start, end) = (start - 1, end + 1);
    }
    let (behind, ahead) = (before(start), at(end));
    // In quotation marks of PowerShell, `;` separates directories; elsewhere it ends a statement.
    let is_in_text = ahead == Some(b';') && matches!(behind, Some(b'"' | b'\'' | b';'));
    if ahead == Some(b':') || is_in_text {
        end += 1;
    } else if matches!(behind, Some(b':' | b' ' | b'\t' | b';')) {
        start -= 1;
    }
    start..end
}

fn empties_path(line: &str) -> bool {
    ["PATH=", "path=("].iter().flat_map(|name| line.split(name).skip(1)).any(|rest| {
        let rest = rest.trim_start_matches(['"', '\'']);
        rest.is_empty() || rest.starts_with([' ', '\t', ';', ')', '&', '|'])
    })
}

/// Words that may be in a line whose only purpose is to add a directory.
const WORDS: &str = "path paths env:path env.path export typeset declare set setenv set-env fish_add_path if \
                     test -d -x -gx -gu -u -ug -g -p -a -m --path --prepend --append --move --global \
                     prepend append @paths";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Machine, both};

    /// What becomes of a line that puts `/opt/go/bin` on PATH; `None` if it is not one.
    fn line_without(file: &str, line: &str) -> Option<String> {
        let machine = Machine::linux().file(file, &format!("{line}\n")).var("GOROOT", "/opt/go");
        machine.snapshot(|snapshot| {
            let directories = [snapshot.system.path("/opt/go/bin")];
            let finding = taken_out(snapshot, Finding::note(both(""), both("")), &directories);
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
            let finding = taken_out(snapshot, Finding::note(both(""), both("")), &directories);
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
                taken_out(snapshot, Finding::note(both(""), both("")), &directories).fix
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
