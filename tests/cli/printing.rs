//! Text that others control never reaches a terminal as it is.

use std::fs;

use gover_core::platform::IS_WINDOWS;
use gover_core::text::is_unprintable;
use gover_test::{Output, context};

use crate::scene::with_three;

/// Sets a window's title, moves the cursor, turns and hides text, and draws a tag.
const HOSTILE: &str = "\u{1b}]0;PWN\u{7}\u{1b}[2J\u{9b}31m\u{202e}\u{2066}\u{200b}\u{ad}\u{2028}\u{e0041}";

/// Checks that no line holds more than what can be seen.
fn assert_printable(output: &Output, seen: &str) {
    let all = format!("{}{}", output.stdout, output.stderr);
    assert!(all.contains(seen), "{output}");
    let foreign: Vec<char> = all.chars().filter(|c| !matches!(c, '\n') && is_unprintable(*c)).collect();
    assert!(foreign.is_empty(), "{foreign:?} in {output}");
}

#[test]
fn files_of_a_repository_are_shown_escaped() {
    for name in ["go.mod", ".go-version", ".tool-versions", "go.work"] {
        let ctx = with_three();
        let text = match name {
            "go.mod" => format!("module m\n\ngo 1.90.1\n\ntoolchain go1.99.5-{HOSTILE}X\n"),
            ".tool-versions" => format!("golang 1.99.5{HOSTILE}\n"),
            "go.work" => format!("go 1.99.5{HOSTILE}\n"),
            _ => format!("1.99.5{HOSTILE}\n"),
        };
        ctx.write(name, &text);
        for arguments in
            [["current", "-v"], ["current", "--json"], ["which", "-v"], ["pin", "-v"], ["install", "-v"]]
        {
            assert_printable(&ctx.gover(arguments), "");
        }
        assert_printable(&ctx.gover(["current", "-v"]), if name == "go.work" { "" } else { "1.99.5" });
    }
}

#[test]
fn arguments_are_shown_escaped() {
    let ctx = context!();
    for arguments in [
        vec!["install", "1.2PWN"],
        vec!["use", "1.2PWN"],
        vec!["PWN"],
        vec!["list", "--PWN"],
        vec!["list", "--color", "PWN"],
        vec!["config", "set", "offline", "PWN"],
        vec!["config", "get", "PWN"],
        vec!["help", "PWN"],
        vec!["doctor", "PWN"],
        vec!["verify", "PWN"],
        vec!["install", "./PWN.tar.gz"],
        vec!["install", "https://127.0.0.1:1/PWN.tar.gz"],
        vec!["install", "--sha256", "PWN", "./x.tar.gz"],
    ] {
        let hostile = HOSTILE.replace("PWN", "P");
        let arguments = arguments.iter().map(|text| text.replace("PWN", &format!("PWN{hostile}")));
        let output = ctx.gover(arguments.collect::<Vec<_>>());
        assert!(output.code != Some(0), "{output}");
        assert_printable(&output, "");
    }
}

#[test]
fn variables_are_shown_escaped() {
    for name in ["GOVER_VERSION", "GOVER_SOURCES", "GOVER_ARCH", "GOVER_OFFLINE", "GOTOOLCHAIN", "GOPROXY"] {
        let mut ctx = with_three();
        ctx.set(name, format!("1.2{HOSTILE}"));
        for arguments in [vec!["current", "-v"], vec!["install", "1.93.1"], vec!["doctor"]] {
            assert_printable(&ctx.gover(arguments), "");
        }
    }
}

#[test]
fn colours_are_the_printers_own() {
    let ctx = with_three();
    ctx.write(".go-version", format!("1.99.5{HOSTILE}\n").as_bytes());
    let output = ctx.gover(["current", "--color", "always"]);
    let left = output.stderr.replace("\u{1b}[1;31m", "").replace("\u{1b}[36m", "").replace("\u{1b}[0m", "");
    assert!(left.len() < output.stderr.len(), "{output}");
    assert!(!left.contains('\u{1b}'), "{output}");
}

#[test]
fn names_of_directories_are_shown_escaped_and_data_is_exact() {
    if IS_WINDOWS {
        return;
    }
    let ctx = with_three();
    let hostile = ctx.root().join(format!("shop{}", HOSTILE.replace('/', "")));
    fs::create_dir(&hostile).unwrap();
    fs::write(hostile.join(".go-version"), "1.90.1\n").unwrap();
    let run = |arguments: &[&str]| {
        let command = ctx.command(ctx.gover_program()).env("GOVER_VERSION", hostile.join("sdk"));
        command.args(arguments).current_dir(&hostile).run()
    };
    let pinned = ctx.command(ctx.gover_program()).arg("current").current_dir(&hostile).run();
    assert_printable(pinned.success(), "go1.90.1");
    let copied = ctx.install_fake("go1.90.1");
    let sdk = hostile.join("sdk");
    fs::rename(copied, &sdk).unwrap();
    assert_printable(&run(&["current", "-v"]), "sdk");
    // A program reads this, and no terminal shows it.
    let printed = String::from_utf8(run(&["which"]).raw_stdout).unwrap();
    assert_eq!(printed.trim_end_matches('\n'), sdk.join("bin/go").to_str().unwrap());
    let json = run(&["which", "--json"]);
    assert_printable(&json, "sdk");
    assert_eq!(json.json()["path"], sdk.join("bin/go").to_str().unwrap());
}
