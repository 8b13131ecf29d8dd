use std::path::PathBuf;

use gover_core::display::pasted;
use gover_core::text::shown;
use gover_core::{Exit, Request, RequestKind};
use gover_source::SourceSpec;

use crate::cli::MirrorArgs;
use crate::failure::Report;
use crate::{Context, Failure};

/// The absolute path of the directory. A name that looks like a version or an address is refused if
/// it does not exist: the user forgot the directory, or means a source. A path such as `./1.22` is
/// always accepted.
pub(super) fn directory(arguments: &MirrorArgs, context: &Context<'_>) -> Result<PathBuf, Failure> {
    let directory = context.absolute(&arguments.directory);
    let text = arguments.directory.to_string_lossy();
    let requests: Vec<String> = arguments.requests.iter().map(|request| pasted(request)).collect();
    if text.contains("://") && !text.starts_with(['.', '/']) {
        let shown = shown(&SourceSpec::shown(&text));
        let requests = if requests.is_empty() { "latest".to_owned() } else { requests.join(" ") };
        return Err(Failure::usage(
            format!("`{shown}` is an address, and a mirror is made in a directory"),
            format!("to mirror that address: GOVER_SOURCES={} gover mirror ./go {requests}", pasted(&shown)),
        ));
    }
    let meant = Request::parse_pin(&text).ok().filter(|_| !directory.exists());
    if let Some(meant) = meant {
        let (paths, others): (Vec<&String>, Vec<&String>) =
            arguments.requests.iter().partition(|argument| is_path(argument));
        let place = paths.first().map_or_else(|| "./go".to_owned(), |path| pasted(path));
        let is_release = !matches!(meant.kind(), RequestKind::System);
        let first = is_release.then_some(text.as_ref());
        let mut versions: Vec<String> =
            first.into_iter().chain(others.into_iter().map(String::as_str)).map(pasted).collect();
        if versions.is_empty() {
            versions.push("latest".to_owned());
        }
        let what = if is_release { "is a version, and" } else { "is not a directory, and" };
        let what = format!("`{text}` {what} the directory of the mirror must come first");
        let hints = vec![
            format!("gover mirror {place} {}", versions.join(" ")),
            format!("for a directory with that name: gover mirror {}", pasted(&format!("./{text}"))),
        ];
        return Err(Report::new(what, hints, Exit::Usage).into());
    }
    Ok(directory)
}

fn is_path(argument: &str) -> bool {
    Request::parse(argument).is_ok_and(|request| matches!(request.kind(), RequestKind::Path(_)))
}
