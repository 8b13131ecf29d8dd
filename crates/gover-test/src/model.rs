//! Simple models with which fuzzing and tests compare gover's parsers.
//!
//! They are slow and lenient on purpose. A parser that accepts an input must have read what these
//! read.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Cursor, Read as _};
use std::path::Path;

/// The files of a tar, from its blocks; `None` if they make no sense.
pub fn tar(bytes: &[u8]) -> Option<BTreeMap<String, Vec<u8>>> {
    let mut files = BTreeMap::new();
    let mut name = None;
    let mut at = 0;
    loop {
        let header = bytes.get(at..at + 512)?;
        if header.iter().all(|byte| *byte == 0) {
            return Some(files);
        }
        let size = usize::try_from(number(&header[124..136])?).ok()?;
        let content = bytes.get(at + 512..(at + 512).checked_add(size)?)?;
        at += 512 + size.next_multiple_of(512);
        match header[156] {
            b'L' => name = Some(before_zero(content).to_vec()),
            b'x' => name = pax_path(content).or(name),
            b'g' | b'5' => name = if header[156] == b'g' { name } else { None },
            b'0' | 0 => {
                let path = name.take().unwrap_or_else(|| plain_name(header));
                files.insert(String::from_utf8(path).ok()?, content.to_vec());
            }
            _ => return None,
        }
    }
}

/// The files of a zip, by the crate that most programs use.
pub fn zip(bytes: &[u8]) -> Option<BTreeMap<String, Vec<u8>>> {
    let mut archive = ::zip::ZipArchive::new(Cursor::new(bytes)).ok()?;
    let mut files = BTreeMap::new();
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).ok()?;
        let name = String::from_utf8(entry.name_raw().to_vec()).ok()?;
        let mut content = Vec::new();
        entry.read_to_end(&mut content).ok()?;
        if !name.ends_with('/') {
            files.insert(name, content);
        }
    }
    Some(files)
}

/// The value of the first line of a go.mod that starts with `key` and a space, letter by letter.
pub fn go_mod(text: &str, key: &str) -> Option<(usize, String)> {
    for (index, line) in text.split('\n').enumerate() {
        let mut letters = line.trim_end().chars().peekable();
        while letters.next_if(|letter| letter.is_whitespace()).is_some() {}
        if !key.chars().all(|wanted| letters.next_if_eq(&wanted).is_some()) {
            continue;
        }
        if !matches!(letters.peek(), Some(' ' | '\t')) {
            continue;
        }
        let mut value = String::new();
        while let Some(letter) = letters.next() {
            if letter == '/' && letters.peek() == Some(&'/') {
                break;
            }
            value.push(letter);
        }
        let begin = value.find(|letter: char| !letter.is_whitespace()).unwrap_or(value.len());
        let mut value = value.split_off(begin);
        while value.ends_with(char::is_whitespace) {
            value.pop();
        }
        return Some((index + 1, value));
    }
    None
}

/// Fails unless the directory holds exactly those files, and nothing but files and directories.
#[track_caller]
pub fn assert_tree(directory: &Path, mut files: BTreeMap<String, Vec<u8>>) {
    let mut directories = vec![(directory.to_owned(), String::new())];
    while let Some((directory, prefix)) = directories.pop() {
        for entry in fs::read_dir(&directory).expect("the tree is readable") {
            let entry = entry.expect("the tree is readable");
            let name = format!("{prefix}{}", entry.file_name().to_str().expect("names are UTF-8"));
            let kind = entry.file_type().expect("the tree is readable");
            if kind.is_dir() {
                directories.push((entry.path(), format!("{name}/")));
                continue;
            }
            assert!(kind.is_file(), "{name} is neither file nor directory");
            let content = fs::read(entry.path()).expect("the tree is readable");
            assert_eq!(files.remove(&name), Some(content), "{name} is not what the archive says");
        }
    }
    assert!(files.is_empty(), "missing: {:?}", files.keys());
}

fn number(field: &[u8]) -> Option<u64> {
    if field[0] & 0x80 != 0 {
        // Binary, in the last eight bytes.
        return Some(u64::from_be_bytes(field[field.len() - 8..].try_into().ok()?));
    }
    let text = str::from_utf8(before_zero(field)).ok()?.trim();
    if text.is_empty() { Some(0) } else { u64::from_str_radix(text, 8).ok() }
}

fn plain_name(header: &[u8]) -> Vec<u8> {
    let name = before_zero(&header[..100]);
    let prefix = before_zero(&header[345..500]);
    if &header[257..263] != b"ustar\0" || prefix.is_empty() {
        return name.to_vec();
    }
    [prefix, b"/", name].concat()
}

fn pax_path(mut records: &[u8]) -> Option<Vec<u8>> {
    let mut path = None;
    while let Some(blank) = records.iter().position(|byte| *byte == b' ') {
        let length: usize = str::from_utf8(&records[..blank]).ok()?.parse().ok()?;
        let record = records.get(blank + 1..length.checked_sub(1)?)?;
        if let Some(value) = record.strip_prefix(b"path=") {
            path = Some(value.to_vec());
        }
        records = records.get(length..)?;
    }
    path
}

fn before_zero(field: &[u8]) -> &[u8] {
    field.split(|byte| *byte == 0).next().unwrap_or_default()
}

/// The files of the new tree that a patch bundle makes of `base`, without those that a module leaves
/// out; `None` if the bundle makes no sense.
pub fn patch(bytes: &[u8], base: &BTreeMap<String, Vec<u8>>) -> Option<BTreeMap<String, Vec<u8>>> {
    let end = bytes.windows(2).position(|pair| pair == b"\n\n")?;
    let (head, mut data) = bytes.split_at(end + 2);
    let mut lines = str::from_utf8(head).ok()?.lines();
    if lines.next()? != "gover-patch 1" || lines.next()?.split(' ').count() != 3 {
        return None;
    }
    let is_covered = |path: &str| !["api/", "doc/", "misc/", "test/"].iter().any(|top| path.starts_with(top));
    let mut files = base.clone();
    files.retain(|path, _| is_covered(path));
    for line in lines.filter(|line| !line.is_empty()) {
        let count = match line.as_bytes()[0] {
            b'-' => 1,
            b'=' => 4,
            b'~' => 6,
            _ => return None,
        };
        let words: Vec<&str> = line.splitn(count + 1, ' ').collect();
        let number = |at: usize| words.get(at)?.parse::<usize>().ok();
        let path = *words.get(count)?;
        let mut stream = |length: usize| {
            let (packed, rest) = data.split_at_checked(length)?;
            data = rest;
            let mut content = Vec::new();
            flate2::read::DeflateDecoder::new(packed).read_to_end(&mut content).ok()?;
            Some(content)
        };
        let content = match count {
            1 => {
                files.remove(path)?;
                continue;
            }
            4 => stream(number(2)?)?,
            _ => undelta(base.get(path)?, [stream(number(2)?)?, stream(number(3)?)?, stream(number(4)?)?])?,
        };
        if content.len() != number(1)? || crate::sha256_hex(&content) != words[count - 1] {
            return None;
        }
        files.insert(path.to_owned(), content);
    }
    data.is_empty().then_some(files)
}

fn undelta(old: &[u8], [steps, differences, extra]: [Vec<u8>; 3]) -> Option<Vec<u8>> {
    let (mut new, mut at) = (Vec::new(), 0_usize);
    let (mut differences, mut extra) = (differences.into_iter(), extra.into_iter());
    for step in steps.chunks(24) {
        let number = |from: usize| Some(i64::from_le_bytes(step.get(from..from + 8)?.try_into().ok()?));
        at = at.checked_add_signed(isize::try_from(number(0)?).ok()?)?;
        for _ in 0..number(8)? {
            new.push(old.get(at)?.wrapping_add(differences.next()?));
            at += 1;
        }
        new.extend(extra.by_ref().take(usize::try_from(number(16)?).ok()?));
    }
    Some(new)
}
