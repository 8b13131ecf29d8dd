//! Test support: hermetic contexts, a server with faults, a checksum database, releases and a fake
//! go.
//!
//! Everything a test of gover needs in place of the real world, and nothing of it reaches the real
//! home, registry or network. [`context!`] makes a [`TestContext`], in which the two gover programs
//! run with an environment of their own; [`FakeServer`] answers HTTP, [`TlsFront`] https,
//! [`FakeProxy`] stands before both, [`FakeSite`] makes it the release site, a mirror and a module
//! proxy; [`FakeLog`] is the checksum database; [`Release`] a Go release in each of its packings;
//! the `fake-go` program the go command.
//!
//! Made-up releases have made-up bytes, so publish them under versions that were never released
//! (`go1.91.2`): gover knows the digests of the real ones and refuses anything else by that name.
#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    clippy::panic,
    reason = "only tests use this crate, and a fixture that cannot be made must fail its test"
)]

pub mod clock;
mod context;
mod digest;
pub mod forge;
mod front;
mod fuzzed;
mod log;
pub mod model;
mod own_release;
mod programs;
mod release;
mod selection;
mod server;
mod service;
mod signer;
mod site;

pub use context::{Invocation, Output, TestContext, has_directory_links};
pub use digest::{dirhash, sha256_hex};
pub use front::{FakeProxy, ProxyRequest, TlsFront};
pub use fuzzed::fuzzed;
pub use log::{FakeLog, GO_MOD_HASH};
pub use own_release::OwnRelease;
pub use programs::{Programs, fake_go, spawn};
pub use release::{Entry, Release, gzip, index_json, pack_tar_gz, pack_zip};
pub use selection::SelectionCase;
pub use server::{FakeServer, Fault, Request, Response};
pub use signer::Signer;
pub use site::FakeSite;

/// Inline snapshots and their macro `str!`, so that test crates need no dependency of their own.
pub use snapbox;

/// A fresh [`TestContext`]; knows the programs that Cargo built for the test crate it stands in.
#[macro_export]
macro_rules! context {
    () => {
        $crate::TestContext::new(&$crate::Programs::find(
            ::std::option_env!("CARGO_BIN_EXE_gover"),
            ::std::option_env!("CARGO_BIN_EXE_gover-shim"),
        ))
    };
}

/// Compares what a program did with an inline snapshot.
///
/// ```ignore
/// gover_snapshot!(ctx.gover(["current"]), str![[r#"
/// exit: 0
/// ----- stdout -----
/// go1.22.5  chosen by .go-version:1 in [ROOT]/shop
/// ----- stderr -----
///
/// "#]]);
/// ```
/// `SNAPSHOTS=overwrite cargo test` writes the snapshot. `...` alone on a line matches any lines.
#[macro_export]
macro_rules! gover_snapshot {
    ($output:expr, $expected:expr $(,)?) => {{ $crate::snapbox::assert_data_eq!(($output).snapshot(), $expected) }};
}
