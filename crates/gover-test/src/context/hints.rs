//! Runs the commands in hints.
//!
//! The first step of each hint, if it is a command of gover, is pasted into a shell when its test is
//! over, in the directory and with the variables of the command that printed it. It must start, be
//! understood, end by itself, and not end with the error that it is meant to help with. No test has
//! to ask for this.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use gover_core::platform::IS_WINDOWS;
use gover_core::sync::locked;

use super::PATH_SEPARATOR;
use super::filter::Filters;
use crate::programs::spawn;

/// The hints of one context.
#[derive(Clone, Default)]
pub(super) struct Hints(Arc<Mutex<Vec<Hint>>>);

struct Hint {
    command: String,
    /// The line that it helps with.
    error: Option<String>,
    directory: PathBuf,
    variables: BTreeMap<OsString, OsString>,
}

impl Hints {
    /// Takes the commands from what a program printed. Each is run once in a test program.
    pub(super) fn record(&self, of: &Command, stderr: &[u8], filters: &Filters) {
        let stderr = String::from_utf8_lossy(stderr);
        let Some(directory) = of.get_current_dir() else { return };
        let is_error = |line: &&str| line.starts_with("error: ") || line.starts_with("gover: ");
        let error = stderr.lines().find(is_error).map(str::to_owned);
        for command in stderr.lines().filter_map(|line| line.strip_prefix("hint: ")).flat_map(commands) {
            let key = filters.apply(&format!("{command}\n{}", error.as_deref().unwrap_or_default()));
            if !locked(&SEEN).insert(key) {
                continue;
            }
            let variables = of.get_envs().filter_map(|(name, value)| Some((name.into(), value?.into())));
            locked(&self.0).push(Hint {
                command,
                error: error.clone(),
                directory: directory.to_owned(),
                variables: variables.collect(),
            });
        }
    }

    pub(super) fn are_none(&self) -> bool {
        locked(&self.0).is_empty()
    }

    /// Runs all of them. Panics if one does not lead on.
    pub(super) fn run(&self, shell: &Path, bin: &Path) {
        for Hint { command, error, directory, variables } in std::mem::take(&mut *locked(&self.0)) {
            if !directory.is_dir() {
                continue;
            }
            let mut path = variables.get(OsStr::new("PATH")).cloned().unwrap_or_default();
            path.push(PATH_SEPARATOR);
            path.push(bin);
            let mut child = Command::new(shell);
            child.args(["-c", &command]).current_dir(&directory).env_clear().envs(&variables);
            child.env("PATH", path);
            // A request to another machine ends here: nothing listens on this port.
            for proxy in ["HTTP_PROXY", "HTTPS_PROXY"] {
                child.env(proxy, "http://127.0.0.1:9");
            }
            child.env_remove("NO_PROXY").env_remove("no_proxy");
            child.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
            let child = spawn(&mut child).unwrap_or_else(|error| panic!("cannot start a shell: {error}"));
            let output = child.wait_with_output().expect("a child's output is readable");
            let said = String::from_utf8_lossy(&output.stderr);
            let is_again = error.as_ref().is_some_and(|error| said.lines().any(|line| line == error));
            assert!(
                is_carried_out(output.status.code(), &said) && !is_again,
                "the hint `{command}` of `{}` does not lead on: {}\n{said}",
                error.unwrap_or_default(),
                output.status
            );
        }
    }
}

/// The commands in a hint: the whole hint, or what it has between backticks before another step. A
/// word in capitals stands for something that only the user knows, and only fish has `| source`.
fn commands(hint: &str) -> Vec<String> {
    let hint = hint.split(", then ").next().unwrap_or_default();
    let is_blank = |word: &str| word.len() > 1 && word.chars().all(|c| c.is_ascii_uppercase());
    let is_command = |text: &&str| {
        let mut words = text.split_whitespace();
        let program = words.find(|word| !word.starts_with("GOVER_"));
        program == Some("gover") && !text.contains('…') && !text.ends_with("| source") && !words.any(is_blank)
    };
    if !hint.contains('`') {
        return Some(hint).filter(is_command).map(str::to_owned).into_iter().collect();
    }
    // `gover mirror` alone is the name of a command.
    let is_whole = |text: &&str| *text == "gover setup" || text.split_whitespace().count() > 2;
    let quoted = hint.split('`').skip(1).step_by(2);
    quoted.filter(|text| is_command(text) && is_whole(text)).map(str::to_owned).collect()
}

/// Whether hints can be run: they are written for the shells of Unix there, and tests must not
/// change the registry of Windows.
pub(super) const CAN_RUN: bool = !IS_WINDOWS;

/// Whether a command that ended with this code, or by a signal, was found, understood and carried
/// out. One that would change something asks first, for which it has no terminal here. An example may
/// name a toolchain that is not installed: gover says so itself, unlike a shell that lacks a program.
fn is_carried_out(code: Option<i32>, said: &str) -> bool {
    match code {
        Some(NOT_UNDERSTOOD) => said.contains("cannot ask without a terminal"),
        Some(NOT_FOUND) => said.lines().any(|line| line.starts_with("error: ")),
        Some(PANICKED | NOT_EXECUTABLE) | None => false,
        Some(_) => true,
    }
}

/// How shells and gover end if they do not understand a command.
const NOT_UNDERSTOOD: i32 = 2;
const PANICKED: i32 = 101;
const NOT_EXECUTABLE: i32 = 126;
const NOT_FOUND: i32 = 127;

/// What this test program has recorded, with what differs between runs replaced.
static SEEN: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_that_is_not_carried_out_is_known_by_how_it_ended() {
        for code in [Some(NOT_UNDERSTOOD), Some(PANICKED), Some(NOT_EXECUTABLE), Some(NOT_FOUND), None] {
            assert!(!is_carried_out(code, "sh: 1: gover: x"), "{code:?}");
        }
        let (asks, lacks) = ("error: cannot ask without a terminal", "error: go1.91.2 is not installed");
        for (code, said) in [(0, ""), (1, ""), (NOT_UNDERSTOOD, asks), (NOT_FOUND, lacks)] {
            assert!(is_carried_out(Some(code), said), "{code}");
        }
    }

    #[test]
    fn only_what_can_be_pasted_is_a_command() {
        let found = |hint: &str| commands(hint).join("; ");
        assert_eq!(found("gover install 1.22"), "gover install 1.22");
        assert_eq!(found("run `gover setup`, then open a new shell"), "gover setup");
        assert_eq!(
            found("try `GOVER_SOURCES=go.dev gover install 1.22`"),
            "GOVER_SOURCES=go.dev gover install 1.22"
        );
        for prose in [
            "`go +1.22 …` overrides it",
            "`gover mirror DIR --seen 3`",
            "unset GOSUMDB",
            "`gover init fish | source`",
            "move it away, then run `gover default latest`",
        ] {
            assert_eq!(found(prose), "", "{prose}");
        }
    }
}
