//! A report as Markdown (GitHub's, which GitLab and many editors read too).

use std::fmt::Write as _;

use gover_core::text::shown;
use gover_doctor::Finding;

use super::tables::{Cell, Table, of_checks, of_machine};
use super::words::{Part, caution, checks, parts, repairs, verdict};
use super::{CauseFacts, KIND, Report};

pub(super) fn page(report: &Report) -> String {
    let mut page = format!("<!-- {KIND} -->\n# {KIND}\n\n");
    // Writing to a String cannot fail.
    let _ = writeln!(page, "**{}.** {}\n", verdict(&report.summary), checks(&report.summary));
    let _ =
        writeln!(page, "Made on {} by gover {}. {}", report.made, report.gover, sentence(caution(report)));
    summary(&mut page, report);
    for cause in &report.causes {
        problem(&mut page, cause, report);
    }
    for table in of_machine(report) {
        push(&mut page, &table);
    }
    push(&mut page, &of_checks(report));
    page
}

fn summary(page: &mut String, report: &Report) {
    if report.findings.is_empty() {
        return;
    }
    page.push_str("\n## Summary\n\n| Severity | Check | Problem |\n|---|---|---|\n");
    for finding in &report.findings {
        let _ = writeln!(
            page,
            "| {} | {} | {} |",
            finding.severity.name(),
            code(finding.check),
            in_table(&sentence(&finding.what))
        );
    }
    page.push_str("\n## Problems\n");
}

/// The findings of one cause, and how to repair them.
fn problem(page: &mut String, cause: &CauseFacts, report: &Report) {
    let _ = writeln!(page, "\n### {}: {}", cause.severity, cause.checks.join(", "));
    let findings: Vec<&Finding> =
        cause.findings.iter().filter_map(|index| report.findings.get(*index)).collect();
    for finding in &findings {
        let _ = writeln!(page, "\n{}\n", sentence(&finding.what));
        for evidence in &finding.evidence {
            let _ = writeln!(page, "- {}", code(&evidence.to_string()));
        }
        let _ = writeln!(page, "- Why it matters: {}", sentence(&finding.why));
    }
    let (automatic, commands) = repairs(&findings);
    if !automatic.is_empty() {
        page.push_str("\nRepair in your own files:\n\n");
        block(page, &automatic);
    }
    if !commands.is_empty() {
        page.push_str("\nRepair by hand:\n\n");
        block(page, &commands);
    }
}

fn push(page: &mut String, table: &Table) {
    let _ = writeln!(page, "\n## {}\n", table.title);
    if table.rows.is_empty() {
        let _ = writeln!(page, "{}", table.empty);
        return;
    }
    // A table needs headings, even empty ones.
    let heads = if table.heads.is_empty() { &["", ""] } else { table.heads };
    let _ = writeln!(page, "| {} |\n|{}", heads.join(" | "), "---|".repeat(heads.len()));
    for row in &table.rows {
        let cells: Vec<String> = row.iter().map(|cell| in_table(&self::cell(cell))).collect();
        let _ = writeln!(page, "| {} |", cells.join(" | "));
    }
}

fn cell(of: &Cell) -> String {
    match of {
        Cell::Text(text) => sentence(text),
        Cell::Code(text) => code(text),
        Cell::Mark(_, text) => escaped(text),
        Cell::Several(cells) => cells.iter().map(cell).collect::<Vec<_>>().join("<br>"),
    }
}

/// A bar would end the cell, in code too.
fn in_table(text: &str) -> String {
    text.replace('|', "\\|")
}

fn sentence(text: &str) -> String {
    let part = |part: &Part<'_>| match part {
        Part::Words(words) => escaped(words),
        Part::Code(text) => code(text),
    };
    parts(text).iter().map(part).collect()
}

/// Text without a meaning in Markdown and HTML.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for c in shown(text).chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            // Code hosts would notify a user of that name.
            '@' => escaped.push_str("&#64;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '~' => escaped.extend(['\\', c]),
            c => escaped.push(c),
        }
    }
    escaped
}

/// Code between as many backticks as it needs.
fn code(text: &str) -> String {
    let text = shown(text);
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    match text.as_str() {
        "" => "(empty)".to_owned(),
        _ if text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) => format!("{fence} {text} {fence}"),
        _ => format!("{fence}{text}{fence}"),
    }
}

/// Commands in a block that none of them can end.
fn block<S: AsRef<str>>(page: &mut String, lines: &[S]) {
    let lines: Vec<String> = lines.iter().map(|line| shown(line.as_ref())).collect();
    let longest = lines.iter().flat_map(|line| line.split(|c| c != '`')).map(str::len).max();
    let fence = "`".repeat(longest.unwrap_or_default().max(2) + 1);
    let _ = writeln!(page, "{fence}\n{}\n{fence}", lines.join("\n"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_means_anything_to_markdown() {
        assert_eq!(escaped("<b>*x* [a](b) @ann #1 _y_"), "&lt;b&gt;\\*x\\* \\[a\\](b) &#64;ann \\#1 \\_y\\_");
        assert_eq!(code("a`b``c"), "```a`b``c```");
        assert_eq!(code("`x"), "`` `x ``");
        assert_eq!(in_table(&code("a|b")), "`a\\|b`");
        assert_eq!(sentence("run `<x>` & *go*"), "run `<x>` &amp; \\*go\\*");
        let mut page = String::new();
        block(&mut page, &["echo ```", "x"]);
        assert_eq!(page, "````\necho ```\nx\n````\n");
    }
}
