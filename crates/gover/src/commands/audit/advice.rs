//! The commands that lead to a version without known vulnerabilities.

use gover_core::display::{location, pasted};
use gover_core::resolve::{OriginKind, Resolution};
use gover_core::{Request, ToolchainName};

use super::Audit;
use crate::Context;

/// A hint for each vulnerable version, each once. That of the version used here says how to change
/// what chose it.
pub(super) fn hints(
    results: &[Audit<'_>],
    selection: Option<&Resolution>,
    context: &Context<'_>,
) -> Vec<String> {
    let mut hints: Vec<String> = Vec::new();
    for one in results {
        let Some((to, is_installed)) = &one.advised else { continue };
        let is_installed = *is_installed;
        let selection = selection.filter(|_| one.subject.is_selected);
        let name = &one.subject.name;
        let hint = match selection {
            Some(selection) => change(name, (to, is_installed), selection, context),
            None if !is_installed => command("install", to),
            None if one.subject.is_installed => command("uninstall", name),
            None => format!("{to} is installed, and has none"),
        };
        if !hints.contains(&hint) {
            hints.push(hint);
        }
    }
    hints
}

fn change(
    from: &ToolchainName,
    (to, is_installed): (&ToolchainName, bool),
    selection: &Resolution,
    context: &Context<'_>,
) -> String {
    let raised = selection.raised.as_ref().or(selection.left_to_go.as_ref().map(|left| &left.raised));
    if let Some(by) = raised.map(|raised| &raised.by) {
        return match &by.path {
            Some(path) => {
                format!("change {from} to {} in {}", to.version(), location(path, by.line, context.home()))
            }
            None => format!("set GOTOOLCHAIN to {to}"),
        };
    }
    let origin = selection.origin.as_ref();
    // A request for a minor version follows what is installed.
    let follows = |request: Request| request.matches(to, Some(to.version()));
    let request = origin.and_then(|origin| Request::parse(&origin.request).ok());
    if request.is_some_and(follows) && !is_installed {
        return command("install", to);
    }
    let verb = match origin.map(|origin| origin.kind) {
        Some(OriginKind::Environment | OriginKind::Session) => "use",
        Some(OriginKind::VersionFile | OriginKind::ToolVersions) => "pin",
        Some(OriginKind::Default) => "default",
        _ => "install",
    };
    command(verb, to)
}

fn command(verb: &str, name: &ToolchainName) -> String {
    format!("gover {verb} {}", pasted(Request::exact(name.clone()).as_str()))
}
