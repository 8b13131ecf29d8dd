//! Text that people, editors and servers wrote, and text for people.

/// The text of a small file: UTF-8, or UTF-16 with a byte order mark, which `echo 1.22 >
/// .go-version` writes in Windows PowerShell 5.1. `None` for anything else.
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

/// Text from a file, a server or an argument as part of a sentence. A terminal would obey control
/// characters, and those that change the direction of writing or have no width would hide what the
/// text is; they are escaped. Everything else is as it was typed.
pub fn shown(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() || is_invisible(c) {
            shown.extend(c.escape_debug());
        } else {
            shown.push(c);
        }
    }
    shown
}

fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// `1 toolchain`, `3 toolchains`, `2 entries`.
pub fn counted(count: impl TryInto<u64>, noun: &str) -> String {
    let count = count.try_into().unwrap_or(u64::MAX);
    match noun.strip_suffix('y') {
        _ if count == 1 => format!("1 {noun}"),
        Some(stem) => format!("{count} {stem}ies"),
        None => format!("{count} {noun}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_encodings_are_read_if_they_are_complete() {
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
    fn shown_text_keeps_backslashes_and_quotes() {
        assert_eq!(shown("C:\\go \"x\" 'y' ☃"), "C:\\go \"x\" 'y' ☃");
        assert_eq!(shown("a\nb\u{1b}[31m\u{202e}"), "a\\nb\\u{1b}[31m\\u{202e}");
        assert_eq!(shown("go\u{feff}1.22\u{200b}"), "go\\u{feff}1.22\\u{200b}");
    }

    #[test]
    fn one_thing_is_named_in_the_singular() {
        assert_eq!(counted(1, "file"), "1 file");
        assert_eq!(counted(0, "file"), "0 files");
        assert_eq!(counted(2, "entry"), "2 entries");
    }
}
