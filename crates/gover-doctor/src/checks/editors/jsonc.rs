//! Settings as editors read them: JSON with comments and trailing commas, and each key's line.

use gover_core::lines::{Edit, Line, edited};
use gover_project::json;
pub(super) use gover_project::json::Entry;

use crate::{Change, Evidence, MachinePath};

pub(super) struct Settings {
    pub(super) file: MachinePath,
    content: Vec<u8>,
    /// The keys of all objects that are not in a list.
    pub(super) entries: Vec<Entry>,
}

impl Settings {
    pub(super) fn parse(file: MachinePath, content: Vec<u8>) -> Self {
        let (mut entries, _) = json::entries(&String::from_utf8_lossy(&content));
        entries.retain(|entry| !entry.path.iter().any(|key| key == json::ELEMENT));
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
