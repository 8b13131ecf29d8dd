//! `gover self uninstall`: what it removes, what stays, and that it asks.

use std::fs;

use gover_sys::Lock;
use gover_test::snapbox::str;
use gover_test::{TestContext, context, gover_snapshot};

use crate::audit::databases::serve_database;
use crate::scene::{files, has_startup_files, released, wait_for_line};

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

/// What commands leave in caches, locks, records and journals.
#[test]
fn what_other_commands_wrote_goes() {
    if !has_startup_files() {
        return;
    }
    let (mut ctx, _) = released();
    ctx.set("SHELL", "/bin/bash").set("GOVER_SOURCES", "goproxy,go.dev");
    let _server = serve_database(&mut ctx);
    for command in [
        "install 1.91.2",
        "default 1.91.2",
        "use 1.91.2",
        "config set auto_install false",
        "list --remote",
        "verify",
        "prune",
        "setup",
    ] {
        ctx.gover(command.split(' ')).success();
    }
    ctx.write("go.mod", "module m\r\n\r\ngo 1.21\r\n");
    fs::write(ctx.home().join(".zshrc"), "export GOROOT=/usr/lib/go-1.11\n").unwrap();
    ctx.gover(["doctor", "--offline", "--fix", "--yes"]);
    ctx.gover(["audit", "1.91.9"]).success();
    let written = ctx.names_in("gover");
    assert!(ctx.layout().vulnerability_cache().join("go.json").is_file());
    for name in ["cache", "doctor", "locks", "receipts", "sessions", "share", "shim.state"] {
        assert!(written.iter().any(|written| written == name), "{name} is not in {written:?}");
    }
    let output = ctx.gover(["self", "uninstall", "--yes"]);
    let journal = "changes made by `gover doctor --fix` can no longer be undone";
    assert!(output.success().stderr.contains(journal), "{output}");
    assert!(!ctx.layout().home().exists(), "{:?}", files(ctx.layout().home()).keys());
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
    let mine = [
        "bin/golangci-lint",
        "cache/me@home.part",
        "doctor/notes.txt",
        "locks/mine.lock",
        "notes.txt",
        "sessions/notes.txt",
        "staging/mine/tree/x",
        "versions/mine/x",
    ];
    for path in mine {
        let path = ctx.layout().home().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "precious").unwrap();
    }
    let output = ctx.gover(["self", "uninstall", "--yes", "--json"]);
    let json = output.success().json();
    assert_eq!(json["kept"].as_array().unwrap().len(), mine.len(), "{output}");
    let removed: Vec<_> =
        json["removed"].as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect();
    for path in ["versions/go1.91.2", "bin/gover", "locks/self.lock", "share/man/man1/gover.1"] {
        assert!(removed.contains(&ctx.layout().home().join(path).to_str().unwrap()), "{path}\n{output}");
    }
    assert_eq!(json["startup_files"].as_array().unwrap().len(), 2, "{output}");
    assert!(output.stderr.contains("kept [ROOT]/gover/notes.txt, which is not part of gover"), "{output}");
    let left: Vec<String> = files(ctx.layout().home()).into_keys().collect();
    assert_eq!(left, mine);
}

#[test]
fn it_holds_no_lock_while_it_waits_for_one() {
    let Some(ctx) = installed() else { return };
    let lock = |name: &str| ctx.layout().lock(name);
    let held = Lock::acquire(&lock("shims"), || ()).unwrap();
    let mut uninstall = ctx.command(ctx.gover_program()).args(["self", "uninstall", "--yes"]).spawn();
    let rest = wait_for_line(&mut uninstall, "waiting for another gover");
    for name in ["config", "default", "self", "go1.91.2"] {
        assert!(Lock::try_acquire(&lock(name)).unwrap().is_some(), "{name} is held");
    }
    assert!(ctx.layout().versions().join("go1.91.2").is_dir());
    drop(held);
    let (status, rest) = (uninstall.wait().unwrap(), rest.join().unwrap());
    assert!(status.success(), "{rest}");
    assert!(!ctx.layout().home().exists(), "{rest}");
}

#[test]
fn a_startup_file_that_cannot_be_written_leaves_everything_as_it_was() {
    for name in [".bashrc", ".profile"] {
        let Some(ctx) = installed() else { return };
        let path = ctx.home().join(name);
        let mut permissions = fs::metadata(&path).unwrap().permissions();
        permissions.set_readonly(true);
        fs::set_permissions(&path, permissions).unwrap();
        let before = files(&ctx.root());
        let output = ctx.gover(["self", "uninstall", "--yes"]);
        assert!(output.exits(1).stderr.contains(&format!("{name}` is read-only")), "{output}");
        assert!(files(&ctx.root()) == before, "{output}");
    }
}

#[test]
fn json_is_printed_if_there_is_nothing_to_remove() {
    let mut ctx = context!();
    ctx.set("GOVER_HOME", ctx.root().join("other"));
    let output = ctx.gover(["self", "uninstall", "--yes", "--json"]);
    assert_eq!(
        output.success().stdout,
        "{\"removed\":[],\"startup_files\":[],\"bytes\":0,\"kept\":[]}\n",
        "{output}"
    );
    assert!(output.stderr.contains("gover is not installed in"), "{output}");
    assert!(!ctx.root().join("other").exists());
}

#[cfg(unix)]
#[test]
fn json_is_printed_if_the_answer_is_no() {
    let Some(ctx) = installed() else { return };
    let before = files(ctx.layout().home());
    let uninstall = ctx.command(ctx.gover_program()).args(["self", "uninstall", "--json"]);
    let output = uninstall.env("TERM", "dumb").stdin("n\n").run_on_terminal(80);
    let said = &output.success().stdout;
    assert!(said.contains("nothing was removed") && said.contains("{\"removed\":[],"), "{output}");
    assert!(files(ctx.layout().home()) == before);
}

#[test]
fn a_program_outside_the_home_stays_and_is_named() {
    let Some(ctx) = installed() else { return };
    let outside = ctx.root().join("build");
    fs::create_dir(&outside).unwrap();
    for name in ["gover", "gover-shim"] {
        fs::copy(ctx.layout().program(name), outside.join(name)).unwrap();
    }
    let program = outside.join("gover");
    let output = ctx.command(&program).args(["self", "uninstall", "--yes"]).run();
    let told = "kept [ROOT]/build/gover, which is outside [ROOT]/gover; delete it if you no longer need it\n";
    assert!(output.success().stderr.ends_with(told), "{output}");
    assert!(program.is_file() && !ctx.layout().home().exists());
}

#[test]
fn a_program_of_a_package_is_left_to_its_package_manager() {
    let Some(ctx) = installed() else { return };
    let channel = ctx.layout().channel();
    fs::create_dir_all(channel.parent().unwrap()).unwrap();
    fs::write(channel, format!("deb\n{}\n", ctx.root().join("usr/bin/gover").display())).unwrap();
    let output = ctx.gover(["self", "uninstall", "--yes"]);
    let told = "kept [ROOT]/usr/bin/gover; remove it with the package manager that installed it\n";
    assert!(output.success().stderr.ends_with(told), "{output}");
}

#[test]
fn nothing_is_removed_if_path_cannot_be_changed() {
    let Some(ctx) = installed() else { return };
    let startup = ctx.home().join(".bashrc");
    let text = fs::read_to_string(&startup).unwrap();
    fs::write(&startup, text.replace("# <<< gover <<<", "")).unwrap();
    let before = files(&ctx.root());
    let output = ctx.gover(["self", "uninstall", "--yes"]);
    assert!(
        output.exits(1).stderr.contains("gover was not removed, because its PATH entry could not be removed"),
        "{output}"
    );
    assert!(files(&ctx.root()) == before);
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
    for path in ["man1/gover.1", "go1.91.3/bin/go", "cache/failed-sources.json", "sessions/77"] {
        let path = elsewhere.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "precious").unwrap();
    }
    drop(fs::remove_dir_all(home.join("share")));
    fs::create_dir(home.join("share")).unwrap();
    std::os::unix::fs::symlink(&elsewhere, home.join("share/man")).unwrap();
    std::os::unix::fs::symlink(elsewhere.join("go1.91.3"), home.join("versions/go1.91.3")).unwrap();
    for name in ["cache", "sessions"] {
        drop(fs::remove_dir_all(home.join(name)));
        std::os::unix::fs::symlink(elsewhere.join(name), home.join(name)).unwrap();
    }
    let before = files(&elsewhere);
    ctx.gover(["self", "uninstall", "--yes"]).success();
    assert!(files(&elsewhere) == before);
    assert_eq!(ctx.names_in("gover"), ["cache", "sessions", "share", "versions"]);
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
