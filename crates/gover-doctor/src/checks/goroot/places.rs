//! Every place that sets GOROOT.

use crate::checks::finding_go::startup_order::StartupOrder;
use crate::snapshot::registry::{HIVES, environment};
use crate::{Evidence, Finding, MachinePath, Snapshot};

/// A place that sets GOROOT.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) value: MachinePath,
    pub(super) evidence: Evidence,
    /// Whether it holds here and now, for a go that is not started by gover's shim.
    pub(super) is_effective: bool,
    /// Whether it comes back with the next shell.
    pub(super) lasts: bool,
}

/// The environment, startup files, the registry and the file of `go env -w`. Files that the shell never reads are left to
/// `shell-startup`.
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
    let order = StartupOrder::of(snapshot);
    let is_read = |file: &MachinePath| {
        order.as_ref().is_none_or(|order| order.never.iter().all(|never| never.path != *file))
    };
    for line in snapshot.startup.assignments("GOROOT").filter(|line| is_read(&line.file)) {
        add(&line.value, line.evidence(), false, true);
    }
    for hive in HIVES {
        let key = environment(hive);
        if let Some(value) = snapshot.registry.shown(hive, key, "GOROOT") {
            let evidence = Evidence::registry(hive, key, "GOROOT", value.as_str());
            add(&snapshot.expand(&value), evidence, false, true);
        }
    }
    if let (Some(value), Some(evidence)) =
        (snapshot.go_env.value("GOROOT"), snapshot.go_env.evidence("GOROOT"))
    {
        // The variable goes before the file (cmd/go/internal/cfg).
        add(value, evidence, now.is_none(), true);
    }
    places
}

/// The finding with what takes GOROOT away everywhere.
pub(super) fn unset(snapshot: &Snapshot<'_>, finding: Finding) -> Finding {
    // `go env -u GOROOT` does not start with a GOROOT that is wrong, so there is no command for the file.
    let finding = finding.fixed_by(snapshot.go_env.without("GOROOT"));
    snapshot.unset(finding, "GOROOT")
}
