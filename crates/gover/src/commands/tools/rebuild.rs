use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Sender};
use std::thread;

use gover_core::ToolchainName;
use gover_core::display::pasted;
use gover_core::text::{counted, shown};
use gover_tools::{Build, BuildError, BuildInfo, Builder, Found, Kind, Recipe, staging_for};

use super::facts::Rebuilt;
use crate::cli::RebuildArgs;
use crate::output::{Busy, Table};
use crate::store::{requests, tools};
use crate::{Context, Failure};

/// A program that is to be built again.
pub(super) struct Step {
    pub(super) path: PathBuf,
    name: String,
    pub(super) info: Option<BuildInfo>,
    /// How, or why that is not possible.
    recipe: Result<Recipe, String>,
}

pub(super) enum Outcome {
    Planned,
    /// By this Go.
    Built(String),
    /// It stays as it was, for this reason.
    Kept(String),
}

pub(super) fn run(arguments: &RebuildArgs, as_json: bool, context: &Context<'_>) -> Result<(), Failure> {
    let toolchain = requests::selected(context)?;
    let name = requests::name_of(&toolchain, context);
    let steps = plan(arguments, toolchain.name.as_ref(), context)?;
    let selected = toolchain.name.as_ref().map(ToString::to_string);
    if arguments.dry_run {
        let planned = |step: &Step| match &step.recipe {
            Ok(_) => Outcome::Planned,
            Err(why) => Outcome::Kept(why.clone()),
        };
        let planned = |step| (step, planned(step));
        if as_json {
            return context.printer.json(&Rebuilt::of(
                true,
                selected,
                &steps.iter().map(planned).collect::<Vec<_>>(),
            ));
        }
        return show(&steps, &name, arguments, context);
    }
    let builder = tools::builder(&toolchain, context);
    let outcomes =
        if steps.is_empty() { Vec::new() } else { carry_out(&steps, &builder, arguments, context) };
    let done: Vec<(&Step, Outcome)> = steps.iter().zip(outcomes).collect();
    if as_json {
        context.printer.json(&Rebuilt::of(false, selected, &done))?;
    }
    summarize(&done, &name, arguments, context)
}

/// The programs that `gover tools rebuild` would build again.
pub(in crate::commands) fn older(context: &Context<'_>) -> Result<Vec<PathBuf>, Failure> {
    let selected = context.selected().and_then(|toolchain| toolchain.name);
    let steps = if selected.is_some() { plan(&ALL_OLDER, selected.as_ref(), context)? } else { Vec::new() };
    Ok(steps.into_iter().map(|step| step.path).collect())
}

/// Builds again what an older Go built, if a person agrees; without a terminal, names the command.
pub(in crate::commands) fn offer(context: &Context<'_>) -> Result<(), Failure> {
    let arguments = ALL_OLDER;
    let Some(toolchain) = context.selected().filter(|toolchain| toolchain.name.is_some()) else {
        return Ok(());
    };
    let steps = plan(&arguments, toolchain.name.as_ref(), context)?;
    if steps.is_empty() {
        return Ok(());
    }
    let name = requests::name_of(&toolchain, context);
    let count = counted(steps.len(), "program");
    let verb = if steps.len() == 1 { "was" } else { "were" };
    context.printer.note(&format!("{count} of `go install` {verb} built by a Go older than {name}"));
    if context.printer.can_ask()
        && context.printer.confirm(&format!("rebuild {count} at the same versions?"), "--yes")?
    {
        return run(&arguments, false, context);
    }
    context.printer.hint(&command(&arguments));
    Ok(())
}

/// The programs that are meant, each once.
fn plan(
    arguments: &RebuildArgs,
    selected: Option<&ToolchainName>,
    context: &Context<'_>,
) -> Result<Vec<Step>, Failure> {
    let found = gover_tools::find(&tools::directories(context));
    let is_meant = |found: &Found| match (&arguments.names[..], found.info()) {
        ([], None) => false,
        ([], Some(info)) => arguments.all || tools::is_older(info, selected),
        (names, _) => names.iter().any(|name| tools::is_named(found, name, context)),
    };
    for name in &arguments.names {
        if !found.iter().any(|found| tools::is_named(found, name, context)) {
            return Err(tools::no_program(name, context));
        }
    }
    let platform = context.target().platform;
    let step = |found: Found| {
        let name = found.name();
        match found.kind {
            Kind::Program(info) => {
                let recipe = Recipe::again(&info, &platform).map_err(|obstacle| obstacle.to_string());
                Step { path: found.path, name, info: Some(*info), recipe }
            }
            kind => {
                let recipe = Err(kind.to_string());
                Step { path: found.path, name, info: None, recipe }
            }
        }
    };
    let steps = found.into_iter().filter(is_meant).map(step);
    // Without a name or `--all`, gover takes what it can build.
    let is_asked = arguments.all || !arguments.names.is_empty();
    Ok(steps.filter(|step| is_asked || step.recipe.is_ok()).collect())
}

fn show(steps: &[Step], go: &str, arguments: &RebuildArgs, context: &Context<'_>) -> Result<(), Failure> {
    let mut table = Table::default();
    for step in steps {
        let subject = step.info.as_ref().and_then(BuildInfo::subject).unwrap_or_else(|| "-".to_owned());
        let change = match &step.recipe {
            Ok(_) => format!("{} -> {go}", step.by()),
            Err(why) => format!("stays: {why}"),
        };
        table.row([context.short(&step.path).into(), shown(&subject).into(), change.into()]);
    }
    context.printer.table(&table)?;
    match steps.iter().filter(|step| step.recipe.is_ok()).count() {
        0 => nothing(go, arguments, context),
        _ => context.printer.hint(&command(arguments)),
    }
    Ok(())
}

/// The command that does what `--dry-run` shows.
fn command(arguments: &RebuildArgs) -> String {
    let names = arguments.names.iter().map(|name| format!(" {}", pasted(&name.to_string_lossy())));
    let all = if arguments.all { " --all" } else { "" };
    format!("gover tools rebuild{all}{}", names.collect::<String>())
}

fn nothing(go: &str, arguments: &RebuildArgs, context: &Context<'_>) {
    context.printer.note(&if arguments.all || !arguments.names.is_empty() {
        "no program can be built again".to_owned()
    } else {
        format!("no program was built by a Go older than {go}")
    });
}

/// Builds all programs, some at once, and puts each in its place as soon as it is ready.
fn carry_out(
    steps: &[Step],
    builder: &Builder,
    arguments: &RebuildArgs,
    context: &Context<'_>,
) -> Vec<Outcome> {
    let staging: Vec<PathBuf> =
        steps.iter().enumerate().map(|(index, step)| staging_for(&step.path, index)).collect();
    let mut places: Vec<PathBuf> =
        staging.iter().filter_map(|path| path.parent()).map(ToOwned::to_owned).collect();
    places.dedup();
    gover_tools::remove_left(&places);
    let interrupted = places.clone();
    let busy = Busy::new(context.printer, move || {
        gover_tools::remove_own(&interrupted);
        vec!["interrupted; programs that were not rebuilt yet are unchanged".to_owned()]
    });
    let (next, (sender, events)) = (AtomicUsize::new(0), mpsc::channel());
    let mut outcomes: Vec<Outcome> = steps.iter().map(|_| Outcome::Planned).collect();
    thread::scope(|scope| {
        for _ in 0..jobs(arguments).min(steps.len()) {
            let (sender, next, staging) = (sender.clone(), &next, &staging);
            scope.spawn(move || work(steps, builder, staging, next, &sender));
        }
        drop(sender);
        let mut running: Vec<&str> = Vec::new();
        for (index, event) in events {
            let (Some(step), Some(outcome)) = (steps.get(index), outcomes.get_mut(index)) else { continue };
            match event {
                None => running.push(&step.name),
                Some(result) => {
                    running.retain(|name| *name != step.name);
                    *outcome = finish(step, result, context);
                }
            }
            busy.step(format!("building {}", running.join(", ")));
        }
    });
    drop(busy);
    gover_tools::remove_own(&places);
    outcomes
}

/// `None` when a build starts, and then its result.
type Event = (usize, Option<Result<Build, String>>);

fn work(steps: &[Step], builder: &Builder, staging: &[PathBuf], next: &AtomicUsize, events: &Sender<Event>) {
    loop {
        let index = next.fetch_add(1, Ordering::SeqCst);
        let (Some(step), Some(directory)) = (steps.get(index), staging.get(index)) else { return };
        let result = match &step.recipe {
            Err(why) => Err(why.clone()),
            Ok(recipe) => {
                let _ = events.send((index, None));
                builder.build(recipe, directory.clone()).map_err(|error| error.to_string())
            }
        };
        // The main thread waits until all senders are gone.
        let _ = events.send((index, Some(result)));
    }
}

fn finish(step: &Step, result: Result<Build, String>, context: &Context<'_>) -> Outcome {
    let placed = result.and_then(|build| {
        build.put_at(&step.path).map_err(|error: BuildError| error.to_string())?;
        Ok(build.info.clone())
    });
    match placed {
        Ok(info) => {
            let version =
                info.module.as_ref().map(|module| format!(" {}", module.version)).unwrap_or_default();
            let go = info.go.clone().unwrap_or_default();
            let line = format!("rebuilt {}{version}: {} -> {go}", context.short(&step.path), step.by());
            context.printer.note(&line);
            Outcome::Built(go)
        }
        Err(why) => {
            context.printer.warning(&format!("kept {}: {why}", context.short(&step.path)));
            Outcome::Kept(why)
        }
    }
}

impl Step {
    /// What built it.
    fn by(&self) -> String {
        let go = self.info.as_ref().and_then(|info| info.go.as_deref());
        go.map_or_else(|| "Go 1.17 or older".to_owned(), shown)
    }
}

fn summarize(
    done: &[(&Step, Outcome)],
    go: &str,
    arguments: &RebuildArgs,
    context: &Context<'_>,
) -> Result<(), Failure> {
    let mut before: BTreeMap<ToolchainName, Vec<String>> = BTreeMap::new();
    let (mut built, mut kept) = (0, Vec::new());
    for (step, outcome) in done {
        match outcome {
            Outcome::Planned => {}
            Outcome::Kept(_) => kept.push(step.name.clone()),
            Outcome::Built(now) => {
                built += 1;
                let release = step.info.as_ref().and_then(BuildInfo::release);
                if let Some(release) = release.filter(|release| release.as_str() != now) {
                    before.entry(release).or_default().push(pasted(&step.name));
                }
            }
        }
    }
    if done.is_empty() {
        nothing(go, arguments, context);
    } else if built > 0 {
        context.printer.note(&format!("rebuilt {} with {go}", counted(built, "program")));
    }
    for (release, names) in before {
        let undo = format!("gover exec {} -- gover tools rebuild {}", release.version(), names.join(" "));
        context.printer.note(&format!("`{undo}` undoes this"));
    }
    match kept.len() {
        0 => Ok(()),
        count => {
            let what = format!("{} not rebuilt: {}", were(count), shown(&kept.join(", ")));
            Err(Failure::new(what, "`gover tools` shows what each was built from"))
        }
    }
}

fn were(count: usize) -> String {
    format!("{} {}", counted(count, "program"), if count == 1 { "was" } else { "were" })
}

fn jobs(arguments: &RebuildArgs) -> usize {
    let processors = || thread::available_parallelism().map_or(1, usize::from).min(MOST_JOBS);
    arguments.jobs.map_or_else(processors, usize::from)
}

/// What `gover tools rebuild` does without arguments.
const ALL_OLDER: RebuildArgs = RebuildArgs { names: Vec::new(), all: false, jobs: None, dry_run: false };

/// The go command uses all processors for each build.
const MOST_JOBS: usize = 4;
