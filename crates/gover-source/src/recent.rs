//! A record of the sources that failed in the last hour. Later commands ask them last.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use gover_core::sync::locked;
use gover_sys::file;

/// If the file is missing, damaged or not writable, gover only waits longer for sources that fail.
#[derive(Debug)]
pub(crate) struct RecentFailures {
    path: PathBuf,
    /// Read from the file on first use.
    known: Mutex<Option<Failed>>,
}

/// Seconds since 1970, by the label of the source, which contains no credentials.
type Failed = BTreeMap<String, u64>;

#[derive(Serialize, Deserialize)]
struct File {
    format: u32,
    failed: Failed,
}

impl RecentFailures {
    /// The file need not exist.
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path, known: Mutex::default() }
    }

    pub(crate) fn contains(&self, source: &str) -> bool {
        self.known().as_ref().is_some_and(|failed| failed.contains_key(source))
    }

    pub(crate) fn add(&self, source: &str) {
        self.change(|failed| {
            failed.insert(source.to_owned(), seconds(SystemTime::now()));
            true
        });
    }

    pub(crate) fn remove(&self, source: &str) {
        // Usually there is nothing to remove, and no file is written.
        if self.contains(source) {
            self.change(|failed| failed.remove(source).is_some());
        }
    }

    fn change(&self, change: impl Fn(&mut Failed) -> bool) {
        if let Some(failed) = self.known().as_mut() {
            change(failed);
        }
        // Another command may have changed the file since it was read.
        let mut failed = read(&self.path, SystemTime::now());
        if change(&mut failed) {
            let _ = write(&self.path, failed);
        }
    }

    fn known(&self) -> MutexGuard<'_, Option<Failed>> {
        let mut known = locked(&self.known);
        known.get_or_insert_with(|| read(&self.path, SystemTime::now()));
        known
    }
}

/// The failures in the hour before `now`. A later time comes from a wrong clock and is ignored.
fn read(path: &Path, now: SystemTime) -> Failed {
    let content = file::read_limited(path, LIMIT).unwrap_or_default();
    let Ok(File { format: FORMAT, mut failed }) = serde_json::from_slice(&content) else {
        return Failed::new();
    };
    let now = seconds(now);
    failed.retain(|_, at| now.checked_sub(*at).is_some_and(|age| age < HOUR.as_secs()));
    failed
}

fn write(path: &Path, failed: Failed) -> io::Result<()> {
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory)?;
    }
    file::write_cached(path, &serde_json::to_vec(&File { format: FORMAT, failed })?)
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

const FORMAT: u32 = 1;

const LIMIT: u64 = 1 << 20;

/// How long a source is asked last after a failure.
const HOUR: Duration = Duration::from_hours(1);

#[cfg(test)]
mod tests {
    use super::*;

    fn file() -> (tempfile::TempDir, PathBuf) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("cache").join("sources.json");
        (directory, path)
    }

    #[test]
    fn a_failure_is_known_to_the_next_command_until_the_source_serves() {
        let (directory, path) = file();
        let failures = RecentFailures::new(path.clone());
        failures.remove("go.dev");
        assert!(!path.exists());
        failures.add("go.dev");
        failures.add("goproxy");
        assert!(failures.contains("go.dev"));
        let next = RecentFailures::new(path.clone());
        assert!(next.contains("go.dev") && next.contains("goproxy") && !next.contains("mirror"));
        next.remove("go.dev");
        assert!(!next.contains("go.dev"));
        let third = RecentFailures::new(path);
        assert!(!third.contains("go.dev") && third.contains("goproxy"));
        let names: Vec<_> = fs::read_dir(directory.path().join("cache")).unwrap().collect();
        assert_eq!(names.len(), 1, "no temporary file is left");
    }

    #[test]
    fn a_failure_counts_for_an_hour_and_never_from_the_future() {
        let (_directory, path) = file();
        RecentFailures::new(path.clone()).add("go.dev");
        let now = SystemTime::now();
        assert!(read(&path, now).contains_key("go.dev"));
        assert!(read(&path, now + HOUR - Duration::from_mins(1)).contains_key("go.dev"));
        assert!(read(&path, now + HOUR).is_empty());
        assert!(read(&path, now - Duration::from_mins(1)).is_empty());
    }

    #[test]
    fn a_file_that_makes_no_sense_counts_as_none_and_is_replaced() {
        let (_directory, path) = file();
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        for content in
            ["", "{", "[]", "{\"format\":2,\"failed\":{\"go.dev\":1}}", "{\"format\":1,\"failed\":[]}"]
        {
            fs::write(&path, content).unwrap();
            let failures = RecentFailures::new(path.clone());
            assert!(!failures.contains("go.dev"));
            failures.add("go.dev");
            assert!(RecentFailures::new(path.clone()).contains("go.dev"), "{content}");
        }
    }
}
