//! `gover editor`: what an editor needs, written into its settings.

mod show;

use std::path::Path;

use gover_doctor::editor::{Advice, Editor, FileAdvice, Naming, Scope};
use gover_doctor::live::{RealDisk, RealPrograms, RealRegistry};
use gover_doctor::repair::{self, Journal, LOCK, Outcome, RepairError, Undone};
use gover_doctor::{Change, Language, Snapshot};

pub(super) use self::show::EditorFacts;

use super::doctor;
use crate::cli::EditorArgs;
use crate::store::lock;
use crate::{Context, Failure};

pub(super) fn run(arguments: &EditorArgs, context: &Context<'_>) -> Result<(), Failure> {
    let editor = arguments.editor.editor();
    if arguments.undo {
        return undo(arguments, context);
    }
    let advice = advice(editor, arguments, context);
    let changes: Vec<&Change> = advice.files.iter().filter_map(|file| file.change.as_ref().ok()).collect();
    if !arguments.json {
        show::people(&advice, context)?;
    }
    if changes.is_empty() || !is_agreed(&changes, arguments, context)? {
        show::unchanged(&advice, arguments, context);
        show::json(editor, &advice, Vec::new(), arguments, context)?;
        let is_missing = advice.found.is_empty() && !arguments.workspace;
        return Failure::silent_if(arguments.yes && (is_missing || !are_possible(&advice)));
    }
    let (written, is_complete) = write(editor, &changes, context)?;
    show::changed(written.len(), arguments, context);
    show::json(editor, &advice, written, arguments, context)?;
    Failure::silent_if(!is_complete || !are_possible(&advice))
}

fn advice(editor: Editor, arguments: &EditorArgs, context: &Context<'_>) -> Advice {
    let facts = doctor::facts(arguments.json, context);
    let programs = RealPrograms::default();
    let snapshot = Snapshot::gather(facts, &RealDisk, &RealRegistry, &programs);
    let naming = if arguments.set_go { Naming::Always } else { Naming::IfNeeded };
    editor.advice(&snapshot, scope(arguments), naming)
}

fn are_possible(advice: &Advice) -> bool {
    advice.files.iter().all(|file: &FileAdvice| file.change.is_ok())
}

/// Without a terminal nothing is written unless `--yes` asks for it.
fn is_agreed(changes: &[&Change], arguments: &EditorArgs, context: &Context<'_>) -> Result<bool, Failure> {
    if arguments.yes {
        return Ok(true);
    }
    if arguments.dry_run || arguments.json || !context.printer.can_ask() {
        return Ok(false);
    }
    context.printer.confirm(&show::question(changes.len()), "--yes")
}

/// The files that were written, and whether all were.
fn write(editor: Editor, changes: &[&Change], context: &Context<'_>) -> Result<(Vec<String>, bool), Failure> {
    let lock = lock::acquire(LOCK, context)?;
    let mut journal = Journal::of_editor(editor, &context.layout, &lock)?;
    let mut written = Vec::new();
    for change in changes {
        match repair::apply(change, &mut journal, &lock) {
            Ok(()) => written.push(change.place()),
            Err(RepairError::Changed { place }) => {
                let what = format!("{} has changed in the meantime", context.short(place.as_ref()));
                let hint = format!("gover editor {}", editor.name());
                context.printer.failure(&Failure::new(what, hint));
            }
            Err(problem) => context.printer.failure(&problem.into()),
        }
    }
    let is_complete = written.len() == changes.len();
    Ok((written, is_complete))
}

/// Restores the settings that the same command without `--undo` would change, and says which others were
/// changed.
fn undo(arguments: &EditorArgs, context: &Context<'_>) -> Result<(), Failure> {
    let (editor, scope) = (arguments.editor.editor(), scope(arguments));
    let logical = context.env.logical_directory();
    let here: Vec<&Path> = logical.as_deref().into_iter().chain(context.env.directory()).collect();
    let lock = lock::acquire(LOCK, context)?;
    let wanted = |file: &Path| scope.contains(file, &here);
    let undone = match Journal::undo_editor(editor, &wanted, &context.layout, &lock) {
        Err(RepairError::Nothing) => Vec::new(),
        undone => undone?,
    };
    let (left, done): (Vec<Undone>, Vec<Undone>) =
        undone.into_iter().partition(|one| matches!(one.outcome, Outcome::Left));
    for one in &left {
        context.printer.note(&show::left(editor, one.place.as_ref(), context));
    }
    if done.is_empty() {
        return Err(show::nothing_to_undo(arguments, !left.is_empty()));
    }
    doctor::restored(done, arguments.json, Language::English, context)
}

fn scope(arguments: &EditorArgs) -> Scope {
    if arguments.workspace { Scope::Workspace } else { Scope::User }
}
