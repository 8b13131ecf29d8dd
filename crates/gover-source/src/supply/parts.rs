//! Module zips of which only parts are fetched, for machines that have most of the files.

use std::convert::Infallible;
use std::fs::File;
use std::ops::Range;

use futures_util::FutureExt;
use gover_net::RangeRequest;

use super::Supply;
use super::reach::module_of_mirror;
use crate::artifact::{Artifact, Location, Wanted};
use crate::error::{SourceError, SourceFailure, SupplyError};
use crate::settings::SourceSpec;
use crate::transfer::{Observer, RangedZip, grant};

impl Supply {
    /// The module zip of `wanted` on the first proxy or mirror that has it. `None` if none has it, if
    /// it is too small to be worth more than one request, or if a source on this machine comes
    /// first. An error if the server does not grant ranges, or failed. Release sites have no module
    /// zips and are left out. Only the checksum database can prove what is made of it.
    pub async fn ranged_module(&self, wanted: &Wanted) -> Result<Option<RangedZip>, SourceFailure> {
        if self.settings.network.offline {
            return Ok(None);
        }
        for spec in &self.settings.sources {
            let found = match spec {
                SourceSpec::GoDev | SourceSpec::Site(_) | SourceSpec::China => continue,
                SourceSpec::Directory(_) | SourceSpec::File(_) => return Ok(None),
                // One that failed recently is not asked for what is only faster.
                _ if self.recent.contains(&spec.label()) => continue,
                SourceSpec::Mirror(base) => self.find_in_mirror(spec, module_of_mirror(base, wanted)).await?,
                SourceSpec::GoProxy => self.find_in_proxies(wanted).await?,
            };
            match found {
                None => {}
                Some(Found::Here) => return Ok(None),
                Some(Found::Ranges(artifact, request)) => {
                    let total = request.total.unwrap_or_default();
                    if total < LEAST || total > artifact.limit() {
                        return Ok(None);
                    }
                    let location = artifact.location.clone();
                    let zip = RangedZip::open(&self.http, artifact, request).await;
                    return zip.map(Some).map_err(|error| failure(spec, location, error));
                }
                Some(Found::Whole(artifact)) => {
                    let error = SourceError::lacks("the server does not grant ranges");
                    return Err(failure(spec, artifact.location, error));
                }
            }
        }
        Ok(None)
    }

    /// Writes spans of a zip to the empty file `to`, one after the other.
    pub async fn fetch_parts(
        &self,
        zip: &RangedZip,
        spans: &[Range<u64>],
        to: &File,
        observer: &dyn Observer,
    ) -> Result<(), SupplyError> {
        let fetched = zip.fetch(&self.http, spans, to, observer).await;
        fetched.map_err(|error| self.not_received(&zip.artifact, error))
    }

    async fn find_in_mirror(
        &self,
        spec: &SourceSpec,
        artifact: Result<Artifact, SourceError>,
    ) -> Result<Option<Found>, SourceFailure> {
        match self.find(artifact).await {
            Ok(found) => Ok(Some(found)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => {
                self.record_failure(&spec.label(), &error);
                Err(SourceFailure::new(spec.clone(), error))
            }
        }
    }

    async fn find_in_proxies(&self, wanted: &Wanted) -> Result<Option<Found>, SourceFailure> {
        let Ok(candidates) = self.proxies.candidates(wanted) else { return Ok(None) };
        let asked = candidates
            .into_iter()
            .map(|(entry, artifact)| (entry, self.find(artifact).boxed_local()))
            .collect();
        let mut failures = Vec::new();
        let failed = |entry, error: SourceError| {
            self.record_failure(&self.proxies.label(entry), &error);
            if !error.is_not_found() && !matches!(error, SourceError::Goproxy(_)) {
                failures.push(self.proxies.failure(entry, error));
            }
            Ok::<_, Infallible>(())
        };
        let patience = self.settings.network.patience;
        let Ok(found) = self.proxies.race(&self.http, asked, |_| patience, failed).await;
        match (found, failures.into_iter().next()) {
            (Some((_, found)), _) => Ok(Some(found)),
            (None, failure) => failure.map_or(Ok(None), Err),
        }
    }

    /// Gives up on a server that does not respond in time.
    async fn find(&self, artifact: Result<Artifact, SourceError>) -> Result<Found, SourceError> {
        let artifact = artifact?;
        if let Location::File(path) = &artifact.location {
            let is_here = path.is_file();
            return is_here.then_some(Found::Here).ok_or_else(|| SourceError::lacks("it has no such file"));
        }
        let patience = self.settings.network.patience;
        let granted = self.clock().timeout(patience, grant(&self.http, &artifact)).await;
        let granted = granted.unwrap_or(Err(SourceError::Silent { patience }))?;
        Ok(match granted {
            Some(request) => Found::Ranges(artifact, request),
            None => Found::Whole(artifact),
        })
    }
}

/// A module zip, and how it can be had.
enum Found {
    /// It is on this machine.
    Here,
    /// Its server grants ranges.
    Ranges(Artifact, RangeRequest),
    Whole(Artifact),
}

fn failure(spec: &SourceSpec, location: Location, error: SourceError) -> SourceFailure {
    SourceFailure { at: Some(location), ..SourceFailure::new(spec.clone(), error) }
}

/// How large a zip must be for parts of it to be worth several requests.
const LEAST: u64 = 1 << 20;
