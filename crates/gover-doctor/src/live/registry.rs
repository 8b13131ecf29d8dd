//! The real registry; what cannot be read is not there.

use gover_sys::registry;

use crate::snapshot::registry::{Hive, Registry, RegistryValue};

/// The registry of this machine.
#[derive(Clone, Copy, Debug)]
pub struct RealRegistry;

impl Registry for RealRegistry {
    fn text(&self, hive: Hive, key: &str, name: &str) -> Option<RegistryValue> {
        let value = registry::text(real(hive), key, name).ok()??;
        Some(RegistryValue { text: value.text, expands: value.expands })
    }

    fn number(&self, hive: Hive, key: &str, name: &str) -> Option<u32> {
        registry::number(real(hive), key, name).ok()?
    }

    fn keys(&self, hive: Hive, key: &str) -> Vec<String> {
        registry::keys(real(hive), key).unwrap_or_default()
    }
}

fn real(hive: Hive) -> registry::Hive {
    match hive {
        Hive::User => registry::Hive::User,
        Hive::Machine => registry::Hive::Machine,
    }
}
