//! Module zips, and release archives for Windows.
//!
//! The central directory is judged first, alone; then the files, which are independent of each other, are
//! inflated, checked, hashed and written on all cores. Each thread reads through its own handle and owns two
//! buffers, so memory depends on the number of cores only.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::num::NonZero;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use flate2::{Crc, Decompress, FlushDecompress, Status};
use zip::{CompressionMethod, DateTime, ZipArchive};

use super::guard::{Guard, Kind};
use super::tree::{Tree, TreeFile};
use super::{ArchiveError, CHUNK, FileMeta, is_program};
use crate::digest::{FileDigest, Hashed};
use crate::time;

pub(super) fn unpack(source: &Path, tree: &Tree, guard: &mut Guard) -> Result<Vec<FileDigest>, ArchiveError> {
    let read = |error| ArchiveError::Read { path: source.to_owned(), source: error };
    let mut archive = ZipArchive::new(File::open(source).map_err(read)?).map_err(damaged)?;
    // Also refuses duplicates, overlaps, and local headers that tell another story than the directory.
    archive.validate_header_consistency().map_err(damaged)?;
    if archive.offset() != 0 {
        return Err(ArchiveError::Broken { what: "something precedes it" });
    }
    let members = members(&mut archive, tree, guard)?;
    drop(archive);
    let queue = Queue { members, next: AtomicUsize::new(0), failure: Mutex::new(None) };
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(MAX_THREADS);
    let files = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(|| queue.work(source, tree))).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap_or_default()).collect::<Vec<_>>()
    });
    let count = queue.members.len();
    match queue.failure.into_inner() {
        Ok(Some(error)) => Err(error),
        Ok(None) if files.len() == count => Ok(files),
        // Only a panic ends a worker without a failure.
        _ => Err(read(io::Error::other("a thread that unpacked ended early"))),
    }
}

/// One file and where it is.
struct Member {
    name: String,
    path: String,
    offset: u64,
    compressed: u64,
    size: u64,
    crc: u32,
    deflated: bool,
    meta: FileMeta,
}

/// Judges every entry, creates the directories, lists the files: the large ones first, so that no core ends
/// up alone with one, then in the order they are on disk.
fn members(
    archive: &mut ZipArchive<File>,
    tree: &Tree,
    guard: &mut Guard,
) -> Result<Vec<Member>, ArchiveError> {
    let module = guard.hashed() == Hashed::Module;
    let mut members = Vec::with_capacity(archive.len());
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index).map_err(damaged)?;
        let name = String::from_utf8_lossy(entry.name_raw()).escape_debug().to_string();
        let kind = kind(&entry);
        let Some(admitted) = guard.admit(entry.name_raw(), kind, entry.size())? else { continue };
        tree.create_directories(&admitted.directories)?;
        if kind == Kind::Directory {
            continue;
        }
        let unsupported = |what| ArchiveError::Unsupported { name: name.clone(), what };
        if entry.encrypted() {
            return Err(unsupported("encrypted"));
        }
        let deflated = match entry.compression() {
            CompressionMethod::Deflated => true,
            CompressionMethod::Stored => false,
            _ => return Err(unsupported("compressed in another way than deflate")),
        };
        let executable = match entry.unix_mode() {
            Some(mode) if !module => mode & 0o111 != 0,
            _ => is_program(&admitted.path),
        };
        let modified = entry.last_modified().and_then(modified);
        members.push(Member {
            path: admitted.path,
            offset: entry.data_start().unwrap_or_default(),
            compressed: entry.compressed_size(),
            size: entry.size(),
            crc: entry.crc32(),
            deflated,
            meta: FileMeta { executable, modified },
            name,
        });
    }
    members.sort_by_key(|member| {
        let large = member.compressed > LARGE;
        (!large, if large { u64::MAX - member.compressed } else { member.offset })
    });
    Ok(members)
}

fn kind(entry: &zip::read::ZipFile<'_, File>) -> Kind {
    // The upper half holds the mode if the creator was a Unix; zero elsewhere.
    let file_type = entry.unix_mode().unwrap_or_default() & 0o170_000;
    match file_type {
        0 | 0o100_000 if !entry.is_dir() => Kind::File,
        0 | 0o040_000 if entry.is_dir() => Kind::Directory,
        _ => Kind::Other,
    }
}

/// Zip times have no zone; releases are made in UTC.
fn modified(at: DateTime) -> Option<std::time::SystemTime> {
    let date = time::Date { year: at.year().into(), month: at.month().into(), day: at.day().into() };
    // 1980-01-01 stands for no time at all.
    (date.year > 1980).then(|| time::from_utc(date, at.hour().into(), at.minute().into(), at.second().into()))
}

/// The work, shared by all threads.
struct Queue {
    members: Vec<Member>,
    next: AtomicUsize,
    failure: Mutex<Option<ArchiveError>>,
}

impl Queue {
    /// Takes members until there are none or one failed.
    fn work(&self, source: &Path, tree: &Tree) -> Vec<FileDigest> {
        let mut files = Vec::new();
        let mut worker = match File::open(source) {
            Ok(file) => Worker::new(file),
            Err(error) => {
                self.fail(ArchiveError::Read { path: source.to_owned(), source: error });
                return files;
            }
        };
        while let Some(member) = self.members.get(self.next.fetch_add(1, Ordering::Relaxed)) {
            match worker.unpack(member, source, tree) {
                Ok(file) => files.push(file),
                Err(error) => {
                    self.fail(error);
                    break;
                }
            }
        }
        files
    }

    /// Keeps the first failure and lets the other threads run out of work.
    fn fail(&self, error: ArchiveError) {
        self.next.store(self.members.len(), Ordering::Relaxed);
        // A poisoned lock means a panic elsewhere, which is reported instead.
        if let Ok(mut failure) = self.failure.lock() {
            failure.get_or_insert(error);
        }
    }
}

struct Worker {
    file: File,
    inflate: Decompress,
    input: Vec<u8>,
    output: Vec<u8>,
}

impl Worker {
    fn new(file: File) -> Self {
        Self { file, inflate: Decompress::new(false), input: vec![0; CHUNK], output: vec![0; CHUNK] }
    }

    fn unpack(&mut self, member: &Member, source: &Path, tree: &Tree) -> Result<FileDigest, ArchiveError> {
        let read = |error| ArchiveError::Read { path: source.to_owned(), source: error };
        self.file.seek(SeekFrom::Start(member.offset)).map_err(read)?;
        let mut target = Target {
            member,
            file: tree.create_file(&member.path, member.meta)?,
            crc: Crc::new(),
            written: 0,
        };
        let mut left = member.compressed;
        let mut ended = !member.deflated;
        self.inflate.reset(false);
        while left > 0 {
            let wanted = usize::try_from(left).unwrap_or(usize::MAX).min(self.input.len());
            let input = self.input.get_mut(..wanted).unwrap_or_default();
            self.file.read_exact(input).map_err(read)?;
            left -= wanted as u64;
            if member.deflated {
                ended = inflate(&mut self.inflate, input, &mut self.output, &mut target)?;
            } else {
                target.write(input)?;
            }
        }
        if !ended {
            return Err(target.damaged("its data ends early"));
        }
        target.finish()
    }
}

/// Inflates all of `input`; whether the stream came to its end.
fn inflate(
    state: &mut Decompress,
    mut input: &[u8],
    output: &mut [u8],
    target: &mut Target<'_>,
) -> Result<bool, ArchiveError> {
    loop {
        let (read, written) = (state.total_in(), state.total_out());
        let status = state
            .decompress(input, output, FlushDecompress::None)
            .map_err(|_| target.damaged("its data cannot be inflated"))?;
        let read = usize::try_from(state.total_in() - read).unwrap_or_default();
        let written = usize::try_from(state.total_out() - written).unwrap_or_default();
        input = input.get(read..).unwrap_or_default();
        target.write(output.get(..written).unwrap_or_default())?;
        match status {
            Status::StreamEnd if input.is_empty() => return Ok(true),
            Status::StreamEnd => return Err(target.damaged("something follows its data")),
            // Room is left in the output, so all that there was has been read.
            _ if input.is_empty() && written < output.len() => return Ok(false),
            _ if read == 0 && written == 0 => return Err(target.damaged("its data cannot be inflated")),
            _ => {}
        }
    }
}

struct Target<'a> {
    member: &'a Member,
    file: TreeFile,
    crc: Crc,
    written: u64,
}

impl Target<'_> {
    fn write(&mut self, bytes: &[u8]) -> Result<(), ArchiveError> {
        self.written += bytes.len() as u64;
        // The guard counted the size that was claimed.
        if self.written > self.member.size {
            return Err(self.damaged("it is larger than it claims"));
        }
        self.crc.update(bytes);
        self.file.write(bytes)
    }

    fn finish(self) -> Result<FileDigest, ArchiveError> {
        if self.written != self.member.size {
            return Err(self.damaged("it is smaller than it claims"));
        }
        if self.crc.sum() != self.member.crc {
            return Err(self.damaged("its CRC does not fit"));
        }
        Ok(FileDigest { path: self.member.path.clone(), digest: self.file.finish()? })
    }

    fn damaged(&self, what: &'static str) -> ArchiveError {
        ArchiveError::DamagedEntry { name: self.member.name.clone(), what }
    }
}

fn damaged(error: zip::result::ZipError) -> ArchiveError {
    ArchiveError::Damaged { source: error.into() }
}

/// More threads than this only contend for the file system.
const MAX_THREADS: usize = 16;
/// Compressed bytes from which on a file is worth starting early.
const LARGE: u64 = 1 << 20;
