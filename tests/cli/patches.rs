//! Upgrades with few bytes: `gover mirror --patches`, clients that upgrade with its bundles, and
//! those that request parts of a module zip.

use std::fs;

use gover_test::snapbox::str;
use gover_test::{FakeSite, Fault, Output, Release, TestContext, context, gover_snapshot};

use crate::scene::files;

/// Three patch releases that differ in a large file, and another minor.
fn world() -> TestContext {
    let ctx = context!().with_site();
    for (number, name) in ["go1.91.1", "go1.91.2", "go1.91.4", "go1.90.4"].iter().enumerate() {
        let mut content: Vec<u8> = (0..30_000_u32).flat_map(|at| (at * at).to_le_bytes()).collect();
        content[5000 * number] ^= 0xff;
        ctx.site().publish(Release::new(name).with_file("src/large.go", content));
    }
    let made = ctx.gover(["mirror", "go", "1.91.1", "1.91.2", "1.91.4", "1.90.4", "--patches"]);
    made.success();
    ctx
}

fn bundles(ctx: &TestContext) -> Vec<String> {
    files(&ctx.work().join("go/patches")).into_keys().collect()
}

#[test]
fn a_mirror_makes_bundles_to_the_newest_patch() {
    let ctx = world();
    let platform = gover_core::Platform::host();
    let name = |base: &str| format!("{base}..go1.91.4.{platform}.gvp");
    assert_eq!(bundles(&ctx), [name("go1.91.1"), name("go1.91.2")]);
    gover_snapshot!(
        ctx.gover(["mirror", "go", "--patches"]),
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
[ROOT]/shop/go holds 4 files, [SIZE]; checksum database of 4 records (sum.test), nothing to do

"#]]
    );
    // A new release has bundles of its own. A damaged one does not count.
    fs::write(ctx.work().join("go/patches").join(name("go1.91.1")), "gover-patch 1\n").unwrap();
    ctx.publish("go1.91.5");
    gover_snapshot!(
        ctx.gover(["mirror", "go", "1.91.5", "--patches"]),
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
go1.91.5 for [OS]/[ARCH]: [SIZE] from [SITE] (checksum database record 4)
go1.91.4..go1.91.5.[PLATFORM].gvp: [SIZE]
go1.91.2..go1.91.5.[PLATFORM].gvp: [SIZE]
go1.91.1..go1.91.5.[PLATFORM].gvp: [SIZE]
[ROOT]/shop/go holds 5 files, [SIZE]; checksum database of 5 records (sum.test)

"#]]
    );
    let facts = ctx.gover(["mirror", "go", "--json"]).success().json();
    let patches: Vec<_> = facts["patches"]
        .as_array()
        .unwrap()
        .iter()
        .map(|patch| format!("{}..{} {}", patch["base"], patch["version"], patch["added"]).replace('"', ""))
        .collect();
    assert_eq!(
        patches,
        [
            "go1.91.2..go1.91.4 false",
            "go1.91.1..go1.91.5 false",
            "go1.91.2..go1.91.5 false",
            "go1.91.4..go1.91.5 false"
        ]
    );
}

/// gover without a network, with the mirror as its source.
fn client(ctx: &TestContext, arguments: &[&str]) -> Output {
    let gover = ctx.command(ctx.gover_program()).env("GOVER_OFFLINE", "1");
    gover.env("GOVER_SOURCES", ctx.work().join("go")).args(arguments).run()
}

#[test]
fn a_client_upgrades_with_a_bundle() {
    let ctx = world();
    let client = |arguments: &[&str]| client(&ctx, arguments);
    client(&["install", "1.91.2"]).success();
    gover_snapshot!(
        client(&["install", "1.91.4", "-v"]),
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
go1.91.4: downloading [SIZE] from [ROOT]/shop/go/patches/go1.91.2..go1.91.4.[PLATFORM].gvp
installed go1.91.4 in [TIME] ([SIZE] from [ROOT]/shop/go, rest from go1.91.2), verified
  download: go1.91.2..go1.91.4.[PLATFORM].gvp; all other files were copied from go1.91.2
  proof: checksum database record 2 (sum.test)
  directory: [ROOT]/gover/versions/go1.91.4

"#]]
    );
    gover_snapshot!(
        client(&["verify", "1.91.4"]),
        str![[r#"
exit: 0
----- stdout -----
go1.91.4  as released  15 files, [SIZE]  checksum database record 2

----- stderr -----

"#]]
    );
    let facts = client(&["install", "-f", "1.91.4", "--json"]).success().json();
    assert_eq!(facts[0]["base"], "go1.91.2");
    assert!(facts[0]["bytes"].as_u64().unwrap() < 2000, "{facts}");
}

#[test]
fn a_bundle_that_lies_is_a_note_for_those_who_ask() {
    let ctx = world();
    let client = |arguments: &[&str]| client(&ctx, arguments);
    client(&["install", "1.91.2"]).success();
    for name in bundles(&ctx) {
        let path = ctx.work().join("go/patches").join(name);
        let mut bytes = fs::read(&path).unwrap();
        let last = bytes.len() - 1;
        bytes[last] ^= 0xff;
        fs::write(path, bytes).unwrap();
    }
    gover_snapshot!(
        client(&["install", "1.91.4"]),
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
installed go1.91.4 in [TIME] ([SIZE] from [ROOT]/shop/go), verified

"#]]
    );
    gover_snapshot!(
        client(&["install", "-f", "1.91.4", "-v"]),
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
go1.91.4: downloading [SIZE] from [ROOT]/shop/go/patches/go1.91.2..go1.91.4.[PLATFORM].gvp
go1.91.4: cannot upgrade from an installed toolchain, so the whole file is downloaded: `src/large.go` in the bundle is damaged: it cannot be inflated
go1.91.4: downloading [SIZE] from [ROOT]/shop/go/go1.91.4.[PLATFORM].[ARCHIVE]
installed go1.91.4 in [TIME] ([SIZE] from [ROOT]/shop/go), verified
  proof: sha256 (index of [SITE])
  proof: checksum database record 2 (sum.test)
  directory: [ROOT]/gover/versions/go1.91.4

"#]]
    );
}

#[test]
fn an_upgrade_requests_only_parts_of_the_module_zip() {
    let ctx = context!().with_site();
    let release = |name: &str| {
        // Without a pattern, so that it does not get smaller.
        let next = |state: &u64| Some(state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1));
        let same = std::iter::successors(Some(1), next).map(|state| (state >> 56) as u8).take(2 << 20);
        let release = Release::new(name).with_file("src/same.bin", same.collect::<Vec<_>>());
        release.with_file("src/new.go", &*format!("package new // {name}\n"))
    };
    ctx.site().publish(release("go1.91.2"));
    let new = ctx.site().publish(release("go1.91.4"));
    let gover = |arguments: &[&str]| {
        ctx.command(ctx.gover_program()).env("GOVER_SOURCES", "goproxy").args(arguments).run()
    };
    gover(&["install", "1.91.2"]).success();
    gover_snapshot!(
        gover(&["install", "1.91.4", "-v"]),
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
go1.91.4: downloading [SIZE] from [SITE]/proxy/golang.org/toolchain/@v/v0.0.1-go1.91.4.[PLATFORM].zip
installed go1.91.4 in [TIME] ([SIZE] from goproxy, rest from go1.91.2), verified
  download: parts of v0.0.1-go1.91.4.[PLATFORM].zip; all other files were copied from go1.91.2
  proof: checksum database record 1 (sum.test)
  directory: [ROOT]/gover/versions/go1.91.4

"#]]
    );
    let module = FakeSite::module_path(&new);
    assert_eq!(ctx.site().server().downloads_of(&module), 0);
    gover_snapshot!(
        gover(&["verify", "1.91.4"]),
        str![[r#"
exit: 0
----- stdout -----
go1.91.4  as released  16 files, [SIZE]  checksum database record 1

----- stderr -----

"#]]
    );
    ctx.site().server().fault(&module, Fault::IgnoreRange);
    gover_snapshot!(
        gover(&["install", "-f", "1.91.4", "-v"]),
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
go1.91.4: cannot upgrade from an installed toolchain, so the whole file is downloaded: [SITE]/proxy/golang.org/toolchain/@v/v0.0.1-go1.91.4.[PLATFORM].zip: the server does not grant ranges
go1.91.4: downloading [SIZE] from [SITE]/proxy/golang.org/toolchain/@v/v0.0.1-go1.91.4.[PLATFORM].zip
installed go1.91.4 in [TIME] ([SIZE] from goproxy), verified
  proof: checksum database record 1 (sum.test)
  directory: [ROOT]/gover/versions/go1.91.4

"#]]
    );
    assert_eq!(ctx.site().server().downloads_of(&module), 1);
}
