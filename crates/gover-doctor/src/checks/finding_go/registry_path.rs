//! The `Path` values of the user and the machine in the Windows registry.

use gover_shell::persist::machine_path_without;
use gover_sys::user_path::{self, SEPARATOR};

use crate::snapshot::registry::{HIVES, Hive, Text, UserKey, environment};
use crate::{Change, Evidence, Finding, MachinePath, Snapshot};

pub(crate) struct StoredPath {
    pub(super) hive: Hive,
    pub(super) value: Text,
    pub(crate) entries: Vec<Entry>,
}

pub(crate) struct Entry {
    /// As it is stored, which may not be Unicode.
    pub(super) text: Vec<u16>,
    pub(super) shown: String,
    /// With variables expanded and quotation marks removed.
    pub(crate) directory: MachinePath,
}

impl StoredPath {
    /// Reads one; `None` on other systems, or if it does not exist.
    pub(crate) fn read(snapshot: &Snapshot<'_>, hive: Hive) -> Option<Self> {
        if !snapshot.system.is_windows() {
            return None;
        }
        let value = snapshot.registry.text(hive, environment(hive), "Path")?;
        let entry = |text: &[u16]| {
            let shown = String::from_utf16_lossy(text);
            let expanded = if value.expands { snapshot.expand(&shown) } else { shown.clone() };
            let directory = snapshot.system.path(expanded.replace('"', ""));
            Entry { text: text.to_vec(), shown, directory }
        };
        let entries = user_path::split(&value.text).map(entry).collect();
        Some(Self { hive, value, entries })
    }

    /// The entries that programs see: a NUL ends the text for them.
    pub(super) fn visible(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().take_while(|entry| !entry.text.contains(&0))
    }

    pub(super) fn both(snapshot: &Snapshot<'_>) -> Vec<Self> {
        HIVES.into_iter().filter_map(|hive| Self::read(snapshot, hive)).collect()
    }

    pub(super) fn evidence(&self, text: &str) -> Evidence {
        Evidence::registry(self.hive, environment(self.hive), "Path", text)
    }

    /// The change to other entries; `None` for the machine's value, or if nothing changes.
    pub(super) fn with<'e>(
        &self,
        entries: impl IntoIterator<Item = &'e Entry>,
        expands: bool,
    ) -> Option<Change> {
        self.with_text(entries.into_iter().map(|entry| entry.text.as_slice()), expands)
    }

    /// The same for entries as they are to be stored.
    pub(super) fn with_text<'e>(
        &self,
        entries: impl IntoIterator<Item = &'e [u16]>,
        expands: bool,
    ) -> Option<Change> {
        let parts: Vec<&[u16]> = entries.into_iter().collect();
        let after = Text { text: parts.join(&SEPARATOR), expands };
        let key = UserKey::of_variable("Path");
        let is_change = self.hive == Hive::User && after != self.value;
        is_change.then(|| Change::Registry { key, before: Some(self.value.clone()), after: Some(after) })
    }

    /// Adds the entries that are meant as evidence, and their removal: by `--fix` from the user's
    /// value, by commands from the machine's.
    pub(super) fn without(&self, finding: Finding, is_meant: impl Fn(&Entry) -> bool) -> Finding {
        let (gone, kept): (Vec<_>, Vec<_>) = self.entries.iter().partition(|entry| is_meant(entry));
        let finding = finding.shown_by(gone.iter().map(|entry| self.evidence(&entry.shown)));
        match self.hive {
            Hive::User => finding.fixed_by(self.with(kept, self.value.expands)),
            Hive::Machine => finding.commands(gone.iter().flat_map(|entry| self.removal(entry))),
        }
    }

    /// Commands that remove an entry from the machine's value.
    pub(super) fn removal(&self, entry: &Entry) -> impl Iterator<Item = String> {
        of_environment(machine_path_without(&entry.shown, &self.value))
    }
}

/// The type of a value that Windows does not read as a Path, because it is not text.
pub(super) fn wrong_type(snapshot: &Snapshot<'_>, hive: Hive) -> Option<u32> {
    let kind = snapshot.registry.kind(hive, environment(hive), "Path")?;
    let is_text = snapshot.registry.text(hive, environment(hive), "Path").is_some();
    (snapshot.system.is_windows() && !is_text).then_some(kind)
}

/// Commands that change the machine's environment, which a session reads at its start.
pub(super) fn of_environment<const N: usize>(lines: [String; N]) -> impl Iterator<Item = String> {
    ["# in PowerShell as administrator, then sign in again:".to_owned()].into_iter().chain(lines)
}
