//! The value of GOPROXY, and whether its servers answer.

use gover_source::{Probe, Verdict};

use super::http_proxy;
use super::setting::{Setting, address, host, is_near};
use crate::secret::mask;
use crate::snapshot::network::{self, NetworkFacts};
use crate::{Check, Finding, Severity, Snapshot, scope};

pub(super) const CHECK: Check = Check {
    name: "goproxy",
    summary: crate::Words::english("GOPROXY is malformed, or one of its servers does not answer"),
    symptom: crate::Words::english(
        "`go: module lookup disabled by GOPROXY=off`, `invalid proxy URL \"…\"`, `GOPROXY list is not the empty string, but contains \
              no entries`, `dial tcp: lookup proxy.corp.example: no such host`, or downloads that hang for half a minute.",
    ),
    cause: crate::Words::english(
        "An outdated GOPROXY in a startup file or in the file of `go env -w`: a proxy that was shut down, \
            one that only a company network reaches, or a list written with `;` or spaces. After a comma go \
            asks the next entry only if the proxy answers 404 or 410; after `|` it does so after any failure.",
    ),
    repair: crate::Words::english(
        "`--fix` removes a value that go cannot read, or that names a proxy that was shut down; Go's own \
            default then applies. If a proxy does not answer, you decide whether it stays: `go env -u \
            GOPROXY` removes it.",
    ),
    scope: scope::network,
    run,
};

fn run(snapshot: &Snapshot<'_>) -> Vec<Finding> {
    let Some(setting) = Setting::of(snapshot, "GOPROXY") else { return Vec::new() };
    let entries = parse(snapshot, &setting.value);
    let mut findings = written(snapshot, &setting, &entries);
    let is_usable = findings.iter().all(|finding| finding.severity != Severity::Error);
    for network in snapshot.network.iter().filter(|_| is_usable) {
        findings.extend(unanswered(snapshot, &setting, &entries, network));
    }
    findings
}

/// Findings about the value alone.
fn written(snapshot: &Snapshot<'_>, setting: &Setting, entries: &[Entry]) -> Vec<Finding> {
    let found = |severity, what: String, why: &str| {
        Finding::new(severity, what, why).shown_by(setting.evidence.clone())
    };
    let error = |what: String, why: &str| setting.removed(snapshot, found(Severity::Error, what, why));
    if entries.is_empty() {
        let why = "every command that needs a module fails with `GOPROXY list is not the empty string, but contains no entries`";
        return vec![error("GOPROXY has no entries".to_owned(), why)];
    }
    let mut findings = Vec::new();
    let end = entries.iter().position(Entry::ends);
    let asked = entries.get(..=end.unwrap_or(entries.len())).unwrap_or(entries);
    for entry in asked {
        let shown = mask(&entry.text);
        if entry.place == Place::Invalid {
            let what = format!("GOPROXY has an entry that is not an address: `{shown}`");
            let why = "every command that needs a module fails. Separate entries with `,` or `|`; use https, http or file addresses, `direct` or `off`";
            return vec![error(what, why)];
        }
        let host = if let Place::Server(address) = &entry.place { host(address) } else { String::new() };
        if let Some((_, what_happened)) = SHUT_DOWN.iter().find(|(known, _)| *known == host) {
            let what = format!("GOPROXY names {host}, which {what_happened}");
            let why = "each download waits for it, and most downloads fail";
            findings.push(error(what, why));
        }
        if entry.text.starts_with("http://") && !is_near(&host) {
            let what = format!("GOPROXY reaches {shown} without encryption");
            let why = "others on the network can read downloads, and change those without a checksum";
            let finding = found(Severity::Warning, what, why);
            let encrypted = setting.value.replace("http://", "https://");
            // A command with a password would end up in the shell's history.
            let is_open = setting.shown() == setting.value;
            let command = snapshot.set_by_hand("GOPROXY", Some(&encrypted)).filter(|_| is_open);
            findings.push(finding.commands(command));
        }
    }
    if asked.first().is_some_and(|entry| entry.place == Place::Off) {
        let why =
            "modules that are not in the module cache fail with `module lookup disabled by GOPROXY=off`";
        let what = "GOPROXY=off forbids downloading modules".to_owned();
        findings.push(setting.removed_by_hand(snapshot, found(Severity::Warning, what, why)));
    }
    if let Some(end) = end.and_then(|end| entries.get(end)).filter(|_| asked.len() < entries.len()) {
        let what = format!("entries of GOPROXY after `{}` are never used", end.text);
        let why = "`direct` and `off` end the list, so the rest has no effect";
        findings.push(found(Severity::Warning, what, why));
    }
    findings
}

/// Findings about the answers of the servers, in the order in which go asks them.
fn unanswered(
    snapshot: &Snapshot<'_>,
    setting: &Setting,
    entries: &[Entry],
    network: &NetworkFacts,
) -> Vec<Finding> {
    let answers = network.proxies.iter().map(network::evidence);
    let mut findings = Vec::new();
    // Whether go asks this entry for every module.
    let mut is_reached = true;
    for (index, entry) in entries.iter().enumerate().take_while(|(_, entry)| !entry.ends()) {
        let is_asked = |asked: &&Probe| entry.place == Place::Server(asked.address.clone());
        let asked = network.proxies.iter().find(is_asked);
        let Some(asked) = asked.filter(|asked| asked.verdict != Verdict::Good) else {
            is_reached = false;
            continue;
        };
        let is_last = index + 1 == entries.len();
        let is_not_found = matches!(asked.verdict, Verdict::Status(404 | 410, _));
        let falls_through = !is_last && (entry.goes_on || is_not_found);
        let what = format!("{} in GOPROXY: {}", asked.address, network::words(&asked.verdict));
        let (severity, why) = effect(asked, is_reached, falls_through);
        let finding = Finding::new(severity, what, why)
            .about_fact(http_proxy::fact_of(snapshot, network, asked, &asked.address))
            .shown_by(setting.evidence.clone())
            .shown_by(answers.clone())
            .commands(command(snapshot, asked));
        let is_dead = matches!(asked.verdict, Verdict::Unreachable(_) | Verdict::Silent | Verdict::Wrong(_));
        findings.push(if is_dead { setting.removed_by_hand(snapshot, finding) } else { finding });
        is_reached &= falls_through;
    }
    findings
}

fn effect(asked: &Probe, is_reached: bool, falls_through: bool) -> (Severity, &'static str) {
    use Severity::{Error, Note, Warning};
    match (&asked.verdict, is_reached, falls_through) {
        (Verdict::Status(404 | 410, _), _, true) => (Note, "it has no toolchains; go asks the next entry"),
        (Verdict::Status(404 | 410, _), _, false) => (
            Warning,
            "go cannot download toolchains from it; its address may be incomplete, for example without `/api/go`",
        ),
        (Verdict::Status(403 | 451, _), ..) => {
            (Warning, "go cannot download toolchains, and asks no other entry")
        }
        (_, false, _) => (Warning, "go fails for each module that earlier entries do not have"),
        (_, true, true) => (Warning, "each download waits for it before go asks the next entry"),
        (_, true, false) => (Error, "go asks no other entry after this one, so every download fails"),
    }
}

/// The command that leads on after such an answer.
pub(super) fn command(snapshot: &Snapshot<'_>, asked: &Probe) -> Option<String> {
    Some(match asked.verdict {
        Verdict::UntrustedCertificate(_) => "gover doctor tls-inspection".to_owned(),
        Verdict::CertificateTime => "gover doctor clock".to_owned(),
        Verdict::Status(401, _) => {
            let line = format!("machine {} login NAME password TOKEN", host(&asked.address));
            if snapshot.system.is_windows() {
                snapshot.in_powershell(format!("Add-Content $HOME\\_netrc '{line}'"))
            } else {
                format!("echo '{line}' >> ~/.netrc")
            }
        }
        Verdict::Status(407, _) | Verdict::Unreachable(_) | Verdict::Silent => {
            "gover doctor http-proxy".to_owned()
        }
        _ => return None,
    })
}

/// Public proxies that no longer exist.
const SHUT_DOWN: &[(&str, &str)] = &[
    ("gocenter.io", "was shut down in May 2021"),
    ("athens.azurefd.net", "was an experiment and no longer exists"),
    ("microsoftgoproxy.azurewebsites.net", "was an experiment and no longer exists"),
];

#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    /// As written, without spaces around it. It may contain credentials.
    text: String,
    place: Place,
    /// Whether go asks the next entry after any failure (`|`), not only after "not found".
    goes_on: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Place {
    /// A server, with the same address as in the network facts.
    Server(String),
    Directory,
    Direct,
    Off,
    Invalid,
}

impl Entry {
    /// Whether go never asks later entries.
    fn ends(&self) -> bool {
        matches!(self.place, Place::Direct | Place::Off)
    }
}

/// All entries as cmd/go reads them (`modfetch.proxyList`), including those after `direct` and
/// `off`.
fn parse(snapshot: &Snapshot<'_>, value: &str) -> Vec<Entry> {
    value
        .split_inclusive([',', '|'])
        .map(|piece| (piece.trim_end_matches([',', '|']).trim(), piece.ends_with('|')))
        .filter(|(text, _)| !text.is_empty())
        .map(|(text, goes_on)| Entry { text: text.to_owned(), place: place(snapshot, text), goes_on })
        .collect()
}

fn place(snapshot: &Snapshot<'_>, text: &str) -> Place {
    match text {
        "direct" => return Place::Direct,
        "off" => return Place::Off,
        text if text.contains([' ', ';', '"', '\'', '\\']) => return Place::Invalid,
        _ => {}
    }
    // Go assumes https for what looks like a host without a scheme; other words are reserved.
    let is_bare =
        text.contains(['.', ':', '/']) && !text.contains(":/") && !snapshot.system.path(text).is_absolute();
    let url = if is_bare { format!("https://{text}") } else { text.to_owned() };
    let Some((scheme, rest)) = url.split_once("://") else { return Place::Invalid };
    match scheme.to_ascii_lowercase().as_str() {
        "file" => Place::Directory,
        "http" | "https" if !rest.trim_start_matches('/').is_empty() && !rest.starts_with('/') => {
            Place::Server(address(&url))
        }
        _ => Place::Invalid,
    }
}

#[cfg(test)]
mod tests;
