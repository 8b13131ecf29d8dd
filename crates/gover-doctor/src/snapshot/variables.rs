//! The environment as checks see it.

use std::collections::BTreeMap;

/// Environment variables. Names are case-insensitive on Windows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Variables {
    values: BTreeMap<String, String>,
    ignores_case: bool,
}

impl Variables {
    pub fn new(ignores_case: bool) -> Self {
        Self { values: BTreeMap::new(), ignores_case }
    }

    pub fn set(&mut self, name: &str, value: &str) {
        self.values.insert(self.key(name), value.to_owned());
    }

    #[cfg(test)]
    pub(crate) fn remove(&mut self, name: &str) {
        self.values.remove(&self.key(name));
    }

    /// A value; `None` if unset or empty.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.even_empty(name).filter(|value| !value.is_empty())
    }

    pub fn even_empty(&self, name: &str) -> Option<&str> {
        self.values.get(&self.key(name)).map(String::as_str)
    }

    /// A text from the registry with `%NAMES%` expanded; unknown ones stay.
    pub fn expand(&self, text: &str) -> String {
        let mut expanded = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('%') {
            expanded.push_str(before);
            let known = after.split_once('%').and_then(|(name, behind)| Some((self.value(name)?, behind)));
            let (value, behind) = known.unwrap_or(("%", after));
            expanded.push_str(value);
            rest = behind;
        }
        expanded + rest
    }

    fn key(&self, name: &str) -> String {
        if self.ignores_case { name.to_ascii_lowercase() } else { name.to_owned() }
    }
}
