//! `gover setup` by a gover outside `bin/`, from a download folder or a build.

use std::fs;
use std::path::PathBuf;

use gover_test::snapbox::str;
use gover_test::{TestContext, context, gover_snapshot};

use super::with_startup_files;
use crate::scene::{files, has_startup_files};

/// Both programs in a download folder, and nothing in `bin/`; returns the manager there.
fn unpacked(ctx: &TestContext) -> PathBuf {
    let folder = ctx.root().join("download");
    fs::rename(ctx.layout().bin(), &folder).unwrap();
    folder.join(ctx.gover_program().file_name().unwrap())
}

fn shim_in(ctx: &TestContext, folder: &str) -> PathBuf {
    ctx.root().join(folder).join(gover_core::layout::executable_name("gover-shim"))
}

#[test]
fn setup_copies_the_programs_into_their_home() {
    let mut ctx = context!();
    ctx.set("SHELL", "/bin/bash");
    fs::write(ctx.home().join(".bashrc"), "").unwrap();
    let gover = unpacked(&ctx);
    let dry = ctx.command(&gover).args(["setup", "--dry-run"]).run();
    assert!(
        dry.success().stdout.starts_with("would copy gover and gover-shim to [ROOT]/gover/bin\n"),
        "{dry}"
    );
    assert!(!ctx.layout().bin().exists());
    if !has_startup_files() {
        return;
    }

    gover_snapshot!(
        ctx.command(&gover).arg("setup").run(),
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
copied gover and gover-shim to [ROOT]/gover/bin
changed ~/.bashrc
created ~/.profile
new shells have gover first on PATH (`gover setup --undo` undoes this)
hint: open a new shell, then run `gover install latest`

"#]]
    );
    assert_eq!(ctx.names_in("gover/bin"), [".shim", "go", "gofmt", "gover", "gover-shim"]);
    assert_eq!(fs::read(&gover).unwrap(), fs::read(ctx.gover_program()).unwrap());
    // They are copies: the folder may go.
    fs::remove_dir_all(ctx.root().join("download")).unwrap();
    let again = ctx.gover(["setup"]);
    assert!(!again.success().stderr.contains("gover-shim"), "{again}");
    ctx.install_fake("go1.91.2");
    assert!(ctx.shim("go", ["+1.91.2", "version"]).success().stdout.contains("go1.91.2"));
}

#[test]
fn setup_of_another_build_replaces_the_programs() {
    if !has_startup_files() {
        return;
    }
    let ctx = with_startup_files();
    let gover = unpacked(&ctx);
    fs::create_dir(ctx.layout().bin()).unwrap();
    for name in ["gover", "gover-shim"] {
        fs::write(ctx.layout().program(name), "an old one").unwrap();
    }
    let output = ctx.command(&gover).arg("setup").run();
    assert!(
        output.success().stderr.starts_with("copied gover and gover-shim to [ROOT]/gover/bin\n"),
        "{output}"
    );
    let again = ctx.command(&gover).arg("setup").run();
    assert!(again.success().stderr.starts_with("~/.bashrc is already set up\n"), "{again}");
    assert!(ctx.gover(["--version"]).success().stdout.starts_with("gover "));
    for name in ["gover", "gover-shim"] {
        let there = fs::read(gover.with_file_name(gover_core::layout::executable_name(name))).unwrap();
        assert!(fs::read(ctx.layout().program(name)).unwrap() == there, "{name}");
    }
}

#[test]
fn setup_of_a_package_notes_its_kind_and_that_of_an_archive_forgets_it() {
    if !has_startup_files() {
        return;
    }
    let ctx = with_startup_files();
    let gover = unpacked(&ctx);
    let note = ctx.root().join("download/share/gover/channel");
    fs::create_dir_all(note.parent().unwrap()).unwrap();
    fs::write(&note, "deb\n").unwrap();
    ctx.command(&gover).arg("setup").run().success();
    let own = fs::canonicalize(&gover).unwrap();
    let expected = format!("deb\n{}\n", own.display());
    assert_eq!(fs::read_to_string(ctx.layout().channel()).unwrap(), expected);
    // The copy in the home is of the same package.
    ctx.gover(["setup"]).success();
    assert_eq!(fs::read_to_string(ctx.layout().channel()).unwrap(), expected);
    // An archive has no note, so the new copy is not of a package.
    fs::remove_file(&note).unwrap();
    ctx.command(&gover).arg("setup").run().success();
    assert!(!ctx.layout().channel().exists());
}

/// As with Homebrew and Nix, where the next version has another directory.
#[cfg(unix)]
#[test]
fn setup_of_a_package_notes_the_link_on_path() {
    let mut ctx = with_startup_files();
    let gover = unpacked(&ctx);
    let note = ctx.root().join("download/share/gover/channel");
    fs::create_dir_all(note.parent().unwrap()).unwrap();
    fs::write(&note, "homebrew\n").unwrap();
    let prefix = ctx.root().join("prefix");
    fs::create_dir_all(&prefix).unwrap();
    std::os::unix::fs::symlink(&gover, prefix.join("gover")).unwrap();
    let path = ctx.variable("PATH").unwrap().to_owned();
    let path = [prefix.clone()].into_iter().chain(gover_core::env::split_paths(&path));
    ctx.set("PATH", gover_core::env::join_paths(path).unwrap());
    ctx.command(prefix.join("gover")).arg("setup").run().success();
    let expected = format!("homebrew\n{}\n", prefix.join("gover").display());
    assert_eq!(fs::read_to_string(ctx.layout().channel()).unwrap(), expected);
}

#[test]
fn setup_installs_the_manual_where_man_looks_for_it() {
    if !has_startup_files() {
        return;
    }
    let ctx = with_startup_files();
    ctx.gover(["setup"]).success();
    let pages = ctx.layout().manual_pages();
    let page = |name: &str| fs::read_to_string(pages.join(name)).unwrap();
    assert!(page("gover.1").contains(".TH gover 1"), "{}", page("gover.1"));
    assert!(page("gover-cache-clean.1").contains("gover cache clean"), "{}", page("gover-cache-clean.1"));
    // A page that an older gover left is replaced.
    fs::write(pages.join("gover-install.1"), "an old one").unwrap();
    ctx.gover(["setup"]).success();
    assert!(page("gover-install.1").contains(".TH gover-install 1"));
}

#[test]
fn setup_without_the_shim_changes_nothing_and_shows_the_remedy() {
    let ctx = with_startup_files();
    let gover = unpacked(&ctx);
    fs::remove_file(shim_in(&ctx, "download")).unwrap();
    let before = files(&ctx.home());
    for command in [&["setup"][..], &["setup", "--dry-run"]] {
        gover_snapshot!(
            ctx.command(&gover).args(command).run(),
            str![[r#"
exit: 1
----- stdout -----

----- stderr -----
error: `[ROOT]/download/gover-shim` is missing, and gover needs it
hint: unpack the release again, or build both programs: cargo build -p gover -p gover-shim

"#]]
        );
    }
    assert_eq!(files(&ctx.home()), before);
    assert!(!ctx.layout().bin().exists());
    if !has_startup_files() {
        return;
    }
    // Taking back needs neither.
    ctx.command(&gover).args(["setup", "--undo"]).run().success();
    assert!(!ctx.layout().bin().exists());
}

#[test]
fn setup_without_the_shim_names_a_complete_gover() {
    let ctx = with_startup_files();
    let gover = unpacked(&ctx);
    fs::create_dir(ctx.layout().bin()).unwrap();
    fs::copy(&gover, ctx.gover_program()).unwrap();
    fs::rename(shim_in(&ctx, "download"), ctx.layout().program("gover-shim")).unwrap();
    let output = ctx.command(&gover).arg("setup").run();
    let hint = "hint: or run the setup of the installed gover: [ROOT]/gover/bin/gover setup";
    assert!(output.exits(1).stderr.contains(hint), "{output}");
}

#[test]
fn undo_keeps_the_programs() {
    if !has_startup_files() {
        return;
    }
    let ctx = with_startup_files();
    let before = files(&ctx.home());
    let gover = unpacked(&ctx);
    ctx.command(&gover).arg("setup").run().success();
    let bin = ctx.names_in("gover/bin");
    ctx.command(&gover).args(["setup", "--undo"]).run().success();
    assert_eq!(files(&ctx.home()), before);
    assert_eq!(ctx.names_in("gover/bin"), bin);
}

#[test]
fn setup_through_a_link_to_the_installed_gover_copies_nothing() {
    if !has_startup_files() {
        return;
    }
    let ctx = with_startup_files();
    let link = ctx.root().join("gover-link");
    gover_sys::link::replace(ctx.gover_program(), &link).unwrap();
    let output = ctx.command(&link).args(["setup", "--dry-run"]).run();
    assert!(output.success().stdout.starts_with("would change ~/.bashrc\n"), "{output}");
}

#[cfg(unix)]
#[test]
fn the_install_script_ends_with_what_is_still_missing() {
    if !has_startup_files() {
        return;
    }
    let mut ctx = context!();
    let sh = ctx.find_on_machine("sh").unwrap();
    let release = ctx.directory("release");
    for name in ["gover", "gover-shim"] {
        fs::copy(ctx.layout().program(name), release.join(name)).unwrap();
    }
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../install.sh");
    fs::copy(script, release.join("install.sh")).unwrap();
    let tools = ctx.root().join("tools");
    fs::create_dir(&tools).unwrap();
    for name in ["dirname", "mkdir", "cp", "chmod", "mv", "rm", "cat"] {
        std::os::unix::fs::symlink(ctx.find_on_machine(name).unwrap(), tools.join(name)).unwrap();
    }
    ctx.set("PATH", tools).set("SHELL", "/bin/bash");
    let end = |arguments: &[&str]| {
        let output = ctx.command(&sh).arg(release.join("install.sh")).args(arguments).run();
        assert_ne!(output.code, Some(0), "{output}");
        output.stderr.lines().last().unwrap_or_default().to_owned()
    };
    let open = "open a new shell, then run";
    assert_eq!(end(&["1.22.5"]), format!("hint: {open} `gover install 1.22.5`"));
    assert_eq!(end(&[">=1.22"]), format!("hint: {open} `gover install '>=1.22'`"));
    // It is not a version.
    assert_eq!(end(&["nosuch"]), format!("hint: {open} `gover install latest`"));
    let alone = end(&["--no-setup", "1.22.5"]);
    assert!(alone.ends_with("setup`, then open a new shell and run `gover install '1.22.5'`"), "{alone}");
}
