//! The files of a project that may name a Go version.

use super::dockerfile::{self, version_of_image};
use super::workflow;
use super::{Kind, Use};
use crate::checks::editors::jsonc;
use crate::checks::pins::Pin;
use crate::{MachinePath, Snapshot};

/// Finds line, version and kind of each use in the text of a file.
type Parser = fn(&str) -> Vec<(usize, String, Kind)>;

pub(super) fn all(snapshot: &Snapshot<'_>) -> Vec<Vec<Use>> {
    let root = root(snapshot);
    let mut directories = vec![root.clone(), snapshot.directory.clone()];
    directories.dedup();
    directories.extend(["docker", "build"].map(|name| root.join(name)));
    let mut files: Vec<(MachinePath, Parser)> = Vec::new();
    for directory in directories {
        let names = snapshot.disk.list(&directory).into_iter().filter(|name| is_dockerfile(name));
        files.extend(names.map(|name| (directory.join(name), dockerfile::uses as Parser)));
    }
    let workflows = root.join(".github/workflows");
    let names = snapshot.disk.list(&workflows).into_iter();
    let names = names.filter(|name| matches!(name.rsplit('.').next(), Some("yml" | "yaml")));
    files.extend(names.map(|name| (workflows.join(name), workflow::uses as Parser)));
    let fixed: [(&str, Parser); 5] = [
        (".gitlab-ci.yml", workflow::uses),
        (".circleci/config.yml", workflow::uses),
        (".devcontainer/devcontainer.json", container),
        (".devcontainer.json", container),
        (".devcontainer/Dockerfile", dockerfile::uses),
    ];
    files.extend(fixed.map(|(name, parser)| (root.join(name), parser)));
    let uses = files.into_iter().map(|(file, parser)| read(snapshot, &file, parser));
    uses.filter(|uses| !uses.is_empty()).collect()
}

/// The repository of the working directory, or else the module.
fn root(snapshot: &Snapshot<'_>) -> MachinePath {
    let module = || snapshot.nearest("go.mod").and_then(|file| file.parent());
    snapshot.repository().or_else(module).unwrap_or_else(|| snapshot.directory.clone())
}

fn is_dockerfile(name: &str) -> bool {
    let lower = name.to_lowercase();
    let is_named = ["dockerfile", "containerfile"].iter().any(|kind| {
        lower == *kind || lower.starts_with(&format!("{kind}.")) || lower.ends_with(&format!(".{kind}"))
    });
    // Backups of sed and editors do not count.
    is_named && !matches!(lower.rsplit('.').next(), Some("bak" | "orig" | "swp"))
}

fn read(snapshot: &Snapshot<'_>, file: &MachinePath, uses: Parser) -> Vec<Use> {
    let text = snapshot.text(file).filter(|_| snapshot.is_file(file)).unwrap_or_default();
    let named = uses(&text).into_iter().map(|(line, value, kind)| {
        let text = text.lines().nth(line - 1).unwrap_or_default().trim().to_owned();
        Use { pin: Pin { file: file.clone(), line, text, value }, kind }
    });
    named.collect()
}

/// A dev container names a version in its image or its Go feature.
fn container(text: &str) -> Vec<(usize, String, Kind)> {
    let named = jsonc::entries(text).into_iter().filter_map(|entry| {
        let text = entry.text?;
        let path: Vec<&str> = entry.path.iter().map(String::as_str).collect();
        match path.as_slice() {
            ["image"] => Some((entry.line, version_of_image(&text)?, Kind::Image)),
            ["features", feature, "version"] if is_go_feature(feature) => {
                Some((entry.line, text, Kind::Text))
            }
            _ => None,
        }
    });
    named.collect()
}

/// `ghcr.io/devcontainers/features/go:1`
fn is_go_feature(name: &str) -> bool {
    name.rsplit('/').next().is_some_and(|name| name == "go" || name.starts_with("go:"))
}
