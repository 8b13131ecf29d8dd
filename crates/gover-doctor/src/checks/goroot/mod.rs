//! GOROOT settings, and toolchains left behind.

mod go_leftovers;
mod goroot_invalid;
mod goroot_mismatch;
pub(crate) mod goroot_set;
mod goroot_spaces;
mod managed_toolchains;
mod places;

use crate::Check;

pub(crate) const CHECKS: &[Check] = &[
    goroot_set::CHECK,
    goroot_invalid::CHECK,
    goroot_mismatch::CHECK,
    goroot_spaces::CHECK,
    go_leftovers::CHECK,
];
