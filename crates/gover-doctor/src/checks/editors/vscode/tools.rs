//! gopls and dlv, which the extension starts, and the Go version that built them.

use gover_core::ToolchainName;

use crate::snapshot::programs::Run;
use crate::{Evidence, Finding, MachinePath, Snapshot};

/// Tools in GOBIN or GOPATH/bin that an older minor version than the selected one built.
pub(super) fn findings(snapshot: &Snapshot<'_>) -> Vec<Finding> {
    let found = TOOLS.iter().filter_map(|(tool, source, why)| {
        let selected = snapshot.selection.version.as_ref()?;
        let program = snapshot.gobin()?.program(tool);
        if !snapshot.is_file(&program) {
            return None;
        }
        let built = built_with(snapshot, &program)?;
        if built.version().language() >= selected.version().language() {
            return None;
        }
        let what = format!("{tool} was built with {}, and {} is selected", built.as_str(), selected.as_str());
        let evidence = Evidence::answer(format!("go version {program}"), built.as_str());
        let finding = Finding::warning(what, *why).shown_by([evidence]);
        Some(finding.command(format!("go install {source}@latest")))
    });
    found.collect()
}

/// `go version PROGRAM` prints `PROGRAM: go1.21.3`. GOTOOLCHAIN prevents a download for the answer.
pub(crate) fn built_with(snapshot: &Snapshot<'_>, program: &MachinePath) -> Option<ToolchainName> {
    let go = &snapshot.selection.bin.as_ref()?.program("go");
    let variables = &[("GOTOOLCHAIN", Some("local")), ("GOROOT", None)];
    let run = Run { program: go, arguments: &["version", program.as_str()], variables, input: "" };
    let ran = snapshot.programs.run(&run)?;
    let (_, version) = ran.stdout.trim().rsplit_once(": ")?;
    ToolchainName::parse(version.split_whitespace().next()?).ok()
}

const TOOLS: &[(&str, &str, &str)] = &[
    (
        "gopls",
        "golang.org/x/tools/gopls",
        "it does not know the language and standard library of the selected Go, and reports false errors",
    ),
    (
        "dlv",
        "github.com/go-delve/delve/cmd/dlv",
        "it may fail to read programs of the selected Go: `Version of Delve is too old for this version of Go`",
    ),
];
