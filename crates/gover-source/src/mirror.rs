//! The index that `gover mirror` writes, in the format of the release site.

use serde::Serialize;

use crate::archive_name::{PublishedFile, published_file};
use crate::artifact::{Format, Wanted};

/// The name of that index at the root of a mirror.
pub const INDEX_FILE: &str = "index.json";

/// An index in the format of `https://go.dev/dl/?mode=json&include=all`, newest release first.
pub fn archive_index(archives: &[IndexedArchive]) -> Vec<u8> {
    let mut known: Vec<(PublishedFile, &IndexedArchive)> = archives
        .iter()
        .filter_map(|archive| Some((published_file(&archive.file_name)?, archive)))
        .filter(|(file, _)| file.format != Format::ModuleZip)
        .collect();
    known.sort_by(|(a, x), (b, y)| {
        b.wanted.name.cmp(&a.wanted.name).then_with(|| x.file_name.cmp(&y.file_name))
    });
    let mut releases: Vec<ReleaseRow<'_>> = Vec::new();
    for (PublishedFile { wanted: Wanted { name, platform }, .. }, archive) in &known {
        let row = FileRow {
            filename: &archive.file_name,
            os: platform.os(),
            arch: platform.archive_arch(),
            version: name.as_str(),
            sha256: &archive.sha256,
            size: archive.size,
            kind: "archive",
        };
        match releases.last_mut().filter(|release| release.version == name.as_str()) {
            Some(release) => release.files.push(row),
            None => releases.push(ReleaseRow {
                version: name.as_str(),
                stable: !name.version().is_prerelease(),
                files: vec![row],
            }),
        }
    }
    let mut json = Vec::new();
    let format = serde_json::ser::PrettyFormatter::with_indent(b" ");
    // Serializing plain data into memory does not fail.
    let _ = releases.serialize(&mut serde_json::Serializer::with_formatter(&mut json, format));
    json.push(b'\n');
    json
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexedArchive {
    pub file_name: String,
    /// 64 lower-case hexadecimal digits.
    pub sha256: String,
    pub size: u64,
}

/// The keys and their order are the same as on the release site (`docs/go.md#the-release-index`).
#[derive(Serialize)]
struct ReleaseRow<'a> {
    version: &'a str,
    stable: bool,
    files: Vec<FileRow<'a>>,
}

#[derive(Serialize)]
struct FileRow<'a> {
    filename: &'a str,
    os: &'a str,
    arch: &'a str,
    version: &'a str,
    sha256: &'a str,
    size: u64,
    kind: &'a str,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::Index;

    #[test]
    fn a_published_file_is_known_by_its_name_alone() {
        let known = |name: &str| {
            published_file(name)
                .map(|file| (file.wanted.name.to_string(), file.wanted.platform.to_string(), file.format))
        };
        let some = |name: &str, platform: &str, format| Some((name.to_owned(), platform.to_owned(), format));
        assert_eq!(known("go1.22.5.linux-armv6l.tar.gz"), some("go1.22.5", "linux-arm", Format::TarGz));
        assert_eq!(known("go1.22rc1.windows-amd64.zip"), some("go1.22rc1", "windows-amd64", Format::Zip));
        assert_eq!(known("v0.0.1-go1.22.5.linux-arm.zip"), some("go1.22.5", "linux-arm", Format::ModuleZip));
        for name in
            ["go1.22.5.src.tar.gz", "v0.0.1-go1.22.zip", "x.zip", "go1.22.5.linux-amd64.tar.gz.sha256"]
        {
            assert_eq!(known(name), None, "{name}");
        }
    }

    #[test]
    fn an_index_is_read_as_the_release_sites_own() {
        let archive = |file_name: &str| IndexedArchive {
            file_name: file_name.to_owned(),
            sha256: "ab".repeat(32),
            size: 7,
        };
        let json = archive_index(&[
            archive("go1.91.2.linux-amd64.tar.gz"),
            archive("go1.91.10.linux-arm64.tar.gz"),
            archive("go1.92rc1.linux-amd64.tar.gz"),
            archive("go1.91.10.windows-amd64.zip"),
            archive("v0.0.1-go1.91.2.linux-amd64.zip"),
        ]);
        let raw: serde_json::Value = serde_json::from_slice(&json).unwrap();
        let names: Vec<&str> =
            raw.as_array().unwrap().iter().map(|release| release["version"].as_str().unwrap()).collect();
        assert_eq!(names, ["go1.92rc1", "go1.91.10", "go1.91.2"]);
        assert_eq!((raw[0]["stable"].as_bool(), raw[1]["stable"].as_bool()), (Some(false), Some(true)));
        let index = Index::parse(&json).unwrap();
        let file = index.release("go1.91.10").unwrap().archive(&"windows-amd64".parse().unwrap()).unwrap();
        assert_eq!((file.name.as_str(), file.size), ("go1.91.10.windows-amd64.zip", Some(7)));
        assert_eq!(archive_index(&[]), b"[]\n");
    }
}
