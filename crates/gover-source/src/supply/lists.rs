//! Asks all sources at once for what they list. After one response, silent ones are dropped.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::future::LocalBoxFuture;
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};
use tokio::sync::watch;

use gover_core::date::Date;
use gover_net::Address;

use super::reach::MirrorList;
use super::{Supply, list_directory};
use crate::error::{OlderAnswer, SourceError, SourceFailure};
use crate::index::{Freshness, LoadedIndex};
use crate::proxy::{self, Listed};
use crate::releases::Releases;
use crate::settings::SourceSpec;
use crate::source::ReleaseSite;

impl Supply {
    /// Adds what the sources list, and which of them failed. Returns the lists of mirrors.
    pub(super) async fn add_answers(
        &self,
        releases: &mut Releases,
        freshness: Freshness,
    ) -> BTreeMap<&Address, Listed> {
        let sites = self.sites().map(|site| self.ask_site(site, freshness));
        let proxies = self.settings.sources.contains(&SourceSpec::GoProxy);
        let mirrors = self.settings.sources.iter().filter_map(|spec| match spec {
            SourceSpec::Mirror(base) => Some(self.ask_mirror(base, freshness)),
            _ => None,
        });
        let inquiries = sites.chain(proxies.then(|| self.ask_for_list(freshness))).chain(mirrors);
        let mut listed = BTreeMap::new();
        let mut answered = false;
        for known in self.collect_answers(inquiries.collect(), self.has_a_directory()).await {
            answered |= known.is_good();
            releases.is_answered |= known.is_new();
            match known {
                Known::Index(source, Ok(loaded)) => {
                    releases.add_index(&loaded.value, loaded.checked);
                    if let Some(error) = loaded.stale {
                        let used = Some(OlderAnswer::Index(Date::of(loaded.checked)));
                        releases.failures.push(SourceFailure { used, ..SourceFailure::new(source, error) });
                    }
                }
                Known::Index(source, Err(error)) => {
                    releases.failures.push(SourceFailure::new(source, error));
                }
                Known::List(listed, failures) => {
                    releases.add_listed(&listed);
                    releases.failures.extend(failures);
                }
                Known::Mirror(mirror, list) => {
                    listed.extend(list.listed.clone().map(|has| (mirror, has)));
                    add_mirror(releases, mirror, list);
                }
            }
        }
        if answered {
            releases.unlisted.clear();
        }
        listed
    }

    /// Whether any source is a directory that has toolchains, which can be listed without waiting.
    fn has_a_directory(&self) -> bool {
        self.settings.sources.iter().any(|spec| match spec {
            SourceSpec::Directory(path) => !list_directory(path).toolchains.is_empty(),
            _ => false,
        })
    }

    fn ask_mirror<'a>(&'a self, base: &'a Address, freshness: Freshness) -> Inquiry<'a> {
        let label = SourceSpec::Mirror(base.clone()).label();
        let asked = label.clone();
        let answer = async move {
            let list = self.listed_by_mirror(base, freshness).await;
            match &list.failure {
                Some(error) => self.record_failure(&asked, error),
                None => self.recent.remove(&asked),
            }
            Known::Mirror(base, list)
        };
        let stand_in = move |error| {
            let listed = self.kept_of_mirror(base);
            Known::Mirror(base, MirrorList { listed, failure: Some(error) })
        };
        self.inquiry(label, vec![base.clone()], answer, stand_in)
    }

    fn ask_site<'a>(&'a self, site: &'a ReleaseSite, freshness: Freshness) -> Inquiry<'a> {
        let answer = async move {
            let index = site.site.load(self.loader(), freshness).await;
            match &index {
                Ok(loaded) if loaded.stale.is_none() => self.recent.remove(&site.spec.label()),
                Ok(_) if !self.settings.network.offline => self.recent.add(&site.spec.label()),
                Ok(_) => {}
                Err(error) => self.record_failure(&site.spec.label(), error),
            }
            Known::Index(site.spec.clone(), index)
        };
        let stand_in = |error: SourceError| {
            let stale = Some(error.clone());
            let kept = site.site.kept(self.loader()).map(|kept| LoadedIndex { stale, ..kept });
            Known::Index(site.spec.clone(), kept.ok_or(error))
        };
        self.inquiry(site.spec.label(), vec![site.base.clone()], answer, stand_in)
    }

    fn ask_for_list(&self, freshness: Freshness) -> Inquiry<'_> {
        let failed = |error| vec![SourceFailure::new(SourceSpec::GoProxy, error)];
        let answer = async move {
            match self.proxies.list(self.loader(), freshness).await {
                Ok((listed, failures)) => {
                    let failures = failures.into_iter().map(|(entry, error)| {
                        self.record_failure(&self.proxies.label(entry), &error);
                        self.proxies.failure(entry, error)
                    });
                    Known::List(listed, failures.collect())
                }
                Err(error) => Known::List(Listed::default(), failed(error)),
            }
        };
        let stand_in = move |error| Known::List(self.proxies.kept_list(self.loader()), failed(error));
        self.inquiry(proxy::LABEL.to_owned(), self.proxies.bases(), answer, stand_in)
    }

    fn inquiry<'a>(
        &self,
        label: String,
        servers: Vec<Address>,
        answer: impl Future<Output = Known<'a>> + 'a,
        stand_in: impl FnOnce(SourceError) -> Known<'a> + 'a,
    ) -> Inquiry<'a> {
        let patience = self.patience_with(&label);
        Inquiry { label, servers, patience, answer: answer.boxed_local(), stand_in: Box::new(stand_in) }
    }

    /// Runs all inquiries and returns the results in order. Once one source has responded, or if a
    /// directory is `here`, sources that are silent for too long are dropped.
    async fn collect_answers<'a>(&self, inquiries: Vec<Inquiry<'a>>, here: bool) -> Vec<Known<'a>> {
        let made = self.clock().now();
        let answered = watch::Sender::new(here);
        let mut waiting: BTreeMap<usize, (String, Vec<Address>)> = BTreeMap::new();
        let mut running = FuturesUnordered::new();
        for (number, inquiry) in inquiries.into_iter().enumerate() {
            waiting.insert(number, (inquiry.label.clone(), inquiry.servers.clone()));
            let answer = self.answer(inquiry, made, answered.subscribe());
            running.push(answer.map(move |known| (number, known)));
        }
        let mut answers = BTreeMap::new();
        let mut told = false;
        loop {
            let servers: Vec<Address> = waiting.values().flat_map(|(_, servers)| servers.clone()).collect();
            tokio::select! {
                biased;
                next = running.next() => {
                    let Some((number, known)) = next else { return answers.into_values().collect() };
                    answered.send_modify(|answered| *answered |= known.is_good());
                    waiting.remove(&number);
                    answers.insert(number, known);
                }
                () = self.http.silence(&servers, made, self.settings.network.patience),
                    if !told && !*answered.borrow() =>
                {
                    let labels: Vec<String> = waiting.values().map(|(label, _)| label.clone()).collect();
                    self.http.tell_silence(&labels);
                    told = true;
                }
            }
        }
    }

    /// The result of `stand_in` is used if the source is silent although another has responded.
    async fn answer<'a>(
        &self,
        inquiry: Inquiry<'a>,
        made: Duration,
        mut answered: watch::Receiver<bool>,
    ) -> Known<'a> {
        let Inquiry { label, servers, patience, answer, stand_in } = inquiry;
        let silence = async {
            // This cannot fail: the sender outlives all inquiries.
            let _ = answered.wait_for(|answered| *answered).await;
            self.http.silence(&servers, made, patience).await;
        };
        tokio::select! {
            biased;
            known = answer => known,
            () = silence => {
                self.recent.add(&label);
                stand_in(SourceError::Silent { patience })
            }
        }
    }
}

fn add_mirror(releases: &mut Releases, base: &Address, list: MirrorList) {
    let source = SourceSpec::Mirror(base.clone());
    if let Some(listed) = &list.listed {
        releases.add_listed(listed);
    }
    match list.failure {
        Some(error) => {
            let used = list.listed.is_some().then_some(OlderAnswer::List);
            releases.failures.push(SourceFailure { used, ..SourceFailure::new(source, error) });
        }
        None if list.listed.is_none() => releases.unlisted.push(source.label()),
        None => {}
    }
}

struct Inquiry<'a> {
    label: String,
    servers: Vec<Address>,
    patience: Duration,
    answer: LocalBoxFuture<'a, Known<'a>>,
    /// Returns the cached result, with the error that is the reason for using it.
    stand_in: Box<dyn FnOnce(SourceError) -> Known<'a> + 'a>,
}

/// What a source lists, in a new or an earlier response.
enum Known<'a> {
    Index(SourceSpec, Result<LoadedIndex, SourceError>),
    List(Listed, Vec<SourceFailure>),
    Mirror(&'a Address, MirrorList),
}

impl Known<'_> {
    /// Whether nothing in the answer is from an earlier one.
    fn is_new(&self) -> bool {
        match self {
            Self::List(_, failures) => failures.is_empty(),
            Self::Index(..) | Self::Mirror(..) => self.is_good(),
        }
    }

    /// Whether the source has responded now, so that gover need not wait for silent sources.
    fn is_good(&self) -> bool {
        match self {
            Self::Index(_, index) => index.as_ref().is_ok_and(|loaded| loaded.stale.is_none()),
            Self::Mirror(_, MirrorList { listed, failure }) => listed.is_some() && failure.is_none(),
            Self::List(listed, failures) => failures.is_empty() || !listed.toolchains.is_empty(),
        }
    }
}
