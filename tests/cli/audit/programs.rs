//! `gover audit --tools`: programs by the Go that built them.

use std::fs;
use std::path::Path;

use gover_core::layout::executable_name;
use gover_test::snapbox::str;
use gover_test::{TestContext, gover_snapshot};
use serde_json::Value;

use super::offline;
use crate::scene::write_program;

fn write(path: &Path, go: &str, package: &str) {
    write_program(path, go, &format!("path\t{package}\nmod\t{package}\tv1.2.3\th1:abc=\n"));
}

/// GOPATH with programs of several versions, and what is none.
fn scene() -> TestContext {
    let ctx = offline();
    let bin = ctx.root().join("home/go/bin");
    write(&bin.join(executable_name("gopls")), "go1.26.8", "golang.org/x/tools/gopls");
    write(&bin.join(executable_name("lint")), "go1.27.3 X:nocoverageredesign", "example.org/lint");
    write(&bin.join(executable_name("mine")), "devel go1.28-abcdef", "command-line-arguments");
    fs::write(bin.join("notes.txt"), "not a program").unwrap();
    ctx
}

#[test]
fn the_programs_in_gobin_are_audited() {
    let mut ctx = scene();
    gover_snapshot!(
        ctx.gover(["audit", "--tools"]),
        str![[r#"
exit: 1
----- stdout -----
~/go/bin/gopls  go1.26.8                       [N] known vulnerabilities in the standard library; go1.26.10 has none; supported, ends with go1.28, expected 2027-02
~/go/bin/lint   go1.27.3 X:nocoverageredesign  no known vulnerability; supported, ends with go1.29, expected 2027-08
~/go/bin/mine   devel go1.28-abcdef            not a release, so its vulnerabilities are not known

----- stderr -----
Go vulnerability database of 2026-11-05, compiled into gover (CC BY 4.0)
the Go that built it contains them; `go run golang.org/x/vuln/cmd/govulncheck@latest -mode=binary PROGRAM` shows which ones a program reaches
error: ~/go/bin/gopls has known vulnerabilities
hint: gover exec 1.26.10 -- go install golang.org/x/tools/gopls@v1.2.3

"#]]
    );
    let json = ctx.gover(["audit", "--tools", "--json"]).json();
    assert_eq!(json["toolchains"], Value::Array(Vec::new()));
    let program = |at: usize| json["programs"][at].clone();
    assert_eq!((program(0)["stdlib"].as_u64(), program(0)["toolchain"].as_u64()), (Some(14), Some(2)));
    assert_eq!(program(0)["package"], "golang.org/x/tools/gopls");
    assert_eq!(program(0)["nearest"], "go1.26.10");
    assert_eq!((program(1)["version"].as_str(), program(1)["stdlib"].as_u64()), (Some("go1.27.3"), Some(0)));
    assert_eq!((&program(2)["go"], &program(2)["stdlib"]), (&"devel go1.28-abcdef".into(), &Value::Null));
    // GOBIN comes before GOPATH.
    let gobin = ctx.work().join("tools");
    write(&gobin.join(executable_name("x")), "go1.26.11", "example.org/x");
    ctx.set("GOBIN", &gobin);
    let both = ctx.gover(["audit", "--tools"]);
    assert!(both.exits(1).stdout.lines().next().unwrap().contains("go1.26.11"), "{both}");
    ctx.set("GOPATH", ctx.work());
    let output = ctx.gover(["audit", "--tools"]);
    assert!(output.success().stdout.contains("go1.26.11"), "{output}");
    fs::remove_dir_all(&gobin).unwrap();
    let none = ctx.gover(["audit", "--tools"]);
    assert!(none.success().stderr.contains("no program that Go built is in"), "{none}");
}

#[test]
fn given_programs_are_audited_wherever_they_are() {
    let ctx = scene();
    write(&ctx.work().join("server"), "go1.27.2", "example.org/server");
    let output = ctx.gover(["audit", "--tools", "server", "-v"]);
    gover_snapshot!(
        output,
        str![[r#"
exit: 1
----- stdout -----
[ROOT]/shop/server  go1.27.2  [N] known vulnerability in the standard library; go1.27.3 has none; supported, ends with go1.29, expected 2027-08

[ROOT]/shop/server: 1 vulnerability
  GO-2026-6809  CVE-2026-111943  Distrust compromised intermediate certificates in crypto/x509
    crypto/x509; fixed in go1.27.3

----- stderr -----
Go vulnerability database of 2026-11-05, compiled into gover (CC BY 4.0)
the Go that built it contains them; `go run golang.org/x/vuln/cmd/govulncheck@latest -mode=binary PROGRAM` shows which ones a program reaches
error: [ROOT]/shop/server has known vulnerabilities
hint: gover exec 1.27.3 -- go install example.org/server@v1.2.3

"#]]
    );
    ctx.write("main.go", "package main\n");
    gover_snapshot!(
        ctx.gover(["audit", "--tools", "main.go"]),
        str![[r#"
exit: 1
----- stdout -----

----- stderr -----
error: `[ROOT]/shop/main.go` does not say which Go built it
hint: name a program that Go built

"#]]
    );
    let missing = ctx.gover(["audit", "--tools", "nosuch"]);
    assert_eq!(missing.code, Some(1));
    assert!(missing.stderr.contains("nosuch`"), "{missing}");
}

#[test]
fn a_program_of_an_old_go_has_no_fixes() {
    let ctx = scene();
    let path = ctx.work().join("old");
    fs::write(&path, [b"\xff Go buildinf:\x08\x00".as_slice(), &[1; 16], &[0; 64]].concat()).unwrap();
    let output = ctx.gover(["audit", "--tools", "old"]);
    assert_eq!(output.code, Some(1));
    assert!(
        output.stdout.contains("Go 1.17 or older  it gets no security fixes; build it again"),
        "{output}"
    );
}

#[test]
fn a_program_of_unknown_origin_is_built_again_by_its_author() {
    let ctx = offline();
    let path = ctx.work().join("tool");
    write(&path, "go1.26.8", "command-line-arguments");
    let output = ctx.gover(["audit", "--tools", "tool"]);
    let hint = "hint: build it again with `gover exec 1.26.10 -- go build`\n";
    assert!(output.exits(1).stderr.ends_with(hint), "{output}");
}
