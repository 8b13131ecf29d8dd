//! Tests of programs in GOAUTH, which may ask the user for a password and wait for any length of
//! time.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use super::*;
use crate::supply::Verdict;
use gover_core::platform::IS_WINDOWS;
use gover_net::{Notice, Waiting};
use gover_test::clock;

/// Longer than any test takes. It passes only when a test advances the clock.
const PATIENCE: Duration = Duration::from_mins(5);

/// A proxy that requires a password, and a program that prints it once the file `answer` exists.
struct Desk {
    world: Arc<World>,
    front: gover_test::TlsFront,
    told: Arc<Mutex<Vec<String>>>,
}

impl Desk {
    /// `None` on Windows, because the program is a shell script.
    fn new() -> Option<Self> {
        if IS_WINDOWS {
            return None;
        }
        let world = Arc::new(world());
        let front = gover_test::TlsFront::start(world.site.server());
        world.site.server().guard_with("/proxy/", "Bearer 1");
        let desk = Self { world, front, told: Arc::default() };
        std::fs::write(desk.at("ca.pem"), gover_test::TlsFront::AUTHORITY).unwrap();
        let script = "cd \"$1\"; [ $# = 3 ] || exit 0; echo \"$3\" >>asked\n\
            n=0; while [ ! -e answer ] && [ $n -lt 600 ]; do n=$((n+1)); sleep 0.05; done\n\
            echo >given; printf '%s\\n\\nAuthorization: Bearer 1\\n\\n' \"$2\"\n";
        std::fs::write(desk.at("helper"), script).unwrap();
        Some(desk)
    }

    fn at(&self, name: &str) -> PathBuf {
        self.world.home.path().join(name)
    }

    /// Settings with which `notice` is called after each message was recorded.
    fn settings(
        &self,
        sources: &str,
        notice: impl Fn(&Waiting<'_>) + Send + Sync + 'static,
    ) -> SupplySettings {
        let mut settings = self.world.settings(sources);
        let here = self.world.home.path().display();
        settings.proxies = Some(self.front.at("/proxy"));
        settings.network.patience = PATIENCE;
        settings.network.stall_timeout = PATIENCE * 1000;
        settings.network.connect_timeout = PATIENCE * 1000;
        settings.network.certificates.file = Some(self.at("ca.pem"));
        settings.network.authentication.goauth =
            Some(format!("sh '{here}/helper' '{here}' '{}'", self.front.url()));
        let told = Arc::clone(&self.told);
        settings.network.notice = Notice::new(move |waiting| {
            told.lock().unwrap().push(waiting.to_string());
            notice(waiting);
        });
        settings
    }

    /// A supply whose user types the password after the message about the wait.
    fn supply(&self, sources: &str) -> Supply {
        let answer = self.at("answer");
        Supply::new(self.settings(sources, move |_| std::fs::write(&answer, "").unwrap())).unwrap()
    }

    /// The result of `work` if the user takes `time` to type the password.
    async fn typed<T>(&self, time: Duration, work: impl Future<Output = T>) -> T {
        clock::meanwhile(work, clock::pass(time, || self.at("asked").exists())).await
    }

    /// The messages, and the number of addresses for which the program asked for a password. Resets
    /// both.
    fn take(&self) -> (Vec<String>, usize) {
        let asked = std::fs::read_to_string(self.at("asked")).unwrap_or_default().lines().count();
        for name in ["asked", "answer", "given"] {
            let _ = std::fs::remove_file(self.at(name));
        }
        (std::mem::take(&mut self.told.lock().unwrap()), asked)
    }
}

/// The message about the program, the only one that may appear while it runs.
fn waiting() -> Vec<String> {
    vec!["waiting for `sh`, which GOAUTH names".to_owned()]
}

/// Waits until `ready` returns true, without blocking other tasks.
async fn until(ready: impl Fn() -> bool) {
    while !ready() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

#[tokio::test]
async fn a_password_is_waited_for_after_another_source_has_responded() {
    let Some(desk) = Desk::new() else { return };
    desk.world.site.publish(FakeRelease::new("go1.91.2"));
    let module = desk.world.site.publish(FakeRelease::new("go1.91.3"));
    let directory = desk.at("files");
    std::fs::create_dir_all(&directory).unwrap();
    let archive = FakeRelease::new("go1.91.1");
    std::fs::write(directory.join(archive.archive_name()), archive.archive()).unwrap();
    for other in ["go.dev", directory.to_str().unwrap()] {
        let supply = desk.supply(&format!("goproxy,{other}"));
        let releases = desk.typed(PATIENCE * 2, supply.collect(Freshness::Now)).await;
        assert!(releases.failures.is_empty(), "{other}: {:?}", releases.failures);
        assert!(releases.find(&wanted("go1.91.3").name).is_some());
        assert_eq!(desk.take(), (waiting(), 1), "{other}");
        let supply = desk.supply(&format!("goproxy,{other}"));
        let downloaded = desk.typed(PATIENCE * 2, download(&supply, "go1.91.3")).await;
        let (found, bytes) = downloaded.unwrap();
        assert_eq!((bytes, found.failures.len()), (module.module_zip().to_vec(), 0));
        assert_eq!(desk.take(), (waiting(), 1), "{other}");
        assert!(!desk.world.settings("go.dev").failed_sources.exists());
    }
}

#[tokio::test]
async fn a_password_for_the_log_costs_none_of_the_time_that_the_log_has() {
    let Some(desk) = Desk::new() else { return };
    desk.world.site.publish(FakeRelease::new("go1.91.2"));
    let answer = desk.at("answer");
    let mut settings = desk.settings("goproxy", move |_| std::fs::write(&answer, "").unwrap());
    settings.network.patience = PATIENCE * 3;
    let (supply, wish) = (Supply::new(settings).unwrap(), [wanted("go1.91.2")]);
    let records = desk.typed(PATIENCE * 6, supply.lookup_all(&wish, PATIENCE * 5)).await;
    assert!(matches!(records.as_slice(), [Some(Ok(_))]), "{records:?}");
    assert_eq!(desk.take(), (waiting(), 1));
}

#[tokio::test]
async fn a_probe_that_needs_a_password_goes_on_after_its_deadline() {
    let Some(desk) = Desk::new() else { return };
    desk.world.site.publish(FakeRelease::new("go1.91.2"));
    let answer = desk.at("answer");
    let mut settings = desk.settings("goproxy", move |_| std::fs::write(&answer, "").unwrap());
    settings.network.patience = PATIENCE * 3;
    let supply = Supply::new(settings).unwrap();
    let deadline = tokio::time::Instant::now() + PATIENCE * 5;
    let probes = desk.typed(PATIENCE * 6, supply.probe_proxies(deadline)).await;
    assert!(matches!(probes.as_slice(), [probe] if probe.verdict == Verdict::Good), "{probes:?}");
    assert_eq!(desk.take(), (waiting(), 1));
}

#[tokio::test]
async fn a_source_that_is_silent_after_the_password_is_named() {
    let Some(desk) = Desk::new() else { return };
    let module = desk.world.site.publish(FakeRelease::new("go1.91.2"));
    let supply = || {
        let (world, answer) = (Arc::clone(&desk.world), desk.at("answer"));
        let settings = desk.settings("goproxy", move |waiting| {
            let server = world.site.server();
            match waiting {
                // The server does not respond to the request with the password until gover reports
                // that it is waiting.
                Waiting::Program(_) => {
                    server.fault("/proxy/*", Fault::Stall);
                    std::fs::write(&answer, "").unwrap();
                }
                Waiting::Sources { .. } => {
                    server.heal();
                    server.release_stalled();
                }
            }
        });
        Supply::new(settings).unwrap()
    };
    let passing = || async {
        clock::pass(PATIENCE * 2, || desk.at("asked").exists()).await;
        clock::pass(PATIENCE, || desk.world.site.server().stalled() == 1).await;
    };
    let mut expected = waiting();
    expected.push("waiting for goproxy (no answer for 300 s)".to_owned());
    let releases = clock::meanwhile(supply().releases(), passing()).await;
    assert!(releases.find(&wanted("go1.91.2").name).is_some());
    assert_eq!(desk.take(), (expected.clone(), 1));
    let supply = supply();
    let (_, bytes) = clock::meanwhile(download(&supply, "go1.91.2"), passing()).await.unwrap();
    assert_eq!(bytes, module.module_zip());
    assert_eq!(desk.take(), (expected, 1));
}

/// Records whether the password had been given when the first bytes arrived.
struct Begins<'a>(&'a Desk, std::cell::Cell<Option<bool>>);

impl Observer for Begins<'_> {
    fn started(&self, _artifact: &Artifact, _total: Option<u64>, _from: u64) {
        self.1.set(Some(self.0.at("given").exists()));
    }

    fn received(&self, _bytes: u64) {}

    fn source_failed(&self, _failure: &SourceFailure) {}
}

#[tokio::test]
async fn a_source_that_is_faster_than_a_password_leaves_the_terminal_to_who_types_it() {
    let Some(desk) = Desk::new() else { return };
    let release = desk.world.site.publish(FakeRelease::new("go1.91.2"));
    // The release site is a separate server, so that the test controls when each of them responds.
    let site = FakeSite::start();
    site.publish(FakeRelease::new("go1.91.2"));
    let mut settings = desk.settings("goproxy,go.dev", |_| ());
    settings.godev_url = Some(site.url().parse().unwrap());
    let supply = Supply::new(settings).unwrap();
    desk.world.site.server().fault_times("/proxy/*", Fault::Stall, 1);
    let archive = FakeSite::archive_path(&release);
    site.server().fault(&archive, Fault::Stall);
    let mut sink = Memory::default();
    let begins = Begins(&desk, std::cell::Cell::default());
    let wish = wanted("go1.91.2");
    let (found, ()) = tokio::join!(supply.download(&wish, &mut sink, &begins), async {
        clock::pass(PATIENCE, || desk.world.site.server().stalled() == 1).await;
        until(|| site.server().stalled() == 1 && desk.world.site.server().stalled() == 1).await;
        desk.world.site.server().release_stalled();
        until(|| desk.at("asked").exists()).await;
        site.server().heal();
        site.server().release_stalled();
        // Enough time for the download to start, which it must not do before the password is given.
        tokio::time::sleep(Duration::from_millis(200)).await;
        std::fs::write(desk.at("answer"), "").unwrap();
    });
    assert!(found.unwrap().artifact.source.is_release_site());
    assert_eq!(begins.1.get(), Some(true), "bytes came while the password was typed");
    // The password is not requested again.
    assert!(supply.lookup(&wish).await.is_ok());
    assert_eq!(desk.take().1, 1);
}
