//! A disk that refuses what is unpacked: whether the download is kept, and how much room is wanted.

use std::io;
use std::path::Path;

use gover_archive::{ArchiveError, Container};
use gover_core::display::mebibytes;
use gover_source::{Artifact, Disguise, Location};

use crate::error::{InstallError, KnownSum};
use crate::fetch::head_of;
use crate::file_error::{self, FileError};
use crate::receipt::{ProofHeld, Receipt};

/// What a disk refused of a toolchain that is in order, as far as it came.
#[derive(Debug)]
pub struct Refusal {
    /// The archive or module zip.
    pub(crate) file: String,
    /// Where it came from, without credentials.
    pub(crate) source_label: String,
    /// Whether the download is kept, so that the next attempt begins with it.
    pub(crate) is_kept: bool,
    /// What the whole tree takes, if that is known and the disk is full.
    wanted: Option<u64>,
    /// What was free before the first byte was written, if that is known.
    free: Option<u64>,
    kind: io::ErrorKind,
}

impl Refusal {
    /// Facts, one a line.
    pub(crate) fn details(&self) -> Vec<String> {
        // Where room is wanted, the hint says so.
        let is_told = self.is_kept && !file_error::is_full(self.kind);
        let kept = is_told.then(|| "the download is kept, and the next attempt begins with it".to_owned());
        let size = self.wanted.map(|wanted| {
            let free = self.free.map(|free| format!(", and {} were free", mebibytes(free)));
            format!("unpacked it takes about {}{}", mebibytes(wanted), free.unwrap_or_default())
        });
        size.into_iter().chain(kept).collect()
    }

    /// What to do.
    pub(crate) fn hints(&self) -> Vec<String> {
        if !file_error::is_full(self.kind) {
            return file_error::hints(self.kind);
        }
        let lacking = self.wanted.map(|wanted| wanted.saturating_sub(self.free.unwrap_or_default()));
        let room = match lacking {
            Some(lacking) if lacking > 0 => format!("make room for about {}", mebibytes(lacking)),
            _ => "make room".to_owned(),
        };
        vec![if self.is_kept {
            format!(
                "{room} and try again; the download is kept, unless `gover cache clean` or `gover prune` makes the room"
            )
        } else {
            format!("{room}, for instance with `gover cache clean` and `gover prune`, and try again")
        }]
    }
}

/// The error for an archive that was not unpacked, by its own fault or by the disk's. `free` is what was free before.
pub(crate) fn not_unpacked(
    source: ArchiveError,
    artifact: &Artifact,
    (file, container): (&Path, Container),
    free: Option<u64>,
) -> InstallError {
    let ArchiveError::Write { source: refused, .. } = &source else {
        return InstallError::Archive {
            file: artifact.file_name.clone(),
            source_label: artifact.shown_source(),
            disguise: Disguise::of(&head_of(file), artifact.format),
            sum: KnownSum::from(&artifact.proof),
            source,
        };
    };
    let kind = refused.kind();
    let wanted = if file_error::is_full(kind) { gover_archive::unpacked_size(file, container) } else { None };
    let refusal = Refusal {
        file: artifact.file_name.clone(),
        source_label: artifact.shown_source(),
        // A local file is there anyway, and a build of one's own is fetched anew each time.
        is_kept: matches!(artifact.location, Location::Url(_))
            && KnownSum::from(&artifact.proof) != KnownSum::Given,
        wanted,
        free: free.filter(|_| wanted.is_some()),
        kind,
    };
    InstallError::Disk { refusal: Box::new(refusal), source: Box::new(source) }
}

/// The error for a verified tree that did not come into its place, for want of room or for another reason. The download has
/// not served yet, so it is there.
pub(crate) fn not_published(error: FileError, receipt: &Receipt) -> InstallError {
    let kind = error.source.kind();
    if !file_error::is_full(kind) {
        return error.into();
    }
    let refusal = Refusal {
        file: receipt.file.clone(),
        source_label: receipt.source.clone(),
        is_kept: receipt.url.is_some() && !receipt.proofs.contains(&ProofHeld::Given),
        wanted: None,
        free: None,
        kind,
    };
    InstallError::Disk { refusal: Box::new(refusal), source: Box::new(error) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(is_kept: bool, wanted: Option<u64>, free: Option<u64>) -> Refusal {
        let (file, source_label) = ("go1.91.2.linux-amd64.tar.gz".to_owned(), "go.dev".to_owned());
        Refusal { file, source_label, is_kept, wanted, free, kind: io::ErrorKind::StorageFull }
    }

    #[test]
    fn a_full_disk_is_told_with_what_is_kept_and_what_is_wanted() {
        let kept = refusal(true, Some(230 << 20), Some(40 << 20));
        assert_eq!(kept.details(), ["unpacked it takes about 230.0 MiB, and 40.0 MiB were free"]);
        assert_eq!(
            kept.hints(),
            [
                "make room for about 190.0 MiB and try again; the download is kept, unless `gover cache clean` or `gover prune` makes the room"
            ]
        );
    }

    #[test]
    fn what_is_not_known_is_not_told() {
        let gone = refusal(false, None, Some(1));
        assert_eq!(gone.details(), Vec::<String>::new());
        assert_eq!(
            gone.hints(),
            ["make room, for instance with `gover cache clean` and `gover prune`, and try again"]
        );
        // Somebody else made room, or a quota is what is full.
        let enough = refusal(true, Some(1 << 20), Some(2 << 20));
        assert!(enough.hints()[0].starts_with("make room and try again"), "{:?}", enough.hints());
    }
}
