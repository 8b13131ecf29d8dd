use std::ffi::OsString;
use std::path::PathBuf;

use crate::env::Env;
use crate::real_path::real_path;

/// The directory in which a go command with these arguments (without the program's name) starts:
/// the working directory by the shell's name, or the directory after `-C`. `None` if the working
/// directory was removed.
pub fn starting_directory(env: &Env, arguments: &[OsString]) -> Option<PathBuf> {
    let Some((_, directory, _)) = directory_flag(arguments) else { return env.logical_directory() };
    let target = env.directory()?.join(directory);
    // After `chdir` Go asks the system for the name, unless PWD is that directory. Go reports a
    // directory that does not exist.
    let target = real_path(&target).unwrap_or(target);
    env.clone().with_directory(target).logical_directory()
}

/// The arguments that toolchain selection sees: without `-C DIR`.
pub fn without_directory_flag(arguments: &[OsString]) -> Vec<OsString> {
    let Some((at, _, length)) = directory_flag(arguments) else { return arguments.to_vec() };
    let mut arguments = arguments.to_vec();
    arguments.drain(at..at + length);
    arguments
}

/// The `-C` flag, which must be first after the command's words (`handleChdirFlag` in
/// cmd/go/main.go): its index, its value, and its number of arguments.
fn directory_flag(arguments: &[OsString]) -> Option<(usize, OsString, usize)> {
    let at = command_words(arguments);
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
fn command_words(arguments: &[OsString]) -> usize {
    let is_any = |at: usize, commands: &str| {
        arguments.get(at).is_some_and(|word| commands.split(' ').any(|known| word == known))
    };
    match arguments.first().and_then(|word| word.to_str()) {
        Some("mod") => 1 + usize::from(is_any(1, MOD_COMMANDS)),
        Some("work") => 1 + usize::from(is_any(1, WORK_COMMANDS)),
        _ => usize::from(is_any(0, COMMANDS)),
    }
}

/// Separated by spaces.
const COMMANDS: &str = "bug build clean doc env fix fmt generate get install list run telemetry test tool version \
                        vet help";
const MOD_COMMANDS: &str = "download edit graph init tidy vendor verify why";
const WORK_COMMANDS: &str = "edit init sync use vendor";
