//! The log's part of a mirror: records under one head, and the tiles that prove them.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use gover_log::ProofBundle;
use gover_source::{Supply, Wanted};
use gover_sys::file::read_limited;

use super::{Mirror, MirrorError, WORK, files_in, write_changed};
use crate::files::FileError;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogUpdate {
    pub database: String,
    pub records: u64,
    pub changed: bool,
    /// Files without the signed tree head that they should have had. They were replaced.
    pub replaced: Vec<PathBuf>,
}

/// Tree heads that clients of the mirror may have seen. Each needs a consistency proof.
#[derive(Default)]
struct PublishedHeads {
    heads: Vec<Vec<u8>>,
    /// Tree sizes without a known head.
    sizes: Vec<u64>,
    damaged: Vec<PathBuf>,
}

impl Mirror {
    /// Adds the records of `wanted` and of other `modules` to the mirror under the newest tree head,
    /// next to those of modules that it has. Adds tiles for their
    /// inclusion proofs and for consistency proofs from every head published before. From now on,
    /// the latter include the tree sizes in `seen`.
    pub async fn update_log(
        &self,
        (wanted, modules): (&[Wanted], &[(String, String)]),
        seen: &[u64],
        supply: &Supply,
    ) -> Result<LogUpdate, MirrorError> {
        let database = supply.database_name().map_err(MirrorError::log)?;
        let PublishedHeads { heads, mut sizes, damaged } = self.given_out(&database, supply)?;
        sizes.extend(seen);
        let mut known = self.logged_modules(&database)?;
        known.extend(modules.iter().filter(|module| !known.contains(module)).cloned().collect::<Vec<_>>());
        let excerpt = supply.excerpt((wanted, &known), &self.directory, heads, sizes).await;
        let excerpt = excerpt.map_err(MirrorError::log)?;
        for size in seen {
            let path = self.head_path(&database, *size);
            // A signed head of that size may be there already.
            if !path.exists() {
                write_changed(&path, b"")?;
            }
        }
        let latest = self.log_path(&database, "latest");
        for path in damaged.iter().filter(|path| **path != latest) {
            // Its name is the size, which still needs a proof.
            write_changed(path, b"")?;
        }
        let changed = self.write_excerpt(&excerpt)?;
        Ok(LogUpdate { database, records: excerpt.size, changed, replaced: damaged })
    }

    /// Writes tiles before lookups that need them. Removes nothing: a client may still use it.
    /// Returns whether anything changed.
    fn write_excerpt(&self, excerpt: &ProofBundle) -> Result<bool, MirrorError> {
        let mut changed = false;
        for (path, data) in &excerpt.tiles {
            changed |= write_changed(&self.log_path(&excerpt.database, path), data)?;
        }
        // This comes before any client can see the head.
        write_changed(&self.head_path(&excerpt.database, excerpt.size), &excerpt.head)?;
        changed |= write_changed(&self.log_path(&excerpt.database, "supported"), b"")?;
        for (path, data) in &excerpt.answers {
            changed |= write_changed(&self.log_path(&excerpt.database, path), data)?;
        }
        changed |= write_changed(&self.log_path(&excerpt.database, "latest"), &excerpt.head)?;
        Ok(changed)
    }

    /// The published heads, and the sizes of others that need a proof. Of a file without a
    /// signature, only its name counts.
    fn given_out(&self, database: &str, supply: &Supply) -> Result<PublishedHeads, MirrorError> {
        let mut given = PublishedHeads::default();
        for (path, bytes) in files_in(&self.directory.join(WORK).join("heads").join(database))? {
            let name = path.file_name().and_then(|name| name.to_str());
            let Some(size) = name.and_then(|name| name.parse().ok()) else { continue };
            if bytes == 0 {
                given.sizes.push(size);
                continue;
            }
            let head = read_head(&path).map_err(FileError::at("read", &path))?;
            if supply.is_unsigned_head(&head).map_err(MirrorError::log)? {
                given.sizes.push(size);
                given.damaged.push(path);
            } else {
                given.heads.push(head);
            }
        }
        // A copy of a mirror may lack the private directory.
        let latest = self.log_path(database, "latest");
        if let Ok(head) = read_head(&latest) {
            if supply.is_unsigned_head(&head).map_err(MirrorError::log)? {
                given.damaged.push(latest);
            } else if !given.heads.contains(&head) {
                given.heads.push(head);
            }
        }
        Ok(given)
    }

    fn head_path(&self, database: &str, size: u64) -> PathBuf {
        self.directory.join(WORK).join("heads").join(database).join(size.to_string())
    }

    pub(super) fn log_path(&self, database: &str, path: &str) -> PathBuf {
        let mut full = self.directory.join("sumdb");
        full.extend(database.split('/').chain(path.split('/')));
        full
    }
}

/// Reads a signed head. A file that is too large for one counts as empty.
fn read_head(path: &Path) -> io::Result<Vec<u8>> {
    match read_limited(path, LIMIT) {
        Err(error) if error.kind() == ErrorKind::FileTooLarge => Ok(Vec::new()),
        result => result,
    }
}

/// The most bytes of a signed head, which has a few hundred.
const LIMIT: u64 = 1 << 20;
