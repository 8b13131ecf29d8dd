//! Settings: the command line wins over the environment, that over `config.toml`, that over the
//! policy of the machine, that over the built-in values. What the policy locks wins over all of
//! them.
//!
//! Each value remembers its origin. The few that the shim needs are copied to `shim.state`, because
//! the shim must not parse TOML.

mod error;
mod file;
mod policy;

use std::path::{Path, PathBuf};

use gover_core::env::{Env, parse_switch, vars};
use gover_core::real_path::real_path;
use gover_core::shim_state::ShimState;
use gover_core::{Arch, GoVersion, Layout};
use gover_source::SourceSpec;
use gover_sys::Lock;

pub(crate) use error::SettingsError;
pub(crate) use file::ConfigFile;
pub(crate) use policy::{MINIMUM_GO, Policy};

#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) sources: Setting<Vec<String>>,
    /// Whether the shim, `use` and `exec` install missing toolchains.
    pub(crate) auto_install: Setting<bool>,
    pub(crate) offline: Setting<bool>,
    /// Whether archives also need a record of the checksum database.
    pub(crate) require_sumdb: Setting<bool>,
    /// Whether a download is complete and has its checksum before a byte of it is unpacked.
    pub(crate) verify_before_unpack: Setting<bool>,
    /// `None` for the machine's. Not in the file, because several machines may share a home.
    pub(crate) arch: Setting<Option<Arch>>,
    pub(crate) policy: Policy,
    /// What the policy made ineffective, each in a sentence.
    pub(crate) refused: Vec<String>,
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

    /// The value of the variable, else of the user's file.
    fn own(
        variable: &'static str,
        value: Option<T>,
        file: impl FnOnce() -> Result<Option<T>, SettingsError>,
    ) -> Result<Option<Self>, SettingsError> {
        if let Some(value) = value {
            return Ok(Some(Self { value, origin: SettingOrigin::Environment(variable) }));
        }
        Ok(file()?.map(|value| Self { value, origin: SettingOrigin::File }))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SettingOrigin {
    Option(&'static str),
    Environment(&'static str),
    /// `config.toml`
    File,
    /// The policy of the machine, in this file.
    Machine(&'static str),
    Builtin,
}

impl SettingOrigin {
    pub(crate) fn describe(self) -> &'static str {
        match self {
            Self::Option(name) | Self::Environment(name) | Self::Machine(name) => name,
            Self::File => "config.toml",
            Self::Builtin => "default",
        }
    }
}

impl Settings {
    /// `offline` is the option of that name.
    pub(crate) fn resolve(offline: bool, env: &Env, layout: &Layout) -> Result<Self, SettingsError> {
        Self::merge(offline, env, &ConfigFile::read(&layout.config())?, Policy::read(env)?)
    }

    /// The same for a command that works without the user's settings: if they are broken, only the
    /// policy of the machine counts.
    pub(crate) fn resolve_leniently(offline: bool, env: &Env, layout: &Layout) -> Self {
        Self::resolve(offline, env, layout).unwrap_or_else(|_| {
            let nothing = Env::from_map::<String, String>([], PathBuf::new());
            let policy = || Policy::read(env);
            let merged =
                policy().and_then(|policy| Self::merge(offline, &nothing, &ConfigFile::empty(), policy));
            merged.unwrap_or_else(|error| Self { refused: vec![error.to_string()], ..Self::builtin() })
        })
    }

    fn merge(option: bool, env: &Env, file: &ConfigFile, policy: Policy) -> Result<Self, SettingsError> {
        let mut refused: Vec<String> = policy.fault.iter().cloned().collect();
        let mut offline = switch(env, file, &policy, &OFFLINE, &mut refused)?;
        if option {
            // Staying off the network loosens nothing.
            offline = Setting { value: true, origin: SettingOrigin::Option("--offline") };
        }
        let settings = Self {
            sources: sources(env, file, &policy, &mut refused)?,
            auto_install: switch(env, file, &policy, &AUTO_INSTALL, &mut refused)?,
            require_sumdb: switch(env, file, &policy, &REQUIRE_SUMDB, &mut refused)?,
            verify_before_unpack: switch(env, file, &policy, &VERIFY_BEFORE_UNPACK, &mut refused)?,
            arch: arch(env)?,
            offline,
            refused: Vec::new(),
            policy,
        };
        settings.policy.refuse_detours(env, &settings.sources.value, &mut refused);
        Ok(Self { refused, ..settings })
    }

    fn builtin() -> Self {
        let switch = |setting: &SettingInfo| Setting::builtin(parse_switch(setting.builtin) == Some(true));
        Self {
            sources: Setting::builtin(split(SOURCES.builtin)),
            auto_install: switch(&AUTO_INSTALL),
            offline: switch(&OFFLINE),
            require_sumdb: switch(&REQUIRE_SUMDB),
            verify_before_unpack: switch(&VERIFY_BEFORE_UNPACK),
            arch: Setting::builtin(None),
            policy: Policy::none(),
            refused: Vec::new(),
        }
    }

    pub(crate) fn may_install(&self) -> bool {
        self.auto_install.value && !self.offline.value
    }
}

/// Writes the settings that the shim needs, from the files only: the shim reads the environment
/// itself. `stable` is the newest stable release, if it is known. `_lock` is the lock [`LOCK`].
pub(crate) fn mirror(
    layout: &Layout,
    env: &Env,
    stable: Option<GoVersion>,
    _lock: &Lock,
) -> Result<(), SettingsError> {
    let path = layout.shim_state();
    let before = ShimState::read(&path);
    let state = mirrored(layout, &Policy::read(env)?, &before, stable);
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
pub(crate) fn keep_mirrored(layout: &Layout, env: &Env, stable: Option<GoVersion>) {
    let there = stable.is_some()
        || env.machine_config().is_some_and(Path::is_file)
        || layout.config().is_file()
        || layout.shim_state().is_file();
    let is_due = || {
        let before = ShimState::read(&layout.shim_state());
        Some(mirrored(layout, &Policy::read(env).ok()?, &before, stable.clone()) != before)
    };
    if there
        && is_due() == Some(true)
        && let Ok(lock) = Lock::acquire(&layout.lock(LOCK), || ())
    {
        let _ = mirror(layout, env, stable, &lock);
    }
}

/// If the user's file is broken, its copy stays as it is; the policy holds even so.
fn mirrored(layout: &Layout, policy: &Policy, before: &ShimState, stable: Option<GoVersion>) -> ShimState {
    // The shim reads the environment itself, so nothing of it belongs here.
    let nothing = Env::from_map::<String, String>([], PathBuf::new());
    let file = ConfigFile::read(&layout.config()).ok();
    let set = |setting: &SettingInfo, before: Option<bool>| {
        let read = |file: &ConfigFile| switch(&nothing, file, policy, setting, &mut Vec::new()).ok();
        let Some(setting) = file.as_ref().and_then(read) else { return before };
        (setting.origin != SettingOrigin::Builtin).then_some(setting.value)
    };
    ShimState {
        auto_install: set(&AUTO_INSTALL, before.auto_install),
        offline: set(&OFFLINE, before.offline),
        never_installs: policy.forbids_installs(),
        stable: stable.or_else(|| before.stable.clone()),
        minimum: policy.minimum_go.as_ref().map(|minimum| minimum.version.clone()),
    }
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

pub const SETTINGS: [SettingInfo; 5] = [SOURCES, AUTO_INSTALL, OFFLINE, REQUIRE_SUMDB, VERIFY_BEFORE_UNPACK];

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
    meaning: "whether an archive also needs a record in the checksum database. Not set: an install stops if \
              the database has no record, unless gover has a built-in checksum. `false`: a checksum is enough",
    variable: vars::GOVER_REQUIRE_SUMDB,
    builtin: "not set",
};
const VERIFY_BEFORE_UNPACK: SettingInfo = SettingInfo {
    name: "verify_before_unpack",
    meaning: "whether gover unpacks a download only after it is complete and its checksum is \
              verified. Installs take longer. Either way, a toolchain is verified before it becomes visible",
    variable: vars::GOVER_VERIFY_BEFORE_UNPACK,
    builtin: "false",
};

fn switch(
    env: &Env,
    file: &ConfigFile,
    policy: &Policy,
    setting: &SettingInfo,
    refused: &mut Vec<String>,
) -> Result<Setting<bool>, SettingsError> {
    let name = setting.variable;
    let parse = |value: String| parse_switch(&value).ok_or(SettingsError::Variable { name, value });
    let value = env.text(name).map(parse).transpose()?;
    let own = Setting::own(name, value, || file.switch(setting.name))?;
    let builtin = parse_switch(setting.builtin) == Some(true);
    let given = policy.given(policy.file.switch(setting.name)?, builtin);
    let is_stricter = |own: &bool, given: &bool| own != given && policy::is_strict(setting, *own);
    let (setting, refusal) = policy.decide(setting, own, given, is_stricter);
    refused.extend(refusal);
    Ok(setting)
}

fn arch(env: &Env) -> Result<Setting<Option<Arch>>, SettingsError> {
    let name = vars::GOVER_ARCH;
    let parse = |text: String| Arch::parse(&text).map_err(|error| SettingsError::Arch { name, error });
    let value = env.text(name).map(parse).transpose()?;
    Ok(Setting::own(name, value.map(Some), || Ok(None))?.unwrap_or_else(|| Setting::builtin(None)))
}

fn sources(
    env: &Env,
    file: &ConfigFile,
    policy: &Policy,
    refused: &mut Vec<String>,
) -> Result<Setting<Vec<String>>, SettingsError> {
    let value = env.text(SOURCES.variable).map(|text| split(&text));
    let own = Setting::own(SOURCES.variable, value, || file.list(SOURCES.name))?;
    let given = policy.given(policy.file.list(SOURCES.name)?, split(SOURCES.builtin));
    // Fewer sources, or another order, let nothing new in.
    let is_stricter = |own: &Vec<String>, given: &Vec<String>| {
        own.iter().all(|own| given.iter().any(|given| is_same_source(own, given)))
    };
    let (setting, refusal) = policy.decide(&SOURCES, own, given, is_stricter);
    refused.extend(refusal);
    Ok(setting)
}

/// Whether two entries of the setting `sources` mean the same, however they are written.
fn is_same_source(one: &str, other: &str) -> bool {
    match (one.parse::<SourceSpec>(), other.parse::<SourceSpec>()) {
        (Ok(SourceSpec::Directory(one)), Ok(SourceSpec::Directory(other))) => {
            one == other
                || real_path(&one).ok().is_some_and(|one| real_path(&other).is_ok_and(|other| one == other))
        }
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}

/// The trimmed parts of a comma-separated list.
pub(crate) fn split(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests;
