//! Reads the real machine.

mod disk;
mod programs;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use gover_core::resolve::{OriginKind, Outcome, Resolution, ResolveError};
use gover_core::{Diagnose, Env, Layout, Platform, Request};
use gover_sys::registry::{self, Hive, Text};

pub use disk::RealDisk;
pub use programs::RealPrograms;

use crate::MachinePath;
use crate::snapshot::registry::Registry;
use crate::snapshot::system::{Os, System};
use crate::snapshot::variables::Variables;
use crate::snapshot::{Facts, Gover, Process, Selection, SetBy};

/// Facts from the environment and the selection, with short paths if people read the findings. The
/// manager adds the shell, the network and its store. Characters in paths that are not Unicode are
/// replaced.
pub fn facts(
    env: &Env,
    layout: &Layout,
    machine: &Platform,
    selection: &Result<Resolution, ResolveError>,
    is_for_people: bool,
) -> Facts {
    let system = system(machine);
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
        gover: Gover {
            home: path(layout.home()),
            bin: path(&layout.bin()),
            installs_missing: false,
            sources_set_by: SetBy::Nothing,
        },
        shell: None,
        selection: self::selection(env.user_home().filter(|_| is_for_people).as_deref(), selection, path),
        is_for_people,
        is_thorough: false,
        network: None,
        releases: Vec::new(),
        vulnerable: None,
        store: None,
        processes: Vec::new(),
        system: system.clone(),
    }
}

/// The processes of this user, with the PATH of each.
pub fn processes(system: &System) -> Vec<Process> {
    let path = |path: &Path| system.path(path.to_string_lossy());
    let running = gover_sys::process::with_path().into_iter();
    running
        .map(|one| Process {
            id: one.id,
            program: path(&one.program),
            path: one.path.to_string_lossy().into_owned(),
        })
        .collect()
}

fn selection(
    home: Option<&Path>,
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
    let is_from =
        |kinds: &[OriginKind]| resolution.origin.as_ref().is_some_and(|origin| kinds.contains(&origin.kind));
    Selection {
        version: resolution.name().cloned(),
        goroot: toolchain.and_then(|toolchain| toolchain.goroot.as_deref()).map(&path),
        bin: toolchain.map(|toolchain| path(&toolchain.bin)),
        is_system: is_from(&[OriginKind::System]),
        is_for_shell: is_from(&[OriginKind::Environment, OriginKind::Session]),
        is_exact: resolution.raised.is_some()
            || resolution.origin.as_ref().is_some_and(|origin| is_exact(&origin.request)),
        reason: resolution.reason(home),
        missing,
        error: resolution.go_error.as_ref().map(ToString::to_string),
    }
}

fn is_exact(request: &str) -> bool {
    Request::parse(request).is_ok_and(|request| request.as_exact().is_some())
}

fn system(machine: &Platform) -> System {
    let os = match machine.os() {
        "linux" => Os::Linux,
        "darwin" => Os::MacOs,
        "windows" => Os::Windows,
        _ => Os::Other,
    };
    let release = release(os).unwrap_or_default();
    System {
        os,
        arch: machine.arch().to_owned(),
        distribution: distribution().unwrap_or_default(),
        // Both versions of WSL have `microsoft` in the kernel release.
        is_wsl: os == Os::Linux && release.to_ascii_lowercase().contains("microsoft"),
        is_root: gover_sys::user::is_root(),
        release,
        now: SystemTime::now(),
    }
}

fn release(os: Os) -> Option<String> {
    match os {
        Os::Linux => Some(fs::read_to_string("/proc/sys/kernel/osrelease").ok()?.trim().to_owned()),
        Os::MacOs => {
            let list = fs::read_to_string("/System/Library/CoreServices/SystemVersion.plist").ok()?;
            let (_, rest) = list.split_once("<key>ProductVersion</key>")?;
            let (_, rest) = rest.split_once("<string>")?;
            Some(rest.split_once("</string>")?.0.to_owned())
        }
        Os::Windows => {
            let key = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion";
            let number = |name| registry::number(Hive::Machine, key, name).ok().flatten();
            let build = registry::text(Hive::Machine, key, "CurrentBuildNumber").ok()??;
            let (major, minor) = (number("CurrentMajorVersionNumber")?, number("CurrentMinorVersionNumber")?);
            Some(format!("{major}.{minor}.{}", String::from_utf16_lossy(&build.text)))
        }
        Os::Other => None,
    }
}

/// `ID` of /etc/os-release (freedesktop.org, os-release).
fn distribution() -> Option<String> {
    let text = fs::read_to_string("/etc/os-release").ok()?;
    let id = text.lines().find_map(|line| line.strip_prefix("ID="))?;
    Some(id.trim_matches(['"', '\'']).to_owned())
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

    fn kind(&self, hive: Hive, key: &str, name: &str) -> Option<u32> {
        registry::kind(hive, key, name).ok()?
    }

    fn keys(&self, hive: Hive, key: &str) -> Vec<String> {
        registry::keys(hive, key).unwrap_or_default()
    }
}
