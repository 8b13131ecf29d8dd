use gover_core::display::pasted;
use gover_core::{Request, ToolchainName};

use crate::cli::UninstallArgs;
use crate::output::mebibytes;
use crate::store::{default, lock, requests, shims};
use crate::{Context, Failure};

pub(super) fn run(arguments: &UninstallArgs, context: &Context<'_>) -> Result<(), Failure> {
    // Every request is resolved before the first toolchain is removed.
    let mut names: Vec<ToolchainName> = Vec::new();
    for text in &arguments.requests {
        let name = one_match(&Request::parse_pin(text)?, context)?;
        if !names.contains(&name) {
            names.push(name);
        }
    }
    for name in &names {
        remove(name, context)?;
    }
    shims::refresh(context)
}

fn remove(name: &ToolchainName, context: &Context<'_>) -> Result<(), Failure> {
    let lock = lock::acquire(name.as_str(), context)?;
    let gone = gover_install::uninstall(&context.layout, name, &lock)?;
    drop(lock);
    // No source has a custom build.
    let restore = if name.is_release() {
        format!("`gover install {}` restores it", pasted(Request::exact(name.clone()).as_str()))
    } else {
        "only its archive can restore it".to_owned()
    };
    context.printer.note(&format!("uninstalled {name} ({}; {restore})", mebibytes(gone.bytes)));
    let lock = default::lock(context)?;
    if let Some(request) = default::read(context)?
        && context.locate(&request).is_ok_and(|toolchain| toolchain.is_none())
    {
        let newest = requests::names(context)?.pop().map(Request::exact);
        let command = format!("gover default {}", newest.as_ref().map_or("latest", Request::as_str));
        context
            .printer
            .warning(&format!("the default, {request}, is no longer installed; choose another: `{command}`"));
    }
    default::refresh_link(context, &lock);
    Ok(())
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
