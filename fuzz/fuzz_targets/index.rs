//! The index of a release site.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| gover_source::properties::index(bytes));
