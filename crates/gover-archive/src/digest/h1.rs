//! Hash1 of `golang.org/x/mod/sumdb/dirhash`, and how an unpacked toolchain maps to its module.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use gover_core::text::shown;
use gover_core::{Platform, ToolchainName};

use super::{Digest, Sha256};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileDigest {
    /// The path below GOROOT on the disk, with `/` (`src/go.mod`).
    pub path: String,
    pub digest: Digest,
    /// Whether it is a program. The tree hash does not cover this.
    pub executable: bool,
}

/// The format that files were unpacked from, which decides how they map to the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hashed {
    /// A release archive, which holds more than the module.
    Archive,
    /// The module zip itself: every file counts.
    Module,
}

/// `golang.org/toolchain@v0.0.1-go1.22.5.linux-amd64` (go.dev/doc/toolchain).
pub fn module_version(name: &ToolchainName, platform: &Platform) -> String {
    format!("golang.org/toolchain@v0.0.1-{name}.{platform}")
}

/// The `h1:` hash that the checksum database records for these unpacked files. As in `cmd/distpack`
/// (`pack.go`), the module leaves out `api`, `doc`, `misc` and `test`, the converter of older
/// releases (golang/build `dl2mod.go`) also `.github`, and `go.mod` is called `_go.mod`.
pub fn tree_hash(files: &[FileDigest], hashed: Hashed, module: &str) -> Result<String, NewlineInName> {
    let covered = files.iter().filter(|file| hashed == Hashed::Module || !is_outside_module(&file.path));
    let name = |file: &FileDigest| format!("{module}/{}", name_in_module(&file.path));
    hash1(covered.map(|file| (name(file), file.digest)).collect())
}

/// Hash1: the SHA-256 over the sorted lines `hex  name`, in base64 after `h1:`.
pub fn hash1(mut files: Vec<(String, Digest)>) -> Result<String, NewlineInName> {
    files.sort_unstable_by(|a, b| a.0.as_bytes().cmp(b.0.as_bytes()));
    let mut sum = Sha256::default();
    let mut line = String::new();
    for (name, digest) in &files {
        if name.contains('\n') {
            return Err(NewlineInName { name: name.clone() });
        }
        line.clear();
        digest.append_hex(&mut line);
        line.extend(["  ", name, "\n"]);
        sum.update(line.as_bytes());
    }
    Ok(format!("h1:{}", STANDARD.encode(sum.finish().as_bytes())))
}

/// Why a list of files has no hash: in Hash1, such a name looks like two lines.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the name `{}` holds a line break, which no tree hash can cover", shown(name))]
pub struct NewlineInName {
    pub name: String,
}

pub fn is_outside_module(path: &str) -> bool {
    let first = path.split('/').next().unwrap_or_default();
    matches!(first, "api" | "doc" | "misc" | "test" | ".github")
}

fn name_in_module(path: &str) -> String {
    match path.strip_suffix("go.mod") {
        Some(above) if above.is_empty() || above.ends_with('/') => format!("{above}_go.mod"),
        _ => path.to_owned(),
    }
}
