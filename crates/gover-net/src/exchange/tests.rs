use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::time::Duration;

use gover_core::platform::IS_WINDOWS;
use gover_test::clock;
use gover_test::{FakeProxy, FakeServer, Response, TlsFront};

use crate::error::ProxyProblem;
use crate::settings::{Certificates, ForwardProxies, NetworkSettings};
use crate::{Body, Http, HttpError};

/// An https server, and the directory with the authority that it trusts.
struct Scene {
    server: FakeServer,
    front: TlsFront,
    directory: tempfile::TempDir,
}

impl Scene {
    fn new() -> Self {
        let server = FakeServer::start();
        let front = TlsFront::start(&server);
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("ca.pem"), TlsFront::AUTHORITY).unwrap();
        server.serve("/x", "body");
        Self { server, front, directory }
    }

    fn settings(&self, variables: &[(&str, &str)]) -> NetworkSettings {
        let variable = |name: &str| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        };
        NetworkSettings {
            certificates: Certificates {
                file: Some(self.directory.path().join("ca.pem")),
                directories: Vec::new(),
            },
            forward: ForwardProxies::from_variables(variable),
            back_off: Duration::ZERO,
            ..NetworkSettings::default()
        }
    }

    fn http(&self, variables: &[(&str, &str)]) -> Http {
        Http::new(self.settings(variables))
    }
}

async fn body(http: &Http, url: &str) -> Result<Vec<u8>, HttpError> {
    match http.read(&url.parse().unwrap(), 1000, None).await? {
        Body::New { bytes, .. } => Ok(bytes),
        Body::Unchanged => panic!("nothing is known yet"),
    }
}

async fn fails(http: &Http, url: &str) -> (String, String) {
    let error = body(http, url).await.unwrap_err();
    assert!(!format!("{error:?}").contains("secret"), "{error:?}");
    (error.to_string(), error.remedy().unwrap_or_default())
}

#[tokio::test]
async fn credentials_in_an_address_are_used_and_never_told() {
    let scene = Scene::new();
    let at = |path: &str| scene.front.at(path).replace("https://", "https://ann:s%40cret@");
    let http = scene.http(&[]);
    assert_eq!(body(&http, &at("/x")).await.unwrap(), b"body");
    assert_eq!(scene.server.requests()[0].header("Authorization"), Some("Basic YW5uOnNAY3JldA=="));
    let (error, _) = fails(&http, &at("/y")).await;
    assert_eq!(error, "404 page not found");
}

#[tokio::test]
async fn credentials_do_not_go_over_the_wire_in_the_open() {
    let scene = Scene::new();
    for user in ["ann:secret@", "secret@", ":secret@"] {
        let url = scene.server.at("/x").replace("http://", &format!("http://{user}"));
        let (error, remedy) = fails(&scene.http(&[]), &url).await;
        assert!(error.contains("http is not encrypted"), "{error}");
        assert_eq!(remedy, "use an https address");
    }
    assert_eq!(scene.server.requests(), []);
}

#[tokio::test]
async fn a_redirect_to_another_host_carries_no_credentials() {
    let (scene, other) = (Scene::new(), Scene::new());
    scene.server.route("/away", Response::redirect(&other.front.at("/x")));
    scene.server.route("/here", Response::redirect("/x"));
    let at = |path: &str| scene.front.at(path).replace("https://", "https://ann:secret@");
    let http = scene.http(&[]);
    body(&http, &at("/away")).await.unwrap();
    assert!(scene.server.requests()[0].header("Authorization").is_some());
    assert_eq!(other.server.requests()[0].header("Authorization"), None);
    body(&http, &at("/here")).await.unwrap();
    assert!(scene.server.requests().iter().all(|request| request.header("Authorization").is_some()));
}

/// A program for GOAUTH that prints `general`, or `special` if it gets an address.
fn helper(scene: &Scene, general: &str, special: &str) -> NetworkSettings {
    let at = |name: &str| scene.directory.path().join(name);
    fs::write(at("general"), general).unwrap();
    fs::write(at("special"), special).unwrap();
    let here = scene.directory.path().display();
    let script = format!(
        "cd '{here}'; if [ $# = 0 ]; then echo >>calls; cat general; else echo $1 >>asked; cat special; fi\n"
    );
    fs::write(at("helper"), script).unwrap();
    let goauth = Some(format!("sh '{}'", at("helper").display()));
    NetworkSettings {
        authentication: crate::settings::Authentication { goauth, netrc: None },
        ..scene.settings(&[])
    }
}

#[tokio::test]
async fn headers_of_a_program_do_not_follow_a_redirect_to_another_host() {
    if IS_WINDOWS {
        return; // The helper is a script of sh.
    }
    let (scene, other) = (Scene::new(), Scene::new());
    scene.server.route("/away", Response::redirect(&other.front.at("/on")));
    scene.server.route("/here", Response::redirect("/away"));
    other.server.route("/on", Response::redirect("/x"));
    scene.server.route("/open", Response::redirect(&other.server.at("/x")));
    other.server.route("/loop", Response::redirect("/loop"));
    scene.server.route("/loop", Response::redirect(&other.front.at("/loop")));
    let own = format!("{}\n\nX-Token: secret\nAuthorization: Bearer secret\n\n", scene.front.url());
    let http = Http::new(helper(&scene, &own, ""));
    assert_eq!(body(&http, &scene.front.at("/here")).await.unwrap(), b"body");
    assert!(scene.server.requests().iter().all(|request| request.header("X-Token") == Some("secret")));
    assert_eq!(other.server.request_lines(), ["GET /on", "GET /x"]);
    let leaked = other.server.requests();
    assert!(
        leaked.iter().all(|request| request.header("X-Token").or(request.header("Authorization")).is_none())
    );
    let (error, _) = fails(&http, &scene.front.at("/open")).await;
    assert_eq!(error, "redirected from https to an unencrypted address");
    let (error, _) = fails(&http, &scene.front.at("/loop")).await;
    assert_eq!(error, "too many redirects");
}

#[tokio::test]
async fn connections_apart_know_who_asks() {
    if IS_WINDOWS {
        return; // The helper is a script of sh.
    }
    let scene = Scene::new();
    scene.server.guard_with("/x", "Bearer new");
    let [general, special] =
        ["old", "new"].map(|token| format!("{}\n\nAuthorization: Bearer {token}\n\n", scene.front.url()));
    let http = Http::new(helper(&scene, &general, &special));
    assert_eq!(body(&http, &scene.front.at("/x")).await.unwrap(), b"body");
    assert_eq!(body(http.without_multiplexing(), &scene.front.at("/x")).await.unwrap(), b"body");
    let lines = |name: &str| fs::read_to_string(scene.directory.path().join(name)).unwrap().lines().count();
    assert_eq!((lines("calls"), lines("asked")), (1, 1));
}

#[tokio::test]
async fn a_program_is_asked_again_when_a_server_refuses() {
    if IS_WINDOWS {
        return; // The helper is a script of sh.
    }
    let scene = Scene::new();
    scene.server.guard_with("/x", "Bearer new");
    let (general, special) = ["old", "new"]
        .map(|token| format!("{}\n\nAuthorization: Bearer {token}\n\n", scene.front.url()))
        .into();
    let http = Http::new(helper(&scene, &general, &special));
    assert_eq!(body(&http, &scene.front.at("/x")).await.unwrap(), b"body");
    let sent: Vec<_> =
        scene.server.requests().iter().map(|r| r.header("Authorization").map(str::to_owned)).collect();
    assert_eq!(sent, [Some("Bearer old".to_owned()), Some("Bearer new".to_owned())]);
    let asked = fs::read_to_string(scene.directory.path().join("asked")).unwrap();
    assert_eq!(asked, format!("{}\n", scene.front.at("/x")));
    // The program runs once per request.
    let http = Http::new(helper(&scene, &general, &general));
    let (error, _) = fails(&http, &scene.front.at("/x")).await;
    assert_eq!(error, "401 who are you?");
    // If a program failed, its error explains the refusal.
    let http = Http::new(helper(&scene, &general, "no such thing"));
    let (error, remedy) = fails(&http, &scene.front.at("/x")).await;
    assert!(error.starts_with("`sh` in GOAUTH failed"), "{error}");
    assert!(remedy.contains("go help goauth"), "{remedy}");
}

#[tokio::test]
async fn a_proxy_gets_its_user_and_password_and_gives_a_way() {
    let scene = Scene::new();
    let proxy = FakeProxy::start(&scene.server, &scene.front);
    proxy.want("ann", "s@c:ret/");
    let address = proxy.url().replace("http://", "http://ann:s%40c%3Aret%2F@");
    for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        let http = scene.http(&[(name, &address)]);
        assert_eq!(body(&http, "https://go.test/x").await.unwrap(), b"body", "{name}");
        let asked = proxy.requests();
        assert_eq!(asked[0].line, "CONNECT go.test:443");
        assert_eq!(asked[0].credentials.as_deref(), Some("ann:s@c:ret/"));
        proxy.forget_requests();
    }
    for name in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"] {
        // A proxy without a scheme uses plain HTTP.
        let http = scene.http(&[(name, address.trim_start_matches("http://"))]);
        assert_eq!(body(&http, "http://go.test:8080/x").await.unwrap(), b"body", "{name}");
        let asked = proxy.requests();
        assert_eq!(asked[0].line, "GET http://go.test:8080/x");
        assert_eq!(asked[0].credentials.as_deref(), Some("ann:s@c:ret/"));
        proxy.forget_requests();
    }
}

#[tokio::test]
async fn the_server_s_password_is_not_for_the_proxy() {
    let scene = Scene::new();
    let proxy = FakeProxy::start(&scene.server, &scene.front);
    let http = scene.http(&[("HTTPS_PROXY", &proxy.url())]);
    body(&http, "https://ann:secret@go.test/x").await.unwrap();
    assert!(!proxy.requests()[0].authorization);
    assert!(scene.server.requests()[0].header("Authorization").is_some());
    assert_eq!(scene.server.requests()[0].header("Proxy-Authorization"), None);
}

#[tokio::test]
async fn a_proxy_that_wants_to_know_who_asks_is_named_with_its_variable() {
    let scene = Scene::new();
    let proxy = FakeProxy::start(&scene.server, &scene.front);
    proxy.want("ann", "secret");
    let wrong = proxy.url().replace("http://", "http://ann:secretary@");
    for (variable, url) in [
        ("HTTPS_PROXY", "https://go.test/x"),
        ("http_proxy", "http://go.test/x"),
        ("ALL_PROXY", "https://go.test/x"),
    ] {
        let (error, remedy) = fails(&scene.http(&[(variable, &proxy.url())]), url).await;
        let expected =
            format!("the proxy {} wants a user and a password, and {variable} has none (407)", proxy.url());
        assert_eq!(error, expected);
        assert!(remedy.starts_with(&format!("set {variable}=http://USER:PASSWORD@")), "{remedy}");
        let (error, remedy) = fails(&scene.http(&[(variable, &wrong)]), url).await;
        let expected =
            format!("the proxy {} refuses the user or the password in {variable} (407)", proxy.url());
        assert_eq!(error, expected);
        assert!(remedy.contains("%40"), "{remedy}");
    }
    assert_eq!(scene.server.requests(), []);
}

#[tokio::test]
async fn a_proxy_that_leads_nowhere_is_named_with_its_variable() {
    let scene = Scene::new();
    let proxy = FakeProxy::start(&scene.server, &scene.front);
    proxy.refuse(403);
    let (error, remedy) = fails(&scene.http(&[("HTTPS_PROXY", &proxy.url())]), "https://go.test/x").await;
    assert_eq!(error, format!("the proxy {} (HTTPS_PROXY) refused to open a tunnel", proxy.url()));
    assert!(remedy.contains("NO_PROXY"), "{remedy}");

    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let dead = format!("http://ann:secret@{closed}");
    for url in ["https://go.test/x", "http://go.test/x"] {
        let (error, _) = fails(&scene.http(&[("ALL_PROXY", &dead)]), url).await;
        let expected =
            format!("cannot connect through the proxy http://{closed} (ALL_PROXY): connection refused");
        assert_eq!(error, expected);
    }
    for wrong in ["ftp://ann:secret@p.test", "http://ann:secret@", "ann:secret@p.test:port"] {
        let (error, remedy) = fails(&scene.http(&[("HTTPS_PROXY", wrong)]), "https://go.test/x").await;
        assert_eq!(error, "HTTPS_PROXY is not a proxy address");
        assert!(remedy.starts_with("set HTTPS_PROXY="), "{remedy}");
    }
}

/// A SOCKS proxy (RFC 1928, RFC 1929) that connects every name to the same server, and what it
/// received.
fn socks_proxy(target: std::net::SocketAddr) -> (std::net::SocketAddr, std::thread::JoinHandle<Vec<String>>) {
    use std::io::{Read as _, Write as _};
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let thread = std::thread::spawn(move || {
        let (mut client, _) = listener.accept().unwrap();
        let mut read = |length: usize| {
            let mut bytes = vec![0; length];
            client.read_exact(&mut bytes).unwrap();
            bytes
        };
        let methods = read(2)[1];
        assert!(read(methods.into()).contains(&2), "user and password are offered");
        client.write_all(&[5, 2]).unwrap();
        let mut read = |length: usize| {
            let mut bytes = vec![0; length];
            client.read_exact(&mut bytes).unwrap();
            bytes
        };
        let mut told = Vec::new();
        let length = read(2)[1];
        told.push(String::from_utf8(read(length.into())).unwrap());
        let length = read(1)[0];
        told.push(String::from_utf8(read(length.into())).unwrap());
        client.write_all(&[1, 0]).unwrap();
        let mut head = [0; 5];
        client.read_exact(&mut head).unwrap();
        assert_eq!(head[..4], [5, 1, 0, 3], "a connection to a name");
        let mut name = vec![0; usize::from(head[4]) + 2];
        client.read_exact(&mut name).unwrap();
        let port = name.split_off(name.len() - 2);
        told.push(format!(
            "{}:{}",
            String::from_utf8(name).unwrap(),
            u16::from(port[0]) << 8 | u16::from(port[1])
        ));
        client.write_all(&[5, 0, 0, 1, 127, 0, 0, 1, 0, 80]).unwrap();
        let mut server = std::net::TcpStream::connect(target).unwrap();
        let (mut from, mut to) = (client.try_clone().unwrap(), server.try_clone().unwrap());
        std::thread::spawn(move || std::io::copy(&mut from, &mut to));
        std::io::copy(&mut server, &mut client).unwrap();
        told
    });
    (address, thread)
}

#[tokio::test]
async fn a_socks_proxy_gets_its_user_and_password_and_looks_the_name_up() {
    let scene = Scene::new();
    let target = scene.server.url().trim_start_matches("http://").parse().unwrap();
    let (address, thread) = socks_proxy(target);
    let http = scene.http(&[("ALL_PROXY", &format!("socks5h://ann:s3cr%40t@{address}"))]);
    assert_eq!(body(&http, "http://go.test:8080/x").await.unwrap(), b"body");
    drop(http);
    assert_eq!(thread.join().unwrap(), ["ann", "s3cr@t", "go.test:8080"]);
}

#[tokio::test]
async fn the_machine_itself_is_reached_without_a_proxy() {
    let scene = Scene::new();
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let http = scene.http(&[("ALL_PROXY", &closed.to_string())]);
    assert_eq!(body(&http, &scene.front.at("/x")).await.unwrap(), b"body");
    assert_eq!(body(&http, &scene.server.at("/x")).await.unwrap(), b"body");
}

#[tokio::test]
async fn an_untrusted_authority_is_named_with_a_remedy() {
    let scene = Scene::new();
    let stranger = scene.directory.path().join("stranger.pem");
    fs::write(&stranger, TlsFront::STRANGER).unwrap();
    let certificates = Certificates { file: Some(stranger), directories: Vec::new() };
    let settings = NetworkSettings { certificates, ..scene.settings(&[]) };
    let http = Http::new(settings.clone());
    for _ in 0..2 {
        let (error, remedy) = fails(&http, &scene.front.at("/x")).await;
        let expected =
            "its certificate was issued by `Acme Inspection CA`, which this machine does not trust";
        assert_eq!(error, expected);
        assert!(remedy.contains("SSL_CERT_FILE"), "{remedy}");
    }
    // A server that sends no response has still shown its certificate.
    scene.server.fault("/", gover_test::Fault::Stall);
    let silence = clock::pass(settings.connect_timeout, || scene.server.stalled() == 1);
    let http = Http::new(settings.clone());
    let (error, _) = clock::meanwhile(fails(&http, &scene.front.at("/x")), silence).await;
    assert!(error.contains("`Acme Inspection CA`"), "{error}");
    scene.server.heal();
    // Inspection usually happens in a proxy.
    let proxy = FakeProxy::start(&scene.server, &scene.front);
    let forward = scene.settings(&[("HTTPS_PROXY", &proxy.url())]).forward;
    let http = Http::new(NetworkSettings { forward, ..settings });
    let (error, _) = fails(&http, "https://go.test/x").await;
    assert!(error.contains("`Acme Inspection CA`"), "{error}");
    assert!(scene.server.requests().iter().all(|request| request.path != "/x"));
}

#[tokio::test]
async fn a_server_that_is_its_own_authority_is_untrusted() {
    let scene = Scene::new();
    let front = TlsFront::start_self_signed(&scene.server);
    let (error, remedy) = fails(&scene.http(&[]), &front.at("/x")).await;
    assert_eq!(error, "its certificate was issued by `Home Router`, which this machine does not trust");
    assert!(remedy.contains("SSL_CERT_FILE"), "{remedy}");
}

#[tokio::test]
async fn authorities_are_read_from_directories_too() {
    let scene = Scene::new();
    let directory = scene.directory.path();
    let trusting = async |directories: &[&Path]| {
        let directories = directories.iter().map(|path| path.to_path_buf()).collect();
        let certificates = Certificates { file: None, directories };
        let settings =
            NetworkSettings { certificates, back_off: Duration::ZERO, ..NetworkSettings::default() };
        body(&Http::new(settings), &scene.front.at("/x")).await
    };
    let other = tempfile::tempdir().unwrap();
    fs::write(other.path().join("README"), "no certificate").unwrap();
    assert!(trusting(&[other.path()]).await.is_err());
    assert_eq!(trusting(&[other.path(), directory]).await.unwrap(), b"body");
    let missing = directory.join("missing");
    let error = trusting(&[directory, &missing]).await.unwrap_err();
    assert!(matches!(&error, HttpError::Certificates { path, .. } if *path == missing), "{error}");
    assert!(error.remedy().unwrap().contains("SSL_CERT_DIR"));
}

#[tokio::test]
async fn a_refused_tunnel_is_recognised() {
    let scene = Scene::new();
    let proxy = FakeProxy::start(&scene.server, &scene.front);
    let problem = async || {
        let http = scene.http(&[("HTTPS_PROXY", &proxy.url())]);
        match http.read(&"https://go.test/x".parse().unwrap(), 10, None).await {
            Err(HttpError::Proxy { problem, .. }) => problem,
            other => panic!("{other:?}"),
        }
    };
    proxy.want("ann", "secret");
    assert_eq!(problem().await, ProxyProblem::Credentials);
    proxy.refuse(403);
    assert_eq!(problem().await, ProxyProblem::Tunnel);
}
