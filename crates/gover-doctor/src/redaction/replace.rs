//! Replaces whole paths and names in a text.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    /// A path, also as the start of a longer one.
    Path { is_windows: bool },
    /// A name, in any case.
    Name,
}

/// `text` with `new` in place of `old` wherever that is not part of a longer name.
pub(super) fn replace(text: &str, old: &str, new: &str, word: Word) -> String {
    if old.is_empty() {
        return text.to_owned();
    }
    let mut replaced = String::with_capacity(text.len());
    let mut rest = text;
    let mut before = None;
    while let Some(c) = rest.chars().next() {
        let length = length_at_start(rest, old, word);
        let after = length.and_then(|length| rest.get(length..)).unwrap_or_default();
        if let Some(length) = length.filter(|_| !goes_before(before, word) && !goes_on(after, word)) {
            replaced.push_str(new);
            before = rest.get(..length).and_then(|found| found.chars().last());
            rest = after;
        } else {
            replaced.push(c);
            before = Some(c);
            rest = rest.get(c.len_utf8()..).unwrap_or_default();
        }
    }
    replaced
}

/// The length of `old` at the start of a text. A separator of Windows may be doubled there, as in JSON.
fn length_at_start(text: &str, old: &str, word: Word) -> Option<usize> {
    let is_windows = word == Word::Path { is_windows: true };
    let is_separator = |c: char| is_windows && (c == '/' || c == '\\');
    let mut rest = text.char_indices().peekable();
    for wanted in old.chars() {
        let (_, found) = rest.next()?;
        if is_separator(wanted) && is_separator(found) {
            rest.next_if(|(_, c)| *c == '\\' && found == '\\');
            continue;
        }
        let is_equal = if is_windows || word == Word::Name {
            found.to_lowercase().eq(wanted.to_lowercase())
        } else {
            found == wanted
        };
        if !is_equal {
            return None;
        }
    }
    Some(rest.next().map_or(text.len(), |(at, _)| at))
}

fn goes_before(before: Option<char>, word: Word) -> bool {
    before.is_some_and(|c| c.is_alphanumeric() || (word != Word::Name && matches!(c, '_' | '-' | '.' | '~')))
}

fn goes_on(after: &str, word: Word) -> bool {
    let mut after = after.chars();
    match after.next() {
        Some('.') if word != Word::Name => after.next().is_some_and(char::is_alphanumeric),
        Some('_' | '-') => word != Word::Name,
        Some(c) => c.is_alphanumeric(),
        None => false,
    }
}
