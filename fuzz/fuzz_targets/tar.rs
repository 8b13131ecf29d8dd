//! The layer below gzip: any bytes as a tar.
#![no_main]

use flate2::Compression;
use flate2::write::GzEncoder;
use gover_fuzz::check_archive;
use gover_install::archive::Container;
use gover_test::model;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::none());
    std::io::Write::write_all(&mut encoder, bytes).expect("memory takes it");
    let packed = encoder.finish().expect("memory takes it");
    check_archive(&packed, Container::TarGz, || model::tar(bytes));
});
