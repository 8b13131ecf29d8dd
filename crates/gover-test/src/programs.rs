//! The programs that tests run: where Cargo put them, and building what it did not.

use std::env::consts::EXE_SUFFIX;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{LazyLock, OnceLock, RwLock};
use std::time::SystemTime;

use crate::digest::sha256_hex;

/// The gover programs that belong to the running test.
#[derive(Clone, Debug)]
pub struct Programs {
    gover: Option<PathBuf>,
    shim: Option<PathBuf>,
}

impl Programs {
    /// Takes what Cargo told the test crate (`CARGO_BIN_EXE_*`); builds the rest when asked for.
    pub fn find(gover: Option<&str>, shim: Option<&str>) -> Self {
        Self { gover: gover.map(PathBuf::from), shim: shim.map(PathBuf::from) }
    }

    pub fn gover(&self) -> PathBuf {
        static BUILT: LazyLock<PathBuf> = LazyLock::new(|| cargo_build("gover", Target::Program));
        self.gover.clone().unwrap_or_else(|| BUILT.clone())
    }

    pub fn shim(&self) -> PathBuf {
        static BUILT: LazyLock<PathBuf> = LazyLock::new(|| cargo_build("gover-shim", Target::Program));
        self.shim.clone().unwrap_or_else(|| BUILT.clone())
    }
}

/// gover with the constants of a release, which the end of its file names; see
/// [`OwnRelease`](crate::OwnRelease). Without debug information, where there is a `strip`, because it
/// is packed and unpacked many times.
pub(crate) fn released() -> PathBuf {
    static BUILT: LazyLock<PathBuf> = LazyLock::new(|| {
        let built = if compiler_runs_here() {
            cargo_build("gover", Target::Example("released"))
        } else {
            built_by_cargo("examples/released")
        };
        let small = built.with_file_name(format!("released-small{EXE_SUFFIX}"));
        if modified(&small) < modified(&built) {
            let scratch = tempfile::tempdir_in(profile_directory()).expect("a scratch directory");
            let stripped = scratch.path().join("released");
            let strip = Command::new("strip").arg("-s").arg("-o").arg(&stripped).arg(&built).output();
            if !strip.is_ok_and(|output| output.status.success()) {
                return built;
            }
            // Other tests may do the same just now.
            fs::rename(&stripped, &small).expect("the small program is put in place");
        }
        small
    });
    BUILT.clone()
}

/// The `fake-go` program, compiled once per source text, profile and target directory.
///
/// It is one file without dependencies, so rustc makes it directly: quicker than Cargo, and small,
/// which the packings of [`Release`](crate::Release) profit from. Where this machine has no rustc
/// for the platform of the test (Windows programs on another system), the one that `cargo test
/// --workspace` built serves.
pub fn fake_go() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        if !compiler_runs_here() {
            return built_by_cargo("fake-go");
        }
        let source = include_str!("bin/fake-go.rs");
        let directory = profile_directory();
        let built = directory.join(format!("fake-go-{}{EXE_SUFFIX}", &sha256_hex(source.as_bytes())[..16]));
        if !built.is_file() {
            compile(source, &directory, &built);
        }
        built
    })
}

/// A program where Cargo puts it, for tests that cannot start a compiler.
fn built_by_cargo(name: &str) -> PathBuf {
    let program = profile_directory().join(format!("{name}{EXE_SUFFIX}"));
    assert!(program.is_file(), "{} is missing; `cargo test --workspace` builds it", program.display());
    program
}

/// Starts a program while no executable is being written in this process.
///
/// On Linux a file cannot be executed while any process holds it open for writing, and a child
/// holds every descriptor between its fork and its exec. Programs started through here and
/// executables made by this crate never overlap; what other code writes is met by trying again.
pub fn spawn(command: &mut Command) -> io::Result<Child> {
    let mut attempts = 0;
    loop {
        let started = {
            let _reading = EXECUTABLES.read().unwrap_or_else(std::sync::PoisonError::into_inner);
            command.spawn()
        };
        match started {
            Err(error) if is_passing(&error) && attempts < 1000 => {
                attempts += 1;
                std::thread::yield_now();
            }
            other => return other,
        }
    }
}

/// Whether a program may start at the next attempt: it is still being written, or Wine, with many
/// programs starting at once, answers with an error of its own (1359, `ERROR_INTERNAL_ERROR`),
/// which Windows does not have for this.
fn is_passing(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::ExecutableFileBusy || (cfg!(windows) && error.raw_os_error() == Some(1359))
}

/// Puts an executable at `target`: the mode of `program`, and its bytes unless `content` is given.
pub(crate) fn place_executable(program: &Path, target: &Path, content: Option<&[u8]>) {
    let _writing = EXECUTABLES.write().unwrap_or_else(std::sync::PoisonError::into_inner);
    clear(target);
    let placed =
        fs::copy(program, target).and_then(|_| content.map_or(Ok(()), |content| fs::write(target, content)));
    placed.unwrap_or_else(|error| panic!("cannot put a program at {}: {error}", target.display()));
}

/// Removes a file that may be a hard link to the program of all tests. On Windows, an open file keeps its
/// name when it is deleted, so a write to that name would change all links. Renaming frees the name.
///
/// gover gives such a name to a program that it replaces, and deletes what could not be deleted here.
fn clear(target: &Path) {
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let name = target.file_name().unwrap_or_default().display();
    let aside = target.with_file_name(format!(".gover-{}-{number}-{name}.old", std::process::id()));
    if fs::rename(target, &aside).is_ok() {
        drop(fs::remove_file(aside));
    }
}

/// Puts a program at `target` without copying it where the file system allows that.
pub(crate) fn link_executable(program: &Path, target: &Path) {
    if fs::hard_link(program, target).is_err() {
        place_executable(program, target, None);
    }
}

/// Makes a program of one file; renames it into place, since other tests may do the same just now.
fn compile(source: &str, directory: &Path, built: &Path) {
    let scratch = tempfile::tempdir_in(directory).expect("a scratch directory for fake-go");
    let file = scratch.path().join("fake_go.rs");
    fs::write(&file, source).expect("the source of fake-go");
    let result = scratch.path().join(format!("fake-go{EXE_SUFFIX}"));
    let mut command = Command::new(beside_cargo("rustc"));
    command.args(["--edition=2024", "--crate-name=fake_go", "--crate-type=bin", "--cap-lints=allow"]);
    command.args(["-Copt-level=s", "-Cstrip=symbols", "-Cpanic=abort"]);
    if let Some(target) = &target_directory(directory).1 {
        command.args(["--target", target]);
    }
    let output = command.arg("-o").arg(&result).arg(&file).output().expect("rustc starts");
    assert!(output.status.success(), "cannot compile fake-go: {}", String::from_utf8_lossy(&output.stderr));
    if let Err(error) = fs::rename(&result, built) {
        assert!(built.is_file(), "cannot put fake-go in place: {error}");
    }
}

#[derive(Clone, Copy)]
enum Target {
    Program,
    Example(&'static str),
}

/// Builds a program of the workspace into the directory and profile of the running test.
fn cargo_build(package: &str, target: Target) -> PathBuf {
    if !compiler_runs_here() {
        return built_by_cargo(package);
    }
    let profile = profile_directory();
    let (kind, built, below) = match target {
        Target::Program => ("--bin", package, ""),
        Target::Example(name) => ("--example", name, "examples"),
    };
    let program = profile.join(below).join(format!("{built}{EXE_SUFFIX}"));
    if is_up_to_date(&program) {
        return program;
    }
    let (target_directory, target) = target_directory(&profile);
    let mut command = Command::new(env!("CARGO"));
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    command.args(["build", "--quiet", "--package", package, kind, built, "--target-dir"]);
    command.arg(target_directory);
    let name = profile.file_name().filter(|name| *name != "debug").unwrap_or("dev".as_ref());
    command.arg("--profile").arg(name);
    if let Some(target) = target {
        command.args(["--target", &target]);
    }
    // What Cargo tells this test about its own package would make build scripts run again, and
    // everything that depends on them.
    for name in ABOUT_THE_TEST.split(' ') {
        command.env_remove(name);
    }
    let output = command.output().expect("cargo starts");
    assert!(output.status.success(), "cannot build {package}: {}", String::from_utf8_lossy(&output.stderr));
    program
}

/// Whether a program is newer than every source it can be made from, as it is below `cargo test
/// --workspace`.
///
/// Asking Cargo would be no answer: for one package it may choose other features of the
/// dependencies than for the whole workspace, and would build them all again.
fn is_up_to_date(program: &Path) -> bool {
    let Some(built) = modified(program) else { return false };
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let crates = top.join("crates");
    let crates = entries(&crates).filter(|path| !path.ends_with("gover-test") && !path.ends_with("xtask"));
    let others = ["Cargo.toml", "Cargo.lock", "shims"].map(|name| top.join(name));
    !others.into_iter().chain(crates).any(|path| is_newer(&path, built))
}

/// Whether a file, or one below a directory, changed after that time.
fn is_newer(path: &Path, time: SystemTime) -> bool {
    if path.is_dir() {
        entries(path).any(|path| is_newer(&path, time))
    } else {
        modified(path).is_some_and(|modified| modified > time)
    }
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).ok()?.modified().ok()
}

fn entries(directory: &Path) -> impl Iterator<Item = PathBuf> {
    fs::read_dir(directory).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path()))
}

/// `target/debug` of the running test, which is `target/debug/deps/NAME-HASH`.
fn profile_directory() -> PathBuf {
    let env = gover_core::Env::from_process();
    let test = env.program().expect("a test knows its own path");
    let directory = test.parent().expect("a program is in a directory");
    if directory.file_name().is_some_and(|name| name == "deps") {
        directory.parent().expect("deps has a parent").to_owned()
    } else {
        directory.to_owned()
    }
}

/// Cargo's target directory of a profile's directory, and the target triple if one was given.
fn target_directory(profile: &Path) -> (PathBuf, Option<String>) {
    let above = profile.parent().expect("a profile's directory has a parent");
    // Cargo keeps this file at the top only, which is one level up with a named target.
    if let Some(top) = above.parent()
        && top.join(".rustc_info.json").is_file()
    {
        return (top.to_owned(), above.file_name().and_then(|name| name.to_str()).map(str::to_owned));
    }
    (above.to_owned(), None)
}

/// Whether the Cargo that built this test is one this test can start: a Windows test that was built
/// on another system has its path in that system's form.
fn compiler_runs_here() -> bool {
    Path::new(env!("CARGO")).is_absolute()
}

fn beside_cargo(name: &str) -> PathBuf {
    let beside = Path::new(env!("CARGO")).with_file_name(format!("{name}{EXE_SUFFIX}"));
    if beside.is_file() { beside } else { PathBuf::from(name) }
}

/// The variables of Cargo that build scripts look at.
const ABOUT_THE_TEST: &str = "CARGO_MANIFEST_DIR CARGO_MANIFEST_PATH CARGO_MANIFEST_LINKS CARGO_PKG_NAME CARGO_PKG_VERSION \
    CARGO_PKG_VERSION_MAJOR CARGO_PKG_VERSION_MINOR CARGO_PKG_VERSION_PATCH CARGO_PKG_VERSION_PRE OUT_DIR";

/// Held for writing while an executable is written, for reading while a program is started.
static EXECUTABLES: RwLock<()> = RwLock::new(());
