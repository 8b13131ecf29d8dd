//! Many problems at once: found, fixed, and every byte restored.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use gover_test::snapbox::str;
use gover_test::{TestContext, context, gover_snapshot};

use crate::scene;

/// Messy startup files and settings, and a project with line ends of Windows.
const PLANTED: &[(&str, &str)] = &[
    ("home/.zshrc", "export GOROOT=/usr/lib/go-1.11\n"),
    (
        "home/.config/go/env",
        "GO111MODULE=off\nGOFLAGS=-insecure\r\nGOOS=plan9\nGOARCH=mips\nGOTOOLCHAIN=local\nthis is no line\n\
         GOROOT=/opt/x\nGOSUMDB=off\nGONOSUMDB=*\nGOBIN=bin\nGOPATH=relative\nGOCACHE=cache\n\
         GOPROXY=https://proxy.example.com\n",
    ),
    ("shop/go.mod", "module m\r\n\r\ngo 1.21\r\n"),
    ("shop/go.sum", "a v1 h1:x=\r\n"),
    ("shop/.go-version", "1.91.2\r\n"),
];

/// The lines after gover's own in the startup file of this shell.
const STARTUP: &str = "export GOROOT=/opt/old-go\n\
    export PATH=$HOME/.gover/bin:$PATH\n\
    [[ -s \"$HOME/.gvm/scripts/gvm\" ]] && source \"$HOME/.gvm/scripts/gvm\"\n";

fn planted() -> TestContext {
    let mut ctx = context!();
    ctx.install_fake("go1.91.2");
    ctx.set("SHELL", "/bin/bash").set("GOVER_SHELL", "bash");
    for name in ["GOPROXY", "GOSUMDB"] {
        ctx.unset(name);
    }
    fs::write(ctx.home().join(".bashrc"), "# mine\n").unwrap();
    ctx.gover(["default", "1.91.2"]).success();
    ctx.gover(["setup"]).success();
    let bashrc = ctx.home().join(".bashrc");
    let set_up = fs::read_to_string(&bashrc).unwrap();
    fs::write(&bashrc, format!("{set_up}{STARTUP}")).unwrap();
    for (path, content) in PLANTED {
        let path = ctx.root().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    ctx
}

/// Every file that belongs to the user or the project, with its content.
fn files(ctx: &TestContext) -> BTreeMap<PathBuf, Vec<u8>> {
    let below = |root: PathBuf| {
        scene::files(&root).into_iter().map(move |(name, content)| (root.join(name), content))
    };
    below(ctx.home()).chain(below(ctx.work())).collect()
}

#[test]
fn twenty_problems_are_fixed_and_undo_restores_every_byte() {
    let ctx = planted();
    let before = files(&ctx);
    let found = ctx.gover(["doctor", "--offline", "--json"]);
    let findings = found.exits(1).json()["findings"].as_array().unwrap().len();
    assert!(findings >= 20, "{findings}\n{found}");

    let repaired = ctx.gover(["doctor", "--offline", "--fix", "--yes"]);
    assert!(repaired.success().stderr.contains("`gover doctor --undo` undoes all of them"), "{repaired}");
    let after = ctx.gover(["doctor", "--offline", "--json"]);
    let left = after.success().json();
    let severities: Vec<_> =
        left["findings"].as_array().unwrap().iter().map(|finding| finding["severity"].clone()).collect();
    assert!(severities.iter().all(|severity| severity == "note"), "{after}");
    let changed = files(&ctx);
    let places: Vec<&Path> = PLANTED.iter().map(|(path, _)| Path::new(path)).collect();
    for place in places {
        let path = ctx.root().join(place);
        assert_ne!(changed.get(&path), before.get(&path), "{}", path.display());
    }

    let undone = ctx.gover(["doctor", "--undo"]);
    undone.success();
    assert_eq!(undone.stderr.matches("restored ").count(), PLANTED.len() + 1, "{undone}");
    assert!(files(&ctx) == before, "not every byte came back");
    ctx.gover(["doctor", "--undo"]).exits(1);
}

#[test]
fn repairs_and_their_undo_print_json() {
    let (ctx, path) = three_settings();
    let fix = |more: &[&str]| ctx.gover(THREE.iter().chain(&["--fix", "--json"]).chain(more).copied());
    let refused = fix(&[]);
    assert!(refused.exits(2).stderr.contains("--yes") && refused.stdout.is_empty(), "{refused}");
    let fixed = fix(&["--yes"]);
    let place = path.to_str().unwrap();
    let document = fixed.success().json();
    assert_eq!(document["changed"], serde_json::json!([place]), "{fixed}");
    assert_eq!(document["findings"], serde_json::json!([]), "{fixed}");
    let undone = ctx.gover(["doctor", "--undo", "--json"]);
    assert_eq!(undone.success().json(), serde_json::json!({ "restored": [place] }), "{undone}");
    assert_eq!(fs::read_to_string(&path).unwrap(), ALL_THREE);
}

/// A machine with three settings that `--fix` removes, each in a place of its own line.
fn three_settings() -> (TestContext, PathBuf) {
    let mut ctx = context!();
    ctx.set("TERM", "xterm").set("GOVER_SHELL", "bash");
    let path = ctx.home().join(".config/go/env");
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, ALL_THREE).unwrap();
    (ctx, path)
}

const ALL_THREE: &str = "GO111MODULE=off\nGOFLAGS=-insecure\nGOOS=plan9\n";

const THREE: [&str; 4] = ["doctor", "go111module", "goflags", "goos-goarch"];

#[test]
fn each_repair_is_a_question_that_can_be_answered_for_all() {
    // What is typed, what is left in the file, and how often it asked.
    let cases = [
        ("n\nn\nn\n", ALL_THREE, 3),
        ("\n\n\n", ALL_THREE, 3),
        ("y\nn\nn\n", "GOFLAGS=-insecure\nGOOS=plan9\n", 3),
        ("n\na\n", "GO111MODULE=off\n", 2),
        ("a\n", "", 1),
        ("y\nq\n", "GOFLAGS=-insecure\nGOOS=plan9\n", 2),
        ("q\n", ALL_THREE, 1),
    ];
    for (typed, left, asked) in cases {
        let (ctx, path) = three_settings();
        let program = ctx.command(ctx.gover_program()).args(THREE).arg("--fix").stdin(typed);
        let output = program.run_on_terminal(80);
        output.exits(i32::from(!left.is_empty()));
        assert_eq!(fs::read_to_string(&path).unwrap(), left, "{typed:?}\n{output}");
        assert_eq!(output.stdout.matches("change this? [y/N/a/q]").count(), asked, "{typed:?}\n{output}");
        let last = if left == ALL_THREE { "nothing was changed" } else { "`gover doctor --undo` undoes" };
        assert!(output.stdout.trim_end().lines().last().unwrap().contains(last), "{typed:?}\n{output}");
    }
}

#[test]
fn progress_is_shown_on_a_terminal_that_can_redraw_it_and_leaves_nothing() {
    let shows = |ctx: &TestContext, option: &str| {
        let program = ctx.command(ctx.gover_program()).args(THREE).arg(option);
        let output = program.run_on_terminal(80);
        output.exits(1).stdout.contains("check 1 of 3: go111module")
    };
    let (mut ctx, _) = three_settings();
    assert!(shows(&ctx, "--color=auto"));
    assert!(!shows(&ctx, "--quiet"));
    ctx.set("TERM", "dumb");
    assert!(!shows(&ctx, "--color=auto"));
    let output = ctx.gover(THREE);
    assert!(!output.exits(1).stderr.contains("check 1"), "{output}");
}

#[test]
fn problems_are_summed_up_first_and_grouped_by_check() {
    let (mut ctx, path) = three_settings();
    fs::write(&path, "GO111MODULE=off\nGOROOT=/opt/x\n").unwrap();
    ctx.set("GOROOT", "/opt/y").set("GOVER_SHELL", "bash");
    gover_snapshot!(
        ctx.gover(["doctor", "go111module", "goroot-invalid", "--offline"]),
        str![[r#"
exit: 1
----- stdout -----
error    go111module     GO111MODULE=off switches modules off for every project
error    goroot-invalid  GOROOT is set to /opt/y, which does not exist
warning  goroot-invalid  GOROOT is set to /opt/x, which does not exist

go111module
  [ROOT]/home/.config/go/env:1: GO111MODULE=off
  why: go ignores go.mod and takes dependencies from GOPATH, and `go install PACKAGE@VERSION` fails
  fix: `gover doctor --fix` changes ~/.config/go/env
  fix: go env -u GO111MODULE

goroot-invalid
  GOROOT is set to /opt/y, which does not exist
    GOROOT=/opt/y
    /opt/y: does not exist
    why: a go command that is not started by gover fails, for example in editors and scripts
  GOROOT is set to /opt/x, which does not exist
    [ROOT]/home/.config/go/env:2: GOROOT=/opt/x
    /opt/x: does not exist
    why: a go command that is not started by gover fails, for example in editors and scripts
  fix: `gover doctor --fix` changes ~/.config/go/env
  fix: gover doctor --fix goroot-set
  fix: unset GOROOT

----- stderr -----

2 errors, 1 warning (2 checks)
hint: gover doctor --fix
hint: `gover doctor -v` explains each problem

"#]]
    );
}
