//! Linux: `/proc/PID/stat`, one small read for each process.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::Read as _;
use std::os::unix::ffi::OsStringExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use super::{Facts, Running};

pub(super) fn looker() -> impl Fn(u32) -> Option<Facts> {
    |id| {
        // One read, since this is looked up for each ancestor. The line is far shorter.
        let mut line = [0; 4096];
        let length = File::open(format!("/proc/{id}/stat")).ok()?.read(&mut line).ok()?;
        parse(line.get(..length)?)
    }
}

pub(super) fn all() -> Vec<u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect()
}

pub(super) fn running_below(directory: &Path) -> Vec<(u32, String)> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let processes = entries.filter_map(|entry| {
        let id = entry.file_name().to_str()?.parse().ok()?;
        let program = fs::read_link(entry.path().join("exe")).ok()?;
        let name = program.starts_with(directory).then(|| program.file_name())??;
        Some((id, name.to_string_lossy().into_owned()))
    });
    processes.collect()
}

/// The environment of others is not readable, or only for root, who did not ask for it.
pub(super) fn with_path() -> Vec<Running> {
    let Ok(own) = fs::metadata("/proc/self").map(|metadata| metadata.uid()) else { return Vec::new() };
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let process = |entry: fs::DirEntry| {
        let id = entry.file_name().to_str()?.parse().ok().filter(|id| *id != std::process::id())?;
        let directory = entry.path();
        if fs::metadata(&directory).ok()?.uid() != own {
            return None;
        }
        let program = fs::read_link(directory.join("exe")).ok()?;
        let environment = fs::read(directory.join("environ")).ok()?;
        let path =
            environment.split(|byte| *byte == 0).find_map(|variable| variable.strip_prefix(b"PATH="))?;
        Some(Running { id, program, path: OsString::from_vec(path.to_vec()) })
    };
    let mut processes: Vec<Running> = entries.filter_map(process).collect();
    processes.sort_by_key(|process| process.id);
    processes
}

/// Reads `PID (name) state ppid … starttime …` (`proc_pid_stat(5)`); the name may contain even `)`.
fn parse(line: &[u8]) -> Option<Facts> {
    let open = line.iter().position(|&byte| byte == b'(')?;
    let close = line.iter().rposition(|&byte| byte == b')')?;
    let name = String::from_utf8_lossy(line.get(open + 1..close)?).into_owned();
    let rest = std::str::from_utf8(line.get(close + 1..)?).ok()?;
    let mut fields = rest.split_ascii_whitespace();
    // Field 3. A zombie has ended, and its parent has not noticed yet.
    let state = fields.next()?;
    if matches!(state, "Z" | "X") {
        return None;
    }
    let parent = fields.next()?.parse().ok()?;
    // Field 22, counted after 3 and 4.
    let start = fields.nth(17)?.parse().ok()?;
    Some(Facts { start, parent, name })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_parentheses_and_spaces_is_read() {
        let stat = b"42 (a) S (1 2) R 7 42 42 0 -1 4194304 1 0 0 0 0 0 0 0 20 0 1 0 98765 1 2 3";
        let facts = parse(stat).unwrap();
        assert_eq!((facts.parent, facts.start, facts.name.as_str()), (7, 98765, "a) S (1 2"));
    }

    #[test]
    fn a_zombie_and_an_incomplete_line_are_not_processes() {
        assert!(parse(b"42 (a) Z 7 42 42 0 -1 4194304 1 0 0 0 0 0 0 0 20 0 1 0 98765 1").is_none());
        assert!(parse(b"42 (a) S 7 42").is_none());
        assert!(parse(b"").is_none());
    }
}
