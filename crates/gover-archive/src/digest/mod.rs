//! SHA-256 sums and the tree hash of the checksum database.
//!
//! Everything is hashed while it is unpacked, so that no proof has to read it again.

mod h1;

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::str::FromStr;

use ring::digest::{Context, SHA256};

use gover_core::text::shown;

pub use h1::{FileDigest, Hashed, NewlineInName, hash1, is_outside_module, module_version, tree_hash};

#[derive(Clone)]
pub struct Sha256(Context);

impl Default for Sha256 {
    fn default() -> Self {
        Self(Context::new(&SHA256))
    }
}

impl Sha256 {
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// Adds everything that `reader` still has. Calls `progress` with the length of each chunk,
    /// which has at most the length of `buffer`.
    pub fn read(
        &mut self,
        mut reader: impl Read,
        buffer: &mut [u8],
        mut progress: impl FnMut(u64),
    ) -> io::Result<()> {
        loop {
            let count = reader.read(buffer)?;
            if count == 0 {
                return Ok(());
            }
            self.update(buffer.get(..count).unwrap_or_default());
            progress(count as u64);
        }
    }

    pub fn finish(self) -> Digest {
        // SHA-256 has 32 bytes, so the conversion cannot fail.
        Digest(self.0.finish().as_ref().try_into().unwrap_or_default())
    }

    pub fn of_file(path: &Path) -> io::Result<Digest> {
        let mut sum = Self::default();
        sum.read(File::open(path)?, &mut vec![0; 256 * 1024], |_| ())?;
        Ok(sum.finish())
    }

    pub fn of(bytes: &[u8]) -> Digest {
        let mut sum = Self::default();
        sum.update(bytes);
        sum.finish()
    }
}

/// A finished SHA-256; `Display` writes and `parse` reads 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
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

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is not a SHA-256: 64 hexadecimal digits are needed", shown(text))]
pub struct InvalidDigest {
    pub text: String,
}

#[cfg(test)]
mod tests;
