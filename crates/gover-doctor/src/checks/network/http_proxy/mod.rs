//! The variables that configure an HTTP proxy.

#[cfg(test)]
mod tests;

use gover_source::{Probe, Verdict};

use super::setting::{Setting, address, host};
use crate::snapshot::network::{self, NetworkFacts};
use crate::snapshot::registry::Hive;
use crate::{Check, Evidence, Fact, Finding, Severity, Snapshot, scope};

pub(super) const CHECK: Check = Check {
    name: "http-proxy",
    summary: crate::Words::english(
        "HTTPS_PROXY or a related variable is malformed, dead or contradicts another",
    ),
    symptom: crate::Words::english(
        "`proxyconnect tcp: dial tcp …: connect: connection refused`, `Proxy Authentication Required`, \
            or downloads that work in the browser and with `curl` but not with `go`.",
    ),
    cause: crate::Words::english(
        "HTTPS_PROXY, HTTP_PROXY or NO_PROXY holds a proxy of another network or a value that is not an \
            address, or its lower-case form differs: go prefers upper case, `curl` and git prefer lower case. \
            go ignores ALL_PROXY and the proxy settings of Windows.",
    ),
    repair: crate::Words::english(
        "`--fix` removes values that are not addresses from your startup files and from \
            `HKCU\\Environment`. If a proxy does not answer, you decide whether it is still right; set a new \
            one with `export HTTPS_PROXY=http://proxy.corp.example:8080`.",
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
            Verdict::Unreachable(_) | Verdict::Silent => {
                (Severity::Error, "go, git and gover send everything to it, so every download fails")
            }
            Verdict::Status(407, _) => {
                (Severity::Error, "it requires a name and a password: `http://NAME:PASSWORD@HOST:PORT`")
            }
            _ => (Severity::Warning, "it does not connect to Go's servers, or is not a proxy"),
        };
        let what =
            format!("the proxy in {}, {}: {}", first.name, asked.address, network::words(&asked.verdict));
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
        "it contains quotation marks"
    } else if value.contains(char::is_whitespace) {
        "it contains spaces"
    } else if !["http", "https", "socks5", "socks5h"].contains(&scheme.to_ascii_lowercase().as_str()) {
        "its scheme is not http, https or socks5"
    } else if host(value).is_empty() {
        "it has no host"
    } else if port.is_some_and(|port| port.parse::<u16>().is_err()) {
        "its port is not a number"
    } else {
        return None;
    };
    let what = format!("{} is not a proxy address: {wrong}", setting.name);
    let why = "every download through it fails, with errors that do not name the variable";
    let finding = Finding::error(what, why).about(fact(&address(value))).shown_by(setting.evidence.clone());
    Some(setting.removed(snapshot, finding))
}

fn disagreeing(snapshot: &Snapshot<'_>, upper: &'static str, lower: &'static str) -> Option<Finding> {
    let first = Setting::of_environment(snapshot, upper)?;
    let second = Setting::of_environment(snapshot, lower)?;
    if first.value == second.value {
        return None;
    }
    let what = format!("{upper} and {lower} have different values");
    let why = "go uses the upper-case one, `curl` and git the lower-case one, so one may work while the other fails";
    let finding = Finding::warning(what, why).shown_by(first.evidence).shown_by(second.evidence.clone());
    Some(Setting { evidence: Vec::new(), ..second }.removed_by_hand(snapshot, finding))
}

/// `HTTP_PROXY` applies only to plain http, which Go's servers do not use.
fn half(snapshot: &Snapshot<'_>, settings: &[Setting]) -> Option<Finding> {
    if settings.iter().any(|setting| setting.name.eq_ignore_ascii_case("HTTPS_PROXY")) {
        return None;
    }
    let first = settings.first()?;
    let what = format!("{} is set, and HTTPS_PROXY is not", first.name);
    let why = "go uses it only for plain http, but downloads everything over https, without the proxy";
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
        let what = format!("{} is set, which go does not read", all.name);
        let why = "go uses no proxy; it reads HTTPS_PROXY";
        return Some(for_https(snapshot, Finding::note(what, why), &all));
    }
    let is_on = snapshot.registry.number(Hive::User, INTERNET_SETTINGS, "ProxyEnable") == Some(1);
    let server = snapshot.registry.shown(Hive::User, INTERNET_SETTINGS, "ProxyServer").filter(|_| is_on)?;
    // `http=a:80;https=b:80`, or one proxy for all.
    let https = server.split(';').find_map(|part| part.strip_prefix("https="));
    let proxy = https.or_else(|| (!server.contains('=')).then_some(server.as_str()))?;
    let what = format!("the Windows settings have a proxy, {proxy}, which go does not use");
    let why = "go and git do not use it; they read HTTPS_PROXY";
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
        (format!("{name} has `*`, which switches the proxy off"), "no request uses the proxy that is set")
    } else {
        let wrong = entries.iter().find(|entry| matches_nothing(entry))?;
        let what = format!("`{wrong}` in {name} matches no host");
        (what, "go reads names, addresses and networks such as `10.0.0.0/8`, separated by commas")
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
