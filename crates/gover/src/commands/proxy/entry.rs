//! What is measured: the entries of GOPROXY and `sources`, and servers that the user names.

use std::net::IpAddr;

use gover_net::redacted;
use gover_source::{Measurement, Supply, Target, goproxy_entries, goproxy_target};

use crate::{Context, Failure};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    Goproxy,
    Sources,
    Given,
    Public,
}

impl Origin {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Goproxy => "goproxy",
            Self::Sources => "sources",
            Self::Given => "given",
            Self::Public => "public",
        }
    }

    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Goproxy => "GOPROXY",
            Self::Sources => "sources",
            Self::Given => "named here",
            Self::Public => "public",
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) origin: Origin,
    /// As GOPROXY or the setting has it. It may contain credentials.
    pub(super) text: String,
    pub(super) target: Target,
    /// Who runs it, if it is a public proxy.
    pub(super) operator: Option<&'static str>,
}

/// An entry, and what was measured.
pub(super) type Measured = (Entry, Measurement);

impl Entry {
    fn new(origin: Origin, text: &str, target: Target) -> Self {
        Self { origin, text: text.to_owned(), target, operator: None }
    }

    /// Whether it is likely to be reachable from some places only, or for some people only.
    pub(super) fn is_private(&self) -> bool {
        let Target::Proxy(base) = &self.target else { return true };
        let host = base.host().trim_matches(['[', ']']);
        let is_near = |address: IpAddr| match address.to_canonical() {
            IpAddr::V4(address) => address.is_private(),
            IpAddr::V6(address) => address.is_unique_local(),
        };
        let is_short = !host.contains(['.', ':']) && host != "localhost";
        is_short || host.parse().is_ok_and(is_near) || redacted(&self.text) != self.text
    }
}

/// The entries of GOPROXY up to `direct` or `off`, which ends it.
#[derive(Debug, Default)]
pub(super) struct Goproxy {
    pub(super) entries: Vec<Entry>,
    /// `direct` or `off`
    pub(super) end: Option<&'static str>,
    /// Entries that go cannot read, without credentials.
    pub(super) invalid: Vec<String>,
}

impl Goproxy {
    pub(super) fn parse(value: &str) -> Self {
        let mut list = Self::default();
        for text in goproxy_entries(value) {
            match goproxy_target(text) {
                Ok(Some(target)) => list.entries.push(Entry::new(Origin::Goproxy, text, target)),
                Ok(None) => {
                    list.end = Some(if text == "off" { "off" } else { "direct" });
                    break;
                }
                Err(_) => list.invalid.push(redacted(text)),
            }
        }
        list
    }
}

/// The sources besides `goproxy`.
pub(super) fn sources(supply: &Supply, context: &Context<'_>) -> Vec<Entry> {
    let targets = supply.source_targets();
    let entries = context.settings.sources.value.iter().zip(targets);
    entries.filter_map(|(text, target)| Some(Entry::new(Origin::Sources, text, target?))).collect()
}

/// Module proxies that the user names.
pub(super) fn given(urls: &[String]) -> Result<Vec<Entry>, Failure> {
    let entry = |text: &String| match goproxy_target(text) {
        Ok(Some(target)) => Ok(Entry::new(Origin::Given, text, target)),
        Ok(None) | Err(_) => Err(Failure::usage(
            format!("`{}` is not the address of a module proxy", redacted(text)),
            "name an https or http address",
        )),
    };
    urls.iter().map(entry).collect()
}

pub(super) fn public() -> Vec<Entry> {
    let lines = PUBLIC.lines().filter(|line| !line.starts_with('#'));
    let entries = lines.filter_map(|line| {
        let (_, rest) = line.split_once(' ')?;
        let (text, operator) = rest.trim_start().split_once(' ')?;
        let target = goproxy_target(text).ok()??;
        Some(Entry { operator: Some(operator.trim()), ..Entry::new(Origin::Public, text, target) })
    });
    entries.collect()
}

/// Each target once, in the place where it comes first.
pub(super) fn distinct(entries: Vec<Entry>) -> Vec<Entry> {
    let mut distinct: Vec<Entry> = Vec::new();
    for entry in entries {
        if !distinct.iter().any(|known| known.target == entry.target) {
            distinct.push(entry);
        }
    }
    distinct
}

const PUBLIC: &str = include_str!("public.txt");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_list_of_public_proxies_is_one() {
        let public = public();
        let lines = PUBLIC.lines().filter(|line| !line.starts_with('#')).count();
        assert_eq!((public.len(), distinct(public.clone()).len()), (lines, lines));
        assert!(public.iter().all(|entry| entry.text.starts_with("https://") && !entry.is_private()));
    }

    #[test]
    fn proxies_of_a_company_or_a_person_are_private() {
        let is_private = |text: &str| Goproxy::parse(text).entries[0].is_private();
        for text in
            ["http://10.1.2.3:8081/go", "http://athens:3000", "https://u:p@a.example", "file:///srv/go"]
        {
            assert!(is_private(text), "{text}");
        }
        for text in ["https://a.example", "http://127.0.0.1:3000", "http://localhost:3000", "https://8.8.8.8"]
        {
            assert!(!is_private(text), "{text}");
        }
    }
}
