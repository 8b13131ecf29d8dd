//! A change as people read it.

use gover_core::text;
use similar::{ChangeTag, TextDiff};

use crate::Change;
use crate::secret::mask_line;
use crate::snapshot::registry::Text;

/// The lines of a change, each after `-`, `+` or a space, with up to two lines of context, and
/// without passwords. Carriage returns are shown, since some repairs are about them.
pub fn diff(change: &Change) -> Vec<String> {
    whole(change).iter().map(|line| mask_line(line)).collect()
}

fn whole(change: &Change) -> Vec<String> {
    match change {
        Change::File { before, after, .. } => {
            let [before, after] = [before, after].map(|content| content.as_deref().unwrap_or_default());
            lines(&String::from_utf8_lossy(before), &String::from_utf8_lossy(after))
        }
        Change::Registry { before, after, .. } => {
            let shown = |sign: char, value: &Text| {
                let kind = if value.expands { "REG_EXPAND_SZ" } else { "REG_SZ" };
                format!("{sign} {} ({kind})", text::shown(&value.shown()))
            };
            let before = before.iter().map(|value| shown('-', value));
            before.chain(after.iter().map(|value| shown('+', value))).collect()
        }
    }
}

fn lines(before: &str, after: &str) -> Vec<String> {
    let diff = TextDiff::from_lines(before, after);
    let mut result = Vec::new();
    for (index, group) in diff.grouped_ops(2).iter().enumerate() {
        if index > 0 {
            result.push("  …".to_owned());
        }
        for operation in group {
            for change in diff.iter_changes(operation) {
                let sign = match change.tag() {
                    ChangeTag::Delete => '-',
                    ChangeTag::Insert => '+',
                    ChangeTag::Equal => ' ',
                };
                // A terminal shows tabs as intended.
                let line: Vec<String> =
                    change.value().trim_end_matches('\n').split('\t').map(text::shown).collect();
                result.push(format!("{sign} {}", line.join("\t")).trim_end().to_owned());
            }
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changes_is_shown_with_what_is_around_it() {
        let change = Change::File {
            path: "f".to_owned(),
            before: Some(b"1\n2\n3\n4\n5\r\n6\n".to_vec()),
            after: Some(b"1\n2\n3\n4\n5\n6\n".to_vec()),
        };
        assert_eq!(diff(&change), ["  3", "  4", "- 5\\r", "+ 5", "  6"]);
    }
}
