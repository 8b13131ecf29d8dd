//! The policy of the machine: a `config.toml` that an administrator writes for all users. What it
//! locks, no user, variable or option can loosen.

use std::path::Path;

use gover_core::GoVersion;
use gover_core::env::{Env, vars};
use gover_core::gorules::GoEnv;

use super::{
    AUTO_INSTALL, ConfigFile, REQUIRE_SUMDB, SETTINGS, SOURCES, Setting, SettingInfo, SettingOrigin,
    SettingsError,
};

#[derive(Debug)]
pub(crate) struct Policy {
    /// Shown as the origin of settings. It lives as long as the process.
    pub(super) place: &'static str,
    pub(super) file: ConfigFile,
    locked: Vec<String>,
    /// The oldest Go that may be installed, chosen or run.
    pub(crate) minimum_go: Option<GoVersion>,
}

impl Policy {
    /// Reads the policy; a missing file is an empty one. One that cannot be understood is an error,
    /// since ignoring it would loosen what it locks.
    pub(crate) fn read(env: &Env) -> Result<Self, SettingsError> {
        let path = env.machine_config().unwrap_or(Path::new(""));
        let file = ConfigFile::read(path)?;
        let locked = file.list(LOCKED)?.unwrap_or_default();
        if locked.iter().any(|name| SETTINGS.iter().all(|setting| setting.name != name)) {
            return Err(file.wrong_type(LOCKED, "a list of settings"));
        }
        let invalid = || file.wrong_type(MINIMUM_GO, "a Go version such as \"1.22\"");
        let minimum_go = match file.item(MINIMUM_GO) {
            None => None,
            Some(item) => {
                let text = item.as_str().ok_or_else(invalid)?;
                let version = GoVersion::parse(text.strip_prefix("go").unwrap_or(text));
                Some(version.map_err(|_| invalid())?)
            }
        };
        let place = Box::leak(path.display().to_string().into_boxed_str());
        Ok(Self { place, file, locked, minimum_go })
    }

    pub(crate) fn none() -> Self {
        Self { place: "", file: ConfigFile::empty(), locked: Vec::new(), minimum_go: None }
    }

    pub(crate) fn locks(&self, setting: &str) -> bool {
        self.locked.iter().any(|name| name == setting)
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

    /// Variables that are not settings but would get around a locked one.
    pub(super) fn refuse_detours(&self, env: &Env, refused: &mut Vec<String>) {
        if self.locks(SOURCES.name) && env.var(vars::GOVER_GODEV_URL).is_some() {
            refused.push(self.refusal(vars::GOVER_GODEV_URL, SOURCES.name));
        }
        let database = GoEnv::new(env, None).get(vars::GOSUMDB);
        if database.is_some_and(|database| !self.allows_database(&database)) {
            refused.push(self.refusal(vars::GOSUMDB, REQUIRE_SUMDB.name));
        }
    }

    /// Whether a value of GOSUMDB may be used. A record of a database that the user chose proves
    /// nothing to the administrator.
    pub(crate) fn allows_database(&self, value: &str) -> bool {
        let name = value.split_whitespace().next().unwrap_or_default();
        !self.locks(REQUIRE_SUMDB.name) || OFFICIAL.contains(&name)
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

/// Two names of one database, and `off`, with which a required record is never found.
const OFFICIAL: &[&str] = &["", "off", "sum.golang.org", "sum.golang.google.cn"];
const LOCKED: &str = "locked";
pub(crate) const MINIMUM_GO: &str = "minimum_go";
