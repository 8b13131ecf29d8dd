//! Names alone, one a line, without a disk: what a guard admits is safe on every system.
#![no_main]

use std::collections::BTreeMap;

use libfuzzer_sys::fuzz_target;

use gover_archive::{Coverage, EntryKind, Guard};
use gover_fuzz::LIMITS;

fuzz_target!(|bytes: &[u8]| {
    let mut guard = Guard::for_archive(Coverage::Everything, LIMITS);
    // What is one file on a system where case does not count.
    let mut admitted: BTreeMap<String, (String, bool)> = BTreeMap::new();
    for name in bytes.split(|byte| *byte == b'\n') {
        let kind = if name.ends_with(b"/") { EntryKind::Directory } else { EntryKind::File };
        let Ok(Some(entry)) = guard.admit(name, kind, 1) else { continue };
        let path = entry.path;
        assert!(
            format!("go/{path}").as_bytes() == name.strip_suffix(b"/").unwrap_or(name) || path.is_empty()
        );
        for part in path.split('/').filter(|_| !path.is_empty()) {
            assert!(!part.is_empty() && part.len() <= 255 && !part.ends_with(['.', ' ']), "{path:?}");
            assert!(!part.contains(['\\', ':', '\0', '"', '<', '>', '|', '?', '*']), "{path:?}");
            let stem = part.split('.').next().unwrap_or_default().trim_end().to_ascii_lowercase();
            assert!(!["con", "prn", "aux", "nul", "com1", "lpt9"].contains(&stem.as_str()), "{path:?}");
        }
        let mut parents: Vec<_> =
            path.match_indices('/').map(|(at, _)| (path[..at].to_owned(), true)).collect();
        parents.push((path.clone(), kind == EntryKind::Directory));
        for (one, directory) in parents {
            let folded = one.to_lowercase();
            let known = admitted.entry(folded).or_insert_with(|| (one.clone(), directory));
            assert_eq!(*known, (one, directory), "one name for two files");
        }
        assert!(entry.directories.iter().all(|parent| format!("{path}/").starts_with(&format!("{parent}/"))));
    }
});
