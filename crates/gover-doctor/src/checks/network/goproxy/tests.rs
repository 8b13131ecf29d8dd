use super::*;
use crate::Evidence;
use crate::snapshot::registry::Hive;
use crate::testing::{Machine, asked};

fn with_value(value: &str) -> Machine {
    Machine::linux().file("~/.config/go/env", &format!("GOFLAGS=-v\nGOPROXY={value}\n"))
}

#[test]
fn what_go_cannot_read_is_an_error_and_removed() {
    for (value, what) in [
        (",", "GOPROXY has no entries"),
        ("drect", "GOPROXY has an entry that is not an address: `drect`"),
        (
            "https://a.example;direct",
            "GOPROXY has an entry that is not an address: `https://a.example;direct`",
        ),
    ] {
        let machine = with_value(value);
        let findings = machine.findings("goproxy");
        assert_eq!((findings[0].severity, findings[0].what.en.as_str()), (Severity::Error, what));
        assert_eq!(
            findings[0].evidence[0].to_string(),
            format!("/home/ann/.config/go/env:2: GOPROXY={value}")
        );
        assert_eq!(findings[0].fix.commands, ["go env -u GOPROXY"]);
        assert!(machine.repaired(&findings).findings("goproxy").is_empty());
    }
}

#[test]
fn entries_that_work_are_kept() {
    for (value, rest) in [
        ("https://a.example,drect", "https://a.example"),
        (
            "https://gocenter.io,https://a.example|https://athens.azurefd.net,direct",
            "https://a.example|direct",
        ),
        ("file:///srv/go|https://gocenter.io,off", "file:///srv/go|off"),
    ] {
        let machine = with_value(value);
        let findings = machine.findings("goproxy");
        assert_eq!(findings[0].fix.commands, [format!("go env -w {0}GOPROXY={rest}{0}", quote(rest))]);
        let repaired = machine.repaired(&findings[..1]);
        assert!(repaired.findings("goproxy").is_empty(), "{value}");
        repaired.snapshot(|snapshot| assert_eq!(snapshot.go_env.value("GOPROXY"), Some(rest)));
    }
    // A variable would override the file.
    let machine = Machine::linux()
        .file("~/.bash_profile", "export GOPROXY=https://gocenter.io,https://a.example\n")
        .var("GOPROXY", "https://gocenter.io,https://a.example");
    let findings = machine.findings("goproxy");
    machine.repaired(&findings).snapshot(|snapshot| {
        assert_eq!(snapshot.go_env.value("GOPROXY"), Some("https://a.example"));
        assert_eq!(snapshot.startup_evidence("GOPROXY"), []);
    });
}

/// What the shell needs around a value.
fn quote(value: &str) -> &'static str {
    if value.contains('|') { "'" } else { "" }
}

#[test]
fn a_proxy_that_was_shut_down_is_removed_from_the_registry() {
    let machine = Machine::windows()
        .registry(Hive::User, "Environment", "GOPROXY", "https://gocenter.io")
        .var("GOPROXY", "https://gocenter.io");
    let findings = machine.findings("goproxy");
    assert_eq!(findings[0].what.en, "GOPROXY names gocenter.io, which was shut down in May 2021");
    assert_eq!(findings[0].evidence[0].to_string(), r"GOPROXY=https://gocenter.io (set in HKCU\Environment)");
    machine.repaired(&findings).snapshot(|snapshot| {
        assert_eq!(snapshot.registry.text(Hive::User, "Environment", "GOPROXY"), None);
    });
    assert_eq!(findings[0].fix.commands, ["Remove-Item Env:GOPROXY"]);
}

#[test]
fn credentials_are_shown_neither_as_evidence_nor_in_a_diff() {
    let findings = with_value("https://ann:secret@gocenter.io").findings("goproxy");
    assert!(findings[0].evidence[0].to_string().ends_with("GOPROXY=https://***@gocenter.io"));
    assert!(!serde_json::to_string(&findings[0]).unwrap().contains("secret"));
    let diff = crate::repair::diff(&findings[0].fix.changes[0]);
    assert!(diff.contains(&"- GOPROXY=https://***@gocenter.io".to_owned()), "{diff:?}");
}

#[test]
fn surprising_settings_are_warnings_for_the_user_to_judge() {
    for (value, what, command) in [
        ("off", "GOPROXY=off forbids downloading modules", Some("go env -u GOPROXY")),
        (
            "http://p.example/go,direct",
            "GOPROXY reaches http://p.example/go without encryption",
            Some("go env -w 'GOPROXY=https://p.example/go,direct'"),
        ),
        ("direct,https://p.example", "entries of GOPROXY after `direct` are never used", None),
    ] {
        let findings = with_value(value).findings("goproxy");
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert_eq!((findings[0].severity, findings[0].what.en.as_str()), (Severity::Warning, what));
        assert_eq!(findings[0].fix.commands, Vec::from_iter(command));
        assert!(findings[0].fix.changes.is_empty());
    }
}

#[test]
fn a_variable_is_changed_where_it_is_set() {
    let machine = Machine::linux().var("GOPROXY", "http://p.example/go,direct");
    let findings = machine.findings("goproxy");
    assert_eq!(findings[0].fix.commands, ["export GOPROXY='https://p.example/go,direct'"]);
    let secret = Machine::linux().var("GOPROXY", "http://ann:pw@p.example/go");
    assert_eq!(secret.findings("goproxy")[0].fix.commands, Vec::<String>::new());
}

fn answering(value: &str, answers: &[(&str, Verdict)]) -> Vec<Finding> {
    let machine = with_value(value).network(|network| {
        network.proxies = answers.iter().map(|(address, answer)| asked(address, answer.clone())).collect();
    });
    machine.findings("goproxy")
}

#[test]
fn a_dead_proxy_is_an_error_before_a_comma_and_a_warning_before_a_bar() {
    let dead = Verdict::Unreachable("DNS lookup failed".to_owned());
    let findings = answering("https://a.example,direct", &[("https://a.example", dead.clone())]);
    assert_eq!(findings[0].severity, Severity::Error);
    assert_eq!(findings[0].what.en, "https://a.example in GOPROXY: cannot connect: DNS lookup failed");
    assert_eq!(
        findings[0].evidence[1],
        Evidence::Answer {
            of: "https://a.example".to_owned(),
            text: "cannot connect: DNS lookup failed (250ms)".to_owned()
        }
    );
    assert_eq!(findings[0].fix.commands, ["gover doctor http-proxy", "go env -u GOPROXY"]);
    let findings = answering("https://a.example|direct", &[("https://a.example", dead.clone())]);
    assert_eq!(findings[0].severity, Severity::Warning);
    // The second is asked for what the first does not have.
    let two = [("https://a.example", Verdict::Good), ("https://b.example", dead)];
    let findings = answering("https://a.example,https://b.example", &two);
    assert_eq!((findings.len(), findings[0].severity), (1, Severity::Warning));
    let kept = "go env -w GOPROXY=https://a.example";
    assert_eq!(findings[0].fix.commands, ["gover doctor http-proxy", kept]);
    // A command has no password.
    let findings = answering("https://u:p@a.example,https://b.example", &two);
    assert_eq!(findings[0].fix.commands, ["gover doctor http-proxy", "gover proxy set"]);
    assert_eq!(findings[0].evidence[1].to_string(), "https://a.example: answers in 250ms");
}

#[test]
fn each_answer_has_its_own_advice() {
    let status = |status| Verdict::Status(status, String::new());
    for (answer, severity, command) in [
        (
            status(401),
            Severity::Error,
            Some("echo 'machine a.example login NAME password TOKEN' >> ~/.netrc"),
        ),
        (status(403), Severity::Warning, None),
        (status(404), Severity::Note, None),
        (status(500), Severity::Error, None),
        (Verdict::UntrustedCertificate(None), Severity::Error, Some("gover doctor tls-inspection")),
        (Verdict::CertificateTime, Severity::Error, Some("gover doctor clock")),
    ] {
        let findings = answering("https://a.example,direct", &[("https://a.example", answer.clone())]);
        assert_eq!(findings[0].severity, severity, "{answer:?}");
        assert_eq!(findings[0].fix.commands, Vec::from_iter(command), "{answer:?}");
    }
    let findings = answering("https://a.example", &[("https://a.example", status(404))]);
    assert_eq!(findings[0].severity, Severity::Warning);
}

#[test]
fn the_default_of_the_toolchain_is_looked_at_but_not_changed() {
    let machine = Machine::linux()
        .file("~/.gover/versions/go1.22.5/go.env", "GOTOOLCHAIN=auto\nGOPROXY=https://a.example,direct\n")
        .network(|network| network.proxies = vec![asked("https://a.example", Verdict::Silent)]);
    let findings = machine.findings("goproxy");
    assert_eq!(
        findings[0].evidence[0].to_string(),
        "/home/ann/.gover/versions/go1.22.5/go.env:2: GOPROXY=https://a.example,direct"
    );
    assert_eq!(findings[0].fix.commands, ["gover doctor http-proxy"]);
}

#[test]
fn a_healthy_machine_is_silent() {
    for machine in [Machine::linux(), Machine::windows(), Machine::macos(), Machine::alpine()] {
        assert!(machine.findings("goproxy").is_empty());
        for value in ["direct", "https://a.example,direct", "http://localhost:3000|direct", "file:///srv/go"]
        {
            let answered = |network: &mut NetworkFacts| {
                network.proxies = vec![asked("https://a.example", Verdict::Good)];
            };
            let machine = machine.clone().var("GOPROXY", value).network(answered);
            assert!(machine.findings("goproxy").is_empty(), "{value}");
        }
    }
}

#[test]
fn entries_mean_what_they_mean_to_go() {
    let places = |value: &str| {
        Machine::linux().snapshot(|snapshot| {
            let entries = parse(snapshot, value);
            entries.into_iter().map(|entry| (entry.place, entry.goes_on)).collect::<Vec<_>>()
        })
    };
    let server = |address: &str| Place::Server(address.to_owned());
    assert_eq!(
        places("https://u:p@a.example/|b.example/x , file:///srv,,direct"),
        [
            (server("https://a.example"), true),
            (server("https://b.example/x"), false),
            (Place::Directory, false),
            (Place::Direct, false),
        ]
    );
    for value in ["auto", "ftp://a.example", "https://", "/srv/go", "https://a.example;direct", "\"off\""] {
        assert_eq!(places(value), [(Place::Invalid, false)], "{value}");
    }
    assert_eq!(places(",|"), []);
}
