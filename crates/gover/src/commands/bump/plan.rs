//! Which versions of a project change, and to what.

use std::cmp::Ordering;

use gover_core::{GoVersion, ToolchainName};
use gover_project::{Edit, FileKind, Mention, Role};

use super::aim::Knowledge;
use crate::store::project::ProjectFile;

/// A version that changes, or should.
pub(super) struct Step<'a> {
    pub(super) file: &'a ProjectFile,
    pub(super) mention: &'a Mention,
    /// What its bytes become.
    pub(super) edit: Edit,
    /// Why gover does not make the change.
    pub(super) left: Option<&'static str>,
}

/// What versions are raised to.
pub(super) struct Aim<'a> {
    pub(super) target: GoVersion,
    /// What a version of another minor version becomes, if it may not become the target: elements of
    /// lists, and newer ones.
    pub(super) other: Other,
    pub(super) language: bool,
    /// Whether the go line is what runs somewhere: a workflow takes the version from go.mod, or no
    /// other file names one.
    pub(super) line_runs: bool,
    pub(super) known: &'a Knowledge,
}

/// What happens to versions that do not become the target.
#[derive(Clone, Copy)]
pub(super) enum Other {
    Stays,
    NewestPatch,
    /// The nearest patch release without a known vulnerability.
    SafePatch,
}

impl Other {
    fn goal(self, version: &GoVersion, known: &Knowledge) -> Option<GoVersion> {
        match self {
            Self::Stays => None,
            Self::NewestPatch => known.newest_patch(version),
            Self::SafePatch => known.nearest_safe(version).filter(|safe| safe.same_language(version)),
        }
    }
}

/// What differs from the aim, in the order of the files.
pub(super) fn steps<'a>(files: &'a [ProjectFile], aim: &Aim<'_>) -> Vec<Step<'a>> {
    let exact = needs_exact_lines(files, aim);
    let mentions = files.iter().flat_map(|file| file.mentions.iter().map(move |mention| (file, mention)));
    let step = |(file, mention): (&'a ProjectFile, &'a Mention)| {
        let goal = goal(file, mention, aim);
        let raised = goal.as_ref().and_then(|goal| {
            let is_line = mention.role == Role::GoLine && *goal == aim.target;
            if is_line && exact && !mention.version.is_exact() {
                return Some(release(goal));
            }
            mention.version.raised(goal)
        });
        let text = mention.replacement(raised.as_deref().unwrap_or(mention.version.as_str()));
        let edit = Edit { range: mention.range.clone(), text };
        let is_line = mention.role == Role::GoLine && !aim.language;
        let left = mention.fixed_by.or(is_line.then_some(LANGUAGE));
        (edit.text != mention.version.as_str()).then_some(Step { file, mention, edit, left })
    };
    mentions.filter_map(step).collect()
}

impl Step<'_> {
    /// Whether gover makes the change.
    pub(super) fn is_made(&self) -> bool {
        self.left.is_none()
    }
}

/// A module that needs `go 1.23.4` cannot be used by one that has `go 1.23`, so one exact line makes
/// all of them exact.
fn needs_exact_lines(files: &[ProjectFile], aim: &Aim<'_>) -> bool {
    let lines = files.iter().flat_map(|file| &file.mentions).filter(|one| one.role == Role::GoLine);
    aim.language
        && aim.target.selects_toolchains()
        && lines.into_iter().any(|line| line.version.is_exact() && *line.version.version() <= aim.target)
}

fn goal(file: &ProjectFile, mention: &Mention, aim: &Aim<'_>) -> Option<GoVersion> {
    let version = mention.version.version();
    if mention.role == Role::GoLine {
        let counts = aim.language || decides(file, mention, aim);
        return (counts && *version <= aim.target).then(|| aim.target.clone());
    }
    let is_target = version.same_language(&aim.target);
    let becomes_target =
        is_target || (is_older(version, &aim.target) && is_newest_of_list(file, mention, aim));
    if becomes_target { Some(aim.target.clone()) } else { aim.other.goal(version, aim.known) }
}

/// Whether the Go that runs is that of a go line, and has known vulnerabilities: an exact one of a
/// module without a toolchain line, if nothing else names a version or a workflow reads go.mod.
fn decides(file: &ProjectFile, line: &Mention, aim: &Aim<'_>) -> bool {
    let has_toolchain = file.mentions.iter().any(|one| one.role == Role::ToolchainLine);
    aim.line_runs
        && !has_toolchain
        && line.version.is_exact()
        && aim.known.count(line.version.version(), true) > 0
}

/// Of a list, only the newest version becomes the target, unless one is of its minor version.
fn is_newest_of_list(file: &ProjectFile, mention: &Mention, aim: &Aim<'_>) -> bool {
    let Some(list) = mention.list else { return true };
    let mut others =
        file.mentions.iter().filter(|other| other.list == Some(list)).map(|one| one.version.version());
    others.all(|other| !other.same_language(&aim.target) && !is_older(mention.version.version(), other))
}

fn is_older(version: &GoVersion, other: &GoVersion) -> bool {
    version.language() < other.language()
}

pub(super) fn release(version: &GoVersion) -> String {
    ToolchainName::of(version).as_str().trim_start_matches("go").to_owned()
}

/// The version that a project asks for now, and where, if it names any.
///
/// The go line alone is only a minimum: if no other file names its minor version, that of the pin
/// counts, or else the newest.
pub(super) fn current(files: &[ProjectFile]) -> Option<GoVersion> {
    let governing = governing(files);
    let of = |file: &ProjectFile| file.mentions.iter().map(|one| one.version.version().clone()).max();
    let module = governing.and_then(of);
    let has_line =
        governing.is_some_and(|file| file.mentions.iter().any(|one| one.role == Role::ToolchainLine));
    let places: Vec<&Mention> = alone(files).collect();
    if let Some(module) = &module
        && (has_line
            || places.is_empty()
            || places.iter().any(|one| one.version.version().same_language(module)))
    {
        return Some(module.clone());
    }
    let newest = |mentions: &mut dyn Iterator<Item = &Mention>| {
        mentions.map(|one| one.version.version().clone()).max_by(GoVersion::cmp)
    };
    let pins = &mut files.iter().filter(|file| file.kind.is_pin()).flat_map(|file| &file.mentions);
    let found = newest(pins)
        .or_else(|| newest(&mut places.into_iter()))
        .or_else(|| newest(&mut files.iter().flat_map(|file| &file.mentions)));
    // Nothing is older than the module allows.
    found.into_iter().chain(module).max_by(GoVersion::cmp)
}

/// The newest release of that minor version that a place outside of lists names.
pub(super) fn newest_named(files: &[ProjectFile], minor: &GoVersion) -> Option<GoVersion> {
    let exact =
        alone(files).filter(|one| one.version.is_exact() && one.version.version().same_language(minor));
    exact.map(|one| one.version.version().clone()).max_by(GoVersion::cmp)
}

/// Whether something runs that minor version.
pub(super) fn runs(files: &[ProjectFile], minor: &GoVersion) -> bool {
    alone(files).any(|mention| mention.version.version().same_language(minor))
}

/// What runs somewhere: not go lines, nor lists of versions to test with.
fn alone(files: &[ProjectFile]) -> impl Iterator<Item = &Mention> {
    let mentions = files.iter().flat_map(|file| &file.mentions);
    mentions.filter(|mention| mention.role != Role::GoLine && mention.list.is_none())
}

/// The line that needs the newest Go.
pub(super) fn highest_go_line(files: &[ProjectFile]) -> Option<(&ProjectFile, &Mention)> {
    let lines = files.iter().flat_map(|file| file.mentions.iter().map(move |one| (file, one)));
    lines
        .filter(|(_, mention)| mention.role == Role::GoLine)
        .max_by(|(_, a), (_, b)| a.version.version().cmp(b.version.version()))
}

/// The go.work nearest to the root, or else the go.mod.
fn governing(files: &[ProjectFile]) -> Option<&ProjectFile> {
    let is_work = |file: &ProjectFile| file.path.file_name().is_some_and(|name| name == "go.work");
    let order = |a: &&ProjectFile, b: &&ProjectFile| -> Ordering {
        let key = |file: &ProjectFile| (file.path.components().count(), !is_work(file));
        key(a).cmp(&key(b))
    };
    files.iter().filter(|file| file.kind == FileKind::Module).min_by(order)
}

/// Whether no file but go.mod and go.work names a version.
pub(super) fn is_only_lines(files: &[ProjectFile]) -> bool {
    files.iter().flat_map(|file| &file.mentions).all(|one| one.role == Role::GoLine)
}

pub(super) const LANGUAGE: &str = "a go line changes only with `--language`";
