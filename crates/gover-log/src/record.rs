//! Lookup answers: `<id>\n<go.sum lines>\n\n<signed tree head>`.

use thiserror::Error;

/// A parsed lookup answer; unproven.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Record<'a> {
    /// Number of the record in the log, from 0.
    pub(super) id: u64,
    /// The record: go.sum lines, each ended by a newline.
    pub(super) text: &'a str,
    /// What follows the empty line: the signed tree head.
    pub(super) rest: &'a [u8],
}

impl<'a> Record<'a> {
    pub(super) fn parse(message: &'a [u8]) -> Result<Self, RecordError> {
        Self::split(message).ok_or(RecordError)
    }

    /// The rest of each line that begins with `<path> <version> `.
    pub(super) fn hashes(&self, path: &str, version: &str) -> impl Iterator<Item = &'a str> {
        let prefix = format!("{path} {version} ");
        self.text.lines().filter_map(move |line| line.strip_prefix(prefix.as_str()))
    }

    pub(super) fn h1(&self, path: &str, version: &str) -> Option<&'a str> {
        self.hashes(path, version).find(|hash| is_h1(hash))
    }

    /// This record as an answer under another signed head.
    pub(super) fn under(&self, head: &[u8]) -> Vec<u8> {
        [format!("{}\n{}\n", self.id, self.text).as_bytes(), head].concat()
    }

    fn split(message: &'a [u8]) -> Option<Self> {
        let end = message.iter().position(|&byte| byte == b'\n')?;
        let (id, body) = message.split_at_checked(end)?;
        let id: u64 = std::str::from_utf8(id).ok()?.parse().ok()?;
        // Go reads the number into an int64.
        i64::try_from(id).ok()?;
        let body = body.strip_prefix(b"\n")?;
        let gap = body.windows(2).position(|pair| pair == b"\n\n")?;
        let (text, rest) = body.split_at_checked(gap + 1)?;
        let text = std::str::from_utf8(text).ok()?;
        if text.bytes().any(|byte| byte < b' ' && byte != b'\n') {
            return None;
        }
        Some(Self { id, text, rest: rest.strip_prefix(b"\n")? })
    }
}

/// A lookup answer with no number, no text, no empty line, bad UTF-8 or control characters.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("malformed record data")]
pub struct RecordError;

/// Whether `text` is an `h1:` hash: 32 bytes in base64 (go.dev/ref/mod#go-sum-files).
fn is_h1(text: &str) -> bool {
    text.strip_prefix("h1:")
        .filter(|encoded| encoded.len() == 44)
        .and_then(super::note::decode_as_go)
        .is_some_and(|bytes| bytes.len() == tlog_tiles::HASH_SIZE)
}
