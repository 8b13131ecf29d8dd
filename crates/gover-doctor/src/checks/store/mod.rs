//! gover's own directory.

mod file_system;
mod rights;
#[expect(clippy::module_inception, reason = "the group has one check, of the same name")]
mod store;
mod toolchains;

use crate::Check;

pub(crate) const CHECKS: &[Check] = &[store::CHECK];
