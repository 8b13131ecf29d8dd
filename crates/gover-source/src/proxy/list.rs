//! The value of `GOPROXY`, parsed as the go command parses it (`modfetch.proxyList`).

use std::path::{Path, PathBuf};

use thiserror::Error;

use gover_core::text::shown;
use gover_net::{Address, redacted};

use crate::error::SourceError;
use crate::supply::Target;

/// An entry of GOPROXY, and which failures lead to the next entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) place: Place,
    /// Whether `|` follows the entry. If so, any failure leads to the next entry. Otherwise only
    /// "not found" does, so that a proxy can be a gatekeeper.
    pub(crate) any_failure_goes_on: bool,
}

impl Entry {
    /// Whether the next entry is tried after this one failed with `error`.
    pub(crate) fn goes_on_after(&self, error: &SourceError) -> bool {
        self.any_failure_goes_on || error.is_not_found()
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// A module proxy, by its base address.
    Server(Address),
    /// A directory with the layout of a module proxy.
    Directory(PathBuf),
    /// The module's own site.
    Direct,
    Off,
}

#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum GoproxyError {
    #[error("GOPROXY list is not the empty string, but contains no entries")]
    NoEntries,
    #[error("module lookup disabled by GOPROXY=off")]
    Off,
    #[error("invalid proxy URL in GOPROXY: `{}` (must be https, http, file, `direct` or `off`)", shown(.entry))]
    Entry {
        /// The entry, without credentials.
        entry: String,
    },
}

/// Parses a GOPROXY value up to the first `off` or `direct`, which ends the list. An empty value
/// means `direct`, because gover has no built-in proxy.
pub(crate) fn parse_list(value: &str) -> Result<Vec<Entry>, GoproxyError> {
    if value.is_empty() {
        return Ok(vec![Entry { place: Place::Direct, any_failure_goes_on: false }]);
    }
    let mut entries = Vec::new();
    for (text, any_failure_goes_on) in pieces(value) {
        let place = place(text).ok_or_else(|| GoproxyError::Entry { entry: redacted(text) })?;
        let last = matches!(place, Place::Direct | Place::Off);
        entries.push(Entry { place, any_failure_goes_on });
        if last {
            break;
        }
    }
    if entries.is_empty() { Err(GoproxyError::NoEntries) } else { Ok(entries) }
}

/// The entries of a GOPROXY value as they are written, without the spaces around them.
pub fn goproxy_entries(value: &str) -> impl Iterator<Item = &str> {
    pieces(value).map(|(text, _)| text)
}

fn pieces(value: &str) -> impl Iterator<Item = (&str, bool)> {
    let pieces = value.split_inclusive([',', '|']);
    let pieces = pieces.map(|piece| (piece.trim_end_matches([',', '|']).trim(), piece.ends_with('|')));
    pieces.filter(|(text, _)| !text.is_empty())
}

/// The server or directory that an entry of GOPROXY names; `None` for `direct` and `off`.
pub fn goproxy_target(entry: &str) -> Result<Option<Target>, GoproxyError> {
    match place(entry) {
        Some(Place::Server(base)) => Ok(Some(Target::Proxy(base))),
        Some(Place::Directory(path)) => Ok(Some(Target::Directory(path))),
        Some(Place::Direct | Place::Off) => Ok(None),
        None => Err(GoproxyError::Entry { entry: redacted(entry) }),
    }
}

fn place(entry: &str) -> Option<Place> {
    match entry {
        "direct" => return Some(Place::Direct),
        "off" => return Some(Place::Off),
        _ => {}
    }
    // As in Go, what looks like a host and has no scheme is https. Single words are reserved.
    let bare = entry.contains(['.', ':', '/']) && !entry.contains(":/") && !Path::new(entry).is_absolute();
    let url = if bare && !entry.starts_with('/') { format!("https://{entry}") } else { entry.to_owned() };
    let address = Address::parse(&url).ok()?;
    if address.is_http() {
        return Address::parse(url.trim_end_matches('/')).ok().map(Place::Server);
    }
    address.to_file_path().map(Place::Directory)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(value: &str) -> Vec<(String, bool)> {
        let list = parse_list(value).unwrap();
        list.iter().map(|entry| (format!("{:?}", entry.place), entry.any_failure_goes_on)).collect()
    }

    #[test]
    fn separators_say_when_the_next_entry_is_asked() {
        assert_eq!(
            places("https://a.example|b.example/x/ , file:///srv/go,direct,https://never.example"),
            [
                ("Server(\"https://a.example\")".to_owned(), true),
                ("Server(\"https://b.example/x\")".to_owned(), false),
                ("Directory(\"/srv/go\")".to_owned(), false),
                ("Direct".to_owned(), false),
            ]
        );
        assert_eq!(places("off,https://a.example"), [("Off".to_owned(), false)]);
        assert_eq!(places(",,https://a.example,"), [("Server(\"https://a.example\")".to_owned(), false)]);
        assert_eq!(places(""), [("Direct".to_owned(), false)]);
    }

    #[test]
    fn what_is_no_list_is_refused_without_showing_credentials() {
        assert_eq!(parse_list(", |"), Err(GoproxyError::NoEntries));
        for value in ["auto", "ftp://u:p@a.example/x", "file://host/share", "https://", "/srv/go"] {
            let error = parse_list(value).unwrap_err().to_string();
            assert!(error.starts_with("invalid proxy URL in GOPROXY"), "{error}");
            assert!(!error.contains("u:p"), "{error}");
        }
    }
}
