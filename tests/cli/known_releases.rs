//! What gover says about releases: which exist, which are the newest, and which get fixes.

use std::fs;

use gover_test::snapbox::str;
use gover_test::{TestContext, context, gover_snapshot};

/// A site with one release, and a toolchain of a version that has ended.
fn scene() -> TestContext {
    let mut ctx = context!().with_site();
    ctx.set("CI", "true");
    ctx.publish("go1.91.2");
    ctx.install_fake("go1.22.5");
    fs::write(ctx.layout().default_file(), "1.22.5\n").unwrap();
    ctx
}

#[test]
fn a_release_that_cannot_exist_is_named_with_the_newest_of_its_version() {
    let ctx = scene();
    gover_snapshot!(
        ctx.gover(["install", "1.22.99"]),
        str![[r#"
exit: 1
----- stdout -----

----- stderr -----
error: there is no go1.22.99; the newest 1.22 is 1.22.12
hint: gover install 1.22

"#]]
    );
    gover_snapshot!(
        ctx.gover(["which", "1.22.99"]),
        str![[r#"
exit: 127
----- stdout -----

----- stderr -----
error: there is no go1.22.99; the newest 1.22 is 1.22.12
hint: gover install 1.22

"#]]
    );
    gover_snapshot!(
        ctx.gover(["uninstall", "1.22.99"]),
        str![[r#"
exit: 127
----- stdout -----

----- stderr -----
error: there is no go1.22.99; the newest 1.22 is 1.22.12
hint: `gover list` shows what is installed

"#]]
    );
    gover_snapshot!(
        ctx.gover(["list", "1.22.99"]),
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
there is no go1.22.99; the newest 1.22 is 1.22.12
hint: gover install 1.22

"#]]
    );
    for command in [
        &["verify", "1.22.99"][..],
        &["list", "--remote", "1.22.99"],
        &["use", "1.22.99"],
        &["default", "1.22.99"],
        &["exec", "1.22.99", "go", "version"],
        &["env", "1.22.99"],
        &["pin", "--exact", "1.22.99"],
    ] {
        let output = ctx.gover(command);
        assert!(output.stderr.contains("there is no go1.22.99; the newest 1.22 is 1.22.12"), "{output}");
        assert!(output.stderr.contains("hint: gover install 1.22\n"), "{output}");
        assert_ne!(output.code, Some(0), "{output}");
    }
    let asked = ctx.site().server().request_lines();
    assert!(asked.iter().all(|line| !line.contains("1.22.99")), "{asked:?}");
}

#[test]
fn the_hint_corrects_what_asks_for_a_release_that_cannot_exist() {
    let mut ctx = scene();
    ctx.write(".go-version", "1.22.99\n");
    gover_snapshot!(
        ctx.shim("go", ["build"]),
        str![[r#"
exit: 127
----- stdout -----

----- stderr -----
gover: installing go1.22.99 (chosen by .go-version:1 in [ROOT]/shop)
error: there is no go1.22.99; the newest 1.22 is 1.22.12
hint: gover pin 1.22

"#]]
    );
    gover_snapshot!(
        ctx.gover(["which"]),
        str![[r#"
exit: 127
----- stdout -----

----- stderr -----
error: there is no go1.22.99; the newest 1.22 is 1.22.12 (chosen by .go-version:1 in [ROOT]/shop)
hint: gover pin 1.22

"#]]
    );
    gover_snapshot!(
        ctx.gover(["current"]),
        str![[r#"
exit: 1
----- stdout -----
go1.22.99 (not installed)  chosen by .go-version:1 in [ROOT]/shop

----- stderr -----
warning: there is no go1.22.99; the newest 1.22 is 1.22.12
hint: gover pin 1.22

"#]]
    );
    ctx.gover(["pin", "1.22"]).success();
    ctx.shim("go", ["version"]).success();
    ctx.write(".go-version", "");
    fs::remove_file(ctx.work().join(".go-version")).unwrap();
    ctx.write("go.mod", "module m\n\ngo 1.22.99\n");
    let output = ctx.shim("go", ["build"]);
    let hint = "hint: change 1.22.99 to 1.22.12 in go.mod:3 in ";
    assert!(output.exits(127).stderr.contains(hint), "{output}");
    fs::write(ctx.layout().default_file(), "1.22.99\n").unwrap();
    fs::remove_file(ctx.work().join("go.mod")).unwrap();
    let output = ctx.shim("go", ["build"]);
    assert!(output.exits(127).stderr.contains("hint: gover default 1.22\n"), "{output}");
    ctx.set("GOVER_VERSION", "1.22.99");
    let output = ctx.shim("go", ["build"]);
    assert!(output.exits(127).stderr.contains("hint: gover use 1.22\n"), "{output}");
}

#[test]
fn a_pin_that_cannot_exist_is_written_with_a_warning() {
    let ctx = scene();
    gover_snapshot!(
        ctx.gover(["pin", "1.22.99"]),
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
[ROOT]/shop/.go-version now says 1.22.99 (`gover pin --remove` undoes this)
warning: there is no go1.22.99; the newest 1.22 is 1.22.12
hint: gover pin 1.22

"#]]
    );
}

#[test]
fn the_sources_are_asked_for_a_patch_that_may_exist() {
    let ctx = scene();
    ctx.publish("go1.91.9");
    ctx.gover(["install", "1.91.9"]).success();
    let output = ctx.gover(["install", "1.91.10"]);
    assert!(output.exits(1).stderr.contains("error: no source has go1.91.10 for "), "{output}");
}

#[test]
fn an_installed_toolchain_counts_as_the_newest_known() {
    let ctx = scene();
    ctx.install_fake("go1.91.3");
    let output = ctx.gover(["install", "1.91"]);
    assert!(output.success().stderr.contains("go1.91.3 is installed"), "{output}");
    assert_eq!(ctx.names_in("gover/versions"), ["go1.22.5", "go1.91.3"]);
    let output = ctx.gover(["list", "--remote", "latest"]);
    assert_eq!(output.success().text(), "go1.91.3  supported  installed", "{output}");
    fs::write(ctx.layout().default_file(), "1.22.5\n").unwrap();
    let output = ctx.gover(["doctor", "--offline", "go-eol"]);
    assert!(output.stdout.contains("gover install 1.91.3"), "{output}");
}

#[test]
fn an_ended_release_says_so_when_it_is_fetched() {
    let mut ctx = scene();
    ctx.publish("go1.20.3");
    // The compiled table knows the archive that was really released.
    ctx.set("GOVER_SOURCES", "goproxy");
    ctx.write(".go-version", "1.20.3\n");
    let output = ctx.shim("go", ["env", "GOVERSION"]);
    let note = "note: go1.20.3 has had no security fixes since 2024-02-06 (supported: ";
    assert!(output.success().stderr.contains(note), "{output}");
    let again = ctx.shim("go", ["env", "GOVERSION"]);
    assert_eq!(again.success().stderr, "", "{again}");
    let output = ctx.gover(["install", "1.91.2"]);
    assert!(!output.success().stderr.contains("security"), "{output}");
}

#[test]
fn a_request_that_means_one_toolchain_lists_one() {
    let ctx = scene();
    for name in ["go1.90.3", "go1.90.4", "go1.91.1", "go1.92rc1"] {
        ctx.publish(name);
        ctx.install_fake(name);
    }
    ctx.install_fake("go1.91.2");
    for (request, name) in [("latest", "go1.91.2"), ("oldstable", "go1.90.4"), ("next", "go1.92rc1")] {
        let remote = ctx.gover(["list", "--remote", request]);
        let listed = remote.success().text();
        assert!(listed.lines().count() == 1 && listed.starts_with(name), "{remote}");
        let local = ctx.gover(["list", request, "--json"]).success().json();
        assert_eq!(local["toolchains"].as_array().unwrap().len(), 1, "{local}");
        assert_eq!(local["toolchains"][0]["version"], name);
    }
    let remote = ctx.gover(["list", "--remote", "next"]);
    assert_eq!(remote.success().text(), "go1.92rc1  2024-06-27  prerelease  installed", "{remote}");
    ctx.gover(["uninstall", "oldstable"]).success();
    assert!(!ctx.names_in("gover/versions").contains(&"go1.90.4".to_owned()));
}

#[test]
fn a_default_outside_the_store_is_shown_as_such() {
    let ctx = scene();
    ctx.install_fake("go1.91.2");
    let own = ctx.root().join("own");
    fs::rename(ctx.install_fake("go1.91.2"), &own).unwrap();
    ctx.install_fake("go1.91.2");
    ctx.gover(["default", own.to_str().unwrap()]).success();
    gover_snapshot!(
        ctx.gover(["list"]),
        str![[r#"
exit: 0
----- stdout -----
  go1.91.2  -         supported
  go1.22.5  -         1.22.12 is out, 1.22 ended 2025-02; [N] known vulnerabilities
* path      go1.91.2  default; [ROOT]/own

----- stderr -----
2 toolchains

"#]]
    );
    let facts = ctx.gover(["list", "--json"]).success().json();
    assert_eq!(facts["default_path"], own.to_str().unwrap());
    for toolchain in facts["toolchains"].as_array().unwrap() {
        assert_eq!(toolchain["default"], false, "{facts}");
    }
}

#[test]
fn a_system_go_that_is_the_default_is_listed() {
    let mut ctx = scene();
    ctx.install_system_fake("go1.19.8");
    ctx.gover(["default", "system"]).success();
    let output = ctx.gover(["list"]);
    assert!(output.success().stdout.contains("* system    go1.19.8  default; on PATH, "), "{output}");
}

/// An install alone changes nothing where one release is chosen by its full version.
#[test]
fn the_repair_for_an_old_patch_leads_to_the_newer_one() {
    let ctx = scene();
    for name in ["go1.91.2", "go1.91.3"] {
        ctx.publish(name);
    }
    ctx.gover(["install", "1.91.2", "1.91.3"]).success();
    for (choose, verb) in [("default", "default"), ("use", "use"), ("pin", "pin")] {
        ctx.gover([choose, "1.91.2"]).success();
        if choose == "pin" {
            ctx.gover(["use", "--clear"]).success();
        }
        let output = ctx.gover(["doctor", "--offline", "go-eol"]);
        let repair = format!("fix: gover {verb} 1.91.3");
        assert!(output.stdout.contains(&repair), "{output}");
        ctx.gover([verb, "1.91.3"]).success();
        let output = ctx.gover(["doctor", "--offline", "go-eol"]);
        assert!(!output.stdout.contains("go-eol"), "{output}");
    }
}

#[test]
fn an_install_that_no_source_can_serve_names_the_newest_known_release() {
    let mut ctx = context!().with_site();
    ctx.set("GOVER_SOURCES", "goproxy");
    let newest = ctx.gover(["list", "--remote", "latest"]).success().text();
    let newest = newest.split_whitespace().next().unwrap().to_owned();
    let output = ctx.gover(["install", "latest"]);
    assert!(output.exits(1).stderr.contains(&format!("no source has {newest} for ")), "{output}");
}
