//! The variables that configure an HTTP proxy.

#[cfg(test)]
mod tests;
mod written;

use gover_source::Verdict;

use super::setting::Setting;
use crate::snapshot::network::{self, NetworkFacts};
use crate::{Check, Finding, Severity, Snapshot};

pub(super) const CHECK: Check = Check {
    name: "http-proxy",
    summary: "HTTPS_PROXY or a related variable is malformed, dead or contradicts another",
    symptom: "`proxyconnect tcp: dial tcp …: connect: connection refused`, `Proxy Authentication Required`, \
            or downloads that work in the browser and with `curl` but not with `go`.",
    cause: "HTTPS_PROXY, HTTP_PROXY or NO_PROXY holds a proxy of another network or a value that is not an \
            address, or its lower-case form differs: go prefers upper case, `curl` and git prefer lower case. \
            go ignores ALL_PROXY and the proxy settings of Windows.",
    repair: "`--fix` removes values that are not addresses from your startup files and from \
            `HKCU\\Environment`. If a proxy does not answer, you decide whether it is still right; set a new \
            one with `export HTTPS_PROXY=http://proxy.corp.example:8080`.",
    run,
};

fn run(snapshot: &Snapshot<'_>) -> Vec<Finding> {
    let mut findings = written::findings(snapshot);
    if let Some(network) = &snapshot.network {
        findings.extend(unanswered(snapshot, network));
    }
    findings
}

/// Proxies that do not work.
fn unanswered(snapshot: &Snapshot<'_>, network: &NetworkFacts) -> Vec<Finding> {
    let mut findings = Vec::new();
    for asked in network.http_proxies.iter().filter(|asked| asked.verdict != Verdict::Good) {
        let settings: Vec<Setting> = NAMES
            .iter()
            .filter_map(|name| Setting::of_environment(snapshot, name))
            .filter(|setting| super::setting::address(&setting.value) == asked.address)
            .collect();
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
        let mut finding = Finding::new(severity, what, why);
        for setting in &settings {
            finding = setting.removed_by_hand(snapshot, finding.shown_by(setting.evidence.clone()));
        }
        findings.push(finding.shown_by([network::evidence(asked)]));
    }
    findings
}

/// The variables that hold a proxy, in the order in which go reads them.
const NAMES: &[&str] = &["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"];
