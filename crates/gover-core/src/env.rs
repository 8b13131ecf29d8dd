//! The process environment as a value: the only code that touches `std::env`.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// Environment variables, the working directory and the arguments of a process.
///
/// Production code uses [`Env::from_process`], tests [`Env::from_map`]; nothing else reads the process.
/// An empty variable counts as unset.
#[derive(Clone, Debug)]
pub struct Env {
    source: Source,
    directory: Option<PathBuf>,
    arguments: Vec<OsString>,
}

#[derive(Clone, Debug)]
enum Source {
    Process,
    Map(BTreeMap<OsString, OsString>),
}

impl Env {
    /// The environment of this process, read when asked for; arguments without the program's name are
    /// [`arguments`](Self::arguments)`[1..]`.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the process")]
    pub fn from_process() -> Self {
        Self {
            source: Source::Process,
            directory: std::env::current_dir().ok(),
            arguments: std::env::args_os().collect(),
        }
    }

    /// An environment made of the given variables, for tests and for what-if questions.
    pub fn from_map<K: Into<OsString>, V: Into<OsString>>(
        variables: impl IntoIterator<Item = (K, V)>,
        directory: PathBuf,
    ) -> Self {
        let variables = variables.into_iter().map(|(k, v)| (k.into(), v.into())).collect();
        Self { source: Source::Map(variables), directory: Some(directory), arguments: Vec::new() }
    }

    /// The same environment with other arguments.
    #[must_use]
    pub fn with_arguments(mut self, arguments: Vec<OsString>) -> Self {
        self.arguments = arguments;
        self
    }

    /// The same environment in another directory, which also replaces `PWD`.
    #[must_use]
    pub fn with_directory(mut self, directory: PathBuf) -> Self {
        self.directory = Some(directory);
        self
    }

    /// A variable's value; `None` if unset or empty.
    pub fn var(&self, name: &str) -> Option<OsString> {
        self.var_even_empty(name).filter(|value| !value.is_empty())
    }

    /// A variable's value as text; `None` if unset, empty or not UTF-8.
    pub fn text(&self, name: &str) -> Option<String> {
        self.var(name)?.into_string().ok()
    }

    /// A variable that is on: `1`, `true`, `yes`, `on`. `None` if unset or none of these and their opposites.
    pub fn switch(&self, name: &str) -> Option<bool> {
        parse_switch(&self.text(name)?)
    }

    /// A variable's value, an empty one too.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the process")]
    pub fn var_even_empty(&self, name: &str) -> Option<OsString> {
        match &self.source {
            Source::Process => std::env::var_os(name),
            Source::Map(map) => map.get(OsStr::new(name)).cloned(),
        }
    }

    /// The working directory as the operating system knows it; `None` if it was removed.
    pub fn directory(&self) -> Option<&Path> {
        self.directory.as_deref()
    }

    /// The working directory by the name the shell knows it by, as `os.Getwd` chooses it: `PWD` if it is
    /// absolute and names the same directory.
    pub fn logical_directory(&self) -> Option<PathBuf> {
        let directory = self.directory()?;
        if std::path::MAIN_SEPARATOR == '/'
            && let Some(pwd) = self.var(vars::PWD).map(PathBuf::from)
            && pwd.is_absolute()
            && (pwd == directory || pwd.canonicalize().is_ok_and(|path| path == directory))
        {
            return Some(pwd);
        }
        Some(directory.to_owned())
    }

    /// All arguments, the program's name first.
    pub fn arguments(&self) -> &[OsString] {
        &self.arguments
    }

    /// The directories of `PATH` in order.
    pub fn path(&self) -> Vec<PathBuf> {
        self.var(vars::PATH).map(|path| std::env::split_paths(&path).collect()).unwrap_or_default()
    }

    /// The user's home directory.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the process")]
    pub fn user_home(&self) -> Option<PathBuf> {
        match &self.source {
            Source::Process => std::env::home_dir().filter(|home| !home.as_os_str().is_empty()),
            Source::Map(_) => {
                let name = if std::path::MAIN_SEPARATOR == '/' { vars::HOME } else { vars::USERPROFILE };
                self.var(name).map(PathBuf::from)
            }
        }
    }

    /// `GOVER_HOME`, by default `~/.gover`; `None` if it is not absolute or no home is known.
    pub fn gover_home(&self) -> Option<PathBuf> {
        let home = match self.var(vars::GOVER_HOME) {
            Some(home) => PathBuf::from(home),
            None => self.user_home()?.join(".gover"),
        };
        // A relative one would be another store in each directory.
        home.is_absolute().then_some(home)
    }

    /// The running program's file.
    pub fn program(&self) -> Option<PathBuf> {
        match self.source {
            Source::Process => std::env::current_exe().ok(),
            Source::Map(_) => self.arguments.first().map(PathBuf::from),
        }
    }

    /// The directory for temporary files, as `os.TempDir` chooses it.
    pub fn temporary_directory(&self) -> PathBuf {
        match (&self.source, std::path::MAIN_SEPARATOR) {
            (_, '/') => self.var(vars::TMPDIR).map_or_else(|| PathBuf::from("/tmp"), PathBuf::from),
            (Source::Process, _) => std::env::temp_dir(),
            (Source::Map(_), _) => self.var("TEMP").map(PathBuf::from).unwrap_or_default(),
        }
    }
}

/// Reads `1`, `true`, `yes`, `on` and their opposites, in any case.
pub fn parse_switch(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" | "on" => Some(true),
        "0" | "false" | "no" | "off" => Some(false),
        _ => None,
    }
}

/// Every variable gover reads or sets, by name.
pub mod vars {
    /// Where gover keeps everything; default `~/.gover`.
    pub const GOVER_HOME: &str = "GOVER_HOME";
    /// The request for this shell, set by `gover use`.
    pub const GOVER_VERSION: &str = "GOVER_VERSION";
    /// `0` stops the shim from installing a missing toolchain.
    pub const GOVER_AUTO_INSTALL: &str = "GOVER_AUTO_INSTALL";
    /// `1` forbids the network.
    pub const GOVER_OFFLINE: &str = "GOVER_OFFLINE";
    /// Ordered, comma separated list of sources.
    pub const GOVER_SOURCES: &str = "GOVER_SOURCES";
    /// Base of the release site, for tests and private copies; default `https://go.dev`.
    pub const GOVER_GODEV_URL: &str = "GOVER_GODEV_URL";
    /// `1` demands the transparency log for archives too.
    pub const GOVER_REQUIRE_SUMDB: &str = "GOVER_REQUIRE_SUMDB";
    /// Set by the shim for its child: guards against calling itself by accident.
    pub const GOVER_SHIM_DEPTH: &str = "GOVER_SHIM_DEPTH";
    /// Set by the function that `gover init` prints, so that `gover use` can talk to it.
    pub const GOVER_SHELL: &str = "GOVER_SHELL";
    /// The GOROOT of the toolchain that runs.
    pub const GOROOT: &str = "GOROOT";
    /// Go's own choice of toolchain.
    pub const GOTOOLCHAIN: &str = "GOTOOLCHAIN";
    /// The user's go/env file, or `off`.
    pub const GOENV: &str = "GOENV";
    /// `off`, a go.work file, or empty.
    pub const GOWORK: &str = "GOWORK";
    /// `on`, `off` or `auto`.
    pub const GO111MODULE: &str = "GO111MODULE";
    /// The module proxies, as Go reads them.
    pub const GOPROXY: &str = "GOPROXY";
    /// The checksum database, as Go reads it.
    pub const GOSUMDB: &str = "GOSUMDB";
    /// Go's own switch protocol: the toolchain that must run.
    pub const SWITCH_VERSION: &str = "GOTOOLCHAIN_INTERNAL_SWITCH_VERSION";
    /// Go's own switch protocol: how many switches there were.
    pub const SWITCH_COUNT: &str = "GOTOOLCHAIN_INTERNAL_SWITCH_COUNT";
    /// A bundle of certificates that replaces the system's store.
    pub const SSL_CERT_FILE: &str = "SSL_CERT_FILE";
    /// The search path.
    pub const PATH: &str = "PATH";
    /// The shell's name of the working directory.
    pub const PWD: &str = "PWD";
    /// The directory for temporary files on Unix.
    pub const TMPDIR: &str = "TMPDIR";
    /// The user's home on Unix.
    pub const HOME: &str = "HOME";
    /// The user's home on Windows.
    pub const USERPROFILE: &str = "USERPROFILE";
    /// The user's configuration on Windows.
    pub const APPDATA: &str = "APPDATA";
    /// The user's configuration on Linux.
    pub const XDG_CONFIG_HOME: &str = "XDG_CONFIG_HOME";
    /// Any value turns colour off.
    pub const NO_COLOR: &str = "NO_COLOR";
    /// The login shell.
    pub const SHELL: &str = "SHELL";
    /// Set in the shells of MSYS2 and Git Bash, to the name of their environment.
    pub const MSYSTEM: &str = "MSYSTEM";
    /// The directory of zsh's startup files.
    pub const ZDOTDIR: &str = "ZDOTDIR";
    /// The kind of terminal; `dumb` has no colour.
    pub const TERM: &str = "TERM";
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(variables: &[(&str, &str)]) -> Env {
        Env::from_map(variables.iter().copied(), PathBuf::from("/shop"))
    }

    #[test]
    fn an_empty_variable_counts_as_unset() {
        assert_eq!(env(&[("GOTOOLCHAIN", "")]).var("GOTOOLCHAIN"), None);
    }

    #[test]
    fn a_switch_reads_words_of_both_kinds() {
        assert_eq!(env(&[("X", "OFF")]).switch("X"), Some(false));
        assert_eq!(env(&[("X", "1")]).switch("X"), Some(true));
        assert_eq!(env(&[("X", "maybe")]).switch("X"), None);
    }
}
