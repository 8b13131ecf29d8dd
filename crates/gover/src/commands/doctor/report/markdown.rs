//! A report as Markdown (GitHub's, which GitLab and many editors read too).

use std::fmt::Write as _;

use gover_core::text::shown;
use gover_doctor::{Finding, Language, text};

use super::tables::{CHECK, Cell, Table, of_checks, of_machine};
use super::words::{
    BY_HAND, EMPTY, IN_OWN_FILES, PROBLEM, PROBLEMS, Part, SEVERITY, SUMMARY, TITLE, caution, checks, edits,
    parts, repairs, verdict,
};
use super::{CauseFacts, KIND, Report};

pub(super) fn page(report: &Report, language: Language) -> String {
    let mut page = format!("<!-- {KIND} -->\n# {}\n\n", TITLE.of(language));
    let head = text!(
        en "**{verdict}.** {checks}\n\nMade on {made} by gover {version}. {caution}\n",
        zh "**{verdict}。** {checks}\n\n由 gover {version} 生成于 {made}。{caution}\n",
        verdict = verdict(&report.summary), checks = checks(&report.summary), made = report.made,
        version = report.gover, caution = caution(report).map(|text| sentence(text)),
    );
    page.push_str(head.of(language));
    summary(&mut page, report, language);
    for cause in &report.causes {
        problem(&mut page, cause, report, language);
    }
    for table in of_machine(report) {
        push(&mut page, &table, language);
    }
    push(&mut page, &of_checks(report), language);
    page
}

fn summary(page: &mut String, report: &Report, language: Language) {
    if report.findings.is_empty() {
        return;
    }
    // Writing to a String cannot fail.
    let _ = writeln!(
        page,
        "\n## {}\n\n| {} | {} | {} |\n|---|---|---|",
        SUMMARY.of(language),
        SEVERITY.of(language),
        CHECK.of(language),
        PROBLEM.of(language)
    );
    for finding in &report.findings {
        let _ = writeln!(
            page,
            "| {} | {} | {} |",
            finding.severity.words().of(language),
            code(finding.check),
            in_table(&sentence(finding.what.of(language)))
        );
    }
    let _ = writeln!(page, "\n## {}", PROBLEMS.of(language));
}

/// The findings of one cause, and how to repair them.
fn problem(page: &mut String, cause: &CauseFacts, report: &Report, language: Language) {
    let checks = cause.checks.join(", ");
    let heading = text!(en "{severity}: {checks}", zh "{severity}：{checks}", severity = cause.severity, checks = checks);
    let _ = writeln!(page, "\n### {}", heading.of(language));
    let findings: Vec<&Finding> =
        cause.findings.iter().filter_map(|index| report.findings.get(*index)).collect();
    for finding in &findings {
        let _ = writeln!(page, "\n{}\n", sentence(finding.what.of(language)));
        for evidence in &finding.evidence {
            let _ = writeln!(page, "- {}", code(&evidence.to_string()));
        }
        let why = text!(
            en "- Why it matters: {why}",
            zh "- 后果：{why}",
            why = finding.why.map(|text| sentence(text)),
        );
        let _ = writeln!(page, "{}", why.of(language));
    }
    let (automatic, commands) = repairs(&findings);
    let colon = text!(en ":", zh "：");
    if !automatic.is_empty() {
        let _ = writeln!(page, "\n{}{}\n", IN_OWN_FILES.of(language), colon.of(language));
        block(page, &automatic);
    }
    for (head, lines) in edits(&findings, language) {
        let _ = writeln!(page, "\n{}\n", sentence(&head));
        block(page, &lines);
    }
    if !commands.is_empty() {
        let _ = writeln!(page, "\n{}{}\n", BY_HAND.of(language), colon.of(language));
        block(page, &commands);
    }
}

fn push(page: &mut String, table: &Table, language: Language) {
    let _ = writeln!(page, "\n## {}\n", table.title.of(language));
    if table.rows.is_empty() {
        let _ = writeln!(page, "{}", table.empty.of(language));
        return;
    }
    // A table needs headings, even empty ones.
    let mut heads: Vec<&str> = table.heads.iter().map(|head| *head.of(language)).collect();
    if heads.is_empty() {
        heads = vec!["", ""];
    }
    let _ = writeln!(page, "| {} |\n|{}", heads.join(" | "), "---|".repeat(heads.len()));
    for row in &table.rows {
        let cells: Vec<String> = row.iter().map(|cell| in_table(&self::cell(cell, language))).collect();
        let _ = writeln!(page, "| {} |", cells.join(" | "));
    }
}

fn cell(of: &Cell, language: Language) -> String {
    match of {
        Cell::Text(text) => sentence(text.of(language)),
        Cell::Code(text) if text.is_empty() => (*EMPTY.of(language)).to_owned(),
        Cell::Code(text) => code(text),
        Cell::Mark(_, text) => escaped(text.of(language)),
        Cell::Several(cells) => cells.iter().map(|one| cell(one, language)).collect::<Vec<_>>().join("<br>"),
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
