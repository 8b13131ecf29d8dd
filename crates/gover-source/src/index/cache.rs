//! A cache on disk for indexes and lists, so that the next command can reuse them.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use gover_sys::file;

use crate::table;

/// A directory with one file for each address. All of them can be deleted at any time.
#[derive(Debug)]
pub(crate) struct Cache {
    directory: PathBuf,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cached {
    pub(crate) etag: Option<String>,
    /// When the server last sent or confirmed the text.
    pub(crate) checked: SystemTime,
    pub(crate) text: String,
}

impl Cached {
    /// Whether the text can be used without a request. A time in the future is not recent.
    pub(crate) fn is_fresh(&self, now: SystemTime) -> bool {
        now.duration_since(self.checked).is_ok_and(|age| age < FRESH)
    }
}

/// The first line of a cache file. The text follows it.
#[derive(Serialize, Deserialize)]
struct Header {
    format: u32,
    /// The size of the compiled table: a cached index omits the rows of that table.
    table: usize,
    /// Distinguishes two addresses that have the same file name.
    url: String,
    etag: Option<String>,
    checked: u64,
    /// The SHA-256 of the text: writes are not synced, so a power cut may leave only a part of it.
    sum: String,
}

impl Cache {
    pub(crate) fn new(directory: PathBuf) -> Self {
        Self { directory }
    }

    /// A file that cannot be read or is damaged counts as missing.
    pub(crate) fn read(&self, url: &str) -> Option<Cached> {
        let content = file::read_text_limited(&self.path(url), LIMIT).ok()?;
        let (header, text) = content.split_once('\n')?;
        let header: Header = serde_json::from_str(header).ok()?;
        let checked = UNIX_EPOCH.checked_add(Duration::from_secs(header.checked))?;
        let is_it = header.format == FORMAT && header.table == table::SIZE && header.url == url;
        (is_it && header.sum == sum(text)).then(|| Cached {
            etag: header.etag,
            checked,
            text: text.to_owned(),
        })
    }

    /// Writes a text to the cache. Errors are ignored: on a full disk or in a read-only home
    /// directory, the next command sends another request.
    pub(crate) fn write(&self, url: &str, cached: &Cached) {
        let _ = self.try_write(url, cached);
    }

    fn try_write(&self, url: &str, cached: &Cached) -> io::Result<()> {
        fs::create_dir_all(&self.directory)?;
        let checked = cached.checked.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let header = Header {
            format: FORMAT,
            table: table::SIZE,
            url: url.to_owned(),
            etag: cached.etag.clone(),
            checked,
            sum: sum(&cached.text),
        };
        let header = serde_json::to_vec(&header)?;
        let content = [header.as_slice(), b"\n", cached.text.as_bytes()].concat();
        file::write_cached(&self.path(url), &content)
    }

    fn path(&self, url: &str) -> PathBuf {
        let plain = |c: char| if is_plain(c) { c } else { '_' };
        let mut name: String =
            url.split_once("://").map_or(url, |(_, rest)| rest).chars().map(plain).collect();
        name.truncate(LONGEST_NAME);
        self.directory.join(format!("{name}.cache"))
    }
}

/// Whether a file in the directory may have this name.
pub fn is_cache_file(name: &str) -> bool {
    let stem = name.strip_suffix(".cache");
    stem.is_some_and(|stem| stem.len() <= LONGEST_NAME && stem.chars().all(|c| c == '_' || is_plain(c)))
}

fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '-')
}

fn sum(text: &str) -> String {
    let mut hex = String::new();
    for byte in Sha256::digest(text) {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

/// In bytes, without `.cache`.
const LONGEST_NAME: usize = 120;
const FORMAT: u32 = 2;

/// In bytes; larger than any text that gover accepts from a server.
const LIMIT: u64 = 32 << 20;

/// How long a response is used without a new request: as long as the release site caches its index.
const FRESH: Duration = Duration::from_hours(1);

#[cfg(test)]
mod tests {
    use super::*;

    fn cached(text: &str) -> Cached {
        let checked = UNIX_EPOCH + Duration::from_secs(1_000_000);
        Cached { etag: Some("\"x\"".to_owned()), checked, text: text.to_owned() }
    }

    #[test]
    fn what_was_kept_is_found_by_its_address_alone() {
        let directory = tempfile::tempdir().unwrap();
        let cache = Cache::new(directory.path().join("index"));
        cache.write("https://a.example/x?b", &cached("text\nmore"));
        assert_eq!(cache.read("https://a.example/x?b"), Some(cached("text\nmore")));
        // A different address with the same file name.
        assert_eq!(cache.read("https://a.example/x_b"), None);
        let files: Vec<_> = fs::read_dir(directory.path().join("index")).unwrap().collect();
        assert_eq!(files.len(), 1, "no temporary file is left");
        let name = |url: &str| cache.path(url).file_name().unwrap().to_str().unwrap().to_owned();
        for url in ["https://a.example/x?b", "file:///a b/ü", &"x".repeat(200)] {
            assert!(is_cache_file(&name(url)), "{url}");
        }
        assert!(!is_cache_file("notes.txt") && !is_cache_file("my notes.cache"));
    }

    #[test]
    fn a_broken_file_counts_as_none() {
        let directory = tempfile::tempdir().unwrap();
        let cache = Cache::new(directory.path().to_owned());
        for content in [b"".as_slice(), b"\xff\xfe\n", b"{}\n[]", b"{\"format\":1"] {
            fs::write(cache.path("https://a.example"), content).unwrap();
            assert_eq!(cache.read("https://a.example"), None);
        }
    }

    #[test]
    fn what_a_power_cut_left_of_a_text_counts_as_none() {
        let directory = tempfile::tempdir().unwrap();
        let cache = Cache::new(directory.path().to_owned());
        let url = "https://a.example/list";
        cache.write(url, &cached("v1.0.0\nv1.0.1\n"));
        let whole = fs::read(cache.path(url)).unwrap();
        let end = whole.len() - 7;
        for left in [whole[..end].to_vec(), [&whole[..end], &[0; 7]].concat(), vec![0; whole.len()]] {
            fs::write(cache.path(url), left).unwrap();
            assert_eq!(cache.read(url), None);
        }
        fs::write(cache.path(url), whole).unwrap();
        assert_eq!(cache.read(url), Some(cached("v1.0.0\nv1.0.1\n")));
    }

    #[test]
    fn a_response_is_fresh_for_an_hour_and_never_from_the_future() {
        let cached = cached("");
        assert!(cached.is_fresh(cached.checked));
        assert!(cached.is_fresh(cached.checked + FRESH - Duration::from_secs(1)));
        assert!(!cached.is_fresh(cached.checked + FRESH));
        assert!(!cached.is_fresh(cached.checked - Duration::from_secs(1)));
    }
}
