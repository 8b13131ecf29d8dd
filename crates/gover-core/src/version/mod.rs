//! Go versions and toolchain names, in Go's order.
//!
//! [`GoVersion`] is what a `go` line holds (`1.22.5`, `1.21rc2`, `1.21`), [`ToolchainName`] the
//! name of a toolchain (`go1.22.5`, `go1.22.5-bigcorp`). Both follow `internal/gover` and
//! `cmd/go/internal/gover` of the Go source, so that they compare as the go command compares them.

mod go_version;
#[cfg(test)]
mod tests;
mod toolchain_name;

pub use go_version::{GoVersion, InvalidVersion, Prerelease};
pub use toolchain_name::ToolchainName;
