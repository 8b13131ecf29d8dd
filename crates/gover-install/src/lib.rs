//! From bytes to a verified toolchain directory, and back to nothing.
//!
//! [`install`] is the whole way: a source gives the file, the proofs are compared, the file is
//! unpacked into staging under a guard, and one rename makes it a toolchain. Nothing becomes
//! visible before every proof held; whatever is interrupted is put right by the next command. All
//! that changes a gover home takes the [`Lock`](gover_sys::Lock) it needs as an argument. Nothing
//! here prints: progress goes to a [`Reporter`], results are facts for the caller to phrase.

#![forbid(unsafe_code)]

pub mod dismantle;
pub mod file_list;
pub mod home;
pub mod import;
pub mod mirror;
pub mod programs;
pub mod prune;
pub mod receipt;
pub mod shims;
pub mod smoke;
pub mod staging;
pub mod verify;

mod custom_build;
mod download;
mod error;
mod files;
mod follow;
mod link;
mod part_file;
mod pipeline;
mod proof;
mod report;
mod store_index;
mod upgrade;

pub use custom_build::CustomBuild;
pub use download::Downloader;
pub use error::{Contradiction, InstallError, Mismatch};
pub use files::{FileError, WriteFailure};
pub use link::{LinkError, link};
pub use part_file::kept_download;
pub use pipeline::{InstallRequest, Installed, Installer, Unpacking, install, install_custom_build};
pub use proof::{LogNeed, LogOutcome, ProofHeld};
pub use prune::{Leftover, LeftoverKind};
pub use receipt::{Receipt, Receipts};
pub use report::{Outcome, Phase, Reporter, Task, TaskId};
pub use smoke::{Smoke, SmokeLevel};
pub use staging::{Uninstalled, uninstall};
