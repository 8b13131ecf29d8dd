//! Signed notes: any bytes as a note, and any text signed and then changed in one place.
#![no_main]

use libfuzzer_sys::fuzz_target;
use signed_note::{Note, Signer, StandardSigner};

use gover_log::{VerifierKey, properties};

const VECTORS: &str = include_str!("../../tests/vectors/sumdb_note.json");
const CLIENT: &str = include_str!("../../tests/vectors/sumdb_client.json");

thread_local! {
    static WORLD: World = World::new();
}

struct World {
    keys: Vec<VerifierKey>,
    texts: Vec<String>,
    signer: StandardSigner,
    /// What the signer's signatures are checked with.
    key: VerifierKey,
}

impl World {
    fn new() -> Self {
        let vectors: serde_json::Value = serde_json::from_str(VECTORS).expect("the vectors are JSON");
        let list = |value: &serde_json::Value| value.as_array().cloned().unwrap_or_default();
        let mut keys = Vec::new();
        let mut texts = Vec::new();
        for note in list(&vectors["notes"]) {
            texts.extend(note["text"].as_str().map(str::to_owned));
            for key in list(&note["keys"]) {
                keys.extend(key.as_str().and_then(|key| VerifierKey::parse(key).ok()));
            }
        }
        keys.sort_by_key(ToString::to_string);
        keys.dedup_by_key(|key| key.to_string());
        let signer = vectors["signer_key_of_localhost_test_log"].as_str().expect("a key");
        let client: serde_json::Value = serde_json::from_str(CLIENT).expect("the vectors are JSON");
        let key =
            client["verifier_key"].as_str().and_then(|key| VerifierKey::parse(key).ok()).expect("a key");
        Self { keys, texts, signer: StandardSigner::new(signer).expect("a key"), key }
    }
}

fuzz_target!(|bytes: &[u8]| {
    properties::tree_head(bytes);
    WORLD.with(|world| {
        if let Some(text) = properties::note(bytes, &world.keys) {
            // Nobody can sign here, so only what was signed before can be verified.
            assert!(world.texts.iter().any(|known| known.as_bytes() == text), "a forged note");
        }
        // The first two bytes choose what is changed.
        let Some((place, text)) = bytes.split_first_chunk::<2>() else { return };
        let Ok(mut note) = Note::new(text, &[]) else { return };
        note.add_sigs(&[&world.signer as &dyn Signer]).expect("the text can be signed");
        let mut signed = note.to_bytes();
        let key = &world.key;
        let opened = properties::note(&signed, std::slice::from_ref(key)).expect("an honest note opens");
        assert_eq!(opened, text);
        let at = usize::from(u16::from_le_bytes(*place)) % signed.len();
        signed[at] ^= 1 << (place[0] & 7);
        if let Some(opened) = properties::note(&signed, std::slice::from_ref(key)) {
            assert_eq!(opened, text, "another text under the same signature");
        }
    });
});
