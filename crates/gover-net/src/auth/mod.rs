//! Finds credentials for https as cmd/go does (`cmd/go/internal/auth`, `go help goauth`).
//!
//! `GOAUTH` lists methods: `netrc` (the default), `off`, `git DIR`, or a program that prints
//! headers. All run before the first request. If a server refuses a request, those that can know
//! more about its address run again. Credentials apply to an address and all addresses below it;
//! the longest match wins. They are never shown or stored on disk.

mod method;
mod netrc;
mod prompt;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use reqwest::Url;
use reqwest::header::HeaderMap;
use thiserror::Error;
use tokio::sync::OwnedMutexGuard;

use gover_core::sync::locked;

use crate::clock::Clock;
use crate::settings::NetworkSettings;
use method::{Answer, Method, Set};
use prompt::Prompts;

/// The servers that a netrc file has a user and a password for. Its secrets are not returned.
pub fn netrc_machines(text: &str) -> Vec<String> {
    netrc::parse(text).into_iter().map(|login| login.machine).collect()
}

/// The known credentials, and the methods that find more.
#[derive(Debug)]
pub(crate) struct Credentials {
    methods: Result<Vec<Method>, AuthError>,
    /// Whether every method has run without an address.
    asked: AtomicBool,
    known: Mutex<Known>,
    /// Held while methods run, so that two prompts never appear at once.
    asking: Arc<tokio::sync::Mutex<()>>,
    prompts: Prompts,
}

#[derive(Default)]
struct Known {
    /// Headers by address without its scheme.
    headers: BTreeMap<String, HeaderMap>,
    failures: Vec<AuthError>,
    /// Addresses for which the methods have nothing new.
    exhausted: BTreeSet<String>,
}

/// Why a method of GOAUTH failed. Arguments of programs are not shown, since they may be secrets.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum AuthError {
    #[error("GOAUTH has an empty entry")]
    Empty,
    #[error("GOAUTH=off cannot be combined with other methods")]
    OffAndMore,
    #[error("GOAUTH=git needs the absolute path of a directory")]
    GitDirectory,
    #[error("GOAUTH has an unclosed quote")]
    Quote,
    #[error("cannot read `{path}`: {reason}")]
    File { path: String, reason: String },
    #[error("`{program}` in GOAUTH failed: {reason}")]
    Program { program: String, reason: String },
}

impl Credentials {
    /// Runs no method yet.
    pub(crate) fn new(settings: &NetworkSettings) -> Self {
        Self {
            methods: Method::parse_list(&settings.authentication),
            prompts: Prompts::new(settings),
            asked: AtomicBool::new(false),
            known: Mutex::default(),
            asking: Arc::default(),
        }
    }

    /// The headers for a request; none for an address that contains a user itself.
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

    /// Runs the methods that can know more about one address, after its server refused a request
    /// with the headers `sent`. `head` is the head of the response. `None` if no method can know
    /// more. What another request has found meanwhile is used without running them again.
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
        if locked(&self.known).exhausted.contains(url.as_str()) {
            return None;
        }
        let from_git = self.ask(Some((url.to_string(), head.to_owned())), asking).await;
        let headers = self.find(url);
        if headers == *sent {
            locked(&self.known).exhausted.insert(url.to_string());
        }
        Some(Fresh { headers, from_git })
    }

    /// The clock that stops while a program runs.
    pub(crate) fn clock(&self) -> &Clock {
        &self.prompts.clock
    }

    /// Runs every method, with or without an address, and keeps what it finds. Returns what git
    /// printed. It continues if the caller is dropped: the user may be typing a password.
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
            // In reverse order, so that the first method takes precedence.
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
        // The task is cancelled only when the whole runtime ends.
        asked.await.unwrap_or_default()
    }

    fn is_asked(&self) -> bool {
        self.asked.load(Ordering::Acquire)
    }

    /// The error of the first method that failed.
    pub(crate) fn failure(&self) -> Option<AuthError> {
        locked(&self.known).failures.first().cloned()
    }

    fn learn(&self, answer: Result<Answer, AuthError>) {
        let mut known = locked(&self.known);
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

    /// The headers of the longest known address that is `url` or a parent of it.
    fn find(&self, url: &Url) -> HeaderMap {
        let known = locked(&self.known);
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
}

impl std::fmt::Debug for Known {
    /// Without the headers, which are secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Known").field("failures", &self.failures).finish_non_exhaustive()
    }
}

/// What the methods found for one address.
pub(crate) struct Fresh {
    pub headers: HeaderMap,
    from_git: Vec<(Method, Vec<u8>)>,
}

impl Fresh {
    /// Tells git's helpers whether to keep or forget the credentials.
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

/// An address without scheme and last slash, and with the host in lower case.
fn normal(address: &str) -> String {
    let address = address.strip_prefix("https://").unwrap_or(address);
    let address = address.strip_suffix('/').unwrap_or(address);
    let (host, path) = address.split_at(address.find('/').unwrap_or(address.len()));
    format!("{}{path}", host.to_ascii_lowercase())
}
