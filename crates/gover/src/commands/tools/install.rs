//! `gover tools install` and `gover tools uninstall`.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use gover_core::display::pasted;
use gover_core::inventory;
use gover_core::layout::program_name;
use gover_core::minimum::Allowed;
use gover_core::platform::IS_WINDOWS;
use gover_core::real_path::real_path;
use gover_core::resolve::is_on_path;
use gover_core::text::shown;
use gover_core::tool::{self, is_tool_name};
use gover_core::{Request, ToolchainName};
use gover_install::shims::{self as programs, may_be_replaced};
use gover_sys::file;
use gover_tools::{Build, BuildError, BuildInfo, Found, Kind, Recipe, staging_for};

use super::facts::{InstalledTool, RemovedTools};
use crate::cli::{ToolInstallArgs, ToolUninstallArgs};
use crate::output::Busy;
use crate::store::{lock, provide, requests, shims, tools};
use crate::{Context, Failure};

pub(super) fn install(
    arguments: &ToolInstallArgs,
    as_json: bool,
    context: &Context<'_>,
) -> Result<(), Failure> {
    let recipe = Recipe::named(&arguments.package).ok_or_else(|| not_a_package(&arguments.package))?;
    let toolchain = match &arguments.only_for {
        Some(text) => provide::provide(&requests::parse(text, context)?, context)?,
        None => requests::selected(context)?,
    };
    let (directory, only_for) = match &arguments.only_for {
        Some(text) => {
            let name = named(&toolchain, text)?;
            (context.layout.tools_for(&name), Some(name))
        }
        None => (first_directory(context)?, None),
    };
    // It does not exist before the first program of it.
    fs::create_dir_all(&directory).map_err(|source| unwritable("create", &directory, &source))?;
    let build = build(&recipe, &toolchain, &directory, context)?;
    let target = directory.join(build.file_name());
    let before = fs::symlink_metadata(&target).is_ok().then(|| Found::read(target.clone()));
    let name = program_name(&build.file_name().to_string_lossy()).to_owned();
    if only_for.is_some() {
        keep(&build, &target, &name, context).inspect_err(|_| remove_empty(&directory, context))?;
    } else {
        refuse_foreign(before.as_ref(), context)?;
        put(&build, &target)?;
    }
    if as_json {
        let before = before.as_ref().and_then(Found::info);
        return context.printer.json(&InstalledTool::of(&target, &build.info, before, only_for.as_ref()));
    }
    report(&target, &build.info, before.as_ref().and_then(Found::info), only_for.as_ref(), context);
    Ok(())
}

fn not_a_package(text: &str) -> Failure {
    let what = format!("`{}` is not a package with a version", shown(text));
    let hint = "name a package as for `go install`: golang.org/x/tools/gopls@latest";
    Failure::usage(what, hint)
}

fn named(toolchain: &Allowed, text: &str) -> Result<ToolchainName, Failure> {
    let is_managed =
        |name: &&ToolchainName| toolchain.goroot.as_ref().is_some_and(|root| root.ends_with(name.as_str()));
    toolchain.name.as_ref().filter(is_managed).cloned().ok_or_else(|| {
        let what = format!("`{}` is not a toolchain that gover installed", shown(text));
        Failure::usage(what, "`gover list` shows them")
    })
}

/// Where `go install` puts programs.
fn first_directory(context: &Context<'_>) -> Result<PathBuf, Failure> {
    let directory = tools::directories(context).into_iter().next().ok_or_else(|| {
        Failure::new(
            "cannot tell where to install programs: neither GOBIN nor HOME is set",
            "set GOBIN to a directory",
        )
    })?;
    // A package named `go` would replace that of the toolchain.
    if real_path(&directory).unwrap_or(directory.clone()).parent().is_some_and(inventory::is_goroot) {
        let what = format!("GOBIN is {}, which belongs to a toolchain", context.short(&directory));
        return Err(Failure::new(what, "`gover doctor gobin` says how to change it"));
    }
    Ok(directory)
}

fn build(
    recipe: &Recipe,
    toolchain: &Allowed,
    directory: &Path,
    context: &Context<'_>,
) -> Result<Build, Failure> {
    let places = vec![directory.to_owned()];
    gover_tools::remove_left(&places);
    let busy = Busy::new(context.printer, move || {
        gover_tools::remove_own(&places);
        vec!["interrupted; nothing was changed".to_owned()]
    });
    busy.step(format!("building {}", recipe.subject));
    let staging = staging_for(&directory.join("tool"), 0);
    let built = tools::builder(toolchain, context).build(recipe, staging);
    drop(busy);
    if built.is_err() {
        gover_tools::remove_own(&[directory.to_owned()]);
        remove_empty(directory, context);
    }
    built.map_err(|error| {
        if let BuildError::File { verb, path, source } = &error {
            return unwritable(verb, path, source);
        }
        let what = format!("cannot install {}: {error}", recipe.subject);
        Failure::new(what, "check the package and its version, or choose another Go with `gover use`")
    })
}

/// Removes the directory of the tools for one toolchain with the last of them.
fn remove_empty(bin: &Path, context: &Context<'_>) {
    if bin.starts_with(context.layout.tools()) {
        // Each stays if something is in it.
        let _ = bin.ancestors().take(3).try_for_each(fs::remove_dir);
    }
}

fn put(build: &Build, target: &Path) -> Result<(), Failure> {
    build.put_at(target).map_err(|error| Failure::new(error.to_string(), "check that you may write there"))
}

/// Puts a program beside a toolchain, and its name into `bin`.
fn keep(build: &Build, target: &Path, name: &str, context: &Context<'_>) -> Result<(), Failure> {
    if !is_tool_name(name) {
        let what = format!("`{}` cannot be installed for one Go: gover has that name itself", shown(name));
        return Err(Failure::new(what, "install it for all, without `--for`"));
    }
    let link = context.layout.program(name);
    let lock = lock::acquire(programs::LOCK, context)?;
    // On Windows, the names of the shim are files like any other.
    let is_own = !IS_WINDOWS || tool::names(&context.layout).contains(name);
    let is_free = link.symlink_metadata().is_err() || is_own;
    if !is_free || !may_be_replaced(&context.layout.program("go"), &link) {
        let what = format!("{} is another program, so {name} cannot have that name", context.short(&link));
        return Err(Failure::new(what, "move it to another directory on PATH, and run the command again"));
    }
    put(build, target)?;
    programs::refresh(&context.layout, &shims::program(context), &lock)?;
    Ok(())
}

/// Only a program that Go built is replaced.
fn refuse_foreign(before: Option<&Found>, context: &Context<'_>) -> Result<(), Failure> {
    match before {
        Some(found) if !matches!(found.kind, Kind::Program(_) | Kind::Dangling) => {
            let what = format!("{} is not a program that Go built", context.short(&found.path));
            Err(Failure::new(what, "move it away, or set GOBIN to another directory"))
        }
        _ => Ok(()),
    }
}

fn report(
    target: &Path,
    info: &BuildInfo,
    before: Option<&BuildInfo>,
    only_for: Option<&ToolchainName>,
    context: &Context<'_>,
) {
    let name = program_name(&target.file_name().unwrap_or_default().to_string_lossy()).to_owned();
    let subject = shown(&info.subject().unwrap_or_default());
    let go = shown(info.go.as_deref().unwrap_or_default());
    let option = only_for.map(|name| format!(" --for {}", name.version())).unwrap_or_default();
    // A command brings back a version, not the Go and the settings that built it, and no checkout.
    let undo = match before.map(BuildInfo::subject) {
        None => format!(" (`gover tools uninstall {}{option}` undoes this)", pasted(&name)),
        Some(Some(before)) if before != subject && before.contains('@') => {
            format!(" (`gover tools install {}{option}` installs the former version)", pasted(&before))
        }
        Some(_) => String::new(),
    };
    let place = context.short(target);
    context.printer.note(&format!("installed {place}: {subject}, built by {go}{undo}"));
    match only_for {
        Some(toolchain) => context.printer.note(&format!("`{name}` runs it while {toolchain} is used")),
        None if !target.parent().is_some_and(|bin| is_on_path(context.env, bin)) => {
            let bin = target.parent().map(|bin| context.short(bin)).unwrap_or_default();
            context.printer.warning(&format!("{bin} is not on PATH"));
            context.printer.hint("gover doctor gobin");
        }
        None => {}
    }
}

fn unwritable(verb: &str, path: &Path, source: &std::io::Error) -> Failure {
    Failure::io(format!("cannot {verb} `{}`", path.display()), source, "check that you may write there")
}

/// A program to remove, with the command that installs it again.
struct Removal {
    path: PathBuf,
    undo: String,
}

pub(super) fn uninstall(
    arguments: &ToolUninstallArgs,
    as_json: bool,
    context: &Context<'_>,
) -> Result<(), Failure> {
    let mut removals = Vec::new();
    for name in &arguments.names {
        removals.extend(match &arguments.only_for {
            Some(text) => vec![kept(&name.to_string_lossy(), text, context)?],
            None => vec![installed(name, context)?],
        });
    }
    let lock = arguments.only_for.as_ref().map(|_| lock::acquire(programs::LOCK, context)).transpose()?;
    for Removal { path, undo } in &removals {
        let aside = path.parent().unwrap_or(path);
        file::remove_program(path, aside).map_err(|source| unwritable("remove", path, &source))?;
        context
            .printer
            .note(&format!("removed {} (`{undo}` installs that version again)", context.short(path)));
        remove_empty(aside, context);
    }
    if let Some(lock) = lock {
        programs::refresh(&context.layout, &shims::program(context), &lock)?;
    }
    if as_json {
        let paths: Vec<&Path> = removals.iter().map(|removal| removal.path.as_path()).collect();
        context.printer.json(&RemovedTools::of(&paths))?;
    }
    Ok(())
}

/// A program in GOBIN or GOPATH that Go built and can build again.
fn installed(name: &OsStr, context: &Context<'_>) -> Result<Removal, Failure> {
    let found = gover_tools::find(&tools::directories(context));
    let mut meant = found.into_iter().filter(|found| tools::is_named(found, name, context));
    let Some(found) = meant.next() else { return Err(tools::no_program(name, context)) };
    if let Some(other) = meant.next() {
        let what =
            format!("{} and {} have this name", context.short(&found.path), context.short(&other.path));
        return Err(Failure::usage(
            what,
            format!("gover tools uninstall {}", pasted(&found.path.to_string_lossy())),
        ));
    }
    let recipe = match &found.kind {
        Kind::Program(info) => Recipe::again(info, &context.target().platform).map_err(|why| why.to_string()),
        kind => Err(kind.to_string()),
    };
    match recipe {
        Ok(recipe) => {
            Ok(Removal { path: found.path, undo: format!("gover tools install {}", pasted(&recipe.subject)) })
        }
        Err(why) => {
            let what = format!("{}: {why}, so gover could not install it again", context.short(&found.path));
            Err(Failure::new(what, "delete the file yourself"))
        }
    }
}

/// A program that is kept for a toolchain, which need not be installed.
fn kept(name: &str, text: &str, context: &Context<'_>) -> Result<Removal, Failure> {
    let request = Request::parse_pin(text)?;
    let stable = context.stable();
    let toolchains = tool::kept_for(name, &context.layout);
    let Some(toolchain) = request.newest(&toolchains, stable.as_ref()) else {
        let what = format!("`{}` is not installed for `{request}`", shown(name));
        return Err(Failure::new(what, "`gover tools` lists what is installed"));
    };
    let path = context.layout.tool(toolchain, name);
    let info = BuildInfo::read(&path).ok().flatten();
    let subject = info.as_ref().and_then(BuildInfo::subject).unwrap_or_else(|| name.to_owned());
    let undo = format!("gover tools install {} --for {}", pasted(&subject), toolchain.version());
    Ok(Removal { path, undo })
}
