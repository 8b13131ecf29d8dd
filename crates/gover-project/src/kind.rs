use crate::mention::Mention;
use crate::read::{self, Malformed};

/// A file that may name a Go version, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// go.mod and go.work.
    Module,
    /// `.go-version`
    VersionFile,
    /// `.tool-versions`
    ToolVersions,
    /// mise.toml
    Mise,
    /// `.prototools`
    Prototools,
    /// devbox.json
    Devbox,
    /// devcontainer.json
    DevContainer,
    Dockerfile,
    /// Workflows and compose files.
    Yaml,
    /// Makefiles and justfiles.
    Makefile,
}

impl FileKind {
    /// The kind of the file at a path, whose parts may be separated as on any system.
    pub fn of(path: &str) -> Option<Self> {
        let mut parts: Vec<&str> = path.split(['/', '\\']).collect();
        let name = parts.pop()?;
        let above = parts.last().copied().unwrap_or_default();
        let lower = name.to_ascii_lowercase();
        match name {
            "go.mod" | "go.work" => return Some(Self::Module),
            ".go-version" => return Some(Self::VersionFile),
            ".tool-versions" => return Some(Self::ToolVersions),
            "mise.toml" | ".mise.toml" => return Some(Self::Mise),
            "config.toml" if matches!(above, "mise" | ".mise") => return Some(Self::Mise),
            ".prototools" => return Some(Self::Prototools),
            "devbox.json" => return Some(Self::Devbox),
            "devcontainer.json" | ".devcontainer.json" => return Some(Self::DevContainer),
            _ => {}
        }
        if is_dockerfile(&lower) {
            return Some(Self::Dockerfile);
        }
        let stem = lower.strip_suffix(".yml").or_else(|| lower.strip_suffix(".yaml"));
        if stem.is_some_and(|stem| is_workflow(stem, &parts)) {
            return Some(Self::Yaml);
        }
        let is_makefile = matches!(lower.as_str(), "makefile" | "gnumakefile" | "justfile" | ".justfile");
        (is_makefile || lower.strip_suffix(".mk").is_some()).then_some(Self::Makefile)
    }

    /// The mentions in the text of such a file, in its order.
    pub fn read(self, text: &str) -> Result<Vec<Mention>, Malformed> {
        let mut mentions = match self {
            Self::Module => read::module(text),
            Self::VersionFile => read::version_file(text),
            Self::ToolVersions => read::tool_versions(text),
            Self::Mise => read::mise(text)?,
            Self::Prototools => read::prototools(text)?,
            Self::Devbox => read::devbox(text)?,
            Self::DevContainer => read::dev_container(text)?,
            Self::Dockerfile => read::dockerfile(text),
            Self::Yaml => read::workflow(text)?,
            Self::Makefile => read::makefile(text),
        };
        mentions.sort_by_key(|mention| mention.range.start);
        mentions.dedup_by(|a, b| a.range == b.range);
        Ok(mentions)
    }

    /// Whether a version manager takes the version of a directory from it.
    pub fn is_pin(self) -> bool {
        use FileKind::{Devbox, Mise, Prototools, ToolVersions, VersionFile};
        matches!(self, VersionFile | ToolVersions | Mise | Prototools | Devbox)
    }
}

fn is_dockerfile(lower: &str) -> bool {
    let is_named = ["dockerfile", "containerfile"].iter().any(|kind| {
        lower.strip_prefix(kind).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            || lower.strip_suffix(kind).is_some_and(|rest| rest.ends_with('.'))
    });
    // Backups of sed and editors do not count.
    is_named && !matches!(lower.rsplit('.').next(), Some("bak" | "orig" | "swp" | "dockerignore"))
}

fn is_workflow(stem: &str, parts: &[&str]) -> bool {
    let is_in = |name| parts.contains(&name);
    let is_compose = ["docker-compose", "compose"]
        .iter()
        .any(|name| stem.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')));
    is_in(".github")
        || is_in(".circleci")
        || is_in(".gitlab")
        || stem.ends_with(".gitlab-ci")
        || is_compose
        || stem == "taskfile"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_known_by_their_names() {
        for (path, kind) in [
            ("go.mod", Some(FileKind::Module)),
            ("api/go.work", Some(FileKind::Module)),
            (".config/mise/config.toml", Some(FileKind::Mise)),
            ("config.toml", None),
            ("Dockerfile", Some(FileKind::Dockerfile)),
            ("docker/Dockerfile.ci", Some(FileKind::Dockerfile)),
            ("api.dockerfile", Some(FileKind::Dockerfile)),
            ("Dockerfile.bak", None),
            ("Dockerfile.dockerignore", None),
            ("mydockerfile", None),
            (r"C:\shop\.github\workflows\ci.yml", Some(FileKind::Yaml)),
            (".github/actions/go/action.yaml", Some(FileKind::Yaml)),
            (".gitlab-ci.yml", Some(FileKind::Yaml)),
            ("ci/go.gitlab-ci.yml", Some(FileKind::Yaml)),
            ("docker-compose.dev.yml", Some(FileKind::Yaml)),
            ("chart/values.yaml", None),
            ("GNUmakefile", Some(FileKind::Makefile)),
            ("build/go.mk", Some(FileKind::Makefile)),
            ("main.go", None),
            ("", None),
        ] {
            assert_eq!(FileKind::of(path), kind, "{path}");
        }
    }
}
