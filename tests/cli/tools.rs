//! `gover tools`: programs of `go install`, and building them again.

mod install;
mod settings;

use std::fs;
use std::path::{Path, PathBuf};

use gover_core::env::join_paths;
use gover_core::layout::executable_name;
use gover_test::snapbox::str;
use gover_test::{Output, TestContext, context, gover_snapshot};
use serde_json::Value;

use crate::scene::write_program;

/// go1.91.2 is selected; programs of other versions are in GOPATH.
fn scene() -> TestContext {
    let ctx = context!();
    for name in ["go1.90.1", "go1.91.2"] {
        ctx.install_fake(name);
    }
    fs::write(ctx.layout().default_file(), "1.91.2\n").unwrap();
    let fine = |name: &str| format!("path\texample.org/{name}\nmod\texample.org/{name}\tv1.2.3\th1:abc=\n");
    put(&ctx, "lint", "go1.90.1", &(fine("lint") + "build\t-tags=one,two\nbuild\tCGO_ENABLED=0\n"));
    put(&ctx, "fresh", "go1.91.2", &fine("fresh"));
    put(&ctx, "mine", "go1.90.1", "path\texample.org/mine\nmod\texample.org/mine\t(devel)\t\n");
    ctx
}

fn bin(ctx: &TestContext) -> PathBuf {
    ctx.home().join("go/bin")
}

fn program(ctx: &TestContext, name: &str) -> PathBuf {
    bin(ctx).join(executable_name(name))
}

fn put(ctx: &TestContext, name: &str, go: &str, lines: &str) {
    write_program(&program(ctx, name), go, lines);
}

fn put_package(ctx: &TestContext, name: &str, go: &str) {
    put(ctx, name, go, &format!("path\texample.org/{name}\nmod\texample.org/{name}\tv1.2.3\th1:abc=\n"));
}

#[test]
fn which_says_what_a_program_is_and_what_built_it() {
    let mut ctx = scene();
    gover_snapshot!(
        ctx.gover(["which", "lint"]),
        str![[r#"
exit: 0
----- stdout -----
[ROOT]/home/go/bin/lint

----- stderr -----
example.org/lint@v1.2.3, built by go1.90.1
warning: `lint` is not on PATH
hint: gover doctor gobin

"#]]
    );
    let mut path = ctx.variable("PATH").unwrap().to_owned();
    path.push(if cfg!(windows) { ";" } else { ":" });
    path.push(bin(&ctx));
    ctx.set("PATH", path);
    gover_snapshot!(
        ctx.gover(["which", "mine"]),
        str![[r#"
exit: 0
----- stdout -----
[ROOT]/home/go/bin/mine

----- stderr -----
example.org/mine, built by go1.90.1

"#]]
    );
    let json = ctx.gover(["which", "lint", "--json"]).json();
    assert_eq!(json["path"], program(&ctx, "lint").to_str().unwrap());
    assert_eq!(
        (&json["package"], &json["built_by"]),
        (&"example.org/lint@v1.2.3".into(), &"go1.90.1".into())
    );
    assert_eq!((&json["version"], &json["goroot"]), (&Value::Null, &Value::Null));
}

/// What `gover tools --json` says about a program.
#[track_caller]
fn facts(ctx: &TestContext, name: &str) -> Value {
    let json = ctx.gover(["tools", "--json"]).json();
    let path = program(ctx, name);
    let is_it = |one: &&Value| one["path"].as_str().is_some_and(|text| Path::new(text) == path);
    let found = json["programs"].as_array().unwrap().iter().find(is_it);
    found.unwrap_or_else(|| panic!("no {name} in {json}")).clone()
}

fn rebuild(ctx: &TestContext, words: &[&str]) -> Output {
    ctx.gover(["tools", "rebuild"].iter().chain(words))
}

#[test]
fn programs_are_listed_with_what_built_them() {
    let ctx = scene();
    put(
        &ctx,
        "gopls",
        "go1.26.8",
        "path\tgolang.org/x/tools/gopls\nmod\tgolang.org/x/tools/gopls\tv0.20.0\th1:abc=\nbuild\tGOOS=plan9\nbuild\tGOARCH=mips\n",
    );
    ctx.write("go.mod", "module shop\ngo 1.91.2\n");
    gover_snapshot!(
        ctx.gover(["tools"]),
        str![[r#"
exit: 0
----- stdout -----
~/go/bin/fresh  example.org/fresh@v1.2.3          go1.91.2
~/go/bin/gopls  golang.org/x/tools/gopls@v0.20.0  go1.26.8  [N] known vulnerabilities in the standard library; go1.26.10 has none; older than go.mod requires, which is 1.91.2; built for plan9/mips
~/go/bin/lint   example.org/lint@v1.2.3           go1.90.1
~/go/bin/mine   example.org/mine                  go1.90.1  built from a checkout

----- stderr -----
Go vulnerability database of 2026-11-05, compiled into gover (CC BY 4.0)
1 program was built by a Go older than go1.91.2, which is used here
hint: gover tools rebuild

"#]]
    );
    let gopls = facts(&ctx, "gopls");
    assert_eq!(gopls["version"], "v0.20.0");
    assert_eq!((&gopls["platform"], &gopls["stdlib"]), (&"plan9/mips".into(), &14.into()));
    assert_eq!(gopls["too_old_for"], ctx.work().join("go.mod").to_str().unwrap());
    let lint = facts(&ctx, "lint");
    assert_eq!(
        (&lint["tags"], &lint["cgo"], &lint["older"]),
        (&"one,two".into(), &false.into(), &true.into())
    );
    assert_eq!((&lint["h1"], &lint["obstacle"]), (&"h1:abc=".into(), &Value::Null));
    assert_eq!(facts(&ctx, "mine")["obstacle"], "built from a checkout");
}

#[cfg(unix)]
#[test]
fn what_is_no_program_of_go_is_named_and_not_judged() {
    let ctx = context!();
    ctx.install_fake("go1.91.2");
    fs::write(ctx.layout().default_file(), "1.91.2\n").unwrap();
    let bin = bin(&ctx);
    put_package(&ctx, "lint", "go1.91.2");
    fs::write(bin.join("check"), "#!/bin/sh\nexit 1\n").unwrap();
    fs::write(bin.join("other"), [0; 5000]).unwrap();
    for name in ["check", "other"] {
        gover_sys::file::make_executable(&bin.join(name)).unwrap();
    }
    fs::write(bin.join("notes.txt"), "text").unwrap();
    std::os::unix::fs::symlink(bin.join("nowhere"), bin.join("dangling")).unwrap();
    // The same program again.
    std::os::unix::fs::symlink("lint", bin.join("lint2")).unwrap();
    gover_snapshot!(
        ctx.gover(["tools"]),
        str![[r#"
exit: 0
----- stdout -----
~/go/bin/lint      example.org/lint@v1.2.3  go1.91.2
~/go/bin/check     a script
~/go/bin/dangling  a link to a file that does not exist
~/go/bin/other     does not say how it was built

----- stderr -----

"#]]
    );
    let output = rebuild(&ctx, &["check", "lint"]);
    assert!(output.exits(1).stderr.contains("warning: kept ~/go/bin/check: a script"), "{output}");
    assert!(output.stderr.contains("rebuilt ~/go/bin/lint v1.2.3: go1.91.2 -> go1.91.2\n"), "{output}");
}

#[test]
fn directories_are_gobin_and_all_of_gopath_each_once() {
    let mut ctx = scene();
    let other = ctx.root().join("other");
    write_program(&other.join("bin").join(executable_name("x")), "go1.91.2", "path\texample.org/x\n");
    let gopath = join_paths([ctx.home().join("go"), other.clone()]).unwrap();
    let gobin = bin(&ctx);
    ctx.set("GOPATH", gopath).set("GOBIN", gobin);
    let json = ctx.gover(["tools", "--json"]).json();
    let expected = [bin(&ctx), other.join("bin")].map(|path| path.to_str().unwrap().to_owned());
    assert_eq!(json["directories"], Value::from(expected.to_vec()));
    assert_eq!(json["programs"].as_array().unwrap().len(), 4);
    ctx.set("GOPATH", ctx.root().join("none")).unset("GOBIN");
    let none = ctx.gover(["tools"]);
    assert!(none.success().stderr.contains("no programs in [ROOT]/none/bin"), "{none}");
}

#[test]
fn an_older_program_is_built_again_at_the_same_version() {
    let ctx = scene();
    gover_snapshot!(
        rebuild(&ctx, &["--dry-run"]),
        str![[r#"
exit: 0
----- stdout -----
~/go/bin/lint  example.org/lint@v1.2.3  go1.90.1 -> go1.91.2

----- stderr -----
hint: gover tools rebuild

"#]]
    );
    assert_eq!(facts(&ctx, "lint")["go"], "go1.90.1");
    let output = rebuild(&ctx, &[]);
    gover_snapshot!(
        output,
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
rebuilt ~/go/bin/lint v1.2.3: go1.90.1 -> go1.91.2
rebuilt 1 program with go1.91.2
`gover exec 1.90.1 -- gover tools rebuild lint` undoes this

"#]]
    );
    let lint = facts(&ctx, "lint");
    assert_eq!(
        (&lint["go"], &lint["version"], &lint["h1"]),
        (&"go1.91.2".into(), &"v1.2.3".into(), &"h1:abc=".into())
    );
    assert_eq!((&lint["tags"], &lint["cgo"]), (&"one,two".into(), &false.into()));
    assert_eq!(facts(&ctx, "mine")["go"], "go1.90.1");
    gover_snapshot!(
        rebuild(&ctx, &[]),
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
no program was built by a Go older than go1.91.2

"#]]
    );
    // The command that undoes it.
    ctx.gover(["exec", "1.90.1", "--", "gover", "tools", "rebuild", "lint"]).success();
    assert_eq!(facts(&ctx, "lint")["go"], "go1.90.1");
    assert_only_programs(&ctx, &["fresh", "lint", "mine"]);
}

/// Nothing is left of the directories in which programs were built.
#[track_caller]
fn assert_only_programs(ctx: &TestContext, names: &[&str]) {
    let names: Vec<String> = names.iter().map(|name| executable_name(name)).collect();
    assert_eq!(ctx.names_in("home/go/bin"), names);
}

#[test]
fn what_fails_stays_and_says_why_in_one_line() {
    let ctx = scene();
    for name in ["gone", "newer", "changed"] {
        put_package(&ctx, name, "go1.90.1");
    }
    put(
        &ctx,
        "replaced",
        "go1.90.1",
        "path\texample.org/r\nmod\texample.org/r\tv1.2.3\th1:abc=\ndep\texample.org/b\tv1.0.0\n=>\t../b\t(devel)\t\n",
    );
    let before = fs::read(program(&ctx, "changed")).unwrap();
    let output = rebuild(&ctx, &["--all", "--jobs", "1"]);
    gover_snapshot!(
        output,
        str![[r#"
exit: 1
----- stdout -----

----- stderr -----
warning: kept ~/go/bin/changed: the new program says [H1] where the old one says [H1]
rebuilt ~/go/bin/fresh v1.2.3: go1.91.2 -> go1.91.2
warning: kept ~/go/bin/gone: go: example.org/gone@v1.2.3: module example.org/gone@v1.2.3 found, but does not contain package example.org/gone
rebuilt ~/go/bin/lint v1.2.3: go1.90.1 -> go1.91.2
warning: kept ~/go/bin/mine: built from a checkout
warning: kept ~/go/bin/newer: go: example.org/newer@v1.2.3 requires go >= 1.99 (running go1.91.2; GOTOOLCHAIN=local)
warning: kept ~/go/bin/replaced: built with another module in place of example.org/b
rebuilt 2 programs with go1.91.2
`gover exec 1.90.1 -- gover tools rebuild lint` undoes this
error: 5 programs were not rebuilt: changed, gone, mine, newer, replaced
hint: `gover tools` shows what each was built from

"#]]
    );
    assert_eq!(fs::read(program(&ctx, "changed")).unwrap(), before);
    for name in ["gone", "newer", "mine"] {
        assert_eq!(facts(&ctx, name)["go"], "go1.90.1", "{name}");
    }
    assert_eq!(facts(&ctx, "lint")["go"], "go1.91.2");
    assert_only_programs(&ctx, &["changed", "fresh", "gone", "lint", "mine", "newer", "replaced"]);
    let json = ctx.gover(["tools", "rebuild", "gone", "lint", "--json"]);
    let programs = json.exits(1).json()["programs"].clone();
    assert_eq!((&programs[0]["go"], &programs[1]["go"]), (&Value::Null, &"go1.91.2".into()));
    assert!(programs[0]["error"].as_str().unwrap().contains("does not contain package"), "{programs}");
}

#[test]
fn an_unknown_name_is_an_error_before_anything_is_built() {
    let ctx = scene();
    gover_snapshot!(
        rebuild(&ctx, &["lint", "nosuch"]),
        str![[r#"
exit: 1
----- stdout -----

----- stderr -----
error: cannot find `nosuch` in ~/go/bin
hint: `gover tools` lists them

"#]]
    );
    assert_eq!(facts(&ctx, "lint")["go"], "go1.90.1");
    let output = rebuild(&ctx, &["--jobs", "0"]);
    assert_eq!(output.code, Some(2), "{output}");
}

#[test]
fn the_go_of_the_directory_builds_and_the_project_does_not_matter() {
    let ctx = scene();
    ctx.write(".go-version", "1.90.1\n");
    ctx.write("vendor/modules.txt", "");
    let output = rebuild(&ctx, &["fresh"]);
    assert!(output.success().stderr.contains("fresh v1.2.3: go1.91.2 -> go1.90.1\n"), "{output}");
    let missing = context!();
    let output = rebuild(&missing, &[]);
    assert!(output.exits(127).stderr.contains("hint: gover install latest"), "{output}");
}

#[cfg(unix)]
#[test]
fn a_link_stays_and_its_target_is_replaced() {
    let ctx = scene();
    let (link, target) = (program(&ctx, "lint"), ctx.root().join("elsewhere/lint"));
    fs::create_dir_all(target.parent().unwrap()).unwrap();
    fs::rename(&link, &target).unwrap();
    std::os::unix::fs::symlink(&target, &link).unwrap();
    rebuild(&ctx, &["lint"]).success();
    assert!(link.is_symlink());
    assert_eq!(facts(&ctx, "lint")["go"], "go1.91.2");
    assert_eq!(ctx.names_in("elsewhere"), ["lint"]);
}

#[cfg(unix)]
#[test]
fn an_interrupt_leaves_the_old_programs() {
    let ctx = scene();
    put_package(&ctx, "slow", "go1.90.1");
    let child = ctx.command(ctx.gover_program()).args(["tools", "rebuild", "slow"]).spawn();
    let staged = || ctx.names_in("home/go/bin").iter().any(|name| name.starts_with(".gover-tools-"));
    while !staged() {
        std::thread::yield_now();
    }
    // Right now the build starts, and may fail because its directory is gone.
    let said = crate::progress::interrupted(child, &ctx);
    assert!(said.contains("interrupted; programs that were not rebuilt yet are unchanged"), "{said}");
    assert_only_programs(&ctx, &["fresh", "lint", "mine", "slow"]);
    assert_eq!(facts(&ctx, "slow")["go"], "go1.90.1");
    fs::write(ctx.home().join("go-on"), "").unwrap();
}
