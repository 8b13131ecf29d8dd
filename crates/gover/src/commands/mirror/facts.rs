use gover_install::mirror::{LogUpdate, MirrorFile, Packing};
use gover_source::Wanted;

use super::Work;
use crate::failure::{Failure, Report};
use crate::output::{facts, json_path};

facts! {
    MirrorFacts {
        path: String = "the directory of the mirror",
        files: Vec<FileFacts> = "all files of toolchains in it, oldest version first",
        failed: Vec<FailedFacts> = "what was asked for and could not be added",
        log: Option<LogFacts> = "the mirror's copy of the checksum database; null for an empty mirror",
    }

    FileFacts {
        version: String = "the name of the toolchain",
        platform: String = "its platform",
        format: &'static str = "`archive` or `module`",
        path: String = "the file, below `path`",
        bytes: u64 = "its size",
        damaged: bool = "whether it is known to be damaged and was not replaced yet",
        added: bool = "whether this run added it",
        source: Option<String> =
            "where it came from, without credentials; null for a file that was there before",
    }

    FailedFacts {
        version: String = "the name of the toolchain",
        platform: String = "its platform",
        error: String = "what failed",
        causes: Vec<String> = "why, outermost first",
        details: Vec<String> = "facts about it, such as what each source said",
    }

    LogFacts {
        database: String = "the name of the database",
        records: u64 = "how many records its tree head covers",
        changed: bool = "whether this run wrote any of it",
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
            path: json_path(held.path.strip_prefix(directory).unwrap_or(&held.path)),
            bytes: held.bytes,
            damaged: work.is_damaged(held),
            added: added.is_some(),
            source: added.map(|added| added.source.clone()),
        }
    };
    MirrorFacts {
        path: json_path(directory),
        files: held.iter().map(file).collect(),
        failed: work.failed.iter().filter_map(failed).collect(),
        log: log.map(|log| LogFacts {
            database: log.database.clone(),
            records: log.records,
            changed: log.changed,
        }),
    }
}

fn failed((wanted, failure): &(Wanted, Failure)) -> Option<FailedFacts> {
    let Report { what, details, causes, .. } = failure.report()?;
    Some(FailedFacts {
        version: wanted.name.to_string(),
        platform: wanted.platform.to_string(),
        error: what.clone(),
        causes: causes.clone(),
        details: details.clone(),
    })
}
