//! From what was typed to the toolchains that it means.

use std::ffi::OsString;
use std::path::Path;

use gover_core::resolve::{Outcome, Trace};
use gover_core::{Arch, Diagnose, Exit, Platform, Request, RequestKind, ToolchainName};
use gover_source::{Basis, Releases, SourceFailure, SourceSpec, Supply};
use thiserror::Error;

use crate::architecture::Target;
use crate::commands::requests::pasted;
use crate::context::Context;
use crate::failure::Failure;
use crate::runtime::block_on;
use crate::settings::{self, ConfigFile};

/// The requests of the command line; without any, what this directory needs.
pub(super) fn requests(texts: &[OsString], context: &Context<'_>) -> Result<Vec<Request>, Failure> {
    if texts.is_empty() {
        return needed_here(context).map(|request| vec![request]);
    }
    texts.iter().map(typed).collect()
}

fn typed(text: &OsString) -> Result<Request, Failure> {
    let Some(text) = text.to_str() else {
        return Err(Failure::usage("a request is not valid Unicode", "gover install 1.22.5"));
    };
    if super::given::is_file_or_url(text) {
        let is_missing = !text.contains("://") && !Path::new(text).exists();
        return Err(if is_missing {
            Failure::usage(format!("there is no file `{text}`"), "`gover install 1.22.5` downloads a release")
        } else {
            // An address may hold a password.
            let text = SourceSpec::shown(text);
            Failure::usage(
                format!("`{text}` is an archive, and nothing says which digest it must have"),
                format!("gover install --sha256 HEX {}", pasted(&text)),
            )
        });
    }
    let request = Request::parse(text)?;
    match request.kind() {
        RequestKind::System | RequestKind::Path(_) => Err(Failure::usage(
            format!("`{request}` is there already or nowhere; it cannot be installed"),
            format!("gover default {request}"),
        )),
        _ => Ok(request),
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
    }
    found.ok_or_else(|| NoRelease::new(request, &releases, target).into())
}

/// Keeps the newest stable release for the shim, which counts `oldstable` from it. Only a convenience: whatever
/// is wrong with the settings is reported where they are needed.
fn remember_stable(releases: &Releases, context: &Context<'_>) {
    let stable = releases.newest_stable().map(|release| release.name.version().clone());
    if let Ok(file) = ConfigFile::read(&context.layout.config()) {
        let _ = settings::mirror(&context.layout, &file, stable);
    }
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
        let newest = releases.newest_stable().map(|release| match releases.basis {
            Basis::Index(checked) => {
                format!("newest known: {} (index of {})", release.name, gover_source::Date::of(checked))
            }
            Basis::Table(_) => format!("newest known: {} (without an index)", release.name),
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
