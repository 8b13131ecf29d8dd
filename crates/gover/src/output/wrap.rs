//! Breaks lines so that they fit the terminal. A command to paste is never broken.

use clap::CommandFactory as _;

use super::style::columns;
use crate::cli::Cli;

/// The room for a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Room {
    /// Columns of the terminal.
    pub(super) width: usize,
    /// Whether marks of colours become colours, and take no column.
    pub(super) is_colored: bool,
}

impl Room {
    /// Breaks a line at spaces. Text between backticks stays whole: it gets a line of its own, even
    /// if that is wider than the terminal. The lines after the first are indented a little more.
    pub(super) fn wrap(self, line: &str) -> Vec<String> {
        self.arrange(tokens(line), leading(line) + HANG)
    }

    /// The same for a text that begins at a column and continues there.
    pub(super) fn wrap_at(self, column: usize, text: &str) -> Vec<String> {
        self.arrange(tokens(&format!("{}{text}", " ".repeat(column))), column)
    }

    /// A prefix such as `hint:`, and a command that stays whole.
    pub(super) fn command(self, prefix: &str, command: &str) -> Vec<String> {
        self.arrange([("", prefix), (" ", command)], leading(prefix) + HANG)
    }

    /// Puts words on lines, each after the gap before it. A word that begins a line has no gap.
    fn arrange<'a>(self, tokens: impl IntoIterator<Item = (&'a str, &'a str)>, indent: usize) -> Vec<String> {
        let mut lines = Vec::new();
        let mut line = String::new();
        let mut taken = 0;
        for (gap, word) in tokens {
            let wide = columns(word, self.is_colored);
            let is_first = line.trim_start_matches(' ').is_empty();
            if !is_first && taken + gap.len() + wide > self.width {
                lines.push(std::mem::replace(&mut line, " ".repeat(indent)));
                taken = indent + wide;
            } else {
                line.push_str(gap);
                taken += gap.len() + wide;
            }
            line.push_str(word);
        }
        lines.push(line);
        lines
    }

    /// Fits a page of help. First each paragraph becomes one line, and so does each entry of a list.
    pub(super) fn page(self, text: &str) -> Vec<String> {
        let mut entries: Vec<String> = Vec::new();
        for line in text.lines() {
            match entries.last_mut() {
                Some(entry) if continues(entry, line) => {
                    entry.push(' ');
                    entry.push_str(line.trim_start());
                }
                _ => entries.push(line.to_owned()),
            }
        }
        entries.iter().flat_map(|entry| self.entry(entry)).collect()
    }

    /// A paragraph, or an entry of a list, whose second column is wrapped below itself.
    fn entry(self, line: &str) -> Vec<String> {
        if columns(line, self.is_colored) <= self.width {
            return vec![line.to_owned()];
        }
        let Some(at) = second_column(line) else {
            let is_whole = leading(line) > 0 && is_command(line.trim());
            return if is_whole { vec![line.to_owned()] } else { self.arrange(tokens(line), leading(line)) };
        };
        let (first, second) = line.split_at(at);
        let start = columns(first, self.is_colored);
        if start + LEAST_COLUMN <= self.width {
            return self.arrange([("", first)].into_iter().chain(tokens(second)), start);
        }
        let mut lines = vec![first.trim_end().to_owned()];
        lines.extend(self.wrap_at(leading(line) + 2 * HANG, second));
        lines
    }
}

/// Whether the text is a command of gover and nothing else, perhaps with variables before it.
pub(super) fn is_command(text: &str) -> bool {
    let is_variable = |word: &&str| {
        word.split_once('=')
            .is_some_and(|(name, _)| name.bytes().all(|b| b.is_ascii_uppercase() || b == b'_'))
    };
    let mut words = text.split(' ').skip_while(is_variable);
    let is_gover = words.next() == Some("gover") && !text.contains('`');
    is_gover && words.next().is_some_and(|word| Cli::command().find_subcommand(word).is_some())
}

/// Words with the spaces before each.
fn tokens(line: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = line;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (gap, text) = rest.split_at(leading(rest));
        let (word, after) = text.split_at(word_end(text));
        rest = after;
        Some((gap, word))
    })
}

/// Where the first word ends. Backticks hold words together.
fn word_end(text: &str) -> usize {
    let mut closes = None;
    for (at, c) in text.char_indices() {
        match c {
            '`' if closes.is_none() => closes = text[at + 1..].find('`').map(|length| at + 1 + length),
            '`' if closes == Some(at) => closes = None,
            ' ' if closes.is_none() => return at,
            _ => {}
        }
    }
    text.len()
}

/// The number of spaces at the beginning.
fn leading(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// Where the second column of an entry begins: after two spaces or more.
fn second_column(line: &str) -> Option<usize> {
    let indent = leading(line);
    let gap = line[indent..].find("  ").filter(|_| indent > 0)? + indent;
    Some(gap + leading(&line[gap..])).filter(|at| *at < line.len())
}

/// Whether a line of a page belongs to the entry before it.
fn continues(entry: &str, line: &str) -> bool {
    let indent = leading(line);
    if entry.trim().is_empty() || line.trim().is_empty() {
        return false;
    }
    if indent == 0 { leading(entry) == 0 } else { second_column(entry) == Some(indent) }
}

/// How much further the second line of a text is indented than its first.
const HANG: usize = 2;

/// A column with less room is not worth having.
pub(super) const LEAST_COLUMN: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    fn room(width: usize) -> Room {
        Room { width, is_colored: false }
    }

    #[test]
    fn lines_break_at_spaces_and_continue_indented() {
        assert_eq!(room(20).wrap("a line that is too long"), ["a line that is too", "  long"]);
        assert_eq!(room(12).wrap("  one two three"), ["  one two", "    three"]);
        assert_eq!(room(80).wrap("  kept  as it is"), ["  kept  as it is"]);
        assert_eq!(room(20).wrap(""), [""]);
        assert_eq!(room(5).wrap("/a/long/path x"), ["/a/long/path", "  x"]);
        assert_eq!(room(6).wrap("日本 語"), ["日本", "  語"]);
    }

    #[test]
    fn commands_stay_whole() {
        let line = "undo it (`gover use --clear` does)";
        assert_eq!(room(20).wrap(line), ["undo it", "  (`gover use --clear`", "  does)"]);
        assert_eq!(room(80).wrap("an odd ` and more"), ["an odd ` and more"]);
        assert_eq!(room(8).wrap("an odd ` and"), ["an odd `", "  and"]);
        let hint = |width| room(width).command("hint:", "gover install 1.22.5");
        assert_eq!(hint(26), ["hint: gover install 1.22.5"]);
        assert_eq!(hint(25), ["hint:", "  gover install 1.22.5"]);
        assert_eq!(hint(10), ["hint:", "  gover install 1.22.5"]);
    }

    #[test]
    fn commands_are_told_from_prose() {
        for command in ["gover setup", "GOVER_SOURCES=go.dev gover install 1.22"] {
            assert!(is_command(command), "{command}");
        }
        for prose in [
            "gover is in two places",
            "gover asks before it does that",
            "`gover setup` does",
            "goverx",
            "unset GOROOT",
            "a=b",
        ] {
            assert!(!is_command(prose), "{prose}");
        }
    }

    #[test]
    fn a_page_keeps_its_lists_and_examples() {
        let page = "A paragraph of\ntwo lines.\n\nList:\n  one   the first\n        entry\n  two   b\n\n  gover install 1.22 1.23";
        assert_eq!(
            room(80).page(page),
            [
                "A paragraph of two lines.",
                "",
                "List:",
                "  one   the first entry",
                "  two   b",
                "",
                "  gover install 1.22 1.23"
            ]
        );
        assert_eq!(
            room(26).page("  one   the first entry is long"),
            ["  one   the first entry is", "        long"]
        );
        assert_eq!(
            room(20).page("  --option   the first entry"),
            ["  --option", "      the first", "      entry"]
        );
        assert_eq!(room(20).page("  gover install 1.22 1.23"), ["  gover install 1.22 1.23"]);
    }
}
