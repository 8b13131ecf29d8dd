//! Settings: the command line wins over the environment, that over `config.toml`, that over the
//! built-in values.
//!
//! Each value remembers its origin. The few that the shim needs are copied to `shim.state`, because
//! the shim must not parse TOML.

mod error;
mod file;

use gover_core::env::{Env, parse_switch, vars};
use gover_core::shim_state::ShimState;
use gover_core::{Arch, GoVersion, Layout};
use gover_sys::Lock;

pub(crate) use error::SettingsError;
pub(crate) use file::ConfigFile;

use crate::cli::Global;

#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) sources: Setting<Vec<String>>,
    /// Whether the shim, `use` and `exec` install missing toolchains.
    pub(crate) auto_install: Setting<bool>,
    pub(crate) offline: Setting<bool>,
    /// Whether archives also need a record of the checksum database.
    pub(crate) require_sumdb: Setting<bool>,
    /// `None` for the machine's. Not in the file, because several machines may share a home.
    pub(crate) arch: Setting<Option<Arch>>,
}

#[derive(Clone, Debug)]
pub(crate) struct Setting<T> {
    pub(crate) value: T,
    pub(crate) origin: SettingOrigin,
}

impl<T> Setting<T> {
    fn builtin(value: T) -> Self {
        Self { value, origin: SettingOrigin::Builtin }
    }

    /// The value of the variable, else of the file, else the built-in one.
    fn resolve(
        variable: &'static str,
        value: Option<T>,
        file: impl FnOnce() -> Result<Option<T>, SettingsError>,
        builtin: T,
    ) -> Result<Self, SettingsError> {
        if let Some(value) = value {
            return Ok(Self { value, origin: SettingOrigin::Environment(variable) });
        }
        Ok(match file()? {
            Some(value) => Self { value, origin: SettingOrigin::File },
            None => Self::builtin(builtin),
        })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SettingOrigin {
    Option(&'static str),
    Environment(&'static str),
    /// `config.toml`
    File,
    Builtin,
}

impl SettingOrigin {
    pub(crate) fn describe(self) -> &'static str {
        match self {
            Self::Option(name) | Self::Environment(name) => name,
            Self::File => "config.toml",
            Self::Builtin => "default",
        }
    }
}

impl Settings {
    pub(crate) fn resolve(global: &Global, env: &Env, layout: &Layout) -> Result<Self, SettingsError> {
        let file = ConfigFile::read(&layout.config())?;
        let mut offline = switch(env, &file, &OFFLINE)?;
        if global.offline {
            offline = Setting { value: true, origin: SettingOrigin::Option("--offline") };
        }
        Ok(Self {
            sources: sources(env, &file)?,
            auto_install: switch(env, &file, &AUTO_INSTALL)?,
            require_sumdb: switch(env, &file, &REQUIRE_SUMDB)?,
            arch: arch(env)?,
            offline,
        })
    }

    pub(crate) fn builtin() -> Self {
        let switch = |setting: &SettingInfo| Setting::builtin(parse_switch(setting.builtin) == Some(true));
        Self {
            sources: Setting::builtin(split(SOURCES.builtin)),
            auto_install: switch(&AUTO_INSTALL),
            offline: switch(&OFFLINE),
            require_sumdb: switch(&REQUIRE_SUMDB),
            arch: Setting::builtin(None),
        }
    }

    pub(crate) fn may_install(&self) -> bool {
        self.auto_install.value && !self.offline.value
    }
}

/// Writes the settings that the shim needs, from the file only: the shim reads the environment
/// itself. `stable` is the newest stable release, if it is known. `_lock` is the lock [`LOCK`].
pub(crate) fn mirror(layout: &Layout, stable: Option<GoVersion>, _lock: &Lock) -> Result<(), SettingsError> {
    let file = ConfigFile::read(&layout.config())?;
    let path = layout.shim_state();
    let before = ShimState::read(&path);
    let state = mirrored(&file, &before, stable)?;
    if state == before {
        return Ok(());
    }
    let write = || {
        std::fs::create_dir_all(layout.home())?;
        gover_sys::file::replace_atomically(&path, state.to_string().as_bytes())
    };
    write().map_err(|source| SettingsError::Write { path: path.clone(), source })
}

/// Updates the shim's copy after config.toml was edited by hand or a newer stable release became
/// known. If that fails, the manager still reads config.toml before it installs anything for the
/// shim.
///
/// If nothing changed, no lock is taken. Otherwise the file is read again under the lock, so that a
/// concurrent change by another process is kept.
pub(crate) fn keep_mirrored(layout: &Layout, stable: Option<GoVersion>) {
    let there = stable.is_some() || layout.config().is_file() || layout.shim_state().is_file();
    let is_due = || {
        let file = ConfigFile::read(&layout.config()).ok()?;
        let before = ShimState::read(&layout.shim_state());
        Some(mirrored(&file, &before, stable.clone()).ok()? != before)
    };
    if there
        && is_due() == Some(true)
        && let Ok(lock) = Lock::acquire(&layout.lock(LOCK), || ())
    {
        let _ = mirror(layout, stable, &lock);
    }
}

fn mirrored(
    file: &ConfigFile,
    before: &ShimState,
    stable: Option<GoVersion>,
) -> Result<ShimState, SettingsError> {
    Ok(ShimState {
        auto_install: file.switch("auto_install")?,
        offline: file.switch("offline")?,
        stable: stable.or_else(|| before.stable.clone()),
    })
}

/// The name of the lock that protects `config.toml` and the copy of it.
pub(crate) const LOCK: &str = "config";

/// A setting as people know it; docs/reference/settings.md is made from [`SETTINGS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SettingInfo {
    pub name: &'static str,
    pub meaning: &'static str,
    /// It overrides the file.
    pub variable: &'static str,
    pub builtin: &'static str,
}

pub const SETTINGS: [SettingInfo; 4] = [SOURCES, AUTO_INSTALL, OFFLINE, REQUIRE_SUMDB];

const SOURCES: SettingInfo = SettingInfo {
    name: "sources",
    meaning: "where toolchains are downloaded from, in order (`gover help sources`)",
    variable: vars::GOVER_SOURCES,
    builtin: "go.dev, goproxy",
};
const AUTO_INSTALL: SettingInfo = SettingInfo {
    name: "auto_install",
    meaning: "whether a missing toolchain is installed automatically",
    variable: vars::GOVER_AUTO_INSTALL,
    builtin: "true",
};
const OFFLINE: SettingInfo = SettingInfo {
    name: "offline",
    meaning: "whether gover stays off the network",
    variable: vars::GOVER_OFFLINE,
    builtin: "false",
};
const REQUIRE_SUMDB: SettingInfo = SettingInfo {
    name: "require_sumdb",
    meaning: "whether archives need a record of the checksum database besides their checksum",
    variable: vars::GOVER_REQUIRE_SUMDB,
    builtin: "false",
};

fn switch(env: &Env, file: &ConfigFile, setting: &SettingInfo) -> Result<Setting<bool>, SettingsError> {
    let name = setting.variable;
    let parse = |value: String| parse_switch(&value).ok_or(SettingsError::Variable { name, value });
    let value = env.text(name).map(parse).transpose()?;
    Setting::resolve(name, value, || file.switch(setting.name), parse_switch(setting.builtin) == Some(true))
}

fn arch(env: &Env) -> Result<Setting<Option<Arch>>, SettingsError> {
    let name = vars::GOVER_ARCH;
    let parse = |text: String| Arch::parse(&text).map_err(|error| SettingsError::Arch { name, error });
    let value = env.text(name).map(parse).transpose()?;
    Setting::resolve(name, value.map(Some), || Ok(None), None)
}

fn sources(env: &Env, file: &ConfigFile) -> Result<Setting<Vec<String>>, SettingsError> {
    let value = env.text(SOURCES.variable).map(|text| split(&text));
    Setting::resolve(SOURCES.variable, value, || file.list(SOURCES.name), split(SOURCES.builtin))
}

/// The trimmed parts of a comma-separated list.
pub(crate) fn split(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests;
