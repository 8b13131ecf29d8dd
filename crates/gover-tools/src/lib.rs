//! Programs that `go install` made: how they were built, and how to build them again.
//!
//! [`BuildInfo`] is read from the file; no program is run. [`Recipe`] says how to build the same
//! version of a program again, or why that is not possible. [`Builder`] does it; the old program stays
//! until the new one says the same of itself.
#![forbid(unsafe_code)]

mod build;
mod info;
mod place;
mod recipe;
mod settings;
mod staging;

pub use build::{Build, BuildError, Builder};
pub use info::{BuildInfo, Module};
pub use place::{Found, Kind, directories, find};
pub use recipe::{Obstacle, Recipe};
pub use staging::{remove_left, remove_own, staging_for};
