//! What `gover install` says while it works, without a terminal.

use gover_test::snapbox::str;
use gover_test::{FakeSite, Fault, Release, context, gover_snapshot};

use crate::scene::released;

/// A release that is large enough to be announced.
fn large(name: &str) -> Release {
    let mut state = 1_u64;
    let noise = std::iter::repeat_with(|| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        state.to_be_bytes()[0]
    });
    Release::new(name).with_file("src/noise", noise.take(1 << 20).collect::<Vec<u8>>())
}

#[test]
fn a_download_that_may_take_long_is_announced() {
    let ctx = context!().with_site();
    ctx.site().publish(large("go1.91.2"));
    gover_snapshot!(
        ctx.gover(["install", "1.91.2"]),
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
go1.91.2: downloading [SIZE] from [SITE]
installed go1.91.2 in [TIME] ([SIZE] from [SITE]), verified
default is now go1.91.2 (`gover default --unset` undoes this)

"#]]
    );
    let output = ctx.gover(["install", "-q", "-f", "1.91.2"]);
    assert_eq!(output.success().stderr, "");
}

#[test]
fn a_download_that_continues_says_where() {
    let mut ctx = context!().with_site();
    ctx.set("GOVER_SOURCES", "go.dev");
    let release = ctx.site().publish(large("go1.91.2"));
    let path = FakeSite::archive_path(&release);
    ctx.site().server().fault("/dl/*", Fault::TruncateAt(1000));
    ctx.gover(["install", "1.91.2"]).exits(1);
    ctx.site().server().heal();
    ctx.site().server().forget_requests();
    let output = ctx.gover(["install", "1.91.2"]);
    let said = "go1.91.2: continuing the download after [SIZE] from ";
    assert!(output.success().stderr.contains(said), "{output}");
    let requests = ctx.site().server().requests_for(&path);
    assert!(requests[0].header("range").is_some(), "{output}");
}

#[test]
fn verbose_shows_address_proofs_and_directory() {
    let (ctx, _) = released();
    gover_snapshot!(
        ctx.gover(["install", "-v", "1.91.2"]),
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
go1.91.2: downloading [SIZE] from [SITE]/dl/go1.91.2.[PLATFORM].[ARCHIVE]
installed go1.91.2 in [TIME] ([SIZE] from [SITE]), verified
  proof: sha256 (index of [SITE])
  proof: checksum database record 0 (sum.test)
  directory: [ROOT]/gover/versions/go1.91.2
default is now go1.91.2 (`gover default --unset` undoes this)

"#]]
    );
}
