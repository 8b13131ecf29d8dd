//! What `go` really runs after a command chose a toolchain: each command says where that differs.

use std::fs;

use gover_core::layout::executable_name;
use gover_core::platform::IS_WINDOWS;
use gover_test::{TestContext, context};

use crate::scene::with_three;

/// Runs a command and returns what it says on stderr.
fn says(ctx: &TestContext, arguments: &[&str]) -> String {
    ctx.gover(arguments).success().stderr.clone()
}

/// The commands that name the toolchain that `go` runs here.
const CLAIMS: &[&[&str]] =
    &[&["use", "1.91"], &["default", "1.91"], &["pin", "1.91"], &["current"], &["which"]];

fn prepend(ctx: &mut TestContext, directory: &std::path::Path) {
    let mut path = directory.as_os_str().to_owned();
    path.push(if IS_WINDOWS { ";" } else { ":" });
    path.push(ctx.variable("PATH").unwrap());
    ctx.set("PATH", path);
}

#[test]
fn nothing_is_said_where_the_claim_is_true() {
    for arguments in CLAIMS {
        let said = says(&with_three(), arguments);
        assert!(!said.contains("warning") && !said.contains("note:"), "{arguments:?}: {said}");
    }
}

#[test]
fn a_go_that_comes_first_on_path_is_named() {
    for arguments in CLAIMS {
        let mut ctx = with_three();
        let goroot = ctx.install_system_fake("go1.89.3");
        assert!(!says(&ctx, arguments).contains("warning"), "behind gover: {arguments:?}");
        prepend(&mut ctx, &goroot.join("bin"));
        let said = says(&ctx, arguments);
        let program = goroot.join("bin").join(executable_name("go"));
        let named = format!("warning: `go` is {} (go1.89.3), which comes before ", program.display());
        let shown = said.replace("[ROOT]", ctx.root().to_str().unwrap());
        assert!(
            shown.contains(&named) || IS_WINDOWS && shown.contains("(go1.89.3), which comes before"),
            "{arguments:?}: {said}"
        );
        assert!(said.ends_with("hint: gover doctor path-shadowed\n"), "{arguments:?}: {said}");
    }
}

#[test]
fn a_home_without_gover_itself_is_not_taken_for_another_go() {
    let mut ctx = with_three();
    ctx.install_shim("go");
    let unpacked = ctx.root().join("unpacked");
    fs::create_dir_all(&unpacked).unwrap();
    for name in ["gover", "gover-shim"] {
        fs::copy(ctx.layout().program(name), unpacked.join(executable_name(name))).unwrap();
    }
    // Wine keeps a program that has run visible for a while after it is deleted.
    fs::rename(ctx.layout().program("gover"), ctx.root().join("gover.old")).unwrap();
    prepend(&mut ctx, &unpacked);
    let output = ctx.command(unpacked.join(executable_name("gover"))).args(["current"]).run();
    let said = &output.success().stderr;
    assert!(said.starts_with("warning: ") && said.contains("bin has `go` but not gover itself\n"), "{said}");
    assert!(said.ends_with("hint: gover setup\n"), "{said}");
}

#[test]
fn a_path_that_reaches_gover_through_a_link_is_gover_on_path() {
    if !gover_test::has_directory_links() {
        return;
    }
    let mut ctx = with_three();
    let link = ctx.root().join("link");
    gover_sys::link::replace(&ctx.layout().bin(), &link).unwrap();
    ctx.set("PATH", &link);
    assert_eq!(says(&ctx, &["current"]), "");
    // JSON names the program that was found, not the one that should be.
    let go = ctx.gover(["current", "--json"]).json()["go"].clone();
    assert_eq!(go.as_str().map(std::path::PathBuf::from), Some(link.join(executable_name("go"))));
    let goroot = ctx.install_system_fake("go1.89.3");
    prepend(&mut ctx, &goroot.join("bin"));
    assert!(says(&ctx, &["current"]).contains("which comes before"));
}

#[test]
fn hints_are_quoted_and_lead_on_where_the_shell_function_is_not_loaded() {
    let mut ctx = with_three();
    ctx.write("go.mod", "module m\n\ngo 1.91.2\n");
    let said = says(&ctx, &["default", "<1.91"]);
    let order = gover_core::display::pasted("+<1.91");
    assert!(said.contains(&format!("`go {order} …` overrides it")), "{said}");
    fs::remove_file(ctx.work().join("go.mod")).unwrap();
    // Only a shell can change its own variable.
    ctx.set("GOVER_VERSION", "1.91");
    let said = says(&ctx, &["default", "1.90"]);
    assert!(said.contains("GOVER_VERSION") && !said.contains("gover use --clear"), "{said}");
    ctx.unset("GOVER_VERSION");
    // A pin cannot hold a path.
    ctx.write(".go-version", "1.91\n");
    let goroot = ctx.install_system_fake("go1.89.3");
    let said = says(&ctx, &["default", goroot.to_str().unwrap()]);
    assert!(said.contains("`gover use ") && !said.contains("gover pin"), "{said}");
}

#[test]
fn a_path_without_gover_is_told_with_the_way_to_set_it() {
    let empty = |ctx: &TestContext| ctx.root().join("empty");
    for arguments in CLAIMS {
        let mut ctx = with_three();
        let path = empty(&ctx);
        let said = says(ctx.set("PATH", path), arguments);
        assert!(
            said.contains("bin is not on your PATH yet\nhint: run `gover setup`, then open a new shell\n"),
            "{arguments:?}: {said}"
        );
    }
    let mut ctx = context!().with_site();
    ctx.publish("go1.91.2");
    let path = empty(&ctx);
    let said = says(ctx.set("PATH", path), &["install", "1.91.2"]);
    assert!(
        said.ends_with("is not on your PATH yet\nhint: run `gover setup`, then open a new shell\n"),
        "{said}"
    );
}

#[test]
fn a_toolchain_that_gover_env_put_first_is_told() {
    let mut ctx = with_three();
    let stored = ctx.layout().versions().join("go1.90.1").join("bin");
    prepend(&mut ctx, &stored);
    let said = says(&ctx, &["use", "1.91"]);
    assert!(
        said.contains("(go1.90.1), which comes before")
            && said.contains("PATH in this shell starts with one toolchain, as after `gover env`"),
        "{said}"
    );
}

#[test]
fn a_go_mod_that_raises_the_choice_is_named() {
    for arguments in [["use", "1.90"], ["default", "1.90"], ["pin", "1.90"]] {
        let ctx = with_three();
        ctx.write("go.mod", "module m\n\ngo 1.91.2\n");
        let said = says(&ctx, &arguments);
        let note = "note: `go` runs go1.91.2 here, required by go.mod:3 in [ROOT]/shop (`go +1.90";
        assert!(
            said.contains(note) || IS_WINDOWS && said.contains("note: `go` runs go1.91.2"),
            "{arguments:?}: {said}"
        );
        // What the note offers works.
        let request = if arguments[0] == "use" { "+1.90.4" } else { "+1.90" };
        assert!(ctx.shim("go", [request, "version"]).success().text().contains("go1.90.4"));
    }
}

#[test]
fn gotoolchain_is_named_with_what_undoes_it() {
    let mut ctx = with_three();
    ctx.set("GOTOOLCHAIN", "go1.90.1");
    let said = says(&ctx, &["default", "1.90.4"]);
    assert!(said.contains("note: `go` runs go1.90.1 here, set by GOTOOLCHAIN=go1.90.1 ("), "{said}");
    ctx.unset("GOTOOLCHAIN");
    let file = ctx.root().join("goenv");
    ctx.set("GOENV", &file);
    fs::write(&file, "GOTOOLCHAIN=go1.90.1+auto\n").unwrap();
    let said = says(&ctx, &["default", "1.90.1"]);
    assert!(!said.contains("note:"), "{said}");
    fs::write(&file, "GOTOOLCHAIN=go1.91.2\n").unwrap();
    let said = says(&ctx, &["default", "1.90.4"]);
    assert!(said.contains("note: `go` runs go1.91.2 here, set by GOTOOLCHAIN=go1.91.2 in "), "{said}");
    assert!(said.contains("`go env -w GOTOOLCHAIN=auto` undoes that"), "{said}");
}

#[test]
fn a_nearer_choice_is_named_with_what_changes_it() {
    let mut ctx = with_three();
    ctx.write(".go-version", "1.90.1\n");
    let said = says(&ctx, &["default", "1.90.4"]);
    assert!(said.contains("note: `go` runs go1.90.1 here, chosen by .go-version:1 in "), "{said}");
    assert!(said.contains("(`gover pin 1.90.4` changes that)"), "{said}");
    ctx.set("GOVER_VERSION", "1.91.2");
    let said = says(&ctx, &["pin", "1.90.4"]);
    assert!(said.contains("note: `go` runs go1.91.2 here, chosen by GOVER_VERSION=1.91.2 (`"), "{said}");
    // Only a loaded function can clear the variable.
    assert!(!said.contains("gover use --clear"), "{said}");
    ctx.set("GOVER_SHELL", "bash");
    assert!(says(&ctx, &["pin", "1.90.4"]).contains("(`gover use --clear` undoes that)"));
}

#[test]
fn a_toolchain_that_go_looks_for_itself_is_named() {
    let mut ctx = with_three();
    ctx.set("GOTOOLCHAIN", "go1.93.1-corp");
    let output = ctx.gover(["current"]);
    let line = "go1.93.1-corp (`go` looks for it itself)  set by GOTOOLCHAIN=go1.93.1-corp; the default chose go1.91.2";
    assert_eq!(output.success().text(), line);
    assert_eq!(ctx.gover(["current", "--json"]).success().json()["left_to_go"], "go1.93.1-corp");
    let said = says(&ctx, &["use", "1.91.2"]);
    assert!(said.contains("so `go` looks for go1.93.1-corp itself"), "{said}");
}

#[test]
fn a_line_with_which_go_stops_is_a_warning() {
    let ctx = with_three();
    ctx.write("go.mod", "module m\n\ngo 1.90\n\ntoolchain nonsense\n");
    for arguments in [["use", "1.90"].as_slice(), &["which"]] {
        let said = says(&ctx, arguments);
        assert!(
            said.contains("warning: `go` stops here: invalid toolchain \"nonsense\" in go.mod\nhint: "),
            "{said}"
        );
        // No command of Go edits a file that Go cannot read.
        assert!(
            said.contains("hint: correct or remove line 5 of ") && !said.contains("go mod edit"),
            "{said}"
        );
    }
}

/// `go env -u` stops at an invalid GOTOOLCHAIN, and it does not reach the environment.
#[test]
fn the_remedy_for_a_variable_with_which_go_stops_depends_on_where_it_is() {
    let mut ctx = with_three();
    ctx.set("GOVER_SHELL", "fish");
    for variable in ["GOTOOLCHAIN", "GOWORK"] {
        ctx.set(variable, "nonsense");
        for arguments in [["use", "1.90"].as_slice(), &["which"], &["current"]] {
            let output = ctx.gover(arguments);
            assert!(output.stderr.contains(&format!("invalid {variable}")), "{output}");
            let hint = format!("hint: set -e {variable}\n");
            assert!(output.stderr.contains(&hint), "{output}");
            assert!(!output.stderr.contains("go env"), "{output}");
        }
        ctx.unset(variable);
    }
    let file = ctx.root().join("goenv");
    ctx.set("GOENV", &file);
    fs::write(&file, "GOTOOLCHAIN=nonsense\n").unwrap();
    assert!(says(&ctx, &["use", "1.90"]).contains("hint: go env -w GOTOOLCHAIN=auto\n"));
    fs::write(&file, "GOWORK=nonsense\n").unwrap();
    let said = says(&ctx, &["use", "1.90"]);
    assert!(said.contains("hint: remove the line with GOWORK from "), "{said}");
}

#[test]
fn a_release_that_go_asks_for_in_vain_is_not_said_to_run() {
    let mut ctx = with_three();
    ctx.set("GOTOOLCHAIN", "go1.22.99");
    for arguments in CLAIMS.iter().take(3) {
        let said = says(&ctx, arguments);
        assert!(
            said.contains("warning: `go` stops here: there is no go1.22.99; the newest 1.22 is "),
            "{said}"
        );
        assert!(!said.contains("runs"), "{said}");
    }
    ctx.unset("GOTOOLCHAIN");
    ctx.write("go.mod", "module m\n\ngo 1.93.1\n");
    let said = says(&ctx, &["use", "1.90"]);
    assert!(
        said.contains("note: `go` needs go1.93.1 here, which is not installed, required by go.mod:3"),
        "{said}"
    );
}

/// What asks for it stays in force, so an install alone would change nothing.
#[test]
fn a_choice_of_what_is_gone_is_named_with_what_replaces_it() {
    let mut ctx = with_three();
    let gone = ctx.root().join("gone");
    for wanted in ["system", gone.to_str().unwrap()] {
        fs::write(ctx.layout().default_file(), format!("{wanted}\n")).unwrap();
        let output = ctx.gover(["current"]);
        assert!(output.exits(127).stderr.contains("(chosen by the default, "), "{output}");
        assert!(output.stderr.ends_with("hint: gover default latest\n"), "{output}");
        ctx.set("GOVER_VERSION", wanted);
        let output = ctx.gover(["which"]);
        assert!(output.exits(127).stderr.contains("(chosen by GOVER_VERSION="), "{output}");
        assert!(output.stderr.ends_with("hint: gover use latest\n"), "{output}");
        ctx.unset("GOVER_VERSION");
    }
    ctx.write(".go-version", "system\n");
    assert!(ctx.gover(["current"]).exits(127).stderr.ends_with("hint: gover pin latest\n"));
}
