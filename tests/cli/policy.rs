//! The policy of the machine. No variable changes where it is, so these tests call the library with
//! an environment that has one.

use std::ffi::OsString;
use std::fs;

use gover_core::env::join_paths;
use gover_test::{FakeServer, Release, TestContext, context};

use crate::scene::{file_url, with_three};

/// The exit code of a command on a machine with this policy.
fn governed(ctx: &TestContext, policy: &str, arguments: &[&str]) -> i32 {
    // Nobody else may write it, whatever the umask.
    gover_sys::file::limit_writers(&ctx.work());
    let path = ctx.write("etc/config.toml", policy);
    let program = [ctx.gover_program().as_os_str().to_owned()].into_iter();
    let arguments: Vec<OsString> = program.chain(arguments.iter().map(Into::into)).collect();
    let env = ctx.env().with_machine_config(path).with_arguments(arguments);
    gover::run(&env, &gover_update::ReleaseBuild::default()).code()
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
        &["use", "1.90"],
        &["exec", "1.90", "--", "go", "version"],
        &["env", "1.90", "--shell", "bash"],
        &["which", "1.90"],
        &["which", "gofmt", "1.90"],
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
fn nothing_below_the_minimum_is_imported_or_linked() {
    let ctx = context!().with_site();
    ctx.publish("go1.90.4");
    let goroot = ctx.home().join("go");
    Release::new("go1.90.4").write_to(&goroot);
    let goroot = goroot.to_str().unwrap();
    for command in [&["import", "--yes", goroot][..], &["link", "go1.90-mine", goroot]] {
        assert_eq!(governed(&ctx, "minimum_go = \"1.91\"\n", command), 1, "{command:?}");
        assert_eq!(ctx.names_in("gover/versions"), [""; 0], "{command:?}");
    }
}

#[test]
fn check_does_not_run_a_go_below_the_minimum() {
    let mut ctx = with_three();
    let old = ctx.install_system_fake("go1.19.8").join("bin");
    // A program that runs would leave its mark.
    let mark = ctx.work().join("mark");
    let path = join_paths(std::iter::once(old.clone()).chain(ctx.env().path())).unwrap();
    ctx.set("PATH", path);
    if cfg!(unix) {
        fs::write(old.join("go"), format!("#!/bin/sh\n: > {}\n", mark.display())).unwrap();
    }
    assert_eq!(governed(&ctx, "minimum_go = \"1.91\"\n", &["check"]), 1);
    assert!(!mark.exists());
}

#[test]
fn a_selection_below_the_minimum_is_an_error_wherever_it_comes_from() {
    let ctx = with_three();
    let policy = "minimum_go = \"1.91\"\n";
    let commands = [&["which"][..], &["current"], &["env", "--shell", "bash"], &["env", "--json"]];
    for command in commands {
        assert_eq!(governed(&ctx, policy, command), 0, "{command:?}");
    }
    let says = |hint: &str| {
        let output = ctx.shim("go", ["version"]);
        output.exits(126);
        assert!(output.stderr.starts_with("gover: go1.90.4 is older than go1.91, the oldest Go"), "{output}");
        assert!(output.stderr.ends_with(&format!("hint: {hint}\n")), "{output}");
        for command in commands {
            assert_eq!(governed(&ctx, policy, command), 1, "{command:?}");
        }
    };
    fs::write(ctx.layout().default_file(), "1.90\n").unwrap();
    says("gover default latest");
    ctx.write(".go-version", "1.90\n");
    says("gover pin latest");
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
    let build = Release::new("go1.91.2-own");
    let file = ctx.write("build.tar.gz", build.archive());
    let command = ["install", "--sha256", &build.sha256(), file.to_str().unwrap()];
    let versions = || ctx.names_in(ctx.layout().versions());
    for policy in ["locked = [\"sources\"]", "locked = [\"require_sumdb\"]", "minimum_go = \"1.92\""] {
        assert_eq!(governed(&ctx, policy, &command), 1, "{policy}");
        assert!(versions().is_empty(), "{policy}: {:?}", versions());
        assert!(file.is_file());
    }
    // Nothing else stands in its way.
    assert_eq!(governed(&ctx, "minimum_go = \"1.91\"", &command), 0);
    assert_eq!(versions(), ["go1.91.2-own"]);
}

#[test]
fn a_release_file_must_be_in_a_locked_source() {
    let ctx = context!().with_site();
    let release = ctx.publish("go1.91.2");
    let allowed = ctx.directory("allowed");
    let (inside, outside) = (allowed.join(release.archive_name()), ctx.work().join(release.archive_name()));
    for path in [&inside, &outside] {
        fs::write(path, release.archive()).unwrap();
    }
    // As a path it begins with that of the source.
    let around = allowed.join("..").join(release.archive_name());
    for source in [allowed.display().to_string(), file_url(&allowed)] {
        let policy = format!("sources = ['{source}']\nlocked = [\"sources\"]\n");
        for path in [&outside, &around] {
            assert_eq!(governed(&ctx, &policy, &["install", path.to_str().unwrap()]), 1, "{source}");
            assert!(ctx.names_in(ctx.layout().versions()).is_empty());
        }
    }
    // Without the lock the file is enough.
    assert_eq!(governed(&ctx, "", &["install", around.to_str().unwrap()]), 0);
}

#[test]
fn goproxy_adds_no_source_to_locked_ones() {
    let mut ctx = context!().with_site();
    // What is not on this machine cannot be reached.
    ctx.set("HTTP_PROXY", "http://127.0.0.1:1").set("HTTPS_PROXY", "http://127.0.0.1:1").unset("NO_PROXY");
    ctx.unset("GOVER_GODEV_URL");
    ctx.publish("go1.91.2");
    let (free, locked) = ("sources = [\"goproxy\"]\n", "sources = [\"goproxy\"]\nlocked = [\"sources\"]\n");
    assert_ne!(governed(&ctx, locked, &["install", "1.91.2"]), 0);
    assert!(ctx.site().server().requests().is_empty(), "{:?}", ctx.site().server().requests());
    assert_eq!(governed(&ctx, free, &["install", "1.91.2"]), 0);
}

#[test]
fn setting_a_value_is_judged_by_what_holds_afterwards() {
    let ctx = context!();
    let state = || fs::read_to_string(ctx.layout().shim_state()).unwrap_or_default();
    let policy = "auto_install = false\nlocked = [\"auto_install\"]\n";
    assert_eq!(governed(&ctx, policy, &["config", "set", "auto_install", "true"]), 0);
    assert!(state().contains("auto_install off"), "{}", state());
    assert!(state().contains("install never"), "{}", state());
    assert_eq!(governed(&ctx, "auto_install = false\n", &["list"]), 0);
    assert!(!state().contains("never"), "{}", state());
    assert_eq!(governed(&ctx, "offline = true\nlocked = [\"offline\"]\n", &["list"]), 0);
    assert!(state().contains("install never"), "{}", state());
    let mut ctx = context!();
    ctx.set("GOVER_OFFLINE", "1");
    let output = ctx.gover(["config", "set", "offline", "false"]);
    assert!(output.success().stderr.contains("warning: GOVER_OFFLINE still sets it to true"), "{output}");
    // Both say the same.
    let output = ctx.gover(["config", "set", "offline", "true", "--json"]);
    assert!(!output.success().stderr.contains("warning"), "{output}");
    assert_eq!(output.json()["overridden"], false);
    ctx.unset("GOVER_OFFLINE");
    let output = ctx.gover(["config", "set", "offline", "true"]);
    assert!(!output.success().stderr.contains("warning"), "{output}");
    let output = ctx.gover(["--offline", "config", "set", "offline", "false"]);
    assert!(output.success().stderr.contains("warning: --offline still sets it to true"), "{output}");
}

#[test]
fn locked_sources_decide_which_vulnerability_database_is_asked() {
    let mut ctx = context!();
    let server = FakeServer::start();
    ctx.set("GOVULNDB", server.url());
    let audit = ["audit", "1.26.8", "--fail-on", "never"];
    assert_eq!(governed(&ctx, "", &audit), 0);
    assert!(!server.requests().is_empty());
    server.forget_requests();
    let policy = "sources = [\"/nowhere\"]\nlocked = [\"sources\"]\n";
    assert_eq!(governed(&ctx, policy, &audit), 0);
    assert!(server.requests().is_empty(), "{:?}", server.request_lines());
}
