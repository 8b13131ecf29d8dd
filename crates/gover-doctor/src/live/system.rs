//! The kind of this machine.

use std::fs;
use std::time::SystemTime;

use gover_core::Platform;
use gover_sys::registry::{self, Hive};

use crate::snapshot::system::{Os, System};

pub(super) fn system(machine: &Platform) -> System {
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
