mod fix;
mod manager;
mod network;
mod show;

use gover_core::resolve::Trace;
use gover_core::text::shown;
use gover_doctor::live::{self, RealDisk, RealPrograms, RealRegistry};
use gover_doctor::repair::{Journal, LOCK};
use gover_doctor::snapshot::SetBy;
use gover_doctor::{Check, Finding, Severity, Snapshot, checks, merged};
use gover_shell::ShellKind;
use gover_sys::process;

use self::network::Answers;
pub(super) use self::show::{Diagnosis, Restored};
use crate::cli::{self, DoctorArgs};
use crate::output::Busy;
use crate::settings::SettingOrigin;
use crate::store::lock;
use crate::{Context, Failure};

pub(super) fn run(arguments: &DoctorArgs, context: &Context<'_>) -> Result<(), Failure> {
    if arguments.undo {
        return undo(arguments.json, context);
    }
    let checks = chosen(&arguments.checks, context)?;
    if arguments.fix {
        return fix::run(&checks, arguments, context);
    }
    let (findings, run) = examine(&checks, &mut Answers::default(), 0, arguments.json, context);
    let is_faulty = has_fault(&findings);
    if arguments.json {
        context.printer.json(&Diagnosis::of(findings, run, Vec::new()))?;
    } else {
        show::people(&findings, run, context)?;
    }
    Failure::silent_if(is_faulty)
}

/// The findings, worst first, and the number of checks that ran. `changes` were made before.
fn examine(
    checks: &[&'static Check],
    answers: &mut Answers,
    changes: usize,
    is_json: bool,
    context: &Context<'_>,
) -> (Vec<Finding>, usize) {
    let offline = context.settings.offline.value;
    let asks_network = checks.iter().any(|check| checks::asks_network(check)) && !offline;
    let is_chosen = |names: &[&str]| checks.iter().any(|check| names.contains(&check.name));
    let is_always_offline = offline && !matches!(context.settings.offline.origin, SettingOrigin::Option(_));
    let programs = RealPrograms::default();
    let selection = context.selection(&mut Trace::off());
    let ancestors = process::ancestors().filter_map(process::name);
    let mut facts = live::facts(context.env, &context.layout, &context.machine, &selection, !is_json);
    facts.shell = ShellKind::detect(context.env, ancestors);
    facts.gover.installs_missing = context.settings.auto_install.value && !is_always_offline;
    facts.gover.sources_set_by = match context.settings.sources.origin {
        SettingOrigin::Builtin => SetBy::Nothing,
        SettingOrigin::Option(_) | SettingOrigin::Environment(_) => SetBy::Variable,
        SettingOrigin::File => SetBy::File,
        SettingOrigin::Machine(_) => SetBy::Policy,
    };
    let busy = Busy::new(context.printer, move || vec![format!("interrupted; {}", fix::made(changes))]);
    if asks_network {
        busy.step("contacting servers".to_owned());
        // Settings without a usable source are reported by the commands that need one.
        facts.network = answers.facts(context).ok();
    }
    busy.step("examining this machine".to_owned());
    if is_chosen(OF_RELEASES) {
        facts.releases = manager::releases(context);
    }
    if is_chosen(OF_VULNERABILITIES) {
        facts.vulnerable = manager::vulnerable(facts.selection.version.as_ref(), context);
    }
    if is_chosen(OF_STORE) {
        facts.store = manager::store(context, &facts.system);
    }
    let snapshot = Snapshot::gather(facts, &RealDisk, &RealRegistry, &programs);
    let mut findings: Vec<Finding> = Vec::new();
    for (index, check) in checks.iter().enumerate() {
        busy.step(format!("check {} of {}: {}", index + 1, checks.len(), check.name));
        findings.extend(check.examine(&snapshot));
    }
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    (merged(findings), checks.len())
}

const OF_RELEASES: &[&str] = &["clock", "pin-unavailable", "go-eol", "go-vulnerable"];

const OF_VULNERABILITIES: &[&str] = &["go-eol", "go-vulnerable"];

const OF_STORE: &[&str] = &["store"];

/// The checks with those names, or all checks.
fn chosen(names: &[String], context: &Context<'_>) -> Result<Vec<&'static Check>, Failure> {
    if names.is_empty() {
        return Ok(checks::all().collect());
    }
    let check = |name: &String| {
        checks::by_name(name).ok_or_else(|| {
            let known = checks::all().map(|check| check.name);
            let meant = cli::meant(context.env.arguments(), name, known);
            Failure::unknown(
                format!("`{}` is not a check", shown(name)),
                meant,
                "`gover doctor` runs every check",
            )
        })
    };
    names.iter().map(check).collect()
}

fn undo(is_json: bool, context: &Context<'_>) -> Result<(), Failure> {
    let lock = lock::acquire(LOCK, context)?;
    let undone = Journal::undo(&context.layout, &lock)?;
    let mut failed = false;
    let mut restored = Vec::new();
    let changes_environment = undone.iter().any(|one| one.problem.is_none() && one.place.starts_with("HKCU"));
    for one in undone {
        match one.problem {
            // A file that was changed several times is restored as often, but named once.
            None if restored.contains(&one.place) => {}
            None => {
                context.printer.note(&format!("restored {}", context.short(one.place.as_ref())));
                restored.push(one.place);
            }
            Some(problem) => {
                context.printer.failure(&problem.into());
                failed = true;
            }
        }
    }
    if changes_environment {
        fix::announce(context);
    }
    if is_json {
        context.printer.json(&Restored::of(restored))?;
    }
    Failure::silent_if(failed)
}

fn has_fault(findings: &[Finding]) -> bool {
    findings.iter().any(|finding| finding.severity > Severity::Note)
}
