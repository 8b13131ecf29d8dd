mod pick;

use gover_core::Request;
use gover_core::display::pasted;
use gover_core::env::vars;
use gover_core::platform::IS_WINDOWS;
use gover_core::resolve::OriginKind;
use gover_shell::{Change, ShellKind};
use gover_sys::process::{self, ProcessId};

use crate::cli::UseArgs;
use crate::store::{effect, lock, provide, requests, sessions};
use crate::{Context, Failure};

pub(super) fn run(arguments: &UseArgs, context: &Context<'_>) -> Result<(), Failure> {
    if arguments.json {
        return Err(Failure::usage(
            "`gover use` prints code for the shell to run, so it cannot print JSON",
            "gover current --json",
        ));
    }
    match &arguments.request {
        Some(text) => choose(text, context),
        None if arguments.clear => clear(context),
        None => choose(&pick::pick(context)?, context),
    }
}

fn choose(text: &str, context: &Context<'_>) -> Result<(), Failure> {
    let request = requests::parse(text, context)?;
    let toolchain = provide::provide(&request, context)?;
    // The exact toolchain, so that a later install does not change what this shell uses.
    let stored = match &toolchain.name {
        Some(name) if request.is_by_version() => Request::exact(name.clone()),
        _ => request,
    };
    match function_shell(context) {
        Some(shell) => {
            let changes = [Change::Set(vars::GOVER_VERSION, stored.as_str())];
            context.printer.exact(shell.syntax().evaluated(&changes).trim_end())?;
        }
        None => record(&stored, context)?,
    }
    let name = requests::name_of(&toolchain, context);
    warn_of_hand_over(context);
    context.printer.note(&format!("this shell now uses {name} (`gover use --clear` undoes this)"));
    effect::report_if(OriginKind::Environment, &stored, context);
    Ok(())
}

fn clear(context: &Context<'_>) -> Result<(), Failure> {
    // In a home that this user may only read, nothing was recorded.
    let recorded = match calling_process() {
        Some(shell) if !lock::is_read_only(context) => {
            sessions::remove(shell, context, &sessions::lock(context)?)?
        }
        _ => None,
    };
    if let Some(shell) = function_shell(context) {
        let changes = [Change::Unset(vars::GOVER_VERSION)];
        context.printer.exact(shell.syntax().evaluated(&changes).trim_end())?;
    } else if context.env.var(vars::GOVER_VERSION).is_some() {
        return Err(Failure::new(
            "GOVER_VERSION is set in this shell, and only the shell can unset it",
            effect::unset_by_hand(vars::GOVER_VERSION, context),
        ));
    }
    context.printer.note(&match context.env.text(vars::GOVER_VERSION).or(recorded) {
        Some(before) => {
            let undo = format!("`gover use {}` undoes this", pasted(&before));
            format!("this shell follows the directory and the default again ({undo})")
        }
        None => "this shell had no choice of its own; nothing changed".to_owned(),
    });
    Ok(())
}

/// The Unix-like shells of Windows start a program from a copy of themselves that ends at once. So
/// what `make` or a script starts has no ancestor whose choice is recorded.
fn warn_of_hand_over(context: &Context<'_>) {
    if !IS_WINDOWS || function_shell(context).is_some() {
        return;
    }
    let Some(shell) = effect::calling_shell(context).filter(|shell| shell.is_unix_like()) else { return };
    let what = "`make` and scripts that this shell starts do not see this choice";
    context.printer.warning(&format!("{what}; load gover's function and choose again"));
    if let Some(line) = shell.syntax().load_line() {
        context.printer.hint(line);
    }
}

/// The shell whose `gover` function called; it evaluates what is printed.
fn function_shell(context: &Context<'_>) -> Option<ShellKind> {
    context.env.text(vars::GOVER_SHELL).and_then(|name| ShellKind::parse(&name))
}

/// Stores the choice for the calling process, since no shell function is there to set a variable.
fn record(request: &Request, context: &Context<'_>) -> Result<(), Failure> {
    if let Some(value) = context.env.text(vars::GOVER_VERSION) {
        let problem = format!("GOVER_VERSION={value} is set in this shell and would override this choice");
        let hint = match effect::calling_shell(context).and_then(|shell| shell.syntax().load_line()) {
            Some(line) => format!(
                "`{}` first, or load the shell function: `{line}`",
                effect::unset_by_hand(vars::GOVER_VERSION, context)
            ),
            None => effect::unset_by_hand(vars::GOVER_VERSION, context),
        };
        return Err(Failure::new(problem, hint));
    }
    if lock::is_read_only(context) {
        let hint = effect::choose_by_hand(request, context);
        return Err(Failure::new(lock::read_only_home(context), hint));
    }
    let Some(shell) = calling_process() else {
        return Err(Failure::new(
            "cannot find out which shell called gover",
            effect::choose_by_hand(request, context),
        ));
    };
    sessions::write(shell, request.as_str(), context, &sessions::lock(context)?)
}

/// The calling process: the parent, usually a shell.
///
/// Unix-like shells on Windows run every program from a copy of themselves (`fork`), which ends
/// with the program. There it is the parent of that copy.
fn calling_process() -> Option<ProcessId> {
    let mut ancestors = process::ancestors();
    let parent = ancestors.next()?;
    let next = ancestors.next();
    let name = |process: Option<ProcessId>| process.and_then(process::name);
    let (copy, shell) = (name(Some(parent)), name(next));
    if IS_WINDOWS && is_copy(copy.as_deref(), shell.as_deref()) { next } else { Some(parent) }
}

/// Whether the process `copy` is the copy from which its parent, a Unix-like shell, runs a program.
fn is_copy(copy: Option<&str>, shell: Option<&str>) -> bool {
    let kind = copy.and_then(ShellKind::parse);
    kind.is_some_and(ShellKind::is_unix_like) && copy == shell
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_of_a_unix_like_shell_is_told_from_a_shell_within_a_shell() {
        assert!(is_copy(Some("bash.exe"), Some("bash.exe")));
        assert!(is_copy(Some("zsh.exe"), Some("zsh.exe")));
        for (parent, next) in [
            (Some("bash.exe"), Some("mintty.exe")),
            // These run programs directly, so a nested one is a shell of its own.
            (Some("cmd.exe"), Some("cmd.exe")),
            (Some("pwsh.exe"), Some("pwsh.exe")),
            (Some("explorer.exe"), Some("explorer.exe")),
            (Some("bash.exe"), None),
            (None, None),
        ] {
            assert!(!is_copy(parent, next), "{parent:?} {next:?}");
        }
    }
}
