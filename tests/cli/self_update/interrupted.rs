//! Updates that wait, end early or are killed, and a disk that is full.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use gover_core::{Env, Layout};
use gover_sys::Lock;
use gover_test::{OwnRelease, context};

use super::{directory_of, from, has_version, installed, publish_module};
use crate::crash::{Random, number};
use crate::scene::wait_for_line;

/// `tests/crash/run` does this 200 times. On Windows, where a program that runs is replaced by two
/// renames, there is a moment without gover.
#[test]
fn a_killed_update_leaves_the_old_or_the_new_gover() {
    let ctx = installed();
    let (old, new) = (OwnRelease::new("0.1.0"), OwnRelease::new("0.1.1"));
    let update = from(&directory_of(&ctx, &new));
    let began = Instant::now();
    ctx.gover(&update).success();
    let whole = began.elapsed();
    let mut random = Random::new();
    let mut versions = BTreeMap::<String, usize>::new();
    for number in 0..number("GOVER_CRASH_COUNT", 6) {
        old.install(&ctx.layout().bin());
        ctx.gover(["prune"]).success();
        // Most of the time nothing is visible yet, so every other one is killed near the end.
        let (from, to) = if number % 2 == 0 { (0.0, 1.1) } else { (0.6, 1.0) };
        let wait = whole.mul_f64(from + random.fraction() * (to - from));
        let mut child = ctx.command(ctx.gover_program()).args(&update).spawn();
        let began = Instant::now();
        while began.elapsed() < wait && child.try_wait().unwrap().is_none() {
            std::thread::yield_now();
        }
        let _ = child.kill();
        child.wait().unwrap();
        let when = format!("killed after {wait:?} of {whole:?}, {}", Random::describe());
        let version = ctx.gover(["--version"]).text();
        assert!(["gover 0.1.0", "gover 0.1.1"].contains(&version.as_str()), "{when}: {version}");
        *versions.entry(version).or_default() += 1;
        let output = ctx.shim("go", ["+1.91.2", "version"]);
        assert_eq!(output.code, Some(0), "{when}\n{output}");
        let output = ctx.gover(&update);
        assert_eq!(output.code, Some(0), "{when}\n{output}");
        has_version(&ctx, "0.1.1");
    }
    // For those who run it many times: both were met.
    assert!(number("GOVER_CRASH_COUNT", 6) < 100 || versions.len() == 2, "{versions:?}");
}

#[test]
#[ignore = "needs a small file system; run by tests/crash/run"]
fn a_full_disk_leaves_the_old_gover() {
    let disk = PathBuf::from(Env::from_process().var("GOVER_CRASH_DISK").unwrap());
    let mut ctx = context!().with_site();
    let layout = Layout::new(disk.join("update"));
    ctx.set("GOVER_HOME", layout.home());
    let gover = layout.program("gover");
    let update = from(&directory_of(&ctx, &OwnRelease::new("0.1.1")));
    let (steps, mut updated) = (8, 0);
    fs::create_dir_all(layout.bin()).unwrap();
    for step in 0..=steps {
        OwnRelease::new("0.1.0").install(&layout.bin());
        let size = fs::metadata(&gover).unwrap().len();
        let free = gover_sys::file::available_space(&disk).unwrap();
        // From no room at all to more than the archive and the new programs take.
        let ballast = disk.join("ballast");
        fs::write(&ballast, vec![0; usize::try_from(free - size * step / 2).unwrap()]).unwrap();
        let output = ctx.command(&gover).args(&update).run();
        let version = ctx.command(&gover).arg("--version").run().success().text();
        if output.code == Some(0) {
            updated += 1;
            assert_eq!(version, "gover 0.1.1", "{step}: {output}");
        } else {
            assert!(output.exits(1).stderr.contains("No space left"), "{step}: {output}");
            assert!(output.stderr.contains("\nhint: make room"), "{step}: {output}");
            assert_eq!(version, "gover 0.1.0", "{step}: {output}");
        }
        fs::remove_file(ballast).unwrap();
        ctx.command(&gover).args(&update).run().success();
        let version = ctx.command(&gover).arg("--version").run().success().text();
        assert_eq!(version, "gover 0.1.1", "{step}");
    }
    assert!((1..=steps).contains(&updated), "{updated} of {steps} had room");
    fs::remove_dir_all(layout.home()).unwrap();
}

#[test]
fn ctrl_c_during_an_update_prints_the_command_that_completes_it() {
    let ctx = installed();
    let update = from(&directory_of(&ctx, &OwnRelease::new("0.1.1")));
    let _lock = Lock::acquire(&ctx.layout().lock("shims"), || ()).unwrap();
    let mut waiting = ctx.command(ctx.gover_program()).args(&update).spawn();
    let rest = wait_for_line(&mut waiting, "waiting for another gover");
    let kill = ctx.find_on_machine("kill").unwrap();
    ctx.command(kill).args(["-INT", &waiting.id().to_string()]).run().success();
    waiting.wait().unwrap();
    let command = update.join(" ");
    let last = format!("interrupted; `gover {command}` completes the update\n");
    let rest = rest.join().unwrap();
    assert!(rest.ends_with(&last), "{rest}");
}

#[test]
fn the_second_of_two_updates_waits_and_finds_its_work_done() {
    let ctx = installed();
    publish_module(&ctx, &OwnRelease::new("0.1.1"));
    let lock = Lock::acquire(&ctx.layout().lock("self"), || ()).unwrap();
    let mut waiting = ctx.command(ctx.gover_program()).args(["self", "update"]).spawn();
    let rest = wait_for_line(&mut waiting, "waiting for another gover");
    // The first puts its programs in place while the second, which is still 0.1.0, waits.
    OwnRelease::new("0.1.1").install(&ctx.layout().bin());
    drop(lock);
    let (status, rest) = (waiting.wait().unwrap(), rest.join().unwrap());
    assert!(status.success(), "{rest}");
    assert!(rest.contains("gover 0.1.1 is the newest release; nothing changed"), "{rest}");
    // It makes the shims new that an interrupted update left.
    has_version(&ctx, "0.1.1");
}
