//! The few settings that the shim needs, copied by the manager into one plain file.
//!
//! The shim must not parse TOML, so the manager writes `shim.state` whenever `config.toml` or the
//! known releases change. Unknown lines are ignored, so that a shim works with the next version of
//! the manager.

use std::fmt;
use std::path::Path;

use crate::bounded;
use crate::env::{Env, parse_switch, vars};
use crate::version::{GoVersion, ToolchainName};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShimState {
    /// Whether a missing toolchain is installed automatically; `None` means yes.
    pub auto_install: Option<bool>,
    pub offline: Option<bool>,
    /// Whether the policy of the machine locks `auto_install = false` or `offline = true`. Variables
    /// have no effect then.
    pub never_installs: bool,
    /// The newest stable release known; `oldstable` is the one before it.
    pub stable: Option<GoVersion>,
    /// The oldest Go that the policy of the machine allows.
    pub minimum: Option<GoVersion>,
}

impl ShimState {
    /// A file that is missing or unreadable holds nothing.
    pub fn read(path: &Path) -> Self {
        bounded::read_text(path, bounded::SMALL_FILE).map(|text| Self::parse(&text)).unwrap_or_default()
    }

    fn parse(text: &str) -> Self {
        let mut state = Self::default();
        for (key, value) in text.lines().filter_map(|line| line.split_once(' ')) {
            match key {
                "auto_install" => state.auto_install = parse_switch(value),
                "offline" => state.offline = parse_switch(value),
                "install" => state.never_installs = value == "never",
                "stable" => state.stable = version(value),
                "minimum" => state.minimum = version(value),
                _ => {}
            }
        }
        state
    }

    /// Whether a missing toolchain may be installed now; the environment wins over the file, unless
    /// the policy of the machine forbids it.
    pub fn may_install(&self, env: &Env) -> bool {
        if self.never_installs {
            return false;
        }
        let offline = env.switch(vars::GOVER_OFFLINE).or(self.offline).unwrap_or(false);
        !offline && env.switch(vars::GOVER_AUTO_INSTALL).or(self.auto_install).unwrap_or(true)
    }
}

fn version(name: &str) -> Option<GoVersion> {
    ToolchainName::parse(name).ok().map(|name| name.version().clone())
}

/// Whether a command that only asks about Go may install a toolchain. A prompt or an editor that
/// asks again and again should not start a download; a build service should.
pub fn may_install_for_question(env: &Env) -> bool {
    let is_build_service = env.switch(vars::CI).unwrap_or_else(|| env.var(vars::CI).is_some());
    is_build_service || env.switch(vars::GOVER_AUTO_INSTALL) == Some(true)
}

impl fmt::Display for ShimState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(version) = &self.minimum {
            writeln!(f, "minimum go{version}")?;
        }
        let word = |on: bool| if on { "on" } else { "off" };
        if let Some(on) = self.auto_install {
            writeln!(f, "auto_install {}", word(on))?;
        }
        if let Some(on) = self.offline {
            writeln!(f, "offline {}", word(on))?;
        }
        if self.never_installs {
            writeln!(f, "install never")?;
        }
        match &self.stable {
            Some(version) => writeln!(f, "stable go{version}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    #[test]
    fn a_written_state_can_be_read_back() {
        let state = ShimState {
            auto_install: Some(false),
            offline: None,
            never_installs: true,
            stable: GoVersion::parse("1.27.3").ok(),
            minimum: GoVersion::parse("1.22").ok(),
        };
        assert_eq!(ShimState::parse(&state.to_string()), state);
        assert_eq!(ShimState::parse("future thing\nauto_install\n"), ShimState::default());
    }

    #[test]
    fn the_environment_decides_before_the_file() {
        let state = ShimState { auto_install: Some(false), ..ShimState::default() };
        let env = |name: &str, value: &str| Env::from_map([(name, value)], PathBuf::from("/"));
        assert!(!state.may_install(&env("X", "1")));
        assert!(state.may_install(&env("GOVER_AUTO_INSTALL", "1")));
        assert!(!ShimState::default().may_install(&env("GOVER_OFFLINE", "1")));
        assert!(ShimState::default().may_install(&env("X", "1")));
        let locked = ShimState { never_installs: true, ..ShimState::default() };
        assert!(!locked.may_install(&env("GOVER_AUTO_INSTALL", "1")));
    }
}
