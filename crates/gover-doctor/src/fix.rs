//! What repairs a finding: changes that `--fix` makes, edits of files, and commands.

use serde::{Serialize, Serializer};

use crate::finding::Change;
use crate::secret::mask_line;
use crate::{Words, text};

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Fix {
    /// What `--fix` changes; empty if only a person can repair it.
    #[serde(rename = "automatic", serialize_with = "is_any")]
    pub changes: Vec<Change>,
    /// Commands to paste, in the syntax of the shell in use, for what `--fix` does not change.
    pub commands: Vec<String>,
    /// Lines to write into files that a person has to edit.
    pub edits: Vec<Edit>,
}

/// Lines for a file that is shared or that gover does not change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Edit {
    pub file: String,
    /// Where in the file, as the end of a sentence.
    pub place: Words,
    pub lines: Vec<String>,
}

impl Edit {
    /// Secrets in lines are masked.
    pub fn new(file: impl Into<String>, place: impl Into<Words>, lines: &[String]) -> Self {
        Self {
            file: file.into(),
            place: place.into(),
            lines: lines.iter().map(|line| mask_line(line)).collect(),
        }
    }

    /// What to do with the lines that follow.
    pub fn head(&self) -> Words {
        text!(
            en "edit {file}, {place}:",
            zh "编辑 {file}，{place}：",
            file = self.file, place = self.place,
        )
    }
}

impl Fix {
    /// Takes over another repair, at most one change for each place.
    pub(crate) fn absorb(&mut self, other: Self) {
        for change in other.changes {
            if self.changes.iter().all(|known| known.place() != change.place()) {
                self.changes.push(change);
            }
        }
        let Self { commands, edits, .. } = other;
        add_new(&mut self.commands, commands);
        add_new(&mut self.edits, edits);
    }
}

fn add_new<T: PartialEq>(known: &mut Vec<T>, more: Vec<T>) {
    for one in more {
        if !known.contains(&one) {
            known.push(one);
        }
    }
}

fn is_any<S: Serializer>(changes: &[Change], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_bool(!changes.is_empty())
}
