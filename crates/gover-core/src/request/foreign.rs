//! Forms that other tools understand and gover does not: why, and what means the same here.

use super::suggest;

pub(super) struct Foreign {
    pub(super) reason: &'static str,
    pub(super) close: Option<String>,
}

/// `None` for a text that is in no such form.
pub(super) fn explained(text: &str) -> Option<Foreign> {
    let found = |reason, close: Option<&str>| Some(Foreign { reason, close: close.map(str::to_owned) });
    let lower = text.to_ascii_lowercase();
    match lower.as_str() {
        "lts" | "lts/*" => return found("Go has no long-term support releases", Some("oldstable")),
        "tip" | "gotip" | "master" | "main" | "head" | "dev" | "devel" | "nightly" | "unstable" => {
            return found("gover installs releases, not the development version", Some("next"));
        }
        "*" | "x" | "any" => return found("it can mean any version", Some("latest")),
        "local" | "auto" | "path" => return found("that is a value of GOTOOLCHAIN, not a version", None),
        _ => {}
    }
    if let Some((_, "auto" | "path")) = lower.split_once('+') {
        return Some(Foreign {
            reason: "the part after `+` belongs in GOTOOLCHAIN",
            close: suggest::close_to(&lower),
        });
    }
    let (form, rest) = text.split_once(':')?;
    let close = || suggest::close_to(rest);
    match form {
        "ref" | "tag" | "branch" | "commit" => Some(Foreign {
            reason: "gover installs releases, not builds of a branch or commit",
            close: close(),
        }),
        "path" => found("write a path without `path:`; a pin cannot be a path", None),
        _ if form.starts_with("sub-") => {
            let close = if rest == "latest" { Some("oldstable".to_owned()) } else { close() };
            Some(Foreign { reason: "versions relative to another are not supported", close })
        }
        _ => None,
    }
}
