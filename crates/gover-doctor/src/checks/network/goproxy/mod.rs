//! The value of GOPROXY, and whether its servers answer.

use gover_source::{Probe, Verdict};

use super::http_proxy;
use super::setting::{Setting, address, host, is_near};
use crate::secret::mask;
use crate::snapshot::network::{self, NetworkFacts};
use crate::{Check, Finding, Severity, Snapshot, Words, scope, text};

pub(super) const CHECK: Check = Check {
    name: "goproxy",
    summary: text!(
        en "GOPROXY is malformed, or one of its servers does not answer",
        zh "GOPROXY 写错了，或者其中有服务器没有响应",
    ),
    symptom: text!(
        en "`go: module lookup disabled by GOPROXY=off`, `invalid proxy URL \"…\"`, `GOPROXY list is not the empty string, but contains \
            no entries`, `dial tcp: lookup proxy.corp.example: no such host`, or downloads that hang for half a minute.",
        zh "`go: module lookup disabled by GOPROXY=off`、`invalid proxy URL \"…\"`、`GOPROXY list is not \
            the empty string, but contains no entries`、`dial tcp: lookup proxy.corp.example: no such \
            host`，或者下载要卡半分钟。",
    ),
    cause: text!(
        en "An outdated GOPROXY in a startup file or in the file of `go env -w`: a proxy that was shut down, \
            one that only a company network reaches, or a list written with `;` or spaces. After a comma go \
            asks the next entry only if the proxy answers 404 or 410; after `|` it does so after any failure.",
        zh "启动文件或 `go env -w` 的文件里的 GOPROXY 过时了：代理已经关停，只有公司内网才连得上，或者列表\
            用 `;` 或空格分隔。逗号后面的一项，只有前一个代理返回 404 或 410 时 go 才会去试；写成 `|`，则任\
            何失败之后都会去试。",
    ),
    repair: text!(
        en "`--fix` removes entries that go cannot read and proxies that were shut down, and keeps the others. \
            If none is left, Go's own default applies. If a proxy does not answer, you decide whether it stays: \
            the command shown keeps the others, and so does `gover proxy set`, which measures them.",
        zh "`--fix` 去掉 go 读不懂的项和已关停的代理，其余的保留；一项也不剩时，用 Go 自己的默认值。代理没有响\
            应时，由你决定是否保留：列出的命令只留下其余各项，`gover proxy set` 也是这样，并且会先测一遍。",
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
    let found = |severity, what: Words, why: Words<&str>| {
        Finding::new(severity, what, why).shown_by(setting.evidence.clone())
    };
    let rest = without(entries, |entry| entry.place == Place::Invalid || shut_down(entry).is_some());
    let error =
        |what: Words, why| setting.reduced(snapshot, found(Severity::Error, what, why), rest.as_deref());
    if entries.is_empty() {
        let why = text!(
            en "every command that needs a module fails with `GOPROXY list is not the empty string, but \
                contains no entries`",
            zh "需要模块的命令都会报 `GOPROXY list is not the empty string, but contains no entries`",
        );
        return vec![error(text!(en "GOPROXY has no entries", zh "GOPROXY 里一项也没有").into(), why)];
    }
    let mut findings = Vec::new();
    let end = entries.iter().position(Entry::ends);
    let asked = entries.get(..=end.unwrap_or(entries.len())).unwrap_or(entries);
    for entry in asked {
        let shown = mask(&entry.text);
        if entry.place == Place::Invalid {
            let what = text!(
                en "GOPROXY has an entry that is not an address: `{entry}`",
                zh "GOPROXY 里有一项不是地址：`{entry}`",
                entry = shown,
            );
            let why = text!(
                en "every command that needs a module fails. Separate entries with `,` or `|`; use https, http or \
                    file addresses, `direct` or `off`",
                zh "需要模块的命令都会失败。各项之间用 `,` 或 `|` 分隔，可以写 https、http 或 file 地址，\
                    或者 `direct`、`off`",
            );
            return vec![error(what, why)];
        }
        let host = if let Place::Server(address) = &entry.place { host(address) } else { String::new() };
        if let Some(what_happened) = shut_down(entry) {
            let what = text!(
                en "GOPROXY names {host}, which {event}",
                zh "GOPROXY 里有 {host}，它{event}",
                host = host, event = what_happened,
            );
            let why = text!(
                en "each download waits for it, and most downloads fail",
                zh "每次下载都要等它，而且多半会失败",
            );
            findings.push(error(what, why));
        }
        if entry.text.starts_with("http://") && !is_near(&host) {
            let what = text!(
                en "GOPROXY reaches {entry} without encryption",
                zh "GOPROXY 访问 {entry} 时没有加密",
                entry = shown,
            );
            let why = text!(
                en "others on the network can read downloads, and change those without a checksum",
                zh "网络中的其他人能看到下载的内容，没有校验和的还能被改动",
            );
            let finding = found(Severity::Warning, what, why);
            let encrypted = setting.value.replace("http://", "https://");
            // A command with a password would end up in the shell's history.
            let is_open = setting.shown() == setting.value;
            let command = snapshot.set_by_hand("GOPROXY", Some(&encrypted)).filter(|_| is_open);
            findings.push(finding.commands(command));
        }
    }
    if asked.first().is_some_and(|entry| entry.place == Place::Off) {
        let why = text!(
            en "modules that are not in the module cache fail with `module lookup disabled by GOPROXY=off`",
            zh "模块缓存里没有的模块会报 `module lookup disabled by GOPROXY=off`",
        );
        let what = text!(en "GOPROXY=off forbids downloading modules", zh "GOPROXY=off 禁止下载模块").into();
        findings.push(setting.removed_by_hand(snapshot, found(Severity::Warning, what, why)));
    }
    if let Some(end) = end.and_then(|end| entries.get(end)).filter(|_| asked.len() < entries.len()) {
        let what = text!(
            en "entries of GOPROXY after `{entry}` are never used",
            zh "GOPROXY 里 `{entry}` 后面的各项永远用不到",
            entry = end.text,
        );
        let why = text!(
            en "`direct` and `off` end the list, so the rest has no effect",
            zh "列表到 `direct` 或 `off` 就结束了，后面的不起作用",
        );
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
    let probe = |entry: &Entry| {
        network.proxies.iter().find(|asked| entry.place == Place::Server(asked.address.clone()))
    };
    let rest = without(entries, |entry| probe(entry).is_some_and(is_dead));
    let mut findings = Vec::new();
    // Whether go asks this entry for every module.
    let mut is_reached = true;
    for (index, entry) in entries.iter().enumerate().take_while(|(_, entry)| !entry.ends()) {
        let Some(asked) = probe(entry).filter(|asked| asked.verdict != Verdict::Good) else {
            is_reached = false;
            continue;
        };
        let is_last = index + 1 == entries.len();
        let is_not_found = matches!(asked.verdict, Verdict::Status(404 | 410, _));
        let falls_through = !is_last && (entry.goes_on || is_not_found);
        let what = text!(
            en "{address} in GOPROXY: {verdict}",
            zh "GOPROXY 里的 {address}：{verdict}",
            address = asked.address, verdict = network::words(&asked.verdict),
        );
        let (severity, why) = effect(asked, is_reached, falls_through);
        let finding = Finding::new(severity, what, why)
            .about_fact(http_proxy::fact_of(snapshot, network, asked, &asked.address))
            .shown_by(setting.evidence.clone())
            .shown_by(answers.clone())
            .commands(command(snapshot, asked));
        findings.push(if is_dead(asked) {
            setting.reduced_by_hand(snapshot, finding, rest.as_deref())
        } else {
            finding
        });
        is_reached &= falls_through;
    }
    findings
}

fn is_dead(asked: &Probe) -> bool {
    matches!(asked.verdict, Verdict::Unreachable(_) | Verdict::Silent | Verdict::Wrong(_))
}

/// The value without some of its entries, and with the separators of the others; `None` if it then
/// names no proxy.
fn without(entries: &[Entry], is_bad: impl Fn(&Entry) -> bool) -> Option<String> {
    let left: Vec<&Entry> = entries.iter().filter(|entry| !is_bad(entry)).collect();
    left.first().filter(|entry| !entry.ends())?;
    let texts = left.iter().map(|entry| format!("{}{}", entry.text, if entry.goes_on { '|' } else { ',' }));
    Some(texts.collect::<String>().trim_end_matches([',', '|']).to_owned())
}

/// What happened to a proxy that no longer exists.
fn shut_down(entry: &Entry) -> Option<Words<&'static str>> {
    let Place::Server(address) = &entry.place else { return None };
    let host = host(address);
    SHUT_DOWN.iter().find(|(known, _)| *known == host).map(|(_, what_happened)| *what_happened)
}

fn effect(asked: &Probe, is_reached: bool, falls_through: bool) -> (Severity, Words<&'static str>) {
    use Severity::{Error, Note, Warning};
    match (&asked.verdict, is_reached, falls_through) {
        (Verdict::Status(404 | 410, _), _, true) => (
            Note,
            text!(
                en "it has no toolchains; go asks the next entry",
                zh "它没有工具链，go 会去试下一项",
            ),
        ),
        (Verdict::Status(404 | 410, _), _, false) => (
            Warning,
            text!(
                en "go cannot download toolchains from it; its address may be incomplete, for example without \
                    `/api/go`",
                zh "go 无法从它下载工具链；地址可能不完整，例如缺少 `/api/go`",
            ),
        ),
        (Verdict::Status(403 | 451, _), ..) => (
            Warning,
            text!(
                en "go cannot download toolchains, and asks no other entry",
                zh "go 无法下载工具链，也不会去试别的项",
            ),
        ),
        (_, false, _) => (
            Warning,
            text!(
                en "go fails for each module that earlier entries do not have",
                zh "前面各项没有的模块，go 都会失败",
            ),
        ),
        (_, true, true) => (
            Warning,
            text!(
                en "each download waits for it before go asks the next entry",
                zh "每次下载都要先等它，go 才会去试下一项",
            ),
        ),
        (_, true, false) => (
            Error,
            text!(
                en "go asks no other entry after this one, so every download fails",
                zh "这一项之后 go 不会再试别的，所以下载全都失败",
            ),
        ),
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
const SHUT_DOWN: &[(&str, Words<&str>)] = &[
    ("gocenter.io", text!(en "was shut down in May 2021", zh "已于 2021 年 5 月关停")),
    ("athens.azurefd.net", EXPERIMENT),
    ("microsoftgoproxy.azurewebsites.net", EXPERIMENT),
];

const EXPERIMENT: Words<&str> =
    text!(en "was an experiment and no longer exists", zh "只是一次试验，已经不存在");

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
