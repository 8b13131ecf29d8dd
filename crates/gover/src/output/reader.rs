//! Who reads the output, and what none of them may obey.

use std::fmt::Write as _;

use gover_core::env::{Env, vars};
use gover_core::text::is_unprintable;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reader {
    Person,
    /// A build service that obeys `##vso[…]` or `##[…]` anywhere in a line.
    Service,
}

impl Reader {
    pub(super) fn of(env: &Env) -> Self {
        let is_set = |name| env.var(name).is_some();
        if is_set(vars::TF_BUILD) || is_set(vars::GITHUB_ACTIONS) { Self::Service } else { Self::Person }
    }
    /// Text in which names and answers cannot be commands. Those that gover means are printed exactly.
    pub(super) fn harmless(self, text: String) -> String {
        if self == Self::Service && text.contains("##") { text.replace("##", "#\\u{23}") } else { text }
    }
}

/// JSON without characters that a terminal would obey or not show, and without `##`, which build
/// services obey. They can only stand in strings, where an escape means the same.
pub(crate) fn escaped(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    for c in json.chars() {
        if is_unprintable(c) || (c == '#' && escaped.ends_with('#')) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                // Writing to a String cannot fail.
                let _ = write!(escaped, "\\u{unit:04x}");
            }
        } else {
            escaped.push(c);
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_mean_the_same_text() {
        let text = "a\u{1b}[31m\u{9b}\u{202e}\u{e0041}\u{ad}\n\"☃\" ##vso[x] ###[y]";
        let json = escaped(&serde_json::to_string(text).unwrap());
        assert!(!json.chars().any(is_unprintable) && !json.contains("##"), "{json:?}");
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
    }
}
