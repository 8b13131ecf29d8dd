//! The instructions of a Dockerfile, over all lines that belong to each.

use super::unquoted;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instruction<'t> {
    /// Of its first word, from 1.
    pub line: usize,
    /// In upper case: `FROM`.
    pub name: String,
    /// Its lines with their numbers, without the name and the marks of continuation.
    pub parts: Vec<(usize, &'t str)>,
    /// The lines of here-documents.
    pub documents: Vec<(usize, &'t str)>,
}

/// The instructions in their order. Comments are left out.
pub fn instructions(text: &str) -> Vec<Instruction<'_>> {
    let mark = if text.trim_start().to_ascii_lowercase().starts_with("# escape=`") { '`' } else { '\\' };
    let mut found: Vec<Instruction<'_>> = Vec::new();
    let mut is_open = false;
    let mut lines = (1..).zip(text.lines());
    while let Some((line, whole)) = lines.next() {
        if whole.trim_start().starts_with('#') {
            continue;
        }
        let part = whole.trim_end().trim_end_matches(mark).trim();
        if !is_open {
            let (name, rest) = part.split_once(char::is_whitespace).unwrap_or((part, ""));
            if name.is_empty() {
                continue;
            }
            let (name, parts) = (name.to_ascii_uppercase(), vec![(line, rest.trim())]);
            found.push(Instruction { line, name, parts, documents: Vec::new() });
        }
        let Some(current) = found.last_mut() else { continue };
        if is_open {
            current.parts.push((line, part));
        }
        is_open = whole.trim_end().ends_with(mark);
        if is_open || !matches!(current.name.as_str(), "RUN" | "COPY" | "ADD") {
            continue;
        }
        for end in current.document_ends() {
            let mut behind = lines.clone();
            let body: Vec<(usize, &str)> =
                behind.by_ref().take_while(|(_, line)| line.trim_start_matches('\t') != end).collect();
            // A document without an end is not one.
            if body.last().map_or(line, |(last, _)| *last) < last_line(text) {
                current.documents.extend(body);
                lines = behind;
            }
        }
    }
    found
}

fn last_line(text: &str) -> usize {
    text.lines().count()
}

impl<'t> Instruction<'t> {
    /// All its words.
    pub fn words(&self) -> impl Iterator<Item = &'t str> {
        self.parts.iter().flat_map(|(_, part)| part.split_whitespace())
    }

    fn document_ends(&self) -> Vec<&'t str> {
        self.words().filter_map(here_document).collect()
    }
}

/// The line that ends the document which a word such as `<<EOF` begins.
fn here_document(word: &str) -> Option<&str> {
    let word = word.strip_prefix("<<")?;
    let end = unquoted(word.strip_prefix('-').unwrap_or(word));
    let is_name = !end.is_empty() && end.bytes().all(|byte| byte == b'_' || byte.is_ascii_alphanumeric());
    is_name.then_some(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_belong_together_are_one_instruction() {
        let text =
            "# syntax=x\nfrom golang AS b\n\nRUN a \\\n  # why\n  b\nRUN <<EOF\nFROM no\nEOF\nCOPY . .\n";
        let found = instructions(text);
        let short: Vec<(usize, &str, usize)> =
            found.iter().map(|one| (one.line, one.name.as_str(), one.parts.len())).collect();
        assert_eq!(short, [(2, "FROM", 1), (4, "RUN", 2), (7, "RUN", 1), (10, "COPY", 1)]);
        assert_eq!(found[1].parts, [(4, "a"), (6, "b")]);
        assert_eq!(found[2].documents, [(8, "FROM no")]);
        // Without its end, it is a word like others.
        let names: Vec<String> =
            instructions("RUN <<EOF\nCOPY . .\n").into_iter().map(|one| one.name).collect();
        assert_eq!(names, ["RUN", "COPY"]);
    }
}
