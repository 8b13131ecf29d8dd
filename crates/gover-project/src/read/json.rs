//! JSON as editors read it, with comments and trailing commas, and where each key is.

use std::ops::Range;

/// A key of an object, or a text in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The keys from the outermost object to this entry; an element of a list is [`ELEMENT`].
    pub path: Vec<String>,
    pub text: Option<String>,
    /// The bytes of the text between its quotes; `None` if it is not a text or has escapes.
    pub range: Option<Range<usize>>,
    pub line: usize,
}

/// Reads a text as far as possible. The second value is whether all of it was understood.
pub fn entries(text: &str) -> (Vec<Entry>, bool) {
    let lines = text.match_indices('\n').map(|(at, _)| at).collect();
    let mut scanner = Scanner { text, at: 0, path: Vec::new(), entries: Vec::new(), lines };
    let understood = scanner.value(DEEPEST).is_some();
    let mut entries = scanner.entries;
    if !understood {
        // Editors use what comes before an error. Only the user knows what the rest should be.
        entries.retain(|entry| entry.text.is_some());
    }
    (entries, understood)
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
    /// The keys of the objects that are open.
    path: Vec<String>,
    entries: Vec<Entry>,
    /// Where lines end.
    lines: Vec<usize>,
}

impl<'a> Scanner<'a> {
    /// Skips a value with at most `depth` levels; `None` if it is malformed.
    fn value(&mut self, depth: usize) -> Option<()> {
        match self.peek()? {
            '{' if depth > 0 => self.members('}', |scanner| scanner.entry(depth - 1)),
            '[' if depth > 0 => {
                self.path.push(ELEMENT.to_owned());
                self.members(']', |scanner| scanner.element(depth - 1))?;
                self.path.pop();
                Some(())
            }
            '"' => self.string().map(drop),
            c if c.is_ascii_alphanumeric() || c == '-' => {
                let is_end = |c: char| !c.is_ascii_alphanumeric() && !"+-.".contains(c);
                self.at += self.rest().find(is_end).unwrap_or(self.rest().len());
                Some(())
            }
            _ => None,
        }
    }

    /// What is between brackets, with commas between members and possibly after the last one.
    fn members(&mut self, close: char, member: impl Fn(&mut Self) -> Option<()>) -> Option<()> {
        self.at += 1;
        while self.accept(close).is_none() {
            member(self)?;
            if self.accept(',').is_none() && self.peek()? != close {
                return None;
            }
        }
        Some(())
    }

    fn element(&mut self, depth: usize) -> Option<()> {
        if self.peek()? != '"' {
            return self.value(depth);
        }
        let start = self.at;
        let text = self.string()?;
        self.entries.push(self.found(start, start, Some(text)));
        Some(())
    }

    fn entry(&mut self, depth: usize) -> Option<()> {
        self.peek()?;
        let start = self.at;
        let key = self.string()?;
        self.accept(':')?;
        self.path.push(key);
        let index = self.entries.len();
        let is_text = self.peek()? == '"';
        let value = self.at;
        let text = if is_text { Some(self.string()?) } else { self.value(depth).map(|()| None)? };
        // The keys inside of the value are there already.
        self.entries.insert(index, self.found(start, value, text));
        self.path.pop();
        Some(())
    }

    fn found(&self, start: usize, value: usize, text: Option<String>) -> Entry {
        let inner = value + 1..self.at.saturating_sub(1);
        let range = text.as_deref().filter(|text| self.text.get(inner.clone()) == Some(text)).map(|_| inner);
        let line = 1 + self.lines.partition_point(|end| *end < start);
        Entry { path: self.path.clone(), text, range, line }
    }

    fn string(&mut self) -> Option<String> {
        self.peek().filter(|c| *c == '"')?;
        let mut strings = serde_json::Deserializer::from_str(self.rest()).into_iter();
        let text = strings.next()?.ok()?;
        self.at += strings.byte_offset();
        Some(text)
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// The next character after blanks and comments, which are skipped.
    fn peek(&mut self) -> Option<char> {
        loop {
            let rest = self.rest().trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
            self.at = self.text.len() - rest.len();
            let comment = if rest.starts_with("//") {
                rest.find('\n')
            } else if rest.starts_with("/*") {
                rest.find("*/").map(|end| end + 2)
            } else {
                return rest.chars().next();
            };
            self.at += comment.unwrap_or(rest.len());
        }
    }

    fn accept(&mut self, wanted: char) -> Option<()> {
        self.peek().filter(|c| *c == wanted)?;
        self.at += wanted.len_utf8();
        Some(())
    }
}

/// An element of a list, in the path of an [`Entry`].
pub const ELEMENT: &str = "[]";

/// Far deeper than any settings.
const DEEPEST: usize = 100;
