use std::collections::BTreeMap;
use std::fs;

use gover_test::forge::{Bundle, DeltaStep, patch_base};
use gover_test::{fuzzed, model};
use proptest::prelude::*;

use super::*;
use crate::digest::Sha256;
use crate::{Limits, Progress, Unpacked};

type Files = BTreeMap<String, Vec<u8>>;

/// A base tree, a bundle, and what applying it left.
struct World {
    root: tempfile::TempDir,
    list: Vec<FileDigest>,
}

impl World {
    fn new(base: &Files) -> Self {
        let root = tempfile::tempdir().unwrap();
        let list = write(&root.path().join("base"), base);
        fs::create_dir_all(root.path().join("deep/target")).unwrap();
        Self { root, list }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    fn apply(&self, bundle: &[u8]) -> Result<Unpacked, PatchError> {
        self.apply_within(bundle, Limits::default())
    }

    fn apply_within(&self, bundle: &[u8], limits: Limits) -> Result<Unpacked, PatchError> {
        fs::write(self.path("bundle"), bundle).unwrap();
        let base = self.path("base");
        let result = Patch::open(&self.path("bundle")).and_then(|patch| {
            let base = Listed { root: &base, files: &self.list };
            patch.apply(base, &self.path("deep/target"), limits, &Progress::default())
        });
        let names = |path: PathBuf| {
            let mut names: Vec<_> = fs::read_dir(path).unwrap().map(|e| e.unwrap().file_name()).collect();
            names.sort();
            names
        };
        assert_eq!(names(self.path("")), ["base", "bundle", "deep"], "something was written elsewhere");
        assert_eq!(names(self.path("deep")), ["target"], "something was written elsewhere");
        result
    }

    #[track_caller]
    fn refuses(&self, bundle: &Bundle, reason: &str) {
        let error = self.apply(&bundle.bytes()).unwrap_err().to_string();
        assert!(error.contains(reason), "{error}");
        fs::remove_dir_all(self.path("deep/target")).unwrap();
        fs::create_dir(self.path("deep/target")).unwrap();
    }
}

/// Writes a tree, and returns its list.
fn write(root: &Path, files: &Files) -> Vec<FileDigest> {
    let list = files.iter().map(|(path, content)| {
        let place = root.join(path);
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        fs::write(place, content).unwrap();
        FileDigest { path: path.clone(), digest: Sha256::of(content), executable: false }
    });
    list.collect()
}

fn transition() -> Transition {
    let name = |text| gover_core::ToolchainName::parse(text).unwrap();
    Transition { base: name("go1.91.1"), name: name("go1.91.2"), platform: "linux-amd64".parse().unwrap() }
}

/// The bundle that leads from one tree to the other.
fn made(base: &Files, new: &Files) -> Vec<u8> {
    let root = tempfile::tempdir().unwrap();
    let (old, to) = (root.path().join("base"), root.path().join("bundle"));
    let (base, next) = (write(&old, base), root.path().join("new"));
    let new = write(&next, new);
    let listed = |root, files| Listed { root, files };
    let length = make(&transition(), listed(&old, &base), listed(&next, &new), &to).unwrap();
    let bytes = fs::read(to).unwrap();
    assert_eq!(bytes.len() as u64, length);
    bytes
}

fn next_release() -> Files {
    let mut files = patch_base();
    files.insert("VERSION".to_owned(), b"go1.91.2\n".to_vec());
    files.remove("src/fmt/print.go");
    files.insert("src/fmt/scan.go".to_owned(), b"package fmt // new\n".to_vec());
    let program = files.get_mut("bin/go").unwrap();
    program[1000] ^= 0x55;
    program.splice(3000..3000, *b"inserted");
    program.truncate(7000);
    files.remove("api/go1.txt");
    files
}

#[test]
fn a_bundle_leads_from_one_release_to_the_next() {
    let (base, new) = (patch_base(), next_release());
    let bundle = made(&base, &new);
    assert!(bundle.len() < 700, "{}", bundle.len());
    let world = World::new(&base);
    let unpacked = world.apply(&bundle).unwrap();
    assert_eq!(unpacked.files.len(), new.len());
    assert_eq!(unpacked.bytes, new.values().map(|content| content.len() as u64).sum::<u64>());
    let is_program = |path: &str| unpacked.files.iter().find(|file| file.path == path).unwrap().executable;
    assert!(is_program("bin/go") && !is_program("VERSION"));
    assert_eq!(model::patch(&bundle, &base), Some(new.clone()));
    model::assert_tree(&world.path("deep/target"), new);
    let patch = Patch::open(&world.path("bundle")).unwrap();
    assert_eq!(patch.transition(), &transition());
    assert_eq!(transition().file_name(), "go1.91.1..go1.91.2.linux-amd64.gvp");
}

#[test]
fn the_head_is_text_as_documented() {
    let bundle = made(&patch_base(), &next_release());
    let end = bundle.windows(2).position(|pair| pair == b"\n\n").unwrap();
    let head = str::from_utf8(&bundle[..end]).unwrap();
    let signs: Vec<_> =
        head.lines().skip(2).map(|line| (&line[..1], line.rsplit(' ').next().unwrap())).collect();
    assert_eq!(head.lines().take(2).collect::<Vec<_>>(), ["gover-patch 1", "go1.91.1 go1.91.2 linux-amd64"]);
    assert_eq!(
        signs,
        [("=", "VERSION"), ("~", "bin/go"), ("-", "src/fmt/print.go"), ("=", "src/fmt/scan.go")]
    );
}

#[test]
fn no_damage_goes_unnoticed() {
    let base = patch_base();
    let bundle = made(&base, &next_release());
    for at in 0..bundle.len() {
        let mut damaged = bundle.clone();
        damaged[at] ^= 1 << (at % 8);
        let world = World::new(&base);
        let Ok(unpacked) = world.apply(&damaged) else { continue };
        // The right tree, or one with another name in it, which has another hash. Whatever is on the
        // disk is what was hashed.
        for FileDigest { path, digest, .. } in unpacked.files {
            let content = fs::read(world.path("deep/target").join(&path)).unwrap();
            assert_eq!(Sha256::of(&content), digest, "byte {at}: {path}");
        }
    }
    for at in (0..bundle.len()).step_by(5) {
        assert!(World::new(&base).apply(&bundle[..at]).is_err(), "cut at {at}");
    }
}

#[test]
fn what_lies_is_refused() {
    let world = World::new(&patch_base());
    let empty = Bundle::new;
    let line = |line: &str| empty().with(line, b"");
    for (bundle, reason) in [
        (Bundle { first: "gover-patch 2".to_owned(), ..empty() }, "does not know"),
        (Bundle { first: "<html>".to_owned(), ..empty() }, "it is a web page"),
        (Bundle { second: "go1.91.1 go1.91.2".to_owned(), ..empty() }, "line 2"),
        (Bundle { second: "go1.91.1 ../x linux-amd64".to_owned(), ..empty() }, "line 2"),
        (line("+ 1 1 x"), "line 3"),
        (line("= +1 0 0 x"), "line 3"),
        (line(&format!("= 00 0 {} x", "0".repeat(64))), "line 3"),
        (line(&format!("= 0 0 {} x", "A".repeat(64))), "line 3"),
        (line("= 99999999999999999999 0 0 x"), "line 3"),
        (line("="), "line 3"),
        (empty().with_file("b", b"").with_file("a", b""), "line 4"),
        (empty().with_file("a", b"").with_file("a", b""), "line 4"),
        (empty().with_file("bin/go", b"x").without("bin/go"), "line 4"),
        (line(&format!("= 1 {} {} x", u64::MAX, "0".repeat(64))), "its length is not"),
        (line(&format!("~ 1 {} 1 1 {} x", u64::MAX, "0".repeat(64))), "line 3"),
        (empty().with_file("x", b"x").with("- VERSION", b"more"), "line 4"),
        (empty().with_file("VERSION", b"x").with("- bin/go", b"more"), "its length is not"),
        (empty().with_file_of("x", b"content", 6), "larger than it claims"),
        (empty().with_file_of("x", b"content", 8), "ends early"),
        (empty().without("src/missing.go"), "no such file"),
        (empty().with_delta("src/missing.go", b"", (&[], b"", b"")), "no such file"),
        (empty().with_file("../x", b"x"), "leaves the directory"),
        (empty().with_file("/x", b"x"), "leaves the directory"),
        (empty().with_file("", b"x"), "leaves the directory"),
        (empty().with_file("a\\b", b"x"), "contains the character"),
        (empty().with_file("c:x", b"x"), "contains the character"),
        (empty().with_file("nul", b"x"), "Windows reserves"),
        (empty().with_file("version", b"x"), "differs from `version` by case"),
        (empty().with_file("VERSION/x", b"x"), "both a file and a directory"),
        (empty().with_file("src/_go.mod", b"x"), "in an archive"),
        (empty().with_file("test/x.go", b"x"), "modules leave it out"),
        (empty().without("api/go1.txt").with_file("api/x", b"x"), "modules leave it out"),
    ] {
        world.refuses(&bundle, reason);
    }
}

#[test]
fn a_delta_that_lies_is_refused() {
    let base = patch_base();
    let world = World::new(&base);
    let old = &base["bin/go"];
    let step = |seek, add, copy| DeltaStep { seek, add, copy };
    let zeros = [0; 8000];
    let good = [step(0, 1000, 0), step(6990, 10, 5), step(-8000, 2, 0)];
    let content = [&old[..1000], &old[7990..8000], b"extra", &old[..2]].concat();
    let with = |steps: &[DeltaStep], differences: &[u8], extra: &[u8]| {
        Bundle::new().with_delta("bin/go", &content, (steps, differences, extra))
    };
    world.apply(&with(&good, &zeros[..1012], b"extra").bytes()).unwrap();
    fs::remove_dir_all(world.path("deep/target")).unwrap();
    fs::create_dir(world.path("deep/target")).unwrap();
    for (bundle, reason) in [
        (with(&good, &zeros[..1012], b"other"), "SHA-256 is wrong"),
        (with(&good, &zeros[..1011], b"extra"), "ends early"),
        (with(&good, &zeros[..1013], b"extra"), "larger than it claims"),
        (with(&good, &zeros[..1012], b"extr"), "ends early"),
        (with(&good, &zeros[..1012], b"extra!"), "larger than it claims"),
        (with(&good[..2], &zeros[..1012], b"extra"), "ends early"),
        (with(&[step(0, 0, 0)], b"", b""), "empty or too long"),
        (with(&[step(0, u64::MAX, 1)], b"", b""), "empty or too long"),
        (with(&[step(0, 1018, 0)], &zeros, b""), "empty or too long"),
        (with(&[step(-1, 1, 0)], &zeros, b""), "outside the old file"),
        (with(&[step(i64::MIN, 1, 0)], &zeros, b""), "outside the old file"),
        (with(&[step(i64::MAX, 1, 0)], &zeros, b""), "outside the old file"),
        (with(&[step(i64::MAX, 0, 1), step(i64::MAX, 0, 1)], &zeros, b"xx"), "outside the old file"),
        (with(&[step(7999, 2, 0)], &zeros, b""), "outside the old file"),
        (with(&[step(8001, 1, 0)], &zeros, b""), "outside the old file"),
    ] {
        world.refuses(&bundle, reason);
    }
}

#[test]
fn a_huge_claim_costs_neither_memory_nor_disk() {
    let world = World::new(&patch_base());
    world.refuses(&Bundle::new().with_file_of("x", b"x", u64::MAX), "exceeds the limit");
    world.refuses(&Bundle::new().with_file_of("x", b"x", 1 << 30), "ends early");
    let limits = Limits { entries: 7, ..Limits::default() };
    let many = Bundle::new().with_file("src/a", b"").with_file("src/b", b"").with_file("src/c", b"");
    let error = world.apply_within(&many.bytes(), limits).unwrap_err();
    assert!(error.to_string().contains("over the limit of 7 entries"), "{error}");
    let long = format!("- {}", "x".repeat(5 << 20));
    world.refuses(&Bundle::new().with(long, b""), "too long or cut off");
    let many: Vec<_> = (100_000..200_000).map(|number| format!("- {number}")).collect();
    world.refuses(&Bundle::new().with(many.join("\n"), b""), "too many lines");
}

#[test]
fn a_changed_base_is_noticed() {
    let bundle = Bundle::new().with_file("VERSION", b"go1.91.2\n").bytes();
    for change in [
        |path: &Path| fs::write(path, "package fmt\u{a}//").unwrap(),
        |path: &Path| fs::write(path, "package tmf\n").unwrap(),
        |path: &Path| fs::remove_file(path).unwrap(),
        |path: &Path| {
            fs::remove_file(path).unwrap();
            fs::create_dir(path).unwrap();
        },
    ] {
        let world = World::new(&patch_base());
        change(&world.path("base/src/fmt/print.go"));
        let error = world.apply(&bundle).unwrap_err();
        let is_right = matches!(error, PatchError::ChangedBase { .. } | PatchError::File(_));
        assert!(is_right, "{error:?}");
    }
    // What a delta is applied to is checked by its result.
    let world = World::new(&patch_base());
    let bundle = made(&patch_base(), &next_release());
    let mut program = patch_base().remove("bin/go").unwrap();
    program[10] ^= 1;
    fs::write(world.path("base/bin/go"), program).unwrap();
    let error = world.apply(&bundle).unwrap_err().to_string();
    assert_eq!(error, "`bin/go` in the bundle is damaged: its SHA-256 is wrong");
}

#[test]
fn a_list_of_the_base_cannot_lead_outside() {
    for path in ["../bundle", "/etc/passwd", "C:x", "src/_go.mod"] {
        let mut world = World::new(&patch_base());
        world.list.push(FileDigest { path: path.to_owned(), digest: Sha256::of(b""), executable: false });
        world.apply(&Bundle::new().bytes()).unwrap_err();
    }
}

#[test]
fn what_fuzzing_found_is_read_as_the_model_reads_it() {
    for (name, bytes) in fuzzed("patch") {
        let world = World::new(&patch_base());
        if world.apply(&bytes).is_ok() {
            let files = model::patch(&bytes, &patch_base());
            let files = files.unwrap_or_else(|| panic!("{name}: the model makes no sense of it"));
            model::assert_tree(&world.path("deep/target"), files);
        }
    }
}

fn content() -> impl Strategy<Value = Vec<u8>> {
    // Few different bytes, so that there is something to find.
    let piece = proptest::collection::vec(0..4_u8, 0..40);
    (proptest::collection::vec(piece, 1..4), 0..60_usize)
        .prop_map(|(pieces, times)| pieces.concat().repeat(times))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_change_survives_the_way_through_a_bundle(old in content(), new in content(), cut in 0..2000_usize) {
        let mixed = [&new[..cut.min(new.len())], &old[cut.min(old.len())..]].concat();
        let files = |a: &[u8], b: &[u8]| Files::from([("a".to_owned(), a.to_vec()), ("b".to_owned(), b.to_vec())]);
        let (base, next) = (files(&old, &old), files(&mixed, &new));
        let world = World::new(&base);
        world.apply(&made(&base, &next)).unwrap();
        model::assert_tree(&world.path("deep/target"), next);
    }
}
