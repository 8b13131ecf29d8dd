//! The `Path` values of the user and the machine in the Windows registry.

use gover_shell::quote::powershell;

use crate::snapshot::registry::{HIVES, Hive, Text, UserKey, environment};
use crate::{Change, Evidence, MachinePath, Snapshot};

/// One of the two values.
#[derive(Debug)]
pub(crate) struct StoredPath {
    pub(crate) hive: Hive,
    pub(crate) value: Text,
    pub(crate) entries: Vec<Entry>,
}

/// One entry between semicolons.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    text: Vec<u16>,
    /// Readable text.
    pub(crate) shown: String,
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
        let semicolon = u16::from(b';');
        let entries = value
            .text
            .split(|unit| *unit == semicolon)
            .map(|text| {
                let shown = String::from_utf16_lossy(text);
                let directory = snapshot.system.path(snapshot.expand(&shown).replace('"', ""));
                Entry { text: text.to_vec(), shown, directory }
            })
            .collect();
        Some(Self { hive, value, entries })
    }

    /// An entry as evidence.
    pub(crate) fn evidence(&self, entry: &Entry) -> Evidence {
        self.evidence_of(&entry.shown)
    }

    /// The value as evidence, with another text.
    pub(crate) fn evidence_of(&self, text: &str) -> Evidence {
        Evidence::registry(self.hive, environment(self.hive), "Path", text)
    }

    /// The two values that exist.
    pub(crate) fn both(snapshot: &Snapshot<'_>) -> Vec<Self> {
        HIVES.into_iter().filter_map(|hive| Self::read(snapshot, hive)).collect()
    }

    /// The change to other entries; `None` for the machine's value, or if nothing changes.
    pub(crate) fn with(&self, entries: &[Entry], expands: bool) -> Option<Change> {
        let parts: Vec<&[u16]> = entries.iter().map(|entry| entry.text.as_slice()).collect();
        let after = Text { text: parts.join(&u16::from(b';')), expands };
        let key = UserKey::of_variable("Path");
        let is_change = self.hive == Hive::User && after != self.value;
        is_change.then(|| Change::Registry { key, before: Some(self.value.clone()), after: Some(after) })
    }

    /// PowerShell commands for an administrator that remove an entry from the machine's value and
    /// keep all others as they are written.
    pub(crate) fn removal(&self, entry: &Entry) -> [String; 4] {
        let value = format!("$path -split ';' -ne {} -join ';'", powershell(&entry.shown));
        machine_path(&value, self.value.expands)
    }
}

/// PowerShell commands for an administrator that store an expression of `$path` as the machine's
/// value.
pub(crate) fn machine_path(value: &str, expands: bool) -> [String; 4] {
    let kind = if expands { "ExpandString" } else { "String" };
    [
        "# in PowerShell, as administrator:".to_owned(),
        format!(r"$key = 'HKLM:\{}'", environment(Hive::Machine)),
        "$path = (Get-Item $key).GetValue('Path', '', 'DoNotExpandEnvironmentNames')".to_owned(),
        format!("Set-ItemProperty $key Path ({value}) -Type {kind}"),
    ]
}

impl Entry {
    /// The entry with another text.
    pub(crate) fn rewritten(&self, text: &str) -> Self {
        Self {
            text: text.encode_utf16().collect(),
            shown: text.to_owned(),
            directory: self.directory.clone(),
        }
    }
}
