//! Changes to single lines of files that people own. Every other byte stays: line ends of both
//! kinds, a byte order mark, a last line without an end, and text that is not UTF-8.

/// A line without what ends it. The byte order mark is not part of the first line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    pub number: usize,
    pub text: &'a [u8],
    /// `\n`, `\r\n`, or nothing for a last line without an end.
    pub end: &'a [u8],
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    Keep,
    /// The end of the line goes too.
    Remove,
    /// The end of the line stays as it is.
    Replace(Vec<u8>),
}

pub fn lines(content: &[u8]) -> impl Iterator<Item = Line<'_>> {
    let content = content.strip_prefix(BYTE_ORDER_MARK).unwrap_or(content);
    content.split_inclusive(|&byte| byte == b'\n').zip(1..).map(|(line, number)| {
        let text = line.strip_suffix(b"\n").map_or(line, |text| text.strip_suffix(b"\r").unwrap_or(text));
        Line { number, text, end: line.get(text.len()..).unwrap_or_default() }
    })
}

pub fn edited(content: &[u8], mut edit: impl FnMut(&Line<'_>) -> Edit) -> Vec<u8> {
    let mut new = Vec::with_capacity(content.len());
    if content.starts_with(BYTE_ORDER_MARK) {
        new.extend_from_slice(BYTE_ORDER_MARK);
    }
    for line in lines(content) {
        match edit(&line) {
            Edit::Keep => new.extend([line.text, line.end].concat()),
            Edit::Remove => {}
            Edit::Replace(text) => new.extend([&text, line.end].concat()),
        }
    }
    new
}

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

#[cfg(test)]
mod tests {
    use super::*;

    const CONTENTS: [&[u8]; 9] = [
        b"",
        b"a",
        b"\n",
        b"a\r\nb",
        b"a\nb\r\n",
        b"\r\r\n",
        b"\xef\xbb\xbfa\n",
        b"\xef\xbb\xbf",
        b"\xff\n\r",
    ];

    #[test]
    fn lines_that_are_kept_keep_every_byte() {
        for content in CONTENTS {
            assert_eq!(edited(content, |_| Edit::Keep), content);
            assert_eq!(edited(content, |line| Edit::Replace(line.text.to_vec())), content);
        }
    }

    #[test]
    fn a_replaced_line_keeps_its_end_and_a_removed_one_does_not() {
        let change = |content: &[u8], number, edit: &Edit| {
            edited(content, |line| if line.number == number { edit.clone() } else { Edit::Keep })
        };
        let new = Edit::Replace(b"new".to_vec());
        assert_eq!(change(b"\xef\xbb\xbfa\r\nb\n", 1, &new), b"\xef\xbb\xbfnew\r\nb\n");
        assert_eq!(change(b"a\r\nb", 2, &new), b"a\r\nnew");
        assert_eq!(change(b"\xef\xbb\xbfa\r\nb\n", 1, &Edit::Remove), b"\xef\xbb\xbfb\n");
        assert_eq!(change(b"a\nb", 3, &new), b"a\nb");
    }

    #[test]
    fn lines_are_counted_as_editors_count_them() {
        let found: Vec<_> = lines(b"\xef\xbb\xbfa\r\n\nb").map(|line| (line.number, line.text)).collect();
        assert_eq!(found, [(1, &b"a"[..]), (2, b""), (3, b"b")]);
    }
}
