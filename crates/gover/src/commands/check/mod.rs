//! `gover check`: whether `go` in this shell is what gover selects, or what a script expects.

mod ask;
pub(super) mod rows;

use gover_core::Request;
use gover_core::text::shown;

use self::rows::Status;
use crate::cli::CheckArgs;
use crate::output::{Style, Table, facts};
use crate::store::requests;
use crate::{Context, Failure};

pub(super) fn run(arguments: &CheckArgs, context: &Context<'_>) -> Result<(), Failure> {
    let request = arguments.request.as_deref().map(|text| requests::parse(text, context)).transpose()?;
    let statuses = rows::all(request.as_ref(), context)?;
    let is_wrong = statuses.iter().any(|status| status.is_ok() != Some(true));
    if arguments.json {
        context.printer.json(&Checked::of(&statuses, request.as_ref()))?;
        return Failure::silent_if(is_wrong);
    }
    let mut table = Table::default();
    for status in &statuses {
        let result = match (&status.problem, status.is_ok()) {
            (Some(problem), _) => context.printer.out(Style::Error, &shown(problem)),
            (None, Some(true)) => context.printer.out(Style::Version, "ok"),
            (None, _) => "not checked".to_owned(),
        };
        table.row([status.label.into(), shown(&status.text).into(), result.into()]);
    }
    context.printer.table(&table)?;
    // What comes later often follows from the first problem.
    if let Some(hint) = statuses.iter().find_map(|status| status.hint.as_ref()) {
        context.printer.hint(hint);
    }
    Failure::silent_if(is_wrong)
}

facts! {
    Checked(statuses: &[Status], request: Option<&Request>) {
        ok: bool = statuses.iter().all(|status| status.is_ok() == Some(true))
            => "whether `ok` is true in all `checks`",
        request: Option<String> = request.map(ToString::to_string) => "the request as typed",
        checks: Vec<CheckFacts> = statuses.iter().map(CheckFacts::of).collect() => "what was checked, in the order of the output",
    }

    CheckFacts(status: &Status) {
        name: &'static str = status.name => "`path`, `version`, `goroot`, `compiler` or `gobin`",
        value: Option<String> = status.value.clone()
            => "the first `go` on PATH, what it says its version, GOROOT and compiler are, and where `go install` \
                puts programs; null if it is not known",
        ok: Option<bool> = status.is_ok() => "null if it could not be checked",
        problem: Option<String> = status.problem.clone() => "what is wrong",
        hint: Option<String> = status.hint.clone() => "what to do about it",
    }
}
