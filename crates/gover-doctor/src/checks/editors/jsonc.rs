//! Settings as editors read them: JSON with comments and trailing commas, and each key's line.

use gover_project::json;
pub(crate) use gover_project::json::Entry;

use super::edit::{self, Edit, Malformed};
use crate::{Change, Evidence, MachinePath};

pub(crate) struct Settings {
    pub(crate) file: MachinePath,
    content: Vec<u8>,
    /// Every key, and every text in a list.
    pub(crate) entries: Vec<Entry>,
}

impl Settings {
    pub(crate) fn parse(file: MachinePath, content: Vec<u8>) -> Self {
        let (entries, _) = json::entries(&String::from_utf8_lossy(&content));
        Self { file, content, entries }
    }

    pub(crate) fn evidence(&self, entry: &Entry) -> Evidence {
        let text = String::from_utf8_lossy(&self.content);
        Evidence::line(&self.file, entry.line, text.split('\n').nth(entry.line - 1).unwrap_or_default())
    }

    /// The change that makes these edits, if any has an effect. A file with an error is not changed.
    pub(crate) fn edited(&self, edits: &[Edit]) -> Result<Option<Change>, Malformed> {
        let after = edit::edited(&self.content, edits)?;
        let is_changed = after != self.content;
        Ok(is_changed.then(|| Change::file(&self.file, self.content.clone(), after)))
    }

    /// The same for one edit, if it is possible.
    pub(crate) fn with(&self, edit: Edit) -> Option<Change> {
        self.edited(&[edit]).ok().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::path::PathRules;

    fn parse(text: &str) -> Settings {
        Settings::parse(PathRules::Unix.path("f"), text.as_bytes().to_vec())
    }

    fn without(settings: &Settings, index: usize) -> Option<String> {
        let change = settings.with(Edit::Remove(settings.entries[index].path.clone()))?;
        let Change::File { after, .. } = change else { panic!("a file") };
        Some(String::from_utf8(after.unwrap()).unwrap())
    }

    #[test]
    fn comments_and_commas_at_ends_are_tolerated_and_places_kept() {
        let content = "\u{feff}// mine\n{\n  /* a\n b */ \"x\": 1,\n  \"go.goroot\": \"C:\\\\Go\", // old\n  \"list\": [{\"k\": 1}, [2],],\n  \"e\": {\"A\": \"// no\", \"B\": \"\\u0041\",},\n}\n";
        let settings = parse(content);
        let found: Vec<_> = settings
            .entries
            .iter()
            .map(|entry| (entry.path.join("/"), entry.text.clone().unwrap_or_default(), entry.line))
            .collect();
        let entry = |path: &str, text: &str, line| (path.to_owned(), text.to_owned(), line);
        assert_eq!(
            found,
            [
                entry("x", "", 4),
                entry("go.goroot", r"C:\Go", 5),
                entry("list", "", 6),
                entry("list/[]/k", "", 6),
                entry("e", "", 7),
                entry("e/A", "// no", 7),
                entry("e/B", "A", 7),
            ]
        );
        let whole = content.replace("\"go.goroot\": \"C:\\\\Go\", ", "");
        assert_eq!(without(&settings, 1).unwrap(), whole);
        assert_eq!(without(&settings, 5).unwrap(), content.replace("\"A\": \"// no\", ", ""));
        // What is in a list has no key of its own.
        assert_eq!(without(&settings, 3), None);
    }

    #[test]
    fn text_that_is_not_json_has_no_entries() {
        for content in
            ["", "[", "{", "{\"a\"", "{\"a\": }", "{\"a\": \"b}", "{a: 1}", "{\"a\": 1 \"b\": 2}", "\u{0}"]
        {
            assert_eq!(parse(content).entries, [], "{content}");
        }
    }

    #[test]
    fn what_comes_before_an_error_is_read_and_left_alone() {
        let broken = parse("{\n  \"go.goroot\": \"/nope\",\n  \"x\": [ }}}\n");
        assert_eq!(broken.entries.len(), 1);
        assert_eq!((broken.entries[0].text.as_deref(), without(&broken, 0)), (Some("/nope"), None));
        assert_eq!(parse(&"[".repeat(1_000_000)).entries, []);
        assert_eq!(parse(&"{\"a\":".repeat(1_000_000)).entries, []);
        assert_eq!(parse("").entries, []);
    }
}
