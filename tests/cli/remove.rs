//! `gover uninstall` and `gover prune`.

use std::fs;

use gover_test::snapbox::str;
use gover_test::{context, gover_snapshot};

use crate::scene::{go_of, has_part_download, has_startup_files, wait_for_line, with_three};

#[cfg(unix)]
#[test]
fn a_terminal_shows_what_is_being_removed() {
    let mut ctx = with_three();
    ctx.set("TERM", "xterm");
    let command = ctx.command(ctx.gover_program()).args(["uninstall", "-y", "1.90.1"]);
    let output = command.run_on_terminal(80);
    assert!(output.success().stdout.contains("removing go1.90.1"), "{output}");
}

#[test]
fn uninstall_removes_the_toolchain_its_receipt_and_its_name() {
    let ctx = context!().with_site();
    ctx.publish("go1.90.4");
    ctx.publish("go1.91.2");
    ctx.gover(["install", "1.91.2", "1.90.4"]).success();
    // A read-only tree, like Go's module cache.
    let file = ctx.layout().versions().join("go1.90.4/src/fmt/print.go");
    let mut permissions = fs::metadata(&file).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&file, permissions).unwrap();
    gover_snapshot!(
        ctx.gover(["uninstall", "1.90"]),
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
uninstalled go1.90.4 ([SIZE]; `gover install 1.90.4` restores it)

"#]]
    );
    assert_eq!(ctx.names_in("gover/versions"), ["go1.91.2"]);
    assert_eq!(ctx.names_in("gover/receipts"), ["go1.91.2.files", "go1.91.2.json"]);
    assert!(ctx.names_in("gover/staging").is_empty());
    assert!(!ctx.layout().program("go1.90.4").exists());
    assert!(ctx.layout().program("go1.91.2").exists());
}

#[test]
fn an_ambiguous_request_removes_nothing() {
    let ctx = with_three();
    gover_snapshot!(
        ctx.gover(["uninstall", "1.90"]),
        str![[r#"
exit: 2
----- stdout -----

----- stderr -----
error: `1.90` matches several toolchains: go1.90.1, go1.90.4
hint: gover uninstall go1.90.1

"#]]
    );
    assert_eq!(ctx.names_in("gover/versions"), ["go1.90.1", "go1.90.4", "go1.91.2"]);
}

#[test]
fn all_requests_are_parsed_before_the_first_toolchain_is_removed() {
    let ctx = with_three();
    ctx.gover(["uninstall", "1.90.1", "1.80"]).exits(127);
    ctx.gover(["uninstall", "1.90.1", "what"]).exits(2);
    assert_eq!(ctx.names_in("gover/versions").len(), 3);
    ctx.gover(["uninstall", "1.90.1", "go1.90.4"]).success();
    assert_eq!(ctx.names_in("gover/versions"), ["go1.91.2"]);
}

#[test]
fn a_toolchain_that_is_missing_or_foreign_is_refused() {
    let ctx = with_three();
    gover_snapshot!(
        ctx.gover(["uninstall", "1.91.7"]),
        str![[r#"
exit: 127
----- stdout -----

----- stderr -----
error: go1.91.7 is not installed
hint: `gover list` shows what is installed

"#]]
    );
    let outside = ctx.directory("elsewhere");
    for request in ["system", "../versions", "./elsewhere", outside.to_str().unwrap(), ""] {
        let output = ctx.gover(["uninstall", request]);
        assert!(output.exits(2).stderr.contains("hint: "), "{request}\n{output}");
    }
    assert!(outside.is_dir());
    assert_eq!(ctx.names_in("gover/versions").len(), 3);
}

#[test]
fn removing_the_default_warns_and_leaves_no_dangling_link() {
    let ctx = with_three();
    ctx.gover(["default", "1.91.2"]).success();
    assert!(ctx.layout().current().symlink_metadata().is_ok());
    let output = ctx.gover(["uninstall", "1.91.2"]);
    assert!(
        output.success().stderr.contains(
            "warning: the default, 1.91.2, is no longer installed; choose another: `gover default 1.90.4`"
        ),
        "{output}"
    );
    assert!(ctx.layout().current().symlink_metadata().is_err());
}

#[test]
fn a_damaged_toolchain_can_be_uninstalled() {
    let ctx = with_three();
    fs::remove_file(go_of(&ctx, "go1.90.1")).unwrap();
    ctx.gover(["uninstall", "1.90.1"]).success();
    assert_eq!(ctx.names_in("gover/versions"), ["go1.90.4", "go1.91.2"]);
}

#[test]
fn a_running_toolchain_can_be_uninstalled_if_the_system_allows_it() {
    let ctx = with_three();
    ctx.install_shim("go");
    let mut child = ctx.command(ctx.layout().program("go")).args(["+1.90.1", "fake-wait"]).spawn();
    let mut ready = [0; 5];
    std::io::Read::read_exact(child.stdout.as_mut().unwrap(), &mut ready).unwrap();
    let output = ctx.gover(["uninstall", "1.90.1"]);
    drop(child.stdin.take());
    child.wait().unwrap();
    if output.code != Some(0) {
        assert!(output.stderr.contains("hint: "), "{output}");
    }
    if cfg!(windows) {
        // Windows does not remove a running program.
        ctx.gover(["prune"]).success();
    }
    assert!(ctx.names_in("gover/staging").is_empty(), "{output}");
}

/// Everything that can be pruned.
fn litter(ctx: &gover_test::TestContext) {
    let home = ctx.layout().home();
    fs::create_dir_all(home.join("versions/go1.89.1/src")).unwrap();
    fs::write(home.join("versions/go1.89.1/VERSION"), "go1.89.1\n").unwrap();
    fs::write(home.join("versions/notes.txt"), "notes").unwrap();
    fs::create_dir_all(home.join("staging/go1.88.1/tree")).unwrap();
    fs::write(home.join("staging/go1.88.1/tree/file"), "12345").unwrap();
    fs::create_dir_all(home.join("cache")).unwrap();
    fs::write(home.join("cache/go1.88.1@0123.part"), "12345").unwrap();
    fs::create_dir_all(home.join("receipts")).unwrap();
    fs::write(home.join("receipts/go1.87.1.json"), "{}").unwrap();
    fs::create_dir_all(home.join("sessions")).unwrap();
    fs::write(home.join("sessions/4000000000"), "1\n1.90\n").unwrap();
}

#[test]
fn prune_removes_what_its_dry_run_showed() {
    let ctx = with_three();
    litter(&ctx);
    let dry = ctx.gover(["prune", "--dry-run"]);
    gover_snapshot!(
        dry,
        str![[r#"
exit: 0
----- stdout -----
go1.90.1  superseded by go1.90.4, [SIZE]
[ROOT]/gover/versions/go1.89.1  has no bin/go, [SIZE]
[ROOT]/gover/cache/go1.88.1@0123.part  an unfinished download, [SIZE]
[ROOT]/gover/receipts/go1.87.1.json  the receipt of a removed toolchain, [SIZE]
[ROOT]/gover/sessions/4000000000  the choice of a closed shell, [SIZE]

----- stderr -----
gover prune would remove 5 items, [SIZE]
hint: gover prune

"#]]
    );
    assert_eq!(ctx.names_in("gover/versions").len(), 5);
    assert_eq!(ctx.names_in("gover/sessions").len(), 1);
    gover_snapshot!(
        ctx.gover(["prune"]),
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
removed go1.90.1, superseded by go1.90.4 ([SIZE]; `gover install 1.90.1` restores it)
removed [ROOT]/gover/versions/go1.89.1  has no bin/go, [SIZE]
removed [ROOT]/gover/cache/go1.88.1@0123.part  an unfinished download, [SIZE]
removed [ROOT]/gover/receipts/go1.87.1.json  the receipt of a removed toolchain, [SIZE]
removed [ROOT]/gover/sessions/4000000000  the choice of a closed shell, [SIZE]
removed 5 items in all, [SIZE]

"#]]
    );
    assert_eq!(ctx.names_in("gover/versions"), ["go1.90.4", "go1.91.2", "notes.txt"]);
    for directory in ["staging", "receipts", "sessions"] {
        assert!(ctx.names_in(format!("gover/{directory}")).is_empty(), "{directory}");
    }
    assert!(!has_part_download(&ctx));
    gover_snapshot!(
        ctx.gover(["prune"]),
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
nothing to prune

"#]]
    );
}

#[test]
fn prune_keeps_named_used_and_default_toolchains() {
    let ctx = with_three();
    ctx.gover(["prune", "--keep", "1.90.1"]).success();
    assert_eq!(ctx.names_in("gover/versions").len(), 3);
    ctx.write(".go-version", "1.90.1\n");
    ctx.gover(["prune"]).success();
    assert_eq!(ctx.names_in("gover/versions").len(), 3);
    fs::remove_file(ctx.work().join(".go-version")).unwrap();
    fs::write(ctx.layout().default_file(), "1.90.1\n").unwrap();
    ctx.gover(["prune"]).success();
    assert_eq!(ctx.names_in("gover/versions").len(), 3);
    ctx.gover(["prune", "--keep", "../x"]).exits(2);
    fs::write(ctx.layout().default_file(), "1.91\n").unwrap();
    ctx.gover(["prune"]).success();
    assert_eq!(ctx.names_in("gover/versions"), ["go1.90.4", "go1.91.2"]);
}

#[test]
fn prune_keeps_prereleases_and_custom_builds() {
    let ctx = context!();
    for name in ["go1.91.2", "go1.91rc1", "go1.91.1-bigcorp", "go1.92rc1"] {
        ctx.install_fake(name);
    }
    ctx.gover(["prune"]).success();
    let names = ctx.names_in("gover/versions");
    for name in ["go1.91.2", "go1.91.1-bigcorp", "go1.92rc1"] {
        assert!(names.iter().any(|have| have == name), "{name} is not in {names:?}");
    }
}

#[test]
fn prune_keeps_what_was_chosen_after_it_was_found() {
    let ctx = with_three();
    ctx.gover(["config", "set", "auto_install", "false"]).success();
    let lock = gover_sys::Lock::acquire(&ctx.layout().lock("go1.90.1"), || ()).unwrap();
    let mut prune = ctx.command(ctx.gover_program()).arg("prune").spawn();
    let rest = wait_for_line(&mut prune, "waiting for another gover");
    fs::write(ctx.layout().default_file(), "1.90.1\n").unwrap();
    drop(lock);
    let output = prune.wait().unwrap();
    let said = rest.join().unwrap();
    assert!(output.success() && said.contains("go1.90.1 was not removed"), "{said}");
    assert_eq!(ctx.names_in("gover/versions"), ["go1.90.1", "go1.90.4", "go1.91.2"]);
}

#[test]
fn the_way_back_of_a_custom_build_is_not_a_command_that_fails() {
    let ctx = gover_test::context!();
    ctx.install_fake("go1.91.2-corp");
    let output = ctx.gover(["uninstall", "go1.91.2-corp"]);
    assert!(output.success().stderr.contains("only its archive can restore it"), "{output}");
    assert!(!output.stderr.contains("gover install"), "{output}");
}

#[test]
fn prune_does_not_disturb_a_running_install() {
    let ctx = context!().with_site();
    let release = ctx.publish("go1.91.2");
    let path = gover_test::FakeSite::archive_path(&release);
    ctx.site().server().fault(&path, gover_test::Fault::StallAt(release.archive().len() / 2));
    let child = ctx.command(ctx.gover_program()).args(["install", "1.91.2"]).spawn();
    ctx.site().server().wait_for_stalled(1);
    ctx.gover(["prune"]).success();
    ctx.gover(["cache", "clean"]).success();
    ctx.site().server().release_stalled();
    assert!(child.wait_with_output().unwrap().status.success());
    assert_eq!(ctx.names_in("gover/versions"), ["go1.91.2"]);
    assert_eq!(ctx.site().server().downloads_of(&path), 1);
}

#[test]
fn oldstable_means_the_same_for_every_command() {
    let ctx = with_three();
    // go1.91.2 is the newest installed, and go1.92.1 the newest released: go1.91.2 is of the second
    // minor version.
    fs::write(ctx.layout().shim_state(), "stable go1.92.1\n").unwrap();
    assert!(ctx.gover(["which", "go", "oldstable"]).success().stdout.contains("go1.91.2"));
    assert!(ctx.gover(["list", "oldstable"]).success().stdout.contains("go1.91.2"));
    let output = ctx.gover(["prune", "--keep", "oldstable", "--dry-run"]);
    assert!(!output.success().stdout.contains("go1.91.2"), "{output}");
    let output = ctx.gover(["uninstall", "oldstable"]);
    assert!(output.success().stderr.starts_with("uninstalled go1.91.2 "), "{output}");
    assert_eq!(ctx.names_in("gover/versions"), ["go1.90.1", "go1.90.4"]);
}

#[test]
fn oldstable_is_kept_before_any_command_asked_a_source() {
    let ctx = context!();
    let known = ctx.gover(["list", "--remote", "--offline", "--json"]).success().json();
    let releases = known["releases"].as_array().unwrap();
    let newest = releases.iter().find(|release| release["stable"] == true).unwrap();
    let version = newest["version"].as_str().unwrap();
    let minor: u32 = version.split('.').nth(1).unwrap().parse().unwrap();
    for name in [format!("go1.{}.98", minor - 1), format!("go1.{}.99", minor - 1)] {
        ctx.install_fake(&name);
    }
    fs::remove_file(ctx.layout().shim_state()).ok();
    let output = ctx.gover(["prune", "--keep", "oldstable", "--dry-run"]);
    assert!(output.success().stderr.contains("nothing to prune"), "{output}");
    let output = ctx.gover(["prune", "--keep", "1.80", "--dry-run"]);
    assert!(output.success().stderr.contains("warning: `--keep 1.80` has no effect"), "{output}");
}

/// A home of another program: pyenv's, with the Python versions in `versions`.
fn home_of_pyenv(ctx: &gover_test::TestContext) -> std::path::PathBuf {
    let home = ctx.directory("pyenv");
    for path in ["versions/3.10.13/bin/python", "versions/1.22.5/bin/go", "cache/x@1.part", "sessions/77"] {
        let path = home.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "not gover's").unwrap();
    }
    home
}

#[test]
fn no_command_removes_anything_in_the_home_of_another_program() {
    let mut ctx = context!();
    let home = home_of_pyenv(&ctx);
    ctx.set("GOVER_HOME", &home);
    let commands: [&[&str]; 7] = [
        &["prune"],
        &["prune", "--yes"],
        &["uninstall", "1.22.5"],
        &["cache", "clean"],
        &["install", "1.22.5"],
        &["default", "1.22.5"],
        &["verify"],
    ];
    for command in commands {
        let output = ctx.gover(command);
        let refused =
            "error: `[ROOT]/shop/pyenv` does not belong to gover: `[ROOT]/shop/pyenv/versions/1.22.5`";
        assert!(output.exits(1).stderr.starts_with(refused), "{command:?}\n{output}");
        assert!(output.stderr.contains("hint: set GOVER_HOME"), "{output}");
    }
    for path in ["versions/3.10.13/bin/python", "versions/1.22.5/bin/go", "cache/x@1.part", "sessions/77"] {
        assert_eq!(fs::read_to_string(home.join(path)).unwrap(), "not gover's", "{path}");
    }
    assert!(!home.join("bin").exists());
}

#[test]
fn prune_needs_the_stamp_of_gover() {
    let ctx = with_three();
    litter(&ctx);
    fs::remove_file(ctx.layout().versions().join("notes.txt")).unwrap();
    fs::remove_file(ctx.layout().shim_stamp()).unwrap();
    let output = ctx.gover(["prune"]);
    assert!(output.exits(1).stderr.contains("because it has no bin/.shim"), "{output}");
    assert_eq!(ctx.names_in("gover/versions").len(), 4);
    assert_eq!(ctx.names_in("gover/staging").len(), 1);
    if !has_startup_files() {
        return;
    }
    // What the hint says.
    ctx.gover(["setup"]).success();
    ctx.gover(["prune"]).success();
    assert_eq!(ctx.names_in("gover/versions"), ["go1.90.4", "go1.91.2"]);
}

#[test]
fn the_names_of_other_managers_for_uninstall_are_understood() {
    for name in ["rm", "remove"] {
        let ctx = crate::scene::with_three();
        ctx.gover([name, "1.90.1"]).success();
        assert_eq!(ctx.names_in("gover/versions"), ["go1.90.4", "go1.91.2"]);
    }
}

#[test]
fn a_link_to_a_toolchain_goes_and_its_target_stays() {
    if !gover_test::has_directory_links() {
        return;
    }
    let ctx = context!();
    let (path, target) = (ctx.layout().versions().join("go1.91.2"), ctx.home().join("own go"));
    gover_test::Release::new("go1.91.2").write_to(&target);
    fs::create_dir_all(ctx.layout().versions()).unwrap();
    gover_sys::link::replace(&target, &path).unwrap();
    let output = ctx.gover(["uninstall", "1.91.2"]);
    assert!(!output.success().stderr.contains("gover install"), "{output}");
    assert!(path.symlink_metadata().is_err() && target.join("VERSION").is_file());
    if cfg!(unix) {
        let restores = "(a link; `ln -s ~/'own go' [ROOT]/gover/versions/go1.91.2` restores it)";
        assert!(output.stderr.contains(restores), "{output}");
    }
}
