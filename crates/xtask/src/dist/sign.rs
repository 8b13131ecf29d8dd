//! Signs the checksums of a release, and makes keys.
//!
//! One Ed25519 key signs twice: a signed note (<https://c2sp.org/signed-note>), which gover reads,
//! and an SSH signature (PROTOCOL.sshsig of OpenSSH), which `ssh-keygen -Y verify` reads.

use std::path::Path;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use ring::digest;
use ring::rand::{SecureRandom as _, SystemRandom};
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use signed_note::{Note, StandardSigner};

/// What a key signs for, so that no signature of it counts elsewhere.
pub(crate) const NAMESPACE: &str = "gover-release";

/// A private key, as `PRIVATE+KEY+NAME+ID+DATA`.
pub(crate) struct Key {
    encoded: String,
    name: String,
    pair: Ed25519KeyPair,
}

impl Key {
    pub(crate) fn generate(name: &str) -> Result<Self, String> {
        if !signed_note::is_key_name_valid(name) {
            return Err(format!("`{name}` cannot name a key: spaces and `+` have a meaning in it"));
        }
        let mut seed = [0; 32];
        SystemRandom::new().fill(&mut seed).map_err(|_| "the system gives no random numbers".to_owned())?;
        let pair = pair_of(&seed)?;
        let id = signed_note::key_id(name, &tagged(pair.public_key().as_ref()));
        let encoded = format!("PRIVATE+KEY+{name}+{id:08x}+{}", BASE64_STANDARD.encode(tagged(&seed)));
        Ok(Self { encoded, name: name.to_owned(), pair })
    }

    pub(crate) fn read(path: &Path) -> Result<Self, String> {
        let text = crate::files::read(path)?;
        Self::parse(text.trim()).ok_or_else(|| {
            format!("`{}` is not a private key; `cargo xtask release-key FILE` makes one", path.display())
        })
    }

    fn parse(encoded: &str) -> Option<Self> {
        let mut parts = encoded.strip_prefix("PRIVATE+KEY+")?.splitn(3, '+');
        let (name, _id, data) = (parts.next()?, parts.next()?, parts.next()?);
        let data = BASE64_STANDARD.decode(data).ok()?;
        let seed = data.strip_prefix(&[ED25519])?;
        let pair = pair_of(seed).ok()?;
        // The library looks whether the id fits.
        StandardSigner::new(encoded).ok()?;
        Some(Self { encoded: encoded.to_owned(), name: name.to_owned(), pair })
    }

    /// Writes the private key where nothing is yet, readable by its owner only.
    pub(crate) fn save(&self, path: &Path) -> Result<(), String> {
        if path.symlink_metadata().is_ok() {
            return Err(format!("`{}` exists; a key is never replaced", path.display()));
        }
        gover_sys::file::write_privately(path, format!("{}\n", self.encoded).as_bytes())
            .map_err(|error| format!("cannot write `{}`: {error}", path.display()))
    }

    /// The public key as gover reads it: `NAME+ID+DATA`.
    pub(crate) fn verifier(&self) -> String {
        let public = tagged(self.pair.public_key().as_ref());
        let id = signed_note::key_id(&self.name, &public);
        format!("{}+{id:08x}+{}", self.name, BASE64_STANDARD.encode(public))
    }

    /// The public key as a line of the file that `ssh-keygen -Y verify` takes.
    pub(crate) fn allowed_signer(&self) -> String {
        let public = BASE64_STANDARD.encode(self.ssh_public());
        format!("{} namespaces=\"{NAMESPACE}\" {SSH_ED25519} {public}", self.name)
    }

    /// The SSH signature of a text.
    pub(super) fn ssh_signature(&self, text: &str) -> String {
        let hash = digest::digest(&digest::SHA512, text.as_bytes());
        let mut signed = SSHSIG.to_vec();
        for part in [NAMESPACE.as_bytes(), b"", b"sha512", hash.as_ref()] {
            push(&mut signed, part);
        }
        let mut signature = Vec::new();
        push(&mut signature, SSH_ED25519.as_bytes());
        push(&mut signature, self.pair.sign(&signed).as_ref());
        let mut blob = SSHSIG.to_vec();
        blob.extend(1_u32.to_be_bytes());
        for part in [self.ssh_public().as_slice(), NAMESPACE.as_bytes(), b"", b"sha512", &signature] {
            push(&mut blob, part);
        }
        let encoded = BASE64_STANDARD.encode(blob);
        let mut text = "-----BEGIN SSH SIGNATURE-----\n".to_owned();
        for (index, letter) in encoded.chars().enumerate() {
            if index > 0 && index % 70 == 0 {
                text.push('\n');
            }
            text.push(letter);
        }
        text + "\n-----END SSH SIGNATURE-----\n"
    }

    fn ssh_public(&self) -> Vec<u8> {
        ssh_public(self.pair.public_key().as_ref())
    }
}

/// A public key as SSH writes it.
pub(super) fn ssh_public(key: &[u8]) -> Vec<u8> {
    let mut public = Vec::new();
    push(&mut public, SSH_ED25519.as_bytes());
    push(&mut public, key);
    public
}

/// The note of a text, signed by each key.
pub(super) fn note(text: &str, keys: &[Key]) -> Result<Vec<u8>, String> {
    let failed = |error: &dyn std::fmt::Display| format!("cannot sign: {error}");
    let mut note = Note::new(text.as_bytes(), &[]).map_err(|error| failed(&error))?;
    for key in keys {
        let signer = StandardSigner::new(&key.encoded).map_err(|error| failed(&error))?;
        note.add_sigs(&[&signer]).map_err(|error| failed(&error))?;
    }
    Ok(note.to_bytes())
}

fn pair_of(seed: &[u8]) -> Result<Ed25519KeyPair, String> {
    Ed25519KeyPair::from_seed_unchecked(seed).map_err(|error| format!("not a key: {error}"))
}

/// A key as signed notes write it: the number of the algorithm first.
fn tagged(key: &[u8]) -> Vec<u8> {
    [&[ED25519], key].concat()
}

/// A string as SSH writes it: its length first.
fn push(blob: &mut Vec<u8>, part: &[u8]) {
    // Nothing here is longer than a few hundred bytes.
    blob.extend(u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
    blob.extend(part);
}

pub(super) const ED25519: u8 = 1;
const SSHSIG: &[u8] = b"SSHSIG";
const SSH_ED25519: &str = "ssh-ed25519";

#[cfg(test)]
mod tests {
    use signed_note::{StandardVerifier, VerifierList};

    use super::*;

    #[test]
    fn a_note_is_verified_with_each_of_the_public_keys() {
        let keys = ["old", "new"].map(|name| Key::generate(name).unwrap());
        let bytes = note("gover 0.1.0\nff  file\n", &keys).unwrap();
        for key in &keys {
            let verifier = StandardVerifier::new(&key.verifier()).unwrap();
            let known = VerifierList::new(vec![Box::new(verifier)]);
            let (signatures, _) = Note::from_bytes(&bytes).unwrap().verify(&known).unwrap();
            assert_eq!(signatures.len(), 1, "{}", key.verifier());
        }
    }

    #[test]
    fn a_key_is_read_as_it_was_saved() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("key");
        let key = Key::generate("test").unwrap();
        key.save(&path).unwrap();
        assert_eq!(Key::read(&path).unwrap().verifier(), key.verifier());
        // A key that is there is never replaced.
        assert!(key.save(&path).is_err());
        std::fs::write(directory.path().join("other"), "PRIVATE+KEY+a+00000000+AAAA").unwrap();
        assert!(Key::read(&directory.path().join("other")).is_err());
    }
}
