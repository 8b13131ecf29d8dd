//! devcontainer.json and devbox.json.

use super::json::{self, ELEMENT, Entry};
use super::lines::DIGEST;
use super::{Malformed, image, is_version_name, moved};
use crate::mention::{Mention, Role};
use crate::version::whole;

/// A dev container names a version in its image, its Go feature, or the arguments of its build.
pub(crate) fn dev_container(text: &str) -> Result<Vec<Mention>, Malformed> {
    read(text, |path, value| match path {
        ["image"] => Some((0, Role::Image)),
        ["features", feature, "version"] if is_go_feature(feature) => Some((0, Role::Setting)),
        ["build", "args", name] if *name == "VARIANT" || is_version_name(name) => Some((0, Role::Setting)),
        ["containerEnv" | "remoteEnv", name] if is_version_name(name) => Some((0, Role::Setting)),
        _ => image::tag(value).map(|_| (0, Role::Image)),
    })
}

/// `"packages": ["go@1.22.5"]`, or an object with the same.
pub(crate) fn devbox(text: &str) -> Result<Vec<Mention>, Malformed> {
    read(text, |path, value| match path {
        ["packages", ELEMENT] if value.starts_with("go@") => Some((3, Role::Pin)),
        ["packages", "go"] | ["packages", "go", "version"] => Some((0, Role::Pin)),
        _ => None,
    })
}

/// `fits` says how many bytes are before the version, and what it means.
fn read(
    text: &str,
    fits: impl Fn(&[&str], &str) -> Option<(usize, Role)>,
) -> Result<Vec<Mention>, Malformed> {
    let (entries, is_whole) = json::entries(text);
    if !is_whole && !text.trim().is_empty() {
        let line = entries.last().map_or(1, |entry| entry.line);
        return Err(Malformed { line, what: "it is not valid JSON" });
    }
    let found = |entry: &Entry| {
        let path: Vec<&str> = entry.path.iter().map(String::as_str).collect();
        let (value, start) = (entry.text.as_deref()?, entry.range.as_ref()?.start);
        let (skipped, role) = fits(&path, value)?;
        if let Some(tag) = image::tag(value) {
            let mut mention = Mention::new(text, moved(&tag.range, start), tag.version, Role::Image);
            mention.fixed_by = tag.has_digest.then_some(DIGEST);
            return Some(mention);
        }
        // `1-1.22-bookworm` is a tag of the dev container image.
        let rest = value.get(skipped..)?;
        let (range, version) = whole(rest).or_else(|| {
            let name = "devcontainers/go:";
            let tag = image::tag(&format!("{name}{rest}")).filter(|_| path.last() == Some(&"VARIANT"))?;
            Some((tag.range.start - name.len()..tag.range.end - name.len(), tag.version))
        })?;
        Some(Mention::new(text, moved(&range, start + skipped), version, role))
    };
    Ok(entries.iter().filter_map(found).collect())
}

/// `ghcr.io/devcontainers/features/go:1`
fn is_go_feature(name: &str) -> bool {
    name.rsplit('/').next().is_some_and(|name| name == "go" || name.starts_with("go:"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn versions(read: fn(&str) -> Result<Vec<Mention>, Malformed>, text: &str) -> Vec<&str> {
        read(text).unwrap().into_iter().map(|mention| &text[mention.range]).collect()
    }

    #[test]
    fn versions_in_json_are_found_behind_comments() {
        let text = "{ // \"image\": \"golang:1.20\"\n\"image\": \"mcr.microsoft.com/devcontainers/go:1-1.21-bookworm\",\n\
                    \"features\": {\"ghcr.io/devcontainers/features/go:1\": {\"version\": \"1.22\"},\n\
                    \"ghcr.io/devcontainers/features/node:1\": {\"version\": \"1.20\"}},\n\
                    \"build\": {\"args\": {\"VARIANT\": \"1-1.23-bookworm\", \"GO_VERSION\": \"1.24.1\"}},}";
        assert_eq!(versions(dev_container, text), ["1.21", "1.22", "1.23", "1.24.1"]);
        let text = "{\"packages\": [\"nodejs@1.20\", \"go@1.22.5\", \"go@latest\"], \"go\": \"1.20\"}";
        assert_eq!(versions(devbox, text), ["1.22.5"]);
        assert_eq!(versions(devbox, "{\"packages\": {\"go\": \"1.22.5\"}}"), ["1.22.5"]);
        assert_eq!(versions(devbox, "{\"packages\": {\"go\": {\"version\": \"1.22\"}}}"), ["1.22"]);
        assert_eq!(devbox("{\"packages\": [\n\"go@1.22\"\n").unwrap_err().line, 2);
        assert_eq!(versions(devbox, ""), Vec::<&str>::new());
    }
}
