//! What still leads to toolchains of other programs after they were imported.

use crate::Snapshot;
use crate::checks::finding_go::{path_shadowed, shell_startup};
use crate::checks::goroot::goroot_set;
use crate::checks::modules::gobin;

/// The checks that find settings of other programs. They find other faults, too, which do not count here.
pub fn checks_in_effect(snapshot: &Snapshot<'_>) -> Vec<&'static str> {
    let is_shadowed = !path_shadowed::CHECK.examine(snapshot).is_empty();
    let found = [
        (path_shadowed::CHECK.name, is_shadowed),
        (goroot_set::CHECK.name, goroot_set::is_of_another(snapshot)),
        (shell_startup::CHECK.name, shell_startup::loads_another(snapshot)),
        (gobin::CHECK.name, gobin::is_of_another(snapshot)),
    ];
    found.into_iter().filter(|(_, is_found)| *is_found).map(|(name, _)| name).collect()
}
