//! The checksum database: when it is asked, what is cached, and how its lies are reported.

use std::fs;

use gover_test::snapbox::str;
use gover_test::{FakeSite, Fault, Invocation, TestContext, context, gover_snapshot};

use crate::scene::{files, proofs, released};

/// A log of many records, so that proofs need tiles, and go1.91.2 behind them.
fn with_long_log() -> TestContext {
    let mut ctx = context!().with_site();
    ctx.set("GOVER_SOURCES", "go.dev");
    ctx.site().log().pad_to(600);
    ctx.publish("go1.91.2");
    ctx
}

const TILES: &str = "/proxy/sumdb/sum.test/tile/*";
const LOOKUP: &str = "/proxy/sumdb/sum.test/lookup/*";

/// Runs an install that stalls until these paths were requested; then it continues and both proofs
/// hold.
#[track_caller]
fn ends_well_after(ctx: &TestContext, install: Invocation, paths: &[String]) {
    let child = install.spawn();
    let server = ctx.site().server();
    server.wait_for_stalled(1);
    for path in paths {
        server.wait_for_request(path);
    }
    server.heal();
    server.release_stalled();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(proofs(ctx, "go1.91.2").len(), 2);
}

#[test]
fn the_proof_is_fetched_during_the_download() {
    let ctx = with_long_log();
    let archive = gover_test::Release::new("go1.91.2").archive_name();
    ctx.site().server().fault(&format!("/dl/{archive}"), Fault::StallAt(1000));
    let install = ctx.command(ctx.gover_program()).args(["install", "1.91.2"]);
    // The archive stalls until all requests of the proof came.
    let tiles = ["/tile/8/0/002.p/89", "/tile/8/1/000.p/2"];
    ends_well_after(&ctx, install, &tiles.map(|tile| format!("/proxy/sumdb/sum.test{tile}")));
}

#[test]
fn the_download_continues_while_the_log_is_silent() {
    let ctx = with_long_log();
    let archive = gover_test::Release::new("go1.91.2").archive_name();
    ctx.site().server().fault(LOOKUP, Fault::Stall);
    let install = ctx.command(ctx.gover_program()).args(["install", "1.91.2"]);
    ends_well_after(&ctx, install.env("GOVER_REQUIRE_SUMDB", "1"), &[format!("/dl/{archive}")]);
}

#[test]
fn a_cached_record_is_proven_again_without_a_request() {
    let ctx = with_long_log();
    ctx.gover(["install", "1.91.2"]).success();
    ctx.site().server().forget_requests();
    ctx.gover(["install", "-f", "1.91.2"]).success();
    assert!(ctx.site().server().requests_for("/proxy/sumdb/*").is_empty());
    assert_eq!(proofs(&ctx, "go1.91.2").len(), 2);
}

#[test]
fn damage_in_any_cached_file_is_detected_and_repaired() {
    let ctx = with_long_log();
    ctx.gover(["install", "1.91.2"]).success();
    let root = ctx.layout().sumdb_cache().join("sum.test");
    let names =
        files(&root).into_keys().filter(|name| name.starts_with("lookup/") || name.starts_with("tile/"));
    let files: Vec<_> = names.map(|name| root.join(name)).collect();
    assert!(files.len() > 2, "{files:?}");
    for file in files {
        let good = fs::read(&file).unwrap();
        let mut bad = good.clone();
        let middle = bad.len() / 2;
        bad[middle] ^= 1;
        fs::write(&file, &bad).unwrap();
        let output = ctx.gover(["install", "-v", "-f", "1.91.2"]);
        assert!(
            output.success().stderr.contains("checksum database record 600"),
            "{}\n{output}",
            file.display()
        );
        assert_eq!(fs::read(&file).unwrap(), good, "{}", file.display());
    }
}

#[test]
fn a_damaged_tree_head_is_not_trusted_and_is_replaced() {
    let mut ctx = with_long_log();
    ctx.gover(["install", "1.91.2"]).success();
    let head = ctx.layout().sumdb_cache().join("sum.test").join("latest");
    let good = fs::read_to_string(&head).unwrap();
    let damaged = good.replacen("601", "602", 1);
    fs::write(&head, &damaged).unwrap();
    ctx.set("GOVER_REQUIRE_SUMDB", "1").set("GOVER_OFFLINE", "1");
    let archive = ctx.write("go1.91.2.tar.gz", "");
    let release = gover_test::Release::new("go1.91.2");
    let archive = archive.with_file_name(release.archive_name());
    fs::write(&archive, release.archive()).unwrap();
    gover_snapshot!(
        ctx.gover(["install", "-f", archive.to_str().unwrap()]),
        str![[r#"
exit: 1
----- stdout -----

----- stderr -----
error: cannot verify go1.91.2.[PLATFORM].[ARCHIVE] from [ROOT]/shop/go1.91.2.[PLATFORM].[ARCHIVE] with the checksum database
  caused by: the tree head in `[ROOT]/gover/cache/sumdb/sum.test/latest` is damaged (invalid signature for key sum.test+c089489d) and could not be replaced
  caused by: cannot read `/lookup/golang.org/toolchain@v0.0.1-go1.91.2.[PLATFORM]` of checksum database `sum.test`
  caused by: [SITE]/proxy: offline
hint: a mirror made by `gover mirror` includes the proofs; or pass a checksum that you trust: gover install --sha256 HEX [ROOT]/shop/go1.91.2.[PLATFORM].[ARCHIVE]
hint: connect to the network once: gover then replaces it and keeps the file as evidence; or, if you trust this machine, delete `[ROOT]/gover/cache/sumdb/sum.test/latest`

"#]]
    );
    assert_eq!(fs::read_to_string(&head).unwrap(), damaged);
    ctx.unset("GOVER_OFFLINE");
    gover_snapshot!(
        ctx.gover(["install", "-f", "1.91.2"]),
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
warning: `[ROOT]/gover/cache/sumdb/sum.test/latest` was damaged; it has been replaced by a tree head of 601 records, and the damaged file is kept as `[ROOT]/gover/cache/sumdb/sum.test/evidence/head-[..].txt`
installed go1.91.2 in [TIME] ([SIZE] from [SITE]), verified

"#]]
    );
    assert_eq!(fs::read_to_string(&head).unwrap(), good);
    let aside = head.with_file_name("evidence").join(&ctx.names_in("gover/cache/sumdb/sum.test/evidence")[0]);
    assert_eq!(fs::read_to_string(aside).unwrap(), damaged);
    let output = ctx.gover(["install", "-f", "1.91.2"]);
    assert!(!output.success().stderr.contains("warning"), "{output}");
}

#[test]
fn a_damaged_tree_head_does_not_hide_a_fork() {
    let ctx = with_long_log();
    ctx.gover(["install", "1.91.2"]).success();
    let head = ctx.layout().sumdb_cache().join("sum.test").join("latest");
    fs::write(&head, "no head").unwrap();
    let fork = ctx.site().log().fork(100);
    ctx.site().serve_log(&fork);
    let output = ctx.gover(["install", "-f", "1.91.2"]);
    assert!(output.exits(1).stderr.contains("SECURITY ERROR"), "{output}");
    assert_eq!(fs::read_to_string(&head).unwrap(), "no head");
}

#[test]
fn a_fork_is_a_security_error_with_both_tree_heads_and_the_evidence() {
    let ctx = with_long_log();
    ctx.gover(["install", "1.91.2"]).success();
    let head = ctx.layout().sumdb_cache().join("sum.test").join("latest");
    let seen = fs::read_to_string(&head).unwrap();
    ctx.publish("go1.91.3");
    let fork = ctx.site().log().fork(100);
    ctx.site().serve_log(&fork);
    let output = ctx.gover(["install", "1.91.3"]);
    gover_snapshot!(
        output,
        str![[r#"
exit: 1
----- stdout -----

----- stderr -----
error: cannot verify go1.91.3.[PLATFORM].[ARCHIVE] from [SITE] with the checksum database
  one head: 601 records, [..]
  the other: 603 records, [..]
  the other has [..] over its first 601 records
  both signed heads are kept in `[ROOT]/gover/cache/sumdb/sum.test/evidence/fork-601-603-[..].txt`
  caused by: SECURITY ERROR: checksum database `sum.test` shows two histories: the tree of 601 records with hash [..] is not part of the tree of 603 records with hash [..]
hint: do not install anything until this is resolved: try another network; if it happens there too, send the evidence to security@golang.org (docs/trust.md)

"#]]
    );
    // Nothing of the other history is kept but as evidence, and cleaning keeps that.
    assert_eq!(fs::read_to_string(&head).unwrap(), seen);
    assert_eq!(ctx.names_in("gover/versions"), ["go1.91.2"]);
    let before = ctx.names_in("gover/cache/sumdb/sum.test/evidence");
    assert_eq!(before.len(), 1);
    ctx.gover(["cache", "clean"]).success();
    assert_eq!(ctx.names_in("gover/cache/sumdb/sum.test/evidence"), before);
    let evidence = head.with_file_name("evidence").join(&before[0]);
    let evidence = fs::read_to_string(evidence).unwrap();
    assert!(evidence.starts_with("SECURITY ERROR\n"), "{evidence}");
    for line in seen.lines().filter(|line| !line.is_empty()) {
        assert!(evidence.contains(line), "{line}\n{evidence}");
    }
    // The error stays until a person resolves it; other sources do not hide it.
    ctx.gover(["install", "1.91.3"]).exits(1);
    assert_eq!(ctx.names_in("gover/cache/sumdb/sum.test/evidence"), before);
    ctx.site().serve_log(ctx.site().log());
    ctx.gover(["install", "1.91.3"]).success();
}

#[test]
fn a_database_that_is_off_or_invalid_is_reported() {
    let (mut ctx, release) = released();
    // A release that only the index of this site vouches for needs a record otherwise.
    ctx.set("GOVER_REQUIRE_SUMDB", "0");
    for (value, code) in
        [("off", 0), ("on", 1), ("sum.golang.org a b", 1), ("sum.golang.org ftp://x.test", 1)]
    {
        ctx.set("GOSUMDB", value);
        let output = ctx.gover(["install", "-f", "1.91.2"]);
        output.exits(code);
        let word = if code == 0 {
            "warning: did not ask the checksum database: checksum database disabled by GOSUMDB=off"
        } else {
            "GOSUMDB"
        };
        assert!(output.stderr.contains(word), "{output}");
    }
    assert_eq!(ctx.site().server().requests_for(TILES), []);
    ctx.set("GOSUMDB", "off").set("GOVER_REQUIRE_SUMDB", "1");
    gover_snapshot!(
        ctx.gover(["install", "-f", "1.91.2"]),
        str![[r#"
exit: 1
----- stdout -----

----- stderr -----
error: cannot verify go1.91.2.[PLATFORM].[ARCHIVE] from [SITE] with the checksum database
  caused by: the checksum database cannot be asked
  caused by: checksum database disabled by GOSUMDB=off
hint: unset GOSUMDB, or set `GOSUMDB=sum.golang.org` (https://go.dev/ref/mod#environment-variables)

"#]]
    );
    ctx.unset("GOVER_REQUIRE_SUMDB").set("GOVER_SOURCES", "goproxy");
    ctx.gover(["install", "-f", "1.91.2"]).exits(1);
    assert!(ctx.site().server().requests_for(&FakeSite::module_path(&release)).len() < 3);
}

#[test]
fn an_answer_without_a_record_is_not_called_silence() {
    let mut ctx = context!().with_site();
    ctx.site().publish_unlogged(gover_test::Release::new("go1.91.2"));
    ctx.set("GOVER_REQUIRE_SUMDB", "0");
    let output = ctx.gover(["install", "1.91.2"]);
    let told = "warning: checksum database `sum.test` has no record of `golang.org/toolchain@";
    assert!(output.success().stderr.contains(told), "{output}");
    assert!(!output.stderr.contains("could not ask"), "{output}");
}

#[test]
fn a_custom_build_with_the_name_of_a_release_does_not_hide_a_dishonest_log() {
    let (ctx, release) = released();
    let archive = ctx.write(&release.archive_name(), release.archive());
    let install = || ctx.gover(["install", "--sha256", &release.sha256(), archive.to_str().unwrap()]);
    // Another key, and a record that is not the one that was signed.
    ctx.site().serve_log(&ctx.site().log().impostor());
    let output = install();
    assert!(output.exits(1).stderr.contains("with the checksum database"), "{output}");
    assert!(ctx.names_in("gover/versions").is_empty());
    ctx.site().serve_log(ctx.site().log());
    ctx.site().server().fault(LOOKUP, Fault::FlipByte(5));
    let output = install();
    assert!(output.exits(1).stderr.contains("with the checksum database"), "{output}");
    assert!(ctx.names_in("gover/versions").is_empty());
    // One that cannot be reached says nothing about the build.
    ctx.site().server().heal();
    ctx.site().server().fault(LOOKUP, Fault::Status(503));
    let output = install();
    assert!(output.success().stderr.contains("warning: could not ask the checksum database"), "{output}");
}

#[test]
fn the_environment_can_require_the_database() {
    let (mut ctx, _) = released();
    ctx.gover(["config", "set", "require_sumdb", "false"]).success();
    ctx.site().server().fault("/proxy/sumdb/*", Fault::Status(403));
    ctx.set("GOVER_REQUIRE_SUMDB", "1");
    let output = ctx.gover(["install", "1.91.2"]);
    assert!(output.exits(1).stderr.contains("with the checksum database"), "{output}");
    assert!(ctx.names_in("gover/versions").is_empty());
    ctx.set("GOVER_REQUIRE_SUMDB", "0");
    ctx.gover(["install", "1.91.2"]).success();
    assert_eq!(proofs(&ctx, "go1.91.2").len(), 1);
}
