//! How many small files are fetched from one server at a time.
//!
//! If each request needs its own connection, many at once overload small servers. Python's
//! `http.server` has a backlog of five connections: the sixth is retried only after a second.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use gover_core::sync::locked;
use reqwest::Version;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::address::Origin;

/// Limits the requests to each server, unless it supports HTTP/2.
#[derive(Debug, Default)]
pub(super) struct PerHostLimit(Mutex<BTreeMap<Origin, Arc<Semaphore>>>);

impl PerHostLimit {
    /// Waits until one more request may go to a server. The permit counts until it is dropped.
    pub(super) async fn enter(&self, origin: &Origin) -> Option<OwnedSemaphorePermit> {
        // The semaphore is never closed, so there is no error.
        self.of(origin).acquire_owned().await.ok()
    }

    /// Lifts the limit if a response of the server shows that it supports HTTP/2.
    pub(super) fn note_version(&self, origin: &Origin, version: Version) {
        let semaphore = self.of(origin);
        if version == Version::HTTP_2 && semaphore.available_permits() <= CONNECTIONS {
            semaphore.add_permits(UNBOUNDED);
        }
    }

    fn of(&self, origin: &Origin) -> Arc<Semaphore> {
        let mut hosts = locked(&self.0);
        let semaphore = hosts.entry(origin.clone()).or_insert_with(|| Arc::new(Semaphore::new(CONNECTIONS)));
        Arc::clone(semaphore)
    }
}

/// As many as a download uses.
const CONNECTIONS: usize = 4;

/// More than all requests at once, and small enough that a semaphore accepts it several times.
const UNBOUNDED: usize = 1 << 20;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::Address;

    #[tokio::test]
    async fn a_server_that_takes_many_requests_over_one_connection_is_asked_without_a_bound() {
        let [a, b] =
            ["https://a.example", "https://b.example"].map(|url| Address::parse(url).unwrap().origin());
        let limit = PerHostLimit::default();
        let mut places = Vec::new();
        for _ in 0..CONNECTIONS {
            places.push(limit.enter(&a).await);
        }
        limit.note_version(&a, Version::HTTP_11);
        let waits = tokio::time::timeout(std::time::Duration::ZERO, limit.enter(&a));
        assert!(waits.await.is_err());
        assert!(limit.enter(&b).await.is_some(), "each server has its own");
        // A request that already waits goes on too.
        let (place, ()) = tokio::join!(limit.enter(&a), async {
            limit.note_version(&a, Version::HTTP_2);
        });
        assert!(place.is_some());
    }
}
