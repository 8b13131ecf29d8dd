//! `gover bump`: the Go of a project, raised in all files at once.
//!
//! go1.26.8 has known vulnerabilities, go1.26.10 and go1.26.11 have none.

use std::collections::BTreeMap;
use std::fs;

use gover_test::snapbox::str;
use gover_test::{Output, TestContext, context, gover_snapshot};

use crate::scene::files;

mod trees;

/// A context without a network, with the files of a repository.
fn repository(tree: &[(&str, &str)]) -> TestContext {
    let mut ctx = context!();
    ctx.set("GOVER_OFFLINE", "1");
    // The newest 1.26 that is known, and with it what `1.26` means.
    ctx.install_fake("go1.26.11");
    ctx.directory(".git");
    for (name, content) in tree {
        ctx.write(name, content);
    }
    ctx
}

fn content(ctx: &TestContext) -> BTreeMap<String, Vec<u8>> {
    files(&ctx.work())
}

fn text(ctx: &TestContext, name: &str) -> String {
    fs::read_to_string(ctx.work().join(name)).unwrap()
}

/// Runs a command that must change nothing.
#[track_caller]
fn unchanged(ctx: &TestContext, arguments: &[&str]) -> Output {
    let before = content(ctx);
    let output = ctx.gover(arguments);
    assert_eq!(content(ctx), before, "{arguments:?}\n{output}");
    output
}

#[test]
fn what_disagrees_is_found_and_mended() {
    let ctx = repository(&[
        ("go.mod", "module shop\n\ngo 1.26\n\ntoolchain go1.26.8\n"),
        ("Dockerfile", "FROM golang:1.26.10-alpine\n"),
    ]);
    gover_snapshot!(
        unchanged(&ctx, &["bump", "--check"]),
        str![[r#"
exit: 1
----- stdout -----
go.mod:5  1.26.8 -> 1.26.10  [N] known vulnerabilities

----- stderr -----
Go vulnerability database of 2026-11-05, compiled into gover (CC BY 4.0)
error: 1 version should be raised to Go 1.26.10
hint: gover bump --security

"#]]
    );
    gover_snapshot!(
        unchanged(&ctx, &["bump", "--dry-run"]),
        str![[r#"
exit: 0
----- stdout -----
Dockerfile
  - FROM golang:1.26.10-alpine
  + FROM golang:1.26.11-alpine
go.mod
  - toolchain go1.26.8
  + toolchain go1.26.11

----- stderr -----
gover bump would raise Go to 1.26.11 in 2 files
hint: gover bump

"#]]
    );
    gover_snapshot!(
        ctx.gover(["bump"]),
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
Dockerfile:1: 1.26.10 -> 1.26.11
go.mod:5: 1.26.8 -> 1.26.11
raised Go to 1.26.11 in 2 files

"#]]
    );
    gover_snapshot!(
        unchanged(&ctx, &["bump"]),
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
nothing to raise: Go 1.26.11 in 2 files

"#]]
    );
    gover_snapshot!(
        unchanged(&ctx, &["bump", "--check"]),
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
Go vulnerability database of 2026-11-05, compiled into gover (CC BY 4.0)
the versions agree, and none has a known vulnerability

"#]]
    );
}

#[test]
fn the_lowest_version_without_vulnerabilities_is_enough_for_security() {
    let ctx = repository(&[("go.mod", "go 1.26\ntoolchain go1.26.8\n")]);
    ctx.gover(["bump", "--security"]).success();
    assert_eq!(text(&ctx, "go.mod"), "go 1.26\ntoolchain go1.26.10\n");
    // Of a minor version that gets no more fixes, none is without.
    let ended =
        repository(&[("go.mod", "go 1.24\ntoolchain go1.24.2\n"), ("Dockerfile", "FROM golang:1.24\n")]);
    gover_snapshot!(
        ended.gover(["bump"]),
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
go.mod:2: 1.24.2 -> 1.24.13
raised Go to 1.24.13 in 1 file
warning: Go 1.24.13 has [N] known vulnerabilities
hint: gover bump --security

"#]]
    );
    unchanged(&ended, &["bump", "--check"]).exits(1);
    ended.gover(["bump", "--security"]).success();
    assert_eq!(text(&ended, "go.mod"), "go 1.24\ntoolchain go1.26.10\n");
    assert_eq!(text(&ended, "Dockerfile"), "FROM golang:1.26\n");
    unchanged(&ended, &["bump", "--check"]).success();
    let ended = repository(&[("go.mod", "go 1.24\ntoolchain go1.24.2\n")]);
    gover_snapshot!(
        unchanged(&ended, &["bump", "1.24", "--security"]),
        str![[r#"
exit: 1
----- stdout -----

----- stderr -----
error: every known release of Go 1.24 has known vulnerabilities
hint: gover bump --security

"#]]
    );
}

#[test]
fn a_given_version_counts_and_is_never_lower_than_what_is_there() {
    let tree = [
        ("go.mod", "go 1.25.3\n"),
        (".go-version", "1.25.3\n"),
        ("Dockerfile", "FROM golang:1.25-alpine\nFROM golang:1.27.1\n"),
    ];
    let ctx = repository(&tree);
    ctx.gover(["bump", "1.26.8"]).success();
    assert_eq!(text(&ctx, ".go-version"), "1.26.8\n");
    assert_eq!(text(&ctx, "Dockerfile"), "FROM golang:1.26-alpine\nFROM golang:1.27.1\n");
    assert_eq!(text(&ctx, "go.mod"), "go 1.25.3\n", "the language is another question");
    let output = unchanged(&ctx, &["bump", "1.26.8", "--check"]);
    assert!(output.exits(1).stderr.contains("have known vulnerabilities: 1.26.8"), "{output}");
    ctx.gover(["bump", "1.26", "--language"]).success();
    assert_eq!(text(&ctx, "go.mod"), "go 1.26.11\n");
    gover_snapshot!(
        unchanged(&ctx, &["bump", "1.25"]),
        str![[r#"
exit: 1
----- stdout -----

----- stderr -----
error: go.mod:1 in [ROOT]/shop needs Go 1.26.11, so Go 1.25.14 cannot build it
hint: gover bump 1.26

"#]]
    );
}

#[test]
fn one_exact_go_line_makes_all_exact() {
    let ctx = repository(&[
        ("go.work", "go 1.26\n\nuse ./api\n"),
        ("api/go.mod", "module api\n\ngo 1.26.3 // for net/http\n"),
    ]);
    ctx.gover(["bump", "--language"]).success();
    assert_eq!(text(&ctx, "go.work"), "go 1.26.11\n\nuse ./api\n");
    assert_eq!(text(&ctx, "api/go.mod"), "module api\n\ngo 1.26.11 // for net/http\n");
}

#[test]
fn only_the_paths_on_the_command_line_change() {
    let ctx = repository(&[
        (".go-version", "1.26.8\n"),
        ("a/Dockerfile", "FROM golang:1.26.8\n"),
        ("b/Dockerfile", "FROM golang:1.26.8\n"),
    ]);
    ctx.gover(["bump", "a"]).success();
    ctx.gover(["bump", "1.26.11", ".go-version"]).success();
    assert_eq!(text(&ctx, "a/Dockerfile"), "FROM golang:1.26.11\n");
    assert_eq!(text(&ctx, "b/Dockerfile"), "FROM golang:1.26.8\n");
    assert_eq!(text(&ctx, ".go-version"), "1.26.11\n");
    ctx.write("main.go", "");
    for (word, expected) in
        [("main.go", "cannot read a Go version"), ("nope", "neither a version nor a file"), ("", "is empty")]
    {
        let output = unchanged(&ctx, &["bump", word]);
        assert!(output.exits(2).stderr.contains(expected), "{output}");
    }
    ctx.write("Makefile", "X = 1\n");
    let output = unchanged(&ctx, &["bump", "Makefile"]);
    assert!(output.exits(1).stderr.contains("`Makefile` names no Go version"), "{output}");
    let output = ctx.gover(["bump", "1.27.3", "a/Dockerfile", "b/../a", "./a"]);
    assert!(output.success().stderr.ends_with("raised Go to 1.27.3 in 1 file\n"), "{output}");
}

#[test]
fn a_version_that_is_not_released_is_refused() {
    let ctx = repository(&[(".go-version", "1.26.8\n")]);
    for (word, expected, hint) in [
        ("1.27.3-corp", "go1.27.3-corp is a custom build", "hint: gover bump 1.27\n"),
        ("1.22.99", "there is no go1.22.99", "hint: gover bump 1.22\n"),
    ] {
        let output = unchanged(&ctx, &["bump", word]);
        assert!(output.exits(1).stderr.contains(expected), "{output}");
        assert!(output.stderr.ends_with(hint), "{output}");
    }
}

#[test]
fn versions_that_agree_may_be_vulnerable() {
    let workflow = "matrix:\n  go: ['1.25', 1.26.11]\n";
    let ctx = repository(&[(".go-version", "1.26.11\n"), (".github/workflows/ci.yml", workflow)]);
    let output = unchanged(&ctx, &["bump", "--check"]);
    assert!(output.success().stderr.ends_with("some have known vulnerabilities: 1.25\n"), "{output}");
    ctx.write(".go-version", "1.26.8\n");
    ctx.write(".github/workflows/ci.yml", "matrix:\n  go: [1.20, 1.26.8]\n");
    let output = unchanged(&ctx, &["bump", "--check"]);
    assert!(output.exits(1).stdout.contains("1.20 -> '1.20'     without quotation marks"), "{output}");
}

#[test]
fn what_belongs_to_others_stays() {
    let old = "FROM golang:1.26.8\n";
    let ctx = repository(&[
        ("go.mod", "go 1.26\ntoolchain go1.26.8\n"),
        ("vendor/x/Dockerfile", old),
        ("node_modules/x/Dockerfile", old),
        ("testdata/Dockerfile", old),
        (".cache/Dockerfile", old),
        ("_old/Dockerfile", old),
        ("sub/.git/HEAD", ""),
        ("sub/Dockerfile", old),
        ("Dockerfile.bak", old),
    ]);
    let output = ctx.gover(["bump"]);
    assert!(output.success().stderr.contains("in 1 file\n"), "{output}");
    // Not in a repository, only what is right here counts.
    let mut outside = context!();
    outside.set("GOVER_OFFLINE", "1");
    outside.install_fake("go1.26.11");
    outside.write(".go-version", "1.26.8\n");
    outside.write("other/.go-version", "1.26.8\n");
    outside.gover(["bump"]).success();
    assert_eq!(text(&outside, ".go-version"), "1.26.11\n");
    assert_eq!(text(&outside, "other/.go-version"), "1.26.8\n");
}

#[test]
fn a_digest_and_a_custom_build_are_named_and_left() {
    let ctx = repository(&[
        ("go.mod", "go 1.26\ntoolchain go1.26.8-corp\n"),
        ("Dockerfile", "FROM golang:1.26.8@sha256:0123\nFROM golang:1.26.8\n"),
    ]);
    gover_snapshot!(
        ctx.gover(["bump"]),
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
warning: Dockerfile:1 still has 1.26.8: its digest decides which image it is
warning: go.mod:2 still has 1.26.8: it names a custom build
Dockerfile:2: 1.26.8 -> 1.26.11
raised Go to 1.26.11 in 1 file

"#]]
    );
    assert_eq!(text(&ctx, "Dockerfile"), "FROM golang:1.26.8@sha256:0123\nFROM golang:1.26.11\n");
    let output = unchanged(&ctx, &["bump", "--check"]);
    assert!(output.exits(1).stdout.contains("its digest decides which image it is"), "{output}");
    assert!(!output.stdout.contains("Dockerfile:2"), "{output}");
}

#[test]
fn a_project_that_names_no_version_is_an_error() {
    for tree in [&[][..], &[("main.go", "package main\n")], &[("Dockerfile", "FROM debian:12\n")]] {
        let ctx = repository(tree);
        for option in [&["bump"][..], &["bump", "--check"], &["bump", "1.26.11"]] {
            let output = unchanged(&ctx, option);
            assert!(output.exits(1).stderr.contains("names a Go version"), "{output}");
        }
    }
}

#[test]
fn files_that_are_not_what_they_say_are_named_and_left() {
    let ctx = repository(&[
        (".go-version", "1.26.8\n"),
        (".github/workflows/tab.yml", "with:\n\tgo-version: 1.26.8\n"),
        (".github/workflows/conflict.yml", "with:\n<<<<<<< ours\n  go-version: 1.26.8\n=======\n"),
        (".github/workflows/quote.yml", "with:\n  go-version: '1.26.8\n"),
        ("devbox.json", "{\"packages\": [\"go@1.26.8\""),
        ("mise.toml", "[tools]\ngo = 1.26.8\n"),
    ]);
    ctx.write("Makefile", b"GO_VERSION = 1.26.8 # \xff\n");
    let before = content(&ctx);
    let output = ctx.gover(["bump"]);
    let warnings = output.success().stderr.matches("was left as it is").count();
    assert_eq!(warnings, 6, "{output}");
    let mut after = content(&ctx);
    assert_eq!(after.insert(".go-version".to_owned(), b"1.26.8\n".to_vec()).unwrap(), b"1.26.11\n");
    assert_eq!(after, before);
}

#[cfg(unix)]
#[test]
fn a_directory_that_cannot_be_read_is_named() {
    use std::os::unix::fs::PermissionsExt as _;
    let ctx = repository(&[(".go-version", "1.26.8\n"), ("secret/.go-version", "1.26.8\n")]);
    let directory = ctx.work().join("secret");
    let set = |mode| fs::set_permissions(&directory, fs::Permissions::from_mode(mode)).unwrap();
    set(0o000);
    // Root can read it.
    let is_denied = fs::read_dir(&directory).is_err();
    let output = ctx.gover(["bump"]);
    set(0o755);
    assert_eq!(output.success().stderr.contains("secret was left as it is"), is_denied, "{output}");
}

#[test]
fn all_files_change_or_none() {
    let ctx = repository(&[
        (".go-version", "1.26.8\n"),
        ("Dockerfile", "FROM golang:1.26.8\n"),
        ("z/Dockerfile", "FROM golang:1.26.8\n"),
    ]);
    let path = ctx.work().join("z/Dockerfile");
    let mut permissions = fs::metadata(&path).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&path, permissions.clone()).unwrap();
    gover_snapshot!(
        unchanged(&ctx, &["bump"]),
        str![[r#"
exit: 1
----- stdout -----

----- stderr -----
error: cannot write `[ROOT]/shop/z/Dockerfile`, so no file was changed
  caused by: the file is read-only
hint: check that you may write to that file and its directory

"#]]
    );
    #[expect(clippy::permissions_set_readonly_false, reason = "the file is removed with the test")]
    permissions.set_readonly(false);
    fs::set_permissions(&path, permissions).unwrap();
    ctx.gover(["bump"]).success();
    assert_eq!(text(&ctx, "z/Dockerfile"), "FROM golang:1.26.11\n");
}

#[test]
fn odd_bytes_stay() {
    let tree = [
        (
            ".github/workflows/ci.yml",
            "\u{feff}# go-version: 1.26.8\r\nenv: {GO: &go '1.26.8'}\t# pinned\r\njobs:\r\n  a:\r\n    with:\r\n      \
             go-version   :   \"1.26.8\"   # 1.26.8 until friday\r\n      other: *go\r\n      script: |\r\n        \
             go-version: 1.26.8\r\n    steps: [ {with: { go-version: 1.26.8 } } ]\r\n",
        ),
        ("Makefile", "GO_VERSION\t:=\t1.26.8\t# 1.26.8\r\nall:\r\n\techo 1.26.8\r\n"),
        (
            "Dockerfile",
            "# FROM golang:1.26.8\r\n\tfrom  --platform=x\tgolang:1.26.8-alpine  AS  build\r\nRUN echo 1.26.8",
        ),
        (".tool-versions", "# golang 1.26.8\r\nnodejs 1.26.8\r\ngolang\t1.26.8  1.25.3 # 1.26.8\r\n"),
        ("devbox.json", "{\r\n  // go@1.26.8\r\n  \"packages\": [\"go@1.26.8\", \"x@1.26.8\"],\r\n}"),
    ];
    let changes = [3, 1, 1, 1, 1];
    let ctx = repository(&tree);
    ctx.gover(["bump", "1.26.11"]).success();
    for ((name, before), changes) in tree.iter().zip(changes) {
        let after = text(&ctx, name);
        assert_eq!(after.matches("1.26.11").count(), changes, "{name}\n{after}");
        assert_eq!(after.replace("1.26.11", "1.26.8"), *before, "{name}");
    }
    assert!(text(&ctx, "Makefile").starts_with("GO_VERSION\t:=\t1.26.11\t# 1.26.8\r\n"));
    unchanged(&ctx, &["bump", "1.26.11"]).success();
}

#[test]
fn a_matrix_keeps_its_shape() {
    let workflow = |list: &str| format!("matrix:\n  go: {list}\nwith:\n  go-version: ${{{{ matrix.go }}}}\n");
    for (arguments, before, after) in [
        (&["bump"][..], "[1.25.3, '1.26.8', 1.27.x]", "[1.25.14, '1.26.11', 1.27.x]"),
        (&["bump", "1.26.11"], "[1.25.3, '1.26.8', 1.27.0]", "[1.25.3, '1.26.11', 1.27.0]"),
        (&["bump", "1.27"], "['1.25', '1.26']", "['1.25', '1.27']"),
        (&["bump", "1.27.3"], "\n    - \"1.25\" # old\n    - 1.26.8", "\n    - \"1.25\" # old\n    - 1.27.3"),
        (&["bump"], "[oldstable, stable]", "[oldstable, stable]"),
        // YAML would read 1.20 as 1.2.
        (&["bump"], "[1.20, 1.26]", "['1.20', 1.26]"),
    ] {
        let ctx = repository(&[(".go-version", "1.26.8\n"), (".github/workflows/ci.yml", &workflow(before))]);
        ctx.gover(arguments).success();
        assert_eq!(text(&ctx, ".github/workflows/ci.yml"), workflow(after), "{arguments:?}");
        unchanged(&ctx, arguments).success();
    }
}

/// Without another file that names its minor version, a go line is only a minimum.
#[test]
fn a_go_line_alone_does_not_decide() {
    let ctx = repository(&[("go.mod", "module lib\n\ngo 1.21\n"), ("Dockerfile", "FROM golang:1.26.8\n")]);
    ctx.gover(["bump"]).success();
    assert_eq!(text(&ctx, "Dockerfile"), "FROM golang:1.26.11\n");
    let decides = repository(&[
        ("go.mod", "go 1.26\n"),
        (".go-version", "1.26.8\n"),
        ("Dockerfile", "FROM golang:1.27.0\n"),
    ]);
    decides.gover(["bump", "--security"]).success();
    assert_eq!(text(&decides, ".go-version"), "1.26.10\n");
    assert_eq!(
        text(&decides, "Dockerfile"),
        "FROM golang:1.27.3\n",
        "never lower, and without vulnerabilities"
    );
}

/// What `setup-go` installs for `go-version-file: go.mod`.
#[test]
fn a_go_line_that_runs_is_named_and_raised_on_request() {
    let alone = [("go.mod", "module lib\n\ngo 1.26.8\n")];
    let read = [
        alone[0],
        ("Dockerfile", "FROM golang:1.26.11\n"),
        (".github/workflows/ci.yml", "with:\n  go-version-file: go.mod\n"),
    ];
    for tree in [&alone[..], &read] {
        let ctx = repository(tree);
        let check = unchanged(&ctx, &["bump", "--check"]);
        let expected = "16 known vulnerabilities; a go line changes only with `--language`\n";
        assert!(
            check.exits(1).stdout.starts_with("go.mod:3  1.26.8")
                && check.raw_stdout.ends_with(expected.as_bytes()),
            "{check}"
        );
        assert!(check.stderr.contains("hint: gover bump --security --language\n"), "{check}");
        let output = unchanged(&ctx, &["bump"]);
        assert!(output.success().stderr.contains("go.mod:3 still has 1.26.8"), "{output}");
        ctx.gover(["bump", "--security", "--language"]).success();
        unchanged(&ctx, &["bump", "--check"]).success();
    }
    let ended = repository(&[("go.mod", "go 1.24.2\n")]);
    let output = unchanged(&ended, &["bump"]);
    assert!(output.success().stderr.contains("hint: gover bump --security --language\n"), "{output}");
    let language = repository(&[("go.mod", "go 1.21\n")]);
    assert!(!unchanged(&language, &["bump"]).success().stderr.contains("vulnerabilit"));
    // Elsewhere it is only a minimum.
    let minimum = repository(&[alone[0], ("Dockerfile", "FROM golang:1.26.11\n")]);
    unchanged(&minimum, &["bump", "--check"]).success();
}

#[test]
fn json_has_every_change() {
    let ctx = repository(&[(".go-version", "1.26.8\n"), ("Dockerfile", "FROM golang:1.26.8@sha256:01\n")]);
    let output = unchanged(&ctx, &["bump", "--check", "--json"]);
    let json = output.exits(1).json();
    assert_eq!((&json["version"], &json["changed"]), (&"1.26.10".into(), &false.into()));
    let mentions = json["mentions"].as_array().unwrap();
    let pin = mentions.iter().find(|one| one["kind"] == "pin").unwrap();
    assert_eq!((&pin["from"], &pin["to"], &pin["line"]), (&"1.26.8".into(), &"1.26.10".into(), &1.into()));
    assert_eq!(pin["vulnerabilities"], 16);
    let image = mentions.iter().find(|one| one["kind"] == "image").unwrap();
    assert!(image["to"].is_null() && image["left"].is_string());
    assert_eq!(ctx.gover(["bump", "--json"]).success().json()["changed"], true);
    assert_eq!(ctx.gover(["bump", "--json"]).success().json()["changed"], false);
}

#[test]
#[cfg(unix)]
fn a_terminal_shows_the_changes_and_asks() {
    let ctx = repository(&[(".go-version", "1.26.8 # ours\n")]);
    let asked = |answer: &str| ctx.command(ctx.gover_program()).arg("bump").stdin(answer).run_on_terminal(80);
    let output = asked("n\n");
    assert_eq!(text(&ctx, ".go-version"), "1.26.8 # ours\n", "{output}");
    let screen = output.stdout.clone() + &output.stderr;
    assert!(screen.contains("- 1.26.8 # ours") && screen.contains("+ 1.26.11 # ours"), "{output}");
    assert!(screen.contains("raise Go to 1.26.11 in 1 file? [y/N]"), "{output}");
    asked("y\n");
    assert_eq!(text(&ctx, ".go-version"), "1.26.11 # ours\n");
}
