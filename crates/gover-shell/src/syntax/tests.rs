use std::process::Command;

use super::*;
use crate::testing;

/// Compares exactly: backslashes are not separators here.
#[track_caller]
fn check_text(text: &str, expected: impl snapbox::IntoData) {
    snapbox::Assert::new().action_env("SNAPSHOTS").normalize_paths(false).eq(text.to_owned(), expected);
}

#[track_caller]
fn check(kind: ShellKind, expected: impl snapbox::IntoData) {
    check_text(&statements(kind), expected);
}

/// Every statement of one shell with difficult values.
fn statements(kind: ShellKind) -> String {
    let syntax = kind.syntax();
    [
        syntax.set_env("GOVER_VERSION", "it's 1.22 $x"),
        (syntax.unset)("GOVER_VERSION"),
        syntax.prepend_path(&PathEntry::Literal("/home/a b/.gover/bin".to_owned())),
        syntax.evaluated(&[Change::Set("A", "\"1\""), Change::Unset("B")]),
    ]
    .concat()
}

#[test]
fn statements_of_posix_shells() {
    let expected = snapbox::str![[r#"
export GOVER_VERSION='it'\''s 1.22 $x'
unset -v GOVER_VERSION
export PATH='/home/a b/.gover/bin'"${PATH:+:$PATH}"
export A='"1"'
unset -v B

"#]];
    for kind in [ShellKind::Bash, ShellKind::Zsh, ShellKind::Posix] {
        check(kind, expected.clone());
    }
}

#[test]
fn statements_of_fish() {
    check(
        ShellKind::Fish,
        snapbox::str![[r#"
set -gx GOVER_VERSION 'it\'s 1.22 $x'
set -e GOVER_VERSION
set -gx PATH '/home/a b/.gover/bin' $PATH
set -gx A '"1"'
set -e B

"#]],
    );
}

#[test]
fn statements_of_powershell() {
    check(
        ShellKind::PowerShell,
        snapbox::str![[r#"
$env:GOVER_VERSION = 'it''s 1.22 $x'
$env:GOVER_VERSION = $null
$env:PATH = '/home/a b/.gover/bin' + [IO.Path]::PathSeparator + $env:PATH
$env:A = '"1"'
$env:B = $null

"#]],
    );
}

#[test]
fn statements_of_cmd() {
    check(
        ShellKind::Cmd,
        snapbox::str![[r#"
set "GOVER_VERSION=it's 1.22 $x"
set GOVER_VERSION=
set "PATH=/home/a b/.gover/bin;%PATH%"
set A=^"1^"
set B=

"#]],
    );
}

#[test]
fn statements_of_nushell() {
    check(
        ShellKind::Nu,
        snapbox::str![[r#"
$env.GOVER_VERSION = "it's 1.22 $x"
hide-env --ignore-errors GOVER_VERSION
$env.PATH = ($env.PATH | split row (char esep) | prepend "/home/a b/.gover/bin")
{"A":"\"1\"","B":null}

"#]],
    );
}

#[test]
fn statements_of_elvish() {
    check(
        ShellKind::Elvish,
        snapbox::str![[r#"
set-env GOVER_VERSION 'it''s 1.22 $x'
unset-env GOVER_VERSION
set paths = ['/home/a b/.gover/bin' $@paths]
set-env A '"1"'
unset-env B

"#]],
    );
}

#[test]
fn unix_like_shells_of_windows_ask_for_their_form_of_a_path() {
    let asked = PathEntry::Cygpath(r"C:\it's\go\bin".to_owned());
    let statement = |kind: ShellKind| kind.syntax().prepend_path(&asked);
    for kind in [ShellKind::Bash, ShellKind::Zsh, ShellKind::Posix] {
        let expected = r#"export PATH="$(\command cygpath -u 'C:\it'\''s\go\bin')""${PATH:+:$PATH}""#;
        assert_eq!(statement(kind), format!("{expected}\n"));
    }
    let expected = r"set -gx PATH (command cygpath -u 'C:\\it\'s\\go\\bin') $PATH";
    assert_eq!(statement(ShellKind::Fish), format!("{expected}\n"));
}

#[test]
fn the_output_of_cygpath_comes_first_on_path() {
    if !testing::scripts_are_programs() {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let bin = directory.path().to_str().unwrap();
    // Replaces `cygpath`, and shows its arguments.
    testing::write_program(&directory.path().join("cygpath"), r#"printf '/cygdrive/%s <%s>\n' "$1" "$2""#);
    let asked = PathEntry::Cygpath(r"C:\it's a $x\bin".to_owned());
    for (shell, arguments, kind) in [
        ("bash", &["--norc"][..], ShellKind::Bash),
        ("zsh", &["-f"], ShellKind::Zsh),
        ("dash", &[], ShellKind::Posix),
        ("fish", &["--no-config"], ShellKind::Fish),
    ] {
        let syntax = kind.syntax();
        let before = syntax.prepend_path(&PathEntry::Literal(bin.to_owned()));
        let script = format!("{before}{}command env", syntax.prepend_path(&asked));
        let Some(output) = testing::run(Command::new(shell).args(arguments).args(["-c", &script])) else {
            continue;
        };
        let printed = String::from_utf8(output.stdout).unwrap();
        let expected = format!(r"PATH=/cygdrive/-u <C:\it's a $x\bin>:{bin}:");
        assert!(printed.contains(&expected), "{shell}\n{printed}");
    }
}

#[test]
fn what_a_person_types_to_remove_a_variable() {
    let typed: Vec<_> = ShellKind::ALL.iter().map(|kind| kind.syntax().unset_by_hand("X")).collect();
    let expected = [
        "unset X",
        "unset X",
        "set -e X",
        "Remove-Item Env:X",
        "set X=",
        "hide-env X",
        "unset-env X",
        "unset X",
    ];
    assert_eq!(typed, expected);
}

#[test]
fn a_batch_file_with_other_letters_than_ascii_sets_its_code_page() {
    let syntax = ShellKind::Cmd.syntax();
    assert_eq!(syntax.file("set \"A=x\"\n".to_owned()), "set \"A=x\"\n");
    check_text(
        &syntax.file("set \"A=ö\"\n".to_owned()),
        snapbox::str![[r#"
for /f "tokens=2 delims=:." %%p in ('chcp') do set GOVER_CODE_PAGE=%%p
chcp 65001 >nul
set "A=ö"
chcp %GOVER_CODE_PAGE% >nul
set GOVER_CODE_PAGE=

"#]],
    );
}
