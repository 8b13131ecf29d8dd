//! The names in `versions/` in one small file, so that a partial request need not read the
//! directory, which takes longer the more toolchains there are.
//!
//! The manager writes the file after it changed `versions/`. It counts as long as the directory has
//! the stamp that it had then, and if its checksum holds. Otherwise the directory is read: the file
//! only saves time.

use std::path::Path;

use crate::bounded;
use crate::layout::Layout;
use crate::request::{Request, RequestKind};
use crate::version::ToolchainName;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreIndex {
    /// One a line, oldest first.
    names: String,
}

impl StoreIndex {
    /// The text of the file; `None` if a name has a line break. `names` are all that are there, oldest
    /// first.
    pub fn to_text(stamp: &str, names: &[ToolchainName]) -> Option<String> {
        let is_plain = names.iter().all(|name| !name.as_str().contains(['\n', '\r']));
        let names: String = names.iter().flat_map(|name| [name.as_str(), "\n"]).collect();
        is_plain.then(|| format!("{stamp}\n{:016x}\n{names}", checksum(stamp, &names)))
    }

    /// The file of a store, if it still describes it. `stamp` gives the stamp of a directory.
    pub fn read(layout: &Layout, stamp: impl Fn(&Path) -> Option<String>) -> Option<Self> {
        let text = bounded::read_text(&layout.store_index(), bounded::SMALL_FILE).ok()?;
        // Only now, so that what is read was true at some moment of this command.
        Self::parse(&text, &stamp(&layout.versions())?)
    }

    fn parse(text: &str, stamp: &str) -> Option<Self> {
        let (stamped, rest) = text.split_once('\n')?;
        let (sum, names) = rest.split_once('\n')?;
        let is_whole = u64::from_str_radix(sum, 16) == Ok(checksum(stamped, names));
        (is_whole && stamped == stamp).then(|| Self { names: names.to_owned() })
    }

    /// The names that can match `request`, newest first. Names are parsed when they are asked for.
    pub fn newest_first(&self, request: &Request) -> impl Iterator<Item = ToolchainName> {
        let prefix = prefix(request);
        let names = self.names.lines().rev().filter(move |name| name.starts_with(&prefix));
        names.filter_map(|name| ToolchainName::parse(name).ok())
    }
}

/// What each name that matches begins with.
fn prefix(request: &Request) -> String {
    match request.kind() {
        // Numbers of a version have no leading zero. `go1` is a 1.0.
        RequestKind::Language(version) if version.minor() != Some(0) => {
            let (major, minor) = (version.major(), version.minor());
            major.zip(minor).map(|(major, minor)| format!("go{major}.{minor}")).unwrap_or_default()
        }
        _ => String::new(),
    }
}

/// FNV-1a: finds what a crash or a disk damaged. It proves nothing about who wrote the file.
fn checksum(stamp: &str, names: &str) -> u64 {
    let bytes = stamp.bytes().chain([b'\n']).chain(names.bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325, |sum, byte| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<ToolchainName> {
        names.iter().map(|name| ToolchainName::parse(name).unwrap()).collect()
    }

    fn found(text: &str, request: &str) -> Option<Vec<String>> {
        let index = StoreIndex::parse(text, "7 1.5 1.5")?;
        let request = Request::parse(request).unwrap();
        let found = index.newest_first(&request);
        Some(found.map(|name| name.to_string()).collect())
    }

    #[test]
    fn a_written_index_can_be_read_back() {
        let all = names(&["go1", "go1.9.7", "go1.22rc1", "go1.22.5", "go1.22.5-bigcorp", "go1.220.0"]);
        let text = StoreIndex::to_text("7 1.5 1.5", &all).unwrap();
        let all = found(&text, "latest").unwrap();
        assert_eq!(all, ["go1.220.0", "go1.22.5-bigcorp", "go1.22.5", "go1.22rc1", "go1.9.7", "go1"]);
        let some = found(&text, "1.22").unwrap();
        assert_eq!(some, ["go1.220.0", "go1.22.5-bigcorp", "go1.22.5", "go1.22rc1"]);
        assert_eq!(found(&StoreIndex::to_text("7 1.5 1.5", &[]).unwrap(), "1").unwrap(), [""; 0]);
        assert_eq!(StoreIndex::parse(&text, "7 1.5 1.6"), None);
    }

    #[test]
    fn each_damage_of_one_byte_is_found() {
        let text = StoreIndex::to_text("7 1.5 1.5", &names(&["go1.21.0", "go1.22.5"])).unwrap();
        for at in 0..text.len() {
            assert_eq!(found(&text[..at], "1"), None, "cut at {at}");
            for bit in 0..7 {
                let mut bytes = text.clone().into_bytes();
                bytes[at] ^= 1 << bit;
                let damaged = String::from_utf8(bytes).unwrap();
                // The sum has digits of any case.
                let is_same = damaged.eq_ignore_ascii_case(&text);
                assert!(is_same || found(&damaged, "1").is_none(), "{damaged}");
            }
        }
    }

    #[test]
    fn a_name_with_a_line_break_is_not_written() {
        assert_eq!(StoreIndex::to_text("7", &names(&["go1.22.5-a\nb"])), None);
    }
}
