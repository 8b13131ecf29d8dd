use gover_core::Exit;
use gover_shell::persist::{self, Edit, Plan};

use super::provide;
use crate::cli::SetupArgs;
use crate::context::Context;
use crate::failure::Failure;

/// `gover setup`
pub(super) fn run(arguments: &SetupArgs, context: &Context<'_>) -> Result<Exit, Failure> {
    let mut plan = if arguments.undo {
        persist::plan_undo(context.env, &context.layout)?
    } else {
        persist::plan(context.env, &context.layout)?
    };
    if arguments.dry_run {
        for edit in &plan.edits {
            context.printer.data(&format!("would change {}", place(edit, context)))?;
        }
        return Ok(finish(plan, context));
    }
    if !arguments.undo {
        provide::refresh_shims(context)?;
    }
    for edit in &plan.edits {
        // One file that cannot be written must not keep the others from being set up.
        match persist::apply(edit) {
            Ok(()) => context.printer.note(&format!("changed {}", place(edit, context))),
            Err(problem) => plan.problems.push(problem),
        }
    }
    for path in &plan.unchanged {
        context.printer.note(&format!("{} is set up already", context.short(path)));
    }
    if plan.edits.is_empty() && plan.unchanged.is_empty() && plan.problems.is_empty() {
        context.printer.note(if arguments.undo {
            "nothing of gover's was set up"
        } else {
            "PATH is set up already"
        });
    } else if !plan.edits.is_empty() {
        context.printer.note(if arguments.undo {
            "new shells no longer have gover on PATH"
        } else {
            "new shells have gover first on PATH (`gover setup --undo` takes it back)"
        });
    }
    Ok(finish(plan, context))
}

/// Places that could not be changed are told one by one; any of them makes the command fail.
fn finish(plan: Plan, context: &Context<'_>) -> Exit {
    let failed = !plan.problems.is_empty();
    for problem in plan.problems {
        context.printer.failure(&problem.into());
    }
    if failed { Exit::Failure } else { Exit::Success }
}

fn place(edit: &Edit, context: &Context<'_>) -> String {
    match edit.path() {
        Some(path) => context.short(path),
        None => r"Path in HKEY_CURRENT_USER\Environment".to_owned(),
    }
}
