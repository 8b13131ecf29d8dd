//! The platform that toolchains are installed for.

use gover_core::platform::{MachineFacts, architectures_of};
use gover_core::{Arch, Platform, Request};
use gover_install::Smoke;
use gover_source::{Availability, Releases};
use gover_sys::machine;

use crate::settings::{Setting, SettingOrigin};

/// The platform of the machine, which may differ from the one that this program was built for.
pub(crate) fn of_machine() -> Platform {
    let own = Platform::host();
    let processor = machine::processor();
    // In the usual case no file needs to be read.
    if processor.as_deref().and_then(Arch::by_any_name).is_none_or(|arch| arch.as_str() == own.arch()) {
        return own;
    }
    let userland = machine::sample_program().map(architectures_of);
    own.of_machine(&MachineFacts { processor, userland })
}

#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) platform: Platform,
    /// The option or variable that asks for it; `None` if it is the machine's.
    pub(crate) asked_by: Option<&'static str>,
}

impl Target {
    /// The architecture of a setting, or else the machine's.
    pub(crate) fn new(setting: &Setting<Option<Arch>>, machine: &Platform) -> Self {
        match (setting.value, setting.origin) {
            (Some(arch), SettingOrigin::Option(name) | SettingOrigin::Environment(name)) => {
                Self { platform: machine.with_arch(arch), asked_by: Some(name) }
            }
            _ => Self { platform: machine.clone(), asked_by: None },
        }
    }

    /// How closely a toolchain is looked at before it is published.
    pub(crate) fn smoke(&self, machine: &Platform) -> Smoke {
        if self.platform == *machine { Smoke::Run } else { Smoke::RunIfPossible }
    }

    /// Another architecture that the machine can run, if the release exists for it and not for the
    /// machine's own: before go1.16 there was none for arm64 Macs, before go1.17 none for arm64
    /// Windows.
    pub(crate) fn alternative(&self, request: &Request, releases: &Releases) -> Option<Arch> {
        if self.asked_by.is_some() {
            return None;
        }
        let has = |platform: &Platform, availability| {
            releases.matching(request).any(|release| release.availability(platform) == availability)
        };
        let exists = |arch: &Arch| has(&self.platform.with_arch(*arch), Availability::Yes);
        if has(&self.platform, Availability::Yes) {
            // It was not found for another reason than its architecture.
            return None;
        }
        self.platform.also_runs().iter().copied().find(exists)
    }
}
