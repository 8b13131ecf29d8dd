//! `gover matrix`: which toolchains are meant, how the command runs with each, and what is reported.

mod junit;

use std::fs;

use gover_core::env::join_paths;
use gover_core::platform::IS_WINDOWS;
use gover_test::snapbox::str;
use gover_test::{Output, TestContext, gover_snapshot};

use crate::scene::with_three;

fn matrix(ctx: &TestContext, options: &[&str], requests: &str, command: &[&str]) -> Output {
    ctx.gover([&["matrix"][..], options, &[requests, "--", "go"], command].concat())
}

/// With every duration replaced: those of these commands have as many characters.
fn timeless(mut output: Output) -> Output {
    let is_time =
        |word: &str| word.len() == 4 && word.ends_with('s') && word.starts_with(|c: char| c.is_ascii_digit());
    let words = output.stdout.split_inclusive([' ', '\n']).map(|word| {
        let bare = word.trim_end();
        if is_time(bare) { word.replace(bare, "N.Ns") } else { word.to_owned() }
    });
    output.stdout = words.collect();
    output
}

/// Puts the machine's `sh` and `sleep` on PATH.
pub(crate) fn add_shell(ctx: &mut TestContext) {
    let shell = ctx.find_on_machine("sh").unwrap();
    let path = ctx.env().path().into_iter().chain([shell.parent().unwrap().to_owned()]);
    ctx.set("PATH", join_paths(path).unwrap());
}

/// The versions with which the command ran, in their order.
fn tested(output: &Output) -> Vec<String> {
    let lines = output.stdout.lines().filter_map(|line| line.strip_prefix("tested go"));
    lines.map(str::to_owned).collect()
}

#[test]
fn each_toolchain_runs_the_command_and_a_table_shows_how_it_ended() {
    let ctx = with_three();
    gover_snapshot!(
        timeless(matrix(&ctx, &[], "1.91,1.90.1,go1.91.2,latest,1.90", &["fake-cases", "1.90.4:7"])),
        str![[r#"
exit: 1
----- stdout -----
tested go1.90.1
tested go1.90.4
tested go1.91.2
go1.90.1  N.Ns  ok
go1.90.4  N.Ns  failed with exit code 7
go1.91.2  N.Ns  ok

----- stderr -----
go1.90.1: go fake-cases 1.90.4:7
go1.90.4: go fake-cases 1.90.4:7
go1.91.2: go fake-cases 1.90.4:7
error: `go fake-cases 1.90.4:7` failed with go1.90.4
hint: gover exec 1.90.4 -- go fake-cases 1.90.4:7

"#]]
    );
    matrix(&ctx, &[], "1.91,1.90.1", &["fake-cases", "1.90.4:7"]).success();
}

#[test]
fn each_run_has_the_toolchain_that_is_named_whatever_go_would_choose() {
    let mut ctx = with_three();
    ctx.set("GOTOOLCHAIN", "go1.91.2").set("GOVER_VERSION", "1.91");
    ctx.write(".go-version", "1.91\n");
    ctx.write("go.mod", "module m\n\ngo 1.90.1\n\ntoolchain go1.91.2\n");
    let output = matrix(&ctx, &[], "1.90.1", &["fake-report"]);
    let goroot = ctx.layout().versions().join("go1.90.1");
    assert_eq!(output.success().reported("tree").as_deref(), goroot.to_str());
    for (name, value) in
        [("GOTOOLCHAIN", Some("local")), ("GOVER_VERSION", Some("go1.90.1")), ("GOROOT", None)]
    {
        assert_eq!(output.reported(name).as_deref(), value, "{name}");
    }
    let path = join_paths([goroot.join("bin")].into_iter().chain(ctx.env().path())).unwrap();
    assert_eq!(output.reported("PATH").as_deref(), path.to_str());
    // So has what the command starts through gover, by the path of the shim.
    let shim = ctx.install_shim("go");
    let output = matrix(&ctx, &[], "1.90.1", &["fake-run", shim.to_str().unwrap(), "version"]);
    assert!(output.success().stdout.starts_with("go version go1.90.1 "), "{output}");
}

#[test]
fn versions_that_go_mod_forbids_are_skipped_by_name() {
    let ctx = with_three();
    ctx.write("go.mod", "module m\n\ngo 1.90.4\n");
    gover_snapshot!(
        timeless(matrix(&ctx, &[], "1.90.1,1.90.4,1.91", &["fake-cases"])),
        str![[r#"
exit: 0
----- stdout -----
tested go1.90.4
tested go1.91.2
go1.90.1        skipped: go.mod:3 in [ROOT]/shop requires go1.90.4
go1.90.4  N.Ns  ok
go1.91.2  N.Ns  ok

----- stderr -----
go1.90.4: go fake-cases
go1.91.2: go fake-cases

"#]]
    );
    ctx.write("go.work", "go 1.91.0\n");
    let json = matrix(&ctx, &["--json"], "1.90,1.91", &["fake-cases"]).success().json();
    assert_eq!(json["versions"][0]["result"], "skipped");
    let reason = json["versions"][0]["reason"].as_str().unwrap();
    assert!(reason.starts_with("go.work:1 in ") && reason.ends_with(" requires go1.91.0"), "{reason}");
    // `go -C DIR` reads the files there.
    ctx.write("old/go.mod", "module m\n\ngo 1.80\n");
    ctx.write("old/go.work", "go 1.80\n");
    matrix(&ctx, &[], "1.90.1", &["-C", "old", "version"]).success();
}

#[test]
fn if_every_version_is_skipped_nothing_ran_and_that_is_an_error() {
    let ctx = with_three();
    ctx.write("go.mod", "module m\n\ngo 1.91.2\n");
    gover_snapshot!(
        matrix(&ctx, &[], "1.90.1,1.90.4", &["version"]),
        str![[r#"
exit: 1
----- stdout -----
go1.90.1  skipped: go.mod:3 in [ROOT]/shop requires go1.91.2
go1.90.4  skipped: go.mod:3 in [ROOT]/shop requires go1.91.2

----- stderr -----
error: every version was skipped, so `go version` did not run
hint: gover matrix 1.91.2 -- go version

"#]]
    );
}

#[test]
fn a_range_means_the_newest_patch_of_each_minor_version_in_it() {
    let ctx = gover_test::context!().with_site();
    for name in ["go1.90.1", "go1.90.2", "go1.91.1", "go1.91.2", "go1.92rc1", "go1.92.0"] {
        ctx.publish(name);
    }
    ctx.install_fake("go1.91.1");
    let output = matrix(&ctx, &[], ">=1.90 <1.92", &["fake-cases"]);
    assert_eq!(
        tested(output.success()),
        ["1.90.2", "1.91.1"],
        "an installed patch counts as the newest\n{output}"
    );
    assert_eq!(tested(matrix(&ctx, &[], "supported", &["fake-cases"]).success()), ["1.91.1", "1.92.0"]);
    assert_eq!(tested(matrix(&ctx, &[], "^1.90,1.91.2", &["fake-cases"]).success()).len(), 4);
    let output = matrix(&ctx, &[], "^1.93", &["fake-cases"]);
    assert!(output.exits(1).stderr.starts_with("error: no Go release matches `^1.93`\n"), "{output}");
}

#[test]
fn missing_toolchains_are_installed_first_or_the_command_for_that_is_named() {
    let mut ctx = gover_test::context!().with_site();
    for name in ["go1.90.1", "go1.91.1"] {
        ctx.publish(name);
    }
    ctx.set("GOVER_AUTO_INSTALL", "false");
    gover_snapshot!(
        matrix(&ctx, &[], "1.90.1,1.91.1", &["fake-cases"]),
        str![[r#"
exit: 127
----- stdout -----

----- stderr -----
error: these are not installed: go1.90.1, go1.91.1
hint: gover install 1.90.1 1.91.1

"#]]
    );
    ctx.unset("GOVER_AUTO_INSTALL");
    let output = matrix(&ctx, &["--offline"], "1.90.1", &["fake-cases"]);
    assert!(output.exits(127).stderr.contains("hint: gover install 1.90.1\n"), "{output}");
    // What go.mod forbids is not downloaded.
    ctx.write("go.mod", "module m\n\ngo 1.91\n");
    let output = matrix(&ctx, &[], "1.90.1,1.91.1", &["fake-cases"]);
    assert_eq!(tested(output.success()), ["1.91.1"]);
    assert_eq!(ctx.names_in("gover/versions"), ["go1.91.1"]);
    assert!(!ctx.layout().default_file().exists(), "nothing else changes");
}

#[test]
fn a_toolchain_that_cannot_be_installed_does_not_stop_the_others() {
    let ctx = gover_test::context!().with_site();
    ctx.publish("go1.90.1");
    let output = matrix(&ctx, &[], "1.90.1,1.90.9", &["fake-cases"]);
    assert_eq!(tested(output.exits(1)), ["1.90.1"]);
    assert!(output.stdout.contains("go1.90.9        could not be installed\n"), "{output}");
    assert!(output.stderr.contains("error: no source has go1.90.9 for "), "{output}");
    let last = "error: `go fake-cases` did not run with go1.90.9, which could not be installed\n";
    assert!(output.stderr.ends_with(last), "{output}");
}

#[test]
fn several_run_at_once_and_their_outputs_stay_apart() {
    let ctx = with_three();
    let output = matrix(&ctx, &["-j", "3"], "1.90.1,1.90.4,1.91.2", &["fake-meet", "3", "met"]);
    output.success();
    let output = matrix(&ctx, &["-j", "2"], "1.90.1,1.90.4,1.91.2", &["fake-report", "a", "b"]);
    let blocks: Vec<&str> = output.success().stdout.split("program ").skip(1).collect();
    assert_eq!(blocks.len(), 3);
    for block in blocks {
        let name = block.lines().next().unwrap().rsplit("versions").next().unwrap()[1..]
            .split(['/', '\\'])
            .next()
            .unwrap();
        assert!(
            block.contains("argument a\nargument b\n") && block.contains(&format!("GOVER_VERSION={name}\n")),
            "{output}"
        );
    }
    assert!(
        output.stderr.starts_with("running `go fake-report a b` with 3 Go versions, 2 at a time\n"),
        "{output}"
    );
    assert_eq!(ctx.names_in("tmp"), [""; 0]);
}

#[test]
fn fail_fast_ends_the_others() {
    let mut ctx = with_three();
    let output = matrix(&ctx, &["--fail-fast"], "1.90.1,1.90.4,1.91.2", &["fake-cases", "1.90.4:1"]);
    assert_eq!(tested(output.exits(1)), ["1.90.1", "1.90.4"]);
    assert!(output.stdout.ends_with("go1.91.2        did not finish\n"), "{output}");
    if !IS_WINDOWS {
        add_shell(&mut ctx);
        let script = r#"case "$(go version)" in *go1.90.1*) exit 3 ;; esac; sleep 600"#;
        let options = ["matrix", "-j3", "--fail-fast", "1.90.1,1.90.4,1.91.2", "--", "sh", "-c", script];
        let output = ctx.gover(options);
        assert_eq!(output.exits(1).stdout.matches("did not finish").count(), 2, "{output}");
    }
}

#[test]
fn json_has_every_version_and_the_output_goes_to_stderr() {
    let ctx = with_three();
    let output = matrix(&ctx, &["--json"], "1.90.1,1.90.4", &["fake-cases", "1.90.4:7"]);
    let json = output.exits(1).json();
    assert_eq!(json["passed"], false);
    assert_eq!(json["command"][1], "fake-cases");
    let results: Vec<_> = json["versions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["version"].clone(), one["exit_code"].clone()))
        .collect();
    assert_eq!(results, [("go1.90.1".into(), 0.into()), ("go1.90.4".into(), 7.into())]);
    assert!(output.stderr.contains("tested go1.90.1\n"), "{output}");
    let output = matrix(&ctx, &["--json", "-j2"], "1.90.1,1.91.2", &["fake-cases"]);
    assert_eq!(output.success().json()["passed"], true);
    assert!(output.stderr.contains("tested go1.91.2\n"), "{output}");
}

#[test]
fn a_command_that_cannot_start_is_one_error() {
    let ctx = with_three();
    gover_snapshot!(
        ctx.gover(["matrix", "1.90.1,1.91.2", "--", "no-such-program"]),
        str![[r#"
exit: 127
----- stdout -----

----- stderr -----
error: cannot find program `no-such-program` on PATH
hint: check the name, or use its path

"#]]
    );
    let file = gover_core::layout::executable_name("text");
    ctx.write(&file, "no program\n");
    let path = [".", &file].join(std::path::MAIN_SEPARATOR_STR);
    for options in [&[][..], &["-j2"]] {
        let output = ctx.gover([&["matrix"][..], options, &["1.90.1,1.91.2", "--", &path]].concat());
        assert_eq!(output.exits(126).stderr.matches("error: ").count(), 1, "{output}");
    }
}

#[test]
fn what_is_not_a_list_of_versions_is_refused() {
    let ctx = with_three();
    for list in ["", "1.90,,1.91", "system", "./go", "1.90,nonsense", "1.90;1.91"] {
        let output = matrix(&ctx, &[], list, &["version"]);
        assert!(output.exits(2).stderr.starts_with("error: "), "{list}\n{output}");
    }
    ctx.gover(["matrix", "1.90", "-j", "0", "--", "go"]).exits(2);
}

#[cfg(unix)]
mod signals {
    use std::io::{BufRead as _, BufReader};
    use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
    use std::process::{Command, Stdio};

    use super::*;

    /// What each run does: it starts a program that ignores the signal, and waits for it.
    const SCRIPT: &str = "sh -c 'trap \"\" INT TERM; echo ready >&2; exec sleep 600' & wait";

    /// Whether a program of these tests still runs. Each has the path of its context in its variables.
    fn is_left(ctx: &TestContext) -> bool {
        let home = ctx.layout().home().display().to_string();
        let entries = fs::read_dir("/proc").unwrap().flatten();
        let environments = entries.filter_map(|entry| fs::read(entry.path().join("environ")).ok());
        let mut texts = environments.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        texts.any(|text| text.contains("GOVER_VERSION=go1.9") && text.contains(&home))
    }

    #[test]
    fn a_signal_ends_every_run_and_what_it_started() {
        if !fs::exists("/proc/self/environ").unwrap_or_default() {
            return;
        }
        for (name, number) in [("INT", 2), ("TERM", 15)] {
            let mut ctx = with_three();
            add_shell(&mut ctx);
            let words = ["matrix", "1.90.1,1.91.2", "--", "sh", "-c", SCRIPT];
            let mut command = ctx.command(ctx.gover_program()).args(words).into_command();
            command.process_group(0).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
            let mut child = gover_test::spawn(&mut command).unwrap();
            let mut stderr = BufReader::new(child.stderr.take().unwrap());
            let mut line = String::new();
            while !line.ends_with("ready\n") {
                assert_ne!(stderr.read_line(&mut line).unwrap(), 0, "{line}");
            }
            assert!(is_left(&ctx));
            let script = format!("kill -{name} {}", child.id());
            assert!(Command::new("sh").args(["-c", &script]).status().unwrap().success());
            let output = child.wait_with_output().unwrap();
            assert_eq!(output.status.signal(), Some(number), "{output:?}");
            let table = String::from_utf8(output.stdout).unwrap();
            assert_eq!(table.matches("did not finish").count(), 2, "{table}");
            assert!(!is_left(&ctx), "{name}");
            assert_eq!(ctx.names_in("tmp"), [""; 0]);
        }
    }
}
