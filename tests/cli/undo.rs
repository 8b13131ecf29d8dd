//! Each command that changes something names the command that undoes it, and that does undo it.

use std::collections::BTreeMap;
use std::fs;

use gover_test::{Output, Release, TestContext, context};

use crate::help::commands;
use crate::scene::{files, has_startup_files, with_three};

/// The command that the output names for undoing.
#[track_caller]
fn undo_of(output: &Output) -> String {
    let texts = output.success().stderr.split('`').zip(output.stderr.split('`').skip(1));
    let pairs: Vec<_> = texts.collect();
    let named = pairs.iter().find(|(command, after)| {
        command.starts_with("gover ") && (after.starts_with(" undoes") || after.starts_with(" restores"))
    });
    named.unwrap_or_else(|| panic!("no command undoes it\n{output}")).0.to_owned()
}

/// What commands change, besides caches and locks.
fn state(ctx: &TestContext) -> BTreeMap<String, Vec<u8>> {
    let changes = |name: &String| {
        let parts =
            ["gover/default", "gover/config.toml", "gover/versions/", "gover/sessions/", "shop/", "home/"];
        parts.iter().any(|part| name.starts_with(part)) && !name.contains("/go/telemetry/")
    };
    files(&ctx.root()).into_iter().filter(|(name, _)| changes(name)).collect()
}

/// Runs a command and what undoes it, in a context in which it changes something.
#[track_caller]
fn assert_undone(ctx: &TestContext, line: &str) {
    let before = state(ctx);
    let output = ctx.gover(line.split(' '));
    let undo = undo_of(&output);
    assert_ne!(state(ctx), before, "{line} changes nothing\n{output}");
    let words = undo.split(' ').skip(1).map(|word| word.trim_matches(['\'', '"']));
    ctx.gover(words).success();
    let after = state(ctx);
    assert_eq!(names(&after), names(&before), "`{undo}` does not undo {line}\n{output}");
}

/// Files of toolchains by name only: one that is downloaded again is another build here.
fn names(state: &BTreeMap<String, Vec<u8>>) -> BTreeMap<&str, &[u8]> {
    let content = |name: &str| !name.starts_with("gover/versions/") && !name.starts_with("gover/sessions/");
    state
        .iter()
        .map(|(name, bytes)| (name.as_str(), if content(name) { bytes.as_slice() } else { b"" }))
        .collect()
}

fn ready() -> TestContext {
    let ctx = with_three();
    fs::write(ctx.layout().config(), "offline = false\n").unwrap();
    ctx
}

#[test]
fn choices_are_undone_by_the_command_that_each_names() {
    for line in ["use 1.90", "default 1.90", "default --unset", "pin 1.90", "pin 1.91.2"] {
        assert_undone(&ready(), line);
    }
    let unset = ready();
    unset.gover(["default", "--unset"]).success();
    assert_undone(&unset, "default 1.90");
    for line in ["pin 1.90.1", "pin --exact 1.90", "pin --remove", "unpin"] {
        let ctx = ready();
        ctx.write(".go-version", "1.91\n");
        assert_undone(&ctx, line);
    }
    let chosen = ready();
    chosen.gover(["use", "1.90"]).success();
    assert_undone(&chosen, "use --clear");
}

#[test]
fn settings_are_undone_by_the_command_that_each_names() {
    for (name, value) in
        [("offline", "true"), ("offline", ""), ("auto_install", "false"), ("sources", "goproxy")]
    {
        let ctx = ready();
        let before = ctx.gover(["config", "list", "--json"]).json();
        let output = ctx.gover(["config", "set", name, value]);
        let undo = undo_of(&output);
        assert_ne!(ctx.gover(["config", "list", "--json"]).json(), before, "{output}");
        let words = undo.split(' ').skip(1).map(|word| word.trim_matches(['\'', '"']));
        ctx.gover(words).success();
        assert_eq!(ctx.gover(["config", "list", "--json"]).json(), before, "{undo}\n{output}");
    }
}

#[test]
fn a_password_is_not_printed_for_undoing() {
    let ctx = ready();
    ctx.gover(["config", "set", "sources", "https://ann:s3cret@m.example/go"]).success();
    let output = ctx.gover(["config", "set", "sources", "goproxy"]);
    assert!(!output.success().stderr.contains("s3cret") && !output.stderr.contains("undoes"), "{output}");
}

#[test]
fn toolchains_are_brought_back_by_the_command_that_each_names() {
    for line in ["uninstall 1.91.2", "prune"] {
        let mut ctx = context!().with_site();
        // A module zip has fewer files than an archive.
        ctx.set("GOVER_SOURCES", "go.dev");
        for name in ["go1.90.1", "go1.91.1", "go1.91.2"] {
            ctx.publish(name);
            ctx.gover(["install", name]).success();
        }
        assert_undone(&ctx, line);
    }
    let ctx = context!().with_site();
    ctx.publish("go1.91.2");
    let output = ctx.gover(["install", "1.91.2"]);
    assert_eq!(undo_of(&output), "gover default --unset");
}

#[test]
fn what_is_taken_over_is_given_up_by_the_command_that_each_names() {
    let ctx = ready();
    Release::new("go1.92.0").write_to(&ctx.home().join("go"));
    let goroot = ctx.home().join("go").display().to_string();
    if gover_test::has_directory_links() {
        let before = state(&ctx);
        let output = ctx.gover(["link", "go1.92-mine", &goroot]);
        assert_eq!(undo_of(&output), "gover uninstall go1.92-mine");
        ctx.gover(["uninstall", "go1.92-mine"]).success();
        assert_eq!(state(&ctx), before);
    }
    let mut ctx = context!().with_site();
    ctx.publish("go1.92.0");
    ctx.set("GOVER_OFFLINE", "false");
    Release::new("go1.92.0").write_to(&ctx.home().join("go"));
    let goroot = ctx.home().join("go").display().to_string();
    assert_eq!(undo_of(&ctx.gover(["import", "--yes", &goroot])), "gover uninstall 1.92.0");
    ctx.gover(["uninstall", "1.92.0"]).success();
    assert_eq!(ctx.names_in("gover/versions"), [""; 0]);
}

#[test]
fn the_setup_is_undone_and_done_again_by_the_command_that_each_names() {
    if !has_startup_files() {
        return; // It would change the real registry.
    }
    let ctx = ready();
    assert_eq!(undo_of(&ctx.gover(["setup"])), "gover setup --undo");
    assert_eq!(undo_of(&ctx.gover(["setup", "--undo"])), "gover setup");
}

/// A new command must say how to undo what it changes, or be named here as one that need not.
#[test]
fn no_command_is_forgotten() {
    let tested =
        ["use", "default", "pin", "config", "uninstall", "prune", "install", "import", "link", "setup"];
    // doctor: tests/cli/doctor_repair.rs. What `cache clean` deletes is downloaded again by itself, and
    // nothing of gover needs what `mirror` writes into the directory that it was given.
    // editor: tests/cli/editor.rs. proxy: tests/cli/proxy.rs.
    // update: tests/cli/update.rs. It says how to move the default back, and how prune is undone.
    // tools: tests/cli/tools.rs. It says how to build with the Go from before.
    // bump names each version that it replaces; a repository knows them, too.
    // ci: it writes for the machine of a build service, and tells how to undo the default that it sets.
    // self: tests/cli/self_update.rs and self_uninstall.rs.
    let others = ["doctor", "cache", "mirror", "self", "bump", "update", "tools", "editor", "ci", "proxy"];
    let shows = "list current check which exec matrix bisect env init completions audit verify help";
    for name in commands(&context!()) {
        let is_known =
            tested.iter().chain(&others).copied().chain(shows.split(' ')).any(|known| known == name);
        assert!(is_known, "does `gover {name}` change something?");
    }
}
