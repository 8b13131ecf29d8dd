//! What the network answers, and the network settings.

mod clock;
mod goproxy;
mod http_proxy;
pub(super) mod setting;
mod sources;
pub(super) mod sumdb;
mod tls_inspection;

use crate::Check;

pub(crate) const CHECKS: &[Check] =
    &[sources::CHECK, goproxy::CHECK, sumdb::CHECK, http_proxy::CHECK, tls_inspection::CHECK, clock::CHECK];
