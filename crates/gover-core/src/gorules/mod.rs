//! The rules of cmd/go: to which toolchain a go command of a given version would switch.
//!
//! A port of `cmd/go/internal/toolchain/select.go` and of the code that reads its input: go/env
//! files (`cmd/go/internal/cfg`), go.work and go.mod (`modload.FindGoWork`, `FindGoMod`,
//! `gover.GoModLookup`) and the `-C` flag (`cmd/go/main.go`). Tests compare it with results of the
//! real go command.

mod arguments;
mod environment;
mod module_file;
mod search;
mod select;

pub use arguments::{starting_directory, without_directory_flag};
pub use environment::{EnvFile, GoEnv, user_env_file};
pub use module_file::lookup;
pub(crate) use search::is_same_directory;
pub use search::{find_go_mod, find_go_work};
pub use select::{Choice, Demand, DemandSource, Place, Rules, SelectError};

#[cfg(test)]
mod tests;
