//! What a repair replaced, so that it can be restored.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use gover_core::Layout;
use gover_sys::Lock;
use gover_sys::file::{create_private_directory, remove_tree, replace_atomically};
use serde::{Deserialize, Serialize};

use super::{RepairError, directory, editor_directory, failed, make, proxy_directory, state};
use crate::Change;
use crate::editor::Editor;
use crate::snapshot::registry::Text;

/// The journal of the last repair.
#[derive(Debug)]
pub struct Journal {
    directory: PathBuf,
    entries: Vec<Entry>,
    /// The first change of a repair deletes the journal of an earlier one.
    is_new: bool,
}

#[derive(Debug)]
pub struct Undone {
    pub place: String,
    pub outcome: Outcome,
}

#[derive(Debug)]
pub enum Outcome {
    Restored,
    /// The file was deleted since then, so it is forgotten.
    Gone,
    /// It was not asked for.
    Left,
    Failed(RepairError),
}

/// One change. The contents of files are next to the journal, in files named by their number.
type Entry = Change<usize, Stored>;

#[derive(Debug, Serialize, Deserialize)]
struct Stored {
    text: Vec<u16>,
    expands: bool,
}

impl Journal {
    pub fn new(layout: &Layout) -> Self {
        Self { directory: directory(layout), entries: Vec::new(), is_new: true }
    }

    /// The journal of everything that was changed for an editor, to which more is added.
    pub fn of_editor(editor: Editor, layout: &Layout, _lock: &Lock) -> Result<Self, RepairError> {
        Self::continued(editor_directory(editor, layout))
    }

    /// The same for everything that `gover proxy` changed.
    pub fn of_proxy(layout: &Layout, _lock: &Lock) -> Result<Self, RepairError> {
        Self::continued(proxy_directory(layout))
    }

    fn continued(directory: PathBuf) -> Result<Self, RepairError> {
        match Self::read(directory.clone()) {
            Err(RepairError::Nothing) => Ok(Self { directory, entries: Vec::new(), is_new: true }),
            read => read,
        }
    }

    pub fn changes(&self) -> usize {
        self.entries.len()
    }

    /// Keeps what a change will replace. It is on the disk before this returns.
    pub(super) fn keep(&mut self, change: &Change, _lock: &Lock) -> Result<(), RepairError> {
        if self.is_new {
            self.set_aside()
                .and_then(|()| create_private_directory(&self.directory))
                .map_err(failed("empty", &self.directory))?;
            self.is_new = false;
        }
        let entry = match change {
            Change::File { path, before, after } => Entry::File {
                path: path.clone(),
                before: self.store(before.as_deref(), 0)?,
                after: self.store(after.as_deref(), 1)?,
            },
            Change::Registry { key, before, after } => Entry::Registry {
                key: key.clone(),
                before: before.as_ref().map(Stored::from),
                after: after.as_ref().map(Stored::from),
            },
        };
        self.entries.push(entry);
        self.write()
    }

    /// Deletes the journal of an earlier repair, now that this one has changed something.
    pub(super) fn settle(&self, _lock: &Lock) -> Result<(), RepairError> {
        let earlier = self.earlier();
        remove_tree(&earlier).map_err(failed("remove", &earlier))
    }

    /// Reverts the last call of [`keep`](Self::keep), whose change failed. A repair that changes
    /// nothing keeps the journal of the previous one.
    pub(super) fn forget(&mut self, _lock: &Lock) -> Result<(), RepairError> {
        self.entries.pop();
        if !self.entries.is_empty() {
            return self.write();
        }
        self.is_new = true;
        replace(&self.directory, &self.earlier()).map_err(failed("empty", &self.directory))
    }

    /// Restores everything that the last repair changed, newest first. What has changed since then
    /// stays, and so does its entry in the journal.
    pub fn undo(layout: &Layout, lock: &Lock) -> Result<Vec<Undone>, RepairError> {
        Self::read(directory(layout))?.restore(&|_| true, lock)
    }

    /// The same for the files that were changed for an editor and are `wanted`.
    pub fn undo_editor(
        editor: Editor,
        wanted: &dyn Fn(&Path) -> bool,
        layout: &Layout,
        lock: &Lock,
    ) -> Result<Vec<Undone>, RepairError> {
        Self::read(editor_directory(editor, layout))?.restore(wanted, lock)
    }

    /// The same for everything that `gover proxy` changed.
    pub fn undo_proxy(layout: &Layout, lock: &Lock) -> Result<Vec<Undone>, RepairError> {
        Self::read(proxy_directory(layout))?.restore(&|_| true, lock)
    }

    fn read(directory: PathBuf) -> Result<Self, RepairError> {
        let begun = Self { directory, entries: Vec::new(), is_new: true };
        begun.resume().map_err(failed("read", &begun.directory))?;
        let directory = begun.directory;
        let path = directory.join(NAME);
        let text = fs::read(&path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => RepairError::Nothing,
            _ => failed("read", &path)(error),
        })?;
        let entries: Vec<Entry> = serde_json::from_slice(&text)
            .map_err(|source| RepairError::Journal { path: path.display().to_string(), source })?;
        Ok(Self { directory, entries, is_new: false })
    }

    fn restore(self, wanted: &dyn Fn(&Path) -> bool, _lock: &Lock) -> Result<Vec<Undone>, RepairError> {
        let mut journal = self;
        let mut undone: Vec<Undone> = Vec::new();
        let mut left = Vec::new();
        while let Some(entry) = journal.entries.pop() {
            let place = entry.place();
            // An earlier change of the same place can only be undone after the later one.
            if left.iter().any(|entry: &Entry| entry.place() == place) {
                left.push(entry);
                continue;
            }
            let outcome = journal.undone(&entry, wanted);
            if let Outcome::Left | Outcome::Failed(_) = outcome {
                left.push(entry);
            }
            undone.push(Undone { place, outcome });
        }
        left.reverse();
        journal.entries = left;
        if journal.entries.is_empty() {
            remove_tree(&journal.directory).map_err(failed("remove", &journal.directory))?;
        } else {
            journal.write()?;
        }
        Ok(undone)
    }

    fn undone(&self, entry: &Entry, wanted: &dyn Fn(&Path) -> bool) -> Outcome {
        if let Entry::File { path, after: Some(_), before: Some(_) } = entry
            && is_gone(Path::new(path))
        {
            return Outcome::Gone;
        }
        if matches!(entry, Entry::File { path, .. } if !wanted(Path::new(path))) {
            return Outcome::Left;
        }
        match self.reversed(entry).and_then(|change| put_back(&change)) {
            Ok(()) => Outcome::Restored,
            Err(problem) => Outcome::Failed(self.explained(problem, entry)),
        }
    }

    /// The journal of an earlier repair is kept until this one has changed something.
    fn set_aside(&self) -> io::Result<()> {
        if self.directory.join(NAME).exists() {
            replace(&self.earlier(), &self.directory)?;
        }
        remove_tree(&self.directory)
    }

    /// Recovers from a crash while the journal of an earlier repair was moved aside.
    fn resume(&self) -> io::Result<()> {
        if !self.directory.join(NAME).exists() && self.earlier().join(NAME).exists() {
            replace(&self.directory, &self.earlier())?;
        }
        Ok(())
    }

    fn earlier(&self) -> PathBuf {
        self.directory.with_extension("old")
    }

    fn reversed(&self, entry: &Entry) -> Result<Change, RepairError> {
        Ok(match entry {
            Entry::File { path, before, after } => {
                Change::File { path: path.clone(), before: self.load(*after)?, after: self.load(*before)? }
            }
            Entry::Registry { key, before, after } => Change::Registry {
                key: key.clone(),
                before: after.as_ref().map(Text::from),
                after: before.as_ref().map(Text::from),
            },
        })
    }

    /// Adds where the content from before the first change of a place is kept.
    fn explained(&self, problem: RepairError, entry: &Entry) -> RepairError {
        let RepairError::Changed { place } = problem else { return problem };
        let first = self.entries.iter().find(|known| known.place() == place).unwrap_or(entry);
        let kept = match first {
            Entry::File { before, .. } => before.map(|number| self.kept(number).display().to_string()),
            Entry::Registry { .. } => None,
        };
        RepairError::Edited { place, kept }
    }

    fn store(&self, content: Option<&[u8]>, offset: usize) -> Result<Option<usize>, RepairError> {
        let Some(content) = content else { return Ok(None) };
        let number = self.next() + offset;
        let path = self.kept(number);
        replace_atomically(&path, content).map_err(failed("write", &path))?;
        Ok(Some(number))
    }

    /// The first number after those in use.
    fn next(&self) -> usize {
        let numbers = self.entries.iter().flat_map(|entry| match entry {
            Entry::File { before, after, .. } => [*before, *after],
            Entry::Registry { .. } => [None, None],
        });
        numbers.flatten().max().map_or(0, |number| number + 1)
    }

    fn load(&self, number: Option<usize>) -> Result<Option<Vec<u8>>, RepairError> {
        let Some(number) = number else { return Ok(None) };
        let path = self.kept(number);
        fs::read(&path).map(Some).map_err(failed("read", &path))
    }

    fn kept(&self, number: usize) -> PathBuf {
        self.directory.join(number.to_string())
    }

    fn write(&self) -> Result<(), RepairError> {
        let path = self.directory.join(NAME);
        let text = serde_json::to_vec_pretty(&self.entries)
            .map_err(|source| RepairError::Journal { path: path.display().to_string(), source })?;
        replace_atomically(&path, &text).map_err(failed("write", &path))
    }
}

/// Moves a directory, if it is there, to the place of another.
fn replace(to: &Path, from: &Path) -> io::Result<()> {
    remove_tree(to)?;
    match fs::rename(from, to) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        result => result,
    }
}

fn is_gone(file: &Path) -> bool {
    fs::metadata(file).is_err_and(|error| error.kind() == io::ErrorKind::NotFound)
}

/// Nothing to do if a place is already as before: a crash may have come between journal and change.
fn put_back(change: &Change) -> Result<(), RepairError> {
    match state(change)? {
        (_, true) => Ok(()),
        (true, false) => make(change),
        (false, false) => Err(RepairError::Changed { place: change.place() }),
    }
}

impl From<&Text> for Stored {
    fn from(value: &Text) -> Self {
        Self { text: value.text.clone(), expands: value.expands }
    }
}

impl From<&Stored> for Text {
    fn from(value: &Stored) -> Self {
        Self { text: value.text.clone(), expands: value.expands }
    }
}

const NAME: &str = "repair.json";
