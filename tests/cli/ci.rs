//! `gover ci` prepares a job: what it installs, what later steps get, and what it refuses.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;

use gover_core::env::join_paths;
use gover_core::layout::{executable_name, goroot_program};
use gover_test::snapbox::str;
use gover_test::{FakeSite, Output, Release, TestContext, context, gover_snapshot};
use serde_json::Value;

mod keys;
mod services;
mod system;

const FILES: [&str; 3] = ["GITHUB_PATH", "GITHUB_ENV", "GITHUB_OUTPUT"];

/// A job of GitHub Actions in a directory that needs go1.91.2, with nothing installed.
fn job() -> TestContext {
    let mut ctx = context!().with_site();
    for name in ["go1.90.1", "go1.91.2", "go1.92.0"] {
        ctx.publish(name);
    }
    ctx.write(".go-version", "1.91.2\n");
    ctx.set("GITHUB_ACTIONS", "true").set("CI", "true");
    let temp = ctx.root().join("tmp");
    ctx.set("RUNNER_TEMP", temp);
    for name in FILES {
        let path = file(&ctx, name);
        fs::write(&path, "").unwrap();
        ctx.set(name, path);
    }
    ctx
}

fn file(ctx: &TestContext, name: &str) -> PathBuf {
    ctx.root().join(name)
}

fn read(ctx: &TestContext, name: &str) -> String {
    fs::read_to_string(file(ctx, name)).unwrap()
}

/// What the runner takes from a file of values between delimiters.
#[track_caller]
fn values(text: &str) -> BTreeMap<String, String> {
    let mut values = BTreeMap::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let Some((name, delimiter)) = line.split_once("<<") else {
            let (name, value) = line.split_once('=').unwrap_or_else(|| panic!("{line} in\n{text}"));
            values.insert(name.to_owned(), value.to_owned());
            continue;
        };
        let value: Vec<&str> = lines.by_ref().take_while(|line| *line != delimiter).collect();
        values.insert(name.to_owned(), value.join("\n"));
    }
    values
}

fn outputs(ctx: &TestContext) -> BTreeMap<String, String> {
    values(&read(ctx, "GITHUB_OUTPUT"))
}

/// The next step of the job: PATH and variables as the runner sets them.
fn next_step(ctx: &mut TestContext) {
    let mut path: Vec<PathBuf> = ctx.env().path();
    for line in read(ctx, "GITHUB_PATH").lines() {
        path.insert(0, line.into());
    }
    ctx.set("PATH", join_paths(path).unwrap());
    for (name, value) in values(&read(ctx, "GITHUB_ENV")) {
        ctx.set(&name, value);
    }
    for name in FILES {
        fs::write(file(ctx, name), "").unwrap();
    }
}

/// What the first `go` on PATH reports about itself.
fn version(ctx: &TestContext) -> String {
    let name = executable_name("go");
    let go = ctx.env().path().into_iter().map(|directory| directory.join(&name)).find(|path| path.is_file());
    ctx.command(go.unwrap()).args(["env", "GOVERSION"]).run().success().text()
}

fn downloads(ctx: &TestContext, name: &str) -> usize {
    let release = Release::new(name);
    let paths = [FakeSite::archive_path(&release), FakeSite::module_path(&release)];
    paths.iter().map(|path| ctx.site().server().downloads_of(path)).sum()
}

fn origin(output: &Output) -> Value {
    output.success().json()["origin"].clone()
}

#[test]
fn later_steps_run_what_the_directory_needs() {
    let mut ctx = job();
    // Nothing of gover is on PATH yet.
    ctx.set("PATH", ctx.root().join("empty"));
    let output = ctx.gover(["ci"]);
    gover_snapshot!(
        output,
        str![[r#"
exit: 0
----- stdout -----
::add-matcher::[ROOT]/tmp/gover-matchers.json

----- stderr -----
go1.91.2  chosen by .go-version:1 in [ROOT]/shop
installed go1.91.2 in [TIME] ([SIZE] from [SITE]), verified
default is now go1.91.2 (`gover default --unset` undoes this)
GitHub Actions: later steps run go1.91.2; PATH begins with [ROOT]/gover/bin and ~/go/bin

"#]]
    );
    assert_eq!(read(&ctx, "GITHUB_ENV"), "");
    let outputs = outputs(&ctx);
    assert_eq!(outputs["go-version"], "1.91.2");
    assert_eq!(PathBuf::from(&outputs["goroot"]), ctx.layout().versions().join("go1.91.2"));
    assert!(outputs["cache-key"].starts_with(&outputs["restore-keys"]), "{outputs:?}");
    let paths: Vec<PathBuf> = outputs["cache-paths"].lines().map(PathBuf::from).collect();
    assert!(
        paths.contains(&ctx.layout().versions()) && paths.contains(&ctx.layout().receipts()),
        "{paths:?}"
    );
    assert!(paths.contains(&ctx.home().join("go/pkg/mod")), "{paths:?}");
    assert!(paths.iter().any(|path| path.ends_with("go-build")), "{paths:?}");
    next_step(&mut ctx);
    assert_eq!(version(&ctx), "go1.91.2");
    assert_eq!(ctx.env().path()[..2], [ctx.layout().bin(), ctx.home().join("go").join("bin")]);
    ctx.gover(["check"]).success();
}

#[test]
fn a_given_version_wins_over_the_files_in_later_steps_too() {
    for arguments in [&["ci", "1.92"][..], &["ci", "--file", "sub/.tool-versions"], &["ci", "^1.91", ""]] {
        let mut ctx = job();
        ctx.write("sub/.tool-versions", "nodejs 20\ngolang 1.92.0\n");
        let arguments = arguments.iter().filter(|argument| !argument.is_empty());
        ctx.gover(arguments).success();
        assert_eq!(outputs(&ctx)["go-version"], "1.92.0");
        next_step(&mut ctx);
        assert_eq!(version(&ctx), "go1.92.0");
    }
}

#[test]
fn files_name_a_version_as_setup_go_reads_them() {
    for (name, text, expected) in [
        ("go.mod", "module x\n\ngo 1.91\n", "1.91.2"),
        ("go.mod", "module x\n\ngo 1.90.1\n\ntoolchain go1.91.2\n", "1.91.2"),
        ("go.mod", "module x\n\ngo 1.90.1\n\ntoolchain default\n", "1.90.1"),
        ("go.work", "go 1.90\n", "1.90.1"),
        (".go-version", "# ours\n1.90.1\n", "1.90.1"),
        (".tool-versions", "go 1.90.1\n", "1.90.1"),
        ("mise.toml", "[tools]\ngo = \"1.90.1\"\n", "1.90.1"),
    ] {
        let ctx = job();
        ctx.write(&format!("in/{name}"), text);
        ctx.gover(["ci", "--plan", "--file", &format!("in/{name}")]).success();
        assert_eq!(outputs(&ctx)["go-version"], expected, "{name}: {text}");
    }
    let ctx = job();
    ctx.write("empty/go.mod", "module x\n");
    ctx.write("bad/.go-version", "../evil\n");
    for (file, code) in
        [("nosuch.mod", 2), ("empty/go.mod", 1), ("bad/.go-version", 2), ("missing/go.mod", 1)]
    {
        let output = ctx.gover(["ci", "--file", file]);
        assert!(output.exits(code).stderr.contains("hint: "), "{output}");
    }
    assert_eq!(read(&ctx, "GITHUB_OUTPUT"), "");
}

#[test]
fn a_module_alone_says_what_a_job_needs() {
    let mut ctx = job();
    fs::remove_file(ctx.work().join(".go-version")).unwrap();
    let output = ctx.gover(["ci"]);
    assert!(output.exits(2).stderr.contains("nothing here asks for a Go version"), "{output}");
    // The machine's own Go is another one on the next machine.
    ctx.install_system_fake("go1.88.3");
    ctx.write("go.mod", "module x\n\ngo 1.91\n");
    ctx.gover(["ci"]).success();
    next_step(&mut ctx);
    assert_eq!(version(&ctx), "go1.91.2");
}

#[test]
fn a_partial_version_means_what_is_there_unless_the_latest_is_wanted() {
    let ctx = job();
    ctx.publish("go1.91.3");
    ctx.gover(["ci", "1.91.2"]).success();
    ctx.gover(["ci", "1.91"]).success();
    assert_eq!(outputs(&ctx)["go-version"], "1.91.2");
    ctx.gover(["ci", "1.91", "--check-latest"]).success();
    assert_eq!(outputs(&ctx)["go-version"], "1.91.3");
    // As a pipeline passes its inputs on.
    let inputs = ["--file=", "--arch=", "--cache-dependency-path="];
    ctx.gover([&["ci", "1.91", "--check-latest=false"][..], &inputs].concat()).success();
    ctx.gover(["ci", "", "--check-latest="]).success();
    assert_eq!(outputs(&ctx)["go-version"], "1.91.2");
    ctx.gover(["ci", "1.91", "--check-latest=maybe"]).exits(2);
    // By a pin, too.
    let ctx = job();
    ctx.gover(["install", "1.91.2"]).success();
    ctx.publish("go1.91.3");
    ctx.write(".go-version", "1.91\n");
    ctx.gover(["ci", "--plan"]).success();
    assert_eq!(outputs(&ctx)["go-version"], "1.91.2");
    ctx.gover(["ci", "--plan", "--check-latest"]).success();
    assert_eq!(outputs(&ctx)["go-version"], "1.91.3");
}

#[test]
fn a_requirement_of_the_module_is_installed_in_place_of_the_given_version() {
    let mut ctx = job();
    ctx.write("go.mod", "module x\n\ngo 1.91.2\n");
    let output = ctx.gover(["ci", "1.90"]);
    assert!(output.success().stderr.contains("so `go` runs go1.91.2 here and not go1.90.1"), "{output}");
    assert_eq!(ctx.names_in("gover/versions"), ["go1.91.2"]);
    next_step(&mut ctx);
    assert_eq!(version(&ctx), "go1.91.2");
    // GOTOOLCHAIN is left to the user. setup-go sets it like this.
    let mut ctx = job();
    ctx.write("go.mod", "module x\n\ngo 1.91.2\n");
    ctx.set("GOTOOLCHAIN", "local");
    ctx.gover(["ci", "1.90"]).success();
    assert_eq!(ctx.names_in("gover/versions"), ["go1.90.1"]);
}

#[test]
fn what_a_cache_brings_back_is_verified_and_nothing_is_downloaded() {
    let ctx = job();
    ctx.gover(["ci"]).success();
    // The next machine has what the cache paths hold, and nothing else.
    for name in ["default", "bin/go1.91.2", "versions.index"] {
        drop(fs::remove_file(ctx.layout().home().join(name)));
    }
    ctx.site().server().forget_requests();
    let output = ctx.gover(["ci", "--json"]);
    assert_eq!(origin(&output), "verified");
    assert!(output.stderr.contains("go1.91.2 is equal to record"), "{output}");
    assert!(output.stderr.contains("::add-matcher::"), "{output}");
    assert_eq!(ctx.site().server().request_lines(), [""; 0]);
    assert!(ctx.layout().bin().join(executable_name("go1.91.2")).exists());
}

#[test]
fn a_cache_that_was_restored_half_is_repaired() {
    let ctx = job();
    ctx.gover(["ci"]).success();
    let goroot = ctx.layout().versions().join("go1.91.2");
    fs::write(goroot.join("VERSION"), "go1.91.2\n# changed\n").unwrap();
    let output = ctx.gover(["ci", "--json"]);
    assert_eq!(origin(&output), "repaired");
    assert!(output.stderr.contains("warning: go1.91.2 in the store is damaged: changed VERSION"), "{output}");
    ctx.gover(["verify"]).success();
    // Without its program, it is not a toolchain.
    fs::remove_file(goroot_program(&goroot, "go")).unwrap();
    let output = ctx.gover(["ci", "--json"]);
    assert_eq!(origin(&output), "repaired");
    assert!(output.stderr.contains("go1.91.2 in the store is incomplete"), "{output}");
    ctx.gover(["verify"]).success();
    // Receipts that were not restored prove nothing, but the record does.
    fs::remove_dir_all(ctx.layout().receipts()).unwrap();
    assert_eq!(origin(&ctx.gover(["ci", "--json"])), "verified");
}

#[test]
fn a_toolchain_of_the_tool_cache_is_taken_over_if_it_is_its_release() {
    let mut ctx = job();
    let tools = ctx.root().join("tools");
    ctx.set("RUNNER_TOOL_CACHE", &tools);
    Release::new("go1.91.2").write_to(&tools.join("go/1.91.2/x64"));
    fs::write(tools.join("go/1.91.2/x64.complete"), "").unwrap();
    let output = ctx.gover(["ci", "1.91", "--json"]);
    assert_eq!(origin(&output), "tool-cache");
    assert_eq!(downloads(&ctx, "go1.91.2"), 0);
    ctx.gover(["verify"]).success();
    // A changed one is downloaded.
    let mut ctx = job();
    let tools = ctx.root().join("tools");
    ctx.set("RUNNER_TOOL_CACHE", &tools);
    let goroot = tools.join("go/1.91.2/x64");
    Release::new("go1.91.2").write_to(&goroot);
    fs::write(goroot.join("src/evil.go"), "package evil\n").unwrap();
    let output = ctx.gover(["ci", "1.91", "--json"]);
    assert_eq!(origin(&output), "downloaded");
    assert!(output.stderr.contains("is not used: differs from checksum record"), "{output}");
    assert_eq!(downloads(&ctx, "go1.91.2"), 1);
    assert!(!ctx.layout().versions().join("go1.91.2/src/evil.go").exists());
}

#[test]
fn files_that_cannot_be_written_stop_it_before_anything_is_downloaded() {
    for name in FILES {
        for kind in ["missing", "unset", "directory"] {
            let mut ctx = job();
            match kind {
                "missing" => fs::remove_file(file(&ctx, name)).unwrap(),
                "unset" => drop(ctx.unset(name)),
                _ => {
                    fs::remove_file(file(&ctx, name)).unwrap();
                    fs::create_dir(file(&ctx, name)).unwrap();
                }
            }
            let output = ctx.gover(["ci"]);
            assert!(output.exits(1).stderr.starts_with(&format!("error: {name} ")), "{output}");
            assert_eq!(output.stdout, "");
            assert_eq!(ctx.names_in("gover/versions"), [""; 0]);
            for other in FILES.iter().filter(|other| **other != name) {
                assert_eq!(read(&ctx, other), "");
            }
        }
    }
}

#[test]
fn lines_of_others_stay_and_no_value_becomes_another_variable() {
    let mut ctx = job();
    for name in FILES {
        fs::write(file(&ctx, name), "OTHER=without a line end").unwrap();
    }
    // A repository decides this text.
    let evil = ctx.root().join("go\nEVIL=1\nEOF");
    ctx.set("GOMODCACHE", &evil);
    ctx.gover(["ci", "1.91"]).success();
    let outputs = outputs(&ctx);
    assert_eq!(outputs["OTHER"], "without a line end");
    assert!(!outputs.contains_key("EVIL"), "{outputs:?}");
    assert_eq!(values(&read(&ctx, "GITHUB_ENV"))["GOVER_VERSION"], "1.91.2");
    assert_eq!(read(&ctx, "GITHUB_PATH").lines().next(), Some("OTHER=without a line end"));
    // A line break in a directory would be an entry of its own.
    let mut ctx = job();
    ctx.set("GOBIN", ctx.root().join("a\nb"));
    let output = ctx.gover(["ci"]);
    assert!(output.exits(1).stderr.contains("has a line break"), "{output}");
    assert_eq!(FILES.map(|name| read(&ctx, name)), [""; 3]);
}

#[test]
fn another_go_does_not_come_first_in_later_steps() {
    let mut ctx = job();
    let other = ctx.root().join("other");
    Release::new("go1.89.0").write_to(&other);
    let path: Vec<OsString> = [other.join("bin").into(), ctx.root().join("empty").into()].into();
    ctx.set("PATH", join_paths(path).unwrap());
    ctx.gover(["ci"]).success();
    next_step(&mut ctx);
    assert_eq!(version(&ctx), "go1.91.2");
    // A program named go in GOBIN comes behind gover's.
    assert_eq!(ctx.env().path()[0], ctx.layout().bin());
}

#[test]
fn matchers_can_be_left_out() {
    let ctx = job();
    let output = ctx.gover(["ci", "--no-matcher"]);
    assert_eq!(output.success().stdout, "");
    assert!(!ctx.root().join("tmp/gover-matchers.json").exists());
    ctx.gover(["ci"]).success();
    let text = fs::read(ctx.root().join("tmp/gover-matchers.json")).unwrap();
    let matchers: Value = serde_json::from_slice(&text).unwrap();
    let owners =
        matchers["problemMatcher"].as_array().unwrap().iter().map(|one| one["owner"].as_str().unwrap());
    assert_eq!(owners.collect::<Vec<_>>(), ["gover-go", "gover-go-test"]);
}

#[test]
fn matchers_that_cannot_be_written_change_nothing() {
    let mut ctx = job();
    let output = ctx.gover(["ci"]);
    output.success();
    let written = |ctx: &TestContext| FILES.map(|name| read(ctx, name));
    let before = written(&ctx);
    ctx.set("RUNNER_TEMP", ctx.root().join("none/below"));
    // Where its parent is a file, no directory can be made.
    fs::write(ctx.root().join("none"), "").unwrap();
    assert!(ctx.gover(["ci"]).exits(1).stderr.contains("--no-matcher"));
    assert_eq!(written(&ctx), before);
}

#[cfg(unix)]
#[test]
fn a_link_in_place_of_the_matchers_is_replaced_and_not_followed() {
    let ctx = job();
    let other = ctx.work().join("precious");
    fs::write(&other, "precious").unwrap();
    let matchers = ctx.root().join("tmp/gover-matchers.json");
    std::os::unix::fs::symlink(&other, &matchers).unwrap();
    ctx.gover(["ci"]).success();
    assert_eq!(fs::read_to_string(&other).unwrap(), "precious");
    assert!(fs::read_to_string(&matchers).unwrap().contains("problemMatcher"));
}
