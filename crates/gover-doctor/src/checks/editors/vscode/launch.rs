//! Variables and programs in `launch.json` and `tasks.json`.

use super::places::{self, Place};
use super::{goroot, is_other, open_at, terminal};
use crate::checks::editors::jsonc::{Entry, Settings};
use crate::checks::editors::roots::expand;
use crate::snapshot::system::Os;
use crate::{Finding, Snapshot, text};

/// Those of the project here, and the tasks of the user.
pub(super) fn files(snapshot: &Snapshot<'_>) -> Vec<Place> {
    let of_project = [".vscode/launch.json", ".vscode/tasks.json"].into_iter().filter_map(|name| {
        let file = snapshot.nearest(name)?;
        let workspace = file.parent()?.parent()?;
        Some(Place { file, workspace, is_own: false })
    });
    let of_user = places::of_user(snapshot).into_iter().filter_map(|place| {
        let file = place.file.parent()?.join("tasks.json");
        Some(Place { file, ..place })
    });
    of_project.chain(of_user).filter(|place| snapshot.is_file(&place.file)).collect()
}

/// What is wrong with an entry. A `.code-workspace` may have the same keys.
pub(super) fn finding(
    snapshot: &Snapshot<'_>,
    place: &Place,
    settings: &Settings,
    entry: &Entry,
) -> Option<Finding> {
    let names: Vec<&str> = entry.path.iter().map(String::as_str).collect();
    if names.iter().any(|name| SYSTEMS.contains(name) && *name != system(snapshot)) {
        return None;
    }
    let text = entry.text.as_deref().filter(|text| !text.trim().is_empty())?;
    let path = || Some(snapshot.system.path(expand(snapshot, text, &place.workspace)?));
    let file = place.file.file_name();
    let finding = match names.as_slice() {
        [.., "env", "GOROOT"] => {
            let name = text!(en "env.GOROOT in {file}", zh "{file} 里的 env.GOROOT", file = file);
            goroot(snapshot, &name, &path()?)?
        }
        [.., "env", "GOTOOLCHAIN"] if is_other(snapshot, text) => Finding::warning(
            text!(
                en "env.GOTOOLCHAIN in {file} is `{value}`",
                zh "{file} 里的 env.GOTOOLCHAIN 是 `{value}`",
                file = file, value = text,
            ),
            text!(
                en "programs that start there use that version, whatever the project asks for",
                zh "不管项目要求什么，从那里启动的程序都用那个版本",
            ),
        ),
        [.., "env", name] if terminal::is_path(snapshot, name) => {
            let first = terminal::first_other(snapshot, place, text)?;
            let what = text!(
                en "env.PATH in {file} puts {directory} before gover",
                zh "{file} 里的 env.PATH 把 {directory} 放在 gover 前面",
                file = file, directory = snapshot.short(&first),
            );
            let why = text!(
                en "programs that start there run that `go`, whatever gover selects",
                zh "不管 gover 选了什么，从那里启动的程序运行的都是那个 `go`",
            );
            Finding::warning(what, why)
        }
        [.., "dlvToolPath"] => {
            let path = path().filter(|path| path.is_absolute() && !snapshot.is_file(path))?;
            let what = text!(
                en "dlvToolPath in {file} names {path}, which does not exist",
                zh "{file} 里的 dlvToolPath 指向 {path}，它不存在",
                file = file, path = snapshot.short(&path),
            );
            Finding::error(what, text!(en "the debugger does not start", zh "调试器无法启动"))
        }
        _ => return None,
    };
    let finding = finding.shown_by([settings.evidence(entry)]).shown_by(snapshot.selection_evidence());
    Some(finding.command(open_at(&settings.file, entry.line)))
}

/// The name of this system in these files, whose keys apply to it alone.
fn system(snapshot: &Snapshot<'_>) -> &'static str {
    match snapshot.system.os {
        Os::Windows => "windows",
        Os::MacOs => "osx",
        Os::Linux | Os::Other => "linux",
    }
}

const SYSTEMS: &[&str] = &["windows", "osx", "linux"];
