mod given;
mod phrase;
mod wanted;

use std::time::{Duration, Instant};

use gover_core::inventory::is_installed;
use gover_core::{Exit, Platform, Request, ToolchainName};
use gover_install::{InstallRequest, Installed, Installer, Smoke, install, shims};
use gover_source::{Supply, Wanted};
use serde_json::Value;

use super::{default, provide, requests};
use crate::cli::InstallArgs;
use crate::context::Context;
use crate::failure::Failure;
use crate::output::{Json, Progress};
use crate::runtime::block_on;
use crate::supply::supply;

/// `gover install`
pub(super) fn run(arguments: &InstallArgs, context: &Context<'_>) -> Result<Exit, Failure> {
    let installed = match &arguments.sha256 {
        Some(sum) => vec![given::install(arguments, sum, context)?],
        None => install_requests(arguments, context)?,
    };
    if shims::is_stale(&context.layout, &provide::shim_program(context)) {
        provide::refresh_shims(context)?;
    }
    if arguments.json {
        let facts: Vec<Value> = installed.iter().map(phrase::facts).collect();
        Json::print(context.printer, &facts)?;
    }
    if !arguments.keep_default
        && let Some(first) = installed.first()
    {
        become_default(&first.name, context)?;
    }
    Ok(Exit::Success)
}

/// Installs what answers a request that nothing installed answers, for commands that need it at once.
pub(super) fn install_missing(request: &Request, context: &Context<'_>) -> Result<(), Failure> {
    let supply = supply(context)?;
    let name = wanted::name(request, &supply, context)?;
    install_one(&name, false, &supply, context).map(drop)
}

/// The shim asks only where it knows nothing against it; settings changed by hand since are known here.
fn refuse_automatic(requests: &[Request], context: &Context<'_>) -> Result<(), Failure> {
    let settings = &context.settings;
    let (name, origin) = if settings.offline.value {
        ("offline is on", settings.offline.origin)
    } else if settings.auto_install.value {
        return Ok(());
    } else {
        ("auto_install is off", settings.auto_install.origin)
    };
    let wanted: Vec<_> = requests.iter().map(|request| requests::pasted(request.as_str())).collect();
    let wanted = wanted.join(" ");
    Err(Failure::not_found(
        format!("{wanted} is not installed, and {name} ({})", origin.describe()),
        format!("gover install {wanted}"),
    ))
}

fn install_requests(arguments: &InstallArgs, context: &Context<'_>) -> Result<Vec<Installed>, Failure> {
    let requests = wanted::requests(&arguments.requests, context)?;
    if arguments.keep_default {
        refuse_automatic(&requests, context)?;
    }
    // An exact version that is there needs no source and no settings of any.
    let reused = |name: &ToolchainName| !arguments.force && is_installed(&context.layout, name);
    if requests.iter().all(|request| request.as_exact().is_some_and(reused)) {
        let names = requests.iter().filter_map(Request::as_exact);
        return Ok(names.map(|name| already(name, context)).collect());
    }
    let supply = supply(context)?;
    // All requests are understood before the first download begins.
    let mut names: Vec<ToolchainName> = Vec::new();
    for request in &requests {
        let name = wanted::name(request, &supply, context)?;
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.iter().map(|name| install_one(name, arguments.force, &supply, context)).collect()
}

fn install_one(
    name: &ToolchainName,
    force: bool,
    supply: &Supply,
    context: &Context<'_>,
) -> Result<Installed, Failure> {
    if !force && is_installed(&context.layout, name) {
        return Ok(already(name, context));
    }
    let began = Instant::now();
    let request = InstallRequest {
        wanted: Wanted { name: name.clone(), platform: Platform::host() },
        force,
        require_log: context.settings.require_sumdb.value,
        smoke: Smoke::Run,
    };
    let progress = Progress::new(context.env, context.printer);
    let shim = provide::shim_program(context);
    let installed = block_on(install(&request, &installer(supply, &progress, &shim, context)))??;
    finished(&installed, began, context)?;
    Ok(installed)
}

fn installer<'a>(
    supply: &'a Supply,
    progress: &'a Progress<'_>,
    shim: &'a std::path::Path,
    context: &'a Context<'_>,
) -> Installer<'a> {
    Installer {
        layout: &context.layout,
        env: context.env,
        supply,
        reporter: progress,
        shim_program: shim.is_file().then_some(shim),
        log_patience: LOG_PATIENCE,
    }
}

/// Tells what was done, and points `current` to the default again, which may mean this toolchain now.
fn finished(installed: &Installed, began: Instant, context: &Context<'_>) -> Result<(), Failure> {
    context.printer.note(&phrase::sentence(installed, began.elapsed()));
    if let Some(reason) = &installed.log_failure {
        context.printer.warning(&format!("the transparency log was not asked: {reason}"));
    }
    let lock = provide::lock("default", context)?;
    default::refresh_link(context, &lock);
    Ok(())
}

fn already(name: &ToolchainName, context: &Context<'_>) -> Installed {
    context.printer.note(&format!("{name} is installed"));
    Installed {
        name: name.clone(),
        path: context.layout.toolchain(name),
        reused: true,
        receipt: None,
        failures: Vec::new(),
        log_failure: None,
    }
}

/// The first Go that a person installs is the default; later ones change nothing.
fn become_default(name: &ToolchainName, context: &Context<'_>) -> Result<(), Failure> {
    if !default::is_unset(context) {
        return Ok(());
    }
    let lock = provide::lock("default", context)?;
    if !default::is_unset(context) {
        return Ok(());
    }
    default::write(&Request::exact(name.clone()), context, &lock)?;
    context.printer.note(&format!("default is now {name}"));
    Ok(())
}

/// How long an install waits for the checksum database when nothing depends on it.
const LOG_PATIENCE: Duration = Duration::from_secs(5);
