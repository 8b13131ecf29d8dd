//! What kind of machine it is, and how its paths are written.

/// The operating system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Os {
    /// Linux.
    Linux,
    /// macOS.
    MacOs,
    /// Windows.
    Windows,
    /// Another Unix.
    Other,
}

/// The machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct System {
    /// The operating system.
    pub os: Os,
    /// The machine's own GOARCH, not that of gover.
    pub arch: String,
    /// `ID` of /etc/os-release on Linux: `debian`, `alpine`; else empty.
    pub distribution: String,
    /// The kernel's release on Linux (`6.1.0-18-amd64`), the version on macOS (`14.5`) and Windows (`10.0.22631`);
    /// empty if unknown.
    pub release: String,
    /// Whether this is a Linux inside Windows.
    pub is_wsl: bool,
    /// Seconds since 1970-01-01 by this machine's clock.
    pub now: u64,
}

impl System {
    /// Whether paths and variables are those of Windows.
    pub fn is_windows(&self) -> bool {
        self.os == Os::Windows
    }

    /// `base` and `rest` as one path; an absolute `rest` stays as it is.
    pub fn join(&self, base: &str, rest: &str) -> String {
        if self.is_absolute(rest) {
            return rest.to_owned();
        }
        let separator = if self.is_windows() { '\\' } else { '/' };
        let rest = if self.is_windows() { rest.replace('/', "\\") } else { rest.to_owned() };
        let base = base.trim_end_matches(|c| self.is_separator(c));
        format!("{base}{separator}{rest}")
    }

    /// The name of a program with the system's suffix.
    pub fn program_name(&self, name: &str) -> String {
        if self.is_windows() { format!("{name}.exe") } else { name.to_owned() }
    }

    /// Whether a path does not depend on the working directory.
    pub fn is_absolute(&self, path: &str) -> bool {
        if !self.is_windows() {
            return path.starts_with('/');
        }
        let bytes = path.as_bytes();
        let on_drive = bytes.len() >= 3 && bytes[1] == b':' && matches!(bytes[2], b'\\' | b'/');
        on_drive || path.starts_with(r"\\")
    }

    /// The directory above; `None` above a root or a bare name.
    pub fn parent<'a>(&self, path: &'a str) -> Option<&'a str> {
        let path = path.trim_end_matches(|c| self.is_separator(c));
        let at = path.rfind(|c| self.is_separator(c))?;
        let is_root = at == 0 || (self.is_windows() && path[..at].ends_with(':'));
        Some(&path[..at + usize::from(is_root)]).filter(|parent| *parent != path)
    }

    /// The last name of a path.
    pub fn file_name<'a>(&self, path: &'a str) -> &'a str {
        let path = path.trim_end_matches(|c| self.is_separator(c));
        path.rsplit(|c| self.is_separator(c)).next().unwrap_or(path)
    }

    /// The entries of a list such as PATH, empty ones left out and quotation marks of Windows removed.
    pub fn split_list(&self, list: &str) -> Vec<String> {
        let separator = if self.is_windows() { ';' } else { ':' };
        list.split(separator)
            .map(|entry| if self.is_windows() { entry.replace('"', "") } else { entry.to_owned() })
            .filter(|entry| !entry.trim().is_empty())
            .collect()
    }

    /// Whether two paths are the same by name.
    pub fn same(&self, a: &str, b: &str) -> bool {
        self.comparable(a) == self.comparable(b)
    }

    /// Whether `inner` is `outer` or below it, by name.
    pub fn is_inside(&self, inner: &str, outer: &str) -> bool {
        let (inner, outer) = (self.comparable(inner), self.comparable(outer));
        inner
            .strip_prefix(&outer)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || outer.ends_with('/'))
    }

    fn comparable(&self, path: &str) -> String {
        let path = if self.is_windows() { path.replace('\\', "/").to_lowercase() } else { path.to_owned() };
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
        if path.starts_with('/') { format!("/{}", parts.join("/")) } else { parts.join("/") }
    }

    fn is_separator(&self, c: char) -> bool {
        c == '/' || (c == '\\' && self.is_windows())
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::Machine;

    #[test]
    fn paths_of_both_kinds_are_taken_apart_and_put_together() {
        let (unix, windows) = (Machine::linux().system, Machine::windows().system);
        assert_eq!(unix.join("/a/", "b/c"), "/a/b/c");
        assert_eq!(windows.join(r"C:\a\", "b/c"), r"C:\a\b\c");
        assert_eq!(unix.parent("/a/b/"), Some("/a"));
        assert_eq!(unix.parent("/a"), Some("/"));
        assert_eq!(unix.parent("/"), None);
        assert_eq!(windows.parent(r"C:\a"), Some(r"C:\"));
        assert_eq!(windows.file_name(r"C:\a\go.exe"), "go.exe");
        assert!(
            windows.is_absolute(r"c:/x")
                && windows.is_absolute(r"\\server\share")
                && !windows.is_absolute(r"\x")
        );
        assert!(windows.same(r"C:\Go\bin\", "c:/go/bin") && !unix.same("/Go", "/go"));
        assert!(unix.is_inside("/a/b", "/a") && !unix.is_inside("/ab", "/a") && unix.is_inside("/a", "/"));
        assert_eq!(windows.split_list(r#""C:\a b";;D:\c"#), [r"C:\a b", r"D:\c"]);
    }
}
