use std::path::{Path, PathBuf};

use gover_core::ToolchainName;
use gover_tools::BuildInfo;
use gover_vuln::Database;

use super::list::Tool;
use super::rebuild::{Outcome, Step};
use crate::output::{facts, json_path};

facts! {
    ToolList(found: (&[PathBuf], &[Tool<'_>], &[(PathBuf, String)]), selected: Option<&ToolchainName>, database: &Database) {
        directories: Vec<String> = found.0.iter().map(|path| json_path(path)).collect()
            => "where programs are looked for: GOBIN, and `bin` in each entry of GOPATH",
        selected: Option<String> = selected.map(ToString::to_string)
            => "the toolchain that is used here, and that `gover tools rebuild` builds with",
        programs: Vec<ToolFacts> = found.1.iter().map(ToolFacts::of).collect()
            => "the programs that Go built, by directory and name",
        others: Vec<OtherFacts> = found.2.iter().map(OtherFacts::of).collect()
            => "other executable files there",
        database: String = database.basis().to_string() => "where the known vulnerabilities are from",
    }

    ToolFacts(tool: &Tool<'_>) {
        path: String = json_path(&tool.program.path) => "its path",
        package: Option<String> = tool.program.info.package.clone()
            => "the package that it was built from; null if it does not say so",
        module: Option<String> = module(&tool.program.info, |module| Some(module.path.clone()))
            => "the module of that package",
        version: Option<String> = module(&tool.program.info, |module| Some(module.version.clone()))
            => "the version of the module; `(devel)` or a version that git gave for a build from a checkout",
        h1: Option<String> = module(&tool.program.info, |module| module.sum.clone())
            => "the hash of the module; null for a build from a checkout",
        go: Option<String> = tool.program.info.go.clone()
            => "what built it, such as `go1.26.8`; null for Go 1.17 or older",
        platform: Option<String> = tool.program.info.platform().map(|(os, arch)| format!("{os}/{arch}"))
            => "what it was built for; null for Go 1.17 or older",
        tags: Option<String> = tool.program.info.settings.get("-tags").cloned() => "the build tags, if any",
        cgo: Option<bool> = tool.program.info.settings.get("CGO_ENABLED").map(|value| value == "1")
            => "whether cgo was on, if it says so",
        stdlib: Option<usize> = tool.program.release.as_ref().map(|_| tool.program.found.stdlib.len())
            => "the number of known vulnerabilities in the standard library of the release that built it; null \
                for a development version, and if `go` is null",
        nearest: Option<String> = tool.program.nearest.as_ref().map(ToString::to_string)
            => "a release without any, to build it again with",
        only_for: Option<String> = tool.only_for.as_ref().map(ToString::to_string)
            => "the toolchain that it was installed for with `--for`; null for a program of all toolchains",
        older: bool = tool.is_older => "whether a Go older than the selected one built it",
        too_old_for: Option<String> = tool.too_old_for.as_ref().map(|(path, _)| json_path(path))
            => "the go.mod or go.work here that requires a newer Go than it can read; else null",
        obstacle: Option<String> = tool.obstacle.as_ref().map(ToString::to_string)
            => "why it cannot be built again, or null",
    }

    OtherFacts(other: &(PathBuf, String)) {
        path: String = json_path(&other.0) => "its path",
        what: String = other.1.clone() => "what it is, in words",
    }

    InstalledTool(path: &Path, info: &BuildInfo, before: Option<&BuildInfo>, only_for: Option<&ToolchainName>) {
        path: String = json_path(path) => "its path",
        package: Option<String> = info.subject() => "the package that it was built from, with its version",
        go: Option<String> = info.go.clone() => "the Go that built it",
        only_for: Option<String> = only_for.map(ToString::to_string) => "with `--for`, the toolchain; else null",
        replaced: Option<String> = before.and_then(BuildInfo::subject) => "the package of the program that was there before",
    }

    RemovedTools(paths: &[&Path]) {
        removed: Vec<String> = paths.iter().map(|path| json_path(path)).collect() => "the programs that were removed",
    }

    Rebuilt(dry_run: bool, go: Option<String>, steps: &[(&Step, Outcome)]) {
        dry_run: bool = dry_run => "whether nothing was changed because of `--dry-run`",
        selected: Option<String> = go => "the toolchain that builds; null for a Go on PATH whose version is unknown",
        programs: Vec<RebuiltFacts> = steps.iter().map(|(step, outcome)| RebuiltFacts::of(step, outcome)).collect()
            => "the programs to build again",
    }

    RebuiltFacts(step: &Step, outcome: &Outcome) {
        path: String = json_path(&step.path) => "its path",
        package: Option<String> = step.info.as_ref().and_then(BuildInfo::subject)
            => "its package, with the version that is built again",
        before: Option<String> = step.info.as_ref().and_then(|info| info.go.clone())
            => "what had built it; null if it does not say so",
        go: Option<String> = match outcome { Outcome::Built(go) => Some(go.clone()), _ => None }
            => "what has built it now; null if it stays as it was",
        error: Option<String> = match outcome { Outcome::Kept(why) => Some(why.clone()), _ => None }
            => "why it stays as it was, or null",
    }
}

fn module(info: &BuildInfo, of: impl FnOnce(&gover_tools::Module) -> Option<String>) -> Option<String> {
    info.module.as_ref().and_then(of)
}
