use std::fs;
use std::time::Duration;

use gover_core::platform::IS_WINDOWS;
use gover_net::{Certificates, NetworkSettings};
use gover_test::{FakeLog, FakeServer, FakeSite, Fault, Release, Response, TlsFront};

use super::*;

/// A log with one release that is reached through `/good` of a server, and at its own name.
struct Scene {
    server: FakeServer,
    /// Ends when dropped.
    _front: TlsFront,
    log: FakeLog,
    directory: tempfile::TempDir,
    release: Release,
}

impl Scene {
    fn new() -> Self {
        let server = FakeServer::start();
        let front = TlsFront::start(&server);
        // The name of a database is where it is.
        let log = FakeLog::new(front.url().trim_start_matches("https://"));
        let release = Release::new("go1.91.2");
        log.add_release(&release);
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("ca.pem"), TlsFront::AUTHORITY).unwrap();
        for prefix in [String::new(), format!("/good/sumdb/{}", log.name()), "/explicit".to_owned()] {
            let (log, length) = (log.clone(), prefix.len());
            server.handle(&format!("{prefix}/"), move |request| {
                log.answer(request.path.get(length..)?).map(|body| Response::ok(body).without_etag())
            });
        }
        for (base, status) in
            [("gone", 410), ("missing", 404), ("broken", 500), ("closed", 403), ("odd", 204)]
        {
            server.fault(&format!("/{base}/*"), Fault::Status(status));
        }
        Self { server, _front: front, log, directory, release }
    }

    /// How a lookup ends with that GOPROXY and GOSUMDB, and who was asked for what, in short.
    async fn lookup(&self, proxies: &str, setting: &str) -> (Result<u64, String>, Vec<String>) {
        self.server.forget_requests();
        let network = NetworkSettings {
            certificates: Certificates {
                file: Some(self.directory.path().join("ca.pem")),
                directories: Vec::new(),
            },
            retries: 0,
            back_off: Duration::ZERO,
            ..NetworkSettings::default()
        };
        let proxies = proxies.replace("AT", &self.server.url());
        let (http, proxies) =
            (Http::new(network), Proxies::new(Some(&proxies), &"https://go.test".parse().unwrap()));
        let setting = setting.replace("AT", &self.server.url());
        let warnings = LogWarnings::default();
        let cache = tempfile::tempdir().unwrap();
        let recent = RecentFailures::new(cache.path().join("failed-sources.json"));
        let route = LogRoute {
            http: &http,
            proxies: &proxies,
            sources: &[],
            recent: &recent,
            warnings: &warnings,
            setting: Some(&setting),
            key: None,
            cache: cache.path(),
        };
        let wanted = Wanted {
            name: gover_core::ToolchainName::parse(self.release.name()).unwrap(),
            platform: self.release.platform().clone(),
        };
        let result = route.lookup(&wanted).await;
        let mut asked: Vec<String> = Vec::new();
        for request in self.server.requests() {
            let place = request.path.split('/').nth(1).unwrap().to_owned();
            let end = request.path.ends_with("/supported");
            let line = if end { format!("{place}?") } else { place };
            if asked.last() != Some(&line) {
                asked.push(line);
            }
        }
        let result = result.map(|record| record.id).map_err(|error| {
            let mut text = error.to_string();
            let mut cause: &dyn std::error::Error = &error;
            while let Some(next) = cause.source() {
                text = next.to_string();
                cause = next;
            }
            text.replace(&self.server.url(), "AT")
        });
        (result, asked)
    }
}

#[tokio::test]
async fn each_branch_of_the_way_to_the_database_is_taken_as_go_takes_it() {
    let scene = Scene::new();
    let key = scene.log.verifier_key();
    let direct = ["lookup"];
    for (proxies, expected) in [
        // 200: this one for everything.
        ("AT/good", &["good?", "good"][..]),
        ("AT/good,AT/broken,direct", &["good?", "good"]),
        // 404 and 410: the next one, whatever stands between.
        ("AT/missing,AT/good", &["missing?", "good?", "good"]),
        ("AT/gone,AT/good", &["gone?", "good?", "good"]),
        ("AT/gone|AT/good", &["gone?", "good?", "good"]),
        // Other errors: the next one after a bar.
        ("AT/broken|AT/good", &["broken?", "good?", "good"]),
        ("AT/closed|AT/good", &["closed?", "good?", "good"]),
        ("http://127.0.0.1:1|AT/good", &["good?", "good"]),
        // `direct`, `off` and the end of the list: the database itself.
        ("AT/missing,direct", &["missing?", "lookup"]),
        ("AT/missing,off", &["missing?", "lookup"]),
        ("AT/broken|AT/missing,direct", &["broken?", "missing?", "lookup"]),
        ("AT/missing", &["missing?", "lookup"]),
        ("AT/broken|direct", &["broken?", "lookup"]),
        ("direct", &direct),
        ("off", &direct),
        ("direct,AT/good", &direct),
    ] {
        let (result, asked) = scene.lookup(proxies, &key).await;
        assert_eq!(result, Ok(0), "{proxies}");
        let asked: Vec<&str> = asked.iter().map(String::as_str).filter(|place| *place != "tile").collect();
        assert_eq!(asked, expected, "{proxies}");
    }
    for (proxies, expected, places) in [
        ("AT/broken,AT/good", "AT/broken: 500 made to fail", &["broken?"][..]),
        ("AT/closed,direct", "AT/closed: 403 made to fail", &["closed?"]),
        ("AT/odd,AT/good", "AT/odd: 204 unexpected status", &["odd?"]),
        // Nor does a bar lead to the database itself: only `direct` does, or "not found" everywhere.
        ("AT/broken|", "AT/broken: 500 made to fail", &["broken?"]),
        ("AT/broken|off", "AT/broken: 500 made to fail", &["broken?"]),
        ("AT/broken|AT/missing", "AT/broken: 500 made to fail", &["broken?", "missing?"]),
        ("AT/broken|AT/closed|AT/gone", "AT/closed: 403 made to fail", &["broken?", "closed?", "gone?"]),
        (
            "http://127.0.0.1:1|AT/missing",
            "http://127.0.0.1:1: cannot connect: connection refused",
            &["missing?"],
        ),
        ("http://127.0.0.1:1,AT/good", "http://127.0.0.1:1: cannot connect: connection refused", &[]),
        (
            "nothing",
            "invalid proxy URL in GOPROXY: `nothing` (must be https, http, file, `direct` or `off`)",
            &[],
        ),
    ] {
        let (result, asked) = scene.lookup(proxies, &key).await;
        assert_eq!(result, Err(expected.to_owned()), "{proxies}");
        assert_eq!(asked, places, "{proxies}");
    }
}

#[tokio::test]
async fn once_a_proxy_serves_the_database_no_other_is_asked() {
    let scene = Scene::new();
    scene.server.fault(&format!("/good/sumdb/{}/lookup/*", scene.log.name()), Fault::Status(404));
    let (result, asked) = scene.lookup("AT/good|direct", &scene.log.verifier_key()).await;
    assert!(result.unwrap_err().ends_with("404 made to fail"));
    assert_eq!(asked, ["good?", "good"]);
}

#[tokio::test]
async fn an_address_in_gosumdb_goes_before_every_proxy() {
    let scene = Scene::new();
    let setting = format!("{} AT/explicit", scene.log.verifier_key());
    let (result, asked) = scene.lookup("AT/good,direct", &setting).await;
    assert_eq!((result, asked), (Ok(0), vec!["explicit".to_owned()]));
}

#[tokio::test]
async fn a_directory_may_pass_the_database_on() {
    let site = FakeSite::start();
    let release = site.publish(Release::new("go1.91.2"));
    let scene = Scene::new();
    let root = scene.directory.path().join("mod");
    let base = root.join("sumdb").join(site.log().name());
    let version = release.module_version();
    for path in [
        "/supported".to_owned(),
        format!("/lookup/golang.org/toolchain@{version}"),
        "/tile/8/0/000.p/1".to_owned(),
    ] {
        let target = base.join(path.trim_start_matches('/'));
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::write(target, site.log().answer(&path).unwrap_or_default()).unwrap();
    }
    let url = format!("file://{}{}", if IS_WINDOWS { "/" } else { "" }, root.display()).replace('\\', "/");
    let (result, asked) = scene.lookup(&url, &site.gosumdb()).await;
    assert_eq!((result, asked), (Ok(0), Vec::new()));
}

#[tokio::test]
async fn a_database_that_is_off_or_malformed_is_not_asked() {
    let scene = Scene::new();
    for (setting, expected) in [
        ("off", "checksum database disabled by GOSUMDB=off"),
        (" ", "missing GOSUMDB"),
        ("on", "invalid GOSUMDB: malformed verifier id"),
        ("sum.golang.org x y", "invalid GOSUMDB: too many fields"),
    ] {
        let (result, asked) = scene.lookup("AT/good", setting).await;
        assert_eq!((result, asked), (Err(expected.to_owned()), Vec::new()), "{setting}");
    }
}
