//! The value of GOPROXY, parsed as cmd/go does (`modfetch.proxyList`).

use super::setting::{address, host};
use crate::Snapshot;

/// One entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// As written, without spaces around it. It may contain credentials.
    pub(super) text: String,
    pub(super) place: Place,
    /// Whether go asks the next entry after any failure (`|`), not only after "not found".
    pub(super) goes_on: bool,
}

/// What an entry means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// A server, with the same address as in the network facts.
    Server(String),
    Directory,
    Direct,
    Off,
    Invalid,
}

impl Entry {
    /// Whether go never asks later entries.
    pub(super) fn ends(&self) -> bool {
        matches!(self.place, Place::Direct | Place::Off)
    }

    /// The host, if it is a server.
    pub(super) fn host(&self) -> Option<String> {
        match &self.place {
            Place::Server(address) => Some(host(address)),
            _ => None,
        }
    }
}

/// All entries, including those after `direct` and `off`.
pub(super) fn parse(snapshot: &Snapshot<'_>, value: &str) -> Vec<Entry> {
    value
        .split_inclusive([',', '|'])
        .map(|piece| (piece.trim_end_matches([',', '|']).trim(), piece.ends_with('|')))
        .filter(|(text, _)| !text.is_empty())
        .map(|(text, goes_on)| Entry { text: text.to_owned(), place: place(snapshot, text), goes_on })
        .collect()
}

fn place(snapshot: &Snapshot<'_>, text: &str) -> Place {
    match text {
        "direct" => return Place::Direct,
        "off" => return Place::Off,
        _ => {}
    }
    if text.contains([' ', ';', '"', '\'', '\\']) {
        return Place::Invalid;
    }
    // Go assumes https for an entry that looks like a host without a scheme; other words are
    // reserved.
    let is_bare =
        text.contains(['.', ':', '/']) && !text.contains(":/") && !snapshot.system.path(text).is_absolute();
    let url = if is_bare { format!("https://{text}") } else { text.to_owned() };
    let Some((scheme, rest)) = url.split_once("://") else { return Place::Invalid };
    match scheme.to_ascii_lowercase().as_str() {
        "file" => Place::Directory,
        "http" | "https" if !rest.trim_start_matches('/').is_empty() && !rest.starts_with('/') => {
            Place::Server(address(&url))
        }
        _ => Place::Invalid,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Machine;

    #[test]
    fn entries_mean_what_they_mean_to_go() {
        let places = |value: &str| {
            Machine::linux().snapshot(|snapshot| {
                let entries = parse(snapshot, value);
                entries.into_iter().map(|entry| (entry.place, entry.goes_on)).collect::<Vec<_>>()
            })
        };
        let server = |address: &str| Place::Server(address.to_owned());
        assert_eq!(
            places("https://u:p@a.example/|b.example/x , file:///srv,,direct"),
            [
                (server("https://a.example"), true),
                (server("https://b.example/x"), false),
                (Place::Directory, false),
                (Place::Direct, false),
            ]
        );
        for value in ["auto", "ftp://a.example", "https://", "/srv/go", "https://a.example;direct", "\"off\""]
        {
            assert_eq!(places(value), [(Place::Invalid, false)], "{value}");
        }
        assert_eq!(places(",|"), []);
    }
}
