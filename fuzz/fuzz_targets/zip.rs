//! Any bytes as a zip.
#![no_main]

use libfuzzer_sys::fuzz_target;

use gover_archive::Container;
use gover_fuzz::check_archive;
use gover_test::model;

fuzz_target!(|bytes: &[u8]| check_archive(bytes, Container::Zip, || model::zip(bytes)));
