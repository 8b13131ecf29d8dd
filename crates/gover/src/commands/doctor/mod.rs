mod baseline;
mod examine;
mod fix;
mod formats;
mod manager;
mod network;
mod report;
mod show;

use gover_core::text::shown;
use gover_doctor::redaction::Redaction;
use gover_doctor::repair::{Journal, LOCK, Outcome, Undone};
use gover_doctor::{Check, Language, checks, text};

use self::baseline::Baseline;
pub(super) use self::examine::facts;
use self::examine::{Chosen, Examination, examine};
use self::network::Answers;
pub(super) use self::report::Report;
pub(super) use self::show::{CheckRow, Diagnosis, Restored};
use crate::cli::{self, DoctorArgs, DoctorFormat};
use crate::store::lock;
use crate::{Context, Failure, language};

pub(super) fn run(arguments: &DoctorArgs, context: &Context<'_>) -> Result<(), Failure> {
    if arguments.undo {
        return undo(arguments.is_json(), language::chosen(arguments.lang, context.env)?, context);
    }
    let mut chosen = chosen(arguments, context)?;
    if arguments.list {
        return show::list(&chosen, arguments.is_json(), context);
    }
    if arguments.fix {
        return fix::run(&chosen, arguments, context);
    }
    let baseline = arguments.baseline.as_deref().map(|path| Baseline::read(path, context)).transpose()?;
    chosen.needs_survey |= baseline.as_ref().is_some_and(Baseline::is_report);
    if let Some(file) = &arguments.report {
        return report::run(file, (chosen, baseline), arguments, context);
    }
    let is_for_people = arguments.format() == DoctorFormat::Text;
    // Texts with short paths would differ from those that `--json` printed.
    let is_whole = !is_for_people || baseline.is_some();
    let mut examination = examine(&chosen, &mut Answers::default(), 0, is_whole, context);
    let redaction = examination.survey.take().map(|survey| Redaction::new(survey.identity, false));
    let known =
        baseline.map_or(0, |baseline| baseline.take_from(&mut examination.findings, redaction.as_ref()));
    print(&examination, arguments, context)?;
    if known > 0 {
        let words = show::known(known, arguments.baseline.as_deref(), context);
        context.printer.note(words.of(examination.language));
    }
    Failure::silent_if(examination.has(arguments.fails_on()))
}

fn print(examination: &Examination, arguments: &DoctorArgs, context: &Context<'_>) -> Result<(), Failure> {
    let printer = context.printer;
    match arguments.format() {
        DoctorFormat::Text => show::people(examination, context),
        DoctorFormat::Json => printer.json(&Diagnosis::of(examination, Vec::new())),
        DoctorFormat::Sarif => printer.json(&formats::log(examination, context)),
        DoctorFormat::Github => {
            let lines = formats::commands(examination, context);
            lines.iter().try_for_each(|line| printer.exact(line))?;
            printer.note(&show::sum(examination));
            Ok(())
        }
    }
}

/// The checks with those names, or all checks, without those that are to be left out.
fn chosen(arguments: &DoctorArgs, context: &Context<'_>) -> Result<Chosen, Failure> {
    let check = |name: &String| {
        checks::by_name(name).ok_or_else(|| {
            let known = checks::all().map(|check| check.name);
            let meant = cli::meant(context.env.arguments(), name, known);
            Failure::unknown(
                format!("`{}` is not a check", shown(name)),
                meant,
                "`gover doctor --list` names every check",
            )
        })
    };
    let named: Vec<&'static Check> = arguments.checks.iter().map(check).collect::<Result<_, _>>()?;
    let skip: Vec<&'static Check> = arguments.skip.iter().map(check).collect::<Result<_, _>>()?;
    let are_named = !named.is_empty();
    let wanted = if named.is_empty() { checks::all().collect() } else { named };
    let (skipped, run) = wanted.into_iter().partition(|one| skip.iter().any(|other| other.name == one.name));
    let language = language::chosen(arguments.lang, context.env)?;
    Ok(Chosen { run, skipped, needs_survey: arguments.report.is_some(), are_named, language })
}

fn undo(is_json: bool, language: Language, context: &Context<'_>) -> Result<(), Failure> {
    let lock = lock::acquire(LOCK, context)?;
    restored(Journal::undo(&context.layout, &lock)?, is_json, language, context)
}

/// Says what is as it was, and what is not.
pub(super) fn restored(
    undone: Vec<Undone>,
    is_json: bool,
    language: Language,
    context: &Context<'_>,
) -> Result<(), Failure> {
    let mut failed = false;
    let mut restored = Vec::new();
    let mut gone = Vec::new();
    let is_restored = |one: &Undone| matches!(one.outcome, Outcome::Restored);
    let changes_environment = undone.iter().any(|one| is_restored(one) && one.place.starts_with("HKCU"));
    for Undone { place, outcome } in undone {
        let name = context.short(place.as_ref());
        match outcome {
            // A file that was changed several times is restored as often, but named once.
            Outcome::Restored if restored.contains(&place) => {}
            Outcome::Gone if gone.contains(&place) => {}
            Outcome::Restored => {
                let line = text!(en "restored {name}", zh "已恢复 {name}", name = name);
                context.printer.note(line.of(language));
                restored.push(place);
            }
            Outcome::Gone => {
                let line = text!(
                    en "{name} was deleted since then, so it is not restored",
                    zh "{name} 此后已被删除，因此不恢复",
                    name = name
                );
                context.printer.note(line.of(language));
                gone.push(place);
            }
            Outcome::Left => {
                let line = text!(en "{name} was left as it is", zh "{name} 保持不变", name = name);
                context.printer.note(line.of(language));
            }
            Outcome::Failed(problem) => {
                context.printer.failure(&problem.into());
                failed = true;
            }
        }
    }
    if changes_environment {
        fix::announce(language, context);
    }
    if is_json {
        context.printer.json(&Restored::of(restored))?;
    }
    Failure::silent_if(failed)
}
