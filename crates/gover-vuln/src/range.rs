//! The versions that an entry affects: half-open intervals between `introduced` and `fixed`.

use semver::Version;
use serde::{Deserialize, Serialize};

use crate::version;

/// A list of versions at which a vulnerability appears and disappears.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Range {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    #[serde(default)]
    pub(crate) events: Vec<Event>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub(crate) enum Event {
    /// `None` is `0`, before every version.
    Introduced(Option<Version>),
    Fixed(Version),
    /// A kind of event that Go's own tools ignore.
    Other,
}

/// An event as the database writes it.
#[derive(Serialize, Deserialize)]
struct Written {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    introduced: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fixed: Option<String>,
}

impl TryFrom<Written> for Event {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        let parse = |text: &str| {
            version::of_event(text).ok_or_else(|| format!("`{}` is not a version", text.escape_debug()))
        };
        match (&written.introduced, &written.fixed) {
            (Some(text), _) if text == "0" => Ok(Self::Introduced(None)),
            (Some(text), _) => Ok(Self::Introduced(Some(parse(text)?))),
            (None, Some(text)) => Ok(Self::Fixed(parse(text)?)),
            (None, None) => Ok(Self::Other),
        }
    }
}

impl From<Event> for Written {
    fn from(event: Event) -> Self {
        match event {
            Event::Introduced(version) => {
                let text = version.map_or_else(|| "0".to_owned(), |version| version.to_string());
                Self { introduced: Some(text), fixed: None }
            }
            Event::Fixed(version) => Self { introduced: None, fixed: Some(version.to_string()) },
            Event::Other => Self { introduced: None, fixed: None },
        }
    }
}

impl Event {
    fn version(&self) -> Option<&Version> {
        match self {
            Self::Introduced(version) => version.as_ref(),
            Self::Fixed(version) => Some(version),
            Self::Other => None,
        }
    }
}

impl Range {
    pub(crate) fn is_semantic(&self) -> bool {
        self.kind == "SEMVER"
    }

    /// Sorts the events and drops those that mean nothing here. False if what remains makes no
    /// sense: each version that fixes something must follow one that introduced it.
    pub(crate) fn normalize(&mut self) -> bool {
        self.events.retain(|event| *event != Event::Other);
        // `None`, the beginning, comes first.
        self.events.sort_by(|a, b| a.version().cmp(&b.version()));
        let alternates =
            |(place, event): (usize, &Event)| matches!(event, Event::Introduced(_)) == (place % 2 == 0);
        self.events.iter().enumerate().all(alternates)
    }

    /// Walks the events as golang.org/x/vuln does. Expects a normalized range.
    fn contains(&self, version: &Version) -> bool {
        if self.events.is_empty() {
            return true;
        }
        let before = self.events.iter().take_while(|event| event.version().is_none_or(|at| at <= version));
        matches!(before.last(), Some(Event::Introduced(_)))
    }

    /// The version that fixes it for `version`, which the range contains.
    pub(crate) fn fix(&self, version: &Version) -> Option<&Version> {
        self.fixes().find(|fixed| *fixed > version)
    }

    pub(crate) fn named(&self) -> impl Iterator<Item = &Version> {
        self.events.iter().filter_map(Event::version)
    }

    pub(crate) fn fixes(&self) -> impl Iterator<Item = &Version> {
        self.events.iter().filter_map(|event| match event {
            Event::Fixed(version) => Some(version),
            _ => None,
        })
    }
}

/// Whether ranges affect a version. Without any range that says which versions, all are affected.
pub(crate) fn affect(ranges: &[Range], version: &Version) -> bool {
    let mut semantic = ranges.iter().filter(|range| range.is_semantic()).peekable();
    semantic.peek().is_none() || semantic.any(|range| range.contains(version))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(events: &str) -> Result<Range, serde_json::Error> {
        serde_json::from_str(&format!("{{\"type\":\"SEMVER\",\"events\":[{events}]}}"))
    }

    #[test]
    fn a_range_without_an_end_has_no_fix() {
        let mut open = range(r#"{"introduced":"1.26.0-0"}"#).unwrap();
        assert!(open.normalize());
        let newest = Version::new(1, 99, 0);
        assert!(affect(&[open.clone()], &newest));
        assert_eq!(open.fix(&newest), None);
        assert!(!affect(&[open], &Version::new(1, 25, 14)));
    }

    #[test]
    fn events_may_come_in_any_order() {
        let mut mixed =
            range(r#"{"fixed":"1.26.6"},{"introduced":"1.26.0-0"},{"fixed":"1.25.13"},{"introduced":"0"}"#)
                .unwrap();
        assert!(mixed.normalize());
        let affected = |minor, patch| affect(&[mixed.clone()], &Version::new(1, minor, patch));
        assert!(affected(2, 0) && affected(25, 12) && affected(26, 5));
        assert!(!affected(25, 13) && !affected(26, 6));
        assert_eq!(mixed.fix(&Version::new(1, 26, 0)), Some(&Version::new(1, 26, 6)));
    }

    #[test]
    fn ranges_that_make_no_sense_are_refused() {
        assert!(range(r#"{"introduced":"banana"}"#).is_err());
        for events in [
            r#"{"fixed":"1.26.6"}"#,
            r#"{"introduced":"1.27.0"},{"fixed":"1.26.6"}"#,
            r#"{"introduced":"0"},{"introduced":"1.26.0"},{"fixed":"1.26.6"}"#,
        ] {
            assert!(!range(events).unwrap().normalize(), "{events}");
        }
    }

    #[test]
    fn unknown_ranges_and_none_affect_every_version() {
        let other = Range { kind: "GIT".to_owned(), events: Vec::new() };
        assert!(affect(&[], &Version::new(1, 0, 0)));
        assert!(affect(&[other], &Version::new(1, 99, 0)));
        assert!(affect(&[range("").unwrap()], &Version::new(1, 99, 0)));
    }
}
