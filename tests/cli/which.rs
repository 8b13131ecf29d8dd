//! `gover which` gives the same results as the shim.

use std::path::Path;
use std::process::{Command, Stdio};

use gover_test::snapbox::str;
use gover_test::{Programs, SelectionCase, context, fake_go, gover_snapshot, spawn};

use crate::scene::{go_of, with_three};

/// The same cases as gover-core and the shim, put to the manager.
///
/// Cases about the shim's own name or arguments are left out: `gover which` answers for a plain
/// `go`.
#[test]
fn every_selection_case_gives_the_answer_of_the_shim() {
    let gover = Programs::find(Some(env!("CARGO_BIN_EXE_gover")), None).gover();
    let mut asked = 0;
    for case in SelectionCase::all().into_iter().filter(|case| case.args.is_empty() && case.called == "go") {
        let root = tempfile::tempdir().unwrap();
        let root = gover_core::real_path::real_path(root.path()).unwrap();
        let variables = case.lay_out(&root, Some(fake_go()));
        let mut command = Command::new(&gover);
        command.arg("which").current_dir(root.join(&case.cwd)).env_clear().envs(variables);
        let child = spawn(command.stdout(Stdio::piped()).stderr(Stdio::piped())).unwrap();
        let output = child.wait_with_output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
        check(&case, &root, output.status.code(), &text(&output.stdout), &text(&output.stderr));
        asked += 1;
    }
    assert!(asked > 0, "the fixtures hold no case for a plain go");
}

fn check(case: &SelectionCase, root: &Path, code: Option<i32>, stdout: &str, stderr: &str) {
    let context = format!("{} ({})\n{stdout}\n{stderr}", case.name, case.expect);
    let mut words = case.expect.split(' ');
    match words.next().unwrap() {
        "missing" => {
            assert_eq!((code, stdout), (Some(127), ""), "{context}");
            // The request as it was written, with or without `go`.
            let hint = stderr.replace("install go", "install ");
            assert!(hint.contains(&format!("hint: gover install {}", words.next().unwrap())), "{context}");
        }
        "nothing" => {
            assert_eq!((code, stdout), (Some(127), ""), "{context}");
            assert!(stderr.contains("no toolchain is chosen here"), "{context}");
        }
        "error" => {
            assert!(matches!(code, Some(1 | 127)) && stdout.is_empty(), "{context}");
            assert!(stderr.contains(words.next().unwrap()) && stderr.contains("hint: "), "{context}");
        }
        name => {
            let installed = root.join("home").join("versions").join(name);
            let goroot = if installed.is_dir() { installed } else { root.join("outside") };
            let program = gover_core::layout::goroot_program(&goroot, "go");
            assert_eq!((code, stdout), (Some(0), program.to_str().unwrap()), "{context}");
        }
    }
}

#[test]
fn a_program_and_a_request_may_be_named() {
    let ctx = with_three();
    for (words, name, program) in [
        (&[][..], "go1.91.2", "go"),
        (&["go"], "go1.91.2", "go"),
        (&["gofmt"], "go1.91.2", "gofmt"),
        (&["1.90"], "go1.90.4", "go"),
        (&["gofmt", "1.90.1"], "go1.90.1", "gofmt"),
    ] {
        let output = ctx.gover(["which"].iter().chain(words));
        let expected = go_of(&ctx, name).with_file_name(gover_core::layout::executable_name(program));
        assert_eq!(output.success().text(), expected.to_str().unwrap());
    }
}

#[test]
fn the_path_as_data() {
    let ctx = with_three();
    let facts = ctx.gover(["which", "gofmt", "1.90", "--json"]).success().json();
    let goroot = ctx.layout().versions().join("go1.90.4");
    assert_eq!(
        facts,
        serde_json::json!({
            "path": gover_core::layout::goroot_program(&goroot, "gofmt"),
            "version": "go1.90.4",
            "goroot": goroot,
            "package": null,
            "built_by": null
        })
    );
}

#[test]
fn a_missing_request_exits_with_127() {
    let ctx = with_three();
    gover_snapshot!(
        ctx.gover(["which", "1.89"]),
        str![[r#"
exit: 127
----- stdout -----

----- stderr -----
error: no installed Go matches `1.89`
hint: gover install 1.89

"#]]
    );
}

#[test]
fn a_missing_selection_exits_with_127() {
    let ctx = with_three();
    ctx.write(".go-version", "1.89.1\n");
    gover_snapshot!(
        ctx.gover(["which"]),
        str![[r#"
exit: 127
----- stdout -----

----- stderr -----
error: go1.89.1 is not installed (chosen by .go-version:1 in [ROOT]/shop)
hint: gover install 1.89.1

"#]]
    );
}

#[test]
fn without_any_toolchain_it_exits_with_127() {
    gover_snapshot!(
        context!().gover(["which"]),
        str![[r#"
exit: 127
----- stdout -----

----- stderr -----
error: no toolchain is chosen here, and PATH has no other `go`
hint: gover install latest

"#]]
    );
}

#[test]
fn an_unknown_program_is_a_usage_error() {
    let ctx = with_three();
    gover_snapshot!(
        ctx.gover(["which", "godoc", "1.90"]),
        str![[r#"
exit: 2
----- stdout -----

----- stderr -----
error: a toolchain has no program named `godoc`
hint: `gover which go` or `gover which gofmt`

"#]]
    );
    ctx.gover(["which", "what"]).exits(2);
}

#[test]
fn a_program_that_was_deleted_exits_with_127() {
    let ctx = with_three();
    std::fs::remove_file(
        go_of(&ctx, "go1.90.4").with_file_name(gover_core::layout::executable_name("gofmt")),
    )
    .unwrap();
    let output = ctx.gover(["which", "gofmt", "1.90.4"]);
    assert!(output.exits(127).stderr.contains("hint: "), "{output}");
}
