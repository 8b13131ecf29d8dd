//! `gover update`.

use std::fs;

use gover_test::snapbox::str;
use gover_test::{FakeSite, Fault, Release, TestContext, context, gover_snapshot};

/// Two minor versions are installed, and for each a newer patch is published.
fn outdated() -> TestContext {
    let ctx = context!().with_site();
    for name in ["go1.90.1", "go1.91.1"] {
        ctx.install_fake(name);
    }
    for name in ["go1.90.4", "go1.91.2"] {
        ctx.publish(name);
    }
    fs::write(ctx.layout().default_file(), "1.90.1\n").unwrap();
    ctx
}

fn default(ctx: &TestContext) -> String {
    fs::read_to_string(ctx.layout().default_file()).unwrap()
}

#[test]
fn each_minor_version_gets_its_newest_patch_and_the_default_follows() {
    let ctx = outdated();
    gover_snapshot!(
        ctx.gover(["update"]),
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
[1/2] installed go1.90.4 in [TIME] ([SIZE] from [SITE]), verified
[2/2] installed go1.91.2 in [TIME] ([SIZE] from [SITE]), verified
go1.90.1 -> go1.90.4
go1.91.1 -> go1.91.2
default is now go1.90.4 (`gover default 1.90.1` undoes this)
go1.90.1, go1.91.1 are superseded, [SIZE]
hint: gover prune

"#]]
    );
    assert_eq!(ctx.names_in("gover/versions"), ["go1.90.1", "go1.90.4", "go1.91.1", "go1.91.2"]);
    assert_eq!(default(&ctx), "1.90.4\n");
    gover_snapshot!(
        ctx.gover(["update"]),
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
nothing to update: go1.90.4, go1.91.2
go1.90.1, go1.91.1 are superseded, [SIZE]
hint: gover prune

"#]]
    );
}

#[test]
fn a_dry_run_only_shows_and_outdated_has_an_exit_code() {
    let ctx = outdated();
    gover_snapshot!(
        ctx.gover(["update", "--dry-run"]),
        str![[r#"
exit: 0
----- stdout -----
go1.90.1 -> go1.90.4
go1.91.1 -> go1.91.2
default 1.90.1 -> 1.90.4

----- stderr -----
hint: gover update

"#]]
    );
    gover_snapshot!(
        ctx.gover(["outdated", "1.91"]),
        str![[r#"
exit: 1
----- stdout -----
go1.91.1 -> go1.91.2

----- stderr -----
hint: gover update 1.91

"#]]
    );
    assert_eq!(ctx.names_in("gover/versions"), ["go1.90.1", "go1.91.1"]);
    assert_eq!(default(&ctx), "1.90.1\n");
    ctx.gover(["upgrade"]).success();
    ctx.gover(["outdated"]).success();
}

#[test]
fn requests_choose_the_minor_versions() {
    let ctx = outdated();
    ctx.gover(["update", "1.91.1"]).success();
    assert_eq!(ctx.names_in("gover/versions"), ["go1.90.1", "go1.91.1", "go1.91.2"]);
    assert_eq!(default(&ctx), "1.90.1\n");
    gover_snapshot!(
        ctx.gover(["update", "1.89"]),
        str![[r#"
exit: 127
----- stdout -----

----- stderr -----
error: no installed Go matches `1.89`
hint: gover install 1.89

"#]]
    );
}

#[test]
fn to_the_newest_minor_version() {
    let ctx = outdated();
    fs::write(ctx.layout().default_file(), "1.90\n").unwrap();
    ctx.gover(["update", "--minor"]).success();
    assert_eq!(ctx.names_in("gover/versions"), ["go1.90.1", "go1.91.1", "go1.91.2"]);
    assert_eq!(default(&ctx), "1.91\n");
    let output = ctx.gover(["outdated", "--minor"]);
    assert!(output.success().stderr.contains("nothing to update: go1.90.1, go1.91.2\n"), "{output}");
}

#[test]
fn a_default_moves_to_a_newer_minor_version_that_is_installed() {
    let ctx = outdated();
    ctx.install_fake("go1.91.2");
    ctx.gover(["update", "--minor"]).success();
    assert_eq!(default(&ctx), "1.91.2\n");
}

#[test]
fn what_a_pin_needs_stays_and_the_rest_can_be_removed() {
    let ctx = outdated();
    ctx.write(".go-version", "1.91.1\n");
    gover_snapshot!(
        ctx.gover(["update", "--prune"]),
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
[1/2] installed go1.90.4 in [TIME] ([SIZE] from [SITE]), verified
[2/2] installed go1.91.2 in [TIME] ([SIZE] from [SITE]), verified
go1.90.1 -> go1.90.4
go1.91.1 -> go1.91.2
default is now go1.90.4 (`gover default 1.90.1` undoes this)
note: `go` runs go1.91.1 here, chosen by .go-version:1 in [ROOT]/shop (`gover pin 1.90.4` changes that)
go1.91.1 stays: chosen by .go-version:1 in [ROOT]/shop
removed go1.90.1, superseded by go1.90.4 ([SIZE]; `gover install 1.90.1` restores it)

"#]]
    );
    assert_eq!(ctx.names_in("gover/versions"), ["go1.90.4", "go1.91.1", "go1.91.2"]);
}

#[test]
fn a_pin_in_the_home_directory_follows() {
    let ctx = outdated();
    let pin = ctx.home().join(".go-version");
    fs::write(&pin, "# mine\n1.91.1 # for all\n").unwrap();
    let output = ctx.gover(["update"]);
    assert!(
        output.success().stderr.contains("~/.go-version now says 1.91.2 instead of 1.91.1\n"),
        "{output}"
    );
    assert_eq!(fs::read_to_string(&pin).unwrap(), "# mine\n1.91.2 # for all\n");
}

#[test]
fn one_that_fails_stops_nothing_else() {
    let ctx = outdated();
    let path = FakeSite::archive_path(&Release::new("go1.90.4"));
    ctx.site().server().fault(&path, Fault::FlipByte(100));
    let output = ctx.gover(["update", "--json"]);
    let json = output.exits(1).json();
    assert_eq!(json["toolchains"][0]["installed"], false, "{output}");
    assert!(json["toolchains"][0]["error"].is_string(), "{output}");
    assert_eq!(json["toolchains"][1]["installed"], true, "{output}");
    assert!(json["default"].is_null(), "{output}");
    assert_eq!(ctx.names_in("gover/versions"), ["go1.90.1", "go1.91.1", "go1.91.2"]);
    assert_eq!(default(&ctx), "1.90.1\n");
}

#[test]
fn a_prerelease_becomes_the_release() {
    let ctx = context!().with_site();
    ctx.install_fake("go1.92rc1");
    ctx.publish("go1.91.2");
    ctx.publish("go1.92rc2");
    let dry = ctx.gover(["update", "--dry-run"]);
    assert_eq!(dry.success().stdout, "go1.92rc1 -> go1.92rc2\n", "{dry}");
    // Not in the list that is in the cache now.
    let ctx = context!().with_site();
    ctx.install_fake("go1.92rc1");
    ctx.publish("go1.92rc2");
    ctx.publish("go1.92.0");
    let dry = ctx.gover(["update", "--dry-run"]);
    assert_eq!(dry.success().stdout, "go1.92rc1 -> go1.92.0\n", "{dry}");
}

#[test]
fn json_has_the_default_and_what_is_fixed() {
    let ctx = outdated();
    let json = ctx.gover(["update", "--check", "--json"]).exits(1).json();
    assert_eq!(json["toolchains"][0]["from"], "go1.90.1");
    assert_eq!(json["toolchains"][0]["to"], "go1.90.4");
    assert_eq!(json["default"]["now"], "1.90.4");
    assert!(json["toolchains"][0]["fixed"].is_array());
    assert_eq!(json["tools"], serde_json::json!([]));
}

#[test]
fn json_has_the_programs_to_build_again() {
    let ctx = outdated();
    let program = ctx.home().join("go").join("bin").join(gover_core::layout::executable_name("lint"));
    let lines = "path\texample.org/lint\nmod\texample.org/lint\tv1.2.3\th1:abc=\n";
    crate::scene::write_program(&program, "go1.90.1", lines);
    let json = ctx.gover(["update", "--json"]).success().json();
    assert_eq!(json["tools"], serde_json::json!([program.to_str().unwrap()]), "{json}");
}

#[test]
fn without_toolchains_or_network_it_says_so() {
    let mut ctx = context!().with_site();
    let output = ctx.gover(["update"]);
    assert_eq!(output.success().stderr, "no toolchain is installed\n", "{output}");
    ctx.install_fake("go1.90.1");
    ctx.set("GOVER_OFFLINE", "1");
    gover_snapshot!(
        ctx.gover(["update"]),
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
could not ask [SITE]: offline
could not ask goproxy: [SITE]/proxy: offline
nothing to update: go1.90.1

"#]]
    );
}

#[test]
fn sources_that_fail_are_named_only_if_none_answers() {
    let ctx = outdated();
    ctx.site().server().fault("/dl/", Fault::Status(403));
    let output = ctx.gover(["update", "--check"]);
    assert!(!output.exits(1).stderr.contains("could not ask"), "{output}");
}

#[test]
fn a_default_behind_what_is_installed_follows() {
    let ctx = outdated();
    ctx.gover(["install", "1.90.4", "1.91.2"]).success();
    let output = ctx.gover(["outdated"]);
    assert_eq!(output.exits(1).stdout, "go1.90.1 -> go1.90.4\ndefault 1.90.1 -> 1.90.4\n", "{output}");
    let output = ctx.gover(["update"]);
    assert!(output.success().stderr.contains("\ndefault is now go1.90.4 ("), "{output}");
    assert_eq!(default(&ctx), "1.90.4\n");
    ctx.gover(["outdated"]).success();
}
