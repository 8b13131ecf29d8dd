//! What stands in front of a [`FakeServer`](crate::FakeServer): TLS, a forward proxy.

mod proxy;
mod tls;

pub use proxy::{FakeProxy, ProxyRequest};
pub use tls::TlsFront;
