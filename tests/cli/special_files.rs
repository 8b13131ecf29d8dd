//! Pipes and directories in place of small files: gover never waits for them, and reports or
//! ignores each.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use gover_test::{Output, Release, TestContext, context};

use crate::scene::{file_url, files};

const NAME: &str = "go1.91.2";

fn installed() -> TestContext {
    let ctx = context!().with_site();
    ctx.publish(NAME);
    ctx.gover(["install", "1.91.2"]).success();
    ctx
}

/// Replaces a file by a pipe without a writer.
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
fn receipts_and_lists_that_are_not_files_are_findings() {
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
fn a_tree_head_that_is_not_a_file_is_moved_away() {
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
fn a_copy_of_the_log_may_contain_special_files() {
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
fn settings_that_are_not_a_file_are_reported() {
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
fn pins_that_are_not_files_are_ignored() {
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

/// An installed toolchain that a default chooses, and the shim.
fn chosen() -> TestContext {
    let ctx = context!();
    ctx.install_fake(NAME);
    ctx.gover(["default", "1.91.2"]).success();
    ctx
}

/// A link to an endless device.
fn device(path: &Path) {
    drop(fs::remove_file(path));
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    symlink("/dev/zero", path).unwrap();
}

/// A file larger than the memory that takes no space on the disk.
fn huge(path: &Path) {
    drop(fs::remove_file(path));
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::File::create(path).unwrap().set_len(1 << 40).unwrap();
}

const NO_FILE: &str = "it is a pipe or a device, not a file";

#[test]
fn module_files_that_are_not_files_are_reported_and_do_not_change_the_selection() {
    for name in ["go.mod", "go.work"] {
        for (put, told) in
            [(pipe as fn(&Path), NO_FILE), (device, NO_FILE), (huge, "it is larger than 268435456 bytes")]
        {
            let ctx = chosen();
            let path = ctx.work().join(name);
            put(&path);
            let output = ctx.gover(["current"]);
            let stderr = &output.exits(1).stderr;
            assert!(stderr.contains(&format!("{name}: {told}")), "{output}");
            // As with an unreadable file: the go command reports it.
            assert!(ctx.shim("go", ["version"]).success().stdout.contains(NAME));
            ctx.gover(["list"]).success();
        }
        // Go passes by a directory of that name.
        let ctx = chosen();
        directory(&ctx.work().join(name));
        ctx.gover(["current"]).success();
    }
}

#[test]
fn a_default_that_is_not_a_file_is_reported_with_the_remedy() {
    for (put, told) in [
        (pipe as fn(&Path), NO_FILE),
        (device, NO_FILE),
        (directory, "it is a directory, not a file"),
        (huge, "it is larger than 1048576 bytes"),
    ] {
        let ctx = chosen();
        put(&ctx.layout().default_file());
        for output in [ctx.gover(["current"]), ctx.shim("go", ["version"])] {
            assert!(output.exits(1).stderr.contains("gover/default`"), "{output}");
            assert!(output.stderr.contains(told), "{output}");
            assert!(output.stderr.contains("move it away, then run `gover default latest`"), "{output}");
        }
    }
}

#[test]
fn small_files_that_are_not_files_are_ignored() {
    let goroot = |ctx: &TestContext| ctx.layout().versions().join(NAME).join("go.env");
    let user = |ctx: &TestContext| ctx.home().join(".config/go/env");
    let state = |ctx: &TestContext| ctx.layout().shim_state();
    for put in [pipe as fn(&Path), device, huge] {
        for place in [&goroot as &dyn Fn(&TestContext) -> PathBuf, &user, &state] {
            let ctx = chosen();
            put(&place(&ctx));
            ctx.write("go.mod", "go 1.91.1\n");
            let output = ctx.gover(["current"]);
            assert!(output.success().stdout.contains("chosen by the default"), "{output}");
            assert!(ctx.shim("go", ["version"]).success().stdout.contains(NAME));
        }
        // The shim looks into its state for a toolchain that is missing, and into the sessions for
        // every one.
        let mut ctx = chosen();
        put(&state(&ctx));
        put(&ctx.layout().session(std::process::id()));
        ctx.write("go.mod", "go 1.91.3\n");
        ctx.set("GOVER_OFFLINE", "1");
        let output = ctx.shim("go", ["version"]);
        assert!(output.exits(127).stderr.contains("go1.91.3 is not installed"), "{output}");
        ctx.gover(["list"]).success();
    }
}

/// A home in which toolchains are installed, chosen and looked for, so that it has every kind of
/// file; `plant` prepares it.
fn busy(plant: impl FnOnce(&TestContext)) -> TestContext {
    let ctx = context!().with_site();
    ctx.publish("go1.91.2");
    plant(&ctx);
    for command in [
        &["install", "1.91.2"][..],
        &["default", "1.91.2"],
        &["use", "1.91.2"],
        &["config", "set", "offline", "0"],
    ] {
        ctx.gover(command);
    }
    ctx
}

#[test]
fn no_file_of_gover_s_own_is_written_through_a_link() {
    let ctx = busy(|_| ());
    let home = ctx.layout().home();
    let is_own = |path: &str| {
        // Toolchains and programs are renamed into place; config.toml belongs to the user, who may
        // link it.
        let is_program = path.starts_with("bin/") && path != "bin/.shim";
        !path.starts_with("versions/") && !is_program && path != "config.toml"
    };
    let mut paths: Vec<String> = files(home).into_keys().filter(|path| is_own(path)).collect();
    // Of a download that is not complete; the address of this one differs from run to run.
    paths.retain(|path| !path.contains("127.0.0.1"));
    let has = |what: &str| paths.iter().any(|path| path.contains(what));
    for kind in ["locks/", "receipts/", "sessions/", "default", "shim.state", "latest.lock", "bin/.shim"] {
        assert!(has(kind), "{kind}: {paths:?}");
    }
    for path in paths {
        for target in ["precious", "missing"] {
            let ctx = busy(|ctx| {
                ctx.write("precious", "precious");
                let link = ctx.layout().home().join(&path);
                fs::create_dir_all(link.parent().unwrap()).unwrap();
                drop(fs::remove_file(&link));
                symlink(ctx.work().join(target), &link).unwrap();
            });
            let precious = ctx.work().join("precious");
            assert_eq!(fs::read_to_string(&precious).unwrap(), "precious", "{path}");
            assert!(!ctx.work().join("missing").exists(), "{path}");
        }
    }
}
