//! Takes files over from a tree on the disk.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use gover_sys::file::{open_regular, share_content};

use super::{
    ArchiveError, CHUNK, FileMeta, Progress, Tree, TreeFile, Unpacked, below, is_program, on_all_cores,
};
use crate::digest::{Digest, FileDigest, Hashed, Sha256};
use crate::patch::PatchError;

/// A file of a tree, and what it is called in the copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// The path below the root of the original, with `/`.
    pub from: String,
    /// The path below the root of the copy, with `/`.
    pub path: String,
    /// What the original had when it was read.
    pub digest: Digest,
    pub size: u64,
}

/// Copies these files of the tree `source` into the directory `target`, which must exist and be
/// empty, on all cores. The copies have the modes that releases have. The digests are those of what
/// was written. A file that has another digest now is an error.
pub fn copy_tree(
    source: &Path,
    files: &[Taken],
    target: &Path,
    progress: &Progress,
) -> Result<Unpacked, PatchError> {
    let meta = |file: &Taken| {
        let original = below(source, &file.from).symlink_metadata();
        FileMeta {
            executable: is_program(&file.path),
            modified: original.and_then(|original| original.modified()).ok(),
        }
    };
    let copied = files.iter().map(|file| Copied {
        from: file.from.clone(),
        path: file.path.clone(),
        meta: meta(file),
        digest: file.digest,
        size: file.size,
    });
    let copied: Vec<Copied> = copied.collect();
    let tree = &Tree { root: Some(target), progress };
    // Sorted, so that each comes after the one that it is in.
    let above = |path| std::iter::successors(Path::new(path).parent(), |path| path.parent());
    let directories: BTreeSet<&Path> = copied.iter().flat_map(|file| above(&file.path)).collect();
    let directories = directories.into_iter().filter_map(Path::to_str).filter(|path| !path.is_empty());
    tree.create_directories(&directories.map(str::to_owned).collect::<Vec<_>>())?;
    let unpacked = tree.take_all(source, &copied)?;
    let bytes = files.iter().map(|file| file.size).sum();
    Ok(Unpacked { files: unpacked, hashed: Hashed::Archive, bytes })
}

/// A file to take over.
#[derive(Debug)]
pub(crate) struct Copied {
    pub(crate) from: String,
    pub(crate) path: String,
    pub(crate) meta: FileMeta,
    pub(crate) digest: Digest,
    pub(crate) size: u64,
}

impl Tree<'_> {
    /// Copies files of the base, on all cores.
    pub(crate) fn take_all(&self, base: &Path, files: &[Copied]) -> Result<Vec<FileDigest>, PatchError> {
        self.progress.set_total_files(files.len());
        let start = || Ok::<_, PatchError>((vec![0; CHUNK], true));
        let copy = |(buffer, shares): &mut (Vec<u8>, bool), file: &Copied| {
            let from = below(base, &file.from);
            let digest = self.take_over((&from, &file.digest), (&file.path, file.meta), buffer, shares)?;
            self.progress.add_file();
            self.progress.add_read(file.size);
            Ok(FileDigest { path: file.path.clone(), digest, executable: file.meta.executable })
        };
        on_all_cores(files, start, copy).unwrap_or_else(|| {
            let ended = io::Error::other("a thread that copied files ended early");
            Err(ArchiveError::reading(base)(ended).into())
        })
    }

    /// Copies a file of the base, which must have the digest that its list says.
    pub(crate) fn take_over(
        &self,
        (from, expected): (&Path, &Digest),
        to: (&str, FileMeta),
        buffer: &mut [u8],
        shares: &mut bool,
    ) -> Result<Digest, PatchError> {
        let digest = self.copy(from, to, buffer, shares)?;
        if digest == *expected { Ok(digest) } else { Err(PatchError::ChangedBase { path: from.to_owned() }) }
    }

    /// Copies the file `from`, and returns the digest of what was written. The copy shares the disk
    /// space of the original where the file system can do that; it is then read again, so that the
    /// digest is always that of the copy. `shares` is cleared where the file system cannot.
    fn copy(
        &self,
        from: &Path,
        (path, meta): (&str, FileMeta),
        buffer: &mut [u8],
        shares: &mut bool,
    ) -> Result<Digest, ArchiveError> {
        let failed = ArchiveError::reading(from);
        let mut source = open_regular(from).map_err(&failed)?;
        let mut file = self.create_file(path, meta)?;
        if *shares {
            *shares = file.shares(&source);
        }
        if *shares {
            let path = file.path.clone();
            let failed = ArchiveError::reading(&path);
            let mut sum = Sha256::default();
            let copy = File::open(&path).map_err(&failed)?;
            sum.read(copy, buffer, |_| ()).map_err(&failed)?;
            file.finish()?;
            return Ok(sum.finish());
        }
        loop {
            let count = source.read(buffer).map_err(&failed)?;
            if count == 0 {
                return file.finish();
            }
            file.write(buffer.get(..count).unwrap_or_default())?;
        }
    }
}

impl TreeFile {
    /// Makes this empty file share the content of `source`, if there is a file and the system can.
    fn shares(&self, source: &File) -> bool {
        self.file.as_ref().is_some_and(|file| share_content(source, file))
    }
}
