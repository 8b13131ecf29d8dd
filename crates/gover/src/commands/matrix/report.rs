//! What is printed at the end: the table, or JSON, and the error.

use gover_core::display::pasted;
use gover_core::{Exit, Request};

use super::{LegResult, Outcome};
use crate::cli::MatrixArgs;
use crate::failure::Report;
use crate::output::{Style, Table, facts};
use crate::store::legs;
use crate::{Context, Failure};

pub(super) fn show(
    results: &[LegResult],
    arguments: &MatrixArgs,
    context: &Context<'_>,
) -> Result<(), Failure> {
    if arguments.json {
        return context.printer.json(&MatrixFacts::of(results, arguments));
    }
    let mut table = Table::default();
    for result in results {
        let time = result.took.map(|took| format!("{:.1}s", took.as_secs_f64())).unwrap_or_default();
        let text = words(&result.outcome, |forbidden| &forbidden.shown);
        let text = context.printer.out(style(&result.outcome), &text);
        table.row([result.name.as_str().into(), time.into(), text.into()]);
    }
    context.printer.table(&table)
}

/// After Ctrl-C: what is known so far.
pub(super) fn interrupted(results: &[LegResult], arguments: &MatrixArgs, context: &Context<'_>) {
    context.printer.note("interrupted; every command was ended");
    if !arguments.json {
        // This process ends anyway.
        drop(show(results, arguments, context));
    }
}

/// The error with which the command ends, if there is one.
pub(super) fn judge(
    results: &[LegResult],
    arguments: &MatrixArgs,
    context: &Context<'_>,
) -> Result<(), Failure> {
    let line = legs::line(&arguments.command);
    let failed: Vec<&LegResult> =
        results.iter().filter(|result| matches!(result.outcome, Outcome::Failed(_))).collect();
    let missing: Vec<&LegResult> =
        results.iter().filter(|result| matches!(result.outcome, Outcome::NotInstalled)).collect();
    if let Some(first) = failed.first() {
        let request = pasted(&Request::typed(first.name.as_str()));
        let what = format!("`{line}` failed with {}", names(&failed));
        return Err(Failure::new(what, format!("gover exec {request} -- {line}")));
    }
    if !missing.is_empty() {
        // Why, and what to do, was said when its install failed.
        let what = format!("`{line}` did not run with {}, which could not be installed", names(&missing));
        return Err(Report::new(what, Vec::new(), Exit::Failure).into());
    }
    let is_skipped = |result: &LegResult| matches!(result.outcome, Outcome::Skipped(_));
    if results.iter().all(is_skipped)
        && let Some((version, _)) =
            results.last().and_then(|last| context.forbidden_by(&last.name, &arguments.command))
    {
        let what = format!("every version was skipped, so `{line}` did not run");
        return Err(Failure::new(what, format!("gover matrix {version} -- {line}")));
    }
    Ok(())
}

fn names(results: &[&LegResult]) -> String {
    let names: Vec<&str> = results.iter().map(|result| result.name.as_str()).collect();
    match names.split_last() {
        Some((last, before)) if !before.is_empty() => format!("{} and {last}", before.join(", ")),
        _ => names.concat(),
    }
}

/// How a run ended, in words.
pub(super) fn words(outcome: &Outcome, reason: impl Fn(&legs::Forbidden) -> &str) -> String {
    match outcome {
        Outcome::Passed => "ok".to_owned(),
        Outcome::Failed(ending) => format!("failed with {}", legs::ending(*ending)),
        Outcome::NotInstalled => "could not be installed".to_owned(),
        Outcome::Skipped(forbidden) => format!("skipped: {}", reason(forbidden)),
        Outcome::NotRun => "did not finish".to_owned(),
    }
}

fn style(outcome: &Outcome) -> Style {
    match outcome {
        Outcome::Passed => Style::Version,
        Outcome::Failed(_) | Outcome::NotInstalled => Style::Error,
        Outcome::Skipped(_) | Outcome::NotRun => Style::Hint,
    }
}

fn has_passed(results: &[LegResult]) -> bool {
    results.iter().any(|result| matches!(result.outcome, Outcome::Passed))
        && !results.iter().any(LegResult::is_failed)
}

facts! {
    MatrixFacts(results: &[LegResult], arguments: &MatrixArgs) {
        passed: bool = has_passed(results) => "whether the command ran with at least one version and failed with none",
        command: Vec<String> = arguments.command.iter().map(|word| word.to_string_lossy().into_owned()).collect()
            => "the command and its arguments",
        versions: Vec<LegFacts> = results.iter().map(LegFacts::of).collect() => "the toolchains, oldest first",
    }

    LegFacts(result: &LegResult) {
        version: String = result.name.to_string() => "its name",
        result: &'static str = kind(&result.outcome)
            => "`passed`, `failed`, `skipped`, `not-installed` (its install failed) or `not-run` (another one failed, \
                with `--fail-fast`)",
        exit_code: Option<u64> = code(&result.outcome)
            => "the exit code of the command, or 128 and the number of the signal that ended it; null if it did not end",
        milliseconds: Option<u64> = result.took.and_then(|took| u64::try_from(took.as_millis()).ok())
            => "how long it ran; null if it did not end",
        reason: Option<String> = reason(&result.outcome) => "why it was skipped, or null",
    }
}

fn kind(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Passed => "passed",
        Outcome::Failed(_) => "failed",
        Outcome::NotInstalled => "not-installed",
        Outcome::Skipped(_) => "skipped",
        Outcome::NotRun => "not-run",
    }
}

fn code(outcome: &Outcome) -> Option<u64> {
    match outcome {
        Outcome::Passed => Some(0),
        // Windows has codes of 32 bits.
        Outcome::Failed(ending) => Some(u64::from(ending.code.cast_unsigned())),
        _ => None,
    }
}

fn reason(outcome: &Outcome) -> Option<String> {
    match outcome {
        Outcome::Skipped(forbidden) => Some(forbidden.exact.clone()),
        _ => None,
    }
}
