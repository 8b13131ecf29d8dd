//! One marked block of lines in a file that belongs to somebody else. Pure functions on bytes.
//!
//! The block notes in itself what the file was before, as far as removing the block's lines alone would not
//! bring that back: a missing file, or a last line without its end.

/// The first line.
const BEGIN: &str = "# >>> gover >>>";

/// The last line.
const END: &str = "# <<< gover <<<";

/// The second line, when the block was put behind complete lines.
const NOTE: &str = "# Written by `gover setup`; `gover setup --undo` removes it.";

/// The second line, when the file did not exist.
const NOTE_CREATED: &str = "# Written by `gover setup`, as is this file; `gover setup --undo` removes both.";

/// The second line, when the last line had no end.
const NOTE_JOINED: &str =
    "# Written by `gover setup`, as is the line end before it; `gover setup --undo` removes both.";

/// A marker without its counterpart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Damaged {
    /// Its line, from 1.
    pub(super) line: usize,
}

/// Where a block is: from the first byte of its first line to behind the end of its last line.
#[derive(Clone, Copy, Debug)]
struct Place {
    start: usize,
    end: usize,
    note: &'static str,
    /// Whether an editor has given its lines the ends of Windows.
    is_converted: bool,
}

/// The content with `lines` in the block: where the block is already, else at the end.
pub(super) fn insert(content: Option<&[u8]>, lines: &str) -> Result<Vec<u8>, Damaged> {
    let old = content.unwrap_or_default();
    let places = find(old)?;
    let Some(first) = places.first() else {
        let (note, join) = match content {
            None => (NOTE_CREATED, ""),
            Some(old) if old.last().is_none_or(|&byte| byte == b'\n') => (NOTE, ""),
            Some(_) => (NOTE_JOINED, "\n"),
        };
        return Ok([old, join.as_bytes(), block(note, lines).as_bytes()].concat());
    };
    let mut new = Vec::with_capacity(old.len());
    let mut copied = 0;
    for place in &places {
        new.extend_from_slice(old.get(copied..place.start).unwrap_or_default());
        if place.start == first.start {
            let same = block(place.note, lines);
            let is_last_without_end = old.get(..place.end).is_some_and(|old| !old.ends_with(b"\n"));
            new.extend_from_slice(if is_last_without_end { same.trim_end() } else { &same }.as_bytes());
        }
        copied = place.end;
    }
    new.extend_from_slice(old.get(copied..).unwrap_or_default());
    Ok(new)
}

/// The content without any block: as it was before, or with whatever else was changed since. `None` if the file
/// did not exist before and holds nothing else now.
pub(super) fn remove(content: &[u8]) -> Result<Option<Vec<u8>>, Damaged> {
    let places = find(content)?;
    let is_created = places.iter().any(|place| place.note == NOTE_CREATED);
    let mut new = Vec::with_capacity(content.len());
    let mut copied = 0;
    for place in &places {
        new.extend_from_slice(content.get(copied..place.start).unwrap_or_default());
        copied = place.end;
        // With other lines behind the block, the line end is needed between them.
        if place.note == NOTE_JOINED && place.end == content.len() && new.last() == Some(&b'\n') {
            new.pop();
            if place.is_converted && new.last() == Some(&b'\r') {
                new.pop();
            }
        }
    }
    new.extend_from_slice(content.get(copied..).unwrap_or_default());
    Ok(if is_created && new.is_empty() { None } else { Some(new) })
}

/// The content with its block at the end, where what other lines put on PATH comes behind it. `None` if there is no block,
/// if it is damaged, or if nothing but blank lines and comments follows it.
pub(super) fn at_end(content: &[u8]) -> Option<Vec<u8>> {
    let last = *find(content).ok()?.last()?;
    let behind = content.get(last.end..)?;
    let is_idle = |line: &[u8]| line.trim_ascii().is_empty() || line.trim_ascii().starts_with(b"#");
    if behind.split(|&byte| byte == b'\n').all(is_idle) {
        return None;
    }
    let block = std::str::from_utf8(content.get(last.start..last.end)?).ok()?;
    let inside: Vec<&str> = block.lines().map(str::trim_end).collect();
    let is_ours = |line: &&&str| ![BEGIN, END, NOTE, NOTE_CREATED, NOTE_JOINED].contains(&line.trim());
    let lines: String = inside.iter().filter(is_ours).flat_map(|line| [line, "\n"]).collect();
    insert(Some(&remove(content).ok()?.unwrap_or_default()), &lines).ok()
}

fn block(note: &str, lines: &str) -> String {
    format!("{BEGIN}\n{note}\n{lines}{END}\n")
}

/// All blocks. An editor may have given their lines other ends or blanks.
fn find(content: &[u8]) -> Result<Vec<Place>, Damaged> {
    let mut places = Vec::new();
    let mut open: Option<(usize, usize, &'static str)> = None;
    let mut position = 0;
    for (index, line) in content.split_inclusive(|&byte| byte == b'\n').enumerate() {
        let number = index + 1;
        let text = line.trim_ascii();
        if text == BEGIN.as_bytes() {
            if let Some((_, line, _)) = open {
                return Err(Damaged { line });
            }
            open = Some((position, number, NOTE));
        } else if text == END.as_bytes() {
            let (start, _, note) = open.take().ok_or(Damaged { line: number })?;
            let is_converted = content
                .get(start..position)
                .and_then(|block| block.split_inclusive(|&byte| byte == b'\n').next())
                .is_some_and(|first| first.ends_with(b"\r\n"));
            places.push(Place { start, end: position + line.len(), note, is_converted });
        } else if let Some((_, _, note)) = &mut open {
            for special in [NOTE_CREATED, NOTE_JOINED] {
                if text == special.as_bytes() {
                    *note = special;
                }
            }
        }
        position += line.len();
    }
    match open {
        Some((_, line, _)) => Err(Damaged { line }),
        None => Ok(places),
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
    fn other_lines_replace_the_old_ones_where_they_are_and_can_still_be_undone() {
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
    fn a_block_that_was_copied_is_one_again() {
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
    fn a_block_goes_behind_what_was_added_after_it() {
        for content in [None, Some(&b"a"[..]), Some(b"a\n")] {
            let once = insert(content, LINES).unwrap();
            assert_eq!(at_end(&once), None);
            assert_eq!(at_end(&[&once[..], b"\n# done\n"].concat()), None);
            for added in [&b"b\n"[..], b"b"] {
                let moved = at_end(&[&once[..], added].concat()).unwrap();
                assert!(moved.ends_with(block(NOTE, LINES).as_bytes()) || moved.ends_with(b"<<<\n"));
                assert_eq!(at_end(&moved), None);
                let rest = remove(&moved).unwrap().unwrap();
                assert!(rest.ends_with(added) && !rest.ends_with(b"\n\n"), "{rest:?}");
            }
        }
        assert_eq!(at_end(b"a\n"), None);
        assert_eq!(at_end(b"# >>> gover >>>\na\n"), None);
    }

    #[test]
    fn a_marker_without_counterpart_is_damage() {
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
