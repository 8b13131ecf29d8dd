use super::*;
use crate::Severity;
use crate::testing::{Machine, asked};

fn with_line(line: &str) -> Machine {
    Machine::linux().file("~/.config/go/env", &format!("{line}\n"))
}

#[test]
fn a_database_that_is_off_or_unreadable_is_an_error_and_the_setting_removed() {
    for (value, what) in [
        ("off", "GOSUMDB=off switches the checksum database off"),
        ("on", "GOSUMDB has an invalid value: `on`"),
        (
            "sum.golang.google.cn https://x.example",
            "GOSUMDB has an invalid value: `sum.golang.google.cn https://x.example`",
        ),
        ("sum.golang.org x y", "GOSUMDB has an invalid value: `sum.golang.org x y`"),
        ("sum.golang.org ftp://x", "GOSUMDB has an invalid value: `sum.golang.org ftp://x`"),
    ] {
        let machine = with_line(&format!("GOSUMDB={value}"));
        let findings = machine.findings("sumdb");
        assert_eq!((findings[0].severity, findings[0].what.en.as_str()), (Severity::Error, what));
        assert_eq!(
            findings[0].evidence[0].to_string(),
            format!("/home/ann/.config/go/env:1: GOSUMDB={value}")
        );
        assert_eq!(findings[0].fix.commands, ["go env -u GOSUMDB"]);
        assert!(machine.repaired(&findings).findings("sumdb").is_empty());
    }
    let findings = with_line("GOSUMDB=on").findings("sumdb");
    assert!(findings[0].why.en.contains("invalid GOSUMDB: malformed verifier id"));
}

#[test]
fn a_variable_that_switches_it_off_is_removed_from_the_startup_file() {
    let machine = Machine::macos().file("~/.zprofile", "export GOSUMDB=off\n").var("GOSUMDB", "off");
    let findings = machine.findings("sumdb");
    assert_eq!(findings[0].evidence[0].to_string(), "GOSUMDB=off (set in ~/.zprofile:1)");
    let repaired = machine.repaired(&findings);
    repaired.snapshot(|snapshot| assert_eq!(snapshot.startup_evidence("GOSUMDB"), []));
    assert_eq!(findings[0].fix.commands, ["unset GOSUMDB"]);
}

#[test]
fn patterns_that_match_every_module_are_removed() {
    for line in ["GOPRIVATE=*", "GONOSUMDB=*/*", "GOINSECURE=*", "GOPRIVATE=github.com,*"] {
        let machine = with_line(line);
        let findings = machine.findings("sumdb");
        assert_eq!(findings[0].severity, Severity::Error, "{line}");
        assert!(
            findings[0].what.en.ends_with("matches every module") || line.contains("github"),
            "{findings:?}"
        );
        assert!(machine.repaired(&findings).findings("sumdb").is_empty(), "{line}");
    }
}

#[test]
fn public_hosts_among_private_ones_are_named_with_the_list_that_is_meant() {
    let findings = with_line("GOPRIVATE=git.corp.example, github.com/*,github.com/acme").findings("sumdb");
    assert_eq!(findings[0].severity, Severity::Warning);
    assert_eq!(
        findings[0].what.en,
        "GOPRIVATE has `github.com/*`, which matches modules of unrelated people"
    );
    assert_eq!(findings[0].fix.commands, ["go env -w 'GOPRIVATE=git.corp.example,github.com/acme'"]);
    assert!(findings[0].fix.changes.is_empty());
    let findings = Machine::windows().var("GOPRIVATE", "*.com").findings("sumdb");
    assert_eq!(findings[0].fix.commands, ["Remove-Item Env:GOPRIVATE"]);
    let findings = Machine::linux().var("GOINSECURE", "github.com,git.corp.example").findings("sumdb");
    assert_eq!(findings[0].severity, Severity::Error);
    assert_eq!(findings[0].fix.commands, ["export GOINSECURE='git.corp.example'"]);
}

fn answering(answers: &[(&str, Verdict)]) -> Vec<Finding> {
    let machine = Machine::linux().network(|network| {
        network.sumdb = answers.iter().map(|(address, answer)| asked(address, answer.clone())).collect();
    });
    machine.findings("sumdb")
}

#[test]
fn the_route_that_go_takes_must_reach_the_database() {
    let no = || Verdict::Status(404, String::new());
    let direct = "https://sum.golang.org";
    assert!(
        answering(&[("https://a.example/sumdb/sum.golang.org", no()), (direct, Verdict::Good)]).is_empty()
    );
    let findings = answering(&[("https://a.example/sumdb/sum.golang.org", no()), (direct, Verdict::Silent)]);
    assert_eq!(findings[0].severity, Severity::Error);
    assert_eq!(findings[0].what.en, "the checksum database at https://sum.golang.org: no answer");
    assert_eq!(
        findings[0].evidence[0].to_string(),
        "https://a.example/sumdb/sum.golang.org: answers with status 404 (250ms)"
    );
    assert_eq!(findings[0].fix.commands, ["gover doctor goproxy http-proxy"]);
    // A proxy that fails otherwise ends the search.
    let failing = Verdict::Status(500, String::new());
    let findings = answering(&[("https://a.example/sumdb/sum.golang.org", failing.clone())]);
    assert!(findings[0].what.en.ends_with("answers with status 500"));
    let findings = answering(&[
        ("https://a.example/sumdb/sum.golang.org", failing.clone()),
        ("https://b.example/sumdb/sum.golang.org", no()),
    ]);
    assert!(findings[0].what.en.contains("https://a.example/"), "{findings:?}");
    // go went on, because `|` follows the first.
    let way = [
        ("https://a.example/sumdb/sum.golang.org", failing),
        ("https://b.example/sumdb/sum.golang.org", Verdict::Good),
    ];
    assert!(answering(&way).is_empty());
    let forged = Verdict::Wrong("its tree head is not that of sum.golang.org: invalid signature".to_owned());
    let findings = answering(&[(direct, forged)]);
    assert!(findings[0].why.en.starts_with("something in the network changes"), "{findings:?}");
}

#[test]
fn a_healthy_machine_is_silent() {
    let key = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";
    for machine in [Machine::linux(), Machine::windows(), Machine::macos(), Machine::alpine()] {
        assert!(machine.findings("sumdb").is_empty());
        for value in ["sum.golang.org", "sum.golang.google.cn", key, &format!("{key} https://x.example")] {
            assert!(machine.clone().var("GOSUMDB", value).findings("sumdb").is_empty(), "{value}");
        }
        for value in
            ["git.corp.example", "*.corp.example", "github.com/acme", "github.com/acme/*", "corp.example/*"]
        {
            assert!(machine.clone().var("GOPRIVATE", value).findings("sumdb").is_empty(), "{value}");
        }
        // A mirror without a way out, set up as Go's documentation says.
        let closed = machine.clone().var("GOPROXY", "file:///srv/go").var("GOSUMDB", "off");
        assert!(closed.findings("sumdb").is_empty());
        let own = machine.clone().var("GOPRIVATE", "*").var("GONOSUMDB", "git.corp.example");
        assert!(own.findings("sumdb").is_empty());
    }
}
