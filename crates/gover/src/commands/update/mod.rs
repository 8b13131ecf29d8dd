//! `gover update`: the newest patch of each installed minor version.

mod facts;
mod plan;

use std::collections::BTreeSet;
use std::path::PathBuf;

use gover_core::display::pasted;
use gover_core::pin::{Pin, VERSION_FILE, read_version_file};
use gover_core::{Request, ToolchainName};
use gover_vuln::Database;

pub(super) use self::facts::Updates;
use self::facts::{DefaultChange, KeptFacts, Rest, StepFacts};
use self::plan::{Plan, Step, moved};
use super::pin;
use super::prune::{self, Superseded};
use super::tools;
use crate::cli::UpdateArgs;
use crate::output::mebibytes;
use crate::store::install::{Installation, Want};
use crate::store::{default, effect, requests, shims, uses, vulnerabilities};
use crate::{Context, Failure};

pub(super) fn run(arguments: &UpdateArgs, context: &Context<'_>) -> Result<(), Failure> {
    let target = context.target();
    let installation = Installation::new(&target, false, context);
    let mut plan = Plan::of(arguments, &installation, context)?;
    settle(&mut plan, context)?;
    let update = Update { arguments, plan: &plan, database: vulnerabilities::known(context)?, context };
    if plan.steps.is_empty() {
        let names: Vec<String> = plan.newest.iter().map(ToString::to_string).collect();
        context.printer.note(&match names.len() {
            0 => "no toolchain is installed".to_owned(),
            _ => format!("nothing to update: {}", names.join(", ")),
        });
    }
    if arguments.dry_run || arguments.check { update.show() } else { update.carry_out(&installation) }
}

/// With `--minor`, the release that takes the place of an older one may be installed. Then there is
/// something to do only if the default or the pin in the home directory moves to it.
fn settle(plan: &mut Plan, context: &Context<'_>) -> Result<(), Failure> {
    let installed = requests::inventory(context)?.toolchains;
    behind(plan, context)?;
    let mut steps = Vec::new();
    for step in std::mem::take(&mut plan.steps) {
        let alone = std::slice::from_ref(&step);
        let moves = || {
            Ok::<_, Failure>(default_after(alone, context)?.is_some() || pin_after(alone, context).is_some())
        };
        if installed.contains(&step.to) && !moves()? {
            plan.newest.extend([step.from, step.to]);
        } else {
            steps.push(step);
        }
    }
    plan.steps = steps;
    plan.newest.sort();
    plan.newest.dedup();
    Ok(())
}

/// A default or pin that names an older patch than the newest installed one moves, too.
fn behind(plan: &mut Plan, context: &Context<'_>) -> Result<(), Failure> {
    let pin = context.home().and_then(|home| read_version_file(&home.join(VERSION_FILE)).ok()?);
    let chosen = default::read(context)?.into_iter().chain(pin.map(|pin| pin.request));
    for from in chosen.filter_map(|request| request.as_exact().cloned()) {
        let is_newer =
            |newest: &&ToolchainName| newest.version().same_language(from.version()) && **newest > from;
        if let Some(to) = plan.newest.iter().find(is_newer).cloned().filter(|_| from.is_release()) {
            plan.newest.retain(|newest| *newest != to);
            plan.steps.push(Step { from, to });
        }
    }
    Ok(())
}

/// The default as it is and as it will be, if the steps move it.
fn default_after(steps: &[Step], context: &Context<'_>) -> Result<Option<(Request, Request)>, Failure> {
    let Some(before) = default::read(context)? else { return Ok(None) };
    let meant = default::toolchain(context)?.and_then(|toolchain| toolchain.name);
    Ok(moved(&before, meant.as_ref(), steps).map(|now| (before, now)))
}

/// The pin in the home directory of the user, which applies to all projects without one, and what it
/// will be, if the steps move it.
fn pin_after(steps: &[Step], context: &Context<'_>) -> Option<(PathBuf, Pin, Request)> {
    let path = context.home()?.join(VERSION_FILE);
    // One that cannot be understood is reported where it is used.
    let before = read_version_file(&path).ok()??;
    let now = moved(&before.request, None, steps)?;
    Some((path, before, now))
}

struct Update<'a> {
    arguments: &'a UpdateArgs,
    plan: &'a Plan,
    database: Database,
    context: &'a Context<'a>,
}

/// A toolchain that an update leaves behind, and where it is still used.
struct Kept {
    name: ToolchainName,
    uses: String,
}

impl Update<'_> {
    fn show(&self) -> Result<(), Failure> {
        let Self { arguments, plan, context, .. } = self;
        let default = default_after(&plan.steps, context)?;
        if arguments.json {
            let steps =
                plan.steps.iter().map(|step| StepFacts::of(step, false, None, &self.database)).collect();
            let change = default.map(|(before, now)| DefaultChange::of(&before, &now));
            let tools = tools::older(context)?;
            let rest = Rest { kept: Vec::new(), pruned: Vec::new(), tools: &tools };
            context.printer.json(&Updates::of(true, steps, change, rest))?;
        } else {
            for step in &plan.steps {
                context.printer.data(&self.line(step))?;
            }
            if let Some((before, now)) = default {
                context.printer.data(&format!("default {before} -> {now}"))?;
            }
        }
        if plan.steps.is_empty() {
            return Ok(());
        }
        self.name_database();
        context.printer.hint(&self.command());
        Failure::silent_if(arguments.check)
    }

    /// The command that does what `--dry-run` shows.
    fn command(&self) -> String {
        let words = self.arguments.requests.iter().map(|request| format!(" {}", pasted(request)));
        let minor = if self.arguments.minor { " --minor" } else { "" };
        format!("gover update{minor}{}", words.collect::<String>())
    }

    fn carry_out(&self, installation: &Installation<'_>) -> Result<(), Failure> {
        let Self { arguments, plan, context, .. } = self;
        let names: BTreeSet<&ToolchainName> = plan.steps.iter().map(|step| &step.to).collect();
        let wants: Vec<Want> = names.iter().map(|name| Want::Release((*name).clone())).collect();
        let results = if wants.is_empty() { Vec::new() } else { installation.install_all(&wants)? };
        let result_of = |step: &Step| names.iter().zip(&results).find(|(name, _)| ***name == step.to);
        let is_done = |step: &&Step| result_of(step).is_some_and(|(_, result)| result.is_ok());
        let done: Vec<Step> = plan.steps.iter().filter(is_done).cloned().collect();
        if gover_install::shims::is_stale(&context.layout, &shims::program(context)) {
            shims::refresh(context)?;
        }
        for step in &done {
            context.printer.note(&self.line(step));
        }
        if !done.is_empty() {
            self.name_database();
        }
        let change = self.move_default(&done)?;
        self.move_pin(&done)?;
        let kept = self.kept(&done);
        let superseded = self.superseded()?;
        let pruned = self.offer(&superseded)?;
        if arguments.json {
            let error = |step| result_of(step).and_then(|(_, result)| result.as_ref().err());
            let facts = |step| StepFacts::of(step, is_done(&step), error(step), &self.database);
            let kept = kept.iter().map(|Kept { name, uses }| KeptFacts::of(name, uses)).collect();
            let steps = plan.steps.iter().map(facts).collect();
            let tools = tools::older(context)?;
            context.printer.json(&Updates::of(false, steps, change, Rest { kept, pruned, tools: &tools }))?;
        }
        tools::mention(done.iter().map(|step| &step.to), context);
        if !done.is_empty() && !arguments.json {
            tools::offer(context)?;
        }
        match results.into_iter().find_map(Result::err) {
            Some(failure) if wants.len() > 1 => Err(Failure::Silent(failure.exit())),
            Some(failure) => Err(failure),
            None => Ok(()),
        }
    }

    /// `go1.22.5 -> go1.22.12, fixes 21 known vulnerabilities (43 remain)`
    fn line(&self, step: &Step) -> String {
        let Step { from, to } = step;
        let (fixed, rest) = facts::fixed(step, &self.database);
        let what = match fixed.len() {
            0 => String::new(),
            count => format!(", fixes {}", vulnerabilities::counted(count)),
        };
        let remain = match rest {
            0 => String::new(),
            count => format!(" ({count} remain)"),
        };
        format!("{from} -> {to}{what}{remain}")
    }

    fn name_database(&self) {
        self.context.printer.detail(&format!("  vulnerabilities: {}", self.database.basis()));
    }

    fn move_default(&self, done: &[Step]) -> Result<Option<DefaultChange>, Failure> {
        let context = self.context;
        if default_after(done, context)?.is_none() {
            return Ok(None);
        }
        let lock = default::lock(context)?;
        // Another process may have chosen since.
        let Some((before, now)) = default_after(done, context)? else { return Ok(None) };
        default::write(&now, context, &lock)?;
        let (name, undo) = (requests::name_or_request(&now), pasted(before.as_str()));
        context.printer.note(&format!("default is now {name} (`gover default {undo}` undoes this)"));
        effect::report(&now, context);
        Ok(Some(DefaultChange::of(&before, &now)))
    }

    fn move_pin(&self, done: &[Step]) -> Result<(), Failure> {
        let context = self.context;
        let Some((path, before, now)) = pin_after(done, context) else { return Ok(()) };
        pin::replace(&path, before.line, &now)?;
        context.printer.note(&format!(
            "{} now says {now} instead of {}",
            context.short(&path),
            before.request
        ));
        Ok(())
    }

    /// Says which toolchains stay because something still uses them.
    fn kept(&self, done: &[Step]) -> Vec<Kept> {
        let context = self.context;
        let kept = done.iter().filter_map(|step| {
            let uses = uses::in_words(&uses::of(&step.from, context));
            (!uses.is_empty()).then(|| Kept { name: step.from.clone(), uses })
        });
        let kept: Vec<Kept> = kept.collect();
        for Kept { name, uses } in &kept {
            context.printer.note(&format!("{name} stays: {uses}"));
        }
        kept
    }

    /// Toolchains of these minor versions that `gover prune` would remove.
    fn superseded(&self) -> Result<Vec<Superseded>, Failure> {
        let all = prune::superseded_sized(&[], self.context)?;
        Ok(all.into_iter().filter(|one| self.plan.covers(one.name.version())).collect())
    }

    /// Removes superseded toolchains, or says how to.
    fn offer(&self, superseded: &[Superseded]) -> Result<Vec<prune::PrunedFacts>, Failure> {
        let Self { arguments, context, .. } = self;
        if superseded.is_empty() {
            return Ok(Vec::new());
        }
        if arguments.prune {
            return prune::remove_superseded(superseded, arguments.yes, context);
        }
        let names: Vec<String> = superseded.iter().map(|one| one.name.to_string()).collect();
        let bytes = superseded.iter().map(|one| one.bytes).sum();
        let verb = if names.len() == 1 { "is" } else { "are" };
        context.printer.note(&format!("{} {verb} superseded, {}", names.join(", "), mebibytes(bytes)));
        context.printer.hint("gover prune");
        Ok(Vec::new())
    }
}
