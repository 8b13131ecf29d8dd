//! What holds for every text, whatever it is.

use gover_core::GoVersion;
use proptest::prelude::*;

use crate::{Edit, FileKind, edited};

const KINDS: [FileKind; 10] = [
    FileKind::Module,
    FileKind::VersionFile,
    FileKind::ToolVersions,
    FileKind::Mise,
    FileKind::Prototools,
    FileKind::Devbox,
    FileKind::DevContainer,
    FileKind::Dockerfile,
    FileKind::Yaml,
    FileKind::Makefile,
];

/// Parts that mean something somewhere, in any order.
const PARTS: &[&str] = &[
    "go",
    "golang",
    "golang:",
    "1.22",
    "1.22.5",
    "1.20",
    "1.22.x",
    "go-version: ",
    "\ngo: [",
    "- image: golang:1.22\n",
    "\nFROM golang:1.22.5-alpine\n",
    "\nARG GO_VERSION=1.22\n",
    "\nFROM golang:${GO_VERSION}",
    "\nGO_VERSION ?= 1.22.5",
    "\ngolang 1.22.5\n",
    "\n[tools]\ngo = \"1.22\"\n",
    "{\"packages\": [\"go@1.22.5\"]}",
    "{\"image\": \"golang:1.22\"}",
    "\n  matrix:\n    go: ",
    "toolchain ",
    "go1.22.5",
    "FROM ",
    "ARG ",
    "GO_VERSION",
    "=",
    ":=",
    ": ",
    ":",
    "- ",
    "-",
    "[",
    "]",
    "{",
    "}",
    ", ",
    ",",
    "\"",
    "'",
    "#",
    " #",
    "\n",
    "\r\n",
    "\n  ",
    "\n    ",
    "\t",
    " ",
    "|",
    ">",
    "&a ",
    "*a",
    "!!str ",
    "---\n",
    "go-version",
    "matrix",
    "image",
    "tools",
    "[tools]\n",
    "\"packages\"",
    "go@",
    "${",
    "$",
    "@sha256:",
    "\\",
    "//",
    "/*",
    "\u{feff}",
    "ä",
    "\u{0}",
];

fn text() -> impl Strategy<Value = String> {
    let made = prop::collection::vec(prop::sample::select(PARTS), 0..40).prop_map(|parts| parts.concat());
    prop_oneof![4 => made, 1 => any::<String>()]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1000) })]

    #[test]
    fn a_mention_is_where_it_says_and_can_be_raised_once(text in text()) {
        let version = GoVersion::parse("1.99999.2").unwrap();
        for kind in KINDS {
            let Ok(mentions) = kind.read(&text) else { continue };
            let mut edits = Vec::new();
            for one in &mentions {
                prop_assert_eq!(&text[one.range.clone()], one.version.as_str());
                prop_assert_eq!(one.line, 1 + text[..one.range.start].matches('\n').count());
                let raised = one.version.raised(&version).unwrap();
                edits.push(Edit { range: one.range.clone(), text: one.replacement(&raised) });
            }
            prop_assert!(mentions.is_sorted_by(|a, b| a.range.end <= b.range.start), "{:?} {:?}", kind, mentions);
            let after = edited(&text, &edits);
            let again = kind.read(&after);
            prop_assert!(again.is_ok(), "{:?} {:?}", kind, after);
            let again = again.unwrap();
            prop_assert_eq!(again.len(), mentions.len(), "{:?} {:?} {:?}", kind, text, after);
            prop_assert!(again.iter().all(|one| one.version.raised(&version).is_none()));
        }
    }
}
