use std::ops::Range;

use crate::version::Written;

/// A place in a file that names a Go version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    /// From 1.
    pub line: usize,
    /// The bytes of the version in the file, without a prefix such as `go` and without quotes.
    pub range: Range<usize>,
    pub version: Written,
    pub role: Role,
    /// Whether YAML reads the value as a number, so that 1.20 is 1.2.
    pub is_number: bool,
    /// The list that it is an element of, such as a matrix of versions to test with.
    pub list: Option<usize>,
    /// Why a person must change it: a digest, or a build of one's own.
    pub fixed_by: Option<&'static str>,
}

/// What the version means where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The `go` line of a go.mod or go.work: the language, and the lowest version that may build it.
    GoLine,
    ToolchainLine,
    /// A file from which a version manager takes the version.
    Pin,
    /// The tag of an image, in which GOTOOLCHAIN is `local`.
    Image,
    /// What an installer such as `setup-go` gets, or a variable.
    Setting,
}

impl Role {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::GoLine => "go-line",
            Self::ToolchainLine => "toolchain-line",
            Self::Pin => "pin",
            Self::Image => "image",
            Self::Setting => "setting",
        }
    }
}

impl Mention {
    pub(crate) fn new(text: &str, range: Range<usize>, version: Written, role: Role) -> Self {
        let line = 1 + text.get(..range.start).unwrap_or_default().matches('\n').count();
        Self { line, range, version, role, is_number: false, list: None, fixed_by: None }
    }

    /// Whether YAML reads it as another version: `1.20` is the number 1.2.
    pub fn loses_zero(&self) -> bool {
        self.is_number && loses_zero(self.version.as_str())
    }

    /// What its bytes become for this text.
    pub fn replacement(&self, text: &str) -> String {
        if self.is_number && loses_zero(text) { format!("'{text}'") } else { text.to_owned() }
    }
}

fn loses_zero(text: &str) -> bool {
    let minor = text.split_once('.').map_or("", |(_, minor)| minor);
    minor != "0" && minor.ends_with('0') && minor.bytes().all(|byte| byte.is_ascii_digit())
}
