//! Takes a file over from an installed toolchain.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use gover_sys::file::{open_regular, share_content};

use super::{ArchiveError, FileMeta, Tree, TreeFile};
use crate::digest::{Digest, Sha256};
use crate::patch::PatchError;

impl Tree<'_> {
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
