//! One file per command. Each is a function over its arguments and the context.

mod audit;
mod bisect;
mod bump;
mod cache;
mod changes;
mod check;
mod ci;
mod complete;
mod completions;
mod config;
mod current;
mod default;
mod doctor;
mod editor;
mod env;
mod exec;
mod help;
mod import;
mod init;
mod install;
mod json;
mod link;
mod list;
mod matrix;
mod mirror;
mod pin;
mod proxy;
mod prune;
mod self_;
mod setup;
mod support;
mod tools;
mod uninstall;
mod update;
mod r#use;
mod verify;
mod which;

use gover_install::home;
use gover_shell::ShellKind;

pub use self::completions::script as completions;
pub use self::json::page as json_page;

use crate::cli::{
    self, CacheAction, CacheArgs, Command, ConfigAction, ConfigArgs, CurrentArgs, DoctorArgs, EditorArgs,
    ListArgs, ProxyArgs, SetupArgs, ToolsAction, ToolsArgs,
};
use crate::store::shims;
use crate::{Context, Failure};

pub(crate) fn run(command: Command, context: &Context<'_>) -> Result<(), Failure> {
    match &command {
        Command::Prune(_) | Command::Cache(CacheArgs { action: Some(CacheAction::Clean), .. }) => {
            home::check_stamped(&context.layout)?;
        }
        // Setup puts the stamp of gover into the home.
        Command::Setup(SetupArgs { undo: false, .. }) => home::check_not_foreign(&context.layout)?,
        command if changes_toolchains(command) => home::check_not_foreign(&context.layout)?,
        _ => {}
    }
    if writes(&command)
        && let Some(owner) = gover_sys::user::owner_seen_by_root(context.layout.home())
    {
        let home = context.short(context.layout.home());
        context.printer.warning(&format!("root works in {home}, which belongs to {owner}"));
    }
    if changes_toolchains(&command) {
        shims::recover(context);
    } else if looks_for_toolchains(&command) && !is_silent(&command) {
        warn_of_unfinished(context);
    }
    match command {
        Command::Install(arguments) => install::run(&arguments, context),
        Command::Update(arguments) => update::run(&arguments, context),
        Command::Import(arguments) => import::run(&arguments, context),
        Command::Link(arguments) => link::run(&arguments, context),
        Command::Uninstall(arguments) => uninstall::run(&arguments, context),
        Command::Prune(arguments) => prune::run(&arguments, context),
        Command::Use(arguments) => r#use::run(&arguments, context),
        Command::Default(arguments) => changes::of_default(&arguments, context),
        Command::Pin(arguments) => changes::of_pin(&arguments, context),
        Command::List(arguments) => list::run(&arguments, context),
        Command::Current(arguments) => current::run(&arguments, context),
        Command::Check(arguments) => check::run(&arguments, context),
        Command::Which(arguments) => which::run(&arguments, context),
        Command::Exec(arguments) => exec::run(&arguments, context),
        Command::Matrix(arguments) => matrix::run(&arguments, context),
        Command::Bisect(arguments) => bisect::run(&arguments, context),
        Command::Env(arguments) => env::run(&arguments, context),
        Command::Init(arguments) => init::run(&arguments, context),
        Command::Setup(arguments) => setup::run(&arguments, context),
        Command::Completions(arguments) => completions::run(&arguments, context),
        Command::Complete(arguments) => complete::run(&arguments, context),
        Command::Audit(arguments) => audit::run(&arguments, context),
        Command::Bump(arguments) => bump::run(&arguments, context),
        Command::Tools(arguments) => tools::run(&arguments, context),
        Command::Verify(arguments) => verify::run(&arguments, context),
        Command::Doctor(arguments) => doctor::run(&arguments, context),
        Command::Editor(arguments) => editor::run(&arguments, context),
        Command::Ci(arguments) => ci::run(&arguments, context),
        Command::Mirror(arguments) => mirror::run(&arguments, context),
        Command::Proxy(arguments) => proxy::run(&arguments, context),
        Command::Cache(arguments) => cache::run(&arguments, context),
        Command::Config(arguments) => config::run(arguments, context),
        Command::Own(arguments) => self_::run(&arguments, context),
        Command::Help(arguments) => help::run(&arguments, context),
    }
}

/// The shell of that name.
fn shell(name: &str, context: &Context<'_>) -> Result<ShellKind, Failure> {
    name.parse::<ShellKind>().map_err(|error| {
        match cli::meant(context.env.arguments(), name, error.meant()) {
            Some(meant) => Failure::usage(error.to_string(), meant),
            None => error.into(),
        }
    })
}

/// Whether it answers a prompt or Tab, which messages would break.
pub(crate) fn is_silent(command: &Command) -> bool {
    matches!(command, Command::Current(CurrentArgs { short: true, .. }) | Command::Complete(_))
}

/// Commands that change something restore what an interrupted install moved; others only warn.
fn warn_of_unfinished(context: &Context<'_>) {
    for name in gover_install::staging::set_aside(&context.layout) {
        context.printer.warning(&format!(
            "an unfinished install moved {name} away (`gover install {}` restores it)",
            name.version()
        ));
    }
}

/// Whether it installs or removes programs beside a toolchain. Others of these write into GOBIN.
fn changes_kept_tools(command: &Command) -> bool {
    let Command::Tools(ToolsArgs { action: Some(action), .. }) = command else { return false };
    match action {
        ToolsAction::Install(arguments) => arguments.only_for.is_some(),
        ToolsAction::Uninstall(arguments) => arguments.only_for.is_some(),
        ToolsAction::Rebuild(_) => false,
    }
}

/// Whether it may write in gover's home. A new command counts as one that does.
fn writes(command: &Command) -> bool {
    changes_kept_tools(command)
        || !matches!(
            command,
            Command::List(ListArgs { remote: false, .. })
            | Command::Current(_)
            | Command::Check(_)
            | Command::Which(_)
            | Command::Env(_)
            | Command::Init(_)
            | Command::Completions(_)
            | Command::Complete(_)
            | Command::Help(_)
            // It writes into the directory of a project.
            | Command::Pin(_)
            | Command::Bump(_)
            | Command::Tools(_)
            | Command::Setup(SetupArgs { dry_run: true, .. })
            | Command::Doctor(DoctorArgs { fix: false, undo: false, .. })
            | Command::Editor(EditorArgs { dry_run: true, .. })
            | Command::Proxy(ProxyArgs { action: None, .. })
            | Command::Cache(CacheArgs { action: None, .. })
            | Command::Config(ConfigArgs {
                action: None | Some(ConfigAction::Get { .. } | ConfigAction::List { .. } | ConfigAction::Path)
            })
        )
}

/// Whether it changes toolchains, or must know their exact state.
fn changes_toolchains(command: &Command) -> bool {
    changes_kept_tools(command)
        || matches!(
            command,
            Command::Install(_)
                | Command::Ci(_)
                | Command::Import(_)
                | Command::Link(_)
                | Command::Update(_)
                | Command::Uninstall(_)
                | Command::Prune(_)
                | Command::Use(_)
                | Command::Verify(_)
                | Command::Default(_)
        )
}

/// Whether it shows or runs what is installed.
fn looks_for_toolchains(command: &Command) -> bool {
    matches!(
        command,
        Command::List(_)
            | Command::Audit(_)
            | Command::Current(_)
            | Command::Check(_)
            | Command::Which(_)
            | Command::Exec(_)
            | Command::Matrix(_)
            | Command::Bisect(_)
            | Command::Env(_)
    )
}
