//! The files of a project that may name a Go version.

use gover_project::{FileKind, Role};

use super::{Kind, Use};
use crate::checks::pins::Pin;
use crate::checks::project_files;
use crate::{MachinePath, Snapshot};

pub(super) fn all(snapshot: &Snapshot<'_>) -> Vec<Vec<Use>> {
    let files = project_files::all(snapshot);
    files.iter().map(|file| read(snapshot, file)).filter(|uses| !uses.is_empty()).collect()
}

/// What a file names, unless it is a pin or belongs to Go. Nothing in a file that is not valid.
fn read(snapshot: &Snapshot<'_>, file: &MachinePath) -> Vec<Use> {
    let kind = FileKind::of(file.as_str()).filter(|kind| !kind.is_pin() && *kind != FileKind::Module);
    let Some(kind) = kind.filter(|_| snapshot.is_file(file)) else { return Vec::new() };
    let text = snapshot.text(file).unwrap_or_default();
    let mentions = kind.read(&text).unwrap_or_default().into_iter();
    let used = mentions.map(|mention| {
        let kind = match mention.role {
            Role::Image => Kind::Image,
            _ if mention.is_number => Kind::Number,
            _ => Kind::Text,
        };
        let pin = Pin::of(file.clone(), &text, mention.line, mention.version.as_str());
        Use { pin, kind, is_in_list: mention.list.is_some() }
    });
    used.collect()
}
