//! Builds a program in a directory of its own, and puts it in place of the old one.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use gover_core::ToolchainName;
use gover_core::env::vars;
use gover_core::platform::IS_WINDOWS;
use gover_core::text::shown;
use gover_sys::exec::{self, Ended, EnvEdit, Limits, output_within};
use gover_sys::file;

use crate::{BuildInfo, Recipe};

/// The Go that builds.
#[derive(Clone, Debug)]
pub struct Builder {
    pub go: PathBuf,
    /// Its name; `None` for a Go on PATH whose version is unknown.
    pub name: Option<ToolchainName>,
    /// What makes it use its own tree, and what the settings of gover demand.
    pub variables: Vec<EnvEdit>,
}

/// A new program that says what was expected of it.
#[derive(Debug)]
pub struct Build {
    pub info: BuildInfo,
    program: PathBuf,
    directory: PathBuf,
}

#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    #[error("cannot {verb} `{}`: {source}", path.display())]
    File { verb: &'static str, path: PathBuf, source: io::Error },
    #[error("cannot start `{}`: {source}", path.display())]
    Start { path: PathBuf, source: io::Error },
    /// What the go command printed, in one line.
    #[error("{what}")]
    Go { what: String, output: String },
    #[error("the build took more than an hour")]
    TooLong,
    #[error("the new program has no build information")]
    NoInfo,
    #[error("the new program says {found} where the old one says {expected}")]
    Other { found: String, expected: String },
    #[error("the new program says that {found} built it, not {expected}")]
    OtherGo { found: String, expected: String },
    #[error("`go install` built {} programs, not one", count)]
    Count { count: usize },
}

impl Builder {
    /// Builds in `directory`, which it creates and which only this process uses.
    pub fn build(&self, recipe: &Recipe, directory: PathBuf) -> Result<Build, BuildError> {
        let failed = |verb, path: &Path| {
            let path = path.to_owned();
            move |source| BuildError::File { verb, path, source }
        };
        let above = directory.parent().unwrap_or(&directory);
        fs::create_dir_all(&directory).map_err(failed("write to", above))?;
        self.run(recipe, &directory)?;
        let entries = fs::read_dir(&directory).map_err(failed("read", &directory))?;
        let programs: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        let [program] = programs.as_slice() else { return Err(BuildError::Count { count: programs.len() }) };
        let info = BuildInfo::read(program).map_err(failed("read", program))?.ok_or(BuildError::NoInfo)?;
        self.check(recipe, &info)?;
        Ok(Build { info, program: program.clone(), directory })
    }

    fn run(&self, recipe: &Recipe, directory: &Path) -> Result<(), BuildError> {
        let mut command = exec::command(&self.go);
        command.arg("install").args(&recipe.arguments).arg(&recipe.subject);
        // A go.mod where the command runs must not count.
        command.current_dir(directory);
        let own = [
            (vars::GOBIN, Some(directory.as_os_str().to_owned())),
            (vars::GO111MODULE, Some(OsString::from("on"))),
            (vars::GOTOOLCHAIN, Some(OsString::from("local"))),
            (vars::SWITCH_VERSION, None),
            (vars::SWITCH_COUNT, None),
            (vars::PWD, Some(directory.as_os_str().to_owned())),
        ];
        let recorded = recipe.variables.iter().map(|(name, value)| (*name, Some(value.clone())));
        for (name, value) in self.variables.iter().cloned().chain(own).chain(recorded) {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        match output_within(&mut command, &[], LIMITS) {
            Err(source) => Err(BuildError::Start { path: self.go.clone(), source }),
            Ok(Ended::TooLong) => Err(BuildError::TooLong),
            Ok(Ended::TooMuch) => Err(BuildError::Go {
                what: "`go install` printed too much".to_owned(),
                output: String::new(),
            }),
            Ok(Ended::ByItself(output)) if output.status.success() => Ok(()),
            Ok(Ended::ByItself(output)) => {
                let output = String::from_utf8_lossy(&output.stderr).into_owned();
                Err(BuildError::Go { what: one_line(&output), output })
            }
        }
    }

    /// Compares what the new program says with what the old one said.
    fn check(&self, recipe: &Recipe, info: &BuildInfo) -> Result<(), BuildError> {
        let other = |found: &str, expected: &str| {
            Err(BuildError::Other { found: shown(found), expected: shown(expected) })
        };
        let found = info.subject().unwrap_or_default();
        if let Some(name) = &self.name
            && info.release().is_none_or(|release| release != *name)
        {
            let found = shown(info.go.as_deref().unwrap_or("Go 1.17 or older"));
            return Err(BuildError::OtherGo { found, expected: shown(name.as_str()) });
        }
        let Some(expected) = &recipe.expected else { return Ok(()) };
        if found != recipe.subject {
            return other(&found, &recipe.subject);
        }
        let sum = |info: &BuildInfo| info.module.as_ref().and_then(|module| module.sum.clone());
        match (sum(info), sum(expected)) {
            (Some(found), Some(expected)) if found != expected => other(&found, &expected),
            _ => Ok(()),
        }
    }
}

impl Build {
    /// The file name that `go install` gave it.
    pub fn file_name(&self) -> &OsStr {
        self.program.file_name().unwrap_or_default()
    }

    /// Puts it at `target` by one rename. A program that runs there keeps its old content. A link at
    /// `target` stays, and its target is replaced.
    pub fn put_at(&self, target: &Path) -> Result<(), BuildError> {
        let real = gover_core::real_path::real_path(target).unwrap_or_else(|_| target.to_owned());
        // On Windows, a program that runs must be moved aside first.
        let put = if IS_WINDOWS { file::install_program } else { file::rename };
        put(&self.program, &real).map_err(|source| BuildError::File { verb: "replace", path: real, source })
    }
}

impl Drop for Build {
    fn drop(&mut self) {
        drop(file::remove_tree(&self.directory));
    }
}

/// Why the go command failed: what it printed without its progress, in one line.
fn one_line(output: &str) -> String {
    let lines = output.lines().filter(|line| !line.starts_with("go: downloading ")).map(str::trim);
    let line = lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ");
    let line = shown(&line);
    match line.char_indices().nth(LONGEST_LINE) {
        _ if line.is_empty() => "`go install` failed and printed nothing".to_owned(),
        Some((at, _)) => format!("{} …", line.get(..at).unwrap_or_default().trim_end()),
        None => line,
    }
}

const LONGEST_LINE: usize = 400;

/// A large program and its modules may come over a slow network.
const LIMITS: Limits = Limits { time: Duration::from_hours(1), output: 8 << 20 };

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_one_line() {
        let output = "go: downloading x.org/a v1.0.0\ngo: x.org/a@v1.0.0 (in x.org/a@v1.0.0):\n\tThe go.mod file\n\tmust not\n";
        assert_eq!(one_line(output), "go: x.org/a@v1.0.0 (in x.org/a@v1.0.0): The go.mod file must not");
        assert_eq!(one_line("\n"), "`go install` failed and printed nothing");
        assert!(one_line(&"long ".repeat(200)).ends_with("long …"));
    }
}
