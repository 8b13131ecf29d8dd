//! Breaks lines so that they fit the terminal, for both programs. A command to paste is never
//! broken.

use crate::env::{Env, vars};
use crate::text::shown;

/// The room for a text.
#[derive(Clone, Copy, Debug)]
pub struct Room {
    /// Columns of the terminal.
    pub width: usize,
    /// The columns that a text takes.
    pub columns: fn(&str) -> usize,
}

impl Room {
    /// Breaks a line at spaces, and between Chinese characters. Text between backticks stays whole: it gets a line of its own, even
    /// if that is wider than the terminal. The lines after the first are indented a little more.
    pub fn wrap(self, line: &str) -> Vec<String> {
        self.arrange(tokens(line), leading(line) + HANG)
    }

    /// The same for a text that begins at a column and continues there.
    pub fn wrap_at(self, column: usize, text: &str) -> Vec<String> {
        self.arrange(tokens(&format!("{}{text}", " ".repeat(column))), column)
    }

    /// The same for a prefix such as `hint:` and a hint. If that is a command, it stays whole.
    pub fn hint(self, prefix: &str, hint: &str) -> Vec<String> {
        if is_command(hint) { self.command(prefix, hint) } else { self.wrap(&format!("{prefix} {hint}")) }
    }

    /// A prefix such as `fix:`, and a command that stays whole.
    pub fn command(self, prefix: &str, command: &str) -> Vec<String> {
        self.arrange([("", prefix), (" ", command)], leading(prefix) + HANG)
    }

    /// Puts words on lines, each after the gap before it. A word that begins a line has no gap.
    pub fn arrange<'a>(
        self,
        words: impl IntoIterator<Item = (&'a str, &'a str)>,
        indent: usize,
    ) -> Vec<String> {
        let mut lines = Vec::new();
        let mut line = String::new();
        let mut taken = 0;
        for (gap, word) in words {
            let wide = (self.columns)(word);
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
}

/// Where lines break on a terminal that says it has so many columns.
///
/// If the user exports COLUMNS, that counts.
pub fn terminal_width(env: &Env, columns: Option<u16>) -> usize {
    let columns = || columns.map_or(USUAL_WIDTH, usize::from);
    exported_width(env).unwrap_or_else(columns).max(LEAST_WIDTH)
}

/// The width in COLUMNS. It applies to messages even without a terminal.
pub fn exported_width(env: &Env) -> Option<usize> {
    let columns = env.text(vars::COLUMNS)?.parse::<u16>().ok().filter(|columns| *columns > 0)?;
    Some(usize::from(columns).max(LEAST_WIDTH))
}

/// The columns that a text takes at most, for a program without tables of Unicode: every character
/// from the first wide one on, Hangul Jamo, counts twice.
pub fn columns_at_most(text: &str) -> usize {
    let columns = |c| match c {
        ..'\u{1100}' => 1,
        // One Khmer sign.
        '\u{17d8}' => 3,
        _ => 2,
    };
    shown(text).chars().map(columns).sum()
}

/// Whether the text is a command of gover and nothing else, perhaps with variables before it.
pub fn is_command(text: &str) -> bool {
    let is_variable = |word: &&str| {
        word.split_once('=')
            .is_some_and(|(name, _)| name.bytes().all(|b| b.is_ascii_uppercase() || b == b'_'))
    };
    let mut words = text.split(' ').skip_while(is_variable);
    let is_gover = words.next() == Some("gover") && !text.contains('`');
    is_gover && words.next().is_some_and(|word| COMMANDS.contains(&word))
}

/// Words with the spaces before each. Chinese has none, so each of its characters is a word.
pub fn tokens(line: &str) -> impl Iterator<Item = (&str, &str)> {
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

/// Where the first word ends. Backticks hold words together, and so does a path: what follows its first
/// separator up to a space or a Chinese punctuation mark.
fn word_end(text: &str) -> usize {
    let mut closes = None;
    let mut before = None;
    let mut is_path = false;
    for (at, c) in text.char_indices() {
        let is_code = closes.is_some();
        is_path = !is_code && ((is_path && !is_mark(c)) || matches!(c, '/' | '\\'));
        if !is_code && !is_path && before.is_some_and(|before| may_break(before, c)) {
            return at;
        }
        match c {
            '`' if !is_code => closes = text[at + 1..].find('`').map(|length| at + 1 + length),
            '`' if closes == Some(at) => closes = None,
            ' ' if !is_code => return at,
            _ => {}
        }
        before = Some(c);
    }
    text.len()
}

/// Whether a line may end between two characters: one of them is Chinese, and no mark is torn from what
/// it belongs to.
fn may_break(before: char, after: char) -> bool {
    (is_chinese(before) || is_chinese(after)) && !OPENING.contains(before) && !CLOSING.contains(after)
}

/// Whether the character is one of those that are written without spaces: ideographs, kana and their marks.
fn is_chinese(c: char) -> bool {
    matches!(c, '\u{2e80}'..='\u{312f}' | '\u{3190}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
        | '\u{ff00}'..='\u{ff60}' | '\u{20000}'..='\u{3ffff}')
}

fn is_mark(c: char) -> bool {
    OPENING.contains(c) || CLOSING.contains(c)
}

/// Marks that belong to what follows them.
const OPENING: &str = "（《【「『〈〔“‘";

/// Marks that belong to what is before them.
const CLOSING: &str = "，。；：、！？）》】」』〉〕”’…";

/// The number of spaces at the beginning.
pub fn leading(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// The commands of gover that people type, in the order of its help.
pub const COMMANDS: [&str; 33] = [
    "install",
    "import",
    "link",
    "update",
    "uninstall",
    "prune",
    "use",
    "default",
    "pin",
    "list",
    "current",
    "check",
    "which",
    "exec",
    "matrix",
    "bisect",
    "env",
    "init",
    "setup",
    "completions",
    "audit",
    "bump",
    "tools",
    "verify",
    "doctor",
    "editor",
    "ci",
    "mirror",
    "proxy",
    "cache",
    "config",
    "self",
    "help",
];

/// How much further the second line of a text is indented than its first.
pub const HANG: usize = 2;

/// The width of a terminal that does not report one, and of help that goes elsewhere.
pub const USUAL_WIDTH: usize = 80;

/// Nothing is readable in less.
const LEAST_WIDTH: usize = 20;

#[cfg(test)]
mod tests {
    use super::*;

    fn room(width: usize) -> Room {
        Room { width, columns: columns_at_most }
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
    fn chinese_breaks_between_its_characters() {
        assert_eq!(room(10).wrap("没有发现问题，请继续"), ["没有发现问", "  题，请继", "  续"]);
        assert_eq!(room(12).wrap("用 go（新的）装它"), ["用 go（新", "  的）装它"]);
        assert_eq!(room(12).wrap("运行 `gover doctor -v` 查看"), ["运行", "  `gover doctor -v`", "  查看"]);
        assert_eq!(
            room(12).wrap("现象：`go: x`、`a/b c`，坏"),
            ["现象：", "  `go: x`、", "  `a/b c`，", "  坏"]
        );
        assert_eq!(room(8).wrap("在 /home/张三/代码 里，好"), ["在", "  /home/张三/代码", "  里，好"]);
        assert_eq!(room(8).wrap("C:\\用户\\张三 is not"), ["C:\\用户\\张三", "  is not"]);
    }

    #[test]
    fn commands_stay_whole() {
        let line = "undo it (`gover use --clear` does)";
        assert_eq!(room(20).wrap(line), ["undo it", "  (`gover use --clear`", "  does)"]);
        assert_eq!(room(80).wrap("an odd ` and more"), ["an odd ` and more"]);
        assert_eq!(room(8).wrap("an odd ` and"), ["an odd `", "  and"]);
        let hint = |width| room(width).hint("hint:", "gover install 1.22.5");
        assert_eq!(hint(26), ["hint: gover install 1.22.5"]);
        assert_eq!(hint(25), ["hint:", "  gover install 1.22.5"]);
        assert_eq!(hint(10), ["hint:", "  gover install 1.22.5"]);
        assert_eq!(room(20).hint("hint:", "gover is in two places"), ["hint: gover is in", "  two places"]);
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
}
