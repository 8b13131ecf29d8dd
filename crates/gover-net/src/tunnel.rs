//! Asks an HTTP proxy to open a tunnel to a server, as every https client does.

use std::io;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;
use url::Url;

use crate::address::{Address, percent_decode};
use crate::probe::Verdict;

/// Connects to a proxy and, if it uses plain HTTP, asks it for a tunnel to `target`. A proxy that
/// does not use plain HTTP only has to accept the connection.
pub async fn probe_tunnel(proxy: &Address, target: Option<&Address>, connect_timeout: Duration) -> Verdict {
    let proxy = proxy.secret();
    let Some(credentials) = credentials(proxy) else {
        return Verdict::Unreachable("user and password cannot be decoded".to_owned());
    };
    let host = proxy.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let usual_port = if proxy.scheme().starts_with("socks") { 1080 } else { 80 };
    let port = proxy.port_or_known_default().unwrap_or(usual_port);
    let stream = match timeout(connect_timeout, TcpStream::connect((host, port))).await {
        Err(_) => return Verdict::Silent,
        Ok(Err(error)) => return Verdict::Unreachable(reason(&error)),
        Ok(Ok(stream)) => stream,
    };
    let target = target.filter(|target| target.is_https() && proxy.scheme() == "http");
    let Some(target) = target.map(Address::secret) else { return Verdict::Good };
    let port = target.port_or_known_default().unwrap_or(443);
    let place = format!("{}:{port}", target.host_str().unwrap_or_default());
    let request = format!("CONNECT {place} HTTP/1.1\r\nHost: {place}\r\n{credentials}\r\n");
    match converse(stream, &request).await {
        Ok(head) => judge(&head),
        Err(error) => Verdict::Unreachable(reason(&error)),
    }
}

/// The header with user and password, empty without them; `None` if they cannot be decoded.
fn credentials(proxy: &Url) -> Option<String> {
    if proxy.username().is_empty() && proxy.password().is_none() {
        return Some(String::new());
    }
    let user = percent_decode(proxy.username())?;
    let password = percent_decode(proxy.password().unwrap_or_default())?;
    Some(format!("Proxy-Authorization: Basic {}\r\n", STANDARD.encode(format!("{user}:{password}"))))
}

async fn converse(mut stream: TcpStream, request: &str) -> io::Result<Vec<u8>> {
    stream.write_all(request.as_bytes()).await?;
    let mut head = Vec::new();
    while !head.contains(&b'\n') && head.len() < 4096 {
        if stream.read_buf(&mut head).await? == 0 {
            break;
        }
    }
    Ok(head)
}

/// `HTTP/1.1 407 Proxy Authentication Required`
fn judge(head: &[u8]) -> Verdict {
    let text = String::from_utf8_lossy(head);
    let line = text.lines().next().unwrap_or_default();
    let mut words = line.splitn(3, ' ');
    let is_http = words.next().is_some_and(|version| version.starts_with("HTTP/"));
    let status = words.next().and_then(|status| status.parse().ok()).filter(|_| is_http);
    match status {
        Some(200..300) => Verdict::Good,
        Some(status) => {
            let text: String = words.next().unwrap_or_default().chars().filter(|c| !c.is_control()).collect();
            Verdict::Status(status, text.trim().to_lowercase())
        }
        None if line.is_empty() => {
            Verdict::Unreachable("it closed the connection without a response".to_owned())
        }
        None => Verdict::Wrong("it does not speak HTTP".to_owned()),
    }
}

fn reason(error: &io::Error) -> String {
    if error.raw_os_error().is_some() {
        return error.kind().to_string();
    }
    // An error of the DNS lookup has no error code.
    "DNS lookup failed".to_owned()
}
