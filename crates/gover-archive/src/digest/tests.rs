use serde_json::Value;

use super::*;

fn vectors() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/vectors/dirhash_h1.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn files(vector: &Value) -> Vec<(String, Digest)> {
    let files = vector["files"].as_object().unwrap();
    files.iter().map(|(name, text)| (name.clone(), Sha256::of(text.as_str().unwrap().as_bytes()))).collect()
}

#[test]
fn hash1_agrees_with_all_vectors_of_go() {
    let vectors = vectors();
    let vectors = vectors["vectors"].as_array().unwrap();
    assert!(!vectors.is_empty());
    for vector in vectors {
        let result = hash1(files(vector));
        match vector["h1"].as_str() {
            Some(expected) => assert_eq!(result.as_deref(), Ok(expected), "{}", vector["name"]),
            None => assert!(result.is_err(), "{}", vector["name"]),
        }
    }
}

#[test]
fn an_archive_tree_hashes_to_its_module_in_all_vectors() {
    // Each vector whose names lie below a module version is turned back into the tree of an
    // archive.
    let vectors = vectors();
    let mut tried = 0;
    for vector in vectors["vectors"].as_array().unwrap() {
        let names = files(vector);
        let Some(module) =
            names.first().and_then(|(name, _)| name.match_indices('/').nth(1)).map(|(at, _)| at)
        else {
            continue;
        };
        let module = names[0].0[..module].to_owned();
        if !module.starts_with("golang.org/toolchain@") {
            continue;
        }
        let mut tree: Vec<FileDigest> = names
            .iter()
            .map(|(name, digest)| FileDigest {
                path: name[module.len() + 1..].replace("_go.mod", "go.mod"),
                digest: *digest,
                executable: false,
            })
            .collect();
        assert_eq!(tree_hash(&tree, Hashed::Module, &module).unwrap(), vector["h1"].as_str().unwrap());
        for outside in ["api/go1.txt", "doc/x", "misc/go.mod", "test/a.go", ".github/y"] {
            let digest = Sha256::of(b"x");
            tree.push(FileDigest { path: outside.to_owned(), digest, executable: false });
        }
        assert_eq!(tree_hash(&tree, Hashed::Archive, &module).unwrap(), vector["h1"].as_str().unwrap());
        assert_ne!(tree_hash(&tree, Hashed::Module, &module).unwrap(), vector["h1"].as_str().unwrap());
        tried += 1;
    }
    assert!(tried > 0);
}

#[test]
fn directories_called_doc_count_below_the_top() {
    let file = |path: &str| FileDigest { path: path.to_owned(), digest: Sha256::of(b"x"), executable: false };
    let bare = tree_hash(&[], Hashed::Archive, "m").unwrap();
    assert_eq!(tree_hash(&[file("doc/go_spec.html")], Hashed::Archive, "m").unwrap(), bare);
    assert_ne!(tree_hash(&[file("src/cmd/doc/main.go")], Hashed::Archive, "m").unwrap(), bare);
}

#[test]
fn a_digest_reads_only_64_hexadecimal_digits() {
    let sum = Sha256::of(b"").to_string();
    assert_eq!(sum, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_eq!(sum.to_uppercase().parse::<Digest>().unwrap().to_string(), sum);
    assert!(sum[1..].parse::<Digest>().is_err());
    assert!(format!("+{}", &sum[1..]).parse::<Digest>().is_err());
    assert!(format!("ä{}", &sum[2..]).parse::<Digest>().is_err());
}
