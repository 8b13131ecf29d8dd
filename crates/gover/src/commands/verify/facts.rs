use gover_install::verify::{Finding, LogStatus, Status};
use gover_log::LogRecord;

use super::Examined;
use crate::context::Context;
use crate::output::{facts, json_path};

facts! {
    Verified {
        toolchains: Vec<VerifiedToolchain> = "the toolchains, oldest version first",
    }

    VerifiedToolchain {
        version: String = "its name",
        goroot: String = "its directory",
        platform: Option<String> = "what it is for; null if it cannot be found out",
        state: &'static str =
            "`released`, `installed`, `damaged` or `unproven` ([trust.md](../trust.md#verify))",
        reason: Option<String> =
            "for `installed` and `unproven`: why the checksum database does not prove it",
        files: u64 = "the regular files that exist",
        bytes: u64 = "their size",
        receipt: bool = "whether the receipt could be read",
        list: bool = "whether the list of files could be read",
        log: Option<LogFacts> =
            "the proven record; null if there is none, the database could not be asked, or its response is \
             not trusted",
        log_failure: Option<String> = "why there is no proven record",
        findings: Vec<FindingFacts> = "what is wrong, sorted by path",
        written_by_go: Vec<String> = "paths of files that Go itself may have added",
    }

    LogFacts {
        database: String = "the name of the database",
        record: u64 = "the number of the record",
        tree_size: u64 = "the size of the tree in which it was found",
        h1: String = "the recorded hash",
    }

    FindingFacts {
        kind: &'static str =
            "`changed`, `added`, `missing`, `not-executable`, `not-a-file` or `unreadable`; `tree`, `list` \
             and `receipt` are about the tree hash, the list of files and the receipt",
        path: Option<String> =
            "a path below `goroot`, with `/`; one that ends in `/` is a whole directory; null for `tree`, \
             `list` and `receipt`",
        files: u64 = "how many files it is about",
        detail: Option<String> = "more about it",
    }
}

pub(super) fn facts(examined: &[Examined], context: &Context<'_>) -> Verified {
    Verified { toolchains: examined.iter().map(|one| toolchain(one, context)).collect() }
}

fn toolchain(one: &Examined, context: &Context<'_>) -> VerifiedToolchain {
    let (state, reason) = match &one.verification.status {
        Status::Released(_) => ("released", None),
        Status::Installed { log } => ("installed", Some(log.clone())),
        Status::Damaged => ("damaged", None),
        Status::Unproven { reason } => ("unproven", Some(reason.clone())),
    };
    VerifiedToolchain {
        version: one.name.to_string(),
        goroot: json_path(&context.layout.toolchain(&one.name)),
        platform: one.platform.as_ref().map(ToString::to_string),
        state,
        reason,
        files: one.tree.len(),
        bytes: one.tree.bytes(),
        receipt: one.baseline.receipt.is_some(),
        list: one.baseline.list.is_some(),
        log: match &one.log {
            LogStatus::Proven(proven) => Some(record(proven)),
            LogStatus::Silent(_) | LogStatus::Refused(_) => None,
        },
        log_failure: one.log.failure().map(ToOwned::to_owned),
        findings: one.verification.findings.iter().map(finding).collect(),
        written_by_go: one.verification.written_by_go.clone(),
    }
}

fn record(LogRecord { h1, id, tree_size, database }: &LogRecord) -> LogFacts {
    LogFacts { database: database.clone(), record: *id, tree_size: *tree_size, h1: h1.clone() }
}

fn finding(Finding { path, kind, files, detail }: &Finding) -> FindingFacts {
    let path = (!path.is_empty()).then(|| path.clone());
    FindingFacts { kind: kind.name(), path, files: *files, detail: detail.clone() }
}
