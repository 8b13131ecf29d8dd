use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use gover_core::env::parse_switch;
use gover_source::SourceSpec;
use gover_sys::file::{read_limited, write_atomically, write_privately};
use toml_edit::{Array, DocumentMut, Item, value};

use super::{SETTINGS, SettingsError, split};

/// `config.toml`, whose comments and order survive a change.
#[derive(Clone, Debug)]
pub(crate) struct ConfigFile {
    path: PathBuf,
    document: DocumentMut,
}

impl ConfigFile {
    /// Reads the file; a missing one is empty.
    pub(crate) fn read(path: &Path) -> Result<Self, SettingsError> {
        let read = |source| SettingsError::Read { path: path.to_owned(), source };
        let bytes = match read_limited(path, LIMIT) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(source) => return Err(read(source)),
        };
        let text = gover_core::text::decode(bytes)
            .ok_or_else(|| read(io::Error::new(io::ErrorKind::InvalidData, "it is not text")))?;
        let text = text.trim_start_matches('\u{feff}');
        let document = text.parse().map_err(|error| syntax(path, text, &error))?;
        Ok(Self { path: path.to_owned(), document })
    }

    /// A file that is not there.
    pub(crate) fn empty() -> Self {
        Self { path: PathBuf::new(), document: DocumentMut::new() }
    }

    /// What the file holds under a name.
    pub(super) fn item(&self, key: &str) -> Option<&Item> {
        self.document.get(key)
    }

    /// A setting as `gover config set` takes it; `None` if the file does not hold it.
    pub(crate) fn text(&self, key: &str) -> Option<String> {
        let item = self.document.get(key)?;
        let texts = item.as_array().map(|array| array.iter().filter_map(toml_edit::Value::as_str));
        match texts {
            Some(texts) => Some(texts.collect::<Vec<_>>().join(",")),
            None => item.as_str().map(str::to_owned).or_else(|| Some(item.as_bool()?.to_string())),
        }
    }

    /// A yes-or-no setting; `None` if the file does not hold it.
    pub(crate) fn switch(&self, key: &'static str) -> Result<Option<bool>, SettingsError> {
        self.document
            .get(key)
            .map(|item| item.as_bool().ok_or_else(|| self.wrong_type(key, "true or false")))
            .transpose()
    }

    /// A list setting; `None` if the file does not hold it.
    pub(crate) fn list(&self, key: &'static str) -> Result<Option<Vec<String>>, SettingsError> {
        let Some(item) = self.document.get(key) else { return Ok(None) };
        if let Some(text) = item.as_str() {
            return Ok(Some(split(text)));
        }
        let texts =
            item.as_array().map(|array| array.iter().map(|item| item.as_str().map(str::to_owned)).collect());
        match texts {
            Some(Some(list)) => Ok(Some(list)),
            _ => Err(self.wrong_type(key, "a list of texts")),
        }
    }

    /// Names in the file that are not settings.
    pub(crate) fn unknown(&self) -> Vec<String> {
        let known = |key: &str| SETTINGS.iter().any(|setting| setting.name == key);
        self.document.iter().map(|(key, _)| key.to_owned()).filter(|key| !known(key)).collect()
    }

    /// Changes one setting in memory; an empty value removes it.
    pub(crate) fn set(&mut self, name: &str, text: &str) -> Result<(), SettingsError> {
        let known = SETTINGS.iter().any(|setting| setting.name == name);
        if !known {
            return Err(SettingsError::Unknown { name: name.to_owned() });
        }
        if text.is_empty() {
            self.document.remove(name);
            return Ok(());
        }
        let item: Item = if name == "sources" {
            value(split(text).into_iter().collect::<Array>())
        } else {
            let invalid = || SettingsError::Value { key: name.to_owned(), value: text.to_owned() };
            value(parse_switch(text).ok_or_else(invalid)?)
        };
        match self.document.get_mut(name) {
            // Only the value changes; a comment on the line stays.
            Some(old) => {
                let decor = old.as_value().map(|value| value.decor().clone());
                *old = item;
                if let (Some(decor), Some(new)) = (decor, old.as_value_mut()) {
                    *new.decor_mut() = decor;
                }
            }
            None => {
                self.document.insert(name, item);
            }
        }
        Ok(())
    }

    /// What [`write`](Self::write) would write.
    pub(crate) fn content(&self) -> String {
        self.document.to_string()
    }

    /// Writes the file by one rename. If it contains a password, only its owner may read it.
    pub(crate) fn write(&self) -> Result<(), SettingsError> {
        let is_secret = self.holds_credentials();
        let write = || {
            if let Some(directory) = self.path.parent() {
                fs::create_dir_all(directory)?;
            }
            let text = self.content();
            if is_secret {
                write_privately(&self.path, text.as_bytes())
            } else {
                write_atomically(&self.path, text.as_bytes())
            }
        };
        write().map_err(|source| SettingsError::Write { path: self.path.clone(), source })
    }

    /// Whether an address contains credentials; a list that cannot be parsed may, too.
    fn holds_credentials(&self) -> bool {
        let sources = self.list("sources");
        sources
            .map_or(true, |sources| sources.iter().flatten().any(|entry| SourceSpec::shown(entry) != *entry))
    }

    pub(super) fn wrong_type(&self, key: &'static str, expected: &'static str) -> SettingsError {
        SettingsError::Type { path: self.path.clone(), key, expected }
    }
}

fn syntax(path: &Path, text: &str, error: &toml_edit::TomlError) -> SettingsError {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let message = error.message().lines().next().unwrap_or_default().to_owned();
    SettingsError::Syntax { path: path.to_owned(), line, message }
}

/// The largest config.toml that is read, in bytes.
const LIMIT: u64 = 1 << 20;
