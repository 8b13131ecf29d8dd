//! `gover exec`: runs a command with a toolchain, if asked with its own directories or for another
//! platform.

mod area;
mod keep;
mod run;
mod target;

use gover_core::Request;
use gover_core::display::pasted;
use gover_sys::exec;

use self::area::Area;
use self::keep::{Kept, Purpose};
use self::target::Target;
use crate::cli::ExecArgs;
use crate::store::{provide, requests, start};
use crate::{Context, Failure};

/// The toolchain's own `bin` comes first on PATH, for everything that the command starts.
pub(super) fn run(arguments: &ExecArgs, context: &Context<'_>) -> Result<(), Failure> {
    if let Some(target) = &arguments.rollback {
        return keep::roll_back(target, context);
    }
    let (Some(request), Some((name, rest))) = (&arguments.request, arguments.command.split_first()) else {
        return Err(Failure::usage("no command was given", "gover exec 1.22 -- go version"));
    };
    refuse_directory_without_equals(arguments, request)?;
    let request = requests::parse(request, context)?;
    let target = arguments.target.as_deref().map(|text| Target::parse(text, context)).transpose()?;
    let kept =
        arguments.keep_bin.as_deref().map(|path| Kept::at(path, Purpose::Keep, context)).transpose()?;
    let given = arguments.isolated.iter().flatten().next();
    let given = given.map(|directory| area::checked(directory, kept.as_ref(), context)).transpose()?;
    let toolchain = provide::provide(&request, context)?;
    let area = arguments.isolated.is_some().then(|| Area::new(given, context)).transpose()?;
    let path = start::search_path(&toolchain, area.as_ref().map(Area::bin), context);
    let program = start::find(name, &path, context)?;
    let mut edits = start::edits(&toolchain, &request, path, area.is_some(), context)?;
    edits.extend(area.iter().flat_map(|area| area.edits(context)));
    if let Some(target) = &target {
        edits.extend(target.edits(&toolchain, area.as_ref(), context));
    }
    let Some(area) = area else {
        let error = exec::replace(&program, name, rest, &edits);
        return Err(Failure::cannot_execute(&program, &error));
    };
    let bin = match &target {
        Some(target) if target.is_foreign(&toolchain, context) => area.bin_for(&target.platform),
        _ => area.bin(),
    };
    if kept.is_some() {
        keep::refuse_earlier(&bin, context)?;
    }
    run::isolated(&run::Command { program: &program, name, rest, edits: &edits }, area, (&bin, kept), context)
}

/// `--isolated DIR REQUEST` would take the directory as the request.
fn refuse_directory_without_equals(arguments: &ExecArgs, request: &str) -> Result<(), Failure> {
    let is_request = |text: &str| Request::parse_pin(text).is_ok();
    let Some((next, rest)) = arguments.command.split_first() else { return Ok(()) };
    let is_meant = arguments.isolated == Some(None)
        && !is_request(request)
        && next.to_str().is_some_and(is_request)
        && !rest.is_empty();
    if !is_meant {
        return Ok(());
    }
    let words = rest.iter().skip_while(|word| *word == "--").map(|word| pasted(&word.to_string_lossy()));
    let words: Vec<String> = words.collect();
    Err(Failure::usage(
        format!("`{request}` is not a version; a directory needs `=`"),
        format!(
            "gover exec --isolated={} {} -- {}",
            pasted(request),
            pasted(&next.to_string_lossy()),
            words.join(" ")
        ),
    ))
}
