//! A missing toolchain is installed automatically by the shim and by commands that need one.

use std::fs;

use gover_test::snapbox::str;
use gover_test::{FakeSite, Fault, TestContext, context, gover_snapshot};

use crate::scene::wait_for_line;

/// A project in a pipeline, where `go version` installs a missing toolchain.
fn pinned(version: &str) -> TestContext {
    let mut ctx = context!().with_site();
    ctx.set("CI", "true");
    ctx.publish("go1.90.4");
    ctx.publish("go1.91.2");
    ctx.write(".go-version", format!("{version}\n"));
    ctx
}

#[test]
fn a_missing_pin_is_installed_and_only_go_writes_to_stdout() {
    let ctx = pinned("1.91.2");
    let output = ctx.shim("go", ["env", "GOVERSION"]);
    gover_snapshot!(
        output,
        str![[r#"
exit: 0
----- stdout -----
go1.91.2

----- stderr -----
gover: installing go1.91.2 (chosen by .go-version:1 in [ROOT]/shop)
installed go1.91.2 in [TIME] ([SIZE] from [SITE]), verified

"#]]
    );
    assert!(!ctx.layout().default_file().exists(), "a project's pin must not become the machine's default");
    let output = ctx.shim("go", ["env", "GOVERSION"]);
    gover_snapshot!(
        output,
        str![[r#"
exit: 0
----- stdout -----
go1.91.2

----- stderr -----

"#]]
    );
}

#[test]
fn a_partial_pin_prefers_an_installed_match() {
    let ctx = pinned("1.91");
    ctx.install_fake("go1.91.1");
    let output = ctx.shim("go", ["version"]);
    assert!(output.success().text().starts_with("go version go1.91.1 "), "{output}");
    assert_eq!(ctx.site().server().request_lines(), Vec::<String>::new());
    fs::remove_dir_all(ctx.layout().versions().join("go1.91.1")).unwrap();
    let output = ctx.shim("go", ["version"]);
    assert!(output.success().text().starts_with("go version go1.91.2 "), "{output}");
}

#[test]
fn a_toolchain_that_go_mod_requires_is_installed_and_runs() {
    let ctx = pinned("1.90.4");
    ctx.install_fake("go1.90.4");
    ctx.write("go.mod", "module m\n\ngo 1.91.2\n");
    let output = ctx.shim("go", ["version"]);
    assert!(output.success().text().starts_with("go version go1.91.2 "), "{output}");
    assert_eq!(ctx.names_in("gover/versions"), ["go1.90.4", "go1.91.2"]);
}

#[test]
fn an_uninstalled_default_is_installed_again() {
    let mut ctx = context!().with_site();
    ctx.set("CI", "true");
    ctx.publish("go1.91.2");
    fs::write(ctx.layout().default_file(), "1.91.2\n").unwrap();
    let output = ctx.shim("go", ["version"]);
    assert!(output.success().text().starts_with("go version go1.91.2 "), "{output}");
    let linked = fs::canonicalize(ctx.layout().current()).unwrap();
    assert_eq!(linked, fs::canonicalize(ctx.layout().versions().join("go1.91.2")).unwrap());
}

#[test]
fn a_plus_request_is_installed() {
    let ctx = pinned("1.90.4");
    let output = ctx.shim("go", ["+1.91", "version"]);
    assert!(output.success().text().starts_with("go version go1.91.2 "), "{output}");
    let output = ctx.shim("go1.90.4", ["version"]);
    assert!(output.success().text().starts_with("go version go1.90.4 "), "{output}");
}

#[test]
fn with_auto_install_off_the_command_is_printed() {
    let mut ctx = pinned("1.91.2");
    ctx.set("GOVER_AUTO_INSTALL", "0");
    gover_snapshot!(
        ctx.shim("go", ["build"]),
        str![[r#"
exit: 127
----- stdout -----

----- stderr -----
gover: go1.91.2 is not installed (chosen by .go-version:1 in [ROOT]/shop)
hint: gover install 1.91.2

"#]]
    );
    ctx.unset("GOVER_AUTO_INSTALL");
    ctx.gover(["config", "set", "auto_install", "false"]).success();
    ctx.shim("go", ["build"]).exits(127);
    ctx.set("GOVER_AUTO_INSTALL", "1").set("GOVER_OFFLINE", "1");
    ctx.shim("go", ["build"]).exits(127);
    assert_eq!(ctx.site().server().request_lines(), Vec::<String>::new());
    ctx.unset("GOVER_OFFLINE");
    ctx.shim("go", ["version"]).success();
}

#[test]
fn a_failed_install_is_reported_once_and_nothing_runs() {
    let ctx = pinned("1.91.7");
    gover_snapshot!(
        ctx.shim("go", ["version"]),
        str![[r#"
exit: 127
----- stdout -----

----- stderr -----
gover: installing go1.91.7 (chosen by .go-version:1 in [ROOT]/shop)
error: no source has go1.91.7 for [OS]/[ARCH]
  [SITE]    its index has no go1.91.7
  goproxy                   [SITE]/proxy: 404 page not found
hint: `gover list --remote` shows every release

"#]]
    );
}

#[test]
fn concurrent_shims_download_once() {
    let ctx = pinned("1.91.2");
    let path = format!("/dl/{}", gover_test::Release::new("go1.91.2").archive_name());
    ctx.site().server().fault(&path, Fault::StallAt(1000));
    let go = ctx.install_shim("go");
    let start = || ctx.command(&go).args(["env", "GOVERSION"]).spawn();
    let first = start();
    ctx.site().server().wait_for_stalled(1);
    let mut others = [start(), start(), start()];
    let talks: Vec<_> =
        others.iter_mut().map(|child| wait_for_line(child, "waiting for another gover")).collect();
    ctx.site().server().release_stalled();
    let outputs = std::iter::once(first).chain(others).map(|child| child.wait_with_output().unwrap());
    for output in outputs {
        assert!(output.status.success());
        assert_eq!(String::from_utf8(output.stdout).unwrap().trim(), "go1.91.2");
    }
    drop(talks);
    assert_eq!(ctx.site().server().downloads_of(&path), 1);
}

#[test]
fn exec_use_and_default_install_what_they_need() {
    for arguments in [&["exec", "1.91", "--", "go", "version"][..], &["use", "1.91"], &["default", "1.91"]] {
        let mut ctx = context!().with_site();
        let release = ctx.publish("go1.91.2");
        ctx.set("GOVER_AUTO_INSTALL", "0");
        let output = ctx.gover(arguments);
        output.exits(127);
        assert!(output.stderr.contains("hint: gover install 1.91"), "{output}");
        assert_eq!(ctx.site().server().request_lines(), Vec::<String>::new());
        assert!(!ctx.layout().default_file().exists(), "{output}");
        ctx.unset("GOVER_AUTO_INSTALL");
        ctx.gover(arguments).success();
        assert_eq!(ctx.site().server().downloads_of(&FakeSite::archive_path(&release)), 1);
    }
}

#[test]
fn commands_that_only_show_install_nothing() {
    let ctx = pinned("1.91.2");
    ctx.gover(["current"]).exits(1);
    ctx.gover(["which"]).exits(127);
    ctx.gover(["env", "--shell", "bash"]).exits(127);
    ctx.gover(["which", "go", "1.90"]).exits(127);
    ctx.gover(["list"]).success();
    assert_eq!(ctx.site().server().request_lines(), Vec::<String>::new());
}

#[test]
fn a_prompt_that_asks_for_the_version_starts_no_download() {
    let mut ctx = pinned("1.91.2");
    ctx.unset("CI");
    ctx.directory("below");
    for question in [&["version"][..], &["env"], &["env", "GOVERSION"], &["-C", "below", "version"]] {
        let output = ctx.shim("go", question);
        let told = "gover: go1.91.2 is not installed (chosen by .go-version:1 in";
        assert!(output.exits(127).stderr.starts_with(told), "{question:?}\n{output}");
        assert!(output.stderr.ends_with("hint: gover install 1.91.2\n"), "{question:?}\n{output}");
    }
    ctx.set("CI", "false").shim("go", ["version"]).exits(127);
    assert_eq!(ctx.site().server().request_lines(), Vec::<String>::new());
    // Whoever asks for one toolchain by its name wants that one.
    ctx.shim("go", ["+1.90", "version"]).success();
    ctx.set("GOVER_AUTO_INSTALL", "1").shim("go", ["version"]).success();
}

#[test]
fn a_build_service_may_ask_for_the_version_first() {
    for value in ["true", "1", "woodpecker"] {
        let mut ctx = pinned("1.91.2");
        ctx.set("CI", value).shim("go", ["version"]).success();
    }
}

#[test]
fn the_file_that_asks_for_a_download_is_named_first() {
    let ctx = pinned("1.90.4");
    ctx.install_fake("go1.90.4");
    ctx.write("go.mod", "module m\n\ngo 1.91.2\n");
    let output = ctx.shim("go", ["build"]);
    let first = output.stderr.lines().next().unwrap();
    let named = "gover: installing go1.91.2 (required by go.mod:3 in ";
    assert!(first.starts_with(named) && first.ends_with("; .go-version chose go1.90.4)"), "{output}");
}

#[test]
fn the_manager_ends_when_its_shim_is_killed() {
    let ctx = pinned("1.91.2");
    let path = FakeSite::archive_path(&ctx.publish("go1.91.2"));
    ctx.site().server().fault(&path, Fault::StallAt(1000));
    let mut shim = ctx.command(ctx.install_shim("go")).arg("fake-report").spawn();
    ctx.site().server().wait_for_stalled(1);
    shim.kill().unwrap();
    shim.wait().unwrap();
    ctx.site().server().heal();
    // It would wait for the lock of a manager that still runs.
    ctx.gover(["install", "1.91.2"]).success();
}
