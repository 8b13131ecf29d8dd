use std::path::Path;

use gover_core::display::pasted;
use gover_core::real_path::simplified;
use gover_core::text::{decode, shown};
use gover_core::{GoVersion, Request, ToolchainName};
use gover_sys::file::read_limited;

use crate::cli::{self, LinkArgs};
use crate::output::{facts, json_path};
use crate::store::{default, lock, policy, shims};
use crate::{Context, Failure};

/// Gives a build outside the store a name, by which all commands and `go` find it.
pub(super) fn run(arguments: &LinkArgs, context: &Context<'_>) -> Result<(), Failure> {
    let name = name(arguments, context)?;
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
fn name(arguments: &LinkArgs, context: &Context<'_>) -> Result<ToolchainName, Failure> {
    let text = arguments.name.trim();
    if let Some(name) = Request::parse_pin(text).ok().and_then(|request| request.as_exact().cloned()) {
        return Ok(name);
    }
    let directory = context.absolute(&arguments.directory);
    let version = version_in(text).or_else(|| version_of_build(&directory)).or_else(|| context.stable());
    let meant = version.and_then(|version| meant(text, &version));
    let what = format!("`{}` is not the name of a toolchain: a name is a version and a suffix", shown(text));
    let meant = meant.and_then(|meant| cli::instead(context.env.arguments(), &arguments.name, &meant));
    Err(Failure::unknown(what, meant, "use a name such as go1.28-mine"))
}

/// A name with that version, and with the rest of the text as its suffix.
fn meant(text: &str, version: &GoVersion) -> Option<String> {
    let rest = text.get(version_length(text)..).unwrap_or_default();
    let suffix = rest.replace(|c: char| !(c.is_ascii_alphanumeric() || c == '_'), "-");
    let suffix = suffix.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    let name = format!("go{version}-{}", if suffix.is_empty() { "mine" } else { suffix });
    ToolchainName::parse(&name).is_ok().then_some(name)
}

/// The version at the start of a text.
fn version_in(text: &str) -> Option<GoVersion> {
    let version = text.get(..version_length(text))?;
    GoVersion::parse(version.trim_start_matches(['g', 'o', 'G', 'O'])).ok()
}

fn version_length(text: &str) -> usize {
    let start = if text.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("go")) { 2 } else { 0 };
    let rest = text.get(start..).unwrap_or_default();
    let numbers = rest.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(rest.len());
    if numbers == 0 { 0 } else { start + rest[..numbers].trim_end_matches('.').len() }
}

/// The version that a build gives itself: in VERSION `go1.28`, in VERSION.cache `go1.28-devel_0123abc` or
/// `devel go1.28-0123abc`.
fn version_of_build(goroot: &Path) -> Option<GoVersion> {
    ["VERSION", "VERSION.cache"].iter().find_map(|file| {
        let text = decode(read_limited(&goroot.join(file), LARGEST).ok()?)?;
        let name = text.split_whitespace().find_map(|word| ToolchainName::parse(word).ok())?;
        Some(name.version().clone())
    })
}

/// Far larger than a file with a version.
const LARGEST: u64 = 1 << 16;

facts! {
    LinkFacts(name: &ToolchainName, goroot: &Path, is_new: bool, context: &Context<'_>) {
        version: String = name.to_string() => "the name",
        goroot: String = json_path(&context.layout.toolchain(name)) => "the link in GOVER_HOME",
        target: String = json_path(goroot) => "the directory that it points to",
        changed: bool = is_new => "false if that link existed already",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_made_of_what_was_typed() {
        for (text, expected) in [
            ("mine", "go1.30-mine"),
            ("my go!", "go1.30-my-go"),
            ("go1.28_mine", "go1.28-mine"),
            ("GO1.28.1-mine", "go1.28.1-mine"),
            ("1.28", "go1.28-mine"),
            ("1.28-x/y", "go1.28-x-y"),
            ("goose", "go1.30-goose"),
            ("latest", "go1.30-latest"),
            ("../..", "go1.30-mine"),
            ("", "go1.30-mine"),
            ("ö", "go1.30-mine"),
        ] {
            let version = version_in(text).unwrap_or_else(|| GoVersion::parse("1.30").unwrap());
            assert_eq!(meant(text, &version).as_deref(), Some(expected), "{text}");
        }
    }
}
