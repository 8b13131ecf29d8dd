//! The table of what was found.

use gover_core::display::pasted;
use gover_core::inventory::is_installed;
use gover_core::{Request, ToolchainName};
use gover_install::import::{Difference, Different, Equal};

use super::judge::{Judged, Status};
use crate::commands::verify::log::LogResponses;
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

fn in_words(status: &Status, context: &Context<'_>) -> String {
    match status {
        Status::Equal(equal) => equal_to(equal),
        Status::Installed(equal) => format!("{}; installed already", equal_to(equal)),
        Status::Same { equal, as_in } => {
            format!("{}; the same as {}", equal_to(equal), context.short(as_in))
        }
        // The table is printed before anything is imported.
        Status::Imported(_) => "imported".to_owned(),
        Status::Failed { reason } => reason.clone(),
        Status::Different { different, files } => {
            format!(
                "differs from record {}: {}",
                different.record.id,
                differences(different, files.as_deref())
            )
        }
        Status::Silent { reason } => format!("cannot be proven: {reason}"),
        Status::Unusable { reason } => format!("left out: {reason}"),
    }
}

fn equal_to(equal: &Equal) -> String {
    let without =
        if equal.left_out.is_empty() { String::new() } else { format!(", without {}", few(&equal.left_out)) };
    format!("equal to record {}{without}", equal.record.id)
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
        return format!("it is incomplete, without {}", few(&missing));
    }
    if let Some((path, what)) = different.odd.first() {
        return format!("{path} is {what}");
    }
    if !different.later.is_empty() {
        return format!("probably in {}, changed after it was unpacked", few(&different.later));
    }
    "which files differ is not known".to_owned()
}

/// The first names, and how many more there are.
fn few(names: &[String]) -> String {
    let (first, rest) = names.split_at(names.len().min(SHOWN));
    let first = first.join(", ");
    if rest.is_empty() { first } else { format!("{first} and {} more", rest.len()) }
}

/// What holds for several rows.
pub(super) fn remarks(judged: &[Judged], log: &LogResponses, context: &Context<'_>) {
    if judged.iter().filter_map(Judged::importable).any(|equal| equal.has_uncovered) {
        let what =
            "api, doc, misc and test are not copied, because no record of the checksum database covers them";
        context.printer.note(&format!("note: {what}"));
    }
    let mut downloads: Vec<ToolchainName> = judged.iter().filter_map(download).collect();
    downloads.retain(|name| !is_installed(&context.layout, name));
    downloads.retain(|name| judged.iter().filter_map(Judged::equal).all(|equal| equal.wanted.name != *name));
    downloads.sort();
    downloads.dedup();
    if !downloads.is_empty() {
        let requests: Vec<String> =
            downloads.into_iter().map(|name| pasted(Request::exact(name).as_str())).collect();
        let command = format!("gover install {}", requests.join(" "));
        context.printer.note(&format!("note: to download what cannot be imported: `{command}`"));
    }
    for one in judged {
        if let Some(command) = link(one) {
            context.printer.note(&format!(
                "note: to give the build in {} a name: `{command}`",
                context.short(&one.goroot)
            ));
        }
    }
    for hint in &log.hints {
        context.printer.hint(hint);
    }
}

/// The release to download in place of a tree that is not one, unless a good one was found.
fn download(one: &Judged) -> Option<ToolchainName> {
    if !matches!(one.status, Status::Different { .. } | Status::Silent { .. }) {
        return None;
    }
    ToolchainName::parse(one.version.as_deref()?).ok()
}

/// The command that gives a build a name, which its VERSION may have.
fn link(one: &Judged) -> Option<String> {
    let name = match (&one.status, one.version.as_deref().map(ToolchainName::parse)) {
        (Status::Unusable { .. }, None) => "NAME".to_owned(),
        (Status::Unusable { .. }, Some(Ok(name))) if !name.is_release() => pasted(name.as_str()),
        _ => return None,
    };
    Some(format!("gover link {name} {}", pasted(one.goroot.to_str()?)))
}

const SHOWN: usize = 3;
