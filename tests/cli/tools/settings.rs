//! Settings that decide what a rebuild makes, and which project a program is compared with.

use std::fs;

use serde_json::Value;

use super::{facts, put, put_package, rebuild, scene};

#[test]
fn recorded_settings_are_repeated() {
    let ctx = scene();
    let recorded = [
        "build\t-gcflags=\"all=-N -l\"",
        "build\t-ldflags=\"-X main.v=1\"",
        "build\t-race=true",
        "build\tGOEXPERIMENT=rangefunc",
    ];
    let module = "path\texample.org/lint\nmod\texample.org/lint\tv1.2.3\th1:abc=\n";
    put(&ctx, "lint", "go1.90.1", &format!("{module}{}\n", recorded.join("\n")));
    rebuild(&ctx, &["lint"]).success();
    let program = String::from_utf8_lossy(&fs::read(super::program(&ctx, "lint")).unwrap()).into_owned();
    for line in recorded {
        assert!(program.contains(&line.replace('"', "")), "{line}");
    }
    put(&ctx, "lint", "go1.90.1", &format!("{module}build\t-ldflags=\"all=-extld=./evil\"\n"));
    let refused = rebuild(&ctx, &["lint"]);
    let why = "kept ~/go/bin/lint: built with -ldflags, which gover does not repeat";
    assert!(refused.exits(1).stderr.contains(why), "{refused}");
}

#[test]
fn the_workspace_that_counts_says_which_go_the_project_needs() {
    let mut ctx = scene();
    let reader = "path\tgolang.org/x/tools/gopls\nmod\tgolang.org/x/tools/gopls\tv0.20.0\th1:abc=\n";
    put(&ctx, "gopls", "go1.90.1", reader);
    put_package(&ctx, "lint", "go1.90.1");
    ctx.write("go.mod", "module shop\n\ngo 1.90.0\n");
    assert_eq!(facts(&ctx, "gopls")["too_old_for"], Value::Null);
    let nearest = ctx.write("go.work", "go 1.91.1\n\nuse .\n");
    assert_eq!(facts(&ctx, "gopls")["too_old_for"], nearest.to_str().unwrap());
    assert_eq!(facts(&ctx, "lint")["too_old_for"], Value::Null);
    ctx.set("GOWORK", "off");
    assert_eq!(facts(&ctx, "gopls")["too_old_for"], Value::Null);
    fs::remove_file(nearest).unwrap();
    let named = ctx.home().join("other.work");
    fs::write(&named, "go 1.91.2\n").unwrap();
    ctx.set("GOWORK", &named);
    assert_eq!(facts(&ctx, "gopls")["too_old_for"], named.to_str().unwrap());
}
