use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::bounded;
use crate::env::{Env, vars};

/// Go's configuration as `cfg.Getenv` sees it: the environment, the user's go/env file, the toolchain's go.env.
#[derive(Debug)]
pub struct GoEnv<'a> {
    env: &'a Env,
    user: Option<EnvFile>,
    goroot: Option<EnvFile>,
}

impl<'a> GoEnv<'a> {
    /// The configuration for the toolchain at `goroot`; without one only environment and user file count.
    pub fn new(env: &'a Env, goroot: Option<&Path>) -> Self {
        let user = user_env_file(env).and_then(EnvFile::read);
        let goroot = goroot.map(|root| root.join("go.env")).and_then(EnvFile::read);
        Self { env, user, goroot }
    }

    /// A variable's value. A line in the user's file counts even if it is empty, an environment variable only
    /// if it is not.
    pub fn get(&self, key: &str) -> Option<String> {
        if let Some(value) = self.env.var(key) {
            return Some(value.to_string_lossy().into_owned());
        }
        [&self.user, &self.goroot].into_iter().flatten().find_map(|file| file.get(key)).map(str::to_owned)
    }

    /// The file a variable's value comes from; `None` if from the environment or from nowhere.
    pub fn file_of(&self, key: &str) -> Option<&Path> {
        if self.env.var(key).is_some() {
            return None;
        }
        [&self.user, &self.goroot]
            .into_iter()
            .flatten()
            .find(|file| file.get(key).is_some())
            .map(|file| file.path.as_path())
    }
}

/// A go/env file: lines `KEY=value`, the value verbatim (`cmd/go/internal/cfg.readEnvFile`).
#[derive(Clone, Debug)]
pub struct EnvFile {
    path: PathBuf,
    values: BTreeMap<String, String>,
}

impl EnvFile {
    /// Reads a file; `None` if it cannot be read, which Go treats as empty.
    pub fn read(path: PathBuf) -> Option<Self> {
        let bytes = bounded::read(&path, bounded::SMALL_FILE).ok()?;
        Some(Self { values: parse(&String::from_utf8_lossy(&bytes)), path })
    }

    /// The value of `key`, possibly empty; the last line of that key wins.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.values.get(key).map(String::as_str)
    }
}

fn parse(text: &str) -> BTreeMap<String, String> {
    // Only lines that start with a capital count: this drops comments, `export` and `_KEY` alike.
    text.split('\n')
        .filter(|line| line.starts_with(|c: char| c.is_ascii_uppercase()))
        .filter_map(|line| line.split_once('='))
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect()
}

/// The user's go/env file: `GOENV`, or `go/env` in `os.UserConfigDir`. `None` for `GOENV=off`.
pub fn user_env_file(env: &Env) -> Option<PathBuf> {
    match env.var(vars::GOENV) {
        Some(value) if value == "off" => None,
        Some(value) => Some(PathBuf::from(value)),
        None => Some(user_config_directory(env)?.join("go").join("env")),
    }
}

/// `os.UserConfigDir`.
fn user_config_directory(env: &Env) -> Option<PathBuf> {
    match std::env::consts::OS {
        "windows" => env.var(vars::APPDATA).map(PathBuf::from),
        "macos" => Some(PathBuf::from(env.var(vars::HOME)?).join("Library/Application Support")),
        _ => match env.var(vars::XDG_CONFIG_HOME).map(PathBuf::from) {
            // Go refuses a relative one instead of falling back.
            Some(directory) => directory.is_absolute().then_some(directory),
            None => Some(PathBuf::from(env.var(vars::HOME)?).join(".config")),
        },
    }
}
