//! `gover install --sha256 HEX FILE-OR-URL`

use std::path::PathBuf;
use std::time::Instant;

use gover_archive::digest::Digest;
use gover_install::{GivenRequest, Installed, install_given};
use gover_net::address::is_http;
use gover_source::Location;

use super::file::path_of;
use super::{already, finished, installer};
use crate::architecture::Target;
use crate::cli::InstallArgs;
use crate::commands::provide;
use crate::context::Context;
use crate::failure::Failure;
use crate::output::Progress;
use crate::runtime::block_on;
use crate::supply::supply;

/// Installs a build of one's own, proven by the digest that its user gives.
pub(super) fn install(
    arguments: &InstallArgs,
    sum: &str,
    target: &Target,
    context: &Context<'_>,
) -> Result<Installed, Failure> {
    let [text] = arguments.requests.as_slice() else {
        return Err(Failure::usage(
            "--sha256 proves one file",
            "gover install --sha256 HEX ./go1.22.5.linux-amd64.tar.gz",
        ));
    };
    let sha256: Digest = sum.parse().map_err(|_| {
        Failure::usage(format!("`{}` is not a SHA-256", sum.escape_debug()), "give its 64 hexadecimal digits")
    })?;
    let location = match text.to_str() {
        Some(url) if is_http(url) => Location::Url(url.to_owned()),
        Some(text) => Location::File(path_of(text, context)),
        None => {
            let path = PathBuf::from(text);
            Location::File(context.env.directory().map_or_else(|| path.clone(), |here| here.join(&path)))
        }
    };
    let request = GivenRequest {
        location,
        sha256,
        platform: target.platform.clone(),
        force: arguments.force,
        smoke: target.smoke(context),
    };
    let began = Instant::now();
    let supply = supply(context)?;
    let progress = Progress::new(context.env, context.printer);
    let shim = provide::shim_program(context);
    let installed = block_on(install_given(&request, &installer(&supply, &progress, &shim, context)))??;
    if installed.reused {
        return already(&installed.name, target, context);
    }
    finished(&installed, began, context)?;
    Ok(installed)
}

/// Whether what was typed is no version but an archive.
pub(super) fn is_file_or_url(text: &str) -> bool {
    is_http(text)
        || text.starts_with("file://")
        || [".tar.gz", ".tgz", ".zip"].iter().any(|suffix| text.to_ascii_lowercase().ends_with(suffix))
}
