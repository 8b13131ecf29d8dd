//! Streams, colour, exit codes: what every command has in common.

use std::io::Read as _;
use std::process::Stdio;

use gover_test::snapbox::str;
use gover_test::{TestContext, context, gover_snapshot, spawn};

use crate::scene::with_three;

#[test]
fn a_wrong_command_line_is_a_usage_error() {
    let ctx = context!();
    gover_snapshot!(
        ctx.gover(["instal", "1.22"]),
        str![[r#"
exit: 2
----- stdout -----

----- stderr -----
error: gover has no command `instal`
hint: gover install 1.22

"#]]
    );
    for arguments in [
        &[][..],
        &["use", "1.22", "--clear"],
        &["list", "--what"],
        &["list", "-q", "-v"],
        &["list", "--color", "maybe"],
        &["uninstall"],
        &["which", "a", "b", "c"],
        &["default", "1.22", "1.23"],
    ] {
        let output = ctx.gover(arguments);
        output.exits(2);
        assert_eq!(output.stdout, "", "{arguments:?}");
        assert!(!output.stderr.is_empty(), "{arguments:?}");
    }
}

#[test]
fn quiet_prints_errors_only() {
    let ctx = context!().with_site();
    ctx.publish("go1.91.2");
    let output = ctx.gover(["install", "-q", "1.91.2"]);
    assert_eq!((output.success().stdout.as_str(), output.stderr.as_str()), ("", ""));
    let output = ctx.gover(["--quiet", "uninstall", "1.91.2"]);
    assert_eq!((output.success().stdout.as_str(), output.stderr.as_str()), ("", ""));
    let output = ctx.gover(["install", "-q", "1.91.7"]);
    assert!(output.exits(1).stderr.starts_with("error: "), "{output}");
}

#[test]
fn without_a_terminal_there_is_neither_colour_nor_progress() {
    let mut ctx = with_three().with_site();
    ctx.unset("NO_COLOR").set("TERM", "xterm-256color");
    ctx.publish("go1.92.1");
    for arguments in [&["install", "1.92.1"][..], &["list"], &["current"], &["install", "1.99"], &["--help"]]
    {
        let output = ctx.gover(arguments);
        assert!(!output.stdout.contains('\u{1b}') && !output.stderr.contains('\u{1b}'), "{output:?}");
        assert!(!output.stderr.contains('\r'), "{output:?}");
    }
}

#[test]
fn colour_follows_the_option_and_never_carries_meaning_alone() {
    let mut ctx = with_three();
    ctx.set("GOVER_AUTO_INSTALL", "0");
    for arguments in [&["list"][..], &["current"], &["use", "1.80"]] {
        let with = |when: &str| ctx.gover(arguments.iter().copied().chain(["--color", when]));
        let (always, never) = (with("always"), with("never"));
        let coloured = format!("{}{}", always.stdout, always.stderr);
        assert!(coloured.contains("\u{1b}["), "{arguments:?}");
        assert_eq!(without_escapes(&coloured), format!("{}{}", never.stdout, never.stderr));
        assert_eq!(always.code, never.code);
    }
    let json = ctx.gover(["list", "--json", "--color", "always"]);
    assert!(!json.success().stdout.contains('\u{1b}'), "{json:?}");
    let path = ctx.gover(["which", "--color", "always"]);
    assert!(!path.success().stdout.contains('\u{1b}'), "{path:?}");
}

fn without_escapes(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("\u{1b}[") {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        rest = &rest[rest.find('m').unwrap() + 1..];
    }
    plain + rest
}

/// Runs gover with a stdout whose reader is gone before it begins.
fn with_closed_stdout(ctx: &TestContext, arguments: &[&str]) -> (Option<i32>, String) {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = ctx.command(ctx.gover_program()).args(arguments).into_command();
    command.stdin(Stdio::null()).stdout(writer).stderr(Stdio::piped());
    let child = spawn(&mut command).unwrap();
    drop(command);
    let output = child.wait_with_output().unwrap();
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn a_closed_pipe_is_not_a_failure() {
    let ctx = with_three();
    for arguments in [
        &["list"][..],
        &["list", "--remote", "--all", "--offline"],
        &["list", "--json"],
        &["current"],
        &["which"],
        &["completions", "bash"],
        &["init", "bash"],
        &["help"],
        &["--help"],
        &["--version"],
        &["config"],
    ] {
        let (code, stderr) = with_closed_stdout(&ctx, arguments);
        assert_eq!(code, Some(0), "{arguments:?}\n{stderr}");
        assert!(!stderr.contains("panicked") && !stderr.contains("error: "), "{arguments:?}\n{stderr}");
    }
}

#[test]
fn a_full_disk_behind_stdout_is_a_failure() {
    let Ok(full) = std::fs::OpenOptions::new().write(true).open("/dev/full") else { return };
    let ctx = with_three();
    let mut command = ctx.command(ctx.gover_program()).arg("list").into_command();
    command.stdin(Stdio::null()).stdout(full).stderr(Stdio::piped());
    let output = spawn(&mut command).unwrap().wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).starts_with("error: cannot write to stdout"));
}

#[test]
fn json_is_one_line_and_notes_stay_on_stderr() {
    let ctx = with_three();
    ctx.install_fake("go1.89.1");
    std::fs::remove_file(crate::scene::go_of(&ctx, "go1.89.1")).unwrap();
    for arguments in [
        &["list"][..],
        &["list", "--remote", "--offline"],
        &["current"],
        &["which"],
        &["env"],
        &["cache"],
        &["config", "list"],
        &["install", "1.91.2"],
    ] {
        let output = ctx.gover(arguments.iter().copied().chain(["--json"]));
        output.success().json();
        assert_eq!(output.stdout.trim_end().lines().count(), 1, "{output}");
    }
}

#[test]
fn paths_are_shortened_for_people_only() {
    let mut ctx = with_three();
    let work = ctx.work();
    ctx.set("HOME", &work).set("USERPROFILE", &work);
    ctx.write("shop/.go-version", "1.90.1\n");
    let run = |arguments: &[&str]| ctx.command(ctx.gover_program()).args(arguments).current_dir("shop").run();
    gover_snapshot!(
        run(&["current"]),
        str![[r#"
exit: 0
----- stdout -----
go1.90.1  chosen by .go-version:1 in ~/shop

----- stderr -----

"#]]
    );
    let facts = run(&["current", "--json"]).success().json();
    assert_eq!(facts["origin"]["path"], ctx.work().join("shop").join(".go-version").to_str().unwrap());
}

#[test]
fn without_a_home_the_remedy_is_shown() {
    let mut ctx = context!();
    // What it is relative to changes with every `cd`.
    ctx.set("GOVER_HOME", "relative-home");
    gover_snapshot!(
        ctx.gover(["config", "path"]),
        str![[r#"
exit: 1
----- stdout -----

----- stderr -----
error: GOVER_HOME is `relative-home`, which is not an absolute path
hint: write the full path, without `~`, variables or quotation marks, or unset GOVER_HOME

"#]]
    );
    assert!(!ctx.work().join("relative-home").exists(), "nothing is created");
}

#[test]
fn output_that_is_closed_in_the_middle_ends_the_command_quietly() {
    let ctx = with_three();
    for arguments in [
        &["list", "--remote", "--all", "--offline"][..],
        &["list", "--remote", "--all", "--offline", "--json"],
        &["completions", "bash"],
        &["init", "zsh"],
        &["help", "trust"],
        &["install", "--help"],
    ] {
        let mut child = ctx.command(ctx.gover_program()).args(arguments).spawn();
        let mut start = [0; 10];
        child.stdout.take().unwrap().read_exact(&mut start).unwrap();
        let output = child.wait_with_output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}\n{stderr}");
        assert!(!stderr.contains("panicked") && !stderr.contains("error: "), "{arguments:?}\n{stderr}");
    }
}

#[test]
fn errors_that_nobody_reads_keep_their_exit_code() {
    let ctx = with_three();
    for (arguments, code) in [(&["instal"][..], 2), (&["use"], 2), (&["which", "1.80"], 127), (&["list"], 0)]
    {
        let mut child = ctx.command(ctx.gover_program()).args(arguments).spawn();
        drop(child.stderr.take());
        assert_eq!(child.wait().unwrap().code(), Some(code), "{arguments:?}");
    }
}

#[test]
fn what_needs_no_home_works_without_one() {
    let ctx = context!();
    for (arguments, code) in [
        (&["--version"][..], 0),
        (&["version"], 0),
        (&["--help"], 0),
        (&["help", "trust"], 0),
        (&["ls-remote", "--help"], 0),
        (&["nosuch"], 2),
        (&["list", "--nosuch"], 2),
    ] {
        let mut command = ctx.command(ctx.gover_program()).args(arguments);
        for name in ["HOME", "USERPROFILE", "GOVER_HOME", "SHELL"] {
            command = command.env_remove(name);
        }
        let output = command.run();
        assert!(!output.exits(code).stderr.contains("panicked"), "{arguments:?}\n{output}");
    }
}

#[test]
fn a_shell_that_gover_does_not_know_gets_plain_text() {
    let mut ctx = with_three();
    ctx.set("SHELL", "/bin/csh").set("GOVER_SHELL", "csh").set("TERM", "dumb");
    for arguments in
        [&["list"][..], &["current"], &["use", "1.90"], &["use", "--clear"], &["which"], &["help"]]
    {
        let output = ctx.gover(arguments);
        let text = format!("{}{}", output.success().stdout, output.stderr);
        assert!(!text.contains('\u{1b}') && !text.contains("export "), "{arguments:?}\n{output}");
    }
    for arguments in [&["init", "csh"][..], &["completions", "tcsh"], &["env", "--shell", "xonsh"]] {
        let output = ctx.gover(arguments);
        assert!(output.exits(2).stderr.contains("hint: use one of "), "{output}");
        assert_eq!(output.stdout, "", "{output}");
    }
}
