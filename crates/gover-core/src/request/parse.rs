use std::fmt;
use std::path::PathBuf;

use semver::VersionReq;

use super::{Request, RequestKind, foreign, suggest};
use crate::diagnose::{Diagnose, Exit};
use crate::text::shown;
use crate::version::{GoVersion, ToolchainName};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidRequest {
    /// Trimmed and shortened for messages.
    pub text: String,
    pub reason: Option<&'static str>,
    pub close: Option<String>,
}

impl fmt::Display for InvalidRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.text.is_empty() {
            return f.write_str("no Go version was given");
        }
        write!(f, "`{}` does not name a Go version", shown(&self.text))?;
        self.reason.map_or(Ok(()), |reason| write!(f, ": {reason}"))
    }
}

impl std::error::Error for InvalidRequest {}

impl Diagnose for InvalidRequest {
    fn hints(&self) -> Vec<String> {
        let close = self.close.iter().map(|close| format!("did you mean `{close}`?"));
        let expected =
            "expected a version (1.22.5, 1.22, 1.23rc1), a range (^1.21), or latest, oldstable, next";
        close.chain([expected.to_owned()]).collect()
    }

    fn exit(&self) -> Exit {
        Exit::Usage
    }
}

pub(super) fn parse(text: &str, paths: bool) -> Result<Request, InvalidRequest> {
    // `copy con` of cmd.exe ends a file with ^Z.
    let trimmed = text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\u{feff}' | '\u{1a}'));
    let invalid = |reason| InvalidRequest {
        text: trimmed.chars().take(MAX_SHOWN).collect(),
        reason,
        close: suggest::close_to(trimmed),
    };
    if let Some(foreign) = foreign::explained(trimmed) {
        return Err(InvalidRequest { close: foreign.close, ..invalid(Some(foreign.reason)) });
    }
    if trimmed.contains(['/', '\\']) || matches!(trimmed, "." | "..") {
        return if paths && !trimmed.contains('\0') {
            Ok(Request { text: trimmed.to_owned(), kind: RequestKind::Path(PathBuf::from(trimmed)) })
        } else {
            Err(invalid(Some("a path is not allowed here")))
        };
    }
    if trimmed.len() > MAX_LENGTH || trimmed.chars().any(char::is_control) {
        return Err(invalid(Some("too long, or not text")));
    }
    match kind(trimmed) {
        Some(kind) => Ok(Request { text: trimmed.to_owned(), kind }),
        None => Err(invalid(why(trimmed))),
    }
}

fn kind(text: &str) -> Option<RequestKind> {
    match text {
        "latest" | "stable" => return Some(RequestKind::Latest),
        "oldstable" => return Some(RequestKind::OldStable),
        "next" => return Some(RequestKind::Next),
        "system" => return Some(RequestKind::System),
        _ => {}
    }
    // Forms of asdf and mise in .tool-versions.
    if let Some(line) = ["latest:", "prefix:"].iter().find_map(|form| text.strip_prefix(form)) {
        let line = line.strip_prefix("go").unwrap_or(line);
        return partial(line).or_else(|| release(line));
    }
    let bare = text.strip_prefix("go").or_else(|| text.strip_prefix('v')).unwrap_or(text);
    if let Some(stem) = bare.strip_suffix(".x").or_else(|| bare.strip_suffix(".*")) {
        return partial(stem);
    }
    if let Some(kind) = partial(bare) {
        return Some(kind);
    }
    release(bare).or_else(|| custom(bare)).or_else(|| range(bare).map(RequestKind::Range))
}

/// `1.22.5` or `1.23rc1`.
fn release(bare: &str) -> Option<RequestKind> {
    let name = name(bare).filter(ToolchainName::is_release)?;
    Some(RequestKind::Exact(ToolchainName::of(name.version())))
}

/// A custom build, such as `1.22-corp`. Without a suffix, `1.22` is a language version and names no toolchain.
fn custom(bare: &str) -> Option<RequestKind> {
    let name = name(bare).filter(|name| !name.is_release() && bare.contains('-'))?;
    is_portable(bare).then_some(RequestKind::Exact(name))
}

fn name(bare: &str) -> Option<ToolchainName> {
    ToolchainName::parse(&format!("go{bare}")).ok().filter(|_| !bare.contains([' ', '\t']))
}

/// Whether a name can be a file and a program on every system, and be pasted into any shell: hints
/// show what a checkout pins. Windows drops a final dot.
fn is_portable(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'+'))
        && !name.contains("..")
        && !name.ends_with('.')
}

/// `1` or `1.22`: digits and at most one dot.
fn partial(text: &str) -> Option<RequestKind> {
    let version = GoVersion::parse(text).ok()?;
    match text.bytes().filter(|b| *b == b'.').count() {
        _ if version.is_prerelease() => None,
        0 => version.major().map(RequestKind::Major),
        1 => Some(RequestKind::Language(version)),
        _ => None,
    }
}

/// Comparators separated by spaces or commas, each followed by a version in Go's notation.
fn range(text: &str) -> Option<VersionReq> {
    if !text.contains(['<', '>', '=', '^', '~']) {
        return None;
    }
    let mut comparators = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let version_at = rest.find(|c: char| !matches!(c, '<' | '>' | '=' | '^' | '~'))?;
        let (operator, tail) = rest.split_at(version_at);
        let tail = tail.trim_start();
        let end = tail
            .find(|c: char| c.is_whitespace() || matches!(c, ',' | '<' | '>' | '=' | '^' | '~'))
            .unwrap_or(tail.len());
        let (version, tail) = tail.split_at(end);
        if operator.is_empty() {
            return None;
        }
        comparators.push(format!("{operator}{}", comparator_version(version)?));
        rest = tail.trim_start_matches(|c: char| c.is_whitespace() || c == ',');
    }
    VersionReq::parse(&comparators.join(",")).ok()
}

/// Partial versions stay partial; `1.23rc1` becomes `1.23.0-rc.1`.
fn comparator_version(text: &str) -> Option<String> {
    let bare = text.strip_prefix("go").or_else(|| text.strip_prefix('v')).unwrap_or(text);
    let version = GoVersion::parse(bare).ok()?;
    if version.is_prerelease() {
        super::semantic(&version).map(|v| v.to_string())
    } else {
        Some(bare.to_owned())
    }
}

fn why(text: &str) -> Option<&'static str> {
    if text.contains("||") {
        return Some("alternatives (`||`) are not supported");
    }
    if text.starts_with(suggest::QUOTES) {
        return Some("remove the quotes");
    }
    if matches!(text.as_bytes(), [drive, b':', ..] if drive.is_ascii_alphabetic()) {
        return Some(r"a path needs a separator: `C:\go`");
    }
    let bare = text.strip_prefix("go").unwrap_or(text);
    let (head, tail) = bare.split_at(bare.find(|c: char| c.is_ascii_lowercase()).unwrap_or(bare.len()));
    if head.matches('.').count() == 2 && (tail.starts_with("rc") || tail.starts_with("beta")) {
        return Some("a prerelease has no patch number");
    }
    None
}

/// No release of Go has a longer name.
const MAX_LENGTH: usize = 100;
const MAX_SHOWN: usize = 40;
