//! Archives that no honest tool makes: every field of every header can lie.

mod tar;
mod zip;

pub use tar::{TarEntry, pax_records, tar, tar_gz};
pub use zip::{Zip, ZipEntry, ZipHeader, zip};
