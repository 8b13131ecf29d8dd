//! What the manager knows and no file says: releases, and what its own store holds.

use gover_core::ToolchainName;
use gover_core::date::Date;

use super::path::MachinePath;

/// A release of Go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    pub name: ToolchainName,
    /// The day it came out; `None` if unknown.
    pub date: Option<Date>,
    /// Whether there is one for the platform that is installed for; `None` if nobody said.
    pub is_available: Option<bool>,
}

/// What is known of the store.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Store {
    /// Damage, leftovers of crashes and of shells that ended: what `gover prune` removes.
    pub leftovers: Vec<Leftover>,
    /// The size of what can be fetched again, in bytes.
    pub cache: u64,
}

/// Something in the store that serves nobody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leftover {
    pub path: MachinePath,
    /// What it is: `an unfinished download`.
    pub what: String,
    /// Whether it stands where a toolchain should.
    pub is_damage: bool,
    pub bytes: u64,
}
