//! A go.mod or go.work, line by line. Of a file that go would refuse, the readable parts are used.

use gover_core::gorules::lookup;
use gover_core::{GoVersion, ToolchainName};

use super::pins::Pin;
use crate::{Evidence, MachinePath, Snapshot};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ModuleFile {
    pub(super) path: MachinePath,
    /// The directory that relative paths in it start from.
    pub(super) base: MachinePath,
    pub(super) go: Option<Pin>,
    pub(super) toolchain: Option<Pin>,
    /// The module path; empty in a go.work.
    pub(super) name: String,
    /// The `use` lines of a go.work, each with the path as written.
    pub(super) used: Vec<Pin>,
    pub(super) required: Vec<ModuleLine>,
    pub(super) replaced: Vec<ModuleLine>,
}

/// A module path and a version. The version is empty for a directory, and for every version.
pub(super) type Module = (String, String);

/// A line about a module, in go.mod, go.work or vendor/modules.txt.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ModuleLine {
    pub(super) module: Module,
    /// What is behind `=>`; `None` if nothing is.
    pub(super) replacement: Option<Module>,
    pub(super) line: usize,
    pub(super) text: String,
}

impl ModuleFile {
    /// By the grammar of go.dev/ref/mod#go-mod-file-grammar.
    pub(super) fn read(snapshot: &Snapshot<'_>, path: MachinePath) -> Option<Self> {
        let text = snapshot.text(&path)?;
        let pin = |key| {
            let (line, value) = lookup(&text, key)?;
            let whole = text.split('\n').nth(line - 1)?.trim().to_owned();
            Some(Pin { file: path.clone(), line, text: whole, value: value.to_owned() })
        };
        let (base, go, toolchain) = (path.parent()?, pin("go"), pin("toolchain"));
        let (used, required, replaced) = (Vec::new(), Vec::new(), Vec::new());
        let mut file = Self { path, base, go, toolchain, name: String::new(), used, required, replaced };
        let mut block = "";
        for (index, text) in text.lines().enumerate() {
            let code = text.split("//").next().unwrap_or_default();
            let words: Vec<&str> =
                code.split_whitespace().map(|word| word.trim_matches(['"', '`'])).collect();
            match words.as_slice() {
                [")"] => block = "",
                [verb, "("] if block.is_empty() => block = verb,
                [verb, words @ ..] if block.is_empty() => file.add(verb, words, index + 1, text.trim()),
                words => file.add(block, words, index + 1, text.trim()),
            }
        }
        Some(file)
    }

    fn add(&mut self, verb: &str, words: &[&str], line: usize, text: &str) {
        let module = ModuleLine::parse(words, line, text);
        match (verb, words) {
            ("module", [name]) => (*name).clone_into(&mut self.name),
            ("use", [path]) => {
                let (file, text, value) = (self.path.clone(), text.to_owned(), (*path).to_owned());
                self.used.push(Pin { file, line, text, value });
            }
            ("require", _) => self.required.extend(module.filter(|known| known.replacement.is_none())),
            ("replace", _) => self.replaced.extend(module.filter(|known| known.replacement.is_some())),
            _ => {}
        }
    }

    /// The directory that a `use` line names.
    pub(super) fn directory(&self, used: &Pin) -> MachinePath {
        let (mut directory, mut rest) = (self.base.clone(), used.value.as_str());
        // `..` is resolved here, so that evidence shows the path that people know.
        while let Some((first @ ("." | ".."), behind)) = rest.split_once('/').or(Some((rest, ""))) {
            if first == ".." {
                directory = directory.parent().unwrap_or(directory);
            }
            rest = behind;
        }
        if rest.is_empty() { directory } else { directory.join(rest) }
    }

    /// The version in the go line; `None` if there is none or it is malformed.
    pub(super) fn go_version(&self) -> Option<GoVersion> {
        GoVersion::parse(&self.go.as_ref()?.value).ok()
    }

    pub(super) fn toolchain_version(&self) -> Option<GoVersion> {
        let name = ToolchainName::parse(&self.toolchain.as_ref()?.value).ok()?;
        Some(name.version().clone())
    }
}

impl ModuleLine {
    /// `PATH VERSION`, and behind `=>` what replaces it.
    pub(super) fn parse(words: &[&str], line: usize, text: &str) -> Option<Self> {
        let module = |path: &str, version: &str| (path.to_owned(), version.to_owned());
        let (replaced, target) = match words {
            [path, "=>", target @ ..] => (module(path, ""), target),
            [path, version, "=>", target @ ..] => (module(path, version), target),
            [path, version] => (module(path, version), &[][..]),
            _ => return None,
        };
        let replacement = match target {
            [directory] => Some(module(directory, "")),
            [path, version] => Some(module(path, version)),
            _ => None,
        };
        Some(Self { module: replaced, replacement, line, text: text.to_owned() })
    }

    pub(super) fn evidence(&self, file: &MachinePath) -> Evidence {
        Evidence::line(file, self.line, &self.text)
    }
}
