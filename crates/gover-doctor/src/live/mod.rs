//! Reads the real machine.

mod disk;
mod programs;
mod system;

use std::path::{Path, PathBuf};

use gover_core::resolve::{OriginKind, Outcome, Resolution, ResolveError};
use gover_core::{Diagnose, Env, Layout, Platform};
use gover_sys::registry::{self, Hive, Text};

pub use disk::RealDisk;
pub use programs::RealPrograms;

use crate::MachinePath;
use crate::snapshot::registry::Registry;
use crate::snapshot::variables::Variables;
use crate::snapshot::{Facts, Gover, Selection};

/// Facts from the environment and the selection. The manager adds the shell, the network and its
/// store. Characters in paths that are not Unicode are replaced.
pub fn facts(
    env: &Env,
    layout: &Layout,
    machine: &Platform,
    selection: &Result<Resolution, ResolveError>,
) -> Facts {
    let system = system::system(machine);
    let path = |path: &Path| system.path(path.to_string_lossy());
    let known = |known: Option<PathBuf>| path(&known.unwrap_or_default());
    let mut variables = Variables::new(system.is_windows());
    for (name, value) in env.variables() {
        variables.set(&name.to_string_lossy(), &value.to_string_lossy());
    }
    Facts {
        variables,
        home: known(env.user_home()),
        directory: known(env.logical_directory()),
        gover: Gover { home: path(layout.home()), bin: path(&layout.bin()), installs_missing: false },
        shell: None,
        selection: self::selection(env, selection, path),
        network: None,
        releases: Vec::new(),
        store: None,
        system: system.clone(),
    }
}

fn selection(
    env: &Env,
    selection: &Result<Resolution, ResolveError>,
    path: impl Fn(&Path) -> MachinePath,
) -> Selection {
    let resolution = match selection {
        Ok(resolution) => resolution,
        Err(error) => {
            let hint = error.hints().into_iter().next().map(|hint| format!(" ({hint})")).unwrap_or_default();
            return Selection { error: Some(format!("{error}{hint}")), ..Selection::default() };
        }
    };
    let (toolchain, missing) = match &resolution.outcome {
        Outcome::Ready(toolchain) => (Some(toolchain), None),
        Outcome::Missing(request) => (None, Some(request.as_str().to_owned())),
        Outcome::Nothing => (None, None),
    };
    Selection {
        version: resolution.name().cloned(),
        goroot: toolchain.and_then(|toolchain| toolchain.goroot.as_deref()).map(&path),
        bin: toolchain.map(|toolchain| path(&toolchain.bin)),
        is_system: resolution.origin.as_ref().is_some_and(|origin| origin.kind == OriginKind::System),
        reason: resolution.reason(env.user_home().as_deref()),
        missing,
        error: resolution.go_error.as_ref().map(ToString::to_string),
    }
}

/// The registry. A value that cannot be read counts as missing.
#[derive(Clone, Copy, Debug)]
pub struct RealRegistry;

impl Registry for RealRegistry {
    fn text(&self, hive: Hive, key: &str, name: &str) -> Option<Text> {
        registry::text(hive, key, name).ok()?
    }

    fn number(&self, hive: Hive, key: &str, name: &str) -> Option<u32> {
        registry::number(hive, key, name).ok()?
    }

    fn keys(&self, hive: Hive, key: &str) -> Vec<String> {
        registry::keys(hive, key).unwrap_or_default()
    }
}
