//! Who asks: credentials for addresses of https, come by as the go command comes by them (`cmd/go/internal/auth`,
//! `go help goauth`).
//!
//! `GOAUTH` lists the ways: `netrc` (the default), `off`, `git DIR`, or a program that prints headers. All are asked
//! before the first request, and those that can tell more about one address again when a server refuses it. What they
//! give belongs to an address and what is below it; the longest match counts. Nothing of it is shown or kept on disk.

mod method;
mod netrc;
mod prompt;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use reqwest::Url;
use reqwest::header::HeaderMap;
use thiserror::Error;
use tokio::sync::OwnedMutexGuard;

use crate::clock::Clock;
use crate::settings::NetworkSettings;
use method::{Answer, Method, Set};
use prompt::Prompts;

/// What is known of who asks, and how more is learned.
#[derive(Debug)]
pub(crate) struct Credentials {
    methods: Result<Vec<Method>, AuthError>,
    /// Whether every way was asked in general.
    asked: AtomicBool,
    known: Mutex<Known>,
    /// Held while ways are asked, so that nobody is prompted twice at once.
    asking: Arc<tokio::sync::Mutex<()>>,
    prompts: Prompts,
}

#[derive(Default)]
struct Known {
    /// Headers by address without its scheme.
    headers: BTreeMap<String, HeaderMap>,
    /// Why ways gave nothing.
    failures: Vec<AuthError>,
    /// Addresses about which nothing new is to be learned.
    exhausted: BTreeSet<String>,
}

/// Why a way to credentials leads nowhere. Arguments of programs are not shown, since they may be secrets.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum AuthError {
    /// A list with an empty entry.
    #[error("GOAUTH has an empty entry")]
    Empty,
    /// `off` beside something else.
    #[error("GOAUTH=off cannot be combined with other methods")]
    OffAndMore,
    /// `git` without the directory that it works in.
    #[error("GOAUTH=git needs the absolute path of a directory")]
    GitDirectory,
    /// A quote that does not end.
    #[error("GOAUTH has an unclosed quote")]
    Quote,
    /// A file that cannot be read.
    #[error("cannot read `{path}`: {reason}")]
    File {
        /// Its path.
        path: String,
        /// In a few words.
        reason: String,
    },
    /// A program that did not start, or failed.
    #[error("`{program}` in GOAUTH failed: {reason}")]
    Program {
        /// Its name.
        program: String,
        /// In a few words.
        reason: String,
    },
}

impl Credentials {
    /// Asks nobody yet.
    pub(crate) fn new(settings: &NetworkSettings) -> Self {
        Self {
            methods: Method::parse_list(&settings.authentication),
            prompts: Prompts::new(settings),
            asked: AtomicBool::new(false),
            known: Mutex::default(),
            asking: Arc::default(),
        }
    }

    /// What goes with a request for `url`; nothing for an address that holds a user itself.
    pub(crate) async fn for_url(self: &Arc<Self>, url: &Url) -> Result<HeaderMap, AuthError> {
        if url.scheme() != "https" || holds_user(url) {
            return Ok(HeaderMap::new());
        }
        self.methods.as_ref().map_err(Clone::clone)?;
        if !self.is_asked() {
            let asking = Arc::clone(&self.asking).lock_owned().await;
            if !self.is_asked() {
                self.ask(None, asking).await;
            }
        }
        Ok(self.find(url))
    }

    /// Asks the ways that can tell more about one address, after a server answered a request for it, with which `sent`
    /// went, with `head`. `None` if there are no such ways; then nothing has changed. What was learned meanwhile, for
    /// another request, is taken without asking again.
    pub(crate) async fn ask_about(
        self: &Arc<Self>,
        url: &Url,
        head: &str,
        sent: &HeaderMap,
    ) -> Option<Fresh> {
        let methods = self.methods.as_ref().ok()?;
        if url.scheme() != "https" || holds_user(url) || !methods.iter().any(Method::knows_more) {
            return None;
        }
        let asking = Arc::clone(&self.asking).lock_owned().await;
        let learned = self.find(url);
        if learned != *sent {
            return Some(Fresh { headers: learned, from_git: Vec::new() });
        }
        if self.known().exhausted.contains(url.as_str()) {
            return None;
        }
        let from_git = self.ask(Some((url.to_string(), head.to_owned())), asking).await;
        let headers = self.find(url);
        if headers == *sent {
            self.known().exhausted.insert(url.to_string());
        }
        Some(Fresh { headers, from_git })
    }

    /// Stands still while a program is asked.
    pub(crate) fn clock(&self) -> &Clock {
        &self.prompts.clock
    }

    /// Asks every way, in general or about an address, and learns what it says; returns what git printed. This goes on
    /// when nobody waits for the answer any more: a person may be typing it, and must not be asked for it again.
    async fn ask(
        self: &Arc<Self>,
        about: Option<(String, String)>,
        asking: OwnedMutexGuard<()>,
    ) -> Vec<(Method, Vec<u8>)> {
        let own = Arc::clone(self);
        let asked = tokio::spawn(async move {
            let _asking = asking;
            let about = about.as_ref().map(|(url, head)| (url.as_str(), head.as_str()));
            let mut from_git = Vec::new();
            // In reverse order, so that what the first way says stays.
            for method in own.methods.iter().flatten().rev() {
                let answer = method.ask(about, &own.prompts).await;
                if let Ok(Answer { of_git: Some(of_git), .. }) = &answer {
                    from_git.push((method.clone(), of_git.clone()));
                }
                own.learn(answer);
            }
            if about.is_none() {
                own.asked.store(true, Ordering::Release);
            }
            from_git
        });
        // It is never ended before its end, other than with all that waits.
        asked.await.unwrap_or_default()
    }

    fn is_asked(&self) -> bool {
        self.asked.load(Ordering::Acquire)
    }

    /// Why ways gave nothing, in one line; `None` if none failed.
    pub(crate) fn failure(&self) -> Option<AuthError> {
        self.known().failures.first().cloned()
    }

    fn learn(&self, answer: Result<Answer, AuthError>) {
        let mut known = self.known();
        match answer {
            Ok(answer) => {
                for Set { prefix, headers } in answer.sets {
                    let prefix = normal(&prefix);
                    if headers.is_empty() {
                        known.headers.remove(&prefix);
                    } else {
                        known.headers.insert(prefix, headers);
                    }
                }
            }
            Err(error) if known.failures.contains(&error) => {}
            Err(error) => known.failures.push(error),
        }
    }

    /// The headers of the longest known address that `url` is, or is below.
    fn find(&self, url: &Url) -> HeaderMap {
        let known = self.known();
        let address = normal(url.as_str());
        let mut prefix = address.as_str();
        loop {
            if let Some(headers) = known.headers.get(prefix) {
                return headers.clone();
            }
            match prefix.rsplit_once('/') {
                Some((shorter, _)) => prefix = shorter,
                None => return HeaderMap::new(),
            }
        }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Known {
    /// Without the headers.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Known").field("failures", &self.failures).finish_non_exhaustive()
    }
}

/// What was learned about one address.
pub(crate) struct Fresh {
    /// What goes with the next request.
    pub headers: HeaderMap,
    from_git: Vec<(Method, Vec<u8>)>,
}

impl Fresh {
    /// Tells git's helpers whether the server took what they gave, so that they keep it or ask anew.
    pub(crate) async fn judge(self, status: u16) {
        let verdict = match status {
            200..=399 => "approve",
            401 => "reject",
            // Anything else says nothing about the password.
            _ => return,
        };
        for (method, output) in self.from_git {
            method.tell_git(verdict, output).await;
        }
    }
}

fn holds_user(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}

/// An address without its scheme and last slash; hosts are alike in any case.
fn normal(address: &str) -> String {
    let address = address.strip_prefix("https://").unwrap_or(address);
    let address = address.strip_suffix('/').unwrap_or(address);
    let (host, path) = address.split_at(address.find('/').unwrap_or(address.len()));
    format!("{}{path}", host.to_ascii_lowercase())
}
