//! The real registry. A value that cannot be read counts as missing.

use gover_sys::registry::{self, Hive, Text};

use crate::snapshot::registry::Registry;

#[derive(Clone, Copy, Debug)]
pub struct RealRegistry;

impl Registry for RealRegistry {
    fn text(&self, hive: Hive, key: &str, name: &str) -> Option<Text> {
        registry::text(hive, key, name).ok()?
    }

    fn number(&self, hive: Hive, key: &str, name: &str) -> Option<u32> {
        registry::number(hive, key, name).ok()?
    }

    fn keys(&self, hive: Hive, key: &str) -> Vec<String> {
        registry::keys(hive, key).unwrap_or_default()
    }
}
