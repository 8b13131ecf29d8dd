//! Go images in Dockerfiles.

use std::collections::BTreeMap;

use super::Kind;

/// Line, version and kind of each `FROM` a Go image. If an `ARG` has the version, its line counts.
pub(super) fn uses(text: &str) -> Vec<(usize, String, Kind)> {
    let mut arguments: BTreeMap<&str, (usize, &str)> = BTreeMap::new();
    let mut uses = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let mut words = line.split_whitespace();
        match words.next().map(str::to_ascii_uppercase).as_deref() {
            Some("ARG") => {
                let argument = words.next().and_then(|word| word.split_once('='));
                if let Some((name, value)) = argument {
                    arguments.insert(name, (index + 1, value.trim_matches(['"', '\''])));
                }
            }
            Some("FROM") => {
                let image = words.find(|word| !word.starts_with("--"));
                uses.extend(image.and_then(|image| from(image, index + 1, &arguments)));
            }
            _ => {}
        }
    }
    uses
}

fn from(
    image: &str,
    line: usize,
    arguments: &BTreeMap<&str, (usize, &str)>,
) -> Option<(usize, String, Kind)> {
    let mut expanded = String::new();
    let (mut rest, mut place) = (image, line);
    while let Some((before, behind)) = rest.split_once('$') {
        expanded.push_str(before);
        let (name, behind) = match behind.strip_prefix('{') {
            Some(braced) => braced.split_once('}')?,
            None => behind
                .split_at(behind.find(|c: char| c != '_' && !c.is_alphanumeric()).unwrap_or(behind.len())),
        };
        let (name, default) = name.split_once(":-").map_or((name, None), |(name, value)| (name, Some(value)));
        match arguments.get(name) {
            Some((line, value)) => {
                expanded.push_str(value);
                place = *line;
            }
            None => expanded.push_str(default?),
        }
        rest = behind;
    }
    expanded.push_str(rest);
    Some((place, version_of_image(&expanded)?, Kind::Image))
}

/// The version in the tag of a Go image: `golang:1.21-alpine`, `cimg/go:1.21.5`,
/// `devcontainers/go:1-1.21-bookworm`. `None` for other images and without a minor version.
pub(super) fn version_of_image(image: &str) -> Option<String> {
    let image = image.trim_matches(['"', '\'']).split('@').next()?;
    let (name, tag) = image.rsplit_once(':').filter(|(_, tag)| !tag.contains('/'))?;
    let ends = ["/golang", "cimg/go", "devcontainers/go"];
    let is_go = name == "golang" || ends.iter().any(|end| name.ends_with(end));
    let mut parts = tag.split('-').filter(|part| part.starts_with(|c: char| c.is_ascii_digit()));
    // Tags of dev containers begin with a version of the image.
    let version =
        parts.clone().nth(1).filter(|_| name.ends_with("devcontainers/go")).or_else(|| parts.next())?;
    (is_go && version.contains('.')).then(|| version.to_owned())
}
