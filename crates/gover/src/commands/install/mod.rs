mod file;
mod requests;

use gover_core::platform::Compatibility;
use gover_core::{Arch, Exit, Request};
use gover_install::{Installed, Seen};
use serde_json::{Value, json};

use crate::cli::InstallArgs;
use crate::context::Context;
use crate::failure::Failure;
use crate::output::Json;
use crate::settings::{Setting, SettingOrigin};
use crate::store::install::Installation;
use crate::store::{architecture, default, shims};
use crate::target::Target;

/// `gover install`
pub(super) fn run(arguments: &InstallArgs, context: &Context<'_>) -> Result<Exit, Failure> {
    let target = target(arguments, context)?;
    let installation = Installation::new(&target, arguments.force, context);
    let wants = requests::resolve(arguments, &installation, context)?;
    let installed =
        wants.iter().map(|want| installation.install(want)).collect::<Result<Vec<Installed>, _>>()?;
    if gover_install::shims::is_stale(&context.layout, &shims::program(context)) {
        shims::refresh(context)?;
    }
    if arguments.json {
        let facts: Vec<Value> = installed.iter().map(facts).collect();
        Json::print(context.printer, &facts)?;
    }
    if !arguments.keep_default {
        choose_default(&installed, context)?;
    }
    Ok(Exit::Success)
}

/// What to install for: the option, the variable, the machine.
fn target(arguments: &InstallArgs, context: &Context<'_>) -> Result<Target, Failure> {
    let Some(text) = &arguments.arch else { return Ok(context.target()) };
    let setting = Setting { value: Some(Arch::parse(text)?), origin: SettingOrigin::Option("--arch") };
    Ok(Target::new(&setting, &context.machine))
}

/// The first toolchain that a person installs becomes the default; later ones change nothing.
fn choose_default(installed: &[Installed], context: &Context<'_>) -> Result<(), Failure> {
    let Some(Installed { name, .. }) = installed.iter().find(|installed| runs_here(installed, context))
    else {
        return Ok(());
    };
    if !default::is_unset(context) {
        return Ok(());
    }
    let lock = default::lock(context)?;
    if default::is_unset(context) {
        default::write(&Request::exact(name.clone()), context, &lock)?;
        context.printer.note(&format!("default is now {name}"));
    }
    Ok(())
}

/// Whether its programs start here: they just did, or nothing is known against it.
fn runs_here(installed: &Installed, context: &Context<'_>) -> bool {
    let fit = || {
        architecture::of_toolchain(&installed.name, context).map(|arch| context.machine.compatibility(arch))
    };
    installed.seen == Seen::Running || (installed.reused && fit() != Some(Compatibility::Foreign))
}

/// The facts; the schema is in docs/reference/json.md.
fn facts(installed: &Installed) -> Value {
    let receipt = installed.receipt.as_ref();
    json!({
        "version": installed.name.as_str(),
        "goroot": Json::path(&installed.path),
        "reused": installed.reused,
        "source": receipt.map(|receipt| &receipt.source),
        "bytes": receipt.map(|receipt| receipt.file_bytes),
        "proofs": receipt.map(|receipt| &receipt.proofs),
    })
}
