//! Module zips, and release archives for Windows.
//!
//! The central directory is checked first. Then all cores read the entries, several small ones at
//! once: each is compared with its own header, inflated, checked, hashed and written. Each thread has
//! its own file handle and two buffers, so memory depends only on the number of cores.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::Path;
use std::time::SystemTime;

use flate2::{Crc, Decompress, FlushDecompress, Status};

use gover_core::date::Date;
use gover_core::text::shown;

use super::arriving::Arriving;
use super::guard::{EntryKind, Guard};
use super::parallel::on_all_cores;
use super::zip_directory::{Directory, DirectoryEntry};
use super::{ArchiveError, CHUNK, FileMeta, Tree, TreeFile, broken, is_program};
use crate::digest::{FileDigest, Hashed};

pub(super) fn unpack(source: &Path, tree: &Tree, guard: &mut Guard) -> Result<Vec<FileDigest>, ArchiveError> {
    let read = ArchiveError::reading(source);
    let mut directory = Directory::open(File::open(source).map_err(&read)?)?;
    let (mut members, directories) = plan(&mut directory, guard)?;
    drop(directory);
    // Large entries first, so that none is left for one core at the end; the others as on disk.
    members.sort_by_key(|member| {
        let DirectoryEntry { compressed, offset, .. } = member.listed;
        let large = compressed > LARGE;
        (!large, if large { u64::MAX - compressed } else { offset })
    });
    begin(&members, &directories, tree)?;
    unpack_members(&members, || File::open(source), (source, tree))
}

/// Unpacks entries as their bytes arrive, by the directory that came before them. The directory in
/// the file must be the same, byte for byte. If none came before the rest, everything is unpacked once
/// the file is complete.
pub(super) fn unpack_arriving(
    source: &Arriving,
    tree: &Tree,
    guard: &mut Guard,
) -> Result<Vec<FileDigest>, ArchiveError> {
    let path = source.path();
    let read = ArchiveError::reading(path);
    let Some(end) = source.zip_end().map_err(&read)? else { return unpack(path, tree, guard) };
    let (members, directories) = plan(&mut end.directory(), guard)?;
    begin(&members, &directories, tree)?;
    let files = unpack_members(&members, || source.open(), (path, tree))?;
    let length = source.length().map_err(&read)?;
    let is_same = File::open(path).and_then(|file| end.is_end_of(file, length)).map_err(&read)?;
    if is_same { Ok(files) } else { Err(broken("its directory is another than the server sent before")) }
}

fn begin(members: &[Member], directories: &[String], tree: &Tree) -> Result<(), ArchiveError> {
    tree.progress.set_total_files(members.iter().filter(|member| member.target.is_some()).count());
    tree.create_directories(directories)
}

/// Unpacks entries in this order, on all cores, into directories that are there.
pub(super) fn unpack_members<R: Read + Seek>(
    members: &[Member],
    open: impl Fn() -> io::Result<R> + Sync,
    (source, tree): (&Path, &Tree),
) -> Result<Vec<FileDigest>, ArchiveError> {
    let read = ArchiveError::reading(source);
    let worker = || open().map(Worker::new).map_err(&read);
    let files =
        on_all_cores(&batches(members), worker, |worker, batch| worker.unpack_batch(batch, source, tree))
            .ok_or_else(|| read(io::Error::other("a thread that unpacked ended early")))?;
    Ok(files?.into_iter().flatten().collect())
}

/// Groups entries that follow each other in the file and are small enough to be read at once.
fn batches(members: &[Member]) -> Vec<&[Member]> {
    let (mut batches, mut rest) = (Vec::new(), members);
    while let Some(first) = rest.first() {
        let (mut end, mut count) = (first.listed.offset, 0);
        for Member { listed, .. } in rest {
            let is_next = listed.offset == end && end + listed.span - first.listed.offset <= CHUNK as u64;
            if !is_next && count > 0 {
                break;
            }
            (end, count) = (listed.offset + listed.span, count + 1);
        }
        let (batch, after) = rest.split_at(count);
        batches.push(batch);
        rest = after;
    }
    batches
}

#[derive(Debug)]
pub(super) struct Member {
    pub(super) listed: DirectoryEntry,
    /// `None` for a directory, and for a file that is left out because no proof covers it.
    pub(super) target: Option<(String, FileMeta)>,
}

impl Member {
    /// Its place in the zip, with its own header and what follows its data.
    pub(super) fn span(&self) -> Range<u64> {
        self.listed.offset..self.listed.offset + self.listed.span
    }
}

/// Checks every entry before anything is written, so that a refused archive leaves nothing to
/// remove. Returns the entries in the order of their places in the file, and the directories to
/// create, outermost first.
pub(super) fn plan(
    directory: &mut Directory<impl Read>,
    guard: &mut Guard,
) -> Result<(Vec<Member>, Vec<String>), ArchiveError> {
    let module = guard.hashed == Hashed::Module;
    let (mut members, mut directories) = (Vec::new(), Vec::new());
    while let Some(listed) = directory.next()? {
        let kind = kind(&listed);
        let admitted = guard.admit(&listed.name, kind, listed.size)?;
        let unsupported = |what| ArchiveError::Unsupported { name: listed.printable(), what };
        if listed.is_encrypted() {
            return Err(unsupported("encrypted"));
        }
        if !matches!(listed.method, STORED | DEFLATED) {
            return Err(unsupported("compressed in another way than deflate"));
        }
        if kind == EntryKind::Directory && (listed.size, listed.crc) != (0, 0) {
            return Err(listed.damaged("it is a directory with content"));
        }
        let mut target = None;
        if let Some(admitted) = admitted {
            directories.extend(admitted.directories);
            if kind != EntryKind::Directory {
                let executable = match listed.unix_mode() {
                    Some(mode) if !module => mode & 0o111 != 0,
                    _ => is_program(&admitted.path),
                };
                target = Some((admitted.path, FileMeta { executable, modified: modified(&listed) }));
            }
        }
        members.push(Member { listed, target });
    }
    measure(&mut members, directory.offset)?;
    Ok((members, directories))
}

/// Sorts entries by their places in the file and finds their lengths. They must follow each other
/// from the first byte to the directory at `end`.
fn measure(members: &mut [Member], end: u64) -> Result<(), ArchiveError> {
    members.sort_by_key(|member| member.listed.offset);
    if members.first().map_or(end, |member| member.listed.offset) != 0 {
        return Err(broken("there are bytes before its first entry"));
    }
    let mut next = end;
    for Member { listed, .. } in members.iter_mut().rev() {
        // The header alone has 30 bytes; two entries at one place have none between them.
        listed.span =
            next.checked_sub(listed.offset).filter(|span| *span > 0).ok_or_else(|| listed.damaged(SHARED))?;
        next = listed.offset;
    }
    Ok(())
}

fn kind(listed: &DirectoryEntry) -> EntryKind {
    let directory = listed.name.ends_with(b"/");
    // From any system, because some reader may believe it.
    let file_type = (listed.attributes >> 16) & 0o170_000;
    let marked = listed.attributes & DOS_DIRECTORY != 0;
    match file_type {
        0 | 0o040_000 if directory => EntryKind::Directory,
        0 | 0o100_000 if !directory && !marked => EntryKind::File,
        _ => EntryKind::Other,
    }
}

/// Zip times have no zone; releases are made in UTC. The year 1980 stands for no time at all.
fn modified(listed: &DirectoryEntry) -> Option<SystemTime> {
    let (date, time) = (u64::from(listed.date), u64::from(listed.time));
    let date = Date::new(1980 + (date >> 9), date >> 5 & 15, date & 31)?;
    let second = (time & 31) * 2;
    (listed.date >> 9 > 0 && second < 60).then(|| date.at(time >> 11, time >> 5 & 63, second))?
}

impl DirectoryEntry {
    fn damaged(&self, what: &'static str) -> ArchiveError {
        ArchiveError::DamagedEntry { name: self.printable(), what }
    }

    fn printable(&self) -> String {
        shown(&String::from_utf8_lossy(&self.name))
    }
}

struct Worker<R> {
    file: R,
    inflate: Decompress,
    input: Vec<u8>,
    /// The place in the file of the bytes in `input`.
    window: Range<u64>,
    output: Vec<u8>,
}

impl<R: Read + Seek> Worker<R> {
    fn new(file: R) -> Self {
        let (input, output) = (vec![0; CHUNK], vec![0; CHUNK]);
        Self { file, inflate: Decompress::new(false), input, window: 0..0, output }
    }

    /// Checks and writes entries that follow each other in the file. Returns the digests of those
    /// that belong to the tree.
    fn unpack_batch(
        &mut self,
        batch: &[Member],
        source: &Path,
        tree: &Tree,
    ) -> Result<Vec<FileDigest>, ArchiveError> {
        let end = batch.last().map_or(0, |last| last.listed.offset + last.listed.span);
        let digests = batch.iter().map(|member| self.unpack(member, end, (source, tree)));
        digests.filter_map(Result::transpose).collect()
    }

    /// Unpacks one entry. May read on to `end`.
    fn unpack(
        &mut self,
        member: &Member,
        end: u64,
        (source, tree): (&Path, &Tree),
    ) -> Result<Option<FileDigest>, ArchiveError> {
        let read = ArchiveError::reading(source);
        let listed = &member.listed;
        let (mut position, entry_end) = (listed.offset, listed.offset + listed.span);
        // Larger than any header.
        let mut input = self.load(position..entry_end, end).map_err(&read)?;
        let header = self.input.get(input.clone()).unwrap_or_default();
        let start = listed.check_local(header).map_err(|what| listed.damaged(what))?;
        let rest = listed.span.checked_sub(start as u64).and_then(|rest| rest.checked_sub(listed.compressed));
        let descriptor = if listed.has_descriptor() { DESCRIPTORS } else { &[0] };
        if !rest.is_some_and(|rest| descriptor.contains(&rest)) {
            return Err(listed.damaged(SHARED));
        }
        let mut target = Target::create(member, tree)?;
        let mut data_left = listed.compressed;
        let mut ended = listed.method == STORED;
        let mut after = Vec::new();
        self.inflate.reset(false);
        position += input.len() as u64;
        input.start += start;
        loop {
            let chunk = self.input.get(input.clone()).unwrap_or_default();
            let length = usize::try_from(data_left).unwrap_or(usize::MAX).min(chunk.len());
            let (data, rest) = chunk.split_at(length);
            data_left -= length as u64;
            if listed.method == STORED {
                target.write(data)?;
            } else if !data.is_empty() {
                ended = inflate(&mut self.inflate, data, &mut self.output, &mut target)?;
            }
            after.extend_from_slice(rest);
            if position == entry_end {
                break;
            }
            input = self.load(position..entry_end, end).map_err(&read)?;
            position += input.len() as u64;
        }
        if !ended {
            return Err(listed.damaged("its data ends early"));
        }
        if listed.has_descriptor() {
            listed.check_descriptor(&after).map_err(|what| listed.damaged(what))?;
        }
        let digest = target.finish()?;
        tree.progress.add_read(listed.span);
        if digest.is_some() {
            tree.progress.add_file();
        }
        Ok(digest)
    }

    /// Makes sure that the first bytes of `wanted` are in `input`: all of them, or as many as fit.
    /// Reads on to `end` if there is room. Returns where they are.
    fn load(&mut self, wanted: Range<u64>, end: u64) -> io::Result<Range<usize>> {
        if wanted.start < self.window.start || wanted.end > self.window.end {
            let wished = usize::try_from(end - wanted.start).unwrap_or(usize::MAX).min(self.input.len());
            self.window = 0..0;
            self.file.seek(SeekFrom::Start(wanted.start))?;
            self.file.read_exact(self.input.get_mut(..wished).unwrap_or_default())?;
            self.window = wanted.start..wanted.start + wished as u64;
        }
        let length = wanted.end.min(self.window.end) - wanted.start;
        let at = usize::try_from(wanted.start - self.window.start).unwrap_or_default();
        Ok(at..at + usize::try_from(length).unwrap_or_default())
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
        let Ok(status) = state.decompress(input, output, FlushDecompress::None) else {
            return Err(target.member.listed.damaged("its data cannot be inflated"));
        };
        let read = usize::try_from(state.total_in() - read).unwrap_or_default();
        let written = usize::try_from(state.total_out() - written).unwrap_or_default();
        input = input.get(read..).unwrap_or_default();
        target.write(output.get(..written).unwrap_or_default())?;
        match status {
            Status::StreamEnd if input.is_empty() => return Ok(true),
            Status::StreamEnd => return Err(target.member.listed.damaged("something follows its data")),
            // Room is left in the output, so all that there was has been read.
            _ if input.is_empty() && written < output.len() => return Ok(false),
            _ if read == 0 && written == 0 => {
                return Err(target.member.listed.damaged("its data cannot be inflated"));
            }
            _ => {}
        }
    }
}

struct Target<'a> {
    member: &'a Member,
    file: Option<TreeFile>,
    crc: Crc,
    written: u64,
}

impl<'a> Target<'a> {
    fn create(member: &'a Member, tree: &Tree) -> Result<Self, ArchiveError> {
        let file = member.target.as_ref().map(|(path, meta)| tree.create_file(path, *meta)).transpose()?;
        Ok(Self { member, file, crc: Crc::new(), written: 0 })
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), ArchiveError> {
        self.written += bytes.len() as u64;
        // The guard counted the size that was claimed.
        if self.written > self.member.listed.size {
            return Err(self.member.listed.damaged("it is larger than it claims"));
        }
        self.crc.update(bytes);
        self.file.as_mut().map_or(Ok(()), |file| file.write(bytes))
    }

    fn finish(self) -> Result<Option<FileDigest>, ArchiveError> {
        if self.written != self.member.listed.size {
            return Err(self.member.listed.damaged("it is smaller than it claims"));
        }
        if self.crc.sum() != self.member.listed.crc {
            return Err(self.member.listed.damaged("its CRC is wrong"));
        }
        let (Some(file), Some((path, meta))) = (self.file, &self.member.target) else { return Ok(None) };
        let (path, executable) = (path.clone(), meta.executable);
        Ok(Some(FileDigest { path, digest: file.finish()?, executable }))
    }
}

/// Entries above this compressed size are read first.
const LARGE: u64 = 1 << 20;
/// The methods of 4.4.5 that releases use.
pub(super) const STORED: u16 = 0;
const DEFLATED: u16 = 8;
/// Lengths of a descriptor: with or without signature, with small or large sizes (4.3.9).
const DESCRIPTORS: &[u64] = &[12, 16, 20, 24];
const DOS_DIRECTORY: u32 = 0x10;
const SHARED: &str = "it overlaps another entry, or the bytes after it belong to none";
