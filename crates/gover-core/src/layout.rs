//! Where everything is below `GOVER_HOME`. Nothing here touches the disk.

use std::env::consts::EXE_SUFFIX;
use std::path::{Path, PathBuf};

use crate::version::ToolchainName;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    home: PathBuf,
}

impl Layout {
    /// `home` must be absolute.
    pub fn new(home: PathBuf) -> Self {
        Self { home }
    }

    pub fn home(&self) -> &Path {
        &self.home
    }

    /// The one directory on PATH.
    pub fn bin(&self) -> PathBuf {
        self.home.join("bin")
    }

    /// A program in [`bin`](Self::bin), with `.exe` on Windows.
    pub fn program(&self, name: &str) -> PathBuf {
        self.bin().join(executable_name(name))
    }

    /// The checksum of the shim that [`bin`](Self::bin) was made from. It exists as long as `bin`
    /// belongs to gover, so a program in `bin` can tell that the directory above it is its home.
    pub fn shim_stamp(&self) -> PathBuf {
        self.bin().join(".shim")
    }

    pub fn versions(&self) -> PathBuf {
        self.home.join("versions")
    }

    pub fn toolchain(&self, name: &ToolchainName) -> PathBuf {
        self.versions().join(name.as_str())
    }

    pub fn receipts(&self) -> PathBuf {
        self.home.join("receipts")
    }

    /// Where a toolchain came from and what proved it.
    pub fn receipt(&self, name: &ToolchainName) -> PathBuf {
        self.receipts().join(format!("{name}.json"))
    }

    /// Every file of a toolchain as it was installed.
    pub fn file_list(&self, name: &ToolchainName) -> PathBuf {
        self.receipts().join(format!("{name}.files"))
    }

    /// The link to the default toolchain, for editor settings.
    pub fn current(&self) -> PathBuf {
        self.home.join("current")
    }

    /// A file of one line, the default request.
    pub fn default_file(&self) -> PathBuf {
        self.home.join("default")
    }

    /// The settings of the manager. The shim never reads them.
    pub fn config(&self) -> PathBuf {
        self.home.join("config.toml")
    }

    /// The few settings that the shim needs, as plain lines, written by the manager.
    pub fn shim_state(&self) -> PathBuf {
        self.home.join("shim.state")
    }

    pub fn cache(&self) -> PathBuf {
        self.home.join("cache")
    }

    /// One directory for each source.
    pub fn index_cache(&self) -> PathBuf {
        self.cache().join("index")
    }

    /// Sources that failed within the last hour.
    pub fn failed_sources(&self) -> PathBuf {
        self.cache().join("failed-sources.json")
    }

    /// Tiles, records and tree heads of checksum databases.
    pub fn sumdb_cache(&self) -> PathBuf {
        self.cache().join("sumdb")
    }

    /// Where toolchains are unpacked before they become visible, on the same file system as
    /// `versions`.
    pub fn staging(&self) -> PathBuf {
        self.home.join("staging")
    }

    pub fn locks(&self) -> PathBuf {
        self.home.join("locks")
    }

    /// The lock for one name: a toolchain, `shims`, `default`, `config`.
    pub fn lock(&self, name: &str) -> PathBuf {
        self.locks().join(format!("{name}.lock"))
    }

    pub fn sessions(&self) -> PathBuf {
        self.home.join("sessions")
    }

    /// The record of the shell with the process number `id`.
    pub fn session(&self, id: u32) -> PathBuf {
        self.sessions().join(id.to_string())
    }
}

/// `name` with `.exe` on Windows.
pub fn executable_name(name: &str) -> String {
    format!("{name}{EXE_SUFFIX}")
}

pub fn goroot_program(goroot: &Path, name: &str) -> PathBuf {
    goroot.join("bin").join(executable_name(name))
}
