//! An HTTP server on the loopback interface: one std listener, no framework, faults on demand.

mod fault;
mod message;
mod reply;

use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use crate::service::{Service, lock};
pub use fault::Fault;
pub use message::{Request, Response};

/// A server that sends the responses it was given and records every request.
///
/// Each connection carries one request (`Connection: close`), so that the recorded requests are
/// those that the client chose to make. Dropping the server also ends stalled connections.
pub struct FakeServer {
    service: Service,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

type Handler = Arc<dyn Fn(&Request) -> Option<Response> + Send + Sync>;

#[derive(Default)]
struct State {
    routes: BTreeMap<String, Response>,
    handlers: Vec<(String, Handler)>,
    /// Faults with their paths, and how many more requests each makes fail.
    faults: Vec<(String, Fault, usize)>,
    /// The same for requests with `Range`, without a limit.
    range_faults: Vec<(String, Fault)>,
    /// Prefixes of paths, and the `Authorization` that each needs.
    guarded: Vec<(String, String)>,
    requests: Vec<Request>,
    stalled: usize,
    releases: usize,
    stopping: bool,
}

impl FakeServer {
    pub fn start() -> Self {
        let shared = Arc::<Shared>::default();
        let for_service = Arc::clone(&shared);
        Self { service: Service::start(move |stream| converse(stream, &for_service)), shared }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.service.address
    }

    /// `http://127.0.0.1:PORT`, without a final slash.
    pub fn url(&self) -> String {
        format!("http://{}", self.service.address)
    }

    /// The URL of a path that begins with `/`.
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.url())
    }

    /// Answers `path` with 200 and this body, whatever the query.
    pub fn serve(&self, path: &str, body: impl Into<Vec<u8>>) {
        self.route(path, Response::ok(body));
    }

    /// Answers `path` with this response, whatever the query; goes before every handler.
    pub fn route(&self, path: &str, response: Response) {
        self.state().routes.insert(path.to_owned(), response);
    }

    /// Adds a line to the body that `path` is answered with.
    pub fn append_line(&self, path: &str, line: &str) {
        let mut body = self.state().routes.get(path).map(|route| route.body.to_vec()).unwrap_or_default();
        body.extend_from_slice(line.as_bytes());
        body.push(b'\n');
        self.serve(path, body);
    }

    pub fn forget_route(&self, path: &str) {
        self.state().routes.remove(path);
    }

    /// Lets a function answer a prefix; `None` is 404. The longest wins, among equals the last.
    pub fn handle(
        &self,
        prefix: &str,
        handler: impl Fn(&Request) -> Option<Response> + Send + Sync + 'static,
    ) {
        self.state().handlers.push((prefix.to_owned(), Arc::new(handler)));
    }

    /// Makes every request for `path` fail this way (`*` at its end: any rest). Faults add up.
    pub fn fault(&self, path: &str, fault: Fault) {
        self.fault_times(path, fault, usize::MAX);
    }

    pub fn fault_times(&self, path: &str, fault: Fault, times: usize) {
        self.state().faults.push((path.to_owned(), fault, times));
    }

    /// Makes requests with `Range` fail, and no others.
    pub fn fault_ranges(&self, path: &str, fault: Fault) {
        self.state().range_faults.push((path.to_owned(), fault));
    }

    /// Requires this user and password for paths with this prefix; others get 401.
    pub fn guard(&self, prefix: &str, user: &str, password: &str) {
        let encoded = BASE64_STANDARD.encode(format!("{user}:{password}"));
        self.guard_with(prefix, &format!("Basic {encoded}"));
    }

    /// The same for any value of `Authorization`.
    pub fn guard_with(&self, prefix: &str, authorization: &str) {
        self.state().guarded.push((prefix.to_owned(), authorization.to_owned()));
    }

    pub fn heal(&self) {
        let mut state = self.state();
        state.faults.clear();
        state.range_faults.clear();
    }

    /// All requests so far, in order of arrival.
    pub fn requests(&self) -> Vec<Request> {
        self.state().requests.clone()
    }

    /// The requests whose path is `path`, or begins like it if it ends in `*`.
    pub fn requests_for(&self, path: &str) -> Vec<Request> {
        self.state().requests.iter().filter(|request| matches(path, &request.path)).cloned().collect()
    }

    /// How often a file was requested, from its start or from where an earlier download broke off.
    /// A request for the directory of a zip, which is a range with an end, does not count.
    pub fn downloads_of(&self, path: &str) -> usize {
        let requests = self.requests_for(path);
        let is_download =
            |request: &&Request| request.header("range").is_none_or(|range| range.ends_with('-'));
        requests.iter().filter(is_download).count()
    }

    /// `GET /path` of every request so far.
    pub fn request_lines(&self) -> Vec<String> {
        self.state().requests.iter().map(|request| format!("{} {}", request.method, request.path)).collect()
    }

    pub fn forget_requests(&self) {
        self.state().requests.clear();
    }

    pub fn wait_for_request(&self, path: &str) {
        self.wait(path, |state| state.requests.iter().any(|request| matches(path, &request.path)));
    }

    /// Blocks until so many requests are stalled by [`Fault::Stall`] or [`Fault::StallAt`].
    pub fn wait_for_stalled(&self, count: usize) {
        self.wait("stalled requests", |state| state.stalled >= count);
    }

    pub fn stalled(&self) -> usize {
        self.state().stalled
    }

    /// Lets all stalled requests go on; later ones stall again while the fault lasts.
    pub fn release_stalled(&self) {
        self.state().releases += 1;
        self.shared.changed.notify_all();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.lock()
    }

    /// Waits for a condition; fails the test after a time that no healthy test needs.
    fn wait(&self, what: &str, condition: impl Fn(&State) -> bool) {
        let (state, result) = self
            .shared
            .changed
            .wait_timeout_while(self.state(), Duration::from_mins(1), |state| !condition(state))
            .unwrap_or_else(PoisonError::into_inner);
        let lines: Vec<&str> = state.requests.iter().map(|request| request.path.as_str()).collect();
        assert!(!result.timed_out(), "waited in vain for {what}; so far came {lines:?}");
    }
}

impl Drop for FakeServer {
    fn drop(&mut self) {
        self.state().stopping = true;
        self.shared.changed.notify_all();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    /// Blocks a connection until stalled requests are released or the server ends.
    fn stall(&self) {
        let mut state = self.lock();
        let release = state.releases;
        state.stalled += 1;
        self.changed.notify_all();
        let mut state = self
            .changed
            .wait_while(state, |state| !state.stopping && state.releases == release)
            .unwrap_or_else(PoisonError::into_inner);
        state.stalled -= 1;
    }

    fn receive(&self, request: &Request) -> (Option<Response>, Vec<Fault>) {
        let mut state = self.lock();
        state.requests.push(request.clone());
        let faults = state.take_faults(request);
        let given = request.header("Authorization");
        let is_closed =
            |(prefix, wanted): &(String, String)| request.path.starts_with(prefix) && given != Some(wanted);
        let route = if state.guarded.iter().any(is_closed) {
            Some(Response::status(401, "who are you?\n"))
        } else {
            state.routes.get(&request.path).cloned()
        };
        let handler = state
            .handlers
            .iter()
            .filter(|(prefix, _)| request.path.starts_with(prefix))
            .max_by_key(|(prefix, _)| prefix.len())
            .map(|(_, handler)| Arc::clone(handler));
        drop(state);
        self.changed.notify_all();
        (route.or_else(|| handler.and_then(|handler| handler(request))), faults)
    }
}

impl State {
    fn take_faults(&mut self, request: &Request) -> Vec<Fault> {
        let path = &request.path;
        let due = self.faults.iter_mut().filter(|(pattern, _, left)| *left > 0 && matches(pattern, path));
        let taken = due.map(|(_, fault, left)| {
            *left -= 1;
            fault.clone()
        });
        let of_ranges = self.range_faults.iter().filter(|(pattern, _)| matches(pattern, path));
        let of_ranges = of_ranges.filter(|_| request.header("Range").is_some());
        taken.chain(of_ranges.map(|(_, fault)| fault.clone())).collect()
    }
}

fn converse(mut stream: TcpStream, shared: &Shared) -> std::io::Result<()> {
    let Some(request) = Request::read(&mut stream)? else { return Ok(()) };
    let (response, faults) = shared.receive(&request);
    reply::send(&mut stream, &request, response, &faults, shared)
}

fn matches(pattern: &str, path: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(prefix) => path.starts_with(prefix),
        None => path == pattern,
    }
}
