//! Facts that only the manager knows: releases, and what is in its store.

use gover_core::ToolchainName;
use gover_core::date::Date;

use super::path::MachinePath;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    pub name: ToolchainName,
    /// The day it came out; `None` if unknown.
    pub date: Option<Date>,
    /// Whether it exists for the target platform; `None` if unknown.
    pub is_available: Option<bool>,
}

/// The known vulnerabilities of the selected Go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vulnerable {
    pub count: usize,
    /// The release to use in its place; `None` if no known one is without.
    pub better: Option<ToolchainName>,
    /// The day on which the database last changed.
    pub date: Option<Date>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Store {
    /// Damage, and leftovers of crashes and closed shells: what `gover prune` removes.
    pub leftovers: Vec<Leftover>,
    /// The size of the cache in bytes.
    pub cache: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leftover {
    pub path: MachinePath,
    /// What it is: `an unfinished download`.
    pub what: String,
    /// Whether it is where a toolchain should be.
    pub is_damage: bool,
    pub bytes: u64,
}
