//! The user's PATH where it is kept outside startup files: `HKCU\Environment` on Windows.
//!
//! The arithmetic works on raw UTF-16 and is the same, and tested, everywhere; only reading and writing the
//! registry needs Windows. Entries are compared one by one, never as parts of the text, and what is not ours
//! (order, case, `%VARIABLES%`, empty entries, unpaired surrogates) comes out as it went in.

use std::io;

#[cfg(windows)]
mod windows;

#[cfg(test)]
mod tests;

const SEPARATOR: u16 = b';' as u16;
const QUOTE: u16 = b'"' as u16;
const SLASH: u16 = b'/' as u16;
const BACKSLASH: u16 = b'\\' as u16;

/// The stored value, as raw as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserPath {
    /// The entries, separated by `;`, without a terminating zero.
    pub text: Vec<u16>,
    /// Whether `%VARIABLES%` in it are expanded (`REG_EXPAND_SZ`), which must be kept.
    pub expands: bool,
}

/// The stored PATH of the user; `None` if there is none, and always on Unix.
pub fn read() -> io::Result<Option<UserPath>> {
    #[cfg(windows)]
    return windows::read();
    #[cfg(not(windows))]
    Ok(None)
}

/// Stores the user's PATH, removes it for `None`, and tells running programs so. Windows only.
pub fn write(path: Option<&UserPath>) -> io::Result<()> {
    #[cfg(windows)]
    return windows::write(path);
    #[cfg(not(windows))]
    {
        let _ = path;
        Err(io::ErrorKind::Unsupported.into())
    }
}

/// UTF-16 of a path or text, as Windows has it; on Unix of its readable form.
pub fn encode(text: &std::ffi::OsStr) -> Vec<u16> {
    #[cfg(windows)]
    return std::os::windows::ffi::OsStrExt::encode_wide(text).collect();
    #[cfg(not(windows))]
    text.to_string_lossy().encode_utf16().collect()
}

/// `path` with `entry` first and nowhere else; unchanged if it is so already.
pub fn add_entry(path: &[u16], entry: &[u16]) -> Vec<u16> {
    if split(path).next().is_some_and(|first| same_entry(first, entry)) {
        return path.to_vec();
    }
    let mut result = quoted(entry);
    let rest = remove_entry(path, entry);
    if !rest.is_empty() {
        result.push(SEPARATOR);
        result.extend(rest);
    }
    result
}

/// `path` without any entry that means the directory `entry`.
pub fn remove_entry(path: &[u16], entry: &[u16]) -> Vec<u16> {
    let kept: Vec<_> = split(path).filter(|one| !same_entry(one, entry)).collect();
    kept.join(&SEPARATOR)
}

/// Whether `path` has an entry that means the directory `entry`.
pub fn has_entry(path: &[u16], entry: &[u16]) -> bool {
    split(path).any(|one| same_entry(one, entry))
}

/// Splits at `;` outside quotation marks.
fn split(path: &[u16]) -> impl Iterator<Item = &[u16]> {
    let mut is_quoted = false;
    path.split(move |&unit| {
        is_quoted ^= unit == QUOTE;
        unit == SEPARATOR && !is_quoted
    })
}

/// An entry that contains `;` is one only between quotation marks.
fn quoted(entry: &[u16]) -> Vec<u16> {
    if entry.contains(&SEPARATOR) && !entry.contains(&QUOTE) {
        [&[QUOTE], entry, &[QUOTE]].concat()
    } else {
        entry.to_vec()
    }
}

fn same_entry(a: &[u16], b: &[u16]) -> bool {
    let (a, b) = (comparable(a), comparable(b));
    !a.is_empty() && a == b
}

/// What an entry means: without quotation marks, surrounding blanks and final separators, in one case.
fn comparable(entry: &[u16]) -> Vec<u16> {
    let blank = |unit: &u16| *unit == u16::from(b' ') || *unit == u16::from(b'\t');
    let mut units: Vec<u16> = entry
        .iter()
        .filter(|&&unit| unit != QUOTE)
        .map(|&unit| if unit == SLASH { BACKSLASH } else { upper(unit) })
        .collect();
    while units.last().is_some_and(|unit| blank(unit) || *unit == BACKSLASH) {
        units.pop();
    }
    let start = units.iter().take_while(|unit| blank(unit)).count();
    units.split_off(start)
}

/// The upper case of one UTF-16 unit, as file names are compared; surrogates and long forms stay.
fn upper(unit: u16) -> u16 {
    let Some(letter) = char::from_u32(u32::from(unit)) else { return unit };
    let mut upper = letter.to_uppercase();
    match (upper.next().map(u32::from).map(u16::try_from), upper.next()) {
        (Some(Ok(unit)), None) => unit,
        _ => unit,
    }
}
