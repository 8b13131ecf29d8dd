//! `gover bisect`: the release that breaks a command, wrong ends, skipped releases, and searches that
//! were interrupted.

use std::fs;

use gover_test::snapbox::str;
use gover_test::{Output, TestContext, context, gover_snapshot};

/// Ten releases of two minor versions.
const NAMES: [&str; 10] = [
    "go1.90.0", "go1.90.1", "go1.90.2", "go1.90.3", "go1.90.4", "go1.91.0", "go1.91.1", "go1.91.2",
    "go1.91.3", "go1.91.4",
];

/// With all of them, and a prerelease that does not count.
fn installed() -> TestContext {
    let ctx = context!();
    for name in NAMES.into_iter().chain(["go1.91rc1"]) {
        ctx.install_fake(name);
    }
    ctx
}

fn bisect(ctx: &TestContext, options: &[&str], ends: [&str; 2], cases: &[&str]) -> Output {
    ctx.gover([&["bisect"][..], options, &ends, &["--", "go", "fake-cases"], cases].concat())
}

/// The versions with which the command ran, in their order.
fn tried(output: &Output) -> Vec<String> {
    let lines = output.stdout.lines().chain(output.stderr.lines());
    lines.filter_map(|line| line.strip_prefix("tested go")).map(str::to_owned).collect()
}

#[test]
fn the_first_release_that_breaks_a_command_is_found() {
    let ctx = installed();
    gover_snapshot!(
        bisect(&ctx, &[], ["1.90.0", "1.91.4"], &["1.91.2..:1"]),
        str![[r#"
exit: 0
----- stdout -----
tested go1.90.0
tested go1.91.4
tested go1.90.4
tested go1.91.1
tested go1.91.2
go1.91.2 is the first release that breaks `go fake-cases 1.91.2..:1`; go1.91.1 is the last that passes
release notes: https://go.dev/doc/devel/release#go1.91.2

----- stderr -----
go1.90.0: go fake-cases 1.91.2..:1
go1.90.0 is good
go1.91.4: go fake-cases 1.91.2..:1
go1.91.4 is bad (exit code 1)
8 releases left, about 4 runs
go1.90.4: go fake-cases 1.91.2..:1
go1.90.4 is good
4 releases left, about 3 runs
go1.91.1: go fake-cases 1.91.2..:1
go1.91.1 is good
2 releases left, about 2 runs
go1.91.2: go fake-cases 1.91.2..:1
go1.91.2 is bad (exit code 1)

"#]]
    );
    assert!(!ctx.layout().bisect().exists(), "nothing is left");
    for first in &NAMES[1..] {
        let case = format!("{}..:3", &first[2..]);
        let output = bisect(&ctx, &["--json"], ["1.90.0", "1.91"], &[&case]);
        let json = output.success().json();
        assert_eq!(json["first"], *first);
        assert_eq!(json["change"], "break");
        assert!(tried(&output).len() <= 6, "{output}");
    }
}

#[test]
fn the_release_notes_of_a_minor_version_are_on_its_own_page() {
    let ctx = installed();
    let output = bisect(&ctx, &[], ["1.90.3", "1.91.1"], &["1.91..:1"]);
    assert!(
        output
            .success()
            .stdout
            .ends_with("; go1.90.4 is the last that passes\nrelease notes: https://go.dev/doc/go1.91\n"),
        "{output}"
    );
}

#[test]
fn with_a_newer_good_release_the_one_that_fixes_the_command_is_found() {
    let ctx = installed();
    // It fails before 1.90.3.
    let cases = ["1.90.3..:0", "1.90..:1"];
    let output = bisect(&ctx, &[], ["1.91.4", "1.90.0"], &cases);
    let said = "go1.90.3 is the first release that fixes `go fake-cases 1.90.3..:0 1.90..:1`; go1.90.2 is the last that fails\n\
                release notes: https://go.dev/doc/devel/release#go1.90.3\n";
    assert!(output.success().stdout.ends_with(said), "{output}");
}

#[test]
fn ends_that_are_the_wrong_way_round_are_answered_with_the_command_that_swaps_them() {
    let ctx = installed();
    gover_snapshot!(
        bisect(&ctx, &[], ["1.91.4", "1.90.0"], &["1.91.2..:1"]),
        str![[r#"
exit: 1
----- stdout -----
tested go1.91.4
tested go1.90.0

----- stderr -----
go1.91.4: go fake-cases 1.91.2..:1
go1.91.4 is bad (exit code 1)
go1.90.0: go fake-cases 1.91.2..:1
go1.90.0 is good
error: `go fake-cases 1.91.2..:1` fails with go1.91.4 and succeeds with go1.90.0: GOOD and BAD are the wrong way round
hint: gover bisect 1.90.0 1.91.4 -- go fake-cases 1.91.2..:1

"#]]
    );
    assert!(!ctx.layout().bisect().exists());
}

#[test]
fn a_command_that_fails_or_succeeds_with_both_ends_is_an_error() {
    let ctx = installed();
    let output = bisect(&ctx, &[], ["1.90.0", "1.91.4"], &["1.90..:127"]);
    let said = "error: `go fake-cases 1.90..:127` fails with go1.90.0 too, so no release between go1.90.0 and go1.91.4 breaks it\n  \
                exit code 127 usually means that a program was not found\n\
                hint: for GOOD, name a release with which it succeeds\n";
    assert!(output.exits(1).stderr.ends_with(said), "{output}");
    let output = bisect(&ctx, &[], ["1.90.0", "1.91.4"], &[]);
    let said = "succeeds with go1.91.4 too, so no release between go1.90.0 and go1.91.4 breaks it\n\
                hint: for BAD, name a release with which it fails\n";
    assert!(output.exits(1).stderr.ends_with(said), "{output}");
    let output = bisect(&ctx, &[], ["1.90.0", "1.91.4"], &["1.91.4:125"]);
    assert!(output.exits(1).stderr.contains("skips go1.91.4 (exit code 125)"), "{output}");
    assert!(!ctx.layout().bisect().exists(), "the next attempt runs the command again");
}

#[test]
fn releases_that_are_skipped_are_named_if_one_of_them_may_be_the_first() {
    let ctx = installed();
    let output = bisect(&ctx, &[], ["1.90.0", "1.91.4"], &["1.91.1:125", "1.91.2:125", "1.91.2..:1"]);
    let said = "`go fake-cases 1.91.1:125 1.91.2:125 1.91.2..:1` passes with go1.91.0 and fails with go1.91.3; the releases \
                between them were skipped, so one of these is the first that breaks it: go1.91.1, go1.91.2, go1.91.3\n";
    assert!(output.success().stdout.contains(said), "{output}");
    assert_eq!(output.stdout.matches("release notes: ").count(), 3);
    let json =
        bisect(&ctx, &["--json"], ["1.90.0", "1.91.4"], &["1.91.1:125", "1.91.2:125", "1.91.2..:1"]).json();
    assert!(json["first"].is_null());
    assert_eq!(json["candidates"].as_array().unwrap().len(), 3);
    // Skipped ones elsewhere do not matter.
    let json = bisect(&ctx, &["--json"], ["1.90.0", "1.91.4"], &["1.90.4:125", "1.91.2..:1"]).json();
    assert_eq!(json["first"], "go1.91.2");
}

#[test]
fn a_search_that_stopped_is_continued_by_the_same_command() {
    let ctx = installed();
    // The middle stops the search, unless a file says that it is repaired.
    let stopped = bisect(&ctx, &[], ["1.90.0", "1.91.4"], &["1.90.4:200", "1.91.2..:1"]);
    assert!(
        stopped.exits(1).stderr.contains("ended with exit code 200 with go1.90.4, so the search stopped"),
        "{stopped}"
    );
    assert_eq!(tried(&stopped), ["1.90.0", "1.91.4", "1.90.4"]);
    let again = bisect(&ctx, &[], ["1.90.0", "1.91.4"], &["1.90.4:200", "1.91.2..:1"]);
    assert_eq!(tried(&again), ["1.90.4"]);
    assert!(
        again
            .stderr
            .starts_with("continuing an interrupted search with 2 results (`--restart` starts over)\n"),
        "{again}"
    );
    // Exchanged ends use the same results; another command, directory or end does not.
    assert_eq!(tried(&bisect(&ctx, &[], ["1.91.4", "1.90.0"], &["1.90.4:200", "1.91.2..:1"])).len(), 0);
    let anew = bisect(&ctx, &["--restart"], ["1.90.0", "1.91.4"], &["1.90.4:200", "1.91.2..:1"]);
    assert_eq!(tried(&anew), ["1.90.0", "1.91.4", "1.90.4"]);
    assert_eq!(tried(&bisect(&ctx, &[], ["1.90.0", "1.91.3"], &["1.90.4:200", "1.91.2..:1"])).len(), 3);
    ctx.directory("other");
    let elsewhere = ctx.command(ctx.gover_program()).current_dir("other");
    let elsewhere =
        elsewhere.args(["bisect", "1.90.0", "1.91.4", "--", "go", "fake-cases", "1.90.4:200", "1.91.2..:1"]);
    assert_eq!(tried(&elsewhere.run()).len(), 3);
    assert_eq!(ctx.names_in("gover/bisect").len(), 3);
    // A damaged file counts as none.
    for name in ctx.names_in("gover/bisect") {
        fs::write(ctx.layout().bisect().join(name), "{").unwrap();
    }
    assert_eq!(tried(&bisect(&ctx, &[], ["1.90.0", "1.91.4"], &["1.90.4:200", "1.91.2..:1"])).len(), 3);
}

#[test]
fn no_run_is_lost_on_an_end_that_cannot_be_had() {
    let ctx = context!().with_site();
    for name in ["go1.90.0", "go1.90.1"] {
        ctx.publish(name);
    }
    for ends in [["1.90.0", "1.90.9"], ["1.90.9", "1.90.0"]] {
        let output = bisect(&ctx, &[], ends, &["1.90.1..:1"]);
        assert!(output.exits(1).stderr.contains("go1.90.9"), "{output}");
        assert_eq!(tried(&output), [""; 0]);
    }
}

#[test]
fn results_that_cannot_be_kept_are_not_promised() {
    let ctx = installed();
    // A file where the directory should be.
    fs::write(ctx.layout().bisect(), "").unwrap();
    let cases = ["1.90.4:200", "1.91.2..:1"];
    let stopped = bisect(&ctx, &[], ["1.90.0", "1.91.4"], &cases);
    let warning = ", so a search that is interrupted starts over\n";
    assert_eq!(stopped.exits(1).stderr.matches(warning).count(), 1, "{stopped}");
    assert!(stopped.stderr.contains("hint: the same command starts the search again; exit code 125 skips"));
    assert_eq!(tried(&bisect(&ctx, &[], ["1.90.0", "1.91.4"], &cases)).len(), 3);
    // The search itself does not need them.
    bisect(&ctx, &[], ["1.90.0", "1.91.4"], &["1.91.2..:1"]).success();
}

#[test]
fn an_end_that_stops_the_search_cannot_be_skipped() {
    let ctx = installed();
    for (case, end, again) in [("1.90.0:139", "1.90.0", "starts"), ("1.91.4:139", "1.91.4", "continues")] {
        let output = bisect(&ctx, &[], ["1.90.0", "1.91.4"], &[case]);
        let stopped = format!("ended with exit code 139 with go{end}, so the search stopped\n");
        assert!(output.exits(1).stderr.contains(&stopped), "{output}");
        assert!(output.stderr.contains(&format!("hint: the same command {again} the search")), "{output}");
        assert!(output.stderr.ends_with("0 is good, and all others but 125 are bad\n"), "{output}");
    }
}

#[test]
fn what_is_missing_is_installed_and_named_at_the_end() {
    let mut ctx = context!().with_site();
    for name in &NAMES[..5] {
        ctx.publish(name);
    }
    ctx.install_fake("go1.90.2");
    let output = bisect(&ctx, &[], ["1.90.0", "1.90.4"], &["1.90.3..:1"]);
    output.success();
    assert_eq!(tried(&output), ["1.90.0", "1.90.4", "1.90.2", "1.90.3"]);
    let removes = "`gover uninstall 1.90.0 1.90.4 1.90.3` removes the toolchains installed for this search\n";
    assert!(output.stderr.ends_with(removes), "{output}");
    assert_eq!(ctx.names_in("gover/versions"), ["go1.90.0", "go1.90.2", "go1.90.3", "go1.90.4"]);
    // Without an install, the command for it is named, and the search can be continued.
    ctx.gover(["uninstall", "1.90.3"]).success();
    ctx.set("GOVER_AUTO_INSTALL", "false");
    let output = bisect(&ctx, &[], ["1.90.0", "1.90.4"], &["1.90.3..:1"]);
    assert!(
        output.exits(127).stderr.ends_with("error: go1.90.3 is not installed\nhint: gover install 1.90.3\n"),
        "{output}"
    );
    ctx.unset("GOVER_AUTO_INSTALL");
    assert_eq!(tried(bisect(&ctx, &[], ["1.90.0", "1.90.4"], &["1.90.3..:1"]).success()), ["1.90.3"]);
}

#[test]
fn an_end_that_go_mod_forbids_is_refused() {
    let ctx = installed();
    ctx.write("go.mod", "module m\n\ngo 1.90.2\n");
    gover_snapshot!(
        bisect(&ctx, &[], ["1.90.0", "1.91.4"], &["1.91.2..:1"]),
        str![[r#"
exit: 1
----- stdout -----

----- stderr -----
error: go1.90.0 cannot be used here: go.mod:3 in [ROOT]/shop requires go1.90.2
hint: name a newer release, or lower the go line

"#]]
    );
    bisect(&ctx, &[], ["1.90.2", "1.91.4"], &["1.91.2..:1"]).success();
}

#[test]
fn each_run_has_the_toolchain_that_is_tried_whatever_go_would_choose() {
    let mut ctx = installed();
    ctx.set("GOTOOLCHAIN", "go1.91.4");
    let output = ctx.gover(["bisect", "1.90.0", "1.91.4", "--", "go", "fake-report"]);
    let roots = output.stdout.lines().filter(|line| line.starts_with("tree ")).count();
    assert_eq!(roots, 2, "{output}");
    assert_eq!(output.exits(1).stdout.matches("GOTOOLCHAIN=local\n").count(), 2, "{output}");
    assert!(
        output.stdout.contains("GOVER_VERSION=go1.90.0\n")
            && output.stdout.contains("GOVER_VERSION=go1.91.4\n")
    );
}

#[test]
fn what_names_no_two_releases_is_refused() {
    let ctx = installed();
    for ends in [
        ["1.90.0", "1.90.0"],
        ["1.90", "1.90.4"],
        ["system", "1.90.4"],
        ["./go", "1.90.4"],
        ["1.90.0", "nonsense"],
        ["go1.90.0-mine", "1.91.4"],
    ] {
        let output = bisect(&ctx, &[], ends, &[]);
        assert!(output.exits(2).stderr.starts_with("error: "), "{ends:?}\n{output}");
    }
    ctx.gover(["bisect", "1.90.0", "1.91.4", "--", "no-such-program"]).exits(127);
    // Two that are next to each other need no search.
    let json = bisect(&ctx, &["--json"], ["1.90.4", "1.91.0"], &["1.91..:1"]).success().json();
    assert_eq!((&json["first"], json["runs"].as_array().unwrap().len()), (&"go1.91.0".into(), 2));
}

#[cfg(unix)]
mod signals {
    use std::io::{BufRead as _, BufReader};
    use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
    use std::process::{Command, Stdio};

    use super::*;

    #[test]
    fn a_search_that_was_interrupted_or_killed_is_continued() {
        for (name, number) in [("INT", 2), ("KILL", 9)] {
            let mut ctx = installed();
            crate::matrix::add_shell(&mut ctx);
            // The middle waits for a file. So what SIGKILL leaves ends too.
            let script = "go fake-cases 1.91.2..:1 || exit 1
                case $GOVER_VERSION in go1.90.4) test -e go-on || echo waiting ;; *) exit 0 ;; esac
                until test -e go-on; do sleep 0.05; done";
            let words = ["bisect", "1.90.0", "1.91.4", "--", "sh", "-c", script];
            let mut command = ctx.command(ctx.gover_program()).args(words).into_command();
            command.process_group(0).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
            let mut child = gover_test::spawn(&mut command).unwrap();
            let mut stdout = BufReader::new(child.stdout.take().unwrap());
            let mut text = String::new();
            while !text.ends_with("waiting\n") {
                assert_ne!(stdout.read_line(&mut text).unwrap(), 0, "{text}");
            }
            let kill = format!("kill -{name} {}", child.id());
            assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
            assert_eq!(child.wait().unwrap().signal(), Some(number));
            ctx.write("go-on", "");
            let again = ctx.gover(words);
            assert_eq!(tried(again.success()), ["1.90.4", "1.91.1", "1.91.2"], "{name}");
            assert!(again.stdout.contains("\ngo1.91.2 is the first release that breaks "), "{again}");
        }
    }
}
