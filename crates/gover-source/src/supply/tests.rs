mod fallback;
mod lists;
mod passwords;

use std::cell::RefCell;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use gover_core::{Diagnose, Layout, ToolchainName};
use gover_test::{FakeLog, FakeSite, Fault, Release as FakeRelease, Response};

use super::*;
use crate::artifact::{Format, Location, Proof, SumOrigin};
use crate::error::{IntegrityError, MEASURE, OWN_SOURCE, SupplyError};
use crate::releases::Basis;
use crate::transfer::{Observer, Sink};

#[derive(Default)]
struct Memory {
    bytes: Vec<u8>,
    of: String,
}

impl Sink for Memory {
    fn begin(&mut self, artifact: &Artifact) -> io::Result<u64> {
        let of = artifact.location.to_string();
        if self.of != of {
            self.bytes.clear();
            self.of = of;
        }
        Ok(self.bytes.len() as u64)
    }

    fn restart(&mut self) -> io::Result<()> {
        self.bytes.clear();
        Ok(())
    }

    fn write(&mut self, chunk: &[u8]) -> io::Result<()> {
        self.bytes.extend_from_slice(chunk);
        Ok(())
    }
}

fn told(failures: &[SourceFailure]) -> Vec<String> {
    failures.iter().map(|failure| format!("{}: {failure}", failure.source)).collect()
}

#[derive(Default)]
struct Watch {
    failures: RefCell<Vec<SourceFailure>>,
}

impl Observer for Watch {
    fn started(&self, _artifact: &Artifact, _total: Option<u64>, _from: u64) {}

    fn received(&self, _bytes: u64) {}

    fn source_failed(&self, failure: &SourceFailure) {
        self.failures.borrow_mut().push(failure.clone());
    }
}

struct World {
    site: FakeSite,
    home: tempfile::TempDir,
}

fn world() -> World {
    World { site: FakeSite::start(), home: tempfile::tempdir().unwrap() }
}

impl World {
    fn settings(&self, sources: &str) -> SupplySettings {
        let mut settings = SupplySettings::new(&Layout::new(self.home.path().join("gover")));
        settings.sources = SourceSpec::parse_list(sources).unwrap();
        settings.godev_url = Some(self.site.url().parse().unwrap());
        settings.proxies = Some(self.site.proxy_url());
        settings.sumdb = Some(self.site.gosumdb());
        settings.network.back_off = Duration::ZERO;
        settings.network.retries = 1;
        settings
    }

    fn supply(&self, sources: &str) -> Supply {
        Supply::new(self.settings(sources)).unwrap()
    }

    fn offline(&self, sources: &str) -> Supply {
        let mut settings = self.settings(sources);
        settings.network.offline = true;
        Supply::new(settings).unwrap()
    }

    fn lines(&self) -> Vec<String> {
        let lines = self.site.server().request_lines();
        self.site.server().forget_requests();
        lines
    }
}

fn wanted(name: &str) -> Wanted {
    Wanted { name: ToolchainName::parse(name).unwrap(), platform: Platform::host() }
}

async fn download(supply: &Supply, name: &str) -> Result<(Download, Vec<u8>), SupplyError> {
    let mut sink = Memory::default();
    let watch = Watch::default();
    let download = Box::pin(supply.download(&wanted(name), &mut sink, &watch)).await?;
    assert_eq!(told(&watch.failures.borrow()), told(&download.failures));
    assert_eq!(download.bytes, sink.bytes.len() as u64);
    Ok((download, sink.bytes))
}

#[tokio::test]
async fn the_site_serves_an_archive_with_the_sum_of_its_index() {
    let world = world();
    let release = world.site.publish(FakeRelease::new("go1.91.2"));
    let (download, bytes) = download(&world.supply("go.dev,goproxy"), "go1.91.2").await.unwrap();
    assert_eq!(bytes, release.archive());
    assert!(download.artifact.source.is_release_site());
    assert_eq!(download.artifact.file_name, release.archive_name());
    let origin = SumOrigin::Index(world.site.url());
    assert_eq!(download.artifact.proof, Proof::Sha256 { hex: release.sha256(), origin });
    assert_eq!(world.lines(), ["GET /dl/".to_owned(), format!("GET /dl/{}", release.archive_name())]);
}

#[tokio::test]
async fn the_next_source_serves_when_one_cannot_and_it_is_told() {
    let world = world();
    let release = world.site.publish(FakeRelease::new("go1.91.2"));
    world.site.server().fault("/dl/*", Fault::Status(503));
    let (download, bytes) = download(&world.supply("go.dev,goproxy"), "go1.91.2").await.unwrap();
    assert_eq!(bytes, release.module_zip());
    assert_eq!((download.artifact.format, download.artifact.proof), (Format::ModuleZip, Proof::Log));
    assert_eq!(download.artifact.source, SourceSpec::GoProxy);
    let failures: Vec<String> = download.failures.iter().map(|f| format!("{} {f}", f.source)).collect();
    assert_eq!(failures, [format!("{} 503 made to fail", world.site.url())]);
}

#[tokio::test]
async fn every_source_is_named_when_none_can_serve() {
    let world = world();
    let server = world.site.server();
    server.fault("/dl/*", Fault::Status(503));
    server.fault("/proxy/*", Fault::StatusText(403, "This module version is not available.".to_owned()));
    let supply = world.supply(&format!("go.dev,goproxy,{}", world.site.mirror_url()));
    let error = download(&supply, "go1.91.2").await.unwrap_err();
    assert!(error.to_string().starts_with("cannot get go1.91.2 for "), "{error}");
    let details = error.details();
    assert_eq!(details.len(), 3);
    assert!(
        details[0].starts_with(&world.site.url()) && details[0].ends_with("503 made to fail"),
        "{details:?}"
    );
    let proxy = format!("{}: 403 this module version is not available", world.site.proxy_url());
    assert!(details[1].starts_with("goproxy ") && details[1].ends_with(&proxy), "{details:?}");
    assert!(details[2].ends_with("404 page not found"), "{details:?}");
    assert_eq!(error.hints(), [OWN_SOURCE, MEASURE], "no proxy leads to this machine");
}

#[tokio::test]
async fn what_helps_depends_on_what_is_in_the_way() {
    let world = world();
    // A label of 64 characters is rejected before any server is asked.
    let nowhere = format!("https://{}.invalid", "a".repeat(64));
    let hints = async |change: &dyn Fn(&mut SupplySettings)| {
        let mut settings = world.settings("go.dev,goproxy");
        settings.godev_url = Some(nowhere.clone().parse().unwrap());
        change(&mut settings);
        let _ = std::fs::remove_dir_all(world.home.path().join("gover"));
        download(&Supply::new(settings).unwrap(), "go1.91.2").await.unwrap_err().hints()
    };
    let hint = hints(&|_| ()).await.join("\n");
    assert!(hint.contains("HTTPS_PROXY") && !hint.contains("GOPROXY is not set"), "{hint}");
    // Without GOPROXY, the site is the only source, and the hints say what to do about that.
    let unset = hints(&|settings| settings.proxies = None).await;
    assert!(unset[0].contains("HTTPS_PROXY") && unset[1].starts_with("GOPROXY is not set"), "{unset:?}");
    assert_eq!((unset.len(), unset[2].as_str()), (3, MEASURE));
    let direct = hints(&|settings| settings.proxies = Some("direct".to_owned())).await;
    assert_eq!(direct.len(), 2, "{direct:?}");
    let here = hints(&|settings| settings.godev_url = Some("http://localhost:1".parse().unwrap())).await;
    assert_eq!(here, [OWN_SOURCE, MEASURE]);
    let offline = hints(&|settings| {
        settings.network.offline = true;
        settings.network.back_online = "say so".to_owned();
    });
    let offline = offline.await;
    assert_eq!(offline, ["offline mode is on; say so, or name a directory with archives in GOVER_SOURCES"]);
}

#[tokio::test]
async fn an_unknown_release_and_silent_sources_are_different_errors() {
    let world = world();
    world.site.publish(FakeRelease::new("go1.91.2"));
    let error = download(&world.supply("go.dev,goproxy"), "go1.91.7").await.unwrap_err();
    assert!(matches!(error, SupplyError::Unknown { .. }), "{error:?}");
    assert!(error.details()[0].ends_with("its index has no go1.91.7"), "{:?}", error.details());
    assert_eq!(error.hints(), ["`gover list --remote` shows every release"]);
}

#[tokio::test]
async fn a_release_without_the_platform_says_so() {
    let world = world();
    world.site.publish(FakeRelease::for_platform("go1.91.2", "plan9-386".parse().unwrap()));
    let error = download(&world.supply("go.dev"), "go1.91.2").await.unwrap_err();
    assert!(error.details()[0].contains("it has go1.91.2, but not for "), "{:?}", error.details());
}

#[tokio::test]
async fn a_mirror_serves_bytes_and_never_their_sum() {
    let world = world();
    let release = world.site.publish(FakeRelease::new("go1.91.2"));
    let mirror = world.site.mirror_url();
    let before_the_site = format!("{mirror},go.dev");
    let (found, bytes) = download(&world.supply(&before_the_site), "go1.91.2").await.unwrap();
    assert_eq!(
        (bytes.as_slice(), found.artifact.source.label().as_str()),
        (release.archive(), mirror.as_str())
    );
    let origin = SumOrigin::Index(world.site.url());
    assert_eq!(found.artifact.proof, Proof::Sha256 { hex: release.sha256(), origin });
    // Without the index, only the checksum database can prove it.
    let other = World { site: world.site, home: tempfile::tempdir().unwrap() };
    other.site.server().fault("/dl/*", Fault::Status(503));
    let (found, _) = download(&other.supply(&before_the_site), "go1.91.2").await.unwrap();
    assert_eq!(found.artifact.proof, Proof::Log);
    assert!(!other.lines().iter().any(|line| line.ends_with(".sha256")));
}

#[tokio::test]
async fn who_names_no_release_site_reaches_none() {
    let world = world();
    let release = world.site.publish(FakeRelease::new("go1.91.2"));
    let directory = world.home.path().join("files");
    std::fs::create_dir_all(&directory).unwrap();
    std::fs::write(directory.join(release.archive_name()), release.archive()).unwrap();
    let sources = [world.site.mirror_url(), directory.display().to_string()];
    for sources in &sources {
        let supply = world.supply(sources);
        supply.collect(Freshness::Now).await;
        let (found, bytes) = download(&supply, "go1.91.2").await.unwrap();
        assert_eq!((bytes.as_slice(), found.artifact.proof), (release.archive(), Proof::Log));
        assert!(world.lines().iter().all(|line| !line.starts_with("GET /dl/")), "{sources}");
    }
    // An index that was cached while the site was a source still counts, and so does the index of a
    // site that is only a witness.
    world.supply("go.dev").releases().await;
    world.lines();
    let sum = Proof::Sha256 { hex: release.sha256(), origin: SumOrigin::Index(world.site.url()) };
    for sources in &sources {
        let (found, _) = download(&world.supply(sources), "go1.91.2").await.unwrap();
        assert_eq!(found.artifact.proof, sum, "{sources}");
        assert!(world.lines().iter().all(|line| !line.starts_with("GET /dl/")), "{sources}");
    }
    let other = World { site: world.site, home: tempfile::tempdir().unwrap() };
    let mut settings = other.settings("goproxy");
    settings.sources = vec![SourceSpec::File(directory.join(release.archive_name()))];
    settings.witnesses = SourceSpec::defaults();
    let (found, _) = download(&Supply::new(settings).unwrap(), "go1.91.2").await.unwrap();
    assert_eq!(found.artifact.proof, sum);
    assert_eq!(other.lines(), ["GET /dl/"]);
}

#[tokio::test]
async fn a_known_release_needs_no_index_and_keeps_the_compiled_sum() {
    let world = world();
    world.site.server().serve("/mirror/go1.22.5.linux-amd64.tar.gz", "not what was released");
    let wanted = Wanted { platform: "linux-amd64".parse().unwrap(), ..wanted("go1.22.5") };
    let supply = world.supply(&world.site.mirror_url());
    let error = supply.download(&wanted, &mut Memory::default(), &Watch::default()).await.unwrap_err();
    let SupplyError::Integrity(IntegrityError::WrongSize { expected, received, .. }) = error else {
        panic!("{error:?}")
    };
    assert_eq!((expected, received), (68_972_532, 21));
    assert_eq!(world.lines(), ["GET /mirror/go1.22.5.linux-amd64.tar.gz"]);
}

#[tokio::test]
async fn an_index_that_contradicts_the_table_stops_everything() {
    let world = world();
    let platform: Platform = "linux-amd64".parse().unwrap();
    world.site.publish(FakeRelease::for_platform("go1.22.5", platform.clone()));
    let supply = world.supply("go.dev,goproxy");
    let releases = supply.releases().await;
    assert!(releases.failures.is_empty(), "{:?}", releases.failures);
    let wanted = Wanted { platform, ..wanted("go1.22.5") };
    let error = supply.download(&wanted, &mut Memory::default(), &Watch::default()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "trusted sources disagree about the checksum of `go1.22.5.linux-amd64.tar.gz`"
    );
    let details = error.details();
    assert!(
        details[0].ends_with("  compiled table")
            && details[1].ends_with(&format!("  index of {}", world.site.url())),
        "{details:?}"
    );
    assert_eq!(
        world.lines().iter().filter(|line| line.contains("go1.22.5")).count(),
        0,
        "nothing is downloaded"
    );
}

#[tokio::test]
async fn goproxy_separators_mean_what_they_mean_to_go() {
    let world = world();
    let release = world.site.publish(FakeRelease::new("go1.91.2"));
    let good = world.site.proxy_url();
    let bad = world.site.server().at("/bad");
    let attempt = async |value: String| {
        let mut settings = world.settings("goproxy");
        settings.proxies = Some(value);
        download(&Supply::new(settings).unwrap(), "go1.91.2").await.map(|(_, bytes)| bytes)
    };
    // After "not found", both separators lead to the next proxy. After a refusal, only `|` does.
    assert_eq!(attempt(format!("{bad},{good}")).await.unwrap(), release.module_zip());
    world.site.server().fault("/bad/*", Fault::Status(403));
    assert_eq!(attempt(format!("{bad}|{good}")).await.unwrap(), release.module_zip());
    let error = attempt(format!("{bad},{good}")).await.unwrap_err();
    assert_eq!(error.failures().len(), 1);
    let error = attempt(format!("off,{good}")).await.unwrap_err();
    assert_eq!(error.failures()[0].to_string(), "module lookup disabled by GOPROXY=off");
    let error = attempt("nonsense".to_owned()).await.unwrap_err();
    assert!(error.failures()[0].error.to_string().starts_with("invalid proxy URL in GOPROXY"), "{error:?}");
    // `direct` is the module on the release site.
    world.lines();
    assert_eq!(attempt("direct".to_owned()).await.unwrap(), release.module_zip());
    assert!(world.lines()[0].starts_with("GET /dl/mod/golang.org/toolchain/@v/"));
}

#[tokio::test]
async fn a_directory_serves_archives_and_modules_offline() {
    let world = world();
    let (archive, module) = (FakeRelease::new("go1.91.2"), FakeRelease::new("go1.91.3"));
    let directory = world.home.path().join("files");
    let modules = directory.join("golang.org").join("toolchain").join("@v");
    std::fs::create_dir_all(&modules).unwrap();
    std::fs::write(directory.join(archive.archive_name()), archive.archive()).unwrap();
    std::fs::write(modules.join(format!("{}.zip", module.module_version())), module.module_zip()).unwrap();
    let mut settings = world.settings("go.dev");
    settings.sources = vec![SourceSpec::Directory(directory.clone())];
    settings.network.offline = true;
    let supply = Supply::new(settings).unwrap();
    let (found, bytes) = download(&supply, "go1.91.2").await.unwrap();
    assert_eq!((bytes.as_slice(), found.artifact.proof), (archive.archive(), Proof::Log));
    let (found, bytes) = download(&supply, "go1.91.3").await.unwrap();
    assert_eq!((bytes.as_slice(), found.artifact.format), (module.module_zip(), Format::ModuleZip));
    let error = download(&supply, "go1.91.4").await.unwrap_err();
    assert!(matches!(error, SupplyError::Unknown { .. }), "{error:?}");
    let known = supply.known_releases();
    assert!(known.find(&wanted("go1.91.2").name).is_some() && known.find(&wanted("go1.91.3").name).is_some());
    // A GOPROXY that names one directory behaves the same.
    let mut settings = world.settings("goproxy");
    let slashed = directory.display().to_string().replace('\\', "/");
    settings.proxies = Some(format!("file:///{}", slashed.trim_start_matches('/')));
    let (_, bytes) = self::download(&Supply::new(settings).unwrap(), "go1.91.3").await.unwrap();
    assert_eq!(bytes, module.module_zip());
    assert_eq!(world.lines().len(), 0);
}

#[tokio::test]
async fn offline_opens_no_socket_and_says_so() {
    let world = world();
    world.site.publish(FakeRelease::new("go1.91.2"));
    let supply = world.offline("go.dev,goproxy");
    let error = download(&supply, "go1.91.2").await.unwrap_err();
    assert!(error.details()[0].ends_with("offline"), "{:?}", error.details());
    assert!(error.hints()[0].starts_with("offline mode is on"));
    let unproven = supply.lookup(&wanted("go1.91.2")).await.unwrap_err();
    assert!(unproven.is_unavailable());
    assert_eq!(unproven.hints(), error.hints());
    assert_eq!(world.lines().len(), 0);
}

#[tokio::test]
async fn releases_are_the_union_of_table_index_and_list() {
    let world = world();
    let indexed = std::sync::Arc::new(FakeRelease::new("go1.91.2"));
    world.site.publish_archive(&indexed);
    world.site.publish_module(&FakeRelease::new("go1.91.3"));
    let supply = world.supply("go.dev,goproxy");
    let releases = supply.releases().await;
    for name in ["go1.91.2", "go1.91.3", "go1.22.5"] {
        assert!(releases.find(&wanted(name).name).is_some(), "{name}");
    }
    assert!(matches!(releases.basis, Basis::Index(_)));
    assert_eq!(world.lines().len(), 2);
    // Within the hour no source is asked again, not even by the next command.
    let known = world.supply("go.dev,goproxy").releases().await;
    assert!(known.find(&wanted("go1.91.3").name).is_some());
    assert!(world.offline("go.dev,goproxy").known_releases().find(&wanted("go1.91.2").name).is_some());
    assert_eq!(world.lines().len(), 0);
    // When it is asked again, the server confirms the cached response.
    world.supply("go.dev,goproxy").collect(Freshness::Now).await;
    assert!(world.site.server().requests().iter().all(|request| request.header("If-None-Match").is_some()));
}

#[tokio::test]
async fn a_new_release_is_found_although_the_index_was_asked_a_moment_ago() {
    let world = world();
    world.site.publish(FakeRelease::new("go1.91.2"));
    world.supply("go.dev").releases().await;
    let release = world.site.publish(FakeRelease::new("go1.91.3"));
    let (_, bytes) = download(&world.supply("go.dev"), "go1.91.3").await.unwrap();
    assert_eq!(bytes, release.archive());
}

#[tokio::test]
async fn an_old_index_serves_when_the_network_does_not() {
    let world = world();
    world.site.publish(FakeRelease::new("go1.91.2"));
    world.supply("go.dev").releases().await;
    for fault in [Fault::Status(500), Fault::Close] {
        world.site.server().fault("/dl/", fault);
        let releases = world.supply("go.dev").collect(Freshness::Now).await;
        assert!(releases.find(&wanted("go1.91.2").name).is_some());
        assert_eq!(releases.failures.len(), 1);
        world.site.server().heal();
    }
    world.site.server().route("/dl/", Response::ok("<html>log in first</html>"));
    let releases = world.supply("go.dev").collect(Freshness::Now).await;
    let text = releases.failures[0].to_string();
    assert!(text.starts_with("its index is not JSON (line 1); its index of 2"), "{text}");
    assert_eq!(told(&releases.stale().cloned().collect::<Vec<_>>()), told(&releases.failures));
    assert!(releases.find(&wanted("go1.91.2").name).is_some());
}

#[tokio::test]
async fn a_platform_that_no_list_names_is_asked_for() {
    let world = world();
    let host = Platform::host();
    let other: Platform = if host.os() == "plan9" { "linux-amd64" } else { "plan9-386" }.parse().unwrap();
    // Listed for another platform only. The release exists for this one too, but gover must ask for
    // it.
    world.site.publish_module(&FakeRelease::for_platform("go1.91.3", other.clone()));
    world.site.publish_module(&FakeRelease::for_platform("go1.91.4", other));
    let info = format!("/proxy/golang.org/toolchain/@v/{}.info", wanted("go1.91.3").module_version());
    world.site.server().serve(&info, "{}");
    let supply = world.supply("goproxy");
    let releases = supply.releases().await;
    let request = Request::parse("1.91").unwrap();
    let newest = supply.newest(&releases, &request, &host).await.unwrap();
    assert_eq!(newest.name.as_str(), "go1.91.3");
}

#[tokio::test]
async fn a_lookup_goes_through_the_proxy_that_passes_the_database_on() {
    let world = world();
    let release = world.site.publish(FakeRelease::new("go1.91.2"));
    let record = world.supply("goproxy").lookup(&wanted("go1.91.2")).await.unwrap();
    assert_eq!((record.h1.as_str(), record.database.as_str()), (release.h1().as_str(), "sum.test"));
    let lines = world.lines();
    assert_eq!(lines[0], "GET /proxy/sumdb/sum.test/supported");
    assert!(lines.iter().all(|line| line.starts_with("GET /proxy/sumdb/sum.test/")), "{lines:?}");
    // The proven record is cached: the next command sends no request.
    assert_eq!(world.offline("goproxy").lookup(&wanted("go1.91.2")).await.unwrap().h1, record.h1);
}

#[tokio::test]
async fn an_address_in_gosumdb_goes_before_proxies() {
    let world = world();
    let release = world.site.publish(FakeRelease::new("go1.91.2"));
    let mut settings = world.settings("goproxy");
    settings.sumdb = Some(world.site.gosumdb_direct());
    let record = Supply::new(settings).unwrap().lookup(&wanted("go1.91.2")).await.unwrap();
    assert_eq!(record.h1, release.h1());
    assert!(world.lines().iter().all(|line| line.starts_with("GET /sumdb/")));
}

#[tokio::test]
async fn a_proxy_that_refuses_the_database_makes_it_unavailable_and_is_not_passed_by() {
    let world = world();
    world.site.publish(FakeRelease::new("go1.91.2"));
    world.site.server().fault("/proxy/sumdb/*", Fault::Status(403));
    let error = world.supply("goproxy").lookup(&wanted("go1.91.2")).await.unwrap_err();
    assert!(error.is_unavailable());
    assert_eq!(world.lines(), ["GET /proxy/sumdb/sum.test/supported"]);
    // The next proxy is asked after `|`, or after "not found".
    let mut settings = world.settings("goproxy");
    settings.proxies = Some(format!("{},{}", world.site.server().at("/none"), world.site.proxy_url()));
    world.site.server().heal();
    assert!(Supply::new(settings).unwrap().lookup(&wanted("go1.91.2")).await.is_ok());
}

#[tokio::test]
async fn an_impostor_is_no_unavailable_database() {
    let world = world();
    world.site.publish(FakeRelease::new("go1.91.2"));
    let impostor = FakeLog::impostor(world.site.log());
    world.site.serve_log(&impostor);
    let error = world.supply("goproxy").lookup(&wanted("go1.91.2")).await.unwrap_err();
    assert!(!error.is_unavailable(), "{error:?}");
}

#[tokio::test]
async fn gosumdb_off_and_nonsense_are_told_apart() {
    let world = world();
    let lookup = async |value: &str| {
        let mut settings = world.settings("goproxy");
        settings.sumdb = Some(value.to_owned());
        Supply::new(settings).unwrap().lookup(&wanted("go1.91.2")).await.unwrap_err()
    };
    assert!(lookup("off").await.is_unavailable());
    assert!(!lookup("on").await.is_unavailable());
    assert_eq!(world.lines().len(), 0);
}

#[test]
fn only_another_site_stands_in_for_go_dev() {
    let stand_in = |url: Option<&str>| {
        let godev_url = url.map(|url| url.parse().unwrap());
        let settings = SupplySettings { godev_url, ..SupplySettings::new(&Layout::new(PathBuf::new())) };
        Supply::new(settings).unwrap().stand_in().map(ToString::to_string)
    };
    assert_eq!(stand_in(None), None);
    assert_eq!(stand_in(Some("https://go.dev")), None);
    assert_eq!(stand_in(Some("https://go.dev/")), None);
    assert_eq!(stand_in(Some("https://go.corp.example")).as_deref(), Some("https://go.corp.example"));
}

#[test]
fn a_site_that_is_not_a_web_server_is_refused() {
    assert!("go.dev".parse::<gover_net::Address>().is_err());
    let settings = SupplySettings {
        godev_url: Some("file:///go.dev".parse().unwrap()),
        ..SupplySettings::new(&Layout::new(PathBuf::new()))
    };
    assert!(Supply::new(settings).is_err());
}
