//! Whether the directory that was named is meant as one.

use std::path::PathBuf;

use gover_core::Request;
use gover_core::display::pasted;
use gover_source::SourceSpec;

use crate::cli::MirrorArgs;
use crate::context::Context;
use crate::failure::Failure;

/// The directory to fill, absolute. What is none but looks like something else that may stand there is refused: somebody forgot
/// the directory, or means to name a source. A path, such as `./1.22`, is always one.
pub(super) fn directory(arguments: &MirrorArgs, context: &Context<'_>) -> Result<PathBuf, Failure> {
    let directory = context
        .env
        .directory()
        .map_or_else(|| arguments.directory.clone(), |here| here.join(&arguments.directory));
    let text = arguments.directory.to_string_lossy();
    let requests: Vec<String> = arguments.requests.iter().map(|request| pasted(request)).collect();
    if text.contains("://") && !text.starts_with(['.', '/']) {
        let shown = SourceSpec::shown(&text).escape_debug().to_string();
        let requests = if requests.is_empty() { "latest".to_owned() } else { requests.join(" ") };
        return Err(Failure::usage(
            format!("`{shown}` is an address, and a mirror is made in a directory"),
            format!("to fill one from there: GOVER_SOURCES={} gover mirror ./go {requests}", pasted(&shown)),
        ));
    }
    if Request::parse_pin(&text).is_ok() && !directory.exists() {
        let all: Vec<String> = std::iter::once(pasted(&text)).chain(requests).collect();
        return Err(Failure::usage(
            format!("`{text}` is a version, and the directory of the mirror comes before it"),
            format!("gover mirror ./go {}", all.join(" ")),
        )
        .or_hint(format!("for a directory of that name: gover mirror ./{text}")));
    }
    Ok(directory)
}
