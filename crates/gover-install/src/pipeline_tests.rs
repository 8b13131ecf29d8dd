use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::Mutex;

use gover_archive::{ArchiveError, Reason};
use gover_core::{Diagnose as _, Platform};
use gover_net::SplitSettings;
use gover_source::{Location, SourceSpec, SupplySettings};
use gover_test::{Entry, FakeLog, FakeSite, Fault, Release, Response, pack_tar_gz, pack_zip, sha256_hex};

use super::*;
use crate::custom_build::CustomBuild;
use crate::error::Contradiction;
use crate::proof::ProofHeld;
use crate::report::TaskId;
use crate::smoke::{SmokeError, SmokeLevel};
use crate::staging::staged;

#[path = "pipeline_custom_build_tests.rs"]
mod custom_build;

#[path = "pipeline_parts_tests.rs"]
mod parts;

#[path = "pipeline_proof_tests.rs"]
mod proofs;

#[path = "pipeline_streaming_tests.rs"]
mod streaming;

#[path = "pipeline_upgrade_tests.rs"]
mod upgrade;

/// A release site and an empty gover home.
struct World {
    site: FakeSite,
    root: tempfile::TempDir,
    layout: Layout,
    env: Env,
    recorder: Recorder,
    sources: Vec<SourceSpec>,
    split: SplitSettings,
    /// So long that a busy machine does not look like a silent server.
    patience: Duration,
    unpacking: Unpacking,
}

/// What a reporter was told, one line an event.
#[derive(Default)]
struct Recorder {
    lines: Mutex<Vec<String>>,
    /// A file to be there when unpacking begins, where a directory is wanted.
    hindrance: Mutex<Option<PathBuf>>,
}

impl Recorder {
    fn add(&self, line: String) -> u64 {
        let mut lines = self.lines.lock().unwrap();
        lines.push(line);
        lines.len() as u64
    }

    fn lines(&self) -> Vec<String> {
        self.lines.lock().unwrap().clone()
    }
}

impl Reporter for Recorder {
    fn start(&self, task: Task<'_>, total: Option<u64>) -> TaskId {
        if let (Phase::Unpack, Some(path)) = (task.phase, self.hindrance.lock().unwrap().as_ref()) {
            fs::write(path, "").unwrap();
        }
        TaskId(self.add(format!("start {} {:?} {total:?}", task.toolchain, task.phase)))
    }

    fn advance(&self, _: TaskId, bytes: u64) {
        self.add(format!("advance {bytes}"));
    }

    fn files(&self, _: TaskId, done: u64, total: Option<u64>) {
        self.add(format!("files {done} {total:?}"));
    }

    fn finish(&self, _: TaskId, outcome: Outcome) {
        self.add(format!("finish {outcome:?}"));
    }

    fn source_failed(&self, toolchain: &str, failure: &SourceFailure) {
        self.add(format!("failed {toolchain} {}", failure.source));
    }

    fn fell_back(&self, toolchain: &str, reason: &str) {
        self.add(format!("fell back {toolchain} {reason}"));
    }
}

const NAME: &str = "go1.91.2";

/// Bytes that no packing makes fewer, so that a file is as large as a test needs it.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let next = std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    });
    next.flatten().take(length).collect()
}

impl World {
    fn new(sources: &[SourceSpec]) -> Self {
        let root = tempfile::tempdir().unwrap();
        let system_root = Env::from_process().var("SystemRoot");
        let env = Env::from_map(system_root.map(|value| ("SystemRoot", value)), root.path().to_owned());
        Self {
            site: FakeSite::start(),
            layout: Layout::new(root.path().join("home")),
            root,
            env,
            recorder: Recorder::default(),
            sources: sources.to_vec(),
            split: SplitSettings::default(),
            patience: Duration::from_mins(1),
            unpacking: Unpacking::Streamed,
        }
    }

    /// A world in which `NAME` is released.
    fn with_release(sources: &[SourceSpec]) -> Self {
        let world = Self::new(sources);
        world.site.publish(Release::new(NAME));
        world
    }

    fn supply(&self) -> Supply {
        let mut settings = SupplySettings::new(&self.layout);
        settings.sources.clone_from(&self.sources);
        settings.godev_url = Some(self.site.url().parse().unwrap());
        settings.proxies = Some(self.site.proxy_url());
        settings.sumdb = Some(self.site.gosumdb());
        settings.network.retries = 0;
        settings.network.split = self.split.clone();
        settings.network.back_off = Duration::ZERO;
        settings.network.patience = self.patience;
        Supply::new(settings).unwrap()
    }

    fn request() -> InstallRequest {
        InstallRequest {
            wanted: Wanted { name: ToolchainName::parse(NAME).unwrap(), platform: Platform::host() },
            force: false,
            log: LogNeed::Optional,
            smoke: Smoke::Run,
        }
    }

    fn run<T>(&self, work: impl AsyncFnOnce(&Installer<'_>) -> T) -> T {
        self.run_with(&self.supply(), Duration::from_mins(1), work)
    }

    fn run_with<T>(
        &self,
        supply: &Supply,
        log_patience: Duration,
        work: impl AsyncFnOnce(&Installer<'_>) -> T,
    ) -> T {
        let shim = self.root.path().join("gover-shim");
        fs::write(&shim, "shim").unwrap();
        let turn = Semaphore::new(1);
        let installer = Installer {
            turn: &turn,
            layout: &self.layout,
            env: &self.env,
            supply,
            reporter: &self.recorder,
            shim_program: Some(&shim),
            log_patience,
            minimum: None,
            unpacking: self.unpacking,
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(work(&installer))
    }

    fn install(&self) -> Result<Installed, InstallError> {
        self.install_with(&Self::request())
    }

    fn install_with(&self, request: &InstallRequest) -> Result<Installed, InstallError> {
        self.run(async |installer| install(request, installer).await)
    }

    fn install_given(&self, location: Location, sha256: &str) -> Result<Installed, InstallError> {
        let request = CustomBuild {
            location,
            sha256: sha256.parse().unwrap(),
            platform: Platform::host(),
            force: false,
            smoke: Smoke::Run,
        };
        self.run(async |installer| install_custom_build(&request, installer).await)
    }

    fn goroot(&self) -> PathBuf {
        self.layout.versions().join(NAME)
    }

    /// Everything in the home but locks and what the sources keep.
    fn files(&self) -> Vec<String> {
        let mut files = Vec::new();
        let mut directories = vec![self.layout.home().to_owned()];
        let skipped = [
            self.layout.locks(),
            self.layout.index_cache(),
            self.layout.sumdb_cache(),
            self.layout.failed_sources(),
        ];
        while let Some(directory) = directories.pop() {
            for entry in fs::read_dir(&directory).into_iter().flatten() {
                let path = entry.unwrap().path();
                if path.is_dir() && !path.is_symlink() {
                    if !skipped.contains(&path) {
                        directories.push(path);
                    }
                } else if !skipped.contains(&path) {
                    files.push(path.strip_prefix(self.layout.home()).unwrap().display().to_string());
                }
            }
        }
        files.sort();
        files
    }

    /// Downloads that did not end.
    fn parts(&self) -> Vec<String> {
        let mut files = self.files();
        files.retain(|file| Path::new(file).extension().is_some_and(|extension| extension == "part"));
        files
    }

    fn assert_nothing_left(&self) {
        assert_eq!(self.files(), Vec::<String>::new());
        assert!(staged(&self.layout).unwrap().is_empty());
    }

    /// Everybody but the checksum database answers.
    fn break_database(&self) {
        self.site.server().fault("/proxy/sumdb/*", Fault::Status(503));
    }
}

fn kinds(installed: &Installed) -> Vec<&'static str> {
    let proofs = &installed.receipt.as_ref().unwrap().proofs;
    proofs
        .iter()
        .map(|proof| match proof {
            ProofHeld::Sha256 { .. } => "sha256",
            ProofHeld::TransparencyLog { .. } => "log",
            ProofHeld::Given => "given",
            ProofHeld::Unknown => "unknown",
        })
        .collect()
}

#[test]
fn an_archive_is_installed_with_both_proofs() {
    let world = World::new(&[SourceSpec::GoDev]);
    let release = world.site.publish(Release::new(NAME));
    let installed = world.install().unwrap();
    assert_eq!(installed.path, world.goroot());
    assert!(!installed.reused);
    assert_eq!(kinds(&installed), ["sha256", "log"]);
    let receipt = installed.receipt.unwrap();
    assert_eq!(Receipt::read(&world.layout, &installed.name).unwrap().as_ref(), Some(&receipt));
    assert_eq!((receipt.name.as_str(), receipt.source.as_str()), (NAME, world.site.url().as_str()));
    assert_eq!(receipt.file, Some(release.archive_name()));
    assert_eq!(receipt.file_bytes, release.archive().len() as u64);
    assert_eq!(receipt.sha256, Some(release.sha256()));
    assert_eq!(receipt.h1, Some(release.h1()));
    assert!(matches!(&receipt.proofs[1], ProofHeld::TransparencyLog { database, h1, .. }
        if database == "sum.test" && *h1 == release.h1()));
    assert!(receipt.files > 10 && receipt.bytes > 1000);
    let whole = tempfile::tempdir().unwrap();
    release.write_to(whole.path());
    assert!(world.goroot().join("test/fixedbugs/issue1.go").is_file());
    assert_eq!(
        fs::read(world.goroot().join("src/go.mod")).unwrap(),
        fs::read(whole.path().join("src/go.mod")).unwrap()
    );
    assert!(world.layout.program(NAME).exists());
    assert!(staged(&world.layout).unwrap().is_empty());
    assert!(world.parts().is_empty());
}

#[test]
fn a_module_is_installed_by_the_log_alone() {
    let world = World::new(&[SourceSpec::GoProxy]);
    let release = world.site.publish(Release::new(NAME));
    let installed = world.install().unwrap();
    assert_eq!(kinds(&installed), ["log"]);
    let receipt = installed.receipt.unwrap();
    assert_eq!(receipt.h1, Some(release.h1()));
    assert_eq!(receipt.source, "goproxy");
    assert!(world.goroot().join("src/go.mod").is_file());
    assert!(!world.goroot().join("src/_go.mod").exists());
}

#[test]
fn a_second_install_asks_nobody() {
    let world = World::with_release(&[SourceSpec::GoDev]);
    world.install().unwrap();
    world.site.server().forget_requests();
    let again = world.install().unwrap();
    assert!(again.reused);
    assert_eq!(again.receipt, None);
    assert_eq!(world.site.server().request_lines(), Vec::<String>::new());
}

#[test]
fn a_download_goes_on_where_it_broke_off() {
    let world = World::new(&[SourceSpec::GoDev]);
    let release = world.site.publish(Release::new(NAME));
    let path = FakeSite::archive_path(&release);
    world.site.server().fault(&path, Fault::TruncateAt(5000));
    assert!(matches!(world.install().unwrap_err(), InstallError::Supply(_)));
    world.site.server().heal();
    world.site.server().forget_requests();
    world.install().unwrap();
    let requests = world.site.server().requests_for(&path);
    assert_eq!(requests[0].header("Range"), Some("bytes=5000-"));
    assert_eq!(world.site.server().downloads_of(&path), 1);
}

#[test]
fn a_part_that_a_crash_damaged_is_fetched_anew() {
    let world = World::new(&[SourceSpec::GoDev]);
    let release = world.site.publish(Release::new(NAME));
    let path = FakeSite::archive_path(&release);
    world.site.server().fault(&path, Fault::TruncateAt(5000));
    world.install().unwrap_err();
    fs::write(world.layout.home().join(&world.parts()[0]), vec![0; 5000]).unwrap();
    world.site.server().heal();
    world.site.server().forget_requests();
    world.install().unwrap();
    let requests = world.site.server().requests_for(&path);
    let ranges: Vec<_> = requests.iter().map(|request| request.header("Range")).collect();
    assert_eq!((ranges[0], ranges.last()), (Some("bytes=5000-"), Some(&None)));
    assert_eq!(world.site.server().downloads_of(&path), 2);
}

#[test]
fn a_forced_install_replaces_and_a_failed_one_does_not() {
    let world = World::new(&[SourceSpec::GoDev]);
    let release = world.site.publish(Release::new(NAME));
    let before = world.install().unwrap();
    fs::write(world.goroot().join("added"), "x").unwrap();
    let force = InstallRequest { force: true, ..World::request() };

    world.site.server().fault(&FakeSite::archive_path(&release), Fault::FlipByte(1000));
    world.install_with(&force).unwrap_err();
    assert!(world.goroot().join("added").is_file());
    assert_eq!(Receipt::read(&world.layout, &before.name).unwrap(), before.receipt);

    world.site.server().heal();
    assert!(!world.install_with(&force).unwrap().reused);
    assert!(!world.goroot().join("added").exists());
    assert!(Receipt::read(&world.layout, &before.name).unwrap().is_some());
    assert!(staged(&world.layout).unwrap().is_empty());
}

#[test]
fn a_file_that_holds_another_version_is_not_installed() {
    let world = World::new(&[SourceSpec::GoDev]);
    world.site.publish(Release::new(NAME).with_file("VERSION", "go1.91.3\n"));
    let error = world.install().unwrap_err();
    assert!(
        matches!(&error, InstallError::Smoke { source: SmokeError::OtherVersion { .. }, .. }),
        "{error:?}"
    );
    world.assert_nothing_left();
}

#[test]
fn a_go_that_does_not_run_is_installed_only_if_nobody_runs_it() {
    let world = World::new(&[SourceSpec::GoDev]);
    let program = format!("bin/go{}", std::env::consts::EXE_SUFFIX);
    world.site.publish(Release::new(NAME).with_file(&program, "no program"));
    let error = world.install().unwrap_err();
    assert!(matches!(error, InstallError::Smoke { .. }), "{error:?}");
    world.assert_nothing_left();
    let request = InstallRequest { smoke: Smoke::Files, ..World::request() };
    world.install_with(&request).unwrap();
}

#[test]
fn a_toolchain_for_another_machine_is_installed_without_running_it() {
    let world = World::new(&[SourceSpec::GoDev]);
    let release = world.site.publish(Release::for_another_machine(NAME));
    let wanted = Wanted { platform: release.platform().clone(), ..World::request().wanted };
    let request = InstallRequest { wanted, smoke: Smoke::RunIfPossible, ..World::request() };
    let installed = world.install_with(&request).unwrap();
    assert_eq!(installed.smoke_level, SmokeLevel::Files);
    assert_eq!(installed.receipt.unwrap().platform, release.platform().to_string());
    let strict = InstallRequest { smoke: Smoke::Run, force: true, ..request };
    world.install_with(&strict).unwrap_err();
}

#[test]
fn one_that_this_machine_runs_is_run_whatever_it_was_asked_for() {
    let world = World::with_release(&[SourceSpec::GoDev]);
    let request = InstallRequest { smoke: Smoke::RunIfPossible, ..World::request() };
    assert_eq!(world.install_with(&request).unwrap().smoke_level, SmokeLevel::Running);
}

#[test]
fn a_program_for_another_machine_than_its_file_says_is_not_installed() {
    let world = World::new(&[SourceSpec::GoDev]);
    let program = format!("bin/go{}", std::env::consts::EXE_SUFFIX);
    let other = Release::for_another_machine(NAME);
    let bytes = other.entries("").find(|entry| entry.name == program).unwrap().bytes;
    world.site.publish(Release::new(NAME).with_file(&program, bytes));
    let request = InstallRequest { smoke: Smoke::Files, ..World::request() };
    let error = world.install_with(&request).unwrap_err();
    let InstallError::Smoke { source: source @ SmokeError::OtherArch { .. }, .. } = &error else {
        panic!("{error:?}");
    };
    let hint = format!("`--arch {}` installs it anyway", other.platform().arch());
    assert_eq!(source.hints(), [hint]);
    world.assert_nothing_left();
}

#[test]
fn two_installs_at_once_download_once() {
    let world = World::new(&[SourceSpec::GoDev]);
    let release = world.site.publish(Release::new(NAME));
    let request = World::request();
    let (one, two) =
        world.run(async |installer| tokio::join!(install(&request, installer), install(&request, installer)));
    assert_ne!(one.unwrap().reused, two.unwrap().reused);
    assert_eq!(world.site.server().downloads_of(&FakeSite::archive_path(&release)), 1);
    assert!(world.recorder.lines().iter().any(|line| line.ends_with("Wait None")));
}

#[test]
fn the_leftovers_of_a_crash_are_in_nobodys_way() {
    let world = World::with_release(&[SourceSpec::GoDev]);
    let tree = world.layout.staging().join(NAME).join("tree");
    fs::create_dir_all(&tree).unwrap();
    fs::write(tree.join("VERSION"), "half").unwrap();
    fs::create_dir_all(world.goroot().join("src")).unwrap();
    world.install().unwrap();
    assert!(staged(&world.layout).unwrap().is_empty());
    assert_eq!(smoke::version_of(&world.goroot()).unwrap().as_str(), NAME);
}

#[test]
fn what_goes_on_is_reported() {
    let mut world = World::new(&[]);
    let release = world.site.publish(Release::new(NAME));
    let empty = world.root.path().join("empty");
    fs::create_dir(&empty).unwrap();
    world.sources = vec![SourceSpec::Directory(empty.clone()), SourceSpec::GoDev];
    let installed = world.install().unwrap();
    assert_eq!(installed.failures.len(), 1);
    let lines = world.recorder.lines();
    assert_eq!(lines[0], format!("failed {NAME} {}", empty.display()));
    let size = release.archive().len() as u64;
    assert_eq!(
        lines[1],
        format!(
            "start {NAME} Download {{ source: \"{0}\", location: \"{0}{1}\", from: 0 }} Some({size})",
            world.site.url(),
            FakeSite::archive_path(&release)
        )
    );
    let end = lines.iter().position(|line| line.starts_with("finish")).unwrap();
    let received: u64 =
        lines[..end].iter().filter_map(|line| line.strip_prefix("advance ")?.parse::<u64>().ok()).sum();
    assert_eq!(received, size);
    let is_step = |line: &&String| line.starts_with("start") || line.starts_with("finish");
    let rest: Vec<_> = lines[end..].iter().filter(is_step).map(String::as_str).collect();
    assert_eq!(
        rest,
        [
            "finish Done",
            &format!("start {NAME} Unpack Some({size})"),
            "finish Done",
            &format!("start {NAME} Prove None"),
            "finish Done",
            &format!("start {NAME} Publish None"),
            "finish Done"
        ]
    );
}

#[test]
fn a_release_that_nobody_has_is_an_error_with_every_answer() {
    let world = World::new(&[SourceSpec::GoDev, SourceSpec::GoProxy]);
    let error = world.install().unwrap_err();
    assert_eq!(error.details().len(), 2, "{:?}", error.details());
    world.assert_nothing_left();
}

#[test]
fn what_several_connections_brought_and_is_wrong_comes_once_more_over_one() {
    let mut world = World::with_release(&[SourceSpec::GoDev]);
    // At once and for any reason, whatever the clock says.
    world.split = SplitSettings {
        measure: Duration::ZERO,
        least: 1,
        worth: Duration::ZERO,
        gain: 0.0,
        segment: (64 << 10, 64 << 10),
        ..SplitSettings::default()
    };
    let release = Release::new(NAME);
    let path = FakeSite::archive_path(&release);
    let file = Response::ok(release.archive()).without_etag();
    let wrong = Response::ok(vec![0; release.archive().len()]).without_etag();
    let server = world.site.server();
    server.forget_route(&path);
    server.handle(&path, move |request| {
        Some(if request.header("Range").is_some() { wrong.clone() } else { file.clone() })
    });
    // The first connection does not bring the file by itself, and is given up.
    world.patience = Duration::from_secs(2);
    server.fault_times(&path, Fault::StallAt(200_000), 1);
    world.install().unwrap();
    let requests = world.site.server().requests_for(&path);
    assert!(requests.len() > 2, "it came over several connections");
    assert_eq!(requests.iter().filter(|request| request.header("Range").is_none()).count(), 2);
    assert_eq!(requests.last().unwrap().header("Range"), None);
}
