//! One marked block of lines in a file that belongs to the user. Pure functions on bytes.
//!
//! The second line of the block records what removing the block alone would not restore: that there
//! was no file, or that its last line had no end.

use std::ops::RangeInclusive;

use gover_core::lines::{Edit, Line, edited, lines};

const BEGIN: &str = "# >>> gover >>>";
const END: &str = "# <<< gover <<<";

/// The second line if the block was added after complete lines.
const NOTE: &str = "# Written by `gover setup`; `gover setup --undo` removes it.";

/// The second line if the file did not exist.
const NOTE_CREATED: &str = "# Written by `gover setup`, as is this file; `gover setup --undo` removes both.";

/// The second line if the last line had no end.
const NOTE_JOINED: &str =
    "# Written by `gover setup`, as is the line end before it; `gover setup --undo` removes both.";

/// A marker without the other one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Damaged {
    pub(super) line: usize,
}

#[derive(Clone, Debug)]
struct Block {
    /// From the first marker to the second.
    lines: RangeInclusive<usize>,
    note: &'static str,
    /// Whether an editor converted its line ends to those of Windows.
    is_converted: bool,
}

/// The content with `lines` in the block: in place of an existing block, otherwise at the end.
pub(super) fn insert(content: Option<&[u8]>, lines: &str) -> Result<Vec<u8>, Damaged> {
    let old = content.unwrap_or_default();
    let blocks = find(old)?;
    let Some(first) = blocks.first() else {
        let (note, join) = match content {
            None => (NOTE_CREATED, ""),
            Some(old) if old.last().is_none_or(|&byte| byte == b'\n') => (NOTE, ""),
            Some(_) => (NOTE_JOINED, "\n"),
        };
        return Ok([old, join.as_bytes(), written(note, lines).as_bytes(), b"\n"].concat());
    };
    Ok(edited(old, |line| {
        if line.number == *first.lines.end() {
            Edit::Replace(written(first.note, lines).into_bytes())
        } else {
            outside(&blocks, line)
        }
    }))
}

/// The content without any block: as it was before, plus later changes. `None` if the file did not
/// exist before and contains nothing else now.
pub(super) fn remove(content: &[u8]) -> Result<Option<Vec<u8>>, Damaged> {
    let blocks = find(content)?;
    let is_created = blocks.iter().any(|block| block.note == NOTE_CREATED);
    let mut new = edited(content, |line| outside(&blocks, line));
    // If other lines follow the block, they need the line end.
    if let Some(last) = blocks.last()
        && last.note == NOTE_JOINED
        && *last.lines.end() == lines(content).count()
    {
        let end: &[u8] = if last.is_converted { b"\r\n" } else { b"\n" };
        new.truncate(new.strip_suffix(end).unwrap_or(&new).len());
    }
    Ok(if is_created && new.is_empty() { None } else { Some(new) })
}

fn outside(blocks: &[Block], line: &Line<'_>) -> Edit {
    let is_inside = blocks.iter().any(|block| block.lines.contains(&line.number));
    if is_inside { Edit::Remove } else { Edit::Keep }
}

/// The content with its block moved to the end, so that gover precedes what other lines put on
/// PATH. `None` if there is no block, if it is damaged, or if only empty lines and comments follow
/// it.
pub(super) fn at_end(content: &[u8]) -> Option<Vec<u8>> {
    let last = find(content).ok()?.pop()?;
    let is_idle = |line: Line<'_>| matches!(line.text.trim_ascii().first(), None | Some(b'#'));
    if lines(content).skip(*last.lines.end()).all(is_idle) {
        return None;
    }
    let mut inside = String::new();
    for line in lines(content).filter(|line| last.lines.contains(&line.number)) {
        let line = std::str::from_utf8(line.text).ok()?.trim_end();
        if ![BEGIN, END, NOTE, NOTE_CREATED, NOTE_JOINED].contains(&line.trim_start()) {
            inside.extend([line, "\n"]);
        }
    }
    insert(Some(&remove(content).ok()?.unwrap_or_default()), &inside).ok()
}

/// A block without the end of its last line.
fn written(note: &str, lines: &str) -> String {
    format!("{BEGIN}\n{note}\n{lines}{END}")
}

/// An editor may have changed their line ends or indentation.
fn find(content: &[u8]) -> Result<Vec<Block>, Damaged> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for line in lines(content) {
        let number = line.number;
        let is = |marker: &str| line.text.trim_ascii() == marker.as_bytes();
        if is(BEGIN) {
            if let Some(open) = open {
                return Err(Damaged { line: *open.lines.start() });
            }
            let is_converted = line.end == b"\r\n";
            open = Some(Block { lines: number..=number, note: NOTE, is_converted });
        } else if is(END) {
            let block = open.take().ok_or(Damaged { line: number })?;
            blocks.push(Block { lines: *block.lines.start()..=number, ..block });
        } else if let Some(block) = &mut open
            && let Some(note) = [NOTE_CREATED, NOTE_JOINED].into_iter().find(|note| is(note))
        {
            block.note = note;
        }
    }
    match open {
        Some(open) => Err(Damaged { line: *open.lines.start() }),
        None => Ok(blocks),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LINES: &str = "eval it\n";

    fn undone(content: Option<&[u8]>) -> Option<Vec<u8>> {
        remove(&insert(content, LINES).unwrap()).unwrap()
    }

    #[test]
    fn removing_restores_every_byte() {
        let contents: [&[u8]; 9] = [
            b"",
            b"a",
            b"a\n",
            b"a\r\n",
            b"a\r\nb",
            b"\n",
            b"\n\n\n",
            b"\xff\xfe not text \x00",
            b"a\n# >>> other >>>\n",
        ];
        for content in contents {
            assert_eq!(undone(Some(content)).as_deref(), Some(content));
        }
        assert_eq!(undone(None), None);
    }

    #[test]
    fn inserting_twice_is_inserting_once() {
        for content in [None, Some(&b"a"[..]), Some(b"a\n")] {
            let once = insert(content, LINES).unwrap();
            assert_eq!(insert(Some(&once), LINES).unwrap(), once);
        }
    }

    #[test]
    fn new_lines_replace_the_old_ones_and_can_be_undone() {
        for content in [None, Some(&b"a"[..]), Some(b"a\n")] {
            let mut once = insert(content, "old\n").unwrap();
            once.extend_from_slice(b"after\n");
            let twice = String::from_utf8(insert(Some(&once), LINES).unwrap()).unwrap();
            assert!(twice.ends_with("after\n") && twice.contains(LINES) && !twice.contains("old"));
        }
        let old = insert(Some(b"a"), "old\n").unwrap();
        let new = insert(Some(&old), LINES).unwrap();
        assert_eq!(remove(&new).unwrap().unwrap(), b"a");
    }

    #[test]
    fn edits_of_other_parts_are_kept() {
        let joined = String::from_utf8(insert(Some(b"a"), LINES).unwrap()).unwrap();
        let edited = format!("{joined}b\n").replace("a\n#", "a2\n#");
        assert_eq!(remove(edited.as_bytes()).unwrap().unwrap(), b"a2\nb\n");
        let created = String::from_utf8(insert(None, LINES).unwrap()).unwrap();
        assert_eq!(remove(format!("{created}b\n").as_bytes()).unwrap().unwrap(), b"b\n");
        assert_eq!(remove(format!("b\n{created}").as_bytes()).unwrap().unwrap(), b"b\n");
    }

    #[test]
    fn a_block_whose_line_ends_were_converted_is_found() {
        for content in [&b"a"[..], b"a\nb\n"] {
            let converted =
                String::from_utf8(insert(Some(content), LINES).unwrap()).unwrap().replace('\n', "\r\n");
            let expected = std::str::from_utf8(content).unwrap().replace('\n', "\r\n");
            assert_eq!(remove(converted.as_bytes()).unwrap().unwrap(), expected.as_bytes());
        }
    }

    #[test]
    fn a_copied_block_becomes_one_again() {
        let once = insert(Some(b"a\n"), "old\n").unwrap();
        let copied = [&once[..], b"between\n", &once[2..]].concat();
        let repaired = insert(Some(&copied), LINES).unwrap();
        assert_eq!(repaired, [&insert(Some(b"a\n"), LINES).unwrap()[..], b"between\n"].concat());
        assert_eq!(remove(&copied).unwrap().unwrap(), b"a\nbetween\n");
    }

    #[test]
    fn a_block_without_its_last_line_end_stays_so() {
        let mut once = insert(Some(b"a\n"), LINES).unwrap();
        once.pop();
        assert_eq!(insert(Some(&once), LINES).unwrap(), once);
        assert_eq!(remove(&once).unwrap().unwrap(), b"a\n");
    }

    #[test]
    fn a_block_moves_behind_later_lines() {
        for content in [None, Some(&b"a"[..]), Some(b"a\n")] {
            let once = insert(content, LINES).unwrap();
            assert_eq!(at_end(&once), None);
            assert_eq!(at_end(&[&once[..], b"\n# done\n"].concat()), None);
            for added in [&b"b\n"[..], b"b"] {
                let moved = at_end(&[&once[..], added].concat()).unwrap();
                assert!(
                    moved.ends_with(format!("{}\n", written(NOTE, LINES)).as_bytes())
                        || moved.ends_with(b"<<<\n")
                );
                assert_eq!(at_end(&moved), None);
                let rest = remove(&moved).unwrap().unwrap();
                assert!(rest.ends_with(added) && !rest.ends_with(b"\n\n"), "{rest:?}");
            }
        }
        assert_eq!(at_end(b"a\n"), None);
        assert_eq!(at_end(b"# >>> gover >>>\na\n"), None);
    }

    #[test]
    fn a_marker_without_the_other_one_is_damage() {
        for (content, line) in [
            ("a\n# >>> gover >>>\nb\n", 2),
            ("a\nb\n# <<< gover <<<\n", 3),
            ("# >>> gover >>>\n# >>> gover >>>\n# <<< gover <<<\n", 1),
        ] {
            assert_eq!(insert(Some(content.as_bytes()), LINES), Err(Damaged { line }));
            assert_eq!(remove(content.as_bytes()), Err(Damaged { line }));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_content_is_restored(content in prop::option::of("[ab#\r\n]{0,30}")) {
            let content = content.map(String::into_bytes);
            prop_assert_eq!(undone(content.as_deref()), content);
        }
    }
}
