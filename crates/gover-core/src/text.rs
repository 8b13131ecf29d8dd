//! Small files that people and editors write.

/// The text of such a file: UTF-8, or UTF-16 with a byte order mark, which is what `echo 1.22 > .go-version` makes in
/// Windows PowerShell 5.1. `None` for anything else.
pub fn decode(bytes: Vec<u8>) -> Option<String> {
    let unit: fn([u8; 2]) -> u16 = match bytes.get(..2) {
        Some([0xff, 0xfe]) => u16::from_le_bytes,
        Some([0xfe, 0xff]) => u16::from_be_bytes,
        _ => return String::from_utf8(bytes).ok(),
    };
    let (pairs, rest) = bytes.get(2..)?.as_chunks::<2>();
    let units = pairs.iter().map(|pair| unit(*pair));
    if rest.is_empty() { char::decode_utf16(units).collect::<Result<_, _>>().ok() } else { None }
}

/// Text as it can be shown in a sentence: control characters are escaped, everything else is as it was typed.
pub fn shown(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        // Characters that change the direction of a line would let a file rewrite the sentence around them.
        let is_direction =
            matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if c.is_control() || is_direction {
            shown.extend(c.escape_debug());
        } else {
            shown.push(c);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_encodings_are_read_and_halves_are_not() {
        let units: Vec<u16> = "\u{feff}1.22 ☃".encode_utf16().collect();
        let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
        let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
        for bytes in [little.clone(), big, "1.22 ☃".as_bytes().to_vec()] {
            assert_eq!(decode(bytes).as_deref(), Some("1.22 ☃"));
        }
        for bytes in [&little[..little.len() - 1], &[0xff, 0xfe, 0x00, 0xd8], b"\xff\xff1"] {
            assert_eq!(decode(bytes.to_vec()), None);
        }
    }

    #[test]
    fn what_is_shown_keeps_backslashes_and_quotes() {
        assert_eq!(shown("C:\\go \"x\" 'y' ☃"), "C:\\go \"x\" 'y' ☃");
        assert_eq!(shown("a\nb\u{1b}[31m\u{202e}"), "a\\nb\\u{1b}[31m\\u{202e}");
    }
}
