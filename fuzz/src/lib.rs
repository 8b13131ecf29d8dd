//! What the fuzz targets have in common: unpacking in memory-backed directories, and the comparison
//! with models.

#![forbid(unsafe_code)]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use gover_archive::digest::{FileDigest, Sha256};
use gover_archive::patch::{Listed, Patch};
use gover_archive::{Container, Coverage, Guard, Limits, Progress, unpack};
use gover_test::forge::patch_base;
use gover_test::model;

/// Small, so that a bomb costs a fuzzer no time.
pub const LIMITS: Limits = Limits { entries: 200, bytes: 1 << 20, names: 1 << 16 };

/// Unpacks, and compares what is on the disk with what `said` reads in the archive.
///
/// Whatever happens, nothing is written beside the target; what is accepted is exactly what the
/// model sees.
pub fn check_archive(
    bytes: &[u8],
    container: Container,
    said: impl Fn() -> Option<BTreeMap<String, Vec<u8>>>,
) {
    let root = tempfile::tempdir_in(memory()).expect("a temporary directory");
    let (source, target) = (root.path().join("archive"), root.path().join("target"));
    fs::write(&source, bytes).expect("the archive is written");
    fs::create_dir(&target).expect("a directory");
    let guard = Guard::for_archive(Coverage::Everything, LIMITS);
    let result = unpack(&source, container, Some(&target), guard, &Progress::default());
    let mut names: Vec<_> = fs::read_dir(root.path())
        .expect("readable")
        .map(|entry| entry.expect("readable").file_name())
        .collect();
    names.sort();
    assert_eq!(names, ["archive", "target"], "something was written elsewhere");
    match result {
        Ok(unpacked) => {
            let said = said().expect("the model makes no sense of what was accepted");
            let below: BTreeMap<_, _> = said
                .into_iter()
                .map(|(name, content)| {
                    (name.strip_prefix("go/").expect("below the root").to_owned(), content)
                })
                .collect();
            assert_eq!(unpacked.bytes, below.values().map(|content| content.len() as u64).sum::<u64>());
            assert_eq!(unpacked.files.len(), below.len());
            for file in &unpacked.files {
                let sum = gover_archive::digest::Sha256::of(&below[&file.path]);
                assert_eq!(file.digest, sum, "{}", file.path);
            }
            model::assert_tree(&target, below);
        }
        Err(error) => {
            assert!(error.is_integrity(), "the archive is at fault, not this machine: {error}");
            assert!(size_of_tree(&target) <= LIMITS.bytes, "more was written than the limit allows");
        }
    }
}

/// Applies a bundle to a small base. Nothing is written beside the target, what is accepted is what
/// the model makes of it, and the hashes are those of the files.
pub fn check_patch(bytes: &[u8]) {
    let root = tempfile::tempdir_in(memory()).expect("a temporary directory");
    let [source, base, target] = ["bundle", "base", "target"].map(|name| root.path().join(name));
    fs::write(&source, bytes).expect("the bundle is written");
    fs::create_dir(&target).expect("a directory");
    let Ok(patch) = Patch::open(&source) else { return };
    let files: Vec<FileDigest> = patch_base()
        .into_iter()
        .map(|(path, content)| {
            let place = base.join(&path);
            fs::create_dir_all(place.parent().expect("below the base")).expect("a directory");
            fs::write(place, &content).expect("the base is written");
            FileDigest { path, digest: Sha256::of(&content), executable: false }
        })
        .collect();
    let listed = Listed { root: &base, files: &files };
    let result = patch.apply(listed, &target, LIMITS, &Progress::default());
    let mut names: Vec<_> = fs::read_dir(root.path())
        .expect("readable")
        .map(|entry| entry.expect("readable").file_name())
        .collect();
    names.sort();
    assert_eq!(names, ["base", "bundle", "target"], "something was written elsewhere");
    assert!(size_of_tree(&target) <= LIMITS.bytes, "more was written than the limit allows");
    let Ok(unpacked) = result else { return };
    let said = model::patch(bytes, &patch_base()).expect("the model makes no sense of what was accepted");
    assert_eq!(unpacked.files.len(), said.len());
    for file in &unpacked.files {
        assert_eq!(file.digest, Sha256::of(&said[&file.path]), "{}", file.path);
    }
    model::assert_tree(&target, said);
}

fn size_of_tree(directory: &Path) -> u64 {
    let entries = fs::read_dir(directory).expect("readable").map(|entry| entry.expect("readable"));
    entries
        .map(|entry| match entry.metadata().expect("readable") {
            metadata if metadata.is_dir() => size_of_tree(&entry.path()),
            metadata => metadata.len(),
        })
        .sum()
}

/// A directory in memory where there is one.
fn memory() -> &'static Path {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { memory } else { Path::new(".") }
}
