//! `--target`: another platform to build for, for one command and what it starts.

use gover_core::env::vars;
use gover_core::gorules::GoEnv;
use gover_core::minimum::Allowed;
use gover_core::text::shown;
use gover_core::{Arch, Platform};
use gover_sys::exec::EnvEdit;

use super::area::Area;
use crate::cli;
use crate::store::architecture;
use crate::{Context, Failure};

pub(super) struct Target {
    pub(super) platform: Platform,
}

impl Target {
    pub(super) fn parse(text: &str, context: &Context<'_>) -> Result<Self, Failure> {
        let parsed = text.parse::<Platform>().ok();
        if let Some(platform) = parsed.filter(|platform| PORTS.contains(&name(platform).as_str())) {
            return Ok(Self { platform });
        }
        let what = format!("Go has no port to `{}`", shown(text));
        let arguments = context.env.arguments();
        let meant = match by_other_names(text) {
            Some(port) => cli::instead(arguments, text, port),
            None => cli::meant(arguments, text, PORTS),
        };
        Err(Failure::unknown(what, meant, "`go tool dist list` lists the ports, such as linux/arm64"))
    }

    /// Whether it differs from the platform that the toolchain itself runs on.
    pub(super) fn is_foreign(&self, toolchain: &Allowed, context: &Context<'_>) -> bool {
        let arch = toolchain.name.as_ref().and_then(|name| architecture::of_toolchain(name, context));
        let own = match arch {
            Some(arch) => context.machine.with_arch(arch),
            None => context.machine.clone(),
        };
        self.platform != own
    }

    /// The variables to set. Prints a note about each effect that is not obvious.
    pub(super) fn edits(
        &self,
        toolchain: &Allowed,
        area: Option<&Area>,
        context: &Context<'_>,
    ) -> Vec<EnvEdit> {
        let name = name(&self.platform);
        let mut edits = vec![
            (vars::GOOS, Some(self.platform.os().into())),
            (vars::GOARCH, Some(self.platform.arch().into())),
        ];
        // Go's own platform needs nothing else.
        if !self.is_foreign(toolchain, context) {
            return edits;
        }
        // An isolated command does not see the go/env file of the user.
        let go_env = GoEnv::new(context.env, None);
        let is_set = |variable: &str| match area {
            Some(_) => context.env.var(variable).is_some(),
            None => go_env.get(variable).is_some_and(|value| !value.is_empty()),
        };
        if let Some(set) = [vars::CC, vars::CGO_ENABLED].into_iter().find(|variable| is_set(variable)) {
            context.printer.note(&format!("note: {set} is set, so CGO_ENABLED stays as it is"));
        } else {
            context.printer.note(&format!("note: builds for {name} do not use cgo (CGO_ENABLED=0)"));
            edits.push((vars::CGO_ENABLED, Some("0".into())));
        }
        // `go install` refuses to install programs for another platform into GOBIN.
        edits.push((vars::GOBIN, None));
        if area.is_none() && is_set(vars::GOBIN) {
            context.printer.note(&match go_env.file_of(vars::GOBIN) {
                Some(file) => format!(
                    "note: `go install` fails for {name} while {} sets GOBIN (`go env -u GOBIN` removes it)",
                    context.short(file)
                ),
                None => format!("note: GOBIN is unset for {name}; `go install` uses GOPATH/bin instead"),
            });
        }
        edits
    }
}

/// As Go writes it.
fn name(platform: &Platform) -> String {
    format!("{}/{}", platform.os(), platform.arch())
}

/// The port that others call `linux/aarch64` or `macos/x86_64`.
fn by_other_names(text: &str) -> Option<&'static str> {
    let text = text.to_ascii_lowercase();
    let (os, arch) = text.split_once(['/', '-'])?;
    let os = match os {
        "macos" | "mac" | "osx" => "darwin",
        "win" | "win32" | "win64" => "windows",
        os => os,
    };
    let meant = format!("{os}/{}", Arch::by_any_name(arch)?.as_str());
    PORTS.into_iter().find(|port| *port == meant)
}

/// `go tool dist list` of Go 1.26.8, and the ports that older releases also have.
const PORTS: [&str; 49] = [
    "aix/ppc64",
    "android/386",
    "android/amd64",
    "android/arm",
    "android/arm64",
    "darwin/amd64",
    "darwin/arm64",
    "dragonfly/amd64",
    "freebsd/386",
    "freebsd/amd64",
    "freebsd/arm",
    "freebsd/arm64",
    "freebsd/riscv64",
    "illumos/amd64",
    "ios/amd64",
    "ios/arm64",
    "js/wasm",
    "linux/386",
    "linux/amd64",
    "linux/arm",
    "linux/arm64",
    "linux/loong64",
    "linux/mips",
    "linux/mips64",
    "linux/mips64le",
    "linux/mipsle",
    "linux/ppc64",
    "linux/ppc64le",
    "linux/riscv64",
    "linux/s390x",
    "netbsd/386",
    "netbsd/amd64",
    "netbsd/arm",
    "netbsd/arm64",
    "openbsd/386",
    "openbsd/amd64",
    "openbsd/arm",
    "openbsd/arm64",
    "openbsd/mips64",
    "openbsd/ppc64",
    "openbsd/riscv64",
    "plan9/386",
    "plan9/amd64",
    "plan9/arm",
    "solaris/amd64",
    "wasip1/wasm",
    "windows/386",
    "windows/amd64",
    "windows/arm64",
];
