//! What `gover use` chose for each shell, recorded by process.

use std::fs;
use std::path::{Path, PathBuf};

use gover_core::resolve::SessionRecord;
use gover_install::home;
use gover_sys::process::{self, ProcessId};
use gover_sys::{Lock, file};

use super::lock;
use crate::{Context, Failure};

pub(crate) fn lock(context: &Context<'_>) -> Result<Lock, Failure> {
    lock::acquire("sessions", context)
}

/// Stores the choice of a shell, and removes those of shells that have ended.
pub(crate) fn write(
    shell: ProcessId,
    request: &str,
    context: &Context<'_>,
    _lock: &Lock,
) -> Result<(), Failure> {
    for path in ended(context) {
        // One that cannot be removed is ignored when it is read.
        let _ = file::remove_tree(&path);
    }
    let record = SessionRecord { start: shell.start, request: request.to_owned() };
    let path = context.layout.session(shell.id);
    let write = || {
        file::create_own_directory(&context.layout.sessions(), context.layout.home())?;
        file::replace_atomically(&path, record.to_string().as_bytes())
    };
    write().map_err(|source| Failure::file("write", &path, &source))
}

/// Removes the choice of a shell and returns it; `None` if there was none.
pub(crate) fn remove(
    shell: ProcessId,
    context: &Context<'_>,
    _lock: &Lock,
) -> Result<Option<String>, Failure> {
    let path = context.layout.session(shell.id);
    let text = file::read_text_limited(&path, LIMIT).ok();
    let record = text.and_then(|text| SessionRecord::parse(&text));
    if path.exists() {
        file::remove_tree(&path).map_err(|source| Failure::file("write", &path, &source))?;
        // The shim looks into the directory before each command, and one that is not empty stays.
        let _ = fs::remove_dir(context.layout.sessions());
    }
    // The record of a shell that had this number before is not this shell's.
    Ok(record.filter(|record| record.start == shell.start).map(|record| record.request))
}

/// The records of shells that have ended, in a home and a directory of gover's own.
pub(crate) fn ended(context: &Context<'_>) -> Vec<PathBuf> {
    let directory = context.layout.sessions();
    if !home::is_own(&context.layout, std::slice::from_ref(&directory)) {
        return Vec::new();
    }
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    let files = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()));
    let paths = files.map(|entry| entry.path());
    paths.filter(|path| id_of(path).is_some_and(|id| !is_alive(id, path))).collect()
}

/// What other running shells chose: their process and the request.
pub(crate) fn of_others(context: &Context<'_>) -> Vec<(u32, String)> {
    let own: Vec<u32> = process::ancestors().map(|process| process.id).collect();
    let entries = fs::read_dir(context.layout.sessions()).into_iter().flatten().flatten();
    let records = entries.filter_map(|entry| {
        let path = entry.path();
        let id = id_of(&path).filter(|id| !own.contains(id))?;
        let record = SessionRecord::parse(&file::read_text_limited(&path, LIMIT).ok()?)?;
        process::is_alive(ProcessId { id, start: record.start }).then_some((id, record.request))
    });
    records.collect()
}

/// A record is named after its process; no other file in the directory is gover's.
fn id_of(path: &Path) -> Option<u32> {
    path.file_name()?.to_str()?.parse().ok()
}

fn is_alive(id: u32, path: &Path) -> bool {
    let record = file::read_text_limited(path, LIMIT).ok().and_then(|text| SessionRecord::parse(&text));
    record.is_some_and(|record| process::is_alive(ProcessId { id, start: record.start }))
}

/// Bytes of a record, which holds two lines.
const LIMIT: u64 = 64 << 10;
