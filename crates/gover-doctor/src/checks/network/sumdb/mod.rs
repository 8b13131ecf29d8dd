//! The checksum database is off, skipped for too many modules, or not reachable.

#[cfg(test)]
mod tests;

use gover_source::{Probe, Verdict};

use super::http_proxy;
use super::setting::Setting;
use crate::secret::mask;
use crate::snapshot::network::{self, NetworkFacts};
use crate::{Check, Finding, Severity, Snapshot, Words, scope, text};

pub(super) const CHECK: Check = Check {
    name: "sumdb",
    summary: text!(
        en "the checksum database is off, skipped for too many modules, or not reachable",
        zh "校验和数据库关掉了、跳过的模块太多，或者连不上",
    ),
    symptom: text!(
        en "`verifying module: checksum database disabled by GOSUMDB=off`, `invalid GOSUMDB: malformed verifier id`, or \
            `verifying …: Get \"https://sum.golang.org/lookup/…\": dial tcp: i/o timeout`.",
        zh "`verifying module: checksum database disabled by GOSUMDB=off`、`invalid GOSUMDB: malformed \
            verifier id`，或者 `verifying …: Get \"https://sum.golang.org/lookup/…\": dial tcp: i/o \
            timeout`。",
    ),
    cause: text!(
        en "GOSUMDB was switched off because of one private module, or GOPRIVATE, GONOSUMDB or GOINSECURE has \
            a pattern that matches too much. Behind a company proxy the database is reachable only if the \
            proxy passes it on.",
        zh "为了一个私有模块关掉了 GOSUMDB，或者 GOPRIVATE、GONOSUMDB、GOINSECURE 里有一个匹配过宽的模式。\
            在公司代理后面，只有代理转发，数据库才连得上。",
    ),
    repair: text!(
        en "`--fix` removes `GOSUMDB=off`, a value that go cannot read, and patterns that match every \
            module. Name private modules instead: `go env -w GOPRIVATE=git.corp.example`. If the database is \
            not reachable, use a GOPROXY that passes `/sumdb/` on.",
        zh "`--fix` 去掉 `GOSUMDB=off`、go 读不懂的值和匹配所有模块的模式。请改为列出私有模块：`go env -w \
            GOPRIVATE=git.corp.example`。数据库连不上时，换一个会转发 `/sumdb/` 的 GOPROXY。",
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
    let found = |what: Words, why: Words| {
        let finding = Finding::error(what, why).shown_by(setting.evidence.clone());
        setting.removed(snapshot, finding)
    };
    if setting.value == "off" {
        // How Go supports machines without a network (`docs/go.md#toolchains-are-always-verified`).
        let is_local = Setting::of(snapshot, "GOPROXY")
            .is_some_and(|proxy| proxy.value.starts_with("file://") && !proxy.value.contains([',', '|']));
        let what = text!(
            en "GOSUMDB=off switches the checksum database off",
            zh "GOSUMDB=off 关掉了校验和数据库",
        );
        let why = text!(
            en "go does not check that you get the same modules as everyone else, and downloads no toolchains",
            zh "go 不再核对你拿到的模块是否和别人的一样，也不下载工具链",
        );
        return (!is_local).then(|| found(what.into(), why.into()));
    }
    let wrong = malformed(&setting.value)?;
    let what = text!(
        en "GOSUMDB has an invalid value: `{value}`",
        zh "GOSUMDB 的值无效：`{value}`",
        value = mask(&setting.value),
    );
    let why = text!(
        en "every download of a new module fails with `{error}`",
        zh "下载新模块都会报 `{error}`",
        error = wrong,
    );
    Some(found(what, why))
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
    let what = text!(
        en "the checksum database at {address}: {verdict}",
        zh "校验和数据库 {address}：{verdict}",
        address = way.address, verdict = network::words(&way.verdict),
    );
    let why = if is_forged {
        text!(
            en "something in the network changes or replaces the answers of the checksum database",
            zh "网络中有东西改动或替换了校验和数据库的回答",
        )
    } else {
        text!(
            en "go cannot verify toolchains and modules that are not in go.sum, so it does not download them",
            zh "go 无法校验工具链和 go.sum 里没有的模块，所以不会下载它们",
        )
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
    let whose = if matches_all {
        text!(en "every module", zh "所有模块")
    } else {
        text!(en "modules of unrelated people", zh "许多不相干的人的模块")
    };
    let what = text!(
        en "{name} has `{pattern}`, which matches {whose}",
        zh "{name} 里有 `{pattern}`，会匹配{whose}",
        name = name, pattern = first, whose = whose,
    );
    let why = if is_insecure {
        text!(
            en "go downloads them without encryption, or with any certificate",
            zh "go 下载它们时不加密，或者什么证书都接受",
        )
    } else {
        text!(
            en "go does not check them with the checksum database, so it does not notice changes",
            zh "go 不用校验和数据库核对它们，被改动了也发现不了",
        )
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
