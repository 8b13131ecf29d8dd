//! Release archives for all systems but Windows.
//!
//! One thread reads the file, one inflates, this one parses and writes large files, and others hash
//! and write the small ones. They exchange chunks through bounded channels, so memory does not depend
//! on the archive.

use std::io::Read;
use std::thread;
use std::time::{Duration, SystemTime};

use flate2::bufread::MultiGzDecoder;
use tar::{Archive, Entry, EntryType, Header, PaxExtensions};

use super::guard::{EntryKind, Guard};
use super::progress::Counted;
use super::read_ahead::{ReadAhead, read_ahead};
use super::writers::{SMALL, Whole, Writers};
use super::{ArchiveError, CHUNK, FileMeta, Tree, broken};
use crate::digest::FileDigest;

/// `source` may block until its bytes arrive.
pub(super) fn unpack(
    source: impl Read + Send,
    tree: &Tree,
    guard: &mut Guard,
) -> Result<Vec<FileDigest>, ArchiveError> {
    thread::scope(|scope| {
        let file = Counted { source, progress: tree.progress };
        let compressed = read_ahead(scope, file);
        let inflated = read_ahead(scope, MultiGzDecoder::new(compressed));
        let mut archive = Archive::new(inflated);
        let mut writers = Writers::start(scope, tree);
        let unpack = Unpack { tree, guard, writers: &mut writers, buffer: vec![0; CHUNK] };
        let read = unpack.entries(&mut archive);
        let read = read.and_then(|files| expect_padding(archive.into_inner()).map(|()| files));
        writers.finish(read)
    })
}

struct Unpack<'a, 'scope> {
    tree: &'a Tree<'a>,
    guard: &'a mut Guard,
    writers: &'a mut Writers<'scope>,
    buffer: Vec<u8>,
}

impl Unpack<'_, '_> {
    /// The digests of the large files; the writers have the others.
    fn entries(
        mut self,
        archive: &mut Archive<ReadAhead<impl Read>>,
    ) -> Result<Vec<FileDigest>, ArchiveError> {
        let mut files = Vec::new();
        let mut long_name = None;
        // Raw, because the crate would read a long name of any length into memory.
        for entry in archive.entries().map_err(ArchiveError::damaged)?.raw(true) {
            let mut entry = entry.map_err(ArchiveError::damaged)?;
            let header = entry.header().clone();
            let kind = header.entry_type();
            if matches!(kind, EntryType::GNULongName | EntryType::XHeader | EntryType::XGlobalHeader) {
                self.guard.admit_header(&header.path_bytes(), entry.size())?;
            }
            match kind {
                EntryType::GNULongName | EntryType::XHeader if long_name.is_some() => {
                    return Err(broken("two names for one entry"));
                }
                EntryType::GNULongName => long_name = Some(gnu_name(&mut entry)?),
                EntryType::XHeader => long_name = Some(pax_name(&mut entry)?),
                // Applies to all entries. One with a comment, as of git archive, is harmless.
                EntryType::XGlobalHeader => {
                    if pax_name(&mut entry)?.is_some() {
                        return Err(broken("it gives all entries one name"));
                    }
                }
                kind => {
                    let name = long_name.take().flatten();
                    let name = name.unwrap_or_else(|| header.path_bytes().into_owned());
                    files.extend(self.entry(&name, kind, &header, &mut entry)?);
                }
            }
        }
        if long_name.is_some() {
            return Err(broken("it names an entry that is missing"));
        }
        Ok(files)
    }

    /// Reads one entry. Returns its digest if it is a large file that is not left out.
    fn entry(
        &mut self,
        name: &[u8],
        kind: EntryType,
        header: &Header,
        content: &mut impl Read,
    ) -> Result<Option<FileDigest>, ArchiveError> {
        let kind = match kind {
            EntryType::Regular => EntryKind::File,
            EntryType::Directory => EntryKind::Directory,
            _ => EntryKind::Other,
        };
        let size = header.entry_size().map_err(ArchiveError::damaged)?;
        let admitted = self.guard.admit(name, kind, size)?;
        // Readers disagree on whether the content follows.
        if kind == EntryKind::Directory && size > 0 {
            return Err(broken("it holds a directory with content"));
        }
        let Some(admitted) = admitted else { return Ok(None) };
        self.tree.create_directories(&admitted.directories)?;
        if kind == EntryKind::Directory {
            return Ok(None);
        }
        // A time that no file system has is ignored.
        let seconds = header.mtime().ok().filter(|seconds| (1..=u64::from(u32::MAX)).contains(seconds));
        let modified = seconds.map(|seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds));
        let executable = header.mode().map_err(ArchiveError::damaged)? & 0o111 != 0;
        let meta = FileMeta { executable, modified };
        if size <= SMALL {
            let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or_default());
            content.read_to_end(&mut bytes).map_err(ArchiveError::damaged)?;
            if bytes.len() as u64 != size {
                return Err(broken(CUT_OFF));
            }
            self.writers.add(Whole { path: admitted.path, meta, bytes })?;
            return Ok(None);
        }
        // That may take a while if its bytes are still arriving.
        self.writers.flush()?;
        self.write_large(admitted.path, meta, (content, size)).map(Some)
    }

    fn write_large(
        &mut self,
        path: String,
        meta: FileMeta,
        (content, size): (&mut impl Read, u64),
    ) -> Result<FileDigest, ArchiveError> {
        let mut file = self.tree.create_file(&path, meta)?;
        let mut left = size;
        while left > 0 {
            let count = content.read(&mut self.buffer).map_err(ArchiveError::damaged)?;
            let bytes = self.buffer.get(..count).unwrap_or_default();
            if bytes.is_empty() {
                return Err(broken(CUT_OFF));
            }
            file.write(bytes)?;
            left = left.saturating_sub(count as u64);
        }
        let digest = file.finish()?;
        self.tree.progress.add_file();
        Ok(FileDigest { path, digest, executable: meta.executable })
    }
}

/// A GNU long name: the name and a zero.
fn gnu_name<R: Read>(entry: &mut Entry<'_, R>) -> Result<Option<Vec<u8>>, ArchiveError> {
    let mut name = extension(entry)?;
    name.pop_if(|last| *last == 0);
    Ok(Some(name))
}

/// The `path` of a pax header; refuses records by which two readers could see different files.
fn pax_name<R: Read>(entry: &mut Entry<'_, R>) -> Result<Option<Vec<u8>>, ArchiveError> {
    let records = extension(entry)?;
    let mut name = None;
    for record in PaxExtensions::new(&records) {
        let record = record.map_err(ArchiveError::damaged)?;
        match record.key_bytes() {
            b"path" if name.is_some() => return Err(broken("two names for one entry")),
            b"path" => name = Some(record.value_bytes().to_vec()),
            b"size" | b"linkpath" => return Err(broken("it gives sizes or links in pax headers")),
            key if key.starts_with(b"GNU.sparse") => return Err(broken("it holds sparse files")),
            _ => {}
        }
    }
    Ok(name)
}

fn extension<R: Read>(entry: &mut Entry<'_, R>) -> Result<Vec<u8>, ArchiveError> {
    let mut bytes = Vec::new();
    entry.read_to_end(&mut bytes).map_err(ArchiveError::damaged)?;
    if bytes.len() as u64 == entry.size() { Ok(bytes) } else { Err(broken("it ends within a header")) }
}

/// Reads to the end, which also checks gzip's sums: only zeros may follow the last entry. The end
/// mark is two blocks of them, the first already read; without it, entries may be missing.
fn expect_padding(mut rest: ReadAhead<impl Read>) -> Result<(), ArchiveError> {
    let mut buffer = vec![0; CHUNK];
    let mut total = 0;
    loop {
        let count = rest.read(&mut buffer).map_err(ArchiveError::damaged)?;
        if count == 0 && total < BLOCK {
            return Err(broken("it ends early: its end mark is missing"));
        }
        if count == 0 {
            return Ok(());
        }
        total += count as u64;
        if total > MAX_PADDING || buffer.iter().take(count).any(|byte| *byte != 0) {
            return Err(broken("there are bytes after its end"));
        }
    }
}

const CUT_OFF: &str = "it ends within a file";
const BLOCK: u64 = 512;
/// Bytes after the last entry; the usual record is 10 KiB.
const MAX_PADDING: u64 = 1024 * 1024;
