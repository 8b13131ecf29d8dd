//! What commands share about installed toolchains: which there are, how one comes in, and which one
//! is the default.
//!
//! Commands use these modules and never each other.

pub(crate) mod architecture;
pub(crate) mod default;
pub(crate) mod effect;
pub(crate) mod expected;
pub(crate) mod install;
pub(crate) mod leftovers;
pub(crate) mod legs;
pub(crate) mod lock;
pub(crate) mod policy;
pub(crate) mod project;
pub(crate) mod provide;
pub(crate) mod releases;
pub(crate) mod requests;
pub(crate) mod sessions;
pub(crate) mod share;
pub(crate) mod shims;
pub(crate) mod start;
pub(crate) mod startup;
pub(crate) mod temporary;
pub(crate) mod tools;
pub(crate) mod uninstall;
pub(crate) mod uses;
pub(crate) mod vulnerabilities;
