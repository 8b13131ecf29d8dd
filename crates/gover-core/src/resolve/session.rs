use std::fmt;
use std::fs;
use std::path::PathBuf;

use super::Question;
use crate::bounded;
use crate::layout::Layout;

/// What `gover use` stores for a shell that has no function loaded: the shell's start time, so that a later
/// process of the same id is told apart, and the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRecord {
    /// When the shell started, in the system's own unit.
    pub start: u64,
    pub request: String,
}

impl SessionRecord {
    /// Reads a record's text; `None` if it is not one.
    pub fn parse(text: &str) -> Option<Self> {
        let (start, request) = text.split_once('\n')?;
        Some(Self { start: start.trim().parse().ok()?, request: request.trim().to_owned() })
    }
}

impl fmt::Display for SessionRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n{}", self.start, self.request)
    }
}

/// The record of the nearest ancestor that has one. Ancestors are asked for only if there is any record, which
/// spares the usual call that walk.
pub(super) fn find(question: &Question<'_>) -> Option<(PathBuf, SessionRecord)> {
    let mut records = fs::read_dir(question.layout.sessions()).ok()?;
    records.next()?.ok()?;
    (question.host.ancestors)().into_iter().find_map(|(id, start)| read(question.layout, id, start))
}

fn read(layout: &Layout, id: u32, start: u64) -> Option<(PathBuf, SessionRecord)> {
    let path = layout.session(id);
    let record = SessionRecord::parse(&bounded::read_text(&path, bounded::SMALL_FILE).ok()?)?;
    (record.start == start).then_some((path, record))
}
