use std::path::Path;

use gover_core::text::{counted, shown};
use gover_doctor::editor::{Advice, Editor, FileAdvice, Key, Scope, Step};
use gover_doctor::repair::diff;

use crate::cli::EditorArgs;
use crate::output::facts;
use crate::{Context, Failure};

facts! {
    EditorFacts(editor: Editor, advice: &Advice, changed: Vec<String>) {
        editor: &'static str = editor.name() => "the editor",
        found: Vec<String> = advice.found.iter().map(ToString::to_string).collect() => "its programs on PATH and its settings; empty if it is not installed",
        files: Vec<FileFacts> = advice.files.iter().map(FileFacts::of).collect() => "the settings files with something to change",
        notes: Vec<String> = advice.notes.clone() => "what is already right, or useful to know",
        steps: Vec<StepFacts> = advice.steps.iter().map(StepFacts::of).collect() => "what is left for you to do",
        changed: Vec<String> = changed => "the files that were changed",
    }

    StepFacts(step: &Step) {
        why: String = step.why.clone() => "the reason",
        fix: String = step.fix.clone() => "a command, or what to choose in the editor",
    }

    FileFacts(file: &FileAdvice) {
        path: String = file.file.to_string() => "the settings file",
        keys: Vec<KeyFacts> = file.keys.iter().map(KeyFacts::of).collect() => "the keys that change",
        problem: Option<String> = file.change.as_ref().err().map(|problem| problem.what.clone()) => "why the file is not changed",
    }

    KeyFacts(key: &Key) {
        key: String = key.name.clone() => "the key, after the names of the objects that contain it",
        line: Option<usize> = key.line => "its line; null if it is not there yet",
        value: Option<String> = key.value.clone() => "its new value; null if it is removed",
        why: String = key.why.clone() => "the reason",
    }
}

pub(super) fn json(
    editor: Editor,
    advice: &Advice,
    changed: Vec<String>,
    arguments: &EditorArgs,
    context: &Context<'_>,
) -> Result<(), Failure> {
    if !arguments.json {
        return Ok(());
    }
    context.printer.json(&EditorFacts::of(editor, advice, changed))
}

/// What is right, what changes and why, and what is left to do.
pub(super) fn people(advice: &Advice, context: &Context<'_>) -> Result<(), Failure> {
    let printer = context.printer;
    if let Some(missing) = &advice.missing {
        printer.warning(missing);
    }
    for file in &advice.files {
        show_file(file, context)?;
    }
    advice.notes.iter().try_for_each(|note| printer.data(note))?;
    for Step { why, fix } in &advice.steps {
        printer.data(why)?;
        printer.command("  fix:", fix)?;
    }
    Ok(())
}

fn show_file(file: &FileAdvice, context: &Context<'_>) -> Result<(), Failure> {
    let printer = context.printer;
    let name = context.short(file.file.as_str().as_ref());
    printer.data(&name)?;
    for Key { name, line, value, why } in &file.keys {
        let place = line.map(|line| format!(" (line {line})")).unwrap_or_default();
        let name = shown(name);
        let what = match value {
            None => format!("remove {name}{place}"),
            Some(value) => format!("set {name}{place} to {}", shown(value)),
        };
        printer.data(&format!("  {what}: {why}"))?;
    }
    match &file.change {
        Ok(change) => diff(change).iter().try_for_each(|line| printer.data(&format!("    {line}"))),
        Err(problem) => {
            printer.warning(&format!("{name} {}", problem.what));
            printer.hint(&problem.hint);
            Ok(())
        }
    }
}

pub(super) fn question(files: usize) -> String {
    format!("change {}?", counted(files, "file"))
}

/// Nothing was written: nothing had to be, or nobody asked for it.
pub(super) fn unchanged(advice: &Advice, arguments: &EditorArgs, context: &Context<'_>) {
    let files = advice.files.iter().filter(|file| file.change.is_ok()).count();
    if advice.files.is_empty() {
        context.printer.note("gover has nothing to write");
    } else if files > 0 && (arguments.dry_run || !context.printer.can_ask()) {
        context.printer.note(&format!("{} would change", counted(files, "file")));
        context.printer.hint(&command(arguments));
    } else {
        context.printer.note("nothing was changed");
    }
}

pub(super) fn changed(files: usize, arguments: &EditorArgs, context: &Context<'_>) {
    if files == 0 {
        context.printer.note("nothing was changed");
        return;
    }
    let (files, name) = (counted(files, "file"), arguments.editor.editor().name());
    let workspace = if arguments.workspace { " --workspace" } else { "" };
    context.printer.note(&format!("{files} changed (`gover editor {name}{workspace} --undo` undoes this)"));
    context.printer.note("reload the window of the editor: `Developer: Reload Window`");
}

/// A changed file that stays, because it belongs to other settings.
pub(super) fn left(editor: Editor, file: &Path, context: &Context<'_>) -> String {
    let (shown, name) = (context.short(file), editor.name());
    if Scope::User.contains(file, &[]) {
        format!("{shown} was left as it is; `gover editor {name} --undo` restores your own settings")
    } else {
        format!(
            "{shown} was left as it is; `gover editor {name} --workspace --undo` in its project restores it"
        )
    }
}

pub(super) fn nothing_to_undo(arguments: &EditorArgs, has_others: bool) -> Failure {
    let editor = arguments.editor.editor();
    let (name, title) = (editor.name(), editor.title());
    let (whose, option) = match (arguments.workspace, has_others) {
        (true, _) => (" in this project", " --workspace"),
        (false, true) => (" in your own settings", ""),
        (false, false) => ("", ""),
    };
    let what = format!("gover has changed nothing for {title}{whose}");
    Failure::new(what, format!("gover editor {name}{option}"))
}

/// The command that makes the changes.
fn command(arguments: &EditorArgs) -> String {
    let name = arguments.editor.editor().name();
    let workspace = if arguments.workspace { " --workspace" } else { "" };
    let set_go = if arguments.set_go { " --set-go" } else { "" };
    format!("gover editor {name}{workspace}{set_go} --yes")
}
