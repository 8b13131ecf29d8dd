//! Escapes module paths and versions for URLs and file names: an upper-case letter becomes `!` and
//! the lower-case letter (go.dev/ref/mod#goproxy-protocol).

use thiserror::Error;

use gover_core::text::shown;

/// Escapes a module path after the checks of Go's `module.CheckPath` that keep names safe.
pub fn escape_path(path: &str) -> Result<String, EscapeError> {
    let error = |reason| EscapeError::Path { path: path.to_owned(), reason };
    let mut elements = path.split('/');
    let first = elements.next().unwrap_or_default();
    check_host(first).map_err(error)?;
    check_element(first, is_path_character).map_err(error)?;
    for element in elements {
        if element.starts_with('.') {
            return Err(error("leading dot in path element"));
        }
        check_element(element, is_path_character).map_err(error)?;
    }
    Ok(escape(path))
}

/// Escapes a module version. Stricter than Go's `module.EscapeVersion`: also rejects what no
/// release name contains and a URL would have to quote.
pub fn escape_version(version: &str) -> Result<String, EscapeError> {
    check_element(version, |byte| is_path_character(byte) || byte == b'+')
        .map_err(|reason| EscapeError::Version { version: version.to_owned(), reason })?;
    Ok(escape(version))
}

/// The module path or version that was escaped to `text`; `None` if none is.
pub fn unescape(text: &str) -> Option<String> {
    let mut characters = text.chars();
    let mut plain = String::with_capacity(text.len());
    while let Some(character) = characters.next() {
        plain.push(match character {
            '!' => characters.next().filter(char::is_ascii_lowercase)?.to_ascii_uppercase(),
            'A'..='Z' => return None,
            other => other,
        });
    }
    Some(plain)
}

#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum EscapeError {
    #[error("malformed module path `{}`: {reason}", shown(path))]
    Path { path: String, reason: &'static str },
    #[error("version `{}` invalid: {reason}", shown(version))]
    Version { version: String, reason: &'static str },
}

fn check_host(element: &str) -> Result<(), &'static str> {
    if element.starts_with('-') {
        return Err("leading dash in first path element");
    }
    if element.starts_with('.') {
        return Err("leading dot in path element");
    }
    if !element.contains('.') {
        return Err("missing dot in first path element");
    }
    let allowed =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.');
    if element.bytes().all(allowed) { Ok(()) } else { Err("invalid character in first path element") }
}

fn check_element(element: &str, allowed: fn(u8) -> bool) -> Result<(), &'static str> {
    if element.is_empty() {
        return Err("empty element");
    }
    if element.ends_with('.') {
        return Err("trailing dot");
    }
    if !element.bytes().all(allowed) {
        return Err("disallowed character");
    }
    let short = element.split('.').next().unwrap_or_default();
    if is_device(short) {
        return Err("a device name on Windows");
    }
    // `NAME~1` is how Windows abbreviates long names.
    let digits = short.rsplit_once('~').map_or("", |(_, suffix)| suffix);
    if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err("trailing tilde and digits");
    }
    Ok(())
}

fn is_path_character(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

fn is_device(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let numbered = name.strip_prefix("com").or_else(|| name.strip_prefix("lpt"));
    matches!(name.as_str(), "con" | "prn" | "aux" | "nul")
        || numbered.is_some_and(|digit| matches!(digit.as_bytes(), [b'1'..=b'9']))
}

fn escape(text: &str) -> String {
    let mark = |character: &char| character.is_ascii_uppercase().then_some('!');
    text.chars().flat_map(|c| mark(&c).into_iter().chain([c.to_ascii_lowercase()])).collect()
}
