//! Editors and CI files that name a Go version or a toolchain.

mod ci_version;
pub(crate) mod edit;
mod editor_running;
pub(crate) mod goland;
mod image_layers;
pub(crate) mod jsonc;
pub(crate) mod roots;
pub(crate) mod vscode;

use crate::Check;

pub(crate) const CHECKS: &[Check] =
    &[vscode::CHECK, goland::CHECK, editor_running::CHECK, ci_version::CHECK, image_layers::CHECK];
