//! `gover check`: whether `go` in this shell is the selected one, and what is wrong if not.

#[cfg(unix)]
use std::fs;

use gover_core::env::join_paths;
use gover_test::{Output, TestContext, context};
use serde_json::{Value, json};

use crate::scene::with_three;

/// The name of each check, and its result.
fn results(ctx: &TestContext, arguments: &[&str]) -> Vec<(String, Value)> {
    let output = ctx.gover(["check", "--json"].iter().chain(arguments));
    let json = output.json();
    assert_eq!(output.code, Some(i32::from(json["ok"] == false)), "{output}");
    let checks = json["checks"].as_array().unwrap().iter();
    checks.map(|check| (check["name"].as_str().unwrap().to_owned(), check["ok"].clone())).collect()
}

/// The names of the checks that fail.
fn wrong(ctx: &TestContext, arguments: &[&str]) -> Vec<String> {
    let results = results(ctx, arguments).into_iter();
    results.filter(|(_, ok)| *ok != json!(true)).map(|(name, _)| name).collect()
}

fn hint(output: &Output) -> &str {
    let hints: Vec<_> = output.stderr.lines().filter_map(|line| line.strip_prefix("hint: ")).collect();
    let [hint] = hints.as_slice() else { panic!("{output}") };
    hint
}

/// The same context with a directory first on PATH.
fn first_on_path(ctx: &mut TestContext, directory: &std::path::Path) {
    let path = std::iter::once(directory.to_owned()).chain(ctx.env().path());
    ctx.set("PATH", join_paths(path).unwrap());
}

/// The lines of data, without the spaces that align them: paths are not equally long everywhere.
fn lines(output: &Output) -> Vec<String> {
    let squeezed = |line: &str| {
        let cells = line.split("  ").map(str::trim).filter(|cell| !cell.is_empty());
        cells.collect::<Vec<_>>().join(" | ")
    };
    output.stdout.lines().map(squeezed).collect()
}

#[test]
fn each_fact_is_one_line() {
    let ctx = with_three();
    assert_eq!(
        lines(ctx.gover(["check"]).success()),
        [
            "go on PATH | [ROOT]/gover/bin/go | ok",
            "go version | go1.91.2 | ok",
            "GOROOT | [ROOT]/gover/versions/go1.91.2 | ok",
            "compiler | go1.91.2 | ok",
            "GOBIN | ~/go/bin, not on PATH | ok",
        ]
    );
    let output = ctx.gover(["check", "1.90"]);
    assert_eq!(lines(output.exits(1))[1], "go version | go1.91.2 | not 1.90: chosen by the default, 1.91.2");
    assert_eq!(output.stderr, "hint: gover default 1.90\n");
}

#[test]
fn the_facts_as_data() {
    let ctx = with_three();
    let facts = ctx.gover(["check", "--json", "1.91"]).success().json();
    let check = |name: &str, value: &str| json!({"name": name, "value": value, "ok": true, "problem": null, "hint": null});
    let goroot = ctx.layout().versions().join("go1.91.2");
    assert_eq!(
        facts,
        json!({"ok": true, "request": "1.91", "checks": [
            check("path", ctx.layout().program("go").to_str().unwrap()),
            check("version", "go1.91.2"),
            check("goroot", goroot.to_str().unwrap()),
            check("compiler", "go1.91.2"),
            check("gobin", ctx.home().join("go").join("bin").to_str().unwrap()),
        ]})
    );
    assert_eq!(wrong(&ctx, &["1.90"]), ["version"]);
}

#[test]
fn the_hint_changes_what_chose_the_wrong_toolchain() {
    let ctx = with_three();
    assert_eq!(hint(ctx.gover(["check", "1.90"]).exits(1)), "gover default 1.90");
    assert_eq!(hint(ctx.gover(["check", "1.89"]).exits(1)), "gover install 1.89");
    ctx.gover(["use", "1.90.1"]).success();
    assert_eq!(hint(ctx.gover(["check", "1.90.4"]).exits(1)), "gover use 1.90.4");
    ctx.gover(["use", "--clear"]).success();
    ctx.write(".go-version", "1.90.1\n");
    assert_eq!(hint(ctx.gover(["check", "latest"]).exits(1)), "gover pin latest");
    ctx.gover(["pin", "latest"]).success();
    ctx.gover(["check", "latest"]).success();
    ctx.write(".go-version", "1.90.1\n");
    ctx.write("go.mod", "module m\n\ngo 1.90.4\n");
    let output = ctx.gover(["check", "1.90.1"]);
    assert_eq!(hint(output.exits(1)), "gover current -v");
    assert!(output.stdout.contains("required by go.mod:3"), "{output}");
    ctx.gover(["check", "nonsense"]).exits(2);
}

#[test]
fn a_major_version_that_does_not_exist_is_not_to_be_installed() {
    let ctx = with_three();
    let list = "`gover list --remote` shows every release";
    for words in
        [&["check", "9"][..], &["current", "--expect", "9"], &["which", "go", "9.1.2"], &["env", "2.0"]]
    {
        assert_eq!(hint(&ctx.gover(words)), list, "{words:?}");
    }
    assert_eq!(hint(ctx.gover(["check", "1.92"]).exits(1)), "gover install 1.92");
}

#[test]
fn a_missing_toolchain_is_not_installed() {
    let ctx = context!().with_site();
    ctx.publish("go1.91.2");
    ctx.write(".go-version", "1.91.2\n");
    let output = ctx.gover(["check"]);
    assert_eq!(hint(output.exits(1)), "gover install 1.91.2");
    assert!(output.stdout.contains("go1.91.2 is not installed (chosen by .go-version:1"), "{output}");
    assert_eq!(ctx.site().server().request_lines(), Vec::<String>::new());
    assert!(ctx.names_in("gover/versions").is_empty());
    let unknown = ["goroot", "compiler", "gobin"].map(|name| (name.to_owned(), Value::Null));
    assert_eq!(results(&ctx, &[])[2..], unknown);
}

#[test]
fn another_go_that_comes_first_is_wrong() {
    let mut ctx = with_three();
    let other = ctx.install_system_fake("go1.88.3");
    first_on_path(&mut ctx, &other.join("bin"));
    let output = ctx.gover(["check"]);
    let said = lines(output.exits(1));
    assert_eq!(
        said[0],
        "go on PATH | [ROOT]/system/go1.88.3/bin/go | go1.88.3, which comes before [ROOT]/gover/bin on PATH"
    );
    assert_eq!(said[1], "go version | go1.88.3 | not go1.91.2, chosen by the default, 1.91.2");
    assert_eq!(hint(&output), "gover doctor path-shadowed");
    // A script that asks for that Go gets what it wants.
    ctx.gover(["check", other.to_str().unwrap()]).success();
    ctx.gover(["check", "system"]).success();
    assert_eq!(wrong(&ctx, &["1.88"]), ["path"]);
    // It is told another tree.
    let goroot = ctx.layout().versions().join("go1.90.1");
    ctx.set("GOROOT", &goroot);
    let output = ctx.gover(["check", "1.88"]);
    assert!(output.exits(1).stdout.contains("where this `go` is"), "{output}");
    assert_eq!(wrong(&ctx, &["1.88"]), ["path", "goroot"]);
}

#[test]
fn no_go_on_path_is_wrong() {
    let mut ctx = with_three();
    ctx.set("PATH", ctx.root().join("empty"));
    let output = ctx.gover(["check"]);
    assert!(hint(output.exits(1)).contains("gover setup"), "{output}");
    assert_eq!(wrong(&ctx, &[]), ["path", "version", "goroot", "compiler", "gobin"]);
}

#[test]
fn a_command_of_exec_sees_the_toolchain_that_was_asked_for() {
    let mut ctx = with_three();
    ctx.gover(["exec", "1.90.1", "--", "gover", "check", "1.90.1"]).success();
    ctx.gover(["exec", "1.90.1", "--", "gover", "check"]).success();
    // As after `gover env` in a shell that then goes to another project.
    let bin = ctx.layout().versions().join("go1.90.1").join("bin");
    first_on_path(&mut ctx, &bin);
    let output = ctx.gover(["check"]);
    assert!(hint(output.exits(1)).contains("open a new shell"), "{output}");
    assert_eq!(wrong(&ctx, &[]), ["version"]);
}

#[test]
fn gobin_must_be_absolute_and_behind_gover() {
    let mut ctx = with_three();
    ctx.set("GOBIN", "bin");
    assert_eq!(wrong(&ctx, &[]), ["gobin"]);
    ctx.set("GOBIN", ctx.layout().bin());
    assert_eq!(wrong(&ctx, &[]), ["gobin"]);
    let gobin = ctx.directory("tools");
    ctx.set("GOBIN", &gobin);
    assert!(ctx.gover(["check"]).success().stdout.contains("tools, not on PATH"));
    let behind = join_paths(ctx.env().path().into_iter().chain([gobin.clone()])).unwrap();
    ctx.set("PATH", behind);
    assert!(ctx.gover(["check"]).success().stdout.contains("tools, after gover's directory on PATH"));
    first_on_path(&mut ctx, &gobin);
    let output = ctx.gover(["check"]);
    assert!(hint(output.exits(1)).starts_with("put "), "{output}");
    assert_eq!(wrong(&ctx, &[]), ["gobin"]);
}

#[cfg(unix)]
#[test]
fn a_compiler_of_another_release_is_found() {
    let ctx = with_three();
    let goroot = ctx.layout().versions().join("go1.91.2");
    let go = goroot.join("bin/go");
    let script = |compiler: &str| {
        let env = format!("printf 'go1.91.2\\n{}\\n\\n/tmp/go\\n'", goroot.display());
        // The file is a link to a program that other tests run.
        fs::remove_file(&go).unwrap();
        fs::write(&go, format!("#!/bin/sh\ncase $1 in env) {env};; *) {compiler};; esac\n")).unwrap();
        gover_sys::file::make_executable(&go).unwrap();
    };
    script("echo compile version go1.91.1");
    let output = ctx.gover(["check"]);
    assert_eq!(hint(output.exits(1)), "gover install -f 1.91.2");
    assert!(output.stdout.contains("go1.91.1") && output.stdout.contains("not go1.91.2"), "{output}");
    fs::remove_dir_all(goroot.join("pkg/tool")).unwrap();
    script("echo 'go: no such tool \"compile\"' >&2; exit 2");
    let output = ctx.gover(["check"]);
    assert_eq!(hint(output.exits(1)), "gover install -f 1.91.2");
    assert!(output.stdout.contains("no such tool"), "{output}");
    assert_eq!(wrong(&ctx, &[]), ["compiler"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_go_that_hangs_is_ended_with_what_it_started() {
    let mut ctx = context!();
    let pid = ctx.root().join("pid");
    let sleep = ctx.find_on_machine("sleep").unwrap();
    let script = format!("#!/bin/sh\n({} 600 & echo $! >>{}; wait)\n:\n", sleep.display(), pid.display());
    let go = ctx.write("other/go", script);
    gover_sys::file::make_executable(&go).unwrap();
    first_on_path(&mut ctx, go.parent().unwrap());
    let output = ctx.gover(["check", "system"]);
    assert!(output.exits(1).stdout.contains("did not end within 10 seconds and was stopped"), "{output}");
    let is_running = |id: &str| {
        let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
        stat.contains("(sleep)") && !stat.contains(") Z ")
    };
    let ids = fs::read_to_string(&pid).unwrap();
    assert_eq!(ids.lines().count(), 2, "{ids}");
    assert!(!ids.lines().any(is_running), "{ids}");
}

#[test]
fn a_pin_that_cannot_be_read_is_an_error() {
    let ctx = with_three();
    ctx.write(".go-version", "what is this\n");
    let output = ctx.gover(["check"]);
    assert!(output.stdout.is_empty() && output.stderr.contains(".go-version"), "{output}");
    assert_ne!(output.code, Some(0));
}
