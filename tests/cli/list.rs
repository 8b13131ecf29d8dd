//! `gover list`: installed toolchains, and releases.

use std::fs;
use std::time::{SystemTime, UNIX_EPOCH};

use gover_test::snapbox::str;
use gover_test::{Fault, TestContext, context, gover_snapshot};

/// Toolchains of three states of support. Only past ones: their state never changes again.
fn installed() -> TestContext {
    let ctx = context!();
    for name in ["go1.21.13", "go1.22.5", "go1.22rc1", "go1.22.5-bigcorp"] {
        ctx.install_fake(name);
    }
    fs::write(ctx.layout().default_file(), "1.22.5\n").unwrap();
    fs::create_dir_all(ctx.layout().receipts()).unwrap();
    let receipt = serde_json::json!({
        "name": "go1.22.5", "platform": "linux-amd64", "source": "goproxy", "url": null, "file": "x.zip",
        "file_bytes": 72_894_032, "sha256": "00", "h1": null, "proofs": [],
        "installed_at": "2026-01-02T03:04:05Z", "files": 9, "bytes": 221_249_536, "gover": "0.1.0"
    });
    fs::write(ctx.layout().receipts().join("go1.22.5.json"), receipt.to_string()).unwrap();
    ctx
}

#[test]
fn installed_toolchains_are_listed_with_size_and_support() {
    let ctx = installed();
    ctx.write(".go-version", "1.21\n");
    gover_snapshot!(
        ctx.gover(["list"]),
        str![[r#"
exit: 0
----- stdout -----
  go1.22.5-bigcorp        -  custom build, 1.22.12 is out; [N] known vulnerabilities
  go1.22.5          [SIZE]  default; 1.22.12 is out, 1.22 ended 2025-02; [N] known vulnerabilities
  go1.22rc1               -  1.22.12 is out, 1.22 ended 2025-02; [N] known vulnerabilities
* go1.21.13               -  ended 2024-08; [N] known vulnerabilities

----- stderr -----
4 toolchains, at least [SIZE]

"#]]
    );
    gover_snapshot!(
        ctx.gover(["ls", "1.21"]),
        str![[r#"
exit: 0
----- stdout -----
* go1.21.13  -  ended 2024-08; [N] known vulnerabilities

----- stderr -----
1 toolchain

"#]]
    );
    gover_snapshot!(
        ctx.gover(["ls", "1.80"]),
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
no installed Go matches `1.80`
hint: gover install 1.80

"#]]
    );
}

#[test]
fn the_list_as_data() {
    let ctx = installed();
    gover_snapshot!(
        ctx.gover(["list", "--json"]),
        str![[r#"
exit: 0
----- stdout -----
{"toolchains":[{"version":"go1.21.13","goroot":"[ROOT]/gover/versions/go1.21.13","target":null,"arch":"[ARCH]","bytes":null,"selected":false,"default":false,"support":{"state":"end-of-life","since":"2024-08-13","newest_patch":null,"ends_with":null,"expected":null},"vulnerabilities":[N]},{"version":"go1.22rc1","goroot":"[ROOT]/gover/versions/go1.22rc1","target":null,"arch":"[ARCH]","bytes":null,"selected":false,"default":false,"support":{"state":"end-of-life","since":"2025-02-11","newest_patch":"go1.22.12","ends_with":null,"expected":null},"vulnerabilities":[N]},{"version":"go1.22.5","goroot":"[ROOT]/gover/versions/go1.22.5","target":null,"arch":"[ARCH]","bytes":221249536,"selected":true,"default":true,"support":{"state":"end-of-life","since":"2025-02-11","newest_patch":"go1.22.12","ends_with":null,"expected":null},"vulnerabilities":[N]},{"version":"go1.22.5-bigcorp","goroot":"[ROOT]/gover/versions/go1.22.5-bigcorp","target":null,"arch":"[ARCH]","bytes":null,"selected":false,"default":false,"support":{"state":"custom","since":null,"newest_patch":"go1.22.12","ends_with":null,"expected":null},"vulnerabilities":[N]}],"damaged":[],"default_path":null,"system":null}

----- stderr -----

"#]]
    );
    let none = context!().gover(["list", "--json"]);
    gover_snapshot!(
        none,
        str![[r#"
exit: 0
----- stdout -----
{"toolchains":[],"damaged":[],"default_path":null,"system":null}

----- stderr -----

"#]]
    );
}

#[test]
fn an_empty_store_shows_the_first_command() {
    gover_snapshot!(
        context!().gover(["list"]),
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
no toolchain is installed
hint: gover install latest

"#]]
    );
}

#[test]
fn the_system_go_is_listed_on_request() {
    let mut ctx = installed();
    ctx.install_system_fake("go1.19.8");
    let plain = ctx.gover(["list"]);
    assert!(!plain.success().stdout.contains("go1.19.8"), "{plain}");
    gover_snapshot!(
        ctx.gover(["list", "--all"]),
        str![[r#"
exit: 0
----- stdout -----
  go1.22.5-bigcorp        -   custom build, 1.22.12 is out; [N] known vulnerabilities
* go1.22.5          [SIZE]   default; 1.22.12 is out, 1.22 ended 2025-02; [N] known vulnerabilities
  go1.22rc1               -   1.22.12 is out, 1.22 ended 2025-02; [N] known vulnerabilities
  go1.21.13               -   ended 2024-08; [N] known vulnerabilities
  system            go1.19.8  on PATH, [ROOT]/system/go1.19.8/bin/go

----- stderr -----
4 toolchains, at least [SIZE]

"#]]
    );
    let facts = ctx.gover(["list", "--all", "--json"]).json();
    assert_eq!(facts["system"]["version"], "go1.19.8");
}

#[test]
fn damage_is_reported_and_never_listed_as_a_toolchain() {
    let ctx = installed();
    let versions = ctx.layout().versions();
    fs::create_dir_all(versions.join("go1.20.1/bin")).unwrap();
    fs::create_dir_all(versions.join("go1.20.2")).unwrap();
    fs::write(versions.join("go1.20.2/VERSION"), "go1.20.2\n").unwrap();
    fs::write(versions.join("go1.20.3"), "a file").unwrap();
    fs::create_dir_all(versions.join("not a version")).unwrap();
    let output = ctx.gover(["list"]);
    gover_snapshot!(
        output,
        str![[r#"
exit: 0
----- stdout -----
  go1.22.5-bigcorp        -  custom build, 1.22.12 is out; [N] known vulnerabilities
* go1.22.5          [SIZE]  default; 1.22.12 is out, 1.22 ended 2025-02; [N] known vulnerabilities
  go1.22rc1               -  1.22.12 is out, 1.22 ended 2025-02; [N] known vulnerabilities
  go1.21.13               -  ended 2024-08; [N] known vulnerabilities

----- stderr -----
4 toolchains, at least [SIZE]
warning: [ROOT]/gover/versions/go1.20.1 has no bin/go (`gover prune` removes it)
warning: [ROOT]/gover/versions/go1.20.2 has no bin/go (`gover prune` removes it)
warning: [ROOT]/gover/versions/go1.20.3 has no bin/go (`gover prune` removes it)
warning: [ROOT]/gover/versions/not a version is not the name of a toolchain (gover does not use it)

"#]]
    );
    let facts = ctx.gover(["list", "--json"]).json();
    let damaged: Vec<_> = facts["damaged"].as_array().unwrap().iter().map(|one| &one["path"]).collect();
    assert_eq!(damaged.len(), 4, "{damaged:?}");
    assert_eq!(facts["toolchains"].as_array().unwrap().len(), 4);
}

#[test]
fn a_damaged_receipt_only_hides_the_size() {
    let ctx = installed();
    for content in [&b"{"[..], b"[]", b"", &[0xff, 0xfe], b"{\"bytes\": -1}"] {
        fs::write(ctx.layout().receipts().join("go1.22.5.json"), content).unwrap();
        let output = ctx.gover(["list"]);
        assert!(output.success().stdout.contains("go1.22.5"), "{output}");
        let facts = ctx.gover(["list", "--json"]).json();
        assert!(facts["toolchains"].to_string().contains("go1.22.5"));
    }
}

fn released() -> TestContext {
    let ctx = context!().with_site();
    for name in ["go1.90.3", "go1.90.4", "go1.91.1", "go1.91.2", "go1.92rc1"] {
        ctx.publish(name);
    }
    ctx
}

#[test]
fn releases_are_listed_newest_first_with_their_support() {
    let ctx = released();
    ctx.install_fake("go1.91.1");
    gover_snapshot!(
        ctx.gover(["list", "--remote", ">=1.90"]),
        str![[r#"
exit: 0
----- stdout -----
  go1.91.2  2024-06-27  supported
  go1.91.1  2024-06-27  supported, 1.91.2 is out  installed
  go1.90.4  2024-06-27  supported
  go1.90.3  2024-06-27  supported, 1.90.4 is out

----- stderr -----

"#]]
    );
    gover_snapshot!(
        ctx.gover(["list", "--remote", "1.99"]),
        str![[r#"
exit: 1
----- stdout -----

----- stderr -----
error: no Go release for [PLATFORM] matches `1.99`
hint: `gover list --remote --all` shows every release

"#]]
    );
    // Without a request, one line a minor version and what is coming.
    let output = ctx.gover(["ls", "--remote"]);
    let names: Vec<_> = output
        .success()
        .stdout
        .lines()
        .take(4)
        .map(|line| line.split_whitespace().next().unwrap().to_owned())
        .collect();
    assert_eq!(names[..3], ["go1.92rc1", "go1.91.2", "go1.90.4"]);
    let all = ctx.gover(["list", "--remote", "--all"]);
    assert!(all.success().stdout.contains("go1.90.3"), "{all}");
    assert!(all.stdout.lines().count() > output.stdout.lines().count() + 50);
}

#[test]
fn releases_show_what_is_installed_the_default_and_the_toolchain_used_here() {
    let ctx = released();
    for name in ["go1.90.4", "go1.91.1"] {
        ctx.install_fake(name);
    }
    fs::write(ctx.layout().default_file(), "1.91\n").unwrap();
    ctx.write(".go-version", "1.90.4\n");
    gover_snapshot!(
        ctx.gover(["list", "--remote", ">=1.90"]),
        str![[r#"
exit: 0
----- stdout -----
  go1.91.2  2024-06-27  supported
  go1.91.1  2024-06-27  supported, 1.91.2 is out  installed, default
* go1.90.4  2024-06-27  supported                 installed
  go1.90.3  2024-06-27  supported, 1.90.4 is out

----- stderr -----

"#]]
    );
}

#[test]
fn colours_tell_supported_from_outdated_and_ended() {
    let ctx = released();
    for name in ["go1.22.5", "go1.90.4", "go1.91.1"] {
        ctx.install_fake(name);
    }
    ctx.gover(["list", "--remote"]).success();
    for arguments in [&["list"][..], &["list", "--remote", "--all"]] {
        let output = ctx.gover(arguments.iter().copied().chain(["--color", "always"]));
        let shown = &output.success().stdout;
        for part in [
            "\u{1b}[32msupported\u{1b}[0m",
            "\u{1b}[33m1.91.2 is out\u{1b}[0m",
            "\u{1b}[31m1.22 ended 2025-02\u{1b}[0m",
        ] {
            assert!(shown.contains(part), "{arguments:?}: {part:?} is not in {shown:?}");
        }
    }
}

#[test]
fn releases_as_data() {
    let ctx = released();
    ctx.install_fake("go1.91.1");
    gover_snapshot!(
        ctx.gover(["list", "--remote", "--json", ">=1.91"]),
        str![[r#"
exit: 0
----- stdout -----
{"releases":[{"version":"go1.91.2","date":"2024-06-27","stable":true,"security":null,"installed":false,"support":{"state":"supported","since":null,"newest_patch":null,"ends_with":"go1.93","expected":"2059-08"},"vulnerabilities":null},{"version":"go1.91.1","date":"2024-06-27","stable":true,"security":null,"installed":true,"support":{"state":"supported","since":null,"newest_patch":"go1.91.2","ends_with":"go1.93","expected":"2059-08"},"vulnerabilities":null}],"basis":{"kind":"index","date":"[DATE]"}}

----- stderr -----

"#]]
    );
}

#[test]
fn without_a_release_site_only_offered_files_are_listed() {
    let mut ctx = released();
    let host = gover_core::Platform::host();
    let version = |name: &str| format!("v0.0.1-{name}.{host}");
    let list = [version("go1.91.1"), version("go1.90.4"), version("go1.90.3"), version("go1.91.1-corp")];
    ctx.site().server().serve("/mirror/golang.org/toolchain/@v/list", list.join("\n"));
    let mirror = ctx.site().mirror_url();
    let path = ctx.write("archives/golang.org/toolchain/@v/list", "");
    for version in &list {
        std::fs::write(path.with_file_name(format!("{version}.zip")), "").unwrap();
    }
    let directory = path.ancestors().nth(4).unwrap().to_str().unwrap().to_owned();
    for sources in [mirror, directory] {
        ctx.set("GOVER_SOURCES", sources);
        gover_snapshot!(
            ctx.gover(["list", "--remote"]),
            str![[r#"
exit: 0
----- stdout -----
  go1.91.1-corp  custom build
  go1.91.1       supported
  go1.90.4       supported

----- stderr -----

"#]]
        );
        gover_snapshot!(
            ctx.gover(["list", "--remote", "--json", "1.90"]),
            str![[r#"
exit: 0
----- stdout -----
{"releases":[{"version":"go1.90.4","date":null,"stable":true,"security":null,"installed":false,"support":{"state":"supported","since":null,"newest_patch":null,"ends_with":"go1.92","expected":"2059-02"},"vulnerabilities":null},{"version":"go1.90.3","date":null,"stable":true,"security":null,"installed":false,"support":{"state":"supported","since":null,"newest_patch":"go1.90.4","ends_with":"go1.92","expected":"2059-02"},"vulnerabilities":null}],"basis":{"kind":"sources","date":null}}

----- stderr -----

"#]]
        );
        gover_snapshot!(
            ctx.gover(["install", "1.99"]),
            str![[r#"
exit: 1
----- stdout -----

----- stderr -----
error: no Go release matches `1.99`
  newest known: go1.91.1 (from the lists of the sources)
hint: `gover list --remote` shows every release

"#]]
        );
    }
}

#[test]
fn a_mirror_without_a_list_is_named() {
    let mut ctx = released();
    let mirror = ctx.site().mirror_url();
    ctx.set("GOVER_SOURCES", mirror);
    let output = ctx.gover(["list", "--remote", "1.21.13"]);
    let told = "/mirror does not list its files; using the table compiled into gover, of ";
    assert!(output.success().stderr.contains(told), "{output}");
    assert!(output.stdout.starts_with("  go1.21.13 "), "{output}");
}

#[test]
fn the_index_is_downloaded_once_an_hour_and_only_if_it_changed() {
    let ctx = released();
    let server = ctx.site().server();
    ctx.gover(["list", "--remote"]).success();
    let index = server.requests_for("/dl/");
    assert_eq!(index.len(), 1);
    assert_eq!(index[0].query, "mode=json&include=all");
    server.forget_requests();
    let fresh = ctx.gover(["list", "--remote", "1.91"]);
    // The first list did not show this one, so its date was not asked for.
    let lines = server.request_lines();
    assert!(lines.len() == 1 && lines[0].contains("/@v/v0.0.1-go1.91.1."), "{lines:?}");
    server.forget_requests();
    assert_eq!(ctx.gover(["list", "--remote", "1.91"]).success().stdout, fresh.stdout);
    assert_eq!(server.request_lines(), Vec::<String>::new(), "a date never changes");

    age_cache(&ctx, 3601);
    let again = ctx.gover(["list", "--remote", "1.91"]);
    assert_eq!(again.success().stdout, fresh.stdout);
    let index = server.requests_for("/dl/");
    assert_eq!(index.len(), 1);
    let etag = index[0].header("if-none-match").expect("the index has an ETag").to_owned();
    assert!(etag.starts_with('"'));
    server.forget_requests();
    ctx.gover(["list", "--remote", "1.91"]).success();
    assert_eq!(server.request_lines(), Vec::<String>::new());

    age_cache(&ctx, 3601);
    ctx.publish("go1.91.3");
    let output = ctx.gover(["list", "--remote", "1.91"]);
    assert!(output.success().stdout.starts_with("  go1.91.3"), "{output}");
}

#[test]
fn an_old_index_is_used_with_a_note_if_no_server_responds() {
    let mut ctx = released();
    ctx.gover(["list", "--remote"]).success();
    age_cache(&ctx, 4000);
    ctx.site().server().fault("/dl/", Fault::Status(403));
    ctx.set("GOVER_SOURCES", "go.dev");
    gover_snapshot!(
        ctx.gover(["list", "--remote", "1.91"]),
        str![[r#"
exit: 0
----- stdout -----
  go1.91.2  supported
  go1.91.1  supported, 1.91.2 is out

----- stderr -----
could not ask [SITE]: 403 made to fail; its index of [DATE] is used

"#]]
    );
    // The newest release may have changed, so a request for it gets a note too.
    gover_snapshot!(
        ctx.gover(["install", "1.91"]),
        str![[r#"
exit: 0
----- stdout -----

----- stderr -----
could not ask [SITE]: 403 made to fail; its index of [DATE] is used
installed go1.91.2 in [TIME] ([SIZE] from [SITE]), verified
default is now go1.91.2 (`gover default --unset` undoes this)

"#]]
    );
    // The sum of one release does not change.
    let output = ctx.gover(["install", "-f", "1.91.2"]);
    assert!(!output.success().stderr.contains("could not ask"), "{output}");
}

#[test]
fn only_commands_that_need_the_index_download_it() {
    let ctx = released();
    ctx.gover(["install", "1.91.2"]).success();
    age_cache(&ctx, 90_000);
    ctx.site().server().forget_requests();
    for arguments in [
        &["list"][..],
        &["list", "--json"],
        &["current"],
        &["which"],
        &["default", "1.91.2"],
        &["pin", "1.91.2"],
        &["install", "1.91.2"],
        &["exec", "1.91.2", "--", "go", "version"],
        &["env", "--shell", "bash"],
        &["prune", "--dry-run"],
        &["cache"],
        &["config"],
    ] {
        let output = ctx.gover(arguments);
        output.success();
        assert_eq!(ctx.site().server().request_lines(), Vec::<String>::new(), "{arguments:?}\n{output}");
    }
    ctx.shim("go", ["version"]).success();
    assert_eq!(ctx.site().server().request_lines(), Vec::<String>::new());
}

#[test]
fn an_index_from_the_future_is_downloaded_again() {
    let ctx = released();
    ctx.gover(["list", "--remote"]).success();
    // The clock was a year ahead during the download, and was corrected.
    age_cache(&ctx, -31_536_000);
    ctx.site().server().forget_requests();
    ctx.gover(["list", "--remote", "1.91"]).success();
    assert_eq!(ctx.site().server().requests_for("/dl/").len(), 1);
    ctx.site().server().forget_requests();
    ctx.gover(["list", "--remote", "1.91"]).success();
    assert_eq!(ctx.site().server().request_lines(), Vec::<String>::new());
    // If no server responds, it is used anyway.
    age_cache(&ctx, -31_536_000);
    ctx.site().server().fault("/dl/", Fault::Status(403));
    let output = ctx.gover(["list", "--remote", "1.91"]);
    assert!(output.success().stdout.starts_with("  go1.91.2"), "{output}");
    assert!(output.stderr.contains("its index of "), "{output}");
}

#[test]
fn without_any_index_the_compiled_table_is_used() {
    let ctx = context!();
    let output = ctx.gover(["list", "--remote", "~1.21.12", "--offline"]);
    gover_snapshot!(
        output,
        str![[r#"
exit: 0
----- stdout -----
  go1.21.13  2024-08-06  ended 2024-08; [N] known vulnerabilities
  go1.21.12  2024-07-02  1.21.13 is out, 1.21 ended 2024-08; [N] known vulnerabilities

----- stderr -----
could not ask http://127.0.0.1:1: offline
could not ask goproxy: http://127.0.0.1:1/proxy: offline

"#]]
    );
    let facts = ctx.gover(["list", "--remote", "--json", "--offline", "1.21.13"]).json();
    assert_eq!(facts["basis"]["kind"], "table");
    assert_eq!(facts["releases"][0]["version"], "go1.21.13");
}

#[test]
fn the_list_of_a_proxy_adds_releases() {
    let ctx = released();
    ctx.site().publish_module(&gover_test::Release::new("go1.91.9"));
    let output = ctx.gover(["list", "--remote", "1.91"]);
    assert!(output.success().stdout.starts_with("  go1.91.9"), "{output}");
}

/// Makes every cached index older by changing its first line.
fn age_cache(ctx: &TestContext, seconds: i64) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let then = now.checked_add_signed(-seconds).unwrap();
    let mut aged = 0;
    for entry in fs::read_dir(ctx.layout().index_cache()).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        let (header, rest) = text.split_once('\n').unwrap();
        let mut header: serde_json::Value = serde_json::from_str(header).unwrap();
        assert!(header["checked"].is_u64(), "{header}");
        header["checked"] = then.into();
        fs::write(&path, format!("{header}\n{rest}")).unwrap();
        aged += 1;
    }
    assert!(aged > 0);
}
