//! Hostile archives, each with a valid checksum, so that only the guard protects the disk.

use gover_test::forge::{TarEntry, Zip, ZipEntry, pax_records, tar, tar_gz, zip};
use gover_test::snapbox::str;
use gover_test::{
    FakeSite, Release, Response, TestContext, context, gover_snapshot, gzip, index_json, sha256_hex,
};

use crate::scene::{assert_nothing_left, released};

const NAME: &str = "go1.91.2-bigcorp";

/// A valid toolchain, and what the attacker adds to it.
fn tar_with(evil: &[TarEntry]) -> Vec<u8> {
    let release = Release::new(NAME);
    let mut entries: Vec<_> = release
        .entries("go/")
        .map(|entry| {
            let kind = if entry.directory { b'5' } else { b'0' };
            TarEntry { mode: 0o755, ..TarEntry::new(entry.name, kind, entry.bytes) }
        })
        .collect();
    entries.extend_from_slice(evil);
    tar_gz(&entries)
}

fn zip_with(evil: &[ZipEntry]) -> Zip {
    let release = Release::new(NAME);
    let files = release.entries("go/").filter(|entry| !entry.directory);
    let program = |entry: gover_test::Entry| ZipEntry {
        attributes: 0o100_755 << 16,
        ..ZipEntry::file(entry.name, entry.bytes)
    };
    let mut entries: Vec<_> = files.map(program).collect();
    entries.extend_from_slice(evil);
    Zip { entries, ..Zip::default() }
}

fn link(name: &str, kind: u8, to: &str) -> TarEntry {
    TarEntry { link: to.as_bytes().to_vec(), ..TarEntry::new(name, kind, "") }
}

/// Installs the bytes with their own checksum, which must fail with `reason` and leave nothing.
#[track_caller]
fn assert_refused(ctx: &TestContext, file: &str, bytes: &[u8], reason: &str) {
    ctx.write(file, bytes);
    let before = everything(ctx);
    let output = ctx.gover(["install", "--sha256", &sha256_hex(bytes), &format!("./{file}")]);
    output.exits(1);
    assert!(output.stderr.starts_with("error: "), "{reason}\n{output}");
    assert!(output.stderr.contains(reason), "{reason}\n{output}");
    assert!(output.stderr.contains("  nothing was installed; the file was not changed\n"), "{output}");
    assert!(output.stderr.contains("\nhint: "), "{output}");
    assert_nothing_left(ctx);
    assert_eq!(everything(ctx), before, "something was left or changed\n{output}");
}

/// Every file outside the home of gover, and its length.
fn everything(ctx: &TestContext) -> Vec<(std::path::PathBuf, u64)> {
    let (mut files, mut directories) = (Vec::new(), vec![ctx.root()]);
    while let Some(directory) = directories.pop() {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            let metadata = path.symlink_metadata().unwrap();
            match metadata.is_dir() {
                true if path == ctx.layout().home() => {}
                true => directories.push(path),
                false => files.push((path, metadata.len())),
            }
        }
    }
    files.sort();
    files
}

#[test]
fn harmless_archives_of_these_helpers_are_installed() {
    let ctx = context!();
    for (file, bytes) in [("x.tar.gz", tar_with(&[])), ("x.zip", zip_with(&[]).bytes())] {
        ctx.write(file, &bytes);
        ctx.gover(["install", "-f", "--sha256", &sha256_hex(&bytes), &format!("./{file}")]).success();
        assert_eq!(ctx.names_in("gover/versions"), [NAME]);
    }
}

#[test]
fn names_that_leave_the_directory_are_refused() {
    let ctx = context!();
    for (name, reason) in [
        ("../evil", "leaves the directory"),
        ("go/../../evil", "leaves the directory"),
        ("go/./evil", "leaves the directory"),
        ("/evil", "leaves the directory"),
        ("evil", "is not below `go/`"),
        ("go/..\\..\\evil", "contains the character `"),
        ("C:/evil", "contains the character `:`"),
        ("C:evil", "contains the character `:`"),
        ("\\\\?\\C:\\evil", "contains the character `"),
        ("go/bin/go:evil", "contains the character `:`"),
        ("go/.. /evil", "has a name that Windows reserves"),
        ("go/src/NUL.go", "has a name that Windows reserves"),
        ("go/version", "differs from `VERSION` by case alone"),
        ("go/VERSION", "appears twice"),
        ("go/VERSION/evil", "is both a file and a directory"),
        ("go/bin", "is both a file and a directory"),
    ] {
        assert_refused(&ctx, "x.tar.gz", &tar_with(&[TarEntry::file(name, "evil")]), reason);
        assert_refused(&ctx, "x.zip", &zip_with(&[ZipEntry::file(name, "evil")]).bytes(), reason);
    }
}

#[test]
fn links_and_devices_are_refused() {
    let ctx = context!();
    for kind in *b"12346S" {
        let evil = [link("go/evil", kind, "../../../home"), TarEntry::file("go/evil/evil", "evil")];
        assert_refused(&ctx, "x.tar.gz", &tar_with(&evil), "is a link or a device");
    }
    let mut evil = ZipEntry::stored("go/evil", "../../../home");
    evil.attributes = 0o120_777 << 16;
    assert_refused(&ctx, "x.zip", &zip_with(&[evil]).bytes(), "is a link or a device");
}

#[test]
fn hostile_tars_and_gzips_are_refused() {
    let ctx = context!();
    let whole = tar_with(&[]);
    let pax = |key, value| {
        let header = TarEntry::new("x", b'x', pax_records(&[(key, value)]));
        tar_with(&[header, TarEntry::file("go/x", "x")])
    };
    let bomb = TarEntry { claimed: Some(10 << 30), ..TarEntry::file("go/zeros", "") };
    let inner = tar(&[TarEntry::file("go/x", "x")]);
    for (bytes, reason) in [
        (tar_with(&[bomb]), "for a toolchain"),
        (pax("path", "go/../../evil"), "leaves the directory"),
        (pax("size", "1"), "sizes or links in pax headers"),
        (pax("GNU.sparse.map", "0,1"), "holds sparse files"),
        (whole[..whole.len() / 2].to_vec(), "is damaged"),
        (whole[..whole.len() - 4].to_vec(), "is damaged"),
        ([&whole[..], b"garbage"].concat(), "is damaged"),
        ([&whole[..], &whole].concat(), "there are bytes after its end"),
        (gzip(&inner[..inner.len() - 1024]), "its end mark is missing"),
        (gzip(b""), "its end mark is missing"),
        (tar_gz(&[]), "the archive is empty"),
        (gzip(b"<html>"), "is damaged"),
    ] {
        assert_refused(&ctx, "x.tar.gz", &bytes, reason);
    }
}

#[test]
fn zips_that_readers_disagree_about_are_refused() {
    let ctx = context!();
    let plain = zip_with(&[]);
    let evil = || ZipEntry::file("go/evil", "evil");
    let with = |entry| zip_with(&[entry]).bytes();
    let local = |change: fn(&mut ZipEntry)| {
        let mut entry = evil();
        change(&mut entry);
        with(entry)
    };
    let bytes = plain.bytes();
    for (bytes, reason) in [
        (with(evil().with(|header| header.size = u32::MAX - 1)), "for a toolchain"),
        (with(evil().with(|header| header.size = 3)), "is larger than it claims"),
        (with(evil().with(|header| header.size = 5)), "is smaller than it claims"),
        (with(evil().with(|header| header.crc ^= 1)), "its CRC is wrong"),
        (local(|entry| entry.local.name = b"../evil".to_vec()), "gives another name"),
        (local(|entry| entry.local.size += 1), "in its size or CRC"),
        (local(|entry| entry.local.method = 0), "how it is packed"),
        (local(|entry| entry.offset = Some(0)), "it overlaps another entry"),
        (with(evil().with(|header| header.flags |= 1)), "is encrypted"),
        (with(evil().with(|header| header.method = 12)), "compressed in another way than deflate"),
        (Zip { large: Some(1), ..plain.clone() }.bytes(), "fewer entries than it counts"),
        (Zip { comment: zip(&[evil()]), ..plain.clone() }.bytes(), "not where its end says"),
        (Zip { after: b"garbage".to_vec(), ..plain.clone() }.bytes(), "there are bytes after its end"),
        ([b"PK prepended".as_slice(), &bytes].concat(), "not where its end says"),
        (bytes[..bytes.len() - 1].to_vec(), "is damaged"),
        (bytes[..bytes.len() / 2].to_vec(), "the directory at its end is missing"),
        (Zip::default().bytes(), "the archive is empty"),
    ] {
        assert_refused(&ctx, "x.zip", &bytes, reason);
    }
}

#[test]
fn a_refusal_says_what_is_wrong_with_the_archive() {
    let ctx = context!();
    let bytes = tar_with(&[link("go/lib", b'2', "/etc")]);
    ctx.write("go.tar.gz", &bytes);
    gover_snapshot!(
        ctx.gover(["install", "--sha256", &sha256_hex(&bytes), "./go.tar.gz"]),
        str![[r#"
exit: 1
----- stdout -----

----- stderr -----
error: go.tar.gz from [ROOT]/shop/go.tar.gz cannot be unpacked
  nothing was installed; the file was not changed
  caused by: entry `go/lib` is a link or a device
hint: its checksum is right, so it was built like this; build it as cmd/distpack does: one top directory `go/`, plain files

"#]]
    );
}

/// A site whose index publishes the sum of those bytes.
fn site_with(bytes: &[u8]) -> TestContext {
    let (ctx, release) = released();
    let index = index_json(&[&release], true).to_string();
    let index = index.replace(&release.sha256(), &sha256_hex(bytes));
    let index = index.replace(&format!(":{}", release.archive().len()), &format!(":{}", bytes.len()));
    ctx.site().server().route("/dl/", Response::ok(index));
    ctx.site().server().serve(&FakeSite::archive_path(&release), bytes);
    ctx
}

#[test]
fn a_hostile_archive_with_a_valid_checksum_is_refused() {
    let windows = Release::new("go1.91.2").platform().is_windows();
    let evil = |name: &str| {
        if windows {
            zip_with(&[ZipEntry::file(name, "evil")]).bytes()
        } else {
            tar_with(&[TarEntry::file(name, "evil")])
        }
    };
    for name in ["../../evil", "go/a/../../../evil", "/evil", "C:/evil", "go/NUL", "go/version"] {
        let ctx = site_with(&evil(name));
        let before = everything(&ctx);
        let output = ctx.gover(["install", "1.91.2"]);
        output.exits(1);
        assert!(output.stderr.contains("cannot be unpacked"), "{name}\n{output}");
        assert!(output.stderr.contains("hint: it has the published checksum"), "{name}\n{output}");
        assert_nothing_left(&ctx);
        assert_eq!(everything(&ctx), before, "{output}");
    }
}

#[test]
fn a_login_page_of_a_network_is_recognised() {
    let (mut ctx, release) = released();
    // As long as the archive, since another length is another error.
    let mut page = b"<!DOCTYPE html>\n<html><title>Welcome to the hotel</title></html>\n".to_vec();
    page.resize(release.archive().len(), b' ');
    ctx.site().server().serve(&FakeSite::archive_path(&release), page.as_slice());
    gover_snapshot!(
        ctx.gover(["install", "1.91.2"]),
        str![[r#"
exit: 1
----- stdout -----

----- stderr -----
error: go1.91.2.[PLATFORM].[ARCHIVE] from [SITE] is not what was released
  expected  [..]  (sha256, index of [SITE])
  received  [..]
  the file is a web page, such as a sign-in page
  nothing was installed and the download was deleted
hint: a proxy or the sign-in page of this network answered; open a web page in a browser, then try again

"#]]
    );
    assert_nothing_left(&ctx);
    ctx.set("GOVER_SOURCES", "goproxy");
    ctx.site().server().serve(&FakeSite::module_path(&release), page.as_slice());
    gover_snapshot!(
        ctx.gover(["install", "1.91.2"]),
        str![[r#"
exit: 1
----- stdout -----

----- stderr -----
error: v0.0.1-go1.91.2.[PLATFORM].zip from goproxy cannot be unpacked
  the file is a web page, such as a sign-in page
  nothing was installed and the download was deleted
  caused by: it is a web page, not a `.zip` file
hint: a proxy or the sign-in page of this network answered; open a web page in a browser, then try again

"#]]
    );
    assert_nothing_left(&ctx);
}

#[test]
fn a_module_zip_is_checked_like_an_archive() {
    let ctx = context!();
    let platform = gover_core::Platform::host();
    let file = format!("v0.0.1-{NAME}.{platform}.zip");
    let root = format!("golang.org/toolchain@v0.0.1-{NAME}.{platform}");
    let release = Release::new(NAME);
    let with = |evil: &str| {
        let prefix = format!("{root}/");
        let files = release.entries(&prefix).filter(|entry| !entry.directory);
        let files = files.filter(|entry| !entry.name.ends_with("/go.mod"));
        let mut entries: Vec<_> = files.map(|entry| ZipEntry::file(entry.name, entry.bytes)).collect();
        entries.push(ZipEntry::file(evil, "evil"));
        zip(&entries)
    };
    for (evil, reason) in [
        (format!("{root}/../evil"), "leaves the directory"),
        (format!("{root}/a\\..\\evil"), "contains the character"),
        (format!("{root}/src/aux.go"), "has a name that Windows reserves"),
        (format!("{root}/version"), "differs from `VERSION` by case alone"),
        (format!("{root}/src/go.mod"), "is a go.mod inside a module zip"),
        ("golang.org/toolchain@v0.0.1-go1.91.3.linux-amd64/evil".to_owned(), "is not below"),
        ("go/evil".to_owned(), "is not below"),
    ] {
        assert_refused(&ctx, &file, &with(&evil), reason);
    }
}
