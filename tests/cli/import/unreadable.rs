//! Trees that may not be read, and files that nobody reads to their end.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use gover_test::{Output, TestContext, has_directory_links};

use super::{one, with_managers};

/// Runs gover as a user who may not read everything: root without its rights.
fn gover(ctx: &TestContext, arguments: &[&str]) -> Option<Output> {
    if !gover_sys::user::is_root() {
        return Some(ctx.gover(arguments));
    }
    let without = ["--bounding-set=-all", "--inh-caps=-all"];
    let command = ctx.command(ctx.find_on_machine("setpriv")?).args(without);
    Some(command.arg(ctx.gover_program()).args(arguments).run())
}

fn set(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn what_may_not_be_read_is_named_with_what_to_do() {
    let ctx = with_managers();
    let goenv = ctx.home().join(".goenv");
    let tree = goenv.join("versions/1.91.2");
    for (closed, found, reason) in [
        ("versions/1.91.2/src/fmt/print.go", "versions/1.91.2", "cannot read src/fmt/print.go: "),
        ("versions/1.91.2/src/fmt", "versions/1.91.2", "cannot read src/fmt: "),
        ("versions/1.91.2/bin", "versions/1.91.2", "/bin/go`: "),
        ("versions/1.91.2/VERSION", "versions/1.91.2", "/VERSION`: "),
        ("versions/1.91.2", "versions/1.91.2", "/1.91.2`: "),
        ("versions", "versions", "/versions`: "),
    ] {
        let path = goenv.join(closed);
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        set(&path, 0);
        let json = gover(&ctx, &["import", "--yes", "--json", goenv.to_str().unwrap()]);
        let words = gover(&ctx, &["import", "--yes", goenv.to_str().unwrap()]);
        let all = gover(&ctx, &["import", "--dry-run"]);
        set(&path, mode);
        let (Some(json), Some(words), Some(all)) = (json, words, all) else { return };
        let one = one(json.exits(1));
        assert_eq!(one["state"], "unreadable", "{closed}: {one}");
        assert!(one["reason"].as_str().unwrap().contains(reason), "{closed}: {one}");
        let command = format!("`chmod -R u+rX [ROOT]/home/.goenv/{found}`");
        assert!(words.exits(1).stderr.contains(&command), "{closed}: {words}");
        assert!(!words.stderr.contains("gover link"), "{closed}: {words}");
        assert!(all.success().stdout.contains(reason), "{closed}: {all}");
    }
    set(&goenv, 0);
    let output = gover(&ctx, &["import", goenv.to_str().unwrap()]).unwrap();
    set(&goenv, 0o755);
    assert!(output.exits(1).stdout.contains("cannot read `"), "{output}");
    assert_eq!(ctx.names_in("gover/versions"), [""; 0]);
    assert!(tree.join("VERSION").is_file());
}

/// Several TiB of zeros take hours to hash.
#[test]
fn a_file_that_is_larger_than_a_toolchain_is_not_read() {
    let ctx = with_managers();
    let tree = ctx.home().join(".goenv/versions/1.91.2");
    let large = |path: &Path| fs::File::create(path).and_then(|file| file.set_len(3 << 40)).is_ok();
    let extra = tree.join("src/fmt/core");
    if !has_directory_links() || !large(&extra) {
        return; // Not every file system has files with holes.
    }
    let output = ctx.gover(["import", "--yes", "--json", tree.to_str().unwrap()]);
    assert_eq!(one(output.success())["left_out"], serde_json::json!(["src/fmt/core"]));
    let file = tree.join("src/fmt/print.go");
    assert!(large(&file));
    let output = ctx.gover(["import", "--yes", tree.to_str().unwrap()]);
    let why = "src/fmt/print.go (missing)";
    assert!(output.exits(1).stdout.contains(why), "{output}");
    let installed = ctx.layout().toolchain(&super::name_of("go1.91.2")).join("src/fmt/print.go");
    fs::remove_file(&installed).unwrap();
    assert!(large(&installed));
    let output = ctx.gover(["verify", "1.91.2"]);
    let found = "src/fmt/print.go  (a file that is larger than a toolchain)";
    assert!(output.exits(1).stdout.contains(found), "{output}");
}
