//! go.mod and go.work, against a reading letter by letter.
#![no_main]

use gover_core::gorules::lookup;
use gover_test::model;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    for key in ["go", "toolchain"] {
        let found = lookup(text, key).map(|(line, value)| (line, value.to_owned()));
        assert_eq!(found, model::go_mod(text, key));
    }
});
