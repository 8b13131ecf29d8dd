//! Newer releases of gover: which there are, and one of them put in place of this one.
//!
//! A release comes from one of two places. As a module behind GOPROXY it is proven by its record in
//! the checksum database, like a toolchain. As an archive in a directory or on a server it is proven
//! by a signed list of checksums, with the keys that are compiled in. Nothing of a release is run or
//! visible before its proof held. This crate never looks for releases by itself, and prints nothing.

#![forbid(unsafe_code)]

mod channel;
mod error;
mod offer;
mod release_build;
mod replace;
mod sums;
mod version;

pub use channel::{Package, PackageManager};
pub use error::UpdateError;
pub use offer::{Finder, Offer, parse_base};
pub use release_build::ReleaseBuild;
pub use replace::{LOCK, Staged, installed_version};
pub use sums::{NOTE, SignedSums, SumsError};
pub use version::{InvalidVersion, ReleaseVersion};
