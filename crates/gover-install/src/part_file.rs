//! Part files: downloads in `cache/LOCK@IDENTITY.part`, hashed while they are written and resumed
//! after a crash.
//!
//! The name says which lock protects the file and what it is a part of, so that it is never
//! continued with another file.

use std::fs::{self, File};
use std::io::{self, Read as _, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gover_archive::ZipEnd;
use gover_archive::digest::{Digest, Sha256};
use gover_core::Layout;
use gover_core::diagnose::is_full;
use gover_core::display::mebibytes;
use gover_source::{Artifact, Proof, Sink};
use gover_sys::{Lock, file};

use crate::error::{Fate, InstallError};
use crate::files::{FileError, create_directory, remove};
use crate::follow::Tap;
use crate::staging;

const PART: &str = "part";

pub(crate) fn lock_of_part(file_name: &str) -> &str {
    file_name.split('@').next().unwrap_or_default()
}

/// Whether a file in the cache is named like a download or its validator:
/// `go1.22.5@0123456789abcdef.part`, `….tag.part`.
pub(crate) fn is_part(file_name: &str) -> bool {
    let Some((lock, rest)) = file_name.split_once('@') else { return false };
    let identity = rest.strip_suffix(PART).and_then(|rest| rest.strip_suffix('.'));
    let identity = identity.map(|identity| identity.strip_suffix(".tag").unwrap_or(identity));
    let is_hex = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    staging::is_own_name(lock) && identity.is_some_and(is_hex)
}

/// Deletes the part files under the lock `name`. Returns whether none is left.
pub(crate) fn discard_parts(layout: &Layout, name: &str, lock: &Lock) -> bool {
    discard(&layout.cache(), name, lock)
}

/// Whether the download at this path was kept.
pub(crate) fn fate(path: &Path) -> Fate {
    if path.exists() { Fate::Kept } else { Fate::Deleted }
}

/// Bytes of an unfinished download that the next install of that toolchain continues. `directory` is
/// the cache, `lock_name` the name of the toolchain.
pub fn kept_download(directory: &Path, lock_name: &str) -> u64 {
    let parts = fs::read_dir(directory).into_iter().flatten().flatten();
    let is_ours = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let is_part = path.extension().is_some_and(|extension| extension == PART);
        // A validator is in a file of its own, `….tag.part`.
        let is_tag = path.with_extension("").extension().is_some_and(|extension| extension == "tag");
        lock_of_part(name) == lock_name && is_part && !is_tag
    };
    let lengths = parts.map(|entry| entry.path()).filter(is_ours).filter_map(|path| {
        fs::symlink_metadata(path).ok().filter(fs::Metadata::is_file).map(|metadata| metadata.len())
    });
    lengths.max().unwrap_or_default()
}

fn discard(directory: &Path, name: &str, _lock: &Lock) -> bool {
    let entries = match fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) => return error.kind() == io::ErrorKind::NotFound,
    };
    let mut is_gone = true;
    for entry in entries {
        let Ok(path) = entry.map(|entry| entry.path()) else {
            is_gone = false;
            continue;
        };
        let is_part = path.extension().is_some_and(|extension| extension == PART);
        let file_name = path.file_name().and_then(|file_name| file_name.to_str());
        if is_part && file_name.is_some_and(|file_name| lock_of_part(file_name) == name) {
            // A failure costs only space, and `prune` finds the file again.
            is_gone &= remove(&path).is_ok();
        }
    }
    is_gone
}

/// The first bytes of a file, to say what it probably is. Empty if it cannot be read.
pub(crate) fn head_of(path: &Path) -> Vec<u8> {
    let mut head = Vec::new();
    if let Ok(file) = File::open(path) {
        drop(file.take(1 << 10).read_to_end(&mut head));
    }
    head
}

/// Writes one download for the holder of a lock.
pub(crate) struct PartFile {
    directory: PathBuf,
    lock_name: String,
    part: Option<Part>,
    in_one_piece: bool,
    /// Tells what arrives to a thread that unpacks it.
    tap: Option<Arc<Tap>>,
    /// The most bytes that are written.
    limit: u64,
}

struct Part {
    path: PathBuf,
    /// Created with the first byte, so that a source without the file leaves no file.
    file: Option<File>,
    sum: Sha256,
    bytes: u64,
    /// Whether the bytes come from several responses, of this process or an earlier one.
    pieced: bool,
    tag: Option<Validator>,
}

/// The HTTP validator of a part file, in a file of its own.
struct Validator {
    path: PathBuf,
    value: Option<String>,
}

#[derive(Debug)]
pub(crate) struct Received {
    pub(crate) path: PathBuf,
    pub(crate) digest: Digest,
    pub(crate) bytes: u64,
}

impl PartFile {
    pub(crate) fn new(layout: &Layout, name: &str, _lock: &Lock) -> Result<Self, FileError> {
        let directory = layout.cache();
        create_directory(&directory)?;
        Ok(Self {
            directory,
            lock_name: name.to_owned(),
            part: None,
            in_one_piece: false,
            tap: None,
            limit: u64::MAX,
        })
    }

    /// Refuses more than `limit` bytes.
    pub(crate) fn at_most(self, limit: u64) -> Self {
        Self { limit, ..self }
    }

    /// Deletes the file that was being written, which no later attempt continues.
    pub(crate) fn delete(self) {
        if let Some(Part { path, file, tag, .. }) = self.part {
            drop(file);
            // A failure costs only space, and `prune` finds the file again.
            drop(remove(&path));
            drop(tag.map(|tag| remove(&tag.path)));
        }
    }

    /// Deletes what cannot be continued after `error`. Returns a new part file if another attempt
    /// may help: bytes that a crash left, or that several servers sent, may be wrong although no
    /// server is at fault. What comes over one connection is its server's fault.
    pub(crate) fn start_over(self, error: InstallError, lock: &Lock) -> Result<Self, InstallError> {
        let may_help = error.is_integrity() && self.is_pieced() && !self.in_one_piece;
        let Self { directory, lock_name, part, limit, .. } = self;
        // This closes the file too.
        let path = part.map(|part| part.path).filter(|path| path.exists());
        if !error.keeps_download() {
            discard(&directory, &lock_name, lock);
            if may_help {
                let (part, in_one_piece) = (None, true);
                return Ok(Self { directory, lock_name, part, in_one_piece, tap: None, limit });
            }
        }
        Err(match path {
            Some(path) => error.with_fate(fate(&path)),
            None => error,
        })
    }

    /// From now on, tells `tap` what arrives.
    pub(crate) fn tell(&mut self, tap: Arc<Tap>) {
        self.tap = Some(tap);
    }

    fn is_pieced(&self) -> bool {
        self.part.as_ref().is_some_and(|part| part.pieced)
    }

    pub(crate) fn received(&self, artifact: &Artifact) -> Result<Received, InstallError> {
        let Some(Part { path, sum, bytes, .. }) = &self.part else {
            return Err(InstallError::NoDownload { file: artifact.file_name.clone() });
        };
        Ok(Received { path: path.clone(), digest: sum.clone().finish(), bytes: *bytes })
    }

    fn path(&self, artifact: &Artifact) -> PathBuf {
        let identity = Sha256::of(identity(artifact).as_bytes()).to_string();
        let identity = identity.get(..16).unwrap_or(&identity);
        self.directory.join(format!("{}@{identity}.{PART}", self.lock_name))
    }

    fn current(&mut self) -> io::Result<&mut Part> {
        self.part.as_mut().ok_or_else(|| io::Error::other("no download was begun"))
    }
}

impl Sink for PartFile {
    fn begin(&mut self, artifact: &Artifact) -> io::Result<u64> {
        let path = self.path(artifact);
        if let Some(part) = &mut self.part
            && part.path == path
        {
            part.pieced |= part.bytes > 0;
            return Ok(part.bytes);
        }
        let mut part = Part::open(path, artifact)?;
        if artifact.size.is_some_and(|size| part.bytes > size) {
            part.restart()?;
        }
        let bytes = part.bytes;
        if let Some(tap) = &self.tap {
            tap.begin(artifact, &part.path, part.bytes);
        }
        self.part = Some(part);
        Ok(bytes)
    }

    fn held(&self, artifact: &Artifact) -> (u64, Option<String>) {
        let path = self.path(artifact);
        let metadata = fs::symlink_metadata(&path).ok().filter(fs::Metadata::is_file);
        let length = metadata.map_or(0, |metadata| metadata.len());
        let held = if artifact.size.is_some_and(|size| length > size) { 0 } else { length };
        (held, Validator::of(artifact, &path).and_then(|tag| tag.value))
    }

    fn restart(&mut self) -> io::Result<()> {
        if let Some(tap) = &self.tap {
            // Before other bytes take the place of those that it has read.
            tap.restart();
        }
        self.current()?.restart()
    }

    fn write(&mut self, chunk: &[u8]) -> io::Result<()> {
        let (tap, limit) = (self.tap.clone(), self.limit);
        let part = self.current()?;
        if part.bytes + chunk.len() as u64 > limit {
            let reason = format!("it is larger than {}", mebibytes(limit));
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, reason));
        }
        if let Err(error) = part.write(chunk) {
            let Some(tap) = tap.filter(|tap| is_full(error.kind()) && tap.follows()) else {
                return Err(error);
            };
            // The tree takes up room that the download needs first.
            tap.make_room();
            return part.write_again(chunk);
        }
        if let Some(tap) = tap {
            tap.advance(part.bytes);
        }
        Ok(())
    }

    fn validator(&self) -> Option<String> {
        self.part.as_ref()?.tag.as_ref()?.value.clone()
    }

    fn in_one_piece(&self) -> bool {
        self.in_one_piece
    }

    fn wants_zip_end(&self) -> bool {
        self.tap.as_ref().is_some_and(|tap| tap.follows())
    }

    fn zip_end(&mut self, end: ZipEnd) {
        if let Some(tap) = &self.tap {
            tap.announce_end(end);
        }
    }

    fn remember(&mut self, validator: Option<&str>) -> io::Result<()> {
        let part = self.current()?;
        part.pieced |= part.bytes > 0;
        match &mut part.tag {
            Some(tag) if tag.value.as_deref() != validator => tag.remember(validator),
            _ => Ok(()),
        }
    }
}

impl Part {
    /// Opens the part file that an earlier process left, if there is one, and hashes its contents.
    fn open(path: PathBuf, artifact: &Artifact) -> io::Result<Self> {
        let (mut sum, mut bytes) = (Sha256::default(), 0);
        remove_foreign(&path)?;
        let file = file::open_existing(&path)?;
        if let Some(file) = &file {
            sum.read(file, &mut vec![0; BUFFER], |count| bytes += count)?;
        }
        let tag = Validator::of(artifact, &path);
        Ok(Self { path, file, sum, bytes, pieced: bytes > 0, tag })
    }

    fn restart(&mut self) -> io::Result<()> {
        if let Some(file) = &mut self.file {
            file.set_len(0)?;
            file.seek(SeekFrom::Start(0))?;
        }
        (self.sum, self.bytes, self.pieced) = (Sha256::default(), 0, false);
        Ok(())
    }

    fn write(&mut self, chunk: &[u8]) -> io::Result<()> {
        self.file()?.write_all(chunk)?;
        self.sum.update(chunk);
        self.bytes += chunk.len() as u64;
        Ok(())
    }

    /// Writes again what could not be written, of which the first bytes may be there.
    fn write_again(&mut self, chunk: &[u8]) -> io::Result<()> {
        let position = SeekFrom::Start(self.bytes);
        self.file()?.seek(position)?;
        self.write(chunk)
    }

    fn file(&mut self) -> io::Result<&mut File> {
        match &mut self.file {
            Some(file) => Ok(file),
            none => Ok(none.insert(file::create_with_mode(&self.path, false)?)),
        }
    }
}

impl Validator {
    /// Only if no checksum says which bytes these are. Without a validator, the download continues
    /// until the proof shows otherwise.
    fn of(artifact: &Artifact, part: &Path) -> Option<Self> {
        if artifact.proof != Proof::Log {
            return None;
        }
        let path = part.with_extension(format!("tag.{PART}"));
        let is_file = path.symlink_metadata().is_ok_and(|metadata| metadata.is_file());
        let value = is_file.then(|| file::read_text_limited(&path, VALIDATOR_LIMIT).ok()).flatten();
        let value = value.filter(|value| !value.is_empty());
        Some(Self { path, value })
    }

    fn remember(&mut self, value: Option<&str>) -> io::Result<()> {
        // Not by a temporary name, which a crash would leave, and never through a link.
        drop(fs::remove_file(&self.path));
        file::create_with_mode(&self.path, false)?.write_all(value.unwrap_or_default().as_bytes())?;
        self.value = value.map(str::to_owned);
        Ok(())
    }
}

/// Removes what stands in the place of a part file and is not a file, such as a link, which would
/// lead the download into another file. The cache may be shared.
fn remove_foreign(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(metadata) if !metadata.is_file() => file::remove_tree(path),
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// What identifies the bytes of a download: the checksum if it is known, otherwise location and
/// size, because two proxies may pack the same module differently.
fn identity(artifact: &Artifact) -> String {
    match (&artifact.proof, &artifact.location) {
        (Proof::Sha256 { hex, .. }, _) => format!("sha256 {hex}"),
        (Proof::Log, location) => format!("{location} {:?}", artifact.size),
    }
}

const BUFFER: usize = 256 * 1024;
/// The most bytes of a validator, which is one header of a response.
const VALIDATOR_LIMIT: u64 = 64 << 10;

#[cfg(test)]
mod tests {
    use gover_core::{Platform, ToolchainName};
    use gover_source::{Format, Location, SumOrigin, Wanted};

    use super::*;

    struct Home {
        _root: tempfile::TempDir,
        layout: Layout,
        lock: Lock,
    }

    fn home() -> Home {
        let root = tempfile::tempdir().unwrap();
        let layout = Layout::new(root.path().to_owned());
        let lock = Lock::acquire(&layout.lock("go1.91.2"), || ()).unwrap();
        Home { _root: root, layout, lock }
    }

    impl Home {
        fn part(&self) -> PartFile {
            PartFile::new(&self.layout, "go1.91.2", &self.lock).unwrap()
        }
    }

    fn artifact(url: &str, sum: Option<&str>) -> Artifact {
        Artifact {
            wanted: Wanted {
                name: ToolchainName::parse("go1.91.2").unwrap(),
                platform: Platform::new("linux", "amd64").unwrap(),
            },
            source: gover_source::SourceSpec::GoDev,
            file_name: "go1.91.2.linux-amd64.tar.gz".to_owned(),
            format: Format::TarGz,
            location: Location::Url(url.parse().unwrap()),
            size: Some(10),
            proof: sum.map_or(Proof::Log, |hex| Proof::Sha256 {
                hex: hex.to_owned(),
                origin: SumOrigin::CompiledTable,
            }),
        }
    }

    #[test]
    fn a_download_is_hashed_on_the_way() {
        let home = home();
        let mut part = home.part();
        assert_eq!(part.begin(&artifact("http://a", None)).unwrap(), 0);
        part.write(b"hello ").unwrap();
        part.write(b"gove").unwrap();
        let received = part.received(&artifact("http://a", None)).unwrap();
        assert_eq!(received.digest, Sha256::of(b"hello gove"));
        assert_eq!((received.bytes, part.is_pieced()), (10, false));
        assert_eq!(fs::read(received.path).unwrap(), b"hello gove");
    }

    #[test]
    fn a_part_of_an_earlier_process_is_continued() {
        let home = home();
        let mut part = home.part();
        part.begin(&artifact("http://a", Some("00"))).unwrap();
        part.write(b"hello").unwrap();
        drop(part);
        let mut part = home.part();
        assert_eq!(part.held(&artifact("http://b", Some("00"))), (5, None));
        // Another mirror with the same checksum has the same bytes.
        assert_eq!(part.begin(&artifact("http://b", Some("00"))).unwrap(), 5);
        part.write(b" gove").unwrap();
        let received = part.received(&artifact("http://a", None)).unwrap();
        assert_eq!(received.digest, Sha256::of(b"hello gove"));
        assert!(part.is_pieced());
    }

    #[test]
    fn a_second_attempt_continues_without_losing_a_byte() {
        let home = home();
        let mut part = home.part();
        part.begin(&artifact("http://a", None)).unwrap();
        part.write(b"hello").unwrap();
        assert!(!part.is_pieced());
        assert_eq!(part.begin(&artifact("http://a", None)).unwrap(), 5);
        assert!(part.is_pieced());
        part.restart().unwrap();
        assert!(!part.is_pieced());
        part.write(b"anew").unwrap();
        assert_eq!(part.received(&artifact("http://a", None)).unwrap().digest, Sha256::of(b"anew"));
    }

    #[test]
    fn a_part_is_never_continued_with_another_file() {
        let home = home();
        let mut part = home.part();
        part.begin(&artifact("http://a", None)).unwrap();
        part.write(b"hello").unwrap();
        assert_eq!(part.begin(&artifact("http://b", None)).unwrap(), 0);
        assert_eq!(part.begin(&artifact("http://a", Some("00"))).unwrap(), 0);
        assert_eq!(part.begin(&artifact("http://a", Some("01"))).unwrap(), 0);
    }

    #[test]
    fn the_servers_mark_of_a_file_is_kept_where_no_sum_names_it() {
        let home = home();
        let mut part = home.part();
        part.begin(&artifact("http://a", None)).unwrap();
        assert_eq!(part.validator(), None);
        part.remember(Some("\"one\"")).unwrap();
        part.write(b"hello").unwrap();
        drop(part);
        let mut part = home.part();
        part.begin(&artifact("http://a", None)).unwrap();
        assert_eq!(part.validator().as_deref(), Some("\"one\""));
        part.remember(None).unwrap();
        assert_eq!(part.validator(), None);
        part.begin(&artifact("http://a", Some("00"))).unwrap();
        part.remember(Some("\"two\"")).unwrap();
        assert_eq!(part.validator(), None);
    }

    #[test]
    fn a_part_that_is_too_long_is_begun_anew() {
        let home = home();
        let mut part = home.part();
        part.begin(&artifact("http://a", None)).unwrap();
        part.write(&[0; 20]).unwrap();
        drop(part);
        assert_eq!(home.part().begin(&artifact("http://a", None)).unwrap(), 0);
    }

    #[test]
    fn a_part_that_leads_to_another_file_is_removed_and_never_followed() {
        let home = home();
        let victim = home.layout.home().join("precious");
        fs::write(&victim, "precious").unwrap();
        let wanted = artifact("http://a", None);
        let path = home.part().path(&wanted);
        if gover_core::platform::IS_WINDOWS {
            return; // Links to files need a privilege there.
        }
        for link in [path.clone(), path.with_extension("tag.part")] {
            gover_sys::link::replace(&victim, &link).unwrap();
            let mut part = home.part();
            assert_eq!(part.begin(&wanted).unwrap(), 0);
            part.write(b"hello").unwrap();
            part.remember(Some("\"one\"")).unwrap();
            assert_eq!(fs::read(&victim).unwrap(), b"precious");
            assert_eq!(fs::read(&path).unwrap(), b"hello");
            fs::remove_file(&path).unwrap();
            fs::remove_file(path.with_extension("tag.part")).unwrap();
        }
    }

    #[test]
    fn only_the_parts_of_one_lock_are_discarded() {
        let home = home();
        let mut part = home.part();
        part.begin(&artifact("http://a", None)).unwrap();
        drop(part);
        let other = home.layout.cache().join("go1.91.20@00.part");
        fs::write(&other, "").unwrap();
        discard_parts(&home.layout, "go1.91.2", &home.lock);
        let left: Vec<_> =
            fs::read_dir(home.layout.cache()).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert_eq!(left, [other]);
    }
}
