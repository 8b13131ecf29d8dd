//! What becomes of each toolchain that was found: it is compared with its release.

use std::path::PathBuf;

use gover_core::inventory::is_installed;
use gover_doctor::keepers::Kept;
use gover_install::import::{Difference, Different, Equal, Unequal, Unusable, examine, identify, kept_list};
use gover_install::verify::LogStatus;
use gover_source::{Supply, Wanted};

use super::{forbidden, path};
use crate::commands::verify::log::{self, LogResponses};
use crate::output::ProgressBars;
use crate::{Context, Failure};

/// A toolchain that was found.
pub(in crate::commands) struct Judged {
    pub(in crate::commands) keeper: Option<&'static str>,
    /// What is removed with it.
    pub(in crate::commands) directory: PathBuf,
    pub(in crate::commands) goroot: PathBuf,
    /// What its VERSION says.
    pub(in crate::commands) version: Option<String>,
    pub(in crate::commands) status: Status,
}

pub(in crate::commands) enum Status {
    /// It can be imported.
    Equal(Box<Equal>),
    /// It is equal to its release, which is installed already.
    Installed(Box<Equal>),
    /// The same, but what is installed is not equal to the release.
    Damaged(Box<Equal>),
    /// It is equal to one that comes before it.
    Same {
        equal: Box<Equal>,
        as_in: PathBuf,
    },
    Imported(Box<Equal>),
    Failed {
        reason: String,
    },
    /// It is not its release. `files` are known if another tree of the release is.
    Different {
        different: Box<Different>,
        files: Option<Vec<Difference>>,
    },
    /// The checksum database said nothing, for this reason.
    Silent {
        reason: String,
    },
    Unusable {
        reason: String,
    },
    /// It, or a part of it, may not be read.
    Unreadable {
        reason: String,
    },
}

impl Judged {
    pub(in crate::commands) fn importable(&self) -> Option<&Equal> {
        match &self.status {
            Status::Equal(equal) => Some(equal),
            _ => None,
        }
    }

    /// The tree, if it is that of a release.
    pub(in crate::commands) fn equal(&self) -> Option<&Equal> {
        match &self.status {
            Status::Equal(equal)
            | Status::Imported(equal)
            | Status::Installed(equal)
            | Status::Damaged(equal)
            | Status::Same { equal, .. } => Some(equal),
            _ => None,
        }
    }
}

/// Asks the checksum database about all releases at once, then hashes one tree after the other. A
/// tree without a record is not hashed.
pub(in crate::commands) fn all(
    found: &[Kept],
    supply: &Supply,
    context: &Context<'_>,
) -> Result<(Vec<Judged>, LogResponses), Failure> {
    let platform = context.target().platform;
    let claims: Vec<Result<Wanted, Status>> = found
        .iter()
        .map(|kept| {
            let wanted = identify(&path(&kept.goroot), &platform).map_err(|error| of_unusable(&error))?;
            forbidden(&wanted.name, context).map_or(Ok(wanted), |reason| Err(Status::Unusable { reason }))
        })
        .collect();
    let questions: Vec<_> =
        claims.iter().flatten().map(|wanted| (&wanted.name, Some(&wanted.platform))).collect();
    let mut responses = log::ask(&questions, supply)?;
    let mut answers = std::mem::take(&mut responses.answers).into_iter();
    let unchanged = || vec!["interrupted; nothing was changed".to_owned()];
    let progress = ProgressBars::new(context.env, context.printer, unchanged);
    let mut judged: Vec<Judged> = Vec::new();
    for (kept, claim) in found.iter().zip(claims) {
        let goroot = path(&kept.goroot);
        let status = match claim {
            Err(status) => status,
            Ok(wanted) => match answers.next() {
                Some(LogStatus::Proven(record)) => match examine(&goroot, &wanted, &record, &progress) {
                    Ok(equal) => of_equal(equal, &judged, &progress, context),
                    Err(unequal) => of_unequal(unequal),
                },
                Some(LogStatus::Silent(reason) | LogStatus::Refused(reason)) => Status::Silent { reason },
                None => Status::Silent { reason: "the checksum database was not asked".to_owned() },
            },
        };
        judged.push(Judged {
            keeper: kept.keeper.map(|keeper| keeper.name),
            directory: path(&kept.directory),
            goroot,
            version: kept.version.clone(),
            status,
        });
    }
    name_differences(&mut judged, context);
    Ok((judged, responses))
}

fn of_unusable(error: &Unusable) -> Status {
    let reason = error.to_string();
    match error {
        Unusable::Unreadable { .. } => Status::Unreadable { reason },
        _ => Status::Unusable { reason },
    }
}

fn of_unequal(unequal: Unequal) -> Status {
    match unequal {
        Unequal::Different(different) => Status::Different { different, files: None },
        Unequal::Unreadable(paths) => {
            let more = paths.len().saturating_sub(1);
            let more = if more == 0 { String::new() } else { format!(", and {more} more") };
            let (path, reason) = paths.into_iter().next().unwrap_or_default();
            Status::Unreadable { reason: format!("cannot read {path}: {reason}{more}") }
        }
    }
}

fn of_equal(equal: Equal, before: &[Judged], progress: &ProgressBars<'_>, context: &Context<'_>) -> Status {
    let equal = Box::new(equal);
    if is_installed(&context.layout, &equal.wanted.name) {
        // A script may delete the original, so the installed one must be as good.
        let installed = context.layout.toolchain(&equal.wanted.name);
        return match examine(&installed, &equal.wanted, &equal.record, progress) {
            Ok(_) => Status::Installed(equal),
            Err(_) => Status::Damaged(equal),
        };
    }
    let same = before.iter().find(|one| one.importable().is_some_and(|one| one.wanted == equal.wanted));
    match same.map(|one| one.goroot.clone()) {
        Some(as_in) => Status::Same { equal, as_in },
        None => Status::Equal(equal),
    }
}

/// Compares each tree that differs with one that is its release, if there is one.
fn name_differences(judged: &mut [Judged], context: &Context<'_>) {
    for at in 0..judged.len() {
        let Some(Judged { status: Status::Different { different, .. }, .. }) = judged.get(at) else {
            continue;
        };
        let wanted = &different.wanted;
        let equal = judged.iter().filter_map(Judged::equal).find(|equal| equal.wanted == *wanted);
        let list = equal.map(Equal::list).or_else(|| kept_list(&context.layout, wanted, &different.record));
        let named = list.map(|list| different.against(&list));
        if let Some(Judged { status: Status::Different { files, .. }, .. }) = judged.get_mut(at) {
            *files = named;
        }
    }
}
