//! What the benchmarks run in: programs, homes with made-up toolchains, a project.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::measure::Task;
use crate::files::{create, write};
use crate::process::{run, variable};

pub(super) struct Scene {
    pub(super) root: PathBuf,
    pub(super) gover: PathBuf,
    shim: PathBuf,
}

impl Scene {
    /// Builds the programs of this checkout, unless `programs` has them, and the C programs.
    pub(super) fn new(root: PathBuf, programs: Option<PathBuf>, is_quick: bool) -> Result<Self, String> {
        drop(fs::remove_dir_all(&root));
        create(&root)?;
        let (gover, shim) = match programs {
            Some(directory) => (directory.join("gover"), directory.join("gover-shim")),
            None => build(is_quick)?,
        };
        let scene = Self { root, gover, shim };
        for (name, text) in [
            ("runner", include_str!("runner.c")),
            ("execute", include_str!("execute.c")),
            ("nothing", include_str!("nothing.c")),
        ] {
            let source = scene.root.join(format!("{name}.c"));
            write(&source, text)?;
            let program = scene.root.join(name);
            run(Command::new("cc").args(["-O2", "-static", "-o"]).arg(&program).arg(&source))?;
        }
        Ok(scene)
    }

    pub(super) fn program(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// A home with both programs and `count` toolchains, each with a `go` that ends at once.
    pub(super) fn home(&self, name: &str, count: usize) -> Result<PathBuf, String> {
        let home = self.root.join(name);
        create(&home.join("bin"))?;
        for (from, to) in [(&self.gover, "gover"), (&self.shim, "gover-shim"), (&self.shim, "go")] {
            fs::copy(from, home.join("bin").join(to))
                .map_err(|error| format!("{}: {error}", from.display()))?;
        }
        // One more, which is uninstalled: so the store is as gover leaves it.
        for number in 0..=count {
            let name = if number == count { "go1.20.1".to_owned() } else { toolchain(number) };
            let goroot = home.join("versions").join(&name);
            create(&goroot.join("bin"))?;
            let program = goroot.join("bin").join("go");
            fs::hard_link(self.program("nothing"), &program).map_err(|error| error.to_string())?;
            write(&goroot.join("VERSION"), format!("{name}\n"))?;
            write(&goroot.join("go.env"), "GOPROXY=direct\nGOTOOLCHAIN=auto\n")?;
            write(&home.join("receipts").join(format!("{name}.json")), receipt(&name))?;
        }
        let task = self.gover(&home, &self.root, &["uninstall", "--yes", "1.20.1"]);
        run(&mut task.command(None))?;
        Ok(home)
    }

    /// A directory `depth` below one with a go.mod and a pin.
    pub(super) fn project(&self, name: &str, depth: usize, pin: &str) -> Result<PathBuf, String> {
        let project = self.root.join(name);
        let below = (0..depth).fold(project.clone(), |path, level| path.join(format!("d{level}")));
        create(&below)?;
        write(&project.join(".go-version"), format!("{pin}\n"))?;
        write(&project.join("go.mod"), "module example.com/m\n\ngo 1.21.0\n")?;
        Ok(below)
    }

    /// A command of the manager of `home`, offline.
    pub(super) fn gover(&self, home: &Path, directory: &Path, words: &[&str]) -> Task {
        let program = home.join("bin").join("gover");
        self.task(words.first().unwrap_or(&""), &program, words, (home, directory))
    }

    pub(super) fn task(
        &self,
        label: &str,
        program: &Path,
        words: &[&str],
        (home, directory): (&Path, &Path),
    ) -> Task {
        let user = self.root.join("user");
        let variables = [
            ("HOME", user.display().to_string()),
            ("GOVER_HOME", home.display().to_string()),
            ("PATH", format!("{}:/usr/bin:/bin", home.join("bin").display())),
            ("LANG", "C.UTF-8".to_owned()),
            ("TERM", "dumb".to_owned()),
            ("GOVER_OFFLINE", "1".to_owned()),
            ("GOPROXY", "off".to_owned()),
        ];
        Task {
            label: label.to_owned(),
            words: [program.display().to_string()]
                .into_iter()
                .chain(words.iter().map(|w| (*w).to_owned()))
                .collect(),
            directory: directory.to_owned(),
            variables: variables
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect::<BTreeMap<_, _>>(),
            may_fail: false,
        }
    }
}

/// The toolchain with a number: ten patches of each version from 1.21 on.
pub(super) fn toolchain(number: usize) -> String {
    format!("go1.{}.{}", 21 + number / 10, number % 10)
}

fn receipt(name: &str) -> String {
    format!(
        r#"{{"name":"{name}","platform":"linux-amd64","source":"go.dev","url":null,"file":"{name}.tar.gz","file_bytes":70000000,"sha256":"","h1":null,"proofs":[],"installed_at":"2026-11-01T00:00:00Z","files":15000,"bytes":230000000,"gover":"0.1.0"}}"#
    )
}

/// The programs of this checkout, the shim as install.sh installs it. Counts need no release build of
/// the manager, which takes minutes.
fn build(is_quick: bool) -> Result<(PathBuf, PathBuf), String> {
    let (profile, directory) = if is_quick { ("dev", "debug") } else { ("release", "release") };
    let words =
        ["build", "--locked", "--quiet", "--package", "gover", "--bin", "gover", "--profile", profile];
    run(Command::new("cargo").args(words))?;
    let shim = PathBuf::from(run(Command::new("shims/build").arg("--quiet"))?);
    let target = shim.ancestors().find(|path| path.ends_with("target")).map(Path::to_owned);
    let target = variable("CARGO_TARGET_DIR").map(PathBuf::from).or(target);
    Ok((target.unwrap_or_default().join(directory).join("gover"), shim))
}
