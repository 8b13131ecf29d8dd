//! The requested version is not installed, does not exist, or cannot be parsed.

use gover_core::version::GoVersion;
use gover_core::{Request, RequestKind};

use crate::checks::pins::{Pin, Pins};
use crate::snapshot::manager::Release;
use crate::{Check, Finding, Severity, Snapshot, Words, scope, text};

pub(super) const CHECK: Check = Check {
    name: "pin-unavailable",
    summary: text!(
        en "a pin or default that matches no release or cannot be read",
        zh "固定的版本或默认版本没有对应的发布版，或者读不出来",
    ),
    symptom: text!(
        en "`gover: go1.21.50 is not installed`, `no Go release matches`, `download go1.25 for linux/amd64: toolchain not available`.",
        zh "`gover: go1.21.50 is not installed`、`no Go release matches`、`download go1.25 for \
            linux/amd64: toolchain not available`。",
    ),
    cause: text!(
        en "A typo in a pin, a go line with an unreleased version, an archive that does not exist for this \
            platform, or a missing toolchain while `auto_install` is off or gover is offline.",
        zh "版本写错了，go 行里是还没有发布的版本，这个平台没有对应的压缩包；或者工具链没有安装，而 \
            `auto_install` 关着，或者 gover 处于离线状态。",
    ),
    repair: text!(
        en "`gover install VERSION` installs a version that exists; `gover pin VERSION` writes another one \
            into `.go-version`. `gover list --remote --all` shows every release.",
        zh "`gover install VERSION` 安装一个存在的版本，`gover pin VERSION` 把另一个版本写进 \
            `.go-version`。`gover list --remote --all` 列出所有发布版。",
    ),
    scope: scope::anywhere,
    run,
};

fn run(snapshot: &Snapshot<'_>) -> Vec<Finding> {
    let pins = Pins::read(snapshot);
    let selection = &snapshot.selection;
    let found = |severity, what: Words, why: Words<&str>| {
        let asking = asking(&pins, selection.missing.as_deref());
        Finding::new(severity, what, why).shown_by(asking.into_iter().map(Pin::evidence))
    };
    if let Some(error) = &selection.error {
        let what = text!(en "{error}", zh "无法选定版本：“{error}”", error = error);
        let why = text!(
            en "gover does not fall back to another version, so go does not run",
            zh "gover 不会换用别的版本，所以 go 无法运行",
        );
        return vec![found(Severity::Error, what, why).command("gover current -v")];
    }
    let Some(missing) = &selection.missing else { return Vec::new() };
    let Ok(request) = Request::parse(missing) else { return Vec::new() };
    let finding = match state(&request, &snapshot.releases) {
        State::Unknown => return Vec::new(),
        State::Exists if snapshot.gover.installs_missing => return Vec::new(),
        State::Exists => {
            let what = text!(
                en "{missing} is not installed ({reason})",
                zh "{missing} 没有安装（`{reason}`）",
                missing = missing, reason = selection.reason,
            );
            let why = text!(
                en "go fails with exit code 127, since automatic installs are off",
                zh "自动安装关着，所以 go 会失败，退出码是 127",
            );
            found(Severity::Warning, what, why).command(format!("gover install {missing}"))
        }
        State::OnOtherPlatforms => {
            let what = text!(
                en "there is no {missing} for this platform ({reason})",
                zh "{missing} 没有这个平台的版本（`{reason}`）",
                missing = missing, reason = selection.reason,
            );
            let why =
                text!(en "it cannot be installed here, so go fails", zh "在这里无法安装，所以 go 会失败");
            found(Severity::Error, what, why).command(format!("gover install {missing} --arch amd64"))
        }
        State::Newer => {
            let newest = snapshot.releases.first().map_or("", |release| release.name.as_str());
            let what = text!(
                en "{missing} is newer than {newest}, the newest known release ({reason})",
                zh "{missing} 比已知最新的 {newest} 还新（`{reason}`）",
                missing = missing, newest = newest, reason = selection.reason,
            );
            let why = text!(en "go fails until it is released", zh "在它发布之前，go 都会失败");
            found(Severity::Error, what, why).command("gover list --remote")
        }
        State::Never(nearest) => {
            let what = text!(
                en "no Go release matches {missing} ({reason})",
                zh "没有符合 {missing} 的 Go 版本（`{reason}`）",
                missing = missing, reason = selection.reason,
            );
            let why = text!(en "it cannot be installed, so go fails", zh "无法安装，所以 go 会失败");
            let finding = found(Severity::Error, what, why);
            let verb = if pins.winner().is_some() { "pin" } else { "default" };
            finding.command(match nearest {
                Some(nearest) => format!("gover {verb} {nearest}"),
                None => "gover list --remote --all".to_owned(),
            })
        }
    };
    vec![finding]
}

/// The lines that may contain the request.
fn asking<'a>(pins: &'a Pins, missing: Option<&str>) -> Vec<&'a Pin> {
    let module = pins.governing().into_iter().flat_map(|file| file.toolchain.iter().chain(&file.go));
    let mut lines: Vec<&Pin> = pins.winner().into_iter().chain(module).collect();
    let bare = missing.unwrap_or_default().trim_start_matches("go");
    let is_named = |pin: &&Pin| !bare.is_empty() && pin.value.contains(bare);
    if lines.iter().any(is_named) {
        lines.retain(is_named);
    } else {
        // An error has no request; it is about the pin.
        lines.truncate(1);
    }
    lines
}

enum State {
    /// A custom toolchain, a path, or no release is known.
    Unknown,
    /// For this platform, as far as known.
    Exists,
    OnOtherPlatforms,
    /// Newer than all known releases.
    Newer,
    /// With the newest release of the same minor version.
    Never(Option<GoVersion>),
}

fn state(request: &Request, releases: &[Release]) -> State {
    let own = request.as_exact().is_some_and(|name| !name.is_release());
    if own || !request.is_by_version() || releases.is_empty() {
        return State::Unknown;
    }
    let versions = || releases.iter().map(|release| release.name.version());
    let stable: Vec<&GoVersion> = versions().filter(|version| !version.is_prerelease()).collect();
    let newest = stable.iter().copied().max();
    let mut matching = releases.iter().filter(|release| request.matches(&release.name, newest)).peekable();
    if matching.peek().is_some() {
        let is_here = matching.any(|release| release.is_available != Some(false));
        return if is_here { State::Exists } else { State::OnOtherPlatforms };
    }
    let version = match request.kind() {
        RequestKind::Exact(name) => name.version(),
        RequestKind::Language(language) => language,
        _ => return State::Never(None),
    };
    if versions().all(|known| version > known) {
        return State::Newer;
    }
    State::Never(stable.into_iter().filter(|known| known.same_language(version)).max().cloned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Machine;

    fn missing(machine: Machine, request: &str) -> Machine {
        let mut machine = machine.file("~/shop/.go-version", &format!("{request}\n"));
        machine.selection = crate::snapshot::Selection {
            missing: Some(request.to_owned()),
            reason: "chosen by .go-version:1 in ~/shop".to_owned(),
            ..crate::snapshot::Selection::default()
        };
        machine
    }

    #[test]
    fn an_unreleased_version_is_an_error_with_the_nearest_release() {
        for (request, what, command) in [
            (
                "1.21.50",
                "no Go release matches 1.21.50 (chosen by .go-version:1 in ~/shop)",
                "gover pin 1.21.12",
            ),
            (
                "1.3",
                "no Go release matches 1.3 (chosen by .go-version:1 in ~/shop)",
                "gover list --remote --all",
            ),
            (
                "1.99",
                "1.99 is newer than go1.22.5, the newest known release (chosen by .go-version:1 in ~/shop)",
                "gover list --remote",
            ),
        ] {
            let findings = missing(Machine::windows(), request).findings("pin-unavailable");
            assert_eq!((findings[0].severity, findings[0].what.en.as_str()), (Severity::Error, what));
            assert_eq!(
                findings[0].evidence[0].to_string(),
                format!(r"C:\Users\ann\shop\.go-version:1: {request}")
            );
            assert_eq!(findings[0].fix.commands, [command]);
        }
    }

    #[test]
    fn what_exists_for_other_platforms_alone_is_an_error() {
        let mut machine = missing(Machine::macos(), "1.20.14");
        for release in &mut machine.releases {
            release.is_available = Some(release.name.as_str() != "go1.20.14");
        }
        let findings = machine.findings("pin-unavailable");
        assert!(findings[0].what.en.starts_with("there is no 1.20.14 for this platform"), "{findings:?}");
        assert_eq!(findings[0].fix.commands, ["gover install 1.20.14 --arch amd64"]);
    }

    #[test]
    fn a_version_that_is_only_missing_matters_if_auto_install_is_off() {
        let mut machine = missing(Machine::linux(), "1.21");
        assert!(machine.findings("pin-unavailable").is_empty());
        machine.gover.installs_missing = false;
        let findings = machine.findings("pin-unavailable");
        assert_eq!(findings[0].severity, Severity::Warning);
        assert_eq!(findings[0].fix.commands, ["gover install 1.21"]);
    }

    #[test]
    fn a_malformed_pin_is_reported_with_the_error_of_the_selection() {
        let mut machine = missing(Machine::linux(), "../x");
        machine.selection.missing = None;
        machine.selection.error = Some("cannot use `/home/ann/shop/.go-version` line 1".to_owned());
        let findings = machine.findings("pin-unavailable");
        assert_eq!(findings[0].severity, Severity::Error);
        assert_eq!(findings[0].evidence[0].to_string(), "/home/ann/shop/.go-version:1: ../x");
        assert_eq!(findings[0].fix.commands, ["gover current -v"]);
    }

    #[test]
    fn existing_and_unknown_versions_are_silent() {
        for machine in [Machine::linux(), Machine::windows(), Machine::macos(), Machine::alpine()] {
            assert!(machine.findings("pin-unavailable").is_empty());
            assert!(missing(machine.clone(), "1.22.5-bigcorp").findings("pin-unavailable").is_empty());
            let mut ignorant = missing(machine, "1.99");
            ignorant.releases.clear();
            assert!(ignorant.findings("pin-unavailable").is_empty());
        }
    }
}
