//! `GOVER_HOME`: from the variable, from the path of the program, and in unusual directories.

use std::fs;
use std::path::Path;

use gover_core::layout::executable_name;
use gover_test::{Output, TestContext, context, has_directory_links};

#[cfg(windows)]
mod windows;

/// A gover elsewhere than in the user's home, with one toolchain installed and another one
/// published; as an editor starts it: no variable of gover, nothing of it on PATH.
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
fn a_program_finds_its_home_by_its_own_path() {
    let ctx = elsewhere();
    let goroot = ctx.layout().toolchain(&gover_core::ToolchainName::parse("go1.91.2").unwrap());
    for name in ["go", "go1.91.2"] {
        let output = ctx.command(ctx.layout().program(name)).arg("fake-report").run();
        assert_eq!(output.success().reported("tree").as_deref(), goroot.to_str(), "{output}");
    }
    assert_eq!(raw(&ctx.gover(["config", "path"])), ctx.layout().config().to_str().unwrap());
    // Automatic installs use the same home.
    let output = ctx.command(ctx.layout().program("go")).args(["+1.90.4", "version"]).run();
    assert!(output.success().stdout.starts_with("go version go1.90.4 "), "{output}");
    assert_eq!(ctx.names_in("gover/versions"), ["go1.90.4", "go1.91.2"]);
    assert!(!ctx.home().join(".gover").exists(), "nothing comes into the usual home");
}

/// On Windows links to files need a privilege.
#[cfg(unix)]
#[test]
fn a_link_to_the_program_leads_to_its_home() {
    let ctx = elsewhere();
    let tools = ctx.directory("bin");
    gover_sys::link::replace(&ctx.layout().program("go"), &tools.join("go")).unwrap();
    let output = ctx.command(tools.join("go")).arg("version").run();
    assert!(output.success().stdout.starts_with("go version go1.91.2 "), "{output}");
}

#[test]
fn the_variable_overrides_the_path_of_the_program() {
    let mut ctx = elsewhere();
    let other = ctx.root().join("other");
    ctx.set("GOVER_HOME", &other);
    assert_eq!(raw(&ctx.gover(["config", "path"])), other.join("config.toml").to_str().unwrap());
}

#[test]
fn a_home_keeps_the_spelling_of_the_users_home() {
    let gover = || Path::new("bin").join(executable_name("gover"));
    let mut ctx = elsewhere();
    // ~/.gover is a link to where the program lies.
    let usual = ctx.home().join(".gover");
    gover_sys::link::replace(ctx.layout().home(), &usual).unwrap();
    let output = ctx.command(usual.join(gover())).args(["config", "path"]).run();
    assert_eq!(raw(&output), usual.join("config.toml").to_str().unwrap());
    gover_sys::link::remove(&usual).unwrap();
    // ~ itself is a link.
    fs::rename(ctx.root().join("gover"), ctx.home().join(".gover")).unwrap();
    let linked = ctx.root().join("linked");
    gover_sys::link::replace(&ctx.home(), &linked).unwrap();
    ctx.set(if cfg!(windows) { "USERPROFILE" } else { "HOME" }, &linked);
    let program = linked.join(".gover").join(gover());
    let output = ctx.command(program).args(["config", "path"]).run();
    assert_eq!(raw(&output), linked.join(".gover").join("config.toml").to_str().unwrap());
}

#[test]
fn a_foreign_bin_directory_is_not_a_home() {
    let ctx = elsewhere();
    fs::remove_file(ctx.layout().shim_stamp()).unwrap();
    let usual = ctx.home().join(".gover").join("config.toml");
    assert_eq!(raw(&ctx.gover(["config", "path"])), usual.to_str().unwrap());
}

#[test]
fn the_home_of_another_program_gets_no_stamp_and_keeps_its_cache() {
    let ctx = context!();
    fs::remove_file(ctx.layout().shim_stamp()).unwrap();
    let foreign = ctx.layout().versions().join("3.10.13");
    fs::create_dir_all(&foreign).unwrap();
    let part = ctx.layout().cache().join("go1.91.2@0123456789abcdef.part");
    let index = ctx.layout().index_cache().join("theirs");
    for file in [&part, &index] {
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, "precious").unwrap();
    }
    for command in [&["setup"][..], &["setup", "--dry-run"], &["cache", "clean"]] {
        let output = ctx.gover(command);
        assert!(output.exits(1).stderr.contains("does not belong to gover"), "{output}");
        assert!(!ctx.layout().shim_stamp().exists(), "{output}");
    }
    // Without anything of another program, the stamp is still missing.
    fs::remove_dir(&foreign).unwrap();
    let output = ctx.gover(["cache", "clean"]);
    assert!(output.exits(1).stderr.contains("has no bin/.shim"), "{output}");
    assert!(part.is_file() && index.is_file());
}

#[test]
fn cleaning_follows_no_link_out_of_the_home() {
    if !has_directory_links() {
        return;
    }
    let ctx = context!();
    let outside = ctx.directory("outside");
    let files = [outside.join("failed-sources.json"), outside.join("go1.91.2@0123456789abcdef.part")];
    for file in &files {
        fs::write(file, "precious").unwrap();
    }
    gover_sys::link::replace(&outside, &ctx.layout().cache()).unwrap();
    let output = ctx.gover(["cache", "clean"]);
    assert!(output.exits(1).stderr.contains("is a link that points outside"), "{output}");
    assert!(files.iter().all(|file| file.is_file()));
    // Nor does the next choice of a shell remove what only looks like an old one.
    let sessions = ctx.directory("sessions");
    fs::write(sessions.join("4999999"), "precious").unwrap();
    gover_sys::link::replace(&sessions, &ctx.layout().sessions()).unwrap();
    ctx.install_fake("go1.91.2");
    ctx.gover(["use", "1.91.2"]);
    assert!(sessions.join("4999999").is_file());
}

#[test]
fn a_directory_is_not_a_record_of_a_shell() {
    let ctx = context!();
    let directory = ctx.layout().sessions().join("4999999");
    fs::create_dir_all(&directory).unwrap();
    fs::write(ctx.layout().sessions().join("4999998"), "ended").unwrap();
    ctx.install_fake("go1.91.2");
    ctx.gover(["use", "1.91.2"]).success();
    assert!(directory.is_dir() && !ctx.layout().sessions().join("4999998").exists());
}

/// A store of root, as another user sees it: each command that would change it names its owner and a command that helps.
#[cfg(unix)]
#[test]
fn a_store_that_belongs_to_root_is_changed_by_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;

    let (ctx, _) = crate::scene::released();
    let (Some(setpriv), true) = (ctx.find_on_machine("setpriv"), gover_sys::user::is_root()) else { return };
    ctx.install_fake("go1.90.1");
    ctx.gover(["default", "1.90.1"]).success();
    for directory in [ctx.root().as_path(), ctx.layout().home()] {
        std::fs::set_permissions(directory, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    let as_other = |arguments: &str| {
        let user = ["--reuid=12002", "--regid=12002", "--clear-groups"];
        ctx.command(&setpriv).args(user).arg(ctx.gover_program()).args(arguments.split(' ')).run()
    };
    for (arguments, by_owner) in [
        ("install 1.91.2", "install 1.91.2"),
        ("use 1.91.2", "install 1.91.2"),
        ("exec 1.91.2 -- go version", "install 1.91.2"),
        ("uninstall 1.90.1", "uninstall 1.90.1"),
        ("default 1.90.1", "default 1.90.1"),
        ("default --unset", "default --unset"),
        ("prune --yes", "prune --yes"),
        ("config set offline true", "config set offline true"),
    ] {
        let output = as_other(arguments);
        assert!(
            output.stderr.contains("error: cannot write to ")
                && output.stderr.contains("which belongs to root"),
            "{output}"
        );
        assert!(
            output.stderr.contains("hint: sudo ") && output.stderr.contains(&format!("/gover {by_owner}\n")),
            "{output}"
        );
    }
    assert!(as_other("default 1.90.1").stderr.contains("GOVER_VERSION"));
    assert!(as_other("doctor --fix").stderr.contains("hint: `gover doctor` shows the commands to type"));
    as_other("install 1.90.1").success();
}

/// A link that somebody put where gover keeps a lock is not followed, and the error says what to do.
#[cfg(unix)]
#[test]
fn a_link_in_place_of_a_lock_is_refused_with_a_hint() {
    let (ctx, _) = crate::scene::released();
    let victim = ctx.write("victim", "precious");
    for (lock, arguments) in
        [("go1.91.2", ["install", "1.91.2"].as_slice()), ("config", &["config", "set", "offline", "true"])]
    {
        let path = ctx.layout().lock(lock);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::os::unix::fs::symlink(&victim, &path).unwrap();
        let output = ctx.gover(arguments);
        assert!(output.exits(1).stderr.contains("it is a link, not a file"), "{output}");
        assert!(output.stderr.contains("hint: move away what is at that path, and try again\n"), "{output}");
    }
    assert_eq!(std::fs::read_to_string(victim).unwrap(), "precious");
}
