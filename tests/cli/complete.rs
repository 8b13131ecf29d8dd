//! `gover completions`, and `gover complete`, which its scripts run at Tab. tests/shells presses Tab
//! in real shells.

use std::fs;

use gover_test::snapbox::str;
use gover_test::{Output, TestContext, gover_snapshot};

use crate::scene::with_three;

/// What `gover complete` answers for a line whose last word is being typed.
fn answer(ctx: &TestContext, shell: &str, line: &str) -> Output {
    let (before, word) = line.rsplit_once(' ').unwrap();
    let before = before.split(' ').filter(|word| !word.is_empty());
    let word = format!("--word={word}");
    ctx.gover(["complete", shell, &word, "--"].into_iter().chain(before))
}

/// The values without their descriptions.
#[track_caller]
fn values(ctx: &TestContext, line: &str) -> Vec<String> {
    let output = answer(ctx, "fish", line);
    assert_eq!(output.stderr, "", "{line}\n{output}");
    output.stdout.lines().map(|line| line.split('\t').next().unwrap().to_owned()).collect()
}

#[test]
fn installed_versions_are_offered_newest_first_where_a_command_needs_one() {
    let ctx = with_three();
    for command in ["use", "default", "uninstall", "verify", "exec", "env", "list", "rm", "prune --keep"] {
        let line = format!("gover {command} ");
        assert_eq!(values(&ctx, &line), ["1.91.2", "1.90.4", "1.90.1"], "{command}");
    }
    assert_eq!(values(&ctx, "gover which "), ["go", "gofmt", "1.91.2", "1.90.4", "1.90.1"]);
    assert_eq!(values(&ctx, "gover use 1.90"), ["1.90.4", "1.90.1"]);
    assert_eq!(values(&ctx, "gover use go1.90"), ["go1.90.4", "go1.90.1"]);
    assert_eq!(values(&ctx, "gover --color never -q use 1.91"), ["1.91.2"]);
    assert_eq!(values(&ctx, "gover uninstall 1.90.4 1.90"), ["1.90.1"]);
    gover_snapshot!(
        answer(&ctx, "zsh", "gover use "),
        str![[r#"
exit: 0
----- stdout -----
1.91.2	default
1.90.4	installed
1.90.1	installed

----- stderr -----

"#]]
    );
}

/// `1.20` means the newest patch, so it does not choose go1.20.
#[test]
fn a_first_release_is_offered_by_a_text_that_means_it() {
    let ctx = gover_test::context!();
    for name in ["go1.20", "go1.20.4"] {
        ctx.install_fake(name);
    }
    assert_eq!(values(&ctx, "gover exec 1.20"), ["1.20.4", "1.20.0"]);
    let output = ctx.gover(["exec", "1.20.0", "--", "go", "version"]);
    assert!(output.success().text().starts_with("go version go1.20 "), "{output}");
}

#[test]
fn released_versions_are_offered_where_a_command_gets_one() {
    let ctx = with_three();
    for command in ["install", "pin", "mirror d", "list --remote", "ls-remote"] {
        let found = values(&ctx, &format!("gover {command} "));
        assert_eq!(found[..2], ["latest", "oldstable"], "{command}");
        assert!(found.contains(&"1.21.13".to_owned()), "{command}: {found:?}");
        assert!(!found.contains(&"1.21.12".to_owned()), "{command}: only the newest patch: {found:?}");
    }
    let patches = values(&ctx, "gover install 1.21.1");
    assert_eq!(patches, ["1.21.13", "1.21.12", "1.21.11", "1.21.10", "1.21.1"]);
}

#[test]
fn settings_checks_shells_topics_and_platforms_are_offered() {
    let ctx = with_three();
    let all = |line: &str| values(&ctx, line);
    assert_eq!(
        all("gover config set "),
        ["sources", "auto_install", "offline", "require_sumdb", "verify_before_unpack"]
    );
    assert_eq!(all("gover config get o"), ["offline"]);
    assert_eq!(all("gover config set offline "), ["true", "false"]);
    assert_eq!(all("gover config set sources g"), ["go.dev", "goproxy"]);
    assert_eq!(all("gover doctor goroot-s"), ["goroot-set", "goroot-spaces"]);
    assert_eq!(all("gover completions "), ["bash", "zsh", "fish", "powershell", "nu", "elvish"]);
    assert_eq!(all("gover env --shell e"), ["elvish"]);
    assert_eq!(
        all("gover help s"),
        [
            "setup",
            "self",
            "sources",
            "selection",
            "shell-startup",
            "shim-damaged",
            "shell-integration",
            "sumdb",
            "store"
        ]
    );
    assert!(all("gover install --arch arm").contains(&"arm64".to_owned()));
    assert_eq!(
        all("gover mirror d latest --platform plan9-386,freebsd-a"),
        ["plan9-386,freebsd-amd64", "plan9-386,freebsd-arm", "plan9-386,freebsd-arm64"]
    );
    assert_eq!(all("gover --color a"), ["auto", "always"]);
    assert_eq!(all("gover --color=a"), ["--color=auto", "--color=always"]);
}

#[test]
fn options_are_offered_where_one_is_typed_or_nothing_else_fits() {
    let ctx = with_three();
    assert!(values(&ctx, "gover use --").contains(&"--clear".to_owned()));
    assert!(values(&ctx, "gover setup ").contains(&"--undo".to_owned()));
    assert_eq!(values(&ctx, "gover use 1.91.2 "), [""; 0]);
    // Hidden ones never are.
    assert_eq!(values(&ctx, "gover install --fo"), ["--force"]);
    assert_eq!(values(&ctx, "gover comp"), ["completions"]);
}

#[test]
fn names_of_files_are_left_to_the_shell() {
    let ctx = with_three();
    for line in ["gover use ./", "gover install ../go1.tar.gz", "gover exec 1.91 -- ma", "gover mirror "] {
        let output = answer(&ctx, "bash", line);
        assert_eq!((output.code, &*output.stdout, &*output.stderr), (Some(1), "", ""), "{line}");
    }
    let output = answer(&ctx, "bash", "gover doctor nosuch");
    assert_eq!((output.code, &*output.stdout), (Some(0), ""));
}

#[test]
fn half_a_word_in_quotation_marks_and_words_that_bash_splits_are_understood() {
    let ctx = with_three();
    assert_eq!(values(&ctx, "gover use \"1.91"), ["1.91.2"]);
    assert_eq!(values(&ctx, "gover use '1.91"), ["1.91.2"]);
    assert_eq!(values(&ctx, "gover 'config' \"set\" of"), ["offline"]);
    assert_eq!(answer(&ctx, "bash", "gover use --color = al").text(), "always");
    assert_eq!(answer(&ctx, "bash", "gover use ").text(), "1.91.2\n1.90.4\n1.90.1");
}

#[test]
fn tab_prints_no_error_whatever_is_wrong() {
    let mut ctx = with_three();
    fs::write(ctx.layout().config(), "sources = [").unwrap();
    assert_eq!(values(&ctx, "gover use 1.91"), ["1.91.2"]);
    for line in [
        " ",
        "gover \u{1b}[31m",
        "gover use \u{1b}[31m",
        "gover -- ",
        "gover nosuch nosuch ",
        "gover use 'a b",
    ] {
        let output = answer(&ctx, "fish", line);
        assert!(matches!(output.code, Some(0 | 1)), "{line:?}\n{output}");
        assert_eq!(output.stderr, "", "{line:?}");
        assert!(!output.stdout.contains('\u{1b}'), "{line:?}");
    }
    ctx.unset("GOVER_HOME").unset("HOME").unset("USERPROFILE");
    assert_eq!(answer(&ctx, "fish", "gover use ").stderr, "");
}

#[test]
fn scripts_are_printed_for_each_shell_that_has_completions() {
    let ctx = gover_test::context!();
    for shell in ["bash", "zsh", "fish", "powershell", "nu", "elvish"] {
        let output = ctx.gover(["completions", shell]);
        assert!(output.success().stdout.contains(&format!("complete {shell}")), "{output}");
        assert_eq!(output.stderr, "", "{shell}");
        // `gover setup` installs them with the function.
        let init = ctx.gover(["init", shell]);
        let marker = "# Completions of gover for";
        assert!(init.success().stdout.contains(marker) && output.stdout.contains(marker), "{init}");
    }
    gover_snapshot!(
        ctx.gover(["completions", "cmd"]),
        str![[r#"
exit: 2
----- stdout -----

----- stderr -----
error: gover has no completions for cmd
hint: use bash, zsh, fish, powershell, nu or elvish, as in `gover completions bash`

"#]]
    );
    ctx.gover(["completions", "csh"]).exits(2);
    ctx.gover(["completions"]).exits(2);
}

#[test]
fn the_functions_of_bash_and_fish_offer_what_gover_says() {
    let ctx = with_three();
    for (shell, script) in [
        (
            "bash",
            "eval \"$(gover completions bash)\"; COMP_WORDS=(gover use ''); COMP_CWORD=2; \
             __gover_complete gover '' use; printf '%s\\n' \"${COMPREPLY[@]}\"",
        ),
        ("fish", "gover completions fish | source; complete -C 'gover use ' | string replace -r '\\t.*' ''"),
    ] {
        let Some(program) = ctx.find_on_machine(shell) else { continue };
        let output = ctx.command(program).args(["-c", script]).run();
        assert_eq!(output.success().text(), "1.91.2\n1.90.4\n1.90.1", "{shell}\n{output}");
        assert_eq!(output.stderr, "", "{shell}\n{output}");
    }
}
