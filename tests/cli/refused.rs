//! Command lines that gover does not understand: what is wrong in its own words, and the command
//! that was meant. Each command in a hint is run when its test is over.

use gover_test::snapbox::str;
use gover_test::{Output, TestContext, context, gover_snapshot};

use crate::help::commands;
use crate::scene::with_three;

/// Words of the library that parses arguments.
const FOREIGN: [&str; 10] = [
    "tip:",
    "For more information",
    "Usage",
    "subcommand",
    "unexpected",
    "unrecognized",
    "possible values",
    "required arguments",
    "'",
    "<",
];

#[track_caller]
fn assert_own_voice(output: &Output, line: &[&str]) {
    assert_eq!((output.code, output.stdout.as_str()), (Some(2), ""), "{line:?}\n{output}");
    let lines: Vec<&str> = output.stderr.lines().collect();
    let [what, hint] = lines.as_slice() else { panic!("{line:?}\n{output}") };
    assert!(what.starts_with("error: ") && hint.starts_with("hint: "), "{line:?}\n{output}");
    assert!(hint.contains("gover "), "{line:?}\n{output}");
    for word in FOREIGN {
        assert!(!output.stderr.contains(word), "{word} in {line:?}\n{output}");
    }
    for line in lines {
        assert!(line.len() <= 100, "{output}");
    }
}

#[test]
fn each_kind_of_error_of_each_command_has_the_same_form() {
    let ctx = with_three();
    for name in commands(&ctx) {
        for wrong in [
            &["--nosuch"][..],
            &["--nosuch=3"],
            &["--offlin"],
            &["-offline"],
            &["-x"],
            &["--color"],
            &["--color", "sometimes"],
            &["--color", "nevr"],
            &["--color=nevr"],
            &["--quiet", "--verbose"],
            &["--offline", "--offline"],
            &["--offline=3"],
        ] {
            let words: &[&str] = match name.as_str() {
                "use" => &["use", "1.91"],
                "self" => &["self", "update"],
                name => &[name],
            };
            let line: Vec<&str> = words.iter().chain(wrong).copied().collect();
            assert_own_voice(&ctx.gover(&line), &line);
            let before: Vec<&str> = wrong.iter().chain(words).copied().collect();
            if wrong != ["--color"] {
                assert_own_voice(&ctx.gover(&before), &before);
            }
        }
    }
    for line in [
        &["-q"][..],
        &["nosuch"],
        &["--nosuch"],
        &["install", "--arch"],
        &["install", "--arch", "amd64", "--arch", "386"],
        &["uninstall"],
        &["prune", "1.22"],
        &["prune", "--dry-run", "--yes"],
        &["use", "1.90", "1.91"],
        &["use", "1.90", "--clear"],
        &["default", "1.90", "1.91"],
        &["pin", "1.90", "1.91"],
        &["list", "1.90", "1.91"],
        &["current", "--short", "--json"],
        &["which", "go", "1.90", "1.91"],
        &["exec", "1.90"],
        &["exec"],
        &["exec", "--rollback"],
        &["exec", "--keep-bin", "tools", "1.90", "go"],
        &["exec", "--rollback", "tools", "1.90"],
        &["exec", "--isolated=", "1.90", "go"],
        &["matrix"],
        &["bisect"],
        &["bisect", "1.90", "1.91"],
        &["matrix", "1.90"],
        &["matrix", "--jobs", "many", "1.90", "--", "go"],
        &["init"],
        &["completions"],
        &["cache", "nosuch"],
        &["cache", "claen"],
        &["cache", "clean", "x"],
        &["config", "nosuch"],
        &["config", "gte", "offline"],
        &["config", "get"],
        &["config", "set", "offline"],
        &["config", "list", "--jsno"],
        &["doctor", "--yes"],
        &["doctor", "--undo", "--fix"],
        &["mirror"],
        &["ci", "1.90", "1.91"],
        &["ci", "--provider"],
        &["mirror", "d", "--seen", "many"],
        &["mirror", "d", "--format", "modul"],
        &["mirror", "d", "--format", "x"],
        &["help", "a", "b"],
    ] {
        assert_own_voice(&ctx.gover(line), line);
    }
}

/// The command that the hint of a refused command line names.
#[track_caller]
fn hint(ctx: &TestContext, line: &str) -> String {
    let output = ctx.gover(line.split(' '));
    let hints: Vec<&str> =
        output.exits(2).stderr.lines().filter_map(|line| line.strip_prefix("hint: ")).collect();
    assert_eq!(hints.len(), 1, "{line}\n{output}");
    hints.concat()
}

#[test]
fn a_typo_is_answered_with_the_command_that_was_meant() {
    let ctx = with_three();
    for (typed, meant) in [
        ("instal 1.91", "gover install 1.91"),
        ("lsit --json", "gover list --json"),
        ("crurent -v", "gover current -v"),
        ("--color never pni 1.90", "gover --color never pin 1.90"),
        ("list --remot 1.90", "gover list --remote 1.90"),
        ("list -remote", "gover list --remote"),
        ("list --color=nevr", "gover list --color=never"),
        ("prune --kep=1.90", "gover prune --keep=1.90"),
        ("pin 'a b' --exat", "gover help pin"),
        ("config gte offline", "gover config get offline"),
        ("config get offlin", "gover config get offline"),
        ("help sorces", "gover help sources"),
        ("help instal", "gover help install"),
        ("doctor goprxy", "gover doctor goproxy"),
        ("doctor nosuch", "`gover doctor --list` names every check"),
        ("init zhs", "gover init zsh"),
        ("env --shell=fsih", "gover env --shell=fish"),
        ("doctor --yes", "gover doctor --yes --fix"),
    ] {
        assert_eq!(hint(&ctx, typed), meant, "{typed}");
    }
    // What was meant is shown so that it can be pasted.
    let output = ctx.gover(["instal", "^1.90 <2"]);
    let quoted = if cfg!(windows) { "\"^1.90 <2\"" } else { "'^1.90 <2'" };
    assert!(output.stderr.contains(&format!("hint: gover install {quoted}\n")), "{output}");
}

#[test]
fn a_hidden_option_is_never_suggested() {
    let ctx = with_three();
    for typed in ["--for-shi", "--for_shim", "--forshim", "--for-shell"] {
        assert_eq!(hint(&ctx, &format!("install {typed}")), "gover help install");
    }
}

#[test]
fn commands_of_other_managers_that_mean_the_same_are_understood() {
    let ctx = with_three();
    let own = |words: &[&str]| ctx.gover(words).success().stdout.clone();
    assert_eq!(own(&["versions"]), own(&["list"]));
    assert_eq!(own(&["ls-remote", "--offline"]), own(&["list", "--remote", "--offline"]));
    assert_eq!(own(&["ls-remote", "1.21", "--json"]), own(&["list", "--remote", "1.21", "--json"]));
    assert_eq!(own(&["-q", "list-all", "--offline"]), own(&["list", "--remote", "--all", "--offline"]));
    assert_eq!(own(&["help", "ls-remote"]), own(&["help", "list"]));
    ctx.gover(["rm", "1.90.1"]).success();
    ctx.gover(["remove", "1.90.4"]).success();
    assert_eq!(ctx.names_in("gover/versions"), ["go1.91.2"]);
    // Only the command itself is translated.
    assert!(ctx.gover(["exec", "1.91.2", "version"]).exits(127).stderr.contains("`version`"));
}

#[test]
fn other_commands_of_other_managers_are_answered_with_ours() {
    let ctx = with_three();
    for (typed, meant) in [
        ("download", "gover install latest"),
        ("download 1.91", "gover install 1.91"),
        ("run 1.91 go version", "gover exec 1.91 go version"),
        ("run", "gover exec 1.22 -- go version"),
        ("switch 1.90", "gover use 1.90"),
        ("shell 1.90", "gover use 1.90"),
        ("where", "gover which"),
        ("status", "gover current"),
        ("show", "gover current"),
        ("search 1.21", "gover list --remote 1.21"),
        ("activate fish", "gover init fish"),
        ("deactivate", "gover use --clear"),
        ("clean", "gover prune --dry-run"),
        ("donwload", "gover install latest"),
        ("migrate", "gover import --dry-run"),
        ("link go1.91-mine", "gover help link"),
    ] {
        assert_eq!(hint(&ctx, typed), meant, "{typed}");
    }
    gover_snapshot!(
        ctx.gover(["download"]),
        str![[r#"
exit: 2
----- stdout -----

----- stderr -----
error: gover has no command `download`
hint: gover install latest

"#]]
    );
}

#[test]
fn every_way_to_ask_for_the_version_is_answered() {
    let ctx = context!();
    let version = concat!("gover ", env!("CARGO_PKG_VERSION"));
    for line in [&["--version"][..], &["-V"], &["-v"], &["version"]] {
        assert_eq!(ctx.gover(line).success().text(), version, "{line:?}");
    }
}
