use gover_install::verify::{Finding, LogStatus, Status};
use gover_log::LogRecord;

use super::Examined;
use crate::Context;
use crate::output::{facts, json_path};

facts! {
    Verified(examined: &[Examined], context: &Context<'_>) {
        toolchains: Vec<VerifiedToolchain> =
            examined.iter().map(|one| VerifiedToolchain::of(one, context)).collect()
            => "the toolchains, oldest version first",
    }

    VerifiedToolchain(one: &Examined, context: &Context<'_>) {
        version: String = one.name.to_string() => "its name",
        goroot: String = json_path(&context.layout.toolchain(&one.name)) => "its directory",
        platform: Option<String> = one.platform.as_ref().map(ToString::to_string)
            => "what it is for; null if it cannot be found out",
        state: &'static str = state(&one.verification.status)
            => "`released`, `installed`, `damaged` or `unproven` ([trust.md](../trust.md#verify))",
        reason: Option<String> = reason(&one.verification.status)
            => "for `installed` and `unproven`: why the checksum database does not prove it",
        files: u64 = one.tree.file_count() => "the regular files that exist",
        bytes: u64 = one.tree.bytes => "their size",
        receipt: bool = one.baseline.receipt.is_some() => "whether the receipt could be read",
        list: bool = one.baseline.list.is_some() => "whether the list of files could be read",
        log: Option<LogFacts> = record(&one.log).map(LogFacts::of)
            => "the proven record; null if there is none, the database could not be asked, or its response is \
                not trusted",
        log_failure: Option<String> = one.log.failure().map(ToOwned::to_owned)
            => "why there is no proven record",
        findings: Vec<FindingFacts> = one.verification.findings.iter().map(FindingFacts::of).collect()
            => "what is wrong, sorted by path",
        written_by_go: Vec<String> = one.verification.written_by_go.clone()
            => "paths of files that Go itself may have added",
    }

    LogFacts(record: &LogRecord) {
        database: String = record.database.clone() => "the name of the database",
        record: u64 = record.id => "the number of the record",
        tree_size: u64 = record.tree_size => "the size of the tree in which it was found",
        h1: String = record.h1.clone() => "the recorded hash",
    }

    FindingFacts(finding: &Finding) {
        kind: &'static str = finding.kind.name()
            => "`changed`, `added`, `missing`, `not-executable`, `not-a-file` or `unreadable`; `tree`, `list` \
                and `receipt` are about the tree hash, the list of files and the receipt",
        path: Option<String> = Some(finding.path.clone()).filter(|path| !path.is_empty())
            => "a path below `goroot`, with `/`; one that ends in `/` is a whole directory; null for `tree`, \
                `list` and `receipt`",
        files: u64 = finding.files => "how many files it is about",
        detail: Option<String> = finding.detail.clone() => "more about it",
    }
}

fn state(status: &Status) -> &'static str {
    match status {
        Status::Released(_) => "released",
        Status::Installed { .. } => "installed",
        Status::Damaged => "damaged",
        Status::Unproven { .. } => "unproven",
    }
}

fn reason(status: &Status) -> Option<String> {
    match status {
        Status::Installed { log: reason } | Status::Unproven { reason } => Some(reason.clone()),
        Status::Released(_) | Status::Damaged => None,
    }
}

fn record(log: &LogStatus) -> Option<&LogRecord> {
    match log {
        LogStatus::Proven(record) => Some(record),
        LogStatus::Silent(_) | LogStatus::Refused(_) => None,
    }
}
