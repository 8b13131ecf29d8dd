//! What stands between a shell and the toolchain's program.

use std::path::Path;

use super::Options;
use super::measure::{Task, in_turns, system_calls};
use super::plot::{self, Plot};
use super::report::{Section, peer};
use super::scene::{Scene, toolchain};
use crate::files::create;
use crate::process::run;

pub(super) fn measure(scene: &Scene, options: &Options) -> Result<Section, String> {
    let mut section = Section::new("shim", "through a C program that only executes it");
    let home = scene.home("home-20", 20)?;
    let project = scene.project("project-4", 4, &pin(20))?;
    let direct = home.join("versions").join(toolchain(19)).join("bin").join("go");
    let mut tasks = vec![
        scene.task("the toolchain's program itself", &direct, &["version"], (&home, &project)),
        execute(scene, &direct, (&home, &project)),
        shim(scene, "through the shim", (&home, &project)),
    ];
    tasks.extend(peers(scene, &home, &project, &mut section));
    for task in &mut tasks {
        task.variables.remove("GOVER_OFFLINE");
    }
    section.add(in_turns(&scene.program("runner"), &tasks, options.rounds(1000), &|_| Ok(()))?);
    let calls = system_calls(tasks.get(2).ok_or("no shim")?, &scene.program("trace"))?;
    section
        .note(&format!("the shim makes {} system calls before the toolchain's program starts", calls.len()));
    section.plot(by_toolchains(scene, options)?);
    section.plot(by_depth(scene, options)?);
    Ok(section)
}

/// `1.22.9`, which is [`toolchain`] `count - 1`.
fn pin(count: usize) -> String {
    toolchain(count - 1).trim_start_matches("go").to_owned()
}

/// `1.22` for the newest toolchain of `count`.
pub(super) fn partial(count: usize) -> String {
    let pin = pin(count);
    pin.rsplit_once('.').map_or(pin.clone(), |(language, _)| language.to_owned())
}

pub(super) fn shim(scene: &Scene, label: &str, (home, project): (&Path, &Path)) -> Task {
    scene.task(label, &home.join("bin").join("go"), &["version"], (home, project))
}

fn execute(scene: &Scene, target: &Path, places: (&Path, &Path)) -> Task {
    let label = "through a C program that only executes it";
    let mut task = scene.task(label, &scene.program("execute"), &["version"], places);
    task.variables.insert("BENCH_TARGET".to_owned(), target.display().to_string());
    task
}

/// Other managers, as far as they are here.
fn peers(scene: &Scene, home: &Path, project: &Path, section: &mut Section) -> Vec<Task> {
    let mut tasks = Vec::new();
    match peer("mise") {
        Some(mise) => {
            let words = ["exec", "--", "true"];
            tasks.push(scene.task("mise exec, without a tool", &mise, &words, (home, project)));
        }
        None => section.skip("mise is not on PATH"),
    }
    match peer("go") {
        Some(go) => {
            let mut own =
                scene.task("a real `go version`, without any switch", &go, &["version"], (home, &scene.root));
            own.variables.insert("GOTOOLCHAIN".to_owned(), "local".to_owned());
            tasks.push(own);
            tasks.extend(switched(scene, &go, (home, project)));
        }
        None => section.skip("go is not on PATH"),
    }
    tasks
}

/// Go's own switch, to the program of the store.
fn switched(scene: &Scene, go: &Path, places: (&Path, &Path)) -> Option<Task> {
    let mut task = scene.task("Go's own switch to a `go` on PATH", go, &["version"], places);
    let bin = scene.root.join("switch");
    let name = toolchain(19);
    create(&bin).ok()?;
    drop(std::fs::hard_link(scene.program("nothing"), bin.join(&name)));
    task.variables.insert("PATH".to_owned(), format!("{}:/usr/bin:/bin", bin.display()));
    task.variables.insert("GOTOOLCHAIN".to_owned(), format!("{name}+path"));
    // It switches only to another version than its own.
    run(&mut task.command(None)).ok().map(|_| task)
}

fn by_toolchains(scene: &Scene, options: &Options) -> Result<Plot, String> {
    let mut lines = plot::lines(&["exact pin", "partial pin"]);
    for count in [1, 10, 20, 50, 100, 200] {
        let home = scene.home(&format!("home-n{count}"), count)?;
        let one = scene.project(&format!("project-n{count}"), 4, &pin(count))?;
        let other = scene.project(&format!("project-p{count}"), 4, &partial(count))?;
        let tasks = [shim(scene, "exact", (&home, &one)), shim(scene, "partial", (&home, &other))];
        let found = in_turns(&scene.program("runner"), &tasks, options.rounds(300), &|_| Ok(()))?;
        plot::add(&mut lines, f(count), &found, |summary| summary.quartile);
    }
    Ok(Plot {
        name: "shim-toolchains",
        title: "The shim, by the number of toolchains",
        x: "toolchains",
        y: "ms",
        lines,
    })
}

fn by_depth(scene: &Scene, options: &Options) -> Result<Plot, String> {
    let home = scene.root.join("home-20");
    let mut lines = plot::lines(&["pin and go.mod"]);
    for depth in [0, 2, 4, 8, 16] {
        let project = scene.project(&format!("project-d{depth}"), depth, &pin(20))?;
        let tasks = [shim(scene, "depth", (&home, &project))];
        let found = in_turns(&scene.program("runner"), &tasks, options.rounds(300), &|_| Ok(()))?;
        plot::add(&mut lines, f(depth), &found, |summary| summary.quartile);
    }
    Ok(Plot {
        name: "shim-depth",
        title: "The shim, by the depth of the directory below the pin",
        x: "directories",
        y: "ms",
        lines,
    })
}

#[expect(clippy::cast_precision_loss, reason = "small numbers")]
fn f(number: usize) -> f64 {
    number as f64
}
