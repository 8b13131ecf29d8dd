//! The sources of toolchains. All network access of gover starts in this crate.
//!
//! A [`Supply`] is built from [`SupplySettings`]. It downloads a toolchain into a [`Sink`], looks
//! up its record in the checksum database, and lists releases. It does not verify a download.
//! Instead, it states what must match ([`Proof`]), and never trusts the serving mirror for that. If
//! a source fails, the next one is asked, but a failure of integrity stops everything.
//!
//! This crate does not read the environment, print or unpack.
#![forbid(unsafe_code)]

mod archive_name;
mod artifact;
mod bounds;
mod checksums;
mod error;
mod index;
mod likely_cause;
mod log_places;
mod mirror;
#[cfg(any(test, fuzzing))]
pub mod properties;
mod proxy;
mod recent;
mod releases;
#[cfg(test)]
mod secrets;
mod settings;
mod source;
mod supply;
mod table;
mod transfer;

pub use gover_net::is_inspection;

pub use archive_name::{PublishedFile, published_file};
pub use artifact::{Artifact, Format, Location, Proof, SumOrigin, Wanted};
pub use error::{
    IntegrityError, LookupError, Obstacle, OlderAnswer, SourceError, SourceFailure, SupplyError, aligned,
    remedies,
};
pub use gover_net::netrc_machines;
pub use index::{IndexError, is_cache_file};
pub use likely_cause::LikelyCause;
pub use mirror::{INDEX_FILE, IndexedArchive, archive_index};
pub use proxy::{GoproxyError, goproxy_entries, goproxy_target};
pub use releases::{Availability, Basis, ExpectedEnd, Release, Releases, Support};
pub use settings::{InvalidSource, SourceSpec, SupplySettings};
pub use supply::{
    Download, Measurement, ModuleAnswer, ModuleError, ModuleQuestion, ModuleZip, Probe, Serves, Supply,
    Target, Verdict,
};
pub use transfer::{Observer, RangedZip, Sink};
