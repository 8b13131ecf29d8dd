use std::fmt;
use std::fs;
use std::path::PathBuf;

use super::Question;
use crate::bounded;

/// What `gover use` stores for a shell without the function. A later process with the same id has
/// another start time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRecord {
    /// The unit depends on the system.
    pub start: u64,
    pub request: String,
}

impl SessionRecord {
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

/// The record of the nearest ancestor that has one. Ancestors are looked up only if there is any
/// record, since that is slow and rarely needed.
pub(super) fn find(question: &Question<'_>) -> Option<(PathBuf, SessionRecord)> {
    let entries = fs::read_dir(question.layout.sessions()).ok()?.flatten();
    let recorded: Vec<u32> = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
    if recorded.is_empty() {
        return None;
    }
    let ancestors = (question.host.ancestors)().into_iter().filter(|(id, _)| recorded.contains(id));
    ancestors.into_iter().find_map(|(id, start)| {
        let path = question.layout.session(id);
        let record = SessionRecord::parse(&bounded::read_text(&path, bounded::SMALL_FILE).ok()?)?;
        (record.start == start).then_some((path, record))
    })
}
