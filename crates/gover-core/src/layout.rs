//! Where everything is below `GOVER_HOME`. Pure path arithmetic: nothing here touches the disk.

use std::env::consts::EXE_SUFFIX;
use std::path::{Path, PathBuf};

use crate::version::ToolchainName;

/// The paths of one gover home.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    home: PathBuf,
}

impl Layout {
    /// The layout below `home`, which must be absolute.
    pub fn new(home: PathBuf) -> Self {
        Self { home }
    }

    /// `GOVER_HOME` itself.
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// The one directory on PATH.
    pub fn bin(&self) -> PathBuf {
        self.home.join("bin")
    }

    /// A program in [`bin`](Self::bin), with `.exe` where the platform wants it.
    pub fn program(&self, name: &str) -> PathBuf {
        self.bin().join(executable_name(name))
    }

    /// The sum of the shim that [`bin`](Self::bin) was made from. It is there as long as `bin` is gover's, and so
    /// tells a program in `bin` that the directory above is its home.
    pub fn shim_stamp(&self) -> PathBuf {
        self.bin().join(".shim")
    }

    /// All toolchains.
    pub fn versions(&self) -> PathBuf {
        self.home.join("versions")
    }

    /// The GOROOT of one toolchain.
    pub fn toolchain(&self, name: &ToolchainName) -> PathBuf {
        self.versions().join(name.as_str())
    }

    /// All receipts.
    pub fn receipts(&self) -> PathBuf {
        self.home.join("receipts")
    }

    /// What is known about how a toolchain came here.
    pub fn receipt(&self, name: &ToolchainName) -> PathBuf {
        self.receipts().join(format!("{name}.json"))
    }

    /// Every file of a toolchain as it was installed, beside its receipt.
    pub fn file_list(&self, name: &ToolchainName) -> PathBuf {
        self.receipts().join(format!("{name}.files"))
    }

    /// The link to the default toolchain, for editor settings.
    pub fn current(&self) -> PathBuf {
        self.home.join("current")
    }

    /// The one-line file with the default request.
    pub fn default_file(&self) -> PathBuf {
        self.home.join("default")
    }

    /// The manager's settings; the shim never reads them.
    pub fn config(&self) -> PathBuf {
        self.home.join("config.toml")
    }

    /// The few settings the shim needs, as plain lines, written by the manager.
    pub fn shim_state(&self) -> PathBuf {
        self.home.join("shim.state")
    }

    /// Everything that can be fetched again.
    pub fn cache(&self) -> PathBuf {
        self.home.join("cache")
    }

    /// Where a release index is cached, one directory a source.
    pub fn index_cache(&self) -> PathBuf {
        self.cache().join("index")
    }

    /// Which sources failed within the last hour.
    pub fn failed_sources(&self) -> PathBuf {
        self.cache().join("failed-sources.json")
    }

    /// Tiles, records and tree heads of checksum databases.
    pub fn sumdb_cache(&self) -> PathBuf {
        self.cache().join("sumdb")
    }

    /// Where toolchains are unpacked before they become visible; same file system as `versions`.
    pub fn staging(&self) -> PathBuf {
        self.home.join("staging")
    }

    /// Lock files.
    pub fn locks(&self) -> PathBuf {
        self.home.join("locks")
    }

    /// The lock of one name: a toolchain, `shims`, `default`, `sumdb`.
    pub fn lock(&self, name: &str) -> PathBuf {
        self.locks().join(format!("{name}.lock"))
    }

    /// Records of `gover use` for shells without the function.
    pub fn sessions(&self) -> PathBuf {
        self.home.join("sessions")
    }

    /// The record of the shell process `id`.
    pub fn session(&self, id: u32) -> PathBuf {
        self.sessions().join(id.to_string())
    }
}

/// `name` with the platform's suffix of executables.
pub fn executable_name(name: &str) -> String {
    format!("{name}{EXE_SUFFIX}")
}

/// A program of the toolchain at `goroot`: `go`, `gofmt`.
pub fn goroot_program(goroot: &Path, name: &str) -> PathBuf {
    goroot.join("bin").join(executable_name(name))
}
