//! `cargo xtask dist`: the files of a release, from a clean checkout and the same bytes each time.
//!
//! docs/releasing.md says what each file is for and what makes the builds equal.

mod build;
mod contents;
mod dependencies;
mod files;
mod join;
mod licences;
mod module;
mod packages;
mod rust;
mod sbom;
mod sign;
mod target;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Parser;
use sha2::{Digest as _, Sha256};

use crate::process::{self, variable};
use dependencies::Dependencies;
use sign::Key;
use target::{System, Target};

/// Makes the files of a release.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask dist", disable_version_flag = true)]
struct Arguments {
    /// Build for this platform: linux-amd64, linux-arm64, windows-amd64, windows-arm64,
    /// darwin-amd64 or darwin-arm64; may be given several times [default: this machine's]
    #[arg(long = "target", value_name = "TARGET")]
    targets: Vec<String>,
    /// Also write the release as a Go module, named by `GOVER_RELEASE_MODULE`
    #[arg(long)]
    module: bool,
    /// Sign with the private key in this file; with several keys the note has all signatures, and
    /// the SSH signature is of the first
    #[arg(long = "key", value_name = "FILE")]
    keys: Vec<PathBuf>,
    /// Also make packages of all archives in DIR; their texts name addresses below
    /// `GOVER_RELEASE_BASE`
    #[arg(long)]
    packages: bool,
    /// Build nothing: put together what several machines built, each in its directory below DIR
    #[arg(long, value_name = "DIR", conflicts_with_all = ["targets", "module"])]
    join: Option<PathBuf>,
    /// Where to write the files [default: target/dist in the checkout]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Release another checkout than the one of this program
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
}

/// What all files of a release have in common.
struct Release {
    /// The checkout.
    root: PathBuf,
    version: String,
    /// The time of the commit in seconds, or `SOURCE_DATE_EPOCH`.
    time: u64,
    out: PathBuf,
}

pub(crate) fn run(arguments: &[String]) -> Result<(), String> {
    let line = std::iter::once("dist").chain(arguments.iter().map(String::as_str));
    let arguments = match Arguments::try_parse_from(line) {
        Ok(arguments) => arguments,
        Err(error) => return Err(error.to_string()),
    };
    let root = arguments.root.map_or_else(|| Ok(crate::root()), |root| absolute(&root))?;
    let out = arguments.out.map_or_else(|| Ok(root.join("target/dist")), |out| absolute(&out))?;
    let keys = arguments.keys.iter().map(|path| Key::read(path)).collect::<Result<Vec<_>, _>>()?;
    let release = Release { version: version(&root)?, time: time(&root)?, out, root };
    if let Some(parts) = &arguments.join {
        join::join(parts, &release.out)?;
    } else {
        let module = arguments.module.then(module_path).transpose()?;
        for target in targets(&arguments.targets)? {
            make(target, &release, module.as_deref())?;
        }
        for script in ["install.sh", "install.ps1"] {
            let text = contents::install_script(script, &release.root)?;
            crate::files::write(&release.out.join(script), text.as_bytes())?;
        }
    }
    if arguments.packages {
        packages::write(&release)?;
    }
    sum(&release, &keys)
}

/// `cargo xtask release-key FILE`: makes a key and prints its public half.
#[expect(clippy::print_stdout, reason = "a tool of the project speaks to its developer")]
pub(crate) fn make_key(path: &Path) -> Result<(), String> {
    let key = Key::generate(sign::NAMESPACE)?;
    key.save(path)?;
    println!("{}\n{}", key.verifier(), key.allowed_signer());
    Ok(())
}

fn targets(names: &[String]) -> Result<Vec<&'static Target>, String> {
    if names.is_empty() {
        return Ok(vec![Target::of_this_machine()?]);
    }
    names.iter().map(|name| Target::named(name)).collect()
}

/// Builds a target and writes its archive, its SBOM and its module.
fn make(target: &Target, release: &Release, module: Option<&str>) -> Result<(), String> {
    let triple = rust::Rust::for_target(target)?.triple;
    let dependencies = Dependencies::of(triple, &release.root)?;
    let mut entries = contents::documents(target, &release.root, &dependencies)?;
    entries.extend(build::programs(target, &release.root, release.time)?);
    let stem = target.stem(&release.version);
    let prefix = format!("{stem}/");
    let archive = match target.system {
        System::Windows => files::zip(&prefix, &entries)?,
        System::Linux | System::Darwin => files::tar_gz(&prefix, &entries, release.time)?,
    };
    let name = target.archive(&release.version);
    crate::files::write(&release.out.join(&name), &archive)?;
    let sha256 = hex(&archive);
    let subject =
        sbom::Subject { file: &name, version: &release.version, sha256: &sha256, time: release.time };
    let sbom = sbom::document(&subject, &dependencies);
    crate::files::write(&release.out.join(format!("{stem}.cdx.json")), sbom.as_bytes())?;
    if let Some(module) = module {
        module::write(module, target, &entries, release)?;
    }
    report(&format!("{name} ({} bytes, {triple})", archive.len()));
    Ok(())
}

/// Writes the checksums of all files of this version, and signs them.
fn sum(release: &Release, keys: &[Key]) -> Result<(), String> {
    let mut sums = String::new();
    for path in crate::files::entries(&release.out)? {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_file() && !name.starts_with(SUMS) {
            let bytes =
                fs::read(&path).map_err(|error| format!("cannot read `{}`: {error}", path.display()))?;
            let _ = writeln!(sums, "{}  {name}", hex(&bytes));
        }
    }
    crate::files::write(&release.out.join(SUMS), sums.as_bytes())?;
    let (note, signature) =
        (release.out.join(format!("{SUMS}.note")), release.out.join(format!("{SUMS}.sig")));
    // Signatures of other sums would only mislead.
    for path in [&note, &signature] {
        if path.exists() {
            fs::remove_file(path).map_err(|error| format!("cannot remove `{}`: {error}", path.display()))?;
        }
    }
    let Some(first) = keys.first() else { return Ok(()) };
    let text = format!("gover {}\n{sums}", release.version);
    crate::files::write(&note, &sign::note(&text, keys)?)?;
    crate::files::write(&signature, first.ssh_signature(&text).as_bytes())
}

/// The version of the workspace.
fn version(root: &Path) -> Result<String, String> {
    let manifest = crate::files::read(&root.join("Cargo.toml"))?;
    let line = manifest.lines().find_map(|line| line.strip_prefix("version = \""));
    line.and_then(|rest| rest.strip_suffix('"'))
        .map(str::to_owned)
        .ok_or_else(|| "Cargo.toml has no line `version = \"…\"`".to_owned())
}

/// When the release was made: `SOURCE_DATE_EPOCH`, or the time of the commit.
fn time(root: &Path) -> Result<u64, String> {
    let text = match variable("SOURCE_DATE_EPOCH") {
        Some(text) => text,
        None => process::run(Command::new("git").args(["log", "-1", "--format=%ct"]).current_dir(root))?,
    };
    text.parse().map_err(|_| format!("`{text}` is not a time in seconds"))
}

fn module_path() -> Result<String, String> {
    variable("GOVER_RELEASE_MODULE").ok_or_else(|| {
        "a module needs its path; set GOVER_RELEASE_MODULE, which is also compiled into gover".to_owned()
    })
}

fn absolute(path: &Path) -> Result<PathBuf, String> {
    std::path::absolute(path).map_err(|error| format!("cannot use `{}`: {error}", path.display()))
}

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[expect(clippy::print_stderr, reason = "a tool of the project speaks to its developer")]
fn report(line: &str) {
    eprintln!("{line}");
}

const SUMS: &str = "SHA256SUMS";
