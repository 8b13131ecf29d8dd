use std::collections::BTreeSet;

use gover_doctor::repair::{self, Journal, LOCK, diff};
use gover_doctor::{Change, Check, Finding};
use gover_sys::user_path;

use super::network::Answers;
use super::{examine, has_fault, show};
use crate::store::lock;
use crate::{Context, Failure};

/// Repairs in rounds until nothing is left to change: a change can make or solve another problem.
pub(super) fn run(checks: &[&'static Check], yes: bool, context: &Context<'_>) -> Result<(), Failure> {
    let lock = lock::acquire(LOCK, context)?;
    let mut journal = Journal::new(&context.layout);
    let mut refused: BTreeSet<String> = BTreeSet::new();
    let (mut failed, mut changes_environment) = (false, false);
    let mut answers = Answers::default();
    let mut rounds = 0;
    loop {
        rounds += 1;
        let (findings, run) = examine(checks, &mut answers, false, context);
        let mut touched: BTreeSet<String> = BTreeSet::new();
        for finding in &findings {
            let changes: Vec<&Change> = finding.fix.changes.iter().collect();
            let places: Vec<String> = changes.iter().map(|change| change.place()).collect();
            let id = format!("{} {}", finding.check, places.join(" "));
            if changes.is_empty()
                || refused.contains(&id)
                || places.iter().any(|place| touched.contains(place))
            {
                continue;
            }
            present(finding, &changes, context);
            if !yes && !context.printer.confirm("change this?", "--yes")? {
                refused.insert(id);
                continue;
            }
            for change in changes {
                if let Err(problem) = repair::apply(change, &mut journal, &lock) {
                    context.printer.failure(&problem.into());
                    failed = true;
                    refused.insert(id.clone());
                } else {
                    changes_environment |= matches!(change, Change::Registry { .. });
                }
            }
            touched.extend(places);
        }
        if touched.is_empty() || rounds == MAX_ROUNDS {
            finish(&findings, run, &journal, context)?;
            if changes_environment {
                announce(context);
            }
            return Failure::silent_if(failed || has_fault(&findings));
        }
    }
}

fn present(finding: &Finding, changes: &[&Change], context: &Context<'_>) {
    context.printer.note(&format!("{}  [{}]", finding.what, finding.check));
    for change in changes {
        context.printer.note(&format!("  {}", context.short(change.place().as_ref())));
        for line in diff(change) {
            context.printer.excerpt(&format!("    {line}"));
        }
    }
}

/// Lets programs know that the registry has other environment variables.
pub(super) fn announce(context: &Context<'_>) {
    match user_path::announce() {
        Ok(()) => context.printer.note("new windows have the new variables"),
        Err(why) => {
            context.printer.warning(&format!("Windows did not notify other programs of the change: {why}"));
            context.printer.note("windows opened after you sign in again have the new variables");
        }
    }
}

/// Prints what is left to do by hand, and how to undo the rest.
fn finish(findings: &[Finding], run: usize, journal: &Journal, context: &Context<'_>) -> Result<(), Failure> {
    show::people(findings, run, context)?;
    context.printer.note(&match journal.changes() {
        0 => "nothing was changed".to_owned(),
        1 => "1 change made (`gover doctor --undo` undoes it)".to_owned(),
        count => format!("{count} changes made (`gover doctor --undo` undoes all of them)"),
    });
    Ok(())
}

/// More than there are lines to change one by one; another round would not help.
const MAX_ROUNDS: usize = 100;
