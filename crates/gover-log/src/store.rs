//! The cache of one database on disk.
//!
//! Each database has a folder below the cache directory: `lookup/…` and `tile/…` as in the
//! database's URLs, `latest` with the newest signed tree head, `evidence/` with contradictions.
//! Files appear by rename only. Lookups and tiles can be lost at any time and are proven again when
//! read, so failures to write them are ignored. The head must not be lost and is replaced under a
//! lock.

use std::fmt::Write as _;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use gover_sys::Lock;
use gover_sys::file::{read_limited, read_limited_patiently, rename, replace_atomically, write_cached};

use super::error::SumdbError;
use super::fork::short_sum;
use super::remote::MAX_ANSWER;

#[derive(Debug)]
pub(super) struct Store {
    directory: PathBuf,
}

impl Store {
    /// The folder of the database `name` below `cache_directory`; nothing is created yet.
    pub(super) fn new(cache_directory: &Path, name: &str) -> Self {
        let mut directory = cache_directory.to_path_buf();
        directory.extend(name.split('/').map(file_name));
        Self { directory }
    }

    pub(super) fn head_path(&self) -> PathBuf {
        self.directory.join("latest")
    }

    /// The newest head as stored; unproven.
    pub(super) fn read_head(&self) -> Result<StoredHead, SumdbError> {
        let path = self.head_path();
        read_limited_patiently(&path, MAX).map(StoredHead::Note).or_else(|error| match error.kind() {
            ErrorKind::NotFound => Ok(StoredHead::None),
            ErrorKind::FileTooLarge | ErrorKind::IsADirectory | ErrorKind::InvalidInput => {
                Ok(StoredHead::Damaged(error.to_string()))
            }
            _ => Err(failed("read", &path)(error)),
        })
    }

    /// Stores `new` if the stored head is still `old` (empty: no file). Returns whether it was.
    pub(super) fn replace_head(&self, old: &[u8], new: &[u8]) -> Result<bool, SumdbError> {
        let _lock = self.lock_head()?;
        let old = if old.is_empty() { StoredHead::None } else { StoredHead::Note(old.to_vec()) };
        if self.read_head()? != old {
            return Ok(false);
        }
        self.write_head(new)?;
        Ok(true)
    }

    /// Replaces a damaged head and returns where it is kept; `None` if it was repaired meanwhile.
    pub(super) fn replace_damaged_head(
        &self,
        is_damaged: impl Fn(&StoredHead) -> bool,
        new: &[u8],
    ) -> Result<Option<PathBuf>, SumdbError> {
        let _lock = self.lock_head()?;
        let stored = self.read_head()?;
        if !is_damaged(&stored) {
            return Ok(None);
        }
        let directory = self.directory.join("evidence");
        create_directory(&directory)?;
        let path = match &stored {
            StoredHead::Note(note) => {
                // A copy, so that there is a head at every moment.
                let path = directory.join(format!("head-{}.txt", short_sum(note)));
                replace_atomically(&path, note).map(|()| path)
            }
            StoredHead::Damaged(_) | StoredHead::None => move_aside(&self.head_path(), &directory),
        };
        let path = path.map_err(failed("keep", &self.head_path()))?;
        self.write_head(new)?;
        Ok(Some(path))
    }

    fn lock_head(&self) -> Result<Lock, SumdbError> {
        create_directory(&self.directory)?;
        let path = self.directory.join("latest.lock");
        Lock::acquire(&path, || ()).map_err(failed("lock", &path))
    }

    fn write_head(&self, note: &[u8]) -> Result<(), SumdbError> {
        let path = self.head_path();
        replace_atomically(&path, note).map_err(failed("write", &path))
    }

    /// Every cached lookup answer that can be read; unproven.
    pub(super) fn answers(&self) -> Vec<Vec<u8>> {
        let mut answers = Vec::new();
        let mut directories = vec![self.directory.join("lookup")];
        while let Some(directory) = directories.pop() {
            for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
                match entry.file_type() {
                    Ok(kind) if kind.is_dir() => directories.push(entry.path()),
                    Ok(kind) if kind.is_file() => answers.extend(read_limited(&entry.path(), MAX).ok()),
                    _ => {}
                }
            }
        }
        answers
    }

    /// A cached lookup answer or tile: unproven, and absent when it cannot be read.
    pub(super) fn read(&self, key: &str) -> Option<Vec<u8>> {
        read_limited(&self.path(key), MAX).ok().filter(|bytes| !bytes.is_empty())
    }

    /// Caches proven data. A full disk or a read-only home costs a request next time, no more.
    pub(super) fn write(&self, key: &str, bytes: &[u8]) {
        let path = self.path(key);
        if let Some(directory) = path.parent()
            && create_directory(directory).is_ok()
        {
            let _ = write_cached(&path, bytes);
        }
    }

    pub(super) fn forget(&self, key: &str) {
        let _ = fs::remove_file(self.path(key));
    }

    /// Writes `text` below `evidence/` and returns the path; the same text goes to the same file.
    pub(super) fn keep_evidence(&self, name: &str, text: &str) -> Result<PathBuf, SumdbError> {
        let directory = self.directory.join("evidence");
        create_directory(&directory)?;
        let path = directory.join(name);
        replace_atomically(&path, text.as_bytes()).map_err(failed("write", &path))?;
        Ok(path)
    }

    fn path(&self, key: &str) -> PathBuf {
        let mut path = self.directory.clone();
        path.extend(key.split('/'));
        path
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum StoredHead {
    None,
    /// Any content; a power cut or a full disk can leave an empty file.
    Note(Vec<u8>),
    /// Why it cannot hold a note.
    Damaged(String),
}

/// Whether a file of the cache may have this path, which is relative to the cache directory and has
/// `/` between names.
pub fn is_cached(path: &str) -> bool {
    let names: Vec<&str> = path.split('/').collect();
    let is_part = |name: &str| name.bytes().all(|byte| byte.is_ascii_digit() || b"x.p".contains(&byte));
    // The name of the database comes first and has at least one element.
    (1..names.len()).any(|start| match &names[start..] {
        ["latest" | "latest.lock"] => true,
        ["evidence", name] => name.starts_with("fork-") || name.starts_with("head-"),
        ["lookup", .., name] => name.contains('@'),
        ["tile", parts @ ..] => parts.len() > 2 && parts.iter().all(|part| *part == "data" || is_part(part)),
        _ => false,
    })
}

fn move_aside(path: &Path, directory: &Path) -> io::Result<PathBuf> {
    let mut names = (1_u32..).map(|number| directory.join(format!("head-{number}")));
    let aside = names.find(|aside| aside.symlink_metadata().is_err()).ok_or(ErrorKind::AlreadyExists)?;
    rename(path, &aside).map(|()| aside)
}

fn create_directory(path: &Path) -> Result<(), SumdbError> {
    fs::create_dir_all(path).map_err(failed("create", path))
}

fn failed<'a>(verb: &'static str, path: &'a Path) -> impl FnOnce(io::Error) -> SumdbError + use<'a> {
    move |source| SumdbError::Io { verb, path: path.to_owned(), source }
}

/// An element of a database's name as a file name, safe and distinct on every file system.
fn file_name(element: &str) -> String {
    let dots = element.bytes().all(|byte| byte == b'.');
    let plain = |byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_') || (byte == b'.' && !dots);
    let mut name = String::new();
    for byte in element.bytes() {
        if plain(byte) {
            name.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(name, "%{byte:02X}");
        }
    }
    name
}

const MAX: u64 = MAX_ANSWER as u64;

#[cfg(test)]
mod tests {
    use super::*;

    fn note(store: &Store) -> Vec<u8> {
        match store.read_head().unwrap() {
            StoredHead::None => Vec::new(),
            StoredHead::Note(note) => note,
            StoredHead::Damaged(reason) => panic!("{reason}"),
        }
    }

    #[test]
    fn names_of_databases_stay_inside_the_cache_directory() {
        let store = Store::new(Path::new("cache"), "../..//C:\\Up/ok.example");
        let expected: PathBuf =
            ["cache", "%2E%2E", "%2E%2E", "", "%43%3A%5C%55p", "ok.example"].iter().collect();
        assert_eq!(store.directory, expected);
    }

    #[test]
    fn only_paths_of_the_cache_are_its_own() {
        for name in [
            "latest",
            "latest.lock",
            "lookup/golang.org/toolchain@v0.0.1-go1.91.2.linux-amd64",
            "tile/8/0/x001/234",
            "tile/8/data/000.p/12",
            "evidence/fork-1-2-0123456789abcdef.txt",
            "evidence/head-1",
        ] {
            assert!(is_cached(&format!("sum.golang.org/{name}")), "{name}");
            assert!(is_cached(&format!("log.example/path/{name}")), "{name}");
            assert!(!is_cached(name), "{name}");
        }
        for path in ["notes.txt", "log.example/notes", "log.example/tile/notes", "log.example/lookup/notes"] {
            assert!(!is_cached(path), "{path}");
        }
    }

    #[test]
    fn the_head_is_replaced_only_while_it_is_what_the_caller_saw() {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::new(directory.path(), "log.example");
        assert_eq!(note(&store), b"");
        assert!(store.replace_head(b"", b"one").unwrap());
        assert!(!store.replace_head(b"", b"two").unwrap());
        assert_eq!(note(&store), b"one");
        assert!(store.replace_head(b"one", b"two").unwrap());
        assert_eq!(note(&store), b"two");
    }

    #[test]
    fn many_writers_of_the_head_lose_no_update() {
        let directory = tempfile::tempdir().unwrap();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let store = Store::new(directory.path(), "log.example");
                    for _ in 0..25 {
                        loop {
                            let old = note(&store);
                            let mut new = old.clone();
                            new.push(b'x');
                            if store.replace_head(&old, &new).unwrap() {
                                break;
                            }
                        }
                    }
                });
            }
        });
        assert_eq!(note(&Store::new(directory.path(), "log.example")).len(), 100);
    }

    #[test]
    fn an_empty_or_oversized_cached_file_counts_as_missing() {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::new(directory.path(), "log.example");
        store.write("tile/8/0/000", &vec![0; MAX_ANSWER + 1]);
        assert_eq!(store.read("tile/8/0/000"), None);
        store.write("tile/8/0/000", b"");
        assert_eq!(store.read("tile/8/0/000"), None);
        store.write("tile/8/0/000", b"data");
        assert_eq!(store.read("tile/8/0/000").unwrap(), b"data");
        let names: Vec<_> = fs::read_dir(directory.path().join("log.example/tile/8/0")).unwrap().collect();
        assert_eq!(names.len(), 1, "temporary files are left behind: {names:?}");
    }
}
