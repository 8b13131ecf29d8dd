//! Which releases take the place of installed ones.

use gover_core::{GoVersion, Request, RequestKind, ToolchainName};
use gover_source::{Availability, Release, Releases};

use crate::cli::UpdateArgs;
use crate::store::install::Installation;
use crate::store::{releases, requests};
use crate::{Context, Failure};

/// What there is to do.
pub(super) struct Plan {
    /// Oldest first.
    pub(super) steps: Vec<Step>,
    /// Toolchains that nothing newer takes the place of.
    pub(super) newest: Vec<ToolchainName>,
}

/// The newest installed patch of a minor version, and the release that takes its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) from: ToolchainName,
    pub(super) to: ToolchainName,
}

impl Plan {
    pub(super) fn of(
        arguments: &UpdateArgs,
        installation: &Installation<'_>,
        context: &Context<'_>,
    ) -> Result<Self, Failure> {
        let installed = newest_installed(&arguments.requests, context)?;
        let mut plan = Self { steps: Vec::new(), newest: Vec::new() };
        if installed.is_empty() {
            return Ok(plan);
        }
        let latest = arguments.minor.then(|| Request::parse("latest")).transpose()?;
        let languages = installed.iter().map(language_of);
        let wanted: Vec<Request> = languages.chain(latest.map(Ok)).collect::<Result<_, Failure>>()?;
        let (releases, mut found) =
            releases::newest_of_each(&wanted, installation.supply()?, installation.target, context)?;
        for failure in releases.unasked() {
            context.printer.note(&releases::not_asked(failure));
        }
        let latest = arguments.minor.then(|| found.pop()).flatten().flatten();
        for (from, found) in installed.into_iter().zip(found) {
            let next = || prerelease(&from, &releases, installation);
            // The installed ones count as found, so `latest` may be older than a prerelease here.
            match latest.iter().chain(&found.or_else(next)).max().filter(|to| **to > from) {
                Some(to) => plan.steps.push(Step { to: to.clone(), from }),
                None => plan.newest.push(from),
            }
        }
        Ok(plan)
    }

    /// Whether it looked at a minor version.
    pub(super) fn covers(&self, version: &GoVersion) -> bool {
        let all = self.steps.iter().map(|step| &step.from).chain(&self.newest);
        all.into_iter().any(|name| name.version().same_language(version))
    }
}

/// The newest installed release of each minor version, or of those that the requests match.
fn newest_installed(requests: &[String], context: &Context<'_>) -> Result<Vec<ToolchainName>, Failure> {
    let installed = requests::inventory(context)?.toolchains;
    let mut matching = Vec::new();
    for text in requests {
        let request = Request::parse(text)?;
        let found = request.all(&installed, context.stable().as_ref());
        if found.is_empty() {
            return Err(requests::missing(&request, context));
        }
        matching.extend(found.into_iter().map(|name| name.version().clone()));
    }
    let mut releases: Vec<&ToolchainName> = installed.iter().filter(|name| name.is_release()).collect();
    releases.sort();
    let mut newest: Vec<ToolchainName> = Vec::new();
    for name in releases {
        let is_meant = |version: &GoVersion| version.same_language(name.version());
        if !requests.is_empty() && !matching.iter().any(is_meant) {
            continue;
        }
        newest.pop_if(|last| last.version().same_language(name.version()));
        newest.push(name.clone());
    }
    Ok(newest)
}

/// The request for the newest stable release of its minor version.
fn language_of(name: &ToolchainName) -> Result<Request, Failure> {
    Ok(Request::parse(&name.version().language().to_string())?)
}

/// The newest release of a minor version that has no stable one yet.
fn prerelease(
    name: &ToolchainName,
    releases: &Releases,
    installation: &Installation<'_>,
) -> Option<ToolchainName> {
    let platform = &installation.target.platform;
    let fits = |release: &&Release| {
        release.name.is_release()
            && release.name.version().same_language(name.version())
            && release.availability(platform) != Availability::No
    };
    releases.iter().find(fits).map(|release| release.name.clone())
}

/// What a request for an older release becomes; `None` if the steps do not concern it. `meant` is
/// the installed toolchain that it means.
pub(super) fn moved(request: &Request, meant: Option<&ToolchainName>, steps: &[Step]) -> Option<Request> {
    let step = |name: &ToolchainName| {
        steps.iter().find(|step| step.from.version().same_language(name.version()) && *name < step.to)
    };
    match request.kind() {
        RequestKind::Exact(name) if name.is_release() => Some(Request::exact(step(name)?.to.clone())),
        RequestKind::Language(language) => {
            let to = step(meant?)?.to.version().language();
            // Within a minor version, the request means the new patch by itself.
            if to.same_language(language) { None } else { Request::parse(&to.to_string()).ok() }
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_moves_with_the_toolchain_that_it_names() {
        let name = |text: &str| ToolchainName::parse(text).unwrap();
        let step = |from: &str, to: &str| Step { from: name(from), to: name(to) };
        let steps = [step("go1.22.5", "go1.22.12"), step("go1.26.10", "go1.27.3")];
        for (request, meant, now) in [
            ("1.22.5", Some("go1.22.5"), Some("1.22.12")),
            // Older than the newest that was installed, or not installed at all.
            ("1.22.1", None, Some("1.22.12")),
            ("1.22.12", None, None),
            ("1.22", Some("go1.22.5"), None),
            ("1.26", Some("go1.26.10"), Some("1.27")),
            ("1.26", None, None),
            ("1.26.10", Some("go1.26.10"), Some("1.27.3")),
            ("1.23.1", Some("go1.23.1"), None),
            ("latest", Some("go1.26.10"), None),
            ("go1.22.5-mine", Some("go1.22.5-mine"), None),
        ] {
            let meant = meant.map(name);
            let moved = moved(&Request::parse(request).unwrap(), meant.as_ref(), &steps);
            assert_eq!(moved.as_ref().map(Request::as_str), now, "{request}");
        }
    }
}
