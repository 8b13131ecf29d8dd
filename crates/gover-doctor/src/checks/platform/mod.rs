//! The machine, the operating system and the toolchain.

mod antivirus;
mod architecture;
mod execution_policy;
mod libc;
mod long_paths;
mod wsl;

use crate::Check;

pub(crate) const CHECKS: &[Check] = &[
    architecture::CHECK,
    wsl::CHECK,
    execution_policy::CHECK,
    long_paths::CHECK,
    antivirus::CHECK,
    libc::CHECK,
];
