//! The oldest Go that the policy of the machine allows. Nothing runs a toolchain or says how to run
//! it without an [`Allowed`], so no command can forget the policy.

use std::fmt;
use std::ops::Deref;

use crate::diagnose::Diagnose;
use crate::gorules::DemandSource;
use crate::resolve::{OriginKind, Resolution, Toolchain};
use crate::version::{GoVersion, ToolchainName};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Minimum {
    pub version: GoVersion,
    /// The file that sets it, as messages name it.
    pub place: String,
}

impl Minimum {
    /// Fails for an older toolchain.
    pub fn check(&self, name: &ToolchainName) -> Result<(), BelowMinimum> {
        if *name.version() >= self.version {
            return Ok(());
        }
        let Self { version, place } = self;
        Err(BelowMinimum {
            what: format!("{name} is older than go{version}, the oldest Go that {place} allows"),
            hint: format!("ask for go{version} or newer, such as `gover install latest`"),
        })
    }
}

/// A toolchain that the policy of the machine allows. If its version is unknown, it is allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowed(Toolchain);

impl Allowed {
    pub fn check(toolchain: Toolchain, minimum: Option<&Minimum>) -> Result<Self, BelowMinimum> {
        if let (Some(minimum), Some(name)) = (minimum, &toolchain.name) {
            minimum.check(name)?;
        }
        Ok(Self(toolchain))
    }
}

impl Deref for Allowed {
    type Target = Toolchain;

    fn deref(&self) -> &Toolchain {
        &self.0
    }
}

/// A toolchain is older than the policy of the machine allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BelowMinimum {
    what: String,
    hint: String,
}

impl BelowMinimum {
    /// The same for a toolchain that nobody typed: the hint says how to change what chose it.
    #[must_use]
    pub fn selected(self, resolution: &Resolution) -> Self {
        let by = resolution.raised.as_ref().map(|raised| raised.by.source);
        let kind = resolution.origin.as_ref().map(|origin| origin.kind);
        let hint = match (by, kind) {
            (Some(DemandSource::GoToolchain), _) => "set GOTOOLCHAIN=auto in the environment".to_owned(),
            (_, Some(OriginKind::Environment | OriginKind::Session)) => "gover use latest".to_owned(),
            (_, Some(OriginKind::VersionFile | OriginKind::ToolVersions)) => "gover pin latest".to_owned(),
            (_, Some(OriginKind::Default | OriginKind::System)) => "gover default latest".to_owned(),
            _ => return self,
        };
        Self { hint, ..self }
    }
}

impl fmt::Display for BelowMinimum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for BelowMinimum {}

impl Diagnose for BelowMinimum {
    fn hints(&self) -> Vec<String> {
        vec![self.hint.clone()]
    }
}
