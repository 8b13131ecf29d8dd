use std::ops::Range;

use crate::version::Written;

/// The version in the tag of a Go image.
pub(super) struct Tag {
    pub(super) range: Range<usize>,
    pub(super) version: Written,
    /// Whether a digest says which image it is, whatever the tag says.
    pub(super) has_digest: bool,
}

/// `golang:1.21-alpine`, `cimg/go:1.21.5`, `devcontainers/go:1-1.21-bookworm`. `None` for other
/// images, and without a minor version.
pub(super) fn tag(reference: &str) -> Option<Tag> {
    let image = reference.split('@').next()?;
    let (name, tag) = image.rsplit_once(':').filter(|(_, tag)| !tag.contains('/'))?;
    let ends = ["/golang", "cimg/go", "devcontainers/go"];
    if name != "golang" && !ends.iter().any(|end| name.ends_with(end)) {
        return None;
    }
    let mut start = name.len() + 1;
    let mut parts = Vec::new();
    for part in tag.split('-') {
        parts.push((start, part));
        start += part.len() + 1;
    }
    if parts.iter().any(|(_, part)| *part == "rc") {
        // No tag of a release has the same form.
        return None;
    }
    let mut numbers = parts.into_iter().filter(|(_, part)| part.starts_with(|c: char| c.is_ascii_digit()));
    // Tags of dev containers begin with a version of the image.
    let second = numbers.clone().nth(1).filter(|_| name.ends_with("devcontainers/go"));
    let (start, part) = second.or_else(|| numbers.next())?;
    let version = Written::parse(part)?;
    Some(Tag { range: start..start + part.len(), version, has_digest: image.len() < reference.len() })
}
