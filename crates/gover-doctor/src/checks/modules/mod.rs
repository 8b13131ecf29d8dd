//! Go's own variables and settings.

mod go111module;

use crate::check::Check;

/// In the order in which they are shown.
pub(crate) const CHECKS: &[Check] = &[go111module::CHECK];
