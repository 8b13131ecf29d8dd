//! What `gover bump` prints.

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::{Component, Path};

use gover_core::display::pasted;
use gover_core::platform::IS_WINDOWS;
use gover_core::text::{counted, shown};
use gover_core::{Exit, GoVersion};

use gover_project::{Edit, Mention, Role, edited};

use super::aim::Knowledge;
use super::plan::{self, LANGUAGE, Step};
use crate::cli::BumpArgs;
use crate::failure::Report;
use crate::output::{Style, Table, facts, json_path};
use crate::store::project::{Project, Unreadable};
use crate::store::vulnerabilities;
use crate::{Context, Failure};

pub(super) struct Outcome<'a> {
    pub(super) project: &'a Project,
    pub(super) steps: &'a [Step<'a>],
    pub(super) target: &'a GoVersion,
    pub(super) known: &'a Knowledge,
    /// Whether the command line names the version.
    pub(super) is_given: bool,
}

impl Outcome<'_> {
    fn target(&self) -> String {
        plan::release(self.target)
    }

    fn vulnerabilities(&self, step: &Step<'_>) -> usize {
        let version = &step.mention.version;
        self.known.count(version.version(), version.is_exact())
    }

    /// No version should be raised. One may still be vulnerable: a given one, and elements of lists,
    /// which keep their minor version.
    fn agree(&self, context: &Context<'_>) -> Result<(), Failure> {
        let is_vulnerable =
            |mention: &&Mention| self.known.count(mention.version.version(), mention.version.is_exact()) > 0;
        let of = |is_listed: bool| {
            let mentions = self.project.files.iter().flat_map(|file| &file.mentions);
            let mentions = mentions.filter(|one| one.role != Role::GoLine && one.list.is_some() == is_listed);
            let versions: BTreeSet<&str> =
                mentions.filter(is_vulnerable).map(|one| one.version.as_str()).collect();
            versions.into_iter().collect::<Vec<_>>().join(", ")
        };
        let (alone, listed) = (of(false), of(true));
        if !alone.is_empty() {
            let what = format!("the versions agree, and have known vulnerabilities: {alone}");
            return Err(Failure::new(what, "gover bump --security"));
        }
        let listed = if listed.is_empty() {
            ", and none has a known vulnerability".to_owned()
        } else {
            format!("; of those in lists, some have known vulnerabilities: {listed}")
        };
        context.printer.note(&format!("the versions agree{listed}"));
        Ok(())
    }

    fn needs_language(&self) -> bool {
        self.steps.iter().any(|step| step.left == Some(LANGUAGE))
    }

    /// What to do about the steps.
    fn hint(&self, arguments: &BumpArgs) -> String {
        let needs_language = self.needs_language();
        if !needs_language && !self.steps.iter().any(Step::is_made) {
            return "change these lines yourself; gover does not know what else belongs to them".to_owned();
        }
        let security = if self.is_given { "" } else { " --security" };
        command(arguments, &format!("{security}{}", if needs_language { " --language" } else { "" }))
    }

    /// Why a version should change.
    fn reason(&self, step: &Step<'_>) -> String {
        let found = self.vulnerabilities(step);
        if step.mention.loses_zero() {
            "without quotation marks, YAML drops the zero".to_owned()
        } else if found > 0 {
            vulnerabilities::counted(found)
        } else {
            "older than the rest".to_owned()
        }
    }
}

pub(super) fn unreadable(file: &Unreadable, context: &Context<'_>) {
    let line = file.line.map(|line| format!(":{line}")).unwrap_or_default();
    context.printer.warning(&format!(
        "{}{line} was left as it is: {}",
        place(&file.path, context),
        file.what
    ));
}

/// `--check`: one line for each version that should change, and a failure if there is one.
pub(super) fn check(
    outcome: &Outcome<'_>,
    arguments: &BumpArgs,
    context: &Context<'_>,
) -> Result<(), Failure> {
    if arguments.json {
        json(outcome, false, arguments, context)?;
    } else {
        let mut table = Table::default();
        for step in outcome.steps {
            let from = step.mention.version.as_str();
            let (change, reason) = match step.left {
                Some(fixed) => (from.to_owned(), format!("{}; {fixed}", outcome.reason(step))),
                None => (format!("{from} -> {}", step.edit.text), outcome.reason(step)),
            };
            let change = context.printer.out(Style::Version, &change);
            table.row([location(step, context).into(), change.into(), reason.into()]);
        }
        context.printer.table(&table)?;
    }
    context.printer.note(&format!("{} (CC BY 4.0)", outcome.known.database.basis()));
    if outcome.steps.is_empty() {
        return outcome.agree(context);
    }
    let count = counted(outcome.steps.len(), "version");
    let what = format!("{count} should be raised to Go {}", outcome.target());
    let hint = outcome.hint(arguments);
    Err(Report::new(what, vec![hint], Exit::Failure).into())
}

/// Versions that only a person can change.
pub(super) fn left(outcome: &Outcome<'_>, context: &Context<'_>) {
    for step in outcome.steps {
        if let Some(fixed) = step.left {
            let (at, version) = (location(step, context), step.mention.version.as_str());
            context.printer.warning(&format!("{at} still has {version}: {fixed}"));
        }
    }
}

pub(super) fn unchanged(outcome: &Outcome<'_>, arguments: &BumpArgs, context: &Context<'_>) {
    let count = outcome.project.files.len();
    let what = if outcome.steps.is_empty() { "nothing to raise" } else { "nothing was changed" };
    context.printer.note(&format!("{what}: Go {} in {}", outcome.target(), counted(count, "file")));
    warn(outcome, arguments, context);
}

/// The lines that change, each before and after.
pub(super) fn diff(made: &[&Step<'_>], arguments: &BumpArgs, context: &Context<'_>) -> Result<(), Failure> {
    let mut lines = Vec::new();
    let mut last = None;
    let of_line =
        |a: &&Step<'_>, b: &&Step<'_>| (&a.file.path, a.mention.line) == (&b.file.path, b.mention.line);
    for group in made.chunk_by(of_line) {
        let Some(first) = group.first() else { continue };
        if last != Some(&first.file.path) {
            lines.push(place(&first.file.path, context));
            last = Some(&first.file.path);
        }
        lines.extend(changed_line(first, group).map(|line| format!("  {line}")));
    }
    for line in lines {
        if arguments.dry_run && !arguments.json {
            context.printer.data(&line)?;
        } else if !arguments.json {
            context.printer.excerpt(&line);
        }
    }
    Ok(())
}

/// A line before and after the steps in it.
fn changed_line(first: &Step<'_>, steps: &[&Step<'_>]) -> [String; 2] {
    let text = &first.file.text;
    let start =
        text.get(..first.mention.range.start).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1);
    let line = text.get(start..).and_then(|rest| rest.split('\n').next()).unwrap_or_default();
    let moved = |step: &&Step<'_>| {
        let Range { start: from, end } = step.edit.range;
        Edit { range: from - start..end - start, text: step.edit.text.clone() }
    };
    let edits: Vec<Edit> = steps.iter().map(moved).collect();
    [('-', line.to_owned()), ('+', edited(line, &edits))].map(|(sign, line)| {
        // A terminal shows tabs as intended.
        let line: Vec<String> =
            line.trim_end().trim_start_matches('\u{feff}').split('\t').map(shown).collect();
        format!("{sign} {}", line.join("\t"))
    })
}

pub(super) fn question(outcome: &Outcome<'_>, made: &[&Step<'_>]) -> String {
    format!("raise Go to {} in {}?", outcome.target(), counted(files(made), "file"))
}

pub(super) fn would_change(
    outcome: &Outcome<'_>,
    made: &[&Step<'_>],
    arguments: &BumpArgs,
    context: &Context<'_>,
) {
    context.printer.note(&format!(
        "gover bump would raise Go to {} in {}",
        outcome.target(),
        counted(files(made), "file")
    ));
    context.printer.hint(&command(arguments, if arguments.security { " --security" } else { "" }));
}

/// Each change with the version before, so that it can be undone.
pub(super) fn changed(
    outcome: &Outcome<'_>,
    (made, is_shown): (&[&Step<'_>], bool),
    arguments: &BumpArgs,
    context: &Context<'_>,
) {
    if !is_shown {
        for step in made {
            let (from, to) = (step.mention.version.as_str(), &step.edit.text);
            context.printer.note(&format!("{}: {from} -> {to}", location(step, context)));
        }
    }
    context.printer.note(&format!("raised Go to {} in {}", outcome.target(), counted(files(made), "file")));
    warn(outcome, arguments, context);
}

/// The newest patch release of an old minor version may have vulnerabilities. A go line alone says
/// nothing about what runs.
fn warn(outcome: &Outcome<'_>, arguments: &BumpArgs, context: &Context<'_>) {
    let found = outcome.known.count(outcome.target, true);
    if found == 0 || !(plan::runs(&outcome.project.files, outcome.target) || outcome.needs_language()) {
        return;
    }
    let known = vulnerabilities::counted(found);
    context.printer.warning(&format!("Go {} has {known}", outcome.target()));
    let language = arguments.language || outcome.needs_language();
    context.printer.hint(&format!("gover bump --security{}", if language { " --language" } else { "" }));
}

/// The command that makes the changes.
fn command(arguments: &BumpArgs, option: &str) -> String {
    let words = arguments.words.iter().map(|word| format!(" {}", pasted(&word.to_string_lossy())));
    let language = if arguments.language { " --language" } else { "" };
    format!("gover bump{}{option}{language}", words.collect::<String>())
}

fn files(made: &[&Step<'_>]) -> usize {
    let mut paths: Vec<_> = made.iter().map(|step| &step.file.path).collect();
    paths.dedup();
    paths.len()
}

fn location(step: &Step<'_>, context: &Context<'_>) -> String {
    format!("{}:{}", place(&step.file.path, context), step.mention.line)
}

/// A path as people type it here, below the working directory with `/` as git prints it.
fn place(path: &Path, context: &Context<'_>) -> String {
    let below =
        context.env.logical_directory().and_then(|here| path.strip_prefix(here).ok().map(Path::to_owned));
    match below.filter(|below| below.components().all(|part| matches!(part, Component::Normal(_)))) {
        Some(below) if IS_WINDOWS => shown(&below.to_string_lossy().replace('\\', "/")),
        Some(below) => shown(&below.to_string_lossy()),
        None => context.short(path),
    }
}

pub(super) fn json(
    outcome: &Outcome<'_>,
    changed: bool,
    arguments: &BumpArgs,
    context: &Context<'_>,
) -> Result<(), Failure> {
    if !arguments.json {
        return Ok(());
    }
    context.printer.json(&Bumped::of(outcome, changed))
}

facts! {
    Bumped(outcome: &Outcome<'_>, changed: bool) {
        version: String = outcome.target() => "the version that files are raised to",
        changed: bool = changed => "whether this command changed files",
        mentions: Vec<MentionFacts> =
            outcome.steps.iter().map(|step| MentionFacts::of(step, outcome)).collect()
            => "the versions that were raised, or should be",
        unreadable: Vec<UnreadableFacts> =
            outcome.project.unreadable.iter().map(UnreadableFacts::of).collect()
            => "files that are not what their names say, which were left as they are",
        database: String = outcome.known.database.basis().to_string() => "where the vulnerabilities are from",
    }

    MentionFacts(step: &Step<'_>, outcome: &Outcome<'_>) {
        path: String = json_path(&step.file.path) => "the file",
        line: usize = step.mention.line => "its line, from 1",
        kind: &'static str = step.mention.role.as_str()
            => "`go-line`, `toolchain-line`, `pin`, `image` or `setting`",
        from: String = step.mention.version.as_str().to_owned() => "the version as it was written",
        to: Option<String> = step.is_made().then(|| step.edit.text.clone())
            => "what `gover bump` writes; null if a person must change it",
        left: Option<String> = step.left.map(str::to_owned) => "why a person must change it",
        vulnerabilities: usize = outcome.vulnerabilities(step)
            => "how many known vulnerabilities the version has that was written",
    }

    UnreadableFacts(file: &Unreadable) {
        path: String = json_path(&file.path) => "the file",
        line: Option<usize> = file.line => "the line, from 1; null if none is to blame",
        reason: String = file.what.clone() => "why it could not be read",
    }
}
