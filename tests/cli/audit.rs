//! `gover audit`: the known vulnerabilities of Go versions.
//!
//! The numbers are those that golang.org/x/vuln gives for the database that is compiled into gover.

use std::fs;

use gover_test::snapbox::str;
use gover_test::{Output, TestContext, context, gover_snapshot};
use serde_json::Value;

pub(crate) mod databases;
mod programs;

/// The numbers of the standard library and the go command for each version.
fn numbers(output: &Output) -> Vec<(String, u64, u64)> {
    let json: Value = output.json();
    let toolchains = json["toolchains"].as_array().unwrap().iter();
    let number = |one: &Value, key: &str| one[key].as_u64().unwrap_or_default();
    toolchains
        .map(|one| {
            let name = one["version"].as_str().unwrap().to_owned();
            (name, number(one, "stdlib"), number(one, "toolchain"))
        })
        .collect()
}

fn expected<const N: usize>(expected: [(&str, u64, u64); N]) -> Vec<(String, u64, u64)> {
    expected.into_iter().map(|(name, stdlib, toolchain)| (name.to_owned(), stdlib, toolchain)).collect()
}

#[test]
fn the_numbers_are_those_of_go() {
    let ctx = offline();
    let output =
        ctx.gover(["audit", "1.26.8", "1.26.11", "1.27.0", "1.27.3", "1.24.13", "--json", "--offline"]);
    assert_eq!(output.code, Some(1), "{output}");
    assert_eq!(
        numbers(&output),
        expected([
            ("go1.26.8", 14, 2),
            ("go1.26.11", 0, 0),
            ("go1.27.0", 14, 2),
            ("go1.27.3", 0, 0),
            ("go1.24.13", 43, 10)
        ])
    );
    let json = output.json();
    let nearest: Vec<_> = json["toolchains"].as_array().unwrap().iter().map(|one| &one["nearest"]).collect();
    assert_eq!(
        nearest,
        ["go1.26.10", "", "go1.27.3", "", "go1.26.10"]
            .map(|name| match name {
                "" => Value::Null,
                name => name.into(),
            })
            .iter()
            .collect::<Vec<_>>()
    );
    assert_eq!(json["database"]["kind"], "compiled");
    assert_eq!(json["database"]["date"], "2026-11-05");
    let found = &json["toolchains"][0]["vulnerabilities"];
    let one = found.as_array().unwrap().iter().find(|one| one["id"] == "GO-2026-6604").unwrap();
    assert_eq!(
        *one,
        serde_json::json!({
            "id": "GO-2026-6604", "cves": ["CVE-2026-56857"],
            "summary": "Root.Mkdir(All) can follow junctions out of the root on Windows in os",
            "components": ["stdlib"], "packages": ["internal/syscall/windows (windows)", "os (windows)"],
            "fixed_in": "go1.26.9", "url": "https://pkg.go.dev/vuln/GO-2026-6604"
        })
    );
}

/// The compiled table is used.
fn offline() -> TestContext {
    let mut ctx = context!();
    ctx.set("GOVER_OFFLINE", "1");
    ctx
}

/// The pinned go1.26.8 is used here, and go1.26.11 is installed too.
fn scene() -> TestContext {
    let ctx = offline();
    for name in ["go1.26.8", "go1.26.11", "go1.27.3"] {
        ctx.install_fake(name);
    }
    ctx.write(".go-version", "1.26.8\n");
    ctx
}

#[test]
fn the_go_that_is_used_here_is_audited_first() {
    let ctx = scene();
    gover_snapshot!(
        ctx.gover(["audit"]),
        str![[r#"
exit: 1
----- stdout -----
go1.26.8  [N] known vulnerabilities in the standard library, 2 in the go command; go1.26.10 has none; supported, ends with go1.28, expected 2027-02

----- stderr -----
Go vulnerability database of 2026-11-05, compiled into gover (CC BY 4.0)
this Go contains them; `go run golang.org/x/vuln/cmd/govulncheck@latest ./...` shows which ones a program reaches
error: go1.26.8 has known vulnerabilities
hint: gover pin 1.26.11

"#]]
    );
}

#[test]
fn a_version_without_vulnerabilities_is_a_success() {
    let ctx = scene();
    gover_snapshot!(
        ctx.gover(["audit", "1.27"]),
        str![[r#"
exit: 0
----- stdout -----
go1.27.3  no known vulnerability; supported, ends with go1.29, expected 2027-08

----- stderr -----
Go vulnerability database of 2026-11-05, compiled into gover (CC BY 4.0)

"#]]
    );
}

#[test]
fn each_vulnerability_is_listed_on_request() {
    let ctx = scene();
    gover_snapshot!(
        ctx.gover(["audit", "1.27.2", "-v"]),
        str![[r#"
exit: 1
----- stdout -----
go1.27.2  [N] known vulnerability in the standard library; go1.27.3 has none; supported, ends with go1.29, expected 2027-08

go1.27.2: 1 vulnerability
  GO-2026-6809  CVE-2026-111943  Distrust compromised intermediate certificates in crypto/x509
    crypto/x509; fixed in go1.27.3

----- stderr -----
Go vulnerability database of 2026-11-05, compiled into gover (CC BY 4.0)
this Go contains them; `go run golang.org/x/vuln/cmd/govulncheck@latest ./...` shows which ones a program reaches
error: go1.27.2 has known vulnerabilities
hint: go1.27.3 is installed, and has none

"#]]
    );
}

#[test]
fn a_partial_request_means_all_installed_ones() {
    let ctx = scene();
    let output = ctx.gover(["audit", "1.26", "--json"]);
    assert_eq!(numbers(&output), expected([("go1.26.8", 14, 2), ("go1.26.11", 0, 0)]));
    let output = ctx.gover(["audit", "1", "1.26.8", "--json"]);
    assert_eq!(numbers(&output).len(), 3, "each once: {output}");
    let output = ctx.gover(["audit", "1.22", "--json"]);
    assert_eq!(numbers(&output)[0].0, "go1.22.12", "the newest, if none is installed");
}

#[test]
fn the_exit_code_says_what_was_asked() {
    let ctx = offline();
    let code = |arguments: &[&str]| ctx.gover([&["audit", "--offline"], arguments].concat()).code;
    assert_eq!(code(&["1.26.8"]), Some(1));
    assert_eq!(code(&["1.26.8", "--fail-on", "never"]), Some(0));
    assert_eq!(code(&["1.26.11", "--fail-on", "eol"]), Some(0));
    assert_eq!(code(&["1.22.12", "--fail-on", "eol"]), Some(1));
    assert_eq!(code(&["1.26.8", "--fail-on", "eol"]), Some(1));
    assert_eq!(code(&["1.26.8", "--fail-on", "sometimes"]), Some(2));
}

#[test]
fn the_hint_changes_what_chose_the_version() {
    let hints = |ctx: &TestContext| {
        let stderr = ctx.gover(["audit"]).stderr;
        stderr.lines().filter_map(|line| line.strip_prefix("hint: ")).map(str::to_owned).collect::<Vec<_>>()
    };
    let ctx = scene();
    assert_eq!(hints(&ctx), ["gover pin 1.26.11"], "it is installed");
    // A pin of the minor version follows what is installed.
    let ctx = offline();
    ctx.install_fake("go1.26.8");
    ctx.write(".go-version", "1.26\n");
    assert_eq!(hints(&ctx), ["gover install 1.26.10"]);
    ctx.write(".go-version", "");
    fs::remove_file(ctx.work().join(".go-version")).unwrap();
    fs::write(ctx.layout().default_file(), "1.26.8\n").unwrap();
    assert_eq!(hints(&ctx), ["gover default 1.26.10"]);
    ctx.install_fake("go1.27.0");
    ctx.write("go.mod", "module shop\n\ngo 1.27.0\n");
    assert_eq!(hints(&ctx), ["change go1.27.0 to 1.27.3 in go.mod:3 in [ROOT]/shop"]);
}

#[test]
fn vulnerabilities_are_named_where_people_look() {
    let mut ctx = scene();
    let list = ctx.gover(["list"]).success().text();
    assert!(list.contains("go1.26.11  -  supported; no known vulnerability"), "{list}");
    assert!(list.contains("* go1.26.8   -"), "{list}");
    let remote = ctx.gover(["list", "--remote", "--all", "--json"]).success().json();
    let release = |name: &str| {
        let releases = remote["releases"].as_array().unwrap();
        releases.iter().find(|release| release["version"] == name).unwrap().clone()
    };
    assert_eq!(release("go1.26.8")["vulnerabilities"], 16);
    assert_eq!(release("go1.27.3")["vulnerabilities"], 0);
    assert_eq!(release("go1.27.3")["security"], true, "the database says so");
    assert_eq!(release("go1.26.11")["security"], Value::Null);
    let current = ctx.gover(["current"]);
    assert_eq!(
        current.success().stderr,
        "note: go1.26.8 has [N] known vulnerabilities (`gover audit -v` lists them)\n"
    );
    assert_eq!(ctx.gover(["current", "--json"]).json()["vulnerabilities"], 16);
    assert_eq!(ctx.gover(["current", "--short"]).stderr, "");
    let doctor = ctx.gover(["doctor", "go-vulnerable", "go-eol", "--json"]);
    assert_eq!(doctor.code, Some(1), "{doctor}");
    let findings = doctor.json()["findings"].clone();
    let of = |check: &str| findings.as_array().unwrap().iter().find(|one| one["check"] == check).cloned();
    let finding = of("go-vulnerable").unwrap();
    assert_eq!(finding["what"], "go1.26.8 has 16 known vulnerabilities");
    assert_eq!(finding["fix"]["commands"], serde_json::json!(["gover install 1.26.11", "gover pin 1.26.11"]));
    ctx.set("GOVER_VERSION", "1.26.11");
    assert_eq!(ctx.gover(["doctor", "go-vulnerable"]).code, Some(0));
}

#[test]
fn an_install_says_that_the_version_is_vulnerable() {
    let ctx = context!().with_site();
    // Its own name, but the vulnerabilities of the release that it is named after.
    ctx.publish("go1.22.5-bigcorp");
    let output = ctx.gover(["install", "1.22.5-bigcorp"]);
    let note = "has [N] known vulnerabilities (`gover audit 1.22.5-bigcorp` names a better one)\n";
    assert!(output.success().stderr.contains(note), "{output}");
}

#[test]
fn the_versions_that_a_project_names_are_audited() {
    let ctx = offline();
    ctx.write("go.mod", "module shop\n\ngo 1.24.0\n\ntoolchain go1.26.8\n");
    ctx.write("Dockerfile", "FROM golang:1.27.3-alpine\n");
    let workflow = "jobs:\n  test:\n    steps:\n      - uses: actions/setup-go@v6\n        with:\n          go-version: 1.26.8\n";
    ctx.write(".github/workflows/ci.yml", workflow);
    let output = ctx.gover(["audit", "--project"]);
    gover_snapshot!(
        output,
        str![[r#"
exit: 1
----- stdout -----
go1.26.8  [N] known vulnerabilities in the standard library, 2 in the go command; go1.26.10 has none; supported, ends with go1.28, expected 2027-02; named by ci.yml:6 in [ROOT]/shop/.github/workflows and 1 more
go1.27.3  no known vulnerability; supported, ends with go1.29, expected 2027-08; named by Dockerfile:1 in [ROOT]/shop

----- stderr -----
Go vulnerability database of 2026-11-05, compiled into gover (CC BY 4.0)
this Go contains them; `go run golang.org/x/vuln/cmd/govulncheck@latest ./...` shows which ones a program reaches
error: go1.26.8 has known vulnerabilities
hint: gover bump --security

"#]]
    );
    let json = ctx.gover(["audit", "--project", "--json"]).json();
    let places = json["toolchains"][0]["places"].clone();
    assert_eq!(places.as_array().unwrap().len(), 2);
    assert_eq!(places[1]["line"], 5);
    // A go line alone is what there is.
    let ctx = offline();
    ctx.write("go.mod", "module shop\n\ngo 1.26.11\n");
    assert_eq!(numbers(&ctx.gover(["audit", "--project", "--json"])), expected([("go1.26.11", 0, 0)]));
    let none = offline().gover(["audit", "--project"]);
    assert_eq!(none.code, Some(1));
    assert!(none.stderr.contains("error: no file here names a Go version\nhint: gover audit"), "{none}");
}

#[test]
fn nothing_to_audit_is_said() {
    let ctx = offline();
    gover_snapshot!(
        ctx.gover(["audit"]),
        str![[r#"
exit: 1
----- stdout -----

----- stderr -----
error: no toolchain is chosen here, and PATH has no other `go`
hint: name a version, such as `gover audit 1.22.5`

"#]]
    );
    gover_snapshot!(
        ctx.gover(["audit", "1.80"]),
        str![[r#"
exit: 1
----- stdout -----

----- stderr -----
error: no Go release matches `1.80`
hint: `gover list --remote` shows every release

"#]]
    );
    gover_snapshot!(
        ctx.gover(["audit", "1.22.99"]),
        str![[r#"
exit: 1
----- stdout -----

----- stderr -----
error: there is no go1.22.99; the newest 1.22 is 1.22.12
hint: gover install 1.22

"#]]
    );
}
