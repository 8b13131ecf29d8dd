//! Tree heads: the number of records in the log and the hash over them.

use thiserror::Error;
use tlog_tiles::{EMPTY_HASH, HASH_SIZE, Hash};

use super::note::{NoteError, OpenNote, VerifierKey, decode_as_go};

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Tree {
    pub(super) size: u64,
    /// Root hash (RFC 6962) over them.
    pub(super) hash: Hash,
}

/// The log before its first record.
impl Default for Tree {
    fn default() -> Self {
        Self { size: 0, hash: EMPTY_HASH }
    }
}

impl Tree {
    /// Reads `go.sum database tree\n<size>\n<hash>\n`. Further lines are for later formats.
    pub(super) fn parse(text: &str) -> Result<Self, HeadError> {
        let mut lines = text.strip_prefix(FIRST_LINE).ok_or(HeadError::Malformed)?.splitn(3, '\n');
        let (Some(size), Some(hash), Some(_)) = (lines.next(), lines.next(), lines.next()) else {
            return Err(HeadError::Malformed);
        };
        let number: u64 = size.parse().map_err(|_| HeadError::Malformed)?;
        if number.to_string() != size {
            return Err(HeadError::Malformed);
        }
        if number > MAX_SIZE {
            return Err(HeadError::TooLarge { size: number });
        }
        let hash: [u8; HASH_SIZE] =
            decode_as_go(hash).and_then(|bytes| bytes.try_into().ok()).ok_or(HeadError::Malformed)?;
        Ok(Self { size: number, hash: Hash(hash) })
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Head {
    pub(super) tree: Tree,
    /// The note, byte for byte; empty for the empty log that nobody signs.
    pub(super) note: Vec<u8>,
}

impl Head {
    /// Checks the signature of `note` and reads the tree in it.
    pub(super) fn open(note: &[u8], key: &VerifierKey) -> Result<Self, HeadError> {
        let open = OpenNote::open(note, std::slice::from_ref(key))?;
        Ok(Self { tree: Tree::parse(&open.text)?, note: note.to_vec() })
    }
}

#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum HeadError {
    #[error(transparent)]
    Note(#[from] NoteError),
    #[error("malformed tree note")]
    Malformed,
    /// The tree arithmetic could overflow with more records.
    #[error("tree size {size} is beyond every possible log")]
    TooLarge { size: u64 },
}

impl HeadError {
    /// Whether the database's key did not sign it.
    pub fn is_unsigned(&self) -> bool {
        matches!(self, Self::Note(_))
    }

    /// Whether no key of the database signed it, so that it proves and contradicts nothing. A note
    /// that another key signed is not damage: that key was right until GOSUMDB was changed.
    pub(super) fn is_damage(&self) -> bool {
        match self {
            Self::Note(NoteError::Unverified { signers, .. }) => signers.is_empty(),
            Self::Note(_) => true,
            _ => false,
        }
    }
}

const FIRST_LINE: &str = "go.sum database tree\n";

/// Below it, `tlog_tiles` cannot overflow: it shifts by 8 times the level and doubles numbers.
const MAX_SIZE: u64 = 1 << 48;
