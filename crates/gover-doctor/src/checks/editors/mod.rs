//! Editors and CI files that name a Go of their own.

use crate::check::Check;

/// In the order in which they are shown.
pub(crate) const CHECKS: &[Check] = &[];
