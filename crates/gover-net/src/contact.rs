//! Which addresses the name of a server has, and whether they can be connected to.

use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

use super::{Http, reason_of};
use crate::address::Address;

/// The first address of its kind, and how long connecting to it took, or why it failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    pub address: IpAddr,
    pub took: Result<Duration, String>,
}

impl Http {
    /// Connects to the first IPv4 and to the first IPv6 address of a server, both at once. Empty if
    /// the name has no address, or if a forward proxy connects to it.
    pub async fn contacts(&self, url: &Address) -> Vec<Contact> {
        if self.settings.offline || self.proxy_variable(url).is_some() {
            return Vec::new();
        }
        let url = url.secret();
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
        let port = url.port_or_known_default().unwrap_or(443);
        let Ok(Ok(found)) = timeout(self.settings.connect_timeout, lookup_host((host, port))).await else {
            return Vec::new();
        };
        let found: Vec<SocketAddr> = found.collect();
        let first = |is_wanted: fn(&SocketAddr) -> bool| found.iter().copied().find(is_wanted);
        let kinds = [first(SocketAddr::is_ipv4), first(SocketAddr::is_ipv6)];
        join_all(kinds.into_iter().flatten().map(|address| self.contact(address))).await
    }

    async fn contact(&self, address: SocketAddr) -> Contact {
        let begun = Instant::now();
        let took = match timeout(self.settings.connect_timeout, TcpStream::connect(address)).await {
            Ok(Ok(_)) => Ok(begun.elapsed()),
            Ok(Err(error)) => Err(reason_of(&error)),
            Err(_) => Err("no answer".to_owned()),
        };
        Contact { address: address.ip(), took }
    }
}
