//! The parts of the log in directories and mirrors that `gover mirror` makes.
//!
//! Mirrors are read first, since they are near and may need no network. They are trusted no more
//! than the database: the client proves every response with the database's key. What a mirror lacks
//! or has damaged is read from the next one, and finally from the database. If a mirror is silent,
//! the next is asked in parallel, and the silent one is asked last from then on.

use std::collections::{HashMap, HashSet};
use std::convert::Infallible;
use std::sync::Mutex;

use futures_util::FutureExt;
use tokio::sync::OnceCell;

use gover_core::sync::locked;
use gover_log::{LogMirror, MAX_ANSWER, Remote, RemoteError};
use gover_net::{Http, Question};

use crate::artifact::Location;
use crate::proxy;
use crate::settings::SourceSpec;

#[derive(Debug)]
pub(crate) struct LogMirrors<'a, F> {
    near: Vec<Candidate>,
    far: F,
    http: &'a Http,
    /// Which mirror served which path.
    served: Mutex<HashMap<String, usize>>,
    /// Paths that a mirror has damaged; they are not read there again.
    rejected: Mutex<HashSet<(usize, String)>>,
    /// Paths that a mirror does not have.
    lacking: Mutex<HashSet<(usize, String)>>,
    /// Mirrors that are asked last, because they were silent.
    silent: Mutex<HashSet<usize>>,
}

enum LogMiss {
    /// It has no part of this database.
    Nothing,
    Mirror(String),
    Database(RemoteError),
}

/// A mirror that may have `sumdb/NAME/`.
#[derive(Debug)]
struct Candidate {
    mirror: LogMirror,
    base: Location,
    holds: OnceCell<bool>,
}

impl<'a, F: Remote> LogMirrors<'a, F> {
    /// The mirrors among `sources` that may hold records of the database `name`, then `far`.
    pub(crate) fn new(sources: &[SourceSpec], name: &str, far: F, http: &'a Http) -> Self {
        let near = sources.iter().flat_map(roots).map(|root| Candidate {
            mirror: mirror_at(&root),
            base: root.below(&proxy::relay_path(name)),
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

    /// Asks mirrors that failed lately last.
    pub(crate) fn doubting(self, failed: impl Fn(&LogMirror) -> bool) -> Self {
        let silent = self.near.iter().enumerate().filter(|(_, near)| failed(&near.mirror)).map(|(at, _)| at);
        Self { silent: Mutex::new(silent.collect()), ..self }
    }

    pub(crate) fn far(&self) -> &F {
        &self.far
    }

    /// The mirrors that have a part of the log but not this path.
    pub(crate) fn lacking(&self, path: &str) -> Vec<LogMirror> {
        let lacking = locked(&self.lacking);
        let near = self.near.iter().enumerate();
        near.filter(|(at, _)| lacking.contains(&(*at, path.to_owned())))
            .map(|(_, near)| near.mirror.clone())
            .collect()
    }

    /// The order in which `path` is read: the index of a mirror, or `None` for the database.
    fn turns(&self, path: &str) -> Vec<Option<usize>> {
        // Only the database itself knows the newest head.
        if path == "/latest" {
            return vec![None];
        }
        let silent = locked(&self.silent);
        let (last, first): (Vec<_>, Vec<_>) = (0..self.near.len()).partition(|at| silent.contains(at));
        first.into_iter().map(Some).chain([None]).chain(last.into_iter().map(Some)).collect()
    }

    async fn read_near(&self, at: usize, path: &str) -> Result<Vec<u8>, LogMiss> {
        let near = self.near.get(at).ok_or(LogMiss::Nothing)?;
        let location = near.base.below(path);
        if locked(&self.rejected).contains(&(at, path.to_owned())) {
            return Err(LogMiss::Mirror(format!("{location} is damaged")));
        }
        if !*near.holds.get_or_init(|| near.holds_anything(self.http)).await {
            return Err(LogMiss::Nothing);
        }
        match proxy::read_new(self.http, &location, MAX_ANSWER as u64).await {
            // The caller reports an empty file as damaged.
            Ok(bytes) => Ok(bytes),
            Err(error) => {
                if error.is_not_found() {
                    locked(&self.lacking).insert((at, path.to_owned()));
                }
                Err(LogMiss::Mirror(match location {
                    Location::File(_) => error.to_string(),
                    Location::Url(_) => format!("{location}: {error}"),
                }))
            }
        }
    }
}

impl<F: Remote> Remote for LogMirrors<'_, F> {
    async fn read(&self, path: &str) -> Result<Vec<u8>, RemoteError> {
        let turns = self.turns(path);
        let questions = turns.iter().map(|turn| {
            let near = turn.and_then(|at| self.near.get(at));
            let response = async move {
                match *turn {
                    Some(at) => self.read_near(at, path).await,
                    None => self.far.read(path).await.map_err(LogMiss::Database),
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
                LogMiss::Nothing => {}
                LogMiss::Mirror(reason) => reasons.push(reason),
                LogMiss::Database(error) => far = Some(error),
            }
            Ok::<_, Infallible>(true)
        };
        let Ok(winner) = self.http.race(questions, missed).await;
        if let Some(winner) = winner {
            let near = |at: &usize| turns.get(*at).copied().flatten();
            locked(&self.silent).extend(winner.silent.iter().filter_map(near));
            match near(&winner.number) {
                Some(at) => locked(&self.served).insert(path.to_owned(), at),
                // This response is from the database, so no mirror is to blame for it.
                None => locked(&self.served).remove(path),
            };
            return Ok(winner.value);
        }
        locked(&self.served).remove(path);
        let mut joined = |reason: String| {
            reasons.push(reason);
            reasons.join("; ")
        };
        // The database is always asked.
        Err(match far {
            Some(RemoteError::Unreachable { reason, remedy }) => {
                RemoteError::Unreachable { reason: joined(reason), remedy }
            }
            Some(RemoteError::NotFound { reason }) => RemoteError::NotFound { reason: joined(reason) },
            None => RemoteError::NotFound { reason: reasons.join("; ") },
        })
    }

    /// Any of the files may be the wrong one, so all of them are read elsewhere.
    fn reject(&self, paths: &[String]) -> Vec<LogMirror> {
        let mut places = self.far.reject(paths);
        for path in paths {
            let Some(at) = locked(&self.served).remove(path) else { continue };
            locked(&self.rejected).insert((at, path.clone()));
            places.extend(self.near.get(at).map(|near| near.mirror.clone()));
        }
        places
    }
}

impl Candidate {
    /// Asks as Go asks a proxy. A server that has a page for everything has no part of the log.
    async fn holds_anything(&self, http: &Http) -> bool {
        match &self.base {
            Location::File(path) => path.is_dir(),
            url @ Location::Url(_) => {
                let supported = proxy::read_new(http, &url.below(proxy::SUPPORTED), 64).await;
                supported.is_ok_and(|bytes| bytes.trim_ascii().is_empty())
            }
        }
    }
}

pub(crate) fn mirror_at(location: &Location) -> LogMirror {
    match location {
        Location::Url(address) => LogMirror::Server(address.clone()),
        Location::File(path) => LogMirror::Directory(path.clone()),
    }
}

/// The directories or addresses below which a source may have `sumdb/`.
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
        SourceSpec::GoDev | SourceSpec::Site(_) | SourceSpec::China | SourceSpec::GoProxy => Vec::new(),
    }
}

#[cfg(test)]
mod tests;
