//! Which `go` the shell finds.

mod cmd_autorun;
pub(crate) mod go_programs;
pub(crate) mod installers;
mod login_shells;
mod path_dead;
mod path_duplicate;
mod path_lines;
pub(crate) mod path_machine;
mod path_missing;
mod path_registry;
pub(crate) mod path_shadowed;
mod pathext;
pub(crate) mod registry_path;
mod shell_integration;
pub(crate) mod shell_startup;
mod shim_damaged;
pub(crate) mod startup_order;
#[cfg(test)]
mod with_setup;

use crate::Check;

pub(crate) const CHECKS: &[Check] = &[
    path_missing::CHECK,
    path_shadowed::CHECK,
    path_dead::CHECK,
    path_duplicate::CHECK,
    path_machine::CHECK,
    path_registry::CHECK,
    pathext::CHECK,
    cmd_autorun::CHECK,
    shell_startup::CHECK,
    shim_damaged::CHECK,
    shell_integration::CHECK,
];
