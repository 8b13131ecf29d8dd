//! `gover matrix`: runs a command with several toolchains.

mod junit;
mod report;
mod run;
mod wanted;

use std::path::PathBuf;
use std::time::Duration;

use gover_core::ToolchainName;
use gover_sys::exec::Ending;

use self::run::Plan;
use crate::cli::MatrixArgs;
use crate::store::legs::{self, Forbidden, Leg};
use crate::store::temporary::Temporary;
use crate::{Context, Failure};

pub(in crate::commands) use self::report::MatrixFacts;

/// A toolchain, and how the command ended with it.
struct LegResult {
    name: ToolchainName,
    outcome: Outcome,
    took: Option<Duration>,
    /// The file with what it printed, if that was kept.
    output: Option<PathBuf>,
}

enum Outcome {
    Passed,
    Failed(Ending),
    NotInstalled,
    Skipped(Forbidden),
    /// It was ended, or not started.
    NotRun,
}

impl LegResult {
    fn new(name: ToolchainName, forbidden: Option<Forbidden>) -> Self {
        let outcome = forbidden.map_or(Outcome::NotRun, Outcome::Skipped);
        Self { name, outcome, took: None, output: None }
    }

    fn is_failed(&self) -> bool {
        matches!(self.outcome, Outcome::Failed(_) | Outcome::NotInstalled)
    }
}

pub(super) fn run(arguments: &MatrixArgs, context: &Context<'_>) -> Result<(), Failure> {
    let words = &arguments.command;
    let junit = arguments.junit.as_deref().map(|path| junit::place(path, context)).transpose()?;
    let names = wanted::names(&arguments.requests, context)?;
    let mut results: Vec<LegResult> = names
        .into_iter()
        .map(|name| {
            let forbidden = legs::forbidden(&name, words, context);
            LegResult::new(name, forbidden)
        })
        .collect();
    let legs = ready(&mut results, words, context)?;
    // A report has what each printed, so that is kept too.
    let kept = (arguments.jobs > 1 || junit.is_some())
        .then(|| Temporary::new("gover-matrix", context))
        .transpose()?;
    let children = legs::children()?;
    let plan = Plan { legs: &legs, arguments, kept: kept.as_ref().map(Temporary::path), context };
    let ran = plan.run(&children, &mut results);
    if children.is_interrupted() {
        report::interrupted(&results, arguments, context);
        drop(kept);
        children.pass_on_interruption();
    }
    drop(children);
    ran?;
    report::show(&results, arguments, context)?;
    if let Some(path) = junit {
        junit::write(&path, &results, words)?;
    }
    report::judge(&results, arguments, context)
}

/// Installs what is missing. The command must exist before it runs with the first toolchain.
fn ready(
    results: &mut [LegResult],
    words: &[std::ffi::OsString],
    context: &Context<'_>,
) -> Result<Vec<Leg>, Failure> {
    let can_run = |result: &&LegResult| matches!(result.outcome, Outcome::NotRun);
    let names: Vec<ToolchainName> =
        results.iter().filter(can_run).map(|result| result.name.clone()).collect();
    let (_, failed) = legs::provide(&names, context)?;
    for result in results.iter_mut().filter(|result| failed.contains(&result.name)) {
        result.outcome = Outcome::NotInstalled;
    }
    let installed = names.iter().filter(|name| !failed.contains(name));
    installed.map(|name| Leg::new(name, words, context)).collect()
}
