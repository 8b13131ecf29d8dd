//! `gover install` from each kind of source, and from one source to the next.

use std::io::{BufRead as _, BufReader};

use gover_test::snapbox::str;
use gover_test::{FakeSite, Fault, Release, context, gover_snapshot};

use crate::scene::{
    assert_nothing_left, file_url, has_part_download, proofs, receipt, released, released_for,
};

#[test]
fn an_empty_answer_is_a_failure_of_its_source() {
    let mut ctx = context!().with_site();
    let release = ctx.publish("go1.91.2");
    let path = format!("/bad/golang.org/toolchain/@v/{}.zip", release.module_version());
    ctx.site().server().serve(&path, "");
    ctx.set("GOVER_SOURCES", "goproxy");
    let (bad, good) = (ctx.site().server().at("/bad"), ctx.site().proxy_url());
    ctx.set("GOPROXY", &bad);
    let output = ctx.gover(["install", "1.91.2"]);
    assert!(output.exits(1).stderr.contains("its answer is empty"), "{output}");
    ctx.set("GOPROXY", format!("{bad}|{good}"));
    // The failure is known by now, so gover may not wait for that answer again.
    ctx.gover(["install", "1.91.2"]).success();
    let asked = ctx.site().server().requests_for(&FakeSite::module_path(&release));
    assert!(!asked.is_empty());
}

#[test]
fn a_release_site_in_place_of_go_dev_is_https_or_on_this_machine() {
    let mut ctx = context!().with_site();
    ctx.publish("go1.91.2");
    for address in ["http://go.mirror.example", "file:///srv/go", "ftp://127.0.0.1/go"] {
        ctx.set("GOVER_GODEV_URL", address);
        let output = ctx.gover(["install", "1.91.2"]);
        assert!(output.exits(2).stderr.contains("GOVER_GODEV_URL is"), "{output}");
        assert!(output.stderr.contains("hint: set GOVER_GODEV_URL to an https address"), "{output}");
    }
}

#[test]
fn a_release_site_in_place_of_go_dev_is_named_in_messages_and_receipts() {
    let (ctx, release) = released();
    let site = ctx.site().url();
    let output = ctx.gover(["install", "1.91.2"]);
    let text = String::from_utf8_lossy(&output.success().raw_stderr).into_owned();
    assert!(text.contains(&format!(" from {site}), verified")) && !text.contains("go.dev"), "{text}");
    assert!(!receipt(&ctx, "go1.91.2").to_string().contains("go.dev"), "{}", receipt(&ctx, "go1.91.2"));
    // Errors name it too.
    ctx.site().server().fault(&FakeSite::archive_path(&release), Fault::FlipByte(1000));
    let output = ctx.gover(["install", "-f", "1.91.2"]);
    let text = String::from_utf8_lossy(&output.exits(1).raw_stderr).into_owned();
    assert!(text.contains(&format!("from {site} is not what")) && !text.contains("go.dev"), "{text}");
    ctx.site().server().fault("/*", Fault::Status(503));
    let output = ctx.gover(["install", "1.93.1"]);
    let text = String::from_utf8_lossy(&output.exits(1).raw_stderr).into_owned();
    assert!(text.contains(&format!("\n  {site} ")) && !text.contains("go.dev"), "{text}");
}

#[test]
fn the_release_site_is_first_and_both_proofs_hold() {
    let ctx = context!().with_site();
    ctx.site().log().pad_to(300);
    let release = ctx.publish("go1.91.2");
    gover_snapshot!(
        ctx.gover(["install", "1.91.2"]),
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
installed go1.91.2 in [TIME] ([SIZE] from [SITE]), verified
default is now go1.91.2 (`gover default --unset` undoes this)

"#]]
    );
    assert_eq!(ctx.site().server().requests_for(&FakeSite::archive_path(&release)).len(), 1);
    assert!(ctx.site().server().requests_for("/proxy/golang.org/*").is_empty());

    let receipt = receipt(&ctx, "go1.91.2");
    assert_eq!(receipt["name"], "go1.91.2");
    assert_eq!(receipt["platform"], release.platform().to_string());
    assert_eq!(receipt["source"], ctx.site().url());
    assert_eq!(receipt["url"], format!("{}/dl/{}", ctx.site().url(), release.archive_name()));
    assert_eq!(receipt["file"], release.archive_name());
    assert_eq!(receipt["file_bytes"], release.archive().len());
    assert_eq!(receipt["sha256"], release.sha256());
    assert_eq!(receipt["h1"], release.h1());
    assert_eq!(receipt["gover"], env!("CARGO_PKG_VERSION"));
    assert!(receipt["installed_at"].as_str().unwrap().ends_with('Z'));
    assert!(receipt["files"].as_u64().unwrap() > 10 && receipt["bytes"].as_u64().unwrap() > 1000);
    let proofs = receipt["proofs"].as_array().unwrap();
    assert_eq!(proofs[0]["kind"], "sha256");
    assert_eq!(proofs[0]["origin"], format!("index of {}", ctx.site().url()));
    assert_eq!(proofs[1]["kind"], "transparency-log");
    assert_eq!(proofs[1]["database"], "sum.test");
    assert_eq!(proofs[1]["record"], 300);
    assert_eq!(proofs[1]["tree_size"], 301);
    assert_eq!(proofs[1]["h1"], release.h1());
    assert_eq!(proofs.len(), 2);
}

#[test]
fn an_installed_toolchain_runs_by_each_of_its_names() {
    let (ctx, _) = released();
    ctx.gover(["install", "1.91.2"]).success();
    for name in ["go", "go1.91.2"] {
        let program = ctx.layout().program(name);
        let output = ctx.command(program).arg("version").run();
        assert!(output.success().text().starts_with("go version go1.91.2 "), "{output}");
    }
    let output = ctx.command(ctx.layout().program("gofmt")).arg("fake-report").run();
    assert!(output.success().stdout.contains("versions/go1.91.2"), "{output}");
}

#[test]
fn a_module_proxy_is_proven_by_the_checksum_database_alone() {
    let (ctx, release) = released_for("goproxy");
    gover_snapshot!(
        ctx.gover(["install", "1.91.2"]),
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
installed go1.91.2 in [TIME] ([SIZE] from goproxy), verified
default is now go1.91.2 (`gover default --unset` undoes this)

"#]]
    );
    assert!(ctx.site().server().requests_for("/dl/*").is_empty());
    assert!(!ctx.site().server().requests_for("/proxy/sumdb/sum.test/*").is_empty());

    let receipt = receipt(&ctx, "go1.91.2");
    assert_eq!(receipt["source"], "goproxy");
    assert_eq!(receipt["h1"], release.h1());
    assert_eq!(receipt["proofs"].as_array().unwrap().len(), 1);
    assert_eq!(receipt["proofs"][0]["kind"], "transparency-log");
    // Names and modes that a module zip cannot hold are restored.
    let goroot = ctx.layout().versions().join("go1.91.2");
    assert!(goroot.join("src/cmd/go.mod").is_file() && !goroot.join("src/cmd/_go.mod").exists());
    let output = ctx.command(ctx.layout().program("go")).arg("version").run();
    assert!(output.success().text().starts_with("go version go1.91.2 "), "{output}");
}

#[test]
fn direct_takes_the_module_and_the_database_from_their_own_servers() {
    let mut ctx = context!().with_site();
    let database = ctx.site().gosumdb_direct();
    ctx.set("GOVER_SOURCES", "goproxy").set("GOPROXY", "direct").set("GOSUMDB", database);
    let release = ctx.publish("go1.91.2");
    ctx.gover(["install", "1.91.2"]).success();
    let server = ctx.site().server();
    let module = format!("/dl/mod/golang.org/toolchain/@v/{}.zip", release.module_version());
    assert_eq!(server.requests_for(&module).len(), 1);
    assert!(!server.requests_for("/sumdb/lookup/*").is_empty());
    assert!(server.requests_for("/proxy/*").is_empty());
}

#[test]
fn goproxy_is_read_from_the_go_env_file() {
    let mut ctx = context!().with_site();
    let site = ctx.site().proxy_url();
    let go_env = ctx.root().join("go.env");
    std::fs::write(&go_env, format!("GOPROXY={site}\n")).unwrap();
    ctx.unset("GOPROXY").set("GOVER_SOURCES", "goproxy").set("GOENV", go_env);
    ctx.publish("go1.91.2");
    ctx.gover(["install", "1.91.2"]).success();
}

#[test]
fn the_separators_of_goproxy_work_as_in_go() {
    let (mut ctx, _) = released_for("goproxy");
    let site = ctx.site().url();
    ctx.site().server().fault("/broken/*", Fault::Status(500));
    let good = ctx.site().proxy_url();
    // A comma moves on only after `not found`, a bar after any error.
    ctx.set("GOPROXY", format!("{site}/broken,{good}"));
    ctx.gover(["install", "1.91.2"]).exits(1);
    assert_nothing_left(&ctx);
    ctx.set("GOPROXY", format!("{site}/nothing,{good}"));
    ctx.gover(["install", "1.91.2"]).success();
    ctx.set("GOPROXY", format!("{site}/broken|{good}"));
    ctx.gover(["install", "-f", "1.91.2"]).success();
    ctx.set("GOPROXY", "off");
    ctx.gover(["install", "-f", "1.91.2"]).exits(1);
    assert!(ctx.layout().versions().join("go1.91.2").is_dir());
}

#[test]
fn a_flat_mirror_serves_files_that_the_index_lists() {
    let mut ctx = context!().with_site();
    let mirror = ctx.site().mirror_url();
    ctx.set("GOVER_SOURCES", format!("{mirror},go.dev"));
    let release = ctx.publish("go1.91.2");
    gover_snapshot!(
        ctx.gover(["install", "1.91.2"]),
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
installed go1.91.2 in [TIME] ([SIZE] from [SITE]/mirror), verified
default is now go1.91.2 (`gover default --unset` undoes this)

"#]]
    );
    let server = ctx.site().server();
    assert_eq!(server.requests_for(&format!("/mirror/{}", release.archive_name())).len(), 1);
    assert!(server.requests_for(&FakeSite::archive_path(&release)).is_empty());
    // A mirror's own checksums prove nothing, so they are not requested.
    assert!(server.requests_for(&format!("/mirror/{}.sha256", release.archive_name())).is_empty());
}

#[test]
fn with_only_a_mirror_or_a_directory_no_release_site_is_contacted() {
    let mut ctx = context!().with_site();
    let release = ctx.publish("go1.91.2");
    let mirror = ctx.site().mirror_url();
    let path = ctx.write(&format!("archives/{}", release.archive_name()), release.archive());
    for sources in [mirror, path.parent().unwrap().to_str().unwrap().to_owned()] {
        ctx.set("GOVER_SOURCES", &sources);
        for arguments in [
            &["list", "--remote"][..],
            &["install", "-f", "1.91.2"],
            &["uninstall", "1.91.2"],
            &["install", "latest"],
            &["install", "1.99"],
            &["list"],
            &["doctor"],
        ] {
            let output = ctx.gover(arguments);
            let asked = ctx.site().server().requests_for("/dl/*");
            assert!(asked.is_empty(), "{sources} {arguments:?}\n{output}");
        }
    }
    assert_eq!(receipt(&ctx, "go1.91.2")["proofs"][0]["kind"], "transparency-log");
}

#[test]
fn a_directory_is_a_source_by_path_and_by_file_url() {
    for as_url in [false, true] {
        let mut ctx = context!().with_site();
        let release = ctx.publish("go1.91.2");
        let path = ctx.write(&format!("archives/{}", release.archive_name()), release.archive());
        let directory = path.parent().unwrap();
        ctx.set(
            "GOVER_SOURCES",
            if as_url { file_url(directory) } else { directory.to_str().unwrap().to_owned() },
        );
        let output = ctx.gover(["install", "1.91.2"]);
        assert!(output.success().stderr.contains("installed go1.91.2 in"), "{output}");
        assert!(ctx.site().server().requests_for(&FakeSite::archive_path(&release)).is_empty());
        let receipt = receipt(&ctx, "go1.91.2");
        assert_eq!(receipt["url"], serde_json::Value::Null);
        assert_eq!(receipt["proofs"][0]["kind"], "transparency-log");
    }
}

#[test]
fn a_directory_serves_known_releases_offline() {
    let (mut ctx, release) = released();
    // A release that only the index of this site vouches for needs a record otherwise.
    ctx.set("GOVER_REQUIRE_SUMDB", "0");
    let path = ctx.write(&format!("archives/{}", release.archive_name()), release.archive());
    ctx.gover(["list", "--remote", "1.91"]).success();
    ctx.set("GOVER_SOURCES", path.parent().unwrap()).set("GOVER_OFFLINE", "1");
    ctx.site().server().forget_requests();
    ctx.gover(["install", "1.91"]).success();
    assert_eq!(ctx.site().server().request_lines(), Vec::<String>::new());
    assert_eq!(proofs(&ctx, "go1.91.2").len(), 1);
}

#[test]
fn a_damaged_file_in_a_directory_is_kept_and_named() {
    let (mut ctx, release) = released();
    let module = format!("{}.zip", release.module_version());
    for (name, mut bytes) in
        [(release.archive_name(), release.archive().to_vec()), (module, release.module_zip().to_vec())]
    {
        // Inside bin/go. In the middle is the header of bin/gofmt, where a bit may mean nothing.
        let inside = bytes.len() / 3;
        bytes[inside] ^= 1;
        let path = ctx.write(&format!("{name}.d/{name}"), &bytes);
        ctx.set("GOVER_SOURCES", path.parent().unwrap());
        let output = ctx.gover(["install", "1.91.2"]);
        let told = "  nothing was installed; the file was not changed\n";
        assert!(output.exits(1).stderr.contains(told), "{output}");
        assert!(!output.stderr.contains("deleted"), "{output}");
        assert_eq!(std::fs::read(&path).unwrap(), bytes);
    }
}

#[test]
fn each_failed_source_is_one_line() {
    let (ctx, _) = released();
    ctx.site().server().fault("/dl/*", Fault::Status(404));
    gover_snapshot!(
        ctx.gover(["install", "1.91.2"]),
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
go1.91.2: [SITE] skipped: 404 made to fail
installed go1.91.2 in [TIME] ([SIZE] from goproxy), verified
default is now go1.91.2 (`gover default --unset` undoes this)

"#]]
    );
}

#[test]
fn a_broken_download_is_continued() {
    let (ctx, release) = released();
    let path = FakeSite::archive_path(&release);
    ctx.site().server().fault_times(&path, Fault::TruncateAt(1000), 1);
    ctx.gover(["install", "1.91.2"]).success();
    let requests = ctx.site().server().requests_for(&path);
    assert_eq!(requests.last().unwrap().header("range"), Some("bytes=1000-"));
}

#[test]
fn a_download_of_an_earlier_run_is_continued() {
    let mut ctx = context!().with_site();
    ctx.set("GOVER_SOURCES", "go.dev");
    let release = ctx.publish("go1.91.2");
    let path = FakeSite::archive_path(&release);
    ctx.site().server().fault(&path, Fault::TruncateAt(1000));
    ctx.gover(["install", "1.91.2"]).exits(1);
    assert!(has_part_download(&ctx));
    assert!(ctx.names_in("gover/versions").is_empty());
    ctx.site().server().heal();
    ctx.site().server().forget_requests();
    ctx.gover(["install", "1.91.2"]).success();
    let requests = ctx.site().server().requests_for(&path);
    let range = requests[0].header("range").expect("what is there is not fetched again");
    assert!(range.starts_with("bytes=") && range.ends_with("000-"), "{range}");
    assert!(!has_part_download(&ctx));
}

#[test]
fn without_any_reachable_source_each_says_why() {
    let ctx = context!();
    gover_snapshot!(
        ctx.gover(["install", "1.91.2"]),
        str![[r#"
exit: 1
----- stdout -----

----- stderr -----
error: cannot get go1.91.2 for [OS]/[ARCH] from any source
  http://127.0.0.1:1    cannot connect: connection refused
  goproxy               http://127.0.0.1:1/proxy: cannot connect: connection refused
hint: see whether that server runs on this machine, or name another source in GOVER_SOURCES or GOPROXY (`gover help sources`)
hint: gover proxy

"#]]
    );
    assert_nothing_left(&ctx);
}

#[test]
fn without_goproxy_a_hint_suggests_it_when_the_site_fails() {
    let mut ctx = context!();
    ctx.unset("GOPROXY");
    gover_snapshot!(
        ctx.gover(["install", "1.91.2"]),
        str![[r#"
exit: 1
----- stdout -----

----- stderr -----
error: cannot get go1.91.2 for [OS]/[ARCH] from any source
  http://127.0.0.1:1    cannot connect: connection refused
  goproxy               http://127.0.0.1:1/dl/mod: cannot connect: connection refused
hint: see whether that server runs on this machine, or name another source in GOVER_SOURCES or GOPROXY (`gover help sources`)
hint: GOPROXY is not set, so the release site is the only source; if your company has a module proxy, set GOPROXY to it (`gover help sources`)
hint: gover proxy

"#]]
    );
    let output = ctx.gover(["install", "1.91"]);
    assert!(output.exits(1).stderr.contains("hint: GOPROXY is not set"), "{output}");
}

#[test]
fn the_setting_that_makes_gover_offline_is_named() {
    let mut ctx = context!();
    let hint = |ctx: &gover_test::TestContext, arguments: &[&str]| {
        let output = ctx.gover(arguments);
        output.exits(1).stderr.lines().last().unwrap_or_default().to_owned()
    };
    let or = "or name a directory with archives in GOVER_SOURCES";
    ctx.gover(["config", "set", "offline", "true"]).success();
    let told = hint(&ctx, &["install", "1.91.2"]);
    assert_eq!(told, format!("hint: offline mode is on; `gover config set offline false`, {or}"));
    ctx.set("GOVER_OFFLINE", "1");
    assert_eq!(
        hint(&ctx, &["install", "1.91.2"]),
        format!("hint: offline mode is on; unset GOVER_OFFLINE, {or}")
    );
    let told = hint(&ctx, &["install", "--offline", "1.91.2"]);
    assert_eq!(told, format!("hint: offline mode is on; leave out `--offline`, {or}"));
}

#[test]
fn a_silent_only_source_is_named_while_gover_waits() {
    let mut ctx = context!().with_site();
    ctx.set("GOVER_SOURCES", "go.dev");
    ctx.publish("go1.91.2");
    ctx.site().server().fault("/dl/", Fault::Stall);
    let mut child = ctx.command(ctx.gover_program()).args(["list", "--remote", "1.91"]).spawn();
    let mut line = String::new();
    BufReader::new(child.stderr.as_mut().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line.trim_end(), format!("waiting for {} (no answer for 2 s)", ctx.site().url()));
    ctx.site().server().heal();
    ctx.site().server().release_stalled();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success() && output.stdout.starts_with(b"  go1.91.2"), "{output:?}");
}

#[test]
fn an_unknown_release_is_not_a_network_error() {
    let (ctx, _) = released();
    gover_snapshot!(
        ctx.gover(["install", "1.91.7"]),
        str![[r#"
exit: 1
----- stdout -----

----- stderr -----
error: no source has go1.91.7 for [OS]/[ARCH]
  [SITE]    its index has no go1.91.7
  goproxy                   [SITE]/proxy: 404 page not found
hint: `gover list --remote` shows every release

"#]]
    );
    assert_nothing_left(&ctx);
}

#[test]
fn an_unknown_version_is_reported_with_the_newest_known() {
    let (ctx, _) = released();
    gover_snapshot!(
        ctx.gover(["install", "1.99"]),
        str![[r#"
exit: 1
----- stdout -----

----- stderr -----
error: no Go release matches `1.99`
  newest known: go1.91.2 (index of [DATE])
hint: `gover list --remote` shows every release

"#]]
    );
    assert_nothing_left(&ctx);
}

#[test]
fn offline_no_source_is_asked() {
    let (ctx, _) = released();
    gover_snapshot!(
        ctx.gover(["install", "--offline", "1.91.2"]),
        str![[r#"
exit: 1
----- stdout -----

----- stderr -----
error: cannot get go1.91.2 for [OS]/[ARCH] from any source
  [SITE]    offline
  goproxy                   [SITE]/proxy: offline
hint: offline mode is on; leave out `--offline`, or name a directory with archives in GOVER_SOURCES

"#]]
    );
    assert_eq!(ctx.site().server().request_lines(), Vec::<String>::new());
    let output = ctx.command(ctx.gover_program()).args(["install", "1.91.2"]).env("GOVER_OFFLINE", "1").run();
    output.exits(1);
    assert_eq!(ctx.site().server().request_lines(), Vec::<String>::new());
    assert_nothing_left(&ctx);
}

#[test]
fn the_settings_file_can_name_the_sources() {
    let (ctx, _) = released();
    ctx.gover(["config", "set", "sources", "goproxy"]).success();
    ctx.gover(["install", "1.91.2"]).success();
    assert_eq!(receipt(&ctx, "go1.91.2")["source"], "goproxy");
}

#[test]
fn a_toolchain_for_another_platform_is_refused() {
    let ctx = context!().with_site();
    let other = gover_core::Platform::new("plan9", "386").unwrap();
    ctx.site().publish(Release::for_platform("go1.91.2", other));
    ctx.gover(["install", "1.91.2"]).exits(1);
    let output = ctx.gover(["install", "1.91"]);
    assert!(output.exits(1).stderr.contains("no Go release matches `1.91`"), "{output}");
    assert_nothing_left(&ctx);
}
