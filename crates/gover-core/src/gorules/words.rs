//! How the go command splits GOFLAGS, CC, flags of tools and the like (`cmd/internal/quoted`).

/// The words. An error is a quotation mark that is not closed; a mark inside a word is a character
/// like others.
pub fn split(text: &str) -> Result<Vec<String>, char> {
    let is_blank = |c: char| matches!(c, ' ' | '\t' | '\n' | '\r');
    let mut words = Vec::new();
    let mut rest = text.trim_start_matches(is_blank);
    while let Some(first) = rest.chars().next() {
        if first == '\'' || first == '"' {
            let (word, behind) = rest[1..].split_once(first).ok_or(first)?;
            words.push(word.to_owned());
            rest = behind;
        } else {
            let end = rest.find(is_blank).unwrap_or(rest.len());
            words.push(rest[..end].to_owned());
            rest = &rest[end..];
        }
        rest = rest.trim_start_matches(is_blank);
    }
    Ok(words)
}

/// A text that [`split`] takes apart into these words.
pub fn join(words: &[&str]) -> String {
    let quoted = words.iter().map(|word| match (word.contains([' ', '\t']), word.contains('\'')) {
        (true, false) => format!("'{word}'"),
        (true, true) => format!("\"{word}\""),
        (false, _) => (*word).to_owned(),
    });
    quoted.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_come_apart_as_in_go() {
        assert_eq!(split(" -v  '-ldflags=-s -w'\t\"a b\"c").unwrap(), ["-v", "-ldflags=-s -w", "a b", "c"]);
        assert_eq!(split("-ldflags='-s -w'").unwrap(), ["-ldflags='-s", "-w'"]);
        assert_eq!(split("'open"), Err('\''));
        assert_eq!(join(&["-v", "-ldflags=-s -w"]), "-v '-ldflags=-s -w'");
    }
}
