//! From a selection to the start of a program, as data for gover-sys to execute.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::env::{Env, vars};
use crate::gorules::EnvFile;
use crate::minimum::Allowed;
use crate::resolve::{OriginKind, Resolution, ResolveError};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Launch {
    /// Absolute; also its argv\[0\].
    pub program: PathBuf,
    pub arguments: Vec<OsString>,
    /// Environment variables and their new values; `None` removes one. All others are inherited.
    pub edits: Vec<(&'static str, Option<OsString>)>,
}

impl Launch {
    /// How to start `program` (`go`, `gofmt`) of the selected toolchain.
    ///
    /// Beyond [`goroot`], only what an explicit request or Go's switch protocol needs is changed.
    pub fn new(
        resolution: Resolution,
        toolchain: &Allowed,
        program: &str,
        env: &Env,
    ) -> Result<Self, ResolveError> {
        let mut edits = Vec::new();
        match &toolchain.goroot {
            Some(directory) => {
                edits.push((vars::GOROOT, goroot(toolchain, directory, resolution.user_env.as_ref())));
            }
            None => edits.push(depth_edit(&toolchain.bin, env)?),
        }
        let is_raised = resolution.raised.is_some() && program == "go";
        let is_explicit = resolution
            .origin
            .is_some_and(|origin| matches!(origin.kind, OriginKind::Name | OriginKind::Argument));
        if is_explicit && env.var(vars::GOTOOLCHAIN).is_none() {
            // `go +1.21 test` must really test with 1.21.
            edits.push((vars::GOTOOLCHAIN, Some(OsString::from("local"))));
        }
        let knows_switches = toolchain.name.as_ref().is_none_or(|name| name.version().selects_toolchains());
        if !knows_switches {
            // It would pass them on to all that it starts, where a newer Go stops at the mismatch.
            for name in [vars::SWITCH_VERSION, vars::SWITCH_COUNT] {
                if env.var_even_empty(name).is_some() {
                    edits.push((name, None));
                }
            }
        } else if let (true, Some(name)) = (is_raised, &toolchain.name) {
            // The rules of the toolchain that was chosen have decided. Those of this one may differ.
            let count: u32 = env.text(vars::SWITCH_COUNT).and_then(|text| text.parse().ok()).unwrap_or(0);
            edits.push((vars::SWITCH_VERSION, Some(OsString::from(name.as_str()))));
            edits.push((vars::SWITCH_COUNT, Some(OsString::from(count.saturating_add(1).to_string()))));
        }
        Ok(Self { program: toolchain.program(program), arguments: resolution.arguments, edits })
    }
}

/// The value of GOROOT with which `toolchain` uses its own tree in `directory`; `None`: no value.
///
/// A go command since 1.10 finds its tree from its own place. An inherited GOROOT would mislead it,
/// and each other go command that it starts, so GOROOT is removed. It is set only where that is not
/// enough: an older toolchain, or a GOROOT in the user's go/env file, which only the environment
/// overrides (cmd/go/internal/cfg, `findGOROOT`).
pub fn goroot(toolchain: &Allowed, directory: &Path, user_env: Option<&EnvFile>) -> Option<OsString> {
    let finds_itself = toolchain.name.as_ref().is_none_or(|name| name.version().finds_goroot());
    let in_file = user_env.and_then(|file| file.get(vars::GOROOT));
    let is_set = !finds_itself || in_file.is_some_and(|value| !value.is_empty());
    is_set.then(|| directory.as_os_str().to_owned())
}

/// A `go` on PATH that is not in a GOROOT may be a wrapper that starts gover again. Count the
/// calls, and stop before they go on forever.
fn depth_edit(bin: &Path, env: &Env) -> Result<(&'static str, Option<OsString>), ResolveError> {
    let depth = env.text(vars::GOVER_SHIM_DEPTH).and_then(|depth| depth.parse().ok()).unwrap_or(0_u32);
    if depth >= MAX_DEPTH {
        return Err(ResolveError::Recursion { program: bin.join("go") });
    }
    Ok((vars::GOVER_SHIM_DEPTH, Some(OsString::from((depth + 1).to_string()))))
}

/// More than any nesting of builds that start builds.
const MAX_DEPTH: u32 = 20;
