//! The C compiler that cgo needs.

mod cgo_abi;
mod cgo_compiler;
mod flags;
mod probe;
mod setup;
mod wanted;

use crate::Check;

pub(crate) const CHECKS: &[Check] = &[cgo_compiler::CHECK, cgo_abi::CHECK];
