//! Against the GOPROXY that `go env` names: `cargo test -p gover-source --test live -- --ignored`.

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a test that a person watches")]

use std::io;
use std::process::Command;
use std::time::Instant;

use gover_core::env::vars;
use gover_core::{Env, Layout, Platform, Request, ToolchainName};
use gover_source::{Artifact, Format, Observer, Proof, Sink, SourceFailure, Supply, SupplySettings, Wanted};

/// Counts what comes, and keeps the first bytes.
#[derive(Default)]
struct Counter {
    head: Vec<u8>,
    bytes: u64,
}

impl Sink for Counter {
    fn begin(&mut self, _artifact: &Artifact) -> io::Result<u64> {
        *self = Self::default();
        Ok(0)
    }

    fn restart(&mut self) -> io::Result<()> {
        *self = Self::default();
        Ok(())
    }

    fn write(&mut self, chunk: &[u8]) -> io::Result<()> {
        if self.head.is_empty() {
            self.head.extend_from_slice(chunk);
        }
        self.bytes += chunk.len() as u64;
        Ok(())
    }
}

struct Quiet;

impl Observer for Quiet {
    fn started(&self, _artifact: &Artifact, _total: Option<u64>, _from: u64) {}

    fn received(&self, _bytes: u64) {}

    fn source_failed(&self, failure: &SourceFailure) {
        println!("{}: {failure}", failure.source);
    }
}

fn go_env(key: &str) -> Option<String> {
    let output = Command::new("go").args(["env", key]).output().ok()?;
    let value = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (!value.is_empty()).then_some(value)
}

fn supply(home: &tempfile::TempDir) -> Supply {
    let mut settings = SupplySettings::new(&Layout::new(home.path().to_owned()));
    settings.proxies = go_env("GOPROXY");
    settings.sumdb = go_env("GOSUMDB");
    settings.network.certificates.file = Env::from_process().var(vars::SSL_CERT_FILE).map(Into::into);
    Supply::new(settings).unwrap()
}

fn wanted(name: &str) -> Wanted {
    Wanted { name: ToolchainName::parse(name).unwrap(), platform: Platform::new("linux", "amd64").unwrap() }
}

#[tokio::test]
#[ignore = "reaches a real GOPROXY"]
async fn a_real_toolchain_comes_with_its_proven_record() {
    let home = tempfile::tempdir().unwrap();
    let supply = supply(&home);
    let wanted = wanted("go1.22.5");
    let mut sink = Counter::default();
    let start = Instant::now();
    let (download, record) =
        tokio::join!(supply.download(&wanted, &mut sink, &Quiet), supply.lookup(&wanted));
    let (download, record) = (download.unwrap(), record.unwrap());
    println!("{} bytes from {} in {:?}", download.bytes, download.artifact.source, start.elapsed());
    println!("record {} of {}: {}", record.id, record.tree_size, record.h1);
    assert_eq!(download.bytes, sink.bytes);
    if download.artifact.format == Format::ModuleZip {
        assert_eq!(download.artifact.proof, Proof::Log);
        assert!(sink.head.starts_with(b"PK"));
        assert_eq!(sink.bytes, 72_834_461);
    }
    assert_eq!(record.h1, "h1:LQChnsjY/4sr12W+7pci1Qg1+X/n7vmLOOaq2aTBG0w=");
    assert_eq!(record.id, 27_869_929);
}

#[tokio::test]
#[ignore = "reaches a real GOPROXY"]
async fn real_releases_are_known() {
    let home = tempfile::tempdir().unwrap();
    let supply = supply(&home);
    let start = Instant::now();
    let releases = supply.releases().await;
    println!("{} releases in {:?}; {:?}", releases.iter().count(), start.elapsed(), releases.failures);
    for text in ["latest", "oldstable", "next", "1.22", "1.21"] {
        let request = Request::parse(text).unwrap();
        let newest = supply.newest(&releases, &request, &Platform::host()).await.unwrap();
        println!("{text}: {} {:?}", newest.name, newest.date.map(|date| date.to_string()));
    }
    let settings = self::supply(&home).settings().clone();
    let start = Instant::now();
    let known = Supply::new(settings).unwrap().known_releases();
    println!("{} known in {:?}", known.iter().count(), start.elapsed());
    assert_eq!(known.iter().count(), releases.iter().count());
}
