//! Two signed tree heads that contradict each other.

use std::fmt::Write as _;
use std::path::PathBuf;

use sha2::{Digest as _, Sha256};
use tlog_tiles::Hash;

use super::head::Head;

/// Proof that the database signed two histories. Sizes count records, hashes are roots in base64.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fork {
    pub database: String,
    pub older_size: u64,
    pub older_hash: String,
    pub newer_size: u64,
    pub newer_hash: String,
    /// Over the first `older_size` records of the newer tree: not `older_hash`.
    pub computed_hash: String,
    /// Both signed notes and the proof, in the go command's format.
    pub report: String,
    /// The file that holds `report`, or why it could not be written.
    pub evidence: Result<PathBuf, String>,
}

/// Both notes, then hashes that show why they contradict each other, without the database.
pub(super) fn report(older: &Head, newer: &Head, computed: Hash, proof: Option<&[Hash]>) -> String {
    let mut text = String::from("SECURITY ERROR\ngo.sum database server misbehavior detected!\n\n");
    let indented = |note: &[u8]| String::from_utf8_lossy(note).replace('\n', "\n\t");
    // Writing to a String cannot fail.
    let _ = writeln!(text, "old database:\n\t{}", indented(&older.note));
    let _ = writeln!(text, "new database:\n\t{}", indented(&newer.note));
    let _ = write!(text, "proof of misbehavior:\n\t{computed}");
    for hash in proof.unwrap_or_default() {
        let _ = write!(text, "\n\t{hash}");
    }
    if proof.is_none() {
        text.push_str("\n\t(the tiles for a proof could not be read)");
    }
    text
}

pub(super) fn evidence_name(older: &Head, newer: &Head, report: &str) -> String {
    format!("fork-{}-{}-{}.txt", older.tree.size, newer.tree.size, short_sum(report.as_bytes()))
}

/// The beginning of the SHA-256, to name a file.
pub(super) fn short_sum(bytes: &[u8]) -> String {
    let head = Sha256::digest(bytes).iter().take(8).fold(0_u64, |head, byte| head << 8 | u64::from(*byte));
    format!("{head:016x}")
}
