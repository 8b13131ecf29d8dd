//! Proxies of Windows that this Linux does not reach, and names that it cannot look up.

use gover_source::Verdict;

use super::config::Config;
use crate::checks::network::setting::{Setting, address, host};
use crate::snapshot::network::{NetworkFacts, evidence};
use crate::snapshot::programs::{Patience, Run};
use crate::{Evidence, Finding, Snapshot, text};

/// A proxy at 127.0.0.1 that runs on Windows, while WSL has a network of its own.
pub(super) fn of_windows(snapshot: &Snapshot<'_>, config: Option<&Config>) -> Option<Finding> {
    // WSL 1 has the network of Windows.
    if !snapshot.system.release.contains("WSL2") {
        return None;
    }
    let setting = NAMES.iter().find_map(|name| {
        Setting::of_environment(snapshot, name).filter(|setting| is_unreachable(snapshot, setting))
    })?;
    let in_use = mode_in_use(snapshot);
    let mode = in_use.clone().or_else(|| Some(config?.mode()))?;
    if mode != "nat" {
        return None;
    }
    let what = text!(
        en "{name} names a proxy at {host}, and WSL uses NAT",
        zh "{name} 指向 {host} 上的代理，而 WSL 用的是 NAT",
        name = setting.name, host = host(&setting.value),
    );
    let why = text!(
        en "in this Linux, that address is not Windows, so each request through the proxy fails. With \
            `networkingMode=mirrored` (Windows 11) it is, after `wsl --shutdown`",
        zh "在这个 Linux 里，这个地址不是 Windows，所以经过代理的请求都会失败。设置 `networkingMode=mirrored`\
            （Windows 11）并运行 `wsl --shutdown` 之后才是",
    );
    let asked = in_use.map(|mode| Evidence::answer("wslinfo --networking-mode", mode));
    let finding = Finding::warning(what, why)
        .shown_by(setting.evidence.clone())
        .shown_by(asked)
        .shown_by(config.map(|config| config.evidence(snapshot)));
    // It is there already, and WSL did not start again since, or this Windows does not have it.
    let edit = config.filter(|config| config.mode() == "nat").map(Config::mirrored);
    Some(finding.edited_by(edit))
}

/// Whether a proxy at 127.0.0.1 is certainly not one of this Linux: it does not answer, or Windows
/// handed over the variable.
fn is_unreachable(snapshot: &Snapshot<'_>, setting: &Setting) -> bool {
    let is_here = matches!(host(&setting.value).as_str(), "localhost" | "127.0.0.1" | "::1");
    let shown = address(setting.value.trim_end_matches('/'));
    let probe = snapshot.network.iter().flat_map(|network| &network.http_proxies);
    let verdict =
        probe.map(|probe| (probe.address.as_str(), &probe.verdict)).find(|(known, _)| *known == shown);
    is_here
        && match verdict {
            Some((_, verdict)) => matches!(verdict, Verdict::Unreachable(_) | Verdict::Silent),
            None => snapshot.is_from_windows(setting.name),
        }
}

/// What WSL itself says, in lower case. Versions before 2.0 do not have the program.
fn mode_in_use(snapshot: &Snapshot<'_>) -> Option<String> {
    let program = snapshot.program("wslinfo")?;
    let arguments = &["--networking-mode"];
    let run = Run { program: &program, arguments, variables: &[], input: "", patience: Patience::Short };
    let ran = snapshot.programs.run(&run).filter(|ran| ran.code == Some(0))?;
    Some(ran.stdout.trim().to_ascii_lowercase()).filter(|mode| !mode.is_empty())
}

/// A name that is not found, while WSL does not let Windows look names up.
pub(super) fn names(snapshot: &Snapshot<'_>, config: &Config) -> Option<Finding> {
    let off = config.dns_tunneling_off()?;
    let is_unknown =
        |verdict: &Verdict| matches!(verdict, Verdict::Unreachable(reason) if reason.contains("DNS"));
    let asked =
        snapshot.network.iter().flat_map(NetworkFacts::iter).find(|probe| is_unknown(&probe.verdict))?;
    let what = text!(
        en "{file} switches dnsTunneling off, and a name is not found",
        zh "{file} 关掉了 dnsTunneling，而有域名解析不了",
        file = config.path,
    );
    let why = text!(
        en "WSL then asks a name server itself, which may not know the names of a VPN or a company; Windows does",
        zh "这时 WSL 自己去问域名服务器，它可能不知道 VPN 或公司内网的域名，而 Windows 知道",
    );
    Some(Finding::note(what, why).shown_by([off, evidence(asked)]))
}

const NAMES: [&str; 4] = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"];
