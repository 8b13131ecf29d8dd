use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::changes::Rule;
use crate::bounded;
use crate::env::{Env, vars};
use crate::version::GoVersion;

/// What `cfg.Getenv` sees: the environment, the user's go/env file, the go.env of the toolchain.
#[derive(Debug)]
pub struct GoEnv<'a> {
    env: &'a Env,
    user: Option<EnvFile>,
    goroot: Option<EnvFile>,
}

impl<'a> GoEnv<'a> {
    /// Without a `goroot`, there is no go.env.
    pub fn new(env: &'a Env, goroot: Option<&Path>) -> Self {
        Self::with_user(env, EnvFile::of_user(env), goroot)
    }

    /// The same with the user's file as it was read before.
    pub(crate) fn with_user(env: &'a Env, user: Option<EnvFile>, goroot: Option<&Path>) -> Self {
        // A GOROOT there also decides which go.env counts, even if the variable is set
        // (`initEnvCache` in cmd/go/internal/cfg).
        let named = user.as_ref().and_then(|file| file.get(vars::GOROOT)).filter(|root| !root.is_empty());
        let goroot = goroot.map(|root| named.map_or(root, Path::new));
        let goroot = goroot.map(|root| root.join("go.env")).and_then(EnvFile::read);
        Self { env, user, goroot }
    }

    /// An empty value counts in the user's file, but not in the environment.
    pub fn get(&self, key: &str) -> Option<String> {
        match self.env.var(key) {
            Some(value) => Some(value.to_string_lossy().into_owned()),
            None => self.file(key).and_then(|file| file.get(key)).map(str::to_owned),
        }
    }

    /// A variable of the environment alone.
    pub(super) fn variable(&self, key: &str) -> Option<String> {
        self.env.text(key)
    }

    /// The file with the value; `None` if it comes from the environment or nothing sets it.
    pub fn file_of(&self, key: &str) -> Option<&Path> {
        if self.env.var(key).is_some() { None } else { self.file(key).map(|file| file.path.as_path()) }
    }

    fn file(&self, key: &str) -> Option<&EnvFile> {
        [&self.user, &self.goroot].into_iter().flatten().find(|file| file.get(key).is_some())
    }
}

/// A go/env file: lines `KEY=value` with the value as it is (`cmd/go/internal/cfg.readEnvFile`).
#[derive(Clone, Debug)]
pub struct EnvFile {
    path: PathBuf,
    values: BTreeMap<String, String>,
}

impl EnvFile {
    /// The user's file; `None` if there is none that can be read.
    pub fn of_user(env: &Env) -> Option<Self> {
        user_env_file(env).and_then(Self::read)
    }

    /// Where a toolchain of this version looks for the user's file, if the newest looks elsewhere.
    pub(crate) fn of_user_before(env: &Env, rules: &GoVersion) -> Option<Self> {
        let directory = env.var(vars::XDG_CONFIG_HOME).map(PathBuf::from)?;
        let is_relative = std::env::consts::OS == "linux" && directory.is_relative();
        let counts =
            is_relative && env.var(vars::GOENV).is_none() && !Rule::ConfigIsAbsolute.holds_for(rules);
        counts.then(|| Self::read(directory.join("go").join("env")))?
    }

    /// `None` if the file cannot be read, which Go treats as empty.
    pub fn read(path: PathBuf) -> Option<Self> {
        let bytes = bounded::read(&path, bounded::GO_FILE).ok()?;
        Some(Self { values: parse(&String::from_utf8_lossy(&bytes)), path })
    }

    /// The value of `key`, possibly empty. The last line with that key counts.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.values.get(key).map(String::as_str)
    }
}

fn parse(text: &str) -> BTreeMap<String, String> {
    // Only lines that start with a capital letter count, so not comments, `export` or `_KEY`.
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
            // For Go, a relative path is an error without a fallback.
            Some(directory) => directory.is_absolute().then_some(directory),
            None => Some(PathBuf::from(env.var(vars::HOME)?).join(".config")),
        },
    }
}
