//! Made-up machines.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::io;

use gover_shell::ShellKind;

use crate::checks::by_name;
use crate::finding::{Change, Finding};
use crate::snapshot::disk::{Disk, FileSystem, Kind};
use crate::snapshot::manager::{Leftover, Release, Store};
use crate::snapshot::network::{Answer, Asked, NetworkFacts};
use crate::snapshot::programs::{Programs, Ran, Run};
use crate::snapshot::registry::{Hive, Registry, RegistryValue};
use crate::snapshot::system::{Os, System};
use crate::snapshot::variables::Variables;
use crate::snapshot::{Given, Gover, Selection, Snapshot};

/// A machine with gover set up as it should be and go1.22.5 as default; tests plant a fault in it.
#[derive(Clone, Debug)]
pub(crate) struct Machine {
    pub(crate) system: System,
    pub(crate) variables: Variables,
    pub(crate) home: String,
    pub(crate) directory: String,
    pub(crate) shell: Option<ShellKind>,
    pub(crate) selection: Selection,
    pub(crate) network: Option<NetworkFacts>,
    pub(crate) releases: Vec<Release>,
    pub(crate) store: Store,
    pub(crate) installs_missing: bool,
    pub(crate) disk: FakeDisk,
    pub(crate) registry: FakeRegistry,
    pub(crate) programs: FakePrograms,
}

/// Files by path, in the form of the machine's system.
#[derive(Clone, Debug, Default)]
pub(crate) struct FakeDisk {
    system: Option<System>,
    files: BTreeMap<String, Vec<u8>>,
    directories: BTreeSet<String>,
    links: BTreeMap<String, String>,
    executable: BTreeSet<String>,
    read_only: BTreeSet<String>,
    systems: BTreeMap<String, FileSystem>,
    large: BTreeSet<String>,
    secret: BTreeSet<String>,
}

/// Values by hive, key and name.
#[derive(Clone, Debug, Default)]
pub(crate) struct FakeRegistry {
    texts: BTreeMap<(Hive, String, String), RegistryValue>,
    numbers: BTreeMap<(Hive, String, String), u32>,
}

/// Answers by program and arguments, joined with blanks.
#[derive(Clone, Debug, Default)]
pub(crate) struct FakePrograms {
    answers: BTreeMap<String, Ran>,
    asked: RefCell<Vec<String>>,
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
            now: NOW,
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
                crate::snapshot::registry::MACHINE_ENVIRONMENT,
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

    /// A Debian where mise has a Go of its own behind gover's, and sets its variables.
    pub(crate) fn with_mise() -> Self {
        let mut machine = Self::linux();
        let bashrc = machine.disk.read("/home/ann/.bashrc").unwrap_or_default();
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
            now: NOW,
        };
        let path = format!("{home}/.gover/bin:/usr/local/bin:/usr/bin:/bin");
        let mut machine = Self::new(system, home, shell).var("HOME", home).var("PATH", &path);
        for directory in ["/usr/local/bin", "/usr/bin", "/bin", "/tmp"] {
            machine = machine.directory(directory);
        }
        machine
    }

    fn new(system: System, home: &str, shell: ShellKind) -> Self {
        let mut machine = Self {
            variables: Variables::new(system.is_windows()),
            home: home.to_owned(),
            directory: system.join(home, "shop"),
            shell: Some(shell),
            selection: Selection::default(),
            network: None,
            releases: Vec::new(),
            store: Store::default(),
            installs_missing: true,
            disk: FakeDisk { system: Some(system.clone()), ..FakeDisk::default() },
            registry: FakeRegistry::default(),
            programs: FakePrograms::default(),
            system,
        };
        let gover = machine.gover();
        let goroot = machine.join(&machine.join(&gover.home, "versions"), "go1.22.5");
        machine = machine.directory("~/shop").toolchain(&goroot, "go1.22.5");
        for (name, date) in
            [("go1.22.5", "2024-07-02"), ("go1.21.12", "2024-07-02"), ("go1.20.14", "2024-02-06")]
        {
            machine = machine.release(name, date);
        }
        let receipt = machine.join(&gover.home, "receipts/go1.22.5.json");
        machine = machine.file(&receipt, "{}\n");
        for name in ["gover", "gover-shim", "go", "gofmt", "go1.22.5"] {
            let program = machine.join(&gover.bin, &machine.system.program_name(name));
            machine = machine.program(&program, if name == "gover" { "manager" } else { "shim" });
        }
        let stamp = machine.join(&gover.bin, ".shim");
        machine = machine.file(&stamp, &format!("{SHIM_SUM}\n"));
        machine.selection = Selection {
            version: Some("go1.22.5".to_owned()),
            bin: Some(machine.join(&goroot, "bin")),
            goroot: Some(goroot),
            reason: "the default".to_owned(),
            ..Selection::default()
        };
        machine
    }

    /// Puts a toolchain at a GOROOT.
    pub(crate) fn toolchain(self, goroot: &str, version: &str) -> Self {
        let bin = self.join(goroot, "bin");
        let program = self.join(&bin, &self.system.program_name("go"));
        let version_file = self.join(goroot, "VERSION");
        let (source, tools) = (self.join(goroot, "src/cmd/go"), self.join(goroot, "pkg/tool"));
        self.file(&version_file, &format!("{version}\ntime 2024-06-27T20:11:12Z\n"))
            .program(&program, version)
            .directory(&source)
            .directory(&tools)
    }

    /// Puts a file; `~/` is the user's home.
    pub(crate) fn file(mut self, path: &str, content: &str) -> Self {
        let path = self.place(path);
        self.disk.put(&path, content.as_bytes());
        self
    }

    /// Puts a file that is no text.
    pub(crate) fn bytes(mut self, path: &str, content: &[u8]) -> Self {
        let path = self.place(path);
        self.disk.put(&path, content);
        self
    }

    /// Puts an executable file.
    pub(crate) fn program(mut self, path: &str, content: &str) -> Self {
        let path = self.place(path);
        self.disk.put(&path, content.as_bytes());
        self.disk.executable.insert(self.disk.key(&path));
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
        let key = self.disk.key(&path);
        self.disk.links.insert(key, target);
        self
    }

    /// Makes a path read-only for the user.
    pub(crate) fn read_only(mut self, path: &str) -> Self {
        let key = self.disk.key(&self.place(path));
        self.disk.read_only.insert(key);
        self
    }

    /// Says what file system is mounted at a path.
    pub(crate) fn mounted(mut self, path: &str, system: FileSystem) -> Self {
        let key = self.disk.key(&self.place(path));
        self.disk.systems.insert(key, system);
        self
    }

    /// Removes a file or an empty directory.
    pub(crate) fn without(mut self, path: &str) -> Self {
        let key = self.disk.key(&self.place(path));
        self.disk.files.remove(&key);
        self.disk.directories.remove(&key);
        self
    }

    /// Sets a variable.
    pub(crate) fn var(mut self, name: &str, value: &str) -> Self {
        let value = self.place(value);
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
        let directory = self.directory.clone();
        self.directory(&directory)
    }

    /// Puts a text value that expands variables into the registry.
    pub(crate) fn registry(mut self, hive: Hive, key: &str, name: &str, text: &str) -> Self {
        self.registry.put(hive, key, name, RegistryValue::new(text, true));
        self
    }

    /// Says what a program answers; the command line is its path and arguments with blanks between.
    pub(crate) fn answers(mut self, command: &str, code: i32, stdout: &str, stderr: &str) -> Self {
        let ran = Ran { code: Some(code), stdout: stdout.to_owned(), stderr: stderr.to_owned() };
        self.programs.answers.insert(self.place(command), ran);
        self
    }

    /// Adds a release to those that are known; put the newest first.
    pub(crate) fn release(mut self, name: &str, date: &str) -> Self {
        let (name, date) = (name.to_owned(), Some(date.to_owned()));
        self.releases.push(Release { name, date, is_available: Some(true) });
        self
    }

    /// Adds something to what serves nobody in the store.
    pub(crate) fn leftover(mut self, path: &str, what: &str, is_damage: bool, bytes: u64) -> Self {
        let path = self.place(path);
        self.store.leftovers.push(Leftover { path, what: what.to_owned(), is_damage, bytes });
        self
    }

    /// Changes what the network answers; before the first change it answers nothing.
    pub(crate) fn network(mut self, change: impl FnOnce(&mut NetworkFacts)) -> Self {
        change(self.network.get_or_insert_default());
        self
    }

    /// What one check finds.
    pub(crate) fn findings(&self, check: &str) -> Vec<Finding> {
        let check = by_name(check).unwrap_or_else(|| panic!("no check is called {check}"));
        self.snapshot(|snapshot| check.examine(snapshot))
    }

    /// Asks something of the snapshot of this machine.
    pub(crate) fn snapshot<T>(&self, ask: impl FnOnce(&Snapshot<'_>) -> T) -> T {
        let given = Given {
            system: self.system.clone(),
            variables: self.variables.clone(),
            home: self.home.clone(),
            directory: self.directory.clone(),
            gover: self.gover(),
            shell: self.shell,
            selection: self.selection.clone(),
            network: self.network.clone(),
            releases: self.releases.clone(),
            store: Some(self.store.clone()),
        };
        ask(&Snapshot::gather(given, &self.disk, &self.registry, &self.programs))
    }

    /// This machine after `--fix`: with every change of the findings made.
    pub(crate) fn repaired(&self, findings: &[Finding]) -> Self {
        let mut machine = self.clone();
        let changes: Vec<&Change> = findings.iter().flat_map(|finding| &finding.fix.changes).collect();
        assert!(!changes.is_empty(), "nothing of this is repaired automatically");
        for change in changes {
            match change {
                Change::File { path, before, after } => {
                    let key = machine.disk.key(path);
                    assert_eq!(
                        machine.disk.files.get(&key),
                        before.as_ref(),
                        "{path} is not as the change saw it"
                    );
                    match after {
                        Some(after) => machine.disk.put(path, after),
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

    fn gover(&self) -> Gover {
        let home = self.system.join(&self.home, ".gover");
        let bin = self.system.join(&home, "bin");
        Gover { home, bin, version: "0.1.0".to_owned(), installs_missing: self.installs_missing }
    }

    fn join(&self, base: &str, rest: &str) -> String {
        self.system.join(base, rest)
    }

    fn place(&self, path: &str) -> String {
        match path.strip_prefix("~/") {
            Some(rest) => self.join(&self.home, rest),
            None => path.to_owned(),
        }
    }
}

/// The SHA-256 of `shim`.
pub(crate) const SHIM_SUM: &str = "04e666aa09809daf691a99cc7bf2d57ba09bac171966a71812ffd049d7c96bb1";

/// 2024-07-10, when go1.22.5 was the newest.
pub(crate) const NOW: u64 = 1_720_569_600;

impl FakeDisk {
    /// Lets a file be as large as those that are not read whole.
    pub(crate) fn refuses_to_read(&mut self, path: &str) {
        self.large.insert(self.key(path));
    }

    fn system(&self) -> &System {
        self.system.as_ref().expect("a made-up disk belongs to a machine")
    }

    fn key(&self, path: &str) -> String {
        let path =
            if self.system().is_windows() { path.replace('\\', "/").to_lowercase() } else { path.to_owned() };
        if path.len() > 1 { path.trim_end_matches('/').to_owned() } else { path }
    }

    /// Takes the right to read a file.
    pub(crate) fn forbid_reading(&mut self, path: &str) {
        self.secret.insert(self.key(path));
    }

    /// Takes the right to execute a file.
    pub(crate) fn forbid_execution(&mut self, path: &str) {
        let key = self.key(path);
        self.executable.remove(&key);
    }

    fn put(&mut self, path: &str, content: &[u8]) {
        if let Some(parent) = self.system().parent(path).map(str::to_owned) {
            self.put_directory(&parent);
        }
        let key = self.key(path);
        self.directories.remove(&key);
        self.files.insert(key, content.to_vec());
    }

    fn put_directory(&mut self, path: &str) {
        let mut path = path.to_owned();
        loop {
            self.directories.insert(self.key(&path));
            match self.system().parent(&path) {
                Some(parent) => path = parent.to_owned(),
                None => return,
            }
        }
    }

    /// The path with links followed, as a key.
    fn follow(&self, path: &str) -> String {
        let mut key = self.key(path);
        for _ in 0..8 {
            let next = self.links.iter().find_map(|(link, target)| {
                let rest = key.strip_prefix(link.as_str())?;
                (rest.is_empty() || rest.starts_with('/')).then(|| format!("{}{rest}", self.key(target)))
            });
            match next {
                Some(next) => key = next,
                None => break,
            }
        }
        key
    }
}

impl Disk for FakeDisk {
    fn kind(&self, path: &str) -> Option<Kind> {
        let key = self.follow(path);
        if self.files.contains_key(&key) {
            return Some(Kind::File);
        }
        self.directories.contains(&key).then_some(Kind::Directory)
    }

    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        if self.large.contains(&self.follow(path)) {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        if self.secret.contains(&self.follow(path)) {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        self.files.get(&self.follow(path)).cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn head(&self, path: &str, length: usize) -> Vec<u8> {
        let mut content = self.files.get(&self.follow(path)).cloned().unwrap_or_default();
        content.truncate(length);
        content
    }

    fn list(&self, path: &str) -> Vec<String> {
        let directory = format!("{}/", self.follow(path).trim_end_matches('/'));
        let keys = self.files.keys().chain(&self.directories).chain(self.links.keys());
        let names: BTreeSet<String> = keys
            .filter_map(|key| key.strip_prefix(&directory))
            .filter_map(|rest| rest.split('/').next().filter(|name| !name.is_empty()))
            .map(str::to_owned)
            .collect();
        names.into_iter().collect()
    }

    fn real(&self, path: &str) -> Option<String> {
        self.kind(path)?;
        let key = self.follow(path);
        if key == self.key(path) {
            return Some(path.to_owned());
        }
        Some(if self.system().is_windows() { key.replace('/', "\\") } else { key })
    }

    fn is_writable(&self, path: &str) -> bool {
        let key = self.follow(path);
        let is_below = |top: &String| key == *top || key.starts_with(&format!("{top}/"));
        self.kind(path).is_some() && !self.read_only.iter().any(is_below)
    }

    fn is_executable(&self, path: &str) -> bool {
        self.executable.contains(&self.follow(path))
    }

    fn file_system(&self, path: &str) -> FileSystem {
        let key = self.follow(path);
        let mounts = self.systems.iter().filter(|(top, _)| key.starts_with(top.as_str()));
        mounts.max_by_key(|(top, _)| top.len()).map_or_else(
            || FileSystem { kind: "ext4".to_owned(), available: Some(1 << 40), ..FileSystem::default() },
            |(_, system)| system.clone(),
        )
    }
}

impl FakeRegistry {
    pub(crate) fn put(&mut self, hive: Hive, key: &str, name: &str, value: RegistryValue) {
        self.texts.insert((hive, key.to_lowercase(), name.to_lowercase()), value);
    }

    pub(crate) fn put_number(&mut self, hive: Hive, key: &str, name: &str, value: u32) {
        self.numbers.insert((hive, key.to_lowercase(), name.to_lowercase()), value);
    }

    fn remove(&mut self, key: &str, name: &str) {
        self.texts.remove(&(Hive::User, key.to_lowercase(), name.to_lowercase()));
    }
}

impl Registry for FakeRegistry {
    fn text(&self, hive: Hive, key: &str, name: &str) -> Option<RegistryValue> {
        self.texts.get(&(hive, key.to_lowercase(), name.to_lowercase())).cloned()
    }

    fn number(&self, hive: Hive, key: &str, name: &str) -> Option<u32> {
        self.numbers.get(&(hive, key.to_lowercase(), name.to_lowercase())).copied()
    }

    fn keys(&self, hive: Hive, key: &str) -> Vec<String> {
        let top = format!("{}\\", key.to_lowercase());
        let keys = self.texts.keys().map(|(hive, key, _)| (hive, key));
        let keys = keys.chain(self.numbers.keys().map(|(hive, key, _)| (hive, key)));
        let names: BTreeSet<String> = keys
            .filter(|(known, _)| **known == hive)
            .filter_map(|(_, key)| key.strip_prefix(&top)?.split('\\').next().map(str::to_owned))
            .collect();
        names.into_iter().collect()
    }
}

impl Programs for FakePrograms {
    fn run(&self, run: &Run<'_>) -> Option<Ran> {
        let command =
            std::iter::once(run.program).chain(run.arguments.iter().copied()).collect::<Vec<_>>().join(" ");
        self.asked.borrow_mut().push(command.clone());
        self.answers.get(&command).cloned()
    }
}

/// An address that was asked, and what it answered after a quarter of a second.
pub(crate) fn asked(address: &str, answer: Answer) -> Asked {
    Asked { address: address.to_owned(), answer, took: std::time::Duration::from_millis(250) }
}
