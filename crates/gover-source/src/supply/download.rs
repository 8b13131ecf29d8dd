//! One download: the sources asked in order, the next beside one that is silent; the first that answers serves.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use gover_net::Waiting;
use gover_net::address;
use gover_net::race::{Answer, Patience, Question, race};

use super::{Download, Supply};
use crate::artifact::{Artifact, Wanted};
use crate::error::{IntegrityError, Obstacle, SourceError, SourceFailure, SupplyError};
use crate::proxy::{self, Candidate};
use crate::settings::SourceSpec;
use crate::source::Flat;
use crate::transfer::{Observer, Opening, Sink, TransferError, open, transfer};

impl Supply {
    /// Downloads `wanted` from the first source that has it. A source that fails is reported to `observer` and the
    /// next one tried; beside one that is silent the next is asked, and the first to answer serves. A contradiction
    /// between what is known and what comes stops at once. What arrived is *not* verified: the caller compares it with
    /// the artifact's proof.
    pub async fn download(
        &self,
        wanted: &Wanted,
        sink: &mut dyn Sink,
        observer: &dyn Observer,
    ) -> Result<Download, SupplyError> {
        let report = Report::new(observer);
        let mut turns = self.turns();
        while let Some((at, ready)) = self.first_answer(&mut turns, wanted, &*sink, &report).await? {
            let Ready { artifact, opening, entry } = ready;
            match transfer(&self.http, &artifact, opening, sink, observer).await {
                Ok(bytes) => {
                    self.recent.remove(&turns[at].spec.label());
                    return Ok(Download { artifact, bytes, failures: report.failures.into_inner() });
                }
                Err(TransferError::Sink(source)) => {
                    return Err(SupplyError::Write { file_name: artifact.file_name, source });
                }
                Err(TransferError::Source(SourceError::Integrity(error))) => return Err(error.into()),
                Err(TransferError::Source(error)) => {
                    let turn = turns.remove(at);
                    if let Some(rest) = self.broke_off(turn, entry, &error, &report) {
                        turns.insert(0, rest);
                    }
                }
            }
        }
        let failures = report.failures.into_inner();
        let wanted = wanted.clone();
        Err(if report.all_answered.get() {
            SupplyError::Unknown { wanted, failures }
        } else {
            let obstacle = self.obstacle(report.own_server.get() && !report.beyond.get());
            SupplyError::Unreachable { wanted, failures, obstacle }
        })
    }

    /// Downloads one known file, and asks no other source: for a build of the user's own.
    pub async fn fetch(
        &self,
        artifact: &Artifact,
        sink: &mut dyn Sink,
        observer: &dyn Observer,
    ) -> Result<u64, SupplyError> {
        let opening: Question<'_, Opening, SourceError> = Box::pin(open(&self.http, artifact, &*sink));
        let opening = self.alone(opening, artifact).await;
        let result = match opening {
            Ok(opening) => transfer(&self.http, artifact, opening, sink, observer).await,
            Err(error) => Err(TransferError::Source(error)),
        };
        let error = match result {
            Ok(bytes) => return Ok(bytes),
            Err(TransferError::Source(SourceError::Integrity(error))) => return Err(error.into()),
            Err(TransferError::Source(error)) => error,
            Err(TransferError::Sink(source)) => {
                return Err(SupplyError::Write { file_name: artifact.file_name.clone(), source });
            }
        };
        let url = Some(artifact.location.to_string());
        let failure = SourceFailure::new(&artifact.source, url, &error);
        Err(SupplyError::Unreachable {
            wanted: artifact.wanted.clone(),
            failures: vec![failure],
            obstacle: self.obstacle(address::is_local(&artifact.location.to_string())),
        })
    }

    fn obstacle(&self, own_server: bool) -> Obstacle {
        match &self.settings.network {
            network if network.offline => Obstacle::Offline { hint: network.offline_hint() },
            _ if own_server => Obstacle::OwnServer,
            _ => Obstacle::Network,
        }
    }

    /// The answer of a place that is the only one, which is waited for and told as silent.
    async fn alone<T>(
        &self,
        question: Question<'_, T, SourceError>,
        artifact: &Artifact,
    ) -> Result<T, SourceError> {
        let silence = self.settings.network.patience;
        let places = [artifact.location.to_string()];
        let quiet = |_| self.http.are_quiet(&places);
        let all_silent = |_: Vec<usize>| self.tell_silence(std::slice::from_ref(&artifact.source));
        let patience = Patience { silence, wait: |_| Some(silence), quiet, all_silent };
        let answer = race([question], patience, |_, error| Err::<bool, _>(error)).await?;
        // The only question was answered, or its error returned.
        answer.map(|answer| answer.value).ok_or_else(|| SourceError::silent(silence))
    }

    /// Tells that nothing is heard of any source.
    pub(super) fn tell_silence(&self, labels: &[String]) {
        let network = &self.settings.network;
        network.notice.tell(&Waiting::Sources { labels, silence: network.patience });
    }

    /// The sources in the order in which they are asked: those that failed lately come last.
    fn turns(&self) -> Vec<Turn<'_>> {
        let mut turns: Vec<Turn<'_>> =
            self.settings.sources.iter().map(|spec| Turn { spec, skip: 0 }).collect();
        turns.sort_by_key(|turn| self.recent.contains(&turn.spec.label()));
        turns
    }

    /// The first source that answers, by its place among `turns`, from which those that failed are gone. Those that
    /// stayed silent meanwhile are told, and come last should the one that answered fail.
    async fn first_answer(
        &self,
        turns: &mut Vec<Turn<'_>>,
        wanted: &Wanted,
        sink: &dyn Sink,
        report: &Report<'_>,
    ) -> Result<Option<(usize, Ready)>, SupplyError> {
        let silence = self.settings.network.patience;
        let places: Vec<Vec<String>> = turns.iter().map(|turn| self.places(turn.spec)).collect();
        let quiet = |at: usize| places.get(at).is_none_or(|places| self.http.are_quiet(places));
        let all_silent = |running: Vec<usize>| {
            let turns = running.iter().filter_map(|at| turns.get(*at));
            let labels: Vec<String> = turns.map(|turn| turn.spec.label()).collect();
            self.tell_silence(&labels);
        };
        let patience = Patience { silence, wait: |_| Some(silence), quiet, all_silent };
        let questions = turns.iter().map(|turn| {
            let question: Question<'_, Ready, Refusal> = Box::pin(self.ask(*turn, wanted, sink, report));
            question
        });
        // What was refused is told already; a fraud ends the race.
        let goes_on = |_, refusal| match refusal {
            Refusal::Told => Ok(true),
            Refusal::Integrity(error) => Err(error),
        };
        let answer = race(questions, patience, goes_on).await;
        // Who is being asked for the password of a source that was too slow answers in peace.
        self.http.until_unasked().await;
        let Some(answer) = answer? else { return Ok(None) };
        let mut order: Vec<usize> = (0..turns.len()).filter(|at| !answer.failed.contains(at)).collect();
        order.sort_by_key(|at| answer.silent.contains(at));
        for turn in answer.silent.iter().filter_map(|at| turns.get(*at)) {
            let source = turn.spec.label();
            self.recent.add(&source);
            let error = SourceError::silent(silence);
            report.meets(&self.places(turn.spec), &error);
            report.failed(SourceFailure::new(source, None, &error));
        }
        let place = order.iter().position(|at| *at == answer.from);
        *turns = order.into_iter().filter_map(|at| turns.get(at).copied()).collect();
        Ok(place.map(|place| (place, answer.value)))
    }

    /// Asks one source.
    async fn ask(
        &self,
        turn: Turn<'_>,
        wanted: &Wanted,
        sink: &dyn Sink,
        report: &Report<'_>,
    ) -> Result<Ready, Refusal> {
        let knowledge = self.knowledge();
        let artifact = match turn.spec {
            SourceSpec::GoProxy => return self.ask_proxies(turn.skip, wanted, sink, report).await,
            SourceSpec::GoDev => self.godev.artifact(wanted, knowledge).await,
            SourceSpec::China => self.china.artifact(wanted, knowledge).await,
            SourceSpec::Mirror(base) => Flat::Mirror(base).artifact(wanted, knowledge).await,
            SourceSpec::File(path) => self.file_artifact(path, wanted).await,
            SourceSpec::Directory(path) => Flat::Directory(path).artifact(wanted, knowledge).await,
        };
        let opened = match (turn.spec, self.open(artifact, sink).await) {
            (SourceSpec::Mirror(base), Err(error)) => self.open_module(base, wanted, sink, error).await,
            (_, opened) => opened,
        };
        opened.map_err(|error| {
            let source = turn.spec.label();
            self.judge(&source, &error);
            report.meets(&self.places(turn.spec), &error);
            report.refused(SourceFailure::new(source, None, &error), error)
        })
    }

    /// Asks the entries of GOPROXY, as Go does; only an entry followed by `|` may be passed by while it is silent.
    async fn ask_proxies(
        &self,
        skip: usize,
        wanted: &Wanted,
        sink: &dyn Sink,
        report: &Report<'_>,
    ) -> Result<Ready, Refusal> {
        let candidates = self
            .proxies
            .candidates(wanted)
            .map_err(|error| report.refused(SourceFailure::new(proxy::LABEL, None, &error), error))?;
        let candidates = candidates.get(skip..).unwrap_or_default();
        let silence = self.settings.network.patience;
        let failed = |candidate: &Candidate<'_>| self.recent.contains(&self.proxies.label(candidate.entry));
        let wait = |at: usize| {
            let candidate = candidates.get(at).filter(|candidate| candidate.entry.any_failure_goes_on)?;
            Some(if failed(candidate) { Duration::ZERO } else { silence })
        };
        let questions = candidates.iter().map(|candidate| {
            let question: Question<'_, Ready, SourceError> =
                Box::pin(self.open(candidate.artifact.clone(), sink));
            question
        });
        let mut lasting = false;
        let goes_on = |at: usize, error: SourceError| {
            let Some(candidate) = candidates.get(at) else { return Ok(false) };
            lasting |= error.is_lasting();
            self.judge(&self.proxies.label(candidate.entry), &error);
            report.meets(self.proxies.base(candidate.entry).as_slice(), &error);
            let goes_on = candidate.entry.any_failure_goes_on || error.is_not_found();
            match report.refused(self.proxies.failure(candidate.entry, &error), error) {
                Refusal::Told => Ok(goes_on),
                Refusal::Integrity(error) => Err(error),
            }
        };
        let quiet = |at: usize| {
            let Some(candidate) = candidates.get(at) else { return true };
            let place = candidate.artifact.as_ref().map(|artifact| artifact.location.to_string());
            // Who failed lately is not waited for, other than with whoever is asked for credentials.
            failed(candidate) && self.http.are_quiet([""; 0])
                || place.is_ok_and(|place| self.http.are_quiet([place]))
        };
        let patience = Patience { silence, wait, quiet, all_silent: |_: Vec<usize>| () };
        let Some(answer) = race(questions, patience, goes_on).await.map_err(Refusal::Integrity)? else {
            if lasting {
                self.recent.add(proxy::LABEL);
            }
            return Err(Refusal::Told);
        };
        let Answer { from, value, silent, .. } = answer;
        for candidate in silent.iter().filter_map(|at| candidates.get(*at)) {
            self.recent.add(&self.proxies.label(candidate.entry));
            let error = SourceError::silent(silence);
            report.meets(self.proxies.base(candidate.entry).as_slice(), &error);
            report.failed(self.proxies.failure(candidate.entry, &error));
        }
        if let Some(candidate) = candidates.get(from) {
            self.recent.remove(&self.proxies.label(candidate.entry));
        }
        Ok(Ready { entry: Some(skip + from), ..value })
    }

    /// Where a source is asked.
    fn places(&self, spec: &SourceSpec) -> Vec<String> {
        match spec {
            SourceSpec::GoDev => vec![self.godev.base.clone()],
            SourceSpec::China => vec![self.china.base.clone()],
            SourceSpec::Mirror(base) => vec![base.clone()],
            SourceSpec::GoProxy => self.proxies.bases(),
            SourceSpec::Directory(_) | SourceSpec::File(_) => Vec::new(),
        }
    }

    pub(super) async fn open(
        &self,
        artifact: Result<Artifact, SourceError>,
        sink: &dyn Sink,
    ) -> Result<Ready, SourceError> {
        let artifact = artifact?;
        let opening = open(&self.http, &artifact, sink).await?;
        Ok(Ready { artifact, opening, entry: None })
    }

    /// Tells of a source that answered and then failed; returns what is left of it to be asked.
    fn broke_off<'a>(
        &self,
        turn: Turn<'a>,
        entry: Option<usize>,
        error: &SourceError,
        report: &Report<'_>,
    ) -> Option<Turn<'a>> {
        report.all_answered.set(report.all_answered.get() && error.is_not_there());
        let at = entry.and_then(|at| Some((at, self.proxies.entries().ok()?.get(at)?)));
        let Some((at, entry)) = at else {
            let source = turn.spec.label();
            self.judge(&source, error);
            report.meets(&self.places(turn.spec), error);
            report.failed(SourceFailure::new(source, None, error));
            return None;
        };
        self.judge(&self.proxies.label(entry), error);
        report.meets(self.proxies.base(entry).as_slice(), error);
        report.failed(self.proxies.failure(entry, error));
        let goes_on = entry.any_failure_goes_on || error.is_not_found();
        let rest = goes_on.then_some(Turn { skip: at + 1, ..turn });
        rest.filter(|rest| self.proxies.entries().is_ok_and(|entries| rest.skip < entries.len()))
    }

    /// Remembers a failure that will probably last.
    pub(super) fn judge(&self, label: &str, error: &SourceError) {
        if error.is_lasting() {
            self.recent.add(label);
        }
    }
}

/// A source that is to be asked.
#[derive(Clone, Copy, Debug)]
struct Turn<'a> {
    spec: &'a SourceSpec,
    /// How many entries of GOPROXY had their turn.
    skip: usize,
}

/// A source that answered.
pub(super) struct Ready {
    artifact: Artifact,
    opening: Opening,
    /// Which entry of GOPROXY it is.
    entry: Option<usize>,
}

/// Why a source does not serve.
enum Refusal {
    /// It cannot, and the observer was told.
    Told,
    /// No source may serve any more.
    Integrity(IntegrityError),
}

/// What is told about sources that fail, several of which may be asked at once.
struct Report<'a> {
    observer: &'a dyn Observer,
    failures: RefCell<Vec<SourceFailure>>,
    /// Whether every source so far answered that it has not got it.
    all_answered: Cell<bool>,
    /// Whether a server of this machine could not be asked, and one elsewhere.
    own_server: Cell<bool>,
    beyond: Cell<bool>,
}

impl<'a> Report<'a> {
    fn new(observer: &'a dyn Observer) -> Self {
        Self {
            observer,
            failures: RefCell::default(),
            all_answered: Cell::new(true),
            own_server: Cell::new(false),
            beyond: Cell::new(false),
        }
    }

    /// Takes down where those are that cannot be asked.
    fn meets(&self, places: &[String], error: &SourceError) {
        if !error.is_not_there() {
            for place in places {
                let flag = if address::is_local(place) { &self.own_server } else { &self.beyond };
                flag.set(true);
            }
        }
    }

    fn refused(&self, failure: SourceFailure, error: SourceError) -> Refusal {
        if let SourceError::Integrity(error) = error {
            return Refusal::Integrity(error);
        }
        self.all_answered.set(self.all_answered.get() && error.is_not_there());
        self.failed(failure);
        Refusal::Told
    }

    /// A source that was silent and then asked again has its last word.
    fn failed(&self, failure: SourceFailure) {
        self.observer.source_failed(&failure);
        let mut failures = self.failures.borrow_mut();
        failures.retain(|known| (&known.source, &known.url) != (&failure.source, &failure.url));
        failures.push(failure);
    }
}
