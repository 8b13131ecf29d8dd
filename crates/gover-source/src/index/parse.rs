//! Parses and validates the JSON that a release site serves.

use std::collections::BTreeMap;

use serde_json::error::Category;
use thiserror::Error;

use super::rows::{Row, Value};
use super::{Index, IndexFile, IndexRelease, Kind};
use crate::archive_name;
use crate::bounds::{Bounds, MAX_ROWS};

impl Index {
    /// Parses the response to `?mode=json&include=all`. Irregular rows are skipped
    /// (`docs/go.md#irregular-rows-of-the-release-index`). A response that is not a list of
    /// releases, lists no release or contradicts itself is an error.
    pub(crate) fn parse(json: &[u8]) -> Result<Self, IndexError> {
        let value: Value = serde_json::from_slice(json).map_err(|error| match error.classify() {
            Category::Data => IndexError::TooMany { most: MAX_ROWS, what: "rows" },
            _ => IndexError::Json { line: error.line() },
        })?;
        if !json.trim_ascii_start().starts_with(b"[") {
            return Err(IndexError::NoList);
        }
        let releases: Vec<IndexRelease> = value.rows().into_iter().filter_map(release).collect();
        if releases.is_empty() {
            return Err(IndexError::Empty);
        }
        let mut bounds = Bounds::default();
        for release in &releases {
            bounds.count_release()?;
            release.platforms().try_for_each(|platform| bounds.count_platform(&platform))?;
        }
        let mut sums = BTreeMap::new();
        for file in releases.iter().flat_map(|release| &release.files) {
            if let Some(sum) = &file.sha256
                && sums.insert(file.name.as_str(), sum).is_some_and(|other| other != sum)
            {
                return Err(IndexError::TwoSums { file_name: file.name.clone() });
            }
        }
        Ok(Self { releases })
    }
}

#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum IndexError {
    #[error("its index is not JSON (line {line})")]
    Json { line: usize },
    #[error("its index is not a list of releases")]
    NoList,
    #[error("its index names no release")]
    Empty,
    #[error("it lists more than {most} {what}")]
    TooMany { most: usize, what: &'static str },
    #[error("its index has two sums of `{file_name}`")]
    TwoSums { file_name: String },
}

fn release(row: Row) -> Option<IndexRelease> {
    let name = row.version.filter(|name| archive_name::is_safe(name))?;
    Some(IndexRelease { name: name.into(), files: row.files.into_iter().filter_map(file).collect() })
}

fn file(row: Row) -> Option<IndexFile> {
    let name = row.filename.filter(|name| archive_name::is_safe(name))?;
    let kind = match &*row.kind? {
        "archive" => Kind::Archive,
        "installer" => Kind::Installer,
        "source" => Kind::Source,
        _ => Kind::Other,
    };
    Some(IndexFile {
        name: name.into(),
        os: row.os.unwrap_or_default().into(),
        arch: row.arch.unwrap_or_default().into(),
        sha256: row.sha256.as_deref().and_then(sha256),
        size: row.size.filter(|size| *size > 0),
        kind,
    })
}

fn sha256(text: &str) -> Option<String> {
    let valid = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    valid.then(|| text.to_ascii_lowercase())
}
