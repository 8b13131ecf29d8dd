//! `gover exec --isolated`, `--keep-bin`, `--rollback` and `--target`.

use std::fs;
use std::path::PathBuf;

use gover_core::platform::IS_WINDOWS;
use gover_test::snapbox::str;
use gover_test::{Output, TestContext, gover_snapshot, has_directory_links};

use crate::scene::{files, with_three};

fn exec(ctx: &TestContext, options: &[&str], command: &[&str]) -> Output {
    ctx.gover([&["exec"][..], options, &["1.90.1", "--", "go"], command].concat())
}

/// A program that a command installs is a file with this text.
fn install(ctx: &TestContext, target: &str, name: &str, text: &str) -> Output {
    exec(ctx, &["--isolated", "--keep-bin", target], &["fake-install", name, text])
}

fn reported(output: &Output, name: &str) -> PathBuf {
    PathBuf::from(output.reported(name).unwrap())
}

fn text(ctx: &TestContext, path: &str) -> String {
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
    let path = std::env::join_paths([path, bin].into_iter().chain(ctx.env().path())).unwrap();
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
        assert!(output.exits(2).stderr.contains("separates directories"), "{output}");
    }
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
fn what_was_installed_is_kept_and_can_be_rolled_back() {
    let ctx = with_three();
    let first = install(&ctx, "tools", "one", "1");
    assert_eq!(first.success().stderr, "[ROOT]/shop/tools now has 1 program\n");
    gover_snapshot!(
        install(&ctx, "tools", "two", "2"),
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
[ROOT]/shop/tools now has 1 program; what it had before is in [ROOT]/shop/tools.previous (`gover exec --rollback [ROOT]/shop/tools` undoes this)

"#]]
    );
    let names = || (ctx.names_in("shop/tools"), ctx.names_in("shop/tools.previous"));
    let [one, two] = ["one", "two"].map(|name| vec![".gover-keep-bin".to_owned(), name.to_owned()]);
    assert_eq!(names(), (two.clone(), one.clone()));
    gover_snapshot!(
        ctx.gover(["exec", "--rollback", "tools"]),
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
[ROOT]/shop/tools is again what it was before (`gover exec --rollback [ROOT]/shop/tools` undoes this)

"#]]
    );
    assert_eq!(names(), (one.clone(), two.clone()));
    ctx.gover(["exec", "--rollback", "tools"]).success();
    assert_eq!(names(), (two.clone(), one));
    // Only one former directory is kept.
    install(&ctx, "tools", "three", "3").success();
    assert_eq!(names().1, two);
    fs::remove_dir_all(ctx.work().join("tools")).unwrap();
    ctx.gover(["exec", "--rollback", "tools"]).success();
    assert_eq!(text(&ctx, "tools/two"), "2");
    assert_eq!(ctx.names_in("shop"), ["tools"]);
    ctx.gover(["exec", "--rollback", "tools"]).exits(1);
    assert_eq!(ctx.names_in("tmp"), [""; 0]);
}

#[test]
fn what_stands_next_to_the_target_is_left_alone() {
    let ctx = with_three();
    // As an earlier version left it when it was killed.
    ctx.write(".tools.old/mine", "mine\n");
    for name in ["one", "two", "three"] {
        install(&ctx, "tools", name, name).success();
    }
    assert_eq!(text(&ctx, "tools.previous/two"), "two");
    assert_eq!(ctx.names_in("shop"), [".tools.old", "tools", "tools.previous"]);
    assert_eq!(text(&ctx, ".tools.old/mine"), "mine\n");
}

#[test]
fn a_failure_changes_nothing_in_the_target() {
    let ctx = with_three();
    install(&ctx, "tools", "one", "1").success();
    exec(&ctx, &["--isolated=area", "--keep-bin", "tools"], &["fake-exit", "1"]).exits(1);
    let output = exec(&ctx, &["--isolated=area", "--keep-bin", "tools"], &["version"]);
    assert!(output.exits(1).stderr.contains("installed no program"), "{output}");
    assert_eq!(text(&ctx, "tools/one"), "1");
    assert!(!ctx.work().join("tools.previous").exists());
    // Nor is the program lost if the target cannot be replaced after all.
    ctx.write("blocked.previous", "mine\n");
    install(&ctx, "blocked", "one", "1").exits(1);
    assert_eq!(ctx.names_in("shop"), ["area", "blocked.previous", "tools"]);
}

#[test]
fn programs_of_an_earlier_command_are_not_kept_with_those_of_this_one() {
    let ctx = with_three();
    exec(&ctx, &["--isolated=area"], &["fake-install", "one", "1"]).success();
    let options = ["--isolated=area", "--keep-bin", "tools"];
    let refused = exec(&ctx, &options, &["fake-install", "two", "2"]);
    assert!(refused.exits(1).stderr.contains("has programs of an earlier command"), "{refused}");
    assert!(!ctx.work().join("tools").exists());
    assert_eq!(ctx.names_in(ctx.work().join("area/bin")).len(), 1);
    fs::remove_dir_all(ctx.work().join("area/bin")).unwrap();
    exec(&ctx, &options, &["fake-install", "two", "2"]).success();
    assert_eq!(ctx.names_in(ctx.work().join("tools")).len(), 2, "with the marker");
}

#[test]
fn files_of_others_in_the_target_are_never_moved_or_deleted() {
    let ctx = with_three();
    install(&ctx, "tools", "one", "1").success();
    let notes = ctx.write("tools/notes.txt", "mine\n");
    let refused = install(&ctx, "tools", "two", "2");
    assert!(refused.exits(1).stderr.contains("has `notes.txt`, which gover did not put there"), "{refused}");
    assert_eq!(fs::read_to_string(&notes).unwrap(), "mine\n");
    fs::remove_file(&notes).unwrap();
    install(&ctx, "tools", "two", "2").success();
    let kept = ctx.write("tools.previous/notes.txt", "mine\n");
    install(&ctx, "tools", "three", "3").exits(1);
    ctx.gover(["exec", "--rollback", "tools"]).exits(1);
    assert_eq!(fs::read_to_string(&kept).unwrap(), "mine\n");
}

#[test]
fn a_target_that_gover_did_not_make_is_refused() {
    let ctx = with_three();
    ctx.write("bin/mine", "mine\n");
    ctx.write("file", "mine\n");
    let before = files(&ctx.work());
    gover_snapshot!(
        install(&ctx, "bin", "tool", "1"),
        str![[r#"
exit: 1
----- stdout -----

----- stderr -----
error: `[ROOT]/shop/bin` is not empty, and was not made with --keep-bin, so gover does not replace it
hint: name a directory that does not exist yet

"#]]
    );
    install(&ctx, "file", "tool", "1").exits(1);
    install(&ctx, "..", "tool", "1").exits(2);
    ctx.gover(["exec", "--rollback", "bin"]).exits(1);
    for (area, target) in [("area", "area/tools"), ("tools/area", "tools")] {
        let options = [&format!("--isolated={area}"), "--keep-bin", target];
        exec(&ctx, &options, &["fake-install", "tool", "1"]).exits(2);
    }
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("bin", ctx.work().join("link")).unwrap();
        let output = install(&ctx, "link", "tool", "1");
        assert!(output.exits(1).stderr.contains("is a link"), "{output}");
        fs::remove_file(ctx.work().join("link")).unwrap();
    }
    let mut after = files(&ctx.work());
    after.retain(|name, _| !name.contains("area/"));
    assert_eq!(after, before);
    ctx.directory("empty");
    install(&ctx, "empty", "tool", "1").success();
    install(&ctx, "new/tools", "tool", "1").success();
    assert_eq!((text(&ctx, "empty/tool"), text(&ctx, "new/tools/tool")), ("1".to_owned(), "1".to_owned()));
}

/// A port that no machine which runs these tests has.
const FOREIGN: &str = "plan9/386";

#[test]
fn a_target_applies_to_the_command_alone() {
    let mut ctx = with_three();
    let output = exec(&ctx, &["--target", FOREIGN], &["fake-report"]);
    assert_eq!(output.success().stderr, "note: builds for plan9/386 are without cgo (CGO_ENABLED=0)\n");
    for (name, value) in [("GOOS", "plan9"), ("GOARCH", "386"), ("CGO_ENABLED", "0")] {
        assert_eq!(output.reported(name).as_deref(), Some(value));
    }
    let gobin = ctx.home().join("bin");
    ctx.set("CC", "clang").set("GOBIN", gobin);
    let output = exec(&ctx, &["--target", FOREIGN], &["fake-install", "tool", "1"]);
    gover_snapshot!(
        output,
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
note: CC is set, so CGO_ENABLED stays as it is
note: GOBIN is unset for plan9/386; `go install` uses GOPATH/bin instead

"#]]
    );
    assert_eq!(ctx.names_in("home/go/bin/plan9_386"), ["tool"]);
    assert_eq!(exec(&ctx, &["--target", FOREIGN], &["fake-report"]).reported("CGO_ENABLED"), None);
    // The toolchain's own platform has a GOBIN.
    let own = gover_core::Platform::host().to_string();
    exec(&ctx, &["--target", &own], &["fake-install", "tool", "1"]).success();
    assert_eq!(ctx.names_in("home/bin"), ["tool"]);
}

#[test]
fn a_gobin_of_go_env_that_stops_go_install_is_named() {
    let mut ctx = with_three();
    let file = ctx.write("env", "GOBIN=/opt/bin\n");
    ctx.set("GOENV", file);
    let output = exec(&ctx, &["--target", FOREIGN], &["version"]);
    assert!(output.success().stderr.contains("`go env -u GOBIN` removes it"), "{output}");
    // An isolated command does not see that file.
    let output = exec(&ctx, &["--isolated", "--target", FOREIGN], &["version"]);
    assert_eq!(output.success().stderr, "note: builds for plan9/386 are without cgo (CGO_ENABLED=0)\n");
}

#[test]
fn programs_for_another_platform_are_kept() {
    let ctx = with_three();
    let options = ["--isolated", "--keep-bin", "tools", "--target", FOREIGN];
    exec(&ctx, &options, &["fake-install", "tool", "1"]).success();
    assert_eq!(text(&ctx, "tools/tool"), "1");
    assert_eq!(ctx.names_in("tmp"), [""; 0]);
}

#[test]
fn an_unknown_target_is_answered_with_the_nearest() {
    let ctx = with_three();
    gover_snapshot!(
        exec(&ctx, &["--target", "linux/arm46"], &["version"]),
        str![[r#"
exit: 2
----- stdout -----

----- stderr -----
error: Go has no port to `linux/arm46`
hint: gover exec --target linux/arm64 1.90.1 -- go version

"#]]
    );
    for (wrong, meant) in [
        ("macos/x86_64", "darwin/amd64"),
        ("Linux-aarch64", "linux/arm64"),
        ("window/amd64", "windows/amd64"),
    ] {
        let output = exec(&ctx, &[&format!("--target={wrong}")], &["version"]);
        let hint = format!("hint: gover exec --target={meant} 1.90.1 -- go version");
        // Without the filters, which hide the platform of this machine.
        let said = String::from_utf8_lossy(&output.exits(2).raw_stderr);
        assert!(said.trim_end().ends_with(&hint), "{output}");
    }
    let output = exec(&ctx, &["--target", "nonsense"], &["version"]);
    assert!(output.exits(2).stderr.contains("go tool dist list"), "{output}");
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
        command = command.env("PATH", std::env::join_paths(path).unwrap());
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
