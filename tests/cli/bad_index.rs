//! Odd release indexes, like the real one, and hostile ones.

use std::fs;

use gover_test::snapbox::str;
use gover_test::{FakeSite, Response, TestContext, context, gover_snapshot, index_json};
use serde_json::{Value, json};

use crate::scene::receipt;

/// A site whose index is `odd` with the honest entry of go1.91.2 in its middle.
fn with_index(odd: &[Value]) -> TestContext {
    let ctx = context!().with_site();
    let release = ctx.publish("go1.91.2");
    let Value::Array(honest) = index_json(&[&release], true) else { unreachable!("an index is a list") };
    let (before, after) = odd.split_at(odd.len() / 2);
    let all: Vec<_> = before.iter().chain(&honest).chain(after).cloned().collect();
    serve(&ctx, serde_json::to_vec(&all).unwrap());
    ctx
}

fn serve(ctx: &TestContext, index: impl Into<Vec<u8>>) {
    ctx.site().server().route("/dl/", Response::ok(index));
}

fn row(version: &str, filename: &str, change: impl FnOnce(&mut Value)) -> Value {
    let platform = gover_core::Platform::host();
    let mut row = json!({
        "filename": filename, "os": platform.os(), "arch": platform.archive_arch(), "version": version,
        "sha256": "ab".repeat(32), "size": 1000, "kind": "archive"
    });
    change(&mut row);
    row
}

fn entry(version: &str, files: &[Value]) -> Value {
    json!({ "version": version, "stable": true, "files": files })
}

fn archive(version: &str) -> String {
    gover_test::Release::new(version).archive_name()
}

#[test]
fn irregular_rows_of_the_real_index_are_accepted() {
    let odd = [
        entry(
            "go1",
            &[json!({"filename": "go1.4-bootstrap-20170518.tar.gz", "os": "4", "arch": "bootstrap",
                "version": "go1", "sha256": "f4ff5b5eb3a3cae1c993723f3eab519c5bae18866b5e5f96fe1102f0cb5c3e52",
                "size": 11_009_739, "kind": "archive"})],
        ),
        entry(
            "go1.4.2",
            &["go1.4.2.darwin-amd64-osx10.8.tar.gz", "go1.4.2.darwin-amd64-osx10.6.tar.gz"].map(|name| {
                json!({"filename": name, "os": "darwin", "arch": "amd64", "version": "go1.4.2", "sha256": "",
                    "size": 0, "kind": "archive"})
            }),
        ),
        entry(
            "go1.6beta1",
            &[json!({"filename": "go1.6beta1.linux-arm6.tar.gz", "os": "linux", "arch": "arm6",
                "version": "go1.6beta1", "sha256": "", "size": 70_000_000, "kind": "archive"})],
        ),
        json!({"version": "go1.9.2rc2", "stable": false, "files": []}),
        entry(
            "go1.91.1",
            &[row("go1.91.1", &archive("go1.91.1"), |row| {
                row["sha256"] = "".into();
                row["size"] = 0.into();
            })],
        ),
    ];
    let ctx = with_index(&odd);
    let output = ctx.gover(["install", "1.91"]);
    assert!(output.success().stderr.contains("installed go1.91.2"), "{output}");
    for arguments in [&["list", "--remote", "--all"][..], &["list", "--remote", "--json"], &["list"]] {
        let output = ctx.gover(arguments);
        assert!(output.success().stdout.contains("go1.91.2"), "{output}");
        assert!(!output.stdout.contains("bootstrap"), "{output}");
    }
}

#[test]
fn hostile_rows_are_skipped() {
    let good = archive("go1.91.3");
    let odd = [
        entry("../../evil", &[row("../../evil", "../../evil.tar.gz", |_| ())]),
        entry("go1.91.3/../..", &[row("go1.91.3", "x", |_| ())]),
        entry("go1.91.3", &[row("go1.91.3", "../../../etc/passwd", |_| ())]),
        entry("go1.91.3", &[row("go1.91.3", "http://127.0.0.1:1/evil.tar.gz", |_| ())]),
        entry("go1.91.3", &[row("go1.91.3", "/etc/passwd", |_| ())]),
        entry("go1.91.3", &[row("go1.91.3", &format!("{good}?x#y"), |_| ())]),
        entry("go1.91.3", &[row("go1.91.3", "", |_| ())]),
        entry("go1.91.3", &[row("go1.91.3", &good, |row| row["sha256"] = "zz".into())]),
        entry("go1.91.3", &[row("go1.91.3", &good, |row| row["sha256"] = 7.into())]),
        entry("go1.91.3", &[row("go1.91.3", &good, |row| row["size"] = json!(-1))]),
        entry("go1.91.3", &[row("go1.91.3", &good, |row| row["size"] = json!(1e300))]),
        entry("go1.91.3", &[row("go1.91.3", &good, |row| row["os"] = Value::Null)]),
        entry("go1.91.3", &[json!(null), json!([]), json!("x"), json!(1)]),
        json!({"version": "go1.91.3"}),
        json!({"version": 7, "files": {}}),
        json!({"version": "go1.91.3\u{1b}[31m\n", "stable": "yes", "files": 3}),
        json!({"files": []}),
        json!(null),
        json!("go1.91.4"),
        json!([[[[[]]]]]),
        json!({"version": "x".repeat(100_000), "stable": true, "files": []}),
    ];
    let ctx = with_index(&odd);
    let output = ctx.gover(["install", "1.91.2"]);
    assert!(output.success().stderr.contains("from [SITE]"), "{output}");
    let list = ctx.gover(["list", "--remote", "--all"]);
    assert!(!list.success().stdout.contains('\u{1b}'), "{list:?}");
    assert!(!list.stdout.contains("evil"), "{list}");
    let output = ctx.gover(["install", "1.91.3"]);
    output.exits(1);
    assert!(!output.stderr.contains("panicked") && output.stderr.contains("hint: "), "{output}");
    let asked = ctx.site().server().request_lines();
    assert!(
        !asked.iter().any(|line| line.contains("..") || line.contains("etc") || line.contains("evil")),
        "{asked:?}"
    );
    assert_eq!(ctx.names_in("gover/versions"), ["go1.91.2"]);
}

#[test]
fn an_index_without_end_is_refused_and_not_kept() {
    let endless: Vec<Value> = (0..100_000).map(|_| entry("go1.91.3", &[])).collect();
    let mut ctx = with_index(&endless);
    ctx.set("GOVER_SOURCES", "go.dev");
    let output = ctx.gover(["list", "--remote", "--all"]);
    assert!(output.success().stderr.contains("it lists more than 65536 rows"), "{output}");
    assert!(!output.stdout.contains("go1.91"), "{output}");
    let kept = ctx.layout().index_cache();
    let kept = fs::read_dir(kept).map_or(0, Iterator::count);
    assert_eq!(kept, 0);
    serve(&ctx, json!([entry("go1.91.2", &[row("go1.91.2", &archive("go1.91.2"), |_| ())])]).to_string());
    assert!(ctx.gover(["list", "--remote", "--all"]).success().stdout.contains("go1.91.2"));
}

#[test]
fn an_index_that_contradicts_the_compiled_table_is_not_trusted() {
    let version = "go1.22.5";
    let ctx = context!().with_site();
    let release = ctx.publish(version);
    let wrong = row(version, &archive(version), |row| {
        row["size"] = release.archive().len().into();
        row["sha256"] = release.sha256().into();
    });
    serve(&ctx, json!([entry(version, &[wrong])]).to_string());
    ctx.gover(["list", "--remote", "1.22"]).success();
    gover_snapshot!(
        ctx.gover(["install", "1.22.5"]),
        str![[r#"
exit: 1
----- stdout -----

----- stderr -----
error: trusted sources disagree about the checksum of `go1.22.5.[PLATFORM].[ARCHIVE]`
  [SHA256]  compiled table
  [SHA256]  index of [SITE]
hint: the release index was altered, at its source or in transit; run `gover cache clean` and try again on another network

"#]]
    );
    crate::scene::assert_nothing_left(&ctx);
    assert!(ctx.site().server().requests_for(&FakeSite::module_path(&release)).is_empty());
}

#[test]
fn an_index_that_is_too_large_is_an_error_of_the_source() {
    let mut ctx = context!().with_site();
    ctx.publish("go1.91.2");
    ctx.set("GOVER_SOURCES", "go.dev,goproxy");
    serve(&ctx, vec![b' '; (16 << 20) + 1]);
    let output = ctx.gover(["install", "1.91.2"]);
    assert!(
        output.success().stderr.contains("[SITE] skipped: answer of more than 16777216 bytes"),
        "{output}"
    );
    assert_eq!(receipt(&ctx, "go1.91.2")["source"], "goproxy");
}

#[test]
fn a_hostile_index_does_not_override_the_compiled_table() {
    let version = "go1.22.5";
    let honest = gover_test::Release::new(version);
    for change in [
        // The sum of something else, said twice, or hidden behind the true one's name.
        format!(
            r#"{{"filename":"{0}","kind":"archive","sha256":"{1}","sha256":"{2}","size":9}}"#,
            honest.archive_name(),
            "ab".repeat(32),
            "cd".repeat(32)
        ),
        format!(
            r#"{{"filename":"{0}","kind":"archive","sha256":"{1}"}}"#,
            honest.archive_name(),
            honest.sha256()
        ),
    ] {
        let ctx = context!().with_site();
        // The site serves the file that its index describes.
        ctx.publish(version);
        serve(&ctx, format!(r#"[{{"version":"{version}","files":[{change}]}}]"#));
        ctx.gover(["list", "--remote", "1.22"]).success();
        let output = ctx.gover(["install", "1.22.5"]);
        assert!(output.exits(1).stderr.contains("disagree about the checksum"), "{output}");
        crate::scene::assert_nothing_left(&ctx);
        // Without the cache, the table alone decides, and refuses the file too.
        ctx.gover(["cache", "clean"]).success();
        let output = ctx.gover(["install", "1.22.5"]);
        assert!(output.exits(1).stderr.contains("is not what was released"), "{output}");
        crate::scene::assert_nothing_left(&ctx);
    }
}

#[test]
fn an_upper_case_checksum_is_accepted() {
    let ctx = context!().with_site();
    let release = ctx.publish("go1.91.2");
    let index = index_json(&[&release], true).to_string();
    serve(&ctx, index.replace(&release.sha256(), &release.sha256().to_uppercase()));
    let output = ctx.gover(["install", "1.91.2"]);
    output.success();
    assert_eq!(receipt(&ctx, "go1.91.2")["sha256"], release.sha256(), "{output}");
}

#[test]
fn an_invalid_index_is_an_error_of_the_source() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    for (content, name) in [
        (&b"<html>log in first</html>"[..], "a portal's page"),
        (b"", "nothing"),
        (b"{}", "an object"),
        (b"[", "half of it"),
        (b"null", "null"),
        (&[0xff, 0xfe, 0, 1], "no text"),
        (deep.as_bytes(), "a deep one"),
    ] {
        let ctx = context!().with_site();
        ctx.publish("go1.91.2");
        serve(&ctx, content);
        let output = ctx.gover(["install", "1.91.2"]);
        output.success();
        assert!(output.stderr.contains("[SITE] skipped: "), "{name}\n{output}");
        assert!(!output.stderr.contains("panicked"), "{name}\n{output}");
        assert!(output.stderr.lines().all(|line| line.chars().count() < 200), "{name}\n{output}");
        assert_eq!(receipt(&ctx, "go1.91.2")["source"], "goproxy");
        let list = ctx.gover(["list", "--remote", "1.91"]);
        assert!(list.success().stdout.starts_with("* go1.91.2"), "{name}\n{list}");
    }
}

#[test]
fn an_invalid_index_is_not_cached() {
    let ctx = context!().with_site();
    ctx.publish("go1.91.2");
    serve(&ctx, &b"<html>log in first</html>"[..]);
    gover_snapshot!(
        ctx.gover(["list", "--remote", "1.91"]),
        str![[r#"
exit: 0
----- stdout -----
  go1.91.2  2024-06-27  supported

----- stderr -----
could not ask [SITE]: its index is not JSON (line 1)

"#]]
    );
    ctx.site().server().forget_route("/dl/");
    let output = ctx.gover(["list", "--remote", "1.91"]);
    assert!(output.success().stderr.is_empty(), "{output}");
    assert_eq!(ctx.gover(["list", "--remote", "--json", "1.91"]).json()["basis"]["kind"], "index");
}

#[test]
fn a_damaged_index_in_the_cache_is_downloaded_again() {
    let ctx = context!().with_site();
    ctx.publish("go1.91.2");
    ctx.gover(["list", "--remote", "1.91"]).success();
    for content in [&b""[..], b"{", b"{}\n[]", &[0xff; 64]] {
        for entry in fs::read_dir(ctx.layout().index_cache()).unwrap() {
            fs::write(entry.unwrap().path(), content).unwrap();
        }
        ctx.site().server().forget_requests();
        let output = ctx.gover(["list", "--remote", "1.91"]);
        assert!(output.success().stdout.starts_with("  go1.91.2"), "{content:?}\n{output}");
        assert_eq!(ctx.site().server().requests_for("/dl/").len(), 1, "{content:?}");
    }
}

#[test]
fn a_redirect_to_the_file_is_followed() {
    let ctx = context!().with_site();
    let release = ctx.publish("go1.91.2");
    let path = FakeSite::archive_path(&release);
    ctx.site().server().serve("/elsewhere/file", release.archive());
    ctx.site().server().route(&path, Response::redirect("/elsewhere/file"));
    ctx.gover(["install", "1.91.2"]).success();
    assert_eq!(receipt(&ctx, "go1.91.2")["source"], ctx.site().url());
}

#[test]
fn an_odd_list_of_a_proxy_is_accepted() {
    let mut ctx = context!().with_site();
    ctx.set("GOVER_SOURCES", "goproxy");
    let release = ctx.publish("go1.91.2");
    let list = "/proxy/golang.org/toolchain/@v/list";
    for content in [
        format!("{}\nv0.0.1-go1.91.3.\nv0.0.1-../x.linux-amd64\n\u{feff}\nwhat\n", release.module_version()),
        format!("{}\r\n", release.module_version()),
        "<html></html>".to_owned(),
        String::new(),
    ] {
        ctx.gover(["cache", "clean"]).success();
        ctx.site().server().serve(list, content);
        let output = ctx.gover(["list", "--remote", "--all"]);
        assert!(!output.success().stdout.contains(".."), "{output}");
        ctx.gover(["install", "-f", "1.91.2"]).success();
    }
}
