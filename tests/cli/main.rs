//! Tests of the manager as users meet it: they run the real program in a temporary home, against
//! servers on the loopback interface, and look at its output and files. Run some with `cargo test
//! -p gover --test cli pin::`.
//!
//! | Topic | Modules |
//! |---|---|
//! | Install: arguments, default, repair | `install`, `auto_install`, `arch` |
//! | Toolchains of other programs | `import` |
//! | Where toolchains come from | `sources`, `transfer`, `bad_index`, `offline`, `corporate`, `private_hosts` |
//! | Trust: checksums, the log, hostile archives | `proofs`, `log`, `archives`, `verify` |
//! | Choose a toolchain | `choose`, `pick`, `effect`, `pin`, `current`, `check`, `which`, `shells` |
//! | Run commands with one | `environment`, `exec_isolated`, `exec_keep`, `exec_target` |
//! | Tab in shells | `complete` |
//! | Vulnerabilities | `audit`, `bump` |
//! | What is there, and removing it | `list`, `known_releases`, `remove`, `cache_config`, `store_index` |
//! | Programs of `go install` | `tools` |
//! | Mirrors and proxies | `mirror`, `proxy` |
//! | Build services | `ci` |
//! | Set up the machine | `setup`, `home`, `doctor`, `doctor_formats`, `doctor_language`, `doctor_project`, `doctor_repair`, `doctor_report`, `editor` |
//! | Replace or remove gover itself | `self_update`, `self_uninstall` |
//! | Every command: help, undo, streams, bad input | `help`, `undo`, `fits`, `refused`, `output`, `printing`, `bad_input`, `special_files` |
//! | Crashes and concurrency | `crash`, `concurrent` |
//!
//! `scene` has what several modules use; contexts, servers and releases are in `crates/gover-test`.
#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests are tests too")]
#![expect(
    clippy::needless_raw_string_hashes,
    reason = "snapshots are written by the tool that compares them"
)]

mod arch;
mod archives;
mod audit;
mod auto_install;
mod bad_index;
mod bad_input;
mod bisect;
mod bump;
mod cache_config;
mod changes;
mod check;
mod choose;
mod ci;
mod complete;
mod concurrent;
mod corporate;
mod crash;
mod current;
mod doctor;
mod doctor_formats;
mod doctor_language;
mod doctor_project;
#[cfg(unix)]
mod doctor_repair;
mod doctor_report;
mod editor;
mod effect;
mod environment;
mod exec_isolated;
mod exec_keep;
mod exec_target;
mod expect;
#[cfg(unix)]
mod fits;
mod help;
mod home;
mod import;
mod install;
mod known_releases;
mod list;
mod log;
mod matrix;
mod mirror;
mod offline;
mod output;
mod patches;
mod pick;
mod pin;
mod policy;
mod printing;
mod private_hosts;
mod progress;
mod proofs;
mod proxy;
mod refused;
mod remove;
mod scene;
mod self_uninstall;
mod self_update;
mod setup;
mod shells;
mod sources;
#[cfg(unix)]
mod special_files;
mod store_index;
mod tools;
mod transfer;
mod undo;
mod update;
mod verify;
mod which;
