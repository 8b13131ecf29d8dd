//! Entries of a PATH of Windows: where one ends, what it means, and when two mean the same.

use super::{Variables, encode};
use crate::registry::Text;

pub const SEPARATOR: u16 = b';' as u16;
const QUOTE: u16 = b'"' as u16;
const SLASH: u16 = b'/' as u16;
const BACKSLASH: u16 = b'\\' as u16;
const PERCENT: u16 = b'%' as u16;

/// The entries as they are written: the text split at `;` outside quotation marks.
pub fn split(path: &[u16]) -> impl Iterator<Item = &[u16]> {
    let mut is_quoted = false;
    path.split(move |&unit| {
        is_quoted ^= unit == QUOTE;
        unit == SEPARATOR && !is_quoted
    })
}

/// The entries that mean the directory `entry`, and the others.
pub(super) fn divide<'a>(
    path: &'a Text,
    entry: &[u16],
    variables: Variables<'_>,
) -> (Vec<Vec<u16>>, Vec<&'a [u16]>) {
    let (found, others): (Vec<_>, Vec<_>) = split(&path.text)
        // As written too: a `%` in the name of a directory cannot be written otherwise.
        .partition(|one| same(one, entry) || (path.expands && same(&expand(one, variables), entry)));
    (found.into_iter().map(<[u16]>::to_vec).collect(), others)
}

/// The entry with quotation marks only where it needs them: around a name that contains `;`.
/// Programs other than cmd.exe do not find a directory between quotation marks.
pub fn plain(entry: &[u16]) -> Vec<u16> {
    let name = unquoted(entry);
    if name.contains(&SEPARATOR) { [&[QUOTE], &name[..], &[QUOTE]].concat() } else { name }
}

pub(super) fn unquoted(entry: &[u16]) -> Vec<u16> {
    entry.iter().copied().filter(|&unit| unit != QUOTE).collect()
}

/// A whole value without the quotation mark that is never closed, if there is one: all entries
/// after that mark are parts of one.
pub fn without_open_mark(path: &[u16]) -> Vec<u16> {
    let mut marks = path.iter().enumerate().filter(|(_, unit)| **unit == QUOTE).map(|(at, _)| at);
    let mut closed = path.to_vec();
    if let Some(last) = marks.next_back()
        && marks.count() % 2 == 0
    {
        closed.remove(last);
    }
    closed
}

/// Replaces `%NAME%` where there is such a variable. Any other `%` stays, as with
/// `ExpandEnvironmentStrings`.
pub(super) fn expand(text: &[u16], variables: Variables<'_>) -> Vec<u16> {
    let mut result = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&unit, after)) = rest.split_first() {
        rest = after;
        if unit == PERCENT
            && let Some(end) = after.iter().position(|&unit| unit == PERCENT)
            && let Some(name) = after.get(..end).filter(|name| !name.is_empty())
            && let Some(value) = String::from_utf16(name).ok().and_then(|name| variables(&name))
        {
            result.extend(encode(&value));
            rest = after.get(end + 1..).unwrap_or_default();
        } else {
            result.push(unit);
        }
    }
    result
}

/// Whether two names mean one directory, as Windows compares them: in any case, with any
/// separators. An empty one means no directory. A space at either end is part of the name: Windows
/// does not find the directory without it.
pub fn same(a: &[u16], b: &[u16]) -> bool {
    let (a, b) = (comparable(a), comparable(b));
    !a.is_empty() && a == b
}

/// An entry without what makes no difference: quotation marks, final and repeated separators, their
/// direction, case.
fn comparable(entry: &[u16]) -> Vec<u16> {
    let mut result: Vec<u16> = Vec::with_capacity(entry.len());
    for unit in unquoted(entry) {
        let unit = if unit == SLASH { BACKSLASH } else { upper(unit) };
        // Two at the beginning mean something else: `\\server\share`.
        if unit != BACKSLASH || result.len() < 2 || result.last() != Some(&BACKSLASH) {
            result.push(unit);
        }
    }
    while result.last() == Some(&BACKSLASH) {
        result.pop();
    }
    result
}

/// One UTF-16 unit in upper case, as file names are compared. Surrogates stay as they are, and so
/// do letters whose upper case is longer.
fn upper(unit: u16) -> u16 {
    let Some(letter) = char::from_u32(u32::from(unit)) else { return unit };
    let mut upper = letter.to_uppercase();
    match (upper.next().map(u32::from).map(u16::try_from), upper.next()) {
        (Some(Ok(unit)), None) => unit,
        _ => unit,
    }
}
