//! Downloads one file: sources are asked in order, and the first that responds serves it.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use futures_util::FutureExt;
use gover_net::{Address, Question};

use super::{Download, Supply};
use crate::artifact::{Artifact, Wanted};
use crate::error::{IntegrityError, Obstacle, SourceError, SourceFailure, SupplyError};
use crate::proxy::{self, Entry};
use crate::settings::SourceSpec;
use crate::source::{in_directory, in_mirror, trusted_file};
use crate::transfer::{Observer, Opening, Sink, TransferError, open, transfer};

impl Supply {
    /// Downloads `wanted` from the first source that has it. If a source fails, `observer` receives
    /// the error and the next source is asked. If a source is silent, the next one is asked as
    /// well, and the first to respond serves the file. Any mismatch between known data and what
    /// arrives stops the download. The result is *not* verified: that is up to the caller.
    pub async fn download(
        &self,
        wanted: &Wanted,
        sink: &mut dyn Sink,
        observer: &dyn Observer,
    ) -> Result<Download, SupplyError> {
        let report = Report::new(observer);
        let mut candidates = self.candidates();
        while let Some((candidate, opened)) =
            self.first_to_respond(&mut candidates, wanted, &*sink, &report).await?
        {
            let Opened { artifact, opening, entry } = opened;
            match transfer(&self.http, &artifact, opening, sink, observer).await {
                Ok(bytes) => {
                    self.recent.remove(&candidate.spec.label());
                    return Ok(Download { artifact, bytes, failures: report.failures.into_inner() });
                }
                Err(TransferError::Sink(source)) => {
                    return Err(SupplyError::Write { file_name: artifact.file_name, source });
                }
                Err(TransferError::Source(error)) => {
                    let rest = self.broke_off(candidate, entry, error, &report)?;
                    candidates.splice(0..0, rest);
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

    /// Downloads one known file from a single location, for a custom build.
    pub async fn fetch(
        &self,
        artifact: &Artifact,
        sink: &mut dyn Sink,
        observer: &dyn Observer,
    ) -> Result<u64, SupplyError> {
        let fetched = async {
            let question = Question {
                label: Some(artifact.source.label()),
                servers: artifact.location.url().cloned().into_iter().collect(),
                patience: Some(self.settings.network.patience),
                response: open(&self.http, artifact, &*sink).boxed_local(),
            };
            let winner = self.http.race([question], |_, error| Err(error)).await?;
            // The only question has a response, or its error was already returned.
            let opening = winner.ok_or(SourceError::Unchanged)?.value;
            transfer(&self.http, artifact, opening, sink, observer).await
        };
        fetched.await.map_err(|error| self.not_received(artifact, error))
    }

    /// The error for a file that has only this location.
    pub(super) fn not_received(&self, artifact: &Artifact, error: TransferError) -> SupplyError {
        let error = match error {
            TransferError::Source(SourceError::Integrity(error)) => return error.into(),
            TransferError::Source(error) => error,
            TransferError::Sink(source) => {
                return SupplyError::Write { file_name: artifact.file_name.clone(), source };
            }
        };
        let at = Some(artifact.location.clone());
        let failure = SourceFailure { at, ..SourceFailure::new(artifact.source.clone(), error) };
        SupplyError::Unreachable {
            wanted: artifact.wanted.clone(),
            failures: vec![failure],
            obstacle: self.obstacle(artifact.location.url().is_some_and(Address::is_loopback)),
        }
    }

    fn obstacle(&self, own_server: bool) -> Obstacle {
        match &self.settings.network {
            network if network.offline => Obstacle::Offline { hint: network.offline_hint() },
            _ if own_server => Obstacle::OwnServer,
            _ => Obstacle::Network,
        }
    }

    /// The sources in the order in which they are asked. Those that failed recently come last.
    fn candidates(&self) -> Vec<Candidate<'_>> {
        let sources = self.settings.sources.iter();
        let mut candidates: Vec<_> = sources.map(|spec| Candidate { spec, skip: 0 }).collect();
        candidates.sort_by_key(|candidate| self.recent.contains(&candidate.spec.label()));
        candidates
    }

    /// The first source that responds. The others to try stay in `candidates`, silent ones last.
    async fn first_to_respond<'a>(
        &'a self,
        candidates: &mut Vec<Candidate<'a>>,
        wanted: &Wanted,
        sink: &dyn Sink,
        report: &Report<'_>,
    ) -> Result<Option<(Candidate<'a>, Opened)>, IntegrityError> {
        let patience = self.settings.network.patience;
        let questions = candidates.iter().map(|candidate| Question {
            label: Some(candidate.spec.label()),
            servers: self.servers(candidate.spec),
            patience: Some(patience),
            response: self.ask(*candidate, wanted, sink, report).boxed_local(),
        });
        let failed = |_, fraud: Option<_>| fraud.map_or(Ok(true), Err);
        let Some(winner) = self.http.race(questions, failed).await? else { return Ok(None) };
        let (mut served, mut next, mut last) = (None, Vec::new(), Vec::new());
        for (number, candidate) in std::mem::take(candidates).into_iter().enumerate() {
            if number == winner.number {
                served = Some(candidate);
            } else if winner.silent.contains(&number) {
                self.record(Who::Source(candidate.spec), SourceError::Silent { patience }, report);
                last.push(candidate);
            } else if !winner.failed.contains(&number) {
                next.push(candidate);
            }
        }
        *candidates = next;
        candidates.append(&mut last);
        Ok(served.map(|candidate| (candidate, winner.value)))
    }

    /// An error that was reported comes back as `None`.
    async fn ask(
        &self,
        candidate: Candidate<'_>,
        wanted: &Wanted,
        sink: &dyn Sink,
        report: &Report<'_>,
    ) -> Result<Opened, Option<IntegrityError>> {
        let lookup = self.checksum_lookup();
        let artifact = match candidate.spec {
            SourceSpec::GoProxy => return self.ask_proxies(candidate.skip, wanted, sink, report).await,
            SourceSpec::GoDev | SourceSpec::Site(_) => self.godev.artifact(wanted, lookup).await,
            SourceSpec::China => self.china.artifact(wanted, lookup).await,
            SourceSpec::Mirror(base) => in_mirror(base, wanted, lookup).await,
            SourceSpec::File(path) => trusted_file(path, wanted, lookup).await,
            SourceSpec::Directory(path) => in_directory(path, wanted, lookup).await,
        };
        let opened = match (candidate.spec, self.open(artifact, sink).await) {
            (SourceSpec::Mirror(base), Err(error)) => self.open_module(base, wanted, sink, error).await,
            (_, opened) => opened,
        };
        opened.map_err(|error| self.failed(Who::Source(candidate.spec), error, report).err())
    }

    /// Tries the entries of GOPROXY as go does, but does not wait for one that failed recently.
    async fn ask_proxies(
        &self,
        skip: usize,
        wanted: &Wanted,
        sink: &dyn Sink,
        report: &Report<'_>,
    ) -> Result<Opened, Option<IntegrityError>> {
        let candidates = self.proxies.candidates(wanted);
        let candidates = candidates
            .map_err(|error| self.failed(Who::Source(&SourceSpec::GoProxy), error, report).err())?;
        let asked = candidates.into_iter().skip(skip);
        let asked = asked.map(|(entry, artifact)| (entry, self.open(artifact, sink).boxed_local())).collect();
        let patience = |entry: &Entry| {
            let failed = self.recent.contains(&self.proxies.label(entry));
            if failed { Duration::ZERO } else { self.settings.network.patience }
        };
        let mut lasting = false;
        let failed = |entry, error: SourceError| {
            lasting |= error.then().remember();
            self.failed(Who::Proxy(entry), error, report).map_err(Some)
        };
        let Some((number, opened)) = self.proxies.race(&self.http, asked, patience, failed).await? else {
            if lasting {
                self.recent.add(proxy::LABEL);
            }
            return Err(None);
        };
        let number = skip + number;
        if let Some(entry) = self.proxies.entries().ok().and_then(|entries| entries.get(number)) {
            self.recent.remove(&self.proxies.label(entry));
        }
        Ok(Opened { entry: Some(number), ..opened })
    }

    fn servers(&self, spec: &SourceSpec) -> Vec<Address> {
        match spec {
            SourceSpec::GoDev | SourceSpec::Site(_) => vec![self.godev.base.clone()],
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
    ) -> Result<Opened, SourceError> {
        let artifact = artifact?;
        let opening = open(&self.http, &artifact, sink).await?;
        Ok(Opened { artifact, opening, entry: None })
    }

    /// Reports a source that broke off. Returns it again if it has more GOPROXY entries to try.
    fn broke_off<'a>(
        &self,
        candidate: Candidate<'a>,
        number: Option<usize>,
        error: SourceError,
        report: &Report<'_>,
    ) -> Result<Option<Candidate<'a>>, IntegrityError> {
        let entries = self.proxies.entries().unwrap_or_default();
        let entry = number.and_then(|number| entries.get(number));
        let goes_on = entry.is_some_and(|entry| entry.goes_on_after(&error));
        let who = entry.map_or(Who::Source(candidate.spec), Who::Proxy);
        self.failed(who, error, report)?;
        let skip = number.map_or(entries.len(), |number| number + 1);
        Ok((goes_on && skip < entries.len()).then_some(Candidate { skip, ..candidate }))
    }

    /// Reports a failure. After an integrity error, no other source may serve the file.
    fn failed(&self, who: Who<'_>, error: SourceError, report: &Report<'_>) -> Result<(), IntegrityError> {
        if let SourceError::Integrity(error) = error {
            return Err(error);
        }
        report.all_answered.set(report.all_answered.get() && error.then().is_not_here());
        self.record(who, error, report);
        Ok(())
    }

    fn record(&self, who: Who<'_>, error: SourceError, report: &Report<'_>) {
        let (label, servers, failure) = match who {
            Who::Source(spec) => (spec.label(), self.servers(spec), SourceFailure::new(spec.clone(), error)),
            Who::Proxy(entry) => (
                self.proxies.label(entry),
                self.proxies.base(entry).into_iter().collect(),
                self.proxies.failure(entry, error),
            ),
        };
        self.record_failure(&label, &failure.error);
        report.failed(&servers, failure);
    }

    pub(super) fn record_failure(&self, label: &str, error: &SourceError) {
        if error.then().remember() {
            self.recent.add(label);
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Candidate<'a> {
    spec: &'a SourceSpec,
    /// How many GOPROXY entries were already tried.
    skip: usize,
}

/// A source that has the file and is ready to send it.
pub(super) struct Opened {
    artifact: Artifact,
    opening: Opening,
    /// The number of the GOPROXY entry that responded.
    entry: Option<usize>,
}

#[derive(Clone, Copy)]
enum Who<'a> {
    Source(&'a SourceSpec),
    Proxy(&'a Entry),
}

/// Reports failures to the observer, and collects what the error needs if no source serves.
struct Report<'a> {
    observer: &'a dyn Observer,
    failures: RefCell<Vec<SourceFailure>>,
    /// Whether every source so far responded that it does not have the file.
    all_answered: Cell<bool>,
    /// Whether a server on this machine failed, and whether one elsewhere did.
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

    fn failed(&self, servers: &[Address], failure: SourceFailure) {
        if !failure.error.then().is_not_here() {
            for server in servers {
                let flag = if server.is_loopback() { &self.own_server } else { &self.beyond };
                flag.set(true);
            }
        }
        self.observer.source_failed(&failure);
        let mut failures = self.failures.borrow_mut();
        // A source that is asked again is listed once, with its last error.
        failures.retain(|known| (&known.source, &known.at) != (&failure.source, &failure.at));
        failures.push(failure);
    }
}
