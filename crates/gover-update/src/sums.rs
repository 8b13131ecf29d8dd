//! The signed list of a release: its version, and the checksum of each file.

use gover_archive::digest::Digest;
use gover_log::{NoteError, VerifierKey, open_note};

use crate::version::ReleaseVersion;

/// The name of the list in the directory of a release. It is a signed note: a line `gover VERSION`,
/// then the lines of SHA256SUMS.
pub const NOTE: &str = "SHA256SUMS.note";

/// A list that a key of gover signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedSums {
    pub version: ReleaseVersion,
    files: Vec<(String, Digest)>,
}

impl SignedSums {
    pub fn open(note: &[u8], keys: &[VerifierKey]) -> Result<Self, SumsError> {
        Self::parse(&open_note(note, keys)?)
    }

    pub fn digest(&self, file: &str) -> Option<Digest> {
        self.files.iter().find(|(name, _)| name == file).map(|(_, digest)| *digest)
    }

    fn parse(text: &str) -> Result<Self, SumsError> {
        let mut lines = text.lines();
        let version = lines.next().and_then(|line| line.strip_prefix("gover ")?.parse().ok());
        let version = version.ok_or(SumsError::Malformed("its first line is not `gover VERSION`"))?;
        let mut files: Vec<(String, Digest)> = Vec::new();
        for line in lines {
            let (digest, name) =
                line.split_once("  ").ok_or(SumsError::Malformed("a line is not `SHA256  NAME`"))?;
            let digest = digest.parse().map_err(|_| SumsError::Malformed("a checksum is not a SHA-256"))?;
            if files.iter().any(|(known, _)| known == name) {
                return Err(SumsError::Malformed("it names a file twice"));
            }
            files.push((name.to_owned(), digest));
        }
        Ok(Self { version, files })
    }
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SumsError {
    #[error(transparent)]
    Note(#[from] NoteError),
    /// Signed, but not such a list.
    #[error("{0}")]
    Malformed(&'static str),
}

#[cfg(test)]
mod tests {
    use gover_archive::digest::Sha256;
    use gover_test::Signer;

    use super::*;

    fn keys(signer: &Signer) -> Vec<VerifierKey> {
        vec![VerifierKey::parse(&signer.verifier_key()).unwrap()]
    }

    #[test]
    fn a_list_needs_the_signature_of_a_known_key() {
        let signer = Signer::new("gover-release");
        let sum = Sha256::of(b"x");
        let text = format!("gover 0.1.1\n{sum}  a.zip\n{sum}  b.zip\n");
        let note = signer.sign(&text);
        let sums = SignedSums::open(&note, &keys(&signer)).unwrap();
        assert_eq!(sums.version.to_string(), "0.1.1");
        assert_eq!((sums.digest("b.zip"), sums.digest("c.zip")), (Some(sum), None));
        let changed = String::from_utf8(note.clone()).unwrap().replace("0.1.1", "0.1.2");
        for (note, keys) in [
            (note.as_slice(), keys(&signer.impostor())),
            (note.as_slice(), Vec::new()),
            (changed.as_bytes(), keys(&signer)),
            (text.as_bytes(), keys(&signer)),
        ] {
            assert!(matches!(SignedSums::open(note, &keys), Err(SumsError::Note(_))));
        }
    }

    #[test]
    fn a_signature_does_not_make_another_text_a_list() {
        let signer = Signer::new("gover-release");
        let sum = Sha256::of(b"x");
        let texts = [
            "go.sum database tree\n1\nAAAA\n".to_owned(),
            "gover 0.1\n".to_owned(),
            "gover 0.1.1\nabc  x\n".to_owned(),
            format!("gover 0.1.1\n{sum} x\n"),
            format!("gover 0.1.1\n{sum}  x\n{sum}  x\n"),
        ];
        for text in texts {
            let error = SignedSums::open(&signer.sign(&text), &keys(&signer)).unwrap_err();
            assert!(matches!(error, SumsError::Malformed(_)), "{text}: {error:?}");
        }
    }
}
