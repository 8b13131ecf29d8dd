//! Verifier keys: `<name>+<hash>+<algorithm and public key>`.

use std::fmt;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{GeneralPurpose, GeneralPurposeConfig};
use signed_note::{StandardVerifier, Verifier as _, VerifierError};
use thiserror::Error;

/// A trusted public key and the name it signs under.
#[derive(Clone)]
pub struct VerifierKey {
    pub(super) verifier: StandardVerifier,
    text: String,
}

impl VerifierKey {
    /// Reads an encoded key, e.g.
    /// `sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8`.
    ///
    /// Accepts what Go's `note.NewVerifier` accepts, with the same errors.
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
    /// Not three parts, a bad name, a hash that is not 8 hexadecimal digits, bad base64 or a bad
    /// key length.
    #[error("malformed verifier id")]
    Malformed,
    /// Anything but Ed25519.
    #[error("unknown verifier algorithm")]
    UnknownAlgorithm,
    /// The hash in the text is not the hash of name and key.
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
