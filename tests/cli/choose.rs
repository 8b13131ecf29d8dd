//! `gover use` and `gover default`.

use std::fs;

use gover_test::snapbox::str;
use gover_test::{context, gover_snapshot};

use crate::scene::with_three;

#[test]
fn use_prints_code_for_the_shell_function() {
    let mut ctx = with_three();
    ctx.set("GOVER_SHELL", "bash");
    gover_snapshot!(
        ctx.gover(["use", "1.90"]),
        str![[r#"
exit: 0
----- stdout -----
export GOVER_VERSION='1.90.4'

----- stderr -----
this shell now uses go1.90.4 (`gover use --clear` undoes this)

"#]]
    );
    gover_snapshot!(
        ctx.gover(["use", "--clear"]),
        str![[r#"
exit: 0
----- stdout -----
unset -v GOVER_VERSION

----- stderr -----
this shell had no choice of its own; nothing changed

"#]]
    );
    assert!(ctx.names_in("gover/sessions").is_empty());
    for shell in ["zsh", "fish", "powershell", "nu", "elvish"] {
        ctx.set("GOVER_SHELL", shell);
        let output = ctx.gover(["use", "1.90"]);
        assert!(output.success().stdout.contains("GOVER_VERSION"), "{output}");
        assert!(output.stdout.contains("1.90.4"), "{output}");
    }
}

#[test]
fn the_default_is_unset_and_what_runs_now_is_said() {
    let ctx = with_three();
    gover_snapshot!(
        ctx.gover(["default", "--unset"]),
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
removed the default (`gover default 1.91.2` undoes this)
no toolchain is chosen here now

"#]]
    );
    assert!(!ctx.layout().default_file().exists());
    let again = ctx.gover(["default", "--unset"]);
    assert_eq!(again.success().stderr, "no default is set; nothing changed\n");
}

#[test]
fn use_without_the_function_is_recorded_for_the_calling_shell() {
    let ctx = with_three();
    // This test is the shell: parent of gover and of the shim.
    gover_snapshot!(
        ctx.gover(["use", "1.90"]),
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
this shell now uses go1.90.4 (`gover use --clear` undoes this)

"#]]
    );
    let output = ctx.shim("go", ["version"]);
    assert!(output.success().text().starts_with("go version go1.90.4 "), "{output}");
    let current = ctx.gover(["current", "--json"]);
    assert_eq!(current.success().json()["origin"]["kind"], "session");
    assert_eq!(ctx.names_in("gover/sessions"), [std::process::id().to_string()]);
    gover_snapshot!(
        ctx.gover(["use", "--clear"]),
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
this shell follows the directory and the default again (`gover use 1.90.4` undoes this)

"#]]
    );
    assert!(ctx.names_in("gover/sessions").is_empty());
    let output = ctx.shim("go", ["version"]);
    assert!(output.success().text().starts_with("go version go1.91.2 "), "{output}");
    gover_snapshot!(
        ctx.gover(["use", "--clear"]),
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
this shell had no choice of its own; nothing changed

"#]]
    );
}

#[test]
fn use_keeps_its_choice_after_a_newer_patch_is_installed() {
    let ctx = with_three();
    ctx.gover(["use", "1.90"]).success();
    ctx.install_fake("go1.90.9");
    let output = ctx.shim("go", ["version"]);
    assert!(output.success().text().starts_with("go version go1.90.4 "), "{output}");
}

#[test]
fn use_removes_the_records_of_closed_shells() {
    let ctx = with_three();
    fs::create_dir_all(ctx.layout().sessions()).unwrap();
    fs::write(ctx.layout().session(4_000_000_000), "1\n1.90\n").unwrap();
    fs::write(ctx.layout().session(4_000_000_001), [0xff, 0]).unwrap();
    ctx.gover(["use", "1.90"]).success();
    assert_eq!(ctx.names_in("gover/sessions"), [std::process::id().to_string()]);
}

#[test]
fn use_reports_a_variable_that_would_override_it() {
    let mut ctx = with_three();
    ctx.set("GOVER_VERSION", "1.91.2");
    let output = ctx.gover(["use", "1.90"]);
    let problem = "error: GOVER_VERSION=1.91.2 is set in this shell and would override this choice\nhint: ";
    assert!(output.exits(1).stderr.starts_with(problem), "{output}");
    ctx.gover(["use", "--clear"]).exits(1);
    assert!(ctx.names_in("gover/sessions").is_empty());
}

#[test]
fn hints_are_written_for_the_shell_in_use() {
    let mut ctx = with_three();
    ctx.set("GOVER_VERSION", "1.91.2");
    for (name, arguments, unset, load) in [
        ("bash", &["--norc", "-c"][..], "unset GOVER_VERSION", "eval \"$(gover init bash)\""),
        ("zsh", &["-f", "-c"], "unset GOVER_VERSION", "eval \"$(gover init zsh)\""),
        ("fish", &["--no-config", "-c"], "set -e GOVER_VERSION", "gover init fish | source"),
        ("elvish", &["-norc", "-c"], "unset-env GOVER_VERSION", "eval (gover init elvish | slurp)"),
    ] {
        let Some(program) = ctx.find_on_machine(name) else { continue };
        // Not the last command: a shell might become the program instead of starting it.
        let run = |script: &str| ctx.command(&program).args(arguments).arg(format!("{script}; echo")).run();
        let expected = format!("hint: `{unset}` first, or load the shell function: `{load}`\n");
        let output = run("gover use 1.90");
        assert!(output.stderr.contains(&expected), "{name}\n{output}");
        let output = run("gover use --clear");
        assert!(output.stderr.contains(&format!("hint: {unset}\n")), "{name}\n{output}");
    }
}

#[test]
fn use_accepts_a_goroot_and_the_system_go() {
    let mut ctx = with_three();
    ctx.install_system_fake("go1.19.8");
    ctx.gover(["use", "system"]).success();
    let output = ctx.shim("go", ["version"]);
    assert!(output.success().text().starts_with("go version go1.19.8 "), "{output}");
    // A relative path means the same from everywhere.
    let relative = ["..", "system", "go1.19.8"].join(std::path::MAIN_SEPARATOR_STR);
    ctx.gover(["use", &relative]).success();
    ctx.directory("deep/er");
    let output = ctx.command(ctx.layout().program("go")).arg("version").current_dir("deep/er").run();
    assert!(output.success().text().starts_with("go version go1.19.8 "), "{output}");
}

#[test]
fn use_with_an_invalid_toolchain_changes_nothing() {
    let mut ctx = with_three();
    ctx.set("GOVER_AUTO_INSTALL", "0");
    for (request, code) in [("1.80", 127), ("what", 2), ("./work", 127), ("system", 127)] {
        let output = ctx.gover(["use", request]);
        assert!(output.exits(code).stderr.contains("hint: "), "{request}\n{output}");
        assert_eq!(output.stdout, "", "{request}");
    }
    assert!(ctx.names_in("gover/sessions").is_empty());
}

#[test]
fn without_a_default_the_command_to_set_one_is_shown() {
    let ctx = with_three();
    fs::remove_file(ctx.layout().default_file()).unwrap();
    gover_snapshot!(
        ctx.gover(["default"]),
        str![[r#"
exit: 1
----- stdout -----

----- stderr -----
error: no default is set
hint: gover default latest

"#]]
    );
}

#[test]
fn the_default_is_set_shown_and_linked() {
    let ctx = with_three();
    fs::remove_file(ctx.layout().default_file()).unwrap();
    gover_snapshot!(
        ctx.gover(["default", "1.90"]),
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
default is now go1.90.4 (`gover default --unset` undoes this)

"#]]
    );
    gover_snapshot!(
        ctx.gover(["default"]),
        str![[r#"
exit: 0
----- stdout -----
go1.90.4  chosen by 1.90

----- stderr -----

"#]]
    );
    let linked = fs::canonicalize(ctx.layout().current()).unwrap();
    assert_eq!(linked, fs::canonicalize(ctx.layout().versions().join("go1.90.4")).unwrap());
}

#[test]
fn a_changed_default_shows_how_to_undo_it() {
    let ctx = with_three();
    ctx.gover(["default", "1.90"]).success();
    gover_snapshot!(
        ctx.gover(["global", "1.91.2"]),
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
default is now go1.91.2 (`gover default 1.90` undoes this)

"#]]
    );
    gover_snapshot!(
        ctx.gover(["default", "1.91.2"]),
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
default is already go1.91.2

"#]]
    );
    let linked = fs::canonicalize(ctx.layout().current()).unwrap();
    assert_eq!(linked, fs::canonicalize(ctx.layout().versions().join("go1.91.2")).unwrap());
    assert_eq!(fs::read_to_string(ctx.layout().default_file()).unwrap(), "1.91.2\n");
}

#[test]
fn the_default_may_be_a_path_or_the_system_go() {
    let mut ctx = with_three();
    let goroot = ctx.install_system_fake("go1.19.8");
    ctx.gover(["default", goroot.to_str().unwrap()]).success();
    let output = ctx.shim("go", ["version"]);
    assert!(output.success().text().starts_with("go version go1.19.8 "), "{output}");
    assert_eq!(fs::canonicalize(ctx.layout().current()).unwrap(), fs::canonicalize(&goroot).unwrap());
    ctx.gover(["default", "system"]).success();
    let output = ctx.shim("go", ["version"]);
    assert!(output.success().text().starts_with("go version go1.19.8 "), "{output}");
    ctx.gover(["default", "./nothing"]).exits(127);
    assert_eq!(fs::read_to_string(ctx.layout().default_file()).unwrap(), "system\n");
}

#[test]
fn every_command_reports_an_uninstalled_default_and_keeps_it() {
    let mut ctx = context!();
    ctx.set("GOVER_AUTO_INSTALL", "0");
    ctx.install_fake("go1.90.4");
    fs::write(ctx.layout().default_file(), "1.91.2\n").unwrap();
    gover_snapshot!(
        ctx.gover(["default"]),
        str![[r#"
exit: 0
----- stdout -----
1.91.2  not installed

----- stderr -----
hint: gover install 1.91.2

"#]]
    );
    gover_snapshot!(
        ctx.gover(["current"]),
        str![[r#"
exit: 1
----- stdout -----
go1.91.2 (not installed)  chosen by the default, 1.91.2

----- stderr -----
hint: gover install 1.91.2

"#]]
    );
    gover_snapshot!(
        ctx.shim("go", ["version"]),
        str![[r#"
exit: 127
----- stdout -----

----- stderr -----
gover: go1.91.2 is not installed (chosen by the default, 1.91.2)
hint: gover install 1.91.2

"#]]
    );
    gover_snapshot!(
        ctx.gover(["which"]),
        str![[r#"
exit: 127
----- stdout -----

----- stderr -----
error: go1.91.2 is not installed (chosen by the default, 1.91.2)
hint: gover install 1.91.2

"#]]
    );
    let list = ctx.gover(["list"]);
    assert!(list.success().stdout.contains("go1.90.4"), "{list}");
    assert_eq!(fs::read_to_string(ctx.layout().default_file()).unwrap(), "1.91.2\n");
}

#[test]
fn an_invalid_default_is_an_error_that_names_the_file() {
    let ctx = with_three();
    fs::write(ctx.layout().default_file(), "lastest\n").unwrap();
    gover_snapshot!(
        ctx.gover(["current"]),
        str![[r#"
exit: 1
----- stdout -----

----- stderr -----
error: cannot use `[ROOT]/gover/default`
  caused by: `lastest` does not name a Go version
hint: did you mean `latest`?
hint: expected a version (1.22.5, 1.22, 1.23rc1), a range (^1.21), or latest, oldstable, next
hint: `gover default latest` replaces it

"#]]
    );
    ctx.shim("go", ["version"]).exits(1);
    ctx.gover(["list"]).success();
    // The way out.
    ctx.gover(["default", "1.90"]).success();
    ctx.shim("go", ["version"]).success();
}
