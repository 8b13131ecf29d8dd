//! Damaged or missing files of a mirror are found, reported and replaced.

use super::*;

#[test]
fn a_damaged_file_is_found_and_replaced() {
    let ctx = world();
    ctx.gover(["mirror", "go", "1.91.2", "--format", "archive,module"]).success();
    let release = Release::new("go1.91.2");
    let archive = directory(&ctx).join(release.archive_name());
    let mut bytes = fs::read(&archive).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&archive, bytes).unwrap();
    let output = ctx.gover(["mirror", "go", "--verify"]);
    assert!(output.success().stderr.contains("is not what was released; it will be replaced"), "{output}");
    assert_eq!(fs::read(&archive).unwrap(), release.archive());
    let output = ctx.gover(["mirror", "go", "--verify"]);
    assert!(output.success().stderr.contains("nothing to do"), "{output}");
}

#[test]
fn a_file_of_another_length_counts_as_missing() {
    let ctx = world();
    let arguments = ["mirror", "go", "1.91.2", "--format", "archive,module"];
    ctx.gover(arguments).success();
    let release = Release::new("go1.91.2");
    let module = directory(&ctx).join(format!("golang.org/toolchain/@v/{}.zip", release.module_version()));
    let archive = directory(&ctx).join(release.archive_name());
    for (file, good) in [(&module, release.module_zip()), (&archive, release.archive())] {
        for bad in [&b""[..], &good[..good.len() / 2], &[good, b"x"].concat()] {
            fs::write(file, bad).unwrap();
            // With what was wished for, and without a wish.
            let output = if bad.is_empty() { ctx.gover(arguments) } else { ctx.gover(["mirror", "go"]) };
            assert!(output.success().stderr.contains("; it will be replaced"), "{output}");
            assert_eq!(fs::read(file).unwrap(), good);
            assert!(ctx.gover(arguments).success().stderr.contains("nothing to do"));
        }
    }
    // Another file that the log proves as well is as good.
    let notes = directory(&ctx).join(".gover-mirror/files");
    fs::write(notes.join(module.file_name().unwrap()), "1\n").unwrap();
    let output = ctx.gover(arguments);
    assert!(
        !output.success().stderr.contains("warning") && output.stderr.contains("nothing to do"),
        "{output}"
    );
    // A copy without the mirror's own notes is checked once.
    fs::remove_dir_all(&notes).unwrap();
    fs::write(&module, "").unwrap();
    ctx.gover(["mirror", "go"]).success();
    assert_eq!(fs::read(&module).unwrap(), release.module_zip());
    assert_eq!(ctx.names_in("shop/go/.gover-mirror/files").len(), 2);
    // Offline on another machine nobody can say more of it than its name does.
    fs::remove_dir_all(&notes).unwrap();
    fs::remove_dir_all(directory(&ctx).join("sumdb")).unwrap();
    let offline = elsewhere(&ctx, "a").args(["mirror", "go"]).run();
    assert!(!offline.stderr.contains("replace"), "{offline}");
    assert!(module.is_file());
}

#[test]
fn a_damaged_file_stays_until_it_is_replaced() {
    let ctx = world();
    ctx.gover(["mirror", "go", "1.91.2", "1.90.4", "--format", "module"]).success();
    let release = Release::new("go1.91.2");
    let module = directory(&ctx).join(format!("golang.org/toolchain/@v/{}.zip", release.module_version()));
    let good = release.module_zip();
    let [flipped, short, ..] = damages(good);
    // Damage that keeps the length is only found by `--verify`; later runs without it remember the
    // damage.
    for (bad, first) in [(&flipped, &["mirror", "go", "--verify"][..]), (&short, &["mirror", "go"])] {
        fs::write(&module, bad).unwrap();
        let before = served(&ctx);
        for arguments in [first, &["mirror", "go"], &["mirror", "go", "1.91.2"]] {
            for offline in ["0", "1"] {
                let run = ctx.command(ctx.gover_program()).args(arguments).env("GOVER_OFFLINE", offline);
                let output = run.env("GOPROXY", "http://127.0.0.1:1").env("GOVER_SOURCES", "goproxy").run();
                assert!(output.exits(1).stderr.contains("cannot get go1.91.2"), "{output}");
                assert!(output.stderr.contains("holds 2 files (1 damaged)"), "{output}");
                assert_eq!(fs::read(&module).unwrap(), *bad);
                assert_eq!(served(&ctx), before);
            }
        }
        // The mirror itself cannot repair it.
        let own = format!("{},goproxy", directory(&ctx).display());
        let output = ctx.command(ctx.gover_program()).args(["mirror", "go"]).env("GOVER_SOURCES", own).run();
        assert!(output.success().stderr.contains("it will be replaced"), "{output}");
        assert_eq!(fs::read(&module).unwrap(), good);
        assert!(ctx.gover(["mirror", "go"]).success().stderr.contains("nothing to do"));
    }
}

/// The files of the log that a reader of the mirror needs.
fn log_files(ctx: &TestContext) -> Vec<PathBuf> {
    let names = served(ctx).into_iter();
    let wanted = |name: &String| name.contains("/tile/") || name.contains("/lookup/");
    names.filter(wanted).map(|name| directory(ctx).join(name)).collect()
}

/// The same file with one bit turned in its middle, cut short, longer, and empty.
fn damages(good: &[u8]) -> [Vec<u8>; 4] {
    let mut flipped = good.to_vec();
    flipped[good.len() / 2] ^= 1;
    [flipped, good[..good.len() / 2].to_vec(), [good, b"x"].concat(), Vec::new()]
}

#[test]
fn a_damaged_log_file_is_fetched_elsewhere_and_named() {
    let ctx = world();
    ctx.gover(["mirror", "go", "1.91.2"]).success();
    let place = directory(&ctx).display().to_string();
    let files = log_files(&ctx);
    assert_eq!(files.len(), 3, "{files:?}");
    for file in files {
        let good = fs::read(&file).unwrap();
        for (number, bad) in damages(&good).into_iter().enumerate() {
            fs::write(&file, &bad).unwrap();
            let home = ctx.root().join("online");
            drop(fs::remove_dir_all(&home));
            let online = elsewhere(&ctx, "online").env_remove("GOVER_OFFLINE");
            let output = online.args(["install", "-v", "1.91.2"]).run();
            assert!(output.success().stderr.contains("checksum database record 300"), "{output}");
            let told = format!("the part of checksum database `sum.test` in `{place}` is damaged");
            let told = String::from_utf8_lossy(&output.raw_stderr).contains(&told);
            assert!(told, "{} {number}\n{output}", file.display());
            drop(fs::remove_dir_all(ctx.root().join("offline")));
            let output = elsewhere(&ctx, "offline").args(["install", "1.91.2"]).run();
            let text = String::from_utf8_lossy(&output.exits(1).raw_stderr).into_owned();
            assert!(
                text.contains(&format!(
                    "caused by: the part of the checksum database in `{place}` is damaged"
                )),
                "{text}"
            );
            assert!(
                text.contains(&format!("hint: run `gover mirror {place}` with a network connection")),
                "{text}"
            );
            // On a machine without a cached log, which starts with that of the mirror.
            let fresh = ctx.command(ctx.gover_program()).env("GOVER_HOME", ctx.root().join("fresh"));
            drop(fs::remove_dir_all(ctx.root().join("fresh")));
            let output = fresh.args(["mirror", "go"]).run();
            assert!(output.success().stderr.contains("go was damaged and is replaced"), "{output}");
            assert_eq!(fs::read(&file).unwrap(), good, "{}", file.display());
        }
    }
}

#[test]
fn a_missing_part_of_the_log_is_reported_with_the_command_that_adds_it() {
    let ctx = world();
    ctx.gover(["mirror", "go", "1.91.2", "--format", "module"]).success();
    let place = directory(&ctx).display().to_string();
    for file in log_files(&ctx) {
        let good = fs::read(&file).unwrap();
        fs::remove_file(&file).unwrap();
        let as_source = elsewhere(&ctx, "a");
        let without_network = elsewhere(&ctx, "b")
            .env_remove("GOVER_OFFLINE")
            .env("GOSUMDB", format!("{} http://127.0.0.1:1/sumdb", ctx.site().log().verifier_key()));
        let as_proxy =
            elsewhere(&ctx, "c").env("GOVER_SOURCES", "goproxy").env("GOPROXY", file_url(&directory(&ctx)));
        for run in [as_source, without_network, as_proxy] {
            let output = run.args(["install", "1.91.2"]).run();
            let text = String::from_utf8_lossy(&output.exits(1).raw_stderr).into_owned();
            let told = format!("`{place}` lacks a part of checksum database `sum.test` that is needed");
            assert!(text.contains(&told), "{}\n{text}", file.display());
            assert!(
                text.contains(&format!("hint: run `gover mirror {place}` with a network connection")),
                "{text}"
            );
            assert!(!text.contains("has no record of"), "{text}");
        }
        fs::write(&file, good).unwrap();
    }
}

#[test]
fn a_damaged_mirror_on_a_web_server_is_named_by_its_address() {
    let ctx = world();
    ctx.gover(["mirror", "go", "1.91.2"]).success();
    let file = log_files(&ctx).pop().unwrap();
    let bad = damages(&fs::read(&file).unwrap())[0].clone();
    fs::write(&file, bad).unwrap();
    ctx.site().server().fault("*", Fault::Status(503));
    let server = web_server(&directory(&ctx));
    let there = elsewhere(&ctx, "a").env_remove("GOVER_OFFLINE").env("GOVER_SOURCES", server.at("/go"));
    let output = there.args(["install", "1.91.2"]).run();
    let text = String::from_utf8_lossy(&output.exits(1).raw_stderr).into_owned();
    let hint = format!(
        "hint: run `gover mirror DIR` where the mirror at {} is made, to repair it",
        server.at("/go")
    );
    assert!(text.contains(&hint), "{text}");
}

#[test]
fn a_damaged_mirror_that_serves_as_goproxy_is_named() {
    let ctx = world();
    ctx.gover(["mirror", "go", "1.91.2", "--format", "module"]).success();
    for file in log_files(&ctx) {
        let good = fs::read(&file).unwrap();
        fs::write(&file, &damages(&good)[0]).unwrap();
        drop(fs::remove_dir_all(ctx.root().join("c")));
        let proxy =
            elsewhere(&ctx, "c").env("GOVER_SOURCES", "goproxy").env("GOPROXY", file_url(&directory(&ctx)));
        let output = proxy.args(["install", "1.91.2"]).run();
        let text = String::from_utf8_lossy(&output.exits(1).raw_stderr).into_owned();
        let text = text.replace('\\', "/");
        assert!(text.contains("/shop/go` with a network connection, to repair it"), "{text}");
        fs::write(&file, good).unwrap();
    }
}

#[test]
fn the_next_run_repairs_a_damaged_tree_head() {
    let ctx = world();
    ctx.gover(["mirror", "go", "1.91.2"]).success();
    assert_eq!(proven_in(&ctx, "a", "1.91.2"), 302);
    ctx.site().log().pad_to(600);
    ctx.gover(["mirror", "go"]).success();
    let latest = directory(&ctx).join("sumdb/sum.test/latest");
    let given = directory(&ctx).join(".gover-mirror/heads/sum.test/302");
    let other_key = ctx.site().log().impostor().head();
    let huge = vec![0; 2 << 20];
    for bad in [b"".to_vec(), b"garbage".to_vec(), vec![0; 4096], other_key, huge] {
        fs::write(&latest, &bad).unwrap();
        // Without a byte it is a size alone, and as it should be.
        fs::write(&given, if bad.is_empty() { b"garbage" } else { &*bad }).unwrap();
        gover_snapshot!(
            ctx.gover(["mirror", "go"]),
            str![[r#"
exit: 0
----- stdout -----

----- stderr -----
warning: `[ROOT]/shop/go/.gover-mirror/heads/sum.test/302` was not a signed tree head and is replaced
warning: `[ROOT]/shop/go/sumdb/sum.test/latest` was not a signed tree head and is replaced
[ROOT]/shop/go holds 1 file, [SIZE]; checksum database of 600 records (sum.test)

"#]]
        );
        assert_eq!(fs::read(&latest).unwrap(), ctx.site().log().head());
        assert!(ctx.gover(["mirror", "go"]).success().stderr.contains("nothing to do"));
    }
    // One that saw the older head still follows, though what was known of that head is its size
    // alone.
    fs::remove_dir_all(ctx.root().join("a/cache/sumdb/sum.test/lookup")).unwrap();
    assert_eq!(proven_in(&ctx, "a", "1.91.2"), 600);
}
