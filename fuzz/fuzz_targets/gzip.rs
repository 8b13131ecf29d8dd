//! Any bytes as a `.tar.gz`.
#![no_main]

use std::io::Read as _;

use libfuzzer_sys::fuzz_target;

use gover_archive::Container;
use gover_fuzz::check_archive;
use gover_test::model;

fuzz_target!(|bytes: &[u8]| {
    check_archive(bytes, Container::TarGz, || {
        let mut tar = Vec::new();
        flate2::read::MultiGzDecoder::new(bytes).read_to_end(&mut tar).ok()?;
        model::tar(&tar)
    });
});
