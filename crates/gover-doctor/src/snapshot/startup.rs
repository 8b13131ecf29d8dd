//! The files that shells read when they start, and the variables that lines in them set.

use std::collections::BTreeMap;
use std::io;

mod assignment;
mod places;
mod statement;

use gover_shell::{ShellKind, persist};

use crate::snapshot::Facts;
use crate::snapshot::disk::Disk;
use crate::snapshot::registry::Registry;
use crate::{Change, Evidence, MachinePath};

/// All startup files that exist.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Startup {
    /// The files, in the order in which a login shell would read them.
    pub files: Vec<StartupFile>,
    /// Files of the user's that are there and may not be read.
    pub unreadable: Vec<MachinePath>,
}

/// One startup file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StartupFile {
    pub path: MachinePath,
    /// Whose language it is in; files that several shells read are POSIX.
    pub shell: ShellKind,
    pub read_by: ReadBy,
    /// Whether it belongs to the user; others are never changed.
    pub is_own: bool,
    pub content: Vec<u8>,
    pub assignments: Vec<Assignment>,
}

/// When a startup file is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadBy {
    /// Every start of that shell.
    Always,
    /// Login shells: the first of a session, each window on macOS, ssh.
    Login,
    /// Interactive shells that are no login shells: each window on Linux.
    Interactive,
    /// The session, whatever shell comes later (`/etc/environment`).
    Session,
}

/// A line that sets a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    pub file: MachinePath,
    pub line: usize,
    /// The line without blanks at its ends.
    pub text: String,
    pub name: String,
    /// The value as written, one pair of quotation marks removed and nothing expanded but `$HOME` and `~`.
    pub value: String,
}

impl Assignment {
    /// As evidence.
    pub fn evidence(&self) -> Evidence {
        Evidence::line(&self.file, self.line, &self.text)
    }
}

impl Startup {
    pub(super) fn read(facts: &Facts, disk: &dyn Disk, registry: &dyn Registry) -> Self {
        let (mut files, mut unreadable) = (Vec::new(), Vec::new());
        for (path, shell, read_by, is_own) in places::places(facts, disk, registry) {
            let content = match disk.read(&path) {
                Ok(content) => content,
                Err(error) => {
                    if is_own && error.kind() == io::ErrorKind::PermissionDenied {
                        unreadable.push(path);
                    }
                    continue;
                }
            };
            let assignments = assignment::assignments(&path, &content, facts.home.as_str());
            files.push(StartupFile { path, shell, read_by, is_own, content, assignments });
        }
        Self { files, unreadable }
    }

    /// Every line that sets a variable, in the order of the files.
    pub fn assignments<'s>(&'s self, name: &'s str) -> impl Iterator<Item = &'s Assignment> {
        self.files.iter().flat_map(|file| &file.assignments).filter(move |assignment| assignment.name == name)
    }

    /// Every line of the user's own files that sets a variable, by file.
    pub fn own_files_that_set<'s>(&'s self, name: &'s str) -> impl Iterator<Item = &'s StartupFile> {
        self.files
            .iter()
            .filter(move |file| file.is_own && file.assignments.iter().any(|line| line.name == name))
    }
}

impl StartupFile {
    /// The lines with their numbers, from 1. One that a repair took out is a comment, whatever keeps `sh` content before it.
    pub fn lines(&self) -> Vec<(usize, String)> {
        String::from_utf8_lossy(&self.content)
            .split('\n')
            .enumerate()
            .map(|(index, line)| (index + 1, line.trim_end_matches('\r')))
            .map(|(number, line)| {
                let is_taken_out = line.starts_with(TAKEN_OUT_INSIDE);
                (number, line.get(if is_taken_out { 2 } else { 0 }..).unwrap_or_default().to_owned())
            })
            .collect()
    }

    /// The change that takes lines out by turning them into comments, so that what they said can still be read.
    /// `None` for a file of the machine.
    pub fn commented_out(&self, lines: &[usize]) -> Option<Change> {
        self.rewritten(&lines.iter().map(|line| (*line, None)).collect())
    }

    /// The change that turns lines into comments, or into other lines where one is given. `None` for a file of the machine,
    /// and where a line does more than one thing or is only a part of a statement: that is left to the person.
    pub fn rewritten(&self, lines: &BTreeMap<usize, Option<String>>) -> Option<Change> {
        if !self.is_own
            || lines.is_empty()
            || !lines.iter().all(|(line, text)| self.stands_alone(*line, text.is_none()))
        {
            return None;
        }
        let mut after = Vec::with_capacity(self.content.len() + 64);
        let mut before: &[u8] = b"";
        for (index, line) in self.content.split_inclusive(|&byte| byte == b'\n').enumerate() {
            match lines.get(&(index + 1)) {
                None => after.extend_from_slice(line),
                Some(None) => {
                    after.extend_from_slice(self.comment_mark(line, before));
                    after.extend_from_slice(line);
                }
                Some(Some(text)) => {
                    after.extend_from_slice(text.as_bytes());
                    let end = line.iter().rposition(|byte| !matches!(byte, b'\r' | b'\n'));
                    after.extend_from_slice(line.get(end.map_or(0, |end| end + 1)..).unwrap_or_default());
                }
            }
            if !line.trim_ascii().is_empty() {
                before = line.trim_ascii();
            }
        }
        Some(Change::file(&self.path, self.content.clone(), after))
    }

    /// The change that moves the lines of `gover setup` to the end, where nothing that follows can undo them.
    pub fn with_block_at_end(&self) -> Option<Change> {
        let after = persist::block_at_end(&self.content)?;
        Some(Change::file(&self.path, self.content.clone(), after))
    }

    /// Whether a line can become a comment: it is whole, and sets one thing only.
    pub fn is_whole(&self, line: usize) -> bool {
        self.stands_alone(line, true)
    }

    /// Whether a line is whole, and for one that `goes` also that it sets one thing only: so that the file still reads well.
    fn stands_alone(&self, line: usize, goes: bool) -> bool {
        let mut around =
            self.content.split(|&byte| byte == b'\n').skip(line.saturating_sub(2)).map(<[u8]>::trim_ascii);
        let before = if line > 1 { around.next().unwrap_or_default() } else { b"" };
        // What other lines hold does not matter; this one is to be written anew as it was.
        let Ok(statement) = std::str::from_utf8(around.next().unwrap_or_default()) else { return false };
        let is_continued = |text: &[u8]| text.ends_with(b"\\") && self.shell != ShellKind::PowerShell;
        !is_continued(before)
            && !is_continued(statement.as_bytes())
            && statement::is_balanced(statement)
            && (!goes || statement::is_one(statement))
    }

    /// What makes a line a comment. Where it may be all that is between `then` and `fi`, a command that does nothing
    /// comes before it: `sh` and its kin refuse to read a file in which nothing is there.
    fn comment_mark(&self, line: &[u8], before: &[u8]) -> &'static [u8] {
        let is_posix = matches!(self.shell, ShellKind::Bash | ShellKind::Zsh | ShellKind::Posix);
        let opens = [&b"then"[..], b"do", b"else", b"{", b"("];
        let is_inside = line.first().is_some_and(u8::is_ascii_whitespace)
            || opens.iter().any(|word| before.ends_with(word));
        if is_posix && self.read_by != ReadBy::Session && is_inside {
            TAKEN_OUT_INSIDE.as_bytes()
        } else {
            TAKEN_OUT.as_bytes()
        }
    }
}

/// What stands before a line that was taken out.
const TAKEN_OUT: &str = "# gover doctor: ";

/// The same behind the command of `sh` that does nothing.
const TAKEN_OUT_INSIDE: &str = ": # gover doctor: ";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::path::PathRules;

    #[test]
    fn a_line_that_is_alone_in_its_block_leaves_a_command_behind() {
        let content = b"if true; then\n  export GOROOT=/a\r\nfi\nGOROOT=/b\nPATH=/c\n".to_vec();
        let file = StartupFile {
            path: PathRules::Unix.path("f"),
            shell: ShellKind::Bash,
            read_by: ReadBy::Interactive,
            is_own: true,
            content,
            assignments: Vec::new(),
        };
        let lines = BTreeMap::from([(2, None), (4, None), (5, Some("PATH=/d".to_owned()))]);
        let Some(Change::File { after: Some(after), .. }) = file.rewritten(&lines) else {
            panic!("no change")
        };
        assert_eq!(
            String::from_utf8(after.clone()).unwrap(),
            "if true; then\n: # gover doctor:   export GOROOT=/a\r\nfi\n# gover doctor: GOROOT=/b\nPATH=/d\n"
        );
        let taken_out = StartupFile { content: after.clone(), ..file };
        assert!(taken_out.lines()[1].1.starts_with("# gover doctor: "));
    }
}
