use std::io;
use std::path::PathBuf;

use gover_core::Arch;
use gover_core::diagnose::{Diagnose, Exit};
use gover_core::platform::InvalidArch;
use gover_core::text::shown;
use thiserror::Error;

#[derive(Debug, Error)]
pub(crate) enum SettingsError {
    #[error("cannot read `{}`", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("cannot write `{}`", path.display())]
    Write { path: PathBuf, source: io::Error },
    #[error("`{}` is not valid TOML: {message} on line {line}", path.display())]
    Syntax { path: PathBuf, line: usize, message: String },
    #[error("`{key}` in `{}` must be {expected}", path.display())]
    Type { path: PathBuf, key: &'static str, expected: &'static str },
    #[error("`{}` has an unknown setting `{}`", path.display(), shown(key))]
    UnknownKey { path: PathBuf, key: String },
    #[error("`locked` in `{}` names an unknown setting `{}`", path.display(), shown(name))]
    UnknownLock { path: PathBuf, name: String },
    /// In the policy of the machine.
    #[error(transparent)]
    Machine(Box<SettingsError>),
    #[error("{name} is `{}`, which is neither true nor false", shown(value))]
    Variable { name: &'static str, value: String },
    #[error("{name} is `{}`, which is not a GOARCH", shown(&error.text))]
    Arch { name: &'static str, error: InvalidArch },
    #[error("there is no setting `{}`", shown(name))]
    Unknown { name: String },
    #[error("`{key}` cannot be `{}`: it must be true or false", shown(value))]
    Value { key: String, value: String },
}

impl Diagnose for SettingsError {
    fn hints(&self) -> Vec<String> {
        vec![match self {
            Self::Read { .. } | Self::Write { .. } => {
                "check that you own the file and may change it".to_owned()
            }
            // Most people who see this cannot change it.
            Self::Machine(_) => {
                "that file is the policy of this machine; ask an administrator to fix it".to_owned()
            }
            Self::Syntax { path, .. }
            | Self::Type { path, .. }
            | Self::UnknownKey { path, .. }
            | Self::UnknownLock { path, .. } => {
                format!("edit {} or move it away; gover did not change it", path.display())
            }
            Self::Variable { name, .. } => format!("set {name} to 1 or 0, or unset it"),
            Self::Arch { name, error } => match error.meant.map(Arch::as_str) {
                Some(arch) => format!("Go calls it {arch}: set {name} to that, or unset it"),
                None => format!("set {name} to a GOARCH such as amd64 or arm64, or unset it"),
            },
            Self::Unknown { .. } => "`gover config list` shows every setting".to_owned(),
            Self::Value { key, .. } => format!("gover config set {key} true"),
        }]
    }

    fn exit(&self) -> Exit {
        match self {
            Self::Unknown { .. } | Self::Value { .. } => Exit::Usage,
            _ => Exit::Failure,
        }
    }
}
