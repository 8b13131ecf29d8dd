//! `gover exec --isolated`.

use std::fs;
use std::path::PathBuf;

use gover_core::env::join_paths;
use gover_core::platform::IS_WINDOWS;
use gover_test::snapbox::str;
use gover_test::{Output, TestContext, gover_snapshot, has_directory_links};

use crate::scene::{files, with_three};

pub(crate) fn exec(ctx: &TestContext, options: &[&str], command: &[&str]) -> Output {
    ctx.gover([&["exec"][..], options, &["1.90.1", "--", "go"], command].concat())
}

/// A program that a command installs is a file with this text.
pub(crate) fn install(ctx: &TestContext, target: &str, name: &str, text: &str) -> Output {
    exec(ctx, &["--isolated", "--keep-bin", target], &["fake-install", name, text])
}

fn reported(output: &Output, name: &str) -> PathBuf {
    PathBuf::from(output.reported(name).unwrap())
}

pub(crate) fn text(ctx: &TestContext, path: &str) -> String {
    fs::read_to_string(ctx.work().join(path)).unwrap_or_else(|error| format!("{path}: {error}"))
}

#[test]
fn an_isolated_command_has_directories_of_its_own() {
    let mut ctx = with_three();
    let output = exec(&ctx, &["--isolated"], &["fake-report"]);
    let bin = reported(output.success(), "GOBIN");
    let area = bin.parent().unwrap().to_owned();
    assert!(area.starts_with(ctx.root().join("tmp")), "{output}");
    for name in ["GOPATH", "GOCACHE", "GOMODCACHE", "GOENV", "GOTMPDIR"] {
        assert_eq!(reported(&output, name).parent(), Some(area.as_path()), "{name}\n{output}");
    }
    let path = ctx.layout().versions().join("go1.90.1").join("bin");
    let path = join_paths([path, bin].into_iter().chain(ctx.env().path())).unwrap();
    assert_eq!(output.reported("PATH").as_deref(), path.to_str());
    assert_eq!(output.stderr, "");
    assert_eq!(ctx.names_in("tmp"), [""; 0]);
    ctx.set("GOTMPDIR", "elsewhere");
    assert_eq!(
        exec(&ctx, &["--isolated"], &["fake-report"]).reported("GOTMPDIR").as_deref(),
        Some("elsewhere")
    );
}

#[test]
fn a_temporary_directory_is_removed_after_success_although_it_is_read_only() {
    let ctx = with_three();
    exec(&ctx, &["--isolated"], &["fake-install", "tool", "1"]).success();
    assert_eq!(ctx.names_in("tmp"), [""; 0]);
    assert_eq!(ctx.names_in("home/go"), [""; 0]);
}

#[test]
fn it_is_kept_after_a_failure_and_can_be_used_again() {
    let ctx = with_three();
    let output = exec(&ctx, &["--isolated"], &["fake-exit", "7"]);
    assert!(output.exits(7).stderr.contains(", because the command failed\nhint: "), "{output}");
    let [name] = &ctx.names_in("tmp")[..] else { panic!("{output}") };
    let area = ctx.root().join("tmp").join(name);
    let named = String::from_utf8_lossy(&output.raw_stderr).into_owned();
    assert!(named.contains(area.to_str().unwrap()), "{named}");
    let option = format!("--isolated={}", area.display());
    exec(&ctx, &[&option], &["fake-install", "tool", "1"]).success();
    assert_eq!(fs::read_to_string(area.join("bin").join("tool")).unwrap(), "1");
    assert_eq!(exec(&ctx, &[&option], &["fake-exit", "3"]).exits(3).stderr, "");
    assert!(area.join("bin").join("tool").is_file());
}

#[test]
fn a_command_that_cannot_start_leaves_nothing() {
    let ctx = with_three();
    ctx.gover(["exec", "--isolated", "1.90.1", "--", "no-such-program"]).exits(127);
    let file = gover_core::layout::executable_name("text");
    ctx.write(&file, "no program\n");
    let path = [".", &file].join(std::path::MAIN_SEPARATOR_STR);
    ctx.gover(["exec", "--isolated", "1.90.1", "--", &path]).exits(126);
    ctx.gover(["exec", "--isolated", "--offline", "1.80.1", "--", "go"]).exits(127);
    assert_eq!(ctx.names_in("tmp"), [""; 0]);
}

#[test]
fn a_directory_that_gover_did_not_make_is_refused() {
    let ctx = with_three();
    ctx.write("mine/notes.txt", "mine\n");
    ctx.write("file", "mine\n");
    ctx.directory("empty");
    let before = files(&ctx.work());
    gover_snapshot!(
        exec(&ctx, &["--isolated=mine"], &["version"]),
        str![[r#"
exit: 1
----- stdout -----

----- stderr -----
error: `[ROOT]/shop/mine` is not empty, and was not made with --isolated
hint: name a new or empty directory; nothing in this one was changed

"#]]
    );
    for option in ["--isolated=file", "--isolated=."] {
        exec(&ctx, &[option], &["version"]).exits(1);
    }
    assert_eq!(files(&ctx.work()), before);
    for option in ["--isolated=empty", "--isolated=new/area", "--isolated=new/area"] {
        exec(&ctx, &[option], &["version"]).success();
    }
    // A link could lead to a file that shows nothing about this directory.
    if has_directory_links() && !IS_WINDOWS {
        #[cfg(unix)]
        std::os::unix::fs::symlink("notes.txt", ctx.work().join("mine/.gover-isolated")).unwrap();
        exec(&ctx, &["--isolated=mine"], &["version"]).exits(1);
    }
    if !IS_WINDOWS {
        let output = exec(&ctx, &["--isolated=a:b"], &["version"]);
        assert!(output.exits(2).stderr.contains("cannot be on PATH because its name contains"), "{output}");
    }
}

/// cmd.exe does not know `~`, and other shells leave it as it is after `=`.
#[test]
fn a_tilde_is_the_home() {
    let ctx = with_three();
    exec(&ctx, &["--isolated=~/area", "--keep-bin=~/tools"], &["fake-install", "tool", "1"]).success();
    exec(&ctx, &["--isolated=~/area", "--keep-bin=~/tools"], &["fake-install", "tool", "2"]).success();
    ctx.gover(["exec", "--rollback=~/tools"]).success();
    assert_eq!(fs::read_to_string(ctx.home().join("tools").join("tool")).unwrap(), "1");
    assert!(ctx.home().join("area").is_dir());
    assert_eq!(ctx.names_in("shop"), [""; 0]);
    exec(&ctx, &["--isolated=./~/area"], &["version"]).success();
    assert_eq!(ctx.names_in("shop"), ["~"]);
}

#[test]
fn a_run_that_is_refused_creates_nothing() {
    let ctx = with_three();
    install(&ctx, "tools", "one", "1").success();
    ctx.directory("empty");
    let file = gover_core::layout::executable_name("text");
    ctx.write(&file, "no program\n");
    let before = ctx.names_in("shop");
    let program = [".", &file].join(std::path::MAIN_SEPARATOR_STR);
    for directory in ["new/area", "empty"] {
        let option = format!("--isolated={directory}");
        let run =
            |options: &[&str], words: &[&str]| ctx.gover([&["exec", &option][..], options, words].concat());
        run(&[], &["nonsense", "--", "go"]).exits(2);
        run(&["--offline"], &["1.80.1", "--", "go"]).exits(127);
        run(&[], &["1.90.1", "--", "no-such-program"]).exits(127);
        run(&[], &["1.90.1", "--", &program]).exits(126);
        run(&["--target", "nonsense"], &["1.90.1", "--", "go"]).exits(2);
        let inside = format!("{directory}/tools");
        run(&["--keep-bin", &inside], &["1.90.1", "--", "go"]).exits(2);
        run(&["--keep-bin", "empty/../.."], &["1.90.1", "--", "go"]).exits(2);
    }
    ctx.gover(["exec", "--rollback", "new/tools"]).exits(1);
    assert_eq!(ctx.names_in("shop"), before);
    assert_eq!(ctx.names_in("shop/empty"), [""; 0]);
}

#[cfg(unix)]
#[test]
fn a_link_in_the_directory_is_not_followed() {
    let ctx = with_three();
    ctx.write("mine/tool", "mine\n");
    exec(&ctx, &["--isolated=area"], &["version"]).success();
    for name in ["bin", "gopath", "module-cache", "env"] {
        let link = ctx.work().join("area").join(name);
        drop(fs::remove_dir_all(&link));
        std::os::unix::fs::symlink("../mine", &link).unwrap();
        for more in [&[][..], &["--keep-bin", "tools"]] {
            let options = [&["--isolated=area"], more].concat();
            let refused = exec(&ctx, &options, &["fake-install", "tool", "1"]);
            let said = format!("error: `[ROOT]/shop/area/{name}` is a link");
            assert!(refused.exits(1).stderr.starts_with(&said), "{refused}");
        }
        fs::remove_file(&link).unwrap();
    }
    // The command itself may make one.
    let script = "rm -r \"$GOBIN\" && ln -s ../../mine \"$GOBIN\"";
    let sh = ctx.find_on_machine("sh").unwrap();
    let path = ctx.env().path().into_iter().chain([sh.parent().unwrap().to_owned()]);
    let output = ctx
        .command(ctx.gover_program())
        .args(["exec", "--isolated=area", "--keep-bin=tools", "1.90.1", "--", "sh", "-c", script])
        .env("PATH", join_paths(path).unwrap())
        .run();
    assert!(output.exits(1).stderr.contains("is a link"), "{output}");
    assert_eq!(ctx.names_in("shop"), ["area", "mine"]);
    assert_eq!(text(&ctx, "mine/tool"), "mine\n");
    assert_eq!(ctx.names_in("shop/mine"), ["tool"]);
}

#[test]
fn a_directory_without_an_equals_sign_is_answered_with_what_was_meant() {
    let ctx = with_three();
    let refused = ctx.gover(["exec", "--isolated", "my area", "1.90.1", "--", "go", "version"]);
    let quote = if IS_WINDOWS { '"' } else { '\'' };
    let said = format!(
        "error: `my area` is not a version; a directory needs `=`\n\
         hint: gover exec --isolated={quote}my area{quote} 1.90.1 -- go version\n"
    );
    assert_eq!(refused.exits(2).stderr, said);
    ctx.gover(["exec", "1.90.1", "--isolated", "--", "go", "version"]).success();
    // A program may have a version as its argument.
    ctx.gover(["exec", "--isolated", "1.90.1", "go", "fake-report", "1.91"]).success();
}

#[test]
fn an_isolated_command_needs_no_lock() {
    let ctx = with_three();
    exec(&ctx, &["--isolated"], &["fake-install", "tool", "1"]).success();
    assert_eq!(ctx.names_in("gover/locks"), [""; 0]);
    install(&ctx, "tools", "tool", "1").success();
    assert_eq!(ctx.names_in("gover/locks"), ["keep-bin.lock"]);
}

#[cfg(unix)]
mod signals {
    use std::io::{BufRead as _, BufReader};
    use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
    use std::process::{Child, Command, ExitStatus};

    use super::*;

    /// Starts an isolated command in a process group of its own, and waits until it says `ready`.
    fn started(ctx: &TestContext, script: &str) -> Child {
        let mut command =
            ctx.command(ctx.gover_program()).args(["exec", "--isolated", "1.90.1", "--", "sh", "-c", script]);
        let sh = ctx.find_on_machine("sh").unwrap();
        let path = ctx.env().path().into_iter().chain([sh.parent().unwrap().to_owned()]);
        command = command.env("PATH", join_paths(path).unwrap());
        let mut command = command.into_command();
        command.process_group(0).stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped());
        let mut child = gover_test::spawn(&mut command).unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, "ready\n");
        assert_eq!(ctx.names_in("tmp").len(), 1);
        child
    }

    fn send(signal: &str, to: &str) {
        let script = format!("kill -{signal} {to}");
        assert!(Command::new("sh").args(["-c", &script]).status().unwrap().success());
    }

    /// As for a job in the background of a script: gover leaves such a signal ignored.
    fn is_ignored(number: i32) -> bool {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
        mask.is_some_and(|mask| mask & (1 << (number - 1)) != 0)
    }

    fn ended(ctx: &TestContext, mut child: Child) -> ExitStatus {
        // Open, so that only the signal ends the command; `wait` would close it first.
        let stdin = child.stdin.take();
        let status = child.wait().unwrap();
        drop(stdin);
        assert_eq!(ctx.names_in("tmp"), [""; 0], "{status}");
        status
    }

    #[test]
    fn a_signal_to_gover_alone_ends_the_command_and_leaves_nothing() {
        for (name, number) in [("TERM", 15), ("INT", 2), ("HUP", 1)] {
            if is_ignored(number) {
                continue;
            }
            let ctx = with_three();
            let child = started(&ctx, "echo ready; exec go fake-wait");
            send(name, &child.id().to_string());
            assert_eq!(ended(&ctx, child).signal(), Some(number), "{name}");
        }
    }

    #[test]
    fn a_signal_to_all_as_from_a_terminal_leaves_nothing() {
        if is_ignored(2) {
            return;
        }
        let ctx = with_three();
        let child = started(&ctx, "go fake-install tool 1; echo ready; exec go fake-wait");
        send("INT", &format!("-{}", child.id()));
        assert_eq!(ended(&ctx, child).signal(), Some(2));
    }

    #[test]
    fn a_command_that_handles_the_signal_decides_the_exit_code() {
        let ctx = with_three();
        let child = started(&ctx, "trap 'exit 5' TERM; echo ready; read line");
        send("TERM", &child.id().to_string());
        assert_eq!(ended(&ctx, child).code(), Some(5));
    }

    #[test]
    fn a_signal_that_the_command_gets_from_elsewhere_is_returned() {
        let ctx = with_three();
        let output = ctx.command(ctx.gover_program());
        let sh = ctx.find_on_machine("sh").unwrap();
        let output = output
            .args(["exec", "--isolated", "1.90.1", "--", sh.to_str().unwrap(), "-c", "kill -KILL $$"])
            .run();
        assert!(output.exits(137).stderr.starts_with("kept "), "{output}");
    }
}
