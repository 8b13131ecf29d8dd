//! `gover use` without a version: the user picks one of the installed toolchains.

use gover_core::{Exit, Request, ToolchainName};

use crate::output::Verbosity;
use crate::store::{default, requests};
use crate::{Context, Failure};

/// The version that the user picked by its number, or typed. Without a terminal, this is an error
/// that names what is installed.
pub(super) fn pick(context: &Context<'_>) -> Result<String, Failure> {
    let mut names = requests::inventory(context)?.toolchains;
    names.sort_unstable_by(|a, b| b.cmp(a));
    let Some(newest) = names.first() else {
        return Err(Failure::not_found("no toolchain is installed", "gover install latest"));
    };
    let command = format!("gover use {}", version(newest));
    // With `-q`, nobody would see the list.
    if !context.printer.can_ask() || context.printer.verbosity == Verbosity::Quiet {
        let some: Vec<String> = names.iter().take(SHOWN).map(version).collect();
        let more = if names.len() > SHOWN { " and older ones" } else { "" };
        let what = format!("`gover use` needs a version; installed: {}{more}", some.join(", "));
        return Err(Failure::usage(what, command));
    }
    show(&names, context);
    let question = format!("which one? [1-{}, or a version]", names.len().min(SHOWN));
    let answer = context
        .printer
        .ask(&question)
        .map_err(|error| Failure::io("cannot read the answer", &error, command))?;
    let numbered =
        answer.parse::<usize>().ok().and_then(|number| names.iter().take(SHOWN).nth(number.checked_sub(1)?));
    match numbered {
        Some(name) => Ok(version(name)),
        None if answer.is_empty() => {
            context.printer.note("nothing was chosen; nothing changed");
            Err(Failure::Silent(Exit::Failure))
        }
        None => Ok(answer),
    }
}

fn show(names: &[ToolchainName], context: &Context<'_>) {
    let default = default::toolchain(context).ok().flatten().and_then(|toolchain| toolchain.name);
    let here = context.selected().and_then(|toolchain| toolchain.name);
    for (number, name) in (1..).zip(names.iter().take(SHOWN)) {
        let marks = [(&default, "default"), (&here, "used here")];
        let marks = marks.iter().filter(|(marked, _)| marked.as_ref() == Some(name)).map(|(_, mark)| *mark);
        let marks = marks.collect::<Vec<_>>().join(", ");
        context.printer.note(format!("{number:>3}  {name:<12}  {marks}").trim_end());
    }
    if names.len() > SHOWN {
        context.printer.note(&format!("     and {} more: `gover list` shows all", names.len() - SHOWN));
    }
}

fn version(name: &ToolchainName) -> String {
    Request::typed(name.as_str())
}

/// So many fit on a small terminal.
const SHOWN: usize = 12;
