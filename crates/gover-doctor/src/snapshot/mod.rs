//! What checks read: a machine at one moment.
//!
//! Its operating system may differ from the one that this runs on: [`Snapshot::gather`] reads a
//! [`Disk`], a [`Registry`] and [`Programs`] that are real or made up.

mod correct;
pub mod disk;
pub mod go_env;
mod go_places;
pub mod manager;
pub mod network;
pub mod path;
pub mod programs;
pub mod registry;
pub mod startup;
mod startup_line;
pub mod system;
pub mod variables;

use std::ops::Deref;

use gover_core::ToolchainName;
use gover_shell::ShellKind;

use self::disk::{Disk, Kind, Owner};
use self::go_env::GoEnvFile;
use self::manager::{Release, Store, Vulnerable};
use self::network::NetworkFacts;
use self::path::MachinePath;
use self::programs::Programs;
use self::registry::{HIVES, Hive, Registry};
use self::startup::{Assignment, Startup};
use self::system::{Os, System};
use self::variables::Variables;
use crate::Evidence;

pub(crate) use correct::by_administrator;

/// A machine at one moment. It dereferences to its [`Facts`].
pub struct Snapshot<'a> {
    facts: Facts,
    pub startup: Startup,
    pub go_env: GoEnvFile,
    pub disk: &'a dyn Disk,
    pub registry: &'a dyn Registry,
    pub programs: &'a dyn Programs,
}

/// What [`Snapshot::gather`] cannot find out itself.
#[derive(Clone, Debug)]
pub struct Facts {
    pub system: System,
    pub variables: Variables,
    /// The user's home directory; empty if it is not known.
    pub home: MachinePath,
    /// The working directory; empty if it is not known.
    pub directory: MachinePath,
    pub gover: Gover,
    /// Whether people read the findings, who like short paths.
    pub is_for_people: bool,
    /// Whether checks that take long were asked for.
    pub is_thorough: bool,
    /// The shell that called; `None` if it is not known.
    pub shell: Option<ShellKind>,
    pub selection: Selection,
    /// `None` if the network was not asked.
    pub network: Option<NetworkFacts>,
    /// The known releases of Go, newest first; empty if no check needs them.
    pub releases: Vec<Release>,
    /// `None` if the selected Go has no known vulnerability, or no check needs it.
    pub vulnerable: Option<Vulnerable>,
    /// `None` if no check needs it.
    pub store: Option<Store>,
    /// The user's processes with the PATH that each was started with. Only Linux tells, and they are
    /// empty if no check needs them.
    pub processes: Vec<Process>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Process {
    pub id: u32,
    pub program: MachinePath,
    pub path: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gover {
    pub home: MachinePath,
    /// Its directory on PATH.
    pub bin: MachinePath,
    /// Whether `go` installs a toolchain that is missing.
    pub installs_missing: bool,
    pub sources_set_by: SetBy,
}

/// What sets one of gover's settings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SetBy {
    #[default]
    Nothing,
    Variable,
    /// The user's `config.toml`.
    File,
    /// The policy of the machine, which its administrator writes.
    Policy,
}

/// What `go` means here and now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// `None` if nothing is selected or its version is unknown.
    pub version: Option<ToolchainName>,
    /// `None` if it is not installed, or if `go` on PATH does not belong to a toolchain.
    pub goroot: Option<MachinePath>,
    /// The directory of its programs, also if `go` on PATH does not belong to a toolchain.
    pub bin: Option<MachinePath>,
    /// Whether it is on PATH and not installed by gover.
    pub is_system: bool,
    /// Whether `GOVER_VERSION` or `gover use` chose it, for this shell.
    pub is_for_shell: bool,
    /// Whether a newer patch is unused until it is chosen.
    pub is_exact: bool,
    /// Why it is selected: `chosen by .go-version:1 in ~/shop`.
    pub reason: String,
    /// The request that is selected and that no installed toolchain matches.
    pub missing: Option<String>,
    /// Why nothing can be selected, or why Go's own rules stop it.
    pub error: Option<String>,
}

impl Facts {
    /// `None` if unset or empty, as Go reads variables.
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.variables.value(name)
    }

    pub fn path(&self) -> Vec<MachinePath> {
        self.variable("PATH").map(|path| self.system.split_list(path)).unwrap_or_default()
    }

    /// Where programs keep their settings (`os.UserConfigDir` of Go).
    pub fn user_configuration(&self) -> Option<MachinePath> {
        match self.system.os {
            Os::Windows => self.variable("APPDATA").map(|path| self.system.path(path)),
            Os::MacOs => Some(self.home.join("Library/Application Support")),
            Os::Linux | Os::Other => self.xdg_configuration(),
        }
    }

    /// The same by the XDG Base Directory Specification, which many programs follow on macOS too.
    pub fn xdg_configuration(&self) -> Option<MachinePath> {
        let named = self.variable("XDG_CONFIG_HOME").map(|path| self.system.path(path));
        let usual = || (!self.home.is_empty()).then(|| self.home.join(".config"));
        named.filter(MachinePath::is_absolute).or_else(usual)
    }
}

impl Deref for Snapshot<'_> {
    type Target = Facts;

    fn deref(&self) -> &Facts {
        &self.facts
    }
}

impl<'a> Snapshot<'a> {
    pub fn gather(
        facts: Facts,
        disk: &'a dyn Disk,
        registry: &'a dyn Registry,
        programs: &'a dyn Programs,
    ) -> Self {
        let startup = Startup::read(&facts, disk, registry);
        let go_env = GoEnvFile::read(&facts, disk);
        Self { facts, startup, go_env, disk, registry, programs }
    }

    /// A Go setting, as go 1.21 and later read it: the variable, then the file of `go env -w`.
    pub fn go_setting(&self, name: &str) -> Option<String> {
        self.variable(name).map(str::to_owned).or_else(|| self.go_env.value(name).map(str::to_owned))
    }

    pub fn go_path(&self, name: &str) -> Option<MachinePath> {
        self.go_setting(name).map(|path| self.system.path(path))
    }

    /// Whether new shells have a Go setting too.
    pub fn is_lasting(&self, name: &str) -> bool {
        let is_stored = |hive| self.registry.text(hive, registry::environment(hive), name).is_some();
        self.variable(name).is_none()
            || HIVES.into_iter().any(is_stored)
            || self.startup.assignments(name).next().is_some()
    }

    /// Everything that sets a Go setting: what applies, and the lines of startup files.
    pub fn setting_evidence(&self, name: &str) -> Vec<Evidence> {
        [self.go_setting_evidence(name), self.startup_evidence(name)].concat()
    }

    /// What sets the value of [`go_setting`](Self::go_setting).
    pub fn go_setting_evidence(&self, name: &str) -> Vec<Evidence> {
        let variable = self.variable(name).map(|_| self.variable_evidence(name));
        variable.or_else(|| self.go_env.evidence(name)).into_iter().collect()
    }

    /// A variable as evidence, with the place that sets it if it is known.
    pub fn variable_evidence(&self, name: &str) -> Evidence {
        let value = self.variables.even_empty(name).unwrap_or_default().to_owned();
        let set_in = self.origin(name, &value);
        Evidence::Variable { name: name.to_owned(), value, set_in }
    }

    /// The place that sets a variable, as [`variable_evidence`](Self::variable_evidence) has it.
    pub fn place_of_variable(&self, name: &str) -> Option<String> {
        self.origin(name, self.variables.even_empty(name)?)
    }

    /// The place that set a variable to its value: the last line or the registry value with exactly
    /// this value, or else the last line whose value only a shell can compute.
    fn origin(&self, name: &str, value: &str) -> Option<String> {
        let last = |fits: &dyn Fn(&str) -> bool| {
            let line = self.startup.assignments(name).filter(|line| fits(&line.value)).last()?;
            Some(format!("{}:{}", self.short(&line.file), line.line))
        };
        let stored = |hive| self.registry.shown(hive, registry::environment(hive), name);
        let is_stored = |hive: &Hive| stored(*hive).is_some_and(|stored| self.expand(&stored) == value);
        let key = |hive: Hive| format!(r"{}\{}", hive.name(), registry::environment(hive));
        let unit = || {
            let line = self.startup.units.iter().rfind(|line| line.name == name && line.value == value)?;
            Some(format!("{}:{}", self.short(&line.file), line.line))
        };
        last(&|known| known == value)
            .or_else(|| HIVES.into_iter().find(is_stored).map(key))
            .or_else(unit)
            .or_else(|| self.is_from_windows(name).then(|| "Windows, by WSLENV".to_owned()))
            .or_else(|| last(&|known| known.contains(['$', '`', '~', '*'])))
    }

    /// Whether WSL hands the variable over from Windows.
    pub fn is_from_windows(&self, name: &str) -> bool {
        let listed = self.variable("WSLENV").filter(|_| self.system.is_wsl).unwrap_or_default();
        listed.split(':').any(|entry| entry.split('/').next() == Some(name))
    }

    /// What is selected and why, as `gover current` says it.
    pub fn selection_evidence(&self) -> Option<Evidence> {
        let version = self.selection.version.as_ref().map(ToolchainName::as_str);
        let version = version.or(self.selection.missing.as_deref())?;
        Some(Evidence::answer("gover current", format!("{version}, {}", self.selection.reason)))
    }

    pub fn startup_evidence(&self, name: &str) -> Vec<Evidence> {
        self.startup.assignments(name).map(Assignment::evidence).collect()
    }

    /// With the home directory as `~`, unless a program reads the findings.
    pub fn short(&self, path: &MachinePath) -> String {
        if self.is_for_people { self.below_home(path, "~") } else { path.to_string() }
    }

    /// As a startup file may contain it, with this text in place of the home directory: `$HOME/go`.
    pub fn below_home(&self, path: &MachinePath, home: &str) -> String {
        match path.below(&self.home).filter(|_| !self.home.is_empty()) {
            Some("") => home.to_owned(),
            Some(below) => format!("{home}{}{below}", self.system.path_rules().separator()),
            None => path.to_string(),
        }
    }

    /// The nearest file of that name in the working directory or above it.
    pub fn nearest(&self, name: &str) -> Option<MachinePath> {
        self.directory.ancestors().map(|directory| directory.join(name)).find(|path| self.is_file(path))
    }

    /// The nearest directory with a `.git`, which is a file in worktrees and submodules.
    pub fn repository(&self) -> Option<MachinePath> {
        self.directory.ancestors().find(|directory| self.exists(&directory.join(".git")))
    }

    pub fn is_file(&self, path: &MachinePath) -> bool {
        self.disk.kind(path) == Some(Kind::File)
    }

    pub fn is_directory(&self, path: &MachinePath) -> bool {
        self.disk.kind(path) == Some(Kind::Directory)
    }

    /// Whether a path belongs to this user; where the owner is not known, if it is in the home.
    pub fn is_own(&self, path: &MachinePath) -> bool {
        match self.disk.rights(path) {
            Some(rights) => rights.owner == Owner::Own,
            None => path.is_inside(&self.home),
        }
    }

    /// The owner of a path as a sentence names it, if that is another user.
    pub fn other_owner(&self, path: &MachinePath) -> Option<String> {
        match self.disk.rights(path)?.owner {
            Owner::Own => None,
            Owner::Root => Some("root".to_owned()),
            Owner::Other(name) => Some(name),
        }
    }

    /// Whether this user can install and remove toolchains.
    pub fn may_change_store(&self) -> bool {
        !self.exists(&self.gover.home) || self.disk.is_writable(&self.gover.home)
    }

    pub fn exists(&self, path: &MachinePath) -> bool {
        self.disk.kind(path).is_some()
    }

    /// The path with links followed; the path itself if nothing is there.
    pub fn real(&self, path: &MachinePath) -> MachinePath {
        self.disk.real(path).unwrap_or_else(|| path.clone())
    }

    /// A text file's content; `None` if it cannot be read. Bytes that are not UTF-8 are replaced.
    pub fn text(&self, path: &MachinePath) -> Option<String> {
        self.disk.read(path).ok().map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    }

    pub fn expand(&self, text: &str) -> String {
        self.variables.expand(text)
    }
}

#[cfg(test)]
mod tests {
    use super::registry::{Hive, environment};
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
    fn programs_get_whole_paths() {
        let mut machine = Machine::linux()
            .file("~/.bashrc", "export GOROOT=/opt/a\n")
            .file("~/.gvm/scripts/x", "")
            .var("GOROOT", "/opt/a");
        machine.is_for_people = false;
        assert_eq!(evidence(&machine, "GOROOT"), "GOROOT=/opt/a (set in /home/ann/.bashrc:1)");
    }

    #[test]
    fn a_variable_names_the_key_that_says_its_value() {
        let machine = Machine::windows()
            .registry(Hive::User, environment(Hive::User), "GOROOT", r"%USERPROFILE%\go1.20")
            .registry(Hive::Machine, environment(Hive::Machine), "GOROOT", r"C:\Go");
        let set = |value| {
            evidence(&machine.clone().var("USERPROFILE", r"C:\Users\ann").var("GOROOT", value), "GOROOT")
        };
        let user = r"GOROOT=C:\Users\ann\go1.20 (set in HKCU\Environment)";
        assert_eq!(set(r"C:\Users\ann\go1.20"), user);
        assert!(set(r"C:\Go").contains(r"(set in HKLM\SYSTEM\"));
        assert_eq!(set(r"D:\Go"), r"GOROOT=D:\Go");
    }
}
