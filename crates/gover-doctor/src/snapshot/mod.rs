//! What checks read: a machine as it was at one instant.
//!
//! Everything is text, in the form of the snapshot's own operating system, which need not be the one this runs on.
//! [`Snapshot::gather`] fills it from a [`Disk`], a [`Registry`] and [`Programs`], which are the real ones or made up.

mod correct;
pub mod disk;
pub mod go_env;
mod go_places;
pub mod manager;
pub mod network;
pub mod programs;
pub mod registry;
pub mod startup;
pub mod system;
mod unset;
pub mod variables;

use gover_shell::ShellKind;

use self::disk::Disk;
use self::go_env::GoEnvFile;
use self::manager::{Release, Store};
use self::network::NetworkFacts;
use self::programs::Programs;
use self::registry::Registry;
use self::startup::{Assignment, Startup};
use self::system::System;
use self::variables::Variables;
use crate::finding::Evidence;

/// A machine at one instant.
pub struct Snapshot<'a> {
    /// What kind of machine it is.
    pub system: System,
    /// The environment.
    pub variables: Variables,
    /// The user's home directory.
    pub home: String,
    /// The working directory.
    pub directory: String,
    /// gover itself.
    pub gover: Gover,
    /// The shell that called, as far as it can be told.
    pub shell: Option<ShellKind>,
    /// What `go` means here and now.
    pub selection: Selection,
    /// The startup files of the user's shells and what they set.
    pub startup: Startup,
    /// The file that `go env -w` writes.
    pub go_env: GoEnvFile,
    /// Answers from the network; `None` if it was not asked.
    pub network: Option<NetworkFacts>,
    /// The releases of Go that are known, newest first; empty if no check was asked for that needs them.
    pub releases: Vec<Release>,
    /// gover's own store; `None` if no check was asked for that needs it.
    pub store: Option<Store>,
    /// Files and directories.
    pub disk: &'a dyn Disk,
    /// The Windows registry.
    pub registry: &'a dyn Registry,
    /// Programs that can be asked.
    pub programs: &'a dyn Programs,
}

/// Where gover is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gover {
    /// `GOVER_HOME`.
    pub home: String,
    /// The one directory on PATH.
    pub bin: String,
    /// This gover's version.
    pub version: String,
    /// Whether a toolchain that is missing is installed when it is called for.
    pub installs_missing: bool,
}

/// What gover's own selection says, as data of gover-core.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// `go1.22.5`; `None` if nothing is selected or its version is unknown.
    pub version: Option<String>,
    /// Its GOROOT; `None` if it is not installed or a `go` on PATH that is no toolchain.
    pub goroot: Option<String>,
    /// Its directory of programs, also of a `go` on PATH that is no toolchain.
    pub bin: Option<String>,
    /// Whether it is a Go on PATH outside gover.
    pub is_system: bool,
    /// Why this one: `chosen by .go-version:1 in ~/shop`.
    pub reason: String,
    /// What is asked for and not installed.
    pub missing: Option<String>,
    /// The error of the selection, if it fails.
    pub error: Option<String>,
}

/// What [`Snapshot::gather`] cannot find out itself.
#[derive(Debug)]
pub struct Given {
    /// What kind of machine it is.
    pub system: System,
    /// The environment.
    pub variables: Variables,
    /// The user's home directory.
    pub home: String,
    /// The working directory.
    pub directory: String,
    /// gover itself.
    pub gover: Gover,
    /// The shell that called.
    pub shell: Option<ShellKind>,
    /// What `go` means here and now.
    pub selection: Selection,
    /// Answers from the network.
    pub network: Option<NetworkFacts>,
    /// The releases of Go that are known, newest first.
    pub releases: Vec<Release>,
    /// gover's own store.
    pub store: Option<Store>,
}

impl<'a> Snapshot<'a> {
    /// Reads startup files and Go's own settings file, and puts all together.
    pub fn gather(
        given: Given,
        disk: &'a dyn Disk,
        registry: &'a dyn Registry,
        programs: &'a dyn Programs,
    ) -> Self {
        let Given { system, variables, home, directory, gover, shell, selection, network, releases, store } =
            given;
        let startup = Startup::read(&system, &variables, &home, disk, registry);
        let go_env = GoEnvFile::read(&system, &variables, &home, disk);
        Self {
            system,
            variables,
            home,
            directory,
            gover,
            shell,
            selection,
            startup,
            go_env,
            network,
            releases,
            store,
            disk,
            registry,
            programs,
        }
    }

    /// A variable of the environment; `None` if unset or empty, as Go reads them.
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.variables.value(name)
    }

    /// The directories of PATH in order.
    pub fn path(&self) -> Vec<String> {
        self.variable("PATH").map(|path| self.system.split_list(path)).unwrap_or_default()
    }

    /// A setting of Go's as the go command of 1.21 and later finds it: the variable, then the file of `go env -w`.
    pub fn go_setting(&self, name: &str) -> Option<String> {
        self.variable(name).map(str::to_owned).or_else(|| self.go_env.value(name).map(str::to_owned))
    }

    /// Where a setting of [`go_setting`](Self::go_setting) comes from.
    pub fn go_setting_evidence(&self, name: &str) -> Vec<Evidence> {
        if self.variable(name).is_some() {
            return vec![self.variable_evidence(name)];
        }
        self.go_env.evidence(name).into_iter().collect()
    }

    /// A variable as evidence, with the place that sets it where one is known.
    pub fn variable_evidence(&self, name: &str) -> Evidence {
        let value = self.variables.even_empty(name).unwrap_or_default().to_owned();
        let set_in = self.origin(name, &value);
        Evidence::Variable { name: name.to_owned(), value, set_in }
    }

    /// Which place gave a variable the value that it has: the last line or the registry value that says just that, or else
    /// the last line whose value only a shell can tell.
    fn origin(&self, name: &str, value: &str) -> Option<String> {
        let lines = || self.startup.assignments(name);
        let place = |line: &Assignment| format!("{}:{}", self.short(&line.file), line.line);
        let exact = lines().filter(|line| line.value == value).last().map(place);
        let open = || lines().filter(|line| line.value.contains(['$', '`', '~', '*'])).last().map(place);
        exact.or_else(|| self.registry_origin(name, value)).or_else(open)
    }

    /// Each line of a startup file that sets the variable, as evidence.
    pub fn startup_evidence(&self, name: &str) -> Vec<Evidence> {
        self.startup.assignments(name).map(Assignment::evidence).collect()
    }

    /// A path as people read it, with the home directory as `~`.
    pub fn short(&self, path: &str) -> String {
        if !self.home.is_empty() && self.system.is_inside(path, &self.home) {
            let rest = path.get(self.home.trim_end_matches(['/', '\\']).len()..).unwrap_or_default();
            return format!("~{}", rest.trim_end_matches(['/', '\\']));
        }
        path.to_owned()
    }

    /// The nearest file of that name in the working directory or above it.
    pub fn nearest(&self, name: &str) -> Option<String> {
        let mut directory = self.directory.as_str();
        loop {
            let path = self.system.join(directory, name);
            if self.disk.kind(&path) == Some(disk::Kind::File) {
                return Some(path);
            }
            directory = self.system.parent(directory)?;
        }
    }

    /// A text file's content; `None` if it cannot be read. Bytes that are not UTF-8 are replaced.
    pub fn text(&self, path: &str) -> Option<String> {
        self.disk.read(path).ok().map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    }

    /// A text of the Windows registry with `%NAMES%` of the environment expanded; unknown ones stay.
    pub fn expand(&self, text: &str) -> String {
        self.variables.expand(text)
    }

    fn registry_origin(&self, name: &str, value: &str) -> Option<String> {
        use registry::{Hive, MACHINE_ENVIRONMENT, USER_ENVIRONMENT};
        let says = |hive, key| {
            let stored = self.registry.text(hive, key, name)?.shown();
            Some(self.expand(&stored) == value)
        };
        [(Hive::User, USER_ENVIRONMENT), (Hive::Machine, MACHINE_ENVIRONMENT)]
            .into_iter()
            .find(|(hive, key)| says(*hive, key) == Some(true))
            .map(|(hive, key)| format!(r"{}\{key}", hive.name()))
    }
}

#[cfg(test)]
mod tests {
    use super::registry::{Hive, MACHINE_ENVIRONMENT, USER_ENVIRONMENT};
    use crate::testing::Machine;

    fn evidence(machine: &Machine, name: &str) -> String {
        machine.snapshot(|snapshot| snapshot.variable_evidence(name).to_string())
    }

    #[test]
    fn a_variable_names_the_line_that_says_its_value() {
        let bashrc = "export GOROOT=/opt/a\nexport GOROOT=/opt/b\nexport GOPATH=$(go env GOPATH)\n";
        let machine = Machine::linux().file("~/.bashrc", bashrc);
        let set = |name, value| evidence(&machine.clone().var(name, value), name);
        assert_eq!(set("GOROOT", "/opt/a"), "GOROOT=/opt/a (set in ~/.bashrc:1)");
        assert_eq!(set("GOROOT", "/opt/b"), "GOROOT=/opt/b (set in ~/.bashrc:2)");
        // Set by hand in this shell, or by whatever started it.
        assert_eq!(set("GOROOT", "/opt/c"), "GOROOT=/opt/c");
        assert_eq!(set("GOPATH", "/srv/go"), "GOPATH=/srv/go (set in ~/.bashrc:3)");
    }

    #[test]
    fn a_variable_names_the_key_that_says_its_value() {
        let machine = Machine::windows()
            .registry(Hive::User, USER_ENVIRONMENT, "GOROOT", r"%USERPROFILE%\go1.20")
            .registry(Hive::Machine, MACHINE_ENVIRONMENT, "GOROOT", r"C:\Go");
        let set = |value| {
            evidence(&machine.clone().var("USERPROFILE", r"C:\Users\ann").var("GOROOT", value), "GOROOT")
        };
        let user = r"GOROOT=C:\Users\ann\go1.20 (set in HKCU\Environment)";
        assert_eq!(set(r"C:\Users\ann\go1.20"), user);
        assert!(set(r"C:\Go").contains(r"(set in HKLM\SYSTEM\"));
        assert_eq!(set(r"D:\Go"), r"GOROOT=D:\Go");
    }
}
