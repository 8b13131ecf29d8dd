use super::*;
use crate::snapshot::network::Source;
use crate::snapshot::registry::{Hive, Text};
use crate::testing::{Machine, asked, asked_through_proxy};

const SETTINGS: &str = r"Software\Microsoft\Windows\CurrentVersion\Internet Settings";

#[test]
fn values_that_are_not_addresses_are_errors_and_removed() {
    for (value, wrong) in [
        ("\"http://p.example:80\"", "it contains quotation marks"),
        ("http://p.example:80 ", "it contains spaces"),
        ("htps://p.example", "its scheme is not http, https or socks5"),
        ("http://", "it has no host"),
        ("http://p.example:port", "its port is not a number"),
    ] {
        let line = format!("export HTTPS_PROXY='{value}'\n");
        let machine = Machine::linux().file("~/.profile", &line).var("HTTPS_PROXY", value);
        let findings = machine.findings("http-proxy");
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert_eq!(findings[0].severity, Severity::Error);
        assert_eq!(findings[0].what.en, format!("HTTPS_PROXY is not a proxy address: {wrong}"));
        assert_eq!(findings[0].evidence[0].to_string(), format!("HTTPS_PROXY={value} (set in ~/.profile:1)"));
        assert_eq!(findings[0].fix.commands, ["unset HTTPS_PROXY"]);
        let repaired = machine.repaired(&findings);
        repaired.snapshot(|snapshot| assert_eq!(snapshot.startup_evidence("HTTPS_PROXY"), []));
    }
}

#[test]
fn upper_and_lower_case_variables_must_agree() {
    let machine = Machine::linux()
        .var("HTTPS_PROXY", "http://a.example")
        .var("https_proxy", "http://u:secret@b.example");
    let findings = machine.findings("http-proxy");
    assert_eq!(findings[0].severity, Severity::Warning);
    assert_eq!(findings[0].evidence[1].to_string(), "https_proxy=http://***@b.example");
    assert_eq!(findings[0].fix.commands, ["unset https_proxy"]);
    assert!(!format!("{findings:?}").contains("secret"));
    let same = Machine::linux().var("HTTPS_PROXY", "http://a.example").var("https_proxy", "http://a.example");
    assert!(same.findings("http-proxy").is_empty());
}

#[test]
fn a_proxy_that_go_does_not_use_is_a_note() {
    let findings = Machine::linux().var("HTTP_PROXY", "http://a.example:80").findings("http-proxy");
    assert_eq!(
        (findings[0].severity, findings[0].what.en.as_str()),
        (Severity::Note, "HTTP_PROXY is set, and HTTPS_PROXY is not")
    );
    assert_eq!(findings[0].fix.commands, ["export HTTPS_PROXY='http://a.example:80'"]);
    let findings = Machine::macos().var("ALL_PROXY", "socks5://a.example").findings("http-proxy");
    assert_eq!(findings[0].what.en, "ALL_PROXY is set, which go does not read");
    let mut machine =
        Machine::windows().registry(Hive::User, SETTINGS, "ProxyServer", "http=a:80;https=p.example:8080");
    assert!(machine.findings("http-proxy").is_empty());
    machine.registry.put_number(Hive::User, SETTINGS, "ProxyEnable", 1);
    let findings = machine.findings("http-proxy");
    assert_eq!(findings[0].severity, Severity::Note);
    assert_eq!(
        findings[0].fix.commands,
        ["[Environment]::SetEnvironmentVariable('HTTPS_PROXY', 'http://p.example:8080', 'User')"]
    );
    machine.registry.put(Hive::User, SETTINGS, "ProxyServer", Text::new("p.example:8080", false));
    assert!(machine.findings("http-proxy")[0].what.en.contains("p.example:8080"));
    assert!(machine.var("HTTPS_PROXY", "http://p.example:8080").findings("http-proxy").is_empty());
}

#[test]
fn exceptions_that_match_nothing_or_everything_are_rewritten() {
    for (value, what, command) in [
        ("localhost,*", "NO_PROXY has `*`, which switches the proxy off", "export NO_PROXY='localhost'"),
        ("*", "NO_PROXY has `*`, which switches the proxy off", "unset NO_PROXY"),
        (
            "localhost;corp.example",
            "`localhost;corp.example` in NO_PROXY matches no host",
            "export NO_PROXY='localhost,corp.example'",
        ),
        (
            "https://git.corp.example/,10.*",
            "`https://git.corp.example/` in NO_PROXY matches no host",
            "export NO_PROXY='git.corp.example,10.0.0.0/8'",
        ),
    ] {
        let machine = Machine::linux().var("HTTPS_PROXY", "http://a.example").var("NO_PROXY", value);
        let findings = machine.findings("http-proxy");
        assert_eq!((findings[0].severity, findings[0].what.en.as_str()), (Severity::Warning, what));
        assert_eq!(findings[0].fix.commands, [command]);
        assert!(Machine::linux().var("NO_PROXY", value).findings("http-proxy").is_empty());
    }
}

#[test]
fn a_proxy_that_does_not_serve_is_named_with_the_variables_that_lead_to_it() {
    let answering = |verdict: Verdict| {
        let machine = Machine::linux()
            .var("HTTPS_PROXY", "http://ann:secret@p.example:8080/")
            .var("HTTP_PROXY", "http://p.example:8080")
            .network(|network| network.http_proxies = vec![asked("http://p.example:8080", verdict)]);
        machine.findings("http-proxy")
    };
    let findings = answering(Verdict::Unreachable("connection refused".to_owned()));
    assert_eq!(findings[0].severity, Severity::Error);
    assert_eq!(
        findings[0].what.en,
        "the proxy in HTTPS_PROXY, http://p.example:8080: cannot connect: connection refused"
    );
    assert_eq!(findings[0].fix.commands, ["unset HTTPS_PROXY", "unset HTTP_PROXY"]);
    assert!(findings[0].fix.changes.is_empty());
    assert!(!format!("{findings:?}").contains("secret"));
    assert!(answering(Verdict::Status(407, String::new()))[0].why.en.contains("a name and a password"));
    assert_eq!(answering(Verdict::Status(502, String::new()))[0].severity, Severity::Warning);
    assert!(answering(Verdict::Good).is_empty());
}

fn network_findings(machine: &Machine) -> Vec<Finding> {
    let checks = ["http-proxy", "sources", "goproxy", "sumdb"];
    crate::merged(checks.into_iter().flat_map(|check| machine.findings(check)).collect())
}

#[test]
fn everything_behind_a_dead_proxy_is_one_finding() {
    let refused = || Verdict::Unreachable("connection refused".to_owned());
    let behind = || Verdict::Wrong("the proxy http://p.example:8080 does not answer".to_owned());
    let machine = Machine::linux()
        .var("HTTPS_PROXY", "ann:secret@p.example:8080")
        .var("GOPROXY", "https://proxy.example")
        .network(|network| {
            network.http_proxies = vec![asked("p.example:8080", refused())];
            let probe = Some(asked_through_proxy("https://go.dev", behind()));
            network.sources = vec![Source { entry: "go.dev".to_owned(), is_masked: false, probe }];
            network.proxies = vec![asked_through_proxy("https://proxy.example", Verdict::Silent)];
            network.sumdb = vec![asked_through_proxy("https://sum.golang.org", behind())];
        });
    let findings = network_findings(&machine);
    assert_eq!((findings.len(), findings[0].check), (1, "http-proxy"), "{findings:#?}");
    assert!(findings[0].evidence.iter().any(|one| one.to_string().starts_with("https://go.dev: ")));
    assert!(!format!("{findings:?}").contains("secret"));
    // What fails without the proxy, or although it works, is a fact of its own.
    let direct = machine.clone().network(|network| {
        network.sumdb = vec![asked("https://sum.golang.org", Verdict::Silent)];
    });
    assert_eq!(network_findings(&direct).len(), 2);
    let working = machine.network(|network| network.http_proxies[0].verdict = Verdict::Good);
    assert_eq!(network_findings(&working).len(), 3);
}

#[test]
fn a_proxy_that_is_not_an_address_is_one_finding() {
    let unusable = || Verdict::Unreachable("not a proxy address".to_owned());
    let machine = Machine::linux()
        .var("HTTPS_PROXY", "http://p.example:port")
        .var("GOPROXY", "https://proxy.example")
        .network(|network| {
            network.http_proxies = vec![asked("http://p.example:port", unusable())];
            network.proxies = vec![asked_through_proxy("https://proxy.example", unusable())];
        });
    let findings = network_findings(&machine);
    assert_eq!(findings.len(), 1, "{findings:#?}");
    assert_eq!(findings[0].what.en, "HTTPS_PROXY is not a proxy address: its port is not a number");
}

#[test]
fn a_healthy_machine_is_silent() {
    for machine in [Machine::linux(), Machine::windows(), Machine::macos(), Machine::alpine()] {
        assert!(machine.findings("http-proxy").is_empty());
        for value in
            ["http://p.example:8080", "p.example:8080", "https://ann:x@p.example/", "socks5://[::1]:1080"]
        {
            let machine = machine
                .clone()
                .var("HTTPS_PROXY", value)
                .var("NO_PROXY", "localhost,127.0.0.1,.corp.example,*.x.example,10.0.0.0/8, ::1");
            assert!(machine.findings("http-proxy").is_empty(), "{value}");
        }
    }
}
