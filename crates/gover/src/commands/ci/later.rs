//! What later steps get: directories of PATH and variables. Before anything is written, the `go` that
//! they would run is asked.

use std::ffi::OsString;
use std::path::PathBuf;

use gover_core::env::vars;
use gover_core::resolve::{FirstGo, Trace};
use gover_core::{Request, ToolchainName};

use super::github::one_line;
use super::keys::Keys;
use super::wanted::Wanted;
use crate::commands::check::rows;
use crate::output::json_path;
use crate::store::{expected, tools};
use crate::{Context, Failure};

/// PATH and variables of later steps, and what other parts of the pipeline can use.
pub(super) struct Later {
    /// The first comes first on PATH.
    pub(super) path: Vec<PathBuf>,
    pub(super) variables: Vec<(&'static str, String)>,
    pub(super) outputs: Vec<(&'static str, String)>,
    keys: Keys,
    version: String,
    goroot: String,
}

impl Later {
    /// With `is_plan`, nothing is installed, so there is nothing to put on PATH.
    pub(super) fn new(
        (wanted, name): (&Wanted, &ToolchainName),
        keys: Keys,
        is_plan: bool,
        context: &Context<'_>,
    ) -> Self {
        let version = name.as_str().trim_start_matches("go").to_owned();
        let goroot = json_path(&context.layout.toolchain(name));
        let mut later =
            Self { path: Vec::new(), variables: Vec::new(), outputs: Vec::new(), keys, version, goroot };
        if !is_plan {
            let gobin = tools::directories(context).into_iter().take(1);
            later.path = [context.layout.bin()].into_iter().chain(gobin).collect();
            if wanted.is_given {
                let request = Request::exact(name.clone()).to_string();
                later.variables.push((vars::GOVER_VERSION, request));
            }
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
    pub(super) fn check(&self, name: &ToolchainName, context: &Context<'_>) -> Result<(), Failure> {
        for directory in &self.path {
            one_line(&directory.to_string_lossy(), "the PATH of later steps")?;
        }
        let path = self.path.iter().cloned().chain(context.env.path());
        let path = std::env::join_paths(path).map_err(|error| {
            Failure::new(
                format!("PATH cannot have these directories: {error}"),
                "set GOVER_HOME to a directory with a simple name",
            )
        })?;
        let variables = self.variables.iter().map(|(name, value)| ((*name).into(), value.into()));
        let changes: Vec<(OsString, OsString)> = variables.chain([(vars::PATH.into(), path)]).collect();
        let env = context.env.clone().with_changes(changes);
        let later = context.in_environment(&env);
        let rows = rows::all(None, &later)?;
        let problem = rows.iter().find(|row| row.is_ok() == Some(false) && row.name != "gobin");
        if let Some(row) = problem {
            let problem = row.problem.as_deref().unwrap_or_default();
            let what = format!("later steps would not run {name}: {}: {problem}", row.name);
            let hint = row.hint.clone().unwrap_or_else(|| "gover doctor".to_owned());
            return Err(Failure::new(what, hint));
        }
        if !matches!(later.first_on_path(), FirstGo::Shim(_)) {
            return Err(Failure::new(
                format!("later steps would not run {name} through gover"),
                "gover doctor",
            ));
        }
        note_other(name, &later)
    }
}

/// Go's own rules may ask for another toolchain in this directory.
fn note_other(name: &ToolchainName, later: &Context<'_>) -> Result<(), Failure> {
    let resolution = later.selection(&mut Trace::off())?;
    let request = Request::exact(name.clone());
    if let Some(absent) = expected::unmet(&request, &resolution, later)? {
        later.printer.warning(&absent.what);
        later.printer.hint("gover current -v");
    }
    Ok(())
}
