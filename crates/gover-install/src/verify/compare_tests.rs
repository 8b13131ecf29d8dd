use gover_archive::digest::Sha256;
use gover_core::{Platform, ToolchainName};

use super::*;
use crate::verify::{Baseline, FindingKind};

const PATHS: [&str; 4] = ["VERSION", "bin/go", "src/fmt/print.go", "src/net/http/server.go"];

fn list() -> FileList {
    let file = |path: &str| FileDigest {
        path: path.to_owned(),
        digest: Sha256::of(path.as_bytes()),
        executable: path.starts_with("bin/"),
    };
    FileList::new(PATHS.iter().map(|path| file(path)).collect())
}

fn tree() -> Tree {
    let list = list();
    let files = list.files.iter().map(|file| {
        (file.path.clone(), TreeFile { digest: file.digest, executable: file.executable, size: 1 })
    });
    let directories = PATHS.iter().flat_map(|path| parents(path)).map(str::to_owned).collect();
    Tree { files: files.collect(), directories, ..Tree::default() }
}

fn record(platform: &Platform) -> LogRecord {
    let name = ToolchainName::parse("go1.91.2").unwrap();
    let baseline = Baseline::default();
    let h1 = tree_hash(&list().files, baseline.hashed(), &module_version(&name, platform)).unwrap();
    LogRecord { h1, id: 7, tree_size: 9, database: "sum.test".to_owned() }
}

fn judged(tree: &Tree, log: &LogStatus, platform: Option<&Platform>, require_log: bool) -> Verification {
    let name = ToolchainName::parse("go1.91.2").unwrap();
    // The list alone, as its receipt is not what this is about.
    let against = against_list(&list(), tree);
    let baseline = Baseline::default();
    let verification = compare(&Case { name: &name, platform, baseline: &baseline, tree, log, require_log });
    Verification { findings: whole_directories(against, Some(&list()), tree), ..verification }
}

fn platform() -> Platform {
    Platform::new("linux", "amd64").unwrap()
}

fn findings(tree: &Tree) -> Vec<(FindingKind, String, u64)> {
    let silent = LogStatus::Silent("offline".to_owned());
    let findings = judged(tree, &silent, Some(&platform()), false).findings;
    findings.into_iter().map(|finding| (finding.kind, finding.path, finding.files)).collect()
}

#[test]
fn what_cannot_be_read_is_told_once_and_not_as_missing() {
    let mut file = tree();
    file.files.remove("bin/go");
    file.unreadable.insert("bin/go".to_owned(), "permission denied".to_owned());
    assert_eq!(findings(&file), [(FindingKind::Unreadable, "bin/go".to_owned(), 1)]);

    let mut directory = tree();
    directory.files.retain(|path, _| !path.starts_with("src/"));
    directory.directories.retain(|path| !path.starts_with("src/"));
    directory.unreadable.insert("src".to_owned(), "permission denied".to_owned());
    assert_eq!(findings(&directory), [(FindingKind::Unreadable, "src".to_owned(), 1)]);

    let mut root = Tree::default();
    root.unreadable.insert(".".to_owned(), "permission denied".to_owned());
    assert_eq!(findings(&root), [(FindingKind::Unreadable, ".".to_owned(), 1)]);
}

#[test]
fn a_directory_that_is_gone_is_told_once_at_its_top() {
    let mut tree = tree();
    tree.files.retain(|path, _| !path.starts_with("src/net/"));
    tree.directories.retain(|path| !path.starts_with("src/net"));
    assert_eq!(findings(&tree), [(FindingKind::Missing, "src/net/".to_owned(), 1)]);
}

#[test]
fn a_directory_that_is_a_link_is_told_once() {
    let mut tree = tree();
    tree.files.retain(|path, _| !path.starts_with("src/"));
    tree.directories.clear();
    tree.others.push(("src".to_owned(), "a symbolic link"));
    assert_eq!(findings(&tree), [(FindingKind::NotAFile, "src".to_owned(), 1)]);
}

#[test]
fn without_a_proof_nothing_is_called_good() {
    let (platform, tree) = (platform(), tree());
    let (proven, silent) =
        (LogStatus::Proven(record(&platform)), LogStatus::Silent("it is offline".to_owned()));
    let reason = |verification: Verification| match verification.status {
        Status::Unproven { reason } => reason,
        other => format!("{other:?}"),
    };
    let released = judged(&tree, &proven, Some(&platform), true);
    assert_eq!(released.status, Status::Released(record(&platform)));
    assert_eq!(
        reason(judged(&tree, &silent, Some(&platform), false)),
        "it has no receipt, and it is offline"
    );
    assert_eq!(reason(judged(&tree, &silent, None, false)), "nothing tells which platform it is for");
    // A record of another platform is about another tree.
    let other = Platform::new("linux", "arm64").unwrap();
    assert_eq!(judged(&tree, &proven, Some(&other), false).status, Status::Damaged);
}
