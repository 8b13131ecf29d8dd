//! Signs notes: tree heads of the checksum database of tests, and lists of releases.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use signed_note::{Note, StandardSigner};

use crate::digest::base64;

/// A name and a key that signs as that name.
#[derive(Clone)]
pub struct Signer {
    name: String,
    key: Key,
}

#[derive(Clone, Copy)]
struct Key {
    seed: [u8; 32],
    /// As keys of verifiers write it: base64 of the algorithm (1, Ed25519) and the key.
    public: &'static str,
}

impl Signer {
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), key: KEY }
    }

    /// The same name with another key.
    #[must_use]
    pub fn impostor(&self) -> Self {
        Self { key: OTHER_KEY, ..self.clone() }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// What a client needs to verify the notes: `name+hash+key`.
    pub fn verifier_key(&self) -> String {
        format!("{}+{:08x}+{}", self.name, self.id(), self.key.public)
    }

    /// A note with this text, which ends in a newline, and one signature.
    pub fn sign(&self, text: &str) -> Vec<u8> {
        let secret = [&[1], self.key.seed.as_slice()].concat();
        let encoded = format!("PRIVATE+KEY+{}+{:08x}+{}", self.name, self.id(), base64(&secret));
        let signer = StandardSigner::new(&encoded).expect("the built-in key is a key");
        let mut note = Note::new(text.as_bytes(), &[]).expect("a note's text ends in a newline");
        note.add_sigs(&[&signer]).expect("a note takes a signature");
        note.to_bytes()
    }

    fn id(&self) -> u32 {
        let key = BASE64_STANDARD.decode(self.key.public).expect("the built-in key is a key");
        signed_note::key_id(&self.name, &key)
    }
}

const KEY: Key = Key { seed: [7; 32], public: "AepKbGPinFIKvvVQexMuxfmVR3auvr57kkIe6mkURtIs" };

const OTHER_KEY: Key = Key { seed: [9; 32], public: "Af0XJDhaoMdbZPt4zWAvodmR/ev3axPFjtcC6sg16fYY" };
