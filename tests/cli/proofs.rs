//! Which downloads `gover install` accepts and refuses.

use gover_test::snapbox::str;
use gover_test::{
    FakeSite, Fault, Release, TestContext, context, gover_snapshot, pack_tar_gz, pack_zip, sha256_hex,
};

use crate::scene::{assert_nothing_left, proofs, receipt, released, released_for};

#[test]
fn an_archive_with_one_wrong_byte_is_refused() {
    let (ctx, release) = released();
    let middle = release.archive().len() / 2;
    ctx.site().server().fault(&FakeSite::archive_path(&release), Fault::FlipByte(middle));
    gover_snapshot!(
        ctx.gover(["install", "1.91.2"]),
        str![[r#"
exit: 1
----- stdout -----

----- stderr -----
error: go1.91.2.[PLATFORM].[ARCHIVE] from [SITE] is not what was released
  expected  [..]  (sha256, index of [SITE])
  received  [..]
  nothing was installed and the download was deleted
hint: something between [SITE] and this machine changes files; try `GOVER_SOURCES=goproxy gover install 1.91.2`

"#]]
    );
    assert_nothing_left(&ctx);
    // It stopped: the next source was not asked.
    assert!(ctx.site().server().requests_for(&FakeSite::module_path(&release)).is_empty());
}

#[test]
fn a_module_zip_with_one_wrong_byte_is_refused() {
    let (ctx, release) = released_for("goproxy");
    let length = release.module_zip().len();
    // In the data of files, and in the last name of the directory.
    for at in [length / 3, length / 2, length - 40] {
        ctx.site().server().fault(&FakeSite::module_path(&release), Fault::FlipByte(at));
        let output = ctx.gover(["install", "1.91.2"]);
        output.exits(1);
        assert!(output.stderr.starts_with("error: "), "byte {at}\n{output}");
        assert!(output.stderr.contains("the download was deleted"), "byte {at}\n{output}");
        assert!(output.stderr.contains("hint: "), "byte {at}\n{output}");
        assert_nothing_left(&ctx);
        ctx.site().server().heal();
    }
}

/// What somebody made of the release.
fn changed() -> Release {
    Release::new("go1.91.2").with_file("src/fmt/print.go", "package fmt // changed\n")
}

#[test]
fn a_module_zip_with_other_content_is_refused_with_both_hashes() {
    let (ctx, release) = released_for("goproxy");
    let other = changed();
    ctx.site().server().serve(&FakeSite::module_path(&release), other.module_zip());
    gover_snapshot!(
        ctx.gover(["install", "1.91.2"]),
        str![[r#"
exit: 1
----- stdout -----

----- stderr -----
error: v0.0.1-go1.91.2.[PLATFORM].zip from goproxy is not what was released
  expected  [H1]  (checksum database, record 0)
  received  [H1]
  nothing was installed and the download was deleted
hint: the module proxy, or something between it and this machine, changes files; try `GOVER_SOURCES=go.dev gover install 1.91.2`

"#]]
    );
    assert_nothing_left(&ctx);
}

#[test]
fn a_mirror_that_changes_files_is_named() {
    let (mut ctx, release) = released();
    let other = changed();
    let mirror = ctx.site().mirror_url();
    ctx.set("GOVER_SOURCES", format!("{mirror},go.dev"));
    ctx.site().server().serve(&format!("/mirror/{}", release.archive_name()), other.archive());
    gover_snapshot!(
        ctx.gover(["install", "1.91.2"]),
        str![[r#"
exit: 1
----- stdout -----

----- stderr -----
error: `go1.91.2.[PLATFORM].[ARCHIVE]` from [SITE]/mirror/go1.91.2.[PLATFORM].[ARCHIVE] is not what was released
  expected  [..] bytes
  received  [..] bytes or more
hint: the source or a proxy alters files; try another source (`gover help sources`)

"#]]
    );
    assert_nothing_left(&ctx);
}

#[test]
fn a_contradicting_record_overrides_a_valid_checksum() {
    let ctx = context!().with_site();
    let other = Release::new("go1.91.2").with_file("src/fmt/print.go", "package fmt // the logged one\n");
    ctx.site().log().add_release(&other);
    ctx.site().publish_unlogged(Release::new("go1.91.2"));
    gover_snapshot!(
        ctx.gover(["install", "1.91.2"]),
        str![[r#"
exit: 1
----- stdout -----

----- stderr -----
error: go1.91.2.[PLATFORM].[ARCHIVE] from [SITE] is not what was released
  expected  [H1]  (checksum database, record 0)
  received  [H1]
  nothing was installed and the download was deleted
hint: something between [SITE] and this machine changes files; try `GOVER_SOURCES=goproxy gover install 1.91.2`

"#]]
    );
    assert_nothing_left(&ctx);
}

#[test]
fn a_known_release_must_have_the_compiled_checksum() {
    let ctx = context!().with_site();
    ctx.publish("go1.22.5");
    let output = ctx.gover(["install", "1.22.5"]);
    output.exits(1);
    assert!(output.stderr.contains("is not what was released"), "{output}");
    assert_nothing_left(&ctx);
}

/// go1.91.2 is released, and the checksum database answers nobody.
fn without_database() -> TestContext {
    let (mut ctx, _) = released();
    let database = ctx.site().gosumdb_direct();
    ctx.set("GOSUMDB", database);
    for path in ["/proxy/sumdb/*", "/sumdb/*"] {
        ctx.site().server().fault(path, Fault::Status(503));
    }
    ctx
}

#[test]
fn an_unreachable_database_is_a_warning_for_an_archive() {
    let mut ctx = without_database();
    // A release that only the index of this site vouches for needs a record otherwise.
    ctx.set("GOVER_REQUIRE_SUMDB", "0");
    gover_snapshot!(
        ctx.gover(["install", "1.91.2"]),
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
installed go1.91.2 in [TIME] ([SIZE] from [SITE]), verified
warning: could not ask the checksum database: cannot read `/lookup/golang.org/toolchain@v0.0.1-go1.91.2.[PLATFORM]` of checksum database `sum.test`
default is now go1.91.2 (`gover default --unset` undoes this)

"#]]
    );
    assert_eq!(proofs(&ctx, "go1.91.2").len(), 1);
}

#[test]
fn an_unreachable_database_is_an_error_if_it_is_required() {
    let ctx = without_database();
    ctx.gover(["config", "set", "require_sumdb", "true"]).success();
    gover_snapshot!(
        ctx.gover(["install", "1.91.2"]),
        str![[r#"
exit: 1
----- stdout -----

----- stderr -----
error: cannot verify go1.91.2.[PLATFORM].[ARCHIVE] from [SITE] with the checksum database
  caused by: cannot read `/lookup/golang.org/toolchain@v0.0.1-go1.91.2.[PLATFORM]` of checksum database `sum.test`
  caused by: [SITE]/sumdb/lookup/golang.org/toolchain@v0.0.1-go1.91.2.[PLATFORM]: 503 made to fail
hint: see whether that server runs on this machine; a company's GOPROXY must pass `/sumdb/` through

"#]]
    );
    assert!(ctx.names_in("gover/versions").is_empty());

    ctx.site().server().heal();
    ctx.gover(["install", "1.91.2"]).success();
    assert_eq!(proofs(&ctx, "go1.91.2").len(), 2);
}

#[test]
fn what_another_release_site_vouches_for_alone_needs_a_record() {
    let mut ctx = context!().with_site();
    ctx.site().publish_unlogged(Release::new("go1.91.2"));
    ctx.set("GOVER_SOURCES", "go.dev");
    let output = ctx.gover(["install", "1.91.2"]);
    assert!(output.exits(1).stderr.contains("cannot verify"), "{output}");
    assert!(output.stderr.contains("hint: GOVER_GODEV_URL names [SITE]"), "{output}");
    assert!(ctx.names_in("gover/versions").is_empty());
    // The user decides otherwise.
    ctx.gover(["config", "set", "require_sumdb", "false"]).success();
    ctx.gover(["install", "1.91.2"]).success();
}

#[test]
fn a_release_without_a_record_is_never_taken_from_a_proxy() {
    let mut ctx = context!().with_site();
    ctx.site().publish_unlogged(Release::new("go1.91.2"));
    ctx.set("GOVER_SOURCES", "goproxy");
    let output = ctx.gover(["install", "1.91.2"]);
    assert!(output.exits(1).stderr.contains("cannot verify"), "{output}");
    assert!(ctx.names_in("gover/versions").is_empty());
}

#[test]
fn switching_the_database_off_does_not_switch_verification_off() {
    let (mut ctx, _) = released();
    // A release that only the index of this site vouches for needs a record otherwise.
    ctx.set("GOVER_REQUIRE_SUMDB", "0");
    ctx.set("GOSUMDB", "off").set("GOVER_SOURCES", "goproxy");
    ctx.gover(["install", "1.91.2"]).exits(1);
    assert!(ctx.names_in("gover/versions").is_empty());
    ctx.set("GOVER_SOURCES", "go.dev");
    ctx.gover(["install", "1.91.2"]).success();
}

#[test]
fn private_module_patterns_do_not_exempt_the_toolchain() {
    let (mut ctx, release) = released();
    let other = Release::new("go1.91.2").with_file("VERSION", "go1.91.2\nchanged\n");
    ctx.site().server().serve(&FakeSite::module_path(&release), other.module_zip());
    ctx.set("GOVER_SOURCES", "goproxy");
    for name in ["GONOSUMDB", "GOPRIVATE", "GONOSUMCHECK"] {
        ctx.set(name, "golang.org/toolchain");
    }
    ctx.set("GOFLAGS", "-insecure").set("GOINSECURE", "*");
    let output = ctx.gover(["install", "1.91.2"]);
    assert!(output.exits(1).stderr.contains("is not what was released"), "{output}");
    assert_nothing_left(&ctx);
}

#[test]
fn an_impostor_of_the_database_stops_the_install() {
    for source in ["go.dev", "goproxy"] {
        let mut ctx = context!().with_site();
        ctx.set("GOVER_SOURCES", source);
        ctx.publish("go1.91.2");
        let impostor = ctx.site().log().impostor();
        ctx.site().serve_log(&impostor);
        ctx.gover(["install", "1.91.2"]).exits(1);
        assert_nothing_left(&ctx);
    }
}

#[test]
fn a_database_that_rewrites_its_history_is_detected() {
    let mut ctx = context!().with_site();
    ctx.set("GOVER_SOURCES", "goproxy");
    ctx.site().log().pad_to(20);
    ctx.publish("go1.91.1");
    ctx.gover(["install", "1.91.1"]).success();
    let head = ctx.layout().sumdb_cache().join("sum.test").join("latest");
    let before = std::fs::read(&head).unwrap();
    ctx.publish("go1.91.2");
    let fork = ctx.site().log().fork(10);
    ctx.site().serve_log(&fork);
    let output = ctx.gover(["install", "1.91.2"]);
    output.exits(1);
    assert_eq!(ctx.names_in("gover/versions"), ["go1.91.1"]);
    assert_eq!(std::fs::read(&head).unwrap(), before, "the honest head must stay\n{output}");
}

#[test]
fn a_given_checksum_proves_a_custom_build() {
    let ctx = context!().with_site();
    let release = Release::new("go1.91.2-bigcorp");
    let sum = release.sha256();
    let path = ctx.write(&release.archive_name(), release.archive());
    let argument = path.file_name().unwrap().to_str().unwrap();
    let output = ctx.gover(["install", "--sha256", &sum, argument]);
    assert!(output.success().stderr.contains("the sha256 you gave"), "{output}");
    assert_eq!(ctx.names_in("gover/versions"), ["go1.91.2-bigcorp"]);
    assert_eq!(receipt(&ctx, "go1.91.2-bigcorp")["proofs"][0]["kind"], "given");
    let output = ctx.shim("go", ["+1.91.2-bigcorp", "version"]);
    assert!(output.success().text().starts_with("go version go1.91.2-bigcorp "), "{output}");
    assert_eq!(ctx.site().server().request_lines(), Vec::<String>::new());
}

#[test]
fn a_given_checksum_is_the_only_proof_of_an_address() {
    let ctx = context!().with_site();
    let release = Release::new("go1.91.2-bigcorp");
    let address = ctx.site().server().at(&format!("/builds/{}", release.archive_name()));
    ctx.site().server().serve(&format!("/builds/{}", release.archive_name()), release.archive());
    gover_snapshot!(
        ctx.gover(["install", "--sha256", &sha256_hex(b"another"), &address]),
        str![[r#"
exit: 1
----- stdout -----

----- stderr -----
error: go1.91.2-bigcorp.[PLATFORM].[ARCHIVE] from [SITE]/builds/go1.91.2-bigcorp.[PLATFORM].[ARCHIVE] is not what `--sha256` says
  expected  [..]  (`--sha256`)
  received  [..]
  nothing was installed and the download was deleted
hint: compare the checksum with the one its publisher shows, and download the file again

"#]]
    );
    assert_nothing_left(&ctx);
    ctx.gover(["install", "--sha256", &release.sha256(), &address]).success();
    assert_eq!(ctx.names_in("gover/versions"), ["go1.91.2-bigcorp"]);
}

#[test]
fn an_archive_without_a_checksum_is_a_usage_error() {
    let ctx = context!();
    let release = Release::new("go1.91.2");
    ctx.write("go.tar.gz", release.archive());
    gover_snapshot!(
        ctx.gover(["install", "./go.tar.gz"]),
        str![[r#"
exit: 2
----- stdout -----

----- stderr -----
error: `./go.tar.gz` is an archive, but its name is not that of a release
hint: give the file its published name: goVERSION.OS-ARCH.tar.gz or .zip, or v0.0.1-goVERSION.OS-ARCH.zip for a module zip
hint: gover install --sha256 HEX ./go.tar.gz

"#]]
    );
    let sum = "ab".repeat(32);
    for arguments in [
        vec!["install", "--sha256", "abc", "./go.tar.gz"],
        vec!["install", "--sha256", &sum],
        vec!["install", "--sha256", &sum, "./go.tar.gz", "./other.tar.gz"],
    ] {
        let output = ctx.gover(&arguments);
        assert!(output.exits(2).stderr.contains("hint: "), "{output}");
    }
    ctx.gover(["install", "--sha256", &sum, "./missing.tar.gz"]).exits(1);
    assert_nothing_left(&ctx);
}

#[test]
fn an_archive_that_leaves_its_directory_is_refused_even_with_the_right_checksum() {
    let ctx = context!();
    let release = Release::new("go1.91.2-bigcorp");
    for evil in ["../evil", "/evil", "go/../../evil", "evil"] {
        let entries: Vec<_> =
            release.entries("go/").chain([gover_test::Entry::file(evil, "evil\n")]).collect();
        for (name, bytes) in [("x.tar.gz", pack_tar_gz(&entries)), ("x.zip", pack_zip(&entries))] {
            ctx.write(name, &bytes);
            let output = ctx.gover(["install", "--sha256", &sha256_hex(&bytes), &format!("./{name}")]);
            assert!(output.exits(1).stderr.starts_with("error: "), "{evil} in {name}\n{output}");
            assert_nothing_left(&ctx);
        }
    }
    assert!(!ctx.work().join("evil").exists() && !ctx.layout().home().join("evil").exists());
    assert!(!ctx.root().join("evil").exists());
}
