//! SHA-256 sums and the tree hash of the checksum database.
//!
//! Everything is hashed while it is unpacked, so that no proof has to read it again.

mod h1;

use std::fmt;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;
use std::str::FromStr;

use ring::digest::{Context, SHA256};

use gover_core::text::shown;

pub use h1::{FileDigest, H1Error, Hashed, hash1, is_outside_module, module_version, tree_hash};

/// A running SHA-256.
#[derive(Clone)]
pub struct Sha256(Context);

impl Sha256 {
    /// A sum over nothing yet.
    pub fn new() -> Self {
        Self(Context::new(&SHA256))
    }

    /// Adds `bytes`.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The sum over everything added.
    pub fn finish(self) -> Digest {
        let mut sum = [0; 32];
        // SHA-256 is 32 bytes, so `zip` covers it.
        for (to, from) in sum.iter_mut().zip(self.0.finish().as_ref()) {
            *to = *from;
        }
        Digest(sum)
    }

    /// The sum over a whole file.
    pub fn of_file(path: &Path) -> io::Result<Digest> {
        let mut file = File::open(path)?;
        let mut sum = Self::new();
        let mut buffer = vec![0; 256 * 1024];
        loop {
            match file.read(&mut buffer)? {
                0 => return Ok(sum.finish()),
                count => sum.update(buffer.get(..count).unwrap_or_default()),
            }
        }
    }

    /// The sum over `bytes`.
    pub fn of(bytes: &[u8]) -> Digest {
        let mut sum = Self::new();
        sum.update(bytes);
        sum.finish()
    }
}

impl Default for Sha256 {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sha256")
    }
}

/// A finished SHA-256; `Display` writes and `parse` reads 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Appends the 64 digits to `text`; `Display` would format each byte on its own.
    pub fn append_hex(&self, text: &mut String) {
        let digit = |value: u8| char::from(if value < 10 { b'0' + value } else { b'a' - 10 + value });
        text.extend(self.0.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]));
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::with_capacity(64);
        self.append_hex(&mut text);
        f.pad(&text)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Digest {
    type Err = InvalidDigest;

    fn from_str(text: &str) -> Result<Self, InvalidDigest> {
        let invalid = || InvalidDigest { text: text.to_owned() };
        if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(invalid());
        }
        let mut sum = [0; 32];
        for (to, pair) in sum.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            let pair = str::from_utf8(pair).map_err(|_| invalid())?;
            *to = u8::from_str_radix(pair, 16).map_err(|_| invalid())?;
        }
        Ok(Self(sum))
    }
}

/// Text that is not a SHA-256.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is not a SHA-256: 64 hexadecimal digits are needed", shown(text))]
pub struct InvalidDigest {
    pub text: String,
}

#[cfg(test)]
mod tests;
