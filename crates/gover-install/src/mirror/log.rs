//! The log's part of a mirror: records under one head, and the tiles that prove them.

use std::fs;
use std::path::PathBuf;

use gover_source::{Excerpt, Supply, Wanted};

use super::{Mirror, MirrorError, WORK, files_in, write_changed};
use crate::file_error::FileError;

/// What a mirror shows of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogShown {
    /// `sum.golang.org`
    pub database: String,
    /// The number of records that its head covers.
    pub records: u64,
    /// Whether anything was written.
    pub changed: bool,
}

impl Mirror {
    /// Brings the records of `wanted` into the mirror, all under the newest head, with the tiles that prove them, and
    /// those that show that every head given out before is the beginning of this one. Clients whose newest head has
    /// one of the sizes in `seen` get theirs too, from now on.
    pub async fn renew_log(
        &self,
        wanted: &[Wanted],
        seen: &[u64],
        supply: &Supply,
    ) -> Result<LogShown, MirrorError> {
        let database = supply.database_name().map_err(MirrorError::log)?;
        let (heads, mut sizes) = self.heads(&database)?;
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
        self.write_excerpt(&excerpt)
    }

    /// Tiles before the answers that need them, so that no reader finds an answer that it cannot prove. Nothing that was
    /// given out is taken back: a reader may still be at work with it.
    fn write_excerpt(&self, excerpt: &Excerpt) -> Result<LogShown, MirrorError> {
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
        Ok(LogShown { database: excerpt.database.clone(), records: excerpt.size, changed })
    }

    /// The heads that were given out, and the sizes of others that are cared for.
    fn heads(&self, database: &str) -> Result<(Vec<Vec<u8>>, Vec<u64>), MirrorError> {
        let (mut heads, mut sizes) = (Vec::new(), Vec::new());
        for (path, bytes) in files_in(&self.directory.join(WORK).join("heads").join(database))? {
            let size = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.parse().ok());
            match size {
                Some(size) if bytes == 0 => sizes.push(size),
                Some(_) => heads.push(fs::read(&path).map_err(FileError::at("read", &path))?),
                None => {}
            }
        }
        // A copy of a mirror may lack what is not served.
        let latest = self.log_path(database, "latest");
        if let Ok(head) = fs::read(latest)
            && !heads.contains(&head)
        {
            heads.push(head);
        }
        Ok((heads, sizes))
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
