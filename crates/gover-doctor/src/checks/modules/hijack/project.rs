//! Files of the project: workflows, images, makefiles, `.env`, `.envrc` and those of VS Code.

use gover_project::{FileKind, json};

use super::line::{Hit, Lines, VARIABLES, flag, of_variable};
use super::{CACHE_PROGRAM, FLAGS};
use crate::checks::network::sumdb;
use crate::checks::project_files;
use crate::{Evidence, Finding, MachinePath, Severity, Snapshot, Words, text};

pub(super) fn findings(snapshot: &Snapshot<'_>) -> Vec<Finding> {
    project_files::all(snapshot).iter().flat_map(|file| in_file(snapshot, file)).collect()
}

fn in_file(snapshot: &Snapshot<'_>, file: &MachinePath) -> Vec<Finding> {
    let Some(language) = language(file).filter(|_| snapshot.is_file(file)) else { return Vec::new() };
    let text = snapshot.text(file).unwrap_or_default();
    let mut found: Vec<Found> = Vec::new();
    for (line, hit) in hits(language, &text) {
        let Some(risk) = risk(&hit, &text) else { continue };
        match found.iter_mut().find(|known| known.risk.what == risk.what) {
            Some(known) if known.lines.last() == Some(&line) => {}
            Some(known) => known.lines.push(line),
            None => found.push(Found { risk, lines: vec![line] }),
        }
    }
    found.into_iter().map(|found| found.finding(snapshot, file, &text)).collect()
}

#[derive(Clone, Copy)]
enum Language {
    /// Lines of a kind, or of variables.
    Lines(Option<FileKind>),
    Json,
}

fn language(file: &MachinePath) -> Option<Language> {
    let name = file.file_name();
    let above = file.parent();
    let above = above.as_ref().map_or("", MachinePath::file_name);
    if above == ".vscode" {
        return name.strip_suffix(".json").map(|_| Language::Json);
    }
    if matches!(name, ".env" | ".envrc") || name.strip_prefix(".env.").is_some() {
        return Some(Language::Lines(None));
    }
    match FileKind::of(file.as_str())? {
        FileKind::DevContainer => Some(Language::Json),
        kind @ (FileKind::Dockerfile | FileKind::Yaml | FileKind::Makefile) => {
            Some(Language::Lines(Some(kind)))
        }
        _ => None,
    }
}

fn hits(language: Language, text: &str) -> Vec<(usize, Hit)> {
    match language {
        Language::Lines(kind) => {
            let mut lines = Lines::of(kind);
            let numbered = (1..).zip(text.lines());
            numbered
                .flat_map(|(number, line)| lines.read(line).into_iter().map(move |hit| (number, hit)))
                .collect()
        }
        Language::Json => json::entries(text).0.iter().flat_map(of_entry).collect(),
    }
}

/// A variable, or the arguments that an editor gives to go.
fn of_entry(entry: &json::Entry) -> Vec<(usize, Hit)> {
    let text = entry.text.as_deref().unwrap_or_default();
    let key = entry.path.last().map_or("", String::as_str);
    let at = |hit| (entry.line, hit);
    if let Some(name) = VARIABLES.into_iter().find(|name| *name == key) {
        let hit = Hit::Variable(name, text.to_owned());
        return of_variable(&hit).into_iter().chain([hit]).map(at).collect();
    }
    let keys: Vec<String> = entry.path.iter().map(|key| key.to_ascii_lowercase()).collect();
    if keys.iter().any(|key| key.ends_with("flags")) {
        return text
            .split_whitespace()
            .filter_map(flag)
            .map(|name| at(Hit::Flag { name, lasts: true }))
            .collect();
    }
    let is_command = keys.iter().any(|key| matches!(key.as_str(), "args" | "command"));
    let names = if is_command { Lines::of(None).flags(text) } else { Vec::new() };
    names.into_iter().map(|name| at(Hit::Flag { name, lasts: false })).collect()
}

/// What a hit means, as the end of a sentence that begins with the file.
struct Risk {
    severity: Severity,
    what: Words,
    why: Words<&'static str>,
}

fn risk(hit: &Hit, text: &str) -> Option<Risk> {
    let warning = |what, why| Some(Risk { severity: Severity::Warning, what, why });
    match hit {
        Hit::Flag { name, lasts } => {
            let flag = FLAGS.iter().find(|flag| flag.name == *name)?;
            let (severity, how) = if *lasts {
                (Severity::Warning, text!(en "sets the flag", zh "设置了选项"))
            } else {
                (Severity::Note, text!(en "has a go command with", zh "里有 go 命令用了"))
            };
            let what = text!(
                en "{how} `-{name}`, which {effect}",
                zh "{how} `-{name}`，它{effect}",
                how = how, name = name, effect = flag.effect,
            );
            Some(Risk { severity, what, why: flag.why })
        }
        Hit::Variable("GOCACHEPROG", value) if !value.is_empty() => {
            let what = text!(
                en "sets GOCACHEPROG to `{value}`",
                zh "把 GOCACHEPROG 设成 `{value}`",
                value = value,
            );
            warning(what, CACHE_PROGRAM)
        }
        Hit::Variable("GOSUMDB", value) if value == "off" && !is_local(text) => warning(
            text!(
                en "sets GOSUMDB=off, which switches the checksum database off",
                zh "设置了 GOSUMDB=off，关掉了校验和数据库",
            )
            .into(),
            UNNOTICED,
        ),
        Hit::Variable(name @ ("GONOSUMDB" | "GOPRIVATE" | "GOINSECURE"), value) => {
            let pattern = value.split(',').map(str::trim).find(|pattern| sumdb::matches_all(pattern))?;
            let why = if *name == "GOINSECURE" {
                text!(
                    en "builds there download modules without encryption, or with any certificate",
                    zh "那里的构建下载模块时不加密，或者什么证书都接受",
                )
            } else {
                UNNOTICED
            };
            let what = text!(
                en "sets {name} to `{pattern}`, which matches every module",
                zh "把 {name} 设成 `{pattern}`，会匹配所有模块",
                name = name, pattern = pattern,
            );
            warning(what, why)
        }
        Hit::Variable(..) => None,
    }
}

const UNNOTICED: Words<&str> = text!(
    en "builds there do not notice a module that was replaced",
    zh "模块被替换了，那里的构建也发现不了",
);

/// Modules come from a directory, so there is nothing to ask the database about.
fn is_local(text: &str) -> bool {
    text.contains("GOPROXY=file://") || text.contains("GOPROXY=off") || text.contains("GOPROXY: off")
}

struct Found {
    risk: Risk,
    lines: Vec<usize>,
}

impl Found {
    fn finding(self, snapshot: &Snapshot<'_>, file: &MachinePath, text: &str) -> Finding {
        let Risk { severity, what, why } = self.risk;
        let evidence = self
            .lines
            .iter()
            .map(|line| Evidence::line(file, *line, text.lines().nth(line - 1).unwrap_or_default()));
        let what = text!(en "{file} {what}", zh "{file} {what}", file = snapshot.short(file), what = what);
        let finding = Finding::new(severity, what, why).shown_by(evidence).with_faulty_lines();
        let first = self.lines.first().filter(|_| severity > Severity::Note);
        finding.commands(first.map(|line| snapshot.edit_own(file, *line)))
    }
}
