//! What a run of gover that was killed left next to a directory of programs.
//!
//! `.TARGET.new-RUN` has the programs of that run, or what they replaced if they are in TARGET
//! already. `.TARGET.old-RUN` is the `TARGET.previous` that the run had put aside.

use std::fs;
use std::path::{Path, PathBuf};

use gover_sys::file;

use super::Kept;
use super::content::{Content, run_of};
use crate::Context;

#[derive(Clone, Copy)]
pub(super) enum Kind {
    New,
    Old,
}

impl Kind {
    pub(super) fn suffix(self, run: &str) -> String {
        let kind = match self {
            Self::New => "new",
            Self::Old => "old",
        };
        format!(".{kind}-{run}")
    }
}

/// Removes leftovers, or gives them the name that they were to get. Only the marker proves that a
/// directory is gover's, so any other one stays.
pub(super) fn clean_up(kept: &Kept, context: &Context<'_>) {
    for kind in [Kind::New, Kind::Old] {
        for (path, run) in all(kept, kind) {
            match Content::of(&path, "", context) {
                Ok(Content::Empty) => drop(fs::remove_dir(&path)),
                Ok(Content::Ours) => settle(&path, &run, kind, kept),
                Ok(Content::Missing) | Err(_) => {}
            }
        }
    }
}

fn settle(path: &Path, run: &str, kind: Kind, kept: &Kept) {
    let previous = kept.previous();
    let is_free = |path: &Path| path.symlink_metadata().is_err();
    let is_obsolete = match kind {
        Kind::New => run_of(path).as_deref() == Some(run),
        Kind::Old => !is_free(&previous),
    };
    if is_obsolete {
        drop(file::remove_tree(path));
    } else if matches!(kind, Kind::New) && is_free(&kept.path) {
        drop(file::rename(path, &kept.path));
    } else if is_free(&previous) {
        drop(file::rename(path, &previous));
    }
}

/// The paths next to the target with a name of this kind, each with its run.
fn all(kept: &Kept, kind: Kind) -> Vec<(PathBuf, String)> {
    let prefix = kept.beside(".", &kind.suffix(""));
    let prefix = prefix.file_name().unwrap_or_default().as_encoded_bytes();
    let entries = kept.path.parent().map(fs::read_dir).into_iter().flatten().flatten().flatten();
    let named = entries.filter_map(|entry| {
        let name = entry.file_name();
        let run = std::str::from_utf8(name.as_encoded_bytes().strip_prefix(prefix)?).ok()?;
        is_run(run).then(|| (entry.path(), run.to_owned()))
    });
    named.collect()
}

/// `tools` and `tools.new-1` may both be targets, so the whole form counts.
fn is_run(text: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.split_once('-').is_some_and(|(process, time)| is_number(process) && is_number(time))
}

/// A name for this run that no other one has, also not one with the same number of its process.
pub(super) fn this_run() -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    format!("{}-{}", std::process::id(), now.as_nanos())
}
