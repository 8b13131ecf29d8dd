//! What the sources say they have: asked side by side, and none waited for in vain once another answered.

use std::collections::BTreeMap;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use gover_core::date::Date;

use super::reach::MirrorList;
use super::{Supply, list_directory};
use crate::error::{SourceError, SourceFailure};
use crate::index::{Freshness, LoadedIndex};
use crate::proxy::{self, Listed};
use crate::releases::Releases;
use crate::settings::SourceSpec;
use crate::source::ReleaseSite;

impl Supply {
    /// Adds what the sources say, and those that failed. Returns what mirrors list, by their addresses.
    pub(super) async fn add_answers(
        &self,
        releases: &mut Releases,
        freshness: Freshness,
    ) -> BTreeMap<&str, Listed> {
        let sites = self.sites().map(|site| self.ask_site(site, freshness));
        let proxies = self.settings.sources.contains(&SourceSpec::GoProxy);
        let mirrors = self.settings.sources.iter().filter_map(|spec| match spec {
            SourceSpec::Mirror(base) => Some(self.ask_mirror(spec.label(), base, freshness)),
            _ => None,
        });
        let inquiries = sites.chain(proxies.then(|| self.ask_for_list(freshness))).chain(mirrors);
        let mut listed = BTreeMap::new();
        let mut answered = false;
        let mut answers = self.settle(inquiries.enumerate().collect(), self.has_a_directory()).await;
        answers.sort_by_key(|(at, _)| *at);
        for (_, known) in answers {
            answered |= known.is_good();
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
                Known::Mirror(mirror, list) => {
                    add_mirror(releases, mirror.label, &list);
                    listed.extend(list.listed.map(|has| (mirror.base, has)));
                }
            }
        }
        if answered {
            releases.unlisted.clear();
        }
        listed
    }

    /// Whether a directory among the sources has toolchains, which needs no waiting.
    fn has_a_directory(&self) -> bool {
        self.settings.sources.iter().any(|spec| match spec {
            SourceSpec::Directory(path) => !list_directory(path).toolchains.is_empty(),
            _ => false,
        })
    }

    fn ask_mirror<'a>(&'a self, label: String, base: &'a str, freshness: Freshness) -> Inquiry<'a> {
        let mirror = Mirror { label: label.clone(), base };
        let asked = mirror.clone();
        let question = async move {
            let list = self.listed_by_mirror(base, freshness).await;
            match &list.failure {
                Some(error) => self.judge(&asked.label, error),
                None => self.recent.remove(&asked.label),
            }
            Known::Mirror(asked, list)
        };
        self.inquiry(label, vec![base.to_owned()], Source::Mirror(mirror), Box::pin(question))
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
        question: Pin<Box<dyn Future<Output = Known<'a>> + 'a>>,
    ) -> Inquiry<'a> {
        // Who failed lately is asked, since it may be well again, but hardly waited for.
        let patience = self.patience();
        let patience = if self.recent.contains(&label) { patience / 4 } else { patience };
        Inquiry { label, places, source, patience, question }
    }

    /// All answers. As soon as one source has given one, or a directory is one `here`, those that are silent for too long
    /// are dropped; what is kept of their earlier answers stands in for them.
    async fn settle<'a>(
        &self,
        mut running: Vec<(usize, Inquiry<'a>)>,
        here: bool,
    ) -> Vec<(usize, Known<'a>)> {
        let since = Instant::now();
        let mut told = false;
        let mut known: Vec<(usize, Known<'_>)> = Vec::new();
        loop {
            let answered = here || known.iter().any(|(_, known)| known.is_good());
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
            let deadlines = running.iter().map(|(_, inquiry)| self.deadline(inquiry, since));
            let silent = running.iter().map(|(_, inquiry)| self.heard(inquiry, since) + self.patience());
            let Some(deadline) = (if answered { deadlines.min() } else { silent.max() }) else {
                return known;
            };
            if !answered && !told && deadline <= Instant::now() {
                let labels: Vec<String> = running.iter().map(|(_, inquiry)| inquiry.label.clone()).collect();
                self.tell_silence(&labels);
                told = true;
            }
            let armed = answered || !told;
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
                let due = armed && alarm.as_mut().poll(context).is_ready();
                if due || known.len() > before { Poll::Ready(()) } else { Poll::Pending }
            })
            .await;
        }
    }

    /// Until when a source is waited for if another has answered: as long as it is not silent.
    fn deadline(&self, inquiry: &Inquiry<'_>, since: Instant) -> Instant {
        self.heard(inquiry, since) + inquiry.patience
    }

    fn heard(&self, inquiry: &Inquiry<'_>, since: Instant) -> Instant {
        let heard = inquiry.places.iter().filter_map(|place| self.http.heard_at(place)).max();
        let heard = heard.max(self.http.asked_at());
        heard.map(Instant::from_std).map_or(since, |heard| heard.max(since))
    }

    fn give_up<'a>(&self, inquiry: &Inquiry<'a>) -> Known<'a> {
        self.recent.add(&inquiry.label);
        let source = inquiry.label.clone();
        let error = SourceError::silent(inquiry.patience);
        let reason = error.to_string();
        match &inquiry.source {
            Source::Proxies => {
                let failure = SourceFailure::new(source, None, &error);
                Known::List(self.proxies.kept_list(&self.cache), vec![failure])
            }
            Source::Mirror(mirror) => {
                let listed = self.kept_of_mirror(mirror.base);
                Known::Mirror(mirror.clone(), MirrorList { listed, failure: Some(error) })
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

/// Takes down what a mirror has, and what is to be told of it.
fn add_mirror(releases: &mut Releases, label: String, list: &MirrorList) {
    if let Some(listed) = &list.listed {
        releases.add_listed(listed);
    }
    match &list.failure {
        Some(error) => {
            let mut failure = SourceFailure::new(label, None, error);
            if list.listed.is_some() {
                failure.reason.push_str("; what it listed before is used");
                releases.stale.push(failure.clone());
            }
            releases.failures.push(failure);
        }
        None if list.listed.is_none() => releases.unlisted.push(label),
        None => {}
    }
}

/// A question on its way.
struct Inquiry<'a> {
    label: String,
    /// Where the source is.
    places: Vec<String>,
    source: Source<'a>,
    patience: Duration,
    question: Pin<Box<dyn Future<Output = Known<'a>> + 'a>>,
}

enum Source<'a> {
    Site(&'a ReleaseSite),
    Proxies,
    Mirror(Mirror<'a>),
}

/// A mirror that is asked.
#[derive(Clone)]
struct Mirror<'a> {
    label: String,
    base: &'a str,
}

/// An answer, or what stands in for it.
enum Known<'a> {
    Index(String, Result<LoadedIndex, SourceError>),
    List(Listed, Vec<SourceFailure>),
    Mirror(Mirror<'a>, MirrorList),
}

impl Known<'_> {
    /// Whether the source itself gave it, so that others need not be waited for.
    fn is_good(&self) -> bool {
        match self {
            Self::Index(_, index) => index.as_ref().is_ok_and(|loaded| loaded.stale.is_none()),
            Self::Mirror(_, MirrorList { listed, failure }) => listed.is_some() && failure.is_none(),
            Self::List(listed, failures) => failures.is_empty() || !listed.toolchains.is_empty(),
        }
    }
}
