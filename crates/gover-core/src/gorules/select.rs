use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};

use super::arguments::without_directory_flag;
use super::environment::GoEnv;
use super::lookup;
use super::search::{find_go_mod, find_go_work};
use crate::bounded;
use crate::diagnose::Diagnose;
use crate::env::vars;
use crate::version::{GoVersion, ToolchainName};

/// What `Select` of cmd/go reads, besides the toolchain that runs it.
#[derive(Debug)]
pub struct Rules<'a> {
    pub settings: &'a GoEnv<'a>,
    pub directory: &'a Path,
    pub temporary: &'a Path,
    /// The GOROOT of the toolchain that runs; the search for go.work ends there.
    pub goroot: Option<&'a Path>,
    /// Without the program's name.
    pub arguments: &'a [OsString],
    /// GOTOOLCHAIN if nothing sets it: `auto` for a toolchain without readable go.env, else `None`.
    pub fallback: Option<&'a str>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    Stay,
    Switch {
        /// The name that Go would look for, not always a release: `go1.22`, `go1.23.4 extra`.
        name: String,
        demand: Demand,
        /// Whether Go would look for it on PATH only (`path`, `+path`).
        path_only: bool,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Demand {
    pub source: DemandSource,
    pub path: Option<PathBuf>,
    pub line: Option<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DemandSource {
    GoToolchain,
    GoWork,
    GoMod,
}

impl DemandSource {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::GoToolchain => "gotoolchain",
            Self::GoWork => "go.work",
            Self::GoMod => "go.mod",
        }
    }
}

/// The error with which Go would stop, without its `go: `.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SelectError {
    pub message: String,
    pub place: Place,
}

/// What has to be corrected before Go continues.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A variable, from a go/env file if there is a path, else from the environment.
    Variable(&'static str, Option<PathBuf>),
    /// A line of go.mod or go.work.
    Line(PathBuf, usize),
    /// A go.mod or go.work that cannot be read.
    File(PathBuf),
}

impl Place {
    /// No command of Go edits a module file that Go cannot read, or removes such a variable from a go/env file.
    fn remedy(&self) -> String {
        match self {
            Self::Variable(vars::GOTOOLCHAIN, Some(_)) => "go env -w GOTOOLCHAIN=auto".to_owned(),
            Self::Variable(name, Some(file)) => {
                format!("remove the line with {name} from {}", file.display())
            }
            Self::Variable(name, None) => format!("remove {name} from the environment"),
            Self::Line(path, line) => format!("correct or remove line {line} of {}", path.display()),
            Self::File(path) => format!("make {} a file that you can read", path.display()),
        }
    }
}

impl fmt::Display for SelectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for SelectError {}

impl Diagnose for SelectError {
    fn hints(&self) -> Vec<String> {
        vec![self.place.remedy()]
    }
}

impl Rules<'_> {
    /// What the toolchain `local` would do (`toolchain.Select`).
    pub fn select(&self, local: &ToolchainName) -> Result<Choice, SelectError> {
        let arguments = without_directory_flag(self.arguments);
        if !self.modules_enabled(local)? || is_answered_locally(&arguments) {
            return Ok(Choice::Stay);
        }
        let setting = self.gotoolchain();
        if setting.is_empty() {
            return Ok(Choice::Stay);
        }
        let (name, version, mode) =
            minimum(&setting, local).map_err(|message| self.invalid(vars::GOTOOLCHAIN, message))?;
        let mut chosen = Chosen { name, version, demand: self.demand(DemandSource::GoToolchain, None, None) };
        if mode == Some("auto") || mode == Some("path") {
            self.raise(&mut chosen)?;
        }
        if chosen.name == "local" || chosen.name == local.as_str() {
            return Ok(Choice::Stay);
        }
        if !chosen.name.starts_with("go1") && !chosen.name.contains("-go1") {
            return Err(self.invalid(vars::GOTOOLCHAIN, format!("invalid GOTOOLCHAIN {:?}", chosen.name)));
        }
        Ok(Choice::Switch { name: chosen.name, demand: chosen.demand, path_only: mode == Some("path") })
    }

    pub fn gotoolchain(&self) -> String {
        self.settings.get(vars::GOTOOLCHAIN).or_else(|| self.fallback.map(str::to_owned)).unwrap_or_default()
    }

    /// `modload.WillBeEnabled`. Before 1.27 a go.work did not count (go.dev/issue/76728).
    fn modules_enabled(&self, local: &ToolchainName) -> Result<bool, SelectError> {
        Ok(match self.settings.get(vars::GO111MODULE).as_deref() {
            None | Some("" | "on") => true,
            Some("auto") => {
                find_go_mod(self.directory, self.temporary).is_some()
                    || (local.version().counts_workspaces() && self.go_work()?.is_some())
            }
            Some(_) => false,
        })
    }

    fn raise(&self, chosen: &mut Chosen) -> Result<(), SelectError> {
        let Some((source, path)) = self.module_file()? else { return Ok(()) };
        let bytes = bounded::read(&path, bounded::MODULE_FILE).map_err(|error| SelectError {
            message: format!("cannot read {}: {error}", path.display()),
            place: Place::File(path.clone()),
        })?;
        let text = String::from_utf8_lossy(&bytes);
        let toolchain = lookup(&text, "toolchain").filter(|(_, value)| !value.is_empty());
        if let Some((line, toolchain)) = toolchain {
            if toolchain == "default" {
                return Ok(());
            }
            let name = ToolchainName::parse(toolchain).map_err(|_| SelectError {
                message: format!("invalid toolchain {toolchain:?} in {}", short(&path)),
                place: Place::Line(path.clone(), line),
            })?;
            if *name.version() > chosen.version {
                let demand = self.demand(source, Some(&path), Some(line));
                *chosen = Chosen { name: toolchain.to_owned(), version: name.version().clone(), demand };
            }
        }
        // An invalid go line is older than everything; the parser of Go reports it later.
        if let Some((line, Ok(version))) =
            lookup(&text, "go").map(|(line, value)| (line, GoVersion::parse(value)))
            && version > chosen.version
        {
            let mut name = format!("go{version}");
            if version.is_language() && version.selects_toolchains() {
                name.push_str(".0");
            }
            *chosen = Chosen { name, version, demand: self.demand(source, Some(&path), Some(line)) };
        }
        Ok(())
    }

    /// The file whose lines count (`modGoToolchain`).
    fn module_file(&self) -> Result<Option<(DemandSource, PathBuf)>, SelectError> {
        // `go work init` may be about to write the file in GOWORK.
        if let Some(work) = self.go_work()?.filter(|work| work.exists()) {
            return Ok(Some((DemandSource::GoWork, work)));
        }
        Ok(find_go_mod(self.directory, self.temporary).map(|path| (DemandSource::GoMod, path)))
    }

    /// `modload.FindGoWork`
    fn go_work(&self) -> Result<Option<PathBuf>, SelectError> {
        match self.settings.get(vars::GOWORK).as_deref() {
            Some("off") => Ok(None),
            None | Some("" | "auto") => Ok(find_go_work(self.directory, self.goroot)),
            Some(path) if Path::new(path).is_absolute() => Ok(Some(PathBuf::from(path))),
            Some(_) => Err(self.invalid(vars::GOWORK, "invalid GOWORK: not an absolute path".to_owned())),
        }
    }

    fn invalid(&self, variable: &'static str, message: String) -> SelectError {
        let file = self.settings.file_of(variable).map(Path::to_owned);
        SelectError { message, place: Place::Variable(variable, file) }
    }

    fn demand(&self, source: DemandSource, path: Option<&Path>, line: Option<usize>) -> Demand {
        let path = match source {
            DemandSource::GoToolchain => self.settings.file_of(vars::GOTOOLCHAIN),
            DemandSource::GoWork | DemandSource::GoMod => path,
        };
        Demand { source, path: path.map(Path::to_owned), line }
    }
}

struct Chosen {
    name: String,
    version: GoVersion,
    demand: Demand,
}

/// The least toolchain that GOTOOLCHAIN allows, and the mode after it: `auto` or `path`.
fn minimum<'a>(
    setting: &'a str,
    local: &ToolchainName,
) -> Result<(String, GoVersion, Option<&'a str>), String> {
    let own = |mode| (local.as_str().to_owned(), local.version().clone(), mode);
    if setting == "auto" || setting == "path" {
        return Ok(own(Some(setting)));
    }
    let (least, suffix) = match setting.split_once('+') {
        Some((least, suffix)) => (least, Some(suffix)),
        None => (setting, None),
    };
    let invalid = |more: String| format!("invalid GOTOOLCHAIN {setting:?}{more}");
    let minimum = if least == "local" {
        own(suffix)
    } else {
        let name = ToolchainName::parse(least).map_err(|_| {
            invalid(suffix.map(|_| format!(": invalid minimum toolchain {least:?}")).unwrap_or_default())
        })?;
        (least.to_owned(), name.version().clone(), suffix)
    };
    if suffix.is_some_and(|suffix| suffix != "auto" && suffix != "path") {
        return Err(invalid(": only version suffixes are +auto and +path".to_owned()));
    }
    Ok(minimum)
}

/// Commands that no toolchain passes on, so that a person can always correct a wrong setting.
fn is_answered_locally(arguments: &[OsString]) -> bool {
    let words: Vec<&str> = arguments.iter().take(4).map(|word| word.to_str().unwrap_or_default()).collect();
    match words.as_slice() {
        ["env", "GOTOOLCHAIN" | "GOMOD" | "GOWORK"] => true,
        ["env", "-w", assignment] => assignment.starts_with("GOTOOLCHAIN="),
        _ => false,
    }
}

fn short(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}
