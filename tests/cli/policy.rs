//! The policy of the machine. No variable changes where it is, so these tests call the library with
//! an environment that has one.

use std::ffi::OsString;
use std::fs;

use gover_test::{TestContext, context};

use crate::scene::with_three;

/// The exit code of a command on a machine with this policy.
fn governed(ctx: &TestContext, policy: &str, arguments: &[&str]) -> i32 {
    let path = ctx.write("etc/config.toml", policy);
    let program = [ctx.gover_program().as_os_str().to_owned()].into_iter();
    let arguments: Vec<OsString> = program.chain(arguments.iter().map(Into::into)).collect();
    gover::run(&ctx.env().with_machine_config(path).with_arguments(arguments)).code()
}

#[test]
fn no_command_takes_a_go_below_the_minimum() {
    let ctx = with_three();
    let policy = "minimum_go = \"1.91\"\n";
    for command in [
        &["install", "1.90.4"][..],
        &["install", "1.90.7"],
        &["default", "1.90"],
        &["pin", "1.90"],
        &["pin", "1.90.1"],
        &["exec", "1.90", "--", "go", "version"],
    ] {
        assert_eq!(governed(&ctx, policy, command), 1, "{command:?}");
    }
    assert!(!ctx.work().join(".go-version").exists());
    let default = || fs::read_to_string(ctx.layout().default_file()).unwrap_or_default();
    assert!(!default().contains("1.90"), "{}", default());
    for command in [["default", "1.91"], ["pin", "1.91"]] {
        assert_eq!(governed(&ctx, policy, &command), 0, "{command:?}");
    }
    assert_eq!(default(), "1.91\n");
}

#[test]
fn the_shim_runs_no_go_below_the_minimum() {
    let ctx = with_three();
    assert_eq!(governed(&ctx, "minimum_go = \"1.91\"\n", &["list"]), 0);
    let output = ctx.shim("go", ["+1.90.1", "version"]);
    let refused = "gover: go1.90.1 is older than go1.91, the oldest Go that ";
    assert!(output.exits(126).stderr.starts_with(refused), "{output}");
    assert!(output.stderr.contains("config.toml allows\nhint: "), "{output}");
    ctx.shim("go", ["+1.91.2", "version"]).success();
    // Without the policy, the next command lifts it.
    assert_eq!(governed(&ctx, "", &["list"]), 0);
    ctx.shim("go", ["+1.90.1", "version"]).success();
}

#[test]
fn a_file_gets_around_no_locked_setting() {
    let ctx = context!().with_site();
    let release = ctx.publish("go1.91.2");
    let file = ctx.write("go1.91.2.custom.tar.gz", release.archive());
    let sum = "0".repeat(64);
    for setting in ["sources", "require_sumdb"] {
        let policy = format!("locked = [\"{setting}\"]\n");
        let command = ["install", "--sha256", &sum, file.to_str().unwrap()];
        assert_eq!(governed(&ctx, &policy, &command), 1, "{setting}");
    }
    assert!(ctx.names_in("gover/versions").is_empty());
    assert!(fs::exists(file).unwrap());
}
