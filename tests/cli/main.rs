//! Tests of the manager from its user's side: the real program, a made-up world, and what it says and leaves.
#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests are tests too")]
#![expect(
    clippy::needless_raw_string_hashes,
    reason = "snapshots are written by the tool that compares them"
)]

mod arch;
mod archives;
mod auto_install;
mod bad_index;
mod bad_input;
mod cache_config;
mod choose;
mod concurrent;
mod corporate;
mod crash;
mod current;
mod doctor;
#[cfg(unix)]
mod doctor_repair;
mod environment;
mod help;
mod home;
mod install;
mod list;
mod log;
mod mirror;
mod offline;
mod output;
mod pin;
mod proofs;
mod remove;
mod scene;
mod setup;
mod shells;
mod sources;
#[cfg(unix)]
mod special_files;
mod transfer;
mod verify;
mod which;
