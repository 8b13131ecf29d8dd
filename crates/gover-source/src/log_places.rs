//! Where the log's records may lie beside the files: in directories and flat mirrors among the sources, as `gover mirror`
//! makes them.
//!
//! Such a place is asked first, since it is near and needs no other network. It is believed no more than any other: the
//! client proves every answer by the database's key. What it lacks, or has damaged, the next place is asked for, and at last
//! the database's usual way. One that is silent holds nobody up: the next is asked beside it, and then before it.

use std::collections::{HashMap, HashSet};
use std::convert::Infallible;
use std::sync::{Mutex, MutexGuard, PoisonError};

use futures_util::FutureExt;
use tokio::sync::OnceCell;

use gover_log::{MAX_ANSWER, Remote, RemoteError};
use gover_net::{Body, Http, Question, Then};

use crate::artifact::Location;
use crate::proxy;
use crate::settings::SourceSpec;

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
    /// What is not there.
    lacking: Mutex<HashSet<(usize, String)>>,
    /// Near places that are asked last, since nothing was heard of them.
    silent: Mutex<HashSet<usize>>,
}

/// Why a place does not have it.
enum Missed {
    /// It holds nothing of this database.
    Nothing,
    /// A near one, why.
    Near(String),
    Far(RemoteError),
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
            place: root.to_string(),
            base: below(&root, &format!("sumdb/{name}")),
            holds: OnceCell::new(),
        });
        Self {
            near: near.collect(),
            far,
            http,
            served: Mutex::default(),
            rejected: Mutex::default(),
            lacking: Mutex::default(),
            silent: Mutex::default(),
        }
    }

    /// Asks near places last that failed lately.
    pub(crate) fn doubting(self, failed: impl Fn(&str) -> bool) -> Self {
        let silent = self.near.iter().enumerate().filter(|(_, near)| failed(&near.place)).map(|(at, _)| at);
        Self { silent: Mutex::new(silent.collect()), ..self }
    }

    /// The place that is asked last.
    pub(crate) fn far(&self) -> &F {
        &self.far
    }

    /// The places that hold a part of the log and not this path.
    pub(crate) fn lacking(&self, path: &str) -> Vec<String> {
        let lacking = locked(&self.lacking);
        let near = self.near.iter().enumerate();
        near.filter(|(at, _)| lacking.contains(&(*at, path.to_owned())))
            .map(|(_, near)| near.place.clone())
            .collect()
    }

    /// Whom to ask for `path`, in this order: the number of a near place, or `None` for the far one.
    fn turns(&self, path: &str) -> Vec<Option<usize>> {
        // Which head is the newest, only the database itself can know.
        if path == "/latest" {
            return vec![None];
        }
        let silent = locked(&self.silent);
        let (last, first): (Vec<_>, Vec<_>) = (0..self.near.len()).partition(|at| silent.contains(at));
        first.into_iter().map(Some).chain([None]).chain(last.into_iter().map(Some)).collect()
    }

    async fn read_near(&self, at: usize, path: &str) -> Result<Vec<u8>, Missed> {
        let near = self.near.get(at).ok_or(Missed::Nothing)?;
        let location = below(&near.base, path);
        if locked(&self.rejected).contains(&(at, path.to_owned())) {
            return Err(Missed::Near(format!("{location} is damaged")));
        }
        if !*near.holds.get_or_init(|| near.holds_anything(self.http)).await {
            return Err(Missed::Nothing);
        }
        match proxy::read(self.http, &location, MAX_ANSWER as u64, None).await {
            // An empty file is a damaged one, and told as such by whoever looks into it.
            Ok(Body::New { bytes, .. }) => Ok(bytes),
            Ok(Body::Unchanged) => Err(Missed::Near(format!("{location}: its answer makes no sense"))),
            Err(error) => {
                if error.then() == (Then::NotHere { not_found: true }) {
                    locked(&self.lacking).insert((at, path.to_owned()));
                }
                Err(Missed::Near(match location {
                    Location::File(_) => error.to_string(),
                    Location::Url(_) => format!("{location}: {error}"),
                }))
            }
        }
    }
}

impl<F: Remote> Remote for Places<'_, F> {
    async fn read(&self, path: &str) -> Result<Vec<u8>, RemoteError> {
        let turns = self.turns(path);
        let questions = turns.iter().map(|turn| {
            let near = turn.and_then(|at| self.near.get(at));
            let response = async move {
                match *turn {
                    Some(at) => self.read_near(at, path).await,
                    None => self.far.read(path).await.map_err(Missed::Far),
                }
            };
            Question {
                label: None,
                servers: near.and_then(|near| near.base.url()).cloned().into_iter().collect(),
                patience: Some(self.http.settings().patience),
                response: response.boxed_local(),
            }
        });
        let (mut reasons, mut far) = (Vec::new(), None);
        let missed = |_, missed| {
            match missed {
                Missed::Nothing => {}
                Missed::Near(reason) => reasons.push(reason),
                Missed::Far(error) => far = Some(error),
            }
            Ok::<_, Infallible>(true)
        };
        let Ok(winner) = self.http.race(questions, missed).await;
        if let Some(winner) = winner {
            let near = |at: &usize| turns.get(*at).copied().flatten();
            locked(&self.silent).extend(winner.silent.iter().filter_map(near));
            match near(&winner.number) {
                Some(at) => locked(&self.served).insert(path.to_owned(), at),
                // What comes now is no place's fault, whatever one of them had before.
                None => locked(&self.served).remove(path),
            };
            return Ok(winner.value);
        }
        locked(&self.served).remove(path);
        let mut joined = |reason: String| {
            reasons.push(reason);
            reasons.join("; ")
        };
        // The far place is always asked.
        Err(match far {
            Some(RemoteError::Unreachable { reason, remedy }) => {
                RemoteError::Unreachable { reason: joined(reason), remedy }
            }
            Some(RemoteError::NotFound { reason }) => RemoteError::NotFound { reason: joined(reason) },
            None => RemoteError::NotFound { reason: reasons.join("; ") },
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

/// Held for a look or a note, never while somebody is asked.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Below which directories or addresses a source may hold `sumdb/`.
fn roots(source: &SourceSpec) -> Vec<Location> {
    match source {
        SourceSpec::Mirror(base) => vec![Location::Url(base.clone())],
        SourceSpec::Directory(path) => proxy::module_roots(path).map(Location::File).into(),
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
        Location::Url(base) => Location::Url(base.join(path)),
        Location::File(base) => Location::File(proxy::below(base.clone(), path)),
    }
}

#[cfg(test)]
mod tests;
