//! Makes the changes of a plan in startup files and in the Path of Windows, and says what they are.

use gover_shell::persist::{self, Edit, EntryChange, FileEdit, Plan, Reach, USER_PATH, UserPathEdit};

use crate::Context;

/// Returns which shells see the changes. A file that cannot be written does not stop the others. Its
/// edit is removed from the plan.
pub(crate) fn apply(plan: &mut Plan, context: &Context<'_>) -> Option<Reach> {
    let mut reached = None;
    for edit in std::mem::take(&mut plan.edits) {
        match persist::apply(&edit, &context.layout) {
            Ok(reach) => {
                context.printer.note(&phrase(&edit, true, context));
                reached = Some(reach);
                plan.edits.push(edit);
            }
            Err(problem) => plan.problems.push(problem),
        }
    }
    reached
}

/// `changed FILE`, or `would change FILE` if it is not `done`.
pub(crate) fn phrase(edit: &Edit, done: bool, context: &Context<'_>) -> String {
    let (would, did, what) = match edit {
        Edit::File(FileEdit { path, before, after, lines }) => {
            let path = context.short(path);
            match (before, after) {
                (_, None) => ("remove", "removed", path),
                _ if lines.is_empty() => ("remove", "removed", format!("gover's lines from {path}")),
                (None, _) => ("create", "created", path),
                _ => ("change", "changed", path),
            }
        }
        Edit::UserPath(UserPathEdit { change, after, .. }) => match change {
            EntryChange::Added(entry) => ("add", "added", format!("`{entry}` in front of {USER_PATH}")),
            EntryChange::Moved(entry) => ("move", "moved", format!("`{entry}` to the front of {USER_PATH}")),
            EntryChange::Removed(entries) => {
                let entries: Vec<_> = entries.iter().map(|entry| format!("`{entry}`")).collect();
                let rest = match after {
                    Some(_) => "the rest stays",
                    None => "it held nothing else, so the value is removed too",
                };
                ("remove", "removed", format!("{} from {USER_PATH}; {rest}", entries.join(" and ")))
            }
        },
    };
    if done { format!("{did} {what}") } else { format!("would {would} {what}") }
}
