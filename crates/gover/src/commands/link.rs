use std::path::Path;

use gover_core::display::pasted;
use gover_core::real_path::simplified;
use gover_core::{Request, ToolchainName};

use crate::cli::LinkArgs;
use crate::output::{facts, json_path};
use crate::store::{default, lock, policy, shims};
use crate::{Context, Failure};

/// Gives a build outside the store a name, by which all commands and `go` find it.
pub(super) fn run(arguments: &LinkArgs, context: &Context<'_>) -> Result<(), Failure> {
    let name = name(&arguments.name)?;
    policy::check(Some(&name), context)?;
    let goroot = &simplified(&context.absolute(&arguments.directory));
    let name_lock = lock::acquire(name.as_str(), context)?;
    let is_new = gover_install::link(&context.layout, &name, goroot, &name_lock)?;
    drop(name_lock);
    let shown = context.short(goroot);
    if is_new {
        shims::refresh(context)?;
        default::refresh_link(context, &default::lock(context)?);
        let undo = format!("gover uninstall {}", pasted(name.as_str()));
        context.printer.note(&format!("{name} is now {shown} (`{undo}` undoes this)"));
        context.printer.note(&format!("note: gover does not verify {shown}, and does not change it"));
    } else {
        context.printer.note(&format!("{name} is {shown} already"));
    }
    if arguments.json {
        context.printer.json(&LinkFacts::of(&name, goroot, is_new, context))?;
    }
    Ok(())
}

/// The name that was typed, with `go` before it or without.
fn name(text: &str) -> Result<ToolchainName, Failure> {
    let request = Request::parse_pin(text)?;
    request.as_exact().cloned().ok_or_else(|| {
        Failure::usage(
            format!("`{request}` is not the name of one toolchain"),
            "use a version and a suffix, such as go1.28-mine",
        )
    })
}

facts! {
    LinkFacts(name: &ToolchainName, goroot: &Path, is_new: bool, context: &Context<'_>) {
        version: String = name.to_string() => "the name",
        goroot: String = json_path(&context.layout.toolchain(name)) => "the link in GOVER_HOME",
        target: String = json_path(goroot) => "the directory that it points to",
        changed: bool = is_new => "false if that link existed already",
    }
}
