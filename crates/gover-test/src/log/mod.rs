//! A checksum database in memory, with its own key, that responds like sum.golang.org.
//!
//! The tree is computed here from the definition in RFC 6962, not by the library that gover uses,
//! so that the two cannot be wrong in the same way.

mod tree;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use signed_note::{Note, StandardSigner};

use crate::digest::base64;
use crate::release::Release;
use crate::service::lock;
use tree::Hash;

/// The hash of the module golang.org/toolchain's go.mod, the same for every version.
pub const GO_MOD_HASH: &str = "h1:8wlg68NqwW7eMnI1aABk/C2pDYXj8mrMY4TyRfiLeS0=";

/// A checksum database; clones share one log.
#[derive(Clone)]
pub struct FakeLog {
    name: String,
    key: Key,
    state: Arc<Mutex<State>>,
}

#[derive(Clone, Default)]
struct State {
    records: Vec<String>,
    leaves: Vec<Hash>,
    by_module: BTreeMap<String, usize>,
    shown: Option<usize>,
}

#[derive(Clone, Copy)]
struct Key {
    seed: [u8; 32],
    /// As keys of verifiers write it: base64 of the algorithm (1, Ed25519) and the key.
    public: &'static str,
}

impl FakeLog {
    pub fn new(name: &str) -> Self {
        Self::with_key(name, KEY)
    }

    /// A log of the same name that signs with another key: an impostor.
    #[must_use]
    pub fn impostor(&self) -> Self {
        Self { key: OTHER_KEY, state: Arc::new(Mutex::new(self.state().clone())), ..self.clone() }
    }

    /// A log with the same name and key that agrees on the first `common` records only.
    #[must_use]
    pub fn fork(&self, common: usize) -> Self {
        let fork = Self::with_key(&self.name, self.key);
        let records = self.state().records.clone();
        for (id, record) in records.iter().enumerate() {
            if id == common {
                fork.add("example.com/fork v1.0.0 h1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n");
            }
            fork.add(record);
        }
        fork
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// What GOSUMDB must hold for a client to accept this log: `name+hash+key`.
    pub fn verifier_key(&self) -> String {
        format!("{}+{:08x}+{}", self.name, self.key_id(), self.key.public)
    }

    fn key_id(&self) -> u32 {
        let key = BASE64_STANDARD.decode(self.key.public).expect("the built-in key is a key");
        signed_note::key_id(&self.name, &key)
    }

    /// Appends a record (go.sum lines of one module, each with its newline) and returns its number.
    pub fn add(&self, record: &str) -> usize {
        let mut state = self.state();
        let id = state.records.len();
        let mut words = record.split(' ');
        if let (Some(module), Some(version)) = (words.next(), words.next()) {
            state.by_module.insert(format!("{module}@{version}"), id);
        }
        state.leaves.push(tree::leaf(record.as_bytes()));
        state.records.push(record.to_owned());
        id
    }

    pub fn add_release(&self, release: &Release) -> usize {
        self.add(&release.log_record())
    }

    /// Appends meaningless records until the log has `size` of them; 256 and more make full tiles.
    pub fn pad_to(&self, size: usize) {
        for id in self.size()..size {
            self.add(&format!(
                "example.com/padding v0.0.{id} h1:{}\n",
                base64(&tree::leaf(&id.to_le_bytes()))
            ));
        }
    }

    /// How many records the log shows.
    pub fn size(&self) -> usize {
        self.state().size()
    }

    /// Responds from now on as it did when it had `size` records; `None` shows everything again.
    pub fn show_only(&self, size: Option<usize>) {
        self.state().shown = size;
    }

    /// The signed tree head of the shown size.
    pub fn head(&self) -> Vec<u8> {
        let state = self.state();
        let size = state.size();
        let root = tree::root(&state.leaves[..size]);
        self.sign(&format!("go.sum database tree\n{size}\n{}\n", base64(&root)))
    }

    /// A note of this log over any text, for tree heads that no honest log signs.
    pub fn sign(&self, text: &str) -> Vec<u8> {
        let secret = [&[1], self.key.seed.as_slice()].concat();
        let encoded = format!("PRIVATE+KEY+{}+{:08x}+{}", self.name, self.key_id(), base64(&secret));
        let signer = StandardSigner::new(&encoded).expect("the built-in key is a key");
        let mut note = Note::new(text.as_bytes(), &[]).expect("a note's text ends in a newline");
        note.add_sigs(&[&signer]).expect("a note takes a signature");
        note.to_bytes()
    }

    /// The body for a path below the database, `/lookup/golang.org/toolchain@…`; `None` is 404.
    pub fn answer(&self, path: &str) -> Option<Vec<u8>> {
        if path == "/supported" {
            return Some(Vec::new());
        }
        if path == "/latest" {
            return Some(self.head());
        }
        if let Some(module) = path.strip_prefix("/lookup/") {
            let state = self.state();
            let id = *state.by_module.get(&unescape(module)?).filter(|id| **id < state.size())?;
            let entry = format!("{id}\n{}\n", state.records[id]).into_bytes();
            drop(state);
            return Some([entry, self.head()].concat());
        }
        let state = self.state();
        tree::tile(path.strip_prefix("/tile/8/")?, &state.leaves[..state.size()])
    }

    fn with_key(name: &str, key: Key) -> Self {
        Self { name: name.to_owned(), key, state: Arc::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

impl State {
    fn size(&self) -> usize {
        self.shown.unwrap_or(self.records.len()).min(self.records.len())
    }
}

/// `!a` stands for `A` in the paths of the module protocol (go.dev/ref/mod#goproxy-protocol).
fn unescape(text: &str) -> Option<String> {
    let mut result = String::new();
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        result.push(match character {
            '!' => characters.next().filter(char::is_ascii_lowercase)?.to_ascii_uppercase(),
            'A'..='Z' => return None,
            other => other,
        });
    }
    Some(result)
}

const KEY: Key = Key { seed: [7; 32], public: "AepKbGPinFIKvvVQexMuxfmVR3auvr57kkIe6mkURtIs" };

const OTHER_KEY: Key = Key { seed: [9; 32], public: "Af0XJDhaoMdbZPt4zWAvodmR/ev3axPFjtcC6sg16fYY" };
