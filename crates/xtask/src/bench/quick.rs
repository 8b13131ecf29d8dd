//! What must not grow: counts that do not depend on time, against a table of limits.

use std::process::Command;

use super::measure::system_calls;
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

#[expect(clippy::print_stdout, reason = "the table is what the developer asked for")]
pub(super) fn check(scene: &Scene) -> Result<(), String> {
    let mut counts = calls(scene)?;
    counts.extend(install(scene)?);
    let mut failed = Vec::new();
    for ((what, limit), count) in LIMITS.iter().zip(counts) {
        println!("{what:<75} {count:>8.2}  at most {limit}");
        if count > *limit {
            failed.push(format!("{what}: {count:.2} is more than {limit}"));
        }
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
