use gover_install::mirror::{LogUpdate, MirrorFile, Packing};
use gover_source::Wanted;

use super::Work;
use crate::failure::Failure;
use crate::output::{Json, facts};

facts! {
    /// What the mirror holds.
    pub(in crate::commands) struct MirrorFacts {
        /// the directory of the mirror
        path: String,
        /// all files of toolchains in it, oldest version first
        files: Vec<FileFacts>,
        /// what was asked for and could not be added
        failed: Vec<FailedFacts>,
        /// the mirror's copy of the checksum database; null for an empty mirror
        log: Option<LogFacts>,
    }
}

facts! {
    pub(in crate::commands) struct FileFacts {
        /// the name of the toolchain
        version: String,
        /// its platform
        platform: String,
        /// `archive` or `module`
        format: &'static str,
        /// the file, below `path`
        path: String,
        /// its size
        bytes: u64,
        /// whether it is known to be damaged and was not replaced yet
        damaged: bool,
        /// whether this run added it
        added: bool,
        /// where it came from, without credentials; null for a file that was there before
        source: Option<String>,
    }
}

facts! {
    pub(in crate::commands) struct FailedFacts {
        /// the name of the toolchain
        version: String,
        /// its platform
        platform: String,
        /// what failed
        error: String,
        /// why, outermost first
        causes: Vec<String>,
        /// facts about it, such as what each source said
        details: Vec<String>,
    }
}

facts! {
    pub(in crate::commands) struct LogFacts {
        /// the name of the database
        database: String,
        /// how many records its tree head covers
        records: u64,
        /// whether this run wrote any of it
        changed: bool,
    }
}

pub(super) fn facts(work: &Work<'_>, held: &[MirrorFile], log: Option<&LogUpdate>) -> MirrorFacts {
    let directory = work.mirror.directory();
    let file = |held: &MirrorFile| {
        let added = work.added.iter().find(|added| added.held.path == held.path);
        FileFacts {
            version: held.wanted.name.to_string(),
            platform: held.wanted.platform.to_string(),
            format: match Packing::of(held.format) {
                Packing::Archive => "archive",
                Packing::Module => "module",
            },
            path: Json::path(held.path.strip_prefix(directory).unwrap_or(&held.path)),
            bytes: held.bytes,
            damaged: work.is_damaged(held),
            added: added.is_some(),
            source: added.map(|added| added.source.clone()),
        }
    };
    MirrorFacts {
        path: Json::path(directory),
        files: held.iter().map(file).collect(),
        failed: work.failed.iter().map(failed).collect(),
        log: log.map(|log| LogFacts {
            database: log.database.clone(),
            records: log.records,
            changed: log.changed,
        }),
    }
}

fn failed((wanted, failure): &(Wanted, Failure)) -> FailedFacts {
    FailedFacts {
        version: wanted.name.to_string(),
        platform: wanted.platform.to_string(),
        error: failure.what().to_owned(),
        causes: failure.causes().to_vec(),
        details: failure.details().to_vec(),
    }
}
