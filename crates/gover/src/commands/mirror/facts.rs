use gover_install::mirror::{
    HeldModule, LogUpdate, MirrorFile, MirrorPatch, ModuleRecords, NeededModule, Packing,
};
use gover_source::Wanted;
use gover_vuln::Copied;

use super::Work;
use super::modules::Modules;
use crate::failure::Report;
use crate::output::{facts, json_path};

facts! {
    MirrorFacts(work: &Work<'_>, held: &[MirrorFile], patches: &[MirrorPatch], log: Option<&LogUpdate>) {
        path: String = json_path(work.mirror.directory()) => "the directory of the mirror",
        files: Vec<FileFacts> = held.iter().map(|held| FileFacts::of(held, work)).collect()
            => "all files of toolchains in it, oldest version first",
        patches: Vec<PatchFacts> = patches.iter().map(|patch| PatchFacts::of(patch, work)).collect()
            => "all patch bundles in it",
        failed: Vec<FailedFacts> = work.failed.iter()
            .filter_map(|(wanted, failure)| Some(FailedFacts::of(wanted, failure.report()?)))
            .collect()
            => "what was asked for and could not be added",
        modules: Vec<ModuleFacts> = module_facts(&work.modules)
            => "with `--modules`, what the go.sum files of the projects list",
        log: Option<LogFacts> = log.map(LogFacts::of)
            => "the mirror's copy of the checksum database; null for an empty mirror",
        vulnerabilities: Option<CopiedFacts> = work.vulnerabilities.as_ref().map(CopiedFacts::of)
            => "with `--vuln`, the copy of the vulnerability database",
    }

    CopiedFacts(copied: &Copied) {
        source: String = copied.place.clone() => "its address, or the module with its version",
        date: Option<String> = copied.date.map(|date| date.to_string())
            => "the day on which the database last changed",
        entries: usize = copied.entries => "how many entries it has, about Go and about modules",
        changed: bool = copied.written > 0 => "whether this run wrote any of it",
    }

    FileFacts(held: &MirrorFile, work: &Work<'_>) {
        version: String = held.wanted.name.to_string() => "the name of the toolchain",
        platform: String = held.wanted.platform.to_string() => "its platform",
        format: &'static str = format(held) => "`archive` or `module`",
        path: String = json_path(held.path.strip_prefix(work.mirror.directory()).unwrap_or(&held.path))
            => "the file, below `path`",
        bytes: u64 = held.bytes => "its size",
        damaged: bool = work.is_damaged(held)
            => "whether it is known to be damaged and was not replaced yet",
        added: bool = work.added(held).is_some() => "whether this run added it",
        source: Option<String> = work.added(held).map(|added| added.source.clone())
            => "where it came from, without credentials; null for a file that was there before",
    }

    PatchFacts(patch: &MirrorPatch, work: &Work<'_>) {
        base: String = patch.transition.base.to_string() => "the toolchain that a client must have",
        version: String = patch.transition.name.to_string() => "the one that the bundle makes of it",
        platform: String = patch.transition.platform.to_string() => "the platform of both",
        path: String = json_path(patch.path.strip_prefix(work.mirror.directory()).unwrap_or(&patch.path))
            => "the file, below the `path` of the mirror",
        bytes: u64 = patch.bytes => "its size",
        added: bool = work.patches.contains(patch) => "whether this run added it",
    }

    FailedFacts(wanted: &Wanted, report: &Report) {
        version: String = wanted.name.to_string() => "the name of the toolchain",
        platform: String = wanted.platform.to_string() => "its platform",
        error: String = report.what.clone() => "what failed",
        causes: Vec<String> = report.causes.clone() => "why, outermost first",
        details: Vec<String> = report.details.clone() => "facts about it, such as what each source said",
    }

    ModuleFacts(module: &OneModule<'_>) {
        module: String = module.needed.module.clone() => "the path of the module",
        version: String = module.needed.version.clone() => "its version",
        state: &'static str = module.state() => "`added` by this run, `present`, `left-out` (GONOPROXY) or `failed`",
        bytes: u64 = module.held.map(|held| held.bytes).unwrap_or_default()
            => "the size of its zip, or of its go.mod file if builds need only that",
        record: Option<u64> = module.records.and_then(|records| Some(records.go_mod.as_ref()?.id))
            => "its record in the checksum database; null if go.sum alone proves it",
        error: Option<String> = module.failed.map(|report| report.what.clone()) => "what failed",
        details: Vec<String> = module.failed.map(|report| report.details.clone()).unwrap_or_default()
            => "facts about it, such as what each proxy said",
    }

    LogFacts(log: &LogUpdate) {
        database: String = log.database.clone() => "the name of the database",
        records: u64 = log.records => "how many records its tree head covers",
        changed: bool = log.changed => "whether this run wrote any of it",
    }
}

fn format(held: &MirrorFile) -> &'static str {
    match Packing::of(held.format) {
        Packing::Archive => "archive",
        Packing::Module => "module",
    }
}

/// A module of this run, whatever became of it.
pub(super) struct OneModule<'a> {
    needed: &'a NeededModule,
    records: Option<&'a ModuleRecords>,
    held: Option<&'a HeldModule>,
    failed: Option<&'a Report>,
}

impl OneModule<'_> {
    fn state(&self) -> &'static str {
        match (self.held, self.failed) {
            (Some(held), _) if held.added => "added",
            (Some(_), _) => "present",
            (None, Some(_)) => "failed",
            (None, None) => "left-out",
        }
    }
}

fn module_facts(modules: &Modules) -> Vec<ModuleFacts> {
    let none = |needed| OneModule { needed, records: None, held: None, failed: None };
    let held = modules.held.iter().map(|(needed, records, held)| OneModule {
        records: Some(records),
        held: Some(held),
        ..none(needed)
    });
    let failed = modules.failed.iter();
    let failed = failed.map(|(needed, failure)| OneModule { failed: failure.report(), ..none(needed) });
    let left_out = modules.left_out.iter().map(|left_out| none(&left_out.needed));
    held.chain(failed).chain(left_out).map(|module| ModuleFacts::of(&module)).collect()
}
