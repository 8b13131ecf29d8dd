//! Keys, notes, heads, records, tree arithmetic and escaping, walked whole.

use serde_json::Value;
use tlog_tiles::{Hash, HashReader, Tile};

use super::log::{load, parse_tile};
use crate::escape::{escape_path, escape_version};
use crate::head::Tree;
use crate::note::{OpenNote, VerifierKey};
use crate::record::Record;

#[test]
fn verifier_keys_of_the_vectors_are_read_as_go_reads_them() {
    let file = load("sumdb_note.json");
    for case in list(&file["verifier_keys"]) {
        let key = VerifierKey::parse(text(&case["key"]));
        if let Some(error) = case["error"].as_str() {
            assert_eq!(key.unwrap_err().to_string(), error, "{case}");
            continue;
        }
        let key = key.unwrap_or_else(|error| panic!("{error}: {case}"));
        assert_eq!(key.name(), text(&case["name"]));
        assert_eq!(format!("{:08x}", key.hash()), text(&case["key_hash"]));
        assert_eq!(key.to_string(), text(&case["key"]));
    }
}

#[test]
fn notes_of_the_vectors_open_as_in_go() {
    let file = load("sumdb_note.json");
    for case in list(&file["notes"]) {
        let keys: Vec<VerifierKey> =
            list(&case["keys"]).map(|key| VerifierKey::parse(text(key)).unwrap()).collect();
        let note = OpenNote::open(text(&case["msg"]).as_bytes(), &keys);
        if let Some(error) = case["error"].as_str() {
            let message = note.unwrap_err().to_string();
            assert!(message.starts_with(error), "{message}: {case}");
            continue;
        }
        let note = note.unwrap_or_else(|error| panic!("{error}: {case}"));
        assert_eq!(note.text, text(&case["text"]), "{case}");
        assert_eq!(note.verified, strings(&case["verified"]), "{case}");
        assert_eq!(note.unverified, strings(&case["unverified"]), "{case}");
        if let Some(size) = case["tree_size"].as_u64() {
            let tree = Tree::parse(&note.text).unwrap();
            assert_eq!((tree.size, tree.hash.to_string().as_str()), (size, text(&case["tree_hash"])));
        }
    }
}

#[test]
fn tree_texts_of_the_vectors_parse_as_in_go() {
    let file = load("sumdb_note.json");
    for case in list(&file["tree_texts"]) {
        let tree = Tree::parse(text(&case["text"]));
        if let Some(error) = case["error"].as_str() {
            assert_eq!(tree.unwrap_err().to_string(), error, "{case}");
            continue;
        }
        let tree = tree.unwrap_or_else(|error| panic!("{error}: {case}"));
        assert_eq!(Some(tree.size), case["n"].as_u64());
        assert_eq!(tree.hash.to_string(), text(&case["hash"]));
    }
}

#[test]
fn records_of_the_vectors_parse_as_in_go() {
    let file = load("sumdb_note.json");
    for case in list(&file["records"]) {
        let record = Record::parse(text(&case["msg"]).as_bytes());
        if let Some(error) = case["error"].as_str() {
            assert_eq!(record.unwrap_err().to_string(), error, "{case}");
            continue;
        }
        let record = record.unwrap_or_else(|error| panic!("{error}: {case}"));
        assert_eq!(Some(record.id), case["id"].as_u64());
        assert_eq!(record.text, text(&case["text"]));
        assert_eq!(record.rest, text(&case["rest"]).as_bytes());
        assert_eq!(tlog_tiles::record_hash(record.text.as_bytes()).to_string(), text(&case["record_hash"]));
    }
}

#[test]
fn records_that_go_rejects_are_rejected() {
    for message in ["", "5", "5\n", "5\n\n", "-1\na\n\n", "9223372036854775808\na\n\n", "5\na\tb\n\n"] {
        assert!(Record::parse(message.as_bytes()).is_err(), "{message:?}");
    }
    assert!(Record::parse(b"5\n\xff\n\n").is_err());
}

#[test]
fn escapes_of_the_vectors_are_as_in_go() {
    let file = load("module_escape.json");
    for case in list(&file["vectors"]) {
        let escaped = match case["path"].as_str() {
            Some(path) => escape_path(path),
            None => escape_version(text(&case["version"])),
        };
        match case["escaped"].as_str() {
            Some(expected) => assert_eq!(escaped.unwrap(), expected, "{case}"),
            None => assert!(escaped.is_err(), "{case}"),
        }
    }
}

#[test]
fn names_that_would_leave_the_cache_or_change_the_url_are_rejected() {
    for path in
        ["", "a.b/..", "a.b/../c", "../a.b", "a.b//c", "a.b/", "/a.b", "a.b/c?d", "a.b/NUL", "a.b/x~1", "A.b"]
    {
        assert!(escape_path(path).is_err(), "{path}");
    }
    for version in ["", ".", "..", "v1/x", "v1\\x", "v1?x", "v1#x", "v1 x", "v1%2e", "v1.", "con", "vü"] {
        assert!(escape_version(version).is_err(), "{version}");
    }
    assert_eq!(escape_version("v1.0.0+incompatible").unwrap(), "v1.0.0+incompatible");
}

#[test]
fn tree_arithmetic_of_the_vectors_holds() {
    let file = load("sumdb_tlog.json");
    let leaves: Vec<Vec<u8>> = list(&file["leaves_hex"]).map(|leaf| bytes(text(leaf))).collect();
    let mut log = Leaves::default();
    for (index, leaf) in leaves.iter().enumerate() {
        log.append(leaf);
        assert_eq!(tlog_tiles::record_hash(leaf), hash(&file["leaf_hashes"][index]));
        let size = index as u64 + 1;
        assert_eq!(tlog_tiles::tree_hash(size, &log).unwrap(), hash(&file["roots_by_size_1_to_8"][index]));
    }
    assert_eq!(tlog_tiles::tree_hash(0, &log).unwrap(), hash(&file["empty_root"]));
    assert_eq!(Tree::default().hash, hash(&file["empty_root"]));

    for case in list(&file["record_proofs"]) {
        let (size, leaf) = (number(&case["tree_size"]), number(&case["leaf"]));
        let proof: Vec<Hash> = list(&case["proof"]).map(hash).collect();
        assert_eq!(tlog_tiles::prove_record(size, leaf, &log).unwrap(), proof, "{case}");
        let root = tlog_tiles::tree_hash(size, &log).unwrap();
        let record = hash(&file["leaf_hashes"][usize::try_from(leaf).unwrap()]);
        tlog_tiles::check_record(&proof, size, root, leaf, record).unwrap();
        assert!(tlog_tiles::check_record(&proof, size, root, leaf, Tree::default().hash).is_err(), "{case}");
    }
    for case in list(&file["tree_proofs"]) {
        let (size, old) = (number(&case["tree_size"]), number(&case["old_size"]));
        let proof: Vec<Hash> = list(&case["proof"]).map(hash).collect();
        assert_eq!(tlog_tiles::prove_tree(size, old, &log).unwrap(), proof, "{case}");
        let (root, old_root) =
            (tlog_tiles::tree_hash(size, &log).unwrap(), tlog_tiles::tree_hash(old, &log).unwrap());
        tlog_tiles::check_tree(&proof, size, root, old, old_root).unwrap();
        assert!(tlog_tiles::check_tree(&proof, size, root, old, Tree::default().hash).is_err(), "{case}");
    }
}

#[test]
fn tile_paths_of_the_vectors_are_as_in_go() {
    let file = load("sumdb_tlog.json");
    for case in list(&file["stored_hash_index"]) {
        let level = u8::try_from(number(&case["level"])).unwrap();
        let index = tlog_tiles::stored_hash_index(level, number(&case["n"]));
        assert_eq!(index, number(&case["index"]), "{case}");
        assert_eq!(Tile::from_index(8, index).path(), text(&case["tile_h8"]), "{case}");
        assert_eq!(Tile::from_index(2, index).path(), text(&case["tile_h2"]), "{case}");
    }
    for case in list(&file["tile_paths"]) {
        let data = case["l"] == -1;
        let level = if data { 0 } else { u8::try_from(number(&case["l"])).unwrap() };
        let height = u8::try_from(number(&case["h"])).unwrap();
        let width = u32::try_from(number(&case["w"])).unwrap();
        let tile = Tile::new(height, level, number(&case["n"]), width, data);
        assert_eq!(tile.path(), text(&case["path"]));
        assert_eq!(parse_tile(text(&case["path"])), Some(tile));
    }
    for path in list(&file["bad_tile_paths"]) {
        assert_eq!(parse_tile(text(path)), None, "{path}");
    }
    for case in list(&file["new_tiles_h8"]) {
        let tiles: Vec<String> =
            Tile::new_tiles(8, number(&case["old"]), number(&case["new"])).iter().map(Tile::path).collect();
        let expected = strings(&case["tiles"]);
        // Long lists are cut in the middle.
        match expected.iter().position(|path| path == "...") {
            Some(gap) => {
                assert!(tiles.starts_with(&expected[..gap]), "{case}");
                assert!(tiles.ends_with(&expected[gap + 1..]), "{case}");
            }
            None => assert_eq!(tiles, expected, "{case}"),
        }
    }
}

#[derive(Default)]
struct Leaves {
    hashes: Vec<Hash>,
    size: u64,
}

impl Leaves {
    fn append(&mut self, leaf: &[u8]) {
        let new = tlog_tiles::stored_hashes(self.size, leaf, self).unwrap();
        self.hashes.extend(new);
        self.size += 1;
    }
}

impl HashReader for Leaves {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, tlog_tiles::Error> {
        Ok(indexes.iter().map(|&index| self.hashes[usize::try_from(index).unwrap()]).collect())
    }
}

fn list(value: &Value) -> std::slice::Iter<'_, Value> {
    value.as_array().map(Vec::as_slice).unwrap_or_default().iter()
}

fn strings(value: &Value) -> Vec<String> {
    list(value).map(|item| text(item).to_owned()).collect()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap()
}

fn bytes(hex: &str) -> Vec<u8> {
    let digit = |character: u8| char::from(character).to_digit(16).unwrap();
    hex.as_bytes().chunks(2).map(|pair| u8::try_from(digit(pair[0]) * 16 + digit(pair[1])).unwrap()).collect()
}

fn hash(hex: &Value) -> Hash {
    Hash(bytes(text(hex)).try_into().unwrap())
}
