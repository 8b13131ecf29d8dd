use std::ops::Range;

/// Bytes of a file, and what they become.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    pub range: Range<usize>,
    pub text: String,
}

/// The content with the edits, which do not overlap. All other bytes stay.
pub fn edited(content: &str, edits: &[Edit]) -> String {
    let mut edits: Vec<&Edit> = edits.iter().collect();
    edits.sort_by_key(|edit| edit.range.start);
    let (mut new, mut at) = (String::with_capacity(content.len()), 0);
    for edit in edits {
        new.push_str(content.get(at..edit.range.start).unwrap_or_default());
        new.push_str(&edit.text);
        at = edit.range.end;
    }
    new.push_str(content.get(at..).unwrap_or_default());
    new
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_bytes_of_edits_change() {
        let edit = |range, text: &str| Edit { range, text: text.to_owned() };
        assert_eq!(edited("a 1\r\nb 2", &[edit(6..7, ""), edit(2..3, "10")]), "a 10\r\nb2");
        assert_eq!(edited("a\u{feff}", &[]), "a\u{feff}");
    }
}
