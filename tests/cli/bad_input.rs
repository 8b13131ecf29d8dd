//! Wrong, odd or hostile input: a clear error or documented tolerance, never another toolchain.

use std::fs;

use gover_test::snapbox::str;
use gover_test::{Output, TestContext, context, gover_snapshot};

use crate::scene::{go_of, with_three};

#[track_caller]
fn assert_clear_error(output: &Output, words: &str) {
    assert!(matches!(output.code, Some(1 | 2 | 127)), "{output}");
    assert!(output.stderr.starts_with("error: ") || output.stderr.starts_with("gover: "), "{output}");
    assert!(output.stderr.contains("hint: "), "{output}");
    assert!(output.stderr.contains(words), "{output}");
    assert!(!output.stderr.contains("panicked"), "{output}");
    assert!(output.stderr.len() < 2000, "{output}");
    assert_eq!(output.stdout, "", "{output}");
}

#[test]
fn a_malformed_request_is_a_usage_error_with_a_suggestion() {
    let ctx = with_three();
    gover_snapshot!(
        ctx.gover(["install", "lastest"]),
        str![[r#"
exit: 2
----- stdout -----

----- stderr -----
error: `lastest` does not name a Go version
hint: did you mean `latest`?
hint: expected a version (1.22.5, 1.22, 1.23rc1), a range (^1.21), or latest, oldstable, next

"#]]
    );
    gover_snapshot!(
        ctx.gover(["use", "1.22.5rc1"]),
        str![[r#"
exit: 2
----- stdout -----

----- stderr -----
error: `1.22.5rc1` does not name a Go version: a prerelease has no patch number
hint: did you mean `1.22.5`?
hint: expected a version (1.22.5, 1.22, 1.23rc1), a range (^1.21), or latest, oldstable, next

"#]]
    );
    let long = "1".repeat(5000);
    for request in [
        "",
        " ",
        "1.",
        ".1",
        "1..2",
        "1.22.5.6",
        "01.2",
        "1.022",
        "-1",
        "go",
        "go go1.22",
        "1.22 || 1.23",
        "1,22",
        "1.22.5\n1.23",
        "1.22\u{0}",
        "１.２２",
        "1.22.5;ls",
        "$(id)",
        "^",
        ">=",
        ">=1.22 <",
        "~what",
        &long,
    ] {
        if request.contains('\u{0}') {
            continue; // No system passes that on.
        }
        for command in [&["install", "--"][..], &["use", "--"], &["default", "--"], &["pin", "--"]] {
            let output = ctx.gover(command.iter().copied().chain([request]));
            output.exits(2);
            assert_clear_error(&output, "Go version");
        }
    }
    assert_eq!(ctx.names_in("gover/versions").len(), 3);
    assert!(!ctx.work().join(".go-version").exists());
}

#[test]
fn a_request_cannot_name_a_path_outside_the_store() {
    let ctx = with_three();
    for request in ["../../home", "go1.90.1/../go1.90.4", "..", "/", r"..\x", "versions/go1.90.1"] {
        ctx.gover(["uninstall", request]).exits(2);
        ctx.gover(["install", request]).exits(2);
        ctx.gover(["pin", request]).exits(2);
        ctx.gover(["prune", "--keep", request]).exits(2);
    }
    assert_eq!(ctx.names_in("gover/versions").len(), 3);
}

/// The result of a `.go-version`, in the manager and in the shim.
fn selected(ctx: &TestContext) -> (Output, Output) {
    (ctx.gover(["current", "--json"]), ctx.shim("go", ["version"]))
}

#[test]
fn a_pin_is_read_with_tolerance() {
    let ctx = with_three();
    for content in [
        "1.90.1",
        "1.90.1\n",
        "1.90.1\r\n",
        "\u{feff}1.90.1\n",
        "go1.90.1\n",
        "v1.90.1\n",
        "  1.90.1\t\n",
        "\n\n1.90.1\n",
        "# a comment\n1.90.1 # and why\n",
        "1.90.1\n1.91.2\nwhat is this\n",
    ] {
        ctx.write(".go-version", content);
        let (current, go) = selected(&ctx);
        assert_eq!(current.success().json()["version"], "go1.90.1", "{content:?}");
        assert!(go.success().text().starts_with("go version go1.90.1 "), "{content:?}\n{go}");
    }
}

#[test]
fn a_pin_that_cannot_be_used_stops_every_go() {
    let ctx = with_three();
    let large = "#".repeat(1 << 20);
    for (content, words) in [
        (&b""[..], "does not name a Go version"),
        (b"\n \n\r\n", "does not name a Go version"),
        (b"# only a comment\n", "does not name a Go version"),
        (&[0xff, 0xfe, b'1'], "is not a text file"),
        (b"1.90.1\x00\n", ".go-version"),
        (b"\x1b[31m1.90\n", ".go-version"),
        (b"../x\n", "a path is not allowed here"),
        (b"/opt/go\n", "a path is not allowed here"),
        (b"lastest\n", "did you mean `latest`?"),
        (large.as_bytes(), "too large to be a version"),
    ] {
        ctx.write(".go-version", content);
        let (current, go) = selected(&ctx);
        current.exits(1);
        go.exits(1);
        assert_clear_error(&current, words);
        assert_clear_error(&go, words);
        assert!(!current.stderr.contains('\u{1b}'), "{current:?}");
        let which = ctx.gover(["which"]);
        assert_clear_error(&which, words);
        // Commands that only show still work, and so does the remedy.
        ctx.gover(["list"]).success();
        let forced = ctx.shim("go", ["+1.90", "version"]);
        assert!(forced.success().text().starts_with("go version go1.90.4 "), "{forced}");
    }
}

#[test]
fn a_pin_that_is_a_directory_is_ignored() {
    let ctx = with_three();
    ctx.directory(".go-version");
    let (current, go) = selected(&ctx);
    assert_eq!(current.success().json()["origin"]["kind"], "default");
    assert!(go.success().text().starts_with("go version go1.91.2 "), "{go}");
}

#[test]
fn a_pin_that_cannot_be_read_stops_every_go() {
    let ctx = with_three();
    let file = ctx.write(".go-version", "1.90.1\n");
    let Some(chmod) = ctx.find_on_machine("chmod") else { return };
    ctx.command(chmod).args(["000", file.to_str().unwrap()]).run().success();
    if fs::read(&file).is_ok() {
        return; // This user can read everything.
    }
    let (current, go) = selected(&ctx);
    assert_clear_error(&current, "cannot read");
    assert_clear_error(&go, "cannot read");
}

#[test]
fn a_pin_that_is_a_circular_link_stops_every_go() {
    let ctx = with_three();
    let file = ctx.work().join(".go-version");
    if gover_sys::link::replace(&file, &file).is_err() || fs::read(&file).is_ok() {
        return; // Not every system makes such a link.
    }
    let (current, go) = selected(&ctx);
    assert_clear_error(&current, ".go-version");
    assert_clear_error(&go, ".go-version");
}

#[test]
fn tool_versions_are_read_with_the_same_tolerance() {
    let ctx = with_three();
    for (content, version) in [
        ("golang 1.90.1\n", Some("go1.90.1")),
        ("go 1.90.1\r\n", Some("go1.90.1")),
        ("# golang 1.91\ngolang   1.90.1  1.91.2 # why\n", Some("go1.90.1")),
        ("nodejs 20\npython 3\n", Some("go1.91.2")),
        ("", Some("go1.91.2")),
        ("golang what\n", None),
        ("golang ../x\n", None),
    ] {
        ctx.write(".tool-versions", content);
        let (current, go) = selected(&ctx);
        if let Some(version) = version {
            assert_eq!(current.success().json()["version"], version, "{content:?}");
            assert!(go.success().text().contains(version), "{content:?}\n{go}");
        } else {
            assert_clear_error(&current, ".tool-versions");
            assert_clear_error(&go, ".tool-versions");
        }
    }
}

#[test]
fn a_go_mod_that_go_would_refuse_does_not_change_the_selection() {
    let ctx = with_three();
    let large = format!("module m\n{}\ngo 1.90\n", "// padding\n".repeat(100_000));
    for content in [
        &b""[..],
        &[0, 1, 2, 0xff, 0xfe, b'\n', b'g', b'o'],
        b"module m\n\ngo\n",
        b"module m\n\ngo one\n",
        b"go 99999999999999999999.1\ngo 1.2\n",
        b"module \"unterminated\n",
        b"((((((((\n",
        b"module m\r\n\r\ngo 1.90\r\n",
        large.as_bytes(),
    ] {
        ctx.write("go.mod", content);
        let go = ctx.shim("go", ["version"]);
        let shown = &content[..content.len().min(40)];
        assert!(go.success().text().starts_with("go version go1.91.2 "), "{shown:?}\n{go}");
        let current = ctx.gover(["current"]);
        assert!(matches!(current.code, Some(0 | 1)), "{shown:?}\n{current}");
        assert!(current.stdout.starts_with("go1.91.2"), "{shown:?}\n{current}");
    }
    fs::remove_file(ctx.work().join("go.mod")).unwrap();
    ctx.directory("go.mod");
    ctx.shim("go", ["version"]).success();
}

#[test]
fn an_invalid_settings_file_stops_every_command_and_is_not_touched() {
    let ctx = with_three();
    for (content, words) in [
        (&b"offline = \n"[..], "config.toml"),
        (b"offline = \"maybe\"\n", "must be true or false"),
        (b"sources = [1, 2]\n", "must be a list of texts"),
        (b"[[[\n", "config.toml"),
        (&[0xff, 0xfe, 0], "config.toml"),
        (b"offline = true\noffline = false\n", "config.toml"),
    ] {
        fs::write(ctx.layout().config(), content).unwrap();
        for arguments in
            [&["list"][..], &["install", "1.91.2"], &["config", "list"], &["config", "set", "offline", "1"]]
        {
            let output = ctx.gover(arguments);
            output.exits(1);
            assert_clear_error(&output, words);
        }
        assert_eq!(fs::read(ctx.layout().config()).unwrap(), content);
        // The shim never reads it.
        ctx.shim("go", ["version"]).success();
    }
    fs::write(ctx.layout().config(), "sources = [\n  \"goproxy\"\n  \"go.dev\"\n]\n").unwrap();
    gover_snapshot!(
        ctx.gover(["list"]),
        str![[r#"
exit: 1
----- stdout -----

----- stderr -----
error: `[ROOT]/gover/config.toml` is not valid TOML: missing comma between array elements, expected `,` on line 3
hint: edit [ROOT]/gover/config.toml or move it away; gover did not change it

"#]]
    );
    fs::write(ctx.layout().config(), "\u{feff}offline = true\r\n").unwrap();
    assert_eq!(ctx.gover(["config", "get", "offline"]).success().text(), "true");
}

#[test]
fn invalid_sources_are_a_usage_error() {
    let mut ctx = context!();
    for sources in ["godev", "ftp://m.example", " , ", "https://", "goproxy,what"] {
        ctx.set("GOVER_SOURCES", sources);
        let output = ctx.gover(["install", "1.91.2"]);
        output.exits(2);
        assert_clear_error(&output, "is not a source");
    }
}

#[test]
fn an_invalid_request_in_the_environment_stops_every_go() {
    let mut ctx = with_three();
    ctx.set("GOVER_VERSION", "what");
    let (current, go) = selected(&ctx);
    assert_clear_error(&current, "GOVER_VERSION");
    assert_clear_error(&go, "GOVER_VERSION");
    ctx.set("GOVER_VERSION", ctx.root().join("nothing"));
    let (current, go) = selected(&ctx);
    assert_clear_error(&current, "is not a Go toolchain");
    assert_clear_error(&go, "is not a Go toolchain");
}

#[test]
fn a_damaged_session_record_is_ignored() {
    let ctx = with_three();
    fs::create_dir_all(ctx.layout().sessions()).unwrap();
    for content in [&b""[..], b"1", b"x\ny\nz\n", &[0xff; 100], b"\n\n\n"] {
        fs::write(ctx.layout().session(std::process::id()), content).unwrap();
        let (current, go) = selected(&ctx);
        assert_eq!(current.success().json()["origin"]["kind"], "default", "{content:?}");
        go.success();
    }
}

#[test]
fn a_toolchain_without_its_program_is_never_selected() {
    let mut ctx = with_three();
    ctx.set("GOVER_AUTO_INSTALL", "0");
    fs::remove_file(go_of(&ctx, "go1.90.4")).unwrap();
    ctx.write(".go-version", "1.90\n");
    let (current, go) = selected(&ctx);
    assert_eq!(current.success().json()["version"], "go1.90.1");
    assert!(go.success().text().starts_with("go version go1.90.1 "), "{go}");
    ctx.write(".go-version", "1.90.4\n");
    let (current, go) = selected(&ctx);
    assert_eq!(current.exits(1).json()["installed"], false);
    go.exits(127);
    fs::create_dir_all(go_of(&ctx, "go1.90.4")).unwrap();
    ctx.shim("go", ["version"]).exits(127);
    let list = ctx.gover(["list"]);
    assert!(list.success().stderr.contains("warning: "), "{list}");
    assert!(list.stderr.contains("go1.90.4") && !list.stdout.contains("go1.90.4"), "{list}");
}

#[test]
fn a_toolchain_program_that_is_not_executable_is_never_run_as_a_script() {
    let ctx = with_three();
    ctx.install_shim("go");
    // A full disk or a crash can leave this; a shell would run it as a script and report success.
    for content in [&b""[..], &[0; 64], b"exit 0\n"] {
        for name in ["go1.90.1", "go1.91.2"] {
            // Written over in place, so that it stays executable; a copy of its own, should it be a
            // link.
            let (go, copy) = (go_of(&ctx, name), ctx.work().join("copy"));
            fs::copy(&go, &copy).unwrap();
            fs::rename(&copy, &go).unwrap();
            fs::write(&go, content).unwrap();
        }
        for output in [ctx.shim("go", ["build"]), ctx.gover(["exec", "1.90.1", "--", "go", "build"])] {
            assert!(output.exits(126).stderr.contains("cannot execute"), "{content:?}\n{output}");
            assert!(output.stderr.contains("hint: "), "{content:?}\n{output}");
        }
    }
}

#[test]
fn a_store_that_is_not_a_directory_is_reported() {
    let ctx = context!();
    fs::write(ctx.layout().versions(), "a file").unwrap();
    for arguments in [&["list"][..], &["uninstall", "1.90"], &["prune"]] {
        let output = ctx.gover(arguments);
        assert_clear_error(&output, "versions");
    }
    let output = ctx.shim("go", ["version"]);
    assert!(!output.stderr.contains("panicked") && output.code != Some(0), "{output}");
    assert_eq!(fs::read_to_string(ctx.layout().versions()).unwrap(), "a file");
}

#[test]
fn a_deleted_working_directory_is_an_ordinary_error() {
    let ctx = with_three();
    let Some(sh) = ctx.find_on_machine("sh") else { return };
    let gone = ctx.directory("gone");
    let script =
        format!("cd '{0}' && rmdir '{0}' && gover current; gover list; gover pin 1.90; true", gone.display());
    let Some(rmdir) = ctx.find_on_machine("rmdir") else { return };
    let path = format!("{}:{}", ctx.layout().bin().display(), rmdir.parent().unwrap().display());
    let output = ctx.command(sh).args(["-c", &script]).env("PATH", path).run();
    assert!(!output.success().stderr.contains("panicked"), "{output}");
    assert!(output.stdout.contains("go1.91.2"), "{output}");
}

#[test]
fn secrets_in_an_address_are_not_shown() {
    let ctx = with_three();
    for address in ["https://m.example/x.tar.gz?token=s3cret", "HTTPS://ann:s3cret@m.example/x.tar.gz"] {
        let output = ctx.gover(["install", address]);
        assert_clear_error(&output, "://m.example/x.tar.gz` is an archive");
        assert!(!output.stderr.contains("s3cret"), "{output}");
    }
}
