//! The log's part of a mirror: records under one head, and the tiles that prove them.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use gover_log::ProofBundle;
use gover_source::{Supply, Wanted};
use gover_sys::file::read_limited;

use super::{Mirror, MirrorError, WORK, files_in, write_changed};
use crate::file_error::FileError;

/// What a mirror shows of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogUpdate {
    /// `sum.golang.org`
    pub database: String,
    pub records: u64,
    pub changed: bool,
    /// Files that should have held a signed head and did not; they do not count and were replaced.
    pub replaced: Vec<PathBuf>,
}

/// What a mirror must care for so that nobody who saw it before is left behind.
#[derive(Default)]
struct PublishedHeads {
    /// Signed heads.
    heads: Vec<Vec<u8>>,
    /// Sizes of trees whose heads are not known here.
    sizes: Vec<u64>,
    damaged: Vec<PathBuf>,
}

impl Mirror {
    /// Brings the records of `wanted` into the mirror, all under the newest head, with the tiles that prove them, and
    /// those that show that every head given out before is the beginning of this one. Clients whose newest head has
    /// one of the sizes in `seen` get theirs too, from now on.
    pub async fn update_log(
        &self,
        wanted: &[Wanted],
        seen: &[u64],
        supply: &Supply,
    ) -> Result<LogUpdate, MirrorError> {
        let database = supply.database_name().map_err(MirrorError::log)?;
        let PublishedHeads { heads, mut sizes, damaged } = self.given_out(&database, supply)?;
        sizes.extend(seen);
        let excerpt = supply.excerpt(wanted, &self.directory, heads, sizes).await;
        let excerpt = excerpt.map_err(MirrorError::log)?;
        for size in seen {
            let path = self.head_path(&database, *size);
            // A signed head of that size says more.
            if !path.exists() {
                write_changed(&path, b"")?;
            }
        }
        let latest = self.log_path(&database, "latest");
        for path in damaged.iter().filter(|path| **path != latest) {
            // Its name is the size, which stays cared for.
            write_changed(path, b"")?;
        }
        let shown = self.write_excerpt(&excerpt)?;
        Ok(LogUpdate { replaced: damaged, ..shown })
    }

    /// Tiles before the answers that need them, so that no reader finds an answer that it cannot prove. Nothing that was
    /// given out is taken back: a reader may still be at work with it.
    fn write_excerpt(&self, excerpt: &ProofBundle) -> Result<LogUpdate, MirrorError> {
        let mut changed = false;
        for (path, data) in &excerpt.tiles {
            changed |= write_changed(&self.log_path(&excerpt.database, path), data)?;
        }
        // Remembered before anybody can have seen it.
        write_changed(&self.head_path(&excerpt.database, excerpt.size), &excerpt.head)?;
        changed |= write_changed(&self.log_path(&excerpt.database, "supported"), b"")?;
        for (path, data) in &excerpt.answers {
            changed |= write_changed(&self.log_path(&excerpt.database, path), data)?;
        }
        changed |= write_changed(&self.log_path(&excerpt.database, "latest"), &excerpt.head)?;
        let database = excerpt.database.clone();
        Ok(LogUpdate { database, records: excerpt.size, changed, replaced: Vec::new() })
    }

    /// The heads that were given out, and the sizes of others that are cared for. A file that no database signed says
    /// nothing but its name.
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
        // A copy of a mirror may lack what is not served.
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

    /// Where something of the log lies; `path` is written with slashes.
    fn log_path(&self, database: &str, path: &str) -> PathBuf {
        let mut full = self.directory.join("sumdb");
        full.extend(database.split('/').chain(path.split('/')));
        full
    }
}

/// A file that should hold a signed head. One that is too large for any is as good as one that holds nothing.
fn read_head(path: &Path) -> io::Result<Vec<u8>> {
    match read_limited(path, LIMIT) {
        Err(error) if error.kind() == ErrorKind::FileTooLarge => Ok(Vec::new()),
        result => result,
    }
}

/// Bytes of a signed head; one has a few hundred.
const LIMIT: u64 = 1 << 20;
