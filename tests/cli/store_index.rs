//! The index of the store only saves time: whatever it says, the newest installed match runs.

use std::fs;

use gover_core::platform::IS_WINDOWS;
use gover_test::{TestContext, context};

fn with_index() -> TestContext {
    let ctx = context!().with_site();
    for name in ["go1.91.1", "go1.91.2"] {
        ctx.publish(name);
    }
    ctx.gover(["install", "1.91.1", "1.91.2"]).success();
    assert_eq!(ctx.layout().store_index().exists(), !IS_WINDOWS);
    ctx
}

fn newest(ctx: &TestContext) -> String {
    let output = ctx.shim("go", ["+1.91", "version"]);
    let words = &output.success().stdout;
    words.split(' ').nth(2).unwrap().to_owned()
}

#[test]
fn a_toolchain_that_was_copied_or_removed_by_hand_counts_at_once() {
    let ctx = with_index();
    assert_eq!(newest(&ctx), "go1.91.2");
    ctx.install_fake("go1.91.3");
    assert_eq!(newest(&ctx), "go1.91.3");
    fs::remove_dir_all(ctx.layout().versions().join("go1.91.3")).unwrap();
    fs::remove_dir_all(ctx.layout().versions().join("go1.91.2")).unwrap();
    assert_eq!(newest(&ctx), "go1.91.1");
}

#[test]
fn every_command_that_changes_the_store_renews_the_index() {
    let ctx = with_index();
    let index = || fs::read_to_string(ctx.layout().store_index()).unwrap_or_default();
    let lists = |name: &str| index().lines().any(|line| line == name) || IS_WINDOWS;
    assert!(lists("go1.91.1") && lists("go1.91.2"));
    ctx.gover(["uninstall", "1.91.2"]).success();
    assert!(lists("go1.91.1") && (IS_WINDOWS || !lists("go1.91.2")));
    assert_eq!(newest(&ctx), "go1.91.1");
    ctx.gover(["install", "1.91.2"]).success();
    assert!(lists("go1.91.2"));
    fs::remove_file(ctx.layout().versions().join("go1.91.2/VERSION")).unwrap();
    ctx.gover(["prune", "--yes"]).success();
    assert!(IS_WINDOWS || !lists("go1.91.2"));
    assert_eq!(newest(&ctx), "go1.91.1");
}

#[test]
fn a_wrong_or_damaged_index_does_not_matter() {
    let ctx = with_index();
    let path = ctx.layout().store_index();
    let good = fs::read_to_string(&path).unwrap_or_default();
    for bad in [
        String::new(),
        "go1.91.1\n".to_owned(),
        good.replace("go1.91.2\n", ""),
        good.replace("go1.91.2", "go1.91.9"),
        good.get(..good.len().saturating_sub(3)).unwrap_or_default().to_owned(),
        "x".repeat(2 << 20),
    ] {
        fs::write(&path, bad).unwrap();
        assert_eq!(newest(&ctx), "go1.91.2");
    }
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    assert_eq!(newest(&ctx), "go1.91.2");
    // The next command puts it right.
    ctx.publish("go1.91.4");
    ctx.gover(["install", "1.91.4"]).success();
    assert_eq!(newest(&ctx), "go1.91.4");
    assert!(IS_WINDOWS || path.is_file());
}
