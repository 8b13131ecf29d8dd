//! `gover self uninstall`: what it removes, what stays, and that it asks.

use std::fs;

use gover_test::snapbox::str;
use gover_test::{TestContext, context, gover_snapshot};

use crate::scene::{files, has_startup_files};

/// A home with toolchains, a default, and lines in a startup file; `None` where setup would change
/// the real registry.
fn installed() -> Option<TestContext> {
    if !has_startup_files() {
        return None;
    }
    let mut ctx = context!();
    ctx.set("SHELL", "/bin/bash");
    fs::write(ctx.home().join(".bashrc"), "# mine\n").unwrap();
    for name in ["go1.90.1", "go1.91.2"] {
        ctx.install_fake(name);
    }
    ctx.gover(["setup"]).success();
    ctx.gover(["default", "1.91.2"]).success();
    Some(ctx)
}

#[test]
fn without_a_terminal_it_lists_and_names_the_option_that_answers() {
    let Some(ctx) = installed() else { return };
    let before = files(&ctx.root());
    gover_snapshot!(
        ctx.gover(["self", "uninstall"]),
        str![[r#"
exit: 2
----- stdout -----

----- stderr -----
toolchain  [ROOT]/gover/versions/go1.90.1  [SIZE]
toolchain  [ROOT]/gover/versions/go1.91.2  [SIZE]
gover      [ROOT]/gover: programs, settings and cache  [SIZE]
PATH       would remove gover's lines from ~/.bashrc
PATH       would remove ~/.profile
error: gover asks before it changes anything, and cannot ask without a terminal
hint: `--yes` answers yes to every question

"#]]
    );
    assert!(files(&ctx.root()) == before);
}

#[test]
fn everything_of_gover_goes() {
    let Some(ctx) = installed() else { return };
    let output = ctx.gover(["self", "uninstall", "--yes"]);
    assert!(output.success().stderr.contains("uninstalled gover and 2 toolchains, "), "{output}");
    assert!(!ctx.layout().home().exists(), "{:?}", files(ctx.layout().home()).keys());
    assert_eq!(fs::read_to_string(ctx.home().join(".bashrc")).unwrap(), "# mine\n");
}

#[test]
fn toolchains_stay_if_they_are_to_be_kept() {
    let Some(ctx) = installed() else { return };
    let before = files(&ctx.layout().versions());
    ctx.gover(["self", "uninstall", "--yes", "--keep-toolchains"]).success();
    assert!(files(&ctx.layout().versions()) == before);
    let names = ctx.names_in("gover");
    assert_eq!(names, ["current", "default", "versions"]);
    assert!(!fs::read_to_string(ctx.home().join(".bashrc")).unwrap().contains("gover"));
}

#[test]
fn files_of_others_stay_and_are_named() {
    let Some(ctx) = installed() else { return };
    for path in ["notes.txt", "bin/golangci-lint", "versions/mine/x"] {
        let path = ctx.layout().home().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "precious").unwrap();
    }
    let output = ctx.gover(["self", "uninstall", "--yes", "--json"]);
    let json = output.success().json();
    assert_eq!(json["kept"].as_array().unwrap().len(), 3, "{output}");
    assert_eq!(json["startup_files"].as_array().unwrap().len(), 2, "{output}");
    assert!(output.stderr.contains("kept [ROOT]/gover/notes.txt, which is not part of gover"), "{output}");
    let left: Vec<String> = files(ctx.layout().home()).into_keys().collect();
    assert_eq!(left, ["bin/golangci-lint", "notes.txt", "versions/mine/x"]);
}

#[test]
fn nothing_is_removed_if_path_cannot_be_changed() {
    let Some(ctx) = installed() else { return };
    let startup = ctx.home().join(".bashrc");
    let text = fs::read_to_string(&startup).unwrap();
    fs::write(&startup, text.replace("# <<< gover <<<", "")).unwrap();
    let before = files(ctx.layout().home());
    let output = ctx.gover(["self", "uninstall", "--yes"]);
    assert!(
        output.exits(1).stderr.contains("gover was not removed, because its PATH entry could not be removed"),
        "{output}"
    );
    let after = files(ctx.layout().home());
    let is_same = |name: &&String| name.starts_with("locks/") || before.get(*name) == after.get(*name);
    assert!(after.keys().all(|name| is_same(&name)) && before.keys().all(|name| is_same(&name)));
}

#[test]
fn nothing_is_removed_in_a_home_directory() {
    let Some(mut ctx) = installed() else { return };
    let home = ctx.layout().home().to_owned();
    ctx.set("HOME", home.to_str().unwrap());
    let before = files(&home);
    let output = ctx.gover(["self", "uninstall", "--yes"]);
    assert!(
        output.exits(1).stderr.contains("holds more than gover, so nothing in it was removed"),
        "{output}"
    );
    assert!(files(&home) == before);
}

#[cfg(unix)]
#[test]
fn what_a_link_in_the_home_leads_to_stays() {
    let Some(ctx) = installed() else { return };
    let home = ctx.layout().home().to_owned();
    let elsewhere = ctx.root().join("elsewhere");
    for path in ["man1/gover.1", "go1.91.3/bin/go"] {
        let path = elsewhere.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "precious").unwrap();
    }
    drop(fs::remove_dir_all(home.join("share")));
    fs::create_dir(home.join("share")).unwrap();
    std::os::unix::fs::symlink(&elsewhere, home.join("share/man")).unwrap();
    std::os::unix::fs::symlink(elsewhere.join("go1.91.3"), home.join("versions/go1.91.3")).unwrap();
    let before = files(&elsewhere);
    ctx.gover(["self", "uninstall", "--yes"]).success();
    assert!(files(&elsewhere) == before);
    assert_eq!(ctx.names_in("gover"), ["share"]);
}

#[test]
fn a_home_that_may_not_be_gover_s_is_left_alone() {
    let ctx = context!();
    ctx.install_fake("go1.91.2");
    fs::remove_file(ctx.layout().shim_stamp()).unwrap();
    let output = ctx.gover(["self", "uninstall", "--yes"]);
    assert!(output.exits(1).stderr.contains("may not belong to gover"), "{output}");
    assert!(ctx.layout().versions().join("go1.91.2").is_dir());
}
