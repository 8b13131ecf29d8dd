//! Settings as editors read them: JSON with comments and trailing commas, and each key's line.

use gover_core::lines::{Edit, Line, edited};

use crate::{Change, Evidence, MachinePath};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// The keys from the outermost object to this entry.
    pub(super) path: Vec<String>,
    pub(super) text: Option<String>,
    pub(super) line: usize,
    /// Whether the line has nothing else than key and value.
    pub(super) stands_alone: bool,
}

pub(super) struct Settings {
    pub(super) file: MachinePath,
    content: Vec<u8>,
    /// The keys of all objects that are not in a list.
    pub(super) entries: Vec<Entry>,
}

/// The keys of a text, read as far as possible.
pub(super) fn entries(text: &str) -> Vec<Entry> {
    let mut scanner = Scanner { text, at: 0, path: Vec::new(), entries: Vec::new() };
    let understood = scanner.value(DEEPEST).is_some();
    let mut entries = scanner.entries;
    if !understood {
        // Editors use what comes before an error. Only the user knows what the rest should be.
        entries.retain(|entry| entry.text.is_some());
        for entry in &mut entries {
            entry.stands_alone = false;
        }
    }
    entries
}

impl Settings {
    pub(super) fn parse(file: MachinePath, content: Vec<u8>) -> Self {
        let entries = entries(&String::from_utf8_lossy(&content));
        Self { file, content, entries }
    }

    pub(super) fn evidence(&self, entry: &Entry) -> Evidence {
        let text = String::from_utf8_lossy(&self.content);
        Evidence::line(&self.file, entry.line, text.split('\n').nth(entry.line - 1).unwrap_or_default())
    }

    /// The change that removes the line of an entry; `None` if the line holds more.
    pub(super) fn without(&self, entry: &Entry) -> Option<Change> {
        let remove = |line: &Line<'_>| if line.number == entry.line { Edit::Remove } else { Edit::Keep };
        entry
            .stands_alone
            .then(|| Change::file(&self.file, self.content.clone(), edited(&self.content, remove)))
    }
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
    /// The keys of the objects that are open.
    path: Vec<String>,
    entries: Vec<Entry>,
}

impl<'a> Scanner<'a> {
    /// Skips a value with at most `depth` levels; `None` if it is malformed.
    fn value(&mut self, depth: usize) -> Option<()> {
        match self.peek()? {
            '{' if depth > 0 => self.members('}', |scanner| scanner.entry(depth - 1)),
            '[' if depth > 0 => {
                let known = self.entries.len();
                self.members(']', |scanner| scanner.value(depth - 1))?;
                // Entries in lists have no path.
                self.entries.truncate(known);
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

    fn entry(&mut self, depth: usize) -> Option<()> {
        self.peek()?;
        let start = self.at;
        let key = self.string()?;
        self.accept(':')?;
        self.path.push(key);
        let index = self.entries.len();
        let line = 1 + self.text[..start].matches('\n').count();
        let text =
            if self.peek()? == '"' { Some(self.string()?) } else { self.value(depth).map(|()| None)? };
        let entry = Entry { path: self.path.clone(), text, line, stands_alone: self.stands_alone(start) };
        // The keys inside of the value are there already.
        self.entries.insert(index, entry);
        self.path.pop();
        Some(())
    }

    fn string(&mut self) -> Option<String> {
        self.peek().filter(|c| *c == '"')?;
        let mut strings = serde_json::Deserializer::from_str(self.rest()).into_iter();
        let text = strings.next()?.ok()?;
        self.at += strings.byte_offset();
        Some(text)
    }

    /// Whether the line from `start` to here has nothing else than a comma and a comment.
    fn stands_alone(&self, start: usize) -> bool {
        let before = self.text[..start].rsplit('\n').next().unwrap_or_default();
        let behind = self.rest().split('\n').next().unwrap_or_default().trim();
        let behind = behind.strip_prefix(',').unwrap_or(behind).trim_start();
        before.trim().is_empty()
            && !self.text[start..self.at].contains('\n')
            && (behind.is_empty() || behind.starts_with("//"))
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

/// Far deeper than any settings.
const DEEPEST: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::path::PathRules;

    #[test]
    fn comments_and_commas_at_ends_are_tolerated_and_places_kept() {
        let content = "\u{feff}// mine\n{\n  /* a\n b */ \"x\": 1,\n  \"go.goroot\": \"C:\\\\Go\", // old\n  \"list\": [{\"k\": 1}, [2],],\n  \"e\": {\"A\": \"// no\", \"B\": \"\\u0041\",},\n}\n";
        let settings = Settings::parse(PathRules::Unix.path("f"), content.as_bytes().to_vec());
        let found: Vec<_> = settings
            .entries
            .iter()
            .map(|entry| {
                (entry.path.join("/"), entry.text.clone().unwrap_or_default(), entry.line, entry.stands_alone)
            })
            .collect();
        let entry = |path: &str, text: &str, line, alone| (path.to_owned(), text.to_owned(), line, alone);
        assert_eq!(
            found,
            [
                entry("x", "", 4, false),
                entry("go.goroot", r"C:\Go", 5, true),
                entry("list", "", 6, true),
                entry("e", "", 7, true),
                entry("e/A", "// no", 7, false),
                entry("e/B", "A", 7, false),
            ]
        );
        let Some(Change::File { after: Some(after), .. }) = settings.without(&settings.entries[1]) else {
            panic!("the line can be taken out")
        };
        assert_eq!(
            String::from_utf8(after).unwrap(),
            content.replace("  \"go.goroot\": \"C:\\\\Go\", // old\n", "")
        );
        assert_eq!(settings.without(&settings.entries[4]), None);
    }

    #[test]
    fn text_that_is_not_json_has_no_entries() {
        for content in
            ["", "[", "{", "{\"a\"", "{\"a\": }", "{\"a\": \"b}", "{a: 1}", "{\"a\": 1 \"b\": 2}", "\u{0}"]
        {
            assert_eq!(
                Settings::parse(PathRules::Unix.path(""), content.as_bytes().to_vec()).entries,
                [],
                "{content}"
            );
        }
    }

    #[test]
    fn what_comes_before_an_error_is_read_and_left_alone() {
        let parse = |text: &str| Settings::parse(PathRules::Unix.path("f"), text.as_bytes().to_vec());
        let broken = parse("{\n  \"go.goroot\": \"/nope\",\n  \"x\": [ }}}\n");
        assert_eq!(broken.entries.len(), 1);
        assert_eq!(
            (broken.entries[0].text.as_deref(), broken.without(&broken.entries[0])),
            (Some("/nope"), None)
        );
        assert_eq!(parse(&"[".repeat(1_000_000)).entries, []);
        assert_eq!(parse(&"{\"a\":".repeat(1_000_000)).entries, []);
        assert_eq!(parse("").entries, []);
    }
}
