//! The Windows registry: texts and numbers can be read, texts below `HKEY_CURRENT_USER` can be
//! written. On other systems it is empty.

use std::io;

#[cfg(windows)]
mod windows;
#[cfg(windows)]
pub(crate) use windows::terminated;

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

/// The hives that gover reads.
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
    #[cfg(windows)]
    return windows::text(hive, key, name);
    #[cfg(not(windows))]
    {
        let _ = (hive, key, name);
        Ok(None)
    }
}

/// The type of a value by its number; `None` if there is no such value.
pub fn kind(hive: Hive, key: &str, name: &str) -> io::Result<Option<u32>> {
    #[cfg(windows)]
    return windows::kind(hive, key, name);
    #[cfg(not(windows))]
    {
        let _ = (hive, key, name);
        Ok(None)
    }
}

/// A number (`REG_DWORD`); `None` if there is no such value, or one of another type.
pub fn number(hive: Hive, key: &str, name: &str) -> io::Result<Option<u32>> {
    #[cfg(windows)]
    return windows::number(hive, key, name);
    #[cfg(not(windows))]
    {
        let _ = (hive, key, name);
        Ok(None)
    }
}

/// Empty if there is no such key.
pub fn keys(hive: Hive, key: &str) -> io::Result<Vec<String>> {
    #[cfg(windows)]
    return windows::keys(hive, key);
    #[cfg(not(windows))]
    {
        let _ = (hive, key);
        Ok(Vec::new())
    }
}

/// Stores a text value below `HKEY_CURRENT_USER`, or removes it for `None`. Running programs do not
/// notice.
pub fn write_user_text(key: &str, name: &str, value: Option<&Text>) -> io::Result<()> {
    #[cfg(windows)]
    return windows::write_user_text(key, name, value);
    #[cfg(not(windows))]
    {
        let _ = (key, name, value);
        Err(io::ErrorKind::Unsupported.into())
    }
}
