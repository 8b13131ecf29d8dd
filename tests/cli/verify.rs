//! `gover verify`: differences are named, and no manipulation hides them.

use std::fs;
use std::path::{Path, PathBuf};

use gover_test::snapbox::str;
use gover_test::{FakeSite, Fault, Output, Release, TestContext, context, gover_snapshot, sha256_hex};
use serde_json::Value;

use crate::scene::go_of;

mod by_log;
mod records;

const NAME: &str = "go1.91.2";

/// A site with one release, which is installed.
fn installed() -> TestContext {
    let ctx = context!().with_site();
    ctx.publish(NAME);
    ctx.gover(["install", "1.91.2"]).success();
    ctx
}

fn goroot(ctx: &TestContext) -> PathBuf {
    ctx.layout().versions().join(NAME)
}

fn list_path(ctx: &TestContext) -> PathBuf {
    ctx.layout().receipts().join(format!("{NAME}.files"))
}

fn receipt_path(ctx: &TestContext) -> PathBuf {
    ctx.layout().receipts().join(format!("{NAME}.json"))
}

/// `kind path` of every finding of the one toolchain.
fn findings(output: &Output) -> Vec<String> {
    let json = output.json();
    let findings = json["toolchains"][0]["findings"].as_array().unwrap();
    findings
        .iter()
        .map(|finding| {
            let text = |key: &str| finding[key].as_str().unwrap_or_default().to_owned();
            format!("{} {}", text("kind"), text("path")).trim_end().to_owned()
        })
        .collect()
}

fn state(output: &Output) -> Value {
    output.json()["toolchains"][0]["state"].clone()
}

fn replace_in(path: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.contains(from), "{} holds no `{from}`", path.display());
    fs::write(path, text.replace(from, to)).unwrap();
}

/// Changes the receipt as an attacker would.
fn change_receipt(ctx: &TestContext, change: impl FnOnce(&mut Value)) {
    let path = receipt_path(ctx);
    let mut receipt: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    change(&mut receipt);
    fs::write(path, receipt.to_string()).unwrap();
}

/// Changes a file and makes list and receipt match it; only the log contradicts.
fn forge(ctx: &TestContext) {
    let changed = Release::new(NAME).with_file("src/fmt/print.go", "package evil\n");
    fs::write(goroot(ctx).join("src/fmt/print.go"), "package evil\n").unwrap();
    replace_in(&list_path(ctx), &sha256_hex(b"package fmt\n"), &sha256_hex(b"package evil\n"));
    let sum = sha256_hex(&fs::read(list_path(ctx)).unwrap());
    change_receipt(ctx, |receipt| {
        receipt["files_sha256"] = sum.into();
        receipt["h1"] = changed.h1().into();
    });
}

#[test]
fn an_installed_toolchain_is_as_it_was_released() {
    let ctx = installed();
    gover_snapshot!(
        ctx.gover(["verify"]),
        str![[r#"
exit: 0
----- stdout -----
go1.91.2  as released  18 files, [SIZE]  checksum database record 0

----- stderr -----

"#]]
    );
}

#[test]
fn the_json_has_all_facts() {
    let ctx = installed();
    fs::write(goroot(&ctx).join("LICENSE"), "").unwrap();
    let output = ctx.gover(["verify", "--json", "1.91"]);
    let toolchain = &output.exits(1).json()["toolchains"][0];
    let keys: Vec<&str> = toolchain.as_object().unwrap().keys().map(String::as_str).collect();
    let expected = "version goroot platform state reason files bytes receipt list log log_failure findings written_by_go";
    assert_eq!(keys.join(" "), expected);
    assert_eq!(toolchain["state"], "damaged");
    assert_eq!(toolchain["log"]["record"], 0);
    assert_eq!(toolchain["files"], 18);
    assert_eq!(
        toolchain["findings"].to_string(),
        r#"[{"kind":"changed","path":"LICENSE","files":1,"detail":null}]"#
    );
    assert!(output.stderr.contains("hint: gover install -f 1.91.2"), "{output}");
}

#[test]
fn what_differs_is_named_and_the_hint_repairs_it() {
    let ctx = installed();
    let goroot = goroot(&ctx);
    fs::write(goroot.join("src/fmt/print.go"), "package evil\n").unwrap();
    fs::write(goroot.join("go.env"), "GOPROXY=https://evil.example\n").unwrap();
    fs::remove_file(goroot.join("src/make.bash")).unwrap();
    fs::remove_dir_all(goroot.join("src/cmd")).unwrap();
    fs::create_dir_all(goroot.join("src/evil/deep")).unwrap();
    fs::write(goroot.join("src/evil/a.go"), "").unwrap();
    fs::write(goroot.join("src/evil/deep/b.go"), "").unwrap();
    fs::write(goroot.join("bin/evil"), "").unwrap();
    fs::write(goroot.join("misc/added.go"), "").unwrap();
    fs::remove_file(goroot.join("LICENSE")).unwrap();
    fs::create_dir(goroot.join("LICENSE")).unwrap();
    gover_snapshot!(
        ctx.gover(["verify"]),
        str![[r#"
exit: 1
----- stdout -----
go1.91.2  damaged  2 changed, 4 added, 3 missing, 1 not a file
  not a file      LICENSE  (a directory)
  added           bin/evil
  changed         go.env
  added           misc/added.go
  missing         src/cmd/ (2 files)
  added           src/evil/ (2 files)
  changed         src/fmt/print.go
  missing         src/make.bash

----- stderr -----
error: go1.91.2 is not what was installed
hint: gover install -f 1.91.2

"#]]
    );
    ctx.gover(["install", "-f", "1.91.2"]).success();
    ctx.gover(["verify"]).success();
}

#[cfg(unix)]
#[test]
fn types_and_permissions_of_files_are_checked() {
    use std::os::unix::ffi::OsStrExt as _;
    use std::os::unix::fs::PermissionsExt as _;

    let ctx = installed();
    let goroot = goroot(&ctx);
    fs::set_permissions(goroot.join("bin/go"), fs::Permissions::from_mode(0o644)).unwrap();
    // More permissions than needed: what a file system without any shows.
    fs::set_permissions(goroot.join("VERSION"), fs::Permissions::from_mode(0o777)).unwrap();
    // A link to the very content that was there.
    fs::rename(goroot.join("src/fmt/print.go"), ctx.root().join("print.go")).unwrap();
    std::os::unix::fs::symlink(ctx.root().join("print.go"), goroot.join("src/fmt/print.go")).unwrap();
    fs::rename(goroot.join("doc"), ctx.root().join("doc")).unwrap();
    std::os::unix::fs::symlink(ctx.root().join("doc"), goroot.join("doc")).unwrap();
    let fifo = goroot.join("LICENSE");
    fs::remove_file(&fifo).unwrap();
    // Reading it would wait for a writer forever; a socket stands for all such files.
    drop(std::os::unix::net::UnixListener::bind(&fifo).unwrap());
    fs::write(goroot.join("src").join(std::ffi::OsStr::from_bytes(b"a\xff\x1b[31m")), "").unwrap();
    let output = ctx.gover(["verify"]);
    gover_snapshot!(
        output.clone(),
        str![[r#"
exit: 1
----- stdout -----
go1.91.2  damaged  1 added, 1 not executable, 3 not a file
  not a file      LICENSE  (a device, pipe or socket)
  not executable  bin/go
  not a file      doc  (a symbolic link, not a directory)
  added           src/a�/u{1b}[31m  (a file whose name is not text)
  not a file      src/fmt/print.go  (a symbolic link)

----- stderr -----
error: go1.91.2 is not what was installed
hint: gover install -f 1.91.2

"#]]
    );
}

#[test]
fn files_that_go_compiles_into_its_tree_are_not_damage() {
    let ctx = installed();
    let goroot = goroot(&ctx);
    let add = || {
        fs::create_dir_all(goroot.join("pkg/plan9_mips/net")).unwrap();
        fs::write(goroot.join("pkg/plan9_mips/fmt.a"), "!<arch>").unwrap();
        fs::write(goroot.join("pkg/plan9_mips/net/http.a"), "!<arch>").unwrap();
    };
    add();
    let output = ctx.gover(["verify"]);
    let note = "go1.91.2: 2 files below pkg may have been compiled by Go itself; no proof covers them";
    assert!(output.success().stderr.contains(note), "{output}");
    let written = ctx.gover(["verify", "--json"]).success().json()["toolchains"][0]["written_by_go"].clone();
    assert_eq!(written.to_string(), r#"["pkg/plan9_mips/fmt.a","pkg/plan9_mips/net/http.a"]"#);
    // Without a list, the tree as a whole is compared, without these files.
    fs::remove_file(list_path(&ctx)).unwrap();
    fs::remove_file(receipt_path(&ctx)).unwrap();
    assert!(ctx.gover(["verify"]).success().stderr.contains(note));
    fs::write(goroot.join("pkg/plan9_mips/evil"), "").unwrap();
    ctx.gover(["install", "-f", "1.91.2"]).success();
    add();
    fs::write(goroot.join("pkg/plan9_mips/evil"), "").unwrap();
    assert_eq!(findings(ctx.gover(["verify", "--json"]).exits(1)), ["added pkg/plan9_mips/"]);
}

#[test]
fn a_toolchain_for_another_architecture_is_verified_as_such() {
    let ctx = context!().with_site();
    let other = ctx.site().publish(Release::for_another_machine(NAME));
    let arch = other.platform().arch().to_owned();
    ctx.gover(["install", "--arch", &arch, "1.91.2"]).success();
    ctx.gover(["verify"]).success();
    fs::write(goroot(&ctx).join("LICENSE"), "").unwrap();
    let output = ctx.gover(["verify"]);
    assert!(
        output.exits(1).stderr.contains(&format!("hint: gover install -f --arch {arch} 1.91.2")),
        "{output}"
    );
}

#[test]
fn a_custom_build_is_verified_by_its_receipt() {
    let ctx = context!().with_site();
    let release = Release::new("go1.91.2-corp");
    let archive = ctx.write(&release.archive_name(), release.archive());
    let sum = sha256_hex(release.archive());
    ctx.gover(["install", "--sha256", &sum, archive.to_str().unwrap()]).success();
    let output = ctx.gover(["verify"]);
    assert!(
        output.success().stdout.contains("by its receipt only: sum.test has no record of it"),
        "{output}"
    );
    fs::write(ctx.layout().versions().join("go1.91.2-corp/LICENSE"), "").unwrap();
    let output = ctx.gover(["verify"]);
    let text = String::from_utf8_lossy(&output.exits(1).raw_stderr).into_owned();
    assert!(text.contains("gover install -f --sha256 HEX FILE"), "{output}");
    // No text of the receipt gets into a command to paste, not even what looks right: who changed
    // the toolchain can have changed the receipt.
    assert!(!text.contains(&sum) && !text.contains(&release.archive_name()), "{output}");
    let path = ctx.layout().receipts().join("go1.91.2-corp.json");
    let receipt = fs::read_to_string(&path).unwrap();
    let mut receipt: serde_json::Value = serde_json::from_str(&receipt).unwrap();
    receipt["url"] = "https://h/x; sh evil".into();
    receipt["sha256"] = "$(sh evil)".into();
    fs::write(&path, receipt.to_string()).unwrap();
    let output = ctx.gover(["verify"]);
    let text = String::from_utf8_lossy(&output.exits(1).raw_stderr).into_owned();
    assert!(!text.contains("evil") && text.contains("--sha256 HEX FILE"), "{text}");
}

#[test]
fn a_custom_build_with_the_name_of_a_release_is_refused() {
    let ctx = context!().with_site();
    ctx.publish(NAME);
    let own = |name| Release::new(name).with_file("src/fmt/print.go", "package fmt // patched\n");
    // The log has another record of the first, none of the second, and the table another checksum
    // of the third.
    for name in [NAME, "go1.91.3", "go1.22.5"] {
        let own = own(name);
        let archive = ctx.write("build.tar.gz", own.archive());
        let sum = sha256_hex(own.archive());
        let output = ctx.gover(["install", "--sha256", &sum, archive.to_str().unwrap()]);
        output.exits(1);
        assert!(output.stderr.contains(&format!("`{name}` is the name of a release")), "{output}");
        assert!(output.stderr.contains(&format!("such as {name}-corp")), "{output}");
        assert!(ctx.names_in("gover/versions").is_empty());
    }
    let own = own("go1.91.2-corp");
    let archive = ctx.write("build.tar.gz", own.archive());
    ctx.gover(["install", "--sha256", &sha256_hex(own.archive()), archive.to_str().unwrap()]).success();
    ctx.gover(["verify"]).success();
    // The release itself keeps its name.
    let release = Release::new(NAME);
    let archive = ctx.write(&release.archive_name(), release.archive());
    ctx.gover(["install", "--sha256", &release.sha256(), archive.to_str().unwrap()]).success();
    assert!(ctx.gover(["verify", "1.91.2"]).success().stdout.contains("as released"));
}

#[test]
fn requests_can_choose_damaged_toolchains() {
    let ctx = context!().with_site();
    for name in ["go1.90.1", "go1.90.4", NAME] {
        ctx.publish(name);
    }
    ctx.gover(["install", "1.90.1", "1.90.4", "1.91.2"]).success();
    fs::remove_file(go_of(&ctx, "go1.90.1")).unwrap();
    ctx.gover(["verify", "1.91"]).success();
    ctx.gover(["verify", "1.90.4", "1.91.2"]).success();
    let output = ctx.gover(["verify"]);
    assert!(
        output.exits(1).stderr.contains("error: 1 of 3 toolchains is not what was installed"),
        "{output}"
    );
    assert_eq!(
        ctx.gover(["verify", "1.90", "--json"]).exits(1).json()["toolchains"].as_array().unwrap().len(),
        2
    );
    ctx.gover(["verify", "1.80"]).exits(127);
    ctx.gover(["verify", "system"]).exits(2);
    ctx.gover(["verify", "what"]).exits(2);
}

#[test]
fn latest_means_one_toolchain() {
    let ctx = context!().with_site();
    for name in ["go1.90.1", "go1.90.4", NAME, "go1.92rc1"] {
        ctx.publish(name);
    }
    ctx.gover(["install", "1.90.1", "1.90.4", "1.91.2", "1.92rc1"]).success();
    for (request, expected) in
        [("latest", NAME), ("stable", NAME), ("next", "go1.92rc1"), ("oldstable", "go1.90.4")]
    {
        let json = ctx.gover(["verify", request, "--json"]).success().json();
        let toolchains = json["toolchains"].as_array().unwrap();
        assert_eq!(toolchains.len(), 1, "{request}: {json}");
        assert_eq!(toolchains[0]["version"], expected, "{request}");
    }
}

#[cfg(unix)]
#[test]
fn toolchains_on_another_disk_are_verified() {
    let ctx = installed();
    let versions = ctx.layout().versions();
    let elsewhere = ctx.root().join("disk");
    fs::rename(&versions, &elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, &versions).unwrap();
    let output = ctx.gover(["verify"]);
    assert!(output.success().stdout.contains("as released  18 files"), "{output}");
    fs::write(elsewhere.join(NAME).join("LICENSE"), "").unwrap();
    assert_eq!(findings(ctx.gover(["verify", "--json"]).exits(1)), ["changed LICENSE"]);
    // One of them alone.
    fs::remove_file(&versions).unwrap();
    fs::create_dir(&versions).unwrap();
    std::os::unix::fs::symlink(elsewhere.join(NAME), versions.join(NAME)).unwrap();
    assert_eq!(findings(ctx.gover(["verify", "--json"]).exits(1)), ["changed LICENSE"]);
}

#[test]
fn an_empty_home_has_nothing_to_verify() {
    let ctx = context!();
    let output = ctx.gover(["verify"]);
    assert!(output.success().stderr.contains("no toolchain is installed"), "{output}");
    assert_eq!(ctx.gover(["verify", "--json"]).success().json().to_string(), r#"{"toolchains":[]}"#);
}

#[test]
fn a_module_and_an_archive_are_verified_alike() {
    let mut ctx = context!().with_site();
    let release = ctx.publish(NAME);
    ctx.set("GOVER_SOURCES", "goproxy");
    ctx.gover(["install", "1.91.2"]).success();
    assert!(!ctx.site().server().requests_for(&FakeSite::module_path(&release)).is_empty());
    ctx.gover(["verify"]).success();
    assert_eq!(findings(ctx.gover(["verify", "--json"]).success()), Vec::<String>::new());
    // A directory that the module does not have.
    fs::create_dir(goroot(&ctx).join("test")).unwrap();
    fs::write(goroot(&ctx).join("test/evil.go"), "").unwrap();
    assert_eq!(findings(ctx.gover(["verify", "--json"]).exits(1)), ["added test/"]);
}
