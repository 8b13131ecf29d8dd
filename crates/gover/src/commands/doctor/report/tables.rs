//! The tables of a report, which Markdown and HTML show each in its own way.

use gover_doctor::Severity;
use gover_doctor::redaction::Redacted;

use super::{
    CheckFacts, KeptFacts, MachineFacts, ProgramFacts, Report, SelectedGo, SettingFacts, ToolFacts,
    ToolchainFacts,
};

/// A table with a heading for each column.
pub(super) struct Table {
    pub(super) title: &'static str,
    /// What stands in place of a table without rows.
    pub(super) empty: &'static str,
    pub(super) heads: &'static [&'static str],
    pub(super) rows: Vec<Vec<Cell>>,
}

pub(super) enum Cell {
    /// Words, with code between backticks.
    Text(String),
    Code(String),
    Mark(Tone, String),
    /// One below the other.
    Several(Vec<Cell>),
}

/// What a mark means. Its words say it too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tone {
    Good,
    Error,
    Warning,
    Note,
    Quiet,
}

impl Tone {
    pub(super) fn of(severity: Severity) -> Self {
        match severity {
            Severity::Error => Self::Error,
            Severity::Warning => Self::Warning,
            Severity::Note => Self::Note,
        }
    }
}

/// All tables but those of the findings and the checks.
pub(super) fn of_machine(report: &Report) -> Vec<Table> {
    vec![
        Table { title: "Machine", empty: "", heads: &[], rows: machine(&report.machine, &report.go) },
        Table {
            title: "`go` on PATH",
            empty: "There is no `go` on PATH.",
            heads: &["Place", "Program", "Version", "Put there by"],
            rows: report.on_path.iter().enumerate().map(program).collect(),
        },
        Table {
            title: "Settings",
            empty: "",
            heads: &["Setting", "Value", "Origin"],
            rows: report.settings.iter().map(setting).collect(),
        },
        Table {
            title: "Toolchains",
            empty: "gover has installed none.",
            heads: &["Toolchain", "Source", "Proofs", "Directory"],
            rows: report.toolchains.iter().map(toolchain).collect(),
        },
        Table {
            title: "Toolchains of other programs",
            empty: "There are none in the known places.",
            heads: &["Version", "Put there by", "Directory"],
            rows: report.elsewhere.iter().map(kept).collect(),
        },
        Table {
            title: "Programs of `go install`",
            empty: "There are none in GOBIN and GOPATH.",
            heads: &["Program", "Package", "Built by"],
            rows: report.tools.iter().map(tool).collect(),
        },
    ]
}

/// The checks of each group that were run or not, with what became of them.
pub(super) fn of_checks(report: &Report) -> Table {
    let rows = report.checks.iter().map(|check| {
        let worst = report.findings.iter().filter(|finding| finding.check == check.check);
        result(check, worst.map(|finding| finding.severity).max())
    });
    Table { title: "Checks", empty: "", heads: &["Check", "Result", "About"], rows: rows.collect() }
}

fn machine(machine: &MachineFacts, go: &SelectedGo) -> Vec<Vec<Cell>> {
    let mut rows = vec![row("System", code(format!("{}/{}", machine.os, machine.arch)))];
    let yes = |is_so: bool, words: &str| is_so.then(|| Cell::Text(words.to_owned()));
    let more = [
        ("Distribution", machine.distribution.as_ref().map(of)),
        ("Release", machine.release.as_ref().map(of)),
        ("C library", machine.libc.map(code)),
        ("WSL", yes(machine.wsl, "yes")),
        ("Container", machine.container.as_ref().map(of)),
        ("User", yes(machine.root, "root")),
        ("Shell", machine.shell.map(code)),
        ("Working directory", machine.directory.as_ref().map(of)),
        ("Selected Go", selected(go)),
        ("GOROOT", go.goroot.as_ref().map(of)),
        ("Problem", go.error.as_ref().map(|error| Cell::Text(error.to_string()))),
    ];
    rows.extend(more.into_iter().filter_map(|(name, cell)| Some(row(name, cell?))));
    rows
}

fn selected(go: &SelectedGo) -> Option<Cell> {
    let reason = go.reason.as_ref().map(|reason| Cell::Text(reason.to_string()));
    let name = match (&go.version, &go.missing) {
        (Some(version), _) => of(version),
        (None, Some(request)) => Cell::Text(format!("`{}`, which is not installed", &**request)),
        (None, None) => return reason,
    };
    Some(Cell::Several([Some(name), reason].into_iter().flatten().collect()))
}

fn program((index, go): (usize, &ProgramFacts)) -> Vec<Cell> {
    let mut program = vec![of(&go.program)];
    program.extend(go.target.as_ref().map(|target| Cell::Text(format!("a link to `{}`", &**target))));
    let version =
        if go.shim { text("the selected toolchain") } else { or_unknown(go.version.as_ref().map(of)) };
    let place = if index == 0 { "1, runs".to_owned() } else { (index + 1).to_string() };
    vec![Cell::Text(place), Cell::Several(program), version, or_unknown(go.by.map(text))]
}

fn setting(setting: &SettingFacts) -> Vec<Cell> {
    let mut origin = vec![text(setting.origin)];
    origin.extend(setting.place.as_ref().map(of));
    let mut value = vec![of(&setting.value)];
    if !setting.in_effect {
        value.push(Cell::Mark(Tone::Quiet, "not in effect".to_owned()));
    }
    vec![of(&setting.name), Cell::Several(value), Cell::Several(origin)]
}

fn toolchain(one: &ToolchainFacts) -> Vec<Cell> {
    let mut name = vec![of(&one.version)];
    let marks = [(one.selected, "used here"), (one.default, "default")];
    let marks = marks.into_iter().filter(|(is_so, _)| *is_so);
    name.extend(marks.map(|(_, mark)| Cell::Mark(Tone::Good, mark.to_owned())));
    name.extend(one.problem.as_ref().map(|problem| Cell::Mark(Tone::Warning, problem.to_string())));
    let source = [
        one.source.as_ref().map(|source| Cell::Text(source.to_string())),
        one.platform.as_ref().map(of),
        one.installed.as_ref().map(|when| Cell::Text(when.get(..DAY).unwrap_or(when).to_owned())),
    ];
    let hashes =
        [one.h1.as_ref().map(of), one.sha256.as_ref().map(|sum| Cell::Text(format!("SHA-256 `{}`", &**sum)))];
    let proofs = one.proofs.iter().map(|proof| Cell::Text(proof.to_string()));
    let mut directory = vec![of(&one.directory)];
    directory.extend(one.target.as_ref().map(|target| Cell::Text(format!("a link to `{}`", &**target))));
    vec![
        Cell::Several(name),
        or_unknown_list(source.into_iter().flatten().collect()),
        or_unknown_list(proofs.chain(hashes.into_iter().flatten()).collect()),
        Cell::Several(directory),
    ]
}

fn kept(kept: &KeptFacts) -> Vec<Cell> {
    vec![or_unknown(kept.version.as_ref().map(of)), or_unknown(kept.by.map(text)), of(&kept.directory)]
}

fn tool(tool: &ToolFacts) -> Vec<Cell> {
    let mut program = vec![of(&tool.program)];
    program.extend(tool.only_for.as_ref().map(|name| Cell::Text(format!("for `{}`", &**name))));
    let package = match (&tool.package, &tool.problem) {
        (Some(package), _) => of(package),
        (None, Some(problem)) => Cell::Text(problem.to_string()),
        (None, None) => text("unknown"),
    };
    let mut built = vec![or_unknown(tool.built_by.as_ref().map(of))];
    if tool.older {
        built.push(Cell::Mark(Tone::Note, "older than the selected Go".to_owned()));
    }
    vec![Cell::Several(program), package, Cell::Several(built)]
}

fn result(check: &CheckFacts, worst: Option<Severity>) -> Vec<Cell> {
    let (tone, words) = match worst {
        Some(severity) => (Tone::of(severity), severity.name()),
        // What it found is shown as part of another check's finding.
        None if check.result == "finding" => (Tone::Note, "in another problem"),
        None if check.result == "ok" => (Tone::Good, "ok"),
        None => (Tone::Quiet, check.result),
    };
    let about =
        check.reason.or_else(|| gover_doctor::checks::by_name(check.check).map(|check| check.summary));
    vec![code(check.check), Cell::Mark(tone, words.to_owned()), text(about.unwrap_or_default())]
}

fn row(name: &str, cell: Cell) -> Vec<Cell> {
    vec![text(name), cell]
}

fn of(redacted: &Redacted) -> Cell {
    code(&**redacted)
}

fn code(text: impl Into<String>) -> Cell {
    Cell::Code(text.into())
}

fn text(words: &str) -> Cell {
    Cell::Text(words.to_owned())
}

fn or_unknown(cell: Option<Cell>) -> Cell {
    cell.unwrap_or_else(|| Cell::Mark(Tone::Quiet, "unknown".to_owned()))
}

fn or_unknown_list(cells: Vec<Cell>) -> Cell {
    if cells.is_empty() { or_unknown(None) } else { Cell::Several(cells) }
}

/// How much of a moment is its day.
const DAY: usize = 10;
