//! `gover link` names a build.

use std::fs;

use gover_test::snapbox::str;
use gover_test::{Release, context, gover_snapshot, has_directory_links};

use super::name_of;

#[test]
fn an_own_build_gets_a_name_and_only_the_link_is_removed() {
    if !has_directory_links() {
        return;
    }
    let ctx = context!();
    let goroot = ctx.home().join("src/go");
    Release::new("go1.91.2-dev").write_to(&goroot);
    // As a checkout of Go's repository has it.
    fs::rename(goroot.join("VERSION"), goroot.join("VERSION.cache")).unwrap();
    gover_snapshot!(
        ctx.gover(["link", "go1.91-mine", goroot.to_str().unwrap()]),
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
go1.91-mine is now ~/src/go (`gover uninstall go1.91-mine` undoes this)
note: gover does not verify ~/src/go, and does not change it

"#]]
    );
    ctx.gover(["use", "go1.91-mine"]).success();
    // The made-up go looks there for what it prints.
    fs::copy(goroot.join("VERSION.cache"), goroot.join("VERSION")).unwrap();
    ctx.shim("go", ["+go1.91-mine", "version"]).success();
    assert!(ctx.shim("go1.91-mine", ["version"]).success().stdout.contains("go version"));
    let list = ctx.gover(["list", "--json"]).json();
    assert_eq!(list["toolchains"][0]["version"], "go1.91-mine");
    assert_eq!(list["toolchains"][0]["target"], goroot.to_str().unwrap());
    let list = ctx.gover(["list"]);
    assert!(list.success().stdout.contains("a link to ~/src/go"), "{list}");
    // Nothing proves it, so it neither passes nor fails.
    let verified = ctx.gover(["verify"]);
    assert!(verified.success().stderr.contains("go1.91-mine is a link to a build"), "{verified}");
    // Its VERSION has another name, and no receipt tells where it came from.
    let found = ctx.gover(["doctor", "store", "--offline", "--json"]).json()["findings"].to_string();
    assert!(!found.contains("go1.91-mine"), "{found}");
    let again = ctx.gover(["link", "go1.91-mine", goroot.to_str().unwrap(), "--json"]);
    assert_eq!(again.success().json()["changed"], false);
    // While it is not a toolchain, the link stays until it is uninstalled.
    fs::rename(goroot.join("bin"), goroot.join("away")).unwrap();
    let list = ctx.gover(["list"]);
    assert!(list.stderr.contains("(`gover uninstall go1.91-mine` removes the link)"), "{list}");
    fs::rename(goroot.join("away"), goroot.join("bin")).unwrap();
    ctx.gover(["uninstall", "go1.91-mine"]).success();
    assert!(goroot.join("bin").is_dir() && ctx.names_in("gover/versions").is_empty());
    ctx.gover(["verify"]).success();
    assert!(!ctx.layout().program("go1.91-mine").exists());
}

#[test]
fn a_link_never_stands_for_a_release_or_takes_a_name() {
    let ctx = context!();
    let goroot = ctx.home().join("go");
    Release::new("go1.91.2").write_to(&goroot);
    let goroot = goroot.to_str().unwrap();
    let release = ctx.gover(["link", "1.91.2", goroot]);
    assert!(release.exits(1).stderr.contains("`go1.91.2` is the name of a release"), "{release}");
    let empty = ctx.gover(["link", "go1.91-mine", ctx.home().to_str().unwrap()]);
    assert!(empty.exits(1).stderr.contains("is not a toolchain"), "{empty}");
    for (name, meant) in [
        ("latest", "go1.91.2-latest"),
        ("mine", "go1.91.2-mine"),
        ("my go", "go1.91.2-my-go"),
        ("go1.90_mine", "go1.90-mine"),
        ("1.90", "go1.90-mine"),
    ] {
        let refused = ctx.gover(["link", name, goroot]);
        assert!(refused.exits(2).stderr.contains("a name is a version and a suffix"), "{refused}");
        assert!(refused.stderr.contains(&format!("\nhint: gover link {meant} ")), "{refused}");
    }
    ctx.install_fake("go1.91-mine");
    let taken = ctx.gover(["link", "go1.91-mine", goroot]);
    assert!(taken.exits(1).stderr.contains("hint: gover uninstall go1.91-mine"), "{taken}");
    assert!(ctx.layout().toolchain(&name_of("go1.91-mine")).join("VERSION").is_file());
}

/// The disk with the build may be mounted again later.
#[test]
fn a_link_whose_target_is_gone_is_named_and_kept() {
    if !has_directory_links() {
        return;
    }
    let ctx = context!();
    let goroot = ctx.home().join("src/go");
    Release::new("go1.91.2-dev").write_to(&goroot);
    ctx.gover(["link", "go1.91-mine", goroot.to_str().unwrap()]).success();
    ctx.gover(["default", "go1.91-mine"]).success();
    fs::rename(&goroot, ctx.home().join("unmounted")).unwrap();
    let gone = "go1.91-mine is a link to ~/src/go, which has no toolchain";
    for words in [
        &["current"][..],
        &["use", "go1.91-mine"],
        &["exec", "go1.91-mine", "go", "version"],
        &["install", "go1.91-mine"],
        &["verify", "go1.91-mine"],
        &["which"],
    ] {
        let output = ctx.gover(words);
        assert_ne!(output.code, Some(0), "{output}");
        assert!(output.stderr.contains(gone), "{words:?}: {output}");
        assert!(output.stderr.contains("gover uninstall go1.91-mine"), "{words:?}: {output}");
    }
    let all = ctx.gover(["verify"]);
    assert!(all.success().stderr.contains(gone), "{all}");
    ctx.gover(["prune", "--yes"]).success();
    fs::rename(ctx.home().join("unmounted"), &goroot).unwrap();
    ctx.gover(["use", "go1.91-mine"]).success();
    let linked = ctx.gover(["verify", "go1.91-mine"]);
    assert!(linked.exits(2).stderr.contains("so it cannot be verified"), "{linked}");
    fs::remove_dir_all(&goroot).unwrap();
    ctx.gover(["uninstall", "go1.91-mine"]).success();
    assert_eq!(ctx.names_in("gover/versions"), [""; 0]);
    // Nothing brings the build back.
    let unset = ctx.gover(["default", "--unset"]);
    let what = "removed the default; it was go1.91-mine, which is not installed\n";
    assert!(unset.success().stderr.contains(what) && !unset.stderr.contains("undoes"), "{unset}");
}
