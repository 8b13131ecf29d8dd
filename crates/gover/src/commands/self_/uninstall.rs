//! `gover self uninstall`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use gover_core::display::pasted;
use gover_core::platform::IS_WINDOWS;
use gover_core::text::counted;
use gover_install::dismantle::{self, Contents, Toolchains};
use gover_install::{home, staging};
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
    let removal = Removal {
        contents: Contents::of(&context.layout, toolchains)?,
        plan: persist::plan_undo(context.env, &context.layout)?,
        package: Package::of(context.build, context.env.program()),
        context,
    };
    if removal.contents.own.is_empty() && removal.contents.toolchains.is_empty() {
        context.printer.note(&format!("gover is not installed in {}", context.short(context.layout.home())));
        return Ok(());
    }
    // Before the question. Otherwise the lock, which is a file, is taken after it.
    if lock::is_read_only(context) {
        drop(lock::acquire(LOCK, context)?);
    }
    let bytes = removal.show();
    if !arguments.yes && !context.printer.confirm("uninstall gover?", "--yes")? {
        context.printer.note("nothing was removed");
        return Ok(());
    }
    removal.carry_out(arguments, bytes)
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
    package: Option<Package>,
    context: &'a Context<'a>,
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
        if contents.own.iter().any(|path| path.ends_with("doctor")) {
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

    /// PATH comes first, so that no shell has a directory on PATH that is gone. If a startup file
    /// cannot be changed, nothing is removed.
    fn carry_out(mut self, arguments: &SelfUninstallArgs, bytes: u64) -> Result<(), Failure> {
        let context = self.context;
        let locks = all_locks(context)?;
        let toolchains = if arguments.keep_toolchains { Toolchains::Keep } else { Toolchains::Remove };
        if Contents::of(&context.layout, toolchains)?.toolchains != self.contents.toolchains {
            let message =
                "toolchains were installed or removed since they were listed, so nothing was removed";
            return Err(Failure::new(message, format!("gover {}", lock::own_arguments(context))));
        }
        drop(apply(&mut self.plan, context));
        let has_failed = !self.plan.problems.is_empty();
        for problem in std::mem::take(&mut self.plan.problems) {
            context.printer.failure(&problem.into());
        }
        if has_failed {
            context.printer.note("gover was not removed, because its PATH entry could not be removed");
            return Failure::silent_if(true);
        }
        let busy = Busy::new(context.printer, || {
            vec!["interrupted; `gover self uninstall` removes the rest".to_owned()]
        });
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
            let paths = self.contents.toolchains.iter().chain(&removed.own).cloned().collect();
            context.printer.json(&SelfUninstallFacts::of(paths, &self.plan, bytes, &removed.foreign))?;
        }
        Ok(())
    }

    fn report(&self, removed: &Contents, bytes: u64) {
        let Self { contents, package, context, .. } = self;
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
        if let Some(original) = package.as_ref().and_then(|package| package.original.as_ref()) {
            let original = pasted(&original.display().to_string());
            printer.note(&format!("kept {original}; remove it with the package manager that installed it"));
        }
    }
}

/// Every lock of the home, so that no other gover is at work there; waits for those that are. What a
/// crash left in staging, which may be a toolchain, is recovered.
fn all_locks(context: &Context<'_>) -> Result<BTreeMap<String, Lock>, Failure> {
    let layout = &context.layout;
    let mut locks = BTreeMap::new();
    loop {
        let mut names = BTreeSet::from([LOCK, gover_install::shims::LOCK].map(str::to_owned));
        names.extend(dismantle::lock_names(layout)?);
        names.retain(|name| !locks.contains_key(name));
        if names.is_empty() {
            return Ok(locks);
        }
        for name in names {
            let lock = lock::acquire(&name, context)?;
            if staging::staged(layout)?.contains(&name) {
                staging::recover(layout, &name, &lock)?;
            }
            locks.insert(name, lock);
        }
    }
}

facts! {
    SelfUninstallFacts(removed: Vec<PathBuf>, plan: &Plan, bytes: u64, kept: &[PathBuf]) {
        removed: Vec<String> = removed.iter().map(|path| json_path(path)).collect()
            => "the files and directories that were removed",
        startup_files: Vec<String> = plan.edits.iter().filter_map(Edit::path).map(json_path).collect()
            => "the startup files that gover's lines were removed from",
        bytes: u64 = bytes => "the size of what was removed",
        kept: Vec<String> = kept.iter().map(|path| json_path(path)).collect()
            => "the files in GOVER_HOME that are not part of gover and were kept",
    }
}
