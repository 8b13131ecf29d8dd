use gover_core::display::pasted;
use gover_core::env::vars;
use gover_core::layout::executable_name;
use gover_core::platform::IS_WINDOWS;
use gover_core::resolve::FirstGo;
use gover_install::programs::{Programs, ProgramsError};
use gover_shell::ShellKind;
use gover_shell::persist::{
    self, Edit, EntryChange, FileEdit, MachineEntry, Plan, Reach, UserPathEdit, Warning,
};

use crate::cli::SetupArgs;
use crate::output::{facts, json_path};
use crate::store::startup::{apply, phrase};
use crate::store::{default, lock, requests, share, shims};
use crate::{Context, Failure};

pub(super) fn run(arguments: &SetupArgs, context: &Context<'_>) -> Result<(), Failure> {
    let mut plan = if arguments.undo {
        persist::plan_undo(context.env, &context.layout)?
    } else {
        persist::plan(context.env, &context.layout)?
    };
    // Undoing only takes gover off PATH; toolchains and programs stay. A user who can only read the
    // store sets up only their own shells.
    let keeps_store = arguments.undo || lock::is_read_only(context);
    let programs = if keeps_store { None } else { programs(context)? };
    let reach = if arguments.dry_run {
        if !arguments.json {
            preview(programs.as_ref(), &plan, context)?;
        }
        None
    } else {
        if let Some(programs) = &programs {
            place(programs, context)?;
        }
        if !keeps_store {
            shims::refresh(context)?;
            share::refresh(context)?;
            default::refresh_link(context, &default::lock(context)?);
        }
        apply(&mut plan, context)
    };
    for path in &plan.unchanged {
        context.printer.note(&format!("{} is already set up", context.short(path)));
    }
    show(&plan.warnings, context);
    if !arguments.undo && !knows_login_shell(context) {
        warn_of_login_shell(context);
    }
    let is_untouched = reach.is_none() && plan.edits.is_empty() && plan.problems.is_empty();
    if let Some(reach) = &reach {
        context.printer.note(&result(reach, &plan, arguments.undo, context));
    } else if is_untouched && plan.unchanged.is_empty() {
        context.printer.note(&match (arguments.undo, first_in_machine(&plan, context)) {
            (true, None) => "gover was not set up; nothing changed".to_owned(),
            (true, Some(_)) => "gover is only in the PATH of the machine".to_owned(),
            (false, None) => "PATH is already set up".to_owned(),
            (false, Some(other)) => format!("PATH is already set up, but {other} comes before gover"),
        });
    }
    if !arguments.undo && (reach.is_some() || is_untouched) {
        context.printer.hint(&next_step(reach.as_ref(), arguments.still_missing.as_deref(), context));
    }
    if arguments.json {
        context.printer.json(&SetupFacts::of(&plan, arguments.dry_run, programs.is_some()))?;
    }
    // Any problem makes the command fail.
    let failed = !plan.problems.is_empty();
    for problem in plan.problems {
        context.printer.failure(&problem.into());
    }
    Failure::silent_if(failed)
}

/// `gover setup` writes for the shells that gover knows. The startup files of another one stay.
fn warn_of_login_shell(context: &Context<'_>) {
    let program = context.env.text(vars::SHELL).unwrap_or_default();
    let name = program.rsplit('/').next().unwrap_or(&program);
    let bin = context.short(&context.layout.bin());
    context.printer.warning(&format!(
        "gover cannot set up {name}, your login shell; put {bin} first on PATH in its startup file"
    ));
}

/// Without a login shell, as on Windows, there is none that gover does not know.
fn knows_login_shell(context: &Context<'_>) -> bool {
    IS_WINDOWS || context.env.text(vars::SHELL).is_none() || ShellKind::login(context.env).is_some()
}

/// What to copy to `bin` first: this program may be in a download folder or a build.
fn programs(context: &Context<'_>) -> Result<Option<Programs>, ProgramsError> {
    match context.env.program() {
        Some(own) => Programs::outside(&context.layout, own),
        // The system does not say which program runs, so the one in `bin` is used.
        None => Ok(None),
    }
}

fn place(programs: &Programs, context: &Context<'_>) -> Result<(), Failure> {
    let lock = lock::acquire(gover_install::shims::LOCK, context)?;
    programs.place(&context.layout, None, &lock)?;
    context.printer.note(&format!("copied gover and gover-shim to {}", context.short(&context.layout.bin())));
    Ok(())
}

fn preview(programs: Option<&Programs>, plan: &Plan, context: &Context<'_>) -> Result<(), Failure> {
    if programs.is_some() {
        let bin = context.short(&context.layout.bin());
        context.printer.data(&format!("would copy gover and gover-shim to {bin}"))?;
    }
    for edit in &plan.edits {
        context.printer.data(&phrase(edit, false, context))?;
        if let Edit::File(FileEdit { lines, .. }) = edit {
            for line in lines.lines() {
                context.printer.data(&format!("  {line}"))?;
            }
        }
    }
    Ok(())
}

fn result(reach: &Reach, plan: &Plan, undo: bool, context: &Context<'_>) -> String {
    let is_registry = plan.edits.iter().any(|edit| matches!(edit, Edit::UserPath(_)));
    let who = match reach {
        Reach::New if is_registry => "new windows",
        Reach::New if !undo && !knows_login_shell(context) => "new shells of other kinds",
        Reach::New => "new shells",
        Reach::NextSignIn(why) => {
            context.printer.warning(&format!("Windows did not notify other programs of the change: {why}"));
            "windows opened after you sign in again"
        }
    };
    match (undo, first_in_machine(plan, context)) {
        (false, None) => format!("{who} have gover first on PATH (`gover setup --undo` undoes this)"),
        (false, Some(other)) => {
            format!(
                "{who} have gover on PATH, but {other} comes before it (`gover setup --undo` undoes this)"
            )
        }
        (true, None) => format!("{who} no longer have gover on PATH (`gover setup` undoes this)"),
        (true, Some(_)) => "gover is no longer in your PATH, but still in the PATH of the machine".to_owned(),
    }
}

/// What to type next, and where: `reach` is `None` if nothing was changed.
fn next_step(reach: Option<&Reach>, still_missing: Option<&str>, context: &Context<'_>) -> String {
    let is_empty = || requests::inventory(context).is_ok_and(|inventory| inventory.toolchains.is_empty());
    let command = match still_missing {
        Some(request) => format!("gover install {}", pasted(request)),
        None if is_empty() => "gover install latest".to_owned(),
        None => "go version".to_owned(),
    };
    let open = match reach {
        None if matches!(context.first_on_path(), FirstGo::Shim(_)) => return command,
        Some(Reach::NextSignIn(_)) => "sign in again",
        _ if IS_WINDOWS => "open a new window",
        _ => "open a new shell",
    };
    format!("{open}, then run `{command}`")
}

/// The directory in the machine's PATH that comes before gover's.
fn first_in_machine(plan: &Plan, context: &Context<'_>) -> Option<String> {
    plan.warnings.iter().find_map(|warning| match warning {
        Warning::MachineGo(entry) | Warning::MachineGover(entry) => Some(context.short(&entry.directory)),
        Warning::LongUserPath { .. } | Warning::LongPath { .. } => None,
    })
}

fn show(warnings: &[Warning], context: &Context<'_>) {
    let printer = context.printer;
    for warning in warnings {
        match warning {
            Warning::MachineGo(entry) => show_machine_go(entry, context),
            Warning::MachineGover(entry) => {
                let directory = context.short(&entry.directory);
                printer.warning(&format!("{directory} is also in the Path of the machine"));
                show_lines(
                    "to remove it, in PowerShell as administrator, then sign in again:",
                    entry.removal.as_ref(),
                    context,
                );
            }
            Warning::LongUserPath { length } => {
                printer.warning(&format!("your Path has {length} characters; gover keeps all of them"));
                printer.note("  the old dialog and some programs truncate it at 2047, setx at 1024");
                printer.hint("remove what is not needed: rundll32 sysdm.cpl,EditEnvironmentVariables");
            }
            Warning::LongPath { length } => {
                printer
                    .note(&format!("note: PATH has {length} characters; cmd.exe accepts 8191 in one line,"));
                printer.note("  so batch files with `set PATH=...;%PATH%` may fail");
            }
        }
    }
}

fn show_machine_go(entry: &MachineEntry, context: &Context<'_>) {
    let printer = context.printer;
    let program = entry.directory.join(executable_name("go"));
    printer.warning(&format!("`go` in new windows is {}, not gover's", program.display()));
    printer.note("  it is in the Path of the machine, which Windows puts before yours");
    if entry.is_from_installer {
        printer.note("  Go's own installer puts it there");
        printer.hint("uninstall that Go in Settings > Apps, or: winget uninstall GoLang.Go");
    }
    show_lines(
        "to remove it, in PowerShell as administrator, then sign in again:",
        entry.removal.as_ref(),
        context,
    );
}

fn show_lines(hint: &str, lines: Option<&[String; 3]>, context: &Context<'_>) {
    let Some(lines) = lines else { return };
    context.printer.hint(hint);
    for line in lines {
        context.printer.note(&format!("  {line}"));
    }
}

facts! {
    SetupFacts(plan: &Plan, dry_run: bool, copied: bool) {
        dry_run: bool = dry_run => "whether nothing was changed because of `--dry-run`",
        copied: bool = copied => "whether gover and gover-shim are copied to `bin` of gover's home",
        changes: Vec<ChangeFacts> = plan.edits.iter().map(ChangeFacts::of).collect()
            => "the changes that were made, or would be",
        unchanged: Vec<String> = plan.unchanged.iter().map(|path| json_path(path)).collect()
            => "the files that were set up before",
        problems: Vec<String> = plan.problems.iter().map(ToString::to_string).collect()
            => "error messages for what could not be changed",
    }

    ChangeFacts(edit: &Edit) {
        path: Option<String> = file_of(edit).map(|file| json_path(&file.path))
            => "the startup file; null for the Path of the user in the registry of Windows",
        action: &'static str = action(edit) => "`create`, `change` or `remove` a file; `add`, `move` or `remove` an entry of Path",
    }
}

fn file_of(edit: &Edit) -> Option<&FileEdit> {
    match edit {
        Edit::File(file) => Some(file),
        Edit::UserPath(_) => None,
    }
}

fn action(edit: &Edit) -> &'static str {
    match edit {
        Edit::File(FileEdit { after: None, .. }) => "remove",
        Edit::File(FileEdit { before: None, .. }) => "create",
        Edit::File(_) => "change",
        Edit::UserPath(UserPathEdit { change, .. }) => match change {
            EntryChange::Added(_) => "add",
            EntryChange::Moved(_) => "move",
            EntryChange::Removed(_) => "remove",
        },
    }
}
