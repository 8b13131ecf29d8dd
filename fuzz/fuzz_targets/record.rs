//! Answers of the checksum database to a lookup.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| gover_log::properties::record(bytes));
