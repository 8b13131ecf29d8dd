//! Editors and CI files that name a Go version or a toolchain.

mod ci_version;
mod goland;
mod jsonc;
mod roots;
mod vscode;

use crate::Check;

pub(crate) const CHECKS: &[Check] = &[vscode::CHECK, goland::CHECK, ci_version::CHECK];
