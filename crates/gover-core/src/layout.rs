//! Where everything is below `GOVER_HOME`. Nothing here touches the disk.

use std::env::consts::EXE_SUFFIX;
use std::path::{Path, PathBuf};

use crate::version::ToolchainName;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    home: PathBuf,
}

/// One method for each path, named below `GOVER_HOME`.
macro_rules! paths {
    ($($(#[$doc:meta])* $method:ident = $path:literal;)*) => {
        impl Layout {
            /// All paths that have a method, below `GOVER_HOME` and with `/`.
            pub const PATHS: &[&str] = &[$($path),*];

            $($(#[$doc])* pub fn $method(&self) -> PathBuf {
                $path.split('/').fold(self.home.clone(), |path, name| path.join(name))
            })*
        }
    };
}

paths! {
    /// The one directory on PATH.
    bin = "bin";
    /// The checksum of the shim that [`bin`](Self::bin) was made from. It exists as long as `bin`
    /// belongs to gover, so a program in `bin` can tell that the directory above it is its home.
    shim_stamp = "bin/.shim";
    versions = "versions";
    /// The names in [`versions`](Self::versions), to save time; see `store_index`.
    store_index = "versions.index";
    receipts = "receipts";
    /// The link to the default toolchain, for editor settings.
    current = "current";
    /// A file of one line, the default request.
    default_file = "default";
    /// The settings of the manager. The shim never reads them.
    config = "config.toml";
    /// The few settings that the shim needs, as plain lines, written by the manager.
    shim_state = "shim.state";
    cache = "cache";
    /// One directory for each source.
    index_cache = "cache/index";
    /// The vulnerability database as it was last read.
    vulnerability_cache = "cache/vulndb";
    /// Sources that failed within the last hour.
    failed_sources = "cache/failed-sources.json";
    /// Tiles, records and tree heads of checksum databases.
    sumdb_cache = "cache/sumdb";
    /// Where toolchains are unpacked before they become visible, on the same file system as
    /// `versions`.
    staging = "staging";
    locks = "locks";
    sessions = "sessions";
    /// Programs that are kept for one toolchain, in a directory with its name.
    tools = "tools";
    /// What unfinished searches of `gover bisect` know.
    bisect = "bisect";
    /// Where `man` looks if `bin` is on PATH.
    manual_pages = "share/man/man1";
    /// Which kind of package this gover came from, and the path of the packaged gover.
    channel = "share/gover/channel";
}

impl Layout {
    /// `home` must be absolute.
    pub fn new(home: PathBuf) -> Self {
        Self { home }
    }

    pub fn home(&self) -> &Path {
        &self.home
    }

    /// A program in [`bin`](Self::bin), with `.exe` on Windows.
    pub fn program(&self, name: &str) -> PathBuf {
        self.bin().join(executable_name(name))
    }

    pub fn toolchain(&self, name: &ToolchainName) -> PathBuf {
        self.versions().join(name.as_str())
    }

    /// The tools that are kept for a toolchain.
    pub fn tools_for(&self, name: &ToolchainName) -> PathBuf {
        self.tools().join(name.as_str()).join("bin")
    }

    pub fn tool(&self, toolchain: &ToolchainName, name: &str) -> PathBuf {
        self.tools_for(toolchain).join(executable_name(name))
    }

    /// Where a toolchain came from and what proved it.
    pub fn receipt(&self, name: &ToolchainName) -> PathBuf {
        self.receipts().join(format!("{name}.json"))
    }

    /// Every file of a toolchain as it was installed.
    pub fn file_list(&self, name: &ToolchainName) -> PathBuf {
        self.receipts().join(format!("{name}.files"))
    }

    /// The lock for one name: a toolchain, `shims`, `default`, `config`.
    pub fn lock(&self, name: &str) -> PathBuf {
        self.locks().join(format!("{name}.lock"))
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

/// The name that people type for a program: without `.exe` on Windows.
pub fn program_name(file_name: &str) -> &str {
    let split = file_name.len().checked_sub(EXE_SUFFIX.len()).and_then(|at| file_name.split_at_checked(at));
    split.filter(|(_, end)| end.eq_ignore_ascii_case(EXE_SUFFIX)).map_or(file_name, |(stem, _)| stem)
}

pub fn goroot_program(goroot: &Path, name: &str) -> PathBuf {
    goroot.join("bin").join(executable_name(name))
}
