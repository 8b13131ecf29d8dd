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
    /// The architecture to install for; `None` for the machine's. Not in the file, because several
    /// machines may share a home.
    pub(crate) arch: Setting<Option<Arch>>,
}

#[derive(Clone, Debug)]
pub(crate) struct Setting<T> {
    pub(crate) value: T,
    pub(crate) origin: SettingOrigin,
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
        Self {
            sources: builtin_sources(),
            auto_install: builtin_switch(&AUTO_INSTALL),
            offline: builtin_switch(&OFFLINE),
            require_sumdb: builtin_switch(&REQUIRE_SUMDB),
            arch: Setting { value: None, origin: SettingOrigin::Builtin },
        }
    }

    /// Whether a command may install a missing toolchain.
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
    /// The value where nothing sets it.
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
    let variable = setting.variable;
    if let Some(text) = env.text(variable) {
        return match env.switch(variable) {
            Some(value) => Ok(Setting { value, origin: SettingOrigin::Environment(variable) }),
            None => Err(SettingsError::Variable { name: variable, value: text }),
        };
    }
    Ok(match file.switch(setting.name)? {
        Some(value) => Setting { value, origin: SettingOrigin::File },
        None => builtin_switch(setting),
    })
}

fn builtin_switch(setting: &SettingInfo) -> Setting<bool> {
    Setting { value: parse_switch(setting.builtin) == Some(true), origin: SettingOrigin::Builtin }
}

fn arch(env: &Env) -> Result<Setting<Option<Arch>>, SettingsError> {
    let Some(text) = env.text(vars::GOVER_ARCH) else {
        return Ok(Setting { value: None, origin: SettingOrigin::Builtin });
    };
    let arch = Arch::parse(&text).map_err(|error| SettingsError::Arch { name: vars::GOVER_ARCH, error })?;
    Ok(Setting { value: Some(arch), origin: SettingOrigin::Environment(vars::GOVER_ARCH) })
}

fn sources(env: &Env, file: &ConfigFile) -> Result<Setting<Vec<String>>, SettingsError> {
    if let Some(text) = env.text(vars::GOVER_SOURCES) {
        return Ok(Setting { value: split(&text), origin: SettingOrigin::Environment(vars::GOVER_SOURCES) });
    }
    if let Some(value) = file.list("sources")? {
        return Ok(Setting { value, origin: SettingOrigin::File });
    }
    Ok(builtin_sources())
}

fn builtin_sources() -> Setting<Vec<String>> {
    Setting { value: split(SOURCES.builtin), origin: SettingOrigin::Builtin }
}

/// The trimmed parts of a comma-separated list.
pub(crate) fn split(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests;
