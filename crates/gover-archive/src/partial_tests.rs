use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use gover_test::forge::{ZipEntry, zip};

use super::*;
use crate::Limits;
use crate::digest::Sha256;

const MODULE: &str = "golang.org/toolchain@v0.0.1-go1.91.2.linux-amd64";

type Files = BTreeMap<&'static str, Vec<u8>>;

/// A base on the disk, and a zip of which parts are fetched.
struct World {
    root: tempfile::TempDir,
    list: Vec<FileDigest>,
    zip: Vec<u8>,
}

impl World {
    fn new(base: &Files, new: &Files) -> Self {
        let root = tempfile::tempdir().unwrap();
        let list = base.iter().map(|(path, content)| {
            let place = root.path().join("base").join(path);
            fs::create_dir_all(place.parent().unwrap()).unwrap();
            fs::write(place, content).unwrap();
            FileDigest { path: (*path).to_owned(), digest: Sha256::of(content), executable: false }
        });
        let list = list.collect();
        let name = |path: &str| format!("{MODULE}/{}", path.replace("go.mod", "_go.mod"));
        let entries: Vec<_> =
            new.iter().map(|(path, content)| ZipEntry::stored(name(path), content.clone())).collect();
        let world = Self { root, list, zip: zip(&entries) };
        fs::create_dir(world.path("tree")).unwrap();
        world
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    fn end(&self) -> ZipEnd {
        ZipEnd::new(self.zip.clone(), self.zip.len() as u64).unwrap()
    }

    /// Also returns how many bytes were fetched.
    fn unpack(&self) -> Result<(Unpacked, u64), PatchError> {
        let base = self.path("base");
        let guard = Guard::for_module(MODULE, Limits::default());
        let partial = self.end().compare(Listed { root: &base, files: &self.list }, guard)?;
        let range =
            |span: &Range<u64>| usize::try_from(span.start).unwrap()..usize::try_from(span.end).unwrap();
        let parts: Vec<u8> = partial.spans().iter().flat_map(|span| self.zip[range(span)].to_vec()).collect();
        fs::write(self.path("parts"), &parts).unwrap();
        let (tree, progress) = (self.path("tree"), Progress::default());
        let copied = partial.copy(&tree, &progress)?;
        let unpacked = partial.unpack(&self.path("parts"), copied, &tree, &progress)?;
        Ok((unpacked, parts.len() as u64))
    }
}

fn base() -> Files {
    BTreeMap::from([
        ("VERSION", b"go1.91.1\n".to_vec()),
        ("bin/go", vec![1; 200_000]),
        ("src/big.go", vec![2; 150_000]),
        ("src/empty.go", Vec::new()),
        ("src/go.mod", b"module std\n".to_vec()),
        ("src/old.go", b"package old\n".to_vec()),
        ("test/only_in_archives.go", b"package p\n".to_vec()),
    ])
}

fn new() -> Files {
    let mut files = base();
    files.remove("src/old.go");
    files.remove("test/only_in_archives.go");
    files.insert("VERSION", b"go1.91.2\n".to_vec());
    files.insert("bin/go", vec![3; 200_000]);
    files.insert("src/new.go", b"package new\n".to_vec());
    files
}

#[track_caller]
fn assert_tree(world: &World, unpacked: &Unpacked) {
    assert_eq!(unpacked.files.len(), new().len());
    for (path, content) in new() {
        assert!(fs::read(world.path("tree").join(path)).unwrap() == content, "{path}");
        let file = unpacked.files.iter().find(|file| file.path == path).unwrap();
        assert_eq!((file.digest, file.executable), (Sha256::of(&content), path == "bin/go"), "{path}");
    }
    assert_eq!(unpacked.bytes, new().values().map(|content| content.len() as u64).sum::<u64>());
    assert_eq!(unpacked.hashed, crate::digest::Hashed::Module);
}

#[test]
fn only_what_the_base_lacks_is_fetched() {
    let world = World::new(&base(), &new());
    let (unpacked, fetched) = world.unpack().unwrap();
    assert_tree(&world, &unpacked);
    assert!((200_000..202_000).contains(&fetched), "{fetched}");
}

#[test]
fn a_file_that_was_changed_or_removed_is_fetched() {
    let world = World::new(&base(), &new());
    fs::write(world.path("base/src/big.go"), vec![9; 150_000]).unwrap();
    fs::remove_file(world.path("base/src/go.mod")).unwrap();
    fs::create_dir(world.path("base/src/go.mod")).unwrap();
    let (unpacked, fetched) = world.unpack().unwrap();
    assert_tree(&world, &unpacked);
    assert!(fetched > 350_000, "{fetched}");
}

#[test]
fn a_file_that_is_not_the_listed_one_is_not_copied() {
    let mut world = World::new(&base(), &new());
    let big = world.list.iter_mut().find(|file| file.path == "src/big.go").unwrap();
    big.digest = Sha256::of(b"other");
    let error = world.unpack().unwrap_err();
    assert!(matches!(&error, PatchError::ChangedBase { path } if path.ends_with("src/big.go")), "{error:?}");
}

#[test]
fn parts_that_are_damaged_or_cut_off_are_refused() {
    let world = World::new(&base(), &new());
    let at = world.zip.windows(4).position(|bytes| bytes == [3; 4]).unwrap();
    let mut damaged = World::new(&base(), &new());
    damaged.zip[at + 1000] ^= 1;
    assert!(damaged.unpack().unwrap_err().to_string().contains("CRC is wrong"));

    let base = world.path("base");
    let guard = Guard::for_module(MODULE, Limits::default());
    let partial = world.end().compare(Listed { root: &base, files: &world.list }, guard).unwrap();
    fs::write(world.path("parts"), b"PK").unwrap();
    let (tree, progress) = (world.path("tree"), Progress::default());
    let copied = partial.copy(&tree, &progress).unwrap();
    let error = partial.unpack(&world.path("parts"), copied, &tree, &progress);
    assert!(matches!(error, Err(ArchiveError::Read { .. })), "{error:?}");
}

#[test]
fn a_name_that_the_guard_refuses_is_refused_before_anything_is_fetched() {
    let world = World::new(&base(), &BTreeMap::from([("../evil", b"x".to_vec())]));
    assert!(matches!(world.unpack(), Err(PatchError::File(ArchiveError::Refused(_)))));
}

#[test]
fn spans_are_joined_over_small_gaps_and_until_they_are_few() {
    let spans = |starts: &[u64]| starts.iter().map(|start| *start..*start + 10).collect::<Vec<_>>();
    assert_eq!(joined(spans(&[0, 10, GAP, 3 * GAP])), [0..GAP + 10, 3 * GAP..3 * GAP + 10]);
    assert_eq!(joined(Vec::new()), []);
    // Gaps of growing size, so that it is certain which of them are joined.
    let many: Vec<u64> = (1..=200).map(|number: u64| number * number * GAP).collect();
    let few = joined(spans(&many));
    assert_eq!(few.len(), MAX_SPANS);
    assert_eq!(few.last().unwrap().start, 200 * 200 * GAP);
    let equal: Vec<u64> = (0..200).map(|number| number * 2 * GAP).collect();
    assert!(joined(spans(&equal)).len() <= MAX_SPANS);
}
