//! What later steps get: directories of PATH and variables. Before anything is written, the `go` that
//! they would run is asked.

use std::ffi::OsString;
use std::path::PathBuf;

use gover_core::Request;
use gover_core::env::{join_paths, vars};
use gover_core::resolve::{FirstGo, Trace};

use super::Done;
use super::github::one_line;
use super::keys::Keys;
use super::wanted::Wanted;
use crate::commands::check::rows::{self, Status};
use crate::output::json_path;
use crate::store::{expected, tools};
use crate::{Context, Failure};

/// PATH and variables of later steps, and what other parts of the pipeline can use.
pub(super) struct Later {
    /// The first comes first on PATH.
    pub(super) path: Vec<PathBuf>,
    pub(super) variables: Vec<(&'static str, String)>,
    pub(super) outputs: Vec<(&'static str, String)>,
    pub(super) goroot: String,
    keys: Keys,
    version: String,
}

impl Later {
    /// With `is_plan`, nothing is installed, so there is nothing to put on PATH.
    pub(super) fn new(
        (wanted, done): (&Wanted, &Done),
        keys: Keys,
        is_plan: bool,
        context: &Context<'_>,
    ) -> Self {
        let version = done.name.trim_start_matches("go").to_owned();
        let goroot = json_path(&done.goroot);
        let mut later =
            Self { path: Vec::new(), variables: Vec::new(), outputs: Vec::new(), keys, version, goroot };
        if !is_plan && !done.is_of_machine {
            let gobin = tools::directories(context).into_iter().take(1);
            later.path = [context.layout.bin()].into_iter().chain(gobin).collect();
        }
        if !is_plan && wanted.is_given {
            let is_system = done.is_of_machine;
            let request = if is_system { wanted.request.to_string() } else { Request::typed(&done.name) };
            later.variables.push((vars::GOVER_VERSION, request));
        }
        let paths: Vec<String> = later.keys.paths.iter().map(|path| json_path(path)).collect();
        later.outputs = vec![
            ("go-version", later.version.clone()),
            ("goroot", later.goroot.clone()),
            ("cache-key", later.keys.key.clone()),
            ("restore-keys", later.keys.fallbacks.join("\n")),
            ("cache-paths", paths.join("\n")),
        ];
        later
    }

    pub(super) fn keys(&self) -> &Keys {
        &self.keys
    }

    /// The variables with what GitHub has outputs for, for services that have none.
    pub(super) fn all_variables(&self) -> Vec<(&'static str, String)> {
        let own = [
            (vars::GOVER_CI_VERSION, self.version.clone()),
            (vars::GOVER_CI_GOROOT, self.goroot.clone()),
            (vars::GOVER_CI_CACHE_KEY, self.keys.key.clone()),
        ];
        self.variables.iter().cloned().chain(own).collect()
    }

    /// Fails if later steps would run another `go`.
    pub(super) fn check(&self, name: &str, context: &Context<'_>) -> Result<(), Failure> {
        for directory in &self.path {
            one_line(&directory.to_string_lossy(), "the PATH of later steps")?;
        }
        let path = self.path.iter().cloned().chain(context.env.path());
        let path = join_paths(path).map_err(|error| {
            Failure::new(error.to_string(), "set GOVER_HOME and GOPATH to directories with simple names")
        })?;
        let variables = self.variables.iter().map(|(name, value)| ((*name).into(), value.into()));
        let changes: Vec<(OsString, OsString)> = variables.chain([(vars::PATH.into(), path)]).collect();
        let env = context.env.clone().with_changes(changes);
        let later = context.in_environment(&env);
        checked(rows::all(None, &later)?, name)?;
        if !matches!(later.first_on_path(), FirstGo::Shim(_)) {
            return Err(Failure::new(
                format!("later steps would not run {name} through gover"),
                "gover doctor",
            ));
        }
        note_other(name, &later)
    }
}

/// Fails if `go` is not what it should be. Where GOBIN is does not matter for that.
pub(super) fn checked(rows: Vec<Status>, name: &str) -> Result<Vec<Status>, Failure> {
    let problem = rows.iter().find(|row| row.is_ok() == Some(false) && row.name != "gobin");
    let Some(row) = problem else { return Ok(rows) };
    let problem = row.problem.as_deref().unwrap_or_default();
    let what = format!("later steps would not run {name}: {}: {problem}", row.name);
    Err(Failure::new(what, row.hint.clone().unwrap_or_else(|| "gover doctor".to_owned())))
}

/// Go's own rules may ask for another toolchain in this directory.
fn note_other(name: &str, later: &Context<'_>) -> Result<(), Failure> {
    let resolution = later.selection(&mut Trace::off())?;
    let request = Request::parse_pin(&Request::typed(name))?;
    if let Some(absent) = expected::unmet(&request, &resolution, later)? {
        later.printer.warning(&absent.what);
        later.printer.hint("gover current -v");
    }
    Ok(())
}
