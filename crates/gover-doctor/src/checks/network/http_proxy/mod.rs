//! The variables that configure an HTTP proxy.

#[cfg(test)]
mod tests;

use gover_source::{Probe, Verdict};

use super::setting::{Setting, address, host};
use crate::snapshot::network::{self, NetworkFacts};
use crate::snapshot::registry::Hive;
use crate::{Check, Evidence, Fact, Finding, Severity, Snapshot, scope, text};

pub(super) const CHECK: Check = Check {
    name: "http-proxy",
    summary: text!(
        en "HTTPS_PROXY or a related variable is malformed, dead or contradicts another",
        zh "HTTPS_PROXY 或相关变量写错了、已失效或互相矛盾",
    ),
    symptom: text!(
        en "`proxyconnect tcp: dial tcp …: connect: connection refused`, `Proxy Authentication Required`, \
            or downloads that work in the browser and with `curl` but not with `go`.",
        zh "`proxyconnect tcp: dial tcp …: connect: connection refused`、`Proxy Authentication Required`，\
            或者浏览器和 `curl` 能下载，`go` 却不能。",
    ),
    cause: text!(
        en "HTTPS_PROXY, HTTP_PROXY or NO_PROXY holds a proxy of another network or a value that is not an \
            address, or its lower-case form differs: go prefers upper case, `curl` and git prefer lower case. \
            go ignores ALL_PROXY and the proxy settings of Windows.",
        zh "HTTPS_PROXY、HTTP_PROXY 或 NO_PROXY 里是别的网络的代理，或者不是地址；或者大写和小写的值不同：\
            go 优先用大写，`curl` 和 git 优先用小写。go 不看 ALL_PROXY，也不看 Windows 的代理设置。",
    ),
    repair: text!(
        en "`--fix` removes values that are not addresses from your startup files and from \
            `HKCU\\Environment`. If a proxy does not answer, you decide whether it is still right; set a new \
            one with `export HTTPS_PROXY=http://proxy.corp.example:8080`.",
        zh "`--fix` 从你的启动文件和 `HKCU\\Environment` 里去掉不是地址的值。代理没有响应时，由你判断它还对\
            不对；要换一个，用 `export HTTPS_PROXY=http://proxy.corp.example:8080`。",
    ),
    scope: scope::network,
    run,
};

fn run(snapshot: &Snapshot<'_>) -> Vec<Finding> {
    let network = snapshot.network.iter();
    written(snapshot).into_iter().chain(network.flat_map(|network| unanswered(snapshot, network))).collect()
}

fn unanswered(snapshot: &Snapshot<'_>, network: &NetworkFacts) -> Vec<Finding> {
    let mut findings = Vec::new();
    for asked in network.http_proxies.iter().filter(|asked| asked.verdict != Verdict::Good) {
        let mut settings = of_environment(snapshot, 1);
        settings.retain(|setting| address(&setting.value) == asked.address);
        // A value that is not an address is a finding already.
        settings.retain(|setting| malformed(snapshot, setting).is_none());
        let Some(first) = settings.first() else { continue };
        let (severity, why) = match asked.verdict {
            Verdict::Unreachable(_) | Verdict::Silent => (
                Severity::Error,
                text!(
                    en "go, git and gover send everything to it, so every download fails",
                    zh "go、git 和 gover 的请求都发给它，所以下载全都失败",
                ),
            ),
            Verdict::Status(407, _) => (
                Severity::Error,
                text!(
                    en "it requires a name and a password: `http://NAME:PASSWORD@HOST:PORT`",
                    zh "它要求用户名和密码：`http://NAME:PASSWORD@HOST:PORT`",
                ),
            ),
            _ => (
                Severity::Warning,
                text!(
                    en "it does not connect to Go's servers, or is not a proxy",
                    zh "它不连接 Go 的服务器，或者根本不是代理",
                ),
            ),
        };
        let what = text!(
            en "the proxy in {name}, {address}: {verdict}",
            zh "{name} 里的代理 {address}：{verdict}",
            name = first.name, address = asked.address, verdict = network::words(&asked.verdict),
        );
        let mut finding = Finding::new(severity, what, why).about(fact(&asked.address));
        for setting in &settings {
            finding = setting.removed_by_hand(snapshot, finding.shown_by(setting.evidence.clone()));
        }
        findings.push(finding.shown_by([network::evidence(asked)]));
    }
    findings
}

/// The fact behind a failed request: the forward proxy in between if that does not work at all,
/// else `server`.
pub(super) fn fact_of(snapshot: &Snapshot<'_>, network: &NetworkFacts, asked: &Probe, server: &str) -> Fact {
    let is_failure = |verdict: &Verdict| {
        matches!(verdict, Verdict::Unreachable(_) | Verdict::Silent | Verdict::Status(407, _))
    };
    // With such a proxy, the request says so in words.
    let may_follow = is_failure(&asked.verdict) || matches!(asked.verdict, Verdict::Wrong(_));
    let variable = asked.proxy_variable.as_deref().filter(|_| may_follow);
    let proxy = variable.and_then(|name| snapshot.variable(name)).map(address);
    let is_dead = |proxy: &String| {
        network.http_proxies.iter().any(|known| known.address == *proxy && is_failure(&known.verdict))
    };
    match proxy.filter(is_dead) {
        Some(proxy) => Fact::FollowsFrom(fact(&proxy)),
        None => Fact::Shared(server.to_owned()),
    }
}

fn fact(proxy: &str) -> String {
    format!("the proxy {proxy}")
}

/// The variables that hold a proxy, in the order in which go reads them.
const NAMES: &[&str] = &["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"];

fn of_environment(snapshot: &Snapshot<'_>, step: usize) -> Vec<Setting> {
    NAMES.iter().step_by(step).filter_map(|name| Setting::of_environment(snapshot, name)).collect()
}

/// Findings about the values of the variables alone.
fn written(snapshot: &Snapshot<'_>) -> Vec<Finding> {
    // Names of variables are case-insensitive on Windows.
    let settings = of_environment(snapshot, if snapshot.system.is_windows() { 2 } else { 1 });
    let mut findings: Vec<Finding> =
        settings.iter().filter_map(|setting| malformed(snapshot, setting)).collect();
    if !snapshot.system.is_windows() {
        let pairs = [("HTTPS_PROXY", "https_proxy"), ("HTTP_PROXY", "http_proxy"), ("NO_PROXY", "no_proxy")];
        findings.extend(pairs.into_iter().filter_map(|(upper, lower)| disagreeing(snapshot, upper, lower)));
    }
    findings.extend(half(snapshot, &settings));
    findings.extend(if settings.is_empty() { unused(snapshot) } else { exceptions(snapshot) });
    findings
}

/// Go adds `http://` to values without a known scheme, so it accepts many that cannot work
/// (golang.org/x/net/http/httpproxy, `parseProxy`).
fn malformed(snapshot: &Snapshot<'_>, setting: &Setting) -> Option<Finding> {
    let value = setting.value.as_str();
    let (scheme, rest) = value.split_once("://").unwrap_or(("http", value));
    let authority = rest.split('/').next().unwrap_or_default();
    let place = authority.rsplit_once('@').map_or(authority, |(_, place)| place);
    let port = place.rsplit_once(':').map(|(_, port)| port).filter(|port| !port.contains(']'));
    let wrong = if value.contains(['"', '\'', '`']) {
        text!(en "it contains quotation marks", zh "里面有引号")
    } else if value.contains(char::is_whitespace) {
        text!(en "it contains spaces", zh "里面有空格")
    } else if !["http", "https", "socks5", "socks5h"].contains(&scheme.to_ascii_lowercase().as_str()) {
        text!(en "its scheme is not http, https or socks5", zh "协议不是 http、https 或 socks5")
    } else if host(value).is_empty() {
        text!(en "it has no host", zh "没有主机名")
    } else if port.is_some_and(|port| port.parse::<u16>().is_err()) {
        text!(en "its port is not a number", zh "端口不是数字")
    } else {
        return None;
    };
    let what = text!(
        en "{name} is not a proxy address: {wrong}",
        zh "{name} 不是代理地址：{wrong}",
        name = setting.name, wrong = wrong,
    );
    let why = text!(
        en "every download through it fails, with errors that do not name the variable",
        zh "经过它的下载都会失败，而报错里看不到是哪个变量",
    );
    let finding = Finding::error(what, why).about(fact(&address(value))).shown_by(setting.evidence.clone());
    Some(setting.removed(snapshot, finding))
}

fn disagreeing(snapshot: &Snapshot<'_>, upper: &'static str, lower: &'static str) -> Option<Finding> {
    let first = Setting::of_environment(snapshot, upper)?;
    let second = Setting::of_environment(snapshot, lower)?;
    if first.value == second.value {
        return None;
    }
    let what = text!(
        en "{upper} and {lower} have different values",
        zh "{upper} 和 {lower} 的值不同",
        upper = upper, lower = lower,
    );
    let why = text!(
        en "go uses the upper-case one, `curl` and git the lower-case one, so one may work while the other fails",
        zh "go 用大写的，`curl` 和 git 用小写的，所以可能一个能用，另一个不能用",
    );
    let finding = Finding::warning(what, why).shown_by(first.evidence).shown_by(second.evidence.clone());
    Some(Setting { evidence: Vec::new(), ..second }.removed_by_hand(snapshot, finding))
}

/// `HTTP_PROXY` applies only to plain http, which Go's servers do not use.
fn half(snapshot: &Snapshot<'_>, settings: &[Setting]) -> Option<Finding> {
    if settings.iter().any(|setting| setting.name.eq_ignore_ascii_case("HTTPS_PROXY")) {
        return None;
    }
    let first = settings.first()?;
    let what = text!(
        en "{name} is set, and HTTPS_PROXY is not",
        zh "设了 {name}，没有设 HTTPS_PROXY",
        name = first.name,
    );
    let why = text!(
        en "go uses it only for plain http, but downloads everything over https, without the proxy",
        zh "go 只在普通 http 时用它，而下载都走 https，不经过代理",
    );
    Some(for_https(snapshot, Finding::note(what, why), first))
}

/// Adds the command that sets `HTTPS_PROXY` to the same proxy, unless that would show a password.
fn for_https(snapshot: &Snapshot<'_>, finding: Finding, setting: &Setting) -> Finding {
    let line = snapshot.in_shell("HTTPS_PROXY", Some(&setting.value));
    let is_open = setting.shown() == setting.value;
    finding.shown_by(setting.evidence.clone()).commands(line.filter(|_| is_open))
}

/// Proxies that other programs use and go ignores.
fn unused(snapshot: &Snapshot<'_>) -> Option<Finding> {
    let all = ["ALL_PROXY", "all_proxy"].into_iter().find_map(|name| Setting::of_environment(snapshot, name));
    if let Some(all) = all {
        let what = text!(
            en "{name} is set, which go does not read",
            zh "设了 {name}，而 go 不读它",
            name = all.name,
        );
        let why =
            text!(en "go uses no proxy; it reads HTTPS_PROXY", zh "go 没有用代理，它读的是 HTTPS_PROXY");
        return Some(for_https(snapshot, Finding::note(what, why), &all));
    }
    let is_on = snapshot.registry.number(Hive::User, INTERNET_SETTINGS, "ProxyEnable") == Some(1);
    let server = snapshot.registry.shown(Hive::User, INTERNET_SETTINGS, "ProxyServer").filter(|_| is_on)?;
    // `http=a:80;https=b:80`, or one proxy for all.
    let https = server.split(';').find_map(|part| part.strip_prefix("https="));
    let proxy = https.or_else(|| (!server.contains('=')).then_some(server.as_str()))?;
    let what = text!(
        en "the Windows settings have a proxy, {proxy}, which go does not use",
        zh "Windows 设置里有代理 {proxy}，go 不会用它",
        proxy = proxy,
    );
    let why = text!(
        en "go and git do not use it; they read HTTPS_PROXY",
        zh "go 和 git 都不用它，它们读的是 HTTPS_PROXY",
    );
    let evidence = Evidence::registry(Hive::User, INTERNET_SETTINGS, "ProxyServer", server.as_str());
    let address = if proxy.contains("://") { proxy.to_owned() } else { format!("http://{proxy}") };
    let command = format!("[Environment]::SetEnvironmentVariable('HTTPS_PROXY', '{address}', 'User')");
    Some(Finding::note(what, why).shown_by([evidence]).command(snapshot.in_powershell(command)))
}

/// Entries of `NO_PROXY` that match nothing, or everything.
fn exceptions(snapshot: &Snapshot<'_>) -> Option<Finding> {
    let names = ["NO_PROXY", "no_proxy"];
    let setting = names.into_iter().find_map(|name| Setting::of_environment(snapshot, name))?;
    let entries: Vec<&str> =
        setting.value.split(',').map(str::trim).filter(|entry| !entry.is_empty()).collect();
    let name = setting.name;
    let (what, why) = if entries.contains(&"*") {
        (
            text!(
                en "{name} has `*`, which switches the proxy off",
                zh "{name} 里有 `*`，代理因此关掉了",
                name = name,
            ),
            text!(en "no request uses the proxy that is set", zh "设置的代理没有任何请求会用"),
        )
    } else {
        let wrong = entries.iter().find(|entry| matches_nothing(entry))?;
        (
            text!(
                en "`{entry}` in {name} matches no host",
                zh "{name} 里的 `{entry}` 匹配不到任何主机",
                entry = wrong, name = name,
            ),
            text!(
                en "go reads names, addresses and networks such as `10.0.0.0/8`, separated by commas",
                zh "go 认识名字、地址和 `10.0.0.0/8` 这样的网段，用逗号分隔",
            ),
        )
    };
    let finding = Finding::warning(what, why).shown_by(setting.evidence.clone());
    let kept: Vec<String> =
        entries.iter().filter(|entry| **entry != "*").map(|entry| repaired(entry)).collect();
    let kept = (!kept.is_empty()).then(|| kept.join(","));
    Some(finding.commands(snapshot.in_shell(name, kept.as_deref())))
}

fn matches_nothing(entry: &str) -> bool {
    let is_mask = entry.contains('*') && !entry.starts_with("*.");
    entry.contains("://") || entry.contains([';', ' ']) || is_mask
}

/// The entry as it was probably intended.
fn repaired(entry: &str) -> String {
    let parts = entry.split([';', ' ']).filter(|part| !part.is_empty()).map(|part| {
        let part = part.split_once("://").map_or(part, |(_, rest)| rest).trim_end_matches('/');
        // People write `10.*` and `192.168.*` for networks.
        let numbers: Vec<&str> = part.trim_end_matches(".*").split('.').collect();
        let is_network = part.ends_with(".*") && numbers.iter().all(|number| number.parse::<u8>().is_ok());
        if is_network && numbers.len() < 4 {
            let mut address = numbers.clone();
            address.resize(4, "0");
            return format!("{}/{}", address.join("."), numbers.len() * 8);
        }
        part.to_owned()
    });
    parts.collect::<Vec<_>>().join(",")
}

const INTERNET_SETTINGS: &str = r"Software\Microsoft\Windows\CurrentVersion\Internet Settings";
