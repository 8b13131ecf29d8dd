//! Real shells with the function of `gover init`: `gover use` changes only the calling shell.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;

use gover_test::{Invocation, TestContext};

use crate::scene::with_three;

/// A shell and how its language says what the tests need.
struct Shell {
    name: &'static str,
    arguments: &'static [&'static str],
    load: &'static str,
    /// Waits for a line on stdin.
    pause: &'static str,
}

const SHELLS: [Shell; 3] = [
    Shell {
        name: "bash",
        arguments: &["--norc", "--noprofile", "-c"],
        load: "eval \"$(gover init bash)\"",
        pause: "read line",
    },
    Shell { name: "zsh", arguments: &["-f", "-c"], load: "eval \"$(gover init zsh)\"", pause: "read line" },
    Shell {
        name: "fish",
        arguments: &["--no-config", "-c"],
        load: "gover init fish | source",
        pause: "read line",
    },
];

/// Runs a script, with the function loaded, to its end; stdout lines. `None` if the machine has no
/// such shell.
fn run(ctx: &TestContext, shell: &Shell, script: &str) -> Option<Vec<String>> {
    let program = ctx.find_on_machine(shell.name)?;
    let script = format!("{}\n{script}", shell.load);
    let output = ctx.command(program).args(shell.arguments).arg(&script).run();
    assert_eq!(output.code, Some(0), "{}\n{output}", shell.name);
    Some(output.text().lines().map(str::to_owned).collect())
}

/// `go1.90.4` of `go version go1.90.4 linux/amd64`.
fn version(line: &str) -> &str {
    line.split(' ').nth(2).unwrap_or(line)
}

#[test]
fn use_changes_the_calling_shell_until_it_is_cleared() {
    let ctx = with_three();
    ctx.install_shim("go");
    for shell in &SHELLS {
        let script = "go version\ngover use 1.90.1\ngo version\ngover use --clear\ngo version";
        let Some(lines) = run(&ctx, shell, script) else { continue };
        let versions: Vec<_> = lines.iter().map(|line| version(line)).collect();
        assert_eq!(versions, ["go1.91.2", "go1.90.1", "go1.91.2"], "{}", shell.name);
        assert!(ctx.names_in("gover/sessions").is_empty(), "{}", shell.name);
    }
}

#[test]
fn a_second_shell_is_not_changed_while_the_first_one_lives() {
    let ctx = with_three();
    ctx.install_shim("go");
    for shell in &SHELLS {
        let Some(program) = ctx.find_on_machine(shell.name) else { continue };
        let script =
            format!("{}\ngover use 1.90.1\ngo version\necho ready\n{}\ngo version", shell.load, shell.pause);
        let mut first = ctx.command(program).args(shell.arguments).arg(script).spawn();
        let mut lines = BufReader::new(first.stdout.take().unwrap()).lines().map(Result::unwrap);
        assert_eq!(version(&lines.next().unwrap()), "go1.90.1", "{}", shell.name);
        assert_eq!(lines.next().unwrap(), "ready");

        let second = run(&ctx, shell, "go version\ngover use 1.90.4\ngo version").unwrap();
        assert_eq!(version(&second[0]), "go1.91.2", "{}", shell.name);
        assert_eq!(version(&second[1]), "go1.90.4", "{}", shell.name);

        first.stdin.take().unwrap().write_all(b"go on\n").unwrap();
        assert_eq!(version(&lines.next().unwrap()), "go1.90.1", "{}", shell.name);
        assert!(first.wait().unwrap().success(), "{}", shell.name);
    }
}

#[test]
fn use_overrides_the_pin_for_the_shell_and_its_children() {
    let ctx = with_three();
    ctx.install_shim("go");
    ctx.write(".go-version", "1.90.4\n");
    for shell in &SHELLS {
        let script = "go version\ngover use 1.90.1\ngo fake-run go version";
        let Some(lines) = run(&ctx, shell, script) else { continue };
        let versions: Vec<_> = lines.iter().map(|line| version(line)).collect();
        assert_eq!(versions, ["go1.90.4", "go1.90.1"], "{}", shell.name);
    }
}

#[test]
fn use_that_fails_fails_in_the_shell_and_changes_nothing() {
    let mut ctx = with_three();
    ctx.set("GOVER_AUTO_INSTALL", "0");
    ctx.install_shim("go");
    for shell in &SHELLS {
        let script = "gover use 1.80 || echo failed\ngo version";
        let Some(lines) = run(&ctx, shell, script) else { continue };
        assert_eq!(lines[0], "failed", "{}", shell.name);
        assert_eq!(version(&lines[1]), "go1.91.2", "{}", shell.name);
    }
}

#[test]
fn every_other_command_works_through_the_function() {
    let ctx = with_three();
    ctx.install_shim("go");
    for shell in &SHELLS {
        let script = "gover which\ngover --color never current\ngover use --help\n\
                      gover exec 1.90.1 -- go version\ngover list --nonsense || echo refused";
        let Some(lines) = run(&ctx, shell, script) else { continue };
        let text = lines.join("\n");
        for words in ["go1.91.2", "chosen by", "Usage: gover use", "go version go1.90.1 ", "refused"] {
            assert!(text.contains(words), "{} lacks `{words}`\n{text}", shell.name);
        }
    }
}

#[test]
fn without_the_function_use_applies_to_the_calling_shell() {
    let ctx = with_three();
    ctx.install_shim("go");
    for (name, arguments) in
        [("bash", &["--norc", "-c"][..]), ("sh", &["-c"]), ("fish", &["--no-config", "-c"])]
    {
        let Some(program) = ctx.find_on_machine(name) else { continue };
        let run = |script: &str| ctx.command(&program).args(arguments).arg(script).run().success().text();
        let text = run("gover use 1.90.1; go version; gover current; true");
        assert!(text.starts_with("go version go1.90.1 "), "{name}\n{text}");
        // Another shell, and this test, are not changed.
        let text = run("go version; true");
        assert!(text.starts_with("go version go1.91.2 "), "{name}\n{text}");
        assert!(ctx.shim("go", ["version"]).text().starts_with("go version go1.91.2 "));
    }
    // Only the record of a shell that ended is left, and the next command removes it.
    ctx.gover(["use", "1.90.4"]).success();
    assert_eq!(ctx.names_in("gover/sessions"), [std::process::id().to_string()]);
}

#[test]
fn without_the_function_use_in_a_subshell_ends_with_it() {
    let ctx = with_three();
    ctx.install_shim("go");
    for name in ["bash", "zsh", "sh"] {
        let Some(program) = ctx.find_on_machine(name) else { continue };
        let run = |script: &str| {
            let output = ctx.command(&program).args(["-c", script]).run();
            output.success().text().lines().map(|line| version(line).to_owned()).collect::<Vec<_>>()
        };
        let versions = run("(gover use 1.90.1; go version; true); go version; true");
        assert_eq!(versions, ["go1.90.1", "go1.91.2"], "{name}");
        // The nearest choice counts, and the outer one is there again after it.
        let versions = run("gover use 1.90.4; (gover use 1.90.1; go version; true); go version; true");
        assert_eq!(versions, ["go1.90.1", "go1.90.4"], "{name}");
    }
}

#[test]
fn loading_the_function_twice_changes_nothing() {
    let ctx = with_three();
    for shell in &SHELLS {
        let script = format!("{}\necho \"$PATH\"", shell.load);
        let Some(lines) = run(&ctx, shell, &script) else { continue };
        let bin = ctx.layout().bin();
        assert_eq!(lines[0].matches(bin.to_str().unwrap()).count(), 1, "{}\n{}", shell.name, lines[0]);
    }
}

/// A batch file in the working directory, run by the command prompt.
fn batch(ctx: &TestContext, cmd: &Path, name: &str, lines: &[&str]) -> Invocation {
    ctx.write(name, format!("@echo off\r\n{}\r\n", lines.join("\r\n")));
    ctx.command(cmd).args(["/d", "/c", name])
}

#[test]
fn in_the_command_prompt_use_applies_to_the_calling_prompt() {
    let ctx = with_three();
    ctx.install_shim("go");
    let Some(cmd) = ctx.find_on_machine("cmd") else { return };
    let line = "gover use 1.90.1 && go version";
    let output = ctx.command(&cmd).args(["/d", "/c", line]).run();
    assert_eq!(version(&output.success().text()), "go1.90.1", "{output}");
    // Another prompt, and this test, are not changed.
    let output = ctx.command(&cmd).args(["/d", "/c", "go version"]).run();
    assert_eq!(version(&output.success().text()), "go1.91.2", "{output}");
    assert_eq!(version(&ctx.shim("go", ["version"]).text()), "go1.91.2");

    let lines = [
        "go version",
        "gover use 1.90.1",
        "go version",
        "gover use --clear",
        "go version",
        // A batch file that is called runs in the same process.
        "call choose.bat",
        "go version",
    ];
    ctx.write("choose.bat", "@gover use 1.90.4\r\n");
    let output = batch(&ctx, &cmd, "all.bat", &lines).run();
    let text = output.success().text();
    let versions: Vec<_> = text.lines().map(version).collect();
    assert_eq!(versions, ["go1.91.2", "go1.90.1", "go1.91.2", "go1.90.4"], "{output}");
}

#[test]
fn two_command_prompts_have_separate_choices() {
    let ctx = with_three();
    ctx.install_shim("go");
    let Some(cmd) = ctx.find_on_machine("cmd") else { return };
    let waiting = ["gover use 1.90.1", "go version", "echo ready", "set /p LINE=", "go version"];
    let mut first = batch(&ctx, &cmd, "first.bat", &waiting).spawn();
    let mut lines = BufReader::new(first.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert_eq!(version(&lines.next().unwrap()), "go1.90.1");
    assert_eq!(lines.next().unwrap().trim(), "ready");

    let output = batch(&ctx, &cmd, "second.bat", &["gover use 1.90.4", "go version"]).run();
    assert_eq!(version(&output.success().text()), "go1.90.4", "{output}");

    first.stdin.take().unwrap().write_all(b"go on\r\n").unwrap();
    assert_eq!(version(&lines.next().unwrap()), "go1.90.1");
    assert!(first.wait().unwrap().success());
}

#[test]
fn the_command_prompt_gets_hints_in_its_syntax() {
    let mut ctx = with_three();
    let Some(cmd) = ctx.find_on_machine("cmd") else { return };
    ctx.set("GOVER_VERSION", "1.91.2");
    for line in ["gover use 1.90", "gover use --clear"] {
        let output = ctx.command(&cmd).args(["/d", "/c", line]).run();
        assert!(output.exits(1).stderr.ends_with("hint: set GOVER_VERSION=\n"), "{output}");
    }
}
