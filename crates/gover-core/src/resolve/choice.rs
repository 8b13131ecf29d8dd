use std::io;
use std::path::Path;

use super::{Origin, OriginKind, Outcome, Question, Raised, Resolution, ResolveError, Toolchain, Trace};
use super::{locate, session, system};
use crate::bounded;
use crate::display::{location, short_path};
use crate::env::vars;
use crate::gorules::{Choice, GoEnv, Rules, starting_directory};
use crate::pin::{PinKind, find_pin};
use crate::request::Request;
use crate::version::ToolchainName;

/// The standing choice, with Go's own rules applied to it.
pub(super) fn resolve(question: &Question<'_>, trace: &mut Trace) -> Result<Resolution, ResolveError> {
    let directory = starting_directory(question.env, question.arguments);
    let (origin, outcome) = match choose(question, directory.as_deref(), trace)? {
        Some((origin, request)) => {
            let outcome = locate::locate(question, &request)?;
            trace.say(|home| answer(&request, &outcome, home));
            (Some(origin), outcome)
        }
        None => found_on_path(question, trace),
    };
    let standing =
        Resolution { outcome, origin, raised: None, go_error: None, arguments: question.arguments.to_vec() };
    match directory {
        Some(directory) => Ok(apply_rules(question, &directory, standing, trace)),
        None => Ok(standing),
    }
}

/// Rules 8 and 9.
fn found_on_path(question: &Question<'_>, trace: &mut Trace) -> (Option<Origin>, Outcome) {
    let Some(toolchain) = system::find(question) else {
        trace.say(|_| "PATH has no Go outside gover".to_owned());
        return (None, Outcome::Nothing);
    };
    let program = toolchain.program("go");
    trace.say(|home| format!("PATH has {}", short_path(&program, home)));
    let origin = origin(OriginKind::System, Some(&program), None, "system".to_owned());
    (Some(origin), Outcome::Ready(toolchain))
}

/// Rules 4 to 7: the first that says anything.
fn choose(
    question: &Question<'_>,
    directory: Option<&Path>,
    trace: &mut Trace,
) -> Result<Option<(Origin, Request)>, ResolveError> {
    if let Some(value) = question.env.var(vars::GOVER_VERSION) {
        let value = value.to_string_lossy().into_owned();
        trace.say(|_| format!("GOVER_VERSION asks for {value}"));
        let request = Request::parse(&value).map_err(|source| ResolveError::Request {
            location: "GOVER_VERSION".to_owned(),
            source,
            remedy: "`gover use --clear` takes it back, or says how this shell unsets GOVER_VERSION",
        })?;
        return Ok(Some((origin(OriginKind::Environment, None, None, value), request)));
    }
    trace.say(|_| "GOVER_VERSION is not set".to_owned());
    if let Some((path, record)) = session::find(question) {
        trace.say(|_| format!("`gover use` recorded {} for this shell", record.request));
        let request = Request::parse(&record.request).map_err(|source| ResolveError::Request {
            location: format!("the record `{}`", path.display()),
            source,
            remedy: "`gover use --clear` removes it",
        })?;
        return Ok(Some((origin(OriginKind::Session, Some(&path), None, record.request), request)));
    }
    trace.say(|_| "no shell above this one recorded a choice".to_owned());
    if let Some(pin) = directory.map(find_pin).transpose()?.flatten() {
        trace.say(|home| format!("{} asks for {}", location(&pin.path, Some(pin.line), home), pin.request));
        let kind = match pin.kind {
            PinKind::VersionFile => OriginKind::VersionFile,
            PinKind::ToolVersions => OriginKind::ToolVersions,
        };
        let text = pin.request.as_str().to_owned();
        return Ok(Some((origin(kind, Some(&pin.path), Some(pin.line), text), pin.request)));
    }
    trace.say(|_| "no .go-version or .tool-versions here or above".to_owned());
    read_default(question, trace)
}

fn read_default(
    question: &Question<'_>,
    trace: &mut Trace,
) -> Result<Option<(Origin, Request)>, ResolveError> {
    let path = question.layout.default_file();
    let text = match bounded::read(&path, bounded::SMALL_FILE) {
        // What is no text is no request either, and is reported as such.
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(source) => return Err(ResolveError::Default { path, source }),
    };
    let text = text.trim();
    if text.is_empty() {
        trace.say(|_| "no default is set".to_owned());
        return Ok(None);
    }
    trace.say(|_| format!("the default asks for {text}"));
    let request = Request::parse(text).map_err(|source| ResolveError::Request {
        location: format!("`{}`", path.display()),
        source,
        remedy: "`gover default latest` writes it anew",
    })?;
    Ok(Some((origin(OriginKind::Default, Some(&path), None, text.to_owned()), request)))
}

fn origin(kind: OriginKind, path: Option<&Path>, line: Option<usize>, request: String) -> Origin {
    Origin { kind, path: path.map(Path::to_owned), line, request }
}

/// Applies cmd/go's rules as the standing choice would on starting.
fn apply_rules(
    question: &Question<'_>,
    directory: &Path,
    standing: Resolution,
    trace: &mut Trace,
) -> Resolution {
    let (local, goroot) = match &standing.outcome {
        Outcome::Ready(Toolchain { name, goroot, .. }) => (name.clone(), goroot.clone()),
        // What answers it once installed; never more than this.
        Outcome::Missing(request) => (ceiling(request), None),
        Outcome::Nothing => (None, None),
    };
    let Some(local) = local else { return standing };
    let deliberate = standing.origin.as_ref().is_some_and(|origin| origin.kind.is_deliberate());
    let old = !local.version().selects_toolchains();
    if old && deliberate {
        trace.say(|_| format!("{local} knows no toolchain selection and was chosen, so it runs as it is"));
        return standing;
    }
    let settings = GoEnv::new(question.env, goroot.as_deref());
    let rules = Rules {
        settings: &settings,
        directory,
        temporary: &question.env.temporary_directory(),
        goroot: goroot.as_deref(),
        arguments: question.arguments,
        fallback: (old || goroot.is_none()).then_some("auto"),
    };
    trace.say(|_| format!("GOTOOLCHAIN is {:?}", rules.gotoolchain()));
    match rules.select(&local) {
        Ok(Choice::Stay) => {
            trace.say(|_| "Go's own rules ask for nothing else".to_owned());
            standing
        }
        Ok(Choice::Switch { name, demand, path_only }) => {
            trace.say(|home| match &demand.path {
                Some(path) => format!("{} asks for {name}", location(path, demand.line, home)),
                None => format!("GOTOOLCHAIN asks for {name}"),
            });
            let gotoolchain = rules.gotoolchain();
            let from = shown(&standing, &local);
            let raised = Raised { from, by: demand, gotoolchain };
            switched(question, standing, Switch { name, path_only, raised }, trace)
        }
        Err(go_error) => {
            trace.say(|_| format!("Go will stop: {go_error}"));
            Resolution { go_error: Some(go_error), ..standing }
        }
    }
}

struct Switch {
    name: String,
    path_only: bool,
    raised: Raised,
}

/// Takes the toolchain Go would switch to from the store, where that is ours to do; otherwise the standing choice
/// starts, and Go hands over or complains by itself.
fn switched(question: &Question<'_>, standing: Resolution, switch: Switch, trace: &mut Trace) -> Resolution {
    let Ok(name) = ToolchainName::parse(&switch.name) else { return standing };
    let name = if name.is_release() { ToolchainName::of(name.version()) } else { name };
    let outcome = match locate::installed(question, &name) {
        Some(toolchain) => Outcome::Ready(toolchain),
        None if !name.is_release() || switch.path_only || system::is_on_path(question, &switch.name) => {
            trace.say(|_| format!("{name} is not in the store; the go command looks for it itself"));
            return standing;
        }
        None => {
            trace.say(|_| format!("{name} is not installed"));
            Outcome::Missing(Request::exact(name))
        }
    };
    Resolution { outcome, raised: Some(switch.raised), ..standing }
}

fn ceiling(request: &Request) -> Option<ToolchainName> {
    request.as_exact().cloned().or_else(|| request.ceiling().map(|version| ToolchainName::of(&version)))
}

/// The standing choice by name, or by its request where no toolchain answers it yet.
fn shown(standing: &Resolution, local: &ToolchainName) -> String {
    match &standing.outcome {
        Outcome::Missing(request) if request.as_exact().is_none() => request.to_string(),
        _ => local.to_string(),
    }
}

fn answer(request: &Request, outcome: &Outcome, home: Option<&Path>) -> String {
    match outcome {
        Outcome::Ready(toolchain) => match (&toolchain.name, &toolchain.goroot) {
            (Some(name), _) if request.as_exact().is_some() => format!("{name} is installed"),
            (Some(name), Some(_)) if request.is_by_version() => {
                format!("the newest installed match is {name}")
            }
            (_, Some(goroot)) => format!("that is {}", short_path(goroot, home)),
            _ => format!("that is {}", short_path(&toolchain.program("go"), home)),
        },
        Outcome::Missing(_) => format!("no installed Go matches {request}"),
        Outcome::Nothing => "nothing".to_owned(),
    }
}
