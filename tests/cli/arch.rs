//! Toolchains for another architecture than the machine's.

use gover_core::{Arch, Platform};
use gover_test::snapbox::str;
use gover_test::{Release, TestContext, context, gover_snapshot};

use crate::scene::{assert_nothing_left, receipt};

const NAME: &str = "go1.91.2";

/// A site with one release, for this machine and for another one; returns the other's architecture.
fn both_released() -> (TestContext, String) {
    let ctx = context!().with_site();
    ctx.publish(NAME);
    let other = ctx.site().publish(Release::for_another_machine(NAME));
    let arch = other.platform().arch().to_owned();
    (ctx, arch)
}

/// The same, with the other one installed.
fn other_installed() -> (TestContext, String) {
    let (ctx, arch) = both_released();
    ctx.gover(["install", "--arch", &arch, "1.91.2"]).success();
    (ctx, arch)
}

/// What `gover list` and others say of a toolchain for `arch` here.
fn remark(arch: &str) -> String {
    Platform::host().warning(Arch::parse(arch).unwrap()).unwrap()
}

#[test]
fn another_architecture_is_installed_on_purpose() {
    let (ctx, arch) = both_released();
    let output = ctx.gover(["install", "--arch", &arch, "1.91.2"]);
    let talk = &output.success().stderr;
    assert!(talk.starts_with("installed go1.91.2 in "), "{output}");
    let note = format!("go1.91.2 is {}; it was not run on this machine\n", remark(&arch));
    assert!(talk.ends_with(&note), "{output}");
    let platform = format!("{}-{arch}", Platform::host().os());
    assert_eq!(receipt(&ctx, NAME)["platform"], platform);
    assert_eq!(receipt(&ctx, NAME)["proofs"].as_array().unwrap().len(), 2);
}

#[test]
fn the_option_overrides_the_variable() {
    let (mut ctx, arch) = both_released();
    ctx.set("GOVER_ARCH", &arch);
    ctx.gover(["install", "1.91"]).success();
    assert_eq!(ctx.gover(["list", "--json"]).success().json()["toolchains"][0]["arch"], arch.as_str());
    let own = Platform::host().arch().to_owned();
    ctx.gover(["install", "-f", "--arch", &own, "1.91"]).success();
    assert_eq!(ctx.gover(["list", "--json"]).success().json()["toolchains"][0]["arch"], own.as_str());
}

#[test]
fn automatic_installs_follow_the_variable() {
    for arguments in [&["use", "1.91"][..], &["pin", "1.91.2"], &["default", "1.91"]] {
        let (mut ctx, arch) = both_released();
        ctx.set("GOVER_ARCH", &arch);
        ctx.gover(arguments).success();
        if arguments[0] == "pin" {
            // The toolchain comes with the first `go`, which this machine then cannot run.
            assert_eq!(ctx.shim("go", ["fmt"]).exits(126).stdout, "");
        }
        let listed = ctx.gover(["list", "--json"]).success().json();
        assert_eq!(listed["toolchains"][0]["arch"], arch.as_str(), "{arguments:?}");
    }
}

#[test]
fn an_installed_toolchain_for_another_architecture_is_not_what_was_asked_for() {
    let (mut ctx, arch) = both_released();
    ctx.gover(["install", "1.91.2"]).success();
    let own = Platform::host().arch().to_owned();
    let output = ctx.gover(["install", "--arch", &arch, "1.91.2"]);
    assert_eq!(
        output.exits(1).stderr,
        format!(
            "error: go1.91.2 is installed for {own}, and --arch asks for {arch}\n\
             hint: gover install -f --arch {arch} 1.91.2\n"
        )
    );
    ctx.set("GOVER_ARCH", &arch);
    for request in ["1.91.2", "1.91"] {
        let output = ctx.gover(["install", request]);
        assert!(output.exits(1).stderr.contains(&format!("GOVER_ARCH asks for {arch}\n")), "{output}");
    }
    ctx.gover(["install", "-f", "1.91.2"]).success();
    ctx.gover(["install", "1.91.2"]).success();
}

#[test]
fn a_toolchain_for_another_architecture_stays_until_force_replaces_it() {
    let (ctx, arch) = other_installed();
    let output = ctx.gover(["install", "1.91.2"]);
    assert_eq!(output.success().stderr, format!("go1.91.2 is installed: {}\n", remark(&arch)));
    let output = ctx.gover(["install", "-f", "1.91.2"]);
    assert!(!output.success().stderr.contains(&arch), "{output}");
    let output = ctx.shim("go", ["+1.91.2", "version"]);
    assert!(output.success().text().starts_with("go version go1.91.2 "), "{output}");
}

#[test]
fn list_and_current_show_another_architecture() {
    let (ctx, arch) = other_installed();
    ctx.install_fake("go1.90.4");
    ctx.write(".go-version", "1.91.2\n");
    let output = ctx.gover(["list"]);
    let lines: Vec<&str> = output.success().stdout.lines().collect();
    assert!(lines[0].starts_with("* go1.91.2") && lines[0].contains(&remark(&arch)), "{output}");
    assert!(!lines[1].contains(" on "), "{output}");
    let output = ctx.gover(["current", "-v"]);
    assert!(output.success().stderr.contains(&format!("go1.91.2 is {}\n", remark(&arch))), "{output}");
    assert_eq!(ctx.gover(["current"]).success().stderr, "");
}

#[test]
fn a_toolchain_that_cannot_run_here_does_not_become_the_default() {
    let (ctx, _) = other_installed();
    assert!(!ctx.layout().default_file().exists());
    ctx.gover(["install", "1.91.2"]).success();
    assert!(!ctx.layout().default_file().exists());
}

#[test]
fn without_a_receipt_the_program_shows_the_architecture() {
    let ctx = context!();
    let release = Release::for_another_machine(NAME);
    release.write_to(&ctx.layout().versions().join(NAME));
    let arch = || ctx.gover(["list", "--json"]).success().json()["toolchains"][0]["arch"].clone();
    assert_eq!(arch(), release.platform().arch());
    // A script as `go`: the compilers tell.
    std::fs::write(crate::scene::go_of(&ctx, NAME), "#!/bin/sh\n").unwrap();
    assert_eq!(arch(), release.platform().arch());
    std::fs::remove_dir_all(ctx.layout().versions().join(NAME).join("pkg")).unwrap();
    assert_eq!(arch(), serde_json::Value::Null);
}

#[test]
fn names_of_architectures_that_go_does_not_use_are_answered_with_go_names() {
    let mut ctx = context!();
    gover_snapshot!(
        ctx.gover(["install", "--arch", "x86_64", "1.91.2"]),
        str![[r#"
exit: 2
----- stdout -----

----- stderr -----
error: `x86_64` is not an architecture that Go knows
hint: Go calls it amd64

"#]]
    );
    gover_snapshot!(
        ctx.gover(["install", "--arch", "z80", "1.91.2"]),
        str![[r#"
exit: 2
----- stdout -----

----- stderr -----
error: `z80` is not an architecture that Go knows
hint: Go knows amd64, arm64, 386, arm, loong64, mips, mips64, mips64le, mipsle, ppc64, ppc64le, riscv64, s390x

"#]]
    );
    ctx.set("GOVER_ARCH", "aarch64");
    gover_snapshot!(
        ctx.gover(["install", "1.91.2"]),
        str![[r#"
exit: 1
----- stdout -----

----- stderr -----
error: GOVER_ARCH is `aarch64`, which is not a GOARCH
hint: Go calls it arm64: set GOVER_ARCH to that, or unset it

"#]]
    );
    // What gives a shell its PATH does not depend on it.
    ctx.gover(["init", "bash"]).success();
}

#[test]
fn a_custom_build_for_another_architecture_needs_the_option() {
    let ctx = context!();
    let release = Release::for_another_machine("go1.91.2-corp");
    let arch = release.platform().arch();
    let file = ctx.write(&release.archive_name(), release.archive());
    let sum = release.sha256();
    let arguments = ["install", "--sha256", &sum, file.to_str().unwrap()];
    let output = ctx.gover(arguments);
    assert!(output.exits(1).stderr.contains(&format!("its go program is for {arch}, not for ")), "{output}");
    assert!(output.stderr.contains(&format!("hint: `--arch {arch}` installs it anyway\n")), "{output}");
    assert_nothing_left(&ctx);
    ctx.gover([&arguments[..], &["--arch", arch]].concat()).success();
    assert_eq!(receipt(&ctx, "go1.91.2-corp")["platform"], release.platform().to_string());
}

#[test]
fn another_architecture_that_runs_here_is_offered() {
    let machine = Platform::host();
    // 386 on amd64, amd64 on arm64: what this machine runs as well. Elsewhere there is nothing to
    // offer.
    let Some(also) = machine.also_runs().first() else { return };
    let ctx = context!().with_site();
    ctx.site().publish(Release::for_platform(NAME, machine.with_arch(*also)));
    for request in ["1.91.2", "1.91"] {
        let output = ctx.gover(["install", request]);
        let hint = format!("hint: gover install --arch {also} {request}\n");
        assert!(output.exits(1).stderr.contains(&hint), "{output}");
    }
    assert_nothing_left(&ctx);
}

#[test]
fn releases_are_listed_for_the_requested_architecture() {
    let (mut ctx, arch) = both_released();
    ctx.publish("go1.90.4");
    ctx.set("GOVER_ARCH", &arch);
    let listed = ctx.gover(["list", "--remote", "--json", "--all", "1"]).success().json();
    let made_up = |version: &serde_json::Value| ["go1.90.4", NAME].iter().any(|name| version == name);
    let versions: Vec<_> = listed["releases"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["version"])
        .filter(|v| made_up(v))
        .collect();
    assert_eq!(versions, [NAME]);
    let output = ctx.gover(["install", "1.90"]);
    let expected = format!("no Go release for {}-{arch} matches `1.90`", Platform::host().os());
    assert!(output.exits(1).stderr.contains(&expected), "{output}");
}
