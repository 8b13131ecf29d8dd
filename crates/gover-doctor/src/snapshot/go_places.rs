//! Where Go keeps things on this machine, by its own rules, and what a program's name leads to.

use super::Snapshot;
use super::disk::Kind;
use super::system::Os;

impl Snapshot<'_> {
    /// The program that a name on PATH, or a path, leads to; `None` if there is none.
    pub fn program(&self, name: &str) -> Option<String> {
        let names = if self.system.is_windows() && !self.system.file_name(name).contains('.') {
            [".exe", ".cmd", ".bat", ".com"].map(|extension| format!("{name}{extension}")).to_vec()
        } else {
            vec![name.to_owned()]
        };
        let is_program = |path: &String| self.disk.is_executable(path);
        if self.system.file_name(name) != name {
            return names.into_iter().find(is_program);
        }
        let directories = self.path().into_iter().filter(|entry| self.system.is_absolute(entry));
        directories
            .flat_map(|directory| names.iter().map(move |name| (directory.clone(), name)))
            .map(|(directory, name)| self.system.join(&directory, name))
            .find(is_program)
    }

    /// The entries of GOPATH, or its default.
    pub fn gopath(&self) -> Vec<String> {
        match self.go_setting("GOPATH") {
            Some(list) => self.system.split_list(&list),
            None if self.home.is_empty() => Vec::new(),
            None => vec![self.system.join(&self.home, "go")],
        }
    }

    /// Where `go install` puts programs.
    pub fn gobin(&self) -> Option<String> {
        let first = || self.gopath().into_iter().next().map(|entry| self.system.join(&entry, "bin"));
        self.go_setting("GOBIN").or_else(first)
    }

    /// The build cache (`cmd/go/internal/cache.DefaultDir`).
    pub fn gocache(&self) -> Option<String> {
        self.go_setting("GOCACHE").or_else(|| {
            let caches = match self.system.os {
                Os::Windows => self.variable("LocalAppData")?.to_owned(),
                _ if self.home.is_empty() => return None,
                Os::MacOs => self.system.join(&self.home, "Library/Caches"),
                _ => self
                    .variable("XDG_CACHE_HOME")
                    .map_or_else(|| self.system.join(&self.home, ".cache"), str::to_owned),
            };
            Some(self.system.join(&caches, "go-build"))
        })
    }

    /// The module cache.
    pub fn gomodcache(&self) -> Option<String> {
        let first = || self.gopath().into_iter().next().map(|entry| self.system.join(&entry, "pkg/mod"));
        self.go_setting("GOMODCACHE").or_else(first)
    }

    /// Where the go command builds and runs (`os.TempDir`, unless GOTMPDIR says otherwise).
    pub fn go_temporary(&self) -> Option<String> {
        if let Some(path) = self.go_setting("GOTMPDIR") {
            return Some(path);
        }
        if self.system.is_windows() {
            return ["TMP", "TEMP"].iter().find_map(|name| self.variable(name)).map(str::to_owned);
        }
        Some(self.variable("TMPDIR").unwrap_or("/tmp").to_owned())
    }

    /// The go.work that applies here; `None` if there is none or GOWORK switches it off.
    pub fn go_work(&self) -> Option<String> {
        match self.go_setting("GOWORK").as_deref() {
            Some("off") => None,
            Some(path) if path != "auto" => Some(path.to_owned()),
            _ => self.nearest("go.work"),
        }
    }

    /// The path itself if something is there, else the nearest directory above that exists.
    pub fn nearest_existing<'p>(&self, path: &'p str) -> Option<&'p str> {
        let mut path = path;
        while self.disk.kind(path).is_none() {
            path = self.system.parent(path)?;
        }
        Some(path)
    }

    /// Whether this user can write into a directory, or create it.
    pub fn can_write(&self, path: &str) -> bool {
        self.nearest_existing(path).is_some_and(|existing| {
            self.disk.kind(existing) == Some(Kind::Directory) && self.disk.is_writable(existing)
        })
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
            assert_eq!(snapshot.program("gcc").as_deref(), Some("/usr/bin/gcc"));
            assert_eq!(snapshot.program("/usr/bin/gcc").as_deref(), Some("/usr/bin/gcc"));
            assert_eq!(snapshot.program("clang"), None);
        });
        let machine = Machine::windows().path_first(r"C:\mingw64\bin").program(r"C:\mingw64\bin\gcc.exe", "");
        machine.snapshot(|snapshot| {
            assert_eq!(snapshot.program("gcc").as_deref(), Some(r"C:\mingw64\bin\gcc.exe"));
            assert_eq!(snapshot.program("gcc.exe").as_deref(), Some(r"C:\mingw64\bin\gcc.exe"));
        });
    }
}
