//! What holds of the parsers of the checksum database, whatever they are given.
//!
//! For fuzzing (`fuzz/`) and for the tests that walk what fuzzing found; compiled for nothing else.
#![expect(clippy::missing_panics_doc, reason = "a property that does not hold is a panic")]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::head::Tree;
use super::note::{OpenNote, VerifierKey};
use super::record::Record;

/// Opens a note. The returned text, which known keys signed, is the beginning of the message.
pub fn note<'a>(message: &'a [u8], keys: &[VerifierKey]) -> Option<&'a [u8]> {
    let open = OpenNote::open(message, keys).ok()?;
    let (text, rest) = message.split_at(open.text.len());
    assert_eq!(text, open.text.as_bytes(), "the text is not what was signed");
    assert!(text.ends_with(b"\n") && rest.starts_with("\n— ".as_bytes()), "the text ends elsewhere");
    assert!(rest.ends_with(b"\n") && !rest[1..].windows(2).any(|pair| pair == b"\n\n"));
    assert!(!open.verified.is_empty(), "nobody signed");
    assert!(open.verified.iter().all(|name| keys.iter().any(|key| key.name() == name)), "an unknown key");
    Some(text)
}

/// Reads a tree head. What was read can be written again.
pub fn tree_head(text: &[u8]) {
    let Ok(text) = str::from_utf8(text) else { return };
    let Ok(tree) = Tree::parse(text) else { return };
    let lines: Vec<_> = text.split('\n').collect();
    assert_eq!(lines[..2], ["go.sum database tree", &tree.size.to_string()]);
    // Go ignores the spare bits at the end of base64, which is its last digit.
    let written = STANDARD.encode(tree.hash.0);
    assert_eq!(lines[2].replace('\r', "")[..42], written[..42]);
    assert!(lines.len() > 3, "the last line does not end");
}

/// Takes a lookup answer apart. Its parts put together are the answer.
pub fn record(message: &[u8]) {
    let Ok(record) = Record::parse(message) else { return };
    let id = message.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let digits = str::from_utf8(id).map(|id| id.trim_start_matches('+').trim_start_matches('0'));
    let number = record.id.to_string();
    assert_eq!(digits, Ok(if record.id == 0 { "" } else { &number }));
    let parts = [id, b"\n", record.text.as_bytes(), b"\n", record.rest];
    assert_eq!(parts.concat(), message, "something was lost or added");
    assert!(record.text.ends_with('\n') && !record.text.contains("\n\n"));
    for hash in record.hashes("golang.org/toolchain", "v0.0.1-go1.22.5.linux-amd64") {
        assert!(record.text.lines().any(|line| line.ends_with(hash)));
    }
}

#[cfg(test)]
mod tests {
    use gover_test::fuzzed;

    use super::*;

    #[test]
    fn the_properties_hold_for_what_fuzzing_found() {
        let key = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";
        let keys = [VerifierKey::parse(key).unwrap()];
        for (_, bytes) in fuzzed("note") {
            note(&bytes, &keys);
            tree_head(&bytes);
        }
        for (_, bytes) in fuzzed("record") {
            record(&bytes);
        }
    }
}
