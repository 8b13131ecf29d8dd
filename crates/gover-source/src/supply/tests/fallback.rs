//! Tests of the fallback from a source that is silent or fails to the next.

use gover_core::platform::IS_WINDOWS;
use gover_test::clock;

use super::*;

/// Longer than any test takes. It passes only when a test advances the clock.
const PATIENCE: Duration = Duration::from_mins(5);

/// Even longer, so that a test that waited for the end of the silence would not end.
const SILENCE: Duration = Duration::from_hours(24 * 30);

fn impatient(world: &World, sources: &str) -> SupplySettings {
    let mut settings = world.settings(sources);
    settings.network.patience = PATIENCE;
    settings.network.stall_timeout = SILENCE;
    settings.network.connect_timeout = SILENCE;
    settings
}

/// The result of `work` if `time` passes as soon as the server leaves a request without a response.
async fn after<T>(world: &World, time: Duration, work: impl Future<Output = T>) -> T {
    let before = world.site.server().stalled();
    clock::meanwhile(work, clock::pass(time, || world.site.server().stalled() > before)).await
}

/// Like `after`, but for lists, which also need a response from another source: time passes again
/// and again until the work is done.
async fn in_the_end<T>(world: &World, work: impl Future<Output = T>) -> T {
    let before = world.site.server().stalled();
    let passing = async {
        loop {
            clock::pass(PATIENCE, || world.site.server().stalled() > before).await;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    clock::meanwhile(work, passing).await
}

#[tokio::test]
async fn beside_a_silent_source_the_next_is_asked_and_serves() {
    let world = world();
    let release = world.site.publish(FakeRelease::new("go1.91.2"));
    for silent in ["/dl/", "/dl/go*"] {
        world.site.server().fault(silent, Fault::Stall);
        let _ = std::fs::remove_dir_all(world.home.path().join("gover"));
        let supply = Supply::new(impatient(&world, "go.dev,goproxy")).unwrap();
        let downloaded = after(&world, PATIENCE, download(&supply, "go1.91.2")).await;
        let (download, bytes) = downloaded.unwrap();
        assert_eq!(bytes, release.module_zip(), "{silent}");
        assert_eq!(told(&download.failures), [format!("{}: no answer within 300 s", world.site.url())]);
        world.site.server().heal();
    }
}

#[tokio::test]
async fn a_source_that_failed_is_asked_last_by_the_next_command_too() {
    let world = world();
    world.site.publish(FakeRelease::new("go1.91.2"));
    world.site.server().fault("/dl/*", Fault::Status(503));
    download(&world.supply("go.dev,goproxy"), "go1.91.2").await.unwrap();
    world.site.server().heal();
    world.lines();
    let (found, _) = download(&world.supply("go.dev,goproxy"), "go1.91.2").await.unwrap();
    assert_eq!(found.artifact.source, SourceSpec::GoProxy);
    assert!(found.failures.is_empty(), "{:?}", found.failures);
    assert!(world.lines().iter().all(|line| line.starts_with("GET /proxy/")));
    // It is asked last. After it served a file, it is asked first again.
    world.site.server().fault("/proxy/*", Fault::Status(404));
    let (found, _) = download(&world.supply("go.dev,goproxy"), "go1.91.2").await.unwrap();
    assert!(found.artifact.source.is_release_site());
    world.site.server().heal();
    let (found, _) = download(&world.supply("go.dev,goproxy"), "go1.91.2").await.unwrap();
    assert!(found.artifact.source.is_release_site());
}

#[tokio::test]
async fn what_a_source_has_not_is_no_failure_of_the_source() {
    let world = world();
    world.site.publish(FakeRelease::new("go1.91.2"));
    let good = world.site.publish(FakeRelease::new("go1.91.3"));
    let archive = FakeSite::archive_path(&FakeRelease::new("go1.91.2"));
    world.site.server().fault(&archive, Fault::Status(404));
    download(&world.supply("go.dev,goproxy"), "go1.91.2").await.unwrap();
    let (_, bytes) = download(&world.supply("go.dev,goproxy"), "go1.91.3").await.unwrap();
    assert_eq!(bytes, good.archive());
    assert!(!world.settings("go.dev").failed_sources.exists());
}

#[tokio::test]
async fn altered_data_stops_and_marks_no_source() {
    let world = world();
    let release = world.site.publish(FakeRelease::new("go1.91.2"));
    world.site.server().serve(&FakeSite::archive_path(&release), "short");
    let error = download(&world.supply("go.dev,goproxy"), "go1.91.2").await.unwrap_err();
    assert!(matches!(error, SupplyError::Integrity(_)), "{error:?}");
    assert!(!world.settings("go.dev").failed_sources.exists());
}

#[tokio::test]
async fn the_only_source_is_asked_however_often_it_failed() {
    let world = world();
    world.site.publish(FakeRelease::new("go1.91.2"));
    world.site.server().fault("/dl/*", Fault::Status(503));
    download(&world.supply("go.dev"), "go1.91.2").await.unwrap_err();
    world.site.server().heal();
    assert!(download(&world.supply("go.dev"), "go1.91.2").await.unwrap().0.artifact.source.is_release_site());
}

#[tokio::test]
async fn offline_mode_and_settings_mark_no_source() {
    let world = world();
    download(&world.offline("go.dev,goproxy"), "go1.91.2").await.unwrap_err();
    let mut settings = world.settings("goproxy");
    settings.proxies = Some("off".to_owned());
    download(&Supply::new(settings).unwrap(), "go1.91.2").await.unwrap_err();
    assert!(!world.settings("go.dev").failed_sources.exists());
}

#[tokio::test]
async fn a_source_that_breaks_off_for_good_is_followed_by_the_rest() {
    let world = world();
    let release = world.site.publish(FakeRelease::new("go1.91.2"));
    world.site.server().fault(&FakeSite::archive_path(&release), Fault::TruncateAt(100));
    let bad = world.site.server().at("/bad");
    world
        .site
        .server()
        .serve(&FakeSite::module_path(&release).replace("/proxy/", "/bad/"), release.module_zip());
    world.site.server().fault("/bad/*", Fault::TruncateAt(100));
    let mut settings = world.settings("go.dev,goproxy");
    settings.proxies = Some(format!("{bad}|{}", world.site.proxy_url()));
    let (found, bytes) = download(&Supply::new(settings).unwrap(), "go1.91.2").await.unwrap();
    assert_eq!(bytes, release.module_zip());
    let told = told(&found.failures);
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].starts_with(&format!("{}: connection broke: ", world.site.url())), "{told:?}");
    assert!(told[1].starts_with(&format!("goproxy: {bad}: connection broke: ")), "{told:?}");
    // After `,`, such a failure ends GOPROXY.
    let mut settings = world.settings("goproxy");
    settings.proxies = Some(format!("{bad},{}", world.site.proxy_url()));
    assert!(download(&Supply::new(settings).unwrap(), "go1.91.2").await.is_err());
}

#[tokio::test]
async fn only_a_bar_lets_a_silent_proxy_be_passed_by() {
    let world = world();
    let release = world.site.publish(FakeRelease::new("go1.91.2"));
    world.site.server().fault("/gate/*", Fault::Stall);
    let gate = world.site.server().at("/gate");
    let attempt = async |separator: char, time| {
        let mut settings = impatient(&world, "goproxy");
        settings.proxies = Some(format!("{gate}{separator}{}", world.site.proxy_url()));
        settings.network.retries = 0;
        let supply = Supply::new(settings).unwrap();
        after(&world, time, Box::pin(download(&supply, "go1.91.2"))).await
    };
    let (found, bytes) = attempt('|', PATIENCE).await.unwrap();
    assert_eq!(bytes, release.module_zip());
    assert_eq!(told(&found.failures), [format!("goproxy: {gate}: no answer within 300 s")]);
    let error = attempt(',', SILENCE).await.unwrap_err();
    assert!(error.failures()[0].to_string().contains("no response from the server"), "{error:?}");
}

#[tokio::test]
async fn a_silent_site_does_not_hold_up_the_list_of_releases() {
    let world = world();
    world.site.publish(FakeRelease::new("go1.91.2"));
    world.site.server().fault("/dl/*", Fault::Stall);
    let supply = Supply::new(impatient(&world, "go.dev,goproxy")).unwrap();
    let releases = in_the_end(&world, supply.releases()).await;
    assert!(releases.find(&wanted("go1.91.2").name).is_some());
    assert_eq!(told(&releases.failures), [format!("{}: no answer within 300 s", world.site.url())]);
    // The next command does not wait for a source that was silent.
    world.lines();
    let patient =
        SupplySettings { network: world.settings("go.dev").network, ..impatient(&world, "go.dev,goproxy") };
    let (found, _) = download(&Supply::new(patient).unwrap(), "go1.91.2").await.unwrap();
    assert!(found.failures.is_empty(), "{:?}", found.failures);
    assert!(world.lines().iter().all(|line| !line.starts_with("GET /dl/")));
    // As soon as it works again, it counts again.
    world.site.server().heal();
    world.site.publish(FakeRelease::new("go1.91.3"));
    let mut settings = world.settings("go.dev,goproxy");
    settings.network.patience = Duration::from_mins(1);
    let releases = Supply::new(settings).unwrap().collect(Freshness::Now).await;
    assert!(releases.failures.is_empty(), "{:?}", releases.failures);
    let (found, _) = download(&world.supply("go.dev,goproxy"), "go1.91.3").await.unwrap();
    assert!(found.artifact.source.is_release_site());
}

#[tokio::test]
async fn a_silent_mirror_does_not_hold_up_the_list_of_releases() {
    let world = world();
    let release = world.site.publish(FakeRelease::new("go1.91.2"));
    let mirror = world.site.mirror_url();
    let directory = world.home.path().join("files");
    std::fs::create_dir_all(&directory).unwrap();
    std::fs::write(directory.join(release.archive_name()), release.archive()).unwrap();
    world.site.server().fault("/mirror/*", Fault::Stall);
    for other in ["go.dev", directory.to_str().unwrap()] {
        let supply = Supply::new(impatient(&world, &format!("{mirror},{other}"))).unwrap();
        let releases = in_the_end(&world, supply.collect(Freshness::Now)).await;
        assert!(releases.find(&wanted("go1.91.2").name).is_some());
        assert_eq!(told(&releases.failures), [format!("{mirror}: no answer within 300 s")]);
        let _ = std::fs::remove_dir_all(world.home.path().join("gover"));
    }
}

#[tokio::test]
async fn a_kept_index_stands_in_for_a_silent_site() {
    let world = world();
    world.site.publish(FakeRelease::new("go1.91.2"));
    world.supply("go.dev").releases().await;
    world.site.publish_module(&FakeRelease::new("go1.91.3"));
    world.site.server().fault("/dl/*", Fault::Stall);
    let supply = Supply::new(impatient(&world, "go.dev,goproxy")).unwrap();
    let releases = in_the_end(&world, supply.collect(Freshness::Now)).await;
    assert!(releases.find(&wanted("go1.91.2").name).is_some());
    assert!(matches!(releases.basis, Basis::Index(_)));
    let told = told(&releases.failures).join("\n");
    assert!(
        told.starts_with(&format!("{}: no answer within 300 s; its index of 2", world.site.url())),
        "{told}"
    );
}

#[tokio::test]
async fn the_only_site_is_waited_for_however_slow_it_is() {
    let world = world();
    world.site.publish(FakeRelease::new("go1.91.2"));
    world.site.server().fault_times("/dl/*", Fault::Stall, 1);
    let supply = Supply::new(impatient(&world, "go.dev")).unwrap();
    let releases = after(&world, SILENCE / 3, supply.releases()).await;
    assert!(releases.find(&wanted("go1.91.2").name).is_some());
    assert!(releases.failures.is_empty(), "{:?}", releases.failures);
}

#[tokio::test]
async fn the_only_source_that_is_silent_is_named() {
    let world = std::sync::Arc::new(world());
    let release = world.site.publish(FakeRelease::new("go1.91.2"));
    // The server responds only after the message, so that nothing arrives before it.
    let told = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let mut settings = impatient(&world, "go.dev");
    let (server, lines) = (std::sync::Arc::clone(&world), std::sync::Arc::clone(&told));
    settings.network.notice = gover_net::Notice::new(move |waiting| {
        lines.lock().unwrap().push(waiting.to_string());
        server.site.server().heal();
        server.site.server().release_stalled();
    });
    let supply = Supply::new(settings.clone()).unwrap();
    let line = format!("waiting for {} (no answer for 300 s)", world.site.url());
    world.site.server().fault("/dl/", Fault::Stall);
    let releases = after(&world, PATIENCE, supply.releases()).await;
    assert!(releases.find(&wanted("go1.91.2").name).is_some());
    assert_eq!(std::mem::take(&mut *told.lock().unwrap()), std::slice::from_ref(&line));
    world.site.server().fault("/dl/go*", Fault::Stall);
    let (_, bytes) = after(&world, PATIENCE, download(&supply, "go1.91.2")).await.unwrap();
    assert_eq!(bytes, release.archive());
    assert_eq!(std::mem::take(&mut *told.lock().unwrap()), std::slice::from_ref(&line));
    // gover does not wait for a source that has already failed.
    world.site.server().fault("/proxy/*", Fault::Status(404));
    world.site.server().fault("/dl/go*", Fault::Stall);
    let settings = SupplySettings { sources: SourceSpec::parse_list("goproxy,go.dev").unwrap(), ..settings };
    let supply = Supply::new(settings).unwrap();
    after(&world, PATIENCE, download(&supply, "go1.91.2")).await.unwrap();
    assert_eq!(std::mem::take(&mut *told.lock().unwrap()), [line]);
    world.site.server().fault("/own*", Fault::Stall);
    world.site.server().serve("/own.tar.gz", "bytes");
    let artifact = Artifact {
        wanted: wanted("go1.91.2"),
        source: SourceSpec::File("own".into()),
        file_name: "own.tar.gz".to_owned(),
        format: Format::TarGz,
        location: Location::Url(world.site.server().at("/own.tar.gz").parse().unwrap()),
        size: None,
        proof: Proof::Log,
    };
    let mut sink = Memory::default();
    let watch = Watch::default();
    assert_eq!(after(&world, PATIENCE, supply.fetch(&artifact, &mut sink, &watch)).await.unwrap(), 5);
    assert_eq!(*told.lock().unwrap(), ["waiting for own (no answer for 300 s)"]);
}

#[tokio::test]
async fn a_source_is_not_called_silent_while_a_program_is_asked_for_credentials() {
    if IS_WINDOWS {
        return; // The program is a script of sh.
    }
    let world = world();
    let front = gover_test::TlsFront::start(world.site.server());
    let at = |name: &str| world.home.path().join(name);
    std::fs::write(at("ca.pem"), gover_test::TlsFront::AUTHORITY).unwrap();
    // The program ends only after the message that gover is waiting for it.
    let wait =
        "echo >\"$2\"; n=0; while [ ! -e \"$1\" ] && [ $n -lt 600 ]; do n=$((n+1)); sleep 0.05; done\n";
    std::fs::write(at("helper"), wait).unwrap();
    let mut settings = impatient(&world, &format!("{}/mirror", front.url()));
    settings.network.certificates.file = Some(at("ca.pem"));
    settings.network.authentication.goauth = Some(format!(
        "sh '{}' '{}' '{}'",
        at("helper").display(),
        at("told").display(),
        at("asked").display()
    ));
    let told = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let (lines, file) = (std::sync::Arc::clone(&told), at("told"));
    settings.network.notice = gover_net::Notice::new(move |waiting| {
        lines.lock().unwrap().push(waiting.to_string());
        if matches!(waiting, gover_net::Waiting::Program(_)) {
            std::fs::write(&file, "").unwrap();
        }
    });
    let supply = Supply::new(settings).unwrap();
    let passing = clock::pass(PATIENCE * 2, || at("asked").exists());
    let releases = clock::meanwhile(supply.releases(), passing).await;
    assert_eq!(releases.unlisted.len(), 1, "{:?}", releases.failures);
    assert_eq!(*told.lock().unwrap(), ["waiting for `sh`, which GOAUTH names"]);
}

#[tokio::test]
async fn a_silent_index_does_not_hold_up_a_mirror() {
    let world = world();
    let release = world.site.publish(FakeRelease::new("go1.91.2"));
    world.site.server().fault("/dl/*", Fault::Stall);
    let mirror = format!("{},go.dev", world.site.mirror_url());
    let supply = Supply::new(impatient(&world, &mirror)).unwrap();
    let (found, bytes) = after(&world, PATIENCE, download(&supply, "go1.91.2")).await.unwrap();
    assert_eq!((bytes.as_slice(), found.artifact.proof), (release.archive(), Proof::Log));
    // If nothing else can prove the archive, gover waits for the index.
    world.site.server().heal();
    world.site.server().fault_times("/dl/*", Fault::Stall, 1);
    let mut settings = impatient(&world, &mirror);
    settings.sumdb = Some("off".to_owned());
    let supply = Supply::new(settings).unwrap();
    let (found, _) = after(&world, SILENCE / 3, download(&supply, "go1.91.2")).await.unwrap();
    assert!(matches!(found.artifact.proof, Proof::Sha256 { .. }));
}

#[tokio::test]
async fn a_silent_proxy_does_not_hold_up_lists_and_questions_before_a_bar() {
    let world = world();
    let host = Platform::host();
    let other: Platform = if host.os() == "plan9" { "linux-amd64" } else { "plan9-386" }.parse().unwrap();
    // Listed for another platform only, so that a proxy is asked whether it has this one.
    world.site.publish_module(&FakeRelease::for_platform("go1.91.3", other));
    let release = FakeRelease::new("go1.91.3");
    world.site.server().serve(&FakeSite::module_path(&release), release.module_zip());
    let info = format!("/proxy/golang.org/toolchain/@v/{}.info", wanted("go1.91.3").module_version());
    world.site.server().serve(&info, "{}");
    world.site.server().fault("/gate/*", Fault::Stall);
    let gate = world.site.server().at("/gate");
    let mut settings = impatient(&world, "goproxy");
    settings.proxies = Some(format!("{gate}|{}", world.site.proxy_url()));
    let supply = Supply::new(settings).unwrap();
    let releases = in_the_end(&world, supply.releases()).await;
    assert_eq!(told(&releases.failures), [format!("goproxy: {gate}: no answer within 300 s")]);
    let request = Request::parse("1.91").unwrap();
    let newest = after(&world, PATIENCE, supply.newest(&releases, &request, &host)).await;
    assert_eq!(newest.unwrap().name.as_str(), "go1.91.3");
    // The proxy delayed the list, so the download does not wait for it.
    let (found, _) = download(&supply, "go1.91.3").await.unwrap_or_else(|error| panic!("{error:?}"));
    assert!(found.failures.is_empty(), "{:?}", found.failures);
    // A proxy that never responds is skipped; the download will show whether the release exists.
    let mut settings = impatient(&world, "goproxy");
    settings.proxies = Some(gate);
    let supply = Supply::new(settings).unwrap();
    let newest = after(&world, PATIENCE * 2, supply.newest(&releases, &request, &host)).await;
    assert_eq!(newest.unwrap().name.as_str(), "go1.91.3");
}

#[tokio::test]
async fn a_mirror_that_is_silent_about_the_log_does_not_hold_up_the_proof() {
    let world = world();
    world.site.publish(FakeRelease::new("go1.91.2"));
    let server = world.site.server();
    // The sources are asked one after the other. An empty directory among them does not help.
    let empty = tempfile::tempdir().unwrap();
    let sources = format!("{},{},goproxy", world.site.mirror_url(), empty.path().display());
    for silent in ["/mirror/sumdb/*", "/mirror/sumdb/sum.test/lookup/*"] {
        server.serve("/mirror/sumdb/sum.test/supported", "");
        server.fault(silent, Fault::Stall);
        let supply = Supply::new(impatient(&world, &sources)).unwrap();
        let wish = wanted("go1.91.2");
        let record = after(&world, PATIENCE, supply.lookup(&wish)).await;
        assert_eq!(record.unwrap().database, "sum.test");
        server.heal();
        std::fs::remove_dir_all(world.home.path().join("gover")).unwrap();
    }
}

#[tokio::test]
async fn a_mirror_that_failed_lately_is_asked_last_about_the_log() {
    let world = world();
    world.site.publish(FakeRelease::new("go1.91.2"));
    world.site.server().fault("/mirror/*", Fault::Status(503));
    let sources = format!("{},goproxy", world.site.mirror_url());
    download(&world.supply(&sources), "go1.91.2").await.unwrap();
    world.site.server().heal();
    world.lines();
    world.supply(&sources).lookup(&wanted("go1.91.2")).await.unwrap();
    let lines = world.lines();
    assert!(!lines.is_empty() && lines.iter().all(|line| line.starts_with("GET /proxy/")), "{lines:?}");
}

#[tokio::test]
async fn a_proxy_that_is_silent_about_the_log_lets_the_next_pass_it_on() {
    let world = world();
    world.site.publish(FakeRelease::new("go1.91.2"));
    world.site.server().fault("/gate/*", Fault::Stall);
    let gate = world.site.server().at("/gate");
    let mut settings = impatient(&world, "goproxy");
    settings.proxies = Some(format!("{gate}|{}", world.site.proxy_url()));
    let supply = Supply::new(settings).unwrap();
    after(&world, PATIENCE, supply.lookup(&wanted("go1.91.2"))).await.unwrap();
}
