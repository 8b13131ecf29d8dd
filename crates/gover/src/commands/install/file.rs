//! `gover install ./go1.22.5.linux-amd64.tar.gz`: a file that the Go project published, proven like one from a source.
//!
//! Its sum comes from the table compiled into gover or from the index that is kept; its record from the log, also from
//! the part of it that lies beside the file, as in a mirror. A build of one's own needs `--sha256`.

use std::path::{Path, PathBuf};

use gover_core::display::pasted;
use gover_core::{Platform, ToolchainName};
use gover_install::{InstallError, Installed};
use gover_net::address::{file_path, is_http, shown as shown_address};
use gover_source::{Wanted, published_file};

use crate::architecture::Target;
use crate::context::Context;
use crate::failure::Failure;
use crate::supply::with_file;

/// A file to be installed, and the toolchain in it by the file's name.
#[derive(Debug)]
pub(super) struct GivenFile {
    path: PathBuf,
    /// As it was typed.
    text: String,
    name: ToolchainName,
}

impl GivenFile {
    /// Which toolchain it holds, as its name says.
    pub(super) fn name(&self) -> &ToolchainName {
        &self.name
    }

    /// The file that was typed, if it is one that can be installed here.
    pub(super) fn parse(text: &str, target: &Target, context: &Context<'_>) -> Result<Self, Failure> {
        if is_http(text) {
            // An address may hold a password or a token.
            let text = &shown_address(text);
            return Err(Failure::usage(
                format!("`{text}` is an archive, and nothing says which digest it must have"),
                format!("gover install --sha256 HEX {}", pasted(text)),
            ));
        }
        let path = path_of(text, context);
        if !path.is_file() {
            let what = if path.exists() { "is no file" } else { "does not exist" };
            return Err(Failure::usage(
                format!("`{text}` {what}"),
                "`gover install 1.22.5` downloads a release",
            ));
        }
        let file_name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let Some(published) = published_file(file_name) else {
            return Err(Failure::usage(
                format!("`{text}` is an archive, and its name is not that of a release"),
                format!("gover install --sha256 HEX {}", pasted(text)),
            )
            .hint_first(
                "give it back its published name: goVERSION.OS-ARCH.tar.gz or .zip, v0.0.1-goVERSION.OS-ARCH.zip for a module",
            ));
        };
        let Wanted { name, platform } = published.wanted;
        if platform != target.platform {
            return Err(misplaced(text, &platform, target));
        }
        Ok(Self { path, text: text.to_owned(), name })
    }

    /// Installs it, unless that toolchain is there.
    pub(super) fn install(
        &self,
        force: bool,
        target: &Target,
        context: &Context<'_>,
    ) -> Result<Installed, Failure> {
        let supply = with_file(context, &self.path)?;
        super::attempt(&self.name, force, &supply, target, context)?.map_err(|error| {
            let is_proofless = matches!(error, InstallError::NoProof { .. });
            let failure = super::failed(error, &self.name, &supply, target);
            if !is_proofless {
                return failure;
            }
            failure.hint_first(format!(
                "a mirror that `gover mirror` made has the proofs beside its files; with the digest from a place that you \
                 trust: gover install --sha256 HEX {}",
                pasted(&self.text)
            ))
        })
    }
}

/// A file for something else than what is installed for here.
fn misplaced(text: &str, platform: &Platform, target: &Target) -> Failure {
    let what =
        format!("`{text}` is for {platform}, and toolchains are installed for {} here", target.platform);
    if platform.os() == target.platform.os() {
        let hint = format!("gover install --arch {} {}", platform.arch(), pasted(text));
        return Failure::usage(what, hint);
    }
    Failure::usage(what, format!("get the file whose name holds `{}`", target.platform))
}

/// The path that was typed, or that a `file://` address holds.
pub(super) fn path_of(text: &str, context: &Context<'_>) -> PathBuf {
    let path = file_path(text).unwrap_or_else(|| Path::new(text).to_owned());
    let path = context.env.directory().map_or_else(|| path.clone(), |here| here.join(&path));
    // `./` says nothing in the middle of a path.
    path.components().collect()
}
