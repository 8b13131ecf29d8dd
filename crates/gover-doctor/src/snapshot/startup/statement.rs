//! Whether a line of a startup file is a complete statement.

pub(super) fn is_balanced(line: &str) -> bool {
    words(without_comment(line)).is_some()
}

/// Whether it is one statement (`[ -s F ] && . F` is one) that sets at most one variable.
pub(super) fn is_one(line: &str) -> bool {
    let line = without_comment(line);
    let Some(words) = words(line) else { return false };
    if words.iter().rev().skip(1).any(|word| word.ends_with(';')) {
        return false;
    }
    let is_test = words.first().is_some_and(|word| matches!(word.as_str(), "[" | "[[" | "test"));
    let joins = |word: &String| matches!(word.as_str(), "&&" | "||" | "|" | "&");
    if words.iter().any(joins) && !is_test {
        return false;
    }
    let sets = |word: &&String| {
        let name = word.split('=').next().unwrap_or_default();
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        word.contains('=') && !name.is_empty() && name.chars().all(is_name)
    };
    match words.first().map(String::as_str) {
        Some("export" | "typeset" | "declare") => words.iter().filter(sets).count() <= 1,
        // `NAME=value command` sets it only for the command, which is the purpose of the line.
        Some(first) if sets(&&first.to_owned()) => words.len() == 1,
        _ => true,
    }
}

/// The first word of a value, as written, and the rest. If quotation marks or brackets are not
/// balanced, the whole text is one word.
pub(super) fn first_word(text: &str) -> (&str, &str) {
    let (mut quote, mut open) = (None, 0_usize);
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(mark), _) if c == mark => quote = None,
            (None, '"' | '\'' | '`') => quote = Some(c),
            (None, '(' | '{') => open += 1,
            (None, ')' | '}') => open = open.saturating_sub(1),
            (None, c) if open == 0 && (c.is_whitespace() || matches!(c, ';' | '&' | '|')) => {
                return text.split_at(at);
            }
            _ => {}
        }
    }
    (text, "")
}

fn without_comment(line: &str) -> &str {
    line.split(" #").next().unwrap_or(line).trim()
}

/// The words of a line; `None` if quotation marks or brackets are not balanced.
fn words(line: &str) -> Option<Vec<String>> {
    let mut words = vec![String::new()];
    let (mut quote, mut open) = (None, Vec::new());
    for c in line.chars() {
        match (quote, c) {
            (Some(mark), _) if c == mark => quote = None,
            (None, '"' | '\'' | '`') => quote = Some(c),
            (None, '(' | '{') => open.push(c),
            (None, ')') if open.pop() != Some('(') => return None,
            (None, '}') if open.pop() != Some('{') => return None,
            (None, c) if c.is_whitespace() && open.is_empty() => {
                words.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(word) = words.last_mut() {
            word.push(c);
        }
    }
    words.retain(|word| !word.is_empty());
    (quote.is_none() && open.is_empty()).then_some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_do_one_thing_are_distinguished_from_others() {
        for line in [
            "export GOROOT=/usr/local/go",
            "export PATH=\"$PATH:${HOME}/go/bin\"  # mine",
            "GOPATH=$(go env GOPATH)",
            "path=(/opt/go/bin $path)",
            "set -gx GOROOT /opt/go",
            "$env:GOROOT = 'C:\\Go'",
            "[[ -s \"$HOME/.gvm/scripts/gvm\" ]] && source \"$HOME/.gvm/scripts/gvm\"",
            "fish_add_path /opt/go/bin;",
        ] {
            assert!(is_balanced(line) && is_one(line), "{line}");
        }
        for line in [
            "export GOROOT=/x; export PATH=$GOROOT/bin:$PATH",
            "export GOPATH=~/go PATH=$PATH:~/go/bin",
            "GOOS=linux go build \"$@\"",
            "export GOFLAGS=\"-v",
            "path=(/opt/go/bin",
            "cross() { GOOS=linux; }; other",
            "}",
            "export A=b && export C=d",
        ] {
            assert!(!is_balanced(line) || !is_one(line), "{line}");
        }
    }
}
