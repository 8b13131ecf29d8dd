//! `gover current`: which Go, and why.

use std::fs;

use gover_core::platform::IS_WINDOWS;
use gover_test::snapbox::str;
use gover_test::{Output, TestContext, context, gover_snapshot};
use serde_json::{Value, json};

use crate::scene::with_three;

fn facts(ctx: &TestContext) -> Value {
    ctx.gover(["current", "--json"]).success().json()
}

#[test]
fn the_default_is_shown() {
    let ctx = with_three();
    let default = ctx.layout().default_file();
    let goroot = ctx.layout().versions().join("go1.91.2");
    assert_eq!(
        facts(&ctx),
        json!({
            "version": "go1.91.2", "goroot": goroot, "installed": true,
            "origin": {"kind": "default", "path": default, "line": null, "request": "1.91.2"},
            "raised": null, "left_to_go": null, "vulnerabilities": null, "go": ctx.layout().program("go"), "error": null
        })
    );
    gover_snapshot!(
        ctx.gover(["current"]),
        str![[r#"
exit: 0
----- stdout -----
go1.91.2  chosen by the default, 1.91.2

----- stderr -----

"#]]
    );
}

#[test]
fn a_line_of_tool_versions_is_shown() {
    let ctx = with_three();
    let tool_versions = ctx.write(".tool-versions", "nodejs 20\ngolang 1.90.1\n");
    assert_eq!(
        facts(&ctx)["origin"],
        json!({"kind": "tool-versions", "path": tool_versions, "line": 2, "request": "1.90.1"})
    );
    gover_snapshot!(
        ctx.gover(["current"]),
        str![[r#"
exit: 0
----- stdout -----
go1.90.1  chosen by .tool-versions:2 in [ROOT]/shop

----- stderr -----

"#]]
    );
}

#[test]
fn a_pin_is_shown_with_its_line() {
    let ctx = with_three();
    let pin = ctx.write(".go-version", "# ours\n1.90\n");
    assert_eq!(
        facts(&ctx)["origin"],
        json!({"kind": "version-file", "path": pin, "line": 2, "request": "1.90"})
    );
    gover_snapshot!(
        ctx.gover(["current"]),
        str![[r#"
exit: 0
----- stdout -----
go1.90.4  chosen by .go-version:2 in [ROOT]/shop

----- stderr -----

"#]]
    );
}

#[test]
fn the_choice_of_a_shell_is_shown() {
    let ctx = with_three();
    ctx.gover(["use", "1.90.1"]).success();
    let session = ctx.layout().session(std::process::id());
    assert_eq!(facts(&ctx)["origin"]["kind"], "session");
    assert_eq!(facts(&ctx)["origin"]["path"], session.to_str().unwrap());
    gover_snapshot!(
        ctx.gover(["current"]),
        str![[r#"
exit: 0
----- stdout -----
go1.90.1  chosen by `gover use 1.90.1` in this shell

----- stderr -----

"#]]
    );
}

#[test]
fn the_variable_is_shown() {
    let mut ctx = with_three();
    ctx.set("GOVER_VERSION", "1.91");
    assert_eq!(
        facts(&ctx)["origin"],
        json!({"kind": "environment", "path": null, "line": null, "request": "1.91"})
    );
    gover_snapshot!(
        ctx.gover(["current"]),
        str![[r#"
exit: 0
----- stdout -----
go1.91.2  chosen by GOVER_VERSION=1.91

----- stderr -----

"#]]
    );
}

#[test]
fn the_system_go_is_shown_with_its_program() {
    let mut ctx = context!();
    let goroot = ctx.install_system_fake("go1.19.8");
    let facts = facts(&ctx);
    assert_eq!(facts["version"], "go1.19.8");
    assert_eq!(facts["goroot"], goroot.to_str().unwrap());
    assert_eq!(facts["origin"]["kind"], "system");
    gover_snapshot!(
        ctx.gover(["current"]),
        str![[r#"
exit: 0
----- stdout -----
go1.19.8  found on PATH

----- stderr -----
note: go1.19.8 has [N] known vulnerabilities (`gover audit -v` lists them)

"#]]
    );
}

/// A pin of go1.90.1, and a module in `p` that requires go1.90.4.
fn with_module() -> TestContext {
    let ctx = with_three();
    ctx.write(".go-version", "1.90.1\n");
    ctx.write("p/go.mod", "module m\n\ngo 1.90.4\n");
    ctx
}

fn in_module(ctx: &TestContext, arguments: &[&str]) -> Output {
    ctx.command(ctx.gover_program()).args(arguments).current_dir("p").run()
}

#[test]
fn what_go_mod_requires_is_shown_with_the_pin() {
    let ctx = with_module();
    let go_mod = ctx.work().join("p").join("go.mod");
    let raised = in_module(&ctx, &["current", "--json"]).success().json();
    assert_eq!(raised["version"], "go1.90.4");
    assert_eq!(
        raised["raised"],
        json!({"from": "go1.90.1", "by": {"kind": "go.mod", "path": go_mod, "line": 3}})
    );
    gover_snapshot!(
        in_module(&ctx, &["current"]),
        str![[r#"
exit: 0
----- stdout -----
go1.90.4  required by go.mod:3 in [ROOT]/shop/p; .go-version chose go1.90.1

----- stderr -----

"#]]
    );
}

#[test]
fn what_go_work_requires_is_shown_with_the_pin() {
    let ctx = with_module();
    let go_work = ctx.write("go.work", "go 1.91.2\n\nuse ./p\n");
    let raised = in_module(&ctx, &["current", "--json"]).success().json();
    assert_eq!(
        raised["raised"],
        json!({"from": "go1.90.1", "by": {"kind": "go.work", "path": go_work, "line": 1}})
    );
    gover_snapshot!(
        in_module(&ctx, &["current"]),
        str![[r#"
exit: 0
----- stdout -----
go1.91.2  required by go.work:1 in [ROOT]/shop; .go-version chose go1.90.1

----- stderr -----

"#]]
    );
}

#[test]
fn what_gotoolchain_sets_is_shown_with_the_pin() {
    let mut ctx = with_module();
    ctx.set("GOTOOLCHAIN", "go1.90.4");
    let raised = in_module(&ctx, &["current", "--json"]).success().json();
    assert_eq!(raised["version"], "go1.90.4");
    assert_eq!(
        raised["raised"],
        json!({"from": "go1.90.1", "by": {"kind": "gotoolchain", "path": null, "line": null}})
    );
    gover_snapshot!(
        in_module(&ctx, &["current"]),
        str![[r#"
exit: 0
----- stdout -----
go1.90.4  set by GOTOOLCHAIN=go1.90.4; .go-version chose go1.90.1

----- stderr -----

"#]]
    );
    ctx.set("GOTOOLCHAIN", "local");
    let facts = in_module(&ctx, &["current", "--json"]).success().json();
    assert_eq!((&facts["version"], &facts["raised"]), (&json!("go1.90.1"), &Value::Null));
}

#[test]
fn current_fails_where_go_itself_stops() {
    let mut ctx = with_three();
    ctx.set("GOVER_SHELL", "bash");
    ctx.set("GOTOOLCHAIN", "bogus");
    gover_snapshot!(
        ctx.gover(["current"]),
        str![[r#"
exit: 1
----- stdout -----
go1.91.2  chosen by the default, 1.91.2

----- stderr -----
error: invalid GOTOOLCHAIN "bogus"
hint: unset GOTOOLCHAIN

"#]]
    );
    let output = ctx.gover(["current", "--json"]);
    let facts = output.exits(1).json();
    assert_eq!(facts["version"], "go1.91.2");
    assert!(facts["error"].as_str().unwrap().contains("GOTOOLCHAIN"), "{facts}");

    ctx.unset("GOTOOLCHAIN");
    ctx.write("go.mod", "module m\n\ngo 1.90\n\ntoolchain local\n");
    gover_snapshot!(
        ctx.gover(["current"]),
        str![[r#"
exit: 1
----- stdout -----
go1.91.2  chosen by the default, 1.91.2

----- stderr -----
error: invalid toolchain "local" in go.mod
hint: correct or remove line 5 of [ROOT]/shop/go.mod

"#]]
    );
    // With the shim, Go itself reports it.
    let output = ctx.shim("go", ["version"]);
    assert!(output.success().text().starts_with("go version go1.91.2 "), "{output}");
}

/// The remedy is at the place of the fault, and works although Go refuses to start.
#[test]
fn a_refusal_names_the_right_file_and_command() {
    let mut ctx = with_three();
    ctx.set("GOVER_SHELL", "bash");
    let hint = |ctx: &TestContext| {
        let output = ctx.gover(["current"]);
        output
            .exits(1)
            .stderr
            .lines()
            .find_map(|line| line.strip_prefix("hint: ").map(str::to_owned))
            .unwrap()
    };
    let (go_mod, go_work) = ("[ROOT]/shop/go.mod", "[ROOT]/shop/go.work");
    let env = ctx.root().join("goenv");
    ctx.write("go.mod", "module m\n\ngo 1.90\n\ntoolchain go1.x\n");
    let edit = "edit -toolchain=none` with GOTOOLCHAIN=local";
    assert_eq!(hint(&ctx), format!("correct or remove line 5 of {go_mod}, or run `go mod {edit}"));
    ctx.write("go.work", "go 1.90\ntoolchain go1.x\n");
    assert_eq!(hint(&ctx), format!("correct or remove line 2 of {go_work}, or run `go work {edit}"));
    // The parser of `go work edit` refuses this.
    ctx.write("go.work", "go 1.90\ntoolchain local\n");
    assert_eq!(hint(&ctx), format!("correct or remove line 2 of {go_work}"));
    ctx.set("GOWORK", "relative");
    assert_eq!(hint(&ctx), "unset GOWORK");
    ctx.unset("GOWORK");
    ctx.set("GOENV", env.to_str().unwrap());
    fs::write(&env, "GOTOOLCHAIN=bogus\n").unwrap();
    assert_eq!(hint(&ctx), "go env -w GOTOOLCHAIN=auto");
    fs::write(&env, "GOWORK=relative\n").unwrap();
    assert_eq!(hint(&ctx), "remove the line with GOWORK from [ROOT]/goenv");
}

/// Where the go command that starts switches by itself, what it looks for is what runs.
#[test]
fn what_go_looks_for_itself_is_named() {
    let mut ctx = with_three();
    for (setting, line, name) in [
        ("go1.92.0-corp", "", "go1.92.0-corp"),
        ("go1.92", "", "go1.92"),
        ("go1.20.0", "", "go1.20.0"),
        ("go1.0+auto", "", "go1.0"),
        ("path", "go 1.95.1\n", "go1.95.1"),
        ("go1.90.1+path", "toolchain go1.95.1\n", "go1.95.1"),
        ("auto", "toolchain go1.95.1-corp\n", "go1.95.1-corp"),
    ] {
        ctx.set("GOTOOLCHAIN", setting);
        ctx.write("go.mod", format!("module m\n{line}"));
        let facts = facts(&ctx);
        let named = [&facts["version"], &facts["left_to_go"], &facts["goroot"], &facts["installed"]];
        assert_eq!(named, [&json!(name), &json!(name), &Value::Null, &json!(false)], "{setting} {line}");
        assert_eq!(facts["raised"], Value::Null);
        let output = ctx.gover(["current"]);
        let start = format!("{name} (`go` looks for it itself)  ");
        assert!(output.success().stdout.starts_with(&start), "{output}");
    }
    // Go finds it on PATH.
    let bin = ctx.root().join("outside");
    fs::create_dir_all(&bin).unwrap();
    let program = bin.join(format!("go1.95.1-corp{}", std::env::consts::EXE_SUFFIX));
    fs::copy(ctx.gover_program(), program).unwrap();
    ctx.set("PATH", &bin);
    let facts = facts(&ctx);
    assert_eq!((&facts["version"], &facts["installed"]), (&json!("go1.95.1-corp"), &json!(true)));
    let output = ctx.gover(["current"]);
    assert!(output.success().stdout.starts_with("go1.95.1-corp (`go` finds it on PATH)  "), "{output}");
}

/// Go has no limit for these files, and takes `/dev/null` for an empty one.
#[test]
fn odd_files_that_go_accepts_are_accepted() {
    let mut ctx = with_three();
    let filler = "\t// a line that says nothing at all about any version\n".repeat(400_000);
    assert!(filler.len() > 16 << 20);
    ctx.write("go.mod", format!("module m\n{filler}go 1.93.1\n"));
    let facts_of = |ctx: &TestContext| {
        let output = ctx.gover(["current", "--json"]);
        output.json()["version"].as_str().unwrap().to_owned()
    };
    assert_eq!(facts_of(&ctx), "go1.93.1");
    let env = ctx.root().join("goenv");
    fs::write(&env, format!("GOTOOLCHAIN=go1.90.1\n{}", "# x\n".repeat(400_000))).unwrap();
    ctx.set("GOENV", env.to_str().unwrap());
    assert_eq!(facts_of(&ctx), "go1.90.1");
    ctx.unset("GOENV");
    if !IS_WINDOWS {
        ctx.set("GOWORK", "/dev/null");
        ctx.gover(["current"]).success();
        assert_eq!(facts_of(&ctx), "go1.91.2");
    }
}

/// Since Go 1.24, a relative directory is none.
#[test]
fn a_relative_configuration_directory_counts_as_for_the_version_that_starts() {
    if !cfg!(target_os = "linux") {
        return;
    }
    let mut ctx = context!();
    for name in ["go1.23.4", "go1.24.1", "go1.25.1"] {
        ctx.install_fake(name);
    }
    ctx.unset("GOENV");
    ctx.set("XDG_CONFIG_HOME", "config");
    ctx.write("config/go/env", "GOTOOLCHAIN=go1.25.1\n");
    for (pin, version) in [("1.23.4", "go1.25.1"), ("1.24.1", "go1.24.1")] {
        ctx.write(".go-version", pin);
        assert_eq!(facts(&ctx)["version"], version);
    }
}

/// Only the environment overrides a GOROOT in go/env, and even then its go.env counts.
#[test]
fn a_goroot_in_go_env_decides_which_defaults_count() {
    let mut ctx = with_three();
    let other = ctx.root().join("other");
    fs::create_dir_all(&other).unwrap();
    fs::write(other.join("go.env"), "GOTOOLCHAIN=go1.90.1\n").unwrap();
    let env = ctx.root().join("goenv");
    ctx.set("GOENV", env.to_str().unwrap());
    ctx.write("go.mod", "module m\n\ngo 1.93.1\n");
    for (goroot, version) in [(&other, "go1.90.1"), (&ctx.root().join("nowhere"), "go1.91.2")] {
        fs::write(&env, format!("GOROOT={}\n", goroot.display())).unwrap();
        assert_eq!(ctx.gover(["current", "--json"]).success().json()["version"], version);
    }
}

#[test]
fn a_missing_selection_is_shown_with_the_command_to_install_it() {
    let ctx = with_three();
    ctx.write(".go-version", "1.89.1\n");
    gover_snapshot!(
        ctx.gover(["current"]),
        str![[r#"
exit: 1
----- stdout -----
go1.89.1 (not installed)  chosen by .go-version:1 in [ROOT]/shop

----- stderr -----
hint: gover install 1.89.1

"#]]
    );
    let output = ctx.gover(["current", "--json"]);
    let facts = output.exits(1).json();
    assert_eq!(facts["version"], "go1.89.1");
    assert_eq!(facts["installed"], false);
    ctx.write(".go-version", "1.89\n");
    gover_snapshot!(
        ctx.gover(["current"]),
        str![[r#"
exit: 1
----- stdout -----
1.89 (none installed)  chosen by .go-version:1 in [ROOT]/shop

----- stderr -----
hint: gover install 1.89

"#]]
    );
    let facts = ctx.gover(["current", "--json"]).exits(1).json();
    assert_eq!((&facts["version"], &facts["installed"]), (&Value::Null, &json!(false)));
}

#[test]
fn with_nothing_selected_it_fails_and_still_prints_its_data() {
    let ctx = context!();
    gover_snapshot!(
        ctx.gover(["current"]),
        str![[r#"
exit: 1
----- stdout -----

----- stderr -----
error: no toolchain is chosen here, and PATH has no other `go`
hint: gover install latest

"#]]
    );
    gover_snapshot!(
        ctx.gover(["current", "--json"]),
        str![[r#"
exit: 1
----- stdout -----
{"version":null,"goroot":null,"installed":false,"origin":null,"raised":null,"left_to_go":null,"vulnerabilities":null,"go":"[ROOT]/gover/bin/go","error":null}

----- stderr -----
error: no toolchain is chosen here, and PATH has no other `go`
hint: gover install latest

"#]]
    );
}

#[test]
fn verbose_shows_each_step_of_the_decision() {
    let ctx = with_three();
    ctx.write(".go-version", "1.90.1\n");
    ctx.write("p/go.mod", "module m\n\ngo 1.90.4\n");
    let output = ctx.command(ctx.gover_program()).args(["current", "-v"]).current_dir("p").run();
    gover_snapshot!(
        output,
        str![[r#"
exit: 0
----- stdout -----
go1.90.4  required by go.mod:3 in [ROOT]/shop/p; .go-version chose go1.90.1

----- stderr -----
 1. GOVER_VERSION is not set
 2. `gover use` recorded nothing for this shell
 3. .go-version:1 in [ROOT]/shop asks for 1.90.1
 4. go1.90.1 is installed
 5. GOTOOLCHAIN is "auto"
 6. go.mod:3 in [ROOT]/shop/p asks for go1.90.4

"#]]
    );
    gover_snapshot!(
        context!().gover(["current", "-v"]),
        str![[r#"
exit: 1
----- stdout -----

----- stderr -----
 1. GOVER_VERSION is not set
 2. `gover use` recorded nothing for this shell
 3. no .go-version or .tool-versions here or above
 4. no default is set
 5. PATH has no Go outside gover
error: no toolchain is chosen here, and PATH has no other `go`
hint: gover install latest

"#]]
    );
}

#[test]
fn the_logical_directory_counts_as_for_go() {
    let ctx = with_three();
    ctx.write("real/.go-version", "1.90.1\n");
    ctx.write("links/.go-version", "1.90.4\n");
    let target = ctx.directory("real/sub");
    fs::create_dir_all(ctx.work().join("links")).unwrap();
    let link = ctx.work().join("links/sub");
    if gover_sys::link::replace(&target, &link).is_err() || IS_WINDOWS {
        return; // Only Unix shells have a directory by two names.
    }
    let run = |pwd: &std::path::Path| {
        let command = ctx.command(ctx.gover_program()).args(["current", "--json"]).current_dir("real/sub");
        command.env("PWD", pwd).run().success().json()["version"].clone()
    };
    assert_eq!(run(&link), "go1.90.4");
    assert_eq!(run(&target), "go1.90.1");
    assert_eq!(run(&ctx.root()), "go1.90.1");
    // Go removes `..` from the name before it searches, whatever a link means.
    ctx.write("real/.go-version", "1.91.2\n");
    ctx.write("links/.go-version", "1.90.1\n");
    let command = ctx.command(ctx.gover_program()).args(["current", "--json"]).current_dir("real");
    let up = link.join("..");
    assert_eq!(command.env("PWD", &up).run().success().json()["version"], "go1.90.1");
}

#[test]
fn the_link_to_the_default_moves_with_the_home() {
    let ctx = with_three();
    ctx.gover(["default", "1.90"]).success();
    let Ok(target) = fs::read_link(ctx.layout().current()) else { return };
    assert_eq!(target.is_absolute(), IS_WINDOWS, "{}", target.display());
    if !IS_WINDOWS {
        // An absolute link of an earlier version becomes relative.
        gover_sys::link::replace(&ctx.layout().versions().join("go1.90.4"), &ctx.layout().current()).unwrap();
        ctx.gover(["setup"]).success();
        assert_eq!(fs::read_link(ctx.layout().current()).unwrap(), target);
    }
}

#[test]
fn a_prompt_gets_the_name_and_nothing_else() {
    let mut ctx = crate::scene::with_three();
    ctx.set("PATH", ctx.root().join("empty"));
    for (pin, name) in [("1.90\n", "go1.90.4\n"), ("1.90.7\n", "go1.90.7\n"), ("1.93\n", "1.93\n")] {
        ctx.write(".go-version", pin);
        let output = ctx.gover(["current", "--short"]);
        assert_eq!((output.success().stdout.as_str(), output.stderr.as_str()), (name, ""), "{pin}");
    }
    // What Go looks for itself is what runs.
    ctx.write(".go-version", "1.90\n");
    ctx.set("GOTOOLCHAIN", "go1.92.0-corp");
    let name = ctx.gover(["current", "--json"]).json()["left_to_go"].clone();
    let output = ctx.gover(["current", "--short"]);
    assert_eq!(output.success().stdout, format!("{}\n", name.as_str().unwrap()), "{output}");
    // Nothing breaks the prompt: neither a pin, nor what Go refuses, nor gover's own settings.
    let silent = |ctx: &TestContext| {
        let output = ctx.gover(["current", "--short"]);
        assert!(output.code != Some(0), "{output}");
        assert_eq!((output.stdout.as_str(), output.stderr.as_str()), ("", ""));
    };
    ctx.set("GOTOOLCHAIN", "nonsense");
    silent(&ctx);
    ctx.unset("GOTOOLCHAIN");
    ctx.write(".go-version", "nonsense\n");
    silent(&ctx);
    ctx.write(".go-version", "1.90\n");
    fs::write(ctx.layout().config(), "offline = \"perhaps\"\n").unwrap();
    silent(&ctx);
}
