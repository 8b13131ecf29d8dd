//! `gover self update`: over a module proxy with a checksum database, and from signed archives.

#[cfg(unix)]
mod interrupted;

use std::fs;
use std::path::{Path, PathBuf};

use gover_core::layout::executable_name;
use gover_core::platform::IS_WINDOWS;
use gover_test::snapbox::str;
use gover_test::{FakeServer, FakeSite, Fault, OwnRelease, Signer, TestContext, context, gover_snapshot};

use crate::scene::files;

/// A home with gover 0.1.0 as a release has it, and a toolchain whose name is a shim.
fn installed() -> TestContext {
    installed_as(&OwnRelease::new("0.1.0"))
}

fn installed_as(release: &OwnRelease) -> TestContext {
    let ctx = context!().with_site();
    release.install(&ctx.layout().bin());
    ctx.install_fake("go1.91.2");
    ctx.gover(["setup", "--dry-run"]).success();
    ctx.gover(["prune"]).success();
    ctx
}

fn publish_module(ctx: &TestContext, release: &OwnRelease) {
    release.record(ctx.site().log());
    release.serve_module(ctx.site().server(), "/proxy");
}

fn signer() -> Signer {
    Signer::new(OwnRelease::SIGNER)
}

/// A directory with one signed release.
fn directory_of(ctx: &TestContext, release: &OwnRelease) -> PathBuf {
    let directory = ctx.root().join("release");
    fs::create_dir_all(&directory).unwrap();
    release.write_to(&directory, &signer());
    directory
}

fn from(directory: &Path) -> [String; 4] {
    ["self", "update", "--from", directory.to_str().unwrap()].map(str::to_owned)
}

#[track_caller]
fn has_version(ctx: &TestContext, version: &str) {
    let output = ctx.gover(["--version"]);
    assert_eq!(output.success().text(), format!("gover {version}"));
    // Every name of the shim is that of the same release.
    let end = format!("version={version}");
    for name in ["gover", "gover-shim", "go", "gofmt", "go1.91.2"] {
        let bytes = fs::read(ctx.layout().program(name)).unwrap();
        assert!(OwnRelease::end_of(&bytes).split(' ').any(|pair| pair == end), "{name} is not of {version}");
    }
    assert!(ctx.names_in("gover/staging").is_empty());
    assert!(ctx.shim("go", ["+1.91.2", "version"]).success().stdout.contains("go1.91.2"));
}

/// The update was refused, and what is installed is as it was.
#[track_caller]
fn refuses(ctx: &TestContext, arguments: &[impl AsRef<std::ffi::OsStr>], words: &str) {
    let before = files(&ctx.layout().bin());
    let output = ctx.gover(arguments);
    assert!(output.exits(1).stderr.contains(words), "{output}");
    assert!(output.stderr.contains("\nhint: "), "{output}");
    assert!(files(&ctx.layout().bin()) == before, "{output}");
    has_version(ctx, "0.1.0");
}

#[test]
fn gover_updates_itself_from_a_module_that_the_log_proves() {
    let ctx = installed();
    // A pre-release is not the newest, nor is an older one.
    for version in ["0.2.0-rc1", "0.1.0", "0.1.1"] {
        publish_module(&ctx, &OwnRelease::new(version));
    }
    has_version(&ctx, "0.1.0");
    gover_snapshot!(
        ctx.gover(["self", "update"]),
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
updated gover from 0.1.0 to 0.1.1 (goproxy, verified with the checksum database; `gover self update --version 0.1.0` undoes this)

"#]]
    );
    has_version(&ctx, "0.1.1");
    gover_snapshot!(
        ctx.gover(["self", "update"]),
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
gover 0.1.1 is the newest release; nothing changed

"#]]
    );
}

#[test]
fn gover_updates_itself_from_a_signed_directory_or_server() {
    let ctx = installed();
    let directory = directory_of(&ctx, &OwnRelease::new("0.1.1"));
    gover_snapshot!(
        ctx.gover(from(&directory)),
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
updated gover from 0.1.0 to 0.1.1 ([ROOT]/release, verified with the signature)

"#]]
    );
    has_version(&ctx, "0.1.1");
    // The layout of GitHub, with a newer and an older release, on a server.
    let server = FakeServer::start();
    OwnRelease::new("0.1.0").serve(&server, "/releases", &signer());
    OwnRelease::with("0.1.2", &[("changelog", "https://e.example/")]).serve(&server, "/releases", &signer());
    let base = server.at("/releases");
    ctx.gover(["self", "update", "--from", &base]).success();
    has_version(&ctx, "0.1.2");
    // Only on purpose does it go back.
    let output = ctx.gover(["self", "update", "--from", &base, "--version", "v0.1.0"]);
    assert!(output.success().stderr.contains("updated gover from 0.1.2 to 0.1.0"), "{output}");
    assert!(output.stderr.contains("changes: https://e.example/"), "{output}");
    has_version(&ctx, "0.1.0");
}

#[test]
fn what_is_compiled_in_is_asked_in_order() {
    let server = FakeServer::start();
    let base = server.at("/releases");
    let constants = [("module", OwnRelease::MODULE), ("base", base.as_str())];
    let ctx = installed_as(&OwnRelease::with("0.1.0", &constants));
    // Neither has anything.
    let output = ctx.gover(["self", "update"]);
    assert!(output.exits(1).stderr.contains("error: cannot get a release of gover\n"), "{output}");
    assert!(output.stderr.contains("SHA256SUMS.note") && output.stderr.contains("GOPROXY"), "{output}");
    // A proxy that does not have it leaves it to the archives.
    OwnRelease::new("0.1.1").serve(&server, "/releases", &signer());
    let output = ctx.gover(["self", "update"]);
    assert!(output.success().stderr.contains("verified with the signature"), "{output}");
    has_version(&ctx, "0.1.1");
}

#[test]
fn a_check_says_whether_there_is_a_newer_release_and_touches_nothing() {
    let ctx = installed();
    publish_module(&ctx, &OwnRelease::new("0.1.0"));
    let before = files(ctx.layout().home());
    gover_snapshot!(
        ctx.gover(["self", "update", "--check"]),
        str![[r#"
exit: 0
----- stdout -----
gover 0.1.0 is the newest release

----- stderr -----

"#]]
    );
    publish_module(&ctx, &OwnRelease::new("0.1.1"));
    gover_snapshot!(
        ctx.gover(["self", "update", "--check"]),
        str![[r#"
exit: 1
----- stdout -----
gover 0.1.1 is available (0.1.0 is installed)

----- stderr -----
hint: gover self update

"#]]
    );
    let output = ctx.gover(["self", "update", "--check", "--json"]);
    assert_eq!(output.exits(1).json()["newer"], true, "{output}");
    let directory = directory_of(&ctx, &OwnRelease::new("0.1.1"));
    let output = ctx.gover([from(&directory).as_slice(), &["--check".to_owned()]].concat());
    assert!(output.exits(1).stdout.starts_with("gover 0.1.1 is available"), "{output}");
    assert_eq!(output.stderr, "hint: gover self update --from [ROOT]/release\n");
    assert!(files(ctx.layout().home()) == before);
}

#[test]
fn an_update_is_described_as_json() {
    let ctx = installed();
    publish_module(&ctx, &OwnRelease::new("0.1.1"));
    let json = ctx.gover(["self", "update", "--json"]).success().json();
    assert_eq!(
        json.to_string(),
        r#"{"installed":"0.1.0","found":"0.1.1","newer":true,"updated":true,"source":"goproxy"}"#
    );
}

#[test]
fn an_older_release_is_refused_unless_it_is_asked_for() {
    let ctx = installed();
    let older = OwnRelease::new("0.0.9");
    publish_module(&ctx, &older);
    gover_snapshot!(
        ctx.gover(["self", "update"]),
        str![[r#"
exit: 1
----- stdout -----

----- stderr -----
error: the newest gover at goproxy is 0.0.9, which is older than the installed 0.1.0
  nothing was changed
hint: this source is out of date; to downgrade, run `gover self update --version 0.0.9`

"#]]
    );
    // Replayed by a server of archives.
    let directory = directory_of(&ctx, &older);
    refuses(&ctx, &from(&directory), "is 0.0.9, which is older than the installed 0.1.0");
    let output = ctx.gover(from(&directory));
    let downgrade = "to downgrade, run `gover self update --from [ROOT]/release --version 0.0.9`\n";
    assert!(output.exits(1).stderr.ends_with(downgrade), "{output}");
    let check = [from(&directory).as_slice(), &["--check".to_owned()]].concat();
    refuses(&ctx, &check, "is 0.0.9, which is older than the installed 0.1.0");
}

#[test]
fn an_archive_without_a_right_signature_is_refused() {
    let ctx = installed();
    let release = OwnRelease::new("0.1.1");
    let directory = ctx.root().join("release");
    release.write_to(&directory, &signer().impostor());
    refuses(&ctx, &from(&directory), "is not a checksum list signed with gover's release key");
    // The right signature under another text.
    let list = directory.join("SHA256SUMS.note");
    let note = String::from_utf8(signer().sign(&release.list())).unwrap();
    fs::write(&list, note.replacen("gover 0.1.1", "gover 0.1.9", 1)).unwrap();
    refuses(&ctx, &from(&directory), "invalid signature for key gover-release+");
    // The list alone, without a signature.
    fs::write(&list, release.list()).unwrap();
    refuses(&ctx, &from(&directory), "malformed note");
    fs::remove_file(&list).unwrap();
    gover_snapshot!(
        ctx.gover(from(&directory)),
        str![[r#"
exit: 1
----- stdout -----

----- stderr -----
error: [ROOT]/release has no SHA256SUMS.note, the signed checksums of a release
hint: use `--from` with the directory or URL of a release, which contains SHA256SUMS.note

"#]]
    );
    has_version(&ctx, "0.1.0");
}

#[test]
fn an_archive_with_another_checksum_is_refused() {
    let ctx = installed();
    let release = OwnRelease::new("0.1.1");
    let directory = directory_of(&ctx, &release);
    let archive = directory.join(release.archive_name());
    let mut bytes = release.archive().to_vec();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&archive, &bytes).unwrap();
    refuses(&ctx, &from(&directory), "is not what was released");
    // The archive of another release under this name.
    fs::write(&archive, OwnRelease::new("0.0.9").archive()).unwrap();
    refuses(&ctx, &from(&directory), "is not what was released");
    fs::remove_file(&archive).unwrap();
    refuses(&ctx, &from(&directory), "no file");
    // A signed list that has nothing for this platform.
    fs::write(directory.join("SHA256SUMS.note"), signer().sign("gover 0.1.1\n")).unwrap();
    refuses(&ctx, &from(&directory), "has no release of gover for [PLATFORM]");
}

#[test]
fn a_module_that_is_not_the_logged_one_is_refused() {
    let ctx = installed();
    let release = OwnRelease::new("0.1.1");
    release.serve_module(ctx.site().server(), "/proxy");
    refuses(&ctx, &["self", "update"], "the checksum database does not prove gover.test/gover@v0.1.1-");
    release.record(ctx.site().log());
    // The programs of another release, and a zip that is cut off.
    let path = format!("/proxy/{}/@v/{}.zip", OwnRelease::MODULE, release.module_version());
    let other = release.with_gover("another program");
    ctx.site().server().serve(&path, other.zip());
    refuses(&ctx, &["self", "update"], "is not what was released");
    ctx.site().server().serve(&path, &release.zip()[..release.zip().len() / 2]);
    refuses(&ctx, &["self", "update"], "cannot unpack gover.test/gover@v0.1.1-");
    ctx.site().server().fault(&path, Fault::Status(404));
    refuses(&ctx, &["self", "update"], "no proxy in GOPROXY served gover.test/gover@v0.1.1-");
}

#[test]
fn gosumdb_does_not_choose_the_key_that_proves_gover() {
    let mut ctx = installed();
    let release = OwnRelease::new("0.1.1");
    publish_module(&ctx, &release);
    // An impostor has a record too, and serves its log where GOSUMDB says.
    let impostor = ctx.site().log().impostor();
    let other = FakeSite::start();
    other.serve_log(&impostor);
    let setting = format!("{} {}", impostor.verifier_key(), other.server().at("/sumdb"));
    ctx.set("GOSUMDB", &setting);
    refuses(&ctx, &["self", "update"], "the checksum database does not prove gover.test/gover@v0.1.1-");
    // The key alone has no effect.
    ctx.set("GOSUMDB", impostor.verifier_key());
    ctx.gover(["self", "update"]).success();
    has_version(&ctx, "0.1.1");
}

#[test]
fn a_release_that_the_proxy_lists_and_cannot_serve_comes_from_the_archives() {
    let server = FakeServer::start();
    let address = server.at("/releases");
    let ctx = installed_as(&OwnRelease::with("0.1.0", &[("module", OwnRelease::MODULE), ("base", &address)]));
    let release = OwnRelease::new("0.1.1");
    publish_module(&ctx, &release);
    let path = format!("/proxy/{}/@v/{}.zip", OwnRelease::MODULE, release.module_version());
    ctx.site().server().fault(&path, Fault::Status(404));
    // Without archives, both places are named.
    refuses(&ctx, &["self", "update"], "cannot get a release of gover");
    release.serve(&server, "/releases", &signer());
    let output = ctx.gover(["self", "update"]);
    assert!(output.success().stderr.contains("verified with the signature"), "{output}");
    has_version(&ctx, "0.1.1");
}

#[test]
fn a_new_gover_that_does_not_run_or_is_another_replaces_nothing() {
    let ctx = installed();
    let release = OwnRelease::new("0.1.1").with_gover("not a program");
    refuses(&ctx, &from(&directory_of(&ctx, &release)), "gover does not run as");
    // Everything is signed, but the program says that it is another version.
    let release = OwnRelease::new("0.1.1").renamed("0.1.2");
    refuses(&ctx, &from(&directory_of(&ctx, &release)), "the new gover reports version `0.1.1`, not 0.1.2");
}

#[test]
fn an_update_renews_the_manual_pages_that_setup_wrote() {
    let ctx = installed();
    let page = ctx.layout().manual_pages().join("gover.1");
    publish_module(&ctx, &OwnRelease::new("0.1.1"));
    ctx.gover(["self", "update"]).success();
    // Nobody ran `gover setup`.
    assert!(!page.exists());
    fs::create_dir_all(page.parent().unwrap()).unwrap();
    for (version, arguments) in [
        ("0.1.2", ["self", "update"].map(str::to_owned).to_vec()),
        ("0.1.3", from(&directory_of(&ctx, &OwnRelease::new("0.1.3"))).to_vec()),
    ] {
        publish_module(&ctx, &OwnRelease::new("0.1.2"));
        ctx.gover(arguments).success();
        has_version(&ctx, version);
        assert_eq!(fs::read_to_string(&page).unwrap(), format!(".TH gover 1 \"gover {version}\"\n"));
    }
}

#[test]
fn a_release_that_does_not_exist_is_refused() {
    let ctx = installed();
    publish_module(&ctx, &OwnRelease::new("0.1.1"));
    let asked = ["self", "update", "--version", "0.1.7"];
    refuses(&ctx, &asked, "no proxy in GOPROXY served gover.test/gover@v0.1.7-");
    let directory = directory_of(&ctx, &OwnRelease::new("0.1.1"));
    let asked = [from(&directory).as_slice(), &["--version".to_owned(), "0.1.7".to_owned()]].concat();
    let output = ctx.gover(asked);
    assert!(output.exits(1).stderr.contains("[ROOT]/release has gover 0.1.1, not 0.1.7"), "{output}");
    let other = "hint: gover self update --from [ROOT]/release --version 0.1.1\n";
    assert!(output.stderr.ends_with(other), "{output}");
    for (arguments, words) in [
        (&["--version", "latest"] as &[&str], "error: `latest` is not a version of gover"),
        (&["--from", "ftp://e.example/x"], "is neither an http(s) address nor a directory"),
    ] {
        let output = ctx.gover([&["self", "update"], arguments].concat());
        assert!(output.exits(2).stderr.contains(words), "{output}");
    }
}

/// Not on Windows, where the waiting program cannot be overwritten like this.
#[test]
fn a_package_is_updated_by_its_package_manager() {
    let ctx = installed();
    let mark = ctx.layout().channel();
    fs::create_dir_all(mark.parent().unwrap()).unwrap();
    fs::write(&mark, "deb\n").unwrap();
    gover_snapshot!(
        ctx.gover(["self", "update"]),
        str![[r#"
exit: 1
----- stdout -----

----- stderr -----
error: this gover was installed with a Debian package; update it the same way
hint: install the newer .deb file of gover with apt-get

"#]]
    );
    // The copy that setup made of a packaged gover.
    let original = ctx.root().join("npm").join(executable_name("gover"));
    fs::write(&mark, format!("npm\n{}\n", original.display())).unwrap();
    let output = ctx.gover(["self", "update", "--check"]);
    let expected =
        "hint: install the newer .tgz files of gover with npm, then run `[ROOT]/npm/gover setup`\n";
    assert!(output.exits(1).stderr.ends_with(expected), "{output}");
}

#[test]
fn a_build_without_a_place_to_update_from_says_how_to_update() {
    let ctx = context!();
    let script = if IS_WINDOWS { "install.ps1" } else { "./install.sh" };
    for (arguments, words) in [
        (&["self", "update"] as &[&str], "this gover has no built-in address or module to update from"),
        (&["self", "update", "--check"], "this gover has no built-in address or module to update from"),
        (&["self", "update", "--from", "."], "this gover has no built-in release key"),
    ] {
        let output = ctx.gover(arguments);
        assert!(output.exits(1).stderr.contains(words), "{output}");
        let hint = format!("hint: run {script} of a newer checkout or release of gover\n");
        assert!(output.stderr.ends_with(&hint), "{output}");
    }
}

#[test]
fn only_the_gover_in_its_home_updates_itself() {
    let ctx = installed();
    publish_module(&ctx, &OwnRelease::new("0.1.1"));
    let elsewhere = ctx.root().join("downloads");
    fs::create_dir_all(&elsewhere).unwrap();
    OwnRelease::new("0.1.0").install(&elsewhere);
    let output = ctx.command(elsewhere.join(executable_name("gover"))).args(["self", "update"]).run();
    assert!(
        output.exits(1).stderr.contains("only the gover in `[ROOT]/gover/bin` can update itself"),
        "{output}"
    );
    has_version(&ctx, "0.1.0");
}

#[cfg(unix)]
#[test]
fn an_update_in_the_home_of_another_user_is_refused() {
    use std::os::unix::fs::PermissionsExt as _;

    let ctx = installed();
    let (Some(setpriv), true) = (ctx.find_on_machine("setpriv"), gover_sys::user::is_root()) else { return };
    publish_module(&ctx, &OwnRelease::new("0.1.1"));
    for directory in [ctx.root().as_path(), ctx.layout().home()] {
        fs::set_permissions(directory, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let before = files(&ctx.layout().bin());
    let output = ctx
        .command(setpriv)
        .args(["--reuid=12002", "--regid=12002", "--clear-groups"])
        .arg(ctx.gover_program())
        .args(["self", "update"])
        .run();
    assert!(
        output.exits(1).stderr.contains("error: cannot write to [ROOT]/gover, which belongs to root"),
        "{output}"
    );
    assert!(output.stderr.contains("gover self update"), "{output}");
    assert!(files(&ctx.layout().bin()) == before);
}

#[test]
fn without_network_nothing_is_asked_but_a_directory_works() {
    let ctx = installed();
    publish_module(&ctx, &OwnRelease::new("0.1.1"));
    ctx.site().server().forget_requests();
    refuses(&ctx, &["--offline", "self", "update"], "offline");
    assert!(ctx.site().server().requests().is_empty());
    let directory = directory_of(&ctx, &OwnRelease::new("0.1.1"));
    ctx.gover([&["--offline".to_owned()], from(&directory).as_slice()].concat()).success();
    has_version(&ctx, "0.1.1");
}
