use std::fs;
use std::time::Duration;

use gover_test::clock;
use gover_test::{FakeServer, Fault, Response, gzip};

use super::*;
use crate::settings::Certificates;

const LIMIT: u64 = 1000;

fn quick() -> NetworkSettings {
    NetworkSettings { back_off: Duration::ZERO, ..NetworkSettings::default() }
}

fn http() -> Http {
    Http::new(quick())
}

async fn body(http: &Http, url: &str) -> Result<Vec<u8>, HttpError> {
    match http.read(&url.parse().unwrap(), LIMIT, None).await? {
        Body::New { bytes, .. } => Ok(bytes),
        Body::Unchanged => panic!("nothing is known yet"),
    }
}

#[tokio::test]
async fn a_body_comes_whole_and_says_who_asks() {
    let server = FakeServer::start();
    server.serve("/x", "body");
    assert_eq!(body(&http(), &server.at("/x")).await.unwrap(), b"body");
    let requests = server.requests();
    assert!(requests[0].header("User-Agent").unwrap().starts_with("gover/"));
    assert_eq!(requests[0].header("Accept-Encoding"), Some("identity"));
}

#[tokio::test]
async fn a_secret_that_a_server_repeats_is_masked() {
    let server = FakeServer::start();
    server.handle("/x", |request| Some(Response::status(403, &format!("no entry with {}", request.query))));
    let error = body(&http(), &server.at("/x?token=S3CRET")).await.unwrap_err();
    assert_eq!(error.to_string(), "403 no entry with ***");
}

#[tokio::test]
async fn an_error_whose_text_trickles_in_is_reported_without_it() {
    let server = FakeServer::start();
    server.route("/x", Response::status(403, &"no entry ".repeat(1 << 16)));
    server.fault("/x", Fault::BytesPerSecond(20));
    let http = Http::new(NetworkSettings { stall_timeout: Duration::from_secs(3), ..quick() });
    // All of it would take hours.
    let error = body(&http, &server.at("/x")).await.unwrap_err();
    assert!(matches!(error, HttpError::Status { status: 403, .. }), "{error}");
}

#[tokio::test]
async fn a_known_body_is_not_sent_again() {
    let server = FakeServer::start();
    server.route("/x", Response::ok("body").with_etag("\"1\""));
    let answer = http().read(&server.at("/x").parse().unwrap(), LIMIT, Some("\"1\"")).await.unwrap();
    assert!(matches!(answer, Body::Unchanged));
}

#[tokio::test]
async fn a_server_that_answers_for_a_copy_that_is_not_there_is_called_so() {
    let server = FakeServer::start();
    server.fault("/x", Fault::Status(304));
    let error = body(&http(), &server.at("/x")).await.unwrap_err();
    assert_eq!(error.to_string(), "304 not modified, although gover has no cached copy");
}

#[tokio::test]
async fn broken_responses_are_retried_and_refusals_are_not() {
    let server = FakeServer::start();
    server.serve("/x", "body");
    for fault in [Fault::Close, Fault::TruncateAt(2), Fault::Status(503), Fault::Status(429)] {
        server.fault_times("/x", fault.clone(), 2);
        assert_eq!(body(&http(), &server.at("/x")).await.unwrap(), b"body", "{fault:?}");
        server.heal();
    }
    server.forget_requests();
    server.fault("/x", Fault::StatusText(403, "Not for you.".to_owned()));
    let error = body(&http(), &server.at("/x")).await.unwrap_err();
    assert_eq!(error.to_string(), "403 not for you");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn repetitions_end() {
    let server = FakeServer::start();
    server.fault("/x", Fault::Status(500));
    let error = body(&http(), &server.at("/x")).await.unwrap_err();
    assert!(matches!(error, HttpError::Status { status: 500, .. }), "{error}");
    assert_eq!(server.requests().len(), 1 + quick().retries as usize);
}

#[tokio::test]
async fn a_server_that_asks_for_more_patience_than_there_is_is_left_at_once() {
    let server = FakeServer::start();
    server.serve("/x", "body");
    let url = server.at("/x");
    let error = async |wait: &str, longest_wait| {
        server.heal();
        server.forget_requests();
        server.fault("/x", Fault::Status(503));
        server.fault("/x", Fault::Header("Retry-After", wait.to_owned()));
        let http = Http::new(NetworkSettings { longest_wait, ..quick() });
        (body(&http, &url).await.unwrap_err().to_string(), server.requests().len())
    };
    let text = "503 made to fail; it asks to wait 3600 s";
    assert_eq!(error("3600", Duration::from_secs(10)).await, (text.to_owned(), 1));
    // A date is compared with the server's own clock.
    server.fault("/x", Fault::Status(429));
    let (text, asked) = error("Wed, 01 Jan 2200 00:00:00 GMT", Duration::from_secs(10)).await;
    assert!(text.starts_with("503 made to fail; it asks to wait "), "{text}");
    assert_eq!(asked, 1);
    // Each retry waits as long as the server asks, if that is not too long.
    let text = "503 made to fail".to_owned();
    assert_eq!(error("0", Duration::from_secs(10)).await, (text, 1 + quick().retries as usize));
}

#[tokio::test]
async fn a_text_that_was_packed_on_the_way_is_unpacked_within_its_limit() {
    let server = FakeServer::start();
    let route = |bytes: &[u8]| {
        server.route("/x", Response::ok(gzip(bytes)).with_header("Content-Encoding", "gzip"));
    };
    route(b"body");
    assert_eq!(body(&http(), &server.at("/x")).await.unwrap(), b"body");
    route(&vec![b'x'; 1 << 20]);
    let error = body(&http(), &server.at("/x")).await.unwrap_err();
    assert!(matches!(error, HttpError::TooLong { limit: LIMIT }), "{error}");
    server.route("/x", Response::ok("body").with_header("Content-Encoding", "br"));
    let error = body(&http(), &server.at("/x")).await.unwrap_err();
    assert_eq!(error.to_string(), "it compressed the file with `br`, which gover did not request");
}

#[tokio::test]
async fn a_body_that_is_too_long_is_refused_announced_or_not() {
    let server = FakeServer::start();
    server.serve("/x", vec![b'x'; 1001]);
    let error = body(&http(), &server.at("/x")).await.unwrap_err();
    assert!(matches!(error, HttpError::TooLong { limit: LIMIT }));
    server.fault("/x", Fault::NoLength);
    let error = body(&http(), &server.at("/x")).await.unwrap_err();
    assert!(matches!(error, HttpError::TooLong { limit: LIMIT }));
}

#[tokio::test]
async fn redirects_are_followed_but_not_for_ever() {
    let server = FakeServer::start();
    server.serve("/x", "body");
    server.route("/a", Response::redirect("/x"));
    server.route("/loop", Response::redirect("/loop"));
    assert_eq!(body(&http(), &server.at("/a")).await.unwrap(), b"body");
    let error = body(&http(), &server.at("/loop")).await.unwrap_err();
    assert_eq!(error.to_string(), "too many redirects");
}

#[tokio::test]
async fn a_silent_server_is_left() {
    let server = FakeServer::start();
    server.serve("/x", "body");
    server.fault("/x", Fault::Stall);
    let http = Http::new(NetworkSettings { retries: 0, ..quick() });
    let silence = clock::pass(quick().stall_timeout, || server.stalled() == 1);
    let error = clock::meanwhile(body(&http, &server.at("/x")), silence).await.unwrap_err();
    assert_eq!(error.to_string(), "connection timed out: no response from the server");
}

#[tokio::test]
async fn a_server_that_trickles_is_left_after_the_time_for_silence() {
    let server = FakeServer::start();
    server.serve("/x", "x".repeat(900));
    server.fault("/x", Fault::BytesPerSecond(100));
    let http = Http::new(NetworkSettings { stall_timeout: Duration::from_secs(2), ..quick() });
    let error = body(&http, &server.at("/x")).await.unwrap_err();
    assert!(error.to_string().starts_with("too slow: "), "{error}");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn silence_is_met_with_one_repetition() {
    let server = FakeServer::start();
    server.serve("/x", "body");
    server.fault("/x", Fault::Stall);
    let (http, url) = (http(), server.at("/x"));
    let silence = async {
        clock::pass(quick().short_wait(), || server.stalled() == 1).await;
        clock::pass(quick().stall_timeout, || server.stalled() == 2).await;
    };
    let error = clock::meanwhile(body(&http, &url), silence).await.unwrap_err();
    assert_eq!(error.to_string(), "connection timed out: no response from the server");
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn a_server_that_fetches_a_small_file_first_gets_time() {
    let server = FakeServer::start();
    server.serve("/x", "body");
    server.fault("/x", Fault::Stall);
    for retries in [0, 1] {
        let http = Http::new(NetworkSettings { retries, ..quick() });
        let url = server.at("/x");
        let silence = async {
            if retries > 0 {
                clock::pass(quick().short_wait(), || server.stalled() == 1).await;
            }
            // The server takes that long for each request.
            clock::pass(Duration::from_secs(20), || server.stalled() == 1 + retries as usize).await;
            server.release_stalled();
        };
        assert_eq!(clock::meanwhile(body(&http, &url), silence).await.unwrap(), b"body");
        clock::pass(Duration::ZERO, || server.stalled() == 0).await;
    }
}

/// A server that closes each connection after its response. It responds once it has four requests,
/// and returns how many more there were at that time.
fn server_of_four(listener: std::net::TcpListener, rounds: usize) -> std::thread::JoinHandle<Vec<usize>> {
    use std::io::{BufRead as _, BufReader, Write as _};
    let round = move |_| {
        listener.set_nonblocking(false).unwrap();
        let connections: Vec<_> = (0..4)
            .map(|_| {
                let (stream, _) = listener.accept().unwrap();
                let head = BufReader::new(stream.try_clone().unwrap()).lines();
                assert!(head.map(Result::unwrap).any(|line| line.is_empty()), "a request is whole");
                stream
            })
            .collect();
        // All clients have connected before the first one has sent its request.
        listener.set_nonblocking(true).unwrap();
        let beside: Vec<_> = std::iter::from_fn(|| listener.accept().ok()).collect();
        for (stream, _) in &beside {
            let mut stream: &std::net::TcpStream = stream;
            stream.write_all(b"HTTP/1.0 503 Too Many\r\n\r\n").unwrap();
        }
        for mut stream in connections {
            stream.write_all(b"HTTP/1.0 200 OK\r\n\r\nbody").unwrap();
        }
        beside.len()
    };
    std::thread::spawn(move || (0..rounds).map(round).collect())
}

#[tokio::test]
async fn a_server_is_not_overrun_by_small_questions() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/tile", listener.local_addr().unwrap());
    let server = server_of_four(listener, 3);
    let http = Http::new(NetworkSettings { retries: 0, ..quick() });
    let answers = futures_util::future::join_all((0..12).map(|_| body(&http, &url))).await;
    let refused = answers.iter().filter(|answer| answer.is_err()).count();
    assert_eq!(refused, 0, "{answers:?}");
    assert_eq!(server.join().unwrap(), [0, 0, 0]);
}

#[tokio::test]
async fn a_place_that_cannot_be_connected_to_is_asked_once_a_command() {
    let closed = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap()
    };
    let url = format!("http://{closed}/x");
    let http = http();
    let error = body(&http, &url).await.unwrap_err();
    assert_eq!(error.to_string(), "cannot connect: connection refused");
    // A server listens now, but this command does not connect to it again.
    let _listener = std::net::TcpListener::bind(closed);
    assert_eq!(body(&http, &url).await.unwrap_err().to_string(), "cannot connect: connection refused");
}

#[tokio::test]
async fn an_unknown_host_is_called_so() {
    // A label of 64 characters is refused before any lookup.
    let url = format!("http://{}.invalid/x", "a".repeat(64));
    let error = body(&http(), &url).await.unwrap_err();
    assert_eq!(error.to_string(), "cannot connect: DNS lookup failed");
}

#[tokio::test]
async fn offline_no_socket_is_opened() {
    let server = FakeServer::start();
    let settings = NetworkSettings { offline: true, ..quick() };
    let error = body(&Http::new(settings), &server.at("/x")).await.unwrap_err();
    assert!(matches!(error, HttpError::Offline));
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn a_bundle_that_holds_no_certificate_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("bundle.pem");
    let read = async || {
        let settings = NetworkSettings {
            certificates: Certificates { file: Some(path.clone()), directories: Vec::new() },
            ..quick()
        };
        body(&Http::new(settings), "https://127.0.0.1:1/x").await.unwrap_err().to_string()
    };
    let missing = read().await;
    assert!(missing.starts_with("cannot read certificates `") && missing.contains("bundle.pem"), "{missing}");
    fs::write(&path, "nothing").unwrap();
    let empty = read().await;
    assert!(empty.ends_with("it holds none"), "{empty}");
}
