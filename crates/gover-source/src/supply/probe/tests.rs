use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use gover_core::Layout;
use gover_net::{Certificates, NetworkSettings};
use gover_test::{FakeSite, Fault, Response};

use super::*;
use crate::settings::SupplySettings;

/// A supply with the proxies `proxies` that trusts only `bundle`, if there is one.
fn supply(proxies: &str, sumdb: Option<String>, bundle: Option<&str>) -> Supply {
    let home = Layout::new(PathBuf::from("/nowhere"));
    let certificates = Certificates { file: bundle.map(fixture), directories: Vec::new() };
    let network = NetworkSettings { certificates, retries: 0, ..NetworkSettings::default() };
    let settings =
        SupplySettings { proxies: Some(proxies.to_owned()), sumdb, network, ..SupplySettings::new(&home) };
    Supply::new(settings).unwrap()
}

fn fixture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/tls").join(name)
}

fn deadline() -> Instant {
    Instant::now() + Duration::from_mins(1)
}

async fn verdicts(supply: &Supply) -> Vec<Verdict> {
    supply.probe_proxies(deadline()).await.into_iter().map(|probe| probe.verdict).collect()
}

/// Starts an https server that shows a certificate and sends a date in 1994. Returns its address.
fn tls_server(certificate: &str) -> String {
    let certificate = CertificateDer::from_pem_file(fixture(certificate)).unwrap();
    let key = PrivateKeyDer::from_pem_file(fixture("server.key")).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let configuration = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    let configuration = Arc::new(configuration);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut connection = rustls::ServerConnection::new(Arc::clone(&configuration)).unwrap();
            let mut stream = rustls::Stream::new(&mut connection, &mut stream);
            // A client that rejects the certificate ends the connection here.
            if stream.read(&mut [0; 4096]).is_ok() {
                let date = "Date: Sun, 06 Nov 1994 08:49:37 GMT";
                let head =
                    format!("HTTP/1.1 200 OK\r\n{date}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
                let _ = stream.write_all(head.as_bytes());
            }
        }
    });
    format!("https://{address}")
}

#[tokio::test]
async fn each_server_is_judged_by_its_response() {
    let site = FakeSite::start();
    let path = |base: &str| format!("{base}/golang.org/toolchain/@v/list");
    site.server().serve(&path("/good"), "v0.0.1-go1.91.2.linux-amd64\n");
    site.server().serve(&path("/empty"), "");
    site.server().serve(&path("/hotel"), "\n<html>Please sign in</html>");
    site.server().serve(&path("/other"), "Hello\n");
    site.server().fault(&path("/closed"), Fault::StatusText(403, "Not for you.".to_owned()));
    let at = |base: &str| site.server().at(base);
    let value = ["/good", "/empty", "/hotel", "/other", "/closed", "/missing"].map(at).join("|")
        + "|direct,https://x.test";
    let wrong = |text: &str| Verdict::Wrong(text.to_owned());
    assert_eq!(
        verdicts(&supply(&value, None, None)).await,
        [
            Verdict::Good,
            Verdict::Good,
            wrong("it returned a web page"),
            wrong("its response is not a list of versions"),
            Verdict::Status(403, "not for you".to_owned()),
            Verdict::Status(404, "page not found".to_owned()),
        ]
    );
}

#[tokio::test]
async fn a_closed_port_and_a_silent_server_are_different() {
    let site = FakeSite::start();
    site.server().fault("/slow/*", Fault::Stall);
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let value = format!("https://ann:secret@{closed}|{}", site.server().at("/slow"));
    let supply = supply(&value, None, None);
    let probes = supply.probe_proxies(Instant::now() + Duration::from_secs(2)).await;
    assert_eq!(probes[0].verdict, Verdict::Unreachable("connection refused".to_owned()));
    assert_eq!(probes[0].address, format!("https://{closed}"));
    assert_eq!(probes[1].verdict, Verdict::Silent);
    assert!(probes[1].took > Duration::from_millis(100), "{probes:?}");
}

#[tokio::test]
async fn an_untrusted_authority_is_named_with_the_time_of_its_server() {
    let server = tls_server("server.pem");
    let refusing = supply(&server, None, Some("expired.pem"));
    let probes = refusing.probe_proxies(deadline()).await;
    let issuer = Some("Acme Inspection CA".to_owned());
    assert_eq!(probes[0].verdict, Verdict::UntrustedCertificate(issuer));
    // This test runs after 2020.
    assert!(probes[0].clock_ahead.unwrap() > 25 * 365 * 86_400, "{probes:?}");
    assert_eq!(verdicts(&supply(&server, None, Some("ca.pem"))).await, [Verdict::Good]);
}

#[tokio::test]
async fn a_certificate_of_another_time_is_called_so() {
    let server = tls_server("expired.pem");
    assert_eq!(verdicts(&supply(&server, None, Some("ca.pem"))).await, [Verdict::CertificateTime]);
}

#[tokio::test]
async fn a_certificate_for_another_name_is_called_so() {
    let server = tls_server("server.pem").replace("127.0.0.1", "localhost");
    let verdicts = verdicts(&supply(&server, None, Some("ca.pem"))).await;
    assert_eq!(verdicts, [Verdict::Wrong("its certificate is for another name".to_owned())]);
}

#[tokio::test]
async fn the_head_of_the_database_is_checked_through_each_way() {
    let site = FakeSite::start();
    let value = format!("{},{}", site.proxy_url(), site.server().at("/other"));
    let verdicts = async |sumdb: String| -> Vec<(String, Verdict)> {
        let probes = supply(&value, Some(sumdb), None).probe_sumdb(deadline()).await.unwrap();
        probes.into_iter().map(|probe| (probe.address.replace(&site.url(), ""), probe.verdict)).collect()
    };
    assert_eq!(verdicts(site.gosumdb()).await, [("/proxy/sumdb/sum.test".to_owned(), Verdict::Good)]);
    assert_eq!(verdicts(site.gosumdb_direct()).await, [("/sumdb".to_owned(), Verdict::Good)]);
    // The database is not asked directly while a proxy relays it.
    site.serve_log(&site.log().impostor());
    let of_impostor = verdicts(site.gosumdb()).await;
    let Verdict::Wrong(text) = &of_impostor[0].1 else { panic!("{of_impostor:?}") };
    assert!(text.starts_with("its tree head is not that of sum.test: "), "{text}");
}

#[tokio::test]
async fn the_database_is_asked_itself_once_no_proxy_passes_it_on() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let log = gover_test::FakeLog::new(&closed.to_string());
    let site = FakeSite::start();
    let supply = supply(&site.server().at("/other"), Some(log.verifier_key()), None);
    let probes = supply.probe_sumdb(deadline()).await.unwrap();
    assert_eq!(probes[1].address, format!("https://{closed}"));
    assert_eq!(probes[1].verdict, Verdict::Unreachable("connection refused".to_owned()));
}

#[tokio::test]
async fn the_route_to_the_database_follows_the_separators_as_in_go() {
    let site = FakeSite::start();
    let dead = format!("http://{}", TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap());
    let (good, other, odd) = (site.proxy_url(), site.server().at("/other"), site.server().at("/odd"));
    site.server().fault("/odd/*", Fault::Status(204));
    let directory = tempfile::tempdir().unwrap();
    let relayed = directory.path().join("sumdb/sum.test");
    std::fs::create_dir_all(&relayed).unwrap();
    std::fs::write(relayed.join("supported"), "").unwrap();
    std::fs::write(relayed.join("latest"), site.log().answer("/latest").unwrap()).unwrap();
    let slashed = directory.path().display().to_string().replace('\\', "/");
    let at = format!("file:///{}", slashed.trim_start_matches('/'));
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let log = gover_test::FakeLog::new(&closed.to_string());
    let route = async |proxies: &str, sumdb: String| -> Vec<&'static str> {
        let probes = supply(proxies, Some(sumdb), None).probe_sumdb(deadline()).await.unwrap();
        let word = |verdict: Verdict| match verdict {
            Verdict::Good => "good",
            Verdict::Status(404, _) => "lacks",
            _ => "fails",
        };
        probes.into_iter().map(|probe| word(probe.verdict)).collect()
    };
    for (list, expected) in [
        (format!("{dead}|{good}"), &["fails", "good"][..]),
        (format!("{dead},{good}"), &["fails"]),
        (format!("{odd}|{good}"), &["fails", "good"]),
        (format!("{other},{good},{dead}"), &["lacks", "good"]),
        (format!("{dead}|{other}"), &["fails", "lacks"]),
        (format!("{dead}|off"), &["fails"]),
        (format!("{other}|{at},{dead}"), &["lacks", "good"]),
    ] {
        assert_eq!(route(&list, site.gosumdb()).await, expected, "{list}");
    }
    // Only the last entry here is the database itself, which does not listen.
    for list in [format!("{dead}|direct"), format!("{other},direct"), other] {
        assert_eq!(route(&list, log.verifier_key()).await.len(), 2, "{list}");
    }
}

#[tokio::test]
async fn the_tree_head_of_a_directory_in_goproxy_is_checked_too() {
    let site = FakeSite::start();
    let directory = tempfile::tempdir().unwrap();
    let relay = directory.path().join("sumdb/sum.test");
    fs::create_dir_all(&relay).unwrap();
    let slashed = directory.path().display().to_string().replace('\\', "/");
    let supply = supply(&format!("file:///{}", slashed.trim_start_matches('/')), Some(site.gosumdb()), None);
    let verdict = async || supply.probe_sumdb(deadline()).await.unwrap().remove(0).verdict;
    fs::write(relay.join("supported"), "").unwrap();
    let missing = verdict().await;
    assert!(matches!(&missing, Verdict::Wrong(text) if text.contains("latest")), "{missing:?}");
    fs::write(relay.join("latest"), site.log().impostor().answer("/latest").unwrap()).unwrap();
    let forged = verdict().await;
    assert!(matches!(&forged, Verdict::Wrong(text) if text.contains("tree head")), "{forged:?}");
    fs::write(relay.join("latest"), site.log().answer("/latest").unwrap()).unwrap();
    assert_eq!(verdict().await, Verdict::Good);
    // The go command asks no further if it cannot read this file.
    fs::remove_file(relay.join("supported")).unwrap();
    fs::create_dir(relay.join("supported")).unwrap();
    let unread = verdict().await;
    assert!(matches!(&unread, Verdict::Wrong(text) if text.starts_with("cannot read")), "{unread:?}");
}

#[tokio::test]
async fn each_source_of_toolchains_is_asked() {
    let site = FakeSite::start();
    let dead = format!("http://{}", TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap());
    site.server().fault("/broken/index.json", Fault::Status(500));
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("file");
    fs::write(&file, "").unwrap();
    let mut settings = supply("off", None, None).settings().clone();
    settings.godev_url = Some(site.url().parse().unwrap());
    settings.sources = vec![
        SourceSpec::GoDev,
        SourceSpec::GoProxy,
        SourceSpec::Mirror(site.server().at("/flat").parse().unwrap()),
        SourceSpec::Mirror(site.server().at("/broken").parse().unwrap()),
        SourceSpec::Mirror(dead.parse().unwrap()),
        SourceSpec::Directory(directory.path().to_owned()),
        SourceSpec::Directory(directory.path().join("gone")),
        SourceSpec::Directory(file),
    ];
    let probes = Supply::new(settings).unwrap().probe_sources(deadline()).await;
    let verdicts: Vec<_> = probes.into_iter().map(|probe| probe.map(|probe| probe.verdict)).collect();
    assert_eq!(verdicts[0], Some(Verdict::Good), "{verdicts:?}");
    assert_eq!(verdicts[1], None);
    assert_eq!(verdicts[2], Some(Verdict::Good));
    assert!(matches!(verdicts[3], Some(Verdict::Status(500, _))), "{verdicts:?}");
    assert_eq!(verdicts[4], Some(Verdict::Unreachable("connection refused".to_owned())));
    assert_eq!(verdicts[5], Some(Verdict::Good));
    assert_eq!(verdicts[6], Some(Verdict::Wrong("does not exist".to_owned())));
    assert_eq!(verdicts[7], Some(Verdict::Wrong("is not a directory".to_owned())));
}

#[test]
fn only_a_missing_path_does_not_exist() {
    let verdict = |kind: ErrorKind| as_readable::<()>(Err(kind.into()));
    assert_eq!(verdict(ErrorKind::NotFound), Verdict::Wrong("does not exist".to_owned()));
    let denied = verdict(ErrorKind::PermissionDenied);
    assert_eq!(denied, Verdict::Wrong("cannot be read: permission denied".to_owned()));
}

#[tokio::test]
async fn an_http_proxy_is_asked_for_a_way_with_its_credentials() {
    let site = FakeSite::start();
    site.server().route("go.test:443", Response::ok(""));
    site.server().route("closed.test:443", Response::status(407, ""));
    let supply = supply("off", None, None);
    let with_credentials = site.url().replace("http://", "http://ann:s%40cret@");
    let bare = site.url().replace("http://", "");
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let proxies = [with_credentials, bare.clone(), closed.to_string(), "http://".to_owned()];
    let target = "https://u:p@go.test/x".parse().unwrap();
    let probes = supply.probe_http_proxies(&proxies, Some(&target), deadline()).await;
    assert_eq!(probes[0].verdict, Verdict::Good, "{probes:?}");
    assert_eq!(probes[1].verdict, Verdict::Good);
    assert_eq!(probes[2].verdict, Verdict::Unreachable("connection refused".to_owned()));
    assert_eq!(probes[3].verdict, Verdict::Unreachable("not a proxy address".to_owned()));
    assert!(!format!("{probes:?}").contains("s%40cret"));
    let sent = &site.server().requests()[..2];
    let credentials: Vec<_> =
        sent.iter().filter_map(|request| request.header("Proxy-Authorization")).collect();
    assert_eq!(credentials, ["Basic YW5uOnNAY3JldA=="]);

    let target = "https://closed.test".parse().unwrap();
    let refused = supply.probe_http_proxies(&[bare], Some(&target), deadline()).await;
    assert!(matches!(refused[0].verdict, Verdict::Status(407, _)), "{refused:?}");
}
