//! For which architecture toolchains are installed, and for which one an installed toolchain is.

use std::fs;
use std::path::Path;

use gover_core::layout::goroot_program;
use gover_core::platform::{MachineFacts, Remark, architectures_of};
use gover_core::{Arch, Platform, Request, ToolchainName};
use gover_install::{Receipt, Smoke};
use gover_source::{Availability, Releases};
use gover_sys::machine;

use crate::context::Context;
use crate::settings::{Setting, SettingOrigin};

/// The platform of the machine, which need not be the one that this program was built for.
pub(crate) fn of_machine() -> Platform {
    let own = Platform::host();
    let processor = machine::processor();
    // The usual case needs no look at any file.
    if processor.as_deref().and_then(Arch::by_any_name).is_none_or(|arch| arch.as_str() == own.arch()) {
        return own;
    }
    let userland = machine::sample_program().map(architectures_of);
    own.of_machine(&MachineFacts { processor, userland })
}

/// What toolchains are installed for.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) platform: Platform,
    /// The option or variable that asks for it; `None` if the machine does.
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
    pub(crate) fn smoke(&self, context: &Context<'_>) -> Smoke {
        if self.platform == context.machine { Smoke::Run } else { Smoke::RunIfPossible }
    }

    /// An architecture that the machine runs as well, and that a release is there for where there is none for the
    /// machine itself: before go1.16 no Mac, before go1.17 no Windows had one for arm64.
    pub(crate) fn alternative(&self, request: &Request, releases: &Releases) -> Option<Arch> {
        if self.asked_by.is_some() {
            return None;
        }
        let has = |platform: &Platform, availability| {
            releases.matching(request).any(|release| release.availability(platform) == availability)
        };
        let there = |arch: &Arch| has(&self.platform.with_arch(*arch), Availability::Yes);
        if has(&self.platform, Availability::Yes) {
            // Something else than the architecture kept it from being found.
            return None;
        }
        self.platform.also_runs().iter().copied().find(there)
    }
}

/// What an installed toolchain is for; `None` if nothing tells.
pub(crate) fn of_toolchain(name: &ToolchainName, context: &Context<'_>) -> Option<Arch> {
    let goroot = context.layout.toolchain(name);
    // The file that the system will be given; a receipt tells of what was installed once.
    of_program(&goroot, context)
        .or_else(|| of_receipt(name, context))
        .or_else(|| of_tools(&goroot, &context.machine))
}

/// What is special about a toolchain's architecture here; `None` for the machine's own.
pub(crate) fn remark(name: &ToolchainName, context: &Context<'_>) -> Option<Remark> {
    context.machine.remark(of_toolchain(name, context)?)
}

/// By the first bytes of `bin/go`. Of several the machine's own, if it is among them.
fn of_program(goroot: &Path, context: &Context<'_>) -> Option<Arch> {
    let found = architectures_of(&goroot_program(goroot, "go"));
    let own = found.iter().find(|arch| arch.as_str() == context.machine.arch());
    own.or(found.first()).copied()
}

fn of_receipt(name: &ToolchainName, context: &Context<'_>) -> Option<Arch> {
    let receipt = Receipt::read(&context.layout, name).ok().flatten()?;
    let platform: Platform = receipt.platform.parse().ok()?;
    Arch::parse(platform.arch()).ok()
}

/// By the one directory of compilers, where `bin/go` is a script.
fn of_tools(goroot: &Path, machine: &Platform) -> Option<Arch> {
    let prefix = format!("{}_", machine.os());
    let names = fs::read_dir(goroot.join("pkg").join("tool")).ok()?;
    let mut found =
        names.filter_map(|entry| Arch::parse(entry.ok()?.file_name().to_str()?.strip_prefix(&prefix)?).ok());
    let first = found.next();
    first.filter(|_| found.next().is_none())
}
