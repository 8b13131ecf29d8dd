//! The checksum database is off, skipped for too many modules, or not reachable.

#[cfg(test)]
mod tests;

use gover_source::{Probe, Verdict};

use super::http_proxy;
use super::setting::Setting;
use crate::secret::mask;
use crate::snapshot::network::{self, NetworkFacts};
use crate::{Check, Finding, Severity, Snapshot, scope};

pub(super) const CHECK: Check = Check {
    name: "sumdb",
    summary: crate::Words::english(
        "the checksum database is off, skipped for too many modules, or not reachable",
    ),
    symptom: crate::Words::english(
        "`verifying module: checksum database disabled by GOSUMDB=off`, `invalid GOSUMDB: malformed verifier id`, or \
              `verifying …: Get \"https://sum.golang.org/lookup/…\": dial tcp: i/o timeout`.",
    ),
    cause: crate::Words::english(
        "GOSUMDB was switched off because of one private module, or GOPRIVATE, GONOSUMDB or GOINSECURE has \
            a pattern that matches too much. Behind a company proxy the database is reachable only if the \
            proxy passes it on.",
    ),
    repair: crate::Words::english(
        "`--fix` removes `GOSUMDB=off`, a value that go cannot read, and patterns that match every \
            module. Name private modules instead: `go env -w GOPRIVATE=git.corp.example`. If the database is \
            not reachable, use a GOPROXY that passes `/sumdb/` on.",
    ),
    scope: scope::network,
    run,
};

fn run(snapshot: &Snapshot<'_>) -> Vec<Finding> {
    let setting = Setting::of(snapshot, "GOSUMDB");
    let switch = setting.as_ref().and_then(|setting| switched(snapshot, setting));
    let is_usable = switch.is_none() && setting.as_ref().is_none_or(|setting| setting.value != "off");
    let network = snapshot.network.as_ref().filter(|_| is_usable);
    let unreachable = network.and_then(|network| unreachable(snapshot, setting.as_ref(), network));
    patterns(snapshot).into_iter().chain(switch).chain(unreachable).collect()
}

/// What is wrong with the value of GOSUMDB itself.
fn switched(snapshot: &Snapshot<'_>, setting: &Setting) -> Option<Finding> {
    let found = |what: String, why: &str| {
        let finding = Finding::error(what, why).shown_by(setting.evidence.clone());
        setting.removed(snapshot, finding)
    };
    if setting.value == "off" {
        // How Go supports machines without a network (`docs/go.md#toolchains-are-always-verified`).
        let is_local = Setting::of(snapshot, "GOPROXY")
            .is_some_and(|proxy| proxy.value.starts_with("file://") && !proxy.value.contains([',', '|']));
        let why =
            "go does not check that you get the same modules as everyone else, and downloads no toolchains";
        return (!is_local).then(|| found("GOSUMDB=off switches the checksum database off".to_owned(), why));
    }
    let wrong = malformed(&setting.value)?;
    let what = format!("GOSUMDB has an invalid value: `{}`", mask(&setting.value));
    let why = format!("every download of a new module fails with `{wrong}`");
    Some(found(what, &why))
}

/// How go reports a value that does not name a database (`docs/go.md#gosumdb`).
fn malformed(value: &str) -> Option<&'static str> {
    let mut fields = value.split_whitespace();
    let Some(key) = fields.next() else { return Some("missing GOSUMDB") };
    let address = fields.next();
    if fields.next().is_some() {
        return Some("invalid GOSUMDB: too many fields");
    }
    let is_name = key == "sum.golang.org" || (key == "sum.golang.google.cn" && address.is_none());
    let is_hash = |text: &str| text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_key = match *key.splitn(3, '+').collect::<Vec<_>>() {
        [name, hash, rest] => !name.is_empty() && is_hash(hash) && !rest.is_empty(),
        _ => false,
    };
    if !is_name && !is_key {
        return Some("invalid GOSUMDB: malformed verifier id");
    }
    let is_address = |address: &str| address.starts_with("https://") || address.starts_with("http://");
    address.is_some_and(|address| !is_address(address)).then_some("invalid GOSUMDB URL")
}

/// Whether go reaches the database by its route, whose last answer is the one that counts.
fn unreachable(
    snapshot: &Snapshot<'_>,
    setting: Option<&Setting>,
    network: &NetworkFacts,
) -> Option<Finding> {
    let says_no = |asked: &&Probe| matches!(asked.verdict, Verdict::Status(404 | 410, _));
    let last = network.sumdb.last()?;
    // `goproxy` reports an earlier proxy that failed and that go passes over.
    if last.verdict == Verdict::Good {
        return None;
    }
    // go reports the last failure other than "not found".
    let way = network.sumdb.iter().rfind(|asked| !says_no(asked)).unwrap_or(last);
    let is_forged = matches!(&way.verdict, Verdict::Wrong(text) if text.contains("tree head"));
    let what = format!("the checksum database at {}: {}", way.address, network::words(&way.verdict));
    let why = if is_forged {
        "something in the network changes or replaces the answers of the checksum database"
    } else {
        "go cannot verify toolchains and modules that are not in go.sum, so it does not download them"
    };
    let evidence = setting.map(|setting| setting.evidence.clone()).unwrap_or_default();
    let proxies = Setting::of(snapshot, "GOPROXY").map(|proxies| proxies.evidence).unwrap_or_default();
    // `goproxy` reports a proxy that does not answer at all.
    let proxy = way.address.split("/sumdb/").next().unwrap_or(&way.address);
    let finding = Finding::error(what, why)
        .about_fact(http_proxy::fact_of(snapshot, network, way, proxy))
        .shown_by(evidence)
        .shown_by(proxies)
        .shown_by(network.sumdb.iter().map(network::evidence));
    Some(match way.verdict {
        Verdict::UntrustedCertificate(_) => finding.command("gover doctor tls-inspection"),
        Verdict::CertificateTime => finding.command("gover doctor clock"),
        _ => finding.command("gover doctor goproxy http-proxy"),
    })
}

/// Lists of modules that go does not check, and that match more than private modules.
fn patterns(snapshot: &Snapshot<'_>) -> Vec<Finding> {
    let lists = ["GOPRIVATE", "GONOSUMDB", "GOINSECURE"];
    let found = lists.into_iter().filter_map(|name| {
        let setting = Setting::of(snapshot, name)?;
        // GONOSUMDB replaces GOPRIVATE if it is set.
        let is_replaced = name == "GOPRIVATE" && snapshot.go_setting("GONOSUMDB").is_some();
        (!is_replaced).then(|| pattern(snapshot, &setting)).flatten()
    });
    found.collect()
}

fn pattern(snapshot: &Snapshot<'_>, setting: &Setting) -> Option<Finding> {
    let patterns = setting.value.split(',').map(str::trim).filter(|pattern| !pattern.is_empty());
    let (wide, narrow): (Vec<&str>, Vec<&str>) =
        patterns.partition(|pattern| width(pattern) != Width::Narrow);
    let matches_all = wide.iter().any(|pattern| width(pattern) == Width::All);
    let first = wide.first()?;
    let name = setting.name;
    let is_insecure = name == "GOINSECURE";
    let severity = if matches_all || is_insecure { Severity::Error } else { Severity::Warning };
    let whose = if matches_all { "every module" } else { "modules of unrelated people" };
    let what = format!("{name} has `{first}`, which matches {whose}");
    let why = if is_insecure {
        "go downloads them without encryption, or with any certificate"
    } else {
        "go does not check them with the checksum database, so it does not notice changes"
    };
    let found = Finding::new(severity, what, why).shown_by(setting.evidence.clone());
    if matches_all && narrow.is_empty() {
        return Some(setting.removed(snapshot, found));
    }
    let narrow = (!narrow.is_empty()).then(|| narrow.join(","));
    Some(found.commands(snapshot.set_by_hand(name, narrow.as_deref())))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Width {
    All,
    /// Those of unrelated people.
    Public,
    Narrow,
}

/// Whether a pattern of GOPRIVATE and the like matches every module.
pub(in crate::checks) fn matches_all(pattern: &str) -> bool {
    width(pattern) == Width::All
}

/// Patterns match as many leading elements of a path (`module.MatchPrefixPatterns`).
fn width(pattern: &str) -> Width {
    let mut elements = pattern.trim_end_matches('/').split('/');
    let host = elements.next().unwrap_or_default();
    if !elements.all(is_any) {
        return Width::Narrow;
    }
    if is_any(host) || host == "*.*" {
        return Width::All;
    }
    let is_suffix = host.strip_prefix("*.").is_some_and(|rest| !rest.contains('.'));
    let is_public = PUBLIC.concat().contains(&host) || (is_suffix && PUBLIC_SUFFIXES.contains(&host));
    if is_public { Width::Public } else { Width::Narrow }
}

fn is_any(element: &str) -> bool {
    !element.is_empty() && element.bytes().all(|byte| byte == b'*')
}

/// Hosts where anyone can publish a module, and import paths of many projects.
const PUBLIC: [&[&str]; 2] = [
    &["github.com", "gitlab.com", "bitbucket.org", "codeberg.org", "gitee.com"],
    &["gopkg.in", "golang.org", "google.golang.org", "go.uber.org", "k8s.io"],
];

/// Domains under which anyone can register a host.
const PUBLIC_SUFFIXES: &[&str] = &["*.com", "*.org", "*.net", "*.io", "*.dev", "*.in", "*.cn"];
