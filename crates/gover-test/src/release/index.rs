//! The release index in the schema of the release site.

use gover_core::ToolchainName;
use serde_json::{Value, json};

use super::Release;

/// The index of `releases`, newest first, one entry a version; `all` as for `include=all`,
/// otherwise the newest patch of the two newest minors. Each version also has a source row, which
/// no manager may take.
pub fn index_json(releases: &[&Release], all: bool) -> Value {
    let mut names: Vec<ToolchainName> = releases
        .iter()
        .map(|release| ToolchainName::parse(release.name()).expect("a release has a Go name"))
        .collect();
    names.sort();
    names.dedup();
    names.reverse();
    if !all {
        names.retain(|name| !name.version().is_prerelease());
        names.dedup_by_key(|name| name.version().minor());
        names.truncate(2);
    }
    let entries = names.iter().map(|name| {
        let files =
            releases.iter().filter(|release| release.name() == name.as_str()).map(|release| row(release));
        let source = json!({
            "filename": format!("{name}.src.tar.gz"), "os": "", "arch": "", "version": name.as_str(),
            "sha256": "0".repeat(64), "size": 1, "kind": "source"
        });
        json!({
            "version": name.as_str(),
            "stable": !name.version().is_prerelease(),
            "files": std::iter::once(source).chain(files).collect::<Vec<Value>>(),
        })
    });
    Value::Array(entries.collect())
}

fn row(release: &Release) -> Value {
    json!({
        "filename": release.archive_name(),
        "os": release.platform().os(),
        "arch": release.platform().archive_arch(),
        "version": release.name(),
        "sha256": release.sha256(),
        "size": release.archive().len(),
        "kind": "archive",
    })
}
