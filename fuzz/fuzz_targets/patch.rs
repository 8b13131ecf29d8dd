//! Any bytes as a patch bundle for a small base.
#![no_main]

use libfuzzer_sys::fuzz_target;

use gover_fuzz::check_patch;

fuzz_target!(|bytes: &[u8]| check_patch(bytes));
