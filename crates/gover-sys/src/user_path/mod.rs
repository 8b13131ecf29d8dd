//! The search path that Windows keeps in the registry: the value `Path` of the user
//! (`HKCU\Environment`), which gover may change, and that of the machine, which it only reads.
//!
//! Everything but reading and writing works on raw UTF-16 and runs, and is tested, on every system.
//! Entries are compared one by one, never as parts of the text. What gover did not write (order,
//! case, `%VARIABLES%`, empty entries, unpaired surrogates) stays as it is.

use std::ffi::{OsStr, OsString};
use std::io;

mod entries;
#[cfg(windows)]
mod windows;

#[cfg(test)]
mod tests;

pub use entries::{SEPARATOR, plain, same as same_directory, split, without_open_mark};

use crate::registry::{self, Hive, MACHINE_ENVIRONMENT, Text, USER_ENVIRONMENT};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// As it is stored.
    pub text: Vec<u16>,
    /// The directory that it means: variables expanded, quotation marks gone.
    pub directory: OsString,
}

type Variables<'a> = &'a dyn Fn(&str) -> Option<OsString>;

/// What [`add_entry`] or [`remove_entry`] makes of a stored value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// `None` if the value is to be removed.
    pub path: Option<Text>,
    /// The entries for the directory before the change, as they were written, in order.
    pub found: Vec<Vec<u16>>,
}

/// `path` with exactly one entry for the directory `entry`, at the front.
///
/// An entry that means the same directory moves to the front as it is written: someone chose to
/// write `%USERPROFILE%\.gover\bin`. Only quotation marks that keep programs from finding it go.
/// A new value expands variables, like the one that Windows creates.
pub fn add_entry(path: Option<&Text>, entry: &[u16], variables: Variables<'_>) -> Changed {
    let Some(path) = path else {
        return Changed {
            path: Some(Text { text: entries::plain(entry), expands: true }),
            found: Vec::new(),
        };
    };
    let (found, others) = entries::divide(path, entry, variables);
    let ours = entries::plain(found.first().map_or(entry, Vec::as_slice));
    let is_first = entries::split(&path.text).next() == Some(&ours[..]);
    let text = if is_first && found.len() == 1 {
        path.text.clone()
    } else {
        // An empty value gets a separator after the entry, so that undoing does not give none.
        [&ours[..]].into_iter().chain(others).collect::<Vec<_>>().join(&entries::SEPARATOR)
    };
    Changed { path: Some(Text { text, expands: path.expands }), found }
}

/// `path` without the entries that mean the directory `entry`; no value if it held nothing else.
pub fn remove_entry(path: Option<&Text>, entry: &[u16], variables: Variables<'_>) -> Changed {
    let Some(path) = path else { return Changed { path: None, found: Vec::new() } };
    let (found, others) = entries::divide(path, entry, variables);
    let left = Text { text: others.join(&entries::SEPARATOR), expands: path.expands };
    Changed { path: (!others.is_empty()).then_some(left), found }
}

/// Every directory in order. A variable may stand for several, which then share one text.
pub fn directories(path: &Text, variables: Variables<'_>) -> Vec<Entry> {
    let mut result = Vec::new();
    for text in entries::split(&path.text) {
        let expanded = expand(path, text, variables);
        result.extend(entries::split(&expanded).map(|directory| Entry {
            text: text.to_vec(),
            directory: decode(&entries::unquoted(directory)),
        }));
    }
    result
}

/// The number of UTF-16 units that programs get, with variables expanded.
pub fn expanded_length(path: &Text, variables: Variables<'_>) -> usize {
    expand(path, &path.text, variables).len()
}

fn expand(path: &Text, text: &[u16], variables: Variables<'_>) -> Vec<u16> {
    if path.expands { entries::expand(text, variables) } else { text.to_vec() }
}

impl Entry {
    /// Whether this is `directory`, as Windows compares names.
    pub fn is(&self, directory: &[u16]) -> bool {
        entries::same(&encode(&self.directory), directory)
    }
}

/// The stored PATH of the user; `None` if there is none, and always on Unix.
pub fn read() -> io::Result<Option<Text>> {
    read_from(Hive::User, USER_ENVIRONMENT)
}

/// The machine's stored PATH, before the user's; `None` if there is none, and always on Unix.
pub fn read_machine() -> io::Result<Option<Text>> {
    read_from(Hive::Machine, MACHINE_ENVIRONMENT)
}

/// A value of another type is an error: gover must not replace what somebody stored.
fn read_from(hive: Hive, key: &str) -> io::Result<Option<Text>> {
    if let Some(path) = registry::text(hive, key, "Path")? {
        return Ok(Some(path));
    }
    let unexpected = |kind| {
        let text = format!("the value `Path` has the unexpected type {kind}");
        Err(io::Error::new(io::ErrorKind::InvalidData, text))
    };
    registry::kind(hive, key, "Path")?.map_or(Ok(None), unexpected)
}

/// Stores the user's PATH, or removes it for `None`. Windows only.
pub fn write(path: Option<&Text>) -> io::Result<()> {
    registry::write_user_text(USER_ENVIRONMENT, "Path", path)
}

/// Tells the desktop that the environment has changed, so that programs it starts from now on have
/// the new PATH. Windows only.
///
/// Each window gets some time to answer. After an error, programs see the change after the next
/// sign-in at the latest.
pub fn announce() -> io::Result<()> {
    #[cfg(windows)]
    return windows::announce();
    #[cfg(not(windows))]
    Err(io::ErrorKind::Unsupported.into())
}

/// A path or text in UTF-16: exact on Windows, of its readable form on Unix.
pub fn encode(text: &OsStr) -> Vec<u16> {
    #[cfg(windows)]
    return std::os::windows::ffi::OsStrExt::encode_wide(text).collect();
    #[cfg(not(windows))]
    text.to_string_lossy().encode_utf16().collect()
}

/// The path or text that this UTF-16 means: exact on Windows, readable on Unix.
pub fn decode(units: &[u16]) -> OsString {
    #[cfg(windows)]
    return std::os::windows::ffi::OsStringExt::from_wide(units);
    #[cfg(not(windows))]
    String::from_utf16_lossy(units).into()
}
