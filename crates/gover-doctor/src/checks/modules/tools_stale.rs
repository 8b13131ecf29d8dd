//! Programs of `go install` that are too old for the project, or hidden on PATH.

use gover_core::ToolchainName;

use crate::checks::pins::go_line;
use crate::snapshot::programs::Run;
use crate::{Check, Evidence, Finding, MachinePath, Snapshot};

pub(super) const CHECK: Check = Check {
    name: "tools-stale",
    summary: "tools in GOBIN were built by a Go older than the project needs, or are hidden by others",
    symptom: "`package requires newer Go version go1.24 (application built with go1.22)`, `the Go language \
            version (go1.22) used to build golangci-lint is lower than the targeted Go version`, `Version \
            of Delve is too old for Go version …`; or `go install` of a newer version has no effect.",
    cause: "A tool that reads Go code knows the language of the Go that built it, and does not change when Go \
            is updated. Or a package manager's copy comes first on PATH.",
    repair: "Install the tool again with the selected Go; the command is shown.",
    run,
};

fn run(snapshot: &Snapshot<'_>) -> Vec<Finding> {
    let programs = programs(snapshot);
    [stale(snapshot, &programs), hidden(snapshot, &programs)].into_iter().flatten().collect()
}

#[derive(Debug, PartialEq, Eq)]
struct Built {
    path: MachinePath,
    by: String,
    /// Its main package; `None` if unknown.
    package: Option<String>,
}

/// One run of `go version -m` for the whole directory.
fn programs(snapshot: &Snapshot<'_>) -> Vec<Built> {
    let (Some(bin), Some(gobin)) = (&snapshot.selection.bin, snapshot.gobin()) else { return Vec::new() };
    let go = bin.program("go");
    if snapshot.disk.list(&gobin).is_empty() || !snapshot.disk.is_executable(&go) {
        return Vec::new();
    }
    let ran = snapshot.programs.run(&Run {
        program: &go,
        arguments: &["version", "-m", gobin.as_str()],
        // Settings of the project or user must not change what runs, or start a download.
        variables: &[
            ("GOTOOLCHAIN", Some("local")),
            ("GOENV", Some("off")),
            ("GOFLAGS", None),
            ("GOROOT", snapshot.selection.goroot.as_ref().map(MachinePath::as_str)),
        ],
        input: "",
    });
    ran.map(|ran| read(snapshot, &ran.stdout)).unwrap_or_default()
}

/// `PATH: go1.22.5`, followed by indented lines.
fn read(snapshot: &Snapshot<'_>, output: &str) -> Vec<Built> {
    let mut found: Vec<Built> = Vec::new();
    for line in output.lines() {
        if let Some(detail) = line.strip_prefix('\t') {
            if let (Some(package), Some(built)) = (detail.strip_prefix("path\t"), found.last_mut()) {
                built.package = Some(package.trim().to_owned());
            }
        } else if let Some((path, by)) = line.rsplit_once(": ") {
            let by = by.split(' ').next().unwrap_or_default().to_owned();
            found.push(Built { path: snapshot.system.path(path), by, package: None });
        }
    }
    found
}

fn stale(snapshot: &Snapshot<'_>, programs: &[Built]) -> Option<Finding> {
    let (line, version) = go_line(snapshot)?;
    let language = version.language();
    let is_stale = |built: &&Built| {
        let reads_code = built.package.as_deref().is_some_and(reads_go_code);
        let by = ToolchainName::parse(&built.by).ok();
        reads_code && by.is_some_and(|name| name.version().language() < language)
    };
    let stale: Vec<&Built> = programs.iter().filter(is_stale).collect();
    stale.first()?;
    let names: Vec<&str> = stale.iter().map(|built| built.path.file_name()).collect();
    let were = if names.len() == 1 { "was" } else { "were" };
    let (names, file) = (names.join(", "), line.file.file_name());
    let what = format!("{names} {were} built by an older Go than {file} requires, which is {version}");
    let why = format!("a tool that reads Go code rejects or misreads code for go {language}");
    let packages = stale.iter().filter_map(|built| built.package.as_ref());
    let finding = Finding::warning(what, why)
        .shown_by([line.evidence()])
        .shown_by(stale.iter().map(|built| Evidence::path(&built.path, format!("built by {}", built.by))))
        .commands(packages.map(|package| format!("go install {package}@latest")));
    Some(finding)
}

/// Whether a program parses or type-checks Go code, so the version that built it matters.
fn reads_go_code(package: &str) -> bool {
    let behind = |known: &&str| package.strip_prefix(*known);
    READERS.iter().filter_map(behind).any(|rest| rest.is_empty() || rest.starts_with('/'))
}

const READERS: &[&str] = &[
    "github.com/cweill/gotests",
    "github.com/fatih/gomodifytags",
    "github.com/go-delve/delve/cmd/dlv",
    "github.com/golang/mock/mockgen",
    "github.com/golangci/golangci-lint",
    "github.com/josharian/impl",
    "github.com/kisielk/errcheck",
    "github.com/mgechev/revive",
    "github.com/securego/gosec",
    "github.com/vektra/mockery",
    "go.uber.org/mock/mockgen",
    "go.uber.org/nilaway",
    "golang.org/x/tools",
    "golang.org/x/vuln/cmd/govulncheck",
    "honnef.co/go/tools/cmd",
];

fn hidden(snapshot: &Snapshot<'_>, programs: &[Built]) -> Option<Finding> {
    let gobin = snapshot.gobin()?;
    if !snapshot.path().contains(&gobin) {
        return None;
    }
    let pairs: Vec<(&Built, MachinePath)> =
        programs.iter().filter_map(|built| Some((built, shadow(snapshot, &built.path)?))).collect();
    let what = match pairs.as_slice() {
        [] => return None,
        [(built, shadow)] => {
            format!("{} of `go install` is hidden by {}", built.path.file_name(), snapshot.short(shadow))
        }
        pairs => format!("{} programs of `go install` are hidden by others of the same name", pairs.len()),
    };
    let why = "the other one runs, even after `go install` of a newer version";
    let evidence = pairs.iter().flat_map(|(built, shadow)| {
        let later = format!("built by {}, comes later", built.by);
        [Evidence::path(shadow, "comes first on PATH"), Evidence::path(&built.path, later)]
    });
    Some(Finding::note(what, why).shown_by(evidence))
}

fn shadow(snapshot: &Snapshot<'_>, path: &MachinePath) -> Option<MachinePath> {
    let found = snapshot.program(path.file_name())?;
    // gover's own go, gofmt and go1.X.Y are expected.
    let is_own = found.is_inside(&snapshot.gover.bin);
    (!is_own && snapshot.real(&found) != snapshot.real(path)).then_some(found)
}

#[cfg(test)]
mod tests;
