//! Systems without a registry.
#![expect(clippy::unnecessary_wraps, reason = "the same signatures on every system")]

use std::io;

use super::{Hive, Text};

pub(super) fn value(_hive: Hive, _key: &str, _name: &str) -> io::Result<Option<(u32, Vec<u16>)>> {
    Ok(None)
}

/// Empty if there is no such key.
pub fn keys(_hive: Hive, _key: &str) -> io::Result<Vec<String>> {
    Ok(Vec::new())
}

/// Stores a text below `HKEY_CURRENT_USER`; `None` removes it. Running programs do not notice.
pub fn write_user_text(_key: &str, _name: &str, _value: Option<&Text>) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}
