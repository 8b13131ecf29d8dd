//! Fits pages of help into the terminal. Lines are broken by [`gover_core::wrap`].

use gover_core::wrap::{HANG, Room, is_command, leading, tokens};

use super::style::columns;

/// The room for a text. `is_colored` says whether marks of colours become colours, and take no
/// column.
pub(super) fn room(width: usize, is_colored: bool) -> Room {
    let columns: fn(&str) -> usize =
        if is_colored { |text| columns(text, true) } else { |text| columns(text, false) };
    Room { width, columns }
}

/// Fits a page of help. First each paragraph becomes one line, and so does each entry of a list.
pub(super) fn page(room: Room, text: &str) -> Vec<String> {
    let mut entries: Vec<String> = Vec::new();
    for line in text.lines() {
        match entries.last_mut() {
            Some(entry) if continues(entry, line) => {
                entry.push(' ');
                entry.push_str(line.trim_start());
            }
            _ => entries.push(line.to_owned()),
        }
    }
    entries.iter().flat_map(|line| entry(room, line)).collect()
}

/// A paragraph, or an entry of a list, whose second column is wrapped below itself.
fn entry(room: Room, line: &str) -> Vec<String> {
    if (room.columns)(line) <= room.width {
        return vec![line.to_owned()];
    }
    let Some(at) = second_column(line) else {
        let is_whole = leading(line) > 0 && is_command(line.trim());
        return if is_whole { vec![line.to_owned()] } else { room.arrange(tokens(line), leading(line)) };
    };
    let (first, second) = line.split_at(at);
    let start = (room.columns)(first);
    if start + LEAST_COLUMN <= room.width {
        return room.arrange([("", first)].into_iter().chain(tokens(second)), start);
    }
    let mut lines = vec![first.trim_end().to_owned()];
    lines.extend(room.wrap_at(leading(line) + 2 * HANG, second));
    lines
}

/// Where the second column of an entry begins: after two spaces or more.
fn second_column(line: &str) -> Option<usize> {
    let indent = leading(line);
    let gap = line[indent..].find("  ").filter(|_| indent > 0)? + indent;
    Some(gap + leading(&line[gap..])).filter(|at| *at < line.len())
}

/// Whether a line of a page belongs to the entry before it.
fn continues(entry: &str, line: &str) -> bool {
    let indent = leading(line);
    if entry.trim().is_empty() || line.trim().is_empty() {
        return false;
    }
    if indent == 0 { leading(entry) == 0 } else { second_column(entry) == Some(indent) }
}

/// A column with less room is not worth having.
pub(super) const LEAST_COLUMN: usize = 16;

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;
    use gover_core::wrap::{COMMANDS, columns_at_most};

    use super::*;
    use crate::cli::Cli;
    use crate::output::style;

    #[test]
    fn the_commands_that_stay_whole_are_those_of_the_help() {
        let root = Cli::command();
        let shown = root.get_subcommands().filter(|command| !command.is_hide_set());
        assert_eq!(shown.map(clap::Command::get_name).collect::<Vec<_>>(), COMMANDS);
    }

    #[test]
    fn the_shim_thinks_no_character_narrower_than_it_is() {
        for c in '\u{0}'..=char::MAX {
            let text = c.to_string();
            assert!(columns_at_most(&text) >= style::columns(&text, false), "{c:?}");
        }
        assert_eq!(columns_at_most("/home/ann/Jörg"), 14);
    }

    #[test]
    fn a_page_keeps_its_lists_and_examples() {
        let text = "A paragraph of\ntwo lines.\n\nList:\n  one   the first\n        entry\n  two   b\n\n  gover install 1.22 1.23";
        assert_eq!(
            page(room(80, false), text),
            [
                "A paragraph of two lines.",
                "",
                "List:",
                "  one   the first entry",
                "  two   b",
                "",
                "  gover install 1.22 1.23"
            ]
        );
        assert_eq!(
            page(room(26, false), "  one   the first entry is long"),
            ["  one   the first entry is", "        long"]
        );
        assert_eq!(
            page(room(20, false), "  --option   the first entry"),
            ["  --option", "      the first", "      entry"]
        );
        assert_eq!(page(room(20, false), "  gover install 1.22 1.23"), ["  gover install 1.22 1.23"]);
    }
}
