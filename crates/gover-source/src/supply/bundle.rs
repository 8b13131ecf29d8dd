//! Patch bundles, which mirrors may hold beside the files of releases.

use gover_archive::patch::Transition;
use gover_core::ToolchainName;

use super::Supply;
use crate::artifact::{Artifact, Format, Location, Proof, Wanted};
use crate::error::{SourceError, SupplyError};
use crate::settings::SourceSpec;
use crate::transfer::{Observer, Sink, TransferError, open, transfer};

impl Supply {
    /// Downloads the bundle that leads from one of `bases`, the preferred first, to `wanted`, from
    /// the first mirror or directory that has one. `None` if none has. Only the checksum database
    /// can prove what is made of it.
    pub async fn bundle(
        &self,
        wanted: &Wanted,
        bases: &[ToolchainName],
        sink: &mut dyn Sink,
        observer: &dyn Observer,
    ) -> Result<Option<(Artifact, Transition)>, SupplyError> {
        for spec in &self.settings.sources {
            let Some(base) = self.place(spec) else { continue };
            for from in bases {
                let transition = Transition {
                    base: from.clone(),
                    name: wanted.name.clone(),
                    platform: wanted.platform.clone(),
                };
                let artifact = artifact(wanted, spec, &base, &transition);
                match self.receive(&artifact, sink, observer).await {
                    Ok(()) => return Ok(Some((artifact, transition))),
                    Err(TransferError::Source(error)) if error.is_not_found() => {}
                    Err(error) => {
                        if let TransferError::Source(error) = &error {
                            self.record_failure(&spec.label(), error);
                        }
                        return Err(self.not_received(&artifact, error));
                    }
                }
            }
        }
        Ok(None)
    }

    /// Where a source may hold bundles. One that failed recently is not asked for what is only
    /// faster.
    fn place(&self, spec: &SourceSpec) -> Option<Location> {
        match spec {
            SourceSpec::Directory(path) => Some(Location::File(path.clone())),
            SourceSpec::Mirror(base) if !self.settings.network.offline => {
                (!self.recent.contains(&spec.label())).then(|| Location::Url(base.clone()))
            }
            _ => None,
        }
    }

    /// A server that does not respond in time is not waited for.
    async fn receive(
        &self,
        artifact: &Artifact,
        sink: &mut dyn Sink,
        observer: &dyn Observer,
    ) -> Result<(), TransferError> {
        let patience = self.settings.network.patience;
        let opening = self.clock().timeout(patience, open(&self.http, artifact, &*sink)).await;
        let opening = opening.unwrap_or(Err(SourceError::Silent { patience }))?;
        transfer(&self.http, artifact, opening, sink, observer).await.map(drop)
    }
}

/// A bundle holds files of the module.
fn artifact(wanted: &Wanted, source: &SourceSpec, base: &Location, transition: &Transition) -> Artifact {
    let file_name = transition.file_name();
    Artifact {
        wanted: wanted.clone(),
        source: source.clone(),
        location: base.below(&format!("{}/{file_name}", Transition::DIRECTORY)),
        file_name,
        format: Format::ModuleZip,
        size: None,
        proof: Proof::Log,
    }
}
