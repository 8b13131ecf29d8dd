//! GOROOT, set or left behind.

use crate::check::Check;

/// In the order in which they are shown.
pub(crate) const CHECKS: &[Check] = &[];
