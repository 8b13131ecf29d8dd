use gover_doctor::keepers::Scope;
use gover_install::import::{Difference, Equal};

use super::choices::Chosen;
use super::judge::{Judged, Status};
use super::path;
use crate::Context;
use crate::output::{facts, json_path};

facts! {
    Imported(judged: &[Judged], chosen: &[Chosen], dry_run: bool, _context: &Context<'_>) {
        dry_run: bool = dry_run => "whether nothing was imported because of `--dry-run`",
        toolchains: Vec<FoundToolchain> = judged.iter().map(FoundToolchain::of).collect()
            => "the toolchains that were found",
        choices: Vec<ChoiceFacts> = chosen.iter().map(ChoiceFacts::of).collect()
            => "the versions that other programs use, if gover has a toolchain for them",
    }

    FoundToolchain(one: &Judged) {
        version: Option<String> = one.version.clone() => "what its VERSION says; null if that is not a version",
        manager: Option<&'static str> = one.keeper => "the program that keeps it; null if its place is not a known one",
        goroot: String = json_path(&one.goroot) => "where it was found",
        directory: String = json_path(&one.directory) => "the directory of which it is a part, such as `goroot` itself",
        state: &'static str = state(&one.status)
            => "`imported`; `equal`: it can be imported; `installed`: it is equal to its release, which is \
                installed; `damaged`: it is, but what is installed is not; `same`: equal to one before it; \
                `different`, `unproven`, `unusable`, `unreadable`, `failed`",
        reason: Option<String> = reason(&one.status)
            => "for `unproven`, `unusable`, `unreadable` and `failed`: why",
        record: Option<u64> = record(one) => "the record of the checksum database that it was compared with",
        bytes: Option<u64> = equal(one).map(|equal| equal.bytes)
            => "the size of the files of the release; null if it differs from it",
        left_out: Vec<String> = equal(one).map(|equal| equal.left_out.clone()).unwrap_or_default()
            => "paths below `goroot` that are not of the release; one that ends in `/` is a whole directory",
        different: Vec<String> = different(&one.status)
            => "paths below `goroot` that differ from the release, if they are known",
    }

    ChoiceFacts(one: &Chosen) {
        manager: &'static str = one.keeper => "the program that uses it",
        file: String = json_path(&path(&one.place)) => "where it says so",
        request: String = one.request.clone() => "the version, as it is written there",
        scope: &'static str = scope(one.scope) => "`default`, or `project`: here",
        command: Option<String> = one.command.clone()
            => "the command that chooses it in gover; null if gover does so already",
    }
}

fn state(status: &Status) -> &'static str {
    match status {
        Status::Equal(_) => "equal",
        Status::Installed(_) => "installed",
        Status::Damaged(_) => "damaged",
        Status::Same { .. } => "same",
        Status::Imported(..) => "imported",
        Status::Failed { .. } => "failed",
        Status::Different { .. } => "different",
        Status::Silent { .. } => "unproven",
        Status::Unusable { .. } => "unusable",
        Status::Unreadable { .. } => "unreadable",
    }
}

fn reason(status: &Status) -> Option<String> {
    match status {
        Status::Failed { reason }
        | Status::Silent { reason }
        | Status::Unusable { reason }
        | Status::Unreadable { reason } => Some(reason.clone()),
        _ => None,
    }
}

fn equal(one: &Judged) -> Option<&Equal> {
    one.equal()
}

fn record(one: &Judged) -> Option<u64> {
    match &one.status {
        Status::Different { different, .. } => Some(different.record.id),
        _ => equal(one).map(|equal| equal.record.id),
    }
}

fn different(status: &Status) -> Vec<String> {
    let Status::Different { different, files } = status else { return Vec::new() };
    let path = |difference: &Difference| match difference {
        Difference::Changed(path) | Difference::Added(path) | Difference::Missing(path) => path.clone(),
    };
    match files {
        Some(files) => files.iter().map(path).collect(),
        None => different.later.clone(),
    }
}

fn scope(scope: Scope) -> &'static str {
    match scope {
        Scope::Default => "default",
        Scope::Project => "project",
    }
}
