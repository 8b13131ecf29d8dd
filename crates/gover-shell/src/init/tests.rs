use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use gover_core::Diagnose as _;

use super::*;
use crate::syntax::Change;
use crate::testing;

fn env(variables: &[(&str, &str)]) -> Env {
    Env::from_map(variables.iter().copied(), PathBuf::from("/"))
}

/// A home with a program that prints its arguments on stderr and code for `use` on stdout.
struct Home {
    directory: tempfile::TempDir,
    layout: Layout,
}

/// The code for `use` is in the environment variable `CODE`, the exit code in `EXIT`.
const PROGRAM: &str = r#"
echo "shell=${GOVER_SHELL-none}" >&2
for argument; do echo "argument=$argument" >&2; done
case "$*" in
  *use*) printf '%s\n' "$CODE" ;;
  *) echo "data" ;;
esac
exit "${EXIT-0}"
"#;

impl Home {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let layout = Layout::new(directory.path().join("it's $HOME `x`"));
        testing::write_program(&layout.program("gover"), PROGRAM);
        Self { directory, layout }
    }

    fn script(&self, kind: ShellKind) -> String {
        let script = script(kind, &env(&[]), &self.layout).unwrap();
        if kind != ShellKind::Elvish {
            return script;
        }
        // Only the interactive editor of Elvish has the module `edit`.
        let (function, _) = script.split_once("# Completions").unwrap();
        function.replace("edit:add-var gover~ {", "var gover~ = {")
    }

    fn bin(&self) -> String {
        self.layout.bin().into_os_string().into_string().unwrap()
    }

    /// Runs `before`, evaluates the script twice like a user does, and runs `after`, in a real
    /// shell.
    fn run(&self, shell: Shell, before: &str, after: &str, answer: Answer<'_>) -> Option<Output> {
        let init = self.script(shell.kind);
        let evaluated = match shell.kind {
            ShellKind::Fish => "echo $INIT | source; echo $INIT | source",
            // Only the evaluated text sees a variable that it defines.
            ShellKind::Elvish => &init,
            // Aliases apply to text that is read after their definition, and `-c` is read at once.
            _ => "\\eval \"$INIT\"; \\eval \"$INIT\"",
        };
        testing::run(
            Command::new(shell.program)
                .args(shell.args)
                .args(["-c", &format!("{before}\n{evaluated}\n{after}")])
                .env("INIT", &init)
                .env("CODE", answer.code)
                .env("EXIT", answer.exit)
                .env("HOME", self.directory.path()),
        )
    }
}

/// The output of the program for `use`, and its exit code for everything.
#[derive(Clone, Copy)]
struct Answer<'a> {
    code: &'a str,
    exit: &'static str,
}

impl<'a> From<&'a str> for Answer<'a> {
    fn from(code: &'a str) -> Self {
        Self { code, exit: "0" }
    }
}

#[derive(Clone, Copy)]
struct Shell {
    kind: ShellKind,
    program: &'static str,
    args: &'static [&'static str],
}

const SHELLS: [Shell; 8] = [
    Shell { kind: ShellKind::Bash, program: "bash", args: &["--norc", "--noprofile"] },
    Shell { kind: ShellKind::Bash, program: "bash", args: &["--norc", "--posix"] },
    Shell { kind: ShellKind::Zsh, program: "zsh", args: &["-f"] },
    Shell { kind: ShellKind::Fish, program: "fish", args: &["--no-config"] },
    Shell { kind: ShellKind::Elvish, program: "elvish", args: &["-norc"] },
    Shell { kind: ShellKind::Posix, program: "dash", args: &[] },
    Shell { kind: ShellKind::Posix, program: "bash", args: &["--norc", "--noprofile"] },
    Shell { kind: ShellKind::Posix, program: "mksh", args: &[] },
];

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// Runs the scenario in every installed shell, with a line of that shell that prints
/// `GOVER_VERSION`.
fn each_shell(scenario: impl Fn(&Home, Shell, &str)) {
    if !testing::scripts_are_programs() {
        return;
    }
    for shell in SHELLS {
        let print = match shell.kind {
            ShellKind::Fish => "echo \"version=$GOVER_VERSION\"",
            ShellKind::Elvish => "echo version=$E:GOVER_VERSION",
            _ => "echo \"version=${GOVER_VERSION-}\"",
        };
        scenario(&Home::new(), shell, print);
    }
}

#[test]
fn use_changes_this_shell_and_talks_on_stderr() {
    each_shell(|home, shell, print| {
        let code = shell.kind.syntax().evaluated(&[Change::Set("GOVER_VERSION", "it's; 1.22")]);
        let after = format!("gover use 'a b' ''\n{print}");
        let Some(output) = home.run(shell, "", &after, Answer::from(&*code)) else { return };
        assert_eq!(stdout(&output), "version=it's; 1.22\n", "{}: {}", shell.program, stderr(&output));
        let told = format!("shell={}\nargument=use\nargument=a b\nargument=\n", shell.kind);
        assert_eq!(stderr(&output), told, "{}", shell.program);
    });
}

#[test]
fn use_can_undo_its_change() {
    each_shell(|home, shell, print| {
        let code = shell.kind.syntax().evaluated(&[
            Change::Set("GOVER_VERSION", "1"),
            Change::Unset("GOVER_VERSION"),
            Change::Unset("GOVER_VERSION"),
        ]);
        let Some(output) = home.run(shell, "", &format!("gover use --clear\n{print}"), Answer::from(&*code))
        else {
            return;
        };
        assert_eq!(stdout(&output), "version=\n", "{}: {}", shell.program, stderr(&output));
    });
}

#[test]
fn use_is_found_after_flags() {
    each_shell(|home, shell, print| {
        let code = shell.kind.syntax().set_env("GOVER_VERSION", "1.22");
        let after = format!("gover -q --color never -v use 1\n{print}");
        let Some(output) = home.run(shell, "", &after, Answer::from(&*code)) else {
            return;
        };
        assert_eq!(stdout(&output), "version=1.22\n", "{}: {}", shell.program, stderr(&output));
    });
}

#[test]
fn other_commands_and_help_run_unchanged() {
    each_shell(|home, shell, print| {
        for (command, shown) in [
            ("gover list", "data\n"),
            ("gover install use", "false\n"),
            ("gover use --help", "false\n"),
            ("gover -h use", "false\n"),
            ("gover --color=always current", "data\n"),
            ("gover", "data\n"),
        ] {
            let Some(output) = home.run(shell, "", &format!("{command}\n{print}"), Answer::from("false"))
            else {
                return;
            };
            let text = format!("{}: {command}: {}", shell.program, stderr(&output));
            assert_eq!(stdout(&output), format!("{shown}version=\n"), "{text}");
            assert!(stderr(&output).starts_with("shell=none\n"), "{text}");
        }
    });
}

#[test]
fn a_failed_use_evaluates_nothing_and_keeps_its_exit_code() {
    each_shell(|home, shell, _| {
        if shell.kind == ShellKind::Elvish {
            // Elvish has exceptions instead of exit codes; the next test checks that nothing is
            // evaluated.
            return;
        }
        let status = if shell.kind == ShellKind::Fish { "$status" } else { "$?" };
        for command in ["gover use 1.99", "gover list"] {
            let after = format!("{command} >/dev/null\necho \"{status}\"");
            let Some(output) = home.run(shell, "", &after, Answer { code: "echo evaluated >&2", exit: "42" })
            else {
                return;
            };
            assert_eq!(stdout(&output), "42\n", "{}: {command}: {}", shell.program, stderr(&output));
            assert!(!stderr(&output).contains("evaluated"), "{}: {command}", shell.program);
        }
    });
}

#[test]
fn a_failed_use_in_elvish_is_an_exception() {
    if !testing::scripts_are_programs() {
        return;
    }
    let home = Home::new();
    let elvish = SHELLS[4];
    let Some(output) = home.run(elvish, "", "gover use 1.99", Answer { code: "echo evaluated", exit: "42" })
    else {
        return;
    };
    assert!(!output.status.success());
    assert_eq!(stdout(&output), "", "an exception, and nothing evaluated");
    assert!(stderr(&output).contains("42"), "{}", stderr(&output));
}

#[test]
fn gover_comes_first_on_path_and_only_once() {
    each_shell(|home, shell, _| {
        let bin = home.bin();
        let quoted = shell.kind.syntax().quote(&bin);
        let (before, print) = match shell.kind {
            ShellKind::Fish => (
                format!("set -gx PATH /usr/bin {quoted} {quoted}2 {quoted} /bin"),
                "string join : -- $PATH".to_owned(),
            ),
            ShellKind::Elvish => (
                format!("set paths = [/usr/bin {quoted} {quoted}2 {quoted} /bin]"),
                "echo $E:PATH".to_owned(),
            ),
            _ => (
                format!("PATH=/usr/bin:{quoted}:{quoted}2:{quoted}:/bin"),
                "echo \"$PATH\"; /usr/bin/env | grep '^PATH=' >&2".to_owned(),
            ),
        };
        let Some(output) = home.run(shell, &before, &print, Answer::from("")) else { return };
        let expected = format!("{bin}:/usr/bin:{bin}2:/bin\n");
        assert_eq!(stdout(&output), expected, "{}: {}", shell.program, stderr(&output));
        let posix = !matches!(shell.kind, ShellKind::Fish | ShellKind::Elvish);
        assert!(!posix || stderr(&output) == format!("PATH={expected}"), "{}", stderr(&output));
    });
}

#[test]
fn an_empty_path_gets_no_empty_entry_and_empty_entries_stay() {
    if !testing::scripts_are_programs() {
        return;
    }
    let home = Home::new();
    let bin = home.bin();
    for shell in [SHELLS[0], SHELLS[2], SHELLS[5]] {
        for (path, expected) in [
            ("PATH=''".to_owned(), bin.clone()),
            ("PATH=:/a::/b:".to_owned(), format!("{bin}::/a::/b:")),
            (format!("PATH={}", shell.kind.syntax().quote(&bin)), bin.clone()),
        ] {
            let Some(output) = home.run(shell, &path, "echo \"$PATH\"", Answer::from("")) else { continue };
            assert_eq!(stdout(&output).trim_end(), expected, "{}: {path}", shell.program);
        }
    }
}

#[test]
fn strict_and_unusual_options_make_no_difference() {
    if !testing::scripts_are_programs() {
        return;
    }
    let home = Home::new();
    let aliases = "alias gover='gover -q' local=false eval=false builtin=false command=false";
    let bash = format!(
        "set -euo pipefail; set -o noclobber -o noglob; shopt -s expand_aliases nocasematch nullglob\n{aliases}\nIFS=/o"
    );
    let zsh = format!(
        "set -eu; setopt noclobber shwordsplit ksharrays globsubst nomatch errreturn warncreateglobal rcquotes \
         ignorebraces cshjunkiequotes shglob nullglob aliases\n{aliases}\n\
         alias -g -- --help='--help 2>&1 | false' -h='-h | false' use=never command=x code=y\nIFS=/o"
    );
    let dash = "set -euf\nset -o noclobber\nalias gover='gover -q' command=false".to_owned();
    for (shell, before) in [(SHELLS[0], bash), (SHELLS[2], zsh), (SHELLS[5], dash)] {
        let code = shell.kind.syntax().set_env("GOVER_VERSION", "1.22");
        let after = "\\gover 'use' 1 \n echo \"version=$GOVER_VERSION\"\n\\gover list";
        // If the aliases for `false` applied, the script would end at once.
        let Some(output) = home.run(shell, &before, after, Answer::from(&*code)) else { continue };
        let text = stderr(&output);
        assert!(output.status.success(), "{}: {text}", shell.program);
        assert_eq!(stdout(&output), "version=1.22\ndata\n", "{}: {text}", shell.program);
        assert_eq!(
            text,
            "shell={}\nargument=use\nargument=1\nshell=none\nargument=list\n"
                .replace("{}", shell.kind.name()),
            "{}",
            shell.program
        );
    }
}

#[test]
fn a_failed_command_stops_a_strict_script() {
    if !testing::scripts_are_programs() {
        return;
    }
    let home = Home::new();
    for shell in [SHELLS[0], SHELLS[2], SHELLS[5]] {
        for command in ["gover use 1", "gover list"] {
            let after = format!("{command}\necho survived");
            let Some(output) = home.run(shell, "set -e", &after, Answer { code: "", exit: "7" }) else {
                continue;
            };
            assert_eq!(output.status.code(), Some(7), "{}: {command}", shell.program);
            assert!(!stdout(&output).contains("survived"), "{}: {command}", shell.program);
        }
    }
}

#[test]
fn the_script_only_leaves_the_function_and_path() {
    if !testing::scripts_are_programs() {
        return;
    }
    let home = Home::new();
    for shell in [SHELLS[0], SHELLS[2], SHELLS[3], SHELLS[5]] {
        let (before, after) = if shell.kind == ShellKind::Fish {
            ("set --names >$HOME/before", "gover use; set --names >$HOME/after")
        } else {
            ("set >$HOME/before", "gover use; set >$HOME/after")
        };
        let code = shell.kind.syntax().set_env("CHANGED", "1");
        if home.run(shell, before, after, Answer::from(&*code)).is_none() {
            continue;
        }
        let names = |file: &str| -> Vec<String> {
            std::fs::read_to_string(home.directory.path().join(file))
                .unwrap()
                .lines()
                .filter(|line| line.starts_with("__gover"))
                .filter(|line| !["__gover_command ()", "__gover_complete ()"].contains(&line.trim_end()))
                .map(str::to_owned)
                .collect()
        };
        assert_eq!(names("before"), names("after"), "{}", shell.program);
    }
}

#[test]
fn another_home_than_the_default_is_exported() {
    let layout = Layout::new(PathBuf::from("/opt/gover"));
    let default = script(ShellKind::Bash, &env(&[("HOME", "/opt/x"), ("USERPROFILE", "/opt/x")]), &layout);
    assert!(default.unwrap().starts_with("export GOVER_HOME='/opt/gover'\n"));
    let layout = Layout::new(PathBuf::from("/home/ada/.gover"));
    let env = env(&[("HOME", "/home/ada"), ("USERPROFILE", "/home/ada")]);
    assert!(!script(ShellKind::Bash, &env, &layout).unwrap().contains("GOVER_HOME"));
}

#[test]
fn powershell_gets_nothing_that_a_code_page_could_change() {
    let layout = Layout::new(PathBuf::from("/home/Jörg ’x‘/日本"));
    let script = script(ShellKind::PowerShell, &env(&[]), &layout).unwrap();
    assert!(script.is_ascii(), "{script}");
}

#[test]
fn the_error_for_a_shell_without_functions_says_what_works() {
    let error = script(ShellKind::Cmd, &env(&[]), &Layout::new(PathBuf::from("/g"))).unwrap_err();
    assert_eq!(error.to_string(), "`cmd` cannot run a script when it starts");
    assert_eq!(error.hints().len(), 1);
}

#[test]
fn a_home_that_path_cannot_contain_is_an_error() {
    let error = script(ShellKind::Bash, &env(&[]), &Layout::new(PathBuf::from("/a:b"))).unwrap_err();
    assert!(matches!(error, InitError::Separator { .. }));
}

#[test]
fn no_placeholder_is_left_in_any_script() {
    for kind in ShellKind::ALL {
        let Ok(script) = script(kind, &env(&[]), &Layout::new(PathBuf::from("/g"))) else {
            assert_eq!(kind, ShellKind::Cmd);
            continue;
        };
        assert!(
            !script.contains('@') || !script.contains("@GOVER@") && !script.contains("@BIN@"),
            "{script}"
        );
        assert!(script.contains("gover"));
    }
}

#[test]
fn the_scripts_are_what_the_snapshots_show() {
    // Paths have the form of the platform.
    if !testing::scripts_are_programs() {
        return;
    }
    let env = env(&[("HOME", "/home/ada")]);
    let layout = Layout::new(PathBuf::from("/home/ada/it's/gover"));
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/init/snapshots");
    for kind in ShellKind::ALL {
        if let Ok(script) = script(kind, &env, &layout) {
            let expected = snapbox::Data::read_from(&directory.join(format!("{kind}.txt")), None);
            snapbox::Assert::new()
                .action_env("SNAPSHOTS")
                .normalize_paths(false)
                .eq(snapbox::Data::text(script).raw(), expected.raw());
        }
    }
}
