//! Makes a tree from its base and a bundle, on all cores.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom, Take};
use std::path::Path;

use flate2::bufread::DeflateDecoder;

use super::delta::{Delta, DeltaError};
use super::head::{ChangeKind, Packed, Patch, Span};
use super::{Listed, PatchError};
use crate::digest::{Digest, FileDigest, is_outside_module};
use crate::{
    CHUNK, Coverage, EntryKind, FileMeta, Guard, Limits, Progress, Tree, Unpacked, below, is_program,
    on_all_cores,
};

impl Patch {
    /// Writes the new tree into the directory `target`, which must exist and be empty. Files that
    /// differ come from the bundle, all others of the module from the base; what is in the base but
    /// not in the module is left out. Uses several threads and less than 64 MiB of memory.
    pub fn apply(
        &self,
        base: Listed<'_>,
        target: &Path,
        limits: Limits,
        progress: &Progress,
    ) -> Result<Unpacked, PatchError> {
        let mut guard = Guard::for_archive(Coverage::Module, limits);
        let (mut items, directories) = self.plan(base, &mut guard)?;
        // Large ones first, so that none is left for one core at the end.
        items.sort_by_key(|item| std::cmp::Reverse(if item.is_large() { item.size } else { 0 }));
        progress.set_total_files(items.len());
        let tree = Tree { root: Some(target), progress };
        tree.create_directories(&directories)?;
        let start = || Worker::new(&self.path, base.root);
        let work = |worker: &mut Worker<'_>, item: &Item<'_>| worker.write(item, &tree);
        let files = on_all_cores(&items, start, work).unwrap_or_else(|| {
            let source = io::Error::other("a thread that applied the bundle ended early");
            Err(PatchError::reading(&self.path)(source))
        })?;
        Ok(Unpacked { files, hashed: guard.hashed, bytes: guard.bytes })
    }

    /// Checks every name and size before anything is written. Also returns the directories to
    /// create, outermost first.
    fn plan<'a>(
        &'a self,
        base: Listed<'a>,
        guard: &mut Guard,
    ) -> Result<(Vec<Item<'a>>, Vec<String>), PatchError> {
        let known: HashMap<&str, &FileDigest> =
            base.files.iter().map(|file| (file.path.as_str(), file)).collect();
        let mut plan = Plan { guard, items: Vec::new(), directories: Vec::new() };
        let changed: HashSet<&str> = self.changes.iter().map(|change| change.path.as_str()).collect();
        for change in &self.changes {
            let old = known.get(change.path.as_str());
            let needs_old = !matches!(&change.kind, ChangeKind::Content { packed: Packed::Whole(_), .. });
            if needs_old && old.is_none() {
                return Err(PatchError::damaged(&change.path, "the base has no such file"));
            }
            if let ChangeKind::Content { size, digest, packed } = &change.kind {
                plan.add(Item { path: &change.path, size: *size, digest, origin: Origin::Bundle(packed) })?;
            }
        }
        let is_kept =
            |file: &&FileDigest| !changed.contains(file.path.as_str()) && !is_outside_module(&file.path);
        for FileDigest { path, digest, .. } in base.files.iter().filter(is_kept) {
            let place = below(base.root, path);
            let metadata = place.symlink_metadata().map_err(PatchError::reading(&place))?;
            if !metadata.is_file() {
                return Err(PatchError::ChangedBase { path: place });
            }
            plan.add(Item { path, size: metadata.len(), digest, origin: Origin::Base })?;
        }
        Ok((plan.items, plan.directories))
    }
}

struct Plan<'a, 'b> {
    guard: &'b mut Guard,
    items: Vec<Item<'a>>,
    directories: Vec<String>,
}

impl<'a> Plan<'a, '_> {
    fn add(&mut self, item: Item<'a>) -> Result<(), PatchError> {
        let name = format!("go/{}", item.path);
        let admitted = self.guard.admit(name.as_bytes(), EntryKind::File, item.size)?;
        // The tree hash does not cover it.
        let admitted = admitted.ok_or_else(|| PatchError::damaged(item.path, "modules leave it out"))?;
        self.directories.extend(admitted.directories);
        self.items.push(item);
        Ok(())
    }
}

/// A file of the new tree. Its digest is what the bundle or the list of the base claims.
struct Item<'a> {
    path: &'a str,
    size: u64,
    digest: &'a Digest,
    origin: Origin<'a>,
}

impl Item<'_> {
    fn is_large(&self) -> bool {
        self.size > LARGE
    }
}

enum Origin<'a> {
    Base,
    Bundle(&'a Packed),
}

struct Worker<'a> {
    bundle: &'a Path,
    base: &'a Path,
    buffer: Vec<u8>,
    /// Whether copies may share the disk space of the base.
    shares: bool,
}

impl<'a> Worker<'a> {
    #[expect(clippy::unnecessary_wraps, reason = "the start of a thread may fail elsewhere")]
    fn new(bundle: &'a Path, base: &'a Path) -> Result<Self, PatchError> {
        Ok(Self { bundle, base, buffer: vec![0; CHUNK], shares: true })
    }

    fn write(&mut self, item: &Item<'_>, tree: &Tree<'_>) -> Result<FileDigest, PatchError> {
        let meta = FileMeta { executable: is_program(item.path), modified: None };
        let digest = match &item.origin {
            Origin::Base => {
                let from = below(self.base, item.path);
                let to = (item.path, meta);
                tree.take_over((&from, item.digest), to, &mut self.buffer, &mut self.shares)?
            }
            Origin::Bundle(packed) => self.unpack(item, packed, meta, tree)?,
        };
        if digest != *item.digest {
            return Err(PatchError::damaged(item.path, "its SHA-256 is wrong"));
        }
        tree.progress.add_read(item.size);
        tree.progress.add_file();
        Ok(FileDigest { path: item.path.to_owned(), digest, executable: meta.executable })
    }

    fn unpack(
        &mut self,
        item: &Item<'_>,
        packed: &Packed,
        meta: FileMeta,
        tree: &Tree<'_>,
    ) -> Result<Digest, PatchError> {
        let damaged = |what| PatchError::damaged(item.path, what);
        let mut file = tree.create_file(item.path, meta)?;
        match packed {
            Packed::Whole(span) => {
                let mut stream = self.stream(*span)?;
                let mut left = item.size;
                while left > 0 {
                    let wanted = usize::try_from(left).unwrap_or(usize::MAX).min(self.buffer.len());
                    let buffer = self.buffer.get_mut(..wanted).unwrap_or_default();
                    let count = stream.read(buffer).map_err(|_| damaged("it cannot be inflated"))?;
                    if count == 0 {
                        return Err(damaged("it ends early"));
                    }
                    file.write(buffer.get(..count).unwrap_or_default())?;
                    left -= count as u64;
                }
                expect_end(stream).map_err(damaged)?;
            }
            Packed::Delta([steps, differences, extra]) => {
                let path = below(self.base, item.path);
                let old = gover_sys::file::open_regular(&path).map_err(PatchError::reading(&path))?;
                let mut delta = Delta {
                    steps: self.stream(*steps)?,
                    differences: self.stream(*differences)?,
                    extra: self.stream(*extra)?,
                };
                let write = |bytes: &[u8]| file.write(bytes);
                delta.apply(old, item.size, &mut self.buffer, write).map_err(|error| match error {
                    DeltaError::Damaged(what) => damaged(what),
                    DeltaError::Old(source) => PatchError::reading(&path)(source),
                    DeltaError::Output(error) => error.into(),
                })?;
                for stream in [delta.steps, delta.differences, delta.extra] {
                    expect_end(stream).map_err(damaged)?;
                }
            }
        }
        Ok(file.finish()?)
    }

    fn stream(&self, span: Span) -> Result<Stream, PatchError> {
        let mut file = File::open(self.bundle).map_err(PatchError::reading(self.bundle))?;
        file.seek(SeekFrom::Start(span.offset)).map_err(PatchError::reading(self.bundle))?;
        Ok(DeflateDecoder::new(BufReader::with_capacity(STREAM, file.take(span.length))))
    }
}

type Stream = DeflateDecoder<BufReader<Take<File>>>;

/// Refuses bytes that nothing needs.
fn expect_end(mut stream: Stream) -> Result<(), &'static str> {
    let mut byte = [0];
    match stream.read(&mut byte) {
        Ok(0) => {}
        Ok(_) => return Err("it is larger than it claims"),
        Err(_) => return Err("it cannot be inflated"),
    }
    let rest = stream.into_inner();
    if rest.buffer().is_empty() && rest.get_ref().limit() == 0 { Ok(()) } else { Err("something follows it") }
}

/// Files above this size are written first.
const LARGE: u64 = 1 << 20;
const STREAM: usize = 32 * 1024;
