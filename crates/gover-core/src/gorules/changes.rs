//! The rules of cmd/go that differ between versions. No other code compares versions for that.

use crate::version::GoVersion;

/// A rule that the older toolchains of Go 1.21 and later lack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    /// A toolchain's name with a slash is invalid. Without the rule Go runs it as a path.
    NoSlashInNames,
    /// In `go install` and `go run`, the package is found as flags are parsed. Without the rule it
    /// is the last argument of `go install`.
    InstallFlagsParsed,
    /// A go line with a language version asks for its first release. Without the rule Go looks for
    /// a toolchain `go1.22`, which does not exist.
    LanguageIsFirstRelease,
    /// `go work vendor` is a command, which may have `-C`.
    WorkVendor,
    /// A toolchain line counts only if it is newer than the minimum, not if it is equal.
    ToolchainLineIsNewer,
    /// `go telemetry` is a command, which may have `-C`.
    Telemetry,
    /// `go env GOMOD` and `go env GOWORK` do not switch.
    FilesAnsweredLocally,
    /// Go rejects a relative `XDG_CONFIG_HOME` and then reads no go/env. Without the rule the path is
    /// relative to the working directory.
    ConfigIsAbsolute,
    /// `go install pkg@version` and `go run pkg@version` follow go.mod and go.work, too.
    InstallReadsModule,
    /// A go.work turns modules on under `GO111MODULE=auto`.
    WorkspaceTurnsModulesOn,
}

/// When a rule came.
struct Change {
    rule: Rule,
    /// The first versions with the rule, ascending: at most one of each release series, and the
    /// last holds for all later series. A language version includes its release candidates.
    since: &'static [&'static str],
}

impl Rule {
    /// Whether a toolchain of this version has the rule. One that is older than toolchain selection
    /// has no rules of its own, so the newest apply.
    pub(super) fn holds_for(self, version: &GoVersion) -> bool {
        if !version.selects_toolchains() {
            return true;
        }
        let since = CHANGES.iter().find(|change| change.rule == self).map_or(&[][..], |change| change.since);
        let mut since = since.iter().filter_map(|text| GoVersion::parse(text).ok()).peekable();
        while let Some(first) = since.next() {
            if since.peek().is_none() || first.same_language(version) {
                return *version >= first;
            }
        }
        true
    }
}

/// Found by comparing the sources of the releases 1.21.0 to 1.27.4, below `src/cmd/go`.
const CHANGES: &[Change] = &[
    // internal/gover/toolchain.go, FromToolchain
    Change { rule: Rule::NoSlashInNames, since: &["1.21.1"] },
    // internal/toolchain/select.go, goInstallVersion; go.dev/issue/64282
    Change { rule: Rule::InstallFlagsParsed, since: &["1.21.7", "1.22.0"] },
    // internal/toolchain/select.go, Select; go.dev/issue/62278
    Change { rule: Rule::LanguageIsFirstRelease, since: &["1.21.11", "1.22.4"] },
    // internal/workcmd/work.go, CmdWork
    Change { rule: Rule::WorkVendor, since: &["1.22"] },
    // internal/toolchain/select.go, Select: `>=` became `>`
    Change { rule: Rule::ToolchainLineIsNewer, since: &["1.22"] },
    // main.go, init
    Change { rule: Rule::Telemetry, since: &["1.23"] },
    // internal/toolchain/select.go, Select; go.dev/issue/61455
    Change { rule: Rule::FilesAnsweredLocally, since: &["1.23"] },
    // os.UserConfigDir in src/os/file.go
    Change { rule: Rule::ConfigIsAbsolute, since: &["1.24"] },
    // internal/toolchain/select.go, maybeSwitchForGoInstallVersion
    Change { rule: Rule::InstallReadsModule, since: &["1.25"] },
    // internal/modload/init.go, WillBeEnabled; go.dev/issue/76728
    Change { rule: Rule::WorkspaceTurnsModulesOn, since: &["1.27"] },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rule_holds_from_the_release_that_brought_it() {
        let holds = |rule: Rule, version: &str| rule.holds_for(&version.parse().unwrap());
        for (rule, without, with) in [
            (Rule::NoSlashInNames, &["1.21.0", "1.21rc3"][..], &["1.21.1", "1.22rc1"][..]),
            (Rule::InstallFlagsParsed, &["1.21.6", "1.22rc2"], &["1.21.7", "1.22.0", "1.23rc1"]),
            (
                Rule::LanguageIsFirstRelease,
                &["1.21.0", "1.21.10", "1.22rc1", "1.22.3"],
                &["1.21.11", "1.21.13", "1.22.4", "1.23rc1"],
            ),
            (Rule::WorkVendor, &["1.21.13"], &["1.22rc1"]),
            (Rule::Telemetry, &["1.22.12"], &["1.23rc1"]),
            (Rule::ToolchainLineIsNewer, &["1.21.13"], &["1.22rc1", "1.22.0"]),
            (Rule::FilesAnsweredLocally, &["1.22.12"], &["1.23rc1", "1.27.4"]),
            (Rule::ConfigIsAbsolute, &["1.23.12"], &["1.24rc1"]),
            (Rule::InstallReadsModule, &["1.24.13"], &["1.25rc1", "1.28.0"]),
            (Rule::WorkspaceTurnsModulesOn, &["1.26.11"], &["1.27rc1", "1.28", "2.0.0"]),
        ] {
            for version in without {
                assert!(!holds(rule, version), "{rule:?} in {version}");
            }
            for version in with.iter().chain(&["1.20.14"]) {
                assert!(holds(rule, version), "{rule:?} not in {version}");
            }
        }
        // A rule without a row would count as old as selection itself.
        assert_eq!(CHANGES.len(), 10);
    }
}
