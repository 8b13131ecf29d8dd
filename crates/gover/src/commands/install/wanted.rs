//! From what was typed to the toolchains that it means.

use std::ffi::OsString;

use gover_core::resolve::{Outcome, Trace};
use gover_core::{Arch, Diagnose, Exit, Platform, Request, RequestKind, ToolchainName};
use gover_source::{Availability, Basis, Release, Releases, SourceFailure, Supply};
use thiserror::Error;

use super::file::GivenFile;
use crate::architecture::Target;
use crate::commands::list;
use crate::context::Context;
use crate::failure::Failure;
use crate::runtime::block_on;
use crate::settings;

/// What is to be installed.
#[derive(Debug)]
pub(super) enum Asked {
    /// A release, from wherever the sources have it.
    Release(Request),
    /// A file.
    File(GivenFile),
}

impl Asked {
    /// The request for a release.
    pub(super) fn request(&self) -> Option<&Request> {
        match self {
            Self::Release(request) => Some(request),
            Self::File(_) => None,
        }
    }

    /// The toolchain, if it is known without asking anybody.
    pub(super) fn exact(&self) -> Option<&ToolchainName> {
        match self {
            Self::Release(request) => request.as_exact(),
            Self::File(file) => Some(file.name()),
        }
    }
}

/// What the command line asks for; if it asks for nothing, what this directory needs.
pub(super) fn asked(
    texts: &[OsString],
    target: &Target,
    context: &Context<'_>,
) -> Result<Vec<Asked>, Failure> {
    if texts.is_empty() {
        return needed_here(context).map(|request| vec![Asked::Release(request)]);
    }
    texts.iter().map(|text| typed(text, target, context)).collect()
}

fn typed(text: &OsString, target: &Target, context: &Context<'_>) -> Result<Asked, Failure> {
    let Some(text) = text.to_str() else {
        return Err(Failure::usage("a request is not valid Unicode", "gover install 1.22.5"));
    };
    if super::given::is_file_or_url(text) {
        return GivenFile::parse(text, target, context).map(Asked::File);
    }
    let request = Request::parse(text)?;
    match request.kind() {
        RequestKind::System | RequestKind::Path(_) => Err(Failure::usage(
            format!("`{request}` is there already or nowhere; it cannot be installed"),
            format!("gover default {request}"),
        )),
        _ => Ok(Asked::Release(request)),
    }
}

fn needed_here(context: &Context<'_>) -> Result<Request, Failure> {
    let resolution = context.selection(&mut Trace::off())?;
    let reason = resolution.reason(context.home());
    match resolution.outcome {
        Outcome::Missing(request) => {
            context.printer.note(&format!("{request}  {reason}"));
            Ok(request)
        }
        Outcome::Ready(toolchain) => match toolchain.name {
            Some(name) if toolchain.goroot == Some(context.layout.toolchain(&name)) => {
                Ok(Request::exact(name))
            }
            _ => Err(Failure::usage("nothing here asks for a Go to be installed", "gover install latest")),
        },
        Outcome::Nothing => Err(Failure::usage(
            "nothing here asks for a Go",
            "`gover install latest`, or `gover pin 1.22` first",
        )),
    }
}

/// The toolchain that a request means: what it names, or else the newest release.
pub(super) fn name(
    request: &Request,
    supply: &Supply,
    target: &Target,
    context: &Context<'_>,
) -> Result<ToolchainName, Failure> {
    if let Some(name) = request.as_exact() {
        return Ok(name.clone());
    }
    let (releases, found) = block_on(async {
        let releases = supply.releases().await;
        let found =
            supply.newest(&releases, request, &target.platform).await.map(|release| release.name.clone());
        (releases, found)
    })?;
    remember_stable(&releases, context);
    if found.is_some() {
        // What is newest may have changed since.
        for failure in &releases.stale {
            context.printer.note(&format!("{} was not asked: {failure}", failure.source));
        }
        list::tell_unlisted(&releases, context);
    }
    found.ok_or_else(|| NoRelease::new(request, &releases, target).into())
}

/// Keeps the newest stable release for the shim, which counts `oldstable` from it. Only a convenience: whatever
/// is wrong with the settings is reported where they are needed.
fn remember_stable(releases: &Releases, context: &Context<'_>) {
    let stable = releases.newest_stable().map(|release| release.name.version().clone());
    settings::keep_mirrored(&context.layout, stable);
}

/// No release answers a request.
#[derive(Debug, Error)]
#[error("no Go release{} matches `{request}`", platform.as_ref().map(|platform| format!(" for {platform}")).unwrap_or_default())]
pub(super) struct NoRelease {
    request: String,
    /// Where another one than the machine's was asked for.
    platform: Option<Platform>,
    alternative: Option<Arch>,
    newest: Option<String>,
    failures: Vec<SourceFailure>,
}

impl NoRelease {
    fn new(request: &Request, releases: &Releases, target: &Target) -> Self {
        let there = |release: &&Release| releases.offered(release, &target.platform) != Availability::No;
        let newest = releases.iter().filter(|release| release.is_stable() && release.name.is_release());
        let newest = newest.into_iter().find(there).map(|release| match releases.basis {
            Basis::Index(checked) => {
                format!("newest known: {} (index of {})", release.name, gover_core::date::Date::of(checked))
            }
            Basis::Table(_) => format!("newest known: {} (without an index)", release.name),
            Basis::Offers => format!("newest known: {} (by what the sources list)", release.name),
        });
        Self {
            request: request.to_string(),
            platform: target.asked_by.map(|_| target.platform.clone()),
            alternative: target.alternative(request, releases),
            newest,
            failures: releases.failures.clone(),
        }
    }
}

impl Diagnose for NoRelease {
    fn details(&self) -> Vec<String> {
        let failures =
            self.failures.iter().map(|failure| format!("{} was not asked: {failure}", failure.source));
        self.newest.iter().cloned().chain(failures).collect()
    }

    fn hints(&self) -> Vec<String> {
        let alternative = self.alternative.map(|arch| super::on_purpose(arch, &self.request));
        let remedies = gover_source::remedies(&self.failures).into_iter();
        remedies.chain(alternative).chain(["`gover list --remote` shows every release".to_owned()]).collect()
    }

    fn exit(&self) -> Exit {
        Exit::Failure
    }
}
