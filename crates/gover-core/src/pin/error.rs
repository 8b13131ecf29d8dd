use std::fmt;
use std::io;
use std::path::PathBuf;

use crate::diagnose::Diagnose;
use crate::request::InvalidRequest;

#[derive(Debug)]
pub enum PinError {
    Empty { path: PathBuf },
    Invalid { path: PathBuf, line: usize, source: InvalidRequest },
    NotText { path: PathBuf },
    TooLarge { path: PathBuf, size: u64 },
    Unreadable { path: PathBuf, source: io::Error },
}

impl fmt::Display for PinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty { path } => write!(f, "`{}` does not name a Go version", path.display()),
            Self::Invalid { path, line, .. } => write!(f, "cannot use `{}` line {line}", path.display()),
            Self::NotText { path } => write!(f, "`{}` is not a text file", path.display()),
            Self::TooLarge { path, size } => {
                write!(f, "`{}` is {size} bytes long, too large to be a version", path.display())
            }
            Self::Unreadable { path, .. } => write!(f, "cannot read `{}`", path.display()),
        }
    }
}

impl std::error::Error for PinError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Invalid { source, .. } => Some(source),
            Self::Unreadable { source, .. } => Some(source),
            _ => None,
        }
    }
}

impl Diagnose for PinError {
    fn hints(&self) -> Vec<String> {
        match self {
            Self::Invalid { source, .. } => source.hints(),
            Self::Unreadable { .. } => {
                vec!["make the file readable, or choose a toolchain with GOVER_VERSION".to_owned()]
            }
            _ => vec!["`gover pin 1.22` in that directory replaces it".to_owned()],
        }
    }
}
