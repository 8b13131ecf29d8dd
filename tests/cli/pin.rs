//! `gover pin`.

use std::fs;

use gover_test::snapbox::str;
use gover_test::{context, gover_snapshot};

use crate::scene::with_three;

#[test]
fn without_a_pin_the_command_to_write_one_is_shown() {
    let ctx = with_three();
    gover_snapshot!(
        ctx.gover(["pin"]),
        str![[r#"
exit: 1
----- stdout -----

----- stderr -----
error: nothing is pinned here or above
hint: gover pin 1.22

"#]]
    );
}

#[test]
fn a_pin_is_written_and_changed() {
    let ctx = with_three();
    gover_snapshot!(
        ctx.gover(["pin", "1.90"]),
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
[ROOT]/shop/.go-version now says 1.90 (`gover pin --remove` undoes this)

"#]]
    );
    assert_eq!(fs::read_to_string(ctx.work().join(".go-version")).unwrap(), "1.90\n");
    gover_snapshot!(
        ctx.gover(["pin", "1.90"]),
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
[ROOT]/shop/.go-version already says 1.90

"#]]
    );
    gover_snapshot!(
        ctx.gover(["local", "1.91.2"]),
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
[ROOT]/shop/.go-version now says 1.91.2 (`gover pin 1.90` undoes this)

"#]]
    );
}

#[test]
fn a_pin_is_shown_and_followed() {
    let ctx = with_three();
    ctx.gover(["pin", "1.91.2"]).success();
    let deep = ctx.directory("a/b");
    let output = ctx.command(ctx.gover_program()).arg("pin").current_dir(&deep).run();
    gover_snapshot!(
        output,
        str![[r#"
exit: 0
----- stdout -----
1.91.2  .go-version:1 in [ROOT]/shop

----- stderr -----

"#]]
    );
    let output = ctx.shim("go", ["version"]);
    assert!(output.success().text().starts_with("go version go1.91.2 "), "{output}");
}

#[test]
fn exact_writes_the_full_version() {
    let ctx = with_three();
    let pinned = || fs::read_to_string(ctx.work().join(".go-version")).unwrap();
    ctx.gover(["pin", "--exact", "1.90"]).success();
    assert_eq!(pinned(), "1.90.4\n");
    ctx.write(".go-version", "1.90.1\n");
    ctx.gover(["pin", "--exact"]).success();
    assert_eq!(pinned(), "1.90.1\n");
    // Of what is not installed, the newest release known.
    ctx.gover(["pin", "--exact", "1.21"]).success();
    assert_eq!(pinned(), "1.21.13\n");
    ctx.gover(["pin", "--exact", "system"]).exits(2);
    assert_eq!(pinned(), "1.21.13\n");
}

#[test]
fn a_pin_is_removed_and_what_runs_now_is_said() {
    let ctx = with_three();
    ctx.write("deep/.go-version", "1.90.1\n");
    let run = |arguments: &[&str]| ctx.command(ctx.gover_program()).args(arguments).current_dir("deep").run();
    gover_snapshot!(
        run(&["pin", "--remove"]),
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
removed [ROOT]/shop/deep/.go-version, which said 1.90.1 (`gover pin 1.90.1` undoes this)
`go` runs go1.91.2 here now, chosen by the default, 1.91.2

"#]]
    );
    assert!(!ctx.work().join("deep/.go-version").exists());
    ctx.write(".tool-versions", "golang 1.90\n");
    gover_snapshot!(
        run(&["pin", "--unset"]),
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
this directory has no .go-version; .tool-versions:1 in [ROOT]/shop pins 1.90; nothing changed

"#]]
    );
    // What cannot be used is removed too.
    ctx.write("deep/.go-version", "what\n");
    run(&["pin", "--remove"]).success();
    assert!(!ctx.work().join("deep/.go-version").exists());
}

#[test]
fn exact_pins_the_first_release_of_an_old_minor_version_so_that_it_stays() {
    let ctx = with_three();
    ctx.install_fake("go1.19");
    ctx.install_fake("go1.19.2");
    ctx.gover(["pin", "--exact", "1.19.0"]).success();
    assert_eq!(fs::read_to_string(ctx.work().join(".go-version")).unwrap(), "1.19.0\n");
    assert_eq!(ctx.gover(["current", "--json"]).success().json()["version"], "go1.19");
    // `use` keeps it too.
    ctx.gover(["use", "1.19.0"]).success();
    assert_eq!(ctx.gover(["current", "--json"]).success().json()["version"], "go1.19");
}

#[test]
fn pins_in_forms_of_other_tools_are_followed_or_explained() {
    let ctx = with_three();
    for (pinned, version) in [
        ("latest:1.90", "go1.90.4"),
        ("prefix:1.90", "go1.90.4"),
        ("latest:go1.90", "go1.90.4"),
        ("prefix:1.90.1", "go1.90.1"),
    ] {
        ctx.write(".tool-versions", format!("golang {pinned}\n").as_bytes());
        assert_eq!(ctx.gover(["current", "--json"]).success().json()["version"], version, "{pinned}");
        let go = ctx.shim("go", ["version"]);
        assert!(go.success().text().starts_with(&format!("go version {version} ")), "{pinned}\n{go}");
    }
    for (pinned, what, hint) in [
        ("ref:go1.90.1", "not builds of a branch or commit", "did you mean `1.90.1`?"),
        ("path:/opt/go", "write a path without `path:`", "expected a version"),
        ("sub-1:latest", "relative to another", "did you mean `oldstable`?"),
        ("lts", "no long-term support", "did you mean `oldstable`?"),
        ("\"1.90.1\"", "remove the quotes", "did you mean `1.90.1`?"),
    ] {
        ctx.write(".tool-versions", format!("golang {pinned}\n").as_bytes());
        for output in [ctx.gover(["current"]), ctx.shim("go", ["version"])] {
            assert!(output.code != Some(0), "{pinned}\n{output}");
            assert!(output.stderr.contains(what) && output.stderr.contains(hint), "{pinned}\n{output}");
        }
    }
}

#[test]
fn a_pin_with_comments_is_not_deleted() {
    let ctx = with_three();
    for content in ["# ours\n1.90.1\n", "1.90.1 # why\n", "1.90.1\n1.91.2\n", "# ours\n"] {
        let file = ctx.write(".go-version", content);
        let output = ctx.gover(["pin", "--remove"]);
        assert!(output.exits(1).stderr.contains("comments or other lines"), "{content}\n{output}");
        assert_eq!(fs::read_to_string(file).unwrap(), content);
    }
}

#[test]
fn comments_other_lines_and_line_ends_stay() {
    let ctx = with_three();
    let file = ctx.write(".go-version", "# ours\r\n\r\n1.90.1\r\n# until May\r\n");
    ctx.gover(["pin", "1.91.2"]).success();
    assert_eq!(fs::read_to_string(&file).unwrap(), "# ours\r\n\r\n1.91.2\r\n# until May\r\n");
    fs::write(&file, "1.90.1").unwrap();
    ctx.gover(["pin", "1.91.2"]).success();
    assert_eq!(fs::read_to_string(&file).unwrap(), "1.91.2");
    fs::write(&file, "\u{feff}1.90.1\n").unwrap();
    ctx.gover(["pin", "1.91.2"]).success();
    let output = ctx.gover(["current", "--json"]);
    assert_eq!(output.success().json()["version"], "go1.91.2");
}

#[test]
fn an_invalid_pin_file_is_replaced() {
    let ctx = with_three();
    for content in [&b""[..], b"\n\n", b"what is this\n", &[0xff, 0xfe, 0, 1]] {
        let file = ctx.write(".go-version", content);
        ctx.gover(["pin", "1.90.1"]).success();
        let output = ctx.gover(["current", "--json"]);
        assert_eq!(output.success().json()["version"], "go1.90.1", "{content:?}");
        fs::remove_file(file).unwrap();
    }
}

#[test]
fn a_path_is_refused_as_a_pin() {
    let ctx = with_three();
    for request in ["../x", "./go", "/opt/go", r"C:\go", "", "what"] {
        let output = ctx.gover(["pin", request]);
        assert!(output.exits(2).stderr.contains("hint: "), "{request}\n{output}");
    }
    assert!(!ctx.work().join(".go-version").exists());
    gover_snapshot!(
        ctx.gover(["pin", "../x"]),
        str![[r#"
exit: 2
----- stdout -----

----- stderr -----
error: `../x` does not name a Go version: a path is not allowed here
hint: expected a version (1.22.5, 1.22, 1.23rc1), a range (^1.21), or latest, oldstable, next

"#]]
    );
}

#[test]
fn a_pin_that_is_not_installed_is_written_with_a_hint() {
    let ctx = context!();
    gover_snapshot!(
        ctx.gover(["pin", "1.91.2"]),
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
[ROOT]/shop/.go-version now says 1.91.2 (`gover pin --remove` undoes this)
hint: gover install 1.91.2

"#]]
    );
    ctx.gover(["pin", "-q", "1.91"]).success();
    assert_eq!(fs::read_to_string(ctx.work().join(".go-version")).unwrap(), "1.91\n");
}

#[test]
fn a_directory_in_place_of_the_file_is_reported() {
    let ctx = with_three();
    ctx.directory(".go-version");
    let output = ctx.gover(["pin", "1.90"]);
    assert!(output.exits(1).stderr.contains(".go-version"), "{output}");
    assert!(output.stderr.contains("hint: "), "{output}");
}

#[test]
fn comments_stay_whatever_the_pin_was() {
    let ctx = with_three();
    for (before, after) in [
        (
            "# why: production runs this\n\n\"1.22.5\"\n# end\n",
            "# why: production runs this\n\n1.90\n# end\n",
        ),
        ("1.91.2 # as in production\r\n", "1.90 # as in production\r\n"),
        ("# nothing is pinned yet", "# nothing is pinned yet\n1.90\n"),
        ("# nothing is pinned yet\n\n", "# nothing is pinned yet\n\n1.90\n"),
    ] {
        ctx.write(".go-version", before);
        ctx.gover(["pin", "1.90"]).success();
        assert_eq!(fs::read_to_string(ctx.work().join(".go-version")).unwrap(), after);
    }
    let utf16: Vec<u8> =
        "\u{feff}# by PowerShell\n1.91\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    ctx.write(".go-version", utf16);
    ctx.gover(["pin", "1.90"]).success();
    let text = fs::read_to_string(ctx.work().join(".go-version")).unwrap();
    assert_eq!(text.trim_start_matches('\u{feff}'), "# by PowerShell\n1.90\n");
}
