//! `gover bump`: raises the Go of a project in all files at once.

mod aim;
mod plan;
mod show;

use gover_project::{Edit, edited};
use gover_sys::file::{Replacement, write_together};

use self::aim::Knowledge;
use self::plan::Step;
pub(super) use self::show::Bumped;

use crate::cli::BumpArgs;
use crate::store::project::{Project, ProjectFile};
use crate::{Context, Failure};

pub(super) fn run(arguments: &BumpArgs, context: &Context<'_>) -> Result<(), Failure> {
    let (request, paths) = aim::split(arguments);
    let project = Project::read(&paths, context)?;
    for file in &project.unreadable {
        show::unreadable(file, context);
    }
    if project.files.is_empty() {
        return Err(aim::nothing(&paths, context));
    }
    let known = Knowledge::read(arguments.security || arguments.check, context)?;
    let aim = aim::find(arguments, request.as_ref(), (&project, &known), context)?;
    let steps = plan::steps(&project.files, &aim);
    let is_given = request.is_some() && !arguments.security;
    let outcome =
        show::Outcome { project: &project, steps: &steps, target: &aim.target, known: &known, is_given };
    if arguments.check {
        return show::check(&outcome, arguments, context);
    }
    show::left(&outcome, context);
    let made: Vec<&Step<'_>> = steps.iter().filter(|step| step.is_made()).collect();
    if made.is_empty() {
        show::unchanged(&outcome, arguments, context);
        return show::json(&outcome, false, arguments, context);
    }
    // Scripts run this without a terminal and have asked for it.
    let asks = !arguments.yes && !arguments.dry_run && !arguments.json && context.printer.can_ask();
    if arguments.dry_run || asks {
        show::diff(&made, arguments, context)?;
    }
    if arguments.dry_run {
        show::would_change(&outcome, &made, arguments, context);
        return show::json(&outcome, false, arguments, context);
    }
    if asks && !context.printer.confirm(&show::question(&outcome, &made), "--yes")? {
        context.printer.note("nothing was changed");
        return Ok(());
    }
    write(&project.files, &made)?;
    show::changed(&outcome, (&made, asks), arguments, context);
    show::json(&outcome, true, arguments, context)
}

/// Writes all files or none.
fn write(files: &[ProjectFile], made: &[&Step<'_>]) -> Result<(), Failure> {
    let mut changed: Vec<(&ProjectFile, String)> = Vec::new();
    for file in files {
        let of_file = made.iter().filter(|step| step.file.path == file.path);
        let edits: Vec<Edit> = of_file.map(|step| step.edit.clone()).collect();
        if !edits.is_empty() {
            changed.push((file, edited(&file.text, &edits)));
        }
    }
    let replacements: Vec<Replacement<'_>> = changed
        .iter()
        .map(|(file, after)| Replacement {
            path: &file.path,
            before: file.text.as_bytes(),
            after: after.as_bytes(),
        })
        .collect();
    write_together(&replacements).map_err(|(path, source)| {
        let what = format!("cannot write `{}`, so no file was changed", path.display());
        Failure::io(what, &source, "check that you may write to that file and its directory")
    })
}
