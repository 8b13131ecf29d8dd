//! What is compiled into a release: where newer ones are, and the keys that prove them.

use gover_log::{KeyError, VerifierKey};

/// The constants of one build of gover. They are not read from the environment of a user, so that
/// nothing but the program itself decides which key is trusted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReleaseBuild {
    pub version: &'static str,
    /// The path of the module that gover is published as.
    pub module: Option<&'static str>,
    /// The address below which archives of releases are.
    pub base: Option<&'static str>,
    /// Verifier keys, as `name+hash+key`; a release needs the signature of one of them.
    pub keys: Vec<&'static str>,
    /// The key of the checksum database that proves the module, if it is not Go's. Only builds for
    /// tests have one.
    pub log_key: Option<&'static str>,
    /// The address of the list of changes.
    pub changelog: Option<&'static str>,
}

impl ReleaseBuild {
    /// The constants of this build. `version` is that of the program.
    pub fn compiled(version: &'static str) -> Self {
        let further = option_env!("GOVER_RELEASE_KEYS").unwrap_or_default();
        Self {
            version,
            module: set(option_env!("GOVER_RELEASE_MODULE")),
            base: set(option_env!("GOVER_RELEASE_BASE")),
            keys: KEYS.iter().copied().chain(further.split_whitespace()).collect(),
            log_key: None,
            changelog: set(option_env!("GOVER_RELEASE_CHANGELOG")),
        }
    }

    pub(crate) fn verifiers(&self) -> Result<Vec<VerifierKey>, KeyError> {
        self.keys.iter().map(|key| VerifierKey::parse(key)).collect()
    }
}

fn set(constant: Option<&'static str>) -> Option<&'static str> {
    constant.filter(|value| !value.is_empty())
}

/// The keys that sign releases. A release that is signed with a new key is also signed with the old
/// one until every supported version knows the new one. Empty until the first release.
const KEYS: &[&str] = &[];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_in_the_source_is_a_key() {
        ReleaseBuild::compiled("0.1.0").verifiers().unwrap();
    }
}
