//! What to say and do if the disk does not take a toolchain, most often because it is full.

use std::io;

use gover_core::diagnose::MAKE_ROOM;
use gover_core::display::mebibytes;

use crate::error::DownloadOrigin;
use crate::files;

/// A toolchain that could not be written although nothing was wrong with its archive.
#[derive(Debug)]
pub struct WriteFailure {
    pub(crate) origin: Box<DownloadOrigin>,
    /// Whether the download is kept, so that the next attempt starts with it.
    pub(crate) is_kept: bool,
    /// The size of the unpacked toolchain; known only if the disk is full.
    pub(crate) needed: Option<u64>,
    /// The space that was free before the first byte was written.
    pub(crate) free: Option<u64>,
    pub(crate) kind: io::ErrorKind,
}

impl WriteFailure {
    pub(crate) fn details(&self) -> Vec<String> {
        // If the disk is full, the hint says that the download is kept.
        let kept = (self.is_kept && !files::is_full(self.kind))
            .then(|| "the download is kept, and the next attempt continues from it".to_owned());
        let size = self.needed.map(|needed| {
            let free = self.free.map(|free| format!(", and {} were free", mebibytes(free)));
            format!("unpacked it takes about {}{}", mebibytes(needed), free.unwrap_or_default())
        });
        size.into_iter().chain(kept).collect()
    }

    pub(crate) fn hints(&self) -> Vec<String> {
        if !files::is_full(self.kind) {
            return files::hints(self.kind);
        }
        let hint = if self.is_kept { MAKE_ROOM_BUT_KEEP } else { MAKE_ROOM };
        let missing = self.needed.unwrap_or_default().saturating_sub(self.free.unwrap_or_default());
        if missing == 0 {
            return vec![hint.to_owned()];
        }
        vec![hint.replacen("make room", &format!("make room for about {}", mebibytes(missing)), 1)]
    }
}

const MAKE_ROOM_BUT_KEEP: &str = "make room and try again; the download is kept, unless `gover cache clean` or `gover prune` makes the room";

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(is_kept: bool, needed: Option<u64>, free: Option<u64>) -> WriteFailure {
        let origin = Box::new(DownloadOrigin {
            file: "x".to_owned(),
            toolchain: gover_core::ToolchainName::parse("go1.91.2").unwrap(),
            from: gover_source::SourceSpec::GoDev,
        });
        WriteFailure { origin, is_kept, needed, free, kind: io::ErrorKind::StorageFull }
    }

    #[test]
    fn a_full_disk_is_reported_with_the_space_needed_and_what_is_kept() {
        let kept = failure(true, Some(230 << 20), Some(40 << 20));
        assert_eq!(kept.details(), ["unpacked it takes about 230.0 MiB, and 40.0 MiB were free"]);
        assert_eq!(
            kept.hints(),
            [
                "make room for about 190.0 MiB and try again; the download is kept, unless `gover cache clean` or `gover prune` makes the room"
            ]
        );
    }

    #[test]
    fn what_is_not_known_is_left_out() {
        let gone = failure(false, None, Some(1));
        assert_eq!(gone.details(), Vec::<String>::new());
        assert_eq!(
            gone.hints(),
            ["make room, for instance with `gover cache clean` and `gover prune`, and try again"]
        );
        // Another process made room meanwhile, or a quota is exhausted.
        let enough = failure(true, Some(1 << 20), Some(2 << 20));
        assert!(enough.hints()[0].starts_with("make room and try again"), "{:?}", enough.hints());
    }
}
