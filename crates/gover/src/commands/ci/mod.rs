//! `gover ci`: what a job of a build service needs before its first go command, in one step.

mod facts;
mod github;
mod keys;
mod later;
mod machine;
mod obtain;
mod printed;
mod provider;
mod tool_cache;
mod wanted;

use std::path::{Path, PathBuf};

use gover_core::env::parse_switch;
use gover_core::text::shown;
use gover_core::{Arch, Platform, ToolchainName};
use gover_install::Receipt;
use gover_install::programs::Programs;
use gover_install::verify::LogStatus;
use gover_shell::ShellKind;
use gover_sys::file;

pub(super) use self::facts::CiFacts;
use self::github::{Appended, Files};
use self::keys::Keys;
use self::later::Later;
use self::obtain::Obtained;
use self::provider::Provider;
use self::tool_cache::Candidate;
use self::wanted::Wanted;
use crate::cli::CiArgs;
use crate::commands::verify;
use crate::settings::{Setting, SettingOrigin};
use crate::store::install::Installation;
use crate::store::{lock, shims};
use crate::{Context, Failure, Target};

/// What was decided and done.
pub(super) struct Done {
    /// As the toolchain calls itself.
    name: String,
    goroot: PathBuf,
    reason: String,
    /// `None` with `--plan`.
    origin: Option<&'static str>,
    h1: Option<String>,
    platform: Platform,
    /// Whether it is the Go that came with the machine, so that nothing of gover is put on PATH.
    is_of_machine: bool,
}

pub(super) fn run(arguments: &CiArgs, context: &Context<'_>) -> Result<(), Failure> {
    let provider = Provider::of(arguments.provider.as_deref(), context)?;
    let sink = Sink::open(provider, arguments, context)?;
    let result = prepare(arguments, &sink, context);
    if let (Err(_), SinkKind::Shell(shell)) = (&result, &sink.kind)
        && !arguments.json
    {
        context.printer.exact(printed::failing(*shell))?;
    }
    result
}

fn prepare(arguments: &CiArgs, sink: &Sink, context: &Context<'_>) -> Result<(), Failure> {
    let target = target(arguments, context)?;
    let wanted = Wanted::of(arguments, check_latest(arguments)?, context)?;
    let done = match machine::of(&wanted, (arguments, &target), context)? {
        Some(done) => done,
        None => provide(arguments, &wanted, &target, context)?,
    };
    let keys = Keys::new(&done, &arguments.cache_dependency_path, context)?;
    let later = Later::new((&wanted, &done), keys, arguments.plan, context);
    if !arguments.plan && !done.is_of_machine {
        later.check(&done.name, context)?;
    }
    sink.write(&later, arguments, context)?;
    if arguments.json {
        context.printer.json(&CiFacts::of(&done, &later, sink.provider))?;
    }
    if !arguments.plan {
        let directories: Vec<String> = later.path.iter().map(|directory| context.short(directory)).collect();
        let path = match directories.as_slice() {
            [] => "PATH stays as it is".to_owned(),
            _ => format!("PATH begins with {}", directories.join(" and ")),
        };
        context.printer.note(&format!("{} {}; {path}", sink.provider.later(), done.name));
    }
    Ok(())
}

/// Chooses a toolchain of the store, and installs it unless this is only a plan.
fn provide(
    arguments: &CiArgs,
    wanted: &Wanted,
    target: &Target,
    context: &Context<'_>,
) -> Result<Done, Failure> {
    let installation = Installation::new(target, false, context);
    let cached = tool_cache::candidates(context);
    let chosen = wanted.toolchain(check_latest(arguments)?, &cached, &installation, context)?;
    let name = wanted.raised(chosen, context)?;
    context.printer.note(&format!("{name}  {}", wanted.reason));
    let (origin, h1) = if arguments.plan {
        (None, known_h1(&name, (target, &installation), context)?)
    } else {
        let Obtained { origin, h1, .. } = install(&name, &cached, (target, &installation), context)?;
        (Some(origin.as_str()), h1)
    };
    Ok(Done {
        goroot: context.layout.toolchain(&name),
        reason: wanted.reason.clone(),
        origin,
        h1,
        platform: platform(&name, (target, &installation), context),
        is_of_machine: false,
        name: name.to_string(),
    })
}

/// Installs gover's own programs where PATH will have them, then the toolchain.
fn install(
    name: &ToolchainName,
    cached: &[Candidate],
    (target, installation): (&Target, &Installation<'_>),
    context: &Context<'_>,
) -> Result<Obtained, Failure> {
    let programs =
        context.env.program().map(|own| Programs::outside(&context.layout, own)).transpose()?.flatten();
    if let Some(programs) = programs {
        let lock = lock::acquire(gover_install::shims::LOCK, context)?;
        programs.place(&context.layout, None, &lock)?;
    }
    let obtained = obtain::obtain(name, cached, (target, installation), context)?;
    if gover_install::shims::is_stale(&context.layout, &shims::program(context)) {
        shims::refresh(context)?;
    }
    super::install::choose_default(std::slice::from_ref(&obtained.installed), context)?;
    Ok(obtained)
}

/// The platform that was asked for. Otherwise a toolchain that is there stays, whatever its platform.
fn platform(
    name: &ToolchainName,
    (target, installation): (&Target, &Installation<'_>),
    context: &Context<'_>,
) -> Platform {
    let of_kept = || installation.keeps(name).then(|| verify::platform(name, context)).flatten();
    let kept = if target.asked_by.is_none() { of_kept() } else { None };
    kept.unwrap_or_else(|| target.platform.clone())
}

/// The hash that the toolchain has, or will have, from its receipt or else its record. The toolchain in
/// the store may be of another platform.
fn known_h1(
    name: &ToolchainName,
    (target, installation): (&Target, &Installation<'_>),
    context: &Context<'_>,
) -> Result<Option<String>, Failure> {
    let platform = platform(name, (target, installation), context);
    let receipt =
        installation.keeps(name).then(|| Receipt::read(&context.layout, name).ok().flatten()).flatten();
    let receipt = receipt.filter(|receipt| receipt.platform == platform.to_string());
    if let Some(h1) = receipt.and_then(|receipt| receipt.h1) {
        return Ok(Some(h1));
    }
    let mut responses = verify::log::ask(&[(name, Some(&platform))], installation.supply()?)?;
    if let Some(failure) = responses.failures.pop() {
        return Err(failure);
    }
    Ok(match responses.answers.pop() {
        Some(LogStatus::Proven(record)) => Some(record.h1),
        Some(LogStatus::Silent(reason) | LogStatus::Refused(reason)) => {
            context.printer.note(&format!("note: the cache key has no hash of {name}: {reason}"));
            None
        }
        None => None,
    })
}

/// A pipeline passes on what its input is: `true`, `false` or nothing.
fn check_latest(arguments: &CiArgs) -> Result<bool, Failure> {
    let Some(text) = arguments.check_latest.as_deref().filter(|text| !text.is_empty()) else {
        return Ok(false);
    };
    parse_switch(text).ok_or_else(|| {
        let what = format!("`--check-latest` cannot be `{}`; use true or false", shown(text));
        Failure::usage(what, "gover help ci")
    })
}

fn target(arguments: &CiArgs, context: &Context<'_>) -> Result<Target, Failure> {
    let Some(text) = arguments.arch.as_deref().filter(|text| !text.is_empty()) else {
        return Ok(context.target());
    };
    let arch = match Arch::by_any_name(text) {
        Some(arch) => arch,
        None => Arch::parse(text)?,
    };
    let setting = Setting { value: Some(arch), origin: SettingOrigin::Option("--arch") };
    Ok(Target::new(&setting, &context.machine))
}

/// Where PATH, variables and outputs go. Files are opened first, so that nothing is downloaded in vain.
struct Sink {
    provider: Provider,
    kind: SinkKind,
    dotenv: Option<Appended>,
}

enum SinkKind {
    Files(Files),
    Azure,
    Shell(ShellKind),
}

impl Sink {
    fn open(provider: Provider, arguments: &CiArgs, context: &Context<'_>) -> Result<Self, Failure> {
        let kind = match provider {
            Provider::GitHub => SinkKind::Files(Files::open(context)?),
            Provider::Azure => SinkKind::Azure,
            Provider::GitLab | Provider::Jenkins | Provider::Shell => {
                SinkKind::Shell(printed::shell(arguments.shell.as_deref(), context)?)
            }
        };
        let dotenv = arguments.dotenv.as_deref().map(|path| context.absolute(path));
        let dotenv = dotenv.map(|path| Appended::maybe_new(path, github::DOTENV)).transpose()?;
        Ok(Self { provider, kind, dotenv })
    }

    /// Writes all files, or none. What a service reads from stdout gives way to JSON.
    fn write(&self, later: &Later, arguments: &CiArgs, context: &Context<'_>) -> Result<(), Failure> {
        let mut texts = match &self.kind {
            SinkKind::Files(files) => files.texts(later)?,
            SinkKind::Azure | SinkKind::Shell(_) => Vec::new(),
        };
        if let Some(file) = &self.dotenv {
            texts.push((file, printed::dotenv(later)?));
        }
        let printed = match &self.kind {
            _ if arguments.json => None,
            SinkKind::Files(_) => None,
            SinkKind::Azure => Some(printed::azure(later)),
            SinkKind::Shell(shell) => Some(printed::code(later, *shell, context)?),
        };
        let has_matchers =
            matches!(self.kind, SinkKind::Files(_)) && !arguments.plan && !arguments.no_matcher;
        let matchers = has_matchers.then(|| write_matchers(context)).transpose()?;
        github::append_all(&texts)?;
        if let Some(path) = matchers {
            register(&path, arguments.json, context)?;
        }
        printed.map_or(Ok(()), |text| context.printer.exact(text.trim_end()))
    }
}

/// Writes the problem matchers, in place of whatever had their name, and returns their path.
fn write_matchers(context: &Context<'_>) -> Result<PathBuf, Failure> {
    let directory = context.env.var(gover_core::env::vars::RUNNER_TEMP).map(PathBuf::from);
    let path = directory.unwrap_or_else(|| context.env.temporary_directory()).join("gover-matchers.json");
    file::replace_atomically(&path, MATCHERS.as_bytes()).map_err(|error| {
        let what = format!("cannot write the problem matchers to `{}`", path.display());
        Failure::io(what, &error, "check RUNNER_TEMP, or pass --no-matcher")
    })?;
    Ok(path)
}

/// The runner reads commands from both streams.
fn register(path: &Path, as_json: bool, context: &Context<'_>) -> Result<(), Failure> {
    let command = format!("::add-matcher::{}", github::escaped(&path.to_string_lossy()));
    if as_json {
        context.printer.note(&command);
        Ok(())
    } else {
        context.printer.exact(&command)
    }
}

const MATCHERS: &str = include_str!("matchers.json");
