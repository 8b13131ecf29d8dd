//! The setting `sources`: whether the places that serve toolchains answer.

use gover_source::{Probe, Verdict};

use super::goproxy::command;
use super::http_proxy;
use crate::snapshot::SetBy;
use crate::snapshot::network::{self, NetworkFacts, Source};
use crate::{Check, Evidence, Finding, Severity, Snapshot, Words, scope, text};

pub(super) const CHECK: Check = Check {
    name: "sources",
    summary: text!(
        en "a source of toolchains does not answer",
        zh "有一个工具链下载源没有响应",
    ),
    symptom: text!(
        en "`could not download go1.22.5`, `could not reach mirror.corp.example (DNS lookup failed)`, or a \
            `gover install` that waits before it begins.",
        zh "`could not download go1.22.5`、`could not reach mirror.corp.example (DNS lookup failed)`，或者 \
            `gover install` 要等一会儿才开始。",
    ),
    cause: text!(
        en "The setting `sources` or GOVER_SOURCES names a mirror that moved or that only a company network \
            reaches, or a directory that is not mounted. Or go.dev, the first source by default, is blocked \
            here.",
        zh "设置 `sources` 或 GOVER_SOURCES 里的镜像搬走了，只有公司内网才连得上，或者写的目录没有挂载。也\
            可能是默认的第一个下载源 go.dev 在这里连不上。",
    ),
    repair: text!(
        en "The command shown sets the sources that answer, unless one of them has credentials. \
            `gover config set sources ''` restores the default, `go.dev, goproxy`. If a policy of the machine \
            sets them, no command is shown: ask its administrator to replace the source.",
        zh "列出的命令只保留有响应的下载源，除非其中有带密码的。`gover config set sources ''` 恢复默认的 \
            `go.dev, goproxy`。如果是系统策略设置的，就没有命令：请管理员更换。",
    ),
    scope: scope::network,
    run,
};

fn run(snapshot: &Snapshot<'_>) -> Vec<Finding> {
    let Some(network) = &snapshot.network else { return Vec::new() };
    let works = |source: &&Source| match &source.probe {
        Some(probe) => probe.verdict == Verdict::Good,
        // Without a server, it is a directory or the release site itself.
        None => {
            network.proxies.is_empty() || network.proxies.iter().any(|probe| probe.verdict == Verdict::Good)
        }
    };
    let left: Vec<&Source> = network.sources.iter().filter(works).collect();
    let failed = network.sources.iter().filter_map(|source| source.probe.as_ref());
    let failed = failed.filter(|probe| probe.verdict != Verdict::Good);
    failed.map(|probe| unanswered(snapshot, network, probe, &left)).collect()
}

fn unanswered(snapshot: &Snapshot<'_>, network: &NetworkFacts, asked: &Probe, left: &[&Source]) -> Finding {
    let what = text!(
        en "{address} in the setting `sources`: {verdict}",
        zh "设置 `sources` 里的 {address}：{verdict}",
        address = asked.address, verdict = network::words(&asked.verdict),
    );
    let (severity, why) = match (left, snapshot.gover.sources_set_by) {
        ([], _) => (
            Severity::Error,
            text!(
                en "no source is left, so gover cannot install a toolchain",
                zh "没有别的下载源了，gover 无法安装工具链",
            ),
        ),
        // Not everyone reaches both sources of the default.
        (_, SetBy::Nothing) => (Severity::Note, WAITS),
        _ => (Severity::Warning, WAITS),
    };
    let answers = network.sources.iter().filter_map(|source| source.probe.as_ref());
    let finding = Finding::new(severity, what, why)
        .about_fact(http_proxy::fact_of(snapshot, network, asked, &asked.address))
        .shown_by(set_by(snapshot, network))
        .shown_by(answers.map(network::evidence))
        .commands(command(snapshot, asked));
    let is_dead = matches!(asked.verdict, Verdict::Unreachable(_) | Verdict::Silent | Verdict::Wrong(_));
    finding.commands(without(snapshot, left).filter(|_| is_dead))
}

fn set_by(snapshot: &Snapshot<'_>, network: &NetworkFacts) -> Option<Evidence> {
    let entries: Vec<&str> = network.sources.iter().map(|source| source.entry.as_str()).collect();
    let list = entries.join(", ");
    Some(match snapshot.gover.sources_set_by {
        SetBy::Nothing => return None,
        // The value of the variable itself may have credentials.
        SetBy::Variable => match snapshot.variable_evidence("GOVER_SOURCES") {
            Evidence::Variable { name, set_in, .. } => Evidence::Variable { name, value: list, set_in },
            other => other,
        },
        SetBy::File => Evidence::path(snapshot.gover.home.join("config.toml"), format!("sources = {list}")),
        SetBy::Policy => Evidence::answer("the policy of this machine", format!("sources = {list}")),
    })
}

const WAITS: Words<&str> = text!(
    en "gover uses the other sources, and may wait two seconds for this one",
    zh "gover 会用其他下载源，但可能要为它等两秒",
);

/// The command that keeps only the sources that answer, or restores the default if none does.
/// `None` if it would need credentials, which are not shown.
fn without(snapshot: &Snapshot<'_>, left: &[&Source]) -> Option<String> {
    if left.iter().any(|source| source.is_masked) {
        return None;
    }
    let list = left.iter().map(|source| source.entry.as_str()).collect::<Vec<_>>().join(",");
    match snapshot.gover.sources_set_by {
        SetBy::Policy => None,
        SetBy::Nothing if left.is_empty() => None,
        SetBy::Variable => snapshot.in_shell("GOVER_SOURCES", (!left.is_empty()).then_some(list.as_str())),
        SetBy::Nothing | SetBy::File => Some(format!("gover config set sources {}", snapshot.word(list))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Machine, asked};

    fn with_sources(sources: &[(&str, Option<Verdict>)], set_by: SetBy) -> Machine {
        let source = |(entry, verdict): &(&str, Option<Verdict>)| Source {
            entry: (*entry).to_owned(),
            is_masked: false,
            probe: verdict.clone().map(|verdict| asked(entry, verdict)),
        };
        let sources = sources.iter().map(source).collect();
        let mut machine = Machine::linux().network(|network| network.sources = sources);
        machine.gover.sources_set_by = set_by;
        machine
    }

    fn dead() -> Verdict {
        Verdict::Unreachable("connection refused".to_owned())
    }

    #[test]
    fn a_dead_source_is_an_error_if_no_other_is_left() {
        let machine = with_sources(&[("http://a.example/go", Some(dead()))], SetBy::File);
        let findings = machine.findings("sources");
        assert_eq!(
            (findings[0].severity, findings[0].what.en.as_str()),
            (
                Severity::Error,
                "http://a.example/go in the setting `sources`: cannot connect: connection refused"
            )
        );
        assert_eq!(
            findings[0].evidence[0].to_string(),
            "/home/ann/.gover/config.toml: sources = http://a.example/go"
        );
        assert_eq!(findings[0].fix.commands, ["gover doctor http-proxy", "gover config set sources ''"]);
    }

    #[test]
    fn a_dead_source_before_others_is_taken_out_where_it_is_set() {
        let sources =
            [("http://a.example/go", Some(dead())), ("goproxy", None), ("/srv/go", Some(Verdict::Good))];
        for (set_by, severity, command) in [
            (SetBy::File, Severity::Warning, Some("gover config set sources 'goproxy,/srv/go'")),
            (SetBy::Variable, Severity::Warning, Some("export GOVER_SOURCES='goproxy,/srv/go'")),
            (SetBy::Policy, Severity::Warning, None),
            (SetBy::Nothing, Severity::Note, Some("gover config set sources 'goproxy,/srv/go'")),
        ] {
            let findings = with_sources(&sources, set_by).findings("sources");
            assert_eq!((findings.len(), findings[0].severity), (1, severity), "{set_by:?}");
            assert_eq!(findings[0].fix.commands.get(1).map(String::as_str), command);
        }
        // A GOPROXY that does not respond leaves no source either.
        let machine = with_sources(&sources[..2], SetBy::File).network(|network| {
            network.proxies = vec![asked("https://p.example", Verdict::Silent)];
        });
        assert_eq!(machine.findings("sources")[0].severity, Severity::Error);
    }

    /// A command with what is left would lose the user and the password of the mirror.
    #[test]
    fn a_source_with_credentials_is_never_set_without_them() {
        let sources = [("go.dev", Some(dead())), ("https://m.example/go", Some(Verdict::Good))];
        let machine = with_sources(&sources, SetBy::File);
        assert_eq!(machine.findings("sources")[0].fix.commands.len(), 2);
        let machine = machine.network(|network| network.sources[1].is_masked = true);
        assert_eq!(machine.findings("sources")[0].fix.commands, ["gover doctor http-proxy"]);
    }

    #[test]
    fn a_healthy_machine_is_silent() {
        for machine in [Machine::linux(), Machine::windows(), Machine::macos(), Machine::alpine()] {
            assert!(machine.findings("sources").is_empty());
        }
        let good = [("go.dev", Some(Verdict::Good)), ("goproxy", None)];
        assert!(with_sources(&good, SetBy::Nothing).findings("sources").is_empty());
    }
}
