use super::*;

/// Compares as it is: backslashes are no separators here.
fn check(kind: ShellKind, expected: impl snapbox::IntoData) {
    snapbox::Assert::new().normalize_paths(false).eq(statements(kind), expected);
}

/// Every statement of one shell with hard values.
fn statements(kind: ShellKind) -> String {
    let syntax = kind.syntax();
    [
        syntax.set_env("GOVER_VERSION", "it's 1.22 $x"),
        syntax.unset_env("GOVER_VERSION"),
        syntax.prepend_path("/home/a b/.gover/bin"),
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
set GOVER_VERSION=it's 1.22 $x
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
