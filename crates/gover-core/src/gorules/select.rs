use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::arguments::without_directory_flag;
use super::changes::Rule;
use super::environment::GoEnv;
use super::install_version::names_a_version;
use super::lookup;
use super::refusal::{Place, SelectError};
use super::search::{Temporary, find_go_mod, find_go_work, short_path};
use super::toolchain_trace::ToolchainTrace;
use crate::bounded::Found;
use crate::env::vars;
use crate::version::{GoVersion, ToolchainName};

/// What `Select` of cmd/go reads, besides the toolchain that runs it.
#[derive(Debug)]
pub struct Rules<'a> {
    pub settings: &'a GoEnv<'a>,
    /// Where the go command starts; `None` if that directory was removed.
    pub directory: Option<&'a Path>,
    pub temporary: &'a Temporary,
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
        search: Search,
        /// What Go prints before it switches (`GODEBUG=toolchaintrace=1`), each line with its `go: `.
        trace: Vec<String>,
    },
}

/// Where Go would look for a toolchain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Search {
    PathThenDownload,
    /// With `path` and `+path`.
    PathOnly,
    /// Go must do it itself: after `go install` and `go run` it asks the module first, and may choose
    /// another toolchain.
    ByGo,
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

impl Rules<'_> {
    /// What the toolchain `local` would do (`toolchain.Select`).
    pub fn select(&self, local: &ToolchainName) -> Result<Choice, SelectError> {
        let arguments = without_directory_flag(self.arguments, Some(local.version()));
        if !self.modules_enabled(local.version())? || is_answered_locally(&arguments, local.version()) {
            return Ok(Choice::Stay);
        }
        let setting = self.gotoolchain();
        if setting.is_empty() {
            return Ok(Choice::Stay);
        }
        let (name, version, mode) = self.minimum(&setting, local)?;
        let mut trace = ToolchainTrace::new(self.settings);
        trace.minimum(&name, &setting);
        let mut chosen = Chosen { name, version, demand: self.demand(DemandSource::GoToolchain, None, None) };
        let mut search = if mode == Some("path") { Search::PathOnly } else { Search::PathThenDownload };
        if mode == Some("auto") || mode == Some("path") {
            let rules = local.version();
            if !Rule::InstallReadsModule.holds_for(rules) && names_a_version(&arguments, rules) {
                search = Search::ByGo;
            } else {
                self.raise(&mut chosen, rules, &mut trace)?;
            }
        }
        if chosen.name == "local" || chosen.name == local.as_str() {
            return Ok(Choice::Stay);
        }
        if !chosen.name.starts_with("go1") && !chosen.name.contains("-go1") {
            return Err(self.invalid(vars::GOTOOLCHAIN, format!("invalid GOTOOLCHAIN {:?}", chosen.name)));
        }
        let Chosen { name, demand, .. } = chosen;
        Ok(Choice::Switch { name, demand, search, trace: trace.into_lines() })
    }

    /// The go line that the toolchain `local` must satisfy if it may not switch, with its file.
    pub fn go_line(&self, local: &ToolchainName) -> Result<Option<(GoVersion, Demand)>, SelectError> {
        if !self.modules_enabled(local.version())? {
            return Ok(None);
        }
        let Some((source, found)) = self.module_file()? else { return Ok(None) };
        let path = found.path().to_owned();
        let bytes = found.read_module_file().map_err(|error| SelectError::unreadable(&path, &error))?;
        let text = String::from_utf8_lossy(&bytes);
        let line = lookup(&text, "go").and_then(|(line, value)| Some((line, GoVersion::parse(value).ok()?)));
        Ok(line.map(|(line, version)| (version, self.demand(source, Some(&path), Some(line)))))
    }

    pub fn gotoolchain(&self) -> String {
        self.settings.get(vars::GOTOOLCHAIN).or_else(|| self.fallback.map(str::to_owned)).unwrap_or_default()
    }

    /// `modload.WillBeEnabled`
    fn modules_enabled(&self, rules: &GoVersion) -> Result<bool, SelectError> {
        Ok(match self.settings.get(vars::GO111MODULE).as_deref() {
            None | Some("" | "on") => true,
            Some("auto") => {
                find_go_mod(self.here()?, self.temporary).is_some()
                    || (Rule::WorkspaceTurnsModulesOn.holds_for(rules) && self.has_workspace()?)
            }
            Some(_) => false,
        })
    }

    /// The least toolchain that GOTOOLCHAIN allows, and the mode after it: `auto` or `path`.
    fn minimum<'s>(
        &self,
        setting: &'s str,
        local: &ToolchainName,
    ) -> Result<(String, GoVersion, Option<&'s str>), SelectError> {
        let own = |mode| (local.as_str().to_owned(), local.version().clone(), mode);
        if setting == "auto" || setting == "path" {
            return Ok(own(Some(setting)));
        }
        let (least, suffix) = match setting.split_once('+') {
            Some((least, suffix)) => (least, Some(suffix)),
            None => (setting, None),
        };
        let invalid =
            |more: &str| self.invalid(vars::GOTOOLCHAIN, format!("invalid GOTOOLCHAIN {setting:?}{more}"));
        let minimum = if least == "local" {
            own(suffix)
        } else {
            let more = suffix.map(|_| format!(": invalid minimum toolchain {least:?}")).unwrap_or_default();
            let version = version_of(least, local.version()).ok_or_else(|| invalid(&more))?;
            (least.to_owned(), version, suffix)
        };
        if suffix.is_some_and(|suffix| suffix != "auto" && suffix != "path") {
            return Err(invalid(": only version suffixes are +auto and +path"));
        }
        Ok(minimum)
    }

    fn raise(
        &self,
        chosen: &mut Chosen,
        rules: &GoVersion,
        trace: &mut ToolchainTrace,
    ) -> Result<(), SelectError> {
        let Some((source, found)) = self.module_file()? else { return Ok(()) };
        let path = found.path().to_owned();
        let bytes = found.read_module_file().map_err(|error| SelectError::unreadable(&path, &error))?;
        let text = String::from_utf8_lossy(&bytes);
        let shown = short_path(self.here()?, &path);
        let toolchain = lookup(&text, "toolchain").filter(|(_, value)| !value.is_empty());
        if let Some((line, toolchain)) = toolchain {
            if toolchain == "default" {
                return Ok(());
            }
            let version = version_of(toolchain, rules)
                .ok_or_else(|| SelectError::toolchain_line(source, toolchain, &shown, line, &path))?;
            let is_equal = version == chosen.version && !Rule::ToolchainLineIsNewer.holds_for(rules);
            if is_equal || version > chosen.version {
                trace.raised(toolchain, "toolchain", &shown);
                let demand = self.demand(source, Some(&path), Some(line));
                *chosen = Chosen { name: toolchain.to_owned(), version, demand };
            }
        }
        // An invalid go line is older than everything; the parser of Go reports it later.
        if let Some((line, Ok(version))) =
            lookup(&text, "go").map(|(line, value)| (line, GoVersion::parse(value)))
            && version > chosen.version
        {
            let mut name = format!("go{version}");
            let is_language = version.is_language() && version.selects_toolchains();
            if is_language && Rule::LanguageIsFirstRelease.holds_for(rules) {
                name.push_str(".0");
            }
            trace.raised(&name, "go", &shown);
            *chosen = Chosen { name, version, demand: self.demand(source, Some(&path), Some(line)) };
        }
        Ok(())
    }

    /// The file whose lines count (`modGoToolchain`).
    fn module_file(&self) -> Result<Option<(DemandSource, Found)>, SelectError> {
        let here = self.here()?;
        let work = match self.workspace()? {
            Workspace::None => None,
            Workspace::Searched => find_go_work(here, self.goroot),
            // `go work init` may be about to write it.
            Workspace::Named(path) => Found::at(path).ok(),
        };
        if let Some(work) = work {
            return Ok(Some((DemandSource::GoWork, work)));
        }
        Ok(find_go_mod(here, self.temporary).map(|found| (DemandSource::GoMod, found)))
    }

    /// The go.work or go.mod that counts here, with the version of its `go` line.
    pub fn language(&self) -> Option<(PathBuf, GoVersion)> {
        let (_, found) = self.module_file().ok()??;
        let path = found.path().to_owned();
        let bytes = found.read_module_file().ok()?;
        let text = String::from_utf8_lossy(&bytes);
        let (_, version) = lookup(&text, "go")?;
        Some((path, GoVersion::parse(version).ok()?))
    }

    /// `modload.FindGoWork`
    fn workspace(&self) -> Result<Workspace, SelectError> {
        match self.settings.get(vars::GOWORK).as_deref() {
            Some("off") => Ok(Workspace::None),
            None | Some("" | "auto") => Ok(Workspace::Searched),
            Some(path) if Path::new(path).is_absolute() => Ok(Workspace::Named(PathBuf::from(path))),
            Some(_) => Err(self.invalid(vars::GOWORK, "invalid GOWORK: not an absolute path".to_owned())),
        }
    }

    fn has_workspace(&self) -> Result<bool, SelectError> {
        Ok(match self.workspace()? {
            Workspace::None => false,
            Workspace::Searched => find_go_work(self.here()?, self.goroot).is_some(),
            Workspace::Named(_) => true,
        })
    }

    fn here(&self) -> Result<&Path, SelectError> {
        self.directory.ok_or_else(SelectError::no_directory)
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

/// Which go.work counts.
enum Workspace {
    None,
    /// The nearest one.
    Searched,
    /// The one that GOWORK names, which need not exist.
    Named(PathBuf),
}

struct Chosen {
    name: String,
    version: GoVersion,
    demand: Demand,
}

/// `gover.FromToolchain`
fn version_of(name: &str, rules: &GoVersion) -> Option<GoVersion> {
    let without_suffix = || name.split([' ', '\t', '-']).next().unwrap_or_default();
    let head = if Rule::NoSlashInNames.holds_for(rules) { name } else { without_suffix() };
    ToolchainName::parse(head).ok().map(|name| name.version().clone())
}

/// Commands that no toolchain passes on, so that a person can always correct a wrong setting.
fn is_answered_locally(arguments: &[OsString], rules: &GoVersion) -> bool {
    let words: Vec<&str> = arguments.iter().take(4).map(|word| word.to_str().unwrap_or_default()).collect();
    match words.as_slice() {
        ["env", "GOTOOLCHAIN"] => true,
        ["env", "GOMOD" | "GOWORK"] => Rule::FilesAnsweredLocally.holds_for(rules),
        ["env", "-w", assignment] => assignment.starts_with("GOTOOLCHAIN="),
        _ => false,
    }
}
