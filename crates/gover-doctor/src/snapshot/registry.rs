//! The Windows registry as checks see it.

/// A text value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegistryValue {
    /// The text as it is stored, variables unexpanded.
    pub text: Vec<u16>,
    /// Whether `%VARIABLES%` in it are expanded (`REG_EXPAND_SZ`).
    pub expands: bool,
}

/// A value of the user's own registry.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct UserKey {
    /// The key below `HKEY_CURRENT_USER`: `Environment`.
    pub key: String,
    /// The value's name.
    pub name: String,
}

/// Which of the two hives that matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hive {
    /// `HKEY_CURRENT_USER`, which gover may change.
    User,
    /// `HKEY_LOCAL_MACHINE`, which it only reads.
    Machine,
}

/// Reads the registry; on other systems there is nothing in it.
pub trait Registry {
    /// A text value; `None` if it is not there or holds something else.
    fn text(&self, hive: Hive, key: &str, name: &str) -> Option<RegistryValue>;

    /// A number (`REG_DWORD`); `None` if it is not there or holds something else.
    fn number(&self, hive: Hive, key: &str, name: &str) -> Option<u32>;

    /// The names of the keys below a key; empty if there is no such key.
    fn keys(&self, hive: Hive, key: &str) -> Vec<String>;
}

/// Where the user's variables are.
pub const USER_ENVIRONMENT: &str = "Environment";

/// Where the machine's variables are.
pub const MACHINE_ENVIRONMENT: &str = r"SYSTEM\CurrentControlSet\Control\Session Manager\Environment";

impl RegistryValue {
    /// A value from readable text.
    pub fn new(text: &str, expands: bool) -> Self {
        Self { text: text.encode_utf16().collect(), expands }
    }

    /// The text as people read it.
    pub fn shown(&self) -> String {
        String::from_utf16_lossy(&self.text)
    }
}

impl Hive {
    /// Its usual short name.
    pub fn name(self) -> &'static str {
        match self {
            Self::User => "HKCU",
            Self::Machine => "HKLM",
        }
    }
}
