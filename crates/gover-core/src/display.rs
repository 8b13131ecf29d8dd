//! Paths and sizes in a form for people.

use std::path::Path;

use crate::platform::IS_WINDOWS;

/// `path` with the user's home shortened to `~`, for people only, never for data.
pub fn short_path(path: &Path, home: Option<&Path>) -> String {
    let below = home.filter(|home| home.parent().is_some()).and_then(|home| path.strip_prefix(home).ok());
    match below {
        Some(rest) if rest.as_os_str().is_empty() => "~".to_owned(),
        Some(rest) => Path::new("~").join(rest).display().to_string(),
        None => path.display().to_string(),
    }
}

/// A word to paste into any shell of this system. No shell runs or expands a part of it.
pub fn pasted(word: &str) -> String {
    if IS_WINDOWS { pasted_on_windows(word) } else { pasted_on_unix(word) }
}

/// Single quotes, with quotes and backslashes of the word outside of them: fish reads `\` between
/// single quotes as an escape, and POSIX shells do not. A `~/` at the start stays the home.
fn pasted_on_unix(word: &str) -> String {
    let (home, rest) = word.strip_prefix("~/").map_or(("", word), |rest| ("~/", rest));
    if is_plain(rest, "./:-_") {
        return word.to_owned();
    }
    let mut text = home.to_owned();
    let is_outside = |c: char| matches!(c, '\'' | '\\');
    for part in rest.split_inclusive(is_outside) {
        let quoted = part.trim_end_matches(is_outside);
        if !quoted.is_empty() {
            text.extend(["'", quoted, "'"]);
        }
        if let Some(mark) = part.strip_prefix(quoted).filter(|mark| !mark.is_empty()) {
            text.push('\\');
            text.push_str(mark);
        }
    }
    if rest.is_empty() { format!("{home}''") } else { text }
}

/// Double quotes, the only ones that cmd.exe knows. `PowerShell` expands `$` and `` ` `` between
/// them and takes curly quotes for straight ones, so each gets a backtick.
fn pasted_on_windows(word: &str) -> String {
    if is_plain(word, "./:-_\\") {
        return word.to_owned();
    }
    let mut text = String::from('"');
    for c in word.chars() {
        match c {
            '$' | '`' | '\u{201c}' | '\u{201d}' | '\u{201e}' => text.push('`'),
            '"' => text.push('"'),
            _ => {}
        }
        text.push(c);
    }
    // Programs take `\"` for a quotation mark.
    text.push_str(&"\\".repeat(word.len() - word.trim_end_matches('\\').len()));
    text + "\""
}

fn is_plain(word: &str, marks: &str) -> bool {
    !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || marks.contains(c))
}

/// Bytes in MiB with one decimal.
pub fn mebibytes(bytes: u64) -> String {
    // Tenths of a MiB are exact in integers.
    let tenths = (u128::from(bytes) * 10 + (1 << 19)) >> 20;
    format!("{}.{} MiB", tenths / 10, tenths % 10)
}

/// `file:line in directory`, for sentences about a file.
pub fn location(path: &Path, line: Option<usize>, home: Option<&Path>) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
    let line = line.map(|line| format!(":{line}")).unwrap_or_default();
    match path.parent() {
        Some(directory) => format!("{name}{line} in {}", short_path(directory, home)),
        None => format!("{name}{line}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_rounded_to_tenths_of_a_mebibyte() {
        assert_eq!(mebibytes(0), "0.0 MiB");
        assert_eq!(mebibytes(69 << 20 | 1 << 19), "69.5 MiB");
        assert_eq!(mebibytes(u64::MAX), "17592186044416.0 MiB");
    }

    #[test]
    fn the_home_directory_is_shortened_by_whole_names() {
        let home = Path::new("/home/ann");
        assert_eq!(
            short_path(Path::new("/home/ann/shop"), Some(home)),
            Path::new("~").join("shop").display().to_string()
        );
        assert_eq!(short_path(home, Some(home)), "~");
        assert_eq!(short_path(Path::new("/home/anna"), Some(home)), "/home/anna");
        assert_eq!(short_path(Path::new("/etc"), Some(Path::new("/"))), "/etc");
    }

    #[test]
    fn a_pasted_word_is_quoted_if_a_shell_would_change_it() {
        for (word, quoted) in [
            ("/media/usb/go", "/media/usb/go"),
            ("~/Ann Lee", "~/'Ann Lee'"),
            (">=1.21", "'>=1.21'"),
            ("~1.22.3", "'~1.22.3'"),
            ("", "''"),
            ("/x y$(touch pw)`id`", "'/x y$(touch pw)`id`'"),
            ("it's", r"'it'\''s'"),
            (r"a\'b", r"'a'\\\''b'"),
            ("''", r"\'\'"),
        ] {
            assert_eq!(pasted_on_unix(word), quoted);
        }
        for (word, quoted) in [
            (r"C:\go", r"C:\go"),
            (r"C:\Ann Lee", "\"C:\\Ann Lee\""),
            (r"C:\Ann Lee\", "\"C:\\Ann Lee\\\\\""),
            ("^1.21", "\"^1.21\""),
            ("x$(calc)`&\u{201d}", "\"x`$(calc)``&`\u{201d}\""),
            ("a\"&calc", "\"a\"\"&calc\""),
        ] {
            assert_eq!(pasted_on_windows(word), quoted);
        }
    }

    #[test]
    fn a_location_has_name_line_and_directory() {
        assert_eq!(location(Path::new("/home/ann/shop/go.mod"), Some(3), None), "go.mod:3 in /home/ann/shop");
    }
}
