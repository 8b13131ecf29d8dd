//! The Windows registry as checks see it, in the types of gover-sys.

use std::fmt;

pub use gover_sys::registry::{Hive, Text};
use gover_sys::registry::{MACHINE_ENVIRONMENT, USER_ENVIRONMENT};
use serde::{Deserialize, Serialize};

/// A value of the user's own registry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserKey {
    /// The key below `HKEY_CURRENT_USER`: `Environment`.
    pub key: String,
    pub name: String,
}

impl fmt::Display for UserKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, r"{}\{}\{}", Hive::User.name(), self.key, self.name)
    }
}

impl UserKey {
    pub fn of_variable(name: &str) -> Self {
        Self { key: USER_ENVIRONMENT.to_owned(), name: name.to_owned() }
    }
}

/// Reads the registry; on other systems it is empty.
pub trait Registry {
    /// A text value; `None` if it does not exist or has another type.
    fn text(&self, hive: Hive, key: &str, name: &str) -> Option<Text>;

    /// A number (`REG_DWORD`); `None` if it does not exist or has another type.
    fn number(&self, hive: Hive, key: &str, name: &str) -> Option<u32>;

    /// The type of a value by its number in winnt.h; `None` if it does not exist.
    fn kind(&self, hive: Hive, key: &str, name: &str) -> Option<u32>;

    /// The names of the keys below a key; empty if the key does not exist.
    fn keys(&self, hive: Hive, key: &str) -> Vec<String>;

    /// A text value as people read it.
    fn shown(&self, hive: Hive, key: &str, name: &str) -> Option<String> {
        self.text(hive, key, name).map(|value| value.shown())
    }
}

pub const HIVES: [Hive; 2] = [Hive::User, Hive::Machine];

/// The key that holds environment variables.
pub fn environment(hive: Hive) -> &'static str {
    match hive {
        Hive::User => USER_ENVIRONMENT,
        Hive::Machine => MACHINE_ENVIRONMENT,
    }
}
