use std::io;
use std::path::{Path, PathBuf};

use super::{
    LeftToGo, Origin, OriginKind, Outcome, Question, Raised, Resolution, ResolveError, Toolchain, Trace,
};
use super::{locate, session, system};
use crate::bounded;
use crate::display::{location, short_path};
use crate::env::vars;
use crate::gorules::{
    Choice, Demand, EnvFile, GoEnv, Rules, Search, SelectError, Start, Temporary, is_newer_command,
    starting_directory,
};
use crate::pin::{PinKind, find_pin};
use crate::request::Request;
use crate::version::{GoVersion, ToolchainName};

pub(super) fn resolve(question: &Question<'_>, trace: &mut Trace) -> Result<Resolution, ResolveError> {
    let start = starting_directory(question.env, question.arguments, None);
    let temporary = Temporary::of(question.env);
    let (origin, outcome) = match choose(question, start.directory.as_deref(), &temporary, trace)? {
        Some((origin, request)) => {
            let outcome = locate::locate(question, &request).map_err(|error| error.of(&origin))?;
            trace.say(|home| found(&request, &outcome, home));
            (Some(origin), outcome)
        }
        None => found_on_path(question, trace),
    };
    Ok(apply_rules(question, start, &temporary, unruled(question, origin, outcome), trace))
}

/// What [`resolve`](super::resolve) would answer if `request` stood as a choice of that kind.
pub fn resolve_if(
    question: &Question<'_>,
    kind: OriginKind,
    request: &Request,
) -> Result<Resolution, ResolveError> {
    let start = starting_directory(question.env, question.arguments, None);
    let origin = origin(kind, None, None, request.to_string());
    let outcome = locate::locate(question, request)?;
    let (choice, temporary) = (unruled(question, Some(origin), outcome), Temporary::of(question.env));
    Ok(apply_rules(question, start, &temporary, choice, &mut Trace::off()))
}

/// The line of go.mod or go.work that keeps `toolchain` from running here if it may not switch, with
/// the version that it requires. Go reports a file that cannot be read itself.
pub fn forbidden_by(question: &Question<'_>, toolchain: &ToolchainName) -> Option<(GoVersion, Demand)> {
    let start = starting_directory(question.env, question.arguments, Some(toolchain.version()));
    let goroot = question.layout.toolchain(toolchain);
    let rules = Rules {
        settings: &GoEnv::new(question.env, Some(&goroot)),
        directory: start.directory.as_deref(),
        temporary: &Temporary::of(question.env),
        goroot: Some(&goroot),
        arguments: question.arguments,
        fallback: None,
    };
    rules.go_line(toolchain).ok().flatten().filter(|(version, _)| version > toolchain.version())
}

fn unruled(question: &Question<'_>, origin: Option<Origin>, outcome: Outcome) -> Resolution {
    let arguments = question.arguments.to_vec();
    let user_env = EnvFile::of_user(question.env);
    Resolution { outcome, origin, raised: None, left_to_go: None, go_error: None, user_env, arguments }
}

/// Steps 8 and 9 of docs/selection.md.
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

/// Steps 4 to 7: the first that chooses anything.
fn choose(
    question: &Question<'_>,
    directory: Option<&Path>,
    temporary: &Temporary,
    trace: &mut Trace,
) -> Result<Option<(Origin, Request)>, ResolveError> {
    if let Some(value) = question.env.var(vars::GOVER_VERSION) {
        let value = value.to_string_lossy().into_owned();
        trace.say(|_| format!("GOVER_VERSION asks for {value}"));
        let remedy = "`gover use --clear` undoes it, or prints the command that unsets GOVER_VERSION";
        let request = parse(&value, vars::GOVER_VERSION.to_owned(), remedy)?;
        return Ok(Some((origin(OriginKind::Environment, None, None, value), request)));
    }
    trace.say(|_| "GOVER_VERSION is not set".to_owned());
    if let Some((path, record)) = session::find(question) {
        trace.say(|_| format!("`gover use` recorded {} for this shell", record.request));
        let location = format!("the record `{}`", path.display());
        let request = parse(&record.request, location, "`gover use --clear` removes it")?;
        return Ok(Some((origin(OriginKind::Session, Some(&path), None, record.request), request)));
    }
    trace.say(|_| "`gover use` recorded nothing for this shell".to_owned());
    let pin = directory.map(|directory| find_pin(directory, temporary)).transpose();
    if let Some(pin) = pin.map_err(ResolveError::Pin)?.flatten() {
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
        // Bytes that are not UTF-8 are reported as an invalid request.
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
    let location = format!("`{}`", path.display());
    let request = parse(text, location, "`gover default latest` replaces it")?;
    Ok(Some((origin(OriginKind::Default, Some(&path), None, text.to_owned()), request)))
}

pub(super) fn parse(text: &str, location: String, remedy: &'static str) -> Result<Request, ResolveError> {
    Request::parse(text).map_err(|source| ResolveError::Request { location, source, remedy })
}

fn origin(kind: OriginKind, path: Option<&Path>, line: Option<usize>, request: String) -> Origin {
    Origin { kind, path: path.map(Path::to_owned), line, request }
}

/// Applies the rules that cmd/go would apply if the chosen toolchain started.
fn apply_rules(
    question: &Question<'_>,
    mut start: Start,
    temporary: &Temporary,
    choice: Resolution,
    trace: &mut Trace,
) -> Resolution {
    let (local, goroot) = local(&choice.outcome);
    if let Some(local) = local.as_ref().map(ToolchainName::version)
        && is_newer_command(question.arguments, local)
    {
        start = starting_directory(question.env, question.arguments, Some(local));
    }
    if let Some(refusal) = start.refusal {
        return refused(choice, refusal, trace);
    }
    let Some(local) = local else { return choice };
    let is_deliberate = choice.origin.as_ref().is_some_and(|origin| origin.kind.is_deliberate());
    let is_old = !local.version().selects_toolchains();
    if is_old && is_deliberate {
        trace.say(|_| {
            let chosen = name_or_request(&choice, &local);
            format!("{chosen} was chosen here and is older than Go's own rules, which do not change it")
        });
        return choice;
    }
    let older = EnvFile::of_user_before(question.env, local.version());
    let choice = Resolution { user_env: older.or(choice.user_env), ..choice };
    let settings = GoEnv::with_user(question.env, choice.user_env.clone(), goroot.as_deref());
    let rules = Rules {
        settings: &settings,
        directory: start.directory.as_deref(),
        temporary,
        goroot: goroot.as_deref(),
        arguments: question.arguments,
        fallback: (is_old || goroot.is_none()).then_some("auto"),
    };
    trace.say(|_| format!("GOTOOLCHAIN is {:?}", rules.gotoolchain()));
    match rules.select(&local) {
        Ok(Choice::Stay) => {
            trace.say(|_| "Go's own rules require no other toolchain".to_owned());
            choice
        }
        Ok(Choice::Switch { name, demand, search, trace: printed }) => {
            trace.say(|home| match &demand.path {
                Some(path) => format!("{} asks for {name}", location(path, demand.line, home)),
                None => format!("GOTOOLCHAIN asks for {name}"),
            });
            let standing = match &choice.outcome {
                Outcome::Ready(toolchain) => Some(toolchain.clone()),
                _ => None,
            };
            let from = name_or_request(&choice, &local);
            let gotoolchain = rules.gotoolchain();
            let raised = Raised { from, by: demand, gotoolchain, standing, trace: printed };
            raise(question, choice, (name, search, raised), trace)
        }
        Err(go_error) => refused(choice, go_error, trace),
    }
}

/// The newest toolchain that can start, and the directory of one that is there.
fn local(outcome: &Outcome) -> (Option<ToolchainName>, Option<PathBuf>) {
    match outcome {
        Outcome::Ready(Toolchain { name, goroot, .. }) => (name.clone(), goroot.clone()),
        Outcome::Missing(request) => (ceiling(request), None),
        Outcome::Nothing => (None, None),
    }
}

/// The choice after Go's own rules ask for another toolchain, by its name.
fn raise(
    question: &Question<'_>,
    choice: Resolution,
    (name, search, mut raised): (String, Search, Raised),
    trace: &mut Trace,
) -> Resolution {
    match switched(question, &name, search, trace) {
        Switched::ByGover(outcome) => {
            if let (Outcome::Ready(toolchain), false) = (&outcome, raised.trace.is_empty()) {
                let program = toolchain.program("go");
                let line = format!("go: using {name} toolchain from cache located at {}", program.display());
                raised.trace.push(line);
            }
            Resolution { outcome, raised: Some(raised), ..choice }
        }
        Switched::ByGo(program) => {
            Resolution { left_to_go: Some(LeftToGo { name, program, raised }), ..choice }
        }
    }
}

fn refused(choice: Resolution, go_error: SelectError, trace: &mut Trace) -> Resolution {
    trace.say(|_| format!("Go will stop: {go_error}"));
    Resolution { go_error: Some(go_error), ..choice }
}

enum Switched {
    ByGover(Outcome),
    /// With the program on PATH that Go finds.
    ByGo(Option<PathBuf>),
}

/// Takes the toolchain that Go would switch to from the store, if gover may provide it. Otherwise
/// the chosen toolchain starts, and Go switches or prints an error itself.
fn switched(question: &Question<'_>, name: &str, search: Search, trace: &mut Trace) -> Switched {
    let release = ToolchainName::parse(name).ok();
    // Go counts its switches, warns and stops. It does so itself when it is close to that.
    let count = question.env.text(vars::SWITCH_COUNT).and_then(|text| text.parse::<u32>().ok());
    let search = if count >= Some(MANY_SWITCHES) { Search::ByGo } else { search };
    if search != Search::ByGo
        && let Some(toolchain) = release.as_ref().and_then(|release| locate::installed(question, release))
    {
        return Switched::ByGover(Outcome::Ready(toolchain));
    }
    let on_path = system::on_path(question, name).next();
    match release {
        Some(release)
            if is_published(&release) && search == Search::PathThenDownload && on_path.is_none() =>
        {
            trace.say(|_| format!("{release} is not installed"));
            Switched::ByGover(Outcome::Missing(Request::exact(release)))
        }
        _ => {
            trace.say(|home| match &on_path {
                _ if search == Search::ByGo => "the go command switches by itself".to_owned(),
                Some(program) => format!("the go command finds {} on PATH", short_path(program, home)),
                None => format!("{name} is not in the store; the go command looks for it itself"),
            });
            Switched::ByGo(on_path)
        }
    }
}

/// Whether Go publishes releases under such a name. Others are not rewritten: custom builds, go1.22,
/// go1.20.0, go1.22test.
fn is_published(name: &ToolchainName) -> bool {
    let prerelease = name.version().prerelease();
    *name == ToolchainName::of(name.version())
        && prerelease.is_none_or(|one| matches!(one.word, "beta" | "rc") && !one.number.is_empty())
}

/// `maxSwitch - 10` in cmd/go/internal/toolchain/select.go.
const MANY_SWITCHES: u32 = 90;

fn ceiling(request: &Request) -> Option<ToolchainName> {
    request.as_exact().cloned().or_else(|| request.ceiling().map(|version| ToolchainName::of(&version)))
}

fn name_or_request(choice: &Resolution, local: &ToolchainName) -> String {
    match &choice.outcome {
        Outcome::Missing(request) if request.as_exact().is_none() => request.to_string(),
        _ => local.to_string(),
    }
}

fn found(request: &Request, outcome: &Outcome, home: Option<&Path>) -> String {
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
