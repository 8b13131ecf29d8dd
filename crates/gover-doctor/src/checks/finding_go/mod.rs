//! Whether `go` is found, and which.

mod path_missing;

use crate::check::Check;

/// In the order in which they are shown.
pub(crate) const CHECKS: &[Check] = &[path_missing::CHECK];
