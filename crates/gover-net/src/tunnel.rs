//! Asking an HTTP proxy to open a tunnel to a server, as every client of https does.

use std::io;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::net::TcpStream;
use tokio::time::timeout;
use url::Url;

use crate::address::{Address, percent_decode};

/// What a forward proxy said when it was asked for a tunnel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TunnelStatus {
    /// It opened the tunnel, or took the connection and is not one that is asked in plain HTTP.
    Open,
    /// It answered with this status and, perhaps, an explanation.
    Refused(u16, String),
    /// It answered, and not in HTTP.
    NotHttp,
    /// It could not be asked, with the reason.
    Unreachable(String),
    /// No connection within the time for it.
    Silent,
}

/// Connects to a proxy and, if it is one of plain HTTP, asks it for a tunnel to `target`.
pub async fn probe_tunnel(
    proxy: &Address,
    target: Option<&Address>,
    connect_timeout: Duration,
) -> TunnelStatus {
    let proxy = proxy.secret();
    let Some(credentials) = credentials(proxy) else {
        return TunnelStatus::Unreachable("user and password cannot be decoded".to_owned());
    };
    let host = proxy.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let usual_port = if proxy.scheme().starts_with("socks") { 1080 } else { 80 };
    let port = proxy.port_or_known_default().unwrap_or(usual_port);
    let stream = match timeout(connect_timeout, TcpStream::connect((host, port))).await {
        Err(_) => return TunnelStatus::Silent,
        Ok(Err(error)) => return TunnelStatus::Unreachable(reason(&error)),
        Ok(Ok(stream)) => stream,
    };
    let target = target.filter(|target| target.is_https() && proxy.scheme() == "http");
    let Some(target) = target.map(Address::secret) else { return TunnelStatus::Open };
    let port = target.port_or_known_default().unwrap_or(443);
    let place = format!("{}:{port}", target.host_str().unwrap_or_default());
    let request = format!("CONNECT {place} HTTP/1.1\r\nHost: {place}\r\n{credentials}\r\n");
    match converse(&stream, &request).await {
        Ok(head) => judge(&head),
        Err(error) => TunnelStatus::Unreachable(reason(&error)),
    }
}

/// The header with user and password, if the address has them; `None` if they cannot be decoded.
fn credentials(proxy: &Url) -> Option<String> {
    if proxy.username().is_empty() && proxy.password().is_none() {
        return Some(String::new());
    }
    let user = percent_decode(proxy.username())?;
    let password = percent_decode(proxy.password().unwrap_or_default())?;
    Some(format!("Proxy-Authorization: Basic {}\r\n", STANDARD.encode(format!("{user}:{password}"))))
}

/// Sends a request and reads the first line of the answer.
async fn converse(stream: &TcpStream, request: &str) -> io::Result<Vec<u8>> {
    let mut left = request.as_bytes();
    while !left.is_empty() {
        stream.writable().await?;
        match stream.try_write(left) {
            Ok(written) => left = left.get(written..).unwrap_or_default(),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
    let mut head = Vec::new();
    let mut buffer = [0; 512];
    while !head.contains(&b'\n') && head.len() < 4096 {
        stream.readable().await?;
        match stream.try_read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => head.extend_from_slice(buffer.get(..read).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
    Ok(head)
}

/// `HTTP/1.1 407 Proxy Authentication Required`
fn judge(head: &[u8]) -> TunnelStatus {
    let text = String::from_utf8_lossy(head);
    let line = text.lines().next().unwrap_or_default();
    let mut words = line.splitn(3, ' ');
    let is_http = words.next().is_some_and(|version| version.starts_with("HTTP/"));
    let status = words.next().and_then(|status| status.parse().ok()).filter(|_| is_http);
    match status {
        Some(200..300) => TunnelStatus::Open,
        Some(status) => {
            let text: String = words.next().unwrap_or_default().chars().filter(|c| !c.is_control()).collect();
            TunnelStatus::Refused(status, text.trim().to_lowercase())
        }
        None if line.is_empty() => {
            TunnelStatus::Unreachable("it closed the connection without a response".to_owned())
        }
        None => TunnelStatus::NotHttp,
    }
}

fn reason(error: &io::Error) -> String {
    if error.raw_os_error().is_some() {
        return error.kind().to_string();
    }
    // Names are looked up by the system's own function, whose errors have texts alone.
    "DNS lookup failed".to_owned()
}
