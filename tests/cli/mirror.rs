//! `gover mirror`, and clients of its mirrors.

use std::fs;
use std::path::{Path, PathBuf};

use gover_core::display::pasted;
use gover_test::snapbox::str;
use gover_test::{
    FakeServer, FakeSite, Fault, Invocation, Release, Response, TestContext, context, gover_snapshot,
};
use serde_json::Value;

use crate::scene::{file_url, files};

mod damage;
mod modules;

/// A site with two releases and a log with full tiles.
fn world() -> TestContext {
    let ctx = context!().with_site();
    ctx.site().log().pad_to(300);
    ctx.publish("go1.91.2");
    ctx.publish("go1.90.4");
    ctx
}

fn directory(ctx: &TestContext) -> PathBuf {
    ctx.work().join("go")
}

/// The mirror's files, without what is not served.
fn served(ctx: &TestContext) -> Vec<String> {
    let mut found: Vec<String> = files(&directory(ctx)).into_keys().collect();
    found.retain(|name| !name.starts_with(".gover-mirror/"));
    found
}

/// A gover on another machine: offline, with its own home, and with the mirror as its only source.
fn elsewhere(ctx: &TestContext, home: &str) -> Invocation {
    online(ctx, home)
        .env("GOVER_OFFLINE", "1")
        .env("GOVER_REQUIRE_SUMDB", "1")
        .env("GOVER_SOURCES", directory(ctx))
}

/// A gover on another machine that is online and does not use the mirror.
fn online(ctx: &TestContext, home: &str) -> Invocation {
    ctx.command(ctx.gover_program()).env("GOVER_HOME", ctx.root().join(home))
}

fn receipt(ctx: &TestContext, home: &str, name: &str) -> Value {
    let path = ctx.root().join(home).join("receipts").join(format!("{name}.json"));
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// A static web server.
fn web_server(directory: &Path) -> FakeServer {
    let server = FakeServer::start();
    let root = directory.to_owned();
    server.handle("/go/", move |request| {
        let path = root.join(request.path.strip_prefix("/go/")?);
        fs::read(path).ok().map(Response::ok)
    });
    server
}

#[test]
fn a_mirror_holds_archives_their_index_and_the_proofs() {
    let ctx = world();
    gover_snapshot!(
        ctx.gover(["mirror", "go", "1.91.2"]),
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
go1.91.2 for [OS]/[ARCH]: [SIZE] from [SITE] (checksum database record 300)
[ROOT]/shop/go holds 1 file, [SIZE]; checksum database of 302 records (sum.test)

"#]]
    );
    let release = Release::new("go1.91.2");
    let archive = release.archive_name();
    let module = release.module_version();
    let mut expected = vec![
        archive.clone(),
        format!("{archive}.sha256"),
        "index.json".to_owned(),
        "sumdb/sum.test/latest".to_owned(),
        format!("sumdb/sum.test/lookup/golang.org/toolchain@{module}"),
        "sumdb/sum.test/supported".to_owned(),
        "sumdb/sum.test/tile/8/0/001.p/46".to_owned(),
        "sumdb/sum.test/tile/8/1/000.p/1".to_owned(),
    ];
    expected.sort();
    assert_eq!(served(&ctx), expected);
    let read = |name: &str| fs::read(directory(&ctx).join(name)).unwrap();
    assert_eq!(read(&archive), release.archive());
    assert_eq!(read(&format!("{archive}.sha256")), release.sha256().as_bytes());
    let index: Value = serde_json::from_slice(&read("index.json")).unwrap();
    assert_eq!(index[0]["version"], "go1.91.2");
    assert_eq!(index[0]["stable"], true);
    assert_eq!(index[0]["files"][0]["filename"], archive);
    assert_eq!(index[0]["files"][0]["sha256"], release.sha256());
    assert_eq!(index[0]["files"][0]["size"], release.archive().len());
    assert_eq!(index[0]["files"][0]["kind"], "archive");
    assert_eq!(read("sumdb/sum.test/latest"), ctx.site().log().head());
}

#[test]
fn a_mirror_of_modules_is_a_goproxy() {
    let ctx = world();
    ctx.gover(["mirror", "go", "1.91.2", "--format", "module"]).success();
    let release = Release::new("go1.91.2");
    let versions = directory(&ctx).join("golang.org/toolchain/@v");
    let read = |name: &str| fs::read(versions.join(name)).unwrap();
    let module = release.module_version();
    assert_eq!(read("list"), format!("{module}\n").as_bytes());
    assert_eq!(read(&format!("{module}.zip")), release.module_zip());
    assert_eq!(read(&format!("{module}.mod")), b"module golang.org/toolchain\n");
    let info: Value = serde_json::from_slice(&read(&format!("{module}.info"))).unwrap();
    assert_eq!(info["Version"], module);
    assert_eq!(info["Time"], "2024-06-27T20:11:12Z");
    // There is no archive, so there is nothing to index.
    assert!(!directory(&ctx).join("index.json").exists());
}

#[test]
fn existing_files_are_not_downloaded_again() {
    let ctx = world();
    ctx.gover(["mirror", "go", "1.91.2"]).success();
    let before = served(&ctx);
    ctx.site().server().forget_requests();
    gover_snapshot!(
        ctx.gover(["mirror", "go", "1.91.2"]),
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
go1.91.2 for [OS]/[ARCH] is already there
[ROOT]/shop/go holds 1 file, [SIZE]; checksum database of 302 records (sum.test), nothing to do

"#]]
    );
    assert_eq!(
        ctx.site().server().request_lines(),
        ["GET /proxy/sumdb/sum.test/supported", "GET /proxy/sumdb/sum.test/latest"]
    );
    assert_eq!(served(&ctx), before);
    // Another packing of the same is something else.
    ctx.gover(["mirror", "go", "1.91.2", "--format", "archive,module"]).success();
    assert_eq!(ctx.site().server().requests_for("/dl/*").len(), 0);
    assert_eq!(ctx.site().server().requests_for("/proxy/golang.org/*").len(), 2);
    ctx.gover(["mirror", "go", "1.90"]).success();
    assert!(served(&ctx).iter().any(|name| name.starts_with("go1.90.4.")));
}

#[test]
fn a_missing_platform_does_not_stop_the_others() {
    let ctx = world();
    let plan9: gover_core::Platform = "plan9-386".parse().unwrap();
    ctx.site().publish(Release::for_platform("go1.91.2", plan9));
    let output = ctx.gover(["mirror", "go", "1.91.2", "--platform", "solaris-amd64,plan9-386", "--json"]);
    let facts = output.exits(1).json();
    assert_eq!(facts["files"][0]["version"], "go1.91.2");
    assert_eq!(facts["files"][0]["platform"], "plan9-386");
    assert_eq!(facts["files"][0]["format"], "archive");
    assert_eq!(facts["files"][0]["path"], "go1.91.2.plan9-386.tar.gz");
    assert_eq!(facts["files"][0]["added"], true);
    assert_eq!(facts["files"][0]["source"], ctx.site().url());
    assert_eq!(facts["failed"][0]["platform"], "solaris-amd64");
    let causes = facts["failed"][0]["causes"].to_string();
    assert!(causes.contains("has no record of") && causes.contains("404"), "{causes}");
    assert_eq!(facts["log"]["database"], "sum.test");
    assert_eq!(facts["log"]["records"], 303);
    assert_eq!(facts["log"]["changed"], true);
    assert!(output.stderr.contains("error: cannot get the record of go1.91.2 for solaris/amd64"), "{output}");
    assert_eq!(output.json()["files"].as_array().unwrap().len(), 1);
}

#[test]
fn the_next_run_continues_a_broken_download() {
    let mut ctx = world();
    ctx.set("GOVER_SOURCES", "go.dev");
    let path = FakeSite::archive_path(&Release::new("go1.91.2"));
    ctx.site().server().fault(&path, Fault::TruncateAt(1000));
    ctx.gover(["mirror", "go", "1.91.2"]).exits(1);
    assert!(!served(&ctx).iter().any(|name| name.starts_with("go1.91.2") || name == "index.json"));
    ctx.site().server().heal();
    ctx.site().server().forget_requests();
    ctx.gover(["mirror", "go", "1.91.2"]).success();
    let requests = ctx.site().server().requests_for(&path);
    assert!(requests[0].header("range").is_some_and(|range| range.ends_with("000-")), "{requests:?}");
    assert_eq!(
        fs::read(directory(&ctx).join(Release::new("go1.91.2").archive_name())).unwrap(),
        Release::new("go1.91.2").archive()
    );
    assert!(ctx.names_in("shop/go/.gover-mirror/cache").is_empty());
}

#[test]
fn a_file_that_differs_from_the_release_is_never_added() {
    let ctx = world();
    let release = Release::new("go1.91.2");
    let other = Release::new("go1.91.2").with_file("src/fmt/print.go", "package fmt // changed\n");
    ctx.site().server().serve(&FakeSite::module_path(&release), other.module_zip());
    let output = ctx.gover(["mirror", "go", "1.91.2", "--format", "module"]);
    assert!(output.exits(1).stderr.contains("is not what was released"), "{output}");
    assert!(!served(&ctx).iter().any(|name| name.contains("@v/")), "{:?}", served(&ctx));
    assert!(ctx.names_in("shop/go/.gover-mirror/cache").is_empty());

    ctx.site()
        .server()
        .fault(&FakeSite::archive_path(&release), Fault::FlipByte(release.archive().len() / 2));
    let output = ctx.gover(["mirror", "go", "1.91.2", "--format", "archive"]);
    assert!(output.exits(1).stderr.contains("is not what was released"), "{output}");
    assert!(!served(&ctx).iter().any(|name| name.starts_with("go1.91.2")), "{:?}", served(&ctx));
}

#[test]
fn an_archive_without_a_known_checksum_is_not_mirrored() {
    let mut ctx = world();
    let mirror = ctx.site().mirror_url();
    ctx.set("GOVER_SOURCES", mirror);
    ctx.site().server().fault("/dl/*", Fault::Status(404));
    gover_snapshot!(
        ctx.gover(["mirror", "go", "1.91.2"]),
        str![[r#"
exit: 1
----- stdout -----

----- stderr -----
error: nothing proves all of go1.91.2.[PLATFORM].[ARCHIVE] from [SITE]/mirror
  neither the table compiled into gover nor the index of a release site has its checksum
hint: `--format module` downloads the module, which the log covers completely
[ROOT]/shop/go holds 0 files, [SIZE]; checksum database of 302 records (sum.test)

"#]]
    );
}

#[test]
fn a_machine_without_network_installs_from_the_directory() {
    for format in ["archive", "module"] {
        let ctx = world();
        ctx.gover(["mirror", "go", "1.91.2", "--format", format]).success();
        ctx.site().server().forget_requests();
        // The newest that is there, not the newest there is.
        elsewhere(&ctx, "a").args(["install", "latest"]).run().success();
        let receipt = receipt(&ctx, "a", "go1.91.2");
        assert_eq!(receipt["proofs"][0]["kind"], "transparency-log");
        assert_eq!(receipt["proofs"][0]["tree_size"], 302);
        assert_eq!(receipt["proofs"].as_array().unwrap().len(), 1);
        let as_url = elsewhere(&ctx, "b").env("GOVER_SOURCES", file_url(&directory(&ctx)));
        as_url.args(["install", "1.91"]).run().success();
        if format == "module" {
            let proxy = elsewhere(&ctx, "c")
                .env("GOVER_SOURCES", "goproxy")
                .env("GOPROXY", file_url(&directory(&ctx)));
            proxy.args(["install", "latest"]).run().success();
        }
        assert_eq!(ctx.site().server().request_lines(), Vec::<String>::new());
    }
}

#[test]
fn a_web_server_with_the_directory_is_a_source_and_a_goproxy() {
    let ctx = world();
    ctx.gover(["mirror", "go", "1.91.2", "--format", "module"]).success();
    ctx.gover(["mirror", "go", "1.90.4", "--format", "archive"]).success();
    for patch in 3..15 {
        ctx.publish(&format!("go1.91.{patch}"));
    }
    // One that knows of all there is.
    online(&ctx, "b").args(["list", "--remote"]).run().success();
    ctx.site().server().fault("*", Fault::Status(503));
    let server = web_server(&directory(&ctx));
    let there =
        |home: &str| elsewhere(&ctx, home).env_remove("GOVER_OFFLINE").env("GOVER_SOURCES", server.at("/go"));
    // `latest` is what the mirror has, whatever else there is in the world.
    there("a").args(["install", "latest", "1.90"]).run().success();
    for name in ["go1.91.2", "go1.90.4"] {
        let receipt = receipt(&ctx, "a", name);
        assert_eq!(receipt["source"], server.at("/go"), "{receipt}");
        assert_eq!(receipt["proofs"][0]["kind"], "transparency-log", "{receipt}");
    }
    let proxy = there("b").env("GOVER_SOURCES", "goproxy").env("GOPROXY", server.at("/go"));
    // A newer one is released, and this proxy has not got it; even where the list must tell, since
    // there are many.
    proxy.args(["install", "latest"]).run().success();
    assert!(ctx.root().join("b/versions/go1.91.2").is_dir());
    assert!(!server.requests_for("/go/sumdb/sum.test/lookup/*").is_empty());
}

#[test]
fn a_mirror_that_serves_a_page_for_everything_has_no_log() {
    let mut ctx = world();
    let server = FakeServer::start();
    server.handle("/go/", |_| Some(Response::ok("<html>Not here, try the home page</html>")));
    let release = Release::new("go1.91.2");
    server.serve(&format!("/go/{}", release.archive_name()), release.archive());
    ctx.set("GOVER_SOURCES", server.at("/go"));
    ctx.gover(["install", "1.91.2"]).success();
}

/// Installs and says which tree proved it.
#[track_caller]
fn proven_in(ctx: &TestContext, home: &str, version: &str) -> u64 {
    elsewhere(ctx, home).args(["install", "-f", version]).run().success();
    let receipt = receipt(ctx, home, &format!("go{version}"));
    let proofs = receipt["proofs"].as_array().unwrap();
    let log = proofs.iter().find(|proof| proof["kind"] == "transparency-log").unwrap();
    log["tree_size"].as_u64().unwrap()
}

#[test]
fn a_client_of_the_mirror_follows_its_tree_head() {
    let ctx = world();
    ctx.gover(["mirror", "go", "1.91.2"]).success();
    assert_eq!(proven_in(&ctx, "a", "1.91.2"), 302);
    ctx.site().log().pad_to(70_000);
    ctx.publish("go1.91.3");
    ctx.gover(["mirror", "go", "1.91.3"]).success();
    // One that saw the older head accepts the newer, and what was recorded before is under the
    // newer one too.
    assert_eq!(proven_in(&ctx, "a", "1.91.3"), 70_001);
    assert_eq!(proven_in(&ctx, "a", "1.91.2"), 70_001);
    assert_eq!(proven_in(&ctx, "b", "1.91.2"), 70_001);
    ctx.site().log().pad_to(140_000);
    gover_snapshot!(
        ctx.gover(["mirror", "go"]),
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
[ROOT]/shop/go holds 2 files, [SIZE]; checksum database of 140000 records (sum.test)

"#]]
    );
    assert_eq!(proven_in(&ctx, "b", "1.91.3"), 140_000);
    // Even one that missed the update between.
    ctx.site().log().show_only(Some(302));
    fs::remove_dir_all(ctx.root().join("a")).unwrap();
    online(&ctx, "a").args(["install", "1.91.2"]).run().success();
    assert_eq!(proven_in(&ctx, "a", "1.91.3"), 140_000);
}

#[test]
fn a_client_ahead_of_the_mirror_uses_its_own_tree_head() {
    let ctx = world();
    ctx.gover(["mirror", "go", "1.91.2"]).success();
    ctx.site().log().pad_to(70_000);
    ctx.publish("go1.91.3");
    // A laptop that was online meanwhile.
    online(&ctx, "a").args(["install", "1.91.3"]).run().success();
    // The tile with its record is full in the mirror as in the log only if the mirror's head lies
    // beyond it.
    let output = elsewhere(&ctx, "a").args(["install", "1.91.2"]).run();
    assert!(output.exits(1).stderr.contains("cannot be compared"), "{output}");
    assert!(
        output.stderr.contains("hint: run `gover mirror DIR --seen 70001` where the mirror is made"),
        "{output}"
    );
    ctx.gover(["mirror", "go"]).success();
    assert_eq!(proven_in(&ctx, "a", "1.91.2"), 70_001);
}

#[test]
fn old_records_need_no_newer_mirror() {
    let ctx = world();
    ctx.site().log().pad_to(70_000);
    ctx.gover(["mirror", "go", "1.91.2"]).success();
    ctx.site().log().pad_to(70_400);
    ctx.publish("go1.91.3");
    online(&ctx, "a").args(["install", "1.91.3"]).run().success();
    // The mirror's head has 70000 records, and nothing here tells that they are the first of 70401.
    // The record has its place among those 70401 all the same.
    assert_eq!(proven_in(&ctx, "a", "1.91.2"), 70_401);
}

#[test]
fn the_seen_option_serves_a_client_with_another_tree_head() {
    let ctx = world();
    ctx.site().log().pad_to(1000);
    // Online once, long ago.
    online(&ctx, "a").args(["install", "1.90.4"]).run().success();
    ctx.site().log().pad_to(70_000);
    ctx.publish("go1.91.3");
    ctx.gover(["mirror", "go", "1.91.3"]).success();
    let output = elsewhere(&ctx, "a").args(["install", "1.91.3"]).run();
    assert!(output.exits(1).stderr.contains("`gover mirror DIR --seen 1000`"), "{output}");
    ctx.gover(["mirror", "go", "--seen", "1000"]).success();
    assert_eq!(proven_in(&ctx, "a", "1.91.3"), 70_001);
    // From then on, without being told again.
    ctx.site().log().pad_to(140_000);
    ctx.gover(["mirror", "go"]).success();
    fs::remove_dir_all(ctx.root().join("a")).unwrap();
    ctx.site().log().show_only(Some(1000));
    online(&ctx, "a").args(["install", "1.90.4"]).run().success();
    assert_eq!(proven_in(&ctx, "a", "1.91.3"), 140_000);
}

#[test]
fn a_published_tree_head_is_kept_with_the_seen_option() {
    let ctx = world();
    ctx.gover(["mirror", "go", "1.91.2"]).success();
    let given = directory(&ctx).join(".gover-mirror/heads/sum.test/302");
    let head = ctx.site().log().head();
    assert_eq!(fs::read(&given).unwrap(), head);
    ctx.site().log().pad_to(600);
    ctx.gover(["mirror", "go", "--seen", "302"]).success();
    assert_eq!(fs::read(&given).unwrap(), head);
}

#[test]
fn a_log_that_contradicts_the_mirror_stops_everything() {
    let ctx = world();
    ctx.gover(["mirror", "go", "1.91.2"]).success();
    let before = served(&ctx);
    let fork = ctx.site().log().fork(200);
    fork.pad_to(600);
    ctx.site().serve_log(&fork);
    // Even on a machine that has no memory of its own.
    let output = ctx
        .command(ctx.gover_program())
        .env("GOVER_HOME", ctx.root().join("fresh"))
        .args(["mirror", "go", "1.90.4"])
        .run();
    assert!(output.exits(1).stderr.contains("two histories"), "{output}");
    assert_eq!(served(&ctx), before);
}

#[test]
fn a_record_that_differs_from_the_log_stops_everything() {
    let ctx = world();
    let module = Release::new("go1.91.2").module_version();
    let lookup = format!("/proxy/sumdb/sum.test/lookup/golang.org/toolchain@{module}");
    // A letter of the record's text.
    ctx.site().server().fault(&lookup, Fault::FlipByte(10));
    let output = ctx.gover(["mirror", "go", "1.91.2", "1.90.4"]);
    assert!(output.exits(1).stderr.contains("cannot authenticate record 300"), "{output}");
    assert_eq!(served(&ctx), Vec::<String>::new());
}

#[test]
fn two_concurrent_runs_make_one_mirror() {
    let ctx = world();
    let start = |version: &str| ctx.command(ctx.gover_program()).args(["mirror", "go", version]).spawn();
    let running: Vec<_> = ["1.91.2", "1.90.4", "1.91.2"].into_iter().map(start).collect();
    for child in running {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    for version in ["1.91.2", "1.90.4"] {
        proven_in(&ctx, "a", version);
    }
    let index: Value =
        serde_json::from_slice(&fs::read(directory(&ctx).join("index.json")).unwrap()).unwrap();
    assert_eq!(index.as_array().unwrap().len(), 2);
}

#[test]
fn bad_input_is_reported_before_anything_is_created() {
    let ctx = world();
    for arguments in [
        ["mirror", "go", "lastest", "--platform", "linux-amd64"],
        ["mirror", "go", "system", "--platform", "linux-amd64"],
        ["mirror", "go", "1.91.2", "--platform", "linux"],
        ["mirror", "go", "1.91.2", "--platform", ""],
        ["mirror", "go", "1.91.2", "--platform", ","],
        ["mirror", "go", "1.91.2", "--platform", "linux-../x"],
    ] {
        let output = ctx.gover(arguments);
        assert!(output.exits(2).stderr.contains("hint: "), "{output}");
    }
    let output = ctx.gover(["mirror", "go", "1.99"]);
    assert!(output.exits(1).stderr.contains("no Go release"), "{output}");
    assert!(!directory(&ctx).exists());
    let file = ctx.write("file", "x");
    let output = ctx.gover(["mirror", file.to_str().unwrap(), "1.91.2"]);
    assert!(output.exits(1).stderr.contains("cannot create"), "{output}");
    assert!(output.stderr.contains("hint: check the free space and the permissions"), "{output}");
}

#[test]
fn a_forgotten_directory_is_reported() {
    let ctx = world();
    gover_snapshot!(
        ctx.gover(["mirror", "1.91", "latest"]),
        str![[r#"
exit: 2
----- stdout -----

----- stderr -----
error: `1.91` is a version, and the directory of the mirror must come first
hint: gover mirror ./go 1.91 latest
hint: for a directory with that name: gover mirror ./1.91

"#]]
    );
    gover_snapshot!(
        ctx.gover(["mirror", "https://ann:s3cret@mirror.example/go?token=1", "1.91"]),
        str![[r#"
exit: 2
----- stdout -----

----- stderr -----
error: `https://mirror.example/go` is an address, and a mirror is made in a directory
hint: to mirror that address: GOVER_SOURCES=https://mirror.example/go gover mirror ./go 1.91

"#]]
    );
    let place = ctx.root().join("srv go");
    let place = place.to_str().unwrap();
    for (arguments, hints) in [
        (
            &[">=1.21"][..],
            [
                format!("gover mirror ./go {}", pasted(">=1.21")),
                format!("gover mirror {}", pasted("./>=1.21")),
            ],
        ),
        (&["system"], ["gover mirror ./go latest".to_owned(), "gover mirror ./system".to_owned()]),
        (&["system", "1.91"], ["gover mirror ./go 1.91".to_owned(), "gover mirror ./system".to_owned()]),
        (
            &["1.91", place, "latest"],
            [format!("gover mirror {} 1.91 latest", pasted(place)), "gover mirror ./1.91".to_owned()],
        ),
    ] {
        let output = ctx.gover([&["mirror"], arguments].concat());
        let [command, directory] = hints;
        let told = format!("hint: {command}\nhint: for a directory with that name: {directory}\n");
        let text = String::from_utf8_lossy(&output.exits(2).raw_stderr).replace("\r\n", "\n");
        assert!(text.contains(&told), "{told}\n{text}");
    }
    for directory in ["latest", "go1.91.2", "^1.21", "file:///srv/go", "ftp://mirror.example"] {
        let output = ctx.gover(["mirror", directory]);
        assert!(output.exits(2).stderr.contains("hint: "), "{directory}\n{output}");
    }
    assert_eq!(ctx.names_in("shop"), Vec::<String>::new());
    assert!(ctx.site().server().requests().is_empty());
}

#[test]
fn a_directory_may_have_the_name_of_a_version() {
    let ctx = world();
    ctx.gover(["mirror", "./1.91", "1.91"]).success();
    assert_eq!(ctx.names_in("shop"), ["1.91"]);
    // It is there, so it is what is meant.
    let output = ctx.gover(["mirror", "1.91"]);
    assert!(output.success().stderr.contains("nothing to do"), "{output}");
}
