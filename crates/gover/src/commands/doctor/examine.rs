//! Runs checks, and keeps what became of each.

use gover_core::resolve::Trace;
use gover_doctor::live::{self, RealDisk, RealPrograms, RealRegistry};
use gover_doctor::snapshot::{Facts, SetBy};
use gover_doctor::survey::Survey;
use gover_doctor::{Check, CheckResult, Finding, Language, Severity, Snapshot, Words, checks, merged, text};
use gover_shell::ShellKind;
use gover_sys::process;

use super::network::Answers;
use super::{fix, manager};
use crate::Context;
use crate::output::{Busy, Verbosity};
use crate::settings::SettingOrigin;

/// Which checks to run, and which to leave out although they exist.
pub(super) struct Chosen {
    pub(super) run: Vec<&'static Check>,
    pub(super) skipped: Vec<&'static Check>,
    /// Whether to find out what else a report says about the machine.
    pub(super) needs_survey: bool,
    /// Whether the user named the checks to run.
    pub(super) are_named: bool,
    pub(super) language: Language,
}

/// What the checks say about this machine.
pub(super) struct Examination {
    /// The worst first.
    pub(super) findings: Vec<Finding>,
    /// In the order of the list of checks.
    pub(super) results: Vec<(&'static Check, CheckResult)>,
    /// What the machine has, for a report.
    pub(super) survey: Option<Survey>,
    pub(super) language: Language,
}

impl Examination {
    /// How many checks examined something.
    pub(super) fn examined(&self) -> usize {
        self.results.iter().filter(|(_, result)| result.reason().is_none()).count()
    }

    /// How many checks could not ask what they need.
    pub(super) fn not_run(&self) -> usize {
        self.results.iter().filter(|(_, result)| matches!(result, CheckResult::NotRun(_))).count()
    }

    pub(super) fn has(&self, least: Severity) -> bool {
        self.findings.iter().any(|finding| finding.severity >= least)
    }
}

/// `changes` were made before. JSON has whole paths.
pub(super) fn examine(
    chosen: &Chosen,
    answers: &mut Answers,
    changes: usize,
    is_json: bool,
    context: &Context<'_>,
) -> Examination {
    let programs = RealPrograms::default();
    let language = chosen.language;
    let say = |words: Words<&'static str>| (*words.of(language)).to_owned();
    let interrupted = text!(en "interrupted; {made}", zh "已中断；{made}", made = fix::made(changes));
    let busy = Busy::new(context.printer, move || vec![interrupted.of(language).clone()]);
    let mut facts = facts(is_json, context);
    let asks_network = chosen.run.iter().any(|check| checks::asks_network(check));
    if asks_network && !context.settings.offline.value {
        busy.step(say(text!(en "contacting servers", zh "正在连接服务器")));
        let is_wanted = chosen.run.iter().any(|check| check.name == OF_MODULES);
        let modules = if is_wanted {
            checks::modules_to_ask(&Snapshot::gather(facts.clone(), &RealDisk, &RealRegistry, &programs))
        } else {
            Vec::new()
        };
        // Settings without a usable source are reported by the commands that need one.
        facts.network = answers.facts(modules, context).ok();
    }
    busy.step(say(text!(en "examining this machine", zh "正在检查本机")));
    facts.is_thorough = chosen.are_named || context.printer.verbosity == Verbosity::Verbose;
    add_knowledge(&mut facts, chosen, context);
    let snapshot = Snapshot::gather(facts, &RealDisk, &RealRegistry, &programs);
    let mut findings: Vec<Finding> = Vec::new();
    let mut results = Vec::new();
    for (index, check) in chosen.run.iter().enumerate() {
        let step = text!(
            en "check {number} of {count}: {name}",
            zh "第 {number} 项检查，共 {count} 项：{name}",
            number = index + 1, count = chosen.run.len(), name = check.name,
        );
        busy.step(step.of(language).clone());
        let found = check.examine(&snapshot);
        results.push((*check, check.result(&snapshot, !found.is_empty())));
        findings.extend(found);
    }
    let left_out = CheckResult::NotRun(text!(en "left out by --skip", zh "被 --skip 排除"));
    results.extend(chosen.skipped.iter().map(|check| (*check, left_out)));
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    if chosen.needs_survey {
        busy.step(say(text!(en "listing each `go` and each setting", zh "正在列出每个 `go` 和每项设置")));
    }
    let survey = chosen.needs_survey.then(|| Survey::of(&snapshot));
    Examination { findings: merged(findings), results, survey, language }
}

/// What is known without a look at files or servers. JSON has whole paths.
pub(in crate::commands) fn facts(is_json: bool, context: &Context<'_>) -> Facts {
    let offline = &context.settings.offline;
    let is_always_offline = offline.value && !matches!(offline.origin, SettingOrigin::Option(_));
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
    facts
}

/// What the manager knows, if a check needs it.
fn add_knowledge(facts: &mut Facts, chosen: &Chosen, context: &Context<'_>) {
    let is_chosen = |names: &[&str]| chosen.run.iter().any(|check| names.contains(&check.name));
    if is_chosen(OF_RELEASES) {
        facts.releases = manager::releases(context);
    }
    if is_chosen(OF_VULNERABILITIES) {
        facts.vulnerable = manager::vulnerable(facts.selection.version.as_ref(), context);
    }
    if is_chosen(OF_STORE) {
        facts.store = manager::store(context, &facts.system);
    }
    if is_chosen(OF_PROCESSES) {
        facts.processes = live::processes(&facts.system);
    }
}

const OF_RELEASES: &[&str] = &["clock", "pin-unavailable", "go-eol", "go-vulnerable"];

const OF_VULNERABILITIES: &[&str] = &["go-eol", "go-vulnerable"];

const OF_STORE: &[&str] = &["store"];

/// The check about the hosts of modules.
const OF_MODULES: &str = "private-hosts";

const OF_PROCESSES: &[&str] = &["editor-running"];
