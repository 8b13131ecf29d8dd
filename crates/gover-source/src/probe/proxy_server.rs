//! Asking an HTTP proxy for a way to a server, as every client of https does.

use std::io;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::net::TcpStream;
use tokio::time::timeout;

use gover_net::address;

use super::Verdict;

/// Connects to a proxy and, if it is one of plain HTTP and there is a target, asks it for a way there.
pub(super) async fn ask(proxy: &str, target: Option<&str>, connect_timeout: Duration) -> Verdict {
    let Some(server) = Server::parse(proxy) else {
        return Verdict::Unreachable("no address of a proxy".to_owned());
    };
    let stream = match timeout(connect_timeout, TcpStream::connect((server.host.as_str(), server.port))).await
    {
        Err(_) => return Verdict::Silent,
        Ok(Err(error)) => return Verdict::Unreachable(reason(&error)),
        Ok(Ok(stream)) => stream,
    };
    let target = target.and_then(|url| url.strip_prefix("https://"));
    let Some(target) = target.filter(|_| server.scheme == "http") else { return Verdict::Good };
    let host = target.split('/').next().unwrap_or(target);
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    let place = if Server::has_port(host) { host.to_owned() } else { format!("{host}:443") };
    match converse(&stream, &server.request(&place)).await {
        Ok(head) => judge(&head),
        Err(error) => Verdict::Unreachable(reason(&error)),
    }
}

/// A proxy's address, taken apart as golang.org/x/net/http/httpproxy does: without a scheme it is one of plain HTTP.
struct Server {
    scheme: String,
    credentials: Option<String>,
    host: String,
    port: u16,
}

impl Server {
    fn parse(proxy: &str) -> Option<Self> {
        let (scheme, rest) = proxy.split_once("://").unwrap_or(("http", proxy));
        let scheme = scheme.to_ascii_lowercase();
        let authority = rest.split(['/', '?', '#']).next()?;
        let (credentials, place) = match authority.rsplit_once('@') {
            Some((credentials, place)) => (Some(address::percent_decode(credentials)?), place),
            None => (None, authority),
        };
        let usual = match scheme.as_str() {
            "https" => 443,
            "socks5" | "socks5h" => 1080,
            _ => 80,
        };
        let (host, port) = match place.rsplit_once(':').filter(|_| Self::has_port(place)) {
            Some((host, port)) => (host, port.parse().ok()?),
            None => (place, usual),
        };
        let host = host.trim_matches(['[', ']']).to_owned();
        (!host.is_empty()).then_some(Self { scheme, credentials, host, port })
    }

    /// Whether a port follows the host; the colons of `[::1]` are none of it.
    fn has_port(place: &str) -> bool {
        place.rsplit_once(':').is_some_and(|(_, port)| !port.contains(']'))
    }

    fn request(&self, place: &str) -> String {
        let credentials = self
            .credentials
            .as_ref()
            .map(|credentials| format!("Proxy-Authorization: Basic {}\r\n", STANDARD.encode(credentials)));
        let credentials = credentials.unwrap_or_default();
        format!("CONNECT {place} HTTP/1.1\r\nHost: {place}\r\n{credentials}\r\n")
    }
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
            Verdict::Unreachable("it ends the connection without an answer".to_owned())
        }
        None => Verdict::Wrong("it does not speak HTTP".to_owned()),
    }
}

fn reason(error: &io::Error) -> String {
    if error.raw_os_error().is_some() {
        return error.kind().to_string();
    }
    // Names are looked up by the system's own function, whose errors have texts alone.
    "name not known".to_owned()
}
