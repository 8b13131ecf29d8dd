mod file;
mod requests;

use std::io;

use gover_core::platform::Compatibility;
use gover_core::{Arch, Exit, Request, ToolchainName};
use gover_install::{Installed, ProofHeld, Receipt, SmokeLevel};
use gover_sys::exec;

use crate::cli::InstallArgs;
use crate::output::{Fact, facts, json_path};
use crate::settings::{Setting, SettingOrigin};
use crate::store::install::{Installation, Want};
use crate::store::{architecture, default, effect, shims};
use crate::{Context, Failure, Target};

pub(super) fn run(arguments: &InstallArgs, context: &Context<'_>) -> Result<(), Failure> {
    if arguments.for_shim {
        end_with_stdin();
    }
    let target = target(arguments, context)?;
    let installation = Installation::new(&target, arguments.force, context);
    let wants = requests::resolve(arguments, &installation, context)?;
    let results = installation.install_all(&wants)?;
    if arguments.json
        && let Some(facts) = wants.iter().zip(&results).map(facts_of).collect::<Option<Vec<_>>>()
    {
        context.printer.json(&facts)?;
    }
    let count = results.len();
    let (mut installed, mut failures) = (Vec::new(), Vec::new());
    for result in results {
        match result {
            Ok(one) => installed.push(one),
            Err(failure) => failures.push(failure),
        }
    }
    if !installed.is_empty() {
        finish(&installed, arguments, context)?;
    }
    match failures.into_iter().next() {
        None => Ok(()),
        // Several were shown where they belong.
        Some(failure) if count > 1 => Err(Failure::Silent(failure.exit())),
        Some(failure) => Err(failure),
    }
}

/// What an install does for this machine once its toolchains are there.
fn finish(installed: &[Installed], arguments: &InstallArgs, context: &Context<'_>) -> Result<(), Failure> {
    if gover_install::shims::is_stale(&context.layout, &shims::program(context)) {
        shims::refresh(context)?;
    }
    if !arguments.for_shim {
        match choose_default(installed, context)? {
            Some(default) => effect::report(&default, context),
            None => effect::path(context),
        }
        let new = installed.iter().filter(|one| !one.reused).map(|one| &one.name);
        super::tools::mention(new, context);
    }
    Ok(())
}

/// Ends this process when the shim that started it does. The next install continues the download.
fn end_with_stdin() {
    std::thread::spawn(|| {
        let _ = io::copy(&mut io::stdin(), &mut io::sink());
        exec::exit(Exit::Failure.code())
    });
}

/// What to install for: the option, the variable, the machine.
fn target(arguments: &InstallArgs, context: &Context<'_>) -> Result<Target, Failure> {
    let Some(text) = &arguments.arch else { return Ok(context.target()) };
    let setting = Setting { value: Some(Arch::parse(text)?), origin: SettingOrigin::Option("--arch") };
    Ok(Target::new(&setting, &context.machine))
}

/// The first toolchain that a person installs becomes the default; later ones change nothing.
/// Returns the new default.
pub(in crate::commands) fn choose_default(
    installed: &[Installed],
    context: &Context<'_>,
) -> Result<Option<Request>, Failure> {
    let Some(Installed { name, .. }) = installed.iter().find(|installed| runs_here(installed, context))
    else {
        return Ok(None);
    };
    if !default::is_unset(context) {
        return Ok(None);
    }
    let lock = default::lock(context)?;
    if !default::is_unset(context) {
        return Ok(None);
    }
    let request = Request::exact(name.clone());
    default::write(&request, context, &lock)?;
    context.printer.note(&format!("default is now {name} ({})", super::default::UNDO_FIRST));
    Ok(Some(request))
}

/// Whether its programs start here: they just did, or nothing is known against it.
fn runs_here(installed: &Installed, context: &Context<'_>) -> bool {
    let fit = || {
        architecture::of_toolchain(&installed.name, context).map(|arch| context.machine.compatibility(arch))
    };
    installed.smoke_level == SmokeLevel::Running
        || (installed.reused && fit() != Some(Compatibility::Foreign))
}

/// `None` if the name of a custom build is not known.
fn facts_of((want, result): (&Want, &Result<Installed, Failure>)) -> Option<InstalledFacts> {
    match result {
        Ok(installed) => Some(InstalledFacts::of(&installed.name, Some(installed), None)),
        Err(failure) => Some(InstalledFacts::of(want.name()?, None, Some(failure))),
    }
}

facts! {
    InstalledFacts(name: &ToolchainName, installed: Option<&Installed>, failure: Option<&Failure>) {
        version: String = name.to_string() => "the name of the toolchain",
        goroot: Option<String> = installed.map(|installed| json_path(&installed.path))
            => "its directory; null if its install failed",
        reused: bool = installed.is_some_and(|installed| installed.reused)
            => "true if it was there before and nothing was changed; the rest is null then",
        source: Option<String> = receipt(installed).map(|receipt| receipt.source.clone())
            => "where it came from, without credentials",
        bytes: Option<u64> = receipt(installed).map(|receipt| receipt.file_bytes)
            => "the size of the download",
        base: Option<String> = receipt(installed).and_then(|receipt| receipt.base.clone())
            => "the installed toolchain that supplied the files that were not downloaded; null if all were downloaded",
        proofs: Option<Vec<ProofHeld>> = receipt(installed).map(|receipt| receipt.proofs.clone())
            => "the proofs, as in the receipt ([files.md](files.md#receiptsnamejson))",
        error: Option<String> = failure.and_then(Failure::report).map(|report| report.what.clone())
            => "why its install failed; null if it is installed",
    }
}

fn receipt(installed: Option<&Installed>) -> Option<&Receipt> {
    installed?.receipt.as_ref()
}

impl Fact for ProofHeld {
    fn kind() -> String {
        "object".to_owned()
    }
}
