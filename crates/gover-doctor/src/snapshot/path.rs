//! Paths of the examined machine, by its own rules and not by those of the system in use.

use std::cmp::Ordering;
use std::fmt;

/// A path. Comparisons ignore separators at its end, and case on Windows.
#[derive(Clone, Debug)]
pub struct MachinePath {
    text: String,
    rules: PathRules,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathRules {
    /// `/` separates names, and case matters.
    Unix,
    /// `\` and `/` separate names, there are drives, and case does not matter.
    Windows,
}

impl PathRules {
    pub fn path(self, text: impl Into<String>) -> MachinePath {
        MachinePath { text: text.into(), rules: self }
    }

    /// The entries of a list such as PATH that are not empty, on Windows without quotation marks.
    pub fn split_list(self, list: &str) -> Vec<MachinePath> {
        let entries: Vec<String> = match self {
            Self::Unix => list.split(':').map(str::to_owned).collect(),
            Self::Windows => list.split(';').map(|entry| entry.replace('"', "")).collect(),
        };
        entries.into_iter().filter(|entry| !entry.trim().is_empty()).map(|entry| self.path(entry)).collect()
    }

    pub(super) fn separator(self) -> char {
        match self {
            Self::Unix => '/',
            Self::Windows => '\\',
        }
    }

    fn is_separator(self, c: char) -> bool {
        c == '/' || (c == '\\' && self == Self::Windows)
    }
}

impl MachinePath {
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether the place is unknown, such as the home directory of an environment without one.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// The path of something in this directory; `rest` itself if it is absolute.
    #[must_use]
    pub fn join(&self, rest: impl AsRef<str>) -> Self {
        let rest = rest.as_ref();
        let absolute = self.rules.path(rest);
        if absolute.is_absolute() {
            return absolute;
        }
        let base = self.trimmed();
        self.rules.path(match self.rules {
            PathRules::Unix => format!("{base}/{rest}"),
            PathRules::Windows => format!(r"{base}\{}", rest.replace('/', "\\")),
        })
    }

    /// The path of a program in this directory, with `.exe` on Windows.
    #[must_use]
    pub fn program(&self, name: impl AsRef<str>) -> Self {
        match self.rules {
            PathRules::Unix => self.join(name),
            PathRules::Windows => self.join(format!("{}.exe", name.as_ref())),
        }
    }

    pub fn is_absolute(&self) -> bool {
        match self.rules {
            PathRules::Unix => self.text.starts_with('/'),
            PathRules::Windows => {
                matches!(self.text.as_bytes(), [_, b':', b'\\' | b'/', ..] | [b'\\', b'\\', ..])
            }
        }
    }

    /// The directory above; `None` above a root or a bare name.
    pub fn parent(&self) -> Option<Self> {
        let path = self.trimmed();
        let at = path.rfind(|c| self.rules.is_separator(c))?;
        let above = path.get(..at)?;
        let is_root = at == 0 || (self.rules == PathRules::Windows && above.ends_with(':'));
        let parent = path.get(..at + usize::from(is_root))?;
        (parent != path).then(|| self.rules.path(parent))
    }

    pub fn ancestors(&self) -> impl Iterator<Item = Self> {
        std::iter::successors(Some(self.clone()), Self::parent)
    }

    pub fn file_name(&self) -> &str {
        let path = self.trimmed();
        path.rsplit(|c| self.rules.is_separator(c)).next().unwrap_or(path)
    }

    /// Whether it is `outer` or below it, by name.
    pub fn is_inside(&self, outer: &Self) -> bool {
        let (inner, outer) = (self.key(), outer.key());
        let rest = inner.strip_prefix(&outer);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || outer.ends_with('/'))
    }

    /// What follows `outer` in a path inside it, without a separator at either end; `None` outside it.
    pub fn below(&self, outer: &Self) -> Option<&str> {
        let rest = self.text.get(outer.trimmed().len()..).filter(|_| self.is_inside(outer))?;
        Some(rest.trim_matches(|c| self.rules.is_separator(c)))
    }

    /// The form that is compared: `/` between names, none at the end, lower case on Windows.
    pub fn key(&self) -> String {
        let path = match self.rules {
            PathRules::Unix => self.text.clone(),
            PathRules::Windows => self.text.replace('\\', "/").to_lowercase(),
        };
        let names: Vec<&str> = path.split('/').filter(|name| !name.is_empty() && *name != ".").collect();
        if path.starts_with('/') { format!("/{}", names.join("/")) } else { names.join("/") }
    }

    fn trimmed(&self) -> &str {
        self.text.trim_end_matches(|c| self.rules.is_separator(c))
    }
}

impl PartialEq for MachinePath {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for MachinePath {}

impl PartialOrd for MachinePath {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for MachinePath {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

impl AsRef<str> for MachinePath {
    fn as_ref(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for MachinePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::PathRules::{Unix, Windows};

    #[test]
    fn paths_of_both_systems_are_split_and_joined() {
        let unix = |text: &str| Unix.path(text);
        let windows = |text: &str| Windows.path(text);
        assert_eq!(unix("/a/").join("b/c").as_str(), "/a/b/c");
        assert_eq!(windows(r"C:\a\").join("b/c").as_str(), r"C:\a\b\c");
        assert_eq!(windows(r"C:\a").join(r"D:\b").as_str(), r"D:\b");
        assert_eq!(windows(r"C:\a").program("go").as_str(), r"C:\a\go.exe");
        assert_eq!(unix("/a").program("go").as_str(), "/a/go");
        assert_eq!(unix("/a/b/").parent().unwrap().as_str(), "/a");
        assert_eq!(unix("/a").parent().unwrap().as_str(), "/");
        assert_eq!(unix("/").parent(), None);
        assert_eq!(windows(r"C:\a").parent().unwrap().as_str(), r"C:\");
        assert_eq!(windows(r"C:\").parent(), None);
        assert_eq!(
            unix("/a/b").ancestors().map(|path| path.to_string()).collect::<Vec<_>>(),
            ["/a/b", "/a", "/"]
        );
        assert_eq!(windows(r"C:\a\go.exe").file_name(), "go.exe");
        let entries = Windows.split_list(r#""C:\a b";;D:\c"#);
        assert_eq!(entries, [windows(r"C:\a b"), windows(r"D:\c")]);
    }

    #[test]
    fn paths_are_compared_by_the_rules_of_their_system() {
        let (unix, windows) = (|text| Unix.path(text), |text| Windows.path(text));
        assert!(windows(r"c:/x").is_absolute() && windows(r"\\server\share").is_absolute());
        assert!(!windows(r"\x").is_absolute() && !unix("x").is_absolute());
        assert!(windows(r"C:\Go\bin\") == windows("c:/go/bin") && unix("/Go") != unix("/go"));
        assert!(unix("/a/b").is_inside(&unix("/a")) && unix("/a").is_inside(&unix("/")));
        assert!(!unix("/ab").is_inside(&unix("/a")));
        assert_eq!(unix("/a/b/c").below(&unix("/a/")), Some("b/c"));
        assert_eq!(windows(r"c:\A\b\").below(&windows(r"C:\a")), Some("b"));
        assert_eq!(unix("/a").below(&unix("/a")), Some(""));
        assert_eq!(unix("/ab").below(&unix("/a")), None);
    }
}
