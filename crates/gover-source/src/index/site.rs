//! The index of one site: fetched, or kept from an earlier command.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use gover_net::{Address, Body, Http};

use super::{Cache, Cached, Index};
use crate::error::SourceError;
use crate::table::Table;

/// How a release site's index is come by.
#[derive(Debug)]
pub(crate) struct Site {
    url: Address,
    asked: Mutex<Option<(Freshness, LoadedIndex)>>,
}

/// How new an answer must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Freshness {
    /// Asked for within the last hour.
    Recent,
    /// Asked for by this command.
    Now,
}

/// An index and how it came here.
#[derive(Clone, Debug)]
pub(crate) struct LoadedIndex {
    /// The index, without the rows that the compiled table has too.
    pub(crate) index: Arc<Index>,
    /// When the site last confirmed it.
    pub(crate) checked: SystemTime,
    /// Why it is older than wanted, if it is.
    pub(crate) stale: Option<SourceError>,
}

impl Site {
    /// The site at `base`, such as `https://go.dev`.
    pub(crate) fn new(base: &Address) -> Self {
        Self { url: base.join("dl/?mode=json&include=all"), asked: Mutex::default() }
    }

    /// The index that an earlier command, or this one, got; of any age.
    pub(crate) fn kept(&self, cache: &Cache) -> Option<LoadedIndex> {
        let asked = self.asked().as_ref().map(|(_, index)| index.clone());
        asked.or_else(|| self.read_kept(cache).map(|(_, index)| index))
    }

    /// The index, as new as wanted if the site can be reached, else the one kept. An error if there
    /// is none.
    pub(crate) async fn load(
        &self,
        http: &Http,
        cache: &Cache,
        table: &Table,
        freshness: Freshness,
    ) -> Result<LoadedIndex, SourceError> {
        let asked = self.asked().clone();
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
        *self.asked() = Some((freshness, index.clone()));
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
        let failed = match (http.read(&self.url, LIMIT, etag).await, &kept) {
            (Ok(Body::Unchanged), Some((cached, index))) => {
                cache.write(&self.url.to_string(), &Cached { checked, ..cached.clone() });
                return Ok(LoadedIndex { checked, ..index.clone() });
            }
            (Ok(Body::Unchanged), None) => SourceError::Unchanged,
            (Ok(Body::New { bytes, etag }), _) => match Index::parse(&bytes) {
                Ok(index) => {
                    let index = index.beyond(table);
                    // Serialising plain structs does not fail; if it did, nothing would be kept.
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
        // What cannot be read as an index counts as none, whoever wrote it.
        let index = serde_json::from_str(&cached.text).ok()?;
        let index = LoadedIndex { index: Arc::new(index), checked: cached.checked, stale: None };
        Some((cached, index))
    }

    fn asked(&self) -> MutexGuard<'_, Option<(Freshness, LoadedIndex)>> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The most bytes of an index; the real one has about 3 million.
const LIMIT: u64 = 32 << 20;
