//! The rules of cmd/go: to which toolchain a go command of a given version would switch.
//!
//! A port of `cmd/go/internal/toolchain/select.go` and of the code that reads its input: go/env
//! files (`cmd/go/internal/cfg`), go.work and go.mod (`modload.FindGoWork`, `FindGoMod`,
//! `gover.GoModLookup`) and the `-C` flag (`cmd/go/main.go`). Tests compare it with results of the
//! real go command.

mod arguments;
mod changes;
mod environment;
mod install_version;
mod module_file;
mod refusal;
mod search;
mod select;
mod toolchain_trace;
pub mod words;

pub use arguments::{Start, is_newer_command, starting_directory, without_directory_flag};
pub use environment::{EnvFile, GoEnv, user_env_file};
pub use module_file::lookup;
pub use refusal::{Place, SelectError};
pub use search::Temporary;
pub use select::{Choice, Demand, DemandSource, Rules, Search};

#[cfg(test)]
mod tests;
