//! Go versions in workflows of GitHub, GitLab and `CircleCI`, and in compose files.

use super::lines::DIGEST;
use super::yaml::{ELEMENT, Scalar, scalars};
use super::{Malformed, image, is_version_name, moved};
use crate::mention::{Mention, Role};
use crate::version::whole;

pub(crate) fn workflow(text: &str) -> Result<Vec<Mention>, Malformed> {
    let scalars = scalars(text)?;
    let named: Vec<Name> = scalars.iter().flat_map(|scalar| names_in(text, scalar)).collect();
    Ok(scalars
        .iter()
        .filter_map(|scalar| mention(text, scalar, &named))
        .chain(executors(text, &scalars))
        .collect())
}

/// A value elsewhere in the file that is used as a Go version: `matrix.go` and `env.GO`.
struct Name {
    /// Keys of which one is above the name.
    below: &'static [&'static str],
    name: String,
}

fn mention(text: &str, scalar: &Scalar, named: &[Name]) -> Option<Mention> {
    let value = text.get(scalar.range.clone())?;
    let keys: Vec<&str> = scalar.path.iter().map(String::as_str).filter(|key| *key != ELEMENT).collect();
    let is_matrix = keys.contains(&"matrix");
    let is_element = scalar.path.last().is_some_and(|key| key == ELEMENT);
    let list = scalar.list.filter(|_| is_element || is_matrix);
    if let Some(tag) = image::tag(value) {
        let mut mention = Mention::new(text, moved(&tag.range, scalar.range.start), tag.version, Role::Image);
        mention.fixed_by = tag.has_digest.then_some(DIGEST);
        return Some(Mention { list, ..mention });
    }
    let (range, version) = whole(value).filter(|_| is_version(&keys) || is_named(&keys, named))?;
    let is_number = scalar.is_plain && range.start == 0;
    let mention = Mention::new(text, moved(&range, scalar.range.start), version, Role::Setting);
    Some(Mention { is_number, list, ..mention })
}

/// `executor: {name: go/default, tag: '1.22.5'}` of the orb circleci/go.
fn executors(text: &str, scalars: &[Scalar]) -> impl Iterator<Item = Mention> {
    let is_of_go = move |tag: &&Scalar| {
        let Some(("tag", above)) = tag.path.split_last().map(|(last, above)| (last.as_str(), above)) else {
            return false;
        };
        scalars.iter().any(|one| {
            one.path.split_last().is_some_and(|(last, path)| last == "name" && path == above)
                && text.get(one.range.clone()).is_some_and(|name| name.starts_with("go/"))
        })
    };
    scalars.iter().filter(is_of_go).filter_map(move |scalar| {
        let (range, version) = whole(text.get(scalar.range.clone())?)?;
        Some(Mention::new(text, moved(&range, scalar.range.start), version, Role::Setting))
    })
}

/// Whether these keys have a Go version everywhere.
fn is_version(keys: &[&str]) -> bool {
    match keys {
        // The executor and the commands of the orb circleci/go.
        [.., above, "tag" | "version"] if above.starts_with("go/") => true,
        [.., name, "default" | "value"] if is_key(name) => true,
        [.., name] => is_key(name),
        [] => false,
    }
}

fn is_key(name: &str) -> bool {
    is_version_name(name) || matches!(name.to_ascii_lowercase().as_str(), "go" | "golang")
}

fn is_named(keys: &[&str], named: &[Name]) -> bool {
    let keys = keys.strip_suffix(&["default"]).or_else(|| keys.strip_suffix(&["value"])).unwrap_or(keys);
    let Some((last, above)) = keys.split_last() else { return false };
    named.iter().any(|name| name.name == *last && above.iter().any(|key| name.below.contains(key)))
}

/// The names in `go-version: ${{ matrix.go }}` and `image: golang:$GO`.
fn names_in(text: &str, scalar: &Scalar) -> Vec<Name> {
    let value = text.get(scalar.range.clone()).unwrap_or_default();
    let keys: Vec<&str> = scalar.path.iter().map(String::as_str).filter(|key| *key != ELEMENT).collect();
    let is_image = ["golang:", "cimg/go:"].iter().any(|name| value.contains(name));
    if !is_image && !is_version(&keys) {
        return Vec::new();
    }
    let of = |mark: &str, below: &'static [&'static str]| {
        let name = value.split(mark).nth(1)?.trim_start_matches('{');
        let end = name.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '-').unwrap_or(name.len());
        let name = name.get(..end).filter(|name| !name.is_empty())?.to_owned();
        Some(Name { below, name })
    };
    [
        of("matrix.", &["matrix"]),
        of("env.", &["env"]),
        of("inputs.", &["inputs"]),
        of("parameters.", &["parameters"]),
        of("$", &["variables", "env", "environment"]),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(usize, &str)> {
        workflow(text).unwrap().into_iter().map(|one| (one.line, &text[one.range])).collect()
    }

    #[test]
    fn versions_in_workflows_are_found() {
        for (text, expected) in [
            (
                "steps:\n  - uses: actions/setup-go@v5\n    with: { go-version: '1.22.5' }\n",
                &[(3, "1.22.5")][..],
            ),
            ("with:\n  go-version: 1.22.x # ours\n  go-version-file: go.mod\n", &[(2, "1.22.x")]),
            ("matrix:\n  go: [1.21, '1.22', stable]\n", &[(2, "1.21"), (2, "1.22")]),
            (
                "matrix:\n  go-version:\n    - \"1.21\"\n    # old\n    - 1.22.x\n",
                &[(3, "1.21"), (5, "1.22.x")],
            ),
            (
                "matrix:\n  version: ['1.22']\nuses: x\nwith:\n  go-version: ${{ matrix.version }}\nversion: 1.1\n",
                &[(2, "1.22")],
            ),
            (
                "env:\n  GO: &go 1.22.5\n  OTHER: 1.1\njobs:\n  a:\n    go-version: ${{ env.GO }}\n",
                &[(2, "1.22.5")],
            ),
            ("env:\n  GOTOOLCHAIN: go1.22.5+auto\n  GO_VERSION: \"1.22\"\n", &[(2, "1.22.5"), (3, "1.22")]),
            ("container: golang:1.22\nservices:\n  x:\n    image: postgres:1.22\n", &[(1, "1.22")]),
            ("image:\n  name: golang:1.22-alpine\n  entrypoint: ['']\n", &[(2, "1.22")]),
            ("variables:\n  GO: '1.22'\nimage: golang:${GO}-alpine\n", &[(2, "1.22")]),
            ("variables:\n  GO_VERSION:\n    value: '1.22.5'\n    description: x 1.20\n", &[(3, "1.22.5")]),
            (
                "version: 2.1\norbs:\n  go: circleci/go@1.7.1\njobs:\n  x:\n    executor:\n      name: go/default\n      tag: '1.22.5'\n",
                &[(8, "1.22.5")],
            ),
            ("x:\n  executor:\n    name: rust/default\n    tag: '1.80'\n", &[]),
            ("steps:\n  - go/install:\n      version: 1.22.5\n", &[(3, "1.22.5")]),
            ("parameters:\n  go:\n    type: string\n    default: \"1.22\"\n", &[(4, "1.22")]),
            ("docker:\n  - image: cimg/go:1.22.5-node\n", &[(2, "1.22.5")]),
            ("go:\n  runs-on: x\nsteps:\n  - run: |\n      go-version: 1.22\n", &[]),
            ("node-version: 18.1\ngo-version: '^1.22'\n", &[]),
            ("services:\n  api:\n    build:\n      args:\n        GO_VERSION: 1.22.5\n", &[(5, "1.22.5")]),
        ] {
            assert_eq!(found(text), expected, "{text}");
        }
    }

    #[test]
    fn numbers_and_lists_are_told_from_others() {
        let mentions =
            workflow("matrix:\n  go: [1.20, '1.20']\n  include:\n    - go: 1.21\n    - go: 1.22\n").unwrap();
        let numbers: Vec<bool> = mentions.iter().map(Mention::loses_zero).collect();
        assert_eq!(numbers, [true, false, false, false]);
        assert_eq!(mentions[0].list, mentions[1].list);
        assert!(mentions[2].list.is_some() && mentions[2].list == mentions[3].list);
        assert_ne!(mentions[0].list, mentions[2].list);
        assert_eq!(mentions[0].replacement("1.30"), "'1.30'");
        assert_eq!(mentions[1].replacement("1.30"), "1.30");
        let step = "steps:\n  - with:\n      go-version: 1.22\n";
        assert_eq!(workflow(step).unwrap()[0].list, None);
    }
}
