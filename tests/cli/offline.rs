//! Without network: nothing is asked, and everything that needs nobody works.

use std::fs;

use gover_test::snapbox::str;
use gover_test::{Release, TestContext, context, gover_snapshot};

use crate::scene::{assert_nothing_left, file_url, receipt};

/// A world where every source and every proxy is a server that remembers who asked, and gover is
/// offline.
fn offline() -> TestContext {
    let mut ctx = context!().with_site();
    let site = ctx.site().url();
    ctx.set("GOVER_SOURCES", format!("go.dev,goproxy,{site}/mirror"));
    for name in ["HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"] {
        ctx.set(name, &site);
    }
    ctx.unset("NO_PROXY").set("GOVER_OFFLINE", "1");
    ctx.publish("go1.91.2");
    ctx
}

#[track_caller]
fn assert_nobody_was_asked(ctx: &TestContext) {
    assert_eq!(ctx.site().server().request_lines(), Vec::<String>::new());
}

#[test]
fn local_commands_work_offline() {
    let ctx = offline();
    for name in ["go1.90.1", "go1.90.4", "go1.91.2"] {
        ctx.install_fake(name);
    }
    for arguments in [
        vec!["list"],
        vec!["list", "--remote"],
        vec!["list", "--remote", "--all", "--json"],
        vec!["install", "1.91.2"],
        vec!["install", "go1.90.1", "1.90.4"],
        vec!["default", "1.90"],
        vec!["default"],
        vec!["pin", "1.91"],
        vec!["pin", "1.90", "--exact"],
        vec!["current", "-v"],
        vec!["check"],
        vec!["which", "gofmt"],
        vec!["use", "1.91"],
        vec!["env", "--shell", "bash"],
        vec!["exec", "1.90.1", "--", "go", "version"],
        vec!["cache"],
        vec!["config", "list"],
        vec!["uninstall", "1.90.1"],
        vec!["prune", "--dry-run"],
    ] {
        ctx.gover(&arguments).success();
        assert_nobody_was_asked(&ctx);
    }
}

#[test]
fn every_way_to_be_offline_opens_no_socket() {
    for way in ["option", "variable", "file"] {
        let mut ctx = offline();
        ctx.unset("GOVER_OFFLINE");
        let mut option = Vec::new();
        match way {
            "option" => option.push("--offline"),
            "variable" => drop(ctx.set("GOVER_OFFLINE", "1")),
            _ => drop(ctx.gover(["config", "set", "offline", "true"]).success()),
        }
        for arguments in [
            vec!["install", "1.91.2"],
            vec!["install", "1.91"],
            vec!["install", "latest"],
            vec!["use", "1.91.2"],
            vec!["exec", "1.91.2", "--", "go", "version"],
            vec!["mirror", "go", "1.91.2"],
        ] {
            let output = ctx.gover(option.iter().chain(&arguments));
            assert_ne!(output.code, Some(0), "{output}");
            assert!(output.stderr.contains("hint: "), "{output}");
            assert_nobody_was_asked(&ctx);
        }
        ctx.gover(option.iter().chain(&["doctor"]));
        assert_nobody_was_asked(&ctx);
        assert!(ctx.names_in("gover/versions").is_empty());
    }
}

#[test]
fn the_shim_opens_no_socket_offline() {
    let ctx = offline();
    ctx.write(".go-version", "1.91.2\n");
    let output = ctx.shim("go", ["version"]);
    assert!(output.exits(127).stderr.contains("gover install 1.91.2"), "{output}");
    assert_nobody_was_asked(&ctx);
}

#[test]
fn a_file_with_a_known_checksum_installs() {
    let mut ctx = offline();
    // A release that only the index of this site vouches for needs a record otherwise.
    ctx.set("GOVER_REQUIRE_SUMDB", "0");
    let release = Release::new("go1.91.2");
    // The index was read once, before the journey.
    ctx.unset("GOVER_OFFLINE").set("NO_PROXY", "*");
    ctx.gover(["list", "--remote", "1.91"]).success();
    ctx.set("GOVER_OFFLINE", "1").unset("NO_PROXY");
    ctx.site().server().forget_requests();
    let path = ctx.write(&format!("download/{}", release.archive_name()), release.archive());
    gover_snapshot!(
        ctx.gover(["install", &format!("./download/{}", release.archive_name())]),
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
installed go1.91.2 in [TIME] ([SIZE] from [ROOT]/shop/download/go1.91.2.[PLATFORM].[ARCHIVE]), verified
warning: could not ask the checksum database: cannot read `/lookup/golang.org/toolchain@v0.0.1-go1.91.2.[PLATFORM]` of checksum database `sum.test`
default is now go1.91.2 (`gover default --unset` undoes this)

"#]]
    );
    ctx.gover(["uninstall", "1.91.2"]).success();
    ctx.gover(["install", &file_url(&path), "go1.91.2"]).success();
    assert_nobody_was_asked(&ctx);
    // A byte that is wrong stops it, wherever the file lies.
    let mut bytes = release.archive().to_vec();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&path, bytes).unwrap();
    let output = ctx.gover(["install", "-f", path.to_str().unwrap()]);
    assert!(output.exits(1).stderr.contains("is not what was released"), "{output}");
    assert!(output.stderr.contains("hint: the file is not the official release; try `GOVER"), "{output}");
    assert!(path.exists(), "the user's own file stays");
}

#[test]
fn a_file_next_to_a_copy_of_the_log_installs() {
    for format in ["archive", "module"] {
        let ctx = offline();
        let online = ctx.command(ctx.gover_program()).env_remove("GOVER_OFFLINE").env("NO_PROXY", "*");
        online
            .env("GOVER_HOME", ctx.root().join("other"))
            .args(["mirror", "go", "1.91.2", "--format", format])
            .run()
            .success();
        ctx.site().server().forget_requests();
        let release = Release::new("go1.91.2");
        let file = match format {
            "archive" => format!("go/{}", release.archive_name()),
            _ => format!("go/golang.org/toolchain/@v/{}.zip", release.module_version()),
        };
        ctx.gover(["install", &file]).success();
        assert_eq!(receipt(&ctx, "go1.91.2")["proofs"][0]["kind"], "transparency-log");
        assert_nobody_was_asked(&ctx);
    }
}

#[test]
fn a_file_with_a_cached_record_installs() {
    let mut ctx = offline();
    ctx.unset("GOVER_OFFLINE").set("NO_PROXY", "*").set("GOVER_SOURCES", "goproxy");
    ctx.gover(["install", "1.91.2"]).success();
    ctx.gover(["uninstall", "1.91.2"]).success();
    ctx.set("GOVER_OFFLINE", "1").unset("NO_PROXY");
    ctx.site().server().forget_requests();
    let release = Release::new("go1.91.2");
    let name = format!("{}.zip", release.module_version());
    ctx.write(&name, release.module_zip());
    ctx.gover(["install", &name]).success();
    assert_nobody_was_asked(&ctx);
}

#[test]
fn a_file_without_proof_is_not_installed() {
    let ctx = offline();
    let release = Release::new("go1.91.2");
    ctx.write(&release.archive_name(), release.archive());
    let name = format!("./{}", release.archive_name());
    let output = ctx.gover(["install", &name]);
    assert!(output.exits(1).stderr.starts_with("error: cannot verify"), "{output}");
    assert!(output.raw_stderr.windows(12).any(|part| part == b"--sha256 HEX"), "{output}");
    assert_nobody_was_asked(&ctx);
    assert!(ctx.names_in("gover/versions").is_empty());
    ctx.gover(["install", "--sha256", &release.sha256(), &name]).success();
    ctx.gover(["uninstall", "1.91.2"]).success();
    let path = ctx.work().join(release.archive_name());
    ctx.gover(["install", "--sha256", &release.sha256(), &file_url(&path)]).success();
    assert_nobody_was_asked(&ctx);
}

#[test]
fn a_renamed_module_zip_is_reported_with_its_name() {
    let ctx = offline();
    let release = Release::new("go1.91.2");
    ctx.write("download.zip", release.module_zip());
    let sum = gover_test::sha256_hex(release.module_zip());
    gover_snapshot!(
        ctx.gover(["install", "--sha256", &sum, "download.zip"]),
        str![[r#"
exit: 1
----- stdout -----

----- stderr -----
error: download.zip is a module zip, but is not named like one
  nothing was installed
hint: rename it to its published name: `v0.0.1-go1.91.2.[PLATFORM].zip`

"#]]
    );
    let name = format!("{}.zip", release.module_version());
    ctx.write(&name, release.module_zip());
    ctx.gover(["install", "--sha256", &sum, &name]).success();
}

#[test]
fn a_file_for_another_platform_is_refused_before_it_is_read() {
    let ctx = offline();
    let other = if gover_core::Platform::host().is_windows() { "linux-amd64" } else { "windows-amd64" };
    let foreign = Release::for_platform("go1.91.2", other.parse().unwrap());
    ctx.write(&foreign.archive_name(), foreign.archive());
    let output = ctx.gover(["install", &foreign.archive_name()]);
    let text = String::from_utf8_lossy(&output.raw_stderr).into_owned();
    assert!(output.exits(2).stderr.starts_with("error: "), "{output}");
    assert!(text.contains(&format!("is for {other}")) && text.contains("hint: "), "{text}");
    let machine = Release::for_another_machine("go1.91.2");
    ctx.write(&machine.archive_name(), machine.archive());
    let output = ctx.gover(["install", &machine.archive_name()]);
    let text = String::from_utf8_lossy(&output.raw_stderr).into_owned();
    let hint = format!("hint: gover install --arch {} {}", machine.platform().arch(), machine.archive_name());
    assert!(output.exits(2).stderr.starts_with("error: ") && text.contains(&hint), "{text}");
    fs::create_dir(ctx.work().join("go1.91.3.linux-amd64.tar.gz")).unwrap();
    assert!(
        ctx.gover(["install", "./go1.91.3.linux-amd64.tar.gz"]).exits(2).stderr.contains("is not a file")
    );
    assert!(
        ctx.gover(["install", "./go1.91.4.linux-amd64.tar.gz"]).exits(2).stderr.contains("does not exist")
    );
    assert_nothing_left(&ctx);
}

#[test]
fn offline_a_directory_serves_its_newest_release() {
    let mut ctx = offline();
    // A release that only the index of this site vouches for needs a record otherwise.
    ctx.set("GOVER_REQUIRE_SUMDB", "0");
    let release = Release::new("go1.90.4");
    ctx.write(&format!("stick/{}", release.archive_name()), release.archive());
    ctx.unset("GOVER_OFFLINE").set("NO_PROXY", "*");
    ctx.site().publish(release);
    // A newer one is known, and not to be had here.
    ctx.gover(["list", "--remote"]).success();
    ctx.set("GOVER_OFFLINE", "1").unset("NO_PROXY").set("GOVER_SOURCES", "go.dev,./stick");
    ctx.site().server().forget_requests();
    let output = ctx.gover(["install", "latest"]);
    assert!(output.success().stderr.contains("installed go1.90.4"), "{output}");
    assert_nobody_was_asked(&ctx);
}
