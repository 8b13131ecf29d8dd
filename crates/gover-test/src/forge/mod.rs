//! Archives that no honest tool makes: every field of every header can lie.

mod patch;
mod tar;
mod zip;

pub use patch::{Bundle, DeltaStep, patch_base};
pub use tar::{TarEntry, pax_records, tar, tar_gz};
pub use zip::{Zip, ZipEntry, ZipHeader, zip};
