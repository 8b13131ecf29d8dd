//! Go's variables and settings.

mod cache;
mod go111module;
pub(crate) mod gobin;
pub(crate) mod goenv_file;
mod goflags;
mod goos_goarch;
mod gopath;
mod gotoolchain;
mod hijack;
mod module_cache;
mod tools_stale;
mod vendor_stale;

use crate::Check;

pub(crate) const CHECKS: &[Check] = &[
    go111module::CHECK,
    goflags::CHECK,
    hijack::CHECK,
    gopath::CHECK,
    gobin::CHECK,
    tools_stale::CHECK,
    vendor_stale::CHECK,
    module_cache::CHECK,
    goos_goarch::CHECK,
    goenv_file::CHECK,
    gotoolchain::CHECK,
    cache::CHECK,
];
