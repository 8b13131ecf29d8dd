//! Where toolchains come from and what proves them: the only network code of gover.
//!
//! A [`Supply`] is made from [`SupplySettings`] and asked for three things: a download into a
//! [`Sink`], the checksum database's record about it, and what releases there are. It verifies no
//! download itself; it says what each must be equal to ([`Proof`]), never on the word of the mirror
//! that serves it. Sources fail over to each other on failures of transport, never of integrity.
//!
//! Nothing here reads the environment, prints, or unpacks.
#![forbid(unsafe_code)]

mod archive_name;
mod artifact;
mod checksums;
mod error;
mod index;
mod likely_cause;
mod log_places;
mod mirror;
mod probe;
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

pub use archive_name::{PublishedFile, published_file};
pub use artifact::{Artifact, Format, Location, Proof, SumOrigin, Wanted};
pub use error::{
    IntegrityError, LookupError, Obstacle, OlderAnswer, SourceError, SourceFailure, SupplyError, aligned,
    remedies,
};
pub use index::IndexError;
pub use likely_cause::LikelyCause;
pub use mirror::{IndexedArchive, archive_index};
pub use probe::{Probe, Verdict};
pub use proxy::GoproxyError;
pub use releases::{Availability, Basis, Release, Releases, Support};
pub use settings::{InvalidSource, SourceSpec, SupplySettings};
pub use supply::{Download, Supply};
pub use transfer::{Observer, Sink};
