mod directory;
mod facts;
mod wanted;

use gover_core::Exit;
use gover_install::Downloader;
use gover_install::mirror::{Added, Held, LogShown, Mirror, MirrorError, Packing, Wish};
use gover_log::{LogRecord, LogWarning};
use gover_source::{SourceSpec, Supply, Wanted};

pub(super) use self::facts::MirrorFacts;
use crate::cli::{MirrorArgs, PackingArg};
use crate::context::Context;
use crate::failure::Failure;
use crate::output::{Json, ProgressBars, Style, mebibytes};
use crate::runtime::block_on;
use crate::supply::{note_warnings, supply, with_sources};

/// `gover mirror`
pub(super) fn run(arguments: &MirrorArgs, context: &Context<'_>) -> Result<Exit, Failure> {
    let supply = supply(context)?;
    let result = fill(arguments, &supply, context);
    note_warnings(&supply, context);
    result
}

fn fill(arguments: &MirrorArgs, supply: &Supply, context: &Context<'_>) -> Result<Exit, Failure> {
    // All arguments are checked before anything is changed.
    let directory = directory::directory(arguments, context)?;
    let wishes = wanted::wishes(arguments, supply, context)?;
    let shown = context.short(&directory);
    let waiting = || context.printer.note(&format!("waiting for another gover that is working on {shown}"));
    let mirror = Mirror::open(&directory, waiting)?;
    let mut work =
        Work { mirror: &mirror, supply, context, damaged: Vec::new(), added: Vec::new(), failed: Vec::new() };
    work.verify(arguments.verify)?;
    let missing = work.missing(wishes)?;
    let records = work.records(missing)?;
    let log = work.renew_log(&records, &arguments.seen)?;
    for (wish, record) in &records {
        work.fetch(wish, record)?;
    }
    mirror.write_lists()?;
    work.report(log.as_ref(), &shown, arguments.json)
}

/// A run over one mirror.
struct Work<'a> {
    mirror: &'a Mirror,
    supply: &'a Supply,
    context: &'a Context<'a>,
    /// Files that failed their check.
    damaged: Vec<Held>,
    added: Vec<Added>,
    /// What could not be added, and why.
    failed: Vec<(Wanted, Failure)>,
}

impl Work<'_> {
    /// Reads files again: all of them, or those whose length has changed since they were proven. A
    /// damaged file stays until it is replaced: clients would refuse it, and without it a later run
    /// would not know that it is missing.
    fn verify(&mut self, all: bool) -> Result<(), Failure> {
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
            match block_on(self.mirror.check(&held, &record))? {
                Ok(()) => self.mirror.note(&held)?,
                Err(error) if error.is_damage() => {
                    self.context.printer.warning(&format!("{error}; it will be replaced"));
                    self.mirror.note_damage(&held)?;
                    self.damaged.push(held);
                }
                // A file that could not be read may be intact.
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Damaged files, and requested ones that are missing, each once.
    fn missing(&self, wishes: Vec<Wish>) -> Result<Vec<Wish>, Failure> {
        let mut held = self.mirror.held()?;
        held.retain(|held| !self.is_damaged(held));
        let wish_again =
            |held: &Held| Wish { wanted: held.wanted.clone(), packing: Some(Packing::of(held.format)) };
        let mut missing: Vec<Wish> = self.damaged.iter().map(wish_again).collect();
        for wish in wishes {
            if held.iter().any(|held| wish.is_answered_by(held)) {
                self.context.printer.note(&format!("{wish} is already there"));
            } else if !missing.contains(&wish) && !self.damaged.iter().any(|held| wish.is_answered_by(held)) {
                missing.push(wish);
            }
        }
        Ok(missing)
    }

    /// Whether a file was found damaged and was not replaced yet.
    fn is_damaged(&self, held: &Held) -> bool {
        let replaced = self.added.iter().any(|added| added.held.path == held.path);
        !replaced && self.damaged.iter().any(|damaged| damaged.path == held.path)
    }

    /// The proven record of each; without one, nothing is downloaded. A missing record does not
    /// stop the others, but a database that contradicts itself stops everything.
    fn records(&mut self, missing: Vec<Wish>) -> Result<Vec<(Wish, LogRecord)>, Failure> {
        let mut records = Vec::new();
        for wish in missing {
            match block_on(self.supply.lookup(&wish.wanted))? {
                Ok(record) => records.push((wish, record)),
                Err(source) => {
                    let error = MirrorError::record(&wish.wanted, source);
                    if !error.is_missing() {
                        return Err(error.into());
                    }
                    self.failed.push((wish.wanted, error.into()));
                }
            }
        }
        Ok(records)
    }

    /// Updates the copy of the log, which comes before the files: without its record, a file proves
    /// nothing. `None` if there is nothing to prove.
    fn renew_log(&self, records: &[(Wish, LogRecord)], seen: &[u64]) -> Result<Option<LogShown>, Failure> {
        let mut wanted: Vec<Wanted> = self.mirror.held()?.into_iter().map(|held| held.wanted).collect();
        wanted.extend(records.iter().map(|(wish, _)| wish.wanted.clone()));
        let mut unique: Vec<Wanted> = Vec::new();
        for one in wanted {
            if !unique.contains(&one) {
                unique.push(one);
            }
        }
        if unique.is_empty() {
            return Ok(None);
        }
        let log = block_on(self.mirror.renew_log(&unique, seen, self.supply))??;
        let mut renewed: Vec<String> = log
            .replaced
            .iter()
            .map(|path| format!("`{}` was not a signed tree head and is replaced", self.context.short(path)))
            .collect();
        let here = self.mirror.directory().display().to_string();
        for remark in self.supply.take_warnings() {
            match remark {
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

    /// Downloads one toolchain. A missing file does not stop the others, but a file that differs
    /// from the official release stops everything.
    fn fetch(&mut self, wish: &Wish, record: &LogRecord) -> Result<(), Failure> {
        let narrowed;
        let supply = match wish.packing {
            None => self.supply,
            Some(packing) => {
                narrowed =
                    with_sources(self.context, |source| serves(source, packing) && !self.is_own(source))?;
                &narrowed
            }
        };
        let progress = ProgressBars::new(self.context.env, self.context.printer);
        let result = block_on(self.mirror.add(wish, record, Downloader { supply, reporter: &progress }))?;
        drop(progress);
        match result {
            Ok(added) => {
                let size = mebibytes(added.held.bytes);
                let (source, id) = (&added.source, record.id);
                let note = format!("{wish}: {size} from {source} (checksum database record {id})");
                self.context.printer.note(&note);
                self.added.push(added);
                Ok(())
            }
            Err(error) if error.is_missing() => {
                self.failed.push((wish.wanted.clone(), error.into()));
                Ok(())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Whether a source is this mirror, which only has the damaged file.
    fn is_own(&self, source: &SourceSpec) -> bool {
        let here = self.mirror.directory().canonicalize().ok();
        matches!(source, SourceSpec::Directory(path) if path.canonicalize().ok() == here)
    }

    fn report(self, log: Option<&LogShown>, shown: &str, as_json: bool) -> Result<Exit, Failure> {
        let held = self.mirror.held()?;
        let printer = self.context.printer;
        if as_json {
            Json::print(printer, &facts::facts(&self, &held, log))?;
        }
        for (_, failure) in &self.failed {
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
        let unchanged = self.added.is_empty() && log.is_none_or(|log| !log.changed);
        let nothing = if unchanged && self.failed.is_empty() { ", nothing to do" } else { "" };
        let place = printer.err(Style::Version, shown);
        printer.note(&format!("{place} holds {count}{damaged}, {total}{records}{nothing}"));
        Ok(if self.failed.is_empty() { Exit::Success } else { Exit::Failure })
    }
}

/// Whether neither a proof nor damage of a file was recorded.
fn nothing_is_known(held: &Held) -> bool {
    held.proven_bytes.is_none() && !held.known_damaged
}

/// Whether a source may have that format. The download is checked again.
fn serves(source: &SourceSpec, packing: Packing) -> bool {
    match source {
        SourceSpec::GoProxy => packing == Packing::Module,
        SourceSpec::GoDev | SourceSpec::China => packing == Packing::Archive,
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
