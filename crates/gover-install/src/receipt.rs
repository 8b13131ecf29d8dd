//! The receipt of a toolchain: its source and proofs. A toolchain without a receipt is still
//! installed.

use std::path::PathBuf;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use gover_archive::digest::Sha256;
use gover_core::date::to_rfc3339;
use gover_core::{Diagnose, Layout, ToolchainName};

use crate::files::FileError;
use crate::proof::{Facts, ProofHeld};
use crate::staging;

/// `receipts/NAME.json`. Readers ignore keys and kinds of proof they do not know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// `go1.22.5`
    pub name: String,
    /// `linux-amd64`
    pub platform: String,
    /// The label of the source: `go.dev`, `goproxy`, a mirror's URL, or the directory of a toolchain
    /// that was found and copied.
    pub source: String,
    /// The URL of the file without credentials and query; null for a local file.
    pub url: Option<String>,
    /// Null if nothing was downloaded.
    pub file: Option<String>,
    pub file_bytes: u64,
    /// The SHA-256 in 64 lower-case digits.
    pub sha256: Option<String>,
    /// The installed toolchain that supplied the files that `file` does not have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<String>,
    /// As the checksum database records it.
    pub h1: Option<String>,
    /// The SHA-256 of the list of files; null if an old gover wrote no list.
    #[serde(default)]
    pub files_sha256: Option<String>,
    /// Every proof that held. Never empty for what gover installed.
    #[serde(default)]
    pub proofs: Vec<ProofHeld>,
    /// In UTC (RFC 3339).
    pub installed_at: String,
    #[serde(default)]
    pub files: u64,
    #[serde(default)]
    pub bytes: u64,
    #[serde(default)]
    pub gover: String,
}

impl Receipt {
    /// The receipt of a proven toolchain; `file_list` is its list of files, as it will be written.
    pub(crate) fn of(facts: &Facts, file_list: &[u8]) -> Self {
        let Facts { artifact, received, base, list, bytes, h1, proofs, .. } = facts;
        Self {
            name: artifact.wanted.name.to_string(),
            platform: artifact.wanted.platform.to_string(),
            source: artifact.source.label(),
            url: artifact.location.url().map(ToString::to_string),
            file: received.as_ref().map(|_| artifact.file_name.clone()),
            file_bytes: received.as_ref().map_or(0, |received| received.bytes),
            sha256: received.as_ref().map(|received| received.digest.to_string()),
            base: base.as_ref().map(ToString::to_string),
            h1: Some(h1.clone()),
            files_sha256: Some(Sha256::of(file_list).to_string()),
            proofs: proofs.clone(),
            installed_at: to_rfc3339(SystemTime::now()),
            files: list.files.len() as u64,
            bytes: *bytes,
            gover: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }

    /// Reads the receipt of a toolchain. `None` if it has none.
    pub fn read(layout: &Layout, name: &ToolchainName) -> Result<Option<Self>, DocumentError> {
        read(layout, name, true)
    }

    pub fn to_bytes(&self) -> Vec<u8> {
        // Plain data with text keys can always be serialized.
        let mut text = serde_json::to_vec_pretty(self).unwrap_or_default();
        text.push(b'\n');
        text
    }
}

fn read(
    layout: &Layout,
    name: &ToolchainName,
    may_be_staged: bool,
) -> Result<Option<Receipt>, DocumentError> {
    let Some(text) = staging::read_receipt(layout, name, LIMIT, may_be_staged)? else { return Ok(None) };
    let receipt = serde_json::from_slice(&text);
    receipt.map(Some).map_err(|source| DocumentError::Receipt { path: layout.receipt(name), source })
}

/// The receipts of many toolchains, for which staging is listed once.
#[derive(Debug)]
pub struct Receipts<'a> {
    layout: &'a Layout,
    /// `None` if staging cannot be listed.
    staged: Option<Vec<String>>,
}

impl<'a> Receipts<'a> {
    pub fn new(layout: &'a Layout) -> Self {
        Self { layout, staged: staging::staged(layout).ok() }
    }

    /// Like [`Receipt::read`].
    pub fn read(&self, name: &ToolchainName) -> Result<Option<Receipt>, DocumentError> {
        let is_staged = |names: &Vec<String>| names.iter().any(|staged| staged == name.as_str());
        read(self.layout, name, self.staged.as_ref().is_none_or(is_staged))
    }
}

#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error("`{}` is not a receipt", path.display())]
    Receipt { path: PathBuf, source: serde_json::Error },
    /// `line` is the first invalid one, from 1.
    #[error("`{}` is not a list of files: line {line}", path.display())]
    FileList { path: PathBuf, line: usize },
}

impl Diagnose for DocumentError {
    fn hints(&self) -> Vec<String> {
        match self {
            Self::File(error) => error.hints(),
            Self::Receipt { path, .. } | Self::FileList { path, .. } => {
                let name = path.file_stem().unwrap_or_default().to_string_lossy();
                vec![format!("`gover install --force {name}` writes it again")]
            }
        }
    }
}

/// The most bytes of a receipt, which has about a thousand.
const LIMIT: u64 = 1 << 20;

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn receipt() -> Receipt {
        Receipt {
            name: "go1.91.2".to_owned(),
            platform: "linux-amd64".to_owned(),
            source: "goproxy".to_owned(),
            url: Some("https://proxy.example/x.zip".to_owned()),
            file: Some("v0.0.1-go1.91.2.linux-amd64.zip".to_owned()),
            file_bytes: 7,
            sha256: Some("00".repeat(32)),
            base: None,
            h1: Some("h1:x=".to_owned()),
            files_sha256: Some("11".repeat(32)),
            proofs: vec![
                ProofHeld::Sha256 { origin: "index of go.dev".to_owned() },
                ProofHeld::TransparencyLog {
                    database: "sum.golang.org".to_owned(),
                    record: 27_869_929,
                    tree_size: 71_800_000,
                    h1: "h1:x=".to_owned(),
                },
                ProofHeld::Given,
            ],
            installed_at: to_rfc3339(SystemTime::UNIX_EPOCH),
            files: 3,
            bytes: 9,
            gover: "0.1.0".to_owned(),
        }
    }

    #[test]
    fn a_receipt_survives_the_disk() {
        let root = tempfile::tempdir().unwrap();
        let layout = Layout::new(root.path().to_owned());
        let name = ToolchainName::parse("go1.91.2").unwrap();
        assert_eq!(Receipt::read(&layout, &name).unwrap(), None);
        fs::create_dir_all(layout.receipts()).unwrap();
        fs::write(layout.receipt(&name), receipt().to_bytes()).unwrap();
        assert_eq!(Receipt::read(&layout, &name).unwrap(), Some(receipt()));
        assert_eq!(Receipts::new(&layout).read(&name).unwrap(), Some(receipt()));
        // As a crash leaves it: published, but the receipt is not in place yet.
        let later = Receipt { bytes: 10, ..receipt() };
        let staging = layout.staging().join(name.as_str());
        fs::create_dir_all(&staging).unwrap();
        fs::create_dir_all(layout.toolchain(&name)).unwrap();
        fs::write(staging.join("receipt.json"), later.to_bytes()).unwrap();
        assert_eq!(Receipt::read(&layout, &name).unwrap().as_ref(), Some(&later));
        assert_eq!(Receipts::new(&layout).read(&name).unwrap(), Some(later));
    }

    #[test]
    fn a_receipt_of_a_later_gover_is_still_read() {
        let mut value = serde_json::to_value(receipt()).unwrap();
        value["signature"] = "x".into();
        value["proofs"][0]["strength"] = 9.into();
        value["proofs"][2]["kind"] = "quantum".into();
        let read: Receipt = serde_json::from_value(value).unwrap();
        assert_eq!(read.proofs[0], receipt().proofs[0]);
        assert_eq!(read.proofs[2], ProofHeld::Unknown);
    }

    #[test]
    fn proofs_are_told_by_their_kind() {
        let value = serde_json::to_value(receipt()).unwrap();
        let kinds: Vec<_> = value["proofs"].as_array().unwrap().iter().map(|p| p["kind"].clone()).collect();
        assert_eq!(kinds, ["sha256", "transparency-log", "given"]);
    }

    #[test]
    fn a_damaged_receipt_is_told_with_its_path() {
        let root = tempfile::tempdir().unwrap();
        let layout = Layout::new(root.path().to_owned());
        let name = ToolchainName::parse("go1.91.2").unwrap();
        fs::create_dir_all(layout.receipts()).unwrap();
        fs::write(layout.receipt(&name), "{").unwrap();
        let error = Receipt::read(&layout, &name).unwrap_err();
        assert!(error.to_string().contains("go1.91.2.json"), "{error}");
        assert_eq!(error.hints(), ["`gover install --force go1.91.2` writes it again"]);
    }
}
