//! Any bytes as a `.tar.gz`.
#![no_main]

use std::io::Read as _;

use gover_fuzz::check_archive;
use gover_install::archive::Container;
use gover_test::model;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    check_archive(bytes, Container::TarGz, || {
        let mut tar = Vec::new();
        flate2::read::MultiGzDecoder::new(bytes).read_to_end(&mut tar).ok()?;
        model::tar(&tar)
    });
});
