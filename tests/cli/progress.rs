//! What `gover install` says while it works, without a terminal.

use std::path::Path;
use std::process::Child;

use gover_core::platform::IS_WINDOWS;
use gover_test::snapbox::str;
use gover_test::{FakeSite, Fault, Release, TestContext, context, gover_snapshot};

use crate::scene::released;

/// A release that is large enough to be announced.
fn large(name: &str) -> Release {
    let mut state = 1_u64;
    let noise = std::iter::repeat_with(|| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        state.to_be_bytes()[0]
    });
    Release::new(name).with_file("src/noise", noise.take(16 << 20).collect::<Vec<u8>>())
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

#[test]
fn one_that_fails_does_not_stop_the_others() {
    let ctx = context!().with_site();
    ctx.publish("go1.90.4");
    let broken = ctx.publish("go1.91.1");
    ctx.publish("go1.91.2");
    ctx.site().server().fault(&FakeSite::archive_path(&broken), Fault::FlipByte(500));
    let output = ctx.gover(["install", "--json", "1.90.4", "1.91.1", "1.91.2"]);
    let facts = output.exits(1).json();
    let of = |key: &str| facts.as_array().unwrap().iter().map(|one| one[key].clone()).collect::<Vec<_>>();
    assert_eq!(of("version"), ["go1.90.4", "go1.91.1", "go1.91.2"]);
    let errors: Vec<bool> = of("error").iter().map(serde_json::Value::is_string).collect();
    assert_eq!(errors, [false, true, false]);
    ctx.gover(["uninstall", "1.90.4", "1.91.2"]).success();
    std::fs::remove_file(ctx.layout().default_file()).unwrap();
    gover_snapshot!(
        ctx.gover(["install", "1.90.4", "1.91.1", "1.91.2"]),
        str![[r#"
exit: 1
----- stdout -----

----- stderr -----
[1/3] installed go1.90.4 in [TIME] ([SIZE] from [SITE]), verified
error: go1.91.1.[PLATFORM].[ARCHIVE] from [SITE] is not what was released
  expected  [..]
  received  [..]
  nothing was installed and the download was deleted
hint: something between [SITE] and this machine changes files; try `GOVER_SOURCES=goproxy gover install 1.91.1`
[3/3] installed go1.91.2 in [TIME] ([SIZE] from [SITE]), verified
default is now go1.90.4 (`gover default --unset` undoes this)

"#]]
    );
    assert_eq!(ctx.names_in("gover/versions"), ["go1.90.4", "go1.91.2"]);
}

#[test]
fn a_download_waits_for_the_one_before_it() {
    let ctx = context!().with_site();
    let [first, second] = ["go1.90.4", "go1.91.2"].map(|name| ctx.publish(name));
    let server = ctx.site().server();
    server.fault(&FakeSite::archive_path(&first), Fault::StallAt(first.archive().len() / 2));
    let child = ctx.command(ctx.gover_program()).args(["install", "1.90.4", "1.91.2"]).spawn();
    server.wait_for_stalled(1);
    assert!(server.requests_for(&FakeSite::archive_path(&second)).is_empty());
    server.release_stalled();
    assert!(child.wait_with_output().unwrap().status.success());
    assert_eq!(server.downloads_of(&FakeSite::archive_path(&second)), 1);
}

/// What a command prints that Ctrl-C ends.
pub(crate) fn interrupted(child: Child, ctx: &TestContext) -> String {
    let kill = ctx.find_on_machine("kill").unwrap();
    ctx.command(kill).args(["-INT", &child.id().to_string()]).run().success();
    let output = child.wait_with_output().unwrap();
    // The signal ended it, so that a shell sees 130 and stops a script.
    assert_eq!(output.status.code(), None);
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn ctrl_c_in_a_mirror_says_what_it_has_and_what_continues() {
    if IS_WINDOWS {
        return;
    }
    let ctx = context!().with_site();
    let [first, second] = ["go1.90.4", "go1.91.2"].map(|name| ctx.publish(name));
    let server = ctx.site().server();
    let start = || ctx.command(ctx.gover_program()).args(["mirror", "./go", "1.90.4", "1.91.2"]).spawn();
    let continues = "`gover mirror ./go 1.90.4 1.91.2` continues\n";
    server.fault(&FakeSite::archive_path(&first), Fault::Stall);
    let child = start();
    server.wait_for_stalled(1);
    let said = interrupted(child, &ctx);
    assert!(said.ends_with(&format!("/shop/go has nothing new\n{continues}")), "{said}");
    server.heal();
    server.release_stalled();

    let path = FakeSite::archive_path(&second);
    server.fault(&path, Fault::StallAt(second.archive().len() / 2));
    let child = start();
    // The other file is there by then.
    while server.requests_for(&path).is_empty() {
        std::thread::yield_now();
    }
    wait_for_part(&ctx.work().join("go/.gover-mirror/cache"));
    let said = interrupted(child, &ctx);
    let has = "shop/go has 1 new file and the first ";
    assert!(said.contains(has) && said.ends_with(continues), "{said}");
    server.heal();
    server.release_stalled();
    server.forget_requests();
    ctx.gover(["mirror", "./go", "1.90.4", "1.91.2"]).success();
    let requests = server.requests_for(&path);
    assert!(requests.len() == 1 && requests[0].header("range").is_some(), "{requests:?}");
}

#[test]
fn ctrl_c_in_a_command_that_only_reads_says_that_nothing_was_changed() {
    if IS_WINDOWS {
        return;
    }
    for command in ["verify", "doctor"] {
        let (ctx, _) = released();
        ctx.gover(["install", "1.91.2"]).success();
        std::fs::remove_dir_all(ctx.layout().cache()).unwrap();
        ctx.site().server().fault("/*", Fault::Stall);
        let child = ctx.command(ctx.gover_program()).arg(command).spawn();
        ctx.site().server().wait_for_stalled(1);
        let said = interrupted(child, &ctx);
        assert!(said.ends_with("interrupted; nothing was changed\n"), "{command}: {said}");
        ctx.site().server().release_stalled();
    }
}

#[test]
fn ctrl_c_keeps_the_download_and_says_so() {
    if IS_WINDOWS {
        return;
    }
    let (ctx, release) = released();
    let path = FakeSite::archive_path(&release);
    let server = ctx.site().server();
    server.fault(&path, Fault::StallAt(release.archive().len() / 2));
    let child = ctx.command(ctx.gover_program()).args(["install", "1.91.2"]).spawn();
    server.wait_for_stalled(1);
    wait_for_part(&ctx.layout().cache());
    let said = interrupted(child, &ctx);
    assert!(said.contains(" of go1.91.2\n`gover install 1.91.2` continues\n"), "{said}");
    server.heal();
    server.release_stalled();
    server.forget_requests();
    ctx.gover(["install", "1.91.2"]).success();
    let requests = server.requests_for(&path);
    assert!(requests.len() == 1 && requests[0].header("range").is_some(), "{requests:?}");
}

#[test]
fn ctrl_c_before_the_first_byte_promises_nothing() {
    if IS_WINDOWS {
        return;
    }
    let (ctx, _) = released();
    ctx.site().server().fault("/*", Fault::Stall);
    let child = ctx.command(ctx.gover_program()).args(["install", "1.91.2"]).spawn();
    ctx.site().server().wait_for_stalled(1);
    let said = interrupted(child, &ctx);
    assert!(said.ends_with("interrupted; no partial download was kept\n"), "{said}");
}

/// A shell script that starts a job with `&` has the job ignore Ctrl-C.
#[test]
fn a_background_job_survives_ctrl_c() {
    if IS_WINDOWS {
        return;
    }
    let (ctx, release) = released();
    let server = ctx.site().server();
    server.fault(&FakeSite::archive_path(&release), Fault::StallAt(release.archive().len() / 2));
    let [shell, kill] = ["sh", "kill"].map(|name| ctx.find_on_machine(name).expect("a Unix has both"));
    let script = "trap '' INT; exec \"$0\" install 1.91.2";
    let child = ctx.command(shell).args(["-c", script]).arg(ctx.gover_program()).spawn();
    server.wait_for_stalled(1);
    ctx.command(kill).args(["-INT", &child.id().to_string()]).run().success();
    server.release_stalled();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert_eq!(ctx.names_in("gover/versions"), ["go1.91.2"]);
}

/// Waits until bytes of a download are on the disk.
fn wait_for_part(cache: &Path) {
    while !std::fs::read_dir(cache).into_iter().flatten().flatten().any(|entry| {
        let is_part = entry.file_name().to_string_lossy().ends_with(".part");
        is_part && entry.metadata().is_ok_and(|metadata| metadata.len() > 0)
    }) {
        std::thread::yield_now();
    }
}
