//! The policy of the machine: a `config.toml` that an administrator writes for all users. What it
//! locks, no user, variable or option can loosen.

use std::path::Path;

use gover_core::GoVersion;
use gover_core::env::{Env, parse_switch, vars};
use gover_core::gorules::GoEnv;
use gover_core::minimum::Minimum;
use gover_source::SourceSpec;
use gover_sys::machine;

use super::{
    AUTO_INSTALL, ConfigFile, OFFLINE, REQUIRE_SUMDB, SETTINGS, SOURCES, Setting, SettingInfo, SettingOrigin,
    SettingsError,
};
use crate::Failure;

#[derive(Clone, Debug)]
pub(crate) struct Policy {
    /// Shown as the origin of settings. It lives as long as the process.
    pub(super) place: &'static str,
    pub(super) file: ConfigFile,
    locked: Vec<String>,
    /// The oldest Go that may be installed, chosen or run.
    pub(crate) minimum_go: Option<Minimum>,
    /// Why the file is not a policy.
    pub(super) fault: Option<String>,
}

impl Policy {
    /// Reads the policy; a missing file is an empty one. One that cannot be understood is an error,
    /// since ignoring it would loosen what it locks. A file that users can write to is ignored.
    pub(crate) fn read(env: &Env) -> Result<Self, SettingsError> {
        let Some(path) = env.machine_config() else { return Ok(Self::none()) };
        match machine::policy_fault(path) {
            None => Self::parse(path).map_err(|error| SettingsError::Machine(Box::new(error))),
            Some(fault) => {
                let fault = format!("ignoring the policy {}: {fault}", path.display());
                Ok(Self { fault: Some(fault), ..Self::none() })
            }
        }
    }

    fn parse(path: &Path) -> Result<Self, SettingsError> {
        let file = ConfigFile::read(path)?;
        let not_a_setting = |name: &String| !is_setting(name) && name != MINIMUM_GO;
        if let Some(key) = file.unknown().into_iter().find(|key| key != LOCKED && not_a_setting(key)) {
            return Err(SettingsError::UnknownKey { path: path.to_owned(), key });
        }
        let locked = file.list(LOCKED)?.unwrap_or_default();
        if let Some(name) = locked.iter().find(|name| not_a_setting(name)) {
            return Err(SettingsError::UnknownLock { path: path.to_owned(), name: name.clone() });
        }
        // The values are judged even where nothing asks for them now.
        for setting in SETTINGS.iter().filter(|setting| setting.name != SOURCES.name) {
            file.switch(setting.name)?;
        }
        if let Some(sources) = file.list(SOURCES.name)? {
            SourceSpec::parse_list(&sources.join(","))
                .map_err(|_| file.wrong_type(SOURCES.name, "a list of sources (`gover help sources`)"))?;
        }
        let invalid = || file.wrong_type(MINIMUM_GO, "a Go version such as \"1.22\"");
        let place: &'static str = Box::leak(path.display().to_string().into_boxed_str());
        let minimum_go = match file.item(MINIMUM_GO) {
            None => None,
            Some(item) => {
                let text = item.as_str().ok_or_else(invalid)?;
                let version = GoVersion::parse(text.strip_prefix("go").unwrap_or(text));
                Some(Minimum { version: version.map_err(|_| invalid())?, place: place.to_owned() })
            }
        };
        Ok(Self { place, file, locked, minimum_go, fault: None })
    }

    pub(crate) fn none() -> Self {
        Self { place: "", file: ConfigFile::empty(), locked: Vec::new(), minimum_go: None, fault: None }
    }

    pub(crate) fn locks(&self, setting: &str) -> bool {
        self.locked.iter().any(|name| name == setting)
    }

    /// An error without hints that a locked setting makes useless. No error knows the policy, so
    /// this goes by the variables that a hint names.
    pub(crate) fn without_detours(&self, failure: Failure) -> Failure {
        let Failure::Shown(mut report) = failure else { return failure };
        for setting in SETTINGS.iter().filter(|setting| self.locks(setting.name)) {
            let detours: &[&str] =
                if setting.name == SOURCES.name { &[vars::GOPROXY, vars::GOVER_GODEV_URL] } else { &[] };
            let names_one = |hint: &String| {
                hint.contains(setting.variable) || detours.iter().any(|name| hint.contains(name))
            };
            let count = report.hints.len();
            report.hints.retain(|hint| !names_one(hint));
            if report.hints.len() < count {
                let place = self.place;
                report.hints.push(format!("{place} locks `{}`; ask its administrator", setting.name));
            }
        }
        Failure::Shown(report)
    }

    /// Whether it locks a value with which nothing is installed unasked.
    pub(super) fn forbids_installs(&self) -> bool {
        let locks_strictly = |setting: &SettingInfo| {
            let given = self.file.switch(setting.name).ok().flatten();
            let builtin = parse_switch(setting.builtin) == Some(true);
            self.locks(setting.name) && is_strict(setting, given.unwrap_or(builtin))
        };
        locks_strictly(&AUTO_INSTALL) || locks_strictly(&OFFLINE)
    }

    /// Where the policy is, as messages name it.
    pub(crate) fn place(&self) -> &'static str {
        self.place
    }

    /// The value of the policy, else the built-in one.
    pub(super) fn given<T>(&self, value: Option<T>, builtin: T) -> Setting<T> {
        match value {
            Some(value) => Setting { value, origin: SettingOrigin::Machine(self.place) },
            None => Setting::builtin(builtin),
        }
    }

    /// What stands of a setting: the user's own value, unless it loosens a locked one. Also says
    /// what has no effect.
    pub(super) fn decide<T: PartialEq>(
        &self,
        setting: &SettingInfo,
        own: Option<Setting<T>>,
        given: Setting<T>,
        is_stricter: impl Fn(&T, &T) -> bool,
    ) -> (Setting<T>, Option<String>) {
        match own {
            None => (given, None),
            Some(own) if !self.locks(setting.name) || is_stricter(&own.value, &given.value) => (own, None),
            Some(own) => {
                let is_refused = own.value != given.value;
                (given, is_refused.then(|| self.refusal(own.origin.describe(), setting.name)))
            }
        }
    }

    /// Variables, and lines of the user's go/env file, that are not settings but would get around a
    /// locked one.
    pub(super) fn refuse_detours(&self, env: &Env, sources: &[String], refused: &mut Vec<String>) {
        if self.locks(SOURCES.name) && env.var(vars::GOVER_GODEV_URL).is_some() {
            refused.push(self.refusal(vars::GOVER_GODEV_URL, SOURCES.name));
        }
        let user = GoEnv::new(env, None);
        let uses_proxies = sources.iter().any(|source| source == "goproxy");
        if uses_proxies && user.get(vars::GOPROXY).is_some_and(|proxies| !self.allows_proxies(&proxies)) {
            refused.push(self.refusal(vars::GOPROXY, SOURCES.name));
        }
        if user.get(vars::GOSUMDB).is_some_and(|database| !self.allows_database(&database)) {
            let is_required = self.locks(REQUIRE_SUMDB.name);
            let locked = if is_required { REQUIRE_SUMDB.name } else { SOURCES.name };
            refused.push(self.refusal(vars::GOSUMDB, locked));
        }
    }

    /// Whether a value of GOPROXY that a user can set may be used. A proxy of the user's choice is
    /// a source that the administrator did not name.
    pub(crate) fn allows_proxies(&self, value: &str) -> bool {
        let names_none =
            || value.split([',', '|']).all(|entry| ["", "off", "direct"].contains(&entry.trim()));
        !self.locks(SOURCES.name) || names_none()
    }

    /// Whether a value of GOSUMDB may be used. A record of a database that the user chose proves
    /// nothing to the administrator, neither for an archive nor for the module of a source.
    pub(crate) fn allows_database(&self, value: &str) -> bool {
        let name = value.split_whitespace().next().unwrap_or_default();
        let is_free = !self.locks(REQUIRE_SUMDB.name) && !self.locks(SOURCES.name);
        is_free || OFFICIAL.contains(&name)
    }

    /// One line that says why something has no effect.
    pub(crate) fn refusal(&self, what: &str, setting: &str) -> String {
        format!("{what} has no effect on `{setting}`, which {} locks", self.place)
    }
}

/// Whether a switch is at its stricter value: nothing is installed unasked, the network is not
/// used, the log must have a record.
pub(super) fn is_strict(setting: &SettingInfo, value: bool) -> bool {
    value != (setting.name == AUTO_INSTALL.name)
}

fn is_setting(name: &str) -> bool {
    SETTINGS.iter().any(|setting| setting.name == name)
}

/// Two names of one database, and `off`, with which a required record is never found.
const OFFICIAL: &[&str] = &["", "off", "sum.golang.org", "sum.golang.google.cn"];
const LOCKED: &str = "locked";
pub(crate) const MINIMUM_GO: &str = "minimum_go";
