//! Every file of a toolchain as it was installed: `receipts/NAME.files`.
//!
//! The list proves nothing by itself. A changed list has another h1 than the checksum database, and
//! the receipt has the checksum of the list for directories that h1 leaves out. With a proven list,
//! `gover verify` can name each file that differs.

use std::io;
use std::path::Path;

use gover_archive::digest::{Digest, FileDigest, Sha256};
use gover_sys::file::read_limited;

use crate::files::FileError;
use crate::receipt::DocumentError;

/// The files of one toolchain, sorted by the bytes of their paths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileList {
    pub(crate) files: Vec<FileDigest>,
}

impl FileList {
    pub fn new(mut files: Vec<FileDigest>) -> Self {
        files.sort_unstable_by(|a, b| a.path.as_bytes().cmp(b.path.as_bytes()));
        Self { files }
    }

    /// The list as `sha256sum -c` reads it, with `*` before the path of a program.
    pub fn to_text(&self) -> String {
        let mut text = String::with_capacity(self.files.len() * USUAL_LINE);
        for FileDigest { path, digest, executable } in &self.files {
            digest.append_hex(&mut text);
            text.extend([if *executable { " *" } else { "  " }, path, "\n"]);
        }
        text
    }

    /// Reads what [`to_text`](Self::to_text) writes and nothing else: complete lines, sorted,
    /// without duplicates. The error is the number of the first invalid line.
    pub fn parse(text: &str) -> Result<Self, usize> {
        let mut files: Vec<FileDigest> = Vec::with_capacity(text.len() / USUAL_LINE);
        for (at, line) in text.split_inclusive('\n').enumerate() {
            let file = parse_line(line).ok_or(at + 1)?;
            if files.last().is_some_and(|last| last.path.as_bytes() >= file.path.as_bytes()) {
                return Err(at + 1);
            }
            files.push(file);
        }
        Ok(Self { files })
    }

    /// Reads a list and the checksum of its bytes. `None` if there is no such file.
    pub fn read(path: &Path) -> Result<Option<(Self, Digest)>, DocumentError> {
        let malformed = |line| DocumentError::FileList { path: path.to_owned(), line };
        let bytes = match read_limited(path, LIMIT) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) if error.kind() == io::ErrorKind::FileTooLarge => return Err(malformed(1)),
            result => result.map_err(FileError::at("read", path))?,
        };
        let text = str::from_utf8(&bytes).map_err(|error| {
            let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
            malformed(before.split(|byte| *byte == b'\n').count())
        })?;
        let list = Self::parse(text).map_err(malformed)?;
        Ok(Some((list, Sha256::of(&bytes))))
    }
}

/// `HEX  path\n` or `HEX *path\n`.
fn parse_line(line: &str) -> Option<FileDigest> {
    let line = line.strip_suffix('\n')?;
    let (hex, rest) = line.split_at_checked(64)?;
    let (executable, path) = match rest.split_at_checked(2)? {
        ("  ", path) => (false, path),
        (" *", path) => (true, path),
        _ => return None,
    };
    let is_component = |component: &str| !matches!(component, "" | "." | "..");
    if hex.bytes().any(|byte| byte.is_ascii_uppercase()) || !path.split('/').all(is_component) {
        return None;
    }
    Some(FileDigest { path: path.to_owned(), digest: hex.parse().ok()?, executable })
}

const USUAL_LINE: usize = 110;
/// The most bytes of a list. The largest list of a release has less than 3 MB.
const LIMIT: u64 = 64 << 20;

#[cfg(test)]
mod tests {
    use gover_archive::digest::{Hashed, tree_hash};
    use gover_core::Diagnose as _;

    use super::*;

    fn list() -> FileList {
        let file = |path: &str, executable| FileDigest {
            path: path.to_owned(),
            digest: Sha256::of(path.as_bytes()),
            executable,
        };
        FileList::new(vec![file("src/fmt/print.go", false), file("bin/go", true), file("VERSION", false)])
    }

    #[test]
    fn a_list_survives_as_text_and_sums_to_the_same_tree() {
        let text = list().to_text();
        assert_eq!(
            text.lines().map(|line| &line[64..]).collect::<Vec<_>>(),
            ["  VERSION", " *bin/go", "  src/fmt/print.go"]
        );
        let read = FileList::parse(&text).unwrap();
        assert_eq!(read, list());
        assert_eq!(
            tree_hash(&read.files, Hashed::Archive, "m").unwrap(),
            tree_hash(&list().files, Hashed::Archive, "m").unwrap()
        );
    }

    #[test]
    fn only_what_gover_writes_is_read() {
        let text = list().to_text();
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        let reversed: String = lines.iter().rev().copied().collect();
        let cases = [
            (text.trim_end().to_owned(), 3),
            (reversed, 2),
            (lines[0].repeat(2), 2),
            (text.replace("  VERSION", " VERSION"), 1),
            (text.replace("  VERSION", "  ../VERSION"), 1),
            (text.replace("  VERSION", "  /VERSION"), 1),
            (text.replace("  VERSION", "  "), 1),
            (text.to_uppercase(), 1),
            (format!("{text}\n"), 4),
            ("ä".repeat(40), 1),
        ];
        for (text, line) in cases {
            assert_eq!(FileList::parse(&text), Err(line), "{text}");
        }
        assert_eq!(FileList::parse("").unwrap().files, []);
    }

    #[test]
    fn a_file_that_is_no_list_is_told_with_its_line() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("go1.91.2.files");
        assert!(FileList::read(&path).unwrap().is_none());
        std::fs::write(&path, list().to_text()).unwrap();
        let (read, sum) = FileList::read(&path).unwrap().unwrap();
        assert_eq!((read, sum), (list(), Sha256::of(list().to_text().as_bytes())));
        std::fs::write(&path, [list().to_text().as_bytes(), b"\xff"].concat()).unwrap();
        let error = FileList::read(&path).unwrap_err();
        assert!(error.to_string().ends_with("is not a list of files: line 4"), "{error}");
        assert_eq!(error.hints(), ["`gover install --force go1.91.2` writes it again"]);
    }
}
