//! vendor/modules.txt, read as `cmd/go/internal/modload.readVendorList` reads it.

use std::collections::BTreeMap;

use super::module_file::Target;

/// The modules by path and version; the version is empty if every version is replaced.
#[derive(Debug, Default)]
pub(super) struct VendorList {
    pub(super) modules: BTreeMap<(String, String), Listed>,
}

#[derive(Debug, Default)]
pub(super) struct Listed {
    pub(super) is_explicit: bool,
    pub(super) has_packages: bool,
    pub(super) replacement: Option<Target>,
    pub(super) line: usize,
    pub(super) text: String,
}

impl VendorList {
    pub(super) fn read(text: &str) -> Self {
        let mut list = Self::default();
        let mut current: Option<(String, String)> = None;
        for (index, line) in text.lines().enumerate() {
            if let Some(rest) = line.strip_prefix("# ") {
                current = list.module(rest, index + 1, line);
            } else if let Some(known) = current.as_ref().and_then(|key| list.modules.get_mut(key)) {
                match line.strip_prefix("## ") {
                    Some(notes) => {
                        known.is_explicit |= notes.split(';').any(|note| note.trim() == "explicit");
                    }
                    None => known.has_packages |= !line.trim().is_empty(),
                }
            }
        }
        list
    }

    /// Adds the line of a module; `None` if go ignores such a line.
    fn module(&mut self, rest: &str, line: usize, text: &str) -> Option<(String, String)> {
        let words: Vec<&str> = rest.split_whitespace().collect();
        let (path, version, target): (&str, &str, &[&str]) = match words.as_slice() {
            [path, "=>", target @ ..] => (path, "", target),
            [path, version, "=>", target @ ..] => (path, version, target),
            [path, version] if version.starts_with('v') => (path, version, &[]),
            _ => return None,
        };
        let key = (path.to_owned(), version.to_owned());
        let known = self.modules.entry(key.clone()).or_default();
        known.line = line;
        text.clone_into(&mut known.text);
        known.replacement = Target::of(target).or(known.replacement.take());
        Some(key)
    }
}
