//! `gover ci` where `system` asks for the Go that came with the machine.

use std::fs;
use std::path::PathBuf;

use gover_core::env::join_paths;
use gover_test::snapbox::str;
use gover_test::{TestContext, gover_snapshot};

use super::{job, next_step, outputs, read, version};

/// A job in a directory with the pin `system`, on a machine with go1.88.3.
fn pinned() -> (TestContext, PathBuf) {
    let mut ctx = job();
    let goroot = ctx.install_system_fake("go1.88.3");
    ctx.write(".go-version", "system\n");
    (ctx, goroot)
}

#[test]
fn the_go_of_the_machine_is_used_and_path_stays_as_it_is() {
    let (mut ctx, goroot) = pinned();
    // Nothing of gover is on PATH.
    ctx.set("PATH", goroot.join("bin"));
    gover_snapshot!(
        ctx.gover(["ci", "--no-matcher"]),
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
go1.88.3  chosen by .go-version:1 in [ROOT]/shop
GitHub Actions: later steps run go1.88.3; PATH stays as it is

"#]]
    );
    assert_eq!((read(&ctx, "GITHUB_PATH"), read(&ctx, "GITHUB_ENV")), (String::new(), String::new()));
    assert_eq!(ctx.names_in("gover/versions"), [""; 0]);
    let outputs = outputs(&ctx);
    assert_eq!(outputs["go-version"], "1.88.3");
    assert_eq!(PathBuf::from(&outputs["goroot"]), goroot);
    assert!(outputs["cache-key"].contains("-go1.88.3-system-"), "{outputs:?}");
    let paths: Vec<PathBuf> = outputs["cache-paths"].lines().map(PathBuf::from).collect();
    assert!(!paths.contains(&ctx.layout().versions()), "{paths:?}");
    assert!(paths.contains(&ctx.home().join("go").join("pkg").join("mod")), "{paths:?}");
    next_step(&mut ctx);
    assert_eq!(version(&ctx), "go1.88.3");
}

#[test]
fn a_plan_gives_the_same_outputs() {
    let (ctx, _) = pinned();
    ctx.gover(["ci"]).success();
    let done = outputs(&ctx);
    fs::write(ctx.root().join("GITHUB_OUTPUT"), "").unwrap();
    ctx.gover(["ci", "--plan"]).success();
    assert_eq!(outputs(&ctx), done);
    let json = ctx.gover(["ci", "--json"]).success().json();
    assert_eq!((&json["origin"], &json["version"]), (&"system".into(), &"go1.88.3".into()));
    assert_eq!(json["path"], serde_json::json!([]));
}

#[test]
fn the_shim_runs_it_if_gover_is_on_path() {
    let (mut ctx, goroot) = pinned();
    ctx.gover(["ci", "1.91.2"]).success();
    ctx.set("PATH", join_paths([ctx.layout().bin(), goroot.join("bin")]).unwrap());
    ctx.gover(["ci"]).success();
    assert_eq!(outputs(&ctx)["go-version"], "1.88.3");
    assert_eq!(version(&ctx), "go1.88.3");
}

#[test]
fn it_can_be_given_or_named_by_a_file() {
    for arguments in [&["ci", "system"][..], &["ci", "--file", "sub/.go-version"]] {
        let (mut ctx, goroot) = pinned();
        ctx.write(".go-version", "1.91.2\n");
        ctx.write("sub/.go-version", "system\n");
        ctx.gover(["install", "1.91.2"]).success();
        ctx.set("PATH", join_paths([ctx.layout().bin(), goroot.join("bin")]).unwrap());
        ctx.gover(arguments).success();
        assert_eq!(outputs(&ctx)["go-version"], "1.88.3");
        next_step(&mut ctx);
        // Before the pin.
        assert_eq!(version(&ctx), "go1.88.3");
    }
}

#[test]
fn without_a_go_on_the_machine_it_fails() {
    let ctx = job();
    ctx.write(".go-version", "system\n");
    for arguments in [&["ci"][..], &["ci", "system"], &["ci", "--file", ".go-version"]] {
        let output = ctx.gover(arguments);
        assert!(output.exits(127).stderr.contains("error: PATH has no Go other than gover's"), "{output}");
        assert!(output.stderr.contains("hint: "), "{output}");
    }
}

#[test]
fn what_the_module_requires_is_installed_in_its_place() {
    let (mut ctx, _) = pinned();
    ctx.write("go.mod", "module x\n\ngo 1.91.2\n");
    ctx.gover(["ci"]).success();
    assert_eq!(ctx.names_in("gover/versions"), ["go1.91.2"]);
    next_step(&mut ctx);
    assert_eq!(version(&ctx), "go1.91.2");
    let output = ctx.gover(["ci", "system"]);
    assert!(output.exits(1).stderr.contains("`system` is not enough here"), "{output}");
}
