//! `gover import` takes over what other programs installed.
//!
//! The machine that runs the tests may have toolchains in the places of the system, so tests look only
//! at what is in their own directory.

mod links;
#[cfg(unix)]
mod unreadable;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use gover_core::platform::{IS_WINDOWS, Platform};
use gover_test::snapbox::str;
use gover_test::{FakeSite, Output, Release, TestContext, context, gover_snapshot};
use serde_json::Value;

use crate::scene::{proofs, receipt};

/// Trees of four managers, made from releases of which the log has records.
fn with_managers() -> TestContext {
    let ctx = context!().with_site();
    for name in ["go1.91.2", "go1.92.0", "go1.93.1", "go1.94.0"] {
        ctx.publish(name);
    }
    let home = ctx.home();
    Release::new("go1.91.2").write_to(&home.join(".goenv/versions/1.91.2"));
    fs::write(home.join(".goenv/version"), "1.91.2\n").unwrap();
    Release::new("go1.92.0").write_to(&home.join(".gvm/gos/go1.92.0"));
    Release::new("go1.93.1").write_to(&home.join(".asdf/installs/golang/1.93.1/go"));
    in_module_cache(&ctx, "go1.94.0");
    ctx
}

/// A toolchain as the go command unpacks and prepares it: without the directories that the module
/// lacks, with a copy of each `_go.mod`, and read-only.
fn in_module_cache(ctx: &TestContext, name: &str) -> PathBuf {
    let release = Release::new(name);
    let version = release.module_version();
    let goroot = ctx.home().join("go/pkg/mod/golang.org").join(format!("toolchain@{version}"));
    release.write_to(&goroot);
    for outside in ["api", "doc", "misc", "test"] {
        drop(fs::remove_dir_all(goroot.join(outside)));
    }
    let mut directories = vec![goroot.clone()];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(&directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                directories.push(path);
            } else {
                if path.file_name().unwrap() == "go.mod" {
                    fs::copy(&path, path.with_file_name("_go.mod")).unwrap();
                }
                let mut permissions = fs::metadata(&path).unwrap().permissions();
                permissions.set_readonly(true);
                fs::set_permissions(&path, permissions).unwrap();
            }
        }
    }
    goroot
}

/// The states of the toolchains in the home, with what is said about each.
fn states(output: &Output, ctx: &TestContext) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let home = ctx.home().display().to_string();
    let json = output.json();
    let own = json["toolchains"].as_array().unwrap().iter();
    let own = own.filter(|one| text(&one["goroot"]).starts_with(&home));
    own.map(|one| format!("{} {} {}", text(&one["version"]), text(&one["manager"]), text(&one["state"])))
        .collect()
}

fn one(output: &Output) -> Value {
    let json = output.json();
    assert_eq!(json["toolchains"].as_array().unwrap().len(), 1, "{output}");
    json["toolchains"][0].clone()
}

fn assert_nothing_downloaded(ctx: &TestContext, names: &[&str]) {
    for name in names {
        let release = Release::new(name);
        let module = format!("/proxy/golang.org/toolchain/@v/{}.zip", release.module_version());
        for path in [FakeSite::archive_path(&release), module] {
            assert_eq!(ctx.site().server().downloads_of(&path), 0, "{path}");
        }
    }
}

/// Gives all files of a tree an old time, as unpacking does.
fn make_old(directory: &Path) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            make_old(&path);
        } else if let Ok(file) = fs::File::options().append(true).open(&path) {
            drop(file.set_modified(SystemTime::now() - Duration::from_secs(1_000_000)));
        }
    }
}

#[test]
fn toolchains_of_four_managers_are_taken_over_without_a_download() {
    let ctx = with_managers();
    let before = crate::scene::files(&ctx.home());
    let output = ctx.gover(["import", "--yes", "--json"]);
    let expected = [
        "go1.91.2 goenv imported",
        "go1.92.0 gvm imported",
        "go1.93.1 asdf imported",
        "go1.94.0 the go command imported",
    ];
    assert_eq!(states(output.success(), &ctx), expected);
    let names = ["go1.91.2", "go1.92.0", "go1.93.1", "go1.94.0"];
    assert_eq!(ctx.names_in("gover/versions"), names);
    assert_nothing_downloaded(&ctx, &names);
    for name in names {
        assert_eq!(proofs(&ctx, name), ["transparency-log"]);
        let receipt = receipt(&ctx, name);
        assert_eq!((&receipt["file"], &receipt["file_bytes"]), (&Value::Null, &Value::from(0)), "{receipt}");
        assert!(receipt["source"].as_str().unwrap().starts_with(ctx.home().to_str().unwrap()), "{receipt}");
        assert!(
            ctx.layout().program(name).is_file()
                && !ctx.layout().toolchain(&name_of(name)).join("doc").exists()
        );
    }
    assert_eq!(crate::scene::files(&ctx.home()), before, "something was removed or changed");
    let verified = ctx.gover(["verify", "--json"]).success().json();
    for one in verified["toolchains"].as_array().unwrap() {
        assert_eq!(one["state"], "released", "{one}");
    }
    let version = ctx.shim("go", ["version"]).success().text();
    assert!(version.contains("go1.91.2"), "the default of goenv: {version}");
    let again = ctx.gover(["import", "--yes", "--json"]);
    assert!(states(again.success(), &ctx).iter().all(|one| one.ends_with(" installed")), "{again}");
}

fn name_of(name: &str) -> gover_core::ToolchainName {
    gover_core::ToolchainName::parse(name).unwrap()
}

#[test]
fn the_table_and_the_result_are_shown() {
    let ctx = with_managers();
    let goenv = ctx.home().join(".goenv");
    fs::write(goenv.join("versions/1.91.2/bin/gopls"), "a program of the user").unwrap();
    let output = ctx.gover(["import", goenv.to_str().unwrap(), "--dry-run"]);
    gover_snapshot!(
        output,
        str![[r#"
exit: 0
----- stdout -----
go1.91.2  goenv  ~/.goenv/versions/1.91.2  matches checksum record 0, without bin/gopls

----- stderr -----
note: api, doc, misc and test are not copied, because no record of the checksum database covers them
gover import would copy 1 toolchain, [SIZE]

"#]]
    );
    assert_eq!(ctx.names_in("gover/versions"), [""; 0]);
    let refused = ctx.gover(["import", goenv.to_str().unwrap()]);
    assert!(refused.exits(2).stderr.contains("`--yes` answers yes to every question"), "{refused}");
    let imported = ctx.gover(["import", goenv.to_str().unwrap(), "--yes"]);
    assert_eq!(imported.success().stdout, output.stdout);
    let end = "in [TIME], verified (`gover uninstall 1.91.2` undoes this)\n\
               default is now go1.91.2 (`gover default --unset` undoes this)\n";
    let end = format!("imported go1.91.2 from ~/.goenv/versions/1.91.2 {end}");
    assert!(imported.stderr.ends_with(&end), "{imported}");
    assert!(!ctx.layout().toolchain(&name_of("go1.91.2")).join("bin/gopls").exists());
}

#[test]
#[cfg(unix)]
fn a_terminal_is_asked() {
    let ctx = with_managers();
    let line = ["import", ctx.home().join(".goenv").to_str().unwrap()].map(str::to_owned);
    let answer = |text: &str| {
        ctx.command(ctx.gover_program())
            .args(&line)
            .stdin(text)
            .run_on_terminal(80)
            .success()
            .raw_stdout
            .clone()
    };
    let screen = String::from_utf8(answer("n\n")).unwrap();
    assert!(screen.contains("copy 1 toolchain") && screen.contains("nothing was imported"), "{screen}");
    assert_eq!(ctx.names_in("gover/versions"), [""; 0]);
    answer("y\n");
    assert_eq!(ctx.names_in("gover/versions"), ["go1.91.2"]);
}

#[test]
fn a_changed_tree_is_left_out_and_its_files_are_named() {
    let ctx = with_managers();
    let changed = ctx.home().join("changed");
    Release::new("go1.92.0").write_to(&changed);
    make_old(&changed);
    fs::write(changed.join("src/fmt/print.go"), "package evil\n").unwrap();
    let alone = ctx.gover(["import", "--yes", "--json", changed.to_str().unwrap()]);
    assert_eq!(one(alone.exits(1))["state"], "different");
    // By its time.
    assert_eq!(one(&alone)["different"], serde_json::json!(["src/fmt/print.go"]));
    // By the files of an equal tree.
    fs::remove_file(changed.join("go.env")).unwrap();
    make_old(&changed);
    let both = [changed.clone(), ctx.home().join(".gvm")];
    let words = both.iter().map(|path| path.to_str().unwrap());
    let output = ctx.gover(["import", "--yes", "--json"].into_iter().chain(words));
    assert_eq!(states(output.exits(1), &ctx), ["go1.92.0 - different", "go1.92.0 gvm imported"]);
    assert_eq!(
        output.json()["toolchains"][0]["different"],
        serde_json::json!(["go.env", "src/fmt/print.go"])
    );
    // By the list of the installed toolchain.
    let installed = ctx.gover(["import", "--json", changed.to_str().unwrap()]);
    assert_eq!(one(installed.exits(1))["different"], serde_json::json!(["go.env", "src/fmt/print.go"]));
    let shown = ctx.gover(["import", changed.to_str().unwrap()]);
    assert!(shown.exits(1).stdout.contains("go.env (missing), src/fmt/print.go (changed)"), "{shown}");
}

#[test]
fn what_others_put_into_a_goroot_is_left_out() {
    let ctx = with_managers();
    let goroot = ctx.home().join(".goenv/versions/1.91.2");
    let extra =
        ["bin/gopls", "pkg/mod/cache/lock", "src/example.org/x/x.go", ".unpacked-success", "packages/a"];
    for path in extra {
        fs::create_dir_all(goroot.join(path).parent().unwrap()).unwrap();
        fs::write(goroot.join(path), "of another program").unwrap();
    }
    let output = ctx.gover(["import", "--yes", "--json", goroot.to_str().unwrap()]);
    let left_out = [".unpacked-success", "bin/gopls", "packages/", "pkg/mod/", "src/example.org/"];
    assert_eq!(one(output.success())["left_out"], serde_json::json!(left_out));
    let installed = ctx.layout().toolchain(&name_of("go1.91.2"));
    assert!(extra.iter().all(|path| !installed.join(path).exists()));
    ctx.gover(["verify"]).success();
}

#[test]
fn partial_and_foreign_trees_get_clear_words() {
    let ctx = with_managers();
    let unusable = |path: &Path, words: &str| {
        let output = ctx.gover(["import", "--yes", "--json", path.to_str().unwrap()]);
        let one = one(output.exits(1));
        assert_eq!(one["state"], "unusable", "{one}");
        assert!(one["reason"].as_str().unwrap().contains(words), "{one}");
    };
    let tree = |name: &str, release: Release| {
        let path = ctx.home().join(name);
        release.write_to(&path);
        path
    };
    let path = tree("no-version", Release::new("go1.91.2"));
    fs::remove_file(path.join("VERSION")).unwrap();
    unusable(&path, "it has no VERSION, so it is a build");
    let path = tree("no-go", Release::new("go1.91.2"));
    fs::remove_file(gover_core::layout::goroot_program(&path, "go")).unwrap();
    unusable(&path, "it has no bin/go");
    unusable(
        &tree("own", Release::new("go1.91.2-corp")),
        "its VERSION is `go1.91.2-corp`, which is not a release",
    );
    unusable(&tree("other-arch", Release::for_another_machine("go1.91.2")), "it is for ");
    let other = if IS_WINDOWS { "linux" } else { "windows" };
    let platform = Platform::new(other, Platform::host().arch()).unwrap();
    unusable(&tree("other-os", Release::for_platform("go1.91.2", platform)), &format!("it is for {other}"));
    // The log has no record of it.
    let path = tree("unknown", Release::new("go1.95.0"));
    let output = ctx.gover(["import", "--yes", "--json", path.to_str().unwrap()]);
    assert_eq!(one(output.exits(1))["state"], "unproven");
    let path = tree("partial", Release::new("go1.91.2"));
    fs::remove_dir_all(path.join("src")).unwrap();
    let output = ctx.gover(["import", "--yes", path.to_str().unwrap()]);
    assert!(
        output.exits(1).stdout.contains("differs from checksum record 0: incomplete, without src"),
        "{output}"
    );
    assert_eq!(ctx.names_in("gover/versions"), [""; 0]);
    for (directory, words) in [("empty", "has no toolchain"), ("nowhere", "does not exist")] {
        fs::create_dir_all(ctx.home().join("empty")).unwrap();
        let output = ctx.gover(["import", ctx.home().join(directory).to_str().unwrap()]);
        assert!(output.stderr.contains(words) && output.code != Some(0), "{output}");
    }
}

#[test]
fn offline_says_what_cannot_be_proven_and_a_kept_record_is_enough() {
    let ctx = with_managers();
    let goenv = ctx.home().join(".goenv").display().to_string();
    let output = ctx.gover(["import", "--yes", "--json", "--offline", &goenv]);
    let reason = one(output.exits(1))["reason"].clone();
    assert_eq!(reason, "the cache has no record of the checksum database (offline)");
    ctx.gover(["import", "--dry-run", &goenv]).success();
    ctx.gover(["import", "--yes", "--offline", &goenv]).success();
    assert_eq!(ctx.names_in("gover/versions"), ["go1.91.2"]);
}

#[test]
fn nothing_that_could_be_proven_is_a_failure_in_known_places_too() {
    let ctx = with_managers();
    let output = ctx.gover(["import", "--yes", "--offline"]);
    assert!(output.exits(1).stdout.contains("could not be proven: the cache has no record"), "{output}");
    let what = "toolchains with the checksum database\nhint: offline mode is on; leave out `--offline`\n";
    assert!(output.stderr.contains("error: could not compare ") && output.stderr.contains(what), "{output}");
    assert_eq!(ctx.names_in("gover/versions"), [""; 0]);
}

#[test]
fn a_home_that_cannot_be_written_is_named_in_place_of_the_network() {
    let ctx = with_managers();
    // As where this user may not make a directory.
    fs::create_dir_all(ctx.layout().cache()).unwrap();
    fs::write(ctx.layout().cache().join("sumdb"), "").unwrap();
    let output = ctx.gover(["import"]);
    let said = output.exits(1).stderr.replace('\\', "/");
    let (_, error) = said.split_once("error: could not compare ").unwrap();
    assert!(error.contains("/gover/cache/sumdb/"), "{output}");
    assert!(error.contains("hint: check the permissions of `"), "{output}");
    assert!(!error.contains("reachable"), "{output}");
}

#[test]
fn the_installed_toolchain_must_be_as_good_as_the_one_that_was_found() {
    let ctx = with_managers();
    let goenv = ctx.home().join(".goenv").display().to_string();
    ctx.gover(["import", "--yes", &goenv]).success();
    let file = ctx.layout().toolchain(&name_of("go1.91.2")).join("src/fmt/print.go");
    let changed = fs::read_to_string(&file).unwrap().replacen('p', "q", 1);
    fs::write(&file, changed).unwrap();
    let again = ctx.gover(["import", "--yes", &goenv]);
    assert!(again.exits(1).stdout.contains("; the installed one is damaged"), "{again}");
    assert!(again.stderr.contains("`gover install --force 1.91.2`"), "{again}");
    assert_eq!(one(&ctx.gover(["import", "--json", &goenv]))["state"], "damaged");
    ctx.gover(["install", "--force", "1.91.2"]).success();
    assert_eq!(one(ctx.gover(["import", "--json", &goenv]).success())["state"], "installed");
}

#[test]
fn only_settings_for_other_installations_are_named_at_the_end() {
    let mut ctx = with_managers();
    let goenv = ctx.home().join(".goenv").display().to_string();
    // It is not on PATH, which has nothing to do with goenv.
    crate::scene::write_program(&ctx.home().join("go/bin/lint"), "go1.91.2", "path\texample.org/lint\n");
    let output = ctx.gover(["import", "--yes", &goenv]);
    assert!(!output.success().stderr.contains("gobin"), "{output}");
    ctx.set("GOBIN", ctx.home().join(".goenv/versions/1.91.2/bin"));
    let output = ctx.gover(["import", "--yes", &goenv]);
    assert!(output.success().stderr.contains("hint: gover doctor gobin\n"), "{output}");
    let found = ctx.gover(["doctor", "gobin", "--offline"]);
    assert!(found.stdout.contains("is inside a toolchain"), "{found}");
}

#[test]
fn what_the_log_contradicts_is_not_imported() {
    let ctx = context!().with_site();
    // The record is that of another tree.
    ctx.site().log().add_release(&Release::new("go1.91.2").with_file("src/fmt/print.go", "package other\n"));
    let goroot = ctx.home().join("go");
    Release::new("go1.91.2").write_to(&goroot);
    let output = ctx.gover(["import", "--yes", "--json", goroot.to_str().unwrap()]);
    assert_eq!(one(output.exits(1))["state"], "different");
    assert_eq!(ctx.names_in("gover/versions"), [""; 0]);
}

#[test]
fn the_choices_of_other_managers_are_read() {
    let ctx = with_managers();
    ctx.write("mise.toml", "[tools]\ngo = \"1.93\"\n");
    fs::write(ctx.layout().default_file(), "1.92.0\n").unwrap();
    let output = ctx.gover(["import", "--yes", "--json"]);
    let choices = output.success().json()["choices"].clone();
    let command = |at: usize| choices[at]["command"].as_str().unwrap().to_owned();
    assert_eq!([command(0), command(1)], ["gover default 1.91.2", "gover pin 1.93"], "{choices}");
    assert!(output.stderr.contains("hint: gover default 1.91.2\n"), "{output}");
    assert!(output.stderr.contains("hint: gover pin 1.93\n"), "{output}");
    ctx.gover(["default", "1.91.2"]).success();
    let again = ctx.gover(["import", "--json"]);
    assert_eq!(again.success().json()["choices"][0]["command"], Value::Null);
}
