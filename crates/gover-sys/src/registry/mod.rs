//! The Windows registry: texts and numbers can be read, texts below `HKEY_CURRENT_USER` can be
//! written. On other systems it is empty.

use std::io;

#[cfg_attr(not(windows), path = "none.rs")]
#[cfg_attr(windows, path = "windows.rs")]
mod imp;
#[cfg(windows)]
pub(crate) use imp::terminated;

pub use imp::{keys, write_user_text};

/// A text value exactly as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// UTF-16 without a terminating zero.
    pub text: Vec<u16>,
    /// Whether `%VARIABLES%` in it are expanded (`REG_EXPAND_SZ`).
    pub expands: bool,
}

impl Text {
    pub fn new(text: &str, expands: bool) -> Self {
        Self { text: text.encode_utf16().collect(), expands }
    }

    /// Readable text; what is not Unicode is replaced.
    pub fn shown(&self) -> String {
        String::from_utf16_lossy(&self.text)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hive {
    /// `HKEY_CURRENT_USER`, the only one that gover changes.
    User,
    /// `HKEY_LOCAL_MACHINE`.
    Machine,
}

impl Hive {
    /// The usual abbreviation.
    pub fn name(self) -> &'static str {
        match self {
            Self::User => "HKCU",
            Self::Machine => "HKLM",
        }
    }
}

/// The key of the user's environment variables, below `HKEY_CURRENT_USER`.
pub const USER_ENVIRONMENT: &str = "Environment";

/// The key of the machine's environment variables, below `HKEY_LOCAL_MACHINE`.
pub const MACHINE_ENVIRONMENT: &str = r"SYSTEM\CurrentControlSet\Control\Session Manager\Environment";

/// A text (`REG_SZ`, `REG_EXPAND_SZ`); `None` if there is no such value, or one of another type.
pub fn text(hive: Hive, key: &str, name: &str) -> io::Result<Option<Text>> {
    Ok(imp::value(hive, key, name)?.and_then(|(kind, data)| {
        let end = data.iter().rposition(|&unit| unit != 0).map_or(0, |last| last + 1);
        let text = data.get(..end)?.to_vec();
        matches!(kind, REG_SZ | REG_EXPAND_SZ).then_some(Text { text, expands: kind == REG_EXPAND_SZ })
    }))
}

/// The type of a value by its number; `None` if there is no such value.
pub fn kind(hive: Hive, key: &str, name: &str) -> io::Result<Option<u32>> {
    Ok(imp::value(hive, key, name)?.map(|(kind, _)| kind))
}

/// A number (`REG_DWORD`); `None` if there is no such value, or one of another type.
pub fn number(hive: Hive, key: &str, name: &str) -> io::Result<Option<u32>> {
    Ok(imp::value(hive, key, name)?.and_then(|(kind, data)| match data.as_slice() {
        [low, high, ..] if kind == REG_DWORD => Some(u32::from(*low) | u32::from(*high) << 16),
        _ => None,
    }))
}

/// The types of values, from winnt.h.
const REG_SZ: u32 = 1;
const REG_EXPAND_SZ: u32 = 2;
const REG_DWORD: u32 = 4;
