//! What `gover update --json` prints.

use std::path::PathBuf;

use gover_core::{Request, ToolchainName};
use gover_vuln::Database;

use super::plan::Step;
use crate::Failure;
use crate::commands::prune::PrunedFacts;
use crate::output::{facts, json_path};

/// The IDs of the vulnerabilities that go away, and how many remain.
pub(super) fn fixed(step: &Step, database: &Database) -> (Vec<String>, usize) {
    let (before, after) = (database.of(step.from.version()), database.of(step.to.version()));
    let remains = |id: &str| after.iter().any(|entry| entry.id() == id);
    let fixed = before.iter().map(|entry| entry.id().to_owned()).filter(|id| !remains(id)).collect();
    (fixed, after.count())
}

/// What an update leaves behind.
pub(super) struct Rest<'a> {
    pub(super) kept: Vec<KeptFacts>,
    pub(super) pruned: Vec<PrunedFacts>,
    pub(super) tools: &'a [PathBuf],
}

facts! {
    Updates(dry_run: bool, steps: Vec<StepFacts>, default: Option<DefaultChange>, rest: Rest<'_>) {
        dry_run: bool = dry_run => "whether nothing was changed because of `--dry-run` or `--check`",
        toolchains: Vec<StepFacts> = steps => "the toolchains for which there is a newer release, oldest first",
        default: Option<DefaultChange> = default => "how the default moves; null if it stays",
        tools: Vec<String> = rest.tools.iter().map(|path| json_path(path)).collect()
            => "programs of `go install` that a Go older than the selected one built, and that `gover tools \
                rebuild` can build again",
        kept: Vec<KeptFacts> = rest.kept => "older toolchains that something still uses",
        pruned: Vec<PrunedFacts> = rest.pruned => "what `--prune` removed",
    }

    StepFacts(step: &Step, is_installed: bool, failure: Option<&Failure>, database: &Database) {
        from: String = step.from.to_string() => "the newest installed patch release of its version",
        to: String = step.to.to_string() => "the release that takes its place",
        installed: bool = is_installed => "whether it is installed now",
        error: Option<String> = failure.and_then(Failure::report).map(|report| report.what.clone())
            => "why its install failed, or null",
        fixed: Vec<String> = fixed(step, database).0
            => "the IDs of the known vulnerabilities that the new release does not have",
        remaining: usize = fixed(step, database).1 => "how many known vulnerabilities the new release has",
    }

    DefaultChange(before: &Request, now: &Request) {
        before: String = before.to_string() => "the default before this command",
        now: String = now.to_string() => "the default after it",
    }

    KeptFacts(name: &ToolchainName, uses: &str) {
        version: String = name.to_string() => "its name",
        uses: String = uses.to_owned() => "where it is used, in words",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_step_fixes_is_what_the_old_release_alone_has() {
        let name = |text: &str| ToolchainName::parse(text).unwrap();
        let step = Step { from: name("go1.26.8"), to: name("go1.26.11") };
        let (fixed, remaining) = fixed(&step, &Database::compiled());
        assert_eq!(fixed.len(), 16);
        // A newer table may know of some.
        assert_eq!(remaining, Database::compiled().of(step.to.version()).count());
    }
}
