//! What `gover install` takes, keeps, mends and makes the default.

use std::fs;

use gover_core::platform::IS_WINDOWS;
use gover_test::snapbox::str;
use gover_test::{FakeSite, Fault, Release, context, gover_snapshot};

use crate::scene::{go_of, has_part_download, receipt, released, released_for, wait_for_line};

#[test]
fn the_first_toolchain_becomes_the_default_and_later_ones_do_not() {
    let ctx = context!().with_site();
    ctx.publish("go1.90.4");
    ctx.publish("go1.91.2");
    let output = ctx.gover(["install", "1.90.4"]);
    assert!(output.success().stderr.contains("default is now go1.90.4 ("), "{output}");
    let output = ctx.gover(["install", "1.91.2"]);
    assert!(!output.success().stderr.contains("default"), "{output}");
    assert_eq!(fs::read_to_string(ctx.layout().default_file()).unwrap().trim(), "1.90.4");
    let current = fs::canonicalize(ctx.layout().current()).unwrap();
    assert_eq!(current, fs::canonicalize(ctx.layout().versions().join("go1.90.4")).unwrap());
}

#[test]
fn a_default_that_is_not_installed_stays() {
    let (ctx, _) = released();
    fs::write(ctx.layout().default_file(), "1.80.1\n").unwrap();
    ctx.gover(["install", "1.91.2"]).success();
    assert_eq!(fs::read_to_string(ctx.layout().default_file()).unwrap(), "1.80.1\n");
}

#[test]
fn an_installed_toolchain_needs_no_source() {
    let (ctx, _) = released();
    ctx.gover(["install", "1.91.2"]).success();
    let before = receipt(&ctx, "go1.91.2");
    ctx.site().server().forget_requests();
    gover_snapshot!(
        ctx.gover(["install", "1.91.2"]),
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
go1.91.2 is installed

"#]]
    );
    assert_eq!(ctx.site().server().request_lines(), Vec::<String>::new());
    assert_eq!(receipt(&ctx, "go1.91.2"), before);
}

#[test]
fn a_copied_toolchain_counts_as_installed() {
    let ctx = context!().with_site();
    ctx.install_fake("go1.91.2");
    ctx.gover(["install", "go1.91.2"]).success();
    assert_eq!(ctx.site().server().request_lines(), Vec::<String>::new());
    assert!(ctx.names_in("gover/receipts").is_empty());
}

#[test]
fn partial_requests_mean_the_newest_release() {
    let ctx = context!().with_site();
    for name in ["go1.90.3", "go1.90.4", "go1.91.2", "go1.92rc1"] {
        ctx.publish(name);
    }
    for (request, name) in [
        ("1.90", "go1.90.4"),
        ("1.90.x", "go1.90.4"),
        ("~1.90.1", "go1.90.4"),
        (">=1.90 <1.91", "go1.90.4"),
        ("oldstable", "go1.90.4"),
        ("1", "go1.91.2"),
        ("latest", "go1.91.2"),
        ("^1.90", "go1.91.2"),
        ("v1.91.2", "go1.91.2"),
        ("  1.91 ", "go1.91.2"),
        ("next", "go1.92rc1"),
        ("1.92rc1", "go1.92rc1"),
    ] {
        let output = ctx.gover(["install", "--json", request]);
        assert_eq!(output.success().json()[0]["version"], name, "{request}\n{output}");
    }
    assert_eq!(ctx.names_in("gover/versions"), ["go1.90.4", "go1.91.2", "go1.92rc1"]);
    // One index serves them all, for an hour.
    assert_eq!(ctx.site().server().requests_for("/dl/").len(), 1);
}

#[test]
fn all_requests_are_parsed_before_the_first_download() {
    let ctx = context!().with_site();
    ctx.publish("go1.90.4");
    ctx.publish("go1.91.2");
    ctx.gover(["install", "1.91.2", "lastest"]).exits(2);
    ctx.gover(["install", "1.91.2", "1.99"]).exits(1);
    assert!(ctx.names_in("gover/versions").is_empty());
    let output = ctx.gover(["install", "--json", "1.90", "1.91.2", "latest"]);
    let facts = output.success().json();
    let versions: Vec<_> = facts.as_array().unwrap().iter().map(|one| one["version"].as_str()).collect();
    assert_eq!(versions, [Some("go1.90.4"), Some("go1.91.2")]);
}

#[test]
fn the_facts_are_data() {
    let (ctx, release) = released();
    let output = ctx.gover(["install", "--json", "1.91.2"]);
    let facts = output.success().json();
    assert_eq!(facts[0]["version"], "go1.91.2");
    assert_eq!(facts[0]["goroot"], ctx.layout().versions().join("go1.91.2").to_str().unwrap());
    assert_eq!(facts[0]["reused"], false);
    assert_eq!(facts[0]["source"], ctx.site().url());
    assert_eq!(facts[0]["bytes"], release.archive().len());
    assert_eq!(facts[0]["proofs"], receipt(&ctx, "go1.91.2")["proofs"]);
    let output = ctx.gover(["install", "--json", "1.91.2"]);
    gover_snapshot!(
        output,
        str![[r#"
exit: 0
----- stdout -----
[{"version":"go1.91.2","goroot":"[ROOT]/gover/versions/go1.91.2","reused":true,"source":null,"bytes":null,"base":null,"proofs":null,"error":null}]

----- stderr -----
go1.91.2 is installed

"#]]
    );
}

#[test]
fn without_a_request_the_version_of_the_directory_is_installed() {
    let ctx = context!().with_site();
    ctx.publish("go1.90.4");
    ctx.publish("go1.91.2");
    ctx.write(".go-version", "1.90.4\n");
    ctx.write("p/go.mod", "module m\n\ngo 1.91.2\n");
    let output = ctx.gover(["install"]);
    assert!(output.success().stderr.contains("chosen by .go-version:1 in [ROOT]/shop"), "{output}");
    assert_eq!(ctx.names_in("gover/versions"), ["go1.90.4"]);
    let output = ctx.command(ctx.gover_program()).arg("install").current_dir("p").run();
    assert!(output.success().stderr.contains("go.mod:3"), "{output}");
    assert_eq!(ctx.names_in("gover/versions"), ["go1.90.4", "go1.91.2"]);
    let output = ctx.command(ctx.gover_program()).arg("install").current_dir("p").run();
    assert!(output.success().stderr.contains("go1.91.2 is installed"), "{output}");
}

#[test]
fn without_a_request_or_a_pin_is_a_usage_error() {
    let mut ctx = context!();
    gover_snapshot!(
        ctx.gover(["install"]),
        str![[r#"
exit: 2
----- stdout -----

----- stderr -----
error: nothing here asks for a toolchain
hint: `gover install latest`, or `gover pin 1.22` first

"#]]
    );
    ctx.install_system_fake("go1.19.8");
    ctx.gover(["install"]).exits(2);
    let hint = |request: &str| {
        let output = ctx.gover(["install", request]);
        output.exits(2).stderr.lines().last().unwrap_or_default().to_owned()
    };
    assert_eq!(hint("system"), "hint: gover default system");
    // `gover default` would only say that there is no toolchain.
    let other = "hint: name a release, such as `gover install latest`";
    assert_eq!(hint("./somewhere"), other);
    ctx.directory("somewhere");
    assert_eq!(hint("./somewhere"), other);
    Release::new("go1.90.1").write_to(&ctx.work().join("somewhere"));
    assert_eq!(hint("./somewhere"), "hint: gover default ./somewhere");
}

#[test]
fn force_reinstalls_and_repairs_changes() {
    let (ctx, release) = released();
    ctx.gover(["install", "1.91.2"]).success();
    let changed = ctx.layout().versions().join("go1.91.2/src/fmt/print.go");
    fs::write(&changed, "changed").unwrap();
    fs::write(ctx.layout().versions().join("go1.91.2/extra"), "extra").unwrap();
    let output = ctx.gover(["install", "-f", "1.91.2"]);
    assert!(output.success().stderr.contains("installed go1.91.2 in"), "{output}");
    assert_eq!(fs::read_to_string(&changed).unwrap(), "package fmt\n");
    assert!(!ctx.layout().versions().join("go1.91.2/extra").exists());
    assert_eq!(ctx.site().server().downloads_of(&FakeSite::archive_path(&release)), 2);
    assert!(ctx.names_in("gover/staging").is_empty());
}

#[test]
fn a_failed_forced_install_keeps_the_old_toolchain() {
    let (ctx, release) = released_for("go.dev");
    ctx.gover(["install", "1.91.2"]).success();
    let before = receipt(&ctx, "go1.91.2");
    ctx.site().server().fault(&FakeSite::archive_path(&release), Fault::FlipByte(99));
    ctx.gover(["install", "--force", "1.91.2"]).exits(1);
    assert_eq!(receipt(&ctx, "go1.91.2"), before);
    assert!(go_of(&ctx, "go1.91.2").is_file());
    assert!(ctx.names_in("gover/staging").is_empty());
}

#[test]
fn a_damaged_directory_is_repaired() {
    let (ctx, _) = released();
    ctx.install_fake("go1.91.2");
    fs::remove_file(go_of(&ctx, "go1.91.2")).unwrap();
    let output = ctx.gover(["install", "1.91.2"]);
    assert!(output.success().stderr.contains("installed go1.91.2 in"), "{output}");
    assert!(go_of(&ctx, "go1.91.2").is_file());
    assert!(ctx.names_in("gover/staging").is_empty());
}

#[test]
fn a_file_in_place_of_a_toolchain_is_replaced() {
    let (ctx, _) = released();
    fs::create_dir_all(ctx.layout().versions()).unwrap();
    fs::write(ctx.layout().versions().join("go1.91.2"), "a file").unwrap();
    ctx.gover(["install", "1.91.2"]).success();
    assert!(go_of(&ctx, "go1.91.2").is_file());
}

#[test]
fn the_next_install_cleans_up_after_a_killed_one() {
    let (ctx, release) = released();
    let path = FakeSite::archive_path(&release);
    ctx.site().server().fault(&path, Fault::StallAt(release.archive().len() / 2));
    let mut child = ctx.command(ctx.gover_program()).args(["install", "1.91.2"]).spawn();
    ctx.site().server().wait_for_stalled(1);
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(ctx.names_in("gover/versions").is_empty());
    ctx.site().server().heal();
    ctx.gover(["install", "1.91.2"]).success();
    assert!(ctx.names_in("gover/staging").is_empty());
    assert!(!has_part_download(&ctx));
}

#[test]
fn two_concurrent_installs_download_once() {
    let (ctx, release) = released();
    let path = FakeSite::archive_path(&release);
    ctx.site().server().fault(&path, Fault::StallAt(1000));
    let first = ctx.command(ctx.gover_program()).args(["install", "1.91.2"]).spawn();
    ctx.site().server().wait_for_stalled(1);
    let mut second = ctx.command(ctx.gover_program()).args(["install", "1.91.2"]).spawn();
    let talk = wait_for_line(&mut second, "waiting for another gover");
    // Nothing is visible before it is whole, and a third toolchain is nobody's business.
    assert!(ctx.names_in("gover/versions").is_empty());
    ctx.site().server().release_stalled();
    assert!(first.wait_with_output().unwrap().status.success());
    assert!(second.wait().unwrap().success());
    assert!(talk.join().unwrap().contains("go1.91.2 is installed"));
    assert_eq!(ctx.site().server().downloads_of(&path), 1);
}

#[test]
fn installs_of_different_toolchains_do_not_wait_for_each_other() {
    let ctx = context!().with_site();
    let slow = ctx.publish("go1.90.4");
    ctx.publish("go1.91.2");
    ctx.site().server().fault(&FakeSite::archive_path(&slow), Fault::StallAt(1000));
    let first = ctx.command(ctx.gover_program()).args(["install", "1.90.4"]).spawn();
    ctx.site().server().wait_for_stalled(1);
    ctx.gover(["install", "1.91.2"]).success();
    let output = ctx.shim("go", ["version"]);
    assert!(output.success().text().starts_with("go version go1.91.2 "), "{output}");
    ctx.site().server().release_stalled();
    assert!(first.wait_with_output().unwrap().status.success());
    assert_eq!(ctx.names_in("gover/versions"), ["go1.90.4", "go1.91.2"]);
}

#[test]
fn a_home_that_is_a_file_is_reported_with_its_path() {
    let (mut ctx, _) = released();
    let file = ctx.write("afile", "x");
    ctx.set("GOVER_HOME", &file);
    let output = ctx.gover(["install", "1.91.2"]);
    output.exits(1);
    assert!(output.stderr.contains("afile") && output.stderr.contains("hint: "), "{output}");
    assert_eq!(fs::read_to_string(file).unwrap(), "x");
}

#[cfg(unix)]
#[test]
fn an_open_umask_lets_no_other_user_write() {
    use std::os::unix::fs::PermissionsExt;

    let (ctx, _) = crate::scene::released();
    let Some(sh) = ctx.find_on_machine("sh") else { return };
    let install = "umask 000; gover install 1.91.2 && gover default 1.91.2 && gover use 1.91.2";
    ctx.command(&sh).args(["-c", install]).run().success();
    let mut directories = vec![ctx.layout().home().to_owned()];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(&directory).unwrap().map(Result::unwrap) {
            let metadata = entry.path().symlink_metadata().unwrap();
            let mode = metadata.permissions().mode() & 0o777;
            assert!(metadata.is_symlink() || mode & 0o022 == 0, "{} {mode:o}", entry.path().display());
            if metadata.is_dir() {
                directories.push(entry.path());
            }
        }
    }
    // What gover starts gets the umask as it was.
    let started = format!("umask 000; gover exec 1.91.2 -- {} -c umask", sh.display());
    let child = ctx.command(sh).args(["-c", &started]).run();
    assert_eq!(child.success().text(), "0000");
}

#[cfg(unix)]
#[test]
fn a_closed_umask_keeps_out_others_but_not_the_owner() {
    let (ctx, _) = crate::scene::released();
    let Some(sh) = ctx.find_on_machine("sh") else { return };
    let run = |mask: &str, command: &str| {
        let line = format!("umask {mask}; {command}");
        ctx.command(&sh).args(["-c", &line]).run().success().text()
    };
    run("0777", "gover install 1.91.2 && gover default 1.91.2 && gover use 1.91.2 && gover pin 1.91.2");
    assert!(run("0777", "go version").starts_with("go version go1.91.2 "));
    assert_eq!(run("0777", &format!("gover exec 1.91.2 -- {} -c umask", sh.display())), "0777");
}

#[cfg(unix)]
#[test]
fn a_group_that_shares_the_home_may_write() {
    use std::os::unix::fs::PermissionsExt;

    let (ctx, _) = crate::scene::released();
    let Some(sh) = ctx.find_on_machine("sh") else { return };
    fs::set_permissions(ctx.layout().home(), fs::Permissions::from_mode(0o2775)).unwrap();
    ctx.command(sh).args(["-c", "umask 002; gover install 1.91.2"]).run().success();
    for name in ["versions", "versions/go1.91.2", "receipts"] {
        let mode = fs::metadata(ctx.layout().home().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o775, "{name}");
    }
}

#[test]
fn a_go_that_never_stops_printing_is_ended_and_its_download_is_kept() {
    if IS_WINDOWS {
        return; // The program is a script of sh.
    }
    let ctx = context!().with_site();
    let script = "#!/bin/sh\nwhile :; do echo chatter; done\n";
    ctx.site().publish(gover_test::Release::new("go1.91.2").with_file("bin/go", script));
    let output = ctx.gover(["install", "1.91.2"]);
    assert!(output.exits(1).stderr.contains("`go version` of `go1.91.2` printed more than "), "{output}");
    assert!(output.stderr.contains("  nothing was installed; the download is kept\n"), "{output}");
    assert!(!output.stderr.contains("this release"), "{output}");
    assert!(has_part_download(&ctx) && ctx.names_in("gover/versions").is_empty(), "{output}");
}
