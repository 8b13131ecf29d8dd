//! Builds both programs of a target, so that two checkouts in two directories give the same bytes.
//!
//! What would differ otherwise: paths of the machine in messages of panics and in debug information
//! (remapped), the time in the header of a Windows program and the build id of the linker (left
//! out), and settings of the caller (removed from the environment).

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::files::Entry;
use super::rust::Rust;
use super::target::{System, Target};
use crate::process::{run, variable};

/// The programs of a release.
pub(super) const PROGRAMS: [&str; 2] = ["gover", "gover-shim"];

/// Builds both programs. `time` is the time of the release in seconds.
pub(super) fn programs(target: &Target, root: &Path, time: u64) -> Result<Vec<Entry>, String> {
    let rust = Rust::for_target(target)?;
    let directory = root.join("target/dist-build");
    let built = directory.join(rust.triple).join("release");
    let mut entries = Vec::new();
    for program in PROGRAMS {
        let mut command = command(target, &rust, root, time)?;
        command.args(["--package", program, "--bin", program, "--"]);
        if program == "gover-shim" && target.system == System::Linux {
            command.args(crate::files::read(&root.join("shims/linux-flags"))?.lines());
        }
        let status = command.status().map_err(|error| format!("cannot start cargo auditable: {error}"))?;
        if !status.success() {
            return Err(format!("{program} for {} cannot be built ({status})", target.name));
        }
        entries.push(read(&built, &target.program(program))?);
    }
    Ok(entries)
}

/// Builds a program in `target/dist-build`, once its package and its own flags follow.
fn command(target: &Target, rust: &Rust, root: &Path, time: u64) -> Result<Command, String> {
    let directory = root.join("target/dist-build");
    let scratch = directory.join("support").join(rust.triple);
    let mut command = Command::new(auditable(root)?);
    command.args(["auditable", "rustc", "--release", "--locked"]).args(rust.arguments());
    for name in FOREIGN {
        command.env_remove(name);
    }
    command
        .current_dir(root)
        .env("CARGO", &rust.cargo)
        .env("CARGO_TARGET_DIR", &directory)
        .env("CARGO_INCREMENTAL", "0")
        .env("SOURCE_DATE_EPOCH", time.to_string())
        .env("ZERO_AR_DATE", "1")
        .env("CARGO_ENCODED_RUSTFLAGS", flags(target, rust, root, &scratch)?.join("\x1f"));
    for (name, value) in rust.environment(&scratch)? {
        command.env(name, value);
    }
    Ok(command)
}

fn read(directory: &Path, name: &str) -> Result<Entry, String> {
    let path = directory.join(name);
    let bytes = fs::read(&path).map_err(|error| format!("cannot read `{}`: {error}", path.display()))?;
    Ok(Entry::program(name, bytes))
}

/// Flags for the compiler. Paths of this machine get names that are the same everywhere.
fn flags(target: &Target, rust: &Rust, root: &Path, scratch: &Path) -> Result<Vec<String>, String> {
    let sources = rust.sysroot.join("lib/rustlib/src/rust");
    let mut paths = vec![(root.to_owned(), "/gover"), (cargo_home()?, "/cargo"), (sources.clone(), "/rust")];
    // Debian's sources are a link to another directory, and the compiler may name either.
    paths.extend(fs::canonicalize(&sources).ok().map(|real| (real, "/rust")));
    let mut flags: Vec<String> =
        paths.iter().map(|(path, name)| format!("--remap-path-prefix={}={name}", path.display())).collect();
    flags.push("-Ctarget-feature=+crt-static".to_owned());
    let link: &[&str] = match target.system {
        System::Linux => &["-Clink-arg=-Wl,--build-id=none"],
        System::Windows if rust.triple.ends_with("-msvc") => &["-Clink-arg=/Brepro"],
        System::Windows => &["-Clink-arg=-Wl,--no-insert-timestamp"],
        System::Darwin => &[],
    };
    flags.extend(link.iter().map(|&flag| flag.to_owned()));
    flags.extend(rust.flags(scratch));
    Ok(flags)
}

fn cargo_home() -> Result<PathBuf, String> {
    if let Some(home) = variable("CARGO_HOME") {
        return Ok(home.into());
    }
    let home = variable("HOME").or_else(|| variable("USERPROFILE"));
    home.map(|home| Path::new(&home).join(".cargo")).ok_or_else(|| "HOME is not set".to_owned())
}

/// The program cargo-auditable, which adds the list of dependencies to the programs. The version is
/// fixed, since a release must not depend on the day.
fn auditable(root: &Path) -> Result<PathBuf, String> {
    let tools = tools(root).join(format!("cargo-auditable-{AUDITABLE}"));
    let program = tools.join("bin").join(format!("cargo-auditable{}", std::env::consts::EXE_SUFFIX));
    if !program.is_file() {
        run(Command::new(env!("CARGO"))
            .args(["install", "cargo-auditable", "--version", AUDITABLE, "--locked", "--root"])
            .arg(&tools)
            .current_dir(std::env::temp_dir())
            .env_remove("CARGO_BUILD_TARGET")
            .env("CARGO_TARGET_DIR", tools.join("build")))?;
    }
    Ok(program)
}

/// Where programs for making a release are kept. They are of this machine, so another checkout
/// shares them.
pub(super) fn tools(root: &Path) -> PathBuf {
    variable("GOVER_DIST_TOOLS").map_or_else(|| root.join("target/tools"), PathBuf::from)
}

const AUDITABLE: &str = "0.7.7";

/// Settings of the caller that change what is built.
const FOREIGN: &[&str] = &[
    "RUSTFLAGS",
    "RUSTC_WRAPPER",
    "RUSTC_WORKSPACE_WRAPPER",
    "CARGO_BUILD_TARGET",
    "CARGO_BUILD_RUSTFLAGS",
    "CFLAGS",
];
