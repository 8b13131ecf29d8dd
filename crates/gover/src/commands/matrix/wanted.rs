//! From what was typed to the toolchains that it means, each once, in the order of their versions.

use std::collections::BTreeSet;

use gover_core::inventory::is_installed;
use gover_core::{Request, RequestKind, ToolchainName};
use gover_source::{Availability, Releases};

use crate::store::install::Installation;
use crate::store::{legs, releases, requests};
use crate::{Context, Failure};

pub(super) fn names(text: &str, context: &Context<'_>) -> Result<Vec<ToolchainName>, Failure> {
    let target = context.target();
    let installation = Installation::new(&target, false, context);
    let mut wanted = Wanted { installation, releases: None, context };
    let mut names = BTreeSet::new();
    for part in text.split(',').map(str::trim) {
        if part.is_empty() {
            return Err(Failure::usage("a version in the list is empty", EXAMPLE));
        }
        names.extend(wanted.by(part)?);
    }
    Ok(names.into_iter().collect())
}

struct Wanted<'a> {
    installation: Installation<'a>,
    /// Asked for when they are first needed.
    releases: Option<Releases>,
    context: &'a Context<'a>,
}

impl Wanted<'_> {
    fn by(&mut self, text: &str) -> Result<Vec<ToolchainName>, Failure> {
        if text == SUPPORTED {
            let languages = self.releases()?.supported();
            let newest = |language: gover_core::GoVersion| {
                legs::newest(&Request::parse(&language.to_string())?, &self.installation, self.context)
            };
            return languages.into_iter().map(newest).collect();
        }
        let request = Request::parse(text)?;
        match request.kind() {
            RequestKind::System | RequestKind::Path(_) => {
                Err(Failure::usage(format!("`{request}` is not a version"), EXAMPLE))
            }
            RequestKind::Range(_) => self.in_range(&request),
            RequestKind::Exact(name) => {
                if !self.installation.keeps(name) {
                    requests::refuse_impossible(&request, self.context)?;
                }
                Ok(vec![name.clone()])
            }
            _ => Ok(vec![legs::newest(&request, &self.installation, self.context)?]),
        }
    }

    /// The newest installed match in each minor version of a range, or else the newest release there.
    fn in_range(&mut self, range: &Request) -> Result<Vec<ToolchainName>, Failure> {
        let context = self.context;
        let platform = self.installation.target.platform.clone();
        let releases = self.releases()?;
        let mut newest: Vec<ToolchainName> = Vec::new();
        // Newest first.
        for release in releases.matching(range) {
            let is_installed = is_installed(&context.layout, &release.name);
            if !is_installed && releases.offered(release, &platform) == Availability::No {
                continue;
            }
            let last = newest.last_mut();
            let last = last.filter(|last| last.version().same_language(release.name.version()));
            match last {
                Some(last) if is_installed && !gover_core::inventory::is_installed(&context.layout, last) => {
                    *last = release.name.clone();
                }
                Some(_) => {}
                None => newest.push(release.name.clone()),
            }
        }
        if newest.is_empty() {
            return Err(Failure::new(format!("no Go release matches `{range}`"), LIST));
        }
        Ok(newest)
    }

    fn releases(&mut self) -> Result<&Releases, Failure> {
        let releases = match self.releases.take() {
            Some(releases) => releases,
            None => releases::asked(self.installation.supply()?, self.context)?,
        };
        Ok(self.releases.insert(releases))
    }
}

/// Every minor version that gets security fixes.
const SUPPORTED: &str = "supported";
const EXAMPLE: &str = "gover matrix 1.25,1.26,latest -- go version";
const LIST: &str = "`gover list --remote` shows every release";
