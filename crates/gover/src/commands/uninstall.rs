use gover_core::display::pasted;
use gover_core::text::counted;
use gover_core::{Request, ToolchainName, tool};
use gover_install::Uninstalled;
use gover_sys::file;

use crate::cli::UninstallArgs;
use crate::output::{facts, json_path, mebibytes};
use crate::store::uses::{self, Use, UseKind};
use crate::store::{default, lock, requests, shims, uninstall};
use crate::{Context, Failure};

pub(super) fn run(arguments: &UninstallArgs, context: &Context<'_>) -> Result<(), Failure> {
    // Every request is resolved before the first toolchain is removed.
    let mut removals: Vec<Removal> = Vec::new();
    for text in &arguments.requests {
        let name = one_match(&Request::parse_pin(text)?, context)?;
        if removals.iter().all(|known| known.name != name) {
            removals.push(Removal { uses: uses::of(&name, context), name });
        }
    }
    if !arguments.yes && !may_remove(&removals, context)? {
        context.printer.note("nothing was uninstalled");
        removals.clear();
    }
    let mut removed = Vec::new();
    for Removal { name, uses } in removals {
        removed.push(GoneFacts::of(&remove(&name, &uses, context)?, &uses));
    }
    if !removed.is_empty() {
        shims::refresh(context)?;
    }
    if arguments.json {
        context.printer.json(&RemovedToolchains::of(removed))?;
    }
    Ok(())
}

struct Removal {
    name: ToolchainName,
    uses: Vec<Use>,
}

/// Asks if something is in use and a person can answer. Scripts have never been asked, and most of
/// them uninstall what they are done with, the default included.
fn may_remove(removals: &[Removal], context: &Context<'_>) -> Result<bool, Failure> {
    if removals.iter().all(|one| one.uses.is_empty()) || !context.printer.can_ask() {
        return Ok(true);
    }
    let mut total = 0;
    for Removal { name, uses } in removals {
        let bytes = file::tree_size(&context.layout.toolchain(name)).unwrap_or_default();
        total += bytes;
        let used = if uses.is_empty() { "not in use".to_owned() } else { uses::in_words(uses) };
        context.printer.note(&format!("{name}  {}  {used}", mebibytes(bytes)));
    }
    let what = match removals {
        [one] => one.name.to_string(),
        several => counted(several.len(), "toolchain"),
    };
    context.printer.confirm(&format!("uninstall {what}, {}?", mebibytes(total)), "--yes")
}

fn remove(name: &ToolchainName, uses: &[Use], context: &Context<'_>) -> Result<Uninstalled, Failure> {
    let lock = lock::acquire(name.as_str(), context)?;
    let gone = uninstall::uninstall(name, &lock, context)?;
    drop(lock);
    let restore = uninstall::restore(&gone, context);
    context.printer.note(&format!("uninstalled {name} ({restore})"));
    let tools: Vec<String> = tool::names_for(name, &context.layout).into_iter().collect();
    if !tools.is_empty() {
        let command = format!("gover tools uninstall {} --for {}", tools.join(" "), name.version());
        context.printer.note(&format!("what was installed for {name} stays (`{command}` removes it)"));
    }
    let others: Vec<Use> = uses.iter().filter(|one| one.kind != UseKind::Default).cloned().collect();
    if !others.is_empty() {
        context.printer.warning(&format!("{name} was in use: {}", uses::in_words(&others)));
    }
    let lock = default::lock(context)?;
    if others.len() < uses.len()
        && let Some(request) = default::read(context)?
        && context.locate(&request).is_ok_and(|toolchain| toolchain.is_none())
    {
        let newest = requests::names(context)?.pop().map(Request::exact);
        let command = format!("gover default {}", newest.as_ref().map_or("latest", Request::as_str));
        context
            .printer
            .warning(&format!("the default, {request}, is no longer installed; choose another: `{command}`"));
    }
    default::refresh_link(context, &lock);
    Ok(gone)
}

/// The only toolchain that a request matches; people want to remove damaged ones too.
fn one_match(request: &Request, context: &Context<'_>) -> Result<ToolchainName, Failure> {
    if !request.is_by_version() {
        return Err(Failure::usage(
            format!("`{request}` is not managed by gover, so it cannot be uninstalled"),
            "`gover list` shows what can be uninstalled",
        ));
    }
    let installed = requests::names(context)?;
    let matches = request.listed(&installed, context.stable().as_ref());
    match matches.as_slice() {
        [] => {
            let requests::Absent { what, .. } = requests::absent(request, None, context);
            Err(Failure::not_found(what, "`gover list` shows what is installed"))
        }
        [name] => Ok((*name).clone()),
        several => {
            let names: Vec<_> = several.iter().map(ToString::to_string).collect();
            let example = several.first().map(|name| pasted(name.as_str())).unwrap_or_default();
            Err(Failure::usage(
                format!("`{request}` matches several toolchains: {}", names.join(", ")),
                format!("gover uninstall {example}"),
            ))
        }
    }
}

facts! {
    RemovedToolchains(toolchains: Vec<GoneFacts>) {
        toolchains: Vec<GoneFacts> = toolchains => "the toolchains that were removed, in the order of the requests",
    }

    GoneFacts(gone: &Uninstalled, uses: &[Use]) {
        version: String = gone.name.to_string() => "its name",
        goroot: String = json_path(&gone.path) => "its former directory",
        bytes: u64 = gone.bytes => "the size of its files",
        uses: Vec<UseFacts> = uses.iter().map(UseFacts::of).collect() => "where it was used, as far as gover could see",
    }

    UseFacts(one: &Use) {
        kind: &'static str = one.kind.name()
            => "`default`, `selection` (this shell or directory), `session` (another shell) or `process`",
        what: String = one.what.clone() => "a description, such as `chosen by .go-version:1 in ~/shop`",
    }
}
