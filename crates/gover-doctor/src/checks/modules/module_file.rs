//! What a go.mod or go.work requires, replaces and uses, line by line. Of a file that go would
//! refuse, the readable parts are used.

use crate::MachinePath;

#[derive(Debug, Default)]
pub(in crate::checks) struct ModuleFile {
    /// The N in `go 1.N`.
    pub(super) go_minor: Option<u64>,
    /// The module path; empty in a go.work.
    pub(super) name: String,
    /// The directories that a go.work uses.
    pub(in crate::checks) used: Vec<String>,
    pub(super) required: Vec<Required>,
    pub(super) replaced: Vec<Replaced>,
}

#[derive(Debug)]
pub(super) struct Required {
    pub(super) path: String,
    pub(super) version: String,
    pub(super) line: usize,
    pub(super) text: String,
}

#[derive(Debug)]
pub(super) struct Replaced {
    pub(super) path: String,
    /// Empty if every version is replaced.
    pub(super) version: String,
    pub(super) by: Target,
    pub(super) line: usize,
    pub(super) text: String,
}

/// The replacement of a module: a directory, or a module and its version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target {
    path: String,
    version: String,
}

impl Target {
    pub(super) fn of(words: &[&str]) -> Option<Self> {
        match words {
            [path] => Some(Self { path: directory(path), version: String::new() }),
            [path, version] => Some(Self { path: (*path).to_owned(), version: (*version).to_owned() }),
            _ => None,
        }
    }
}

impl Target {
    /// Makes the path of a directory absolute, so that it can be compared.
    pub(super) fn from(&self, base: &MachinePath) -> Self {
        if !self.version.is_empty() {
            return self.clone();
        }
        Self { path: normal(base.join(&self.path).as_str()), version: String::new() }
    }
}

/// A path with `/` only, and without `.` and `..`.
fn normal(path: &str) -> String {
    let path = path.replace('\\', "/");
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// `go mod vendor` writes slashes, and cleans the path.
fn directory(path: &str) -> String {
    let path = path.replace('\\', "/");
    path.trim_end_matches('/').to_owned()
}

/// Reads a go.mod (go.dev/ref/mod#go-mod-file-grammar).
pub(in crate::checks) fn read(text: &str) -> ModuleFile {
    let mut file = ModuleFile::default();
    let mut block: Option<String> = None;
    for (index, text) in text.lines().enumerate() {
        let code = text.split("//").next().unwrap_or_default().trim();
        let mut words: Vec<&str> =
            code.split_whitespace().map(|word| word.trim_matches(['"', '`'])).collect();
        match (words.as_slice(), &block) {
            ([")"], _) => {
                block = None;
                continue;
            }
            ([word, "("], None) => {
                block = Some((*word).to_owned());
                continue;
            }
            ([], _) => continue,
            _ => {}
        }
        let verb = match &block {
            Some(verb) => verb.clone(),
            None => words.remove(0).to_owned(),
        };
        file.line(&verb, &words, index + 1, text.trim());
    }
    file
}

impl ModuleFile {
    fn line(&mut self, verb: &str, words: &[&str], line: usize, text: &str) {
        let text = text.to_owned();
        let (path, version, target): (&str, &str, &[&str]) = match (verb, words) {
            ("go", [version]) => {
                let version = gover_core::GoVersion::parse(version);
                self.go_minor = version.ok().and_then(|version| version.minor());
                return;
            }
            ("module", [name]) => {
                (*name).clone_into(&mut self.name);
                return;
            }
            ("use", [path]) => {
                self.used.push((*path).to_owned());
                return;
            }
            ("require", [path, version]) => {
                let (path, version) = ((*path).to_owned(), (*version).to_owned());
                self.required.push(Required { path, version, line, text });
                return;
            }
            ("replace", [path, "=>", target @ ..]) => (path, "", target),
            ("replace", [path, version, "=>", target @ ..]) => (path, version, target),
            _ => return,
        };
        if let Some(by) = Target::of(target) {
            let (path, version) = (path.to_owned(), version.to_owned());
            self.replaced.push(Replaced { path, version, by, line, text });
        }
    }
}
