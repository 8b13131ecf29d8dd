//! Tests of the shim as users meet it: the program itself, with toolchains whose `go` tells what it
//! was given.
#![expect(clippy::unwrap_used, reason = "helpers of tests are tests too")]
#![expect(
    clippy::needless_raw_string_hashes,
    reason = "snapshots are written by the tool that compares them"
)]

mod launch;
mod messages;
mod selection;
#[cfg(windows)]
mod windows;
