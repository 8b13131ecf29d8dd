//! What the network answers, and the network settings.

mod clock;
mod goproxy;
mod http_proxy;
mod private_hosts;
pub(super) mod setting;
mod sources;
pub(super) mod sumdb;
mod tls_inspection;

use crate::Check;

pub use private_hosts::modules_to_ask;
pub(crate) use private_hosts::site;

pub(crate) const CHECKS: &[Check] = &[
    sources::CHECK,
    goproxy::CHECK,
    sumdb::CHECK,
    private_hosts::CHECK,
    http_proxy::CHECK,
    tls_inspection::CHECK,
    clock::CHECK,
];
