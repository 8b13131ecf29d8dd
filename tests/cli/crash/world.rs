//! A home with toolchains, a command that is killed there, and what must hold then.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use gover_test::{Fault, Output, Release, TestContext, context};

use super::random::{Random, noise, number};
use super::{CONFIGS, MINE, PINS, STARTUP};
use crate::scene::{files, has_part_download};

/// A command to be killed.
pub(super) struct Scenario {
    pub(super) command: &'static [&'static str],
    /// Prepares the home for the command.
    pub(super) prepare: fn(&TestContext),
    pub(super) sources: &'static str,
    /// How fast the sources send while the command is killed, for a release that takes a while.
    pub(super) rate: Option<usize>,
}

/// Returns the home, with the command done.
pub(super) fn kill_at_random_moments(scenario: &Scenario) -> TestContext {
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
    world.ctx
}

pub(super) fn kill_before_system_calls(scenario: &Scenario) {
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

/// System calls that change something; a `?` is for names that not every architecture has.
const CALLS: &str = "?mkdir,?mkdirat,?rename,?renameat,?renameat2,?unlink,?unlinkat,?rmdir,?symlink,?symlinkat,?link,?linkat,\
                     write,?pwrite64,fsync,?fdatasync,?syncfs,ftruncate,?chmod,?fchmod,?utimensat,?copy_file_range,?sendfile,flock";
