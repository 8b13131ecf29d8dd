//! What was found: the two releases, and where to read what changed.

use gover_core::ToolchainName;
use gover_core::display::pasted;
use gover_core::{GoVersion, Request};

use super::Bisect;
use super::search::Status;
use crate::Failure;
use crate::output::facts;

/// `good` and `bad` are indices. What is between them was skipped.
pub(super) fn show(bisect: &Bisect<'_>, good: usize, bad: usize) -> Result<(), Failure> {
    let Some(found) = Found::of(bisect, good, bad) else { return Ok(()) };
    let printer = bisect.context.printer;
    if bisect.arguments.json {
        printer.json(&BisectFacts::of(bisect, &found))?;
    } else {
        for line in found.lines(&bisect.line) {
            printer.data(&line)?;
        }
    }
    note_installed(bisect);
    Ok(())
}

/// Says how to remove what was installed, once nothing will continue the search.
pub(super) fn note_installed(bisect: &Bisect<'_>) {
    let installed = &bisect.state.results.installed;
    if !installed.is_empty() {
        let requests: Vec<String> = installed.iter().map(|name| pasted(&Request::typed(name))).collect();
        bisect.context.printer.note(&format!(
            "`gover uninstall {}` removes the toolchains installed for this search",
            requests.join(" ")
        ));
    }
}

pub(in crate::commands) struct Found {
    good: ToolchainName,
    bad: ToolchainName,
    /// Those of which one is the first to break or fix the command, oldest first.
    first: Vec<ToolchainName>,
    is_fix: bool,
}

impl Found {
    fn of(bisect: &Bisect<'_>, good: usize, bad: usize) -> Option<Self> {
        let releases = bisect.releases.get(good..=bad)?;
        let [before, .., after] = releases else { return None };
        let is_fix = before > after;
        let mut first: Vec<ToolchainName> =
            if is_fix { releases.split_last()?.1 } else { releases.split_first()?.1 }.to_vec();
        first.sort();
        Some(Self { good: before.clone(), bad: after.clone(), first, is_fix })
    }

    fn lines(&self, line: &str) -> Vec<String> {
        let Self { good, bad, .. } = self;
        let verb = if self.is_fix { "fixes" } else { "breaks" };
        let said = match (self.first.as_slice(), self.is_fix) {
            ([first], false) => {
                format!("{first} is the first release that breaks `{line}`; {good} is the last that passes")
            }
            ([first], true) => {
                format!("{first} is the first release that fixes `{line}`; {bad} is the last that fails")
            }
            (several, _) => {
                let names: Vec<&str> = several.iter().map(ToolchainName::as_str).collect();
                format!(
                    "`{line}` passes with {good} and fails with {bad}; the releases between them were skipped, so \
                     one of these is the first that {verb} it: {}",
                    names.join(", ")
                )
            }
        };
        let notes = self.first.iter().map(|name| format!("release notes: {}", notes(name.version())));
        [said].into_iter().chain(notes).collect()
    }
}

/// Where the Go project describes a release.
fn notes(version: &GoVersion) -> String {
    let is_first = version.patch().unwrap_or_default() == 0;
    if is_first || version.is_prerelease() {
        format!("https://go.dev/doc/go{}", version.language())
    } else {
        format!("https://go.dev/doc/devel/release#go{version}")
    }
}

facts! {
    BisectFacts(bisect: &Bisect<'_>, found: &Found) {
        first: Option<String> = match found.first.as_slice() { [one] => Some(one.to_string()), _ => None }
            => "the first release that breaks the command, or that fixes it; null if releases were skipped",
        candidates: Vec<String> = found.first.iter().map(ToString::to_string).collect()
            => "the releases of which one is the first, oldest first; more than one if releases were skipped",
        good: String = found.good.to_string() => "the nearest release with which the command succeeds",
        bad: String = found.bad.to_string() => "the nearest release with which it fails",
        change: &'static str = if found.is_fix { "fix" } else { "break" }
            => "`break`, or `fix` if GOOD is newer than BAD",
        notes: Vec<String> = found.first.iter().map(|name| notes(name.version())).collect()
            => "the addresses of their release notes",
        command: Vec<String> = bisect.arguments.command.iter().map(|word| word.to_string_lossy().into_owned()).collect()
            => "the command and its arguments",
        runs: Vec<BisectRun> = runs(bisect) => "what was tried, oldest release first",
        installed: Vec<String> = bisect.state.results.installed.clone()
            => "the toolchains that were installed for the search",
    }

    BisectRun(name: &ToolchainName, code: i32) {
        version: String = name.to_string() => "the toolchain",
        result: &'static str = kind(Status::of(code)) => "`good`, `bad` or `skipped`",
        exit_code: u64 = u64::from(code.cast_unsigned()) => "the exit code of the command",
    }
}

fn runs(bisect: &Bisect<'_>) -> Vec<BisectRun> {
    let mut names: Vec<&ToolchainName> = bisect.releases.iter().collect();
    names.sort();
    names.into_iter().filter_map(|name| Some(BisectRun::of(name, bisect.state.code(name)?))).collect()
}

fn kind(status: Status) -> &'static str {
    match status {
        Status::Good => "good",
        Status::Bad | Status::Stop => "bad",
        Status::Skipped => "skipped",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn release_notes_are_where_the_go_project_has_them() {
        for (version, address) in [
            ("1.26.3", "https://go.dev/doc/devel/release#go1.26.3"),
            ("1.26.0", "https://go.dev/doc/go1.26"),
            ("1.20", "https://go.dev/doc/go1.20"),
            ("1.20.5", "https://go.dev/doc/devel/release#go1.20.5"),
            ("1.27rc1", "https://go.dev/doc/go1.27"),
        ] {
            assert_eq!(notes(&GoVersion::parse(version).unwrap()), address);
        }
    }
}
