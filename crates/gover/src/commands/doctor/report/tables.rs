//! The tables of a report, which Markdown and HTML show each in its own way.

use gover_doctor::redaction::Redacted;
use gover_doctor::{Severity, Words, text};

use super::{
    CheckFacts, KeptFacts, MachineFacts, ProgramFacts, Report, SelectedGo, SettingFacts, ToolFacts,
    ToolchainFacts,
};

/// A table with a heading for each column.
pub(super) struct Table {
    pub(super) title: Words<&'static str>,
    /// What stands in place of a table without rows.
    pub(super) empty: Words<&'static str>,
    pub(super) heads: &'static [Words<&'static str>],
    pub(super) rows: Vec<Vec<Cell>>,
    /// Whether a page shows it from the start.
    pub(super) is_open: bool,
}

pub(super) enum Cell {
    /// Words, with code between backticks.
    Text(Words),
    Code(String),
    Mark(Tone, Words),
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
        Table {
            title: text!(en "Machine", zh "本机"),
            empty: Words::default(),
            heads: &[],
            rows: machine(&report.machine, &report.go),
            is_open: true,
        },
        Table {
            title: text!(en "`go` on PATH", zh "PATH 里的 `go`"),
            empty: text!(en "There is no `go` on PATH.", zh "PATH 里没有 `go`。"),
            heads: &[PLACE, PROGRAM, VERSION, PUT_BY],
            rows: report.on_path.iter().enumerate().map(program).collect(),
            is_open: true,
        },
        Table {
            title: text!(en "Settings", zh "设置"),
            empty: Words::default(),
            heads: &[
                text!(en "Setting", zh "设置"),
                text!(en "Value", zh "值"),
                text!(en "Origin", zh "来源"),
            ],
            rows: report.settings.iter().map(setting).collect(),
            is_open: false,
        },
        Table {
            title: text!(en "Toolchains", zh "工具链"),
            empty: text!(en "gover has installed none.", zh "gover 还没有安装过工具链。"),
            heads: &[
                text!(en "Toolchain", zh "工具链"),
                text!(en "Source", zh "下载源"),
                text!(en "Proofs", zh "证明"),
                DIRECTORY,
            ],
            rows: report.toolchains.iter().map(toolchain).collect(),
            is_open: false,
        },
        Table {
            title: text!(en "Toolchains of other programs", zh "其他程序的工具链"),
            empty: text!(en "There are none in the known places.", zh "常见的位置都没有。"),
            heads: &[VERSION, PUT_BY, DIRECTORY],
            rows: report.elsewhere.iter().map(kept).collect(),
            is_open: false,
        },
        Table {
            title: text!(en "Programs of `go install`", zh "`go install` 安装的程序"),
            empty: text!(en "There are none in GOBIN and GOPATH.", zh "GOBIN 和 GOPATH 里都没有。"),
            heads: &[PROGRAM, text!(en "Package", zh "包"), text!(en "Built by", zh "编译它的 Go")],
            rows: report.tools.iter().map(tool).collect(),
            is_open: false,
        },
    ]
}

const PLACE: Words<&str> = text!(en "Place", zh "次序");
const PROGRAM: Words<&str> = text!(en "Program", zh "程序");
const VERSION: Words<&str> = text!(en "Version", zh "版本");
const PUT_BY: Words<&str> = text!(en "Put there by", zh "由谁安装");
const DIRECTORY: Words<&str> = text!(en "Directory", zh "目录");

pub(super) const CHECK: Words<&str> = text!(en "Check", zh "检查项");

/// The checks of each group that were run or not, with what became of them.
pub(super) fn of_checks(report: &Report) -> Table {
    let rows = report.checks.iter().map(|check| {
        let worst = report.findings.iter().filter(|finding| finding.check == check.check);
        result(check, worst.map(|finding| finding.severity).max())
    });
    Table {
        title: text!(en "Checks", zh "检查项"),
        empty: Words::default(),
        heads: &[CHECK, text!(en "Result", zh "结果"), text!(en "About", zh "说明")],
        rows: rows.collect(),
        is_open: false,
    }
}

fn machine(machine: &MachineFacts, go: &SelectedGo) -> Vec<Vec<Cell>> {
    let mut rows = vec![row(SYSTEM, code(format!("{}/{}", machine.os, machine.arch)))];
    let yes = |is_so: bool, words: Words<&str>| is_so.then(|| Cell::Text(words.into()));
    let more = [
        (text!(en "Distribution", zh "发行版"), machine.distribution.as_ref().map(of)),
        (text!(en "Release", zh "系统版本"), machine.release.as_ref().map(of)),
        (text!(en "C library", zh "C 库"), machine.libc.map(code)),
        (text!(en "WSL", zh "WSL"), yes(machine.wsl, text!(en "yes", zh "是"))),
        (text!(en "Container", zh "容器"), machine.container.as_ref().map(of)),
        (text!(en "User", zh "用户"), yes(machine.root, text!(en "root", zh "root"))),
        (text!(en "Shell", zh "shell"), machine.shell.map(code)),
        (text!(en "Working directory", zh "工作目录"), machine.directory.as_ref().map(of)),
        (SELECTED_GO, selected(go)),
        (text!(en "GOROOT", zh "GOROOT"), go.goroot.as_ref().map(of)),
        (text!(en "Problem", zh "问题"), go.error.as_ref().map(quoted)),
    ];
    rows.extend(more.into_iter().filter_map(|(name, cell)| Some(row(name, cell?))));
    rows
}

pub(super) const SYSTEM: Words<&str> = text!(en "System", zh "系统");
pub(super) const SELECTED_GO: Words<&str> = text!(en "Selected Go", zh "选定的 Go");

fn selected(go: &SelectedGo) -> Option<Cell> {
    let reason = go.reason.as_ref().map(quoted);
    let name = match (&go.version, &go.missing) {
        (Some(version), _) => of(version),
        (None, Some(request)) => Cell::Text(text!(
            en "`{request}`, which is not installed",
            zh "`{request}`，没有安装",
            request = &**request,
        )),
        (None, None) => return reason,
    };
    Some(Cell::Several([Some(name), reason].into_iter().flatten().collect()))
}

fn program((index, go): (usize, &ProgramFacts)) -> Vec<Cell> {
    let mut program = vec![of(&go.program)];
    program.extend(go.target.as_ref().map(link));
    let version = if go.shim {
        Cell::Text(text!(en "the selected toolchain", zh "选定的工具链").into())
    } else {
        or_unknown(go.version.as_ref().map(of))
    };
    let place = if index == 0 {
        text!(en "1, runs", zh "1，运行的是它").into()
    } else {
        text!(en "{place}", zh "{place}", place = index + 1)
    };
    vec![Cell::Text(place), Cell::Several(program), version, or_unknown(go.by.map(plain))]
}

fn setting(setting: &SettingFacts) -> Vec<Cell> {
    let mut origin = vec![plain(setting.origin)];
    origin.extend(setting.place.as_ref().map(of));
    let mut value = vec![of(&setting.value)];
    if !setting.in_effect {
        value.push(Cell::Mark(Tone::Quiet, text!(en "not in effect", zh "没有生效").into()));
    }
    vec![of(&setting.name), Cell::Several(value), Cell::Several(origin)]
}

fn toolchain(one: &ToolchainFacts) -> Vec<Cell> {
    let mut name = vec![of(&one.version)];
    let marks =
        [(one.selected, text!(en "used here", zh "这里在用")), (one.default, text!(en "default", zh "默认"))];
    let marks = marks.into_iter().filter(|(is_so, _)| *is_so);
    name.extend(marks.map(|(_, mark)| Cell::Mark(Tone::Good, mark.into())));
    name.extend(one.problem.as_ref().map(|problem| Cell::Mark(Tone::Warning, same(problem))));
    let source = [
        one.source.as_ref().map(quoted),
        one.platform.as_ref().map(of),
        one.installed.as_ref().map(|when| plain(when.get(..DAY).unwrap_or(when))),
    ];
    let hashes =
        [one.h1.as_ref().map(of), one.sha256.as_ref().map(|sum| plain(&format!("SHA-256 `{}`", &**sum)))];
    let proofs = one.proofs.iter().map(quoted);
    let mut directory = vec![of(&one.directory)];
    directory.extend(one.target.as_ref().map(link));
    vec![
        Cell::Several(name),
        or_unknown_list(source.into_iter().flatten().collect()),
        or_unknown_list(proofs.chain(hashes.into_iter().flatten()).collect()),
        Cell::Several(directory),
    ]
}

fn kept(kept: &KeptFacts) -> Vec<Cell> {
    vec![or_unknown(kept.version.as_ref().map(of)), or_unknown(kept.by.map(plain)), of(&kept.directory)]
}

fn tool(tool: &ToolFacts) -> Vec<Cell> {
    let mut program = vec![of(&tool.program)];
    program.extend(
        tool.only_for
            .as_ref()
            .map(|name| Cell::Text(text!(en "for `{name}`", zh "用于 `{name}`", name = &**name))),
    );
    let package = match (&tool.package, &tool.problem) {
        (Some(package), _) => of(package),
        (None, Some(problem)) => quoted(problem),
        (None, None) => Cell::Text(UNKNOWN.into()),
    };
    let mut built = vec![or_unknown(tool.built_by.as_ref().map(of))];
    if tool.older {
        built
            .push(Cell::Mark(Tone::Note, text!(en "older than the selected Go", zh "比选定的 Go 旧").into()));
    }
    vec![Cell::Several(program), package, Cell::Several(built)]
}

fn result(check: &CheckFacts, worst: Option<Severity>) -> Vec<Cell> {
    let (tone, words) = match worst {
        Some(severity) => (Tone::of(severity), severity.words()),
        // What it found is shown as part of another check's finding.
        None if check.result.en == "finding" => {
            (Tone::Note, text!(en "in another problem", zh "并入另一个问题"))
        }
        None if check.result.en == "ok" => (Tone::Good, check.result),
        None => (Tone::Quiet, check.result),
    };
    let about =
        check.reason.or_else(|| gover_doctor::checks::by_name(check.check).map(|check| check.summary));
    vec![code(check.check), Cell::Mark(tone, words.into()), Cell::Text(about.unwrap_or_default().into())]
}

fn row(name: Words<&str>, cell: Cell) -> Vec<Cell> {
    vec![Cell::Text(name.into()), cell]
}

fn link(target: &Redacted) -> Cell {
    Cell::Text(text!(en "a link to `{target}`", zh "链接到 `{target}`", target = &**target))
}

fn of(redacted: &Redacted) -> Cell {
    code(&**redacted)
}

fn code(text: impl Into<String>) -> Cell {
    Cell::Code(text.into())
}

/// A text from elsewhere, which is the same in every language.
fn plain(text: &str) -> Cell {
    Cell::Text(same(text))
}

fn same(text: &str) -> Words {
    Words { en: text.to_owned(), zh: text.to_owned() }
}

fn quoted(text: &Redacted) -> Cell {
    plain(text)
}

fn or_unknown(cell: Option<Cell>) -> Cell {
    cell.unwrap_or_else(|| Cell::Mark(Tone::Quiet, UNKNOWN.into()))
}

fn or_unknown_list(cells: Vec<Cell>) -> Cell {
    if cells.is_empty() { or_unknown(None) } else { Cell::Several(cells) }
}

const UNKNOWN: Words<&str> = text!(en "unknown", zh "未知");

/// How much of a moment is its day.
const DAY: usize = 10;
