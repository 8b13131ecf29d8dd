//! What the project in the working directory needs.

use gover_core::{GoVersion, gorules};

use crate::{Evidence, Snapshot};

/// The `go` line that applies here.
pub(super) struct Needed {
    /// The oldest version that the go command accepts.
    pub(super) version: GoVersion,
    pub(super) name: &'static str,
    pub(super) evidence: Evidence,
}

/// The `go` line of the go.work that applies, else of the go.mod
/// (`cmd/go/internal/toolchain.Select`).
pub(super) fn needed(snapshot: &Snapshot<'_>) -> Option<Needed> {
    let (name, file) = match snapshot.go_work() {
        Some(file) => ("go.work", file),
        None => ("go.mod", snapshot.nearest("go.mod")?),
    };
    let content = snapshot.text(&file)?;
    let (line, value) = gorules::lookup(&content, "go")?;
    let version = GoVersion::parse(value).ok()?;
    let text = content.split('\n').nth(line - 1).unwrap_or_default();
    Some(Needed { version, name, evidence: Evidence::line(file, line, text) })
}
