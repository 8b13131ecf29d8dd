//! Any bytes as a zip.
#![no_main]

use gover_fuzz::check_archive;
use gover_install::archive::Container;
use gover_test::model;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| check_archive(bytes, Container::Zip, || model::zip(bytes)));
