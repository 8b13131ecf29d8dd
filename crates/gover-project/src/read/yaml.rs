//! The scalars of a YAML text with their bytes and the keys above them.
//!
//! It reads what people write in workflows: blocks, flow collections, quotes, anchors, comments and
//! block scalars. It does not judge whether the rest is YAML, but refuses what no parser accepts.

use std::ops::Range;

use super::Malformed;

/// A text, number or name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Scalar {
    /// The keys from the outermost; an element of a list is [`ELEMENT`].
    pub(super) path: Vec<String>,
    /// The bytes without quotes.
    pub(super) range: Range<usize>,
    pub(super) is_plain: bool,
    /// Where the innermost list around it begins.
    pub(super) list: Option<usize>,
}

pub(super) const ELEMENT: &str = "[]";

/// Reads the scalars of a text in its order.
pub(super) fn scalars(text: &str) -> Result<Vec<Scalar>, Malformed> {
    let mut reader = Reader { text, levels: Vec::new(), scalars: Vec::new() };
    let mut at = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    while at < text.len() {
        at = reader.line(at)?;
    }
    Ok(reader.scalars)
}

/// A key whose value may follow, or a list.
struct Level {
    indent: usize,
    name: String,
    list: Option<usize>,
}

struct Reader<'a> {
    text: &'a str,
    levels: Vec<Level>,
    scalars: Vec<Scalar>,
}

impl<'a> Reader<'a> {
    /// Reads a line and what belongs to it, and returns where the next one begins.
    fn line(&mut self, start: usize) -> Result<usize, Malformed> {
        let line = self.to_end(start);
        let content = line.trim_start_matches([' ', '\t']);
        let indent = line.len() - content.len();
        let next = self.next_line(start);
        if content.trim().is_empty() || content.starts_with('#') || line.starts_with('%') {
            return Ok(next);
        }
        if line.starts_with("---") || line.starts_with("...") {
            self.levels.clear();
            let rest = line.get(3..).unwrap_or_default();
            return if rest.trim().is_empty() || rest.trim_start().starts_with('#') {
                Ok(next)
            } else {
                self.value(start + 3, 0)
            };
        }
        if ["<<<<<<< ", "=======", ">>>>>>> "].iter().any(|mark| line.starts_with(mark)) {
            return Err(self.malformed(start, "it has a merge conflict"));
        }
        if line.get(..indent).is_some_and(|blank| blank.contains('\t')) {
            return Err(self.malformed(start, "a tab indents a line, which YAML does not allow"));
        }
        self.node(start + indent, indent)
    }

    /// Reads an element of a list, a key with its value, or a scalar, at a column.
    fn node(&mut self, at: usize, column: usize) -> Result<usize, Malformed> {
        let rest = self.to_end(at);
        if rest == "-" || rest.starts_with("- ") || rest.starts_with("-\t") {
            self.close(column + 1);
            if self.levels.last().is_none_or(|level| level.indent != column || level.list.is_none()) {
                self.levels.push(Level { indent: column, name: ELEMENT.to_owned(), list: Some(at) });
            }
            let inner = rest.get(1..).unwrap_or_default();
            let blank = inner.len() - inner.trim_start().len();
            if inner.trim().is_empty() || inner.trim_start().starts_with('#') {
                return Ok(self.next_line(at));
            }
            return self.node(at + 1 + blank, column + 1 + blank);
        }
        let Some((key, length)) = self.key(at) else { return self.value(at, column) };
        self.close(column);
        self.levels.push(Level { indent: column, name: key, list: None });
        self.value(at + length, column)
    }

    /// Closes what is indented as much or more.
    fn close(&mut self, indent: usize) {
        while self.levels.last().is_some_and(|level| level.indent >= indent) {
            self.levels.pop();
        }
    }

    /// A key with the colon behind it, and how many bytes they take.
    fn key(&self, at: usize) -> Option<(String, usize)> {
        let rest = self.to_end(at);
        let marks = self.marks(at) - at;
        let word = rest.get(marks..)?;
        if let Some(quote) = word.chars().next().filter(|c| matches!(c, '"' | '\'')) {
            let end = 1 + word.get(1..)?.find(quote)?;
            let behind = word.get(end + 1..)?;
            let blank = behind.len() - behind.trim_start().len();
            behind
                .trim_start()
                .strip_prefix(':')
                .filter(|rest| rest.is_empty() || rest.starts_with([' ', '\t']))?;
            return Some((word.get(1..end)?.to_owned(), marks + end + 1 + blank + 1));
        }
        if word.starts_with(['[', '{', '#', '|', '>', '*', '%', '@', '`']) && !word.starts_with("*.") {
            return None;
        }
        let end = word.match_indices(':').map(|(end, _)| end).find(|end| {
            word.get(end + 1..).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t']))
        })?;
        let key = word.get(..end)?;
        // What is behind ` #` is a comment.
        (!key.contains(" #")).then(|| (key.trim_end().to_owned(), marks + end + 1))
    }

    /// Reads the value at the end of a line, whose key or dash is at a column.
    fn value(&mut self, at: usize, column: usize) -> Result<usize, Malformed> {
        let at = self.marks(at);
        let rest = self.to_end(at);
        match rest.chars().next() {
            None | Some('#' | '*') => Ok(self.next_line(at)),
            Some('|' | '>') => Ok(self.skip_block(self.next_line(at), column)),
            Some('[' | '{') => {
                let (mut path, list) = self.path();
                let end = self.flow(at, &mut path, list, DEEPEST)?;
                Ok(self.next_line(end))
            }
            Some('"' | '\'') => {
                let end = self.quoted(at)?;
                self.push(at + 1..end - 1, false);
                Ok(self.next_line(end))
            }
            Some(_) => {
                let text =
                    rest.find(" #").or(rest.find("\t#")).map_or(rest, |end| rest.get(..end).unwrap_or(rest));
                self.push(at..at + text.trim_end().len(), true);
                Ok(self.next_line(at))
            }
        }
    }

    /// Skips blanks, anchors and tags.
    fn marks(&self, mut at: usize) -> usize {
        loop {
            let rest = self.to_end(at);
            let word = rest.trim_start_matches([' ', '\t']);
            at += rest.len() - word.len();
            if !word.starts_with(['&', '!']) {
                return at;
            }
            at += word.find([' ', '\t']).unwrap_or(word.len());
        }
    }

    /// Skips the lines of a block scalar, which are indented further than its key.
    fn skip_block(&self, mut at: usize, column: usize) -> usize {
        // The text of an element of a list is indented further than the dash.
        let above = self.levels.last().map_or(column, |level| level.indent);
        while at < self.text.len() {
            let line = self.to_end(at);
            let indent = line.len() - line.trim_start_matches(' ').len();
            if !line.trim().is_empty() && indent <= above {
                break;
            }
            at = self.next_line(at);
        }
        at
    }

    /// The end of a text in quotes, behind the closing one.
    fn quoted(&self, start: usize) -> Result<usize, Malformed> {
        let bytes = self.text.as_bytes();
        let quote = bytes.get(start).copied().unwrap_or_default();
        let mut at = start + 1;
        while let Some(byte) = bytes.get(at) {
            match byte {
                b'\\' if quote == b'"' => at += 2,
                byte if *byte == quote && quote == b'\'' && bytes.get(at + 1) == Some(&b'\'') => at += 2,
                byte if *byte == quote => return Ok(at + 1),
                _ => at += 1,
            }
        }
        Err(self.malformed(start, "a quote is not closed"))
    }

    /// Reads a flow collection, which may continue on further lines, and returns its end.
    fn flow(
        &mut self,
        start: usize,
        path: &mut Vec<String>,
        list: Option<usize>,
        depth: usize,
    ) -> Result<usize, Malformed> {
        let is_list = self.text.get(start..).is_some_and(|rest| rest.starts_with('['));
        let (close, list) = if is_list { (b']', Some(start)) } else { (b'}', list) };
        if depth == 0 {
            return Err(self.malformed(start, "it is nested too deeply"));
        }
        if is_list {
            path.push(ELEMENT.to_owned());
        }
        let length = path.len();
        let mut at = start + 1;
        loop {
            at = self.blank(at);
            let Some(byte) = self.text.as_bytes().get(at).copied() else {
                return Err(self.malformed(start, "a bracket is not closed"));
            };
            match byte {
                byte if byte == close => break,
                b',' => {
                    path.truncate(length);
                    at += 1;
                }
                b']' | b'}' => return Err(self.malformed(at, "a bracket does not fit")),
                b'[' | b'{' => at = self.flow(at, path, list, depth - 1)?,
                // An anchor or a tag.
                b'&' | b'!' => at = self.word_end(at),
                b'"' | b'\'' => {
                    let end = self.quoted(at)?;
                    at = self.flow_word(at + 1..end - 1, end, false, (path, list));
                }
                _ => {
                    let end = self.plain_end(at);
                    at = self.flow_word(at..end, end, true, (path, list));
                }
            }
        }
        path.truncate(length - usize::from(is_list));
        Ok(at + 1)
    }

    /// Takes a word as a key if a colon follows, and returns where to read on.
    fn flow_word(
        &mut self,
        range: Range<usize>,
        end: usize,
        is_plain: bool,
        (path, list): (&mut Vec<String>, Option<usize>),
    ) -> usize {
        let behind = self.blank(end);
        if self.text.as_bytes().get(behind) == Some(&b':') {
            path.push(self.text.get(range).unwrap_or_default().to_owned());
            return behind + 1;
        }
        self.scalars.push(Scalar { path: path.clone(), range, is_plain, list });
        end
    }

    /// The end of a plain scalar in a flow collection, of at least one byte.
    fn plain_end(&self, start: usize) -> usize {
        let bytes = self.text.as_bytes();
        let (mut at, mut open) = (start, 0_usize);
        while let Some(byte) = bytes.get(at) {
            match byte {
                // `${{ matrix.go }}`, which is not strictly allowed here.
                b'{' => open += 1,
                b'}' if open > 0 => open -= 1,
                b',' | b'[' | b']' | b'}' | b'\n' if open == 0 => break,
                b':' if open == 0 && bytes.get(at + 1).is_none_or(|next| b" \t\r\n,[]{}".contains(next)) => {
                    break;
                }
                b'#' if at > start && matches!(bytes.get(at - 1), Some(b' ' | b'\t')) => break,
                _ => {}
            }
            at += 1;
        }
        let length = self.text.get(start..at).map_or(0, |text| text.trim_end().len());
        start + length.max(1)
    }

    fn word_end(&self, at: usize) -> usize {
        let rest = self.text.get(at..).unwrap_or_default();
        at + rest.find(|c: char| c.is_whitespace() || ",[]{}".contains(c)).unwrap_or(rest.len())
    }

    /// Skips blanks, line ends and comments.
    fn blank(&self, mut at: usize) -> usize {
        loop {
            let rest = self.text.get(at..).unwrap_or_default();
            let content = rest.trim_start();
            at += rest.len() - content.len();
            if !content.starts_with('#') {
                return at;
            }
            at += content.find('\n').unwrap_or(content.len());
        }
    }

    fn push(&mut self, range: Range<usize>, is_plain: bool) {
        let (path, list) = self.path();
        self.scalars.push(Scalar { path, range, is_plain, list });
    }

    /// The keys of the open levels, and where the innermost list begins.
    fn path(&self) -> (Vec<String>, Option<usize>) {
        let list = self.levels.iter().rev().find_map(|level| level.list);
        (self.levels.iter().map(|level| level.name.clone()).collect(), list)
    }

    /// From an offset to the end of its line, without the line end.
    fn to_end(&self, at: usize) -> &'a str {
        let rest = self.text.get(at..).unwrap_or_default();
        let line = rest.split('\n').next().unwrap_or_default();
        line.strip_suffix('\r').unwrap_or(line)
    }

    fn next_line(&self, at: usize) -> usize {
        let rest = self.text.get(at..).unwrap_or_default();
        at + rest.find('\n').map_or(rest.len(), |end| end + 1)
    }

    fn malformed(&self, at: usize, what: &'static str) -> Malformed {
        Malformed::at(self.text, at, what)
    }
}

const DEEPEST: usize = 50;

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(String, &str)> {
        let scalars = scalars(text).unwrap();
        scalars.into_iter().map(|one| (one.path.join("/"), &text[one.range])).collect()
    }

    #[test]
    fn scalars_have_the_keys_above_them() {
        for (text, expected) in [
            (
                "a: 1\nb:\n  c: 2 # x\n  d: '3'\ne: 4\n",
                &[("a", "1"), ("b/c", "2"), ("b/d", "3"), ("e", "4")][..],
            ),
            ("a:\n- 1\n- 2\nb: 3\n", &[("a/[]", "1"), ("a/[]", "2"), ("b", "3")]),
            (
                "a:\r\n  - x: 1\r\n    y: 2\r\n  -\r\n    x: 3\r\n",
                &[("a/[]/x", "1"), ("a/[]/y", "2"), ("a/[]/x", "3")],
            ),
            (
                "a: [1, '2', \"3\",\n  4, # five\n  {b: 5}]\nc: 6\n",
                &[("a/[]", "1"), ("a/[]", "2"), ("a/[]", "3"), ("a/[]", "4"), ("a/[]/b", "5"), ("c", "6")],
            ),
            ("a: { b: 1, 'c': { d: 2 }, e: x:y }\n", &[("a/b", "1"), ("a/c/d", "2"), ("a/e", "x:y")]),
            ("a: &x 1\nb: *x\nc: !!str 2\n<<: *x\n&k d: 3\n", &[("a", "1"), ("c", "2"), ("d", "3")]),
            ("a: |\n  b: 1\n\n  c: 2\nd: >-\n  e\nf: 3\n", &[("f", "3")]),
            ("- a: |\n    b: 1\n  c: 2\n- |\n  d: 3\n- 4\n", &[("[]/c", "2"), ("[]", "4")]),
            (
                "a: b # c: d\n'e f': \"x # y\"\ng: \"1\n  2\"\nh: 3\n",
                &[("a", "b"), ("e f", "x # y"), ("g", "1\n  2"), ("h", "3")],
            ),
            ("---\na: 1\n...\n--- # x\nb: 2\n", &[("a", "1"), ("b", "2")]),
            ("\u{feff}a: http://x:80/\n", &[("a", "http://x:80/")]),
            ("- - 1\n  - 2\n", &[("[]/[]", "1"), ("[]/[]", "2")]),
            ("a: [&x 1, !!str 2]\n", &[("a/[]", "1"), ("a/[]", "2")]),
            ("a: { v: ${{ m.go }}, w: 1 }\n", &[("a/v", "${{ m.go }}"), ("a/w", "1")]),
            ("a: 'it''s'\nb: \"\\\"\"\n", &[("a", "it''s"), ("b", "\\\"")]),
            ("", &[]),
            ("just words\n", &[("", "just words")]),
        ] {
            let expected: Vec<_> = expected.iter().map(|(path, text)| ((*path).to_owned(), *text)).collect();
            assert_eq!(found(text), expected, "{text}");
        }
    }

    #[test]
    fn what_no_parser_accepts_is_refused_with_its_line() {
        for (text, line) in [
            ("a:\n\tb: 1\n", 2),
            ("a:\n<<<<<<< ours\n  b: 1\n", 2),
            ("a: [1, 2\nb: 3\n", 1),
            ("a: 1\nb: 'x\n", 2),
            ("a: [1}\n", 1),
            (&"[".repeat(100_000), 1),
        ] {
            assert_eq!(scalars(text).unwrap_err().line, line, "{}", &text[..text.len().min(40)]);
        }
    }

    #[test]
    fn elements_of_one_list_are_of_the_same() {
        let lists = |text: &str| scalars(text).unwrap().into_iter().map(|one| one.list).collect::<Vec<_>>();
        assert_eq!(lists("a: 1\nb:\n  - 1\n  - 2\n"), [None, Some(10), Some(10)]);
        assert_eq!(lists("b: [1, 2]\nc: [3]\n"), [Some(3), Some(3), Some(13)]);
    }
}
