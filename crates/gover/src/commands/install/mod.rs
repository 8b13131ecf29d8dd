mod file;
mod requests;

use std::io;

use gover_core::platform::Compatibility;
use gover_core::{Arch, Exit, Request};
use gover_install::{Installed, ProofHeld, SmokeLevel};
use gover_sys::exec;

use crate::cli::InstallArgs;
use crate::output::{Fact, facts, json_path};
use crate::settings::{Setting, SettingOrigin};
use crate::store::install::Installation;
use crate::store::{architecture, default, effect, shims};
use crate::{Context, Failure, Target};

pub(super) fn run(arguments: &InstallArgs, context: &Context<'_>) -> Result<(), Failure> {
    if arguments.for_shim {
        end_with_stdin();
    }
    let target = target(arguments, context)?;
    let installation = Installation::new(&target, arguments.force, context);
    let wants = requests::resolve(arguments, &installation, context)?;
    let installed =
        wants.iter().map(|want| installation.install(want)).collect::<Result<Vec<Installed>, _>>()?;
    if gover_install::shims::is_stale(&context.layout, &shims::program(context)) {
        shims::refresh(context)?;
    }
    if arguments.json {
        let facts: Vec<InstalledFacts> = installed.iter().map(InstalledFacts::of).collect();
        context.printer.json(&facts)?;
    }
    if !arguments.for_shim {
        match choose_default(&installed, context)? {
            Some(default) => effect::report(&default, context),
            None => effect::path(context),
        }
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
fn choose_default(installed: &[Installed], context: &Context<'_>) -> Result<Option<Request>, Failure> {
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

facts! {
    InstalledFacts(installed: &Installed) {
        version: String = installed.name.to_string() => "the name of the toolchain",
        goroot: String = json_path(&installed.path) => "its directory",
        reused: bool = installed.reused
            => "true if it was there before and nothing was changed; the rest is null then",
        source: Option<String> = installed.receipt.as_ref().map(|receipt| receipt.source.clone())
            => "where it came from, without credentials",
        bytes: Option<u64> = installed.receipt.as_ref().map(|receipt| receipt.file_bytes)
            => "the size of the download",
        proofs: Option<Vec<ProofHeld>> = installed.receipt.as_ref().map(|receipt| receipt.proofs.clone())
            => "the proofs, as in the receipt ([files.md](files.md#receiptsnamejson))",
    }
}

impl Fact for ProofHeld {
    fn kind() -> String {
        "object".to_owned()
    }
}
