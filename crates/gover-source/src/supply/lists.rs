//! What the sources say they have: asked side by side, and none waited for in vain once another answered.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::Supply;
use crate::date::Date;
use crate::error::{SourceError, SourceFailure};
use crate::index::{Freshness, LoadedIndex};
use crate::proxy::{self, Listed};
use crate::releases::Releases;
use crate::settings::SourceSpec;
use crate::source::ReleaseSite;

impl Supply {
    /// Adds what the sources say, and those that failed.
    pub(super) async fn add_answers(&self, releases: &mut Releases, freshness: Freshness) {
        let sites = self.sites().map(|site| self.ask_site(site, freshness));
        let proxies = self.settings.sources.contains(&SourceSpec::GoProxy);
        let inquiries = sites.chain(proxies.then(|| self.ask_for_list(freshness)));
        let mut answers = self.settle(inquiries.enumerate().collect()).await;
        answers.sort_by_key(|(at, _)| *at);
        for (_, known) in answers {
            match known {
                Known::Index(source, Ok(loaded)) => {
                    releases.add_index(&loaded.index, loaded.checked);
                    if let Some(reason) = loaded.stale {
                        let date = Date::of(loaded.checked);
                        let reason = format!("{reason}; its index of {date} is used");
                        let failure = SourceFailure { source, url: None, reason, remedy: None };
                        releases.stale.push(failure.clone());
                        releases.failures.push(failure);
                    }
                }
                Known::Index(source, Err(error)) => {
                    releases.failures.push(SourceFailure::new(source, None, &error));
                }
                Known::List(listed, failures) => {
                    releases.add_listed(&listed);
                    releases.failures.extend(failures);
                }
            }
        }
    }

    fn ask_site<'a>(&'a self, site: &'a ReleaseSite, freshness: Freshness) -> Inquiry<'a> {
        let question = async move {
            let index = site.site.load(&self.http, &self.cache, &self.table, freshness).await;
            match &index {
                Ok(loaded) if loaded.stale.is_none() => self.recent.remove(&site.label),
                Ok(_) if !self.settings.network.offline => self.recent.add(&site.label),
                Ok(_) => {}
                Err(error) => self.judge(&site.label, error),
            }
            Known::Index(site.label.clone(), index)
        };
        let label = site.label.clone();
        self.inquiry(label, vec![site.base.clone()], Source::Site(site), Box::pin(question))
    }

    fn ask_for_list(&self, freshness: Freshness) -> Inquiry<'_> {
        let question = async move {
            match self.proxies.list(&self.http, &self.cache, freshness).await {
                Ok((listed, failures)) => {
                    let told = failures.iter().map(|(entry, error)| {
                        self.judge(&self.proxies.label(entry), error);
                        self.proxies.failure(entry, error)
                    });
                    Known::List(listed, told.collect())
                }
                Err(error) => {
                    Known::List(Listed::default(), vec![SourceFailure::new(proxy::LABEL, None, &error)])
                }
            }
        };
        let places = self.proxies.bases();
        self.inquiry(proxy::LABEL.to_owned(), places, Source::Proxies, Box::pin(question))
    }

    fn inquiry<'a>(
        &self,
        label: String,
        places: Vec<String>,
        source: Source<'a>,
        question: Pin<Box<dyn Future<Output = Known> + 'a>>,
    ) -> Inquiry<'a> {
        // Who failed lately is asked, since it may be well again, but hardly waited for.
        let patience = self.patience();
        let patience = if self.recent.contains(&label) { patience / 4 } else { patience };
        Inquiry { label, places, source, patience, question }
    }

    /// All answers. As soon as one source has given one, those that are silent for too long are dropped; what is kept
    /// of their earlier answers stands in for them.
    async fn settle(&self, mut running: Vec<(usize, Inquiry<'_>)>) -> Vec<(usize, Known)> {
        let since = Instant::now();
        let mut known: Vec<(usize, Known)> = Vec::new();
        loop {
            let answered = known.iter().any(|(_, known)| known.is_good());
            if answered {
                let now = Instant::now();
                running.retain(|(at, inquiry)| {
                    let waited_for = self.deadline(inquiry, since) > now;
                    if !waited_for {
                        known.push((*at, self.give_up(inquiry)));
                    }
                    waited_for
                });
            }
            let Some(deadline) = running.iter().map(|(_, inquiry)| self.deadline(inquiry, since)).min()
            else {
                return known;
            };
            let mut alarm = Box::pin(sleep_until(deadline));
            poll_fn(|context| {
                let before = known.len();
                running.retain_mut(|(at, inquiry)| match inquiry.question.as_mut().poll(context) {
                    Poll::Ready(answer) => {
                        known.push((*at, answer));
                        false
                    }
                    Poll::Pending => true,
                });
                let due = answered && alarm.as_mut().poll(context).is_ready();
                if due || known.len() > before { Poll::Ready(()) } else { Poll::Pending }
            })
            .await;
        }
    }

    /// Until when a source is waited for if another has answered: as long as it is not silent.
    fn deadline(&self, inquiry: &Inquiry<'_>, since: Instant) -> Instant {
        let heard = inquiry.places.iter().filter_map(|place| self.http.heard_at(place)).max();
        heard.map(Instant::from_std).map_or(since, |heard| heard.max(since)) + inquiry.patience
    }

    fn give_up(&self, inquiry: &Inquiry<'_>) -> Known {
        self.recent.add(&inquiry.label);
        let source = inquiry.label.clone();
        let error = SourceError::silent(inquiry.patience);
        let reason = error.to_string();
        match inquiry.source {
            Source::Proxies => {
                let failure = SourceFailure::new(source, None, &error);
                Known::List(self.proxies.kept_list(&self.cache), vec![failure])
            }
            Source::Site(site) => Known::Index(
                source,
                match site.site.kept(&self.cache) {
                    Some(kept) => Ok(LoadedIndex { stale: Some(reason), ..kept }),
                    None => Err(error),
                },
            ),
        }
    }

    fn patience(&self) -> Duration {
        self.settings.network.patience
    }
}

/// A question on its way.
struct Inquiry<'a> {
    label: String,
    /// Where the source is.
    places: Vec<String>,
    source: Source<'a>,
    patience: Duration,
    question: Pin<Box<dyn Future<Output = Known> + 'a>>,
}

#[derive(Clone, Copy)]
enum Source<'a> {
    Site(&'a ReleaseSite),
    Proxies,
}

/// An answer, or what stands in for it.
enum Known {
    Index(String, Result<LoadedIndex, SourceError>),
    List(Listed, Vec<SourceFailure>),
}

impl Known {
    /// Whether the source itself gave it, so that others need not be waited for.
    fn is_good(&self) -> bool {
        match self {
            Self::Index(_, index) => index.as_ref().is_ok_and(|loaded| loaded.stale.is_none()),
            Self::List(listed, failures) => failures.is_empty() || !listed.toolchains.is_empty(),
        }
    }
}
