//! The environment of one test.

mod filter;
mod hints;
mod invocation;
#[cfg(unix)]
mod terminal;

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gover_core::env::{Env, vars};
use gover_core::platform::IS_WINDOWS;
use gover_core::{Layout, Platform};

use crate::programs::{Programs, link_executable};
use crate::release::Release;
use crate::site::FakeSite;

use filter::Filters;
use hints::Hints;
pub use invocation::{Invocation, Output};

/// A directory of its own for one test, and an environment that leads nowhere else.
///
/// ```text
/// [ROOT]/home      HOME, USERPROFILE; APPDATA, LOCALAPPDATA and XDG_* below it
/// [ROOT]/gover     GOVER_HOME; bin/ holds the two gover programs and is first on PATH
/// [ROOT]/empty     the rest of PATH
/// [ROOT]/shop      the working directory
/// [ROOT]/tmp       TMPDIR, TEMP, TMP
/// ```
/// Nothing of the test's own environment is passed on but what the operating system needs to start
/// programs. Sources lead to a closed port until [`with_site`](Self::with_site). Removed when
/// dropped.
pub struct TestContext {
    root: tempfile::TempDir,
    layout: Layout,
    gover: PathBuf,
    variables: BTreeMap<OsString, OsString>,
    site: Option<FakeSite>,
    hints: Hints,
}

impl TestContext {
    /// A fresh context for these programs; tests write `context!()`.
    pub fn new(programs: &Programs) -> Self {
        let root = tempfile::Builder::new().prefix("gover-test-").tempdir().expect("a temporary directory");
        // As the operating system names it: /tmp is a link on macOS, Windows has short names.
        let path = canonical(root.path());
        let layout = Layout::new(path.join("gover"));
        for directory in ["home", "home/.config", "empty", "shop", "tmp", "gover/bin"] {
            fs::create_dir_all(path.join(directory)).expect("a directory below the temporary one");
        }
        // Both in the same directory, as in an installation.
        let gover = layout.program("gover");
        link_executable(&programs.gover(), &gover);
        for name in ["gover-shim", "go"] {
            link_executable(&programs.shim(), &layout.program(name));
        }
        // The next command that looks after `bin` fills it in.
        fs::write(layout.shim_stamp(), "").expect("a file in bin");
        let variables = variables(&path, &layout);
        Self { root, layout, gover, variables, site: None, hints: Hints::default() }
    }

    /// With an empty site, and all sources set to it.
    #[must_use]
    pub fn with_site(mut self) -> Self {
        let site = FakeSite::start();
        self.set(vars::GOVER_GODEV_URL, site.url());
        self.set(vars::GOPROXY, site.proxy_url());
        self.set(vars::GOSUMDB, site.gosumdb());
        self.site = Some(site);
        self
    }

    pub fn site(&self) -> &FakeSite {
        self.site.as_ref().expect("this context was made without `with_site`")
    }

    /// Publishes a made-up release for this platform everywhere; take a version never released.
    pub fn publish(&self, name: &str) -> Arc<Release> {
        self.site().publish(Release::new(name))
    }

    /// Copies a made-up toolchain into `versions` without gover; returns its GOROOT.
    pub fn install_fake(&self, name: &str) -> PathBuf {
        let goroot = self.layout.versions().join(name);
        Release::new(name).write_to(&goroot);
        goroot
    }

    /// Makes a system Go: a made-up toolchain with its `bin` last on PATH. Returns its GOROOT.
    pub fn install_system_fake(&mut self, name: &str) -> PathBuf {
        let goroot = self.root().join("system").join(name);
        Release::new(name).write_to(&goroot);
        let mut path = self.variables.get(OsStr::new(vars::PATH)).cloned().unwrap_or_default();
        path.push(PATH_SEPARATOR);
        path.push(goroot.join("bin"));
        self.set(vars::PATH, path);
        goroot
    }

    /// Puts the shim into `bin` by a name: `go`, `gofmt`, `go1.22.5`. Returns its path.
    pub fn install_shim(&self, name: &str) -> PathBuf {
        let target = self.layout.program(name);
        if !target.exists() {
            link_executable(&self.layout.program("gover-shim"), &target);
        }
        target
    }

    pub fn gover<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Output {
        self.command(&self.gover).args(arguments).run()
    }

    /// Installs the shim under a name and runs it.
    pub fn shim<S: AsRef<OsStr>>(&self, name: &str, arguments: impl IntoIterator<Item = S>) -> Output {
        let program = self.install_shim(name);
        self.command(program).args(arguments).run()
    }

    pub fn command(&self, program: impl AsRef<OsStr>) -> Invocation {
        Invocation::new(program.as_ref(), &self.work(), &self.variables, (self.filters(), self.hints.clone()))
    }

    pub fn set(&mut self, name: &str, value: impl AsRef<OsStr>) -> &mut Self {
        self.variables.insert(name.into(), value.as_ref().into());
        self
    }

    pub fn unset(&mut self, name: &str) -> &mut Self {
        self.variables.remove(OsStr::new(name));
        self
    }

    pub fn variable(&self, name: &str) -> Option<&OsStr> {
        self.variables.get(OsStr::new(name)).map(OsString::as_os_str)
    }

    pub fn env(&self) -> Env {
        Env::from_map(self.variables.iter().map(|(name, value)| (name.clone(), value.clone())), self.work())
    }

    /// The directory that holds everything, as the operating system knows it.
    pub fn root(&self) -> PathBuf {
        canonical(self.root.path())
    }

    pub fn home(&self) -> PathBuf {
        self.root().join("home")
    }

    pub fn work(&self) -> PathBuf {
        self.root().join("shop")
    }

    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    pub fn gover_program(&self) -> &Path {
        &self.gover
    }

    /// Writes a file below the working directory, creating what is above it; returns its path.
    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let target = self.work().join(path);
        write_below(&target, content);
        target
    }

    /// Creates a directory below the working directory; returns its path.
    pub fn directory(&self, path: &str) -> PathBuf {
        let target = self.work().join(path);
        fs::create_dir_all(&target).expect("a directory below the working one");
        target
    }

    /// The names in a directory, sorted; empty if there is no such directory.
    pub fn names_in(&self, directory: impl AsRef<Path>) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.root().join(directory)) else { return Vec::new() };
        let mut names: Vec<String> = entries
            .map(|entry| entry.expect("a readable entry").file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    /// A program of the machine, such as a shell, from the PATH of the test itself.
    pub fn find_on_machine(&self, name: &str) -> Option<PathBuf> {
        let file = gover_core::layout::executable_name(name);
        let mut programs = Env::from_process().path().into_iter().map(|directory| directory.join(&file));
        programs.find(|path| path.is_file())
    }

    fn filters(&self) -> Filters {
        let site = self.site.as_ref().map(FakeSite::url);
        Filters::new(&self.root(), self.root.path(), site.as_deref(), &Platform::host())
    }
}

impl Drop for TestContext {
    /// Follows the hints that the test was given, now that nothing else needs this context.
    fn drop(&mut self) {
        if std::thread::panicking() || !hints::CAN_RUN || self.hints.are_none() {
            return;
        }
        if let Some(site) = &self.site {
            // A server that never answers would hold up the test.
            site.server().heal();
            site.server().release_stalled();
        }
        if let Some(shell) = self.find_on_machine("sh") {
            self.hints.run(&shell, &self.layout.bin());
        }
    }
}

/// Whether this system has links to directories: all but Wine do, which sets a variable.
pub fn has_directory_links() -> bool {
    !IS_WINDOWS || Env::from_process().var("WINELOADER").is_none()
}

fn variables(root: &Path, layout: &Layout) -> BTreeMap<OsString, OsString> {
    let mut variables = BTreeMap::<OsString, OsString>::new();
    let machine = Env::from_process();
    for name in PASSED_ON.split(' ') {
        variables.extend(machine.var(name).map(|value| (name.into(), value)));
    }
    let mut set = |name: &str, value: &OsStr| variables.insert(name.into(), value.into());
    for (name, below) in DIRECTORIES {
        set(name, root.join(below).as_os_str());
    }
    let mut path = layout.bin().into_os_string();
    path.push(PATH_SEPARATOR);
    path.push(root.join("empty"));
    set(vars::PATH, &path);
    for (name, value) in FIXED {
        set(name, OsStr::new(value));
    }
    variables
}

/// Writes a file and creates the directories above it.
pub(crate) fn write_below(target: &Path, content: impl AsRef<[u8]>) {
    let written = fs::create_dir_all(target.parent().expect("a file is in a directory"))
        .and_then(|()| fs::write(target, content));
    written.unwrap_or_else(|error| panic!("cannot write {}: {error}", target.display()));
}

fn canonical(path: &Path) -> PathBuf {
    gover_core::real_path::real_path(path).expect("the temporary directory exists")
}

const PATH_SEPARATOR: &str = if IS_WINDOWS { ";" } else { ":" };

/// What Windows and Wine need to start a program at all.
const PASSED_ON: &str = "SystemRoot SystemDrive windir ComSpec PATHEXT NUMBER_OF_PROCESSORS PROCESSOR_ARCHITECTURE \
                         WINEPREFIX WINEDEBUG WINEARCH";

const DIRECTORIES: &[(&str, &str)] = &[
    (vars::HOME, "home"),
    (vars::USERPROFILE, "home"),
    (vars::APPDATA, "home/AppData/Roaming"),
    ("LOCALAPPDATA", "home/AppData/Local"),
    (vars::XDG_CONFIG_HOME, "home/.config"),
    ("XDG_CACHE_HOME", "home/.cache"),
    ("XDG_DATA_HOME", "home/.local/share"),
    ("XDG_STATE_HOME", "home/.local/state"),
    (vars::GOVER_HOME, "gover"),
    (vars::TMPDIR, "tmp"),
    ("TEMP", "tmp"),
    ("TMP", "tmp"),
];

/// Nothing listens on the reserved port 1, so a request that should not happen fails at once.
const FIXED: &[(&str, &str)] = &[
    (vars::GOVER_GODEV_URL, "http://127.0.0.1:1"),
    (vars::GOPROXY, "http://127.0.0.1:1/proxy"),
    (vars::GOSUMDB, "sum.golang.org http://127.0.0.1:1/sumdb"),
    (vars::NO_COLOR, "1"),
    (vars::TERM, "dumb"),
    ("LANG", "C.UTF-8"),
    ("TZ", "UTC"),
    ("NO_PROXY", "*"),
];
