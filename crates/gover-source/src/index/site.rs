//! Loads indexes and lists from their servers or from the cache.

use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use gover_core::sync::locked;
use gover_net::{Address, Body, Http};

use super::{Cache, Cached, INDEX_PATH, Index};
use crate::artifact::Location;
use crate::bounds::MAX_INDEX;
use crate::error::SourceError;
use crate::proxy;
use crate::table::Table;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Loader<'a> {
    pub(crate) http: &'a Http,
    pub(crate) cache: &'a Cache,
}

/// Loads the index of a release site and keeps it for the rest of the command.
#[derive(Debug)]
pub(crate) struct Site {
    location: Location,
    asked: Mutex<Option<LoadedIndex>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Freshness {
    /// Confirmed by the server within the last hour.
    Recent,
    /// Requested by this command.
    Now,
}

#[derive(Clone, Debug)]
pub(crate) struct Loaded<T> {
    pub(crate) value: T,
    /// When the server last sent or confirmed it.
    pub(crate) checked: SystemTime,
    /// Why it is older than requested, if it is.
    pub(crate) stale: Option<SourceError>,
    pub(crate) freshness: Freshness,
}

/// An index without the rows that the compiled table also has.
pub(crate) type LoadedIndex = Loaded<Arc<Index>>;

/// What the cache can keep as text.
pub(crate) trait Kept: Clone {
    fn from_text(text: &str) -> Option<Self>;
    fn to_text(&self) -> Option<String>;
}

impl Kept for Arc<Index> {
    fn from_text(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok().map(Self::new)
    }

    fn to_text(&self) -> Option<String> {
        serde_json::to_string(&**self).ok()
    }
}

impl Loader<'_> {
    /// Returns what is cached, whatever its age. A cached text that is not valid counts as missing.
    pub(crate) fn kept<T: Kept>(self, location: &Location) -> Option<Loaded<T>> {
        self.read_kept(location).map(|(_, kept)| kept)
    }

    fn read_kept<T: Kept>(self, location: &Location) -> Option<(Cached, Loaded<T>)> {
        // A directory is as fast as the cache, and never out of date.
        let cached = self.cache.read(&location.url()?.to_string())?;
        let (value, checked) = (T::from_text(&cached.text)?, cached.checked);
        Some((cached, Loaded { value, checked, stale: None, freshness: Freshness::Recent }))
    }

    /// Loads what `parse` reads, at most `limit` bytes, with the requested freshness. If that
    /// fails, returns what is cached with the error in `stale`, or the error if nothing is cached.
    pub(crate) async fn load<T: Kept>(
        self,
        location: &Location,
        limit: u64,
        freshness: Freshness,
        parse: impl Fn(&[u8]) -> Result<T, SourceError>,
    ) -> Result<Loaded<T>, SourceError> {
        let checked = SystemTime::now();
        let keep = |etag, text| {
            if let Location::Url(url) = location {
                self.cache.write(&url.to_string(), &Cached { etag, checked, text });
            }
        };
        let kept = self.read_kept(location);
        if let Some((cached, kept)) = &kept
            && freshness == Freshness::Recent
            && cached.is_fresh(checked)
        {
            return Ok(kept.clone());
        }
        let loaded = |value| Loaded { value, checked, stale: None, freshness: Freshness::Now };
        let etag = kept.as_ref().and_then(|(cached, _)| cached.etag.as_deref());
        let failed = match (proxy::read(self.http, location, limit, etag).await, &kept) {
            (Ok(Body::Unchanged), Some((cached, kept))) => {
                keep(cached.etag.clone(), cached.text.clone());
                return Ok(loaded(kept.value.clone()));
            }
            (Ok(Body::Unchanged), None) => SourceError::Unchanged,
            (Ok(Body::New { bytes, etag }), _) => match parse(&bytes) {
                Ok(value) => {
                    if let Some(text) = value.to_text() {
                        keep(etag, text);
                    }
                    return Ok(loaded(value));
                }
                Err(error) => error,
            },
            (Err(error), _) => error,
        };
        match kept {
            // A mirror that responds with something else no longer has this list.
            Some((_, kept)) if !matches!(failed, SourceError::Lacks(_)) => {
                Ok(Loaded { stale: Some(failed), freshness: Freshness::Now, ..kept })
            }
            _ => Err(failed),
        }
    }
}

impl Site {
    pub(crate) fn new(base: &Address) -> Self {
        Self { location: Location::Url(base.join(INDEX_PATH)), asked: Mutex::default() }
    }

    /// Returns the index that this or an earlier command loaded, whatever its age.
    pub(crate) fn kept(&self, loader: Loader<'_>) -> Option<LoadedIndex> {
        let asked = locked(&self.asked).clone();
        asked.or_else(|| loader.kept(&self.location))
    }

    pub(crate) async fn load(
        &self,
        loader: Loader<'_>,
        freshness: Freshness,
    ) -> Result<LoadedIndex, SourceError> {
        let asked = locked(&self.asked).clone();
        if let Some(index) = asked.filter(|known| known.freshness >= freshness) {
            return Ok(index);
        }
        let parse = |bytes: &[u8]| Ok(Arc::new(Index::parse(bytes)?.beyond(Table::compiled())));
        let index = loader.load(&self.location, MAX_INDEX, freshness, parse).await?;
        *locked(&self.asked) = Some(index.clone());
        Ok(index)
    }
}
