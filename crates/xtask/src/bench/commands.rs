//! Commands of the manager that people and prompts wait for.

use super::Options;
use super::measure::{Task, in_turns};
use super::report::Section;
use super::scene::Scene;

pub(super) fn measure(scene: &Scene, options: &Options) -> Result<Section, String> {
    let mut section = Section::new("commands", "gover --version");
    let (few, many) = (scene.home("home-c20", 20)?, scene.home("home-c200", 200)?);
    let project = scene.project("project-c", 4, "1.22")?;
    let task = |label: &str, home, words: &[&str]| -> Task {
        Task { label: label.to_owned(), ..scene.gover(home, &project, words) }
    };
    let mut doctor = task("gover doctor --offline, 20 toolchains", &few, &["doctor", "--offline"]);
    // What it finds here is not the point.
    doctor.may_fail = true;
    let tasks = [
        task("gover --version", &few, &["--version"]),
        task("gover list, 20 toolchains", &few, &["list"]),
        task("gover list, 200 toolchains", &many, &["list"]),
        task("gover current", &few, &["current"]),
        task("gover which", &few, &["which"]),
        task("Tab after `gover use`", &few, &["complete", "bash", "--word=", "--", "gover", "use"]),
        doctor,
    ];
    section.add(in_turns(&scene.program("runner"), &tasks, options.rounds(100), &|_| Ok(()))?);
    Ok(section)
}
