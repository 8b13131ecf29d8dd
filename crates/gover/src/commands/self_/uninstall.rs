//! `gover self uninstall`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use gover_core::display::pasted;
use gover_core::platform::IS_WINDOWS;
use gover_core::text::counted;
use gover_install::dismantle::{self, Contents, Toolchains};
use gover_install::home;
use gover_shell::persist::{self, Edit, Plan};
use gover_sys::Lock;
use gover_sys::file::{same_file, tree_size};
use gover_update::{LOCK, Package};

use crate::cli::SelfUninstallArgs;
use crate::output::{Busy, facts, json_path, mebibytes};
use crate::store::lock;
use crate::store::startup::{apply, phrase};
use crate::{Context, Failure};

pub(super) fn run(arguments: &SelfUninstallArgs, context: &Context<'_>) -> Result<(), Failure> {
    home::check_stamped(&context.layout)?;
    refuse_shared_home(context)?;
    let toolchains = if arguments.keep_toolchains { Toolchains::Keep } else { Toolchains::Remove };
    let mut removal = Removal {
        contents: Contents::of(&context.layout, toolchains)?,
        plan: persist::plan_undo(context.env, &context.layout)?,
        staying: StayingProgram::of(context),
        context,
    };
    if removal.contents.own.is_empty() && removal.contents.toolchains.is_empty() {
        context.printer.note(&format!("gover is not installed in {}", context.short(context.layout.home())));
        return print_nothing(arguments, context);
    }
    removal.refuse_problems()?;
    // Before the question. Otherwise the lock, which is a file, is taken after it.
    if lock::is_read_only(context) {
        drop(lock::acquire(LOCK, context)?);
    }
    let bytes = removal.show();
    if !arguments.yes && !context.printer.confirm("uninstall gover?", "--yes")? {
        context.printer.note("nothing was removed");
        return print_nothing(arguments, context);
    }
    removal.carry_out(arguments, bytes)
}

fn print_nothing(arguments: &SelfUninstallArgs, context: &Context<'_>) -> Result<(), Failure> {
    if !arguments.json {
        return Ok(());
    }
    context.printer.json(&SelfUninstallFacts::of(BTreeSet::new(), &Plan::default(), 0, &[]))
}

/// In the home directory of a user, directories such as `cache` may hold anyone's files.
fn refuse_shared_home(context: &Context<'_>) -> Result<(), Failure> {
    let home = context.layout.home();
    let is_users = context.env.user_home().is_some_and(|user| same_file(&user, home).unwrap_or(false));
    if is_users || home.parent().is_none() {
        let message = format!("`{}` holds more than gover, so nothing in it was removed", home.display());
        return Err(Failure::new(message, "`gover setup --undo` removes gover from PATH"));
    }
    Ok(())
}

struct Removal<'a> {
    contents: Contents,
    plan: Plan,
    staying: Option<StayingProgram>,
    context: &'a Context<'a>,
}

/// A program of gover outside the home, which stays.
struct StayingProgram {
    path: PathBuf,
    is_packaged: bool,
}

impl StayingProgram {
    /// The one in the package that the running program was copied from, or the running one.
    fn of(context: &Context<'_>) -> Option<Self> {
        let program = context.env.program();
        let package = program.and_then(Package::of);
        let is_packaged = package.is_some();
        let bin = context.layout.bin();
        let is_outside =
            |path: &&Path| path.parent().is_some_and(|parent| !same_file(parent, &bin).unwrap_or(false));
        let running = || program.filter(is_outside).map(Path::to_owned);
        let path = package.and_then(|package| package.original).or_else(running)?;
        Some(Self { path, is_packaged })
    }
}

impl Removal<'_> {
    /// Lists everything that will be removed, and what stays. Returns the size.
    fn show(&self) -> u64 {
        let Self { contents, plan, context, .. } = self;
        let printer = context.printer;
        let mut total = 0;
        for path in &contents.toolchains {
            let bytes = tree_size(path).unwrap_or_default();
            total += bytes;
            printer.note(&format!("toolchain  {}  {}", context.short(path), mebibytes(bytes)));
        }
        let size = |path: &PathBuf| tree_size(path).unwrap_or_default();
        let bytes: u64 = contents.own.iter().map(size).sum();
        total += bytes;
        let home = context.short(context.layout.home());
        printer.note(&format!("gover      {home}: programs, settings and cache  {}", mebibytes(bytes)));
        if contents.own.iter().any(|path| path.ends_with("repair.json")) {
            printer.note("journal    changes made by `gover doctor --fix` can no longer be undone");
        }
        for edit in &plan.edits {
            printer.note(&format!("PATH       {}", phrase(edit, false, context)));
        }
        for path in &contents.foreign {
            printer.note(&format!("keep       {}, which is not part of gover", context.short(path)));
        }
        total
    }

    /// Fails if a startup file cannot be changed, before any of them is.
    fn refuse_problems(&mut self) -> Result<(), Failure> {
        let Self { plan, context, .. } = self;
        let problems = plan.edits.iter().filter_map(|edit| persist::check(edit, &context.layout).err());
        plan.problems.extend(problems);
        self.fail_on_problems()
    }

    fn fail_on_problems(&mut self) -> Result<(), Failure> {
        let printer = self.context.printer;
        let has_failed = !self.plan.problems.is_empty();
        for problem in std::mem::take(&mut self.plan.problems) {
            printer.failure(&problem.into());
        }
        if has_failed {
            printer.note("gover was not removed, because its PATH entry could not be removed");
        }
        Failure::silent_if(has_failed)
    }

    /// PATH comes first, so that no shell has a directory on PATH that is gone. If a startup file
    /// cannot be changed, nothing is removed.
    fn carry_out(mut self, arguments: &SelfUninstallArgs, bytes: u64) -> Result<(), Failure> {
        let context = self.context;
        let locks = all_locks(context)?;
        dismantle::recover(&context.layout, |name| locks.get(name))?;
        let toolchains = if arguments.keep_toolchains { Toolchains::Keep } else { Toolchains::Remove };
        let command = format!("gover {}", lock::own_arguments(context));
        if Contents::of(&context.layout, toolchains)?.toolchains != self.contents.toolchains {
            let message =
                "toolchains were installed or removed since they were listed, so nothing was removed";
            return Err(Failure::new(message, command));
        }
        // It may have waited for a while.
        self.refuse_problems()?;
        drop(apply(&mut self.plan, context));
        self.fail_on_problems()?;
        let busy =
            Busy::new(context.printer, move || vec![format!("interrupted; `{command}` removes the rest")]);
        for path in &self.contents.toolchains {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            busy.step(format!("removing {name}"));
            if let Some(lock) = locks.get(&*name) {
                Contents::remove_toolchain(&context.layout, path, lock)?;
            }
        }
        busy.step("removing gover".to_owned());
        // Their receipts are gone now.
        let removed = Contents::of(&context.layout, toolchains)?;
        let temporary = context.env.temporary_directory();
        removed.remove_own(&context.layout, &temporary, locks.into_values().collect())?;
        drop(busy);
        self.report(&removed, bytes);
        if arguments.json {
            let Contents { toolchains, own, .. } = self.contents;
            let all = toolchains.into_iter().chain(own).chain(removed.own);
            let gone = all.filter(|path| path.symlink_metadata().is_err()).collect();
            context.printer.json(&SelfUninstallFacts::of(gone, &self.plan, bytes, &removed.foreign))?;
        }
        Ok(())
    }

    fn report(&self, removed: &Contents, bytes: u64) {
        let Self { contents, staying, context, .. } = self;
        let toolchains = match contents.toolchains.len() {
            0 => String::new(),
            count => format!(" and {}", counted(count, "toolchain")),
        };
        let printer = context.printer;
        let script = if IS_WINDOWS { "install.ps1" } else { "install.sh" };
        printer.note(&format!(
            "uninstalled gover{toolchains}, {}; {script} installs it again",
            mebibytes(bytes)
        ));
        for path in &removed.foreign {
            printer.note(&format!("kept {}, which is not part of gover", context.short(path)));
        }
        if let Some(StayingProgram { path, is_packaged }) = staying {
            let path = pasted(&path.display().to_string());
            printer.note(&if *is_packaged {
                format!("kept {path}; remove it with the package manager that installed it")
            } else {
                let home = context.short(context.layout.home());
                format!("kept {path}, which is outside {home}; delete it if you no longer need it")
            });
        }
    }
}

/// Takes every lock of the home, so that no other gover changes it. It holds none while it waits for
/// one: the other gover may hold that one and wait for one of these.
fn all_locks(context: &Context<'_>) -> Result<BTreeMap<String, Lock>, Failure> {
    let mut locks = BTreeMap::new();
    loop {
        let names = dismantle::lock_names(&context.layout)?;
        let Some(name) = names.into_iter().find(|name| !locks.contains_key(name)) else {
            return Ok(locks);
        };
        if let Some(lock) = lock::try_acquire(&name, context)? {
            locks.insert(name, lock);
        } else {
            locks.clear();
            drop(lock::acquire(&name, context)?);
        }
    }
}

facts! {
    SelfUninstallFacts(removed: BTreeSet<PathBuf>, plan: &Plan, bytes: u64, kept: &[PathBuf]) {
        removed: Vec<String> = removed.iter().map(|path| json_path(path)).collect()
            => "the files and directories that were removed",
        startup_files: Vec<String> = plan.edits.iter().filter_map(Edit::path).map(json_path).collect()
            => "the startup files that gover's lines were removed from",
        bytes: u64 = bytes => "the size of what was removed",
        kept: Vec<String> = kept.iter().map(|path| json_path(path)).collect()
            => "the files in GOVER_HOME that are not part of gover and were kept",
    }
}
