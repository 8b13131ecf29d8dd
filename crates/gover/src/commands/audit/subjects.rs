//! What is audited.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;

use gover_core::resolve::{Outcome, Resolution, Trace};
use gover_core::{Request, ToolchainName};
use gover_project::{Mention, Role, Written};

use crate::store::project::Project;
use crate::store::{provide, releases, requests};
use crate::{Context, Failure};

/// A Go version, and whether it is here.
pub(super) struct Subject {
    pub(super) name: ToolchainName,
    pub(super) is_installed: bool,
    /// Whether it is what `go` runs here, or would run if it were installed.
    pub(super) is_selected: bool,
    /// The files of the project that name it, with their lines.
    pub(super) places: Vec<(PathBuf, usize)>,
}

/// The versions that the files of the project here name, oldest first. The go line of a go.mod is
/// only the lowest version, so it counts if nothing else names one.
pub(super) fn of_project(
    installed: &[ToolchainName],
    context: &Context<'_>,
) -> Result<(Vec<Subject>, Option<Resolution>), Failure> {
    let project = Project::read(&[], context)?;
    for file in &project.unreadable {
        context.printer.warning(&format!("{} cannot be read: {}", context.short(&file.path), file.what));
    }
    let mentions = || project.files.iter().flat_map(|file| file.mentions.iter().map(move |one| (file, one)));
    let has_more = mentions().any(|(_, mention)| mention.role != Role::GoLine);
    let counts = |mention: &Mention| mention.role != Role::GoLine || !has_more;
    let mut named: BTreeMap<ToolchainName, Vec<(PathBuf, usize)>> = BTreeMap::new();
    for (file, mention) in mentions().filter(|(_, mention)| counts(mention)) {
        let name = release(&mention.version, context)?;
        named.entry(name).or_default().push((file.path.clone(), mention.line));
    }
    if named.is_empty() {
        return Err(Failure::new("no file here names a Go version", "gover audit"));
    }
    let selection = context.selection(&mut Trace::off()).ok();
    let used = selection.as_ref().and_then(|selection| selected(selection, context).ok());
    let subject = |(name, places): (ToolchainName, Vec<(PathBuf, usize)>)| Subject {
        is_installed: installed.contains(&name),
        is_selected: used.as_ref() == Some(&name),
        places,
        name,
    };
    Ok((named.into_iter().map(subject).collect(), None))
}

/// The release that a version in a file means: of `1.22`, the newest patch.
fn release(written: &Written, context: &Context<'_>) -> Result<ToolchainName, Failure> {
    let version = written.version();
    let releases = releases::known(context)?;
    let newest = releases.newest_patch(version).filter(|_| !written.is_exact());
    Ok(newest.map_or_else(|| ToolchainName::of(version), |release| release.name.clone()))
}

/// The versions that the requests mean, each once: all installed toolchains that match, or else the
/// newest release that does. Without a request, the version used here. Also the selection, if there
/// is one.
pub(super) fn wanted(
    texts: &[OsString],
    installed: &[ToolchainName],
    context: &Context<'_>,
) -> Result<(Vec<Subject>, Option<Resolution>), Failure> {
    let selection = context.selection(&mut Trace::off());
    let mut names: Vec<ToolchainName> = Vec::new();
    for text in texts {
        let text = text.to_str().ok_or_else(not_unicode)?;
        for name in matching(&requests::parse(text, context)?, installed, context)? {
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    let (selection, used) = if texts.is_empty() {
        let selection = selection?;
        let used = selected(&selection, context)?;
        names.push(used.clone());
        (Some(selection), Some(used))
    } else {
        let selection = selection.ok();
        let used = selection.as_ref().and_then(|selection| selected(selection, context).ok());
        (selection, used)
    };
    let subject = |name: ToolchainName| Subject {
        is_installed: installed.contains(&name),
        is_selected: used.as_ref() == Some(&name),
        places: Vec::new(),
        name,
    };
    Ok((names.into_iter().map(subject).collect(), selection))
}

fn not_unicode() -> Failure {
    Failure::usage("a request is not valid Unicode", "gover audit 1.22.5")
}

fn matching(
    request: &Request,
    installed: &[ToolchainName],
    context: &Context<'_>,
) -> Result<Vec<ToolchainName>, Failure> {
    if !request.is_by_version() {
        let toolchain = context.locate(request)?.ok_or_else(|| requests::missing(request, context))?;
        let what = requests::name_of(&toolchain, context);
        return Ok(vec![toolchain.name.ok_or_else(|| unknown(&what))?]);
    }
    let matching = request.listed(installed, context.stable().as_ref());
    if !matching.is_empty() {
        return Ok(matching.into_iter().cloned().collect());
    }
    Ok(vec![provide::newest_known(request, context)?])
}

/// What `go` runs here, even if it is missing.
fn selected(resolution: &Resolution, context: &Context<'_>) -> Result<ToolchainName, Failure> {
    if let Some(left) = &resolution.left_to_go {
        return ToolchainName::parse(&left.name).map_err(|_| unknown(&left.name));
    }
    match &resolution.outcome {
        Outcome::Ready(toolchain) => {
            toolchain.name.clone().ok_or_else(|| unknown(&requests::name_of(toolchain, context)))
        }
        Outcome::Missing(request) => provide::newest_known(request, context),
        Outcome::Nothing => {
            Err(Failure::new(requests::NOTHING_CHOSEN, "name a version, such as `gover audit 1.22.5`"))
        }
    }
}

fn unknown(what: &str) -> Failure {
    Failure::new(
        format!("the version of {what} is not known"),
        "name a version, such as `gover audit 1.22.5`",
    )
}
