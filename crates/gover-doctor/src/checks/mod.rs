//! The checks, one file each, in folders by what they are about.

pub(crate) mod compiler;
pub(crate) mod editors;
pub(crate) mod finding_go;
pub(crate) mod goroot;
pub(crate) mod modules;
pub(crate) mod network;
mod pins;
pub(crate) mod platform;
pub(crate) mod project;
pub(crate) mod store;
pub(crate) mod words;
