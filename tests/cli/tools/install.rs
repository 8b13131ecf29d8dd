//! `gover tools install` and `uninstall`, and what is kept for one toolchain.

use std::fs;
use std::path::PathBuf;

use gover_core::layout::executable_name;
use gover_core::platform::IS_WINDOWS;
use gover_test::snapbox::str;
use gover_test::{Output, TestContext, gover_snapshot};
use serde_json::Value;

use super::{facts, program, scene};
use crate::scene::has_startup_files;

fn install(ctx: &TestContext, words: &[&str]) -> Output {
    ctx.gover(["tools", "install"].iter().chain(words))
}

/// As each system quotes.
fn quoted(text: &str) -> String {
    if IS_WINDOWS { format!("\"{text}\"") } else { format!("'{text}'") }
}

fn kept(ctx: &TestContext, toolchain: &str, name: &str) -> PathBuf {
    ctx.layout().tools().join(toolchain).join("bin").join(executable_name(name))
}

#[test]
fn a_program_is_installed_with_the_go_used_here() {
    let ctx = scene();
    gover_snapshot!(
        install(&ctx, &["example.org/new@v1.0.0"]),
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
installed ~/go/bin/new: example.org/new@v1.0.0, built by go1.91.2 (`gover tools uninstall new` undoes this)
warning: ~/go/bin is not on PATH
hint: gover doctor gobin

"#]]
    );
    assert_eq!(facts(&ctx, "new")["go"], "go1.91.2");
    let again = install(&ctx, &["example.org/lint@v2.0.0"]);
    let said = format!(
        "installed ~/go/bin/lint: example.org/lint@v2.0.0, built by go1.91.2 (`gover tools install {}` installs the former version)\n",
        quoted("example.org/lint@v1.2.3")
    );
    assert!(again.success().stderr.starts_with(&said), "{again}");
    // As the first one says.
    install(&ctx, &["example.org/lint@v1.2.3"]).success();
    assert_eq!(facts(&ctx, "lint")["version"], "v1.2.3");
    let removed = ctx.gover(["tools", "uninstall", "new"]);
    let undo =
        format!("`gover tools install {}` installs that version again", quoted("example.org/new@v1.0.0"));
    assert_eq!(removed.success().stderr, format!("removed ~/go/bin/new ({undo})\n"));
    assert!(!program(&ctx, "new").exists());
    let json = install(&ctx, &["example.org/new@latest", "--json"]).json();
    assert_eq!((&json["package"], &json["only_for"]), (&"example.org/new@v1.9.0".into(), &Value::Null));
}

/// A package named `go` would take the place of the toolchain's own program.
#[test]
fn nothing_is_installed_into_a_toolchain() {
    let mut ctx = scene();
    let bin = ctx.layout().versions().join("go1.91.2").join("bin");
    ctx.set("GOBIN", &bin);
    let before = fs::read(bin.join(executable_name("go"))).unwrap();
    let refused = install(&ctx, &["example.org/cmd/go@v1.0.0"]);
    assert!(refused.exits(1).stderr.contains("which belongs to a toolchain"), "{refused}");
    assert_eq!(fs::read(bin.join(executable_name("go"))).unwrap(), before);
}

#[test]
fn what_cannot_be_installed_changes_nothing() {
    let ctx = scene();
    for (package, code) in
        [("example.org/x", 2), ("./x@v1", 2), ("x@v1", 2), ("-x@v1", 2), ("example.org/gone@v1.0.0", 1)]
    {
        let output = ctx.gover(["tools", "install", "--", package]);
        assert_eq!(output.code, Some(code), "{package}\n{output}");
    }
    // A script of the user has the name.
    fs::write(program(&ctx, "check"), "#!/bin/sh\n").unwrap();
    gover_sys::file::make_executable(&program(&ctx, "check")).unwrap();
    let output = install(&ctx, &["example.org/check@v1.0.0"]);
    assert!(output.exits(1).stderr.contains("check is not a program that Go built"), "{output}");
    for name in ["go", "gofmt", "gover", "go1.90"] {
        let output = install(&ctx, &[&format!("example.org/{name}@v1.0.0"), "--for", "1.90"]);
        assert!(output.exits(1).stderr.contains("gover has that name itself"), "{output}");
    }
    fs::write(ctx.layout().program("own"), "of the user").unwrap();
    if cfg!(unix) {
        let output = install(&ctx, &["example.org/own@v1.0.0", "--for", "1.90"]);
        assert!(output.exits(1).stderr.contains("own is another program"), "{output}");
        assert_eq!(fs::read_to_string(ctx.layout().program("own")).unwrap(), "of the user");
    }
    assert_eq!(ctx.names_in("gover/tools/go1.90.1/bin"), Vec::<String>::new());
    for name in ["mine", "check"] {
        let output = ctx.gover(["tools", "uninstall", name]);
        assert!(output.exits(1).stderr.contains("could not install it again"), "{output}");
    }
    assert!(program(&ctx, "mine").exists());
}

#[cfg(target_os = "linux")]
#[test]
fn a_directory_that_cannot_be_written_is_named_and_not_the_package() {
    let mut ctx = scene();
    // Not even root can make a directory there.
    ctx.set("GOBIN", "/proc");
    let output = install(&ctx, &["example.org/new@v1.0.0"]);
    assert!(output.exits(1).stderr.starts_with("error: cannot write to `/proc`\n  caused by: "), "{output}");
    assert!(output.stderr.ends_with("hint: check that you may write there\n"), "{output}");
}

#[test]
fn a_program_for_one_go_is_kept_beside_it_and_has_a_name() {
    let ctx = scene();
    gover_snapshot!(
        install(&ctx, &["example.org/vet2@v1.0.0", "--for", "1.90"]),
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
installed [ROOT]/gover/tools/go1.90.1/bin/vet2: example.org/vet2@v1.0.0, built by go1.90.1 (`gover tools uninstall vet2 --for 1.90.1` undoes this)
`vet2` runs it while go1.90.1 is used

"#]]
    );
    let path = kept(&ctx, "go1.90.1", "vet2");
    assert!(path.is_file() && ctx.layout().program("vet2").exists());
    // The toolchain is as it was.
    assert!(!ctx.layout().versions().join("go1.90.1/bin").join(executable_name("vet2")).exists());
    let json = ctx.gover(["tools", "--json"]).json();
    let found = json["programs"].as_array().unwrap().iter().find(|one| one["path"] == path.to_str().unwrap());
    assert_eq!(found.unwrap()["only_for"], "go1.90.1");
    assert!(ctx.gover(["tools"]).success().stdout.contains("for go1.90.1"));
    ctx.write(".go-version", "1.90\n");
    assert_eq!(ctx.gover(["which", "vet2"]).success().text(), path.to_str().unwrap());
    fs::remove_file(ctx.work().join(".go-version")).unwrap();
    // It stays if the toolchain goes, and works again with it.
    let output = ctx.gover(["uninstall", "1.90.1"]);
    let stays =
        "what was installed for go1.90.1 stays (`gover tools uninstall vet2 --for 1.90.1` removes it)";
    assert!(output.success().stderr.contains(stays), "{output}");
    assert!(ctx.gover(["tools"]).success().stdout.contains("for go1.90.1, which is not installed"));
    ctx.install_fake("go1.90.1");
    let removed = ctx.gover(["tools", "uninstall", "vet2", "--for", "1.90"]);
    // Each shell has its own quotation marks.
    for part in [
        "removed [ROOT]/gover/tools/go1.90.1/bin/vet2",
        "vet2@v1.0.0",
        " --for 1.90.1` installs that version again)",
    ] {
        assert!(removed.success().stderr.contains(part), "{part}: {removed}");
    }
    assert!(!ctx.layout().program("vet2").exists() && ctx.names_in("gover/tools").is_empty());
}

#[cfg(unix)]
fn script(path: &std::path::Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, format!("#!/bin/sh\n{text}\n")).unwrap();
    gover_sys::file::make_executable(path).unwrap();
}

#[cfg(unix)]
#[test]
fn the_name_runs_it_only_while_its_go_is_selected() {
    let mut ctx = scene();
    install(&ctx, &["example.org/tool@v1.0.0", "--for", "1.90"]).success();
    script(&kept(&ctx, "go1.90.1", "tool"), "echo kept \"$@\" \"${GOTOOLCHAIN-unset}\"; exit 7");
    let link = ctx.layout().program("tool");
    assert_eq!(fs::read_link(&link).unwrap(), std::path::Path::new("go"));
    ctx.write("old/.go-version", "1.90\n");
    let run = |ctx: &TestContext, directory: &str| {
        ctx.command(&link).args(["+1", "a b"]).current_dir(directory).run()
    };
    let output = run(&ctx, "old");
    assert_eq!((output.code, output.stdout.as_str()), (Some(7), "kept +1 a b unset\n"), "{output}");
    let other = run(&ctx, ".");
    gover_snapshot!(
        other,
        str![[r#"
exit: 127
----- stdout -----

----- stderr -----
gover: tool is installed for go1.90.1 only, and go1.91.2 is used here (chosen by the default, 1.91.2)
hint: gover exec 1.90.1 -- tool

"#]]
    );
    // The next program of that name on PATH.
    let bin = ctx.root().join("other");
    script(&bin.join("tool"), "echo other");
    let path = gover_core::env::join_paths([ctx.layout().bin(), bin]).unwrap();
    ctx.set("PATH", path);
    assert_eq!(run(&ctx, ".").success().stdout, "other\n");
    assert_eq!(run(&ctx, "old").stdout, "kept +1 a b unset\n");
    // A go.mod that needs the other one counts as for `go`.
    ctx.write("old/go.mod", "module m\n\ngo 1.91.2\n");
    assert_eq!(run(&ctx, "old").success().stdout, "other\n");
}

#[cfg(unix)]
#[test]
fn names_of_tools_follow_what_is_kept() {
    let ctx = scene();
    install(&ctx, &["example.org/tool@v1.0.0", "--for", "1.90"]).success();
    let link = ctx.layout().program("tool");
    fs::remove_file(&link).unwrap();
    let output = ctx.gover(["doctor", "shim-damaged", "--offline"]);
    assert!(output.stdout.contains("tool: does not exist; it runs a program"), "{output}");
    ctx.gover(["default", "1.90"]).success();
    assert!(link.is_symlink());
    fs::remove_dir_all(ctx.layout().tools()).unwrap();
    ctx.gover(["default", "1.91"]).success();
    assert!(!link.is_symlink());
}

#[test]
fn self_uninstall_removes_what_is_kept_and_its_names() {
    if !has_startup_files() {
        return; // It would change the real registry.
    }
    for (option, left) in [("--yes", &["notes"][..]), ("--keep-toolchains", &["go1.90.1", "notes"])] {
        let ctx = scene();
        install(&ctx, &["example.org/tool@v1.0.0", "--for", "1.90"]).success();
        fs::write(ctx.layout().tools().join("notes"), "of the user").unwrap();
        let words = ["self", "uninstall", "--yes", option];
        let words = if option == "--yes" { &words[..3] } else { &words[..] };
        ctx.gover(words).success();
        assert_eq!(ctx.names_in("gover/tools"), left);
        assert!(ctx.names_in("gover/bin").is_empty());
    }
}

#[test]
fn an_update_names_the_command_that_rebuilds() {
    let mut ctx = scene().with_site();
    ctx.set("GOVER_SOURCES", "go.dev");
    ctx.publish("go1.91.4");
    let output = ctx.gover(["update", "1.91"]);
    let lines =
        "2 programs of `go install` were built by a Go older than go1.91.4\nhint: gover tools rebuild\n";
    assert!(output.success().stderr.contains(lines), "{output}");
}

/// It may be bound to its patch release on purpose, so nothing is installed.
#[test]
fn a_newer_patch_release_says_how_to_have_the_program_too() {
    let mut ctx = gover_test::context!().with_site();
    ctx.set("GOVER_OFFLINE", "false");
    for name in ["go1.91.1", "go1.91.2", "go1.92.0"] {
        ctx.publish(name);
    }
    ctx.gover(["install", "1.91.1"]).success();
    install(&ctx, &["example.org/lint@v1.2.3", "--for", "1.91.1"]).success();
    let subject = quoted("example.org/lint@v1.2.3");
    let command = format!("`gover tools install {subject} --for 1.91.2`");
    let other = ctx.gover(["install", "1.92.0"]);
    assert!(!other.success().stderr.contains("lint"), "{other}");
    let newer = ctx.gover(["update", "1.91"]);
    let said = format!("note: lint is installed for go1.91.1 only; for go1.91.2: {command}\n");
    assert!(newer.success().stderr.contains(&said), "{newer}");
    ctx.gover(["uninstall", "1.91.2"]).success();
    let again = ctx.gover(["install", "1.91.2"]);
    assert!(again.success().stderr.contains(&said), "{again}");
    install(&ctx, &["example.org/lint@v1.2.3", "--for", "1.91.2"]).success();
    let silent = ctx.gover(["install", "--force", "1.91.2"]);
    assert!(!silent.success().stderr.contains("lint"), "{silent}");
}
