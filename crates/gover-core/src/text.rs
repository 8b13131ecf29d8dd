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

/// Text from a file, a server or an argument as part of a sentence: characters that
/// [`is_unprintable`] are escaped. Everything else is as it was typed.
pub fn shown(text: &str) -> String {
    if is_plain(text) {
        return text.to_owned();
    }
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if is_unprintable(c) {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
    }
    shown
}

/// Whether a text has nothing but printable ASCII, as nearly every text. Each of its characters takes
/// one column.
pub fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
}

/// Whether a terminal would obey this character, or show something else than the text is: control
/// characters, line and paragraph separators, annotations, noncharacters, and what Unicode calls
/// default-ignorable, which includes changes of direction, characters without width and tags.
pub fn is_unprintable(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fdd0}'..='\u{fdef}' | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
        || u32::from(c) & 0xfffe == 0xfffe
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
    fn what_a_terminal_obeys_or_hides_is_escaped_and_writing_is_not() {
        let controls = (0..0x20).chain(0x7f..0xa0);
        let separators_and_directions = [0x61c].into_iter().chain(0x2028..=0x202e).chain(0x2066..=0x2069);
        let without_width =
            [0xad, 0x180e, 0x200b, 0x200c, 0x200d, 0x200e, 0x200f, 0x2060, 0x3164, 0xfe0f, 0xfeff];
        let tags = 0xe0000..=0xe007f;
        let all = controls.chain(separators_and_directions).chain(without_width).chain(tags);
        for c in all.chain([0xfdd0, 0xfffe, 0x10_ffff]).filter_map(char::from_u32) {
            let text = shown(&format!("a{c}b"));
            assert!(text.starts_with("a\\") && text.ends_with('b'), "{c:?} {text:?}");
            assert!(text.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{c:?} {text:?}");
            assert_eq!(shown(&text), text, "escaping twice changes nothing");
        }
        let writing = "naïve año Ελλάδα Україна עברית العربية 日本語 한국어 ไทย हिन्दी e\u{301} 👍 \u{fffd}";
        assert_eq!(shown(writing), writing);
    }

    #[test]
    fn one_thing_is_named_in_the_singular() {
        assert_eq!(counted(1, "file"), "1 file");
        assert_eq!(counted(0, "file"), "0 files");
        assert_eq!(counted(2, "entry"), "2 entries");
    }
}
