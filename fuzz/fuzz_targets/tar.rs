//! The layer below gzip: any bytes as a tar.
#![no_main]

use flate2::Compression;
use flate2::write::GzEncoder;
use libfuzzer_sys::fuzz_target;

use gover_archive::Container;
use gover_fuzz::check_archive;
use gover_test::model;

fuzz_target!(|bytes: &[u8]| {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::none());
    std::io::Write::write_all(&mut encoder, bytes).expect("memory takes it");
    let packed = encoder.finish().expect("memory takes it");
    check_archive(&packed, Container::TarGz, || model::tar(bytes));
});
