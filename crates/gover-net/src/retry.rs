//! When a request is made again, and how long it waits before.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use reqwest::header::{self, HeaderMap};

use gover_core::date;

use super::{Http, HttpError, NetworkSettings, Then, text_header};

/// How often something was tried again, which decides how long the next attempt waits.
#[derive(Debug)]
pub struct Retries<'a> {
    settings: &'a NetworkSettings,
    made: u32,
}

impl Http {
    /// Makes a request, again if its error is transient. `request` gets the number of retries so
    /// far. A server that stays silent is asked twice at most.
    pub async fn retry<T>(
        &self,
        mut request: impl AsyncFnMut(u32) -> Result<T, HttpError>,
    ) -> Result<T, HttpError> {
        let mut retries = self.retries();
        loop {
            match request(retries.made).await {
                Err(error) => match error.then() {
                    Then::Retry { once } if !once || retries.made == 0 => retries.wait(error).await?,
                    _ => return Err(error),
                },
                response => return response,
            }
        }
    }

    pub fn retries(&self) -> Retries<'_> {
        Retries { settings: &self.settings, made: 0 }
    }
}

impl Retries<'_> {
    /// Waits before the next attempt: longer each time, and at least as long as the server asks.
    /// Without a retry left, or if the server asks for too long a wait, the error comes back.
    pub async fn wait(&mut self, error: HttpError) -> Result<(), HttpError> {
        let requested =
            if let HttpError::Status { wait: Some(wait), .. } = error { wait } else { Duration::ZERO };
        if self.made >= self.settings.retries || requested > self.settings.longest_wait {
            return Err(error);
        }
        let pause = jittered(self.settings.pause(self.made), random());
        self.made += 1;
        tokio::time::sleep(pause.max(requested)).await;
        Ok(())
    }

    /// Allows all retries again, after progress.
    pub fn reset(&mut self) {
        self.made = 0;
    }
}

/// What the server asks for: seconds, or a date by its own clock (RFC 9110, section 10.2.3).
pub(super) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = text_header(headers, &header::RETRY_AFTER)?;
    if let Ok(seconds) = text.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    let here = || SystemTime::now().duration_since(UNIX_EPOCH).ok().map(|since| since.as_secs());
    let now = text_header(headers, &header::DATE).and_then(|date| date::from_http(&date)).or_else(here)?;
    Some(Duration::from_secs(date::from_http(&text)?.saturating_sub(now)))
}

/// Half of a pause or more, so that clients that were cut off together do not return together.
fn jittered(pause: Duration, random: u32) -> Duration {
    pause / 2 + (pause / 2).mul_f64(f64::from(random) / f64::from(u32::MAX))
}

/// The standard library seeds its hash maps at random, which is enough to spread pauses.
fn random() -> u32 {
    u32::try_from(RandomState::new().build_hasher().finish() >> 32).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn the_wait_is_read_as_seconds_and_as_a_date_by_the_servers_clock() {
        let wait =
            |pairs: &[(&'static str, &'static str)]| retry_after(&headers(pairs)).map(|wait| wait.as_secs());
        assert_eq!(wait(&[("retry-after", "120")]), Some(120));
        let date = ("date", "Fri, 20 Nov 2026 23:59:29 GMT");
        assert_eq!(wait(&[date, ("retry-after", "Fri, 20 Nov 2026 23:59:59 GMT")]), Some(30));
        assert_eq!(wait(&[date, ("retry-after", "Fri, 20 Nov 2026 23:00:00 GMT")]), Some(0));
        // Without a date of the server's, this machine's clock counts, which is past 1994.
        assert_eq!(wait(&[("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT")]), Some(0));
        for nonsense in [&[][..], &[("retry-after", "soon")], &[("retry-after", "-1")]] {
            assert_eq!(wait(nonsense), None);
        }
    }

    #[test]
    fn pauses_are_spread_over_half_their_length() {
        let pause = Duration::from_secs(8);
        assert_eq!(jittered(pause, 0), Duration::from_secs(4));
        assert_eq!(jittered(pause, u32::MAX), pause);
        let pauses: std::collections::BTreeSet<_> = (0..32).map(|_| jittered(pause, random())).collect();
        assert!(pauses.len() > 16, "{pauses:?}");
    }
}
