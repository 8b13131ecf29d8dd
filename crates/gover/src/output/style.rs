use gover_core::text::shown;

/// The meanings of colours. The text always says the same without them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    Version,
    Warning,
    Error,
    Hint,
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
        }
    }

    fn code(self) -> &'static str {
        match self {
            Self::Version => "32",
            Self::Warning => "33",
            Self::Error => "1;31",
            Self::Hint => "36",
        }
    }
}

/// A line for a terminal: the marks of colours become escape sequences if `color` is on, and no
/// other character is left that a terminal would obey, wherever the text came from.
pub(super) fn rendered(line: &str, color: bool) -> String {
    let styles = [Style::Version, Style::Warning, Style::Error, Style::Hint];
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

fn is_mark(c: char) -> bool {
    ('\u{fdd0}'..=END).contains(&c)
}

const END: char = '\u{fdd4}';

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_colours_of_the_printer_become_escape_sequences() {
        let line = format!("{} a\u{1b}[2Jb\nc", Style::Error.paint("x\u{7}"));
        assert_eq!(rendered(&line, true), "\u{1b}[1;31mx\\u{7}\u{1b}[0m a\\u{1b}[2Jb\\nc");
        assert_eq!(rendered("\u{fdd0}a", true), "\u{1b}[32ma\u{1b}[0m", "no colour outlives its line");
        assert_eq!(rendered("\u{fdd0}a\u{fdd4}", false), "\\u{fdd0}a\\u{fdd4}");
        assert_eq!(rendered("", true), "");
    }
}
