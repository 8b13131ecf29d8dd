use std::io::{self, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::TlsFront;
use crate::server::{FakeServer, Request};
use crate::service::{Service, lock, read_head};

/// A forward proxy that leads every name to one server: `CONNECT` for https, whole URLs for http.
pub struct FakeProxy {
    service: Service,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    /// `user:password`, if the proxy requires credentials.
    wanted: Option<String>,
    /// The status of every response, if the proxy refuses everything.
    refusal: Option<u16>,
    requests: Vec<ProxyRequest>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProxyRequest {
    /// `CONNECT go.test:443`, `GET http://go.test/dl/`.
    pub line: String,
    /// The credentials of the client, as `user:password`.
    pub credentials: Option<String>,
    /// Whether it contained a header that only the server may see.
    pub authorization: bool,
}

impl FakeProxy {
    pub fn start(server: &FakeServer, front: &TlsFront) -> Self {
        let state = Arc::<Mutex<State>>::default();
        let (for_service, server, front) = (Arc::clone(&state), server.address(), front.service.address);
        let service = Service::start(move |client| pass_on(client, &for_service, server, front));
        Self { service, state }
    }

    /// Requires this user and password from now on.
    pub fn want(&self, user: &str, password: &str) {
        self.state().wanted = Some(format!("{user}:{password}"));
    }

    pub fn refuse(&self, status: u16) {
        self.state().refusal = Some(status);
    }

    pub fn host(&self) -> String {
        self.service.address.to_string()
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.host())
    }

    pub fn requests(&self) -> Vec<ProxyRequest> {
        self.state().requests.clone()
    }

    pub fn forget_requests(&self) {
        self.state().requests.clear();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

fn pass_on(
    mut client: TcpStream,
    state: &Mutex<State>,
    server: SocketAddr,
    front: SocketAddr,
) -> io::Result<()> {
    let Some(head) = read_head(&mut client)? else { return Ok(()) };
    let Some(request) = ProxyRequest::parse(&head) else { return Ok(()) };
    let tunnel = request.line.starts_with("CONNECT ");
    let refusal = {
        let mut state = lock(state);
        let known = state.wanted.is_none() || state.wanted == request.credentials;
        state.requests.push(request);
        state.refusal.or((!known).then_some(407))
    };
    if let Some(status) = refusal {
        let challenge = "Proxy-Authenticate: Basic realm=\"way out\"";
        let answer =
            format!("HTTP/1.1 {status} No\r\n{challenge}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        client.write_all(answer.as_bytes())?;
        return client.shutdown(Shutdown::Write);
    }
    let mut upstream = TcpStream::connect(if tunnel { front } else { server })?;
    if tunnel {
        client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")?;
        let (mut from, mut to) = (client.try_clone()?, upstream.try_clone()?);
        std::thread::spawn(move || {
            let _ = io::copy(&mut from, &mut to);
            to.shutdown(Shutdown::Write)
        });
    } else {
        upstream.write_all(&head)?;
    }
    io::copy(&mut upstream, &mut client)?;
    client.shutdown(Shutdown::Write)
}

impl ProxyRequest {
    fn parse(head: &[u8]) -> Option<Self> {
        let line = String::from_utf8_lossy(head.split(|&byte| byte == b'\r').next()?);
        let request = Request::parse(head)?;
        let credentials = request.header("Proxy-Authorization").map(|value| {
            let encoded = value.strip_prefix("Basic ").unwrap_or_default();
            String::from_utf8_lossy(&BASE64_STANDARD.decode(encoded).unwrap_or_default()).into_owned()
        });
        Some(Self {
            line: line.rsplit_once(' ').map_or(&*line, |(line, _)| line).to_owned(),
            credentials,
            authorization: request.header("Authorization").is_some(),
        })
    }
}
