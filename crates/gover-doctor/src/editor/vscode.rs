//! VS Code: which keys its settings should not have, and when they need to name `go`.

use super::{Advice, Editor, FileAdvice, Key, Naming, OnPath, Problem, Scope, Step, on_path};
use crate::checks::editors::edit::{Edit, Malformed};
use crate::checks::editors::jsonc::{Entry, Settings};
use crate::checks::editors::roots::expand;
use crate::checks::editors::vscode::places::{self, Place};
use crate::checks::editors::vscode::{TOOLS, judge, names, open_at, terminal};
use crate::checks::finding_go::go_programs::program_in;
use crate::checks::finding_go::path_machine;
use crate::{Change, MachinePath, Snapshot};

pub(super) fn advice(snapshot: &Snapshot<'_>, scope: Scope, naming: Naming) -> Advice {
    let places = match scope {
        Scope::User => places::of_user(snapshot),
        Scope::Workspace => places::of_project(snapshot),
    };
    let need = need(snapshot);
    let named = match (scope, naming) {
        // Others share the settings of a project, and have gover elsewhere or not at all.
        (Scope::Workspace, _) => None,
        (Scope::User, Naming::Always) => Some("an editor with another PATH finds it too".to_owned()),
        (Scope::User, Naming::IfNeeded) => need.reason.clone(),
    };
    let mut found = match scope {
        Scope::User => Editor::VsCode.found(snapshot),
        Scope::Workspace => Vec::new(),
    };
    found.extend(places.iter().map(|place| place.file.clone()));
    let files: Vec<FileAdvice> =
        places.iter().filter_map(|place| file(snapshot, place, named.as_deref())).collect();
    let mut advice = Advice { found, files, steps: need.steps, ..Advice::default() };
    if need.is_path_enough {
        let go = snapshot.short(&program(snapshot));
        advice.notes.push(format!("PATH is enough: the first `go` on it is {go}, and VS Code runs that"));
    }
    if advice.files.iter().flat_map(|file| &file.keys).any(|key| key.value.is_some() && key.name == PROGRAM) {
        advice.notes.push(
            "with `go.alternateTools`, terminals in the editor keep the toolchain from when its window was opened"
                .to_owned(),
        );
    }
    advice
}

/// What keeps the extension from gover's `go`, apart from settings.
struct Need {
    /// Why the settings must name it.
    reason: Option<String>,
    is_path_enough: bool,
    steps: Vec<Step>,
}

/// The extension looks in GOBIN, in GOROOT and then on PATH (docs/editors.md#vs-code).
fn need(snapshot: &Snapshot<'_>) -> Need {
    let go_in = |directory: MachinePath| program_in(snapshot, &directory);
    let in_variable = |name| Some(snapshot.system.path(snapshot.variable(name)?));
    let in_gobin = in_variable("GOBIN").and_then(go_in);
    let reason = match in_gobin {
        Some(go) => Some(format!("GOBIN contains {}, which VS Code runs before PATH", snapshot.short(&go))),
        None => path_machine::first(snapshot)
            .map(|directory| format!("{directory} is in the machine's Path, which comes before the user's")),
    };
    let mut steps = Vec::new();
    if in_variable("GOROOT").and_then(|goroot| go_in(goroot.join("bin"))).is_some() {
        let why = "GOROOT is set, and VS Code takes `go` from there before PATH";
        steps.push(Step::new(why, "gover doctor goroot-set"));
    }
    let mut is_path_enough = false;
    match on_path(snapshot, Editor::VsCode.title()) {
        _ if reason.is_some() => {}
        OnPath::Gover => is_path_enough = steps.is_empty(),
        OnPath::Other(step) => {
            let why = "VS Code can also find gover's `go` through its settings";
            steps.extend([step, Step::new(why, "gover editor vscode --set-go")]);
        }
    }
    Need { reason, is_path_enough, steps }
}

/// A file with something to change. `named` is why it has to name gover's `go`.
fn file(snapshot: &Snapshot<'_>, place: &Place, named: Option<&str>) -> Option<FileAdvice> {
    let is_missing = !snapshot.is_file(&place.file);
    let content = if is_missing { Ok(Vec::new()) } else { snapshot.disk.read(&place.file) };
    let content = match content {
        Ok(content) => content,
        Err(error) => {
            let what = format!("cannot be read: {error}");
            return Some(FileAdvice {
                file: place.file.clone(),
                keys: Vec::new(),
                change: Err(Problem::of(what)),
            });
        }
    };
    let settings = Settings::parse(place.file.clone(), content);
    let (mut keys, mut edits): (Vec<Key>, Vec<Edit>) =
        settings.entries.iter().filter_map(|entry| wrong(snapshot, place, entry)).unzip();
    if let Some(why) = named.filter(|_| !names_gover(snapshot, place, &settings)) {
        let path = ["go.alternateTools", "go"].map(str::to_owned).to_vec();
        let value = written(snapshot);
        keys.retain(|key| key.name != PROGRAM);
        edits.retain(|edit| !matches!(edit, Edit::Remove(removed) if *removed == path));
        let line = settings.entries.iter().find(|entry| entry.path == path).map(|entry| entry.line);
        keys.push(Key { name: PROGRAM.to_owned(), line, value: Some(value.clone()), why: why.to_owned() });
        edits.push(Edit::Set(path, value));
    }
    if keys.is_empty() {
        return None;
    }
    Some(FileAdvice {
        file: place.file.clone(),
        keys,
        change: change(snapshot, &settings, &edits, is_missing),
    })
}

fn change(
    snapshot: &Snapshot<'_>,
    settings: &Settings,
    edits: &[Edit],
    is_missing: bool,
) -> Result<Change, Problem> {
    let file = &settings.file;
    if is_missing && file.parent().is_some_and(|above| lists(snapshot, &above, file.file_name())) {
        return Err(Problem::of("is not a file".to_owned()));
    }
    if !is_missing && !snapshot.disk.is_writable(file) {
        let (what, hint) = snapshot.unlocked(file);
        return Err(Problem { what, hint });
    }
    match settings.edited(edits) {
        Ok(Some(Change::File { path, after, .. })) if is_missing => {
            Ok(Change::File { path, before: None, after })
        }
        Ok(Some(change)) => Ok(change),
        Ok(None) => Err(Problem::of("cannot be changed safely".to_owned())),
        Err(Malformed { line, what }) => {
            let place = line.map(|line| format!(" on line {line}")).unwrap_or_default();
            let what = format!("has an error{place}, and gover does not rewrite it: {what}");
            Err(Problem { what, hint: open_at(file, line.unwrap_or(1)) })
        }
    }
}

fn lists(snapshot: &Snapshot<'_>, directory: &MachinePath, name: &str) -> bool {
    snapshot.disk.list(directory).iter().any(|known| known == name)
}

/// A key that should not be there, or not with this value.
fn wrong(snapshot: &Snapshot<'_>, place: &Place, entry: &Entry) -> Option<(Key, Edit)> {
    let (why, edit) = match pinned(snapshot, place, entry) {
        Some(why) => (why.to_owned(), Edit::Remove(entry.path.clone())),
        None => judge(snapshot, place, entry).map(|(finding, edit)| (finding.why.en, edit))?,
    };
    let value = match &edit {
        Edit::Remove(_) => None,
        Edit::Set(_, value) => Some(value.clone()),
    };
    Some((Key { name: names(entry).join("."), line: Some(entry.line), value, why }, edit))
}

/// Why a key keeps the editor from following gover, even if it fits this project.
fn pinned(snapshot: &Snapshot<'_>, place: &Place, entry: &Entry) -> Option<&'static str> {
    let text = entry.text.as_deref().filter(|text| !text.trim().is_empty())?;
    let sets_variables = |group: &str| group == TOOLS || group == terminal::group(snapshot);
    match names(entry).as_slice() {
        ["go.goroot"] => Some("VS Code takes `go` from there before PATH, in every project"),
        ["go.alternateTools", "go"] if !is_gover(snapshot, place, text) => {
            Some("VS Code runs that `go` before the one on PATH, in every project")
        }
        [group, "GOROOT"] if sets_variables(group) => Some("it fixes one toolchain for every project"),
        [group, "GOTOOLCHAIN"] if sets_variables(group) && text.starts_with("go1") => {
            Some("it fixes one version for every project")
        }
        _ => None,
    }
}

fn names_gover(snapshot: &Snapshot<'_>, place: &Place, settings: &Settings) -> bool {
    let mut named = settings.entries.iter().filter(|entry| names(entry) == ["go.alternateTools", "go"]);
    named
        .next_back()
        .and_then(|entry| entry.text.as_deref())
        .is_some_and(|text| text != "go" && is_gover(snapshot, place, text))
}

/// Whether a value of `go.alternateTools` is gover's `go`, or a `go` that is searched on PATH.
fn is_gover(snapshot: &Snapshot<'_>, place: &Place, text: &str) -> bool {
    let path = expand(snapshot, text, &place.workspace).map(|path| snapshot.system.path(path));
    text == "go" || path.is_some_and(|path| path == program(snapshot))
}

fn program(snapshot: &Snapshot<'_>) -> MachinePath {
    snapshot.gover.bin.program("go")
}

/// The extension expands `~`, so that the value is right on other machines with the same settings.
fn written(snapshot: &Snapshot<'_>) -> String {
    let program = program(snapshot);
    if snapshot.system.is_windows() { program.to_string() } else { snapshot.below_home(&program, "~") }
}

impl Problem {
    fn of(what: String) -> Self {
        Self { what, hint: "check what it is, and who may change it".to_owned() }
    }
}

const PROGRAM: &str = "go.alternateTools.go";
