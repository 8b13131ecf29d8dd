//! Small inputs that fuzzing found; tests run all of them.

use std::fs;
use std::path::Path;

/// The inputs of one fuzz target, from `tests/vectors/fuzz/TARGET`, with their names.
pub fn fuzzed(target: &str) -> Vec<(String, Vec<u8>)> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors/fuzz").join(target);
    let entries = fs::read_dir(&directory).expect("the target has inputs");
    let mut inputs: Vec<_> = entries
        .map(|entry| {
            let path = entry.expect("a readable directory").path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            (name, fs::read(&path).expect("a readable input"))
        })
        .collect();
    inputs.sort();
    assert!(!inputs.is_empty(), "no inputs in {}", directory.display());
    inputs
}
