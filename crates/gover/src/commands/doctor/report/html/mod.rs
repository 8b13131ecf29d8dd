//! A report as one HTML page: no scripts, nothing to load, and nothing that a text in it could change.

mod element;

use gover_doctor::{Finding, Language, Severity, checks, text};

use self::element::Page;
use super::tables::{CHECK, Cell, SELECTED_GO, SYSTEM, Table, Tone, of_checks, of_machine};
use super::words::{
    BY_HAND, EMPTY, IN_OWN_FILES, PROBLEM, PROBLEMS, Part, SEVERITY, SUMMARY, TITLE, caution,
    checks as of_all_checks, edits, parts, repairs, verdict, worst,
};
use super::{CauseFacts, KIND, Report};

pub(super) fn page(report: &Report, language: Language) -> String {
    let mut page = Page::new(language);
    head(&mut page, report);
    page.element("main", &[], |page| {
        problems(page, report);
        for table in of_machine(report) {
            section(page, &table);
        }
        section(page, &of_checks(report));
    });
    page.element("footer", &[], |page| {
        page.element("p", &[], |page| sentence(page, caution(report).of(page.language)));
    });
    page.raw("</body>\n</html>\n");
    page.finished()
}

/// The verdict, and what a colleague asks first.
fn head(page: &mut Page, report: &Report) {
    let language = page.language;
    let tag = language.tag();
    page.raw(&format!("<!doctype html>\n<html lang=\"{tag}\">\n<head>\n<meta charset=\"utf-8\">\n"));
    page.raw(&format!("<meta name=\"generator\" content=\"{KIND}\">\n"));
    // Even if a text were taken for HTML, nothing would be loaded or run.
    page.raw("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n");
    page.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    page.raw("<meta name=\"referrer\" content=\"no-referrer\">\n");
    let verdict = verdict(&report.summary).of(language).clone();
    let title = TITLE.of(language);
    page.element("title", &[], |page| page.text(&format!("{verdict} · {title}")));
    page.raw(&format!("<style>\n{}</style>\n</head>\n<body>\n", include_str!("report.css")));
    let tone = worst(report).map_or(Tone::Good, Tone::of);
    page.element("header", &[], |page| {
        page.element("h1", &[], |page| page.text(title));
        page.element("div", &[("class", &format!("card verdict {}", class(tone)))], |page| {
            page.element("p", &[("class", "say")], |page| page.text(&verdict));
            page.element("p", &[("class", "quiet")], |page| {
                page.text(of_all_checks(&report.summary).of(language));
            });
            page.element("dl", &[("class", "facts")], |page| facts(page, report));
        });
    });
}

fn facts(page: &mut Page, report: &Report) {
    let system = &report.machine;
    let distribution = system.distribution.as_deref().map(|name| format!("{name}, ")).unwrap_or_default();
    let first = report.on_path.first();
    let language = page.language;
    let none = *text!(en "none", zh "没有").of(language);
    let of_gover = *text!(en "gover's", zh "gover 的").of(language);
    let runs = first.map_or(none, |go| if go.shim { of_gover } else { &go.program });
    let go = report.go.version.as_deref().or(report.go.missing.as_deref()).unwrap_or(none);
    for (name, value) in [
        (SYSTEM, format!("{distribution}{}/{}", system.os, system.arch)),
        (SELECTED_GO, go.to_owned()),
        (text!(en "First go on PATH", zh "PATH 里的第一个 go"), runs.to_owned()),
        (text!(en "gover", zh "gover"), report.gover.to_owned()),
        (text!(en "Made", zh "生成时间"), made(&report.made)),
    ] {
        page.element("div", &[], |page| {
            page.element("dt", &[], |page| page.text(name.of(language)));
            page.element("dd", &[], |page| page.text(&value));
        });
    }
}

/// Without seconds, for people.
fn made(moment: &str) -> String {
    format!("{} UTC", moment.get(..16).unwrap_or(moment).replace('T', " "))
}

fn problems(page: &mut Page, report: &Report) {
    if report.causes.is_empty() {
        return;
    }
    page.element("h2", &[], |page| page.text(SUMMARY.of(page.language)));
    page.element("div", &[("class", "card")], |page| summary(page, report));
    page.element("h2", &[], |page| page.text(PROBLEMS.of(page.language)));
    for (index, cause) in report.causes.iter().enumerate() {
        problem(page, index, cause, report);
    }
}

/// Each problem in a line that leads to its details.
fn summary(page: &mut Page, report: &Report) {
    let language = page.language;
    let heads = [SEVERITY, PROBLEM, CHECK].map(|head| *head.of(language));
    table(page, SUMMARY.of(language), &heads, |page| {
        for (index, finding) in report.findings.iter().enumerate() {
            let cause = report.causes.iter().position(|cause| cause.findings.contains(&index));
            page.element("tr", &[("role", "row")], |page| {
                data(page, "", |page| {
                    mark(page, Tone::of(finding.severity), finding.severity.words().of(language));
                });
                data(page, "", |page| sentence(page, finding.what.of(language)));
                data(page, "", |page| {
                    let target = format!("#problem-{}", cause.map_or(0, |cause| cause + 1));
                    page.element("a", &[("href", &target)], |page| page.text(finding.check));
                });
            });
        }
    });
}

fn findings<'a>(cause: &CauseFacts, report: &'a Report) -> Vec<&'a Finding> {
    cause.findings.iter().filter_map(|index| report.findings.get(*index)).collect()
}

/// The findings of one cause, and how to repair them.
fn problem(page: &mut Page, index: usize, cause: &CauseFacts, report: &Report) {
    let (findings, language) = (findings(cause, report), page.language);
    let severity = findings.iter().map(|finding| finding.severity).max().unwrap_or(Severity::Note);
    let kind = class(Tone::of(severity));
    let id = format!("problem-{}", index + 1);
    page.element("section", &[("class", &format!("card problem {kind}")), ("id", &id)], |page| {
        page.element("h3", &[], |page| {
            mark(page, Tone::of(severity), severity.words().of(language));
            page.element("span", &[("class", "name")], |page| page.text(&cause.checks.join(", ")));
        });
        for finding in &findings {
            page.element("p", &[("class", "what")], |page| sentence(page, finding.what.of(language)));
            page.element("p", &[], |page| sentence(page, finding.why.of(language)));
            if !finding.evidence.is_empty() {
                page.element("ul", &[], |page| {
                    for evidence in &finding.evidence {
                        page.element("li", &[], |page| code(page, &evidence.to_string()));
                    }
                });
            }
        }
        let (automatic, commands) = repairs(&findings);
        block(page, IN_OWN_FILES.of(language), &automatic);
        for (head, lines) in edits(&findings, language) {
            block(page, &head, &lines);
        }
        block(page, BY_HAND.of(language), &commands);
        for name in &cause.checks {
            background(page, name, cause.checks.len() > 1);
        }
    });
}

fn block<S: AsRef<str>>(page: &mut Page, label: &str, lines: &[S]) {
    if lines.is_empty() {
        return;
    }
    page.element("p", &[("class", "label")], |page| page.text(label));
    page.element("pre", &[], |page| {
        for (index, line) in lines.iter().enumerate() {
            page.raw(if index == 0 { "" } else { "\n" });
            page.text(line.as_ref());
        }
    });
}

/// What the check is about, as docs/doctor.md has it.
fn background(page: &mut Page, name: &str, is_named: bool) {
    let Some(check) = checks::by_name(name) else { return };
    page.element("details", &[], |page| {
        let language = page.language;
        let title = if is_named {
            text!(en "About {name}", zh "关于 {name}", name = name)
        } else {
            text!(en "About this check", zh "关于这项检查").into()
        };
        page.element("summary", &[], |page| page.text(title.of(language)));
        page.element("div", &[("class", "body")], |page| {
            let texts = [
                (text!(en "What you see", zh "现象"), check.symptom),
                (text!(en "Cause", zh "原因"), check.cause),
                (text!(en "Repair", zh "修复"), check.repair),
            ];
            for (label, text) in texts {
                page.element("p", &[("class", "label")], |page| page.text(label.of(language)));
                page.element("p", &[], |page| sentence(page, text.of(language)));
            }
        });
    });
}

fn section(page: &mut Page, table: &Table) {
    let language = page.language;
    let open: &[(&str, &str)] = if table.is_open { &[("open", "")] } else { &[] };
    page.element("details", open, |page| {
        page.element("summary", &[], |page| {
            page.element("h2", &[], |page| sentence(page, table.title.of(language)));
            if !table.heads.is_empty() {
                let count = table.rows.len().to_string();
                page.element("span", &[("class", "count")], |page| page.text(&count));
            }
        });
        page.element("div", &[("class", "body")], |page| {
            if table.rows.is_empty() {
                page.element("p", &[], |page| page.text(table.empty.of(language)));
                return;
            }
            rows(page, table);
        });
    });
}

fn rows(page: &mut Page, of: &Table) {
    let language = page.language;
    let heads: Vec<&str> = of.heads.iter().map(|head| *head.of(language)).collect();
    table(page, of.title.of(language), &heads, |page| {
        for cells in &of.rows {
            page.element("tr", &[("role", "row")], |page| row(page, cells, &heads));
        }
    });
}

/// The first cell says what the others are about.
fn row(page: &mut Page, cells: &[Cell], heads: &[&str]) {
    for (index, of) in cells.iter().enumerate() {
        if index == 0 {
            page.element("th", &[("scope", "row"), ("role", "rowheader")], |page| cell(page, of));
        } else {
            data(page, heads.get(index).copied().unwrap_or_default(), |page| cell(page, of));
        }
    }
}

/// On a narrow screen its rows are blocks, which takes their roles away unless they are named.
fn table(page: &mut Page, name: &str, heads: &[&str], body: impl FnOnce(&mut Page)) {
    let name = name.replace('`', "");
    page.element("table", &[("class", "rows"), ("role", "table"), ("aria-label", &name)], |page| {
        if !heads.is_empty() {
            page.element("thead", &[("role", "rowgroup")], |page| {
                page.element("tr", &[("role", "row")], |page| {
                    for head in heads {
                        let attributes = [("scope", "col"), ("role", "columnheader")];
                        page.element("th", &attributes, |page| page.text(head));
                    }
                });
            });
        }
        page.element("tbody", &[("role", "rowgroup")], body);
    });
}

/// A cell that shows its heading on a narrow screen.
fn data(page: &mut Page, head: &str, content: impl FnOnce(&mut Page)) {
    let with_head = [("role", "cell"), ("data-head", head)];
    page.element("td", if head.is_empty() { &with_head[..1] } else { &with_head }, content);
}

fn cell(page: &mut Page, of: &Cell) {
    match of {
        Cell::Text(text) => sentence(page, text.of(page.language)),
        Cell::Code(text) => code(page, text),
        Cell::Mark(tone, text) => mark(page, *tone, text.of(page.language)),
        Cell::Several(cells) => {
            for one in cells {
                page.element("div", &[], |page| cell(page, one));
            }
        }
    }
}

fn mark(page: &mut Page, tone: Tone, words: &str) {
    page.element("span", &[("class", &format!("chip {}", class(tone)))], |page| page.text(words));
}

fn sentence(page: &mut Page, text: &str) {
    for part in parts(text) {
        match part {
            Part::Words(words) => page.text(words),
            Part::Code(text) => code(page, text),
        }
    }
}

fn code(page: &mut Page, text: &str) {
    page.element("code", &[], |page| page.text(if text.is_empty() { EMPTY.of(page.language) } else { text }));
}

fn class(tone: Tone) -> &'static str {
    match tone {
        Tone::Good => "good",
        Tone::Error => "error",
        Tone::Warning => "warning",
        Tone::Note => "note",
        Tone::Quiet => "quiet",
    }
}
