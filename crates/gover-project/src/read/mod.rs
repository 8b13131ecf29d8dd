//! The readers of each kind of file. All of them find bytes in the text and change nothing.

mod containers;
mod dockerfile;
mod image;
mod instructions;
pub mod json;
mod lines;
mod toml;
mod workflow;
mod yaml;

use std::fmt;
use std::ops::Range;

pub(crate) use containers::{dev_container, devbox};
pub(crate) use dockerfile::dockerfile;
pub use instructions::{Instruction, instructions};
pub(crate) use lines::{makefile, module, tool_versions, version_file};
pub(crate) use toml::{mise, prototools};
pub(crate) use workflow::workflow;

/// A text is not what the name of its file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// From 1.
    pub line: usize,
    pub what: &'static str,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.what)
    }
}

impl std::error::Error for Malformed {}

impl Malformed {
    pub(crate) fn at(text: &str, offset: usize, what: &'static str) -> Self {
        let mut end = offset.min(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        Self { line: 1 + text[..end].matches('\n').count(), what }
    }
}

/// Where a part of a text begins in it.
fn offset(text: &str, part: &str) -> usize {
    (part.as_ptr() as usize).saturating_sub(text.as_ptr() as usize)
}

/// The range of a part of a text.
fn moved(range: &Range<usize>, by: usize) -> Range<usize> {
    range.start + by..range.end + by
}

fn unquoted(value: &str) -> &str {
    let inner = |quote| value.strip_prefix(quote).and_then(|rest: &str| rest.strip_suffix(quote));
    inner('"').or_else(|| inner('\'')).unwrap_or(value)
}

/// Whether a variable, key or argument of that name has a Go version.
fn is_version_name(name: &str) -> bool {
    let name = name.to_ascii_uppercase().replace('-', "_");
    let known = ["GO_VERSION", "GO_VERSIONS", "GOVERSION", "GOLANG_VERSION", "GOTOOLCHAIN", "GO_TOOLCHAIN"];
    known.contains(&name.as_str())
}
