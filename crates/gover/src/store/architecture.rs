use std::fs;
use std::path::Path;

use gover_core::layout::goroot_program;
use gover_core::platform::architectures_of;
use gover_core::{Arch, Platform, ToolchainName};
use gover_install::Receipt;

use crate::context::Context;

/// What an installed toolchain is for; `None` if nothing shows it.
pub(crate) fn of_toolchain(name: &ToolchainName, context: &Context<'_>) -> Option<Arch> {
    let goroot = context.layout.toolchain(name);
    // What the system will run comes first; a receipt describes what was once installed.
    of_program(&goroot, context)
        .or_else(|| of_receipt(name, context))
        .or_else(|| of_tools(&goroot, &context.machine))
}

/// What is special about a toolchain's architecture here; `None` for the machine's own.
pub(crate) fn remark(name: &ToolchainName, context: &Context<'_>) -> Option<String> {
    context.machine.warning(of_toolchain(name, context)?)
}

/// By the first bytes of `bin/go`. A universal binary that has the machine's own counts as that.
fn of_program(goroot: &Path, context: &Context<'_>) -> Option<Arch> {
    let found = architectures_of(&goroot_program(goroot, "go"));
    let own = found.iter().find(|arch| arch.as_str() == context.machine.arch());
    own.or(found.first()).copied()
}

fn of_receipt(name: &ToolchainName, context: &Context<'_>) -> Option<Arch> {
    let receipt = Receipt::read(&context.layout, name).ok().flatten()?;
    let platform: Platform = receipt.platform.parse().ok()?;
    Arch::parse(platform.arch()).ok()
}

/// By the only directory of compilers, where `bin/go` is a script.
fn of_tools(goroot: &Path, machine: &Platform) -> Option<Arch> {
    let prefix = format!("{}_", machine.os());
    let names = fs::read_dir(goroot.join("pkg").join("tool")).ok()?;
    let mut found =
        names.filter_map(|entry| Arch::parse(entry.ok()?.file_name().to_str()?.strip_prefix(&prefix)?).ok());
    let first = found.next();
    first.filter(|_| found.next().is_none())
}
