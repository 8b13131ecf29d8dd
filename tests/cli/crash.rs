//! A killed gover leaves the old state or the new one, and the next command works.
//!
//! Each scenario is a command that is killed over and over (SIGKILL, on Windows
//! `TerminateProcess`), each time at another moment. What must hold then is looked at before
//! anything could put it right, and again after the next command. The moments are random:
//! `GOVER_CRASH_SEED` chooses others and `GOVER_CRASH_COUNT` how many. Their outcome does not
//! depend on time, since the same must hold after each.
//!
//! `tests/crash/run` also kills before single system calls, one after the other (`ignored` here,
//! since that needs strace).

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use gover_core::Env;
use gover_test::{FakeSite, Fault, Output, Release, TestContext, context};

use crate::scene::{files, has_part_download, has_startup_files};

/// A command to be killed.
struct Scenario {
    command: &'static [&'static str],
    /// Prepares the home for the command.
    prepare: fn(&TestContext),
    sources: &'static str,
    /// How fast the sources send while the command is killed, for a release that takes a while.
    rate: Option<usize>,
}

const INSTALL: Scenario =
    Scenario { command: &["install", "1.91.2"], prepare: without_the_newest, sources: "go.dev", rate: None };

#[test]
fn an_install_may_be_killed() {
    kill_at_random_moments(&INSTALL);
}

const INSTALL_MODULE: Scenario =
    Scenario { command: &["install", "1.91.2"], prepare: without_the_newest, sources: "goproxy", rate: None };

#[test]
fn an_install_from_a_proxy_may_be_killed() {
    kill_at_random_moments(&INSTALL_MODULE);
}

/// Killed while the download is unpacked as it arrives.
const INSTALL_STREAMED: Scenario = Scenario { rate: Some(SLOW), ..INSTALL };

#[test]
fn an_install_may_be_killed_while_its_archive_arrives() {
    kill_at_random_moments(&INSTALL_STREAMED);
}

const INSTALL_MODULE_STREAMED: Scenario = Scenario { rate: Some(SLOW), ..INSTALL_MODULE };

#[test]
fn an_install_may_be_killed_while_its_module_arrives() {
    kill_at_random_moments(&INSTALL_MODULE_STREAMED);
}

#[test]
#[ignore = "takes long; run by tests/crash/run"]
fn streamed_installs_may_be_killed_very_often() {
    kill_at_random_moments(&INSTALL_STREAMED);
    kill_at_random_moments(&INSTALL_MODULE_STREAMED);
}

/// From an installed patch release, with the bundle of a mirror.
const UPGRADE: Scenario = Scenario {
    command: &["install", "1.91.2"],
    prepare: |ctx| {
        without_the_newest(ctx);
        if !ctx.work().join("go/patches").is_dir() {
            ctx.gover(["install", "1.91.1"]).success();
            ctx.gover(["mirror", "./go", "1.91.1", "1.91.2", "--patches"]).success();
        }
    },
    sources: "./go,go.dev",
    rate: None,
};

#[test]
fn an_upgrade_may_be_killed() {
    kill_at_random_moments(&UPGRADE);
}

const REPLACE: Scenario = Scenario {
    command: &["install", "-f", "1.91.2"],
    prepare: with_the_newest,
    sources: "go.dev",
    rate: None,
};

#[test]
fn a_forced_install_may_be_killed() {
    kill_at_random_moments(&REPLACE);
}

const UNINSTALL: Scenario =
    Scenario { command: &["uninstall", "1.91.2"], prepare: with_the_newest, sources: "go.dev", rate: None };

#[test]
fn an_uninstall_may_be_killed() {
    kill_at_random_moments(&UNINSTALL);
}

const PRUNE: Scenario = Scenario {
    command: &["prune"],
    prepare: |ctx| {
        with_the_newest(ctx);
        ctx.gover(["install", "1.90.1"]).success();
    },
    sources: "go.dev",
    rate: None,
};

#[test]
fn a_prune_may_be_killed() {
    kill_at_random_moments(&PRUNE);
}

const DEFAULT: Scenario = Scenario {
    command: &["default", "1.91.2"],
    prepare: |ctx| {
        with_the_newest(ctx);
        ctx.gover(["default", "1.90.4"]).success();
    },
    sources: "go.dev",
    rate: None,
};

#[test]
fn a_default_may_be_killed() {
    kill_at_random_moments(&DEFAULT);
}

const PIN: Scenario = Scenario {
    command: &["pin", "1.91"],
    prepare: |ctx| {
        fs::write(ctx.work().join(".go-version"), PINS[0]).unwrap();
    },
    sources: "go.dev",
    rate: None,
};

#[test]
fn a_pin_may_be_killed() {
    kill_at_random_moments(&PIN);
}

const CONFIGURE: Scenario = Scenario {
    command: &["config", "set", "auto_install", "false"],
    prepare: |ctx| fs::write(ctx.layout().config(), CONFIGS[0]).unwrap(),
    sources: "go.dev",
    rate: None,
};

#[test]
fn a_change_of_settings_may_be_killed() {
    kill_at_random_moments(&CONFIGURE);
}

const SETUP: Scenario = Scenario {
    command: &["setup"],
    prepare: |ctx| {
        for name in STARTUP {
            fs::write(ctx.home().join(name), MINE).unwrap();
        }
    },
    sources: "go.dev",
    rate: None,
};

#[test]
fn a_setup_may_be_killed() {
    if has_startup_files() {
        kill_at_random_moments(&SETUP);
    }
}

const VERIFY: Scenario =
    Scenario { command: &["verify"], prepare: with_the_newest, sources: "go.dev", rate: None };

#[test]
fn a_verify_may_be_killed() {
    kill_at_random_moments(&VERIFY);
}

/// Commands that say what is installed, or run it.
const LOOKING: [&[&str]; 6] = [
    &["list"],
    &["list", "--json"],
    &["current"],
    &["which", "go", "1.90.4"],
    &["exec", "1.90.4", "--", "go", "version"],
    &["env", "1.90.4", "--shell", "bash"],
];

#[test]
fn commands_that_only_show_do_not_repair_after_a_crash() {
    let ctx = context!();
    ctx.install_fake("go1.90.4");
    ctx.install_fake("go1.90.1");
    fs::write(ctx.layout().default_file(), "1.90.4\n").unwrap();
    put_aside(&ctx, "go1.91.2");
    let unfinished = ctx.layout().staging().join("go1.90.1/tree/src");
    fs::create_dir_all(&unfinished).unwrap();
    fs::write(unfinished.join("a.go"), "half").unwrap();
    let before = files(ctx.layout().home());
    for command in LOOKING {
        ctx.gover(command).success();
        assert!(files(ctx.layout().home()) == before, "{command:?} changed something");
        assert!(unfinished.is_dir(), "{command:?}");
    }
    ctx.gover(["default", "1.90.4"]).success();
    assert!(ctx.names_in("gover/staging").is_empty());
    assert!(ctx.layout().versions().join("go1.91.2/VERSION").is_file());
}

#[test]
fn a_toolchain_that_a_killed_install_moved_away_is_restored() {
    let mut ctx = context!();
    ctx.set("GOVER_OFFLINE", "1");
    put_aside(&ctx, "go1.91.2");
    let told = "warning: an unfinished install moved go1.91.2 away (`gover install 1.91.2` restores it)\n";
    for (command, code) in [(&["list"] as &[&str], 0), (&["which", "go", "1.91.2"], 127), (&["current"], 1)] {
        let output = ctx.gover(command);
        assert!(output.exits(code).stderr.starts_with(told), "{output}");
    }
    ctx.gover(["install", "1.91.2"]).success();
    let output = ctx.gover(["which", "go", "1.91.2"]);
    assert_eq!(output.success().stderr, "", "{output}");
    assert!(ctx.names_in("gover/staging").is_empty());
}

#[test]
fn exec_restores_a_toolchain_that_a_killed_install_moved_away() {
    let ctx = context!();
    put_aside(&ctx, "go1.91.2");
    let output = ctx.gover(["exec", "1.91", "--", "go", "version"]);
    assert!(output.success().stdout.contains("go1.91.2"), "{output}");
    assert!(ctx.names_in("gover/staging").is_empty());
}

#[test]
fn receipts_that_a_crash_left_in_staging_are_found() {
    let ctx = context!().with_site();
    ctx.publish("go1.91.2");
    ctx.gover(["install", "1.91.2"]).success();
    let whole = ctx.gover(["list", "--json"]).success().json();
    assert!(whole["toolchains"][0]["bytes"].is_u64(), "{whole}");
    let staged = ctx.layout().staging().join("go1.91.2");
    fs::create_dir_all(&staged).unwrap();
    for (name, waiting) in [("go1.91.2.json", "receipt.json"), ("go1.91.2.files", "files")] {
        fs::rename(ctx.layout().receipts().join(name), staged.join(waiting)).unwrap();
    }
    assert_eq!(ctx.gover(["list", "--json"]).success().json(), whole);
    assert_eq!(ctx.names_in("gover/staging/go1.91.2"), ["files", "receipt.json"]);
}

/// The state between the two renames of an install that replaces a toolchain.
fn put_aside(ctx: &TestContext, name: &str) {
    let goroot = ctx.install_fake(name);
    let staged = ctx.layout().staging().join(name);
    fs::create_dir_all(staged.join("tree/src")).unwrap();
    fs::rename(goroot, staged.join("old")).unwrap();
}

#[test]
#[ignore = "needs strace; run by tests/crash/run"]
fn commands_may_be_killed_before_each_system_call() {
    let scenarios = [
        INSTALL,
        INSTALL_MODULE,
        INSTALL_STREAMED,
        INSTALL_MODULE_STREAMED,
        UPGRADE,
        REPLACE,
        UNINSTALL,
        PRUNE,
        DEFAULT,
        PIN,
        CONFIGURE,
        SETUP,
        VERIFY,
    ];
    for scenario in scenarios {
        kill_before_system_calls(&scenario);
    }
}

#[test]
#[ignore = "needs a small file system; run by tests/crash/run"]
fn a_full_disk_keeps_the_download() {
    let disk = PathBuf::from(Env::from_process().var("GOVER_CRASH_DISK").unwrap());
    for source in ["go.dev", "goproxy"] {
        let mut ctx = context!().with_site();
        let home = disk.join(format!("full-{source}"));
        ctx.set("GOVER_SOURCES", source).set("GOVER_HOME", &home);
        ctx.publish("go1.90.4");
        // With this there is a `bin`, too.
        ctx.gover(["install", "1.90.4"]).success();
        let release = ctx.site().publish(Release::new("go1.91.2").with_file("src/large", noise(6 << 20)));
        let length = release.archive().len().max(release.module_zip().len()) as u64;
        let ballast = disk.join("ballast");
        let free = gover_sys::file::available_space(&disk).unwrap();
        // Space for the download, and for half of its content.
        let size = usize::try_from(free - length - length / 2).unwrap();
        fs::write(&ballast, vec![0; size]).unwrap();
        let output = ctx.gover(["install", "1.91.2"]);
        let told = [
            "  unpacked it takes about ",
            "; the download is kept, unless",
            "No space left",
            "hint: make room for about ",
        ];
        assert!(told.iter().all(|text| output.exits(1).stderr.contains(text)), "{output}");
        fs::remove_file(ballast).unwrap();
        ctx.site().server().forget_requests();
        ctx.gover(["install", "1.91.2"]).success();
        let server = ctx.site().server();
        let all = format!("bytes={}-", release.module_zip().len());
        assert!(server.requests_for(&FakeSite::archive_path(&release)).is_empty());
        for request in server.requests_for(&FakeSite::module_path(&release)) {
            assert_eq!(request.header("Range"), Some(all.as_str()));
        }
        fs::remove_dir_all(home).unwrap();
    }
}

/// Bytes that no packing makes fewer.
fn noise(length: usize) -> Vec<u8> {
    let mut random = Random::new();
    std::iter::repeat_with(|| random.next().to_le_bytes()).flatten().take(length).collect()
}

fn without_the_newest(ctx: &TestContext) {
    ctx.gover(["uninstall", "1.91.2"]);
}

fn with_the_newest(ctx: &TestContext) {
    ctx.gover(["install", "1.91.2"]).success();
}

fn kill_at_random_moments(scenario: &Scenario) {
    let world = World::new(scenario);
    let (count, mut random) = (number("GOVER_CRASH_COUNT", 6), Random::new());
    (scenario.prepare)(&world.ctx);
    let began = Instant::now();
    world.slowly(|| world.ctx.gover(scenario.command)).success();
    let whole = began.elapsed();
    for _ in 0..count {
        (scenario.prepare)(&world.ctx);
        // A little longer than it takes, so that some end by themselves.
        let wait = whole.mul_f64(random.fraction() * 1.1);
        world.slowly(|| world.kill_after(wait));
        world.must_hold(&format!("killed after {wait:?} of {whole:?}"));
    }
}

fn kill_before_system_calls(scenario: &Scenario) {
    let world = World::new(scenario);
    (scenario.prepare)(&world.ctx);
    let mut moments = world.calls();
    let (count, mut random) = (number("GOVER_CRASH_COUNT", 40), Random::new());
    let (all, mut killed) = (moments.len(), 0);
    while moments.len() > count {
        moments.swap_remove(random.below(moments.len()));
    }
    for (call, number) in &moments {
        (scenario.prepare)(&world.ctx);
        killed += usize::from(world.slowly(|| world.kill_before(call, *number)).code.is_none());
        world.must_hold(&format!("killed before {call} {number}, one of {all}"));
    }
    // A run may have fewer calls than the one that was watched, but not by much.
    assert!(
        killed * 2 > moments.len(),
        "{}: killed {killed} of {}",
        scenario.command.join(" "),
        moments.len()
    );
}

/// A home with toolchains, a project and startup files.
struct World<'a> {
    scenario: &'a Scenario,
    ctx: TestContext,
    /// What each release unpacks to.
    releases: BTreeMap<String, PathBuf>,
}

impl<'a> World<'a> {
    fn new(scenario: &'a Scenario) -> Self {
        let mut ctx = context!().with_site();
        ctx.set("GOVER_SOURCES", scenario.sources);
        let mut releases = BTreeMap::new();
        for name in ["go1.90.1", "go1.90.4", "go1.91.1", "go1.91.2"] {
            let mut release = Release::new(name);
            if scenario.rate.is_some() {
                release = release.with_file("src/zz/large", noise(3 << 20));
            }
            let reference = ctx.root().join("reference").join(name);
            release.write_to(&reference);
            releases.insert(name.to_owned(), reference);
            ctx.site().publish(release);
        }
        ctx.gover(["install", "1.90.4"]).success();
        Self { scenario, ctx, releases }
    }

    /// Does something while the sources are as slow as the scenario wants them.
    fn slowly<T>(&self, work: impl FnOnce() -> T) -> T {
        let server = self.ctx.site().server();
        if let Some(rate) = self.scenario.rate {
            for path in ["/dl/go*", "/proxy/golang.org/*"] {
                server.fault(path, Fault::BytesPerSecond(rate));
            }
        }
        let result = work();
        server.heal();
        result
    }

    fn kill_after(&self, wait: Duration) {
        let began = Instant::now();
        let mut child = self.ctx.command(self.ctx.gover_program()).args(self.scenario.command).spawn();
        while began.elapsed() < wait && child.try_wait().unwrap().is_none() {
            std::thread::yield_now();
        }
        let _ = child.kill();
        child.wait().unwrap();
    }

    /// The system calls that change something, each as often as one thread makes it: strace counts
    /// threads and calls apart.
    fn calls(&self) -> Vec<(String, usize)> {
        let log = self.ctx.root().join("calls");
        self.traced(&["-o", log.to_str().unwrap()]).success();
        let mut counts: BTreeMap<(String, String), usize> = BTreeMap::new();
        for line in fs::read_to_string(log).unwrap().lines() {
            let Some((thread, call)) = line.split_once(' ') else { continue };
            let Some((call, _)) = call.trim_start().split_once('(') else { continue };
            *counts.entry((call.to_owned(), thread.to_owned())).or_default() += 1;
        }
        let mut most: BTreeMap<String, usize> = BTreeMap::new();
        for ((call, _), count) in counts {
            let most = most.entry(call).or_default();
            *most = count.max(*most);
        }
        most.into_iter()
            .flat_map(|(call, most)| (1..=most).map(move |number| (call.clone(), number)))
            .collect()
    }

    fn kill_before(&self, call: &str, number: usize) -> Output {
        let log = self.ctx.root().join("calls");
        let inject = format!("inject={call}:signal=SIGKILL:when={number}");
        self.traced(&["-o", log.to_str().unwrap(), "-e", &inject])
    }

    fn traced(&self, options: &[&str]) -> Output {
        let strace = self.ctx.find_on_machine("strace").unwrap();
        let trace = format!("trace={CALLS}");
        let fixed = ["-f", "-qq", "-e", &trace];
        let program = self.ctx.gover_program();
        let strace = self.ctx.command(strace).args(fixed).args(options).arg(program);
        strace.args(self.scenario.command).run()
    }

    #[track_caller]
    fn must_hold(&self, when: &str) {
        let Self { ctx, scenario, .. } = self;
        let when = format!("{}, {when}, {}", scenario.command.join(" "), Random::describe());
        self.toolchains_are_whole(&when);
        self.texts_are_whole(&when);
        if scenario.command.contains(&"-f") {
            // The old one or the new one, at every moment; between two renames, where the system
            // cannot exchange names, a command that only looks says how to get it.
            let output = ctx.gover(["which", "go", "1.91.2"]);
            let told = output.code == Some(127) && output.stderr.contains("restores it");
            assert!(output.code == Some(0) || (told && !can_exchange(ctx)), "{when}\n{output}");
        }
        // The shim takes no lock and repairs nothing.
        let output = ctx.shim("go", ["+1.90.4", "version"]);
        assert_eq!(output.code, Some(0), "{when}\n{output}");

        let output = ctx.gover(scenario.command);
        let is_done = scenario.command[0] == "uninstall" && output.code == Some(127);
        assert!(output.code == Some(0) || is_done, "{when}\n{output}");
        self.toolchains_are_whole(&when);
        self.texts_are_whole(&when);
        self.nothing_is_left(&when);
        let output = ctx.gover(["verify"]);
        assert_eq!(output.code, Some(0), "{when}\n{output}");
        // Every toolchain has its receipt and list.
        assert_eq!(
            output.stdout.matches("as released").count(),
            ctx.names_in("gover/versions").len(),
            "{when}"
        );
        assert_eq!(output.stderr, "", "{when}\n{output}");
    }

    /// Every toolchain that could be selected is complete, and the others are unchanged.
    fn toolchains_are_whole(&self, when: &str) {
        let versions = self.ctx.layout().versions();
        assert!(versions.join("go1.90.4").is_dir(), "{when}");
        for name in self.ctx.names_in("gover/versions") {
            let reference = files(&self.releases[&name]);
            let found = files(&versions.join(&name));
            for (path, bytes) in &reference {
                let outside = ["api", "doc", "misc", "test"].iter().any(|top| path.starts_with(top));
                // Modules leave these out, and so do bundles.
                if outside && self.scenario.sources != "go.dev" {
                    continue;
                }
                assert!(found.get(path) == Some(bytes), "{when}: {name} lacks {path}");
            }
            assert!(found.keys().all(|path| reference.contains_key(path)), "{when}: {name} has more");
        }
    }

    /// Small files hold what they held, or what the command makes of them.
    fn texts_are_whole(&self, when: &str) {
        let text = |path: PathBuf| fs::read_to_string(path).ok();
        let layout = self.ctx.layout();
        let default = text(layout.default_file()).unwrap();
        assert!(["1.90.4\n", "1.91.2\n"].contains(&default.as_str()), "{when}: default is {default:?}");
        if let Some(pin) = text(self.ctx.work().join(".go-version")) {
            assert!(PINS.contains(&pin.as_str()), "{when}: the pin is {pin:?}");
        }
        if let Some(config) = text(layout.config()) {
            assert!(CONFIGS.contains(&config.as_str()), "{when}: config.toml is {config:?}");
        }
        for name in STARTUP {
            if let Some(startup) = text(self.ctx.home().join(name)) {
                let rest = startup.replace("# <<< gover <<<\n", "");
                assert!(startup.contains(MINE), "{when}: {name} is {startup:?}");
                assert_eq!(startup.contains("# >>> gover"), startup != rest, "{when}: {name} is {startup:?}");
            }
        }
    }

    /// After the next command, no trace of the crash is left.
    fn nothing_is_left(&self, when: &str) {
        let ctx = &self.ctx;
        assert_eq!(ctx.names_in("gover/staging"), Vec::<String>::new(), "{when}");
        assert!(!has_part_download(ctx), "{when}");
        let named = |name: &String| name.starts_with("go1.");
        let name = |name: String| name.trim_end_matches(".exe").to_owned();
        let bin: Vec<String> = ctx.names_in("gover/bin").into_iter().map(name).filter(named).collect();
        assert_eq!(bin, ctx.names_in("gover/versions"), "{when}");
        let receipts: Vec<String> =
            bin.iter().flat_map(|name| [format!("{name}.files"), format!("{name}.json")]).collect();
        let found: Vec<String> = ctx.names_in("gover/receipts").into_iter().filter(named).collect();
        assert_eq!(found, receipts, "{when}");
    }
}

/// Whether two directories can change places at once here.
fn can_exchange(ctx: &TestContext) -> bool {
    let (a, b) = (ctx.root().join("exchange-a"), ctx.root().join("exchange-b"));
    for path in [&a, &b] {
        fs::create_dir_all(path).unwrap();
    }
    gover_sys::file::exchange(&a, &b).unwrap()
}

/// `SplitMix64`: numbers that the same seed gives again.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new() -> Self {
        Self(Self::seed())
    }

    fn seed() -> u64 {
        number("GOVER_CRASH_SEED", 20_261_125) as u64
    }

    pub(crate) fn describe() -> String {
        format!("GOVER_CRASH_SEED={}", Self::seed())
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 to 1.
    pub(crate) fn fraction(&mut self) -> f64 {
        f64::from(u32::try_from(self.next() >> 32).unwrap()) / f64::from(u32::MAX)
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit as u64).unwrap()
    }
}

pub(crate) fn number(variable: &str, usual: usize) -> usize {
    Env::from_process().text(variable).map_or(usual, |text| text.parse().unwrap())
}

/// Bytes a second at which a release of 3 MiB takes about half a second.
const SLOW: usize = 6 << 20;

/// System calls that change something; a `?` is for names that not every architecture has.
const CALLS: &str = "?mkdir,?mkdirat,?rename,?renameat,?renameat2,?unlink,?unlinkat,?rmdir,?symlink,?symlinkat,?link,?linkat,\
                     write,?pwrite64,fsync,?fdatasync,?syncfs,ftruncate,?chmod,?fchmod,?utimensat,?copy_file_range,?sendfile,flock";

/// A pin with a comment, before and after.
const PINS: [&str; 2] = ["1.90 # ours\n", "1.91 # ours\n"];
/// Settings, before and after.
const CONFIGS: [&str; 2] = ["# ours\nauto_install = true\n", "# ours\nauto_install = false\n"];
const STARTUP: [&str; 2] = [".bashrc", ".zshrc"];
const MINE: &str = "# mine\nalias ll='ls -l'\n";
