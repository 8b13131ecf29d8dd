//! Signed notes: a text and the signatures over it (<https://c2sp.org/signed-note>).

use signed_note::{Note, Signature, VerifierList};
use thiserror::Error;

use super::key::{VerifierKey, decode_as_go};

/// A note that at least one known key has signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct OpenNote {
    /// The signed text, ending in a newline.
    pub(super) text: String,
    /// Names of the known keys whose signatures hold, in the note's order, each once.
    pub(super) verified: Vec<String>,
    /// Names of unknown signers.
    pub(super) unverified: Vec<String>,
}

impl OpenNote {
    /// Parses `message` and checks every signature by one of `keys`.
    ///
    /// Signature lines are parsed here because `signed_note` rejects base64 with spare bits that Go
    /// accepts.
    pub(super) fn open(message: &[u8], keys: &[VerifierKey]) -> Result<Self, NoteError> {
        let (text, signatures) = split(message).ok_or(NoteError::Malformed)?;
        let note = Note::new(text.as_bytes(), &signatures).map_err(|_| NoteError::Malformed)?;
        let known =
            VerifierList::new(keys.iter().map(|key| Box::new(key.verifier.clone()) as Box<_>).collect());
        let (verified, unverified) = note.verify(&known).map_err(|error| match error {
            signed_note::NoteError::InvalidSignature { name, id } => {
                NoteError::InvalidSignature { key: format!("{name}+{id:08x}") }
            }
            signed_note::NoteError::UnverifiedNote => {
                let same_name =
                    |signature: &&Signature| keys.iter().any(|key| key.name() == signature.name());
                let signer = |signature: &Signature| format!("{}+{:08x}", signature.name(), signature.id());
                NoteError::Unverified {
                    signers: signatures.iter().filter(same_name).take(SHOWN).map(signer).collect(),
                    keys: keys.iter().map(short_key).collect(),
                }
            }
            _ => NoteError::Malformed,
        })?;
        Ok(Self { text: text.to_owned(), verified: names(&verified), unverified: names(&unverified) })
    }
}

/// Why a note is not believed.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum NoteError {
    /// Not a text, an empty line and signature lines; or more than 100 signatures or 1,000,000
    /// bytes.
    #[error("malformed note")]
    Malformed,
    /// A known key did not sign this text. Keys are shown as `<name>+<hash>`.
    #[error("invalid signature for key {key}")]
    InvalidSignature { key: String },
    /// No signature is by a known key.
    #[error(
        "note has no verifiable signatures (wanted one by {}{})", keys.join(" or "), signed_by(signers)
    )]
    Unverified {
        /// Other keys of the same names that it claims to be signed by.
        signers: Vec<String>,
        keys: Vec<String>,
    },
}

fn split(message: &[u8]) -> Option<(&str, Vec<Signature>)> {
    if message.len() > MAX_NOTE {
        return None;
    }
    let message = std::str::from_utf8(message).ok()?;
    if message.bytes().any(|byte| byte < b' ' && byte != b'\n') {
        return None;
    }
    let gap = message.rfind("\n\n")?;
    let (text, rest) = message.split_at_checked(gap + 1)?;
    let lines = rest.strip_prefix('\n')?.strip_suffix('\n')?;
    if lines.split('\n').count() > MAX_SIGNATURES {
        return None;
    }
    Some((text, lines.split('\n').map(signature).collect::<Option<_>>()?))
}

fn signature(line: &str) -> Option<Signature> {
    let (name, encoded) = line.strip_prefix("— ")?.split_once(' ')?;
    let bytes = decode_as_go(encoded)?;
    let (hash, signature) = bytes.split_first_chunk::<4>()?;
    if signature.is_empty() {
        return None;
    }
    Signature::new(name.to_owned(), u32::from_be_bytes(*hash), signature.to_vec()).ok()
}

fn short_key(key: &VerifierKey) -> String {
    format!("{}+{:08x}", key.name(), key.hash())
}

fn signed_by(signers: &[String]) -> String {
    if signers.is_empty() { String::new() } else { format!(", it is signed by {}", signers.join(" and ")) }
}

fn names(signatures: &[Signature]) -> Vec<String> {
    signatures.iter().map(|signature| signature.name().to_owned()).collect()
}

const MAX_NOTE: usize = 1_000_000;
const MAX_SIGNATURES: usize = 100;

/// How many signers an error names.
const SHOWN: usize = 3;
