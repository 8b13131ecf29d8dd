//! The files of a project that may name a Go version.

use super::dockerfile::{self, version_of_image};
use super::workflow;
use super::{Kind, Use};
use crate::checks::editors::jsonc::Settings;
use crate::checks::pins::Pin;
use crate::{Evidence, MachinePath, Snapshot};

/// The versions in each file.
pub(super) fn all(snapshot: &Snapshot<'_>) -> Vec<Vec<Use>> {
    let root = root(snapshot);
    let mut directories = vec![root.clone(), snapshot.directory.clone()];
    directories.dedup();
    directories.extend(["docker", "build"].map(|name| root.join(name)));
    let mut uses = Vec::new();
    for directory in &directories {
        for name in snapshot.disk.list(directory).iter().filter(|name| is_dockerfile(name)) {
            uses.push(read(snapshot, &directory.join(name), dockerfile::uses));
        }
    }
    let workflows = root.join(".github/workflows");
    for name in snapshot.disk.list(&workflows) {
        if matches!(name.rsplit('.').next(), Some("yml" | "yaml")) {
            uses.push(read(snapshot, &workflows.join(&name), workflow::uses));
        }
    }
    for name in [".gitlab-ci.yml", ".circleci/config.yml"] {
        uses.push(read(snapshot, &root.join(name), workflow::uses));
    }
    for name in [".devcontainer/devcontainer.json", ".devcontainer.json"] {
        uses.push(container(snapshot, &root.join(name)));
    }
    uses.push(read(snapshot, &root.join(".devcontainer/Dockerfile"), dockerfile::uses));
    uses.retain(|uses| !uses.is_empty());
    uses
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

fn read(
    snapshot: &Snapshot<'_>,
    file: &MachinePath,
    uses: fn(&str) -> Vec<(usize, String, Kind)>,
) -> Vec<Use> {
    let text = snapshot.text(file).filter(|_| snapshot.is_file(file)).unwrap_or_default();
    let named = uses(&text).into_iter().map(|(line, value, kind)| {
        let text = text.lines().nth(line - 1).unwrap_or_default().trim().to_owned();
        Use { pin: Pin { file: file.clone(), line, text, value }, kind }
    });
    named.collect()
}

/// A dev container names a version in its image or its Go feature.
fn container(snapshot: &Snapshot<'_>, file: &MachinePath) -> Vec<Use> {
    let Ok(content) = snapshot.disk.read(file) else { return Vec::new() };
    let settings = Settings::parse(file.clone(), content);
    let named = settings.entries.iter().filter_map(|entry| {
        let text = entry.text.as_deref()?;
        let path: Vec<&str> = entry.path.iter().map(String::as_str).collect();
        let (value, kind) = match path.as_slice() {
            ["image"] => (version_of_image(text)?, Kind::Image),
            ["features", feature, "version"] if is_go_feature(feature) => (text.to_owned(), Kind::Text),
            _ => return None,
        };
        let Evidence::Line { text, .. } = settings.evidence(entry) else { return None };
        Some(Use { pin: Pin { file: file.clone(), line: entry.line, text, value }, kind })
    });
    named.collect()
}

/// `ghcr.io/devcontainers/features/go:1`
fn is_go_feature(name: &str) -> bool {
    name.rsplit('/').next().is_some_and(|name| name == "go" || name.starts_with("go:"))
}
