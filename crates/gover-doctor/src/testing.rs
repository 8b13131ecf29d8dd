//! Made-up machines.

pub(crate) mod chinese;
mod fakes;

use std::ops::{Deref, DerefMut};
use std::time::{Duration, SystemTime};

use gover_core::ToolchainName;
use gover_core::date::Date;
use gover_shell::ShellKind;
use gover_source::{Probe, Verdict};

use self::fakes::{FakeDisk, FakePrograms, FakeRegistry};
use crate::checks::by_name;
use crate::finding::{Change, Finding};
use crate::language::Words;
use crate::snapshot::disk::{BuildInfo, Disk, FileSystem, Owner, Rights};
use crate::snapshot::manager::{Leftover, Release, Store};
use crate::snapshot::network::NetworkFacts;
use crate::snapshot::path::MachinePath;
use crate::snapshot::programs::Ran;
use crate::snapshot::registry::{self, Hive, Registry, Text};
use crate::snapshot::system::{Os, System};
use crate::snapshot::variables::Variables;
use crate::snapshot::{Facts, Gover, Process, Selection, SetBy, Snapshot};

/// A machine with gover set up correctly and go1.22.5 as default. Tests add a fault.
#[derive(Clone, Debug)]
pub(crate) struct Machine {
    pub(crate) facts: Facts,
    pub(crate) disk: FakeDisk,
    pub(crate) registry: FakeRegistry,
    pub(crate) programs: FakePrograms,
}

impl Deref for Machine {
    type Target = Facts;

    fn deref(&self) -> &Facts {
        &self.facts
    }
}

impl DerefMut for Machine {
    fn deref_mut(&mut self) -> &mut Facts {
        &mut self.facts
    }
}

impl Machine {
    /// A Debian with bash, where `gover setup` was run.
    pub(crate) fn linux() -> Self {
        Self::unix(Os::Linux, "debian", "/home/ann", ShellKind::Bash)
            .file("~/.bashrc", &format!("# ~/.bashrc\n{}", Self::block("bash")))
    }

    /// A macOS with zsh.
    pub(crate) fn macos() -> Self {
        let mut machine =
            Self::unix(Os::MacOs, "", "/Users/ann", ShellKind::Zsh).file("~/.zshrc", &Self::block("zsh"));
        "arm64".clone_into(&mut machine.system.arch);
        "14.5".clone_into(&mut machine.system.release);
        machine
    }

    /// An Alpine with its own sh.
    pub(crate) fn alpine() -> Self {
        Self::unix(Os::Linux, "alpine", "/home/ann", ShellKind::Posix).file("~/.profile", &Self::block("sh"))
    }

    /// A Windows 11 with PowerShell.
    pub(crate) fn windows() -> Self {
        let system = System {
            os: Os::Windows,
            arch: "amd64".to_owned(),
            distribution: String::new(),
            release: "10.0.22631".to_owned(),
            is_wsl: false,
            is_root: false,
            now: now(),
        };
        let home = r"C:\Users\ann";
        let path = r"C:\Windows\system32;C:\Windows;C:\Users\ann\.gover\bin;C:\Users\ann\AppData\Local\Microsoft\WindowsApps";
        let mut machine = Self::new(system, home, ShellKind::PowerShell)
            .var("USERPROFILE", home)
            .var("APPDATA", r"C:\Users\ann\AppData\Roaming")
            .var("LOCALAPPDATA", r"C:\Users\ann\AppData\Local")
            .var("SystemRoot", r"C:\Windows")
            .var("Path", path)
            .registry(
                Hive::User,
                "Environment",
                "Path",
                r"C:\Users\ann\.gover\bin;%USERPROFILE%\AppData\Local\Microsoft\WindowsApps",
            )
            .registry(
                Hive::Machine,
                registry::environment(Hive::Machine),
                "Path",
                r"%SystemRoot%\system32;%SystemRoot%",
            );
        for directory in [r"C:\Windows\system32", r"C:\Users\ann\AppData\Local\Microsoft\WindowsApps"] {
            machine = machine.directory(directory);
        }
        machine
    }

    /// What `gover setup` writes.
    pub(crate) fn block(shell: &str) -> String {
        let gover = "\"$HOME/.gover/bin/gover\"";
        format!(
            "# >>> gover >>>\n# Written by `gover setup`; `gover setup --undo` removes it.\nif [ -x {gover} ]; then\n  eval \
             \"$({gover} init {shell})\"\nfi\n# <<< gover <<<\n"
        )
    }

    /// A Debian where mise has a toolchain after gover on PATH, and sets its variables.
    pub(crate) fn with_mise() -> Self {
        let mut machine = Self::linux();
        let bashrc = machine.disk.read(&machine.place("~/.bashrc")).unwrap_or_default();
        let bashrc = format!("eval \"$(mise activate bash)\"\n{}", String::from_utf8_lossy(&bashrc));
        let goroot = "/home/ann/.local/share/mise/installs/go/1.22.5";
        machine = machine
            .file("~/.bashrc", &bashrc)
            .toolchain(goroot, "go1.22.5")
            .program("~/.local/share/mise/shims/go", "mise")
            .program("~/.local/bin/mise", "mise")
            .var("GOROOT", goroot)
            .var("GOBIN", &format!("{goroot}/bin"))
            .var("MISE_SHELL", "bash");
        let path = machine.variables.value("PATH").unwrap_or_default().to_owned();
        machine.var("PATH", &format!("{path}:/home/ann/.local/share/mise/shims:{goroot}/bin"))
    }

    fn unix(os: Os, distribution: &str, home: &str, shell: ShellKind) -> Self {
        let system = System {
            os,
            arch: "amd64".to_owned(),
            distribution: distribution.to_owned(),
            release: "6.1.0-18-amd64".to_owned(),
            is_wsl: false,
            is_root: false,
            now: now(),
        };
        let path = format!("{home}/.gover/bin:/usr/local/bin:/usr/bin:/bin");
        let mut machine = Self::new(system, home, shell).var("HOME", home).var("PATH", &path);
        for directory in ["/usr/local/bin", "/usr/bin", "/bin", "/tmp"] {
            machine = machine.directory(directory);
        }
        machine
    }

    fn new(system: System, home: &str, shell: ShellKind) -> Self {
        let home = system.path(home);
        let gover = home.join(".gover");
        let facts = Facts {
            variables: Variables::new(system.is_windows()),
            directory: home.join("shop"),
            gover: Gover {
                bin: gover.join("bin"),
                home: gover.clone(),
                installs_missing: true,
                sources_set_by: SetBy::Nothing,
            },
            home,
            is_for_people: true,
            is_thorough: false,
            shell: Some(shell),
            selection: Selection::default(),
            network: None,
            releases: Vec::new(),
            vulnerable: None,
            store: Some(Store::default()),
            processes: Vec::new(),
            system,
        };
        let mut machine = Self {
            disk: FakeDisk::new(facts.system.path_rules()),
            registry: FakeRegistry::default(),
            programs: FakePrograms::default(),
            facts,
        };
        let goroot = gover.join("versions/go1.22.5");
        machine = machine.directory("~/shop").toolchain(goroot.as_str(), "go1.22.5");
        for (name, date) in
            [("go1.22.5", "2024-07-02"), ("go1.21.12", "2024-07-02"), ("go1.20.14", "2024-02-06")]
        {
            machine = machine.release(name, date);
        }
        machine = machine.file("~/.gover/receipts/go1.22.5.json", "{}\n");
        for name in ["gover", "gover-shim", "go", "gofmt", "go1.22.5"] {
            let program = machine.gover.bin.program(name);
            machine = machine.program(program.as_str(), if name == "gover" { "manager" } else { "shim" });
        }
        machine = machine.file("~/.gover/bin/.shim", &format!("{SHIM_SUM}\n"));
        machine.selection = Selection {
            bin: Some(goroot.join("bin")),
            goroot: Some(goroot),
            reason: "the default".to_owned(),
            ..Selection::default()
        };
        machine.selects("go1.22.5")
    }

    /// Says which version is selected; its directories stay.
    pub(crate) fn selects(mut self, name: &str) -> Self {
        self.selection.version = Some(ToolchainName::parse(name).unwrap());
        self
    }

    /// Puts a toolchain at a GOROOT.
    pub(crate) fn toolchain(self, goroot: &str, version: &str) -> Self {
        let root = self.place(goroot);
        self.file(root.join("VERSION").as_str(), &format!("{version}\ntime 2024-06-27T20:11:12Z\n"))
            .program(root.join("bin").program("go").as_str(), version)
            .directory(root.join("src/cmd/go").as_str())
            .directory(root.join("pkg/tool").as_str())
    }

    /// Puts a file; `~/` is the user's home.
    pub(crate) fn file(mut self, path: &str, content: &str) -> Self {
        let path = self.place(path);
        self.disk.put(&path, content.as_bytes());
        self
    }

    /// Puts a file that is not text.
    pub(crate) fn bytes(mut self, path: &str, content: &[u8]) -> Self {
        let path = self.place(path);
        self.disk.put(&path, content);
        self
    }

    /// Puts an executable file.
    pub(crate) fn program(mut self, path: &str, content: &str) -> Self {
        let path = self.place(path);
        self.disk.put(&path, content.as_bytes());
        self.disk.executable.insert(path.key());
        self
    }

    /// Puts a program that Go built from this package.
    pub(crate) fn built(self, path: &str, go: &str, package: &str) -> Self {
        let mut machine = self.program(path, "");
        let key = machine.place(path).key();
        let modules = format!("path\t{package}\nmod\t{package}\tv1.2.3\th1:x=\n");
        machine.disk.built.insert(key, BuildInfo::new(Some(go.to_owned()), &modules));
        machine
    }

    /// Lets a program that Go built be one for another system.
    pub(crate) fn built_for(mut self, path: &str, os: &str, arch: &str) -> Self {
        let key = self.place(path).key();
        if let Some(info) = self.disk.built.get_mut(&key) {
            info.settings.insert("GOOS".to_owned(), os.to_owned());
            info.settings.insert("GOARCH".to_owned(), arch.to_owned());
        }
        self
    }

    /// Lets a program run with this PATH.
    pub(crate) fn runs(mut self, id: u32, program: &str, path: &str) -> Self {
        let program = self.place(program);
        self.processes.push(Process { id, program, path: path.to_owned() });
        self
    }

    /// Puts a directory.
    pub(crate) fn directory(mut self, path: &str) -> Self {
        let path = self.place(path);
        self.disk.put_directory(&path);
        self
    }

    /// Puts a link.
    pub(crate) fn link(mut self, path: &str, target: &str) -> Self {
        let (path, target) = (self.place(path), self.place(target));
        self.disk.links.insert(path.key(), target);
        self
    }

    /// Makes a path read-only for the user.
    pub(crate) fn read_only(mut self, path: &str) -> Self {
        let key = self.place(path).key();
        self.disk.read_only.insert(key);
        self
    }

    /// Gives a path and everything below it to another user, who alone may write there.
    pub(crate) fn owned(self, path: &str, owner: Owner) -> Self {
        self.read_only(path).with_rights(path, |rights| rights.owner = owner)
    }

    /// Changes the rights of a path and of everything below it.
    pub(crate) fn with_rights(mut self, path: &str, change: impl FnOnce(&mut Rights)) -> Self {
        let path = self.place(path);
        let mut rights = self.disk.rights(&path).unwrap_or(USUAL);
        change(&mut rights);
        self.disk.rights.insert(path.key(), rights);
        self
    }

    /// Says what file system is mounted at a path.
    pub(crate) fn mounted(mut self, path: &str, system: FileSystem) -> Self {
        let key = self.place(path).key();
        self.disk.systems.insert(key, system);
        self
    }

    /// Removes a file or an empty directory.
    pub(crate) fn without(mut self, path: &str) -> Self {
        let key = self.place(path).key();
        self.disk.files.remove(&key);
        self.disk.directories.remove(&key);
        self
    }

    /// Sets a variable.
    pub(crate) fn var(mut self, name: &str, value: &str) -> Self {
        let value = self.place(value).to_string();
        self.variables.set(name, &value);
        self
    }

    /// Puts directories before all others of PATH.
    pub(crate) fn path_first(self, directory: &str) -> Self {
        let (directory, separator) =
            (self.place(directory), if self.system.is_windows() { ";" } else { ":" });
        let path = self.variables.value("PATH").unwrap_or_default().to_owned();
        self.var("PATH", &format!("{directory}{separator}{path}"))
    }

    /// Goes to a directory, which is created.
    pub(crate) fn at(mut self, directory: &str) -> Self {
        self.directory = self.place(directory);
        self.directory(directory)
    }

    /// Puts a text value that expands variables into the registry.
    pub(crate) fn registry(mut self, hive: Hive, key: &str, name: &str, text: &str) -> Self {
        self.registry.put(hive, key, name, Text::new(text, true));
        self
    }

    /// Says what a program answers; the command line is its path and arguments with blanks between.
    pub(crate) fn answers(mut self, command: &str, code: i32, stdout: &str, stderr: &str) -> Self {
        let ran = Ran { code: Some(code), stdout: stdout.to_owned(), stderr: stderr.to_owned() };
        self.programs.answers.insert(self.place(command).to_string(), ran);
        self
    }

    /// Adds a release to those that are known; put the newest first.
    pub(crate) fn release(mut self, name: &str, date: &str) -> Self {
        let (name, date) = (ToolchainName::parse(name).unwrap(), Some(date.parse().unwrap()));
        self.releases.push(Release { name, date, is_available: Some(true) });
        self
    }

    /// Adds something to what serves nobody in the store.
    pub(crate) fn leftover(mut self, path: &str, what: &str, is_damage: bool, bytes: u64) -> Self {
        let path = self.place(path);
        let leftover = Leftover { path, what: what.to_owned(), is_damage, bytes };
        self.store.get_or_insert_default().leftovers.push(leftover);
        self
    }

    /// Changes what the network answers; before the first change it answers nothing.
    pub(crate) fn network(mut self, change: impl FnOnce(&mut NetworkFacts)) -> Self {
        change(self.network.get_or_insert_default());
        self
    }

    /// What one check finds, in the words for people, whose Chinese is examined. Programs must be given
    /// the same problems.
    pub(crate) fn findings(&self, check: &str) -> Vec<Finding> {
        let check = by_name(check).unwrap_or_else(|| panic!("no check is called {check}"));
        let found = self.snapshot(|snapshot| check.examine(snapshot));
        for finding in &found {
            chinese::examine(&finding.what, check.name);
            chinese::examine(&finding.why, check.name);
        }
        let mut for_programs = self.clone();
        for_programs.is_for_people = false;
        let same = for_programs.snapshot(|snapshot| check.examine(snapshot));
        let severities = |findings: &[Finding]| findings.iter().map(|one| one.severity).collect::<Vec<_>>();
        assert_eq!(severities(&same), severities(&found), "in JSON: {same:?}");
        found
    }

    /// Asks something of the snapshot of this machine.
    pub(crate) fn snapshot<T>(&self, ask: impl FnOnce(&Snapshot<'_>) -> T) -> T {
        ask(&Snapshot::gather(self.facts.clone(), &self.disk, &self.registry, &self.programs))
    }

    /// This machine after `--fix`: with every change of the findings made.
    pub(crate) fn repaired(&self, findings: &[Finding]) -> Self {
        let mut machine = self.clone();
        let changes: Vec<&Change> = findings.iter().flat_map(|finding| &finding.fix.changes).collect();
        assert!(!changes.is_empty(), "nothing of this is repaired automatically");
        for change in changes {
            match change {
                Change::File { path, before, after } => {
                    let path = machine.system.path(path.as_str());
                    let key = path.key();
                    assert_eq!(
                        machine.disk.files.get(&key),
                        before.as_ref(),
                        "{path} is not as the change saw it"
                    );
                    match after {
                        Some(after) => machine.disk.put(&path, after),
                        None => drop(machine.disk.files.remove(&key)),
                    }
                }
                Change::Registry { key, before, after } => {
                    let known = machine.registry.text(Hive::User, &key.key, &key.name);
                    assert_eq!(&known, before, "{key:?} is not as the change saw it");
                    match after {
                        Some(after) => machine.registry.put(Hive::User, &key.key, &key.name, after.clone()),
                        None => machine.registry.remove(&key.key, &key.name),
                    }
                }
            }
        }
        machine
    }

    fn place(&self, path: &str) -> MachinePath {
        match path.strip_prefix("~/") {
            Some(rest) => self.home.join(rest),
            None => self.system.path(path),
        }
    }
}

/// A made-up text, the same in both languages.
pub(crate) fn both(text: &str) -> Words {
    Words { en: text.to_owned(), zh: text.to_owned() }
}

/// The user's own, with mode 0755.
const USUAL: Rights = Rights {
    owner: Owner::Own,
    owner_may_write: true,
    group_may_write: false,
    everyone_may_write: false,
    is_shared: false,
};

/// The SHA-256 of `shim`.
pub(crate) const SHIM_SUM: &str = "04e666aa09809daf691a99cc7bf2d57ba09bac171966a71812ffd049d7c96bb1";

/// 2024-07-10, when go1.22.5 was the newest.
fn now() -> SystemTime {
    midnight(2024, 7, 10)
}

/// The beginning of a day in UTC.
pub(crate) fn midnight(year: u64, month: u64, day: u64) -> SystemTime {
    Date::new(year, month, day).and_then(|date| date.at(0, 0, 0)).unwrap()
}

/// An address that was asked, and what it answered after a quarter of a second.
pub(crate) fn asked(address: &str, verdict: Verdict) -> Probe {
    let address = address.to_owned();
    Probe { took: Duration::from_millis(250), ..Probe::new(address, verdict) }
}

/// The same through the proxy in `HTTPS_PROXY`.
pub(crate) fn asked_through_proxy(address: &str, verdict: Verdict) -> Probe {
    Probe { proxy_variable: Some("HTTPS_PROXY".to_owned()), ..asked(address, verdict) }
}

/// Compares the text as written.
impl PartialEq<&str> for MachinePath {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}
