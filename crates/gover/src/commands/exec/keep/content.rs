//! What is at a path that `--keep-bin` or `--rollback` will replace, and the file that marks it.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

use gover_core::text::shown as printable;

use super::super::area::{failed, is_file};
use crate::{Context, Failure};

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    Missing,
    Empty,
    Ours,
}

impl Content {
    /// Anything that gover did not make is an error, with this hint.
    pub(super) fn of(path: &Path, hint: &str, context: &Context<'_>) -> Result<Self, Failure> {
        let shown = context.short(path);
        let refused =
            |what: &str| Failure::new(format!("`{shown}` {what}, so gover does not replace it"), hint);
        let metadata = match path.symlink_metadata() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::Missing),
            metadata => metadata.map_err(|error| failed("read", path, &error))?,
        };
        if !metadata.is_dir() {
            let what = if metadata.is_symlink() { "is a link" } else { "is not a directory" };
            return Err(refused(what));
        }
        let names = names_in(path).map_err(|error| failed("read", path, &error))?;
        if names.is_empty() {
            return Ok(Self::Empty);
        }
        let marker = path.join(MARKER);
        if !is_file(&marker) {
            return Err(refused("is not empty, and was not made with --keep-bin"));
        }
        let listed = fs::read_to_string(&marker).map_err(|error| failed("read", &marker, &error))?;
        let is_listed = |name: &String| name == MARKER || listed.lines().skip(1).any(|line| line == name);
        match names.iter().find(|name| !is_listed(name)) {
            Some(other) => {
                Err(refused(&format!("has `{}`, which gover did not put there", printable(other))))
            }
            None => Ok(Self::Ours),
        }
    }
}

pub(super) fn names_in(directory: &Path) -> io::Result<Vec<String>> {
    let name = |entry: io::Result<fs::DirEntry>| Ok(entry?.file_name().to_string_lossy().into_owned());
    fs::read_dir(directory)?.map(name).collect()
}

/// Marks a directory as gover's, and lists what is in it. `run` is for [`run_of`].
pub(super) fn mark(directory: &Path, run: &str) -> io::Result<()> {
    let names = names_in(directory)?.join("\n");
    let mut marker = File::create(directory.join(MARKER))?;
    marker.write_all(format!("{FIRST_LINE}{run}\n{names}\n").as_bytes())?;
    marker.sync_all()
}

pub(super) fn unmark(directory: &Path) {
    drop(fs::remove_file(directory.join(MARKER)));
}

/// The run of gover that put the programs of a marked directory there.
pub(super) fn run_of(directory: &Path) -> Option<String> {
    let marker = fs::read_to_string(directory.join(MARKER)).ok()?;
    marker.lines().next()?.strip_prefix(FIRST_LINE).map(str::to_owned)
}

/// The file that shows that gover made a directory of programs, and lists what gover put there.
pub(super) const MARKER: &str = ".gover-keep-bin";
const FIRST_LINE: &str = "gover exec --keep-bin ";
