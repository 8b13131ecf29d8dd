//! Which names of files mean the same on every platform, and which are one file on some.

use std::borrow::Cow;

use icu_normalizer::DecomposingNormalizerBorrowed;

use super::Reason;

/// Refuses a component that is no name, or another one, on some platform.
pub(super) fn check_component(component: &str) -> Result<(), Reason> {
    if component.is_empty() || component == "." || component == ".." {
        return Err(Reason::Escapes);
    }
    if component.len() > MAX_COMPONENT {
        return Err(Reason::TooLong);
    }
    if let Some(character) = component.chars().find(|character| is_odd(*character)) {
        return Err(Reason::Character { character });
    }
    if component.ends_with(['.', ' ']) || is_reserved(component) || is_short_name(component) {
        return Err(Reason::ReservedName);
    }
    Ok(())
}

/// `:` covers drive letters and alternate data streams, `\` the other separator. HFS+ skips marks
/// that nobody sees, and the same marks turn the order of what is printed around.
fn is_odd(character: char) -> bool {
    character.is_control()
        || matches!(character, '\\' | ':' | '<' | '>' | '"' | '|' | '?' | '*')
        || matches!(character, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(character, '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
        || matches!(character, '\u{fff0}'..='\u{ffff}' | '\u{e0000}'..='\u{e0fff}')
}

/// `PROGRA~1`: how Windows abbreviates a longer name (x/mod/module `checkElem` refuses it too).
fn is_short_name(component: &str) -> bool {
    let stem = component.split('.').next().unwrap_or_default();
    stem.rsplit_once('~')
        .is_some_and(|(_, number)| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// What two names have in common that are one file on some system: case does not count on macOS and
/// Windows, nor does macOS tell `é` from `e` and an accent. Upper case first, since `ſ` and `ς` are
/// lower case already.
pub(super) fn fold(path: &str) -> Cow<'_, str> {
    if path.is_ascii() {
        return if path.bytes().any(|byte| byte.is_ascii_uppercase()) {
            Cow::Owned(path.to_ascii_lowercase())
        } else {
            Cow::Borrowed(path)
        };
    }
    let decompose = DecomposingNormalizerBorrowed::new_nfd();
    let plain = decompose.normalize(path);
    let folded: String = plain.chars().flat_map(char::to_uppercase).flat_map(char::to_lowercase).collect();
    Cow::Owned(decompose.normalize(&folded).into_owned())
}

/// Device names count up to the first dot, in any case (learn.microsoft.com, "Naming Files").
fn is_reserved(component: &str) -> bool {
    let stem = component.split('.').next().unwrap_or_default().trim_end().to_lowercase();
    if matches!(stem.as_str(), "con" | "prn" | "aux" | "nul" | "conin$" | "conout$") {
        return true;
    }
    stem.strip_prefix("com").or_else(|| stem.strip_prefix("lpt")).is_some_and(|rest| {
        matches!(rest, "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9" | "¹" | "²" | "³")
    })
}

/// In bytes: the limit of every common file system.
const MAX_COMPONENT: usize = 255;
