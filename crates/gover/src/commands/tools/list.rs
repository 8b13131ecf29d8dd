use std::path::PathBuf;

use gover_core::text::shown;
use gover_core::tool;
use gover_core::{GoVersion, ToolchainName};
use gover_tools::{Found, Kind, Obstacle, Recipe};

use super::facts::ToolList;
use crate::output::{Style, Table};
use crate::store::tools::{self, Program};
use crate::store::{releases, vulnerabilities};
use crate::{Context, Failure};

/// A program with what is to be said about it.
pub(super) struct Tool<'a> {
    pub(super) program: Program<'a>,
    /// The toolchain that it is kept for.
    pub(super) only_for: Option<ToolchainName>,
    /// Why it cannot be built again.
    pub(super) obstacle: Option<Obstacle>,
    /// Whether a Go older than the selected one built it.
    pub(super) is_older: bool,
    /// The go.mod or go.work here whose language is too new for it.
    pub(super) too_old_for: Option<(PathBuf, GoVersion)>,
}

/// Shows programs; none of them is run, and no server is asked.
pub(super) fn run(as_json: bool, context: &Context<'_>) -> Result<(), Failure> {
    let directories = tools::directories(context);
    let selected = context.selected().and_then(|toolchain| toolchain.name);
    let (releases, database) = (releases::known(context)?, vulnerabilities::known(context)?);
    let project = tools::language_here(context);
    let platform = context.target().platform;
    let (mut found, mut others) = (Vec::new(), Vec::new());
    let shared = gover_tools::find(&directories).into_iter().map(|found| (found, None));
    for (Found { path, kind }, only_for) in shared.chain(kept(context)) {
        let Kind::Program(info) = kind else {
            others.push((path, kind.to_string()));
            continue;
        };
        let program = Program::new(path, *info, &database, &releases);
        found.push(Tool {
            obstacle: Recipe::again(&program.info, &platform).err(),
            is_older: only_for.is_none() && tools::is_older(&program.info, selected.as_ref()),
            too_old_for: project.clone().filter(|(_, language)| is_too_old(&program, language)),
            only_for,
            program,
        });
    }
    if as_json {
        return context.printer.json(&ToolList::of(
            (&directories, &found, &others),
            selected.as_ref(),
            &database,
        ));
    }
    let mut table = Table::default();
    for tool in &found {
        table.row([
            context.short(&tool.program.path).into(),
            shown(&tool.program.info.subject().unwrap_or_else(|| "-".to_owned())).into(),
            tool.program.info.go.as_deref().map_or_else(|| "Go 1.17 or older".to_owned(), shown).into(),
            remarks(tool, context).join("; ").into(),
        ]);
    }
    for (path, about) in &others {
        table.row([context.short(path).into(), about.as_str().into()]);
    }
    context.printer.table(&table)?;
    if found.is_empty() && others.is_empty() {
        let places: Vec<String> = directories.iter().map(|path| context.short(path)).collect();
        context.printer.note(&format!("no programs in {}", places.join(" or ")));
    }
    if found.iter().any(|tool| !tool.program.found.stdlib.is_empty()) {
        context.printer.note(&format!("{} (CC BY 4.0)", database.basis()));
    }
    advise(&found, selected.as_ref(), context);
    Ok(())
}

/// The programs that are kept for one toolchain.
fn kept(context: &Context<'_>) -> impl Iterator<Item = (Found, Option<ToolchainName>)> {
    tool::toolchains(&context.layout).into_iter().flat_map(|toolchain| {
        let found = gover_tools::find(&[context.layout.tools_for(&toolchain)]);
        found.into_iter().map(move |found| (found, Some(toolchain.clone())))
    })
}

/// Whether the language of a project is newer than what a program that reads Go code knows.
fn is_too_old(program: &Program<'_>, language: &GoVersion) -> bool {
    let by = program.release.as_ref().map(|name| name.version().language());
    program.info.reads_go_code() && by.is_some_and(|by| by < language.language())
}

fn remarks(tool: &Tool<'_>, context: &Context<'_>) -> Vec<String> {
    let mut remarks = Vec::new();
    let program = &tool.program;
    if let Some(toolchain) = &tool.only_for {
        let is_gone = !context.layout.toolchain(toolchain).is_dir();
        let gone = if is_gone { ", which is not installed" } else { "" };
        remarks.push(format!("for {toolchain}{gone}"));
    }
    if program.is_too_old() {
        remarks.push(context.printer.out(Style::Error, "gets no security fixes"));
    }
    if let count @ 1.. = program.found.stdlib.len() {
        let what = format!("{} in the standard library", vulnerabilities::counted(count));
        remarks.push(context.printer.out(Style::Error, &what));
        remarks.extend(program.nearest.as_ref().map(|nearest| format!("{nearest} has none")));
    }
    if let Some((file, language)) = &tool.too_old_for {
        let file = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let what = format!("older than {file} requires, which is {language}");
        remarks.push(context.printer.out(Style::Error, &what));
    }
    remarks.extend(tool.obstacle.as_ref().map(ToString::to_string));
    remarks
}

/// The command that builds again what an older Go built.
fn advise(found: &[Tool<'_>], selected: Option<&ToolchainName>, context: &Context<'_>) {
    let older = found.iter().filter(|tool| tool.is_older && tool.obstacle.is_none()).count();
    let Some(selected) = selected.filter(|_| older > 0) else { return };
    let verb = if older == 1 { "1 program was" } else { &format!("{older} programs were") };
    context.printer.note(&format!("{verb} built by a Go older than {selected}, which is used here"));
    context.printer.hint("gover tools rebuild");
}
