//! A killed gover leaves the old state or the new one, and the next command works.
//!
//! Each scenario is a command that is killed over and over (SIGKILL, on Windows
//! `TerminateProcess`), each time at another moment. What must hold then is looked at before
//! anything could put it right, and again after the next command. The moments are random:
//! `GOVER_CRASH_SEED` chooses others and `GOVER_CRASH_COUNT` how many. Their outcome does not
//! depend on time, since the same must hold after each.
//!
//! `tests/crash/run` also kills before single system calls, one after the other (`ignored` here,
//! since that needs strace).

mod random;
mod world;

use std::fs;
use std::path::PathBuf;

use gover_core::Env;
use gover_test::{FakeSite, Release, TestContext, context};

use random::noise;
#[cfg(unix)]
pub(crate) use random::{Random, number};
use world::{Scenario, kill_at_random_moments, kill_before_system_calls};

use crate::scene::{files, has_startup_files, receipt};

const INSTALL: Scenario =
    Scenario { command: &["install", "1.91.2"], prepare: without_the_newest, sources: "go.dev", rate: None };

#[test]
fn an_install_may_be_killed() {
    kill_at_random_moments(&INSTALL);
}

const INSTALL_MODULE: Scenario =
    Scenario { command: &["install", "1.91.2"], prepare: without_the_newest, sources: "goproxy", rate: None };

#[test]
fn an_install_from_a_proxy_may_be_killed() {
    kill_at_random_moments(&INSTALL_MODULE);
}

/// Killed while the download is unpacked as it arrives.
const INSTALL_STREAMED: Scenario = Scenario { rate: Some(SLOW), ..INSTALL };

#[test]
fn an_install_may_be_killed_while_its_archive_arrives() {
    kill_at_random_moments(&INSTALL_STREAMED);
}

const INSTALL_MODULE_STREAMED: Scenario = Scenario { rate: Some(SLOW), ..INSTALL_MODULE };

#[test]
fn an_install_may_be_killed_while_its_module_arrives() {
    kill_at_random_moments(&INSTALL_MODULE_STREAMED);
}

#[test]
#[ignore = "takes long; run by tests/crash/run"]
fn installs_and_upgrades_may_be_killed_very_often() {
    kill_at_random_moments(&INSTALL_STREAMED);
    kill_at_random_moments(&INSTALL_MODULE_STREAMED);
    upgrade_is_killed(&UPGRADE);
    upgrade_is_killed(&UPGRADE_BY_PARTS);
}

/// From an installed patch release, with the bundle of a mirror.
const UPGRADE: Scenario = Scenario {
    command: &["install", "1.91.2"],
    prepare: |ctx| {
        without_the_newest(ctx);
        if !ctx.work().join("go/patches").is_dir() {
            ctx.gover(["install", "1.91.1"]).success();
            ctx.gover(["mirror", "./go", "1.91.1", "1.91.2", "--patches"]).success();
        }
    },
    sources: "./go,go.dev",
    rate: None,
};

#[test]
fn an_upgrade_may_be_killed() {
    upgrade_is_killed(&UPGRADE);
}

/// From an installed patch release, with the parts of a module zip that differ.
const UPGRADE_BY_PARTS: Scenario = Scenario {
    command: &["install", "1.91.2"],
    prepare: |ctx| {
        without_the_newest(ctx);
        ctx.gover(["install", "1.91.1"]).success();
    },
    sources: "goproxy",
    rate: Some(SLOW),
};

#[test]
fn an_upgrade_by_parts_may_be_killed() {
    upgrade_is_killed(&UPGRADE_BY_PARTS);
}

/// The last attempt must not have downloaded the whole release.
fn upgrade_is_killed(scenario: &Scenario) {
    let ctx = kill_at_random_moments(scenario);
    assert_eq!(receipt(&ctx, "go1.91.2")["base"], "go1.91.1");
}

const REPLACE: Scenario = Scenario {
    command: &["install", "-f", "1.91.2"],
    prepare: with_the_newest,
    sources: "go.dev",
    rate: None,
};

#[test]
fn a_forced_install_may_be_killed() {
    kill_at_random_moments(&REPLACE);
}

const UNINSTALL: Scenario =
    Scenario { command: &["uninstall", "1.91.2"], prepare: with_the_newest, sources: "go.dev", rate: None };

#[test]
fn an_uninstall_may_be_killed() {
    kill_at_random_moments(&UNINSTALL);
}

const PRUNE: Scenario = Scenario {
    command: &["prune"],
    prepare: |ctx| {
        with_the_newest(ctx);
        ctx.gover(["install", "1.90.1"]).success();
    },
    sources: "go.dev",
    rate: None,
};

#[test]
fn a_prune_may_be_killed() {
    kill_at_random_moments(&PRUNE);
}

const DEFAULT: Scenario = Scenario {
    command: &["default", "1.91.2"],
    prepare: |ctx| {
        with_the_newest(ctx);
        ctx.gover(["default", "1.90.4"]).success();
    },
    sources: "go.dev",
    rate: None,
};

#[test]
fn a_default_may_be_killed() {
    kill_at_random_moments(&DEFAULT);
}

const PIN: Scenario = Scenario {
    command: &["pin", "1.91"],
    prepare: |ctx| {
        fs::write(ctx.work().join(".go-version"), PINS[0]).unwrap();
    },
    sources: "go.dev",
    rate: None,
};

#[test]
fn a_pin_may_be_killed() {
    kill_at_random_moments(&PIN);
}

const CONFIGURE: Scenario = Scenario {
    command: &["config", "set", "auto_install", "false"],
    prepare: |ctx| fs::write(ctx.layout().config(), CONFIGS[0]).unwrap(),
    sources: "go.dev",
    rate: None,
};

#[test]
fn a_change_of_settings_may_be_killed() {
    kill_at_random_moments(&CONFIGURE);
}

const SETUP: Scenario = Scenario {
    command: &["setup"],
    prepare: |ctx| {
        // Otherwise only the first setup writes the manual pages.
        gover_sys::file::remove_tree(&ctx.layout().home().join("share")).unwrap();
        for name in STARTUP {
            fs::write(ctx.home().join(name), MINE).unwrap();
        }
    },
    sources: "go.dev",
    rate: None,
};

#[test]
fn a_setup_may_be_killed() {
    if has_startup_files() {
        kill_at_random_moments(&SETUP);
    }
}

const VERIFY: Scenario =
    Scenario { command: &["verify"], prepare: with_the_newest, sources: "go.dev", rate: None };

#[test]
fn a_verify_may_be_killed() {
    kill_at_random_moments(&VERIFY);
}

/// Commands that say what is installed, or run it.
const LOOKING: [&[&str]; 6] = [
    &["list"],
    &["list", "--json"],
    &["current"],
    &["which", "go", "1.90.4"],
    &["exec", "1.90.4", "--", "go", "version"],
    &["env", "1.90.4", "--shell", "bash"],
];

#[test]
fn commands_that_only_show_do_not_repair_after_a_crash() {
    let ctx = context!();
    ctx.install_fake("go1.90.4");
    ctx.install_fake("go1.90.1");
    fs::write(ctx.layout().default_file(), "1.90.4\n").unwrap();
    put_aside(&ctx, "go1.91.2");
    let unfinished = ctx.layout().staging().join("go1.90.1/tree/src");
    fs::create_dir_all(&unfinished).unwrap();
    fs::write(unfinished.join("a.go"), "half").unwrap();
    let before = files(ctx.layout().home());
    for command in LOOKING {
        ctx.gover(command).success();
        assert!(files(ctx.layout().home()) == before, "{command:?} changed something");
        assert!(unfinished.is_dir(), "{command:?}");
    }
    ctx.gover(["default", "1.90.4"]).success();
    assert!(ctx.names_in("gover/staging").is_empty());
    assert!(ctx.layout().versions().join("go1.91.2/VERSION").is_file());
}

#[test]
fn a_toolchain_that_a_killed_install_moved_away_is_restored() {
    let mut ctx = context!();
    ctx.set("GOVER_OFFLINE", "1");
    put_aside(&ctx, "go1.91.2");
    let told = "warning: an unfinished install moved go1.91.2 away (`gover install 1.91.2` restores it)\n";
    for (command, code) in [(&["list"] as &[&str], 0), (&["which", "go", "1.91.2"], 127), (&["current"], 1)] {
        let output = ctx.gover(command);
        assert!(output.exits(code).stderr.starts_with(told), "{output}");
    }
    ctx.gover(["install", "1.91.2"]).success();
    let output = ctx.gover(["which", "go", "1.91.2"]);
    assert_eq!(output.success().stderr, "", "{output}");
    assert!(ctx.names_in("gover/staging").is_empty());
}

#[test]
fn exec_restores_a_toolchain_that_a_killed_install_moved_away() {
    let ctx = context!();
    put_aside(&ctx, "go1.91.2");
    let output = ctx.gover(["exec", "1.91", "--", "go", "version"]);
    assert!(output.success().stdout.contains("go1.91.2"), "{output}");
    assert!(ctx.names_in("gover/staging").is_empty());
}

#[test]
fn receipts_that_a_crash_left_in_staging_are_found() {
    let ctx = context!().with_site();
    ctx.publish("go1.91.2");
    ctx.gover(["install", "1.91.2"]).success();
    let whole = ctx.gover(["list", "--json"]).success().json();
    assert!(whole["toolchains"][0]["bytes"].is_u64(), "{whole}");
    let staged = ctx.layout().staging().join("go1.91.2");
    fs::create_dir_all(&staged).unwrap();
    for (name, waiting) in [("go1.91.2.json", "receipt.json"), ("go1.91.2.files", "files")] {
        fs::rename(ctx.layout().receipts().join(name), staged.join(waiting)).unwrap();
    }
    assert_eq!(ctx.gover(["list", "--json"]).success().json(), whole);
    assert_eq!(ctx.names_in("gover/staging/go1.91.2"), ["files", "receipt.json"]);
}

/// The state between the two renames of an install that replaces a toolchain.
fn put_aside(ctx: &TestContext, name: &str) {
    let goroot = ctx.install_fake(name);
    let staged = ctx.layout().staging().join(name);
    fs::create_dir_all(staged.join("tree/src")).unwrap();
    fs::rename(goroot, staged.join("old")).unwrap();
}

#[test]
#[ignore = "needs strace; run by tests/crash/run"]
fn commands_may_be_killed_before_each_system_call() {
    let scenarios = [
        INSTALL,
        INSTALL_MODULE,
        INSTALL_STREAMED,
        INSTALL_MODULE_STREAMED,
        UPGRADE,
        UPGRADE_BY_PARTS,
        REPLACE,
        UNINSTALL,
        PRUNE,
        DEFAULT,
        PIN,
        CONFIGURE,
        SETUP,
        VERIFY,
    ];
    for scenario in scenarios {
        kill_before_system_calls(&scenario);
    }
}

#[test]
#[ignore = "needs a small file system; run by tests/crash/run"]
fn a_full_disk_keeps_the_download() {
    let disk = PathBuf::from(Env::from_process().var("GOVER_CRASH_DISK").unwrap());
    for source in ["go.dev", "goproxy"] {
        let mut ctx = context!().with_site();
        let home = disk.join(format!("full-{source}"));
        ctx.set("GOVER_SOURCES", source).set("GOVER_HOME", &home);
        ctx.publish("go1.90.4");
        // With this there is a `bin`, too.
        ctx.gover(["install", "1.90.4"]).success();
        let release = ctx.site().publish(Release::new("go1.91.2").with_file("src/large", noise(6 << 20)));
        let length = release.archive().len().max(release.module_zip().len()) as u64;
        let ballast = disk.join("ballast");
        let free = gover_sys::file::available_space(&disk).unwrap();
        // Space for the download, and for half of its content.
        let size = usize::try_from(free - length - length / 2).unwrap();
        fs::write(&ballast, vec![0; size]).unwrap();
        let output = ctx.gover(["install", "1.91.2"]);
        let told = [
            "  unpacked it takes about ",
            "; the download is kept, unless",
            "No space left",
            "hint: make room for about ",
        ];
        assert!(told.iter().all(|text| output.exits(1).stderr.contains(text)), "{output}");
        fs::remove_file(ballast).unwrap();
        ctx.site().server().forget_requests();
        ctx.gover(["install", "1.91.2"]).success();
        let server = ctx.site().server();
        let all = format!("bytes={}-", release.module_zip().len());
        assert!(server.requests_for(&FakeSite::archive_path(&release)).is_empty());
        for request in server.requests_for(&FakeSite::module_path(&release)) {
            assert_eq!(request.header("Range"), Some(all.as_str()));
        }
        fs::remove_dir_all(home).unwrap();
    }
}

fn without_the_newest(ctx: &TestContext) {
    ctx.gover(["uninstall", "1.91.2"]);
}

fn with_the_newest(ctx: &TestContext) {
    ctx.gover(["install", "1.91.2"]).success();
}

/// Bytes a second at which a release of 3 MiB takes about half a second.
const SLOW: usize = 6 << 20;

/// A pin with a comment, before and after.
const PINS: [&str; 2] = ["1.90 # ours\n", "1.91 # ours\n"];
/// Settings, before and after.
const CONFIGS: [&str; 2] = ["# ours\nauto_install = true\n", "# ours\nauto_install = false\n"];
const STARTUP: [&str; 2] = [".bashrc", ".zshrc"];
const MINE: &str = "# mine\nalias ll='ls -l'\n";
