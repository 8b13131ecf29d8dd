//! Removes a key and its comma from settings. Comments around it stay, also those on its line.

use std::ops::Range;

use jsonc_parser::ast::{Object, ObjectProp, Value};
use jsonc_parser::common::Ranged;
use jsonc_parser::tokens::{Token, TokenAndRange};
use jsonc_parser::{CollectOptions, CommentCollectionStrategy, parse_to_ast};

use super::options;

/// The text without a key, each time it is there, and without the objects that become empty by it.
pub(super) fn without(text: &str, path: &[String]) -> String {
    let mut text = text.to_owned();
    while let Some(shorter) = without_first(&text, path) {
        text = shorter;
    }
    text
}

fn without_first(text: &str, path: &[String]) -> Option<String> {
    let collected = CollectOptions { comments: CommentCollectionStrategy::AsTokens, tokens: true };
    let parsed = parse_to_ast(text, &collected, &options()).ok()?;
    let tokens = parsed.tokens.unwrap_or_default();
    let Some(Value::Object(root)) = parsed.value else { return None };
    let property = find(&root, path, &tokens)?;
    Some(cut(text, property, &tokens))
}

/// The place of the first such property, or of the outermost one that becomes empty without it.
fn find(object: &Object<'_>, path: &[String], tokens: &[TokenAndRange<'_>]) -> Option<Range<usize>> {
    let (name, rest) = path.split_first()?;
    let mut named = object.properties.iter().filter(|property| property.name.as_str() == name);
    named.find_map(|property| {
        if rest.is_empty() {
            return Some(range(property));
        }
        let Value::Object(inner) = &property.value else { return None };
        let found = find(inner, rest, tokens)?;
        let is_only = inner.properties.iter().all(|property| range(property) == found);
        let has_comment = tokens
            .iter()
            .any(|token| is_comment(token) && inner.start() < token.start() && token.end() < inner.end());
        Some(if is_only && !has_comment { range(property) } else { found })
    })
}

fn range(property: &ObjectProp<'_>) -> Range<usize> {
    property.start()..property.end()
}

fn is_comment(token: &TokenAndRange<'_>) -> bool {
    matches!(token.token, Token::CommentLine(_) | Token::CommentBlock(_))
}

/// Cuts out a property and the comma that separates it from the next one, or else from the one before.
fn cut(text: &str, property: Range<usize>, tokens: &[TokenAndRange<'_>]) -> String {
    let comma = |token: Option<&TokenAndRange<'_>>| {
        token.filter(|token| token.token == Token::Comma).map(Ranged::start)
    };
    let code = || tokens.iter().filter(|token| !is_comment(token));
    let after = comma(code().find(|token| token.start() >= property.end));
    let before = comma(code().rfind(|token| token.end() <= property.start)).filter(|_| after.is_none());
    let part = |range: Range<usize>| text.get(range).unwrap_or_default();
    let (head, tail) = (part(0..property.start), part(property.end..text.len()));
    let without_comma = |part: &str, at: Option<usize>| match at.and_then(|at| part.split_at_checked(at)) {
        Some((left, right)) => [left, right.strip_prefix(',').unwrap_or(right)].concat(),
        None => part.to_owned(),
    };
    let is_in_line = before.is_some_and(|at| part(at + 1..property.start).bytes().all(|byte| byte == b' '));
    let head = without_comma(head, before);
    let head = if is_in_line { head.trim_end_matches(' ') } else { &head };
    let tail = without_comma(tail, after.map(|at| at - property.end));
    let is_alone = tokens.iter().rfind(|token| token.end() <= property.start).map(|token| &token.token)
        == Some(&Token::OpenBrace)
        && tail.trim_start().starts_with('}');
    if is_alone { [head.trim_end(), tail.trim_start()].concat() } else { joined(head, &tail) }
}

/// Also removes the spaces left behind, or the whole line if it is now empty.
fn joined(head: &str, tail: &str) -> String {
    let line_start = head.rfind('\n').map_or(0, |at| at + 1);
    let line_end = tail.find('\n').map_or(tail.len(), |at| at + 1);
    let (above, left) = head.split_at(line_start);
    let (right, below) = tail.split_at(line_end);
    let is_blank = |part: &str| part.trim().is_empty();
    let end = right.trim_end_matches(['\r', '\n']).len();
    let (right, line_break) = right.split_at(end);
    match (is_blank(left), is_blank(right)) {
        (true, true) if line_start > 0 => [above, below].concat(),
        (_, true) => [above, left.trim_end(), line_break, below].concat(),
        _ if left.is_empty() || left.ends_with([' ', '\t', '{']) => {
            [above, left, right.trim_start(), line_break, below].concat()
        }
        _ => [above, left, right, line_break, below].concat(),
    }
}
