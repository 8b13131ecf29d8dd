//! PATH for the terminals inside of VS Code.

use super::places::Place;
use crate::checks::editors::edit::Edit;
use crate::checks::editors::jsonc::Entry;
use crate::checks::editors::roots::expand;
use crate::checks::finding_go::go_programs::program_in;
use crate::snapshot::system::Os;
use crate::{Finding, MachinePath, Snapshot, text};

/// The setting for terminals of this system. The others belong to machines that share the settings.
pub(crate) fn group(snapshot: &Snapshot<'_>) -> &'static str {
    match snapshot.system.os {
        Os::Windows => "terminal.integrated.env.windows",
        Os::MacOs => "terminal.integrated.env.osx",
        Os::Linux | Os::Other => "terminal.integrated.env.linux",
    }
}

pub(super) fn is_path(snapshot: &Snapshot<'_>, name: &str) -> bool {
    name == "PATH" || (snapshot.system.is_windows() && name.eq_ignore_ascii_case("PATH"))
}

/// A PATH that puts another `go` before gover's, and the edit that takes those directories out.
pub(super) fn path(snapshot: &Snapshot<'_>, place: &Place, entry: &Entry) -> Option<(Finding, Edit)> {
    let text = entry.text.as_deref()?;
    let others: Vec<&str> = others(snapshot, place, text);
    let first = first_other(snapshot, place, text)?;
    let what = text!(
        en "{group}.PATH puts {directory} before gover",
        zh "{group}.PATH 把 {directory} 放在 gover 前面",
        group = group(snapshot), directory = snapshot.short(&first),
    );
    let why = text!(
        en "terminals in the editor run that `go`, whatever gover selects",
        zh "不管 gover 选了什么，编辑器里的终端运行的都是那个 `go`",
    );
    let kept: Vec<&str> = entries(snapshot, text).filter(|one| !others.contains(one)).collect();
    let edit = match kept.as_slice() {
        [] => Edit::Remove(entry.path.clone()),
        [one] if is_inherited(one) => Edit::Remove(entry.path.clone()),
        kept => Edit::Set(entry.path.clone(), kept.join(separator(snapshot))),
    };
    Some((Finding::warning(what, why), edit))
}

/// The first directory with a `go` of its own that a PATH puts before gover's.
pub(super) fn first_other(snapshot: &Snapshot<'_>, place: &Place, text: &str) -> Option<MachinePath> {
    let first = others(snapshot, place, text).into_iter().next()?;
    Some(snapshot.system.path(expand(snapshot, first, &place.workspace)?))
}

/// The entries with a `go` of their own before what the terminal inherits, or before gover's.
fn others<'a>(snapshot: &Snapshot<'_>, place: &Place, text: &'a str) -> Vec<&'a str> {
    let directory = |entry: &str| Some(snapshot.system.path(expand(snapshot, entry, &place.workspace)?));
    let is_before =
        |entry: &&str| !is_inherited(entry) && directory(entry).is_none_or(|path| path != snapshot.gover.bin);
    let has_go = |entry: &&str| directory(entry).is_some_and(|path| program_in(snapshot, &path).is_some());
    entries(snapshot, text).take_while(is_before).filter(has_go).collect()
}

fn is_inherited(entry: &str) -> bool {
    entry.eq_ignore_ascii_case("${env:PATH}")
}

/// The entries of a list whose variables contain a `:` of their own.
fn entries<'a>(snapshot: &Snapshot<'_>, text: &'a str) -> impl Iterator<Item = &'a str> {
    let separator = separator(snapshot).chars().next().unwrap_or(':');
    let mut is_inside = false;
    text.split(move |c| {
        is_inside = (is_inside || c == '{') && c != '}';
        c == separator && !is_inside
    })
    .filter(|entry| !entry.is_empty())
}

fn separator(snapshot: &Snapshot<'_>) -> &'static str {
    if snapshot.system.is_windows() { ";" } else { ":" }
}
