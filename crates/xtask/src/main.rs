//! Chores of the project: `cargo xtask COMMAND`.

mod bench;
mod check_deps;
mod dist;
mod files;
mod generate;
mod links;
mod process;
mod release_table;
mod set_version;
mod size;
mod translations;
mod vuln_table;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[expect(clippy::disallowed_methods, reason = "a tool of the project, not part of gover")]
#[expect(clippy::print_stderr, reason = "a tool of the project speaks to its developer")]
fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("xtask: {message}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(arguments: &[String]) -> Result<(), String> {
    match arguments.split_first() {
        Some((command, rest)) if command == "bench" => bench::run(rest),
        Some((command, [])) if command == "check-deps" => check_deps::run(),
        Some((command, [])) if command == "check-links" => links::run(Path::new(".")),
        Some((command, rest)) if command == "dist" => dist::run(rest),
        Some((command, [path])) if command == "release-key" => dist::make_key(Path::new(path)),
        Some((command, rest)) if command == "generate" => generate::run(rest),
        Some((command, rest)) if command == "release-table" => release_table::run(rest),
        Some((command, [version])) if command == "set-version" => set_version::run(version, &root()),
        Some((command, rest)) if command == "vuln-table" => vuln_table::run(rest),
        Some((command, [])) if command == "size" => size::run(Path::new(".")),
        Some((command, [root])) if command == "size" => size::run(Path::new(root)),
        _ => Err(USAGE.to_owned()),
    }
}

/// The checkout that this program was built in.
fn root() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2);
    root.map(Path::to_owned).unwrap_or_default()
}

const USAGE: &str = "usage: cargo xtask COMMAND

  bench [--quick] [NAME…]         measure shim, commands, install and upgrade, or check counts against limits
  check-deps                      fail if the shim depends on more than its few crates
  check-links                     fail if a link in the docs, or a page that code names, does not exist,
                                  or the pages of two languages differ
  dist [--help]                   make the files of a release: archives, checksums, signatures, a Go module
  release-key FILE                make a key that signs releases, and print its public half
  generate [--check]              write the reference pages that are made from code, or check them
  release-table [--check] [DIR]   write crates/gover-source/data/releases.bin, or check it
  set-version VERSION             write the version of gover into Cargo.toml
  size [DIR]                      count the production lines of each crate, here or of another checkout
  vuln-table [--check] [DIR]      write crates/gover-vuln/data/vulns.json.gz, or check it";
