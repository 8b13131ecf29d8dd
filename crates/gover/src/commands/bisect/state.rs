//! What is known of an unfinished search, in a file below `GOVER_HOME`, so that the same command continues
//! after an interruption.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use gover_archive::digest::Sha256;
use gover_core::ToolchainName;
use gover_sys::file;
use serde::{Deserialize, Serialize};

use crate::store::lock;
use crate::{Context, Failure};

pub(super) struct State {
    path: PathBuf,
    pub(super) results: Results,
    /// Whether the results could not be written.
    is_lost: bool,
}

#[derive(Default, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct Results {
    /// For people who look into the file.
    directory: String,
    command: Vec<String>,
    /// The exit code of the command with each toolchain.
    pub(super) codes: BTreeMap<String, i32>,
    /// The toolchains that were installed for the search.
    pub(super) installed: Vec<String>,
}

impl State {
    /// The state for this directory, this command and these ends, whichever is the good one. A file that
    /// cannot be read counts as none.
    pub(super) fn open(
        words: &[OsString],
        ends: [&ToolchainName; 2],
        is_new: bool,
        context: &Context<'_>,
    ) -> Self {
        let directory = context.env.directory().unwrap_or(Path::new(""));
        let mut ends = ends;
        ends.sort();
        let path = context.layout.bisect().join(format!("{}.json", key(directory, words, ends)));
        let kept = file::read_limited(&path, LARGEST).ok();
        let mut results: Results =
            kept.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
        if is_new {
            // What was installed stays known, so that the end of the search can name it.
            results.codes.clear();
        }
        results.directory = directory.to_string_lossy().into_owned();
        results.command = words.iter().map(|word| word.to_string_lossy().into_owned()).collect();
        Self { path, results, is_lost: false }
    }

    pub(super) fn code(&self, name: &ToolchainName) -> Option<i32> {
        self.results.codes.get(name.as_str()).copied()
    }

    /// Remembers a result.
    pub(super) fn add(&mut self, name: &ToolchainName, code: i32, context: &Context<'_>) {
        self.results.codes.insert(name.to_string(), code);
        self.save(context);
    }

    /// Whether another run of the command will know what is known now.
    pub(super) fn is_kept(&self) -> bool {
        !self.is_lost && self.path.exists()
    }

    /// Goes on without the file if it cannot be written.
    pub(super) fn save(&mut self, context: &Context<'_>) {
        // Users of a shared store can still search. They were told so.
        if self.is_lost || lock::is_read_only(context) {
            self.is_lost = true;
        } else if let Err(failure) = self.write(context) {
            self.is_lost = true;
            let what = failure.report().map(|report| report.what.clone()).unwrap_or_default();
            context.printer.warning(&format!("{what}, so a search that is interrupted starts over"));
        }
    }

    fn write(&self, context: &Context<'_>) -> Result<(), Failure> {
        let _lock = lock::acquire(LOCK, context)?;
        // Plain data with text keys can always be serialised.
        let text = serde_json::to_vec(&self.results).unwrap_or_default();
        file::create_own_directory(&context.layout.bisect(), context.layout.home())
            .and_then(|()| file::replace_atomically(&self.path, &text))
            .map_err(|error| Failure::file("write", &self.path, &error))
    }

    /// The search is over.
    pub(super) fn remove(&self, context: &Context<'_>) -> Result<(), Failure> {
        if !self.path.exists() {
            return Ok(());
        }
        let _lock = lock::acquire(LOCK, context)?;
        fs::remove_file(&self.path).map_err(|error| Failure::file("remove", &self.path, &error))?;
        // Another search may have a file there.
        let _ = fs::remove_dir(context.layout.bisect());
        Ok(())
    }
}

fn key(directory: &Path, words: &[OsString], ends: [&ToolchainName; 2]) -> String {
    let parts = [directory.as_os_str().as_encoded_bytes()].into_iter();
    let parts = parts.chain(ends.map(|name| name.as_str().as_bytes()));
    let parts = parts.chain(words.iter().map(|word| word.as_encoded_bytes()));
    // No part contains a zero.
    let bytes = parts.collect::<Vec<_>>().join(&0);
    let mut hex = String::new();
    Sha256::of(&bytes).append_hex(&mut hex);
    hex.truncate(KEY);
    hex
}

const LOCK: &str = "bisect";
/// In characters; gover-install knows files of gover by it.
const KEY: usize = 16;
const LARGEST: u64 = 1 << 20;
