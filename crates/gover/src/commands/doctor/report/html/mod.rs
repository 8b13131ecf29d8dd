//! A report as one HTML page: no scripts, nothing to load, and nothing that a text in it could change.

mod element;

use gover_doctor::{Finding, Severity, checks};

use self::element::Page;
use super::tables::{Cell, Table, Tone, of_checks, of_machine};
use super::words::{Part, caution, checks as of_all_checks, parts, repairs, verdict, worst};
use super::{CauseFacts, KIND, Report};

pub(super) fn page(report: &Report) -> String {
    let mut page = Page::new();
    head(&mut page, report);
    page.element("main", &[], |page| {
        problems(page, report);
        for table in of_machine(report) {
            let is_open = table.title == "Machine" || table.title == "`go` on PATH";
            section(page, &table, is_open);
        }
        section(page, &of_checks(report), false);
    });
    page.element("footer", &[], |page| page.element("p", &[], |page| sentence(page, caution(report))));
    page.raw("</body>\n</html>\n");
    page.finished()
}

/// The verdict, and what a colleague asks first.
fn head(page: &mut Page, report: &Report) {
    page.raw("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    page.raw(&format!("<meta name=\"generator\" content=\"{KIND}\">\n"));
    // Even if a text were taken for HTML, nothing would be loaded or run.
    page.raw("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n");
    page.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    page.raw("<meta name=\"referrer\" content=\"no-referrer\">\n");
    let verdict = verdict(&report.summary);
    page.element("title", &[], |page| page.text(&format!("{verdict} · {KIND}")));
    page.raw(&format!("<style>\n{}</style>\n</head>\n<body>\n", include_str!("report.css")));
    let tone = worst(report).map_or(Tone::Good, Tone::of);
    page.element("header", &[], |page| {
        page.element("h1", &[], |page| page.text(KIND));
        page.element("div", &[("class", &format!("card verdict {}", class(tone)))], |page| {
            page.element("p", &[("class", "say")], |page| page.text(&verdict));
            page.element("p", &[("class", "quiet")], |page| page.text(&of_all_checks(&report.summary)));
            page.element("dl", &[("class", "facts")], |page| facts(page, report));
        });
    });
}

fn facts(page: &mut Page, report: &Report) {
    let system = &report.machine;
    let distribution = system.distribution.as_deref().map(|name| format!("{name}, ")).unwrap_or_default();
    let first = report.on_path.first();
    let runs = first.map_or("none", |go| if go.shim { "gover's" } else { &go.program });
    let go = report.go.version.as_deref().or(report.go.missing.as_deref()).unwrap_or("none");
    for (name, value) in [
        ("System", format!("{distribution}{}/{}", system.os, system.arch)),
        ("Selected Go", go.to_owned()),
        ("First go on PATH", runs.to_owned()),
        ("gover", report.gover.to_owned()),
        ("Made", made(&report.made)),
    ] {
        page.element("div", &[], |page| {
            page.element("dt", &[], |page| page.text(name));
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
    page.element("h2", &[], |page| page.text("Summary"));
    page.element("div", &[("class", "card")], |page| summary(page, report));
    page.element("h2", &[], |page| page.text("Problems"));
    for (index, cause) in report.causes.iter().enumerate() {
        problem(page, index, cause, report);
    }
}

/// Each problem in a line that leads to its details.
fn summary(page: &mut Page, report: &Report) {
    let heads = ["Severity", "Problem", "Check"];
    table(page, "Summary", &heads, |page| {
        for (index, finding) in report.findings.iter().enumerate() {
            let cause = report.causes.iter().position(|cause| cause.findings.contains(&index));
            page.element("tr", &[("role", "row")], |page| {
                data(page, "", |page| mark(page, Tone::of(finding.severity), finding.severity.name()));
                data(page, "", |page| sentence(page, &finding.what));
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
    let findings = findings(cause, report);
    let severity = findings.iter().map(|finding| finding.severity).max().unwrap_or(Severity::Note);
    let kind = class(Tone::of(severity));
    let id = format!("problem-{}", index + 1);
    page.element("section", &[("class", &format!("card problem {kind}")), ("id", &id)], |page| {
        page.element("h3", &[], |page| {
            mark(page, Tone::of(severity), severity.name());
            page.element("span", &[("class", "name")], |page| page.text(&cause.checks.join(", ")));
        });
        for finding in &findings {
            page.element("p", &[("class", "what")], |page| sentence(page, &finding.what));
            page.element("p", &[], |page| sentence(page, &finding.why));
            if !finding.evidence.is_empty() {
                page.element("ul", &[], |page| {
                    for evidence in &finding.evidence {
                        page.element("li", &[], |page| code(page, &evidence.to_string()));
                    }
                });
            }
        }
        let (automatic, commands) = repairs(&findings);
        block(page, "Repair in your own files", &automatic);
        block(page, "Repair by hand", &commands);
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
        let title = if is_named { format!("About {name}") } else { "About this check".to_owned() };
        page.element("summary", &[], |page| page.text(&title));
        page.element("div", &[("class", "body")], |page| {
            let texts = [("What you see", check.symptom), ("Cause", check.cause), ("Repair", check.repair)];
            for (label, text) in texts {
                page.element("p", &[("class", "label")], |page| page.text(label));
                page.element("p", &[], |page| sentence(page, text));
            }
        });
    });
}

fn section(page: &mut Page, table: &Table, is_open: bool) {
    let open: &[(&str, &str)] = if is_open { &[("open", "")] } else { &[] };
    page.element("details", open, |page| {
        page.element("summary", &[], |page| {
            page.element("h2", &[], |page| sentence(page, table.title));
            if !table.heads.is_empty() {
                let count = table.rows.len().to_string();
                page.element("span", &[("class", "count")], |page| page.text(&count));
            }
        });
        page.element("div", &[("class", "body")], |page| {
            if table.rows.is_empty() {
                page.element("p", &[], |page| page.text(table.empty));
                return;
            }
            rows(page, table);
        });
    });
}

fn rows(page: &mut Page, of: &Table) {
    table(page, of.title, of.heads, |page| {
        for cells in &of.rows {
            page.element("tr", &[("role", "row")], |page| row(page, cells, of.heads));
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
        Cell::Text(text) => sentence(page, text),
        Cell::Code(text) => code(page, text),
        Cell::Mark(tone, text) => mark(page, *tone, text),
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
    page.element("code", &[], |page| page.text(if text.is_empty() { "(empty)" } else { text }));
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
