//! The modules of projects, for `--modules`.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use gover_core::text::counted;
use gover_install::mirror::{HeldModule, Mirror, MirrorError, ModuleRecords, NeededModule};

use gover_source::Supply;

use super::Work;
use super::private::Private;
use super::projects::Projects;
use crate::cli::MirrorArgs;
use crate::output::{Busy, mebibytes};
use crate::runtime::block_on;
use crate::{Context, Failure};

/// The modules of this run.
#[derive(Default)]
pub(super) struct Modules {
    /// `None` without `--modules`.
    projects: Option<usize>,
    needed: Vec<NeededModule>,
    /// Those of `needed` that the checksum database must not know.
    unlogged: Vec<String>,
    pub(super) left_out: Vec<LeftOut>,
    pub(super) held: Vec<(NeededModule, ModuleRecords, HeldModule)>,
    pub(super) failed: Vec<(NeededModule, Failure)>,
    /// How many were added, for a message after Ctrl-C.
    pub(super) added: Arc<AtomicUsize>,
}

/// A module that Go gets from its repository.
pub(super) struct LeftOut {
    pub(super) needed: NeededModule,
    variable: &'static str,
    pattern: String,
}

impl Modules {
    /// What the go.sum files of the projects list. Nothing is changed yet.
    pub(super) fn wanted(
        arguments: &MirrorArgs,
        supply: &Supply,
        context: &Context<'_>,
    ) -> Result<Self, Failure> {
        let Some(paths) = &arguments.modules else { return Ok(Self::default()) };
        let Projects { count, modules } = Projects::read(paths, context)?;
        let proxy = Private::without_proxy(context);
        let database = Private::without_database(context);
        let is_off = supply.settings().sumdb.as_deref() == Some("off");
        let mut wanted = Self { projects: Some(count), ..Self::default() };
        for needed in modules {
            if let Some(pattern) = proxy.pattern(&needed.module) {
                let (variable, pattern) = (proxy.variable, pattern.to_owned());
                wanted.left_out.push(LeftOut { needed, variable, pattern });
                continue;
            }
            if is_off || database.pattern(&needed.module).is_some() {
                wanted.unlogged.push(needed.name());
            }
            wanted.needed.push(needed);
        }
        Ok(wanted)
    }

    fn is_logged(&self, needed: &NeededModule) -> bool {
        !self.unlogged.contains(&needed.name())
    }
}

impl Work<'_> {
    /// The proven records of the modules, compared with go.sum. A missing record does not stop the
    /// others.
    pub(super) fn module_records(&mut self) -> Result<Vec<(NeededModule, ModuleRecords)>, Failure> {
        let needed = std::mem::take(&mut self.modules.needed);
        let (logged, unlogged): (Vec<_>, Vec<_>) =
            needed.into_iter().partition(|needed| self.modules.is_logged(needed));
        let mut proven: Vec<(NeededModule, ModuleRecords)> =
            unlogged.into_iter().map(|needed| (needed, ModuleRecords::default())).collect();
        if logged.is_empty() {
            return Ok(proven);
        }
        let busy = Busy::new(self.context.printer, self.kept(None));
        busy.step(format!("looking up {}", counted(logged.len(), "module")));
        let go_mods =
            logged.iter().map(|needed| (needed.module.clone(), format!("{}/go.mod", needed.version)));
        let go_mods = block_on(self.supply.module_records(&go_mods.collect::<Vec<_>>()))?;
        // These are in the same records, which are cached by now.
        let zips = logged.iter().map(|needed| (needed.module.clone(), needed.version.clone()));
        let zips = block_on(self.supply.module_records(&zips.collect::<Vec<_>>()))?;
        drop(busy);
        for ((needed, go_mod), zip) in logged.into_iter().zip(go_mods).zip(zips) {
            let zip = if needed.zip.is_empty() { Ok(None) } else { zip.map(Some) };
            match go_mod.and_then(|go_mod| Ok((go_mod, zip?))) {
                Ok((go_mod, zip)) => {
                    let records = ModuleRecords { go_mod: Some(go_mod), zip };
                    needed.check(&records)?;
                    proven.push((needed, records));
                }
                Err(source) => {
                    let error = Mirror::no_record(needed.name(), source);
                    if !error.is_missing() {
                        return Err(error.into());
                    }
                    self.fail_module(needed, error);
                }
            }
        }
        proven.sort_by_cached_key(|(needed, _)| needed.name());
        Ok(proven)
    }

    /// Adds what is missing of modules whose records are in the mirror.
    pub(super) fn add_modules(
        &mut self,
        proven: Vec<(NeededModule, ModuleRecords)>,
        verify: bool,
    ) -> Result<(), Failure> {
        if self.modules.projects.is_none() {
            return Ok(());
        }
        let busy = Busy::new(self.context.printer, self.kept(None));
        let (total, finished, added) = (proven.len(), AtomicUsize::new(0), Arc::clone(&self.modules.added));
        let done = |result: &Result<HeldModule, MirrorError>| {
            let count = finished.fetch_add(1, Ordering::Relaxed) + 1;
            busy.step(format!("getting modules: {count} of {total}"));
            if result.as_ref().is_ok_and(|held| held.added) {
                added.fetch_add(1, Ordering::Relaxed);
            }
        };
        let result = block_on(self.mirror.add_modules(&proven, verify, self.supply, &done))?;
        drop(busy);
        // Those that were added before an error are listed, too.
        self.mirror.write_module_lists()?;
        for ((needed, records), result) in proven.into_iter().zip(result?) {
            match result {
                Ok(held) => self.tell_module(needed, records, held),
                Err(error) => self.fail_module(needed, error),
            }
        }
        self.sum_up_modules();
        Ok(())
    }

    fn tell_module(&mut self, needed: NeededModule, records: ModuleRecords, held: HeldModule) {
        let printer = self.context.printer;
        if held.repaired {
            printer.warning(&format!("a file of {} was damaged and is replaced", needed.name()));
        }
        if held.added {
            let record = records.go_mod.as_ref().map(|record| record.id.to_string());
            let proof = record.map_or("go.sum".to_owned(), |id| format!("checksum database record {id}"));
            let from = held.source.as_ref().map(|source| format!(" from {source}")).unwrap_or_default();
            printer.detail(&format!("{}: {}{from} ({proof})", needed.name(), mebibytes(held.bytes)));
        }
        self.modules.held.push((needed, records, held));
    }

    fn sum_up_modules(&self) {
        let printer = self.context.printer;
        let Modules { held, left_out, unlogged, projects, .. } = &self.modules;
        for LeftOut { needed, variable, pattern } in left_out {
            printer.warning(&format!(
                "{} is left out: {variable} has `{pattern}`, so Go gets it from its repository",
                needed.name()
            ));
        }
        if !left_out.is_empty() {
            printer.hint("if a proxy in GOPROXY has private modules, set GONOPROXY=none; else vendor them");
        }
        if !unlogged.is_empty() {
            printer.note(&format!(
                "go.sum alone proves {}, by GOSUMDB, GONOSUMDB or GOPRIVATE: {}",
                counted(unlogged.len(), "module"),
                unlogged.join(", ")
            ));
        }
        let added: Vec<u64> =
            held.iter().filter(|(.., held)| held.added).map(|(.., held)| held.bytes).collect();
        let of = counted(projects.unwrap_or_default(), "project");
        let modules = counted(held.len(), "module");
        let size = mebibytes(added.iter().sum());
        printer.note(&match added.len() {
            0 => format!("{modules} of {of}: all are already there"),
            count if count == held.len() => format!("{modules} of {of}: {size} from goproxy"),
            count => format!("{modules} of {of}: {count} added, {size} from goproxy"),
        });
    }

    fn fail_module(&mut self, needed: NeededModule, error: MirrorError) {
        let failure = self.context.settings.policy.without_detours(error.into());
        self.modules.failed.push((needed, failure));
    }

    pub(super) fn has_new_modules(&self) -> bool {
        self.modules.added.load(Ordering::Relaxed) > 0
    }

    /// `; 12 module zips, 3.4 MiB`; empty for a mirror without modules.
    pub(super) fn module_total(&self) -> Result<String, Failure> {
        let zips = self.mirror.module_zips()?;
        if zips.is_empty() {
            return Ok(String::new());
        }
        let bytes = zips.iter().map(|zip| zip.bytes).sum();
        Ok(format!("; {}, {}", counted(zips.len(), "module zip"), mebibytes(bytes)))
    }
}
