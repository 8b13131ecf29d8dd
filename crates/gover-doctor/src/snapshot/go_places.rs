//! Where Go keeps its files on this machine, by its own rules, and how programs are found.

use super::Snapshot;
use super::path::MachinePath;
use super::system::Os;

impl Snapshot<'_> {
    /// The program for a name on PATH or for a path; `None` if there is none.
    pub fn program(&self, name: &str) -> Option<MachinePath> {
        let path = self.system.path(name);
        let is_program = |path: &MachinePath| self.disk.is_executable(path);
        let names = if self.system.is_windows() && !path.file_name().contains('.') {
            [".exe", ".cmd", ".bat", ".com"].map(|extension| format!("{name}{extension}")).to_vec()
        } else {
            vec![name.to_owned()]
        };
        if path.file_name() != name {
            return names.into_iter().map(|name| self.system.path(name)).find(is_program);
        }
        let directories = self.path().into_iter().filter(MachinePath::is_absolute);
        directories.flat_map(|directory| names.iter().map(move |name| directory.join(name))).find(is_program)
    }

    /// The entries of GOPATH, or its default.
    pub fn gopath(&self) -> Vec<MachinePath> {
        match self.go_setting("GOPATH") {
            Some(list) => self.system.split_list(&list),
            None if self.home.is_empty() => Vec::new(),
            None => vec![self.home.join("go")],
        }
    }

    pub fn gobin(&self) -> Option<MachinePath> {
        self.go_path("GOBIN").or_else(|| Some(self.gopath().first()?.join("bin")))
    }

    /// The build cache (`cmd/go/internal/cache.DefaultDir`).
    pub fn gocache(&self) -> Option<MachinePath> {
        self.go_path("GOCACHE").or_else(|| {
            let caches = match self.system.os {
                Os::Windows => self.system.path(self.variable("LocalAppData")?),
                _ if self.home.is_empty() => return None,
                Os::MacOs => self.home.join("Library/Caches"),
                Os::Linux | Os::Other => match self.variable("XDG_CACHE_HOME") {
                    Some(path) => self.system.path(path),
                    None => self.home.join(".cache"),
                },
            };
            Some(caches.join("go-build"))
        })
    }

    pub fn gomodcache(&self) -> Option<MachinePath> {
        self.go_path("GOMODCACHE").or_else(|| Some(self.gopath().first()?.join("pkg/mod")))
    }

    /// Where the go command builds and runs programs (GOTMPDIR or `os.TempDir`).
    pub fn go_temporary(&self) -> Option<MachinePath> {
        let of_system = if self.system.is_windows() {
            self.variable("TMP").or_else(|| self.variable("TEMP"))
        } else {
            Some(self.variable("TMPDIR").unwrap_or("/tmp"))
        };
        self.go_path("GOTMPDIR").or_else(|| of_system.map(|path| self.system.path(path)))
    }

    /// The go.work that applies here; `None` if there is none or GOWORK is `off`.
    pub fn go_work(&self) -> Option<MachinePath> {
        match self.go_setting("GOWORK").as_deref() {
            Some("off") => None,
            Some(path) if path != "auto" => Some(self.system.path(path)),
            _ => self.nearest("go.work"),
        }
    }

    /// The path itself if it exists, else the nearest existing directory above.
    pub fn nearest_existing(&self, path: &MachinePath) -> Option<MachinePath> {
        path.ancestors().find(|path| self.exists(path))
    }

    /// Whether this user can write to a directory or create it.
    pub fn can_write(&self, path: &MachinePath) -> bool {
        self.nearest_existing(path)
            .is_some_and(|existing| self.is_directory(&existing) && self.disk.is_writable(&existing))
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::Machine;

    #[test]
    fn defaults_are_those_of_the_go_command() {
        Machine::linux().snapshot(|snapshot| {
            assert_eq!(snapshot.gobin().unwrap(), "/home/ann/go/bin");
            assert_eq!(snapshot.gocache().unwrap(), "/home/ann/.cache/go-build");
            assert_eq!(snapshot.gomodcache().unwrap(), "/home/ann/go/pkg/mod");
            assert_eq!(snapshot.go_temporary().unwrap(), "/tmp");
        });
        Machine::windows().snapshot(|snapshot| {
            assert_eq!(snapshot.gocache().unwrap(), r"C:\Users\ann\AppData\Local\go-build");
            assert_eq!(snapshot.gomodcache().unwrap(), r"C:\Users\ann\go\pkg\mod");
        });
        Machine::macos().snapshot(|snapshot| {
            assert_eq!(snapshot.gocache().unwrap(), "/Users/ann/Library/Caches/go-build");
        });
    }

    #[test]
    fn programs_are_found_as_each_system_finds_them() {
        let machine = Machine::linux().program("/usr/bin/gcc", "").file("/usr/local/bin/gcc", "no program");
        machine.snapshot(|snapshot| {
            assert_eq!(snapshot.program("gcc").unwrap(), "/usr/bin/gcc");
            assert_eq!(snapshot.program("/usr/bin/gcc").unwrap(), "/usr/bin/gcc");
            assert_eq!(snapshot.program("clang"), None);
        });
        let machine = Machine::windows().path_first(r"C:\mingw64\bin").program(r"C:\mingw64\bin\gcc.exe", "");
        machine.snapshot(|snapshot| {
            assert_eq!(snapshot.program("gcc").unwrap(), r"C:\mingw64\bin\gcc.exe");
            assert_eq!(snapshot.program("gcc.exe").unwrap(), r"C:\mingw64\bin\gcc.exe");
        });
    }
}
