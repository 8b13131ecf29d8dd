//! Whether a setting applies to every shell or only to this one.

use crate::Snapshot;
use crate::snapshot::registry::{HIVES, environment};

/// Whether new shells have a Go setting too.
pub(super) fn is_lasting(snapshot: &Snapshot<'_>, name: &str) -> bool {
    if snapshot.variable(name).is_none() {
        return true;
    }
    let is_stored = |hive| snapshot.registry.text(hive, environment(hive), name).is_some();
    HIVES.into_iter().any(is_stored) || snapshot.startup.assignments(name).next().is_some()
}
