//! Findings in the forms that code hosts show beside a file.

mod github;
mod sarif;

use std::path::{Path, PathBuf};

use gover_doctor::{Evidence, Finding, Language, text};

pub(super) use self::github::commands;
pub(super) use self::sarif::log;
use crate::Context;
use crate::store::project;

/// The first line of a file that shows a finding.
struct Location<'a> {
    file: &'a Path,
    line: usize,
}

impl<'a> Location<'a> {
    fn of(finding: &'a Finding) -> Option<Self> {
        finding.evidence.iter().find_map(|evidence| match evidence {
            Evidence::Line { file, line, .. } => Some(Self { file: Path::new(file), line: *line }),
            _ => None,
        })
    }

    /// The path below the repository, with `/`.
    fn below(&self, root: Option<&Path>) -> Option<String> {
        let below = self.file.strip_prefix(root?).ok()?;
        let names: Vec<_> = below.iter().map(|name| name.to_string_lossy()).collect();
        (!names.is_empty()).then(|| names.join("/"))
    }
}

/// The repository of the working directory, or else its workspace, module or the directory itself.
fn root(context: &Context<'_>) -> Option<PathBuf> {
    let here = context.env.directory()?;
    Some(project::root(here).unwrap_or_else(|| here.to_owned()))
}

/// What is wrong, why it matters, and what to do, in one text of several lines.
fn message(finding: &Finding, language: Language) -> String {
    let automatic =
        (!finding.fix.changes.is_empty()).then(|| format!("gover doctor --fix {}", finding.check));
    let fixes = automatic
        .iter()
        .chain(&finding.fix.commands)
        .map(|command| text!(en "fix: {command}", zh "修复：{command}", command = command));
    let edits = finding.fix.edits.iter().map(|edit| {
        let lines = edit.lines.join("\n");
        text!(en "fix: {head}\n{lines}", zh "修复：{head}\n{lines}", head = edit.head(), lines = lines)
    });
    let why = text!(en "why: {why}", zh "后果：{why}", why = finding.why);
    let lines = [finding.what.clone(), why].into_iter().chain(edits).chain(fixes);
    lines.map(|line| line.of(language).clone()).collect::<Vec<_>>().join("\n")
}
