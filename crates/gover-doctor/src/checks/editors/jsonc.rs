//! Settings files as editors read them: JSON with comments and trailing commas, and the line of
//! each key.

use gover_core::lines::{Edit, Line, edited};

use crate::{Change, Evidence, MachinePath};

/// A key of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// The keys from the outermost object to this entry.
    pub(super) path: Vec<String>,
    pub(super) text: Option<String>,
    pub(super) line: usize,
    /// Whether the line has nothing else than key and value.
    pub(super) stands_alone: bool,
}

/// A settings file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Settings {
    pub(super) file: MachinePath,
    content: Vec<u8>,
    /// The keys of all objects that are not in a list.
    pub(super) entries: Vec<Entry>,
}

impl Settings {
    /// Reads a file as far as possible.
    pub(super) fn parse(file: MachinePath, content: Vec<u8>) -> Self {
        let text = String::from_utf8_lossy(&content).into_owned();
        let mut scanner = Scanner { text: &text, at: 0, depth: 0, entries: Vec::new() };
        let understood = scanner.value(&mut Vec::new()).is_some();
        let mut entries = scanner.entries;
        if !understood {
            // Editors use what comes before an error. Only the user knows what the rest should be.
            entries.retain(|entry| entry.text.is_some());
            for entry in &mut entries {
                entry.stands_alone = false;
            }
        }
        Self { file, content, entries }
    }

    /// The line of an entry as evidence.
    pub(super) fn evidence(&self, entry: &Entry) -> Evidence {
        let text = String::from_utf8_lossy(&self.content);
        let text = text.split('\n').nth(entry.line - 1).unwrap_or_default();
        Evidence::line(&self.file, entry.line, text)
    }

    /// The change that removes the line of an entry; `None` if the line holds more.
    pub(super) fn without(&self, entry: &Entry) -> Option<Change> {
        if !entry.stands_alone {
            return None;
        }
        let remove = |line: &Line<'_>| if line.number == entry.line { Edit::Remove } else { Edit::Keep };
        Some(Change::file(&self.file, self.content.clone(), edited(&self.content, remove)))
    }
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    entries: Vec<Entry>,
}

impl Scanner<'_> {
    /// Skips a value and returns its text if it is a string. `None` if it is malformed.
    #[expect(clippy::option_option, reason = "a value that is not a string, and no value")]
    fn value(&mut self, path: &mut Vec<String>) -> Option<Option<String>> {
        self.blanks();
        match self.peek()? {
            '{' | '[' if self.depth == DEEPEST => None,
            '{' => self.inside(|scanner| scanner.object(path)).map(|()| None),
            '[' => self.inside(|scanner| scanner.list(path)).map(|()| None),
            '"' => self.string().map(Some),
            c if c.is_ascii_alphanumeric() || c == '-' => {
                let is_part = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
                while self.peek().is_some_and(is_part) {
                    self.at += 1;
                }
                Some(None)
            }
            _ => None,
        }
    }

    fn inside(&mut self, read: impl FnOnce(&mut Self) -> Option<()>) -> Option<()> {
        self.depth += 1;
        let read = read(self);
        self.depth -= 1;
        read
    }

    fn object(&mut self, path: &mut Vec<String>) -> Option<()> {
        self.expect('{')?;
        loop {
            self.blanks();
            if self.accept('}') {
                return Some(());
            }
            let start = self.at;
            let key = self.string()?;
            self.blanks();
            self.expect(':')?;
            path.push(key);
            let index = self.entries.len();
            let line = 1 + self.text.get(..start)?.matches('\n').count();
            self.entries.push(Entry { path: path.clone(), text: None, line, stands_alone: false });
            let text = self.value(path)?;
            let stands_alone = self.stands_alone(start);
            let entry = self.entries.get_mut(index)?;
            (entry.text, entry.stands_alone) = (text, stands_alone);
            path.pop();
            self.blanks();
            if !self.accept(',') && self.peek()? != '}' {
                return None;
            }
        }
    }

    /// Entries in lists have no path, so they are dropped.
    fn list(&mut self, path: &mut Vec<String>) -> Option<()> {
        let known = self.entries.len();
        self.expect('[')?;
        loop {
            self.blanks();
            if self.accept(']') {
                self.entries.truncate(known);
                return Some(());
            }
            self.value(path)?;
            self.blanks();
            if !self.accept(',') && self.peek()? != ']' {
                return None;
            }
        }
    }

    fn string(&mut self) -> Option<String> {
        let start = self.at;
        self.expect('"')?;
        loop {
            match self.next()? {
                '\\' => drop(self.next()?),
                '"' => return serde_json::from_str(self.text.get(start..self.at)?).ok(),
                '\n' => return None,
                _ => {}
            }
        }
    }

    /// Whether the line, from the key at `start` to here, has nothing else than a comma and a
    /// comment.
    fn stands_alone(&self, start: usize) -> bool {
        let before = self.text.get(..start).unwrap_or_default();
        let before = before.rsplit('\n').next().unwrap_or_default();
        let own = self.text.get(start..self.at).unwrap_or_default();
        let behind =
            self.text.get(self.at..).unwrap_or_default().split('\n').next().unwrap_or_default().trim();
        let behind = behind.strip_prefix(',').unwrap_or(behind).trim_start();
        before.trim().is_empty() && !own.contains('\n') && (behind.is_empty() || behind.starts_with("//"))
    }

    fn blanks(&mut self) {
        loop {
            let rest = self.text.get(self.at..).unwrap_or_default();
            let blank =
                rest.len() - rest.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}').len();
            let rest = rest.get(blank..).unwrap_or_default();
            let comment = if rest.starts_with("//") {
                rest.find('\n').unwrap_or(rest.len())
            } else if rest.starts_with("/*") {
                rest.find("*/").map_or(rest.len(), |end| end + 2)
            } else {
                0
            };
            self.at += blank + comment;
            if comment == 0 {
                return;
            }
        }
    }

    fn peek(&self) -> Option<char> {
        self.text.get(self.at..)?.chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += next.len_utf8();
        Some(next)
    }

    fn accept(&mut self, wanted: char) -> bool {
        let is_there = self.peek() == Some(wanted);
        self.at += if is_there { wanted.len_utf8() } else { 0 };
        is_there
    }

    fn expect(&mut self, wanted: char) -> Option<()> {
        self.accept(wanted).then_some(())
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
