//! Pipes and directories in the place of files that are read whole: nobody waits for them, and each is told or passed by.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use gover_test::{Output, Release, TestContext, context};

use crate::scene::file_url;

const NAME: &str = "go1.91.2";

fn installed() -> TestContext {
    let ctx = context!().with_site();
    ctx.publish(NAME);
    ctx.gover(["install", "1.91.2"]).success();
    ctx
}

/// Puts a pipe, to which nobody ever writes, in the place of whatever is there.
fn pipe(path: &Path) {
    drop(fs::remove_file(path));
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

fn directory(path: &Path) {
    drop(fs::remove_file(path));
    fs::create_dir_all(path).unwrap();
}

fn kinds(output: &Output) -> Vec<String> {
    let json = output.json();
    let findings = json["toolchains"][0]["findings"].as_array().unwrap();
    findings.iter().map(|finding| finding["kind"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn receipts_and_lists_that_are_no_files_are_findings() {
    for put in [pipe, directory] {
        let ctx = installed();
        put(&ctx.layout().receipts().join(format!("{NAME}.json")));
        let output = ctx.gover(["verify", "--json"]);
        assert!(kinds(output.exits(1)).contains(&"receipt".to_owned()), "{output}");
        assert!(output.stdout.contains("not a file"), "{output}");
        ctx.gover(["list"]).success();
        let ctx = installed();
        put(&ctx.layout().receipts().join(format!("{NAME}.files")));
        assert_eq!(kinds(ctx.gover(["verify", "--json"]).exits(1)), ["list"]);
    }
}

#[test]
fn a_head_that_is_no_file_is_moved_aside() {
    for put in [pipe, directory] {
        let mut ctx = installed();
        let head = ctx.layout().sumdb_cache().join("sum.test/latest");
        put(&head);
        ctx.set("GOVER_OFFLINE", "1");
        let output = ctx.gover(["verify"]);
        assert!(output.success().stdout.contains("is damaged (it is a"), "{output}");
        ctx.unset("GOVER_OFFLINE");
        let output = ctx.gover(["verify"]);
        assert!(output.success().stdout.contains("as released"), "{output}");
        assert_eq!(fs::read(&head).unwrap(), ctx.site().log().head());
        assert_eq!(ctx.names_in("gover/cache/sumdb/sum.test/evidence"), ["head-1"]);
    }
}

#[test]
fn a_log_beside_the_files_may_hold_anything() {
    for (put, is_repaired) in [(pipe as fn(&Path), true), (directory, false)] {
        let mut ctx = context!().with_site();
        let release = ctx.publish(NAME);
        ctx.gover(["mirror", "go", "1.91.2", "--format", "module"]).success();
        let mirror = ctx.work().join("go");
        let lookup = format!("sumdb/sum.test/lookup/golang.org/toolchain@{}", release.module_version());
        put(&mirror.join(lookup));
        ctx.set("GOVER_SOURCES", &mirror);
        ctx.gover(["install", "1.91.2"]).success();
        // Its own files, too.
        put(&mirror.join("sumdb/sum.test/supported"));
        put(&mirror.join(".gover-mirror/files").join(format!("{}.zip", release.module_version())));
        let output = ctx.gover(["mirror", "go"]);
        if is_repaired {
            assert!(output.success().stderr.contains("holds 1 file"), "{output}");
        } else {
            assert!(output.exits(1).stderr.contains("cannot write"), "{output}");
        }
    }
}

#[test]
fn a_proxy_whose_list_is_a_pipe_lists_nothing() {
    let mut ctx = context!().with_site();
    ctx.publish(NAME);
    let proxy = ctx.root().join("proxy");
    pipe(&proxy.join("golang.org/toolchain/@v/list"));
    ctx.set("GOVER_SOURCES", "goproxy").set("GOPROXY", file_url(&proxy));
    let output = ctx.gover(["list", "--remote", "1.91"]);
    assert!(!output.stdout.contains(NAME), "{output}");
    let output = ctx.gover(["install", "1.91"]);
    assert!(output.exits(1).stderr.contains("no Go release matches"), "{output}");
    // Where an archive should be, too.
    let archives = ctx.root().join("archives");
    pipe(&archives.join(Release::new(NAME).archive_name()));
    ctx.set("GOVER_SOURCES", &archives);
    let output = ctx.gover(["install", "1.91.2"]);
    assert!(output.exits(1).stderr.contains("no source has go1.91.2"), "{output}");
}

#[test]
fn settings_that_are_no_file_are_told() {
    for (put, told) in [
        (pipe as fn(&Path), "it is a pipe or a device, not a file"),
        (directory, "it is a directory, not a file"),
    ] {
        let ctx = context!();
        let path: PathBuf = ctx.layout().home().join("config.toml");
        put(&path);
        let output = ctx.gover(["list"]);
        assert!(output.exits(1).stderr.contains("config.toml"), "{output}");
        assert!(output.stderr.contains(told), "{output}");
    }
}

#[test]
fn pins_that_are_no_files_are_passed_by() {
    let ctx = context!();
    ctx.install_fake(NAME);
    ctx.gover(["default", "1.91.2"]).success();
    for name in [".go-version", ".tool-versions"] {
        pipe(&ctx.work().join(name));
    }
    let output = ctx.gover(["current"]);
    assert!(output.success().stdout.contains("chosen by the default"), "{output}");
    ctx.install_shim("go");
    ctx.shim("go", ["version"]).success();
}
