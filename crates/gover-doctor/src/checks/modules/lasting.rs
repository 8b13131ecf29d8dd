//! Whether a setting is for good or for one shell.

use crate::snapshot::Snapshot;
use crate::snapshot::registry::{Hive, MACHINE_ENVIRONMENT, USER_ENVIRONMENT};

/// Whether new shells get a setting of Go's too.
pub(super) fn is_lasting(snapshot: &Snapshot<'_>, name: &str) -> bool {
    if snapshot.variable(name).is_none() {
        return true;
    }
    let in_registry = [(Hive::User, USER_ENVIRONMENT), (Hive::Machine, MACHINE_ENVIRONMENT)]
        .into_iter()
        .any(|(hive, key)| snapshot.registry.text(hive, key, name).is_some());
    in_registry || snapshot.startup.assignments(name).next().is_some()
}
