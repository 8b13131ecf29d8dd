mod directory;
mod facts;
mod modules;
mod patches;
mod private;
mod projects;
mod wanted;

use std::sync::Arc;
use std::sync::atomic::Ordering;

use gover_core::text::counted;
use gover_install::Downloader;
use gover_install::mirror::{
    Added, LogUpdate, Mirror, MirrorError, MirrorFile, MirrorItem, MirrorPatch, ModuleRecords, NeededModule,
    Packing,
};
use gover_log::{LogMirror, LogRecord, LogWarning};
use gover_source::{SourceSpec, Supply, Wanted};
use gover_vuln::{Copied, MIRRORED};

pub(super) use self::facts::MirrorFacts;
use self::modules::Modules;
use crate::cli::{MirrorArgs, PackingArg};
use crate::output::{ProgressBars, Style, mebibytes};
use crate::runtime::block_on;
use crate::store::{lock, vulnerabilities};
use crate::supply::{note_warnings, supply, with_sources};
use crate::{Context, Failure};

pub(super) fn run(arguments: &MirrorArgs, context: &Context<'_>) -> Result<(), Failure> {
    let supply = supply(context)?;
    let result = fill(arguments, &supply, context);
    note_warnings(&supply, context);
    result
}

fn fill(arguments: &MirrorArgs, supply: &Supply, context: &Context<'_>) -> Result<(), Failure> {
    // All arguments are checked before anything is changed.
    let directory = directory::directory(arguments, context)?;
    let items = wanted::items(arguments, supply, context)?;
    let modules = Modules::wanted(arguments, supply, context)?;
    let shown = context.short(&directory);
    let waiting = || context.printer.note(&format!("waiting for another gover that is working on {shown}"));
    let mirror = Mirror::open(&directory, waiting)?;
    let mut work = Work::new(&mirror, supply, modules, context);
    work.verify(arguments.verify)?;
    let missing = work.missing(items)?;
    let records = work.records(missing)?;
    let modules = work.module_records()?;
    let log = work.update_log(&records, &modules, &arguments.seen)?;
    for (item, record) in &records {
        work.fetch(item, record)?;
    }
    mirror.write_lists()?;
    work.add_modules(modules, arguments.verify)?;
    if arguments.patches {
        work.make_patches()?;
    }
    if arguments.vuln {
        work.copy_vulnerabilities()?;
    }
    work.report(log.as_ref(), &shown, arguments.json)
}

struct Work<'a> {
    mirror: &'a Mirror,
    supply: &'a Supply,
    context: &'a Context<'a>,
    damaged: Vec<MirrorFile>,
    added: Vec<Added>,
    patches: Vec<MirrorPatch>,
    failed: Vec<(Wanted, Failure)>,
    modules: Modules,
    vulnerabilities: Option<Copied>,
}

impl<'a> Work<'a> {
    fn new(mirror: &'a Mirror, supply: &'a Supply, modules: Modules, context: &'a Context<'a>) -> Self {
        let (damaged, added, patches, failed) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self { mirror, supply, context, damaged, added, patches, failed, modules, vulnerabilities: None }
    }

    /// Reads files again: all of them, or those whose length has changed since they were proven. A
    /// damaged file stays until it is replaced: clients would refuse it, and without it a later run
    /// would not know that it is missing.
    fn verify(&mut self, all: bool) -> Result<(), Failure> {
        let progress = ProgressBars::new(self.context.env, self.context.printer, self.kept(None));
        for held in self.mirror.held()? {
            if !all && held.is_as_proven() {
                continue;
            }
            let record = match block_on(self.supply.lookup(&held.wanted))? {
                Ok(record) => record,
                // Nothing is known against this file.
                Err(error) if !all && nothing_is_known(&held) && error.is_unavailable() => continue,
                Err(error) => return Err(MirrorError::record(&held.wanted, error).into()),
            };
            match block_on(self.mirror.check(&held, &record, &progress))? {
                Ok(()) => self.mirror.record_length(&held)?,
                Err(error) if error.is_damage() => {
                    self.context.printer.warning(&format!("{error}; it will be replaced"));
                    self.mirror.record_damage(&held)?;
                    self.damaged.push(held);
                }
                // A file that could not be read may be intact.
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Damaged files, and requested ones that are missing, each once.
    fn missing(&self, items: Vec<MirrorItem>) -> Result<Vec<MirrorItem>, Failure> {
        let mut held = self.mirror.held()?;
        held.retain(|held| !self.is_damaged(held));
        let same_again = |held: &MirrorFile| MirrorItem {
            wanted: held.wanted.clone(),
            packing: Some(Packing::of(held.format)),
        };
        let mut missing: Vec<MirrorItem> = self.damaged.iter().map(same_again).collect();
        for item in items {
            if held.iter().any(|held| item.is_satisfied_by(held)) {
                self.context.printer.note(&format!("{item} is already there"));
            } else if !missing.contains(&item) && !self.damaged.iter().any(|held| item.is_satisfied_by(held))
            {
                missing.push(item);
            }
        }
        Ok(missing)
    }

    /// Whether a file was found damaged and was not replaced yet.
    fn is_damaged(&self, held: &MirrorFile) -> bool {
        self.added(held).is_none() && self.damaged.iter().any(|damaged| damaged.path == held.path)
    }

    fn added(&self, held: &MirrorFile) -> Option<&Added> {
        self.added.iter().find(|added| added.held.path == held.path)
    }

    /// The proven record of each; without one, nothing is downloaded. A missing record does not
    /// stop the others, but a database that contradicts itself stops everything.
    fn records(&mut self, missing: Vec<MirrorItem>) -> Result<Vec<(MirrorItem, LogRecord)>, Failure> {
        let mut records = Vec::new();
        for item in missing {
            match block_on(self.supply.lookup(&item.wanted))? {
                Ok(record) => records.push((item, record)),
                Err(source) => {
                    let error = MirrorError::record(&item.wanted, source);
                    if !error.is_missing() {
                        return Err(error.into());
                    }
                    self.fail(item.wanted, error);
                }
            }
        }
        Ok(records)
    }

    /// Comes before the files, which prove nothing without it. `None` if there is nothing to prove.
    fn update_log(
        &self,
        records: &[(MirrorItem, LogRecord)],
        modules: &[(NeededModule, ModuleRecords)],
        seen: &[u64],
    ) -> Result<Option<LogUpdate>, Failure> {
        let mut wanted: Vec<Wanted> = self.mirror.held()?.into_iter().map(|held| held.wanted).collect();
        wanted.extend(records.iter().map(|(item, _)| item.wanted.clone()));
        let mut unique: Vec<Wanted> = Vec::new();
        for one in wanted {
            if !unique.contains(&one) {
                unique.push(one);
            }
        }
        let logged = modules.iter().filter(|(_, records)| records.go_mod.is_some());
        let logged = logged.map(|(needed, _)| (needed.module.clone(), format!("{}/go.mod", needed.version)));
        let logged: Vec<(String, String)> = logged.collect();
        if unique.is_empty() && logged.is_empty() {
            return Ok(None);
        }
        let log = block_on(self.mirror.update_log((&unique, &logged), seen, self.supply))??;
        let mut renewed: Vec<String> = log
            .replaced
            .iter()
            .map(|path| format!("`{}` was not a signed tree head and is replaced", self.context.short(path)))
            .collect();
        let here = LogMirror::Directory(self.mirror.directory().to_owned());
        for warning in self.supply.take_warnings() {
            match warning {
                LogWarning::DamagedMirror { place, .. } if place == here => {
                    let place = self.context.short(self.mirror.directory());
                    renewed.push(format!(
                        "the copy of the checksum database in {place} was damaged and is replaced"
                    ));
                }
                other => {
                    renewed.push(other.to_string());
                    renewed.extend(other.hint());
                }
            }
        }
        renewed.dedup();
        for line in renewed {
            self.context.printer.warning(&line);
        }
        Ok(Some(log))
    }

    /// A missing file does not stop the others; one that differs from the official release does.
    fn fetch(&mut self, item: &MirrorItem, record: &LogRecord) -> Result<(), Failure> {
        let narrowed;
        let supply = match item.packing {
            None => self.supply,
            Some(packing) => {
                narrowed =
                    with_sources(self.context, |source| serves(source, packing) && !self.is_own(source))?;
                &narrowed
            }
        };
        let kept = self.kept(Some(item));
        let progress = ProgressBars::new(self.context.env, self.context.printer, kept);
        let result = block_on(self.mirror.add(item, record, Downloader { supply, reporter: &progress }))?;
        drop(progress);
        match result {
            Ok(added) => {
                let size = mebibytes(added.held.bytes);
                let (source, id) = (&added.source, record.id);
                let note = format!("{item}: {size} from {source} (checksum database record {id})");
                self.context.printer.note(&note);
                self.added.push(added);
                Ok(())
            }
            Err(error) if error.is_missing() => {
                self.fail(item.wanted.clone(), error);
                Ok(())
            }
            Err(error) => Err(error.into()),
        }
    }

    fn copy_vulnerabilities(&mut self) -> Result<(), Failure> {
        let directory = self.mirror.directory().join(MIRRORED);
        let copied = vulnerabilities::copy(self.supply, &directory, self.context)?;
        let date = copied.date.map(|date| format!(" of {date}")).unwrap_or_default();
        let state = if copied.written == 0 { "unchanged" } else { "CC BY 4.0" };
        let entries = counted(copied.entries, "entry");
        self.context
            .printer
            .note(&format!("Go vulnerability database{date}: {entries} from {} ({state})", copied.place));
        self.vulnerabilities = Some(copied);
        Ok(())
    }

    fn fail(&mut self, wanted: Wanted, error: MirrorError) {
        self.failed.push((wanted, self.context.settings.policy.without_detours(error.into())));
    }

    /// What to say if Ctrl-C ends the command while it adds this item.
    fn kept(&self, item: Option<&MirrorItem>) -> impl Fn() -> Vec<String> + Send + Sync + use<> {
        let part = item.map(|item| (item.to_string(), self.mirror.part_download(item)));
        let place = self.context.short(self.mirror.directory());
        let made = [(self.added.len(), "new file"), (self.patches.len(), "new patch bundle")];
        let made = made.into_iter().filter(|(count, _)| *count > 0);
        let made: Vec<String> = made.map(|(count, what)| counted(count, what)).collect();
        let modules = Arc::clone(&self.modules.added);
        let next = format!("`gover {}` continues", lock::own_arguments(self.context));
        move || {
            let part = part.as_ref().map(|(item, bytes)| (item, bytes())).filter(|(_, bytes)| *bytes > 0);
            let part = part.map(|(item, bytes)| format!("the first {} of {item}", mebibytes(bytes)));
            let modules = Some(modules.load(Ordering::Relaxed)).filter(|count| *count > 0);
            let modules = modules.map(|count| counted(count, "new module"));
            let kept: Vec<String> = made.iter().cloned().chain(modules).chain(part).collect();
            let what = if kept.is_empty() { "nothing new".to_owned() } else { kept.join(" and ") };
            vec![format!("interrupted; {place} has {what}"), next.clone()]
        }
    }

    /// Whether a source is this mirror, which only has the damaged file.
    fn is_own(&self, source: &SourceSpec) -> bool {
        let here = self.mirror.directory().canonicalize().ok();
        matches!(source, SourceSpec::Directory(path) if path.canonicalize().ok() == here)
    }

    fn report(self, log: Option<&LogUpdate>, shown: &str, as_json: bool) -> Result<(), Failure> {
        let held = self.mirror.held()?;
        let printer = self.context.printer;
        if as_json {
            let patches = self.mirror.patches()?;
            printer.json(&MirrorFacts::of(&self, &held, &patches, log))?;
        }
        let failed = self.failed.iter().map(|(_, failure)| failure);
        let failed: Vec<&Failure> =
            failed.chain(self.modules.failed.iter().map(|(_, failure)| failure)).collect();
        for failure in &failed {
            printer.failure(failure);
        }
        let total = mebibytes(held.iter().map(|held| held.bytes).sum());
        let count = match held.len() {
            1 => "1 file".to_owned(),
            count => format!("{count} files"),
        };
        let damaged = match held.iter().filter(|held| self.is_damaged(held)).count() {
            0 => String::new(),
            damaged => format!(" ({damaged} damaged)"),
        };
        let records = match log {
            Some(log) => format!("; checksum database of {} records ({})", log.records, log.database),
            None => String::new(),
        };
        let is_new = self.vulnerabilities.as_ref().is_some_and(|copied| copied.written > 0);
        let unchanged = !is_new
            && !self.has_new_modules()
            && self.added.is_empty()
            && self.patches.is_empty()
            && log.is_none_or(|log| !log.changed);
        let nothing = if unchanged && failed.is_empty() { ", nothing to do" } else { "" };
        let place = printer.err(Style::Version, shown);
        let modules = self.module_total()?;
        printer.note(&format!("{place} holds {count}{damaged}, {total}{modules}{records}{nothing}"));
        Failure::silent_if(!failed.is_empty())
    }
}

/// Whether neither a proof nor damage of a file was recorded.
fn nothing_is_known(held: &MirrorFile) -> bool {
    held.proven_bytes.is_none() && !held.known_damaged
}

/// Whether a source may have that format. The download is checked again.
fn serves(source: &SourceSpec, packing: Packing) -> bool {
    match source {
        SourceSpec::GoProxy => packing == Packing::Module,
        SourceSpec::GoDev | SourceSpec::Site(_) | SourceSpec::China => packing == Packing::Archive,
        SourceSpec::Mirror(_) | SourceSpec::Directory(_) | SourceSpec::File(_) => true,
    }
}

impl From<PackingArg> for Packing {
    fn from(argument: PackingArg) -> Self {
        match argument {
            PackingArg::Archive => Self::Archive,
            PackingArg::Module => Self::Module,
        }
    }
}
