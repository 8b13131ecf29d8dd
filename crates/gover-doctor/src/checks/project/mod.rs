//! The project in the working directory.

mod attributes;
mod go_eol;
mod go_vulnerable;
mod line_endings;
mod pin_unavailable;
mod pins_disagree;

use crate::Check;

pub(crate) const CHECKS: &[Check] =
    &[pins_disagree::CHECK, line_endings::CHECK, pin_unavailable::CHECK, go_eol::CHECK, go_vulnerable::CHECK];
