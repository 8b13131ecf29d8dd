//! The search path where Windows keeps it outside startup files: the value `Path` of the user
//! (`HKCU\Environment`), which may be changed, and of the machine, which is only read.
//!
//! The arithmetic works on raw UTF-16 and is the same, and tested, everywhere; only reading and writing the
//! registry needs Windows. Entries are compared one by one, never as parts of the text, and what is not ours
//! (order, case, `%VARIABLES%`, empty entries, unpaired surrogates) comes out as it went in.

use std::ffi::{OsStr, OsString};
use std::io;

mod entries;
#[cfg(windows)]
mod windows;

#[cfg(test)]
mod tests;

/// A stored value, as raw as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserPath {
    /// The entries, separated by `;`, without a terminating zero.
    pub text: Vec<u16>,
    /// Whether `%VARIABLES%` in it are expanded (`REG_EXPAND_SZ`), which must be kept.
    pub expands: bool,
}

/// A directory of a stored value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The entry as it is stored.
    pub text: Vec<u16>,
    /// The directory that it means: variables expanded, quotation marks gone.
    pub directory: OsString,
}

/// Looks up an environment variable by its name.
pub trait Variables {
    /// The value of a variable, if there is one of that name.
    fn variable(&self, name: &str) -> Option<OsString>;
}

impl<F: Fn(&str) -> Option<OsString>> Variables for F {
    fn variable(&self, name: &str) -> Option<OsString> {
        self(name)
    }
}

/// What [`add_entry`] or [`remove_entry`] makes of a stored value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// The value; `None` if there is to be none.
    pub path: Option<UserPath>,
    /// The entries that stood for the directory before, as they were written, in their order.
    pub found: Vec<Vec<u16>>,
}

/// `path` with an entry for the directory `entry` first and nowhere else; as it is if that is so already.
///
/// An entry that means the same directory keeps the form it has and moves to the front: someone chose to write
/// `%USERPROFILE%\.gover\bin`. A new value expands variables, as the one that Windows itself creates.
pub fn add_entry(path: Option<&UserPath>, entry: &[u16], variables: &dyn Variables) -> Changed {
    let Some(path) = path else {
        return Changed {
            path: Some(UserPath { text: entries::quoted(entry), expands: true }),
            found: Vec::new(),
        };
    };
    let (found, others) = entries::divide(path, entry, variables);
    let is_first = entries::split(&path.text).next().is_some_and(|first| found.first() == Some(&first));
    let text = if is_first && found.len() == 1 {
        path.text.clone()
    } else {
        let ours = found.first().map_or_else(|| entries::quoted(entry), |first| first.to_vec());
        // An empty value gets a separator behind the entry, so that undoing gives an empty value and not none.
        [&ours[..]].into_iter().chain(others).collect::<Vec<_>>().join(&entries::SEPARATOR)
    };
    Changed {
        path: Some(UserPath { text, expands: path.expands }),
        found: found.iter().map(|one| one.to_vec()).collect(),
    }
}

/// `path` without any entry that means the directory `entry`; no value if nothing else was in it.
pub fn remove_entry(path: Option<&UserPath>, entry: &[u16], variables: &dyn Variables) -> Changed {
    let Some(path) = path else { return Changed { path: None, found: Vec::new() } };
    let (found, others) = entries::divide(path, entry, variables);
    let left = UserPath { text: others.join(&entries::SEPARATOR), expands: path.expands };
    Changed {
        path: (!others.is_empty()).then_some(left),
        found: found.iter().map(|one| one.to_vec()).collect(),
    }
}

impl UserPath {
    /// Every directory in order. A variable may stand for several, which then share one text.
    pub fn directories(&self, variables: &dyn Variables) -> Vec<Entry> {
        let mut result = Vec::new();
        for text in entries::split(&self.text) {
            let expanded = self.expand(text, variables);
            result.extend(entries::split(&expanded).map(|directory| Entry {
                text: text.to_vec(),
                directory: decode(&entries::unquoted(directory)),
            }));
        }
        result
    }

    /// How many UTF-16 units programs get, with variables expanded.
    pub fn expanded_length(&self, variables: &dyn Variables) -> usize {
        self.expand(&self.text, variables).len()
    }

    fn expand(&self, text: &[u16], variables: &dyn Variables) -> Vec<u16> {
        if self.expands { entries::expand(text, variables) } else { text.to_vec() }
    }
}

impl Entry {
    /// Whether this and `directory` are one, as Windows compares names.
    pub fn is(&self, directory: &[u16]) -> bool {
        same_directory(&encode(&self.directory), directory)
    }
}

/// Whether two directories are one by their names, as Windows compares them: in any case, with any separators.
pub fn same_directory(a: &[u16], b: &[u16]) -> bool {
    entries::same(a, b)
}

/// The stored PATH of the user; `None` if there is none, and always on Unix.
pub fn read() -> io::Result<Option<UserPath>> {
    #[cfg(windows)]
    return windows::read();
    #[cfg(not(windows))]
    Ok(None)
}

/// The stored PATH of the machine, which comes before the user's; `None` if there is none, and always on Unix.
pub fn read_machine() -> io::Result<Option<UserPath>> {
    #[cfg(windows)]
    return windows::read_machine();
    #[cfg(not(windows))]
    Ok(None)
}

/// Stores the user's PATH, or removes it for `None`. Windows only.
pub fn write(path: Option<&UserPath>) -> io::Result<()> {
    #[cfg(windows)]
    return windows::write(path);
    #[cfg(not(windows))]
    {
        let _ = path;
        Err(io::ErrorKind::Unsupported.into())
    }
}

/// Tells the desktop that the environment has changed, so that what it starts from now on has the new PATH.
///
/// Each window has its time to answer. An error means that programs see the change after the next sign-in at the latest.
/// Windows only.
pub fn announce() -> io::Result<()> {
    #[cfg(windows)]
    return windows::announce();
    #[cfg(not(windows))]
    Err(io::ErrorKind::Unsupported.into())
}

/// UTF-16 of a path or text, as Windows has it; on Unix of its readable form.
pub fn encode(text: &OsStr) -> Vec<u16> {
    #[cfg(windows)]
    return std::os::windows::ffi::OsStrExt::encode_wide(text).collect();
    #[cfg(not(windows))]
    text.to_string_lossy().encode_utf16().collect()
}

/// The path or text that this UTF-16 means, whole on Windows; on Unix its readable form.
pub fn decode(units: &[u16]) -> OsString {
    #[cfg(windows)]
    return std::os::windows::ffi::OsStringExt::from_wide(units);
    #[cfg(not(windows))]
    String::from_utf16_lossy(units).into()
}
