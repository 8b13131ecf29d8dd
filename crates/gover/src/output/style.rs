use gover_core::text::{is_plain, shown};
use unicode_width::UnicodeWidthStr as _;

/// The meanings of colours. The text always says the same without them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    Version,
    Warning,
    Error,
    Hint,
    /// A toolchain that gets no more fixes.
    Ended,
    /// A heading of a help page.
    Heading,
    /// Words to type, on a help page.
    Literal,
}

impl Style {
    /// `text` between marks, which [`rendered`] turns into escape sequences.
    pub(super) fn paint(self, text: &str) -> String {
        format!("{}{text}{END}", self.mark())
    }

    /// Noncharacters, which no text is supposed to hold. Foreign text that holds them can colour
    /// itself, and nothing more.
    fn mark(self) -> char {
        match self {
            Self::Version => '\u{fdd0}',
            Self::Warning => '\u{fdd1}',
            Self::Error => '\u{fdd2}',
            Self::Hint => '\u{fdd3}',
            Self::Ended => '\u{fdd4}',
            Self::Heading => '\u{fdd5}',
            Self::Literal => '\u{fdd6}',
        }
    }

    fn code(self) -> &'static str {
        match self {
            Self::Version => "32",
            Self::Warning => "33",
            Self::Error => "1;31",
            Self::Hint => "36",
            Self::Ended => "31",
            Self::Heading => "1;4",
            Self::Literal => "1",
        }
    }
}

/// Help as the parser styles it, with marks in place of its escape sequences, or without them. It
/// holds no text from outside.
pub(super) fn marked(help: &str, color: bool) -> String {
    let styles = [
        ("\u{1b}[1m\u{1b}[4m", Style::Heading.mark()),
        ("\u{1b}[1m", Style::Literal.mark()),
        ("\u{1b}[0m", END),
    ];
    styles.into_iter().fold(help.trim_end().to_owned(), |text, (escape, mark)| {
        let mark = if color { mark.to_string() } else { String::new() };
        text.replace(escape, &mark)
    })
}

/// A line for a terminal: the marks of colours become escape sequences if `color` is on, and no
/// other character is left that a terminal would obey, wherever the text came from.
pub(super) fn rendered(line: &str, color: bool) -> String {
    use Style::{Ended, Error, Heading, Hint, Literal, Version, Warning};
    let styles = [Version, Warning, Error, Hint, Ended, Heading, Literal];
    let mut rendered = String::with_capacity(line.len());
    let mut is_colored = false;
    for part in line.split_inclusive(is_mark) {
        let mark = part.chars().next_back().filter(|c| color && is_mark(*c));
        let text = mark.map_or(part, |mark| part.strip_suffix(mark).unwrap_or(part));
        rendered.push_str(&shown(text));
        let Some(mark) = mark else { continue };
        let style = styles.into_iter().find(|style| style.mark() == mark);
        is_colored = style.is_some();
        let code = style.map_or("0", Style::code);
        rendered.extend(["\u{1b}[", code, "m"]);
    }
    if is_colored {
        rendered.push_str("\u{1b}[0m");
    }
    rendered
}

/// The columns that a text takes on a terminal, as [`rendered`] shows it.
pub(super) fn columns(text: &str, color: bool) -> usize {
    if is_plain(text) {
        return text.len();
    }
    let plain: String = text.chars().filter(|c| !(color && is_mark(*c))).collect();
    shown(&plain).width()
}

/// The style that is still on at the end of a line of several, or `None`.
pub(super) fn open_at_end(line: &str) -> Option<char> {
    line.chars().rfind(|c| is_mark(*c)).filter(|mark| *mark != END)
}

fn is_mark(c: char) -> bool {
    ('\u{fdd0}'..=END).contains(&c)
}

const END: char = '\u{fdd7}';

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_colours_of_the_printer_become_escape_sequences() {
        let line = format!("{} a\u{1b}[2Jb\nc", Style::Error.paint("x\u{7}"));
        assert_eq!(rendered(&line, true), "\u{1b}[1;31mx\\u{7}\u{1b}[0m a\\u{1b}[2Jb\\nc");
        assert_eq!(rendered("\u{fdd0}a", true), "\u{1b}[32ma\u{1b}[0m", "no colour outlives its line");
        assert_eq!(rendered("\u{fdd0}a\u{fdd7}", false), "\\u{fdd0}a\\u{fdd7}");
        assert_eq!(rendered("", true), "");
    }

    #[test]
    fn colours_take_no_columns_and_wide_characters_two() {
        let line = Style::Error.paint("x\u{7}日");
        assert_eq!(columns(&line, true), "x\\u{7}..".len());
        assert_eq!(columns("e\u{301}", true), 1);
        assert_eq!(columns(&line, false), rendered(&line, false).width());
    }

    #[test]
    fn help_keeps_the_styles_of_the_parser() {
        let help = "\u{1b}[1m\u{1b}[4mUsage:\u{1b}[0m \u{1b}[1mgover\u{1b}[0m";
        assert_eq!(rendered(&marked(help, true), true), "\u{1b}[1;4mUsage:\u{1b}[0m \u{1b}[1mgover\u{1b}[0m");
        assert_eq!(columns(&marked(help, true), true), "Usage: gover".len());
        assert_eq!(marked(help, false), "Usage: gover");
    }
}
