//! Paths and sizes in a form for people.

use std::path::{MAIN_SEPARATOR, Path};

/// `path` with the user's home shortened to `~`, for people only, never for data.
pub fn short_path(path: &Path, home: Option<&Path>) -> String {
    let below = home.filter(|home| home.parent().is_some()).and_then(|home| path.strip_prefix(home).ok());
    match below {
        Some(rest) if rest.as_os_str().is_empty() => "~".to_owned(),
        Some(rest) => Path::new("~").join(rest).display().to_string(),
        None => path.display().to_string(),
    }
}

/// A word to paste into any shell of this system: between double quotes if it needs them.
pub fn pasted(word: &str) -> String {
    let plain = |c: char| {
        c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '/' | ':') || c == MAIN_SEPARATOR
    };
    if !word.is_empty() && word.chars().all(plain) { word.to_owned() } else { format!("\"{word}\"") }
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
        assert_eq!(pasted("/media/usb/go"), "/media/usb/go");
        assert_eq!(pasted("~/Ann Lee"), "\"~/Ann Lee\"");
        assert_eq!(pasted(">=1.21"), "\">=1.21\"");
    }

    #[test]
    fn a_location_has_name_line_and_directory() {
        assert_eq!(location(Path::new("/home/ann/shop/go.mod"), Some(3), None), "go.mod:3 in /home/ann/shop");
    }
}
