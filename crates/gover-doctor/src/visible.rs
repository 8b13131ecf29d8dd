//! Text from files and answers, made fit for a terminal.

/// The text with a sign in place of each character that a terminal would obey instead of showing it: what a file says must
/// not move the cursor, change colours or hide the rest of a line. A tab stays.
pub fn visible(text: &str) -> String {
    text.chars().map(sign).collect()
}

fn sign(c: char) -> char {
    match c {
        '\t' => c,
        // The pictures of control characters stand in their order from U+2400.
        '\0'..='\x1f' => char::from_u32(0x2400 + u32::from(c)).unwrap_or(UNKNOWN),
        '\x7f' => '␡',
        // What turns the direction of writing around makes code look like other code.
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => UNKNOWN,
        c if c.is_control() => UNKNOWN,
        c => c,
    }
}

const UNKNOWN: char = char::REPLACEMENT_CHARACTER;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_a_terminal_obeys_is_left() {
        assert_eq!(visible("go 1.22\t// ü \u{1b}[2J\r\0\u{7f}"), "go 1.22\t// ü ␛[2J␍␀␡");
        assert_eq!(visible("a\u{202e}b\u{9b}c"), "a\u{fffd}b\u{fffd}c");
        assert!((0..0x11_0000).filter_map(char::from_u32).all(|c| c == '\t' || !sign(c).is_control()));
    }
}
