//! Files as arguments of `gover install`.
//!
//! A file that the Go project published is proven like one from a source: its checksum comes from
//! the table compiled into gover or from the index in the cache, its record from the log or from a
//! copy of the log in the same directory, as in a mirror. Any other build needs `--sha256`.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use gover_archive::digest::Digest;
use gover_core::Platform;
use gover_core::display::pasted;
use gover_core::text::shown;
use gover_net::{Address, looks_like_http, redacted};
use gover_source::{Location, Wanted, published_file};

use crate::store::install::Want;
use crate::{Context, Failure, Target};

pub(super) fn is_file_or_url(text: &str) -> bool {
    looks_like_http(text)
        || text.starts_with("file://")
        || [".tar.gz", ".tgz", ".zip"].iter().any(|suffix| text.to_ascii_lowercase().ends_with(suffix))
}

pub(super) fn published(text: &str, target: &Target, context: &Context<'_>) -> Result<Want, Failure> {
    if looks_like_http(text) {
        // An address may hold a password or a token.
        let text = &redacted(text);
        return Err(Failure::usage(
            format!("`{text}` is an archive and needs its checksum"),
            format!("gover install --sha256 HEX {}", pasted(text)),
        ));
    }
    let path = path_of(text, context);
    if !path.is_file() {
        let what = if path.exists() { "is not a file" } else { "does not exist" };
        return Err(Failure::usage(format!("`{text}` {what}"), "`gover install 1.22.5` downloads a release"));
    }
    let file_name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let Some(published) = published_file(file_name) else {
        return Err(Failure::usage(
            format!("`{text}` is an archive, but its name is not that of a release"),
            format!("gover install --sha256 HEX {}", pasted(text)),
        )
        .hint_first(
            "give the file its published name: goVERSION.OS-ARCH.tar.gz or .zip, or v0.0.1-goVERSION.OS-ARCH.zip for a module zip",
        ));
    };
    let Wanted { name, platform } = published.wanted;
    if platform != target.platform {
        return Err(wrong_platform(text, &platform, target));
    }
    Ok(Want::File { name, path, typed: text.to_owned() })
}

fn wrong_platform(text: &str, platform: &Platform, target: &Target) -> Failure {
    let what = format!("`{text}` is for {platform}, but {} is needed here", target.platform);
    if platform.os() == target.platform.os() {
        let hint = format!("gover install --arch {} {}", platform.arch(), pasted(text));
        return Failure::usage(what, hint);
    }
    Failure::usage(what, format!("get the file whose name contains `{}`", target.platform))
}

pub(super) fn custom(arguments: &[OsString], sum: &str, context: &Context<'_>) -> Result<Want, Failure> {
    let [argument] = arguments else {
        return Err(Failure::usage(
            "--sha256 takes exactly one file or URL",
            "gover install --sha256 HEX ./go1.22.5.linux-amd64.tar.gz",
        ));
    };
    let sha256: Digest = sum.parse().map_err(|_| {
        Failure::usage(format!("`{}` is not a SHA-256", shown(sum)), "pass 64 hexadecimal digits")
    })?;
    let location = match argument.to_str() {
        Some(url) if looks_like_http(url) => {
            let hint = "pass the path of a file, or an address that this machine reaches";
            Location::Url(Address::parse(url).map_err(|error| Failure::usage(error.to_string(), hint))?)
        }
        Some(text) => Location::File(path_of(text, context)),
        None => Location::File(context.absolute(Path::new(argument))),
    };
    Ok(Want::Custom { location, sha256 })
}

/// The path that was typed, or that a `file://` address holds.
fn path_of(text: &str, context: &Context<'_>) -> PathBuf {
    let path = Address::parse(text).ok().and_then(|address| address.to_file_path());
    let path = path.unwrap_or_else(|| Path::new(text).to_owned());
    context.absolute(&path)
}
