//! The table of what was found.

use gover_install::import::{Difference, Different, Equal};

use super::judge::{Judged, Status};
use crate::output::Table;
use crate::{Context, Failure};

pub(super) fn table(judged: &[Judged], context: &Context<'_>) -> Result<(), Failure> {
    let mut table = Table::default();
    for one in judged {
        let version = one.version.as_deref().unwrap_or("-");
        let words = [version.to_owned(), one.keeper.unwrap_or("-").to_owned(), context.short(&one.goroot)];
        let cells = words.into_iter().chain([in_words(&one.status, context)]);
        table.row(cells.map(Into::into));
    }
    context.printer.table(&table)
}

pub(in crate::commands) fn in_words(status: &Status, context: &Context<'_>) -> String {
    match status {
        Status::Equal(equal) => equal_to(equal),
        Status::Installed(equal) => format!("{}; already installed", equal_to(equal)),
        Status::Damaged(equal) => format!("{}; the installed one is damaged", equal_to(equal)),
        Status::Same { equal, as_in } => {
            format!("{}; same as {}", equal_to(equal), context.short(as_in))
        }
        // The table is printed before anything is imported.
        Status::Imported(_) => "imported".to_owned(),
        Status::Failed { reason } | Status::Unreadable { reason } => reason.clone(),
        Status::Different { different, files } => {
            format!(
                "differs from checksum record {}: {}",
                different.record.id,
                differences(different, files.as_deref())
            )
        }
        Status::Silent { reason } => format!("could not be proven: {reason}"),
        Status::Unusable { reason } => format!("skipped: {reason}"),
    }
}

fn equal_to(equal: &Equal) -> String {
    let without =
        if equal.left_out.is_empty() { String::new() } else { format!(", without {}", few(&equal.left_out)) };
    format!("matches checksum record {}{without}", equal.record.id)
}

/// What differs, as far as that can be known: the database has one hash for all files.
fn differences(different: &Different, files: Option<&[Difference]>) -> String {
    if let Some(files) = files.filter(|files| !files.is_empty()) {
        let named = |difference: &Difference| match difference {
            Difference::Changed(path) => format!("{path} (changed)"),
            Difference::Added(path) => format!("{path} (added)"),
            Difference::Missing(path) => format!("{path} (missing)"),
        };
        return few(&files.iter().map(named).collect::<Vec<_>>());
    }
    if !different.missing.is_empty() {
        let missing: Vec<String> = different.missing.iter().map(ToString::to_string).collect();
        return format!("incomplete, without {}", few(&missing));
    }
    if let Some((path, what)) = different.odd.first() {
        return format!("{path} is {what}");
    }
    if !different.later.is_empty() {
        return format!("probably in {}, changed after it was unpacked", few(&different.later));
    }
    "it is not known which files".to_owned()
}

/// The first names, and how many more there are.
fn few(names: &[String]) -> String {
    let (first, rest) = names.split_at(names.len().min(SHOWN));
    let first = first.join(", ");
    if rest.is_empty() { first } else { format!("{first} and {} more", rest.len()) }
}

const SHOWN: usize = 3;
