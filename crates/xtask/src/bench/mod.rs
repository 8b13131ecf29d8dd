//! `bench`: what gover costs, next to what else does the same.
//!
//! Programs are measured from outside, through the commands that a user types, with C programs that
//! are compiled on the spot. Peers that are not there are left out, and the result says so. With
//! `--quick` only counts are checked, against the table in `quick.rs`.

mod commands;
mod install;
mod measure;
mod plot;
mod quick;
mod report;
mod scene;
mod server;
mod shim;

use std::path::{Path, PathBuf};

use self::report::Section;
use self::scene::Scene;

type Measure = fn(&Scene, &Options) -> Result<Section, String>;

struct Options {
    is_quick: bool,
    /// A directory with gover and gover-shim, in place of a release build.
    programs: Option<PathBuf>,
    /// A mirror of the releases that are installed, made by `gover mirror`.
    mirror: Option<PathBuf>,
    /// Where JSON and plots go.
    output: PathBuf,
    /// Percent of the usual number of runs.
    percent: usize,
    only: Vec<String>,
}

impl Options {
    fn parse(arguments: &[String]) -> Result<Self, String> {
        let output = PathBuf::from("target/bench");
        let mut options =
            Self { is_quick: false, programs: None, mirror: None, output, percent: 100, only: Vec::new() };
        let mut words = arguments.iter();
        while let Some(word) = words.next() {
            let mut value = || words.next().cloned().ok_or_else(|| format!("{word} needs a value"));
            match word.as_str() {
                "--quick" => options.is_quick = true,
                "--programs" => options.programs = Some(value()?.into()),
                "--mirror" => options.mirror = Some(value()?.into()),
                "--output" => options.output = value()?.into(),
                "--percent" => options.percent = value()?.parse().map_err(|_| "--percent needs a number")?,
                "shim" | "commands" | "install" | "upgrade" => options.only.push(word.clone()),
                _ => return Err(format!("`{word}` is not an argument of bench; {USAGE}")),
            }
        }
        Ok(options)
    }

    fn rounds(&self, usual: usize) -> usize {
        (usual * self.percent / 100).max(1)
    }

    fn wants(&self, name: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|one| one == name)
    }
}

pub(crate) fn run(arguments: &[String]) -> Result<(), String> {
    let options = Options::parse(arguments)?;
    let root = std::env::temp_dir().join(format!("gover-bench-{}", std::process::id()));
    let result = within(&root, &options);
    drop(std::fs::remove_dir_all(&root));
    result
}

fn within(root: &Path, options: &Options) -> Result<(), String> {
    let absolute =
        |path: &PathBuf| path.canonicalize().map_err(|error| format!("{}: {error}", path.display()));
    let programs = options.programs.as_ref().map(absolute).transpose()?;
    let scene = Scene::new(root.to_owned(), programs, options.is_quick)?;
    if options.is_quick {
        return quick::check(&scene);
    }
    let all: [(&str, Measure); 4] = [
        ("shim", shim::measure),
        ("commands", commands::measure),
        ("install", install::measure),
        ("upgrade", install::upgrade),
    ];
    let mut sections = Vec::new();
    for (name, measure) in all {
        if options.wants(name) {
            sections.push(measure(&scene, options)?);
            show(sections.last());
        }
    }
    save(&sections, &options.output)
}

#[expect(clippy::print_stdout, reason = "the tables are what the developer asked for")]
fn show(section: Option<&Section>) {
    println!("{}", section.map(Section::table).unwrap_or_default());
}

fn save(sections: &[Section], output: &Path) -> Result<(), String> {
    let json = serde_json::to_string_pretty(sections).map_err(|error| error.to_string())?;
    crate::files::write(&output.join("results.json"), json + "\n")?;
    for plot in sections.iter().flat_map(|section| &section.plots) {
        crate::files::write(&output.join(format!("{}.svg", plot.name)), plot.to_svg())?;
    }
    Ok(())
}

const USAGE: &str = "usage: cargo xtask bench [--quick] [--programs DIR] [--mirror DIR] [--output DIR] [--percent N] \
                     [shim] [commands] [install] [upgrade]";
