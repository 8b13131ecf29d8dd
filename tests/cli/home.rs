//! Where gover keeps everything: by the variable, by the place of the program, and in unusual places.

use std::fs;
use std::path::{MAIN_SEPARATOR, Path, PathBuf};

use gover_core::Env;
use gover_core::layout::executable_name;
use gover_test::{Output, Release, TestContext, context};

/// A gover elsewhere than in the user's home, with one toolchain installed and another one published; as an editor
/// starts it: no variable of gover, nothing of it on PATH.
fn elsewhere() -> TestContext {
    let mut ctx = context!().with_site();
    ctx.publish("go1.90.4");
    ctx.publish("go1.91.2");
    ctx.gover(["install", "1.91.2"]).success();
    ctx.set("PATH", ctx.root().join("empty")).unset("GOVER_HOME");
    ctx
}

fn raw(output: &Output) -> String {
    String::from_utf8(output.success().raw_stdout.clone()).unwrap().trim_end().to_owned()
}

#[test]
fn a_program_finds_its_home_by_where_it_lies() {
    let ctx = elsewhere();
    let goroot = ctx.layout().toolchain(&gover_core::ToolchainName::parse("go1.91.2").unwrap());
    for name in ["go", "go1.91.2"] {
        let output = ctx.command(ctx.layout().program(name)).arg("fake-report").run();
        assert_eq!(output.success().reported("GOROOT").as_deref(), goroot.to_str(), "{output}");
    }
    assert_eq!(raw(&ctx.gover(["config", "path"])), ctx.layout().config().to_str().unwrap());
    // What it installs on the spot comes into the same home.
    let output = ctx.command(ctx.layout().program("go")).args(["+1.90.4", "version"]).run();
    assert!(output.success().stdout.starts_with("go version go1.90.4 "), "{output}");
    assert_eq!(ctx.names_in("gover/versions"), ["go1.90.4", "go1.91.2"]);
    assert!(!ctx.home().join(".gover").exists(), "nothing comes into the usual home");
}

#[test]
fn a_link_to_the_program_leads_to_its_home() {
    if MAIN_SEPARATOR == '\\' {
        return; // Links to files need a privilege.
    }
    let ctx = elsewhere();
    let tools = ctx.directory("bin");
    gover_sys::link::replace(&ctx.layout().program("go"), &tools.join("go")).unwrap();
    let output = ctx.command(tools.join("go")).arg("version").run();
    assert!(output.success().stdout.starts_with("go version go1.91.2 "), "{output}");
}

#[test]
fn the_variable_goes_before_the_place_of_the_program() {
    let mut ctx = elsewhere();
    let other = ctx.root().join("other");
    ctx.set("GOVER_HOME", &other);
    assert_eq!(raw(&ctx.gover(["config", "path"])), other.join("config.toml").to_str().unwrap());
}

#[test]
fn a_home_keeps_the_name_that_the_user_s_home_has() {
    if MAIN_SEPARATOR == '\\' {
        return; // Wine has no links to directories.
    }
    let mut ctx = elsewhere();
    // ~/.gover is a link to where the program lies.
    let usual = ctx.home().join(".gover");
    gover_sys::link::replace(ctx.layout().home(), &usual).unwrap();
    let output = ctx.command(usual.join("bin/gover")).args(["config", "path"]).run();
    assert_eq!(raw(&output), usual.join("config.toml").to_str().unwrap());
    gover_sys::link::remove(&usual).unwrap();
    // ~ itself is a link.
    fs::rename(ctx.root().join("gover"), ctx.home().join(".gover")).unwrap();
    let linked = ctx.root().join("linked");
    gover_sys::link::replace(&ctx.home(), &linked).unwrap();
    ctx.set("HOME", &linked);
    let program = linked.join(".gover/bin/gover");
    let output = ctx.command(program).args(["config", "path"]).run();
    assert_eq!(raw(&output), linked.join(".gover/config.toml").to_str().unwrap());
}

#[test]
fn a_bin_that_gover_did_not_make_is_no_home() {
    let ctx = elsewhere();
    fs::remove_file(ctx.layout().shim_stamp()).unwrap();
    let usual = ctx.home().join(".gover").join("config.toml");
    assert_eq!(raw(&ctx.gover(["config", "path"])), usual.to_str().unwrap());
}

#[test]
fn a_prefix_that_programs_do_not_understand_is_taken_off() {
    if MAIN_SEPARATOR == '/' {
        return;
    }
    let mut ctx = elsewhere();
    let plain = ctx.layout().home().to_str().unwrap().to_owned();
    for given in [format!(r"\\?\{plain}"), plain.replace('\\', "/"), format!(r"{plain}\")] {
        ctx.set("GOVER_HOME", &given);
        assert_eq!(raw(&ctx.gover(["config", "path"])), format!(r"{plain}\config.toml"), "{given}");
        let output = ctx.command(ctx.layout().program("go")).arg("fake-report").run();
        let goroot = format!(r"{plain}\versions\go1.91.2");
        assert_eq!(output.success().reported("GOROOT"), Some(goroot), "{given}");
    }
}

#[test]
fn a_home_on_another_drive_is_used_by_its_name_there() {
    let Some(prefix) = Env::from_process().text("WINEPREFIX").filter(|_| MAIN_SEPARATOR == '\\') else {
        eprintln!("skipped: there is no second drive to use");
        return;
    };
    let ctx = elsewhere();
    let path = ctx.layout().home().to_str().unwrap().to_owned();
    // Wine keeps drive C below its prefix, and calls the root of the machine Z.
    let home = PathBuf::from(format!(r"Z:{}\drive_c{}", prefix.replace('/', r"\"), &path[2..]));
    let output = ctx.command(home.join("bin").join(executable_name("go"))).arg("fake-report").run();
    let goroot = home.join("versions").join("go1.91.2");
    assert_eq!(output.success().reported("GOROOT").as_deref(), goroot.to_str(), "{output}");
    let output = ctx.command(home.join("bin").join(executable_name("gover"))).args(["config", "path"]).run();
    assert_eq!(raw(&output), home.join("config.toml").to_str().unwrap());
}

/// A directory on a network share, by its UNC name; removed in the end.
struct Share {
    unc: PathBuf,
    local: PathBuf,
}

impl Share {
    /// Wine keeps its shares in a directory. On Windows the machine shares its own drives with administrators.
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
    if MAIN_SEPARATOR == '/' {
        return;
    }
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
    assert_eq!(output.success().reported("GOROOT").as_deref(), goroot.to_str(), "{output}");
}
