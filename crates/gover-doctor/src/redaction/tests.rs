use super::*;
use crate::testing::{Machine, both};

fn anonymous(machine: &Machine) -> Redaction {
    Redaction::new(machine.snapshot(Identity::of), true)
}

#[test]
fn the_home_is_shortened_by_whole_names() {
    let redaction = Redaction::new(Machine::linux().snapshot(Identity::of), false);
    for (text, shown) in [
        ("/home/ann/go/bin", "~/go/bin"),
        ("PATH=/home/ann:/home/anna:/data/home/ann", "PATH=~:/home/anna:/data/home/ann"),
        ("see /home/ann.", "see ~."),
        ("http://ann:pw@p.example/home/ann", "http://***@p.example/home/ann"),
        ("TOKEN=pw /home/ann.old", "TOKEN=*** /home/ann.old"),
    ] {
        assert_eq!(&*redaction.text(text), shown);
    }
    // A path in quotation marks can only be pasted as it is.
    assert_eq!(&*redaction.command("rm -r '/home/ann/a b'"), "rm -r '/home/ann/a b'");
}

#[test]
fn windows_writes_the_home_in_many_ways() {
    let redaction = anonymous(&Machine::windows());
    for text in [r"C:\Users\ann\go", "c:/users/ANN/go", r#""C:\\Users\\ann\go""#] {
        let shown = redaction.text(text).to_lowercase();
        assert!(shown.contains('~') && !shown.contains("ann"), "{shown}");
    }
    assert_eq!(&*redaction.text("/mnt/c/Users/ann/go"), "/mnt/c/Users/user/go");
    assert_eq!(&*redaction.text(r"\\fileserver\share"), r"\\host-1\share");
}

#[test]
fn an_anonymous_text_has_no_names() {
    let mut machine = Machine::linux()
        .file("/proc/sys/kernel/hostname", "ann-laptop.corp.example\n")
        .file("~/clients/acme/api/.git", "")
        .var("USER", "ann")
        .var("GOPRIVATE", "*.corp.example,github.com/acme-inc/*,nexus")
        .file("~/.config/go/env", "GOPROXY=https://goproxy.acme.example|https://goproxy.cn,direct\n");
    machine.directory = machine.home.join("clients/acme/api/cmd");
    let redaction = anonymous(&machine);
    for (text, shown) in [
        ("owned by ann on ann-laptop", "owned by user on this-machine"),
        ("ANN@ANN-LAPTOP.corp.example", "user@this-machine"),
        ("/home/ann/clients/acme/api/go.mod:3", "PROJECT/go.mod:3"),
        ("/home/ann/clients/acme/.go-version", "PROJECT/../.go-version"),
        ("/home/ann/other", "~/other"),
        ("https://git.corp.example:8443/x", "https://host-1:8443/x"),
        ("module git.corp.example/x/ann", "module host-1/x/user"),
        (
            "GOPROXY=https://goproxy.acme.example|https://goproxy.cn",
            "GOPROXY=https://host-2|https://goproxy.cn",
        ),
        ("http://nexus:8081/x, nexus", "http://host-3:8081/x, host-3"),
        ("github.com/acme-inc/tool@v1.2.3", "private-1/tool@v1.2.3"),
        ("github.com/other/tool@v1.2.3", "github.com/other/tool@v1.2.3"),
        ("require vanity.acme.test/x v1.0.0", "require host-4/x v1.0.0"),
        ("cannot connect to 10.1.2.3:80 or 127.0.0.1:80", "cannot connect to host-5:80 or 127.0.0.1:80"),
        ("go1.22.5 needs go.mod in /usr/local/go/bin", "go1.22.5 needs go.mod in /usr/local/go/bin"),
        ("annotations are not annual", "annotations are not annual"),
    ] {
        assert_eq!(&*redaction.text(text), shown);
    }
    assert_eq!(&*redaction.module("tools.acme.dev/lint@v1.0.0"), "host-6/lint@v1.0.0");
    assert_eq!(&*redaction.command("rm -r '/home/ann/a b'"), "rm -r '~/a b'");
}

#[test]
fn names_that_everybody_has_stay() {
    let machine = Machine::linux().var("USER", "go").file("/etc/hostname", "debian\n");
    let redaction = anonymous(&machine);
    assert_eq!(&*redaction.text("go on debian owned by root"), "go on debian owned by root");
}

#[test]
fn nothing_of_a_finding_is_forgotten() {
    let text = "/home/ann/x https://u:pw@git.acme.test ann";
    let evidence = [
        Evidence::Variable { name: text.into(), value: text.into(), set_in: Some(text.into()) },
        Evidence::Line { file: text.into(), line: 1, text: text.into() },
        Evidence::Path { path: text.into(), fact: text.into() },
        Evidence::Registry { key: text.into(), name: text.into(), value: text.into() },
        Evidence::Answer { of: text.into(), text: text.into() },
    ];
    let finding =
        Finding { evidence: evidence.into(), ..Finding::error(both(text), both(text)).command(text) };
    let redacted = serde_json::to_string(&anonymous(&Machine::linux()).finding(&finding)).unwrap();
    for name in ["ann", "acme", "pw", "/home"] {
        assert!(!redacted.contains(name), "{name}: {redacted}");
    }
}
