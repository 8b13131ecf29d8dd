//! Every place that sets GOROOT.

use crate::checks::finding_go::startup_order::StartupOrder;
use crate::snapshot::registry::{HIVES, environment};
use crate::{Evidence, Finding, MachinePath, Snapshot};

pub(super) struct Place {
    pub(super) value: MachinePath,
    pub(super) evidence: Evidence,
    /// Whether it is in effect here, for a go command that gover's shim did not start.
    pub(super) is_effective: bool,
    /// Whether the next shell has it too.
    pub(super) lasts: bool,
}

/// All places but files that the shell never reads, which `shell-startup` reports.
pub(super) fn places(snapshot: &Snapshot<'_>) -> Vec<Place> {
    let mut places = Vec::new();
    let mut add = |value: &str, evidence, is_effective, lasts| {
        if !value.is_empty() {
            places.push(Place { value: snapshot.system.path(value), evidence, is_effective, lasts });
        }
    };
    let now = snapshot.variable("GOROOT");
    if let Some(value) = now {
        add(value, snapshot.variable_evidence("GOROOT"), true, false);
    }
    let never = StartupOrder::of(snapshot).map(|order| order.never).unwrap_or_default();
    for file in snapshot.startup.files.iter().filter(|file| !never.contains(file)) {
        for line in file.sets("GOROOT") {
            add(&line.value, line.evidence(), false, true);
        }
    }
    for hive in HIVES {
        let Some(value) = snapshot.registry.shown(hive, environment(hive), "GOROOT") else { continue };
        let evidence = Evidence::registry(hive, environment(hive), "GOROOT", value.as_str());
        add(&snapshot.expand(&value), evidence, false, true);
    }
    // The variable takes precedence over the file (cmd/go/internal/cfg).
    let value = snapshot.go_env.value("GOROOT").unwrap_or_default();
    if let Some(evidence) = snapshot.go_env.evidence("GOROOT") {
        add(value, evidence, now.is_none(), true);
    }
    places
}

pub(super) fn unset(snapshot: &Snapshot<'_>, finding: Finding) -> Finding {
    // `go env -u GOROOT` fails if GOROOT is wrong, so there is no command for the file.
    let finding = finding.fixed_by(snapshot.go_env.without("GOROOT"));
    snapshot.unset(finding, "GOROOT")
}
