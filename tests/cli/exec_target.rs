//! `gover exec --target`.

use gover_test::gover_snapshot;
use gover_test::snapbox::str;

use crate::exec_isolated::{exec, text};
use crate::scene::with_three;

/// A port that no machine which runs these tests has.
const FOREIGN: &str = "plan9/386";

#[test]
fn a_target_applies_to_the_command_alone() {
    let mut ctx = with_three();
    let output = exec(&ctx, &["--target", FOREIGN], &["fake-report"]);
    assert_eq!(output.success().stderr, "note: builds for plan9/386 do not use cgo (CGO_ENABLED=0)\n");
    for (name, value) in [("GOOS", "plan9"), ("GOARCH", "386"), ("CGO_ENABLED", "0")] {
        assert_eq!(output.reported(name).as_deref(), Some(value));
    }
    let gobin = ctx.home().join("bin");
    ctx.set("CC", "clang").set("GOBIN", gobin);
    let output = exec(&ctx, &["--target", FOREIGN], &["fake-install", "tool", "1"]);
    gover_snapshot!(
        output,
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
note: CC is set, so CGO_ENABLED stays as it is
note: GOBIN is unset for plan9/386; `go install` uses GOPATH/bin instead

"#]]
    );
    assert_eq!(ctx.names_in("home/go/bin/plan9_386"), ["tool"]);
    assert_eq!(exec(&ctx, &["--target", FOREIGN], &["fake-report"]).reported("CGO_ENABLED"), None);
    // The toolchain's own platform has a GOBIN.
    let own = gover_core::Platform::host().to_string();
    exec(&ctx, &["--target", &own], &["fake-install", "tool", "1"]).success();
    assert_eq!(ctx.names_in("home/bin"), ["tool"]);
}

#[test]
fn the_own_platform_as_target_changes_nothing() {
    let ctx = with_three();
    let own = gover_core::Platform::host().to_string();
    for options in [&["--target", &own][..], &["--isolated", "--target", &own]] {
        let output = exec(&ctx, options, &["fake-report"]);
        assert_eq!(output.success().stderr, "");
        assert_eq!(output.reported("CGO_ENABLED"), None);
        assert_eq!(output.reported("GOARCH").as_deref(), Some(gover_core::Platform::host().arch()));
    }
}

#[test]
fn a_gobin_of_go_env_that_stops_go_install_is_named() {
    let mut ctx = with_three();
    let file = ctx.write("env", "GOBIN=/opt/bin\n");
    ctx.set("GOENV", file);
    let output = exec(&ctx, &["--target", FOREIGN], &["version"]);
    assert!(output.success().stderr.contains("`go env -u GOBIN` removes it"), "{output}");
    // An isolated command does not see that file.
    let output = exec(&ctx, &["--isolated", "--target", FOREIGN], &["version"]);
    assert_eq!(output.success().stderr, "note: builds for plan9/386 do not use cgo (CGO_ENABLED=0)\n");
}

#[test]
fn programs_for_another_platform_are_kept() {
    let ctx = with_three();
    let options = ["--isolated", "--keep-bin", "tools", "--target", FOREIGN];
    exec(&ctx, &options, &["fake-install", "tool", "1"]).success();
    assert_eq!(text(&ctx, "tools/tool"), "1");
    assert_eq!(ctx.names_in("tmp"), [""; 0]);
}

#[test]
fn an_unknown_target_is_answered_with_the_nearest() {
    let ctx = with_three();
    gover_snapshot!(
        exec(&ctx, &["--target", "linux/arm46"], &["version"]),
        str![[r#"
exit: 2
----- stdout -----

----- stderr -----
error: Go has no port to `linux/arm46`
hint: gover exec --target linux/arm64 1.90.1 -- go version

"#]]
    );
    for (wrong, meant) in [
        ("macos/x86_64", "darwin/amd64"),
        ("Linux-aarch64", "linux/arm64"),
        ("window/amd64", "windows/amd64"),
    ] {
        let output = exec(&ctx, &[&format!("--target={wrong}")], &["version"]);
        let hint = format!("hint: gover exec --target={meant} 1.90.1 -- go version");
        // Without the filters, which hide the platform of this machine.
        let said = String::from_utf8_lossy(&output.exits(2).raw_stderr);
        assert!(said.trim_end().ends_with(&hint), "{output}");
    }
    let output = exec(&ctx, &["--target", "nonsense"], &["version"]);
    assert!(output.exits(2).stderr.contains("go tool dist list"), "{output}");
}
