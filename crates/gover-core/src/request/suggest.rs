use crate::nearest;
use crate::version::GoVersion;

pub(super) fn close_to(text: &str) -> Option<String> {
    let lower = text.trim_matches(QUOTES).trim().to_lowercase();
    let lower =
        lower.trim_start_matches("golang").trim_start_matches("go").trim_start_matches([' ', '@', '-', 'v']);
    if lower.starts_with(|c: char| c.is_ascii_digit()) {
        return version_in(&lower.replace(',', "."));
    }
    nearest(lower, WORDS).map(str::to_owned)
}

/// The longest leading part that is a version: `1.22.5` of `1.22.5.linux-amd64`.
fn version_in(text: &str) -> Option<String> {
    let ends: Vec<usize> = text.char_indices().map(|(at, c)| at + c.len_utf8()).take(20).collect();
    ends.iter()
        .rev()
        .filter_map(|&end| text.get(..end))
        .find(|head| GoVersion::parse(head).is_ok() && head.contains('.') && !head.ends_with("rc"))
        .map(str::to_owned)
}

/// Straight and curly quotation marks, and backticks.
pub(super) const QUOTES: [char; 7] = ['"', '\'', '`', '\u{201c}', '\u{201d}', '\u{2018}', '\u{2019}'];

const WORDS: [&str; 5] = ["latest", "stable", "oldstable", "next", "system"];
