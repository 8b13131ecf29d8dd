//! What `gover mirror` writes next to the files of releases: an index in the format of the release
//! site, and the `.info` files of module zips.

use std::io;

use serde::Serialize;

use gover_core::ToolchainName;
use gover_net::Body;

use crate::archive_name::{PublishedFile, published_file};
use crate::artifact::{Artifact, Format, Location, Wanted};
use crate::proxy;
use crate::supply::Supply;

/// An index of archives in the format of `https://go.dev/dl/?mode=json&include=all`, with the
/// newest release first.
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
                stable: is_stable(name),
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

/// An archive to list in an index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexedArchive {
    pub file_name: String,
    /// 64 lower-case hexadecimal digits.
    pub sha256: String,
    pub size: u64,
}

impl Supply {
    /// The `.info` file of a module version, with only the keys of the protocol
    /// (go.dev/ref/mod#goproxy-protocol). The time comes from the `.info` file next to the zip, and
    /// is left out if that file has no valid time for this version.
    pub async fn module_info(&self, artifact: &Artifact) -> String {
        let told = match self.read_beside(&artifact.location).await {
            Ok(bytes) => serde_json::from_slice::<serde_json::Value>(&bytes).unwrap_or_default(),
            Err(_) => serde_json::Value::Null,
        };
        let version = artifact.wanted.module_version();
        let time = told.get("Time").and_then(serde_json::Value::as_str).filter(|time| is_time(time));
        match time.filter(|_| told.get("Version").and_then(serde_json::Value::as_str) == Some(&version)) {
            Some(time) => format!("{{\"Version\":\"{version}\",\"Time\":\"{time}\"}}"),
            None => format!("{{\"Version\":\"{version}\"}}"),
        }
    }

    async fn read_beside(&self, zip: &Location) -> io::Result<Vec<u8>> {
        let info = match zip {
            Location::Url(url) => Location::Url(url.with_extension("info")),
            Location::File(path) => Location::File(path.with_extension("info")),
        };
        match proxy::read(&self.http, &info, INFO_LIMIT, None).await {
            Ok(Body::New { bytes, .. }) => Ok(bytes),
            Ok(Body::Unchanged) => Err(io::Error::other("nothing new")),
            Err(error) => Err(io::Error::other(error.to_string())),
        }
    }
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

fn is_stable(name: &ToolchainName) -> bool {
    !name.version().is_prerelease()
}

/// Whether the text has only characters of an RFC 3339 time, so that it can be written into JSON
/// without escaping.
fn is_time(text: &str) -> bool {
    text.len() <= 40
        && text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b':' | b'.' | b'T' | b'Z' | b'+'))
}

const INFO_LIMIT: u64 = 1 << 16;

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
