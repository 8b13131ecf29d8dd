//! What every error that a person can meet must offer.

use std::io;

/// How a program ends. The numbers are a contract (docs/reference/exit-codes.md).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    Success,
    Failure,
    /// 2: invalid command line or request.
    Usage,
    /// 126: the toolchain is there but cannot be executed.
    CannotExecute,
    /// 127: there is no such toolchain.
    NotFound,
    /// The exit code of a program that gover ran.
    Child(i32),
}

impl Exit {
    pub fn code(self) -> i32 {
        match self {
            Self::Success => 0,
            Self::Failure => 1,
            Self::Usage => 2,
            Self::CannotExecute => 126,
            Self::NotFound => 127,
            Self::Child(code) => code,
        }
    }
}

/// An error with its remedy: `Display` says what failed, `source()` why, and [`hints`](Self::hints)
/// what to do about it.
pub trait Diagnose: std::error::Error {
    /// Commands to paste or things to do, best first.
    fn hints(&self) -> Vec<String> {
        Vec::new()
    }

    /// More facts, one per line, shown indented below the error.
    fn details(&self) -> Vec<String> {
        Vec::new()
    }

    fn exit(&self) -> Exit {
        Exit::Failure
    }
}

/// Whether the disk or the user's quota is full.
pub fn is_full(kind: io::ErrorKind) -> bool {
    matches!(kind, io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

pub const MAKE_ROOM: &str =
    "make room, for instance with `gover cache clean` and `gover prune`, and try again";

/// For a link, a pipe or a device at the path of a file of gover's own.
pub const NOT_A_FILE: &str = "move away what is at that path, and try again";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_quota_is_a_full_disk() {
        assert!(is_full(io::ErrorKind::StorageFull) && is_full(io::ErrorKind::QuotaExceeded));
        assert!(!is_full(io::ErrorKind::PermissionDenied));
    }
}
