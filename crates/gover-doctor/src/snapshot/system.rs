//! The kind of a machine.

use std::time::SystemTime;

use super::path::{MachinePath, PathRules};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Os {
    Linux,
    MacOs,
    Windows,
    Other,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct System {
    pub os: Os,
    /// The machine's own GOARCH, not that of gover.
    pub arch: String,
    /// `ID` of /etc/os-release on Linux: `debian`, `alpine`; else empty.
    pub distribution: String,
    /// `6.1.0-18-amd64` on Linux, `14.5` on macOS, `10.0.22631` on Windows; empty if unknown.
    pub release: String,
    pub is_wsl: bool,
    /// Whether this user is root.
    pub is_root: bool,
    pub now: SystemTime,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PackageManager {
    Apt,
    Dnf,
    Pacman,
    Apk,
    Zypper,
    Xbps,
    Portage,
}

impl PackageManager {
    pub fn name(self) -> &'static str {
        match self {
            Self::Apt => "apt",
            Self::Dnf => "dnf",
            Self::Pacman => "pacman",
            Self::Apk => "apk",
            Self::Zypper => "zypper",
            Self::Xbps => "xbps",
            Self::Portage => "Portage",
        }
    }
}

impl System {
    pub fn is_windows(&self) -> bool {
        self.os == Os::Windows
    }

    /// The GOOS of this system; `None` if gover does not know it.
    pub fn go_os(&self) -> Option<&'static str> {
        match self.os {
            Os::Linux => Some("linux"),
            Os::MacOs => Some("darwin"),
            Os::Windows => Some("windows"),
            Os::Other => None,
        }
    }

    pub fn package_manager(&self) -> Option<PackageManager> {
        Some(match self.distribution.as_str() {
            "debian" | "ubuntu" | "linuxmint" | "pop" | "raspbian" | "kali" | "elementary" | "zorin"
            | "neon" => PackageManager::Apt,
            "fedora" | "rhel" | "centos" | "rocky" | "almalinux" | "amzn" | "ol" => PackageManager::Dnf,
            "arch" | "manjaro" | "endeavouros" | "cachyos" | "steamos" => PackageManager::Pacman,
            "alpine" | "postmarketos" | "wolfi" => PackageManager::Apk,
            "opensuse-leap" | "opensuse-tumbleweed" | "sles" => PackageManager::Zypper,
            "void" => PackageManager::Xbps,
            "gentoo" => PackageManager::Portage,
            _ => return None,
        })
    }

    pub fn path_rules(&self) -> PathRules {
        if self.is_windows() { PathRules::Windows } else { PathRules::Unix }
    }

    pub fn path(&self, text: impl Into<String>) -> MachinePath {
        self.path_rules().path(text)
    }

    pub fn split_list(&self, list: &str) -> Vec<MachinePath> {
        self.path_rules().split_list(list)
    }
}
