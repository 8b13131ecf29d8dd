//! Signed notes: a text and the signatures over it (<https://c2sp.org/signed-note>), and the keys
//! that verify them: `<name>+<hash>+<algorithm and public key>`.

use std::fmt;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{GeneralPurpose, GeneralPurposeConfig};
use signed_note::{Note, Signature, StandardVerifier, Verifier as _, VerifierError, VerifierList};
use thiserror::Error;

/// A note that at least one known key has signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct OpenNote {
    /// What was signed, ending in a newline.
    pub(super) text: String,
    /// Names of the known keys whose signatures hold, in the note's order, each once.
    pub(super) verified: Vec<String>,
    /// Names of unknown signers.
    pub(super) unverified: Vec<String>,
}

impl OpenNote {
    /// Checks every signature by one of `keys`. Signature lines are parsed here, since
    /// `signed_note` rejects base64 with spare bits that Go accepts.
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

/// The text of a note that is not a tree head, if at least one of `keys` signed it.
pub fn open_note(message: &[u8], keys: &[VerifierKey]) -> Result<String, NoteError> {
    Ok(OpenNote::open(message, keys)?.text)
}

#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum NoteError {
    /// Not a text and signatures, or more than 100 signatures or 1,000,000 bytes.
    #[error("malformed note")]
    Malformed,
    /// A known key did not sign this text. Keys are shown as `<name>+<hash>`.
    #[error("invalid signature for key {key}")]
    InvalidSignature { key: String },
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

#[derive(Clone)]
pub struct VerifierKey {
    verifier: StandardVerifier,
    text: String,
}

impl VerifierKey {
    /// Accepts what Go's `note.NewVerifier` accepts (`<name>+<hash>+<key>`), with the same errors.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(hash), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(KeyError::Malformed);
        };
        let hex = hash.len() == 8 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
        let key = decode_as_go(key).ok_or(KeyError::Malformed)?;
        if !hex || key.is_empty() || !signed_note::is_key_name_valid(name) {
            return Err(KeyError::Malformed);
        }
        // Encoded anew, because the crate is stricter about unused bits of base64 than Go is.
        let text = format!("{name}+{hash}+{}", GO_BASE64.encode(&key));
        let verifier = StandardVerifier::new(&text).map_err(|error| match error {
            VerifierError::Format => KeyError::Malformed,
            VerifierError::Alg => KeyError::UnknownAlgorithm,
            VerifierError::Id => KeyError::WrongHash,
        })?;
        Ok(Self { verifier, text })
    }

    /// The name of the database, `host[/path]` in practice.
    pub fn name(&self) -> &str {
        self.verifier.name()
    }

    /// The first four bytes of the SHA-256 over name and key, which identify the key in signatures.
    pub fn hash(&self) -> u32 {
        self.verifier.key_id()
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl fmt::Debug for VerifierKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "VerifierKey({self})")
    }
}

/// Why a verifier key is invalid; the texts are Go's.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum KeyError {
    /// Not three parts, or a bad name, hash, base64 or key length.
    #[error("malformed verifier id")]
    Malformed,
    /// Anything but Ed25519.
    #[error("unknown verifier algorithm")]
    UnknownAlgorithm,
    #[error("invalid verifier hash")]
    WrongHash,
}

/// Decodes base64 as Go's `base64.StdEncoding` does: padded, spare bits of the last digit ignored.
pub(super) fn decode_as_go(text: &str) -> Option<Vec<u8>> {
    GO_BASE64.decode(text).ok()
}

const GO_BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true),
);
