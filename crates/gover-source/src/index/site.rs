//! The index of one release site, fetched or read from the cache.

use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use gover_core::sync::locked;
use gover_net::{Address, Body, Http};

use super::{Cache, Cached, Index};
use crate::bounds::MAX_INDEX;
use crate::error::SourceError;
use crate::table::Table;

/// Loads the index of a release site and keeps it for the rest of the command.
#[derive(Debug)]
pub(crate) struct Site {
    url: Address,
    asked: Mutex<Option<(Freshness, LoadedIndex)>>,
}

/// How recent a response must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Freshness {
    /// Confirmed by the server within the last hour.
    Recent,
    /// Requested by this command.
    Now,
}

/// An index, its age, and the error if it could not be updated.
#[derive(Clone, Debug)]
pub(crate) struct LoadedIndex {
    /// Without the rows that the compiled table also has.
    pub(crate) index: Arc<Index>,
    /// When the site last sent or confirmed the index.
    pub(crate) checked: SystemTime,
    /// Why the index is older than requested, if it is.
    pub(crate) stale: Option<SourceError>,
}

impl Site {
    pub(crate) fn new(base: &Address) -> Self {
        Self { url: base.join("dl/?mode=json&include=all"), asked: Mutex::default() }
    }

    /// Returns the index that this or an earlier command loaded, whatever its age.
    pub(crate) fn kept(&self, cache: &Cache) -> Option<LoadedIndex> {
        let asked = locked(&self.asked).as_ref().map(|(_, index)| index.clone());
        asked.or_else(|| self.read_kept(cache).map(|(_, index)| index))
    }

    /// Loads the index with the requested freshness. If that fails, returns the cached index with
    /// the error in `stale`, or the error if there is no cached index.
    pub(crate) async fn load(
        &self,
        http: &Http,
        cache: &Cache,
        table: &Table,
        freshness: Freshness,
    ) -> Result<LoadedIndex, SourceError> {
        let asked = locked(&self.asked).clone();
        if let Some((_, index)) = asked.filter(|(known, _)| *known >= freshness) {
            return Ok(index);
        }
        let kept = self.read_kept(cache);
        let (index, freshness) = match kept {
            Some((cached, index)) if freshness == Freshness::Recent && cached.is_fresh(SystemTime::now()) => {
                (index, Freshness::Recent)
            }
            kept => (self.fetch(http, cache, table, kept).await?, Freshness::Now),
        };
        *locked(&self.asked) = Some((freshness, index.clone()));
        Ok(index)
    }

    async fn fetch(
        &self,
        http: &Http,
        cache: &Cache,
        table: &Table,
        kept: Option<(Cached, LoadedIndex)>,
    ) -> Result<LoadedIndex, SourceError> {
        let etag = kept.as_ref().and_then(|(cached, _)| cached.etag.as_deref());
        let checked = SystemTime::now();
        let failed = match (http.read(&self.url, MAX_INDEX, etag).await, &kept) {
            (Ok(Body::Unchanged), Some((cached, index))) => {
                cache.write(&self.url.to_string(), &Cached { checked, ..cached.clone() });
                return Ok(LoadedIndex { checked, ..index.clone() });
            }
            (Ok(Body::Unchanged), None) => SourceError::Unchanged,
            (Ok(Body::New { bytes, etag }), _) => match Index::parse(&bytes) {
                Ok(index) => {
                    let index = index.beyond(table);
                    // Serialising plain structs does not fail. If it did, only the cache file would
                    // be missing.
                    if let Ok(text) = serde_json::to_string(&index) {
                        cache.write(&self.url.to_string(), &Cached { etag, checked, text });
                    }
                    return Ok(LoadedIndex { index: Arc::new(index), checked, stale: None });
                }
                Err(error) => error.into(),
            },
            (Err(error), _) => error.into(),
        };
        match kept {
            Some((_, index)) => Ok(LoadedIndex { stale: Some(failed), ..index }),
            None => Err(failed),
        }
    }

    fn read_kept(&self, cache: &Cache) -> Option<(Cached, LoadedIndex)> {
        let cached = cache.read(&self.url.to_string())?;
        // A cached text that is not a valid index counts as missing.
        let index = serde_json::from_str(&cached.text).ok()?;
        let index = LoadedIndex { index: Arc::new(index), checked: cached.checked, stale: None };
        Some((cached, index))
    }
}
