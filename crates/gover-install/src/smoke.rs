//! The smoke test of a tree before it is published: is it the right version, and does its `go` run?

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::sleep;
use std::time::Duration;

use gover_core::platform::architectures_of;
use gover_core::text::shown;
use gover_core::{Arch, Diagnose, Env, Platform, ToolchainName};
use gover_sys::exec::{self, Ended, Limits};
use gover_sys::file::read_limited;

use crate::files::{self, FileError};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Smoke {
    /// `VERSION` and `bin/go` exist and are right.
    Files,
    /// Also `bin/go version` prints the version. For this machine's platform.
    Run,
    /// The same if the system runs it at all. For other architectures, which an emulator may run.
    RunIfPossible,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SmokeLevel {
    Files,
    Running,
}

/// The version in a tree: the first line of `VERSION` (`docs/go.md#the-version-file`).
pub fn version_of(goroot: &Path) -> Result<ToolchainName, SmokeError> {
    let path = goroot.join("VERSION");
    let text = read_limited(&path, VERSION_LIMIT).map_err(FileError::at("read", &path))?;
    let text = String::from_utf8_lossy(&text);
    let line = text.lines().next().unwrap_or_default().trim();
    ToolchainName::parse(line).map_err(|_| SmokeError::NoVersion { line: line.chars().take(80).collect() })
}

pub fn check(
    goroot: &Path,
    expected: &ToolchainName,
    platform: &Platform,
    smoke: Smoke,
    env: &Env,
) -> Result<SmokeLevel, SmokeError> {
    let found = version_of(goroot)?;
    if found != *expected {
        return Err(SmokeError::OtherVersion { expected: expected.to_string(), found: found.to_string() });
    }
    let program = goroot.join("bin").join(if platform.is_windows() { "go.exe" } else { "go" });
    if !program.is_file() {
        return Err(SmokeError::NoProgram { platform: platform.clone() });
    }
    let found = architectures_of(&program);
    if !found.is_empty() && found.iter().all(|arch| arch.as_str() != platform.arch()) {
        return Err(SmokeError::OtherArch { expected: platform.arch().to_owned(), found });
    }
    match smoke {
        Smoke::Files => Ok(SmokeLevel::Files),
        Smoke::Run => run(&program, goroot, expected, env).map(|()| SmokeLevel::Running),
        Smoke::RunIfPossible => match run(&program, goroot, expected, env) {
            Err(error) if error.may_be_the_machine() => Ok(SmokeLevel::Files),
            result => result.map(|()| SmokeLevel::Running),
        },
    }
}

/// Runs `go version` without the user's environment, so that only the tree matters.
fn run(program: &Path, goroot: &Path, expected: &ToolchainName, env: &Env) -> Result<(), SmokeError> {
    let mut command = exec::command(program);
    command.arg("version").current_dir(goroot).env_clear();
    command.env("GOROOT", goroot).env("GOTOOLCHAIN", "local").env("GOENV", "off");
    // Windows programs cannot start without it.
    if let Some(root) = env.var("SystemRoot") {
        command.env("SystemRoot", root);
    }
    let ended = output(&mut command)
        .map_err(|source| SmokeError::CannotRun { program: program.to_owned(), source })?;
    let output = match ended {
        Ended::ByItself(output) => output,
        Ended::TooLong => return Err(SmokeError::Hangs { expected: expected.to_string() }),
        Ended::TooMuch => return Err(SmokeError::Endless { expected: expected.to_string() }),
    };
    let said = String::from_utf8_lossy(&output.stdout);
    let version = said.strip_prefix("go version ").and_then(|rest| rest.split_whitespace().next());
    if output.status.success() && version == Some(expected.as_str()) {
        return Ok(());
    }
    let said = if said.trim().is_empty() { String::from_utf8_lossy(&output.stderr) } else { said };
    let said: String = said.trim().chars().filter(|c| !c.is_control()).take(200).collect();
    Err(SmokeError::SaysOther { expected: expected.to_string(), status: output.status.to_string(), said })
}

/// A file that was just written cannot be executed while the child of another thread still has a
/// copy of its file descriptor, which is until the child calls exec.
pub(crate) fn output(command: &mut Command) -> io::Result<Ended> {
    for _ in 0..BUSY_ATTEMPTS {
        match exec::output_within(command, b"", LIMITS) {
            Err(error) if error.kind() == io::ErrorKind::ExecutableFileBusy => sleep(BUSY_WAIT),
            result => return result,
        }
    }
    exec::output_within(command, b"", LIMITS)
}

#[derive(Debug, thiserror::Error)]
pub enum SmokeError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error("its VERSION starts with `{}`, which is not a Go version", shown(line))]
    NoVersion { line: String },
    #[error("it is `{found}`, not `{expected}`")]
    OtherVersion { expected: String, found: String },
    #[error("it has no go program for {platform}")]
    NoProgram { platform: Platform },
    #[error("its go program is for {}, not for {expected}", found.iter().map(|arch| arch.as_str()).collect::<Vec<_>>().join(" and "))]
    OtherArch { expected: String, found: Vec<Arch> },
    #[error("cannot run `{}`", program.display())]
    CannotRun { program: PathBuf, source: io::Error },
    #[error("`go version` of `{expected}` ended with {status} and said `{}`", shown(said))]
    SaysOther { expected: String, status: String, said: String },
    #[error("`go version` of `{expected}` did not end within {} s", LIMITS.time.as_secs())]
    Hangs { expected: String },
    #[error("`go version` of `{expected}` printed more than {} KiB", LIMITS.output >> 10)]
    Endless { expected: String },
}

impl SmokeError {
    /// Whether an intact toolchain of another architecture may fail like this: the system refuses the
    /// program, has no loader for it, or its emulator fails. Another version is wrong on any machine.
    fn may_be_the_machine(&self) -> bool {
        match self {
            Self::CannotRun { source, .. } => {
                exec::is_wrong_format(source) || source.kind() == io::ErrorKind::NotFound
            }
            Self::SaysOther { said, .. } => !said.starts_with("go version "),
            Self::Hangs { .. } | Self::Endless { .. } => true,
            _ => false,
        }
    }
}

impl SmokeError {
    /// Whether the machine may be at fault, so that the download is kept: the tree cannot be read, or
    /// its `go` cannot be started, fails or does not end. It may lack memory, or a scanner may hold it
    /// up. A program that is not for this system is the fault of the release.
    pub(crate) fn is_of_the_machine(&self) -> bool {
        match self {
            Self::File(_) | Self::Hangs { .. } | Self::Endless { .. } => true,
            Self::SaysOther { said, .. } => !said.starts_with("go version "),
            Self::CannotRun { source, .. } => {
                !exec::is_wrong_format(source) && source.kind() != io::ErrorKind::NotFound
            }
            _ => false,
        }
    }
}

impl Diagnose for SmokeError {
    fn hints(&self) -> Vec<String> {
        match self {
            Self::File(error) => error.hints(),
            Self::CannotRun { source, .. } if source.kind() == io::ErrorKind::PermissionDenied => {
                vec!["GOVER_HOME must be on a file system that allows programs to run (no noexec)".to_owned()]
            }
            Self::CannotRun { source, .. } => {
                let others = (!self.is_of_the_machine()).then(|| OTHERS.to_owned());
                files::hints(source.kind()).into_iter().chain(others).collect()
            }
            Self::SaysOther { .. } => vec![OTHERS.to_owned()],
            Self::Hangs { .. } => vec![HELD_UP.to_owned()],
            Self::Endless { .. } => vec![OTHER_OUTPUT.to_owned()],
            Self::OtherArch { found, .. } => {
                found.iter().take(1).map(|arch| format!("`--arch {arch}` installs it anyway")).collect()
            }
            // The archive is wrong, and nothing on this machine can change that.
            Self::NoVersion { .. } | Self::OtherVersion { .. } | Self::NoProgram { .. } => Vec::new(),
        }
    }
}

const OTHERS: &str = "this release may not run on this system; `gover list --remote` shows others";
const HELD_UP: &str = "the download was verified; a virus scanner or an emulator may hold up programs \
                       on this machine, so check that and try again";
const OTHER_OUTPUT: &str = "the download was verified; an emulator, or a library that this machine loads \
                            into programs, may print this, so check that and try again";
/// A program starts late on a network drive or under a scanner, but not this late.
const LIMITS: Limits = Limits { time: Duration::from_mins(1), output: 64 << 10 };
/// The most bytes of a `VERSION`, which has two lines.
const VERSION_LIMIT: u64 = 1 << 20;
/// Two seconds, with [`BUSY_WAIT`].
const BUSY_ATTEMPTS: u32 = 100;
const BUSY_WAIT: Duration = Duration::from_millis(20);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hint_names_what_may_cause_the_failure() {
        let expected = || "go1.91.2".to_owned();
        let held_up = SmokeError::Hangs { expected: expected() }.hints().concat();
        assert!(held_up.contains("virus scanner"), "{held_up}");
        // A scanner prints nothing.
        let other_output = SmokeError::Endless { expected: expected() }.hints().concat();
        assert!(!other_output.contains("virus scanner"), "{other_output}");
    }

    #[test]
    fn only_a_wrong_version_is_held_against_a_toolchain_of_another_machine() {
        let says = |said: &str| SmokeError::SaysOther {
            expected: "go1.91.2".to_owned(),
            status: "exit status: 255".to_owned(),
            said: said.to_owned(),
        };
        let cannot =
            |kind: io::ErrorKind| SmokeError::CannotRun { program: PathBuf::new(), source: kind.into() };
        assert!(says("qemu-aarch64: Could not open '/lib/ld-linux-aarch64.so.1'").may_be_the_machine());
        assert!(!says("go version go1.91.3 linux/arm64").may_be_the_machine());
        assert!(cannot(io::ErrorKind::NotFound).may_be_the_machine());
        assert!(!cannot(io::ErrorKind::PermissionDenied).may_be_the_machine());
    }
}
