//! `gover mirror --modules`: the modules of projects, beside the toolchains.

use std::fs;

use gover_test::{Entry, FakeSite, Output, Response, TestContext, context, dirhash, pack_zip};
use serde_json::{Value, json};

use super::{directory, served};
use crate::scene::file_url;

/// A module version with one file.
struct Module {
    path: &'static str,
    version: &'static str,
    content: &'static str,
}

const QUOTE: Module = Module { path: "rsc.test/Quote", version: "v1.5.2", content: "package quote\n" };
const TEXT: Module = Module {
    path: "golang.test/x/text",
    version: "v0.0.0-20170915032832-14c0d48ead0c",
    content: "package text\n",
};
const CORP: Module =
    Module { path: "corp.test/lib", version: "v2.0.0+incompatible", content: "package lib\n" };

impl Module {
    fn file(&self) -> String {
        format!("{}@{}/a.go", self.path, self.version)
    }

    fn go_mod(&self) -> String {
        format!("module {}\n", self.path)
    }

    fn zip(&self) -> Vec<u8> {
        pack_zip(&[Entry::file(&self.file(), self.content)])
    }

    fn go_mod_line(&self) -> String {
        let h1 = dirhash([("go.mod", self.go_mod().as_bytes())]);
        format!("{} {}/go.mod {h1}\n", self.path, self.version)
    }

    fn lines(&self) -> String {
        let h1 = dirhash([(self.file().as_str(), self.content.as_bytes())]);
        format!("{} {} {h1}\n{}", self.path, self.version, self.go_mod_line())
    }

    /// The path of its files on a proxy, without an extension.
    fn base(&self) -> String {
        let escaped = self.path.replace('Q', "!q");
        format!("{escaped}/@v/{}", self.version)
    }

    fn publish_unlogged(&self, site: &FakeSite) {
        let server = site.server();
        let info = json!({"Version": self.version, "Time": "2018-02-14T15:44:20Z", "Origin": {"VCS": "git"}});
        let base = format!("/proxy/{}", self.base());
        server.serve(&format!("{base}.info"), info.to_string());
        server.serve(&format!("{base}.mod"), self.go_mod());
        server.serve(&format!("{base}.zip"), self.zip());
    }

    fn publish(&self, site: &FakeSite) {
        site.log().add(&self.lines());
        self.publish_unlogged(site);
    }
}

/// A project whose go.sum lists a module, and of another one only the go.mod file.
fn world() -> TestContext {
    let mut ctx = context!().with_site();
    ctx.site().log().pad_to(300);
    ctx.publish("go1.91.2");
    QUOTE.publish(ctx.site());
    TEXT.publish(ctx.site());
    ctx.set("GOPROXY", ctx.site().proxy_url());
    project(&ctx, &(QUOTE.lines() + &TEXT.go_mod_line()));
    ctx
}

fn project(ctx: &TestContext, sums: &str) {
    ctx.write("go.mod", "module example.test/shop\n\nrequire rsc.test/Quote v1.5.2\n");
    ctx.write("go.sum", sums);
}

fn mirror(ctx: &TestContext) -> Output {
    ctx.gover(["mirror", "go", "--modules"])
}

fn modules(ctx: &TestContext) -> Vec<String> {
    let mut found = served(ctx);
    found.retain(|name| !name.starts_with("sumdb/"));
    found
}

#[track_caller]
fn says(output: &Output, code: i32, parts: &[&str]) {
    output.exits(code);
    let text = output.snapshot();
    for part in parts {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
}

#[test]
fn the_modules_of_go_sum_are_in_the_mirror_with_their_records() {
    let ctx = world();
    let output = mirror(&ctx);
    says(&output, 0, &["2 modules of 1 project: ", "holds 0 files, [SIZE]; 1 module zip, "]);
    let (quote, text) = (QUOTE.base(), TEXT.base());
    let mut expected = vec![format!("{text}.info"), format!("{text}.mod")];
    expected.extend(["info", "mod", "zip"].map(|extension| format!("{quote}.{extension}")));
    expected.push("rsc.test/!quote/@v/list".to_owned());
    expected.sort();
    assert_eq!(modules(&ctx), expected);
    let read = |name: &str| fs::read(directory(&ctx).join(name)).unwrap();
    assert_eq!(read("rsc.test/!quote/@v/list"), b"v1.5.2\n");
    assert_eq!(read(&format!("{quote}.zip")), QUOTE.zip());
    assert_eq!(read(&format!("{quote}.mod")), QUOTE.go_mod().as_bytes());
    let info: Value = serde_json::from_slice(&read(&format!("{quote}.info"))).unwrap();
    assert_eq!(info, json!({"Version": "v1.5.2", "Time": "2018-02-14T15:44:20Z"}));
    let log = ctx.site().log();
    for name in ["rsc.test/!quote@v1.5.2", &format!("golang.test/x/text@{}", TEXT.version)] {
        let answer = read(&format!("sumdb/{}/lookup/{name}", FakeSite::LOG));
        assert_eq!(Some(answer), log.answer(&format!("/lookup/{name}")));
    }
}

#[test]
fn a_mirror_serves_another_mirror_without_network() {
    let ctx = world();
    ctx.gover(["mirror", "go", "1.91.2", "--format", "module", "--modules"]).success();
    let copy = |proxies: String| {
        let program = ctx.command(ctx.gover_program()).env("GOVER_HOME", ctx.root().join("other"));
        let program = program.env("GOPROXY", proxies).env("GOVER_SOURCES", "goproxy");
        program.env("GOVER_OFFLINE", "1").args(["mirror", "copy", "1.91.2", "--modules"]).run()
    };
    says(&copy(file_url(&directory(&ctx))), 0, &["go1.91.2 for ", "2 modules of 1 project: "]);
    let zip = format!("{}.zip", QUOTE.base());
    assert_eq!(fs::read(ctx.work().join("copy").join(zip)).unwrap(), QUOTE.zip());
}

#[test]
fn a_second_run_takes_only_what_is_missing() {
    let ctx = world();
    mirror(&ctx).success();
    ctx.site().server().forget_requests();
    says(&mirror(&ctx), 0, &["2 modules of 1 project: all are already there", ", nothing to do"]);
    let asked = ctx.site().server().request_lines();
    assert!(asked.iter().all(|line| line.contains("/sumdb/")), "{asked:?}");

    project(&ctx, &(QUOTE.lines() + &TEXT.lines()));
    says(&mirror(&ctx), 0, &["2 modules of 1 project: 1 added, ", "; 2 module zips, "]);
    // Pseudo-versions are never listed.
    assert!(!directory(&ctx).join("golang.test/x/text/@v/list").exists());
    assert_eq!(ctx.site().server().downloads_of(&format!("/proxy/{}.zip", QUOTE.base())), 0);
}

#[test]
fn records_move_to_the_newest_head_with_those_of_toolchains() {
    let ctx = world();
    mirror(&ctx).success();
    ctx.site().log().pad_to(700);
    ctx.gover(["mirror", "go", "1.91.2"]).success();
    let path = format!("sumdb/{}/lookup/rsc.test/!quote@v1.5.2", FakeSite::LOG);
    let answer = fs::read_to_string(directory(&ctx).join(path)).unwrap();
    assert!(answer.contains("\n700\n"), "{answer}");
    ctx.site().server().forget_requests();
    // Another gover proves it with the mirror alone.
    let other = ctx.command(ctx.gover_program()).env("GOVER_HOME", ctx.root().join("other"));
    let other = other.env("GOVER_OFFLINE", "1").env("GOPROXY", file_url(&directory(&ctx)));
    other.args(["mirror", "copy", "--modules"]).run().success();
}

#[test]
fn a_zip_that_differs_stops_the_command_and_nothing_of_it_is_kept() {
    let ctx = world();
    let zip = format!("/proxy/{}.zip", QUOTE.base());
    let other = pack_zip(&[Entry::file(&QUOTE.file(), "package evil\n")]);
    ctx.site().server().route(&zip, Response::ok(other));
    let output = mirror(&ctx);
    let what = "rsc.test/Quote@v1.5.2 does not have its published hash";
    says(&output, 1, &[what, "go.sum:1)", "(checksum database, record 301)", "the download was deleted"]);
    let kept = fs::read_dir(directory(&ctx).join(".gover-mirror/staging")).map_or(0, Iterator::count);
    assert_eq!(kept, 0);
    assert!(!modules(&ctx).iter().any(|name| name.contains("zip") || name.contains("list")));

    // A zip that is none.
    ctx.site().server().route(&zip, Response::ok("<html>sign in</html>"));
    says(&mirror(&ctx), 1, &["the zip of rsc.test/Quote@v1.5.2 cannot be read"]);
    assert!(!modules(&ctx).iter().any(|name| name.contains("zip")));

    ctx.site().server().route(&zip, Response::ok(QUOTE.zip()));
    fs::remove_file(directory(&ctx).join(format!("{}.mod", TEXT.base()))).unwrap();
    ctx.site().server().route(&format!("/proxy/{}.mod", TEXT.base()), Response::ok("module evil\n"));
    says(
        &mirror(&ctx),
        1,
        &["the go.mod file of golang.test/x/text@v0.0.0-2017", "does not have its published hash"],
    );
    assert!(!directory(&ctx).join(format!("{}.mod", TEXT.base())).exists());
}

#[test]
fn a_go_sum_that_contradicts_the_database_is_refused_before_any_download() {
    let ctx = world();
    let evil = Module { content: "package evil\n", ..QUOTE };
    project(&ctx, &evil.lines());
    let output = mirror(&ctx);
    let what = "go.sum:1 has another hash of rsc.test/Quote@v1.5.2 than the checksum database";
    says(&output, 1, &[what, "nothing was downloaded"]);
    assert_eq!(ctx.site().server().downloads_of(&format!("/proxy/{}.zip", QUOTE.base())), 0);
}

#[test]
fn private_modules_are_left_out_or_proven_by_go_sum_alone() {
    let mut ctx = world();
    CORP.publish_unlogged(ctx.site());
    project(&ctx, &(QUOTE.lines() + &CORP.lines()));
    // Unknown to the database, and not private.
    let output = mirror(&ctx);
    says(
        &output,
        1,
        &["cannot get the record of corp.test/lib@v2.0.0+incompatible from the checksum database"],
    );
    assert!(modules(&ctx).contains(&format!("{}.zip", QUOTE.base())));

    ctx.set("GOPRIVATE", "other.test,corp.test/*");
    let output = mirror(&ctx);
    says(
        &output,
        0,
        &["corp.test/lib@v2.0.0+incompatible is left out: GOPRIVATE has `corp.test/*`", "set GONOPROXY=none"],
    );
    assert!(!modules(&ctx).iter().any(|name| name.contains("corp.test")));

    ctx.set("GONOPROXY", "none");
    let output = mirror(&ctx);
    says(
        &output,
        0,
        &["go.sum alone proves 1 module, by GOSUMDB, GONOSUMDB or GOPRIVATE: corp.test/lib@v2.0.0"],
    );
    assert!(modules(&ctx).contains(&"corp.test/lib/@v/v2.0.0+incompatible.zip".to_owned()));
    let facts = ctx.gover(["mirror", "go", "--json", "--modules"]).success().json();
    let corp = &facts["modules"][0];
    assert_eq!(
        (&corp["module"], &corp["state"], &corp["record"]),
        (&json!("corp.test/lib"), &json!("present"), &Value::Null)
    );
}

#[test]
fn with_the_database_off_go_sum_decides() {
    let mut ctx = world();
    ctx.set("GOSUMDB", "off");
    says(&mirror(&ctx), 0, &["go.sum alone proves 2 modules", "; 1 module zip, "]);
    assert!(!directory(&ctx).join("sumdb").exists());
    let evil = Module { content: "package evil\n", ..QUOTE };
    project(&ctx, &evil.lines());
    says(&mirror(&ctx), 1, &["rsc.test/Quote@v1.5.2 does not have its published hash"]);
    // What was proven by another go.sum stays.
    assert_eq!(fs::read(directory(&ctx).join(format!("{}.zip", QUOTE.base()))).unwrap(), QUOTE.zip());
}

#[test]
fn a_module_that_no_proxy_has_does_not_stop_the_others() {
    let ctx = world();
    ctx.site().log().add(&CORP.lines());
    project(&ctx, &(CORP.lines() + &QUOTE.lines()));
    let output = ctx.gover(["mirror", "go", "--json", "--modules"]);
    says(&output, 1, &["no proxy in GOPROXY served corp.test/lib@v2.0.0+incompatible"]);
    let states: Vec<Value> =
        output.json()["modules"].as_array().unwrap().iter().map(|one| one["state"].clone()).collect();
    assert_eq!(states, ["added", "failed"]);
}

#[test]
fn a_damaged_zip_is_found_and_replaced() {
    let ctx = world();
    mirror(&ctx).success();
    let zip = directory(&ctx).join(format!("{}.zip", QUOTE.base()));
    let damaged = "rsc.test/Quote@v1.5.2 was damaged and is replaced";
    fs::write(&zip, "PK").unwrap();
    says(&mirror(&ctx), 0, &[damaged]);
    assert_eq!(fs::read(&zip).unwrap(), QUOTE.zip());
    // With the same length, only `--verify` sees it.
    let mut bytes = QUOTE.zip();
    bytes[40] ^= 1;
    fs::write(&zip, bytes).unwrap();
    says(&mirror(&ctx), 0, &["all are already there"]);
    says(&ctx.gover(["mirror", "go", "--verify", "--modules"]), 0, &[damaged]);
    assert_eq!(fs::read(&zip).unwrap(), QUOTE.zip());
    // A copy without the private directory is read again, and not downloaded again.
    fs::remove_dir_all(directory(&ctx).join(".gover-mirror/modules")).unwrap();
    says(&mirror(&ctx), 0, &["all are already there"]);
}

#[test]
fn a_workspace_brings_the_modules_of_all_its_modules() {
    let ctx = world();
    CORP.publish(ctx.site());
    ctx.write("go.work", "go 1.21\nuse (\n\t.\n\t./tools\n)\n");
    ctx.write("tools/go.mod", "module example.test/tools\n");
    ctx.write("tools/go.sum", CORP.lines());
    ctx.write("go.work.sum", TEXT.lines());
    says(&mirror(&ctx), 0, &["3 modules of 1 project: ", "; 3 module zips, "]);
    let below = ctx.gover(["mirror", "go", "--modules", "tools", "tools/go.mod"]);
    says(&below, 0, &["3 modules of 2 projects: all are already there"]);
}

#[test]
fn what_is_no_project_is_refused_before_anything_is_changed() {
    let ctx = context!().with_site();
    let (other, empty) = (ctx.work().join("other"), ctx.directory("empty"));
    ctx.write("other/go.mod", "module x\nrequire y.test/z v1.0.0\n");
    ctx.write("bad/go.mod", "module x\n");
    ctx.write("bad/go.sum", "rsc.test/Quote v1.5.2\n");
    let run = |project: &std::path::Path| {
        ctx.gover(["mirror".as_ref(), "go".as_ref(), "--modules".as_ref(), project.as_os_str()])
    };
    says(&run("1.91.2".as_ref()), 2, &["`1.91.2` is not the directory of a project", "before `--modules`"]);
    says(&run(&empty), 2, &["there is no go.mod or go.work in "]);
    says(&run(&other), 1, &["and no go.sum that proves them"]);
    says(&run(&ctx.work().join("bad")), 1, &["line 1 of ", "is not a line of go.sum"]);
    assert!(!directory(&ctx).exists());
}
