//! Homes on Windows: other drives, network shares, verbatim prefixes.

use std::fs;
use std::path::{Path, PathBuf};

use gover_core::Env;
use gover_core::layout::executable_name;
use gover_test::{Release, TestContext};

use super::{elsewhere, raw};

#[test]
fn the_verbatim_prefix_is_removed() {
    let mut ctx = elsewhere();
    let plain = ctx.layout().home().to_str().unwrap().to_owned();
    for given in [format!(r"\\?\{plain}"), plain.replace('\\', "/"), format!(r"{plain}\")] {
        ctx.set("GOVER_HOME", &given);
        assert_eq!(raw(&ctx.gover(["config", "path"])), format!(r"{plain}\config.toml"), "{given}");
        let output = ctx.command(ctx.layout().program("go")).arg("fake-report").run();
        let goroot = format!(r"{plain}\versions\go1.91.2");
        assert_eq!(output.success().reported("tree"), Some(goroot), "{given}");
    }
}

#[test]
fn a_home_on_another_drive_works() {
    let Some(prefix) = Env::from_process().text("WINEPREFIX") else {
        eprintln!("skipped: there is no second drive to use");
        return;
    };
    let ctx = elsewhere();
    let path = ctx.layout().home().to_str().unwrap().to_owned();
    // Wine keeps drive C below its prefix, and calls the root of the machine Z.
    let home = PathBuf::from(format!(r"Z:{}\drive_c{}", prefix.replace('/', r"\"), &path[2..]));
    let output = ctx.command(home.join("bin").join(executable_name("go"))).arg("fake-report").run();
    let goroot = home.join("versions").join("go1.91.2");
    assert_eq!(output.success().reported("tree").as_deref(), goroot.to_str(), "{output}");
    let output = ctx.command(home.join("bin").join(executable_name("gover"))).args(["config", "path"]).run();
    assert_eq!(raw(&output), home.join("config.toml").to_str().unwrap());
}

/// A directory on a network share, by its UNC name; removed in the end.
struct Share {
    unc: PathBuf,
    local: PathBuf,
}

impl Share {
    /// Wine keeps its shares in a directory. On Windows the machine shares its own drives with
    /// administrators.
    fn of(ctx: &TestContext) -> Option<Self> {
        let root = ctx.root();
        let name = root.file_name()?;
        let share = if let Some(prefix) = Env::from_process().text("WINEPREFIX") {
            let shares = PathBuf::from(format!("Z:{}", prefix.replace('/', r"\")));
            let local = shares.join(r"dosdevices\unc\gover-test").join(name);
            fs::create_dir_all(&local).ok()?;
            Self { unc: Path::new(r"\\gover-test").join(name), local }
        } else {
            let (drive, path) = root.to_str()?.split_once(r":\")?;
            let local = root.join("share");
            fs::create_dir_all(&local).ok()?;
            Self { unc: PathBuf::from(format!(r"\\localhost\{drive}$\{path}\share")), local }
        };
        share.unc.is_dir().then_some(share)
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.local));
        // Only if no other test has one.
        drop(self.local.parent().map(fs::remove_dir));
    }
}

#[test]
fn a_home_on_a_network_share_works_without_the_link() {
    let mut ctx = elsewhere();
    let Some(share) = Share::of(&ctx) else {
        eprintln!("skipped: there is no share to use");
        return;
    };
    let home = share.unc.join("gover");
    let goroot = home.join("versions").join("go1.91.2");
    Release::new("go1.91.2").write_to(&goroot);
    let verbatim = format!(r"\\?\UNC\{}", home.to_str().unwrap().trim_start_matches('\\'));
    // Two names of one share.
    for name in [home.to_str().unwrap(), &verbatim] {
        ctx.set("GOVER_HOME", name);
        // The note belongs to a default that is new.
        fs::write(home.join("default"), "").unwrap();
        let output = ctx.gover(["default", "1.91.2"]);
        let note = "cannot be made: a junction cannot point to a network share";
        assert!(output.success().stderr.contains(note), "{output}");
        let go = goroot.join("bin").join(executable_name("go"));
        assert_eq!(raw(&ctx.gover(["which", "go"])), go.to_str().unwrap());
        assert!(ctx.gover(["list"]).success().stdout.starts_with("* go1.91.2"));
        assert!(!home.join("current").exists());
    }
    ctx.gover(["uninstall", "1.91.2"]).success();
    assert!(!goroot.exists());
    if Env::from_process().var("WINEPREFIX").is_some() {
        eprintln!("skipped: a program that Wine starts from a share does not know where it lies");
        return;
    }
    let bin = home.join("bin");
    fs::create_dir_all(&bin).unwrap();
    for name in ["gover", "gover-shim"] {
        let name = executable_name(name);
        fs::copy(ctx.layout().bin().join(&name), bin.join(&name)).unwrap();
    }
    ctx.command(bin.join(executable_name("gover"))).args(["install", "1.91.2"]).run().success();
    ctx.unset("GOVER_HOME");
    let output = ctx.command(bin.join(executable_name("go"))).arg("fake-report").run();
    assert_eq!(output.success().reported("tree").as_deref(), goroot.to_str(), "{output}");
}
