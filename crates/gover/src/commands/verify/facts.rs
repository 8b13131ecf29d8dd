use gover_install::verify::{Finding, LogStatus, Status};
use gover_log::LogRecord;

use super::Examined;
use crate::context::Context;
use crate::output::{Json, facts};

facts! {
    /// What is true of the toolchains.
    pub(in crate::commands) struct Verified {
        /// the toolchains, oldest version first
        toolchains: Vec<VerifiedToolchain>,
    }
}

facts! {
    pub(in crate::commands) struct VerifiedToolchain {
        /// its name
        version: String,
        /// its directory
        goroot: String,
        /// what it is for; null if it cannot be found out
        platform: Option<String>,
        /// `released`, `installed`, `damaged` or `unproven` ([trust.md](../trust.md#verify))
        state: &'static str,
        /// for `installed` and `unproven`: why the checksum database does not prove it
        reason: Option<String>,
        /// the regular files that exist
        files: u64,
        /// their size
        bytes: u64,
        /// whether the receipt could be read
        receipt: bool,
        /// whether the list of files could be read
        list: bool,
        /// the proven record; null if there is none, the database could not be asked, or its
        /// response is not trusted
        log: Option<LogFacts>,
        /// why there is no proven record
        log_failure: Option<String>,
        /// what is wrong, sorted by path
        findings: Vec<FindingFacts>,
        /// paths of files that Go itself may have added
        written_by_go: Vec<String>,
    }
}

facts! {
    pub(in crate::commands) struct LogFacts {
        /// the name of the database
        database: String,
        /// the number of the record
        record: u64,
        /// the size of the tree in which it was found
        tree_size: u64,
        /// the recorded hash
        h1: String,
    }
}

facts! {
    pub(in crate::commands) struct FindingFacts {
        /// `changed`, `added`, `missing`, `not-executable`, `not-a-file` or `unreadable`; `tree`,
        /// `list` and `receipt` are about the tree hash, the list of files and the receipt
        kind: &'static str,
        /// a path below `goroot`, with `/`; one that ends in `/` is a whole directory; null for
        /// `tree`, `list` and `receipt`
        path: Option<String>,
        /// how many files it is about
        files: u64,
        /// more about it
        detail: Option<String>,
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
        goroot: Json::path(&context.layout.toolchain(&one.name)),
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
