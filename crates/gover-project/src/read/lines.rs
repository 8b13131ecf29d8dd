//! Files that are read line by line.

use gover_core::gorules::lookup;
use gover_core::pin;

use super::{image, is_version_name, moved, offset, unquoted};
use crate::mention::{Mention, Role};
use crate::version::{leading, whole};

pub(crate) fn module(text: &str) -> Vec<Mention> {
    let line = |key, role| {
        let (_, value) = lookup(text, key)?;
        let (range, version) = leading(value)?;
        let is_custom = range.end != value.len();
        let mut mention = Mention::new(text, moved(&range, offset(text, value)), version, role);
        mention.fixed_by = is_custom.then_some("it names a custom build");
        Some(mention)
    };
    let toolchain = line("toolchain", Role::ToolchainLine);
    line("go", Role::GoLine).into_iter().chain(toolchain).collect()
}

pub(crate) fn version_file(text: &str) -> Vec<Mention> {
    one(text, pin::first_version(text))
}

pub(crate) fn tool_versions(text: &str) -> Vec<Mention> {
    one(text, pin::go_version(text))
}

fn one(text: &str, found: Option<(usize, &str)>) -> Vec<Mention> {
    let mention = found.and_then(|(_, word)| {
        let (range, version) = whole(word)?;
        Some(Mention::new(text, moved(&range, offset(text, word)), version, Role::Pin))
    });
    mention.into_iter().collect()
}

/// `GO_VERSION ?= 1.22.5`, with every operator of make and just. Also variables that hold an image.
pub(crate) fn makefile(text: &str) -> Vec<Mention> {
    let lines = text.lines().filter(|line| !line.trim_start().starts_with('#'));
    lines.filter_map(|line| assignment(text, line)).collect()
}

fn assignment(text: &str, line: &str) -> Option<Mention> {
    let (name, value) = line.split_once('=')?;
    let name = name.trim_end().trim_end_matches([':', '?', '+', '!']).split_whitespace().next_back()?;
    let value = unquoted(value.split('#').next()?.trim());
    let start = offset(text, value);
    if let Some(tag) = image::tag(value) {
        let mut mention = Mention::new(text, moved(&tag.range, start), tag.version, Role::Image);
        mention.fixed_by = tag.has_digest.then_some(DIGEST);
        return Some(mention);
    }
    let (range, version) = whole(value).filter(|_| is_version_name(name))?;
    Some(Mention::new(text, moved(&range, start), version, Role::Setting))
}

pub(super) const DIGEST: &str = "its digest decides which image it is";

#[cfg(test)]
mod tests {
    use super::*;

    fn found(mentions: &[Mention], text: &str) -> Vec<(usize, String, &'static str)> {
        let shown =
            |one: &Mention| (one.line, text[one.range.clone()].to_owned(), one.fixed_by.unwrap_or_default());
        mentions.iter().map(shown).collect()
    }

    #[test]
    fn both_lines_of_a_module_are_found() {
        let text = "module shop // go 1.20\r\n\r\ngo 1.22\r\n\ttoolchain   go1.22.5 // ours\r\n";
        assert_eq!(found(&module(text), text), [(3, "1.22".to_owned(), ""), (4, "1.22.5".to_owned(), "")]);
        for (text, count) in [("toolchain default\n", 0), ("go 1.22\n", 1), ("gopher 1.22\n", 0), ("", 0)] {
            assert_eq!(module(text).len(), count, "{text}");
        }
        let custom = "toolchain go1.22.5-bigcorp\n";
        assert_eq!(found(&module(custom), custom), [(1, "1.22.5".to_owned(), "it names a custom build")]);
    }

    #[test]
    fn pins_are_found_behind_marks_comments_and_prefixes() {
        let text = "\u{feff}# ours\r\n  go1.22.5 # old\r\n1.21\r\n";
        assert_eq!(found(&version_file(text), text), [(2, "1.22.5".to_owned(), "")]);
        let text = "nodejs 20\n\tgolang\t1.22.5 1.21.3 # x";
        assert_eq!(found(&tool_versions(text), text), [(2, "1.22.5".to_owned(), "")]);
        for text in ["latest\n", "^1.22\n", "1.22 1.23\n", ""] {
            assert_eq!(version_file(text), [], "{text}");
        }
    }

    #[test]
    fn variables_of_makefiles_are_found() {
        let text = "GO_VERSION = 1.22.5\nexport GOTOOLCHAIN := go1.22.5+auto\n  override GO_VERSION?=1.22.5 # x\r\n\
                    GOLANG_VERSION ::= \"1.22\"\nIMAGE ?= golang:1.22-alpine\nVERSION = 1.22.5\n\
                    GO_VERSION = $(shell cat .go-version)\n# GO_VERSION = 1.22.5\nbuild: GO_VERSION = 1.22.4\n";
        let expected = [(1, "1.22.5"), (2, "1.22.5"), (3, "1.22.5"), (4, "1.22"), (5, "1.22"), (9, "1.22.4")];
        let found: Vec<_> =
            found(&makefile(text), text).into_iter().map(|(line, text, _)| (line, text)).collect();
        let expected: Vec<_> = expected.into_iter().map(|(line, text)| (line, text.to_owned())).collect();
        assert_eq!(found, expected);
    }
}
