//! Several processes at once, and wrong clocks.

use std::fs;
use std::path::Path;
use std::process::Child;
use std::time::{Duration, SystemTime};

use gover_core::ToolchainName;
use gover_sys::Lock;
use gover_test::{FakeSite, Release, TestContext, context};

use crate::scene::wait_for_line;

/// Starts all of them before waiting for the first; returns their output.
fn at_once(ctx: &TestContext, commands: &[&[&str]]) -> Vec<(bool, String)> {
    let children: Vec<Child> =
        commands.iter().map(|command| ctx.command(ctx.gover_program()).args(*command).spawn()).collect();
    children
        .into_iter()
        .map(|child| {
            let output = child.wait_with_output().unwrap();
            (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
        })
        .collect()
}

#[track_caller]
fn all_well(results: &[(bool, String)]) {
    for (success, said) in results {
        assert!(*success, "{said}");
    }
}

#[track_caller]
fn all_is_verified(ctx: &TestContext, names: &[&str]) {
    assert_eq!(ctx.names_in("gover/versions"), names);
    let output = ctx.gover(["verify"]);
    assert_eq!(output.success().stdout.matches("as released").count(), names.len(), "{output}");
    assert!(ctx.names_in("gover/staging").is_empty());
    for name in names {
        assert!(ctx.layout().program(name).exists(), "{name} has no name in bin");
    }
}

#[test]
fn eight_concurrent_installs_of_one_toolchain_download_it_once() {
    let ctx = context!().with_site();
    let release = ctx.publish("go1.91.2");
    let results = at_once(&ctx, &[&["install", "1.91.2"] as &[&str]; 8]);
    all_well(&results);
    assert_eq!(results.iter().filter(|(_, said)| said.contains("installed go1.91.2 in")).count(), 1);
    assert_eq!(ctx.site().server().downloads_of(&FakeSite::archive_path(&release)), 1);
    all_is_verified(&ctx, &["go1.91.2"]);
}

#[test]
fn eight_installs_of_eight_toolchains_do_not_disturb_each_other() {
    let ctx = context!().with_site();
    let names: Vec<String> = (1..=8).map(|patch| format!("go1.91.{patch}")).collect();
    for name in &names {
        ctx.publish(name);
    }
    let commands: Vec<[&str; 2]> = names.iter().map(|name| ["install", name.as_str()]).collect();
    let commands: Vec<&[&str]> = commands.iter().map(<[&str; 2]>::as_slice).collect();
    all_well(&at_once(&ctx, &commands));
    all_is_verified(&ctx, &names.iter().map(String::as_str).collect::<Vec<_>>());
    // One of them became the default, as the first.
    assert!(
        names.contains(&format!("go{}", fs::read_to_string(ctx.layout().default_file()).unwrap().trim()))
    );
}

#[test]
fn concurrent_installs_and_uninstalls_leave_a_whole_toolchain_or_none() {
    let ctx = context!().with_site();
    ctx.publish("go1.90.4");
    ctx.publish("go1.91.2");
    ctx.gover(["install", "1.90.4", "1.91.2"]).success();
    for _ in 0..3 {
        let install: &[&str] = &["install", "-f", "1.91.2"];
        let commands = [install, &["uninstall", "1.91.2"], &["verify"], install, &["prune"], &["list"]];
        for (at, (success, said)) in at_once(&ctx, &commands).iter().enumerate() {
            // A toolchain that another process just removed cannot be removed or verified.
            let gone = said.contains("is not installed") || said.contains("uninstalled meanwhile");
            assert!(*success || gone, "{}: {said}", commands[at].join(" "));
        }
        ctx.gover(["install", "1.91.2"]).success();
        all_is_verified(&ctx, &["go1.90.4", "go1.91.2"]);
    }
}

/// The command must not use what it saw before it had the lock.
#[test]
fn verify_examines_a_toolchain_that_was_reinstalled_while_it_waited() {
    let ctx = context!().with_site();
    ctx.publish("go1.91.2");
    ctx.gover(["install", "1.91.2"]).success();
    let (layout, name) = (ctx.layout(), ToolchainName::parse("go1.91.2").unwrap());
    let places = [layout.toolchain(&name), layout.receipt(&name), layout.file_list(&name)];
    let aside = |path: &Path| ctx.root().join(path.file_name().unwrap());
    for path in &places {
        fs::rename(path, aside(path)).unwrap();
    }
    fs::create_dir(&places[0]).unwrap();
    let lock = Lock::acquire(&layout.lock(name.as_str()), || ()).unwrap();
    let mut verify = ctx.command(ctx.gover_program()).arg("verify").spawn();
    let talk = wait_for_line(&mut verify, "waiting for another gover");
    fs::remove_dir(&places[0]).unwrap();
    for path in &places {
        fs::rename(aside(path), path).unwrap();
    }
    drop(lock);
    let output = verify.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", talk.join().unwrap());
    assert!(said.contains("it was reinstalled meanwhile"), "{said}");
}

#[test]
fn concurrent_changes_of_settings_are_all_kept() {
    let ctx = context!();
    for _ in 0..4 {
        for name in ["auto_install", "offline", "require_sumdb"] {
            ctx.gover(["config", "set", name, ""]).success();
        }
        // Meanwhile, others update the shim's copy.
        let others: &[&str] = &["list"];
        let commands: [&[&str]; 6] = [
            &["config", "set", "auto_install", "false"],
            others,
            &["config", "set", "offline", "true"],
            others,
            &["config", "set", "require_sumdb", "true"],
            others,
        ];
        all_well(&at_once(&ctx, &commands));
        let config = fs::read_to_string(ctx.layout().config()).unwrap();
        for line in ["auto_install = false", "offline = true", "require_sumdb = true"] {
            assert!(config.contains(line), "{config}");
        }
        let state = fs::read_to_string(ctx.layout().shim_state()).unwrap();
        assert!(state.contains("auto_install off") && state.contains("offline on"), "{state}");
    }
}

/// Gives everything in the home another time.
fn touch_all(directory: &Path, time: SystemTime) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let metadata = path.symlink_metadata().unwrap();
        if metadata.is_dir() {
            touch_all(&path, time);
        } else if metadata.is_file() {
            let file = fs::OpenOptions::new().write(true).open(&path);
            // A program that runs is not written to; these do not run.
            file.unwrap().set_modified(time).unwrap();
        }
    }
}

#[test]
fn wrong_clocks_do_no_harm() {
    let decade = Duration::from_hours(87_600);
    for time in [SystemTime::now() + decade, SystemTime::UNIX_EPOCH + Duration::from_secs(1)] {
        let ctx = context!().with_site();
        ctx.publish("go1.90.4");
        ctx.publish("go1.91.2");
        ctx.gover(["install", "1.90.4"]).success();
        let receipt = ctx.layout().receipts().join("go1.90.4.json");
        let text = fs::read_to_string(&receipt).unwrap();
        let at = text.find("\"installed_at\": \"").unwrap() + 17;
        fs::write(&receipt, [&text[..at], "2099", &text[at + 4..]].concat()).unwrap();
        // Half a removal, and half an install, of a process with another clock.
        Release::new("go1.91.2").write_to(&ctx.layout().staging().join("go1.91.2/tree"));
        for directory in ["versions", "receipts", "staging", "locks", "cache"] {
            touch_all(&ctx.layout().home().join(directory), time);
        }
        ctx.gover(["verify"]).success();
        ctx.gover(["list"]).success();
        ctx.gover(["list", "--remote"]).success();
        ctx.gover(["install", "1.91.2"]).success();
        all_is_verified(&ctx, &["go1.90.4", "go1.91.2"]);
        assert!(ctx.shim("go", ["version"]).success().stdout.contains("go1.90.4"));
        ctx.gover(["uninstall", "1.90.4"]).success();
        all_is_verified(&ctx, &["go1.91.2"]);
    }
}
