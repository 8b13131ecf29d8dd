//! Where the log's records may lie beside the files: in directories and flat mirrors among the sources, as `gover mirror`
//! makes them.
//!
//! Such a place is asked first, since it is near and needs no other network. It is believed no more than any other: the
//! client proves every answer by the database's key. What it lacks, or has damaged, the next place is asked for, and at last
//! the database's usual way.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::OnceCell;

use crate::address;
use crate::artifact::Location;
use crate::http::{Body, Http};
use crate::proxy;
use crate::settings::SourceSpec;
use crate::source::module_roots;
use crate::sumdb::{MAX_ANSWER, Remote, RemoteError};

/// The near places of one database, and the far one.
#[derive(Debug)]
pub(crate) struct Places<'a, F> {
    near: Vec<Near>,
    far: F,
    http: &'a Http,
    /// What came from which near place.
    served: Mutex<HashMap<String, usize>>,
    /// What proved wrong there, and is not read there again.
    rejected: Mutex<HashSet<(usize, String)>>,
}

/// A place that may hold `sumdb/NAME/`.
#[derive(Debug)]
struct Near {
    /// The directory or address as people know it.
    place: String,
    base: Location,
    holds: OnceCell<bool>,
}

impl<'a, F: Remote> Places<'a, F> {
    /// The places among `sources` that may hold records of the database `name`, before `far`.
    pub(crate) fn new(sources: &[SourceSpec], name: &str, far: F, http: &'a Http) -> Self {
        let near = sources.iter().flat_map(roots).map(|root| Near {
            place: shown(&root),
            base: below(&root, &format!("sumdb/{name}")),
            holds: OnceCell::new(),
        });
        Self { near: near.collect(), far, http, served: Mutex::default(), rejected: Mutex::default() }
    }

    /// The place that is asked last.
    pub(crate) fn far(&self) -> &F {
        &self.far
    }

    async fn read_near(&self, near: &Near, path: &str) -> Option<Result<Vec<u8>, String>> {
        if !*near.holds.get_or_init(|| near.holds_anything(self.http)).await {
            return None;
        }
        let location = below(&near.base, path);
        Some(match proxy::read(self.http, &location, MAX_ANSWER as u64, None).await {
            Ok(Body::New { bytes, .. }) if !bytes.is_empty() => Ok(bytes),
            Ok(_) => Err(format!("{location} is empty")),
            Err(error) => Err(match location {
                Location::File(_) => error.to_string(),
                Location::Url(_) => format!("{location}: {error}"),
            }),
        })
    }
}

impl<F: Remote> Remote for Places<'_, F> {
    async fn read(&self, path: &str) -> Result<Vec<u8>, RemoteError> {
        let mut reasons = Vec::new();
        // Which head is the newest, only the database itself can know.
        let near: &[Near] = if path == "/latest" { &[] } else { &self.near };
        for (at, near) in near.iter().enumerate() {
            if locked(&self.rejected).contains(&(at, path.to_owned())) {
                reasons.push(format!("{} is damaged", below(&near.base, path)));
                continue;
            }
            match self.read_near(near, path).await {
                Some(Ok(bytes)) => {
                    locked(&self.served).insert(path.to_owned(), at);
                    return Ok(bytes);
                }
                Some(Err(reason)) => reasons.push(reason),
                None => {}
            }
        }
        // What comes now is no place's fault, whatever one of them had before.
        locked(&self.served).remove(path);
        let error = match self.far.read(path).await {
            Err(error) if !reasons.is_empty() => error,
            result => return result,
        };
        let mut joined = |reason: String| {
            reasons.push(reason);
            reasons.join("; ")
        };
        Err(match error {
            RemoteError::NotFound { reason } => RemoteError::NotFound { reason: joined(reason) },
            RemoteError::Unreachable { reason, remedy } => {
                RemoteError::Unreachable { reason: joined(reason), remedy }
            }
        })
    }

    /// Nobody can tell which of several files is the wrong one, so that all of them are asked for elsewhere.
    fn reject(&self, paths: &[String]) -> Vec<String> {
        let mut places = self.far.reject(paths);
        for path in paths {
            let Some(at) = locked(&self.served).remove(path) else { continue };
            locked(&self.rejected).insert((at, path.clone()));
            places.extend(self.near.get(at).map(|near| near.place.clone()));
        }
        places
    }
}

impl Near {
    /// A directory tells at once. A server is asked as Go asks a proxy; one that has an answer to everything, such as a
    /// page that says what is not there, holds nothing.
    async fn holds_anything(&self, http: &Http) -> bool {
        match &self.base {
            Location::File(path) => path.is_dir(),
            url @ Location::Url(_) => match proxy::read(http, &below(url, "supported"), 64, None).await {
                Ok(Body::New { bytes, .. }) => bytes.trim_ascii().is_empty(),
                _ => false,
            },
        }
    }
}

fn shown(root: &Location) -> String {
    match root {
        Location::Url(url) => address::shown(url),
        Location::File(path) => path.display().to_string(),
    }
}

/// Held for a look or a note, never while somebody is asked.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Below which directories or addresses a source may hold `sumdb/`.
fn roots(source: &SourceSpec) -> Vec<Location> {
    match source {
        SourceSpec::Mirror(base) => vec![Location::Url(base.clone())],
        SourceSpec::Directory(path) => module_roots(path).map(Location::File).into(),
        SourceSpec::File(path) => {
            let beside = path.parent();
            let above = beside.filter(|directory| directory.ends_with(proxy::DIRECTORY));
            let tree = above.and_then(|directory| directory.ancestors().nth(3));
            beside.into_iter().chain(tree).map(|path| Location::File(path.to_owned())).collect()
        }
        SourceSpec::GoDev | SourceSpec::China | SourceSpec::GoProxy => Vec::new(),
    }
}

/// `path` below a place that is either a server or a directory.
pub(crate) fn below(base: &Location, path: &str) -> Location {
    match base {
        Location::Url(base) => Location::Url(address::join(base, path)),
        Location::File(base) => Location::File(proxy::below(base.clone(), path)),
    }
}
