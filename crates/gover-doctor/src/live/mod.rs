//! The real machine behind a snapshot.

mod disk;
mod programs;
mod registry;
mod system;

use gover_core::resolve::{OriginKind, Outcome, Resolution, ResolveError};
use gover_core::{Diagnose, Env, Layout, Platform};
use gover_shell::ShellKind;

pub use disk::RealDisk;
pub use programs::RealPrograms;
pub use registry::RealRegistry;

use crate::snapshot::manager::{Release, Store};
use crate::snapshot::network::NetworkFacts;
use crate::snapshot::variables::Variables;
use crate::snapshot::{Given, Gover, Selection};

/// What the manager knows.
#[derive(Debug)]
pub struct Known<'a> {
    /// The environment.
    pub env: &'a Env,
    /// gover's home.
    pub layout: &'a Layout,
    /// The platform of the machine.
    pub machine: &'a Platform,
    /// What `go` means here and now.
    pub selection: &'a Result<Resolution, ResolveError>,
    /// The shell that called.
    pub shell: Option<ShellKind>,
    /// Answers from the network.
    pub network: Option<NetworkFacts>,
    /// The releases of Go that are known, newest first.
    pub releases: Vec<Release>,
    /// What the store holds.
    pub store: Option<Store>,
    /// Whether a toolchain that is missing is installed when it is called for.
    pub installs_missing: bool,
}

/// The same as a snapshot wants it. Paths that are not Unicode are shown as well as they can be.
pub fn given(known: Known<'_>) -> Given {
    let Known { env, layout, machine, selection, shell, network, releases, store, installs_missing } = known;
    let text = |path: &std::path::Path| path.to_string_lossy().into_owned();
    let system = system::system(machine);
    let mut variables = Variables::new(system.is_windows());
    for (name, value) in env.variables() {
        variables.set(&name.to_string_lossy(), &value.to_string_lossy());
    }
    Given {
        variables,
        home: env.user_home().as_deref().map(text).unwrap_or_default(),
        directory: env.logical_directory().as_deref().map(text).unwrap_or_default(),
        gover: Gover {
            home: text(layout.home()),
            bin: text(&layout.bin()),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            installs_missing,
        },
        shell,
        selection: self::selection(env, selection),
        network,
        releases,
        store,
        system,
    }
}

fn selection(env: &Env, selection: &Result<Resolution, ResolveError>) -> Selection {
    let resolution = match selection {
        Ok(resolution) => resolution,
        Err(error) => {
            let hint = error.hints().into_iter().next().map(|hint| format!(" ({hint})")).unwrap_or_default();
            return Selection { error: Some(format!("{error}{hint}")), ..Selection::default() };
        }
    };
    let toolchain = match &resolution.outcome {
        Outcome::Ready(toolchain) => Some(toolchain),
        Outcome::Missing(_) | Outcome::Nothing => None,
    };
    let text = |path: &std::path::Path| path.to_string_lossy().into_owned();
    Selection {
        version: resolution.name().map(ToString::to_string),
        goroot: toolchain.and_then(|toolchain| toolchain.goroot.as_deref()).map(text),
        bin: toolchain.map(|toolchain| text(&toolchain.bin)),
        is_system: resolution.origin.as_ref().is_some_and(|origin| origin.kind == OriginKind::System),
        reason: resolution.reason(env.user_home().as_deref()),
        missing: match &resolution.outcome {
            Outcome::Missing(request) => Some(request.as_str().to_owned()),
            Outcome::Ready(_) | Outcome::Nothing => None,
        },
        error: resolution.refusal.as_ref().map(ToString::to_string),
    }
}
