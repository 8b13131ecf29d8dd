//! The files that shells read when they start, and the variables that they set.

use std::collections::BTreeMap;
use std::io;

mod assignment;
mod places;
mod statement;
mod units;

use gover_core::lines::{Edit, edited};
use gover_shell::{ShellKind, persist};

use crate::snapshot::Facts;
use crate::snapshot::disk::Disk;
use crate::snapshot::registry::Registry;
use crate::{Change, Evidence, MachinePath};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Startup {
    /// The files, in the order in which a login shell would read them.
    pub files: Vec<StartupFile>,
    /// Files of the user that exist and are not readable.
    pub unreadable: Vec<MachinePath>,
    /// What systemd sets for the programs that it starts. No shell reads it.
    pub units: Vec<Assignment>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StartupFile {
    pub path: MachinePath,
    /// The shell whose language it uses; files that several shells read are POSIX.
    pub shell: ShellKind,
    pub read_by: ReadBy,
    /// Whether it belongs to the user; others are never changed.
    pub is_own: bool,
    pub content: Vec<u8>,
    pub assignments: Vec<Assignment>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadBy {
    /// Every start of that shell.
    Always,
    /// Login shells: the first of a session, each window on macOS, ssh.
    Login,
    /// Other interactive shells: each window on Linux.
    Interactive,
    /// The session, whatever shell comes later (`/etc/environment`).
    Session,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    pub file: MachinePath,
    pub line: usize,
    /// Without spaces around it.
    pub text: String,
    pub name: String,
    /// As written, but without one pair of quotation marks, and with `$HOME` and `~` expanded.
    pub value: String,
}

impl Assignment {
    pub fn evidence(&self) -> Evidence {
        Evidence::line(&self.file, self.line, &self.text)
    }
}

impl Startup {
    pub(super) fn read(facts: &Facts, disk: &dyn Disk, registry: &dyn Registry) -> Self {
        let (mut files, mut unreadable) = (Vec::new(), Vec::new());
        for (path, shell, read_by, is_own) in places::places(facts, disk, registry) {
            match disk.read(&path) {
                Ok(content) => {
                    let assignments = assignment::assignments(&path, &content, facts.home.as_str());
                    files.push(StartupFile { path, shell, read_by, is_own, content, assignments });
                }
                Err(error) if is_own && error.kind() == io::ErrorKind::PermissionDenied => {
                    unreadable.push(path);
                }
                Err(_) => {}
            }
        }
        Self { files, unreadable, units: units::assignments(facts, disk) }
    }

    pub fn own(&self) -> impl Iterator<Item = &StartupFile> {
        self.files.iter().filter(|file| file.is_own)
    }

    /// All lines that set a variable, in the order of the files.
    pub fn assignments<'s>(&'s self, name: &'s str) -> impl Iterator<Item = &'s Assignment> {
        self.files.iter().flat_map(move |file| file.sets(name))
    }
}

impl StartupFile {
    pub fn sets<'s>(&'s self, name: &'s str) -> impl Iterator<Item = &'s Assignment> {
        self.assignments.iter().filter(move |assignment| assignment.name == name)
    }

    pub fn statements(&self) -> impl DoubleEndedIterator<Item = (usize, String)> {
        self.lines().into_iter().filter(|(_, line)| !line.trim_start().starts_with('#'))
    }

    /// The lines with their numbers, from 1. A line that a repair commented out begins with `#`,
    /// even if it has a command before the comment.
    pub fn lines(&self) -> Vec<(usize, String)> {
        let text = String::from_utf8_lossy(&self.content);
        let shown = |line: &str| {
            let line = line.trim_end_matches('\r');
            let is_taken_out = line.starts_with(TAKEN_OUT_INSIDE);
            line.get(if is_taken_out { 2 } else { 0 }..).unwrap_or_default().to_owned()
        };
        (1..).zip(text.split('\n').map(shown)).collect()
    }

    /// The change that comments lines out, or replaces them if a text is given. `None` for a file
    /// of the machine, or if a line does more than one thing or is only part of a statement.
    pub fn rewritten(&self, lines: &BTreeMap<usize, Option<String>>) -> Option<Change> {
        if !self.is_own
            || lines.is_empty()
            || !lines.iter().all(|(line, text)| self.stands_alone(*line, text.is_none()))
        {
            return None;
        }
        let mut before = Vec::new();
        let after = edited(&self.content, |line| {
            let edit = match lines.get(&line.number) {
                None => Edit::Keep,
                Some(None) => Edit::Replace([self.comment_mark(line.text, &before), line.text].concat()),
                Some(Some(text)) => Edit::Replace(text.clone().into_bytes()),
            };
            if !line.text.trim_ascii().is_empty() {
                before = line.text.trim_ascii().to_vec();
            }
            edit
        });
        Some(Change::file(&self.path, self.content.clone(), after))
    }

    /// The change that moves the lines of `gover setup` to the end of the file.
    pub fn with_block_at_end(&self) -> Option<Change> {
        let after = persist::block_at_end(&self.content)?;
        Some(Change::file(&self.path, self.content.clone(), after))
    }

    /// Whether a line can be commented out: it is a complete statement and sets only one thing.
    pub fn is_whole(&self, line: usize) -> bool {
        self.stands_alone(line, true)
    }

    /// Whether a line is a complete statement. A line that `goes` must also set only one thing.
    fn stands_alone(&self, line: usize, goes: bool) -> bool {
        let mut around =
            self.content.split(|&byte| byte == b'\n').skip(line.saturating_sub(2)).map(<[u8]>::trim_ascii);
        let before = if line > 1 { around.next().unwrap_or_default() } else { b"" };
        // Other lines may contain anything; this one is written again.
        let Ok(statement) = std::str::from_utf8(around.next().unwrap_or_default()) else { return false };
        let is_continued = |text: &[u8]| text.ends_with(b"\\") && self.shell != ShellKind::PowerShell;
        !is_continued(before)
            && !is_continued(statement.as_bytes())
            && statement::is_balanced(statement)
            && (!goes || statement::is_one(statement))
    }

    /// What makes a line a comment. If it may be the only line between `then` and `fi`, a command
    /// without effect comes first, since `sh` refuses an empty block.
    fn comment_mark(&self, line: &[u8], before: &[u8]) -> &'static [u8] {
        let is_posix = matches!(self.shell, ShellKind::Bash | ShellKind::Zsh | ShellKind::Posix);
        let opens = [&b"then"[..], b"do", b"else", b"{", b"("];
        let is_inside = line.first().is_some_and(u8::is_ascii_whitespace)
            || opens.iter().any(|word| before.ends_with(word));
        let needs_command = is_posix && self.read_by != ReadBy::Session && is_inside;
        if needs_command { TAKEN_OUT_INSIDE.as_bytes() } else { TAKEN_OUT.as_bytes() }
    }
}

/// The mark before a line that was commented out.
const TAKEN_OUT: &str = "# gover doctor: ";

/// The same after a command without effect.
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
