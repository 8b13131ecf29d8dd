//! The head of a bundle, which is text, and what follows it.
//!
//! ```text
//! gover-patch 1
//! go1.27.3 go1.27.4 linux-amd64
//! - src/old.go
//! = 1520 640 2d36597f…c067 src/new.go
//! ~ 17256487 26217 703740 33341 4565f55b…112d bin/go
//!
//! ```
//! The second line says what the bundle leads from and to. Then comes a line for each file that
//! differs, sorted by the bytes of the paths, each path once: `-` removes a file; `=` gives its size
//! and the length of its compressed content; `~` gives its size and the lengths of the three streams
//! of a delta. Both give the SHA-256 of the file. After the empty line these contents follow in the
//! order of the lines, each a raw deflate stream, with nothing between or after them.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};

use gover_core::{Platform, ToolchainName};

use super::PatchError;
use crate::digest::Digest;
use crate::{Content, Limits};

/// What a bundle leads from and to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transition {
    pub base: ToolchainName,
    pub name: ToolchainName,
    pub platform: Platform,
}

/// A bundle whose head was read. Its contents are read when it is applied.
#[derive(Debug)]
pub struct Patch {
    pub(super) path: PathBuf,
    pub(super) transition: Transition,
    pub(super) changes: Vec<Change>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) path: String,
    pub(super) kind: ChangeKind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ChangeKind {
    Removed,
    /// A new or a changed file.
    Content {
        size: u64,
        digest: Digest,
        packed: Packed,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Packed {
    Whole(Span),
    /// Steps, differences and extra bytes.
    Delta([Span; 3]),
}

/// Where in the bundle a stream is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) offset: u64,
    pub(super) length: u64,
}

impl Transition {
    /// The name of the bundle in the directory [`DIRECTORY`](Self::DIRECTORY) of a mirror.
    pub fn file_name(&self) -> String {
        format!("{}..{}.{}.gvp", self.base, self.name, self.platform)
    }

    pub const DIRECTORY: &str = "patches";
}

impl Patch {
    /// Reads the head of a bundle, and checks that its contents have the lengths it claims.
    pub fn open(path: &Path) -> Result<Self, PatchError> {
        let read = PatchError::reading(path);
        let file = File::open(path).map_err(&read)?;
        let length = file.metadata().map_err(&read)?.len();
        let mut lines = Lines { reader: BufReader::new(file).take(MAX_HEAD), number: 0, read: 0 };
        let first = lines.next().map_err(&read)?.unwrap_or_default();
        match first.strip_prefix(MAGIC.as_bytes()) {
            Some(b" 1") => {}
            Some(_) => return Err(PatchError::UnknownFormat),
            None => return Err(PatchError::NotABundle { content: Content::of(&first) }),
        }
        let mut line = || match lines.next().map_err(&read)? {
            Some(line) => String::from_utf8(line).map_err(|_| PatchError::Line { line: lines.number }),
            None => Err(PatchError::Broken { what: "its head is too long or cut off" }),
        };
        let transition = parse_transition(&line()?).ok_or(PatchError::Line { line: 2 })?;
        let mut changes: Vec<Change> = Vec::new();
        // Relative to the end of the head, whose length is not known yet.
        let mut end = 0;
        loop {
            let text = line()?;
            if text.is_empty() {
                break;
            }
            // A line takes less space in the head than its change takes in memory.
            if changes.len() as u64 >= MAX_CHANGES {
                return Err(PatchError::Broken { what: "its head has too many lines" });
            }
            let invalid = PatchError::Line { line: changes.len() + 3 };
            let Some(change) = parse_change(&text, &mut end) else { return Err(invalid) };
            if changes.last().is_some_and(|last| last.path.as_bytes() >= change.path.as_bytes()) {
                return Err(invalid);
            }
            changes.push(change);
        }
        let head = lines.read;
        if head.checked_add(end) != Some(length) {
            return Err(PatchError::Broken { what: "its length is not what its head says" });
        }
        changes.iter_mut().flat_map(Change::spans).for_each(|span| span.offset += head);
        Ok(Self { path: path.to_owned(), transition, changes })
    }

    pub fn transition(&self) -> &Transition {
        &self.transition
    }
}

impl Change {
    fn spans(&mut self) -> &mut [Span] {
        match &mut self.kind {
            ChangeKind::Removed => &mut [],
            ChangeKind::Content { packed: Packed::Whole(span), .. } => std::slice::from_mut(span),
            ChangeKind::Content { packed: Packed::Delta(spans), .. } => spans,
        }
    }

    pub(super) fn line(&self) -> String {
        let Self { path, kind } = self;
        match kind {
            ChangeKind::Removed => format!("- {path}\n"),
            ChangeKind::Content { size, digest, packed: Packed::Whole(span) } => {
                format!("= {size} {} {digest} {path}\n", span.length)
            }
            ChangeKind::Content { size, digest, packed: Packed::Delta([steps, differences, extra]) } => {
                let (steps, differences, extra) = (steps.length, differences.length, extra.length);
                format!("~ {size} {steps} {differences} {extra} {digest} {path}\n")
            }
        }
    }
}

/// The head before the lines of the changes.
pub(super) fn first_lines(Transition { base, name, platform }: &Transition) -> String {
    format!("{MAGIC} 1\n{base} {name} {platform}\n")
}

struct Lines {
    reader: std::io::Take<BufReader<File>>,
    number: usize,
    read: u64,
}

impl Lines {
    /// The next complete line without its end.
    fn next(&mut self) -> std::io::Result<Option<Vec<u8>>> {
        let mut line = Vec::new();
        self.read += self.reader.read_until(b'\n', &mut line)? as u64;
        self.number += 1;
        Ok((line.pop() == Some(b'\n')).then_some(line))
    }
}

fn parse_transition(line: &str) -> Option<Transition> {
    let mut words = line.split(' ');
    let mut name = || ToolchainName::parse(words.next()?).ok();
    let (base, name) = (name()?, name()?);
    let platform = words.next()?.parse().ok()?;
    words.next().is_none().then_some(Transition { base, name, platform })
}

/// Adds the lengths of the contents to `end`.
fn parse_change(line: &str, end: &mut u64) -> Option<Change> {
    let (sign, rest) = line.split_once(' ')?;
    let mut rest = rest;
    let mut word = || {
        let (word, after) = rest.split_once(' ')?;
        rest = after;
        Some(word)
    };
    let mut number = || {
        let digits = word()?;
        let is_plain =
            digits.bytes().all(|byte| byte.is_ascii_digit()) && (digits == "0" || !digits.starts_with('0'));
        digits.parse::<u64>().ok().filter(|_| is_plain)
    };
    let mut span = |length: u64| {
        let offset = *end;
        *end = offset.checked_add(length)?;
        Some(Span { offset, length })
    };
    let (size, packed) = match sign {
        "-" => return Some(Change { path: rest.to_owned(), kind: ChangeKind::Removed }),
        "=" => (number()?, Packed::Whole(span(number()?)?)),
        "~" => (number()?, Packed::Delta([span(number()?)?, span(number()?)?, span(number()?)?])),
        _ => return None,
    };
    // One way to write each thing, so that no two bundles mean the same.
    let digest = word()?;
    let digest = digest.parse().ok().filter(|_| !digest.bytes().any(|byte| byte.is_ascii_uppercase()))?;
    Some(Change { path: rest.to_owned(), kind: ChangeKind::Content { size, digest, packed } })
}

const MAGIC: &str = "gover-patch";
/// The most bytes of a head. That of a patch release has about 20 KB.
const MAX_HEAD: u64 = 4 << 20;
/// No toolchain has more files, nor could one be unpacked. That many changes take less than 30 MiB
/// of memory, names included.
const MAX_CHANGES: u64 = Limits::DEFAULT.entries;
