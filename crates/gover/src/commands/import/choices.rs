//! Which version the other programs use, and the commands that say the same to gover.

use gover_core::display::pasted;
use gover_core::{Request, ToolchainName};
use gover_doctor::keepers::{self, Choice, Scope};
use gover_doctor::{MachinePath, Snapshot};

use super::judge::Judged;
use super::path;
use crate::Context;
use crate::store::{default, requests};

/// A version that another program uses, and the command that chooses it in gover.
pub(super) struct Chosen {
    pub(super) keeper: &'static str,
    pub(super) place: MachinePath,
    pub(super) request: String,
    pub(super) scope: Scope,
    /// What the version means here.
    toolchain: ToolchainName,
    /// `None` if gover does the same already.
    pub(super) command: Option<String>,
}

/// The choices that an installed toolchain can follow, or one that could be imported.
pub(super) fn of(judged: &[Judged], snapshot: &Snapshot<'_>, context: &Context<'_>) -> Vec<Chosen> {
    let mut names = requests::names(context).unwrap_or_default();
    names.extend(judged.iter().filter_map(Judged::importable).map(|equal| equal.wanted.name.clone()));
    let known = |keeper: &str| judged.iter().any(|one| one.keeper == Some(keeper));
    let choices = keepers::choices(snapshot).into_iter();
    let choices = choices.filter(|choice| choice.scope == Scope::Project || known(choice.keeper));
    choices.filter_map(|choice| chosen(choice, &names, context)).collect()
}

/// The toolchains that other programs use by default.
pub(super) fn defaults(
    judged: &[Judged],
    snapshot: &Snapshot<'_>,
    context: &Context<'_>,
) -> Vec<ToolchainName> {
    let choices = of(judged, snapshot, context).into_iter().filter(|one| one.scope == Scope::Default);
    choices.map(|one| one.toolchain).collect()
}

fn chosen(choice: Choice, names: &[ToolchainName], context: &Context<'_>) -> Option<Chosen> {
    let Choice { keeper, place, request, scope } = choice;
    let parsed = Request::parse_pin(&request).ok().filter(Request::is_by_version)?;
    let stable = context.stable();
    let newest = parsed.newest(names, stable.as_ref())?.clone();
    let is_default = || {
        let default = default::read(context).ok().flatten()?;
        Some(default.newest(names, stable.as_ref())? == &newest)
    };
    let text = parsed.as_exact().map_or(parsed.clone(), |name| Request::exact(name.clone()));
    let text = pasted(text.as_str());
    let command = match scope {
        Scope::Default if is_default() == Some(true) => None,
        Scope::Default => Some(format!("gover default {text}")),
        Scope::Project => Some(format!("gover pin {text}")),
    };
    Some(Chosen { keeper, place, request, scope, toolchain: newest, command })
}

/// Says how to go on: which choices to repeat, and what stands in gover's way.
pub(super) fn show(chosen: &[Chosen], snapshot: &Snapshot<'_>, context: &Context<'_>) {
    for Chosen { keeper, place, request, scope, command, .. } in chosen {
        let place = context.short(&path(place));
        let Some(command) = command else { continue };
        context.printer.note(&match scope {
            Scope::Default => format!("{keeper} uses {request} by default ({place})"),
            Scope::Project => format!("{place} asks {keeper} for {request}, and gover does not read it"),
        });
        context.printer.hint(command);
    }
    let checks = keepers::checks_in_effect(snapshot);
    if !checks.is_empty() {
        context.printer.note("note: settings for other Go installations are still in effect");
        context.printer.hint(&format!("gover doctor {}", checks.join(" ")));
    }
}
