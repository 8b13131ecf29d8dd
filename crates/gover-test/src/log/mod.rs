//! A checksum database in memory, with its own key, that responds like sum.golang.org.
//!
//! The tree is computed here from the definition in RFC 6962, not by the library that gover uses,
//! so that the two cannot be wrong in the same way.

mod tree;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use crate::digest::base64;
use crate::release::Release;
use crate::service::lock;
use crate::signer::Signer;
use tree::Hash;

/// The hash of the module golang.org/toolchain's go.mod, the same for every version.
pub const GO_MOD_HASH: &str = "h1:8wlg68NqwW7eMnI1aABk/C2pDYXj8mrMY4TyRfiLeS0=";

/// A checksum database; clones share one log.
#[derive(Clone)]
pub struct FakeLog {
    signer: Signer,
    state: Arc<Mutex<State>>,
}

#[derive(Clone, Default)]
struct State {
    records: Vec<String>,
    leaves: Vec<Hash>,
    by_module: BTreeMap<String, usize>,
    shown: Option<usize>,
}

impl FakeLog {
    pub fn new(name: &str) -> Self {
        Self::with_signer(Signer::new(name))
    }

    /// A log of the same name that signs with another key: an impostor.
    #[must_use]
    pub fn impostor(&self) -> Self {
        Self { signer: self.signer.impostor(), state: Arc::new(Mutex::new(self.state().clone())) }
    }

    /// A log with the same name and key that agrees on the first `common` records only.
    #[must_use]
    pub fn fork(&self, common: usize) -> Self {
        let fork = Self::with_signer(self.signer.clone());
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
        self.signer.name()
    }

    /// What GOSUMDB must hold for a client to accept this log: `name+hash+key`.
    pub fn verifier_key(&self) -> String {
        self.signer.verifier_key()
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
        self.signer.sign(text)
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

    fn with_signer(signer: Signer) -> Self {
        Self { signer, state: Arc::default() }
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
