//! How many small answers are fetched from one server at a time.
//!
//! Where each request needs a connection of its own, many at once overrun small servers: one that keeps five waiting, as
//! Python's `http.server` does, drops the sixth, and the system tries it again only after a second.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use reqwest::Version;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::address::Origin;

/// A bound for each server, until it turns out to take many requests over one connection.
#[derive(Debug, Default)]
pub(super) struct Lanes(Mutex<BTreeMap<Origin, Arc<Semaphore>>>);

impl Lanes {
    /// Waits until one more request may go to a server, and holds its place until it is dropped.
    pub(super) async fn enter(&self, origin: &Origin) -> Option<OwnedSemaphorePermit> {
        // It is never closed, so that there is always a place some day.
        self.of(origin).acquire_owned().await.ok()
    }

    /// Learns from an answer of a server in which version of HTTP it speaks.
    pub(super) fn saw(&self, origin: &Origin, version: Version) {
        let lanes = self.of(origin);
        if version == Version::HTTP_2 && lanes.available_permits() <= CONNECTIONS {
            lanes.add_permits(UNBOUNDED);
        }
    }

    fn of(&self, origin: &Origin) -> Arc<Semaphore> {
        let mut lanes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let lane = lanes.entry(origin.clone()).or_insert_with(|| Arc::new(Semaphore::new(CONNECTIONS)));
        Arc::clone(lane)
    }
}

/// As many connections as downloads use.
const CONNECTIONS: usize = 4;

/// More than are ever asked for at once, and few enough to be added more than once.
const UNBOUNDED: usize = 1 << 20;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::Address;

    #[tokio::test]
    async fn a_server_that_takes_many_requests_over_one_connection_is_asked_without_a_bound() {
        let [a, b] =
            ["https://a.example", "https://b.example"].map(|url| Address::parse(url).unwrap().origin());
        let lanes = Lanes::default();
        let mut places = Vec::new();
        for _ in 0..CONNECTIONS {
            places.push(lanes.enter(&a).await);
        }
        lanes.saw(&a, Version::HTTP_11);
        let waits = tokio::time::timeout(std::time::Duration::ZERO, lanes.enter(&a));
        assert!(waits.await.is_err());
        assert!(lanes.enter(&b).await.is_some(), "each server has its own");
        // Who waits already goes on, too.
        let (place, ()) = tokio::join!(lanes.enter(&a), async {
            lanes.saw(&a, Version::HTTP_2);
        });
        assert!(place.is_some());
    }
}
