//! Pins: the files of a project that choose a Go version.

mod error;

use std::io;
use std::path::{Path, PathBuf};

pub use error::PinError;

use crate::bounded::Found;
use crate::gorules::Temporary;
use crate::request::Request;
use crate::text;

pub const VERSION_FILE: &str = ".go-version";
/// Shared with managers of other languages, such as asdf and mise.
pub const TOOL_VERSIONS_FILE: &str = ".tool-versions";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PinKind {
    VersionFile,
    /// `.tool-versions`, line `golang V` or `go V`
    ToolVersions,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pin {
    pub kind: PinKind,
    pub path: PathBuf,
    pub line: usize,
    pub request: Request,
}

/// The nearest pin in `directory` or above. In one directory `.go-version` has precedence over
/// `.tool-versions`.
///
/// A directory or device of that name is ignored, as cmd/go does with go.mod. A file that cannot be
/// understood is an error: running another version than the project pins would be worse.
///
/// Files directly in `temporary`, the directory for temporary files, are passed over, as cmd/go
/// does with a go.mod there (go.dev/issue/26708).
pub fn find_pin(directory: &Path, temporary: &Temporary) -> Result<Option<Pin>, PinError> {
    for directory in directory.ancestors() {
        let found = pin_in(directory).transpose();
        if let Some(found) = found.filter(|_| !temporary.is(directory)) {
            return found.map(Some);
        }
    }
    Ok(None)
}

fn pin_in(directory: &Path) -> Result<Option<Pin>, PinError> {
    match read_version_file(&directory.join(VERSION_FILE))? {
        Some(pin) => Ok(Some(pin)),
        None => read_tool_versions(&directory.join(TOOL_VERSIONS_FILE)),
    }
}

/// `None` if there is no such file.
pub fn read_version_file(path: &Path) -> Result<Option<Pin>, PinError> {
    let Some(text) = read(path)? else { return Ok(None) };
    let (line, word) = first_version(&text).ok_or_else(|| PinError::Empty { path: path.to_owned() })?;
    pin(PinKind::VersionFile, path, line, word).map(Some)
}

fn read_tool_versions(path: &Path) -> Result<Option<Pin>, PinError> {
    let Some(text) = read(path)? else { return Ok(None) };
    match go_version(&text) {
        Some((line, word)) => pin(PinKind::ToolVersions, path, line, word).map(Some),
        None => Ok(None),
    }
}

/// The first line that is neither empty nor a comment, with its number. Later versions are ignored,
/// as other managers do.
pub fn first_version(text: &str) -> Option<(usize, &str)> {
    text.trim_start_matches('\u{feff}')
        .lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line.split('#').next().unwrap_or_default().trim()))
        .find(|(_, line)| !line.is_empty())
}

/// The first version in the line `golang V…` or `go V…`, with the line's number (asdf-vm.com: later
/// versions are fallbacks, `#` starts a comment).
pub fn go_version(text: &str) -> Option<(usize, &str)> {
    text.trim_start_matches('\u{feff}').lines().enumerate().find_map(|(index, line)| {
        let mut words = line.split('#').next().unwrap_or_default().split_whitespace();
        let tool = words.next()?;
        let version = words.next()?;
        matches!(tool, "golang" | "go").then_some((index + 1, version))
    })
}

fn pin(kind: PinKind, path: &Path, line: usize, word: &str) -> Result<Pin, PinError> {
    let path = path.to_owned();
    match Request::parse_pin(word) {
        Ok(request) => Ok(Pin { kind, path, line, request }),
        Err(source) => Err(PinError::Invalid { path, line, source }),
    }
}

fn read(path: &Path) -> Result<Option<String>, PinError> {
    let unreadable = |source| PinError::Unreadable { path: path.to_owned(), source };
    let found = match Found::at(path.to_owned()) {
        Ok(found) => found,
        Err(error) if is_absent(&error) => return Ok(None),
        Err(error) => return Err(unreadable(error)),
    };
    if !found.is_file() {
        return Ok(None);
    }
    if found.size() > MAX_SIZE {
        return Err(PinError::TooLarge { path: path.to_owned(), size: found.size() });
    }
    let bytes = found.read(MAX_SIZE).map_err(unreadable)?;
    text::decode(bytes).map(Some).ok_or_else(|| PinError::NotText { path: path.to_owned() })
}

/// Whether nothing has that name. A parent may be something other than a directory, and one without
/// search permission hides the file, as it hides a go.mod from Go.
fn is_absent(error: &io::Error) -> bool {
    use io::ErrorKind::{NotADirectory, NotFound, PermissionDenied};
    matches!(error.kind(), NotFound | NotADirectory | PermissionDenied)
}

const MAX_SIZE: u64 = 64 << 10;

#[cfg(test)]
mod tests;
