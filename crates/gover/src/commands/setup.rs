use gover_core::Exit;
use gover_core::layout::executable_name;
use gover_install::programs::{Programs, ProgramsError};
use gover_shell::persist::{
    self, Edit, EntryChange, FileEdit, MachineEntry, Notice, Plan, Reach, USER_PATH, UserPathEdit,
};

use crate::cli::SetupArgs;
use crate::context::Context;
use crate::failure::Failure;
use crate::store::{lock, shims};

/// `gover setup`
pub(super) fn run(arguments: &SetupArgs, context: &Context<'_>) -> Result<Exit, Failure> {
    let mut plan = if arguments.undo {
        persist::plan_undo(context.env, &context.layout)?
    } else {
        persist::plan(context.env, &context.layout)?
    };
    // Undoing takes gover off PATH and leaves what is installed, its own programs too.
    let programs = if arguments.undo { None } else { programs(context)? };
    let reach = if arguments.dry_run {
        preview(programs.as_ref(), &plan, context)?;
        None
    } else {
        if let Some(programs) = &programs {
            place(programs, context)?;
        }
        if !arguments.undo {
            shims::refresh(context)?;
        }
        apply(&mut plan, context)
    };
    for path in &plan.unchanged {
        context.printer.note(&format!("{} is set up already", context.short(path)));
    }
    show(&plan.notices, context);
    if let Some(reach) = reach {
        context.printer.note(&result(&reach, &plan, arguments.undo, context));
    } else if plan.edits.is_empty() && plan.unchanged.is_empty() && plan.problems.is_empty() {
        context.printer.note(&match (arguments.undo, first_in_machine(&plan, context)) {
            (true, None) => "nothing of gover's was set up".to_owned(),
            (true, Some(_)) => "gover is in the machine's PATH only".to_owned(),
            (false, None) => "PATH is set up already".to_owned(),
            (false, Some(other)) => format!("PATH is set up already, but {other} is before gover in it"),
        });
    }
    Ok(finish(plan, context))
}

/// gover's programs, where they have to come into `bin` first: this one may lie in a download folder or a build.
fn programs(context: &Context<'_>) -> Result<Option<Programs>, ProgramsError> {
    match context.env.program() {
        Some(own) => Programs::outside(&context.layout, &own),
        // The system does not say what runs; what is in `bin` will do.
        None => Ok(None),
    }
}

fn place(programs: &Programs, context: &Context<'_>) -> Result<(), Failure> {
    let lock = lock::acquire(gover_install::shims::LOCK, context)?;
    programs.place(&context.layout, &lock)?;
    context.printer.note(&phrase_programs(Tense::Done, context));
    Ok(())
}

fn phrase_programs(tense: Tense, context: &Context<'_>) -> String {
    let bin = context.short(&context.layout.bin());
    format!("{} gover and gover-shim into {bin}", tense.of("put", "put"))
}

/// Prints what would change, and what would be written into each startup file.
fn preview(programs: Option<&Programs>, plan: &Plan, context: &Context<'_>) -> Result<(), Failure> {
    if programs.is_some() {
        context.printer.data(&phrase_programs(Tense::Would, context))?;
    }
    for edit in &plan.edits {
        context.printer.data(&phrase(edit, Tense::Would, context))?;
        if let Edit::File(FileEdit { lines, .. }) = edit {
            for line in lines.lines() {
                context.printer.data(&format!("  {line}"))?;
            }
        }
    }
    Ok(())
}

/// Makes the changes; who sees them, if there are any. One file that cannot be written must not keep the others from
/// being set up.
fn apply(plan: &mut Plan, context: &Context<'_>) -> Option<Reach> {
    let mut reached = None;
    for edit in &plan.edits {
        match persist::apply(edit, &context.layout) {
            Ok(reach) => {
                context.printer.note(&phrase(edit, Tense::Done, context));
                reached = Some(reach);
            }
            Err(problem) => plan.problems.push(problem),
        }
    }
    reached
}

/// What all changes together mean, in the line that people read if they read only one.
fn result(reach: &Reach, plan: &Plan, undo: bool, context: &Context<'_>) -> String {
    let is_registry = plan.edits.iter().any(|edit| matches!(edit, Edit::UserPath(_)));
    let who = match reach {
        Reach::New if is_registry => "new windows",
        Reach::New => "new shells",
        Reach::NextSignIn(why) => {
            context.printer.warning(&format!("Windows did not tell other programs of the change: {why}"));
            "windows that are opened after you sign in again"
        }
    };
    match (undo, first_in_machine(plan, context)) {
        (false, None) => format!("{who} have gover first on PATH (`gover setup --undo` takes it back)"),
        (false, Some(other)) => {
            format!("{who} have gover on PATH, but {other} is before it (`gover setup --undo` takes it back)")
        }
        (true, None) => format!("{who} no longer have gover on PATH"),
        (true, Some(_)) => "gover is off your own PATH, and still in that of the machine".to_owned(),
    }
}

/// The directory in the machine's PATH that matters here.
fn first_in_machine(plan: &Plan, context: &Context<'_>) -> Option<String> {
    plan.notices.iter().find_map(|notice| match notice {
        Notice::MachineGo(entry) | Notice::MachineGover(entry) => Some(context.short(&entry.directory)),
        Notice::LongUserPath { .. } | Notice::LongPath { .. } => None,
    })
}

/// Places that could not be changed are told one by one; any of them makes the command fail.
fn finish(plan: Plan, context: &Context<'_>) -> Exit {
    let failed = !plan.problems.is_empty();
    for problem in plan.problems {
        context.printer.failure(&problem.into());
    }
    if failed { Exit::Failure } else { Exit::Success }
}

#[derive(Clone, Copy)]
enum Tense {
    Would,
    Done,
}

impl Tense {
    fn of(self, verb: &str, done: &str) -> String {
        match self {
            Self::Would => format!("would {verb}"),
            Self::Done => done.to_owned(),
        }
    }
}

/// One change as a sentence.
fn phrase(edit: &Edit, tense: Tense, context: &Context<'_>) -> String {
    match edit {
        Edit::File(edit) => {
            let path = context.short(&edit.path);
            match edit {
                FileEdit { after: None, .. } => format!("{} {path}", tense.of("remove", "removed")),
                FileEdit { lines, .. } if lines.is_empty() => {
                    format!("{} gover's lines out of {path}", tense.of("take", "took"))
                }
                FileEdit { before: None, .. } => format!("{} {path}", tense.of("create", "created")),
                FileEdit { .. } => format!("{} {path}", tense.of("change", "changed")),
            }
        }
        Edit::UserPath(UserPathEdit { change, after, .. }) => match change {
            EntryChange::Added(entry) => {
                format!("{} `{entry}` in front of {USER_PATH}", tense.of("add", "added"))
            }
            EntryChange::Moved(entry) => {
                format!("{} `{entry}` to the front of {USER_PATH}", tense.of("move", "moved"))
            }
            EntryChange::Removed(entries) => {
                let entries: Vec<_> = entries.iter().map(|entry| format!("`{entry}`")).collect();
                let rest = match after {
                    Some(_) => "the rest stays as it is",
                    None => "nothing else was in it, so that value goes too",
                };
                format!(
                    "{} {} from {USER_PATH}; {rest}",
                    tense.of("remove", "removed"),
                    entries.join(" and ")
                )
            }
        },
    }
}

/// What keeps PATH from being as it should, and what to do.
fn show(notices: &[Notice], context: &Context<'_>) {
    let printer = context.printer;
    for notice in notices {
        match notice {
            Notice::MachineGo(entry) => show_machine_go(entry, context),
            Notice::MachineGover(entry) => {
                let directory = context.short(&entry.directory);
                printer.warning(&format!("{directory} is in the machine's Path too"));
                show_lines(
                    "to take it off, in PowerShell as administrator, then sign in again:",
                    entry.removal(),
                    context,
                );
            }
            Notice::LongUserPath { length } => {
                printer
                    .warning(&format!("your Path has {length} characters; gover leaves every one of them"));
                printer.note("  the old dialog for it and some programs cut it after 2047, setx after 1024");
                printer.hint("remove what is not needed: rundll32 sysdm.cpl,EditEnvironmentVariables");
            }
            Notice::LongPath { length } => {
                printer.note(&format!(
                    "note: PATH has {length} characters in all; cmd.exe takes 8191 in one line,"
                ));
                printer.note("  so that batch files with `set PATH=...;%PATH%` may fail");
            }
        }
    }
}

fn show_machine_go(entry: &MachineEntry, context: &Context<'_>) {
    let printer = context.printer;
    let program = entry.directory.join(executable_name("go"));
    printer.warning(&format!("`go` in new windows is {}, not gover's", program.display()));
    printer.note("  it is in the machine's Path, which Windows puts before yours");
    if entry.is_from_installer {
        printer.note("  Go's own installer puts it there");
        printer.hint("uninstall that Go in Settings > Apps, or: winget uninstall GoLang.Go");
    }
    show_lines("take it off, in PowerShell as administrator, then sign in again:", entry.removal(), context);
}

fn show_lines(hint: &str, lines: Option<Vec<String>>, context: &Context<'_>) {
    let Some(lines) = lines else { return };
    context.printer.hint(hint);
    for line in lines {
        context.printer.note(&format!("  {line}"));
    }
}
