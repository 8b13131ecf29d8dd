//! `gover install` over connections and servers that misbehave.

use gover_test::snapbox::str;
use gover_test::{FakeSite, Fault, Response, gover_snapshot, gzip};

use crate::scene::{assert_nothing_left, receipt, released};

#[test]
fn a_wrong_start_of_this_download_is_fetched_again() {
    let (ctx, release) = released();
    let path = FakeSite::archive_path(&release);
    let server = ctx.site().server();
    server.fault_times(&path, Fault::FlipByte(500), 1);
    server.fault_times(&path, Fault::TruncateAt(1000), 1);
    ctx.gover(["install", "1.91.2"]).success();
    let ranges: Vec<_> = server
        .requests_for(&path)
        .iter()
        .map(|request| request.header("range").map(ToOwned::to_owned))
        .collect();
    assert_eq!(ranges, [None, Some("bytes=1000-".to_owned()), None]);
    assert_eq!(receipt(&ctx, "go1.91.2")["sha256"], release.sha256());
}

#[test]
fn a_source_that_stays_wrong_is_refused() {
    let (ctx, release) = released();
    let path = FakeSite::archive_path(&release);
    let server = ctx.site().server();
    server.fault(&path, Fault::FlipByte(500));
    server.fault_times(&path, Fault::TruncateAt(1000), 1);
    ctx.gover(["install", "1.91.2"]).exits(1);
    assert_eq!(server.requests_for(&path).len(), 3);
    assert_nothing_left(&ctx);
}

#[test]
fn a_declared_content_encoding_is_removed() {
    let (ctx, release) = released();
    let packed = Response::ok(gzip(release.archive())).with_header("Content-Encoding", "gzip");
    ctx.site().server().route(&FakeSite::archive_path(&release), packed);
    ctx.gover(["install", "1.91.2"]).success();
    assert_eq!(receipt(&ctx, "go1.91.2")["sha256"], release.sha256());
}

#[test]
fn an_undeclared_content_encoding_is_refused_with_its_likely_cause() {
    let (ctx, release) = released();
    ctx.site().server().serve(&FakeSite::archive_path(&release), gzip(release.archive()));
    gover_snapshot!(
        ctx.gover(["install", "1.91.2"]),
        str![[r#"
exit: 1
----- stdout -----

----- stderr -----
error: `go1.91.2.[PLATFORM].[ARCHIVE]` from [SITE]/dl/go1.91.2.[PLATFORM].[ARCHIVE] is not what was released
  expected  [..] bytes
  received  [..] bytes or more
  a server or proxy compressed the file a second time without declaring it
hint: the source or a proxy alters files; try another source (`gover help sources`)

"#]]
    );
    assert_nothing_left(&ctx);
}

#[test]
fn a_server_that_asks_to_wait_an_hour_is_skipped() {
    let (ctx, _) = released();
    let server = ctx.site().server();
    server.fault("/dl/*", Fault::StatusText(429, "Slow down.".to_owned()));
    server.fault("/dl/*", Fault::Header("Retry-After", "3600".to_owned()));
    gover_snapshot!(
        ctx.gover(["install", "1.91.2"]),
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
go1.91.2: [SITE] skipped: 429 slow down; it asks to wait 3600 s
installed go1.91.2 in [TIME] ([SIZE] from goproxy), verified
default is now go1.91.2 (`gover default --unset` undoes this)

"#]]
    );
    assert_eq!(server.requests_for("/dl/").len(), 1);
}

#[test]
fn a_block_page_is_not_an_archive() {
    let (ctx, release) = released();
    let page = Response::ok("<html>blocked</html>").with_header("Content-Type", "text/html");
    ctx.site().server().route(&FakeSite::archive_path(&release), page);
    gover_snapshot!(
        ctx.gover(["install", "1.91.2"]),
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
go1.91.2: [SITE] skipped: it returned a web page instead of the file
installed go1.91.2 in [TIME] ([SIZE] from goproxy), verified
default is now go1.91.2 (`gover default --unset` undoes this)

"#]]
    );
}

#[test]
fn a_silent_source_is_skipped() {
    let (ctx, _) = released();
    ctx.site().server().fault("/dl/*", Fault::Stall);
    // What is silent never answers, so that how long two seconds take makes no difference.
    gover_snapshot!(
        ctx.gover(["install", "1.91.2"]),
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
go1.91.2: [SITE] skipped: no answer within 2 s
installed go1.91.2 in [TIME] ([SIZE] from goproxy), verified
default is now go1.91.2 (`gover default --unset` undoes this)

"#]]
    );
    // It is remembered: the next command does not wait at all.
    ctx.site().server().forget_requests();
    let output = ctx.gover(["install", "-f", "1.91.2"]);
    assert!(output.success().stderr.starts_with("installed go1.91.2 in"), "{output}");
    assert!(ctx.site().server().requests_for("/dl/*").is_empty());
    ctx.gover(["cache", "clean"]).success();
    assert!(!ctx.layout().failed_sources().exists());
}
