mod file;
mod given;
mod phrase;
mod wanted;

use std::time::{Duration, Instant};

use gover_core::display::pasted;
use gover_core::inventory::is_installed;
use gover_core::platform::Fit;
use gover_core::{Arch, Exit, Request, ToolchainName};
use gover_install::{InstallError, InstallRequest, Installed, Installer, Seen, install, shims};
use gover_source::{Supply, SupplyError, Wanted};
use serde_json::Value;

use self::file::GivenFile;
use self::wanted::Asked;
use super::{default, provide};
use crate::architecture::{self, Target};
use crate::cli::InstallArgs;
use crate::context::Context;
use crate::failure::Failure;
use crate::output::{Json, Progress};
use crate::runtime::block_on;
use crate::settings::{Setting, SettingOrigin};
use crate::supply::{supply, tell_remarks};

/// `gover install`
pub(super) fn run(arguments: &InstallArgs, context: &Context<'_>) -> Result<Exit, Failure> {
    let target = target(arguments, context)?;
    let installed = match &arguments.sha256 {
        Some(sum) => vec![given::install(arguments, sum, &target, context)?],
        None => install_requests(arguments, &target, context)?,
    };
    if shims::is_stale(&context.layout, &provide::shim_program(context)) {
        provide::refresh_shims(context)?;
    }
    if arguments.json {
        let facts: Vec<Value> = installed.iter().map(phrase::facts).collect();
        Json::print(context.printer, &facts)?;
    }
    if !arguments.keep_default
        && let Some(first) = installed.iter().find(|installed| runs_here(installed, context))
    {
        become_default(&first.name, context)?;
    }
    Ok(Exit::Success)
}

/// What to install for: the option, the variable, the machine.
fn target(arguments: &InstallArgs, context: &Context<'_>) -> Result<Target, Failure> {
    let Some(text) = &arguments.arch else { return Ok(context.target()) };
    let setting = Setting { value: Some(Arch::parse(text)?), origin: SettingOrigin::Option("--arch") };
    Ok(Target::new(&setting, &context.machine))
}

/// Whether its programs can be started here: seen just now, or as far as anybody knows of one that was there before.
fn runs_here(installed: &Installed, context: &Context<'_>) -> bool {
    let fit = || architecture::of_toolchain(&installed.name, context).map(|arch| context.machine.fit(arch));
    installed.seen == Seen::Running || (installed.reused && fit() != Some(Fit::Foreign))
}

/// Installs what answers a request that nothing installed answers, for commands that need it at once.
pub(super) fn install_missing(request: &Request, context: &Context<'_>) -> Result<(), Failure> {
    let supply = supply(context)?;
    let target = context.target();
    let name = wanted::name(request, &supply, &target, context)?;
    install_one(&name, false, &supply, &target, context).map(drop)
}

/// The release that a request means.
pub(super) fn released(
    request: &Request,
    supply: &Supply,
    target: &Target,
    context: &Context<'_>,
) -> Result<ToolchainName, Failure> {
    wanted::name(request, supply, target, context)
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
    let wanted: Vec<_> = requests.iter().map(|request| pasted(request.as_str())).collect();
    let wanted = wanted.join(" ");
    Err(Failure::not_found(
        format!("{wanted} is not installed, and {name} ({})", origin.describe()),
        format!("gover install {wanted}"),
    ))
}

fn install_requests(
    arguments: &InstallArgs,
    target: &Target,
    context: &Context<'_>,
) -> Result<Vec<Installed>, Failure> {
    let asked = wanted::asked(&arguments.requests, target, context)?;
    let requests: Vec<Request> = asked.iter().filter_map(Asked::request).cloned().collect();
    if arguments.keep_default {
        refuse_automatic(&requests, context)?;
    }
    // An exact version that is there needs no source and no settings of any.
    let reused = |name: &ToolchainName| !arguments.force && is_installed(&context.layout, name);
    if asked.iter().all(|asked| asked.exact().is_some_and(reused)) {
        return asked.iter().filter_map(Asked::exact).map(|name| already(name, target, context)).collect();
    }
    let supply = supply(context)?;
    // All requests are understood before the first download begins.
    let mut wanted: Vec<(ToolchainName, Option<&GivenFile>)> = Vec::new();
    for asked in &asked {
        let (name, file) = match asked {
            Asked::Release(request) => (wanted::name(request, &supply, target, context)?, None),
            Asked::File(file) => (file.name().clone(), Some(file)),
        };
        if !wanted.iter().any(|(known, _)| *known == name) {
            wanted.push((name, file));
        }
    }
    let install = |(name, file): &(ToolchainName, Option<&GivenFile>)| match file {
        Some(file) => file.install(arguments.force, target, context),
        None => install_one(name, arguments.force, &supply, target, context),
    };
    wanted.iter().map(install).collect()
}

fn install_one(
    name: &ToolchainName,
    force: bool,
    supply: &Supply,
    target: &Target,
    context: &Context<'_>,
) -> Result<Installed, Failure> {
    attempt(name, force, supply, target, context)?.map_err(|error| failed(error, name, supply, target))
}

/// The same with the error of the installation itself, for who has more to say about some of them.
fn attempt(
    name: &ToolchainName,
    force: bool,
    supply: &Supply,
    target: &Target,
    context: &Context<'_>,
) -> Result<Result<Installed, InstallError>, Failure> {
    if !force && is_installed(&context.layout, name) {
        return already(name, target, context).map(Ok);
    }
    let began = Instant::now();
    let request = InstallRequest {
        wanted: Wanted { name: name.clone(), platform: target.platform.clone() },
        force,
        require_log: context.settings.require_sumdb.value,
        smoke: target.smoke(context),
    };
    let progress = Progress::new(context.env, context.printer);
    let shim = provide::shim_program(context);
    let installed = block_on(install(&request, &installer(supply, &progress, &shim, context)))?;
    tell_remarks(supply, context);
    let installed = match installed {
        Ok(installed) => installed,
        Err(error) => return Ok(Err(error)),
    };
    if installed.reused {
        return already(name, target, context).map(Ok);
    }
    finished(&installed, began, context)?;
    Ok(Ok(installed))
}

/// Where the machine's architecture is all that a release lacks, the one that runs as well is offered.
fn failed(error: InstallError, name: &ToolchainName, supply: &Supply, target: &Target) -> Failure {
    let unknown =
        matches!(&error, InstallError::Supply(error) if matches!(**error, SupplyError::Unknown { .. }));
    let failure = Failure::from(error);
    let request = Request::exact(name.clone());
    match unknown.then(|| target.alternative(&request, &supply.known_releases())).flatten() {
        Some(arch) => failure.hint_first(on_purpose(arch, request.as_str())),
        None => failure,
    }
}

/// The command that installs for an architecture that is not the machine's.
fn on_purpose(arch: Arch, request: &str) -> String {
    format!("gover install --arch {arch} {}", pasted(request))
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
    if let Some(remark) = architecture::remark(&installed.name, context) {
        let unseen = match installed.seen {
            Seen::Running => "",
            Seen::Files => "; its `go version` could not be run here",
        };
        context.printer.note(&format!("{} is {remark}{unseen}", installed.name));
    }
    if let Some(reason) = &installed.log_failure {
        context.printer.warning(&format!("the transparency log was not asked: {reason}"));
    }
    let lock = provide::lock("default", context)?;
    default::refresh_link(context, &lock);
    Ok(())
}

/// A toolchain that is there. One for another architecture than was asked for is not what was wanted; where the
/// machine asks, it is taken, since it is there on purpose.
fn already(name: &ToolchainName, target: &Target, context: &Context<'_>) -> Result<Installed, Failure> {
    let arch = architecture::of_toolchain(name, context);
    let wanted = target.platform.arch();
    if let (Some(asked_by), Some(arch)) = (target.asked_by, arch)
        && arch.as_str() != wanted
    {
        let version = Request::exact(name.clone());
        return Err(Failure::new(
            format!("{name} is installed for {arch}, and {asked_by} asks for {wanted}"),
            format!("gover install -f --arch {wanted} {version}"),
        ));
    }
    match arch.and_then(|arch| context.machine.remark(arch)) {
        Some(remark) => context.printer.note(&format!("{name} is installed: {remark}")),
        None => context.printer.note(&format!("{name} is installed")),
    }
    Ok(Installed {
        name: name.clone(),
        path: context.layout.toolchain(name),
        reused: true,
        receipt: None,
        failures: Vec::new(),
        log_failure: None,
        seen: Seen::Files,
    })
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
