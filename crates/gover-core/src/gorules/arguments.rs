use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use super::changes::Rule;
use super::refusal::SelectError;
use super::search::cleaned;
use crate::env::{Env, vars};
use crate::platform::IS_WINDOWS;
use crate::real_path::real_path;
use crate::version::GoVersion;

/// Where a go command starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Start {
    /// `None` if the working directory was removed.
    pub directory: Option<PathBuf>,
    /// Set if Go cannot enter the directory after `-C`. `directory` is then the working directory.
    pub refusal: Option<SelectError>,
}

/// Where a go command with these arguments (without the program's name) starts: in the working
/// directory by the shell's name, or in the directory after `-C`.
///
/// `rules` is the toolchain that starts; `None` stands for the newest.
pub fn starting_directory(env: &Env, arguments: &[OsString], rules: Option<&GoVersion>) -> Start {
    // Searches start from the name without `.` and `..`, whatever links mean (`findModuleRoot`).
    let clean = |directory: Option<PathBuf>| directory.map(|directory| cleaned(&directory));
    let here = || clean(env.logical_directory());
    let Some((_, directory, _)) = directory_flag(arguments, rules) else {
        return Start { directory: here(), refusal: None };
    };
    match entered(env, Path::new(&directory)) {
        // After `chdir` Go asks the system for the name, unless PWD is that directory. It is not if it
        // is the exact name of the directory before.
        Ok(target) => {
            let before = env.directory().map(Path::as_os_str);
            let is_left = before.is_some_and(|before| env.var(vars::PWD).is_some_and(|pwd| pwd == before))
                && before != Some(target.as_os_str());
            let directory =
                if is_left { Some(target) } else { env.clone().with_directory(target).logical_directory() };
            Start { directory: clean(directory), refusal: None }
        }
        Err(error) => {
            let refusal = SelectError::chdir(Path::new(&directory), &error);
            Start { directory: here(), refusal: Some(refusal) }
        }
    }
}

/// The real name of a directory after it was entered.
fn entered(env: &Env, directory: &Path) -> io::Result<PathBuf> {
    let target = match env.directory() {
        _ if directory.as_os_str().is_empty() => return Err(no_directory()),
        Some(here) => here.join(directory),
        None if directory.is_absolute() => directory.to_owned(),
        None => return Err(no_directory()),
    };
    // The dot makes it fail for a file, and for a directory that may not be entered. Windows ignores it.
    let real = real_path(&target.join("."))?;
    let is_entered = !IS_WINDOWS || real.is_dir();
    is_entered.then_some(real).ok_or_else(|| io::Error::from_raw_os_error(ERROR_DIRECTORY))
}

/// `ENOENT`, which is 2 on Windows too; an error of only a kind would have other words than Go's.
fn no_directory() -> io::Error {
    io::Error::from_raw_os_error(2)
}

/// "The directory name is invalid", the answer of Windows to a file.
const ERROR_DIRECTORY: i32 = 267;

/// Whether these arguments mean another starting directory to the toolchain `rules` than to the
/// newest, because it does not know the command.
pub fn is_newer_command(arguments: &[OsString], rules: &GoVersion) -> bool {
    command_words(arguments, None) != command_words(arguments, Some(rules))
}

/// The arguments that toolchain selection sees: without `-C DIR`.
pub fn without_directory_flag(arguments: &[OsString], rules: Option<&GoVersion>) -> Vec<OsString> {
    let Some((at, _, length)) = directory_flag(arguments, rules) else { return arguments.to_vec() };
    let mut arguments = arguments.to_vec();
    arguments.drain(at..at + length);
    arguments
}

/// The `-C` flag, which must be first after the command's words (`handleChdirFlag` in
/// cmd/go/main.go): its index, its value, and its number of arguments.
fn directory_flag(arguments: &[OsString], rules: Option<&GoVersion>) -> Option<(usize, OsString, usize)> {
    let at = command_words(arguments, rules);
    let flag = arguments.get(at)?;
    if flag == "-C" || flag == "--C" {
        return Some((at, arguments.get(at + 1)?.clone(), 2));
    }
    let bytes = flag.as_encoded_bytes();
    let value = bytes.strip_prefix(b"--C=").or_else(|| bytes.strip_prefix(b"-C="))?;
    // The prefix is ASCII, so the rest is whole without it.
    let value = flag.to_str().map_or_else(
        || String::from_utf8_lossy(value).into_owned(),
        |text| text.split_once('=').map(|(_, value)| value.to_owned()).unwrap_or_default(),
    );
    Some((at, OsString::from(value), 1))
}

/// How many leading arguments form a command: 1 for `build`, 2 for `mod tidy` (`lookupCmd`).
fn command_words(arguments: &[OsString], rules: Option<&GoVersion>) -> usize {
    let word = |at: usize| arguments.get(at).and_then(|word| word.to_str()).unwrap_or_default();
    let is_any = |at: usize, commands: &str| commands.split(' ').any(|known| word(at) == known);
    let holds = |rule: Rule| rules.is_none_or(|version| rule.holds_for(version));
    match (word(0), word(1)) {
        ("telemetry", _) => usize::from(holds(Rule::Telemetry)),
        ("work", "vendor") => 1 + usize::from(holds(Rule::WorkVendor)),
        ("work", _) => 1 + usize::from(is_any(1, WORK_COMMANDS)),
        ("mod", _) => 1 + usize::from(is_any(1, MOD_COMMANDS)),
        _ => usize::from(is_any(0, COMMANDS)),
    }
}

/// Separated by spaces.
const COMMANDS: &str =
    "bug build clean doc env fix fmt generate get install list run test tool version vet help";
const MOD_COMMANDS: &str = "download edit graph init tidy vendor verify why";
const WORK_COMMANDS: &str = "edit init sync use";
