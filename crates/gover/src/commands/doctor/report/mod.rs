//! `gover doctor --report`: a document to hand on. One model, [`Report`], in three forms.

mod file;
mod gather;
mod html;
mod markdown;
mod tables;
mod words;

use std::path::Path;

use gover_doctor::redaction::{Redacted, Redaction};
use gover_doctor::survey::GoOnPath;
use gover_doctor::{Check, CheckResult, Finding, GROUPS, Severity, Words, causes, text};
use serde_json::json;

use self::file::{Form, Target};
use self::gather::{Facts, Installed, SettingRow, Tool};
use super::baseline::Baseline;
use super::examine::{Chosen, Examination, examine};
use super::network::Answers;
use super::show;
use crate::cli::DoctorArgs;
use crate::output::{escaped, facts};
use crate::{Context, Failure};

pub(super) fn run(
    file: &Path,
    (chosen, baseline): (Chosen, Option<Baseline>),
    arguments: &DoctorArgs,
    context: &Context<'_>,
) -> Result<(), Failure> {
    let target = Target::of(file, context)?;
    let mut examination = examine(&chosen, &mut Answers::default(), 0, true, context);
    let Some(survey) = examination.survey.take() else { return Ok(()) };
    let whole = Redaction::new(survey.identity.clone(), false);
    let language = examination.language;
    let facts = Facts::gather(survey, (arguments.anonymous, language), context)?;
    let report = Report::of(&examination, &facts);
    let text = match target.form {
        Form::Markdown => markdown::page(&report, language),
        Form::Json => text_of_json(&report),
        Form::Html => html::page(&report, language),
    };
    target.write(&text, context)?;
    if let Some(path) = &target.path {
        let (path, sum) = (context.short(path), show::sum(&examination));
        let line = text!(en "wrote {path}: {sum}", zh "已写入 {path}：{sum}", path = path, sum = sum);
        context.printer.note(line.of(language));
    }
    // The report has every problem; only the new ones decide the exit code.
    let known = baseline.map_or(0, |baseline| baseline.take_from(&mut examination.findings, Some(&whole)));
    if known > 0 {
        let words = show::known(known, arguments.baseline.as_deref(), context);
        context.printer.note(words.of(language));
    }
    Failure::silent_if(examination.has(arguments.fails_on()))
}

/// With line breaks, for people who look into it.
fn text_of_json(report: &Report) -> String {
    // Plain data with text keys can always be serialized.
    let text = serde_json::to_string_pretty(report).unwrap_or_else(|_| json!({}).to_string());
    text.lines().map(|line| escaped(line) + "\n").collect()
}

/// By which a report is recognized.
const KIND: &str = "gover doctor report";

facts! {
    Report(examination: &Examination, facts: &Facts) {
        kind: &'static str = KIND => "`gover doctor report`",
        schema: u64 = 1 => "the version of this form; keys may be added without a new one",
        made: String = facts.made.clone() => "when the report was made, in UTC (RFC 3339)",
        gover: &'static str = env!("CARGO_PKG_VERSION") => "the version of gover that made it",
        anonymous: bool = facts.redaction.is_anonymous() => "whether it was made with `--anonymous`",
        summary: Summary = Summary::of(examination) => "how many there are of each kind",
        machine: MachineFacts = MachineFacts::of(facts) => "the system",
        go: SelectedGo = SelectedGo::of(facts) => "what `go` runs in the working directory",
        on_path: Vec<ProgramFacts> = facts.survey.programs.iter()
            .map(|go| ProgramFacts::of(go, &facts.redaction)).collect()
            => "every `go` on PATH, in order; the first one runs",
        settings: Vec<SettingFacts> = facts.settings.iter()
            .map(|setting| SettingFacts::of(setting, &facts.redaction)).collect()
            => "settings of gover, then variables and settings of Go, each with its origin",
        toolchains: Vec<ToolchainFacts> = facts.toolchains.iter()
            .map(|one| ToolchainFacts::of(one, &facts.redaction)).collect()
            => "the toolchains in gover's home, oldest version first",
        elsewhere: Vec<KeptFacts> = facts.survey.kept.iter()
            .map(|kept| KeptFacts::of((kept.keeper.map(|keeper| keeper.name), kept.goroot.as_str(), kept.version.as_deref()), &facts.redaction))
            .collect()
            => "toolchains that other programs put there",
        tools: Vec<ToolFacts> = facts.tools.iter().map(|tool| ToolFacts::of(tool, &facts.redaction)).collect()
            => "programs of `go install`",
        causes: Vec<CauseFacts> = causes(&examination.findings).iter()
            .map(|cause| CauseFacts::of(cause, &examination.findings)).collect()
            => "the findings by cause: those of one check, and those that one repair ends",
        findings: Vec<Finding> = examination.findings.iter()
            .map(|finding| facts.redaction.finding(finding)).collect()
            => "the problems, the worst first, as `gover doctor --json` has them",
        checks: Vec<CheckFacts> = examination.results.iter().map(CheckFacts::of).collect()
            => "what became of each check",
    }

    Summary(examination: &Examination) {
        errors: usize = count(examination, Severity::Error) => "findings that are errors",
        warnings: usize = count(examination, Severity::Warning) => "findings that are warnings",
        notes: usize = count(examination, Severity::Note) => "findings that are notes",
        ok: usize = with_result(examination, "ok") => "checks that found nothing",
        finding: usize = with_result(examination, "finding") => "checks that found something",
        not_applicable: usize = with_result(examination, "not applicable") => "checks with nothing to examine here",
        not_run: usize = with_result(examination, "not run") => "checks that could not ask what they need",
    }

    MachineFacts(facts: &Facts) {
        os: &'static str = facts.survey.system.go_os().unwrap_or("unknown") => "the operating system, by Go's name",
        arch: String = facts.survey.system.arch.clone() => "the machine's architecture, by Go's name",
        release: Option<Redacted> = facts.known(&facts.survey.system.release)
            => "the release of the kernel on Linux, else of the system",
        distribution: Option<Redacted> = facts.known(&facts.survey.system.distribution)
            => "`ID` of /etc/os-release on Linux, else null",
        libc: Option<&'static str> = facts.survey.libc
            => "the C library of the system's programs on Linux: `glibc`, `musl` or `bionic`",
        wsl: bool = facts.survey.system.is_wsl => "whether it is a Linux in Windows",
        container: Option<Redacted> = facts.survey.container.as_ref().map(|kind| facts.redaction.text(kind))
            => "what kind of container this is, such as `docker`; null if it seems to be none",
        root: bool = facts.survey.system.is_root => "whether the user is root",
        shell: Option<&'static str> = facts.survey.shell.map(gover_shell::ShellKind::name)
            => "the shell that called gover, if it is known",
        directory: Option<Redacted> = facts.known(facts.survey.directory.as_str()) => "the working directory",
    }

    SelectedGo(facts: &Facts) {
        version: Option<Redacted> = facts.survey.selection.version.as_ref().map(|name| facts.redaction.text(name.as_str()))
            => "the toolchain; null if none is selected or its version is unknown",
        reason: Option<Redacted> = facts.known(&facts.survey.selection.reason) => "what chose it",
        goroot: Option<Redacted> = facts.survey.selection.goroot.as_ref().map(|path| facts.redaction.text(path))
            => "its directory; null if it is not installed",
        missing: Option<Redacted> = facts.survey.selection.missing.as_ref().map(|request| facts.redaction.text(request))
            => "the request that no installed toolchain matches, or null",
        error: Option<Redacted> = facts.survey.selection.error.as_ref().map(|error| facts.redaction.text(error))
            => "why nothing can be selected, or why Go's own rules stop it, or null",
    }

    ProgramFacts(go: &GoOnPath, redaction: &Redaction) {
        program: Redacted = redaction.text(&go.program) => "its path",
        target: Option<Redacted> = go.target.as_ref().map(|path| redaction.text(path)) => "where it leads, if it is a link",
        shim: bool = go.is_shim => "whether it is gover's, which runs the selected toolchain",
        version: Option<Redacted> = go.version.as_ref().map(|version| redaction.text(version))
            => "its version; null for gover's, and if it is unknown",
        by: Option<&'static str> = go.by => "what put it there, if it is known",
    }

    SettingFacts(setting: &SettingRow, redaction: &Redaction) {
        name: Redacted = redaction.text(&setting.name) => "the name of the setting or variable",
        value: Redacted = redaction.text(&setting.value) => "its value, with `***` in place of passwords and tokens",
        origin: &'static str = setting.origin
            => "`environment`, `go/env` (the file of `go env -w`), `go.env` (the file of the toolchain), \
                `config.toml`, `policy`, `option` or `default`",
        place: Option<Redacted> = setting.place.as_ref().map(|place| redaction.text(place))
            => "the file and line, the registry key, or the variable or option that sets it, if it is known",
        in_effect: bool = setting.is_in_effect => "whether it counts; false if another origin of the same name does",
    }

    ToolchainFacts(one: &Installed, redaction: &Redaction) {
        version: Redacted = redaction.text(&one.name) => "its name, or that of a directory that is not a toolchain",
        directory: Redacted = redaction.text(&one.directory) => "where it is",
        target: Option<Redacted> = one.target.as_ref().map(|path| redaction.text(path))
            => "where its directory leads, if `gover link` made it",
        selected: bool = one.is_selected => "whether it is the one used in the working directory",
        default: bool = one.is_default => "whether it is the default",
        platform: Option<Redacted> = one.receipt(|receipt| redaction.text(&receipt.platform)) => "what it was installed for",
        source: Option<Redacted> = one.receipt(|receipt| redaction.text(&receipt.source))
            => "where it came from, according to its receipt: `go.dev`, `goproxy`, an address or a directory",
        installed: Option<Redacted> = one.receipt(|receipt| redaction.text(&receipt.installed_at)) => "when, in UTC (RFC 3339)",
        sha256: Option<Redacted> = one.receipt(|receipt| receipt.sha256.as_ref().map(|sum| redaction.text(sum))).flatten()
            => "the SHA-256 of the downloaded file",
        h1: Option<Redacted> = one.receipt(|receipt| receipt.h1.as_ref().map(|sum| redaction.text(sum))).flatten()
            => "the hash of its files, as the checksum database records it",
        database: Option<Redacted> = one.record().map(|(database, _)| redaction.text(database))
            => "the checksum database that proved it",
        record: Option<u64> = one.record().map(|(_, record)| record) => "the number of the record there",
        proofs: Vec<Redacted> = one.proofs().iter().map(|proof| redaction.text(proof)).collect()
            => "every proof that held when it was installed, in words",
        problem: Option<Redacted> = one.problem.as_ref().map(|problem| redaction.text(problem))
            => "why nothing is known about its origin, or what is damaged, or null",
    }

    KeptFacts(kept: (Option<&'static str>, &str, Option<&str>), redaction: &Redaction) {
        by: Option<&'static str> = kept.0 => "the program that put it there",
        directory: Redacted = redaction.text(kept.1) => "where it is",
        version: Option<Redacted> = kept.2.map(|version| redaction.text(version)) => "what its VERSION file says",
    }

    ToolFacts(tool: &Tool, redaction: &Redaction) {
        program: Redacted = redaction.text(&tool.program) => "its path",
        package: Option<Redacted> = tool.package.as_ref().map(|package| redaction.module(package))
            => "its package, with its version; null if it does not say so",
        built_by: Option<Redacted> = tool.built_by.as_ref().map(|go| redaction.text(go))
            => "the Go that built it; null if it does not say so",
        only_for: Option<Redacted> = tool.only_for.as_ref().map(|name| redaction.text(name))
            => "the toolchain that `gover tools install --for` keeps it for, or null",
        older: bool = tool.is_older => "whether a Go older than the selected one built it",
        problem: Option<Redacted> = tool.problem.as_ref().map(|problem| redaction.text(problem))
            => "what it is, if Go did not build it or it cannot be read, or null",
    }

    CauseFacts(cause: &[usize], findings: &[Finding]) {
        severity: Words<&'static str> = members(cause, findings)
            .map(|one| one.severity).max().unwrap_or(Severity::Note).words()
            => "that of the worst finding",
        checks: Vec<&'static str> = checks_of(cause, findings) => "the names of the checks",
        findings: Vec<usize> = cause.to_vec() => "positions in `findings`, from 0",
    }

    CheckFacts(result: &(&'static Check, CheckResult)) {
        check: &'static str = result.0.name => "the name of the check",
        group: Words<&'static str> = group_of(result.0) => "what it belongs to",
        result: Words<&'static str> = result.1.name() => "`ok`, `finding`, `not applicable` or `not run`",
        reason: Option<Words<&'static str>> = result.1.reason() => "why it did not examine anything, or null",
    }
}

fn count(examination: &Examination, severity: Severity) -> usize {
    examination.findings.iter().filter(|finding| finding.severity == severity).count()
}

fn with_result(examination: &Examination, name: &str) -> usize {
    examination.results.iter().filter(|(_, result)| result.name().en == name).count()
}

fn members<'a>(cause: &'a [usize], findings: &'a [Finding]) -> impl Iterator<Item = &'a Finding> {
    cause.iter().filter_map(|index| findings.get(*index))
}

fn checks_of(cause: &[usize], findings: &[Finding]) -> Vec<&'static str> {
    let mut checks: Vec<&'static str> = Vec::new();
    for finding in members(cause, findings) {
        if !checks.contains(&finding.check) {
            checks.push(finding.check);
        }
    }
    checks
}

fn group_of(check: &Check) -> Words<&'static str> {
    let has = |one: &&gover_doctor::Group| one.checks.iter().any(|known| known.name == check.name);
    GROUPS.iter().find(has).map_or_else(Words::default, |group| group.title)
}
