//! What must not grow: counts that do not depend on time, against a table of limits.

use std::process::Command;

use super::measure::{instructions, system_calls};
use super::report::peer;
use super::scene::Scene;
use super::server::Server;
use super::shim::{partial, shim};
use crate::files::{create, write};
use crate::process::run;

/// What is counted, and the most that it may be.
const LIMITS: [(&str, f64); 5] = [
    ("system calls of the shim, exact pin four directories up, 20 toolchains", 60.0),
    ("system calls of the shim, partial pin, 20 toolchains", 64.0),
    ("system calls of the shim, partial pin, 200 toolchains", 64.0),
    ("bytes of an install, per byte of the archive", 1.01),
    ("peak memory of an install, MiB", 64.0),
];

/// Commands that people and prompts wait for, with the number of toolchains, and the most system
/// calls and millions of instructions of a debug build, from its start to its end.
const COMMANDS: [(&str, usize, &[&str], f64, f64); 4] = [
    ("`gover list`", 200, &["list"], 2700.0, 130.0),
    ("`gover current`", 20, &["current"], 190.0, 9.0),
    ("`gover which`", 20, &["which"], 230.0, 7.0),
    ("Tab after `gover use`", 20, &["complete", "bash", "--word=", "--", "gover", "use"], 160.0, 20.0),
];

#[expect(clippy::print_stdout, reason = "the table is what the developer asked for")]
pub(super) fn check(scene: &Scene) -> Result<(), String> {
    let mut counts = calls(scene)?;
    counts.extend(install(scene)?);
    let named = LIMITS.iter().zip(counts).map(|((what, limit), count)| ((*what).to_owned(), count, *limit));
    let mut failed = Vec::new();
    for (what, count, limit) in named.chain(commands(scene)?) {
        println!("{what:<75} {count:>8.2}  at most {limit}");
        if count > limit {
            failed.push(format!("{what}: {count:.2} is more than {limit}"));
        }
    }
    if peer(VALGRIND).is_none() {
        println!("skipped: instructions, because {VALGRIND} is not on PATH");
    }
    if failed.is_empty() { Ok(()) } else { Err(failed.join("; ")) }
}

fn calls(scene: &Scene) -> Result<Vec<f64>, String> {
    let mut counts = Vec::new();
    for (count, is_partial) in [(20, false), (20, true), (200, true)] {
        let home = scene.home(&format!("home-{count}-{is_partial}"), count)?;
        let pin = if is_partial { partial(count) } else { partial(count) + ".9" };
        let project = scene.project(&format!("project-{count}-{is_partial}"), 4, &pin)?;
        let mut task = shim(scene, "shim", (&home, &project));
        task.variables.remove("GOVER_OFFLINE");
        let made = system_calls(&task, &scene.program("trace"))?;
        counts.push(f64::from(u32::try_from(made.len()).unwrap_or(u32::MAX)));
    }
    Ok(counts)
}

/// System calls, and instructions if valgrind is there.
fn commands(scene: &Scene) -> Result<Vec<(String, f64, f64)>, String> {
    let valgrind = peer(VALGRIND);
    let mut counts = Vec::new();
    for (number, (what, count, words, calls, millions)) in COMMANDS.into_iter().enumerate() {
        let home = scene.home(&format!("home-command-{number}"), count)?;
        let project = scene.project(&format!("project-command-{number}"), 4, &partial(count))?;
        let mut task = scene.gover(&home, &project, words);
        // Usually unset, so gover looks for it in a toolchain.
        task.variables.remove("GOPROXY");
        let what = format!("of {what}, {count} toolchains");
        let made = system_calls(&task, &scene.program("trace"))?.len();
        let made = f64::from(u32::try_from(made).unwrap_or(u32::MAX));
        counts.push((format!("system calls {what}"), made, calls));
        if let Some(valgrind) = &valgrind {
            counts.push((format!("million instructions {what}"), instructions(&task, valgrind)?, millions));
        }
    }
    Ok(counts)
}

/// Bytes and memory of the install of a made-up toolchain.
fn install(scene: &Scene) -> Result<[f64; 2], String> {
    let tree = scene.root.join("made");
    let go = format!("#!/bin/sh\necho go version {NAME} linux/amd64\n");
    for program in ["go", "gofmt"] {
        let path = tree.join("go").join("bin").join(program);
        write(&path, &go)?;
        run(Command::new("chmod").arg("755").arg(&path))?;
    }
    write(&tree.join("go").join("VERSION"), format!("{NAME}\n"))?;
    create(&tree.join("go").join("src"))?;
    for number in 0..60_u32 {
        write(&tree.join("go").join("src").join(format!("file{number}.go")), noise(number))?;
    }
    let archive = tree.join(format!("{NAME}.linux-amd64.tar.gz"));
    run(Command::new("tar").arg("-C").arg(&tree).arg("-czf").arg(&archive).arg("go"))?;
    let sum = run(Command::new("sha256sum").arg(&archive))?;
    let sum = sum.split(' ').next().unwrap_or_default();
    let server = Server::start(&tree, None)?;
    let address = format!("{}/{NAME}.linux-amd64.tar.gz", server.url());
    let home = scene.root.join("home-quick");
    let words = ["install", "--sha256", sum, &address];
    let mut task = scene.task("install", &scene.gover, &words, (&home, &scene.root));
    task.variables.remove("GOVER_OFFLINE");
    let took = task.run(&scene.program("runner"))?;
    let size = archive.metadata().map_err(|error| error.to_string())?.len();
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    Ok([server.take_sent() as f64 / size as f64, took.memory as f64 / 1024.0])
}

/// 400 kB that hardly compress, the same each time.
fn noise(seed: u32) -> String {
    let mut state = seed.wrapping_add(1);
    let next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        char::from(b'!' + u8::try_from(state >> 24).unwrap_or_default() % 90)
    };
    std::iter::repeat_with(next).take(400_000).collect()
}

const NAME: &str = "go1.91.2-bench";
const VALGRIND: &str = "valgrind";
