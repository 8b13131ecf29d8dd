//! Programs that are kept for an older patch release.

use gover_core::ToolchainName;
use gover_core::display::pasted;
use gover_core::tool;
use gover_tools::{BuildInfo, Recipe};

use crate::Context;

/// After installs, says how to install the programs again that only an older patch release has. They
/// may be bound to that one on purpose, so nothing is installed.
pub(in crate::commands) fn mention<'a>(
    installed: impl IntoIterator<Item = &'a ToolchainName>,
    context: &Context<'_>,
) {
    for new in installed.into_iter().filter(|name| name.is_release()) {
        for (name, old, command) in missing(new, context) {
            context
                .printer
                .note(&format!("note: {name} is installed for {old} only; for {new}: `{command}`"));
        }
    }
}

/// The name of each program, the newest older toolchain that has it, and the command.
fn missing(new: &ToolchainName, context: &Context<'_>) -> Vec<(String, ToolchainName, String)> {
    let layout = &context.layout;
    let is_older = |old: &ToolchainName| old.version().same_language(new.version()) && old < new;
    let mut known = tool::names_for(new, layout);
    let mut missing = Vec::new();
    for old in tool::toolchains(layout).into_iter().rev().filter(is_older) {
        for name in tool::names_for(&old, layout) {
            if !known.insert(name.clone()) {
                continue;
            }
            let info = BuildInfo::read(&layout.tool(&old, &name)).ok().flatten();
            let subject = info.as_ref().and_then(BuildInfo::subject);
            if let Some(subject) = subject.filter(|subject| Recipe::named(subject).is_some()) {
                let command = format!("gover tools install {} --for {}", pasted(&subject), new.version());
                missing.push((name, old.clone(), command));
            }
        }
    }
    missing
}
