//! The five facts, each with what is wrong with it.

use std::fs;
use std::path::{Path, PathBuf};

use gover_core::inventory;
use gover_core::layout::executable_name;
use gover_core::real_path::real_path;
use gover_core::resolve::{FirstGo, Outcome, Resolution, Trace};
use gover_core::{Request, ToolchainName};

use super::ask::{self, Go, Refused};
use crate::output::json_path;
use crate::store::effect::{ONE_TOOLCHAIN, PathProblem, path_problem};
use crate::store::expected::{self, is_same};
use crate::store::policy;
use crate::{Context, Failure};

#[derive(Debug)]
pub(in crate::commands) struct Status {
    pub(in crate::commands) name: &'static str,
    pub(super) label: &'static str,
    /// As JSON has it; `None` if it is not known.
    pub(in crate::commands) value: Option<String>,
    /// As the table shows it.
    pub(super) text: String,
    pub(in crate::commands) problem: Option<String>,
    pub(in crate::commands) hint: Option<String>,
}

impl Status {
    fn new(key: (&'static str, &'static str), value: impl Into<String>) -> Self {
        let value = value.into();
        let (name, label) = key;
        Self { name, label, text: value.clone(), value: Some(value), problem: None, hint: None }
    }

    fn path(key: (&'static str, &'static str), path: &Path, context: &Context<'_>) -> Self {
        Self { text: context.short(path), ..Self::new(key, json_path(path)) }
    }

    fn unknown((name, label): (&'static str, &'static str)) -> Self {
        Self { name, label, value: None, text: "-".to_owned(), problem: None, hint: None }
    }

    fn wrong(self, problem: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { problem: Some(problem.into()), hint: Some(hint.into()), ..self }
    }

    /// `None` if it could not be checked.
    pub(in crate::commands) fn is_ok(&self) -> Option<bool> {
        if self.problem.is_some() { Some(false) } else { self.value.as_ref().map(|_| true) }
    }
}

const PATH: (&str, &str) = ("path", "go on PATH");
const VERSION: (&str, &str) = ("version", "go version");
const GOROOT: (&str, &str) = ("goroot", "GOROOT");
const COMPILER: (&str, &str) = ("compiler", "compiler");
const GOBIN: (&str, &str) = ("gobin", "GOBIN");

/// What the rows are compared with.
struct Expected<'a> {
    request: Option<&'a Request>,
    first: FirstGo,
    resolution: Resolution,
    context: &'a Context<'a>,
}

pub(in crate::commands) fn all(
    request: Option<&Request>,
    context: &Context<'_>,
) -> Result<Vec<Status>, Failure> {
    let first = context.first_on_path();
    let resolution = context.selection(&mut Trace::off())?;
    let expected = Expected { request, first, resolution, context };
    let path = expected.path()?;
    let go = match expected.first.program() {
        Some(program) => expected.may_run().and_then(|()| ask::ask(program, context.env)),
        None => {
            return Ok([path]
                .into_iter()
                .chain([VERSION, GOROOT, COMPILER, GOBIN].map(Status::unknown))
                .collect());
        }
    };
    Ok(match go {
        Ok(go) => {
            vec![
                path,
                expected.version(&go)?,
                expected.goroot(&go),
                expected.compiler(&go),
                expected.gobin(&go),
            ]
        }
        Err(Refused { what, hint }) => {
            let hint = hint.unwrap_or_else(|| "gover doctor".to_owned());
            let version = Status::unknown(VERSION).wrong(what, hint);
            [path, version].into_iter().chain([GOROOT, COMPILER, GOBIN].map(Status::unknown)).collect()
        }
    })
}

impl Expected<'_> {
    fn path(&self) -> Result<Status, Failure> {
        let status = match self.first.program() {
            Some(program) => Status::path(PATH, program, self.context),
            None => Status::unknown(PATH),
        };
        let Some(PathProblem { program, what, hint }) = path_problem(&self.first, self.context) else {
            return Ok(status);
        };
        // `gover exec` and `gover env` put the programs of a toolchain first on purpose, and a script may
        // expect the Go of the system.
        let is_meant = match (&self.first, self.request) {
            (FirstGo::Go { stored: true, .. }, _) => true,
            (FirstGo::Go { program, .. }, Some(request)) if !request.is_by_version() => {
                expected::is_met(request, None, root_of(program).as_deref(), self.context)?
            }
            _ => false,
        };
        let whose = program.map(|(_, name)| format!("{name}, ")).unwrap_or_default();
        Ok(if is_meant { status } else { status.wrong(format!("{whose}{what}"), hint) })
    }

    /// The shim applies the policy of the machine itself.
    fn may_run(&self) -> Result<(), Refused> {
        let FirstGo::Go { name: Some(name), .. } = &self.first else { return Ok(()) };
        let name = ToolchainName::parse(name).ok();
        policy::check(name.as_ref(), self.context).map_err(|failure| Refused {
            what: failure.report().map(|report| report.what.clone()).unwrap_or_default(),
            hint: failure.report().and_then(|report| report.hints.first().cloned()),
        })
    }

    fn version(&self, go: &Go) -> Result<Status, Failure> {
        let status = Status::new(VERSION, &go.version);
        let name = ToolchainName::parse(&go.version).ok();
        let is_stored = matches!(self.first, FirstGo::Go { stored: true, .. });
        if let Some(request) = self.request {
            if expected::is_met(request, name.as_ref(), Some(&go.goroot), self.context)? {
                return Ok(status);
            }
            let reason = match self.first {
                FirstGo::Shim(_) => format!(": {}", self.resolution.reason(self.context.home())),
                _ => String::new(),
            };
            let hint = if is_stored {
                ONE_TOOLCHAIN.to_owned()
            } else {
                expected::hint(request, &self.resolution, self.context)?
            };
            return Ok(status.wrong(format!("not {request}{reason}"), hint));
        }
        let selected = match (&self.resolution.left_to_go, self.resolution.name()) {
            (Some(left), _) => left.name.clone(),
            (None, Some(selected)) => selected.to_string(),
            // A `go` that is a wrapper has no name.
            (None, None) => return Ok(status),
        };
        if selected == go.version {
            return Ok(status);
        }
        let problem = format!("not {selected}, {}", self.resolution.reason(self.context.home()));
        Ok(status.wrong(problem, if is_stored { ONE_TOOLCHAIN } else { "gover current -v" }))
    }

    /// It must be the tree of the `go` that runs, and of the same version.
    fn goroot(&self, go: &Go) -> Status {
        let status = Status::path(GOROOT, &go.goroot, self.context);
        if let Some(own) = self.own_root()
            && !is_same(&own, &go.goroot)
        {
            let problem = format!("not {}, where this `go` is", self.context.short(&own));
            return status.wrong(problem, "gover doctor goroot-set goroot-mismatch");
        }
        match inventory::version_of(&go.goroot) {
            Some(name) if name.as_str() != go.version => {
                let problem = format!("its VERSION file says {name}");
                status.wrong(problem, self.reinstall(go))
            }
            _ => status,
        }
    }

    /// The tree of the `go` that runs, as far as it is known.
    fn own_root(&self) -> Option<PathBuf> {
        match (&self.first, &self.resolution) {
            (FirstGo::Go { program, .. }, _) => root_of(program),
            (FirstGo::Shim(_), Resolution { left_to_go: None, outcome: Outcome::Ready(toolchain), .. }) => {
                toolchain.goroot.clone()
            }
            _ => None,
        }
    }

    fn compiler(&self, go: &Go) -> Status {
        match &go.compiler {
            Ok(version) if *version == go.version => Status::new(COMPILER, version),
            Ok(version) => {
                Status::new(COMPILER, version).wrong(format!("not {}", go.version), self.reinstall(go))
            }
            Err(Refused { what, .. }) => {
                let hint =
                    if has_compiler(&go.goroot) { "gover doctor".to_owned() } else { self.reinstall(go) };
                Status::unknown(COMPILER).wrong(what, hint)
            }
        }
    }

    /// What repairs a tree whose parts do not match.
    fn reinstall(&self, go: &Go) -> String {
        let name = ToolchainName::parse(&go.version).ok();
        match name.filter(|name| is_same(&self.context.layout.toolchain(name), &go.goroot)) {
            Some(name) => format!("gover install -f {}", Request::exact(name)),
            None => "unpack that Go again, into an empty directory".to_owned(),
        }
    }

    fn gobin(&self, go: &Go) -> Status {
        let Some(gobin) = &go.gobin else {
            return Status::unknown(GOBIN).wrong("neither GOBIN nor GOPATH is set", "gover doctor gopath");
        };
        let status = Status::path(GOBIN, gobin, self.context);
        if !gobin.is_absolute() {
            return status.wrong("not an absolute path, which `go install` needs", "gover doctor gobin");
        }
        let entries = self.context.env.path();
        let position = |directory: &Path| entries.iter().position(|entry| is_same(entry, directory));
        let bin = self.context.layout.bin();
        if is_same(gobin, &bin) {
            return status.wrong("gover's own directory", "gover doctor gobin");
        }
        // `gover exec` and `gover env` put the toolchain's own directory first.
        let of_go = self.first.program().and_then(Path::parent).and_then(position);
        let text = |place: &str| format!("{}, {place}", status.text);
        match (position(gobin), of_go) {
            (None, _) => Status { text: text("not on PATH"), ..status },
            (Some(gobin), Some(go)) if gobin < go => {
                let hint = format!("put {} before {} on PATH", self.context.short(&bin), status.text);
                status.wrong("before `go` on PATH, so a program named `go` there would run instead", hint)
            }
            (Some(gobin), Some(go)) if gobin > go && matches!(self.first, FirstGo::Shim(_)) => {
                Status { text: text("after gover's directory on PATH"), ..status }
            }
            _ => Status { text: text("on PATH"), ..status },
        }
    }
}

/// The tree of a program in its `bin`, links followed; `None` for a wrapper.
fn root_of(program: &Path) -> Option<PathBuf> {
    let real = real_path(program).unwrap_or_else(|_| program.to_owned());
    let root = real.parent().and_then(Path::parent).map(Path::to_owned);
    root.filter(|root| inventory::is_goroot(root))
}

fn has_compiler(goroot: &Path) -> bool {
    let platforms = fs::read_dir(goroot.join("pkg").join("tool")).into_iter().flatten().flatten();
    let compiler = executable_name("compile");
    platforms.into_iter().any(|platform| platform.path().join(&compiler).is_file())
}
