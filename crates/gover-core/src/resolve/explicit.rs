use super::{
    CalledAs, Origin, OriginKind, Outcome, Question, Resolution, ResolveError, Trace, choice, locate,
};
use crate::env::vars;
use crate::gorules::EnvFile;
use crate::request::Request;
use crate::version::ToolchainName;

/// Resolves explicit requests, which take precedence over every other choice: Go's own switch, the
/// program's name, `+REQUEST`.
pub(super) fn resolve(
    question: &Question<'_>,
    trace: &mut Trace,
) -> Result<Option<Resolution>, ResolveError> {
    if let Some(value) = question.env.var(vars::SWITCH_VERSION) {
        let value = value.to_string_lossy().into_owned();
        trace.say(|_| format!("Go is switching to {value} ({})", vars::SWITCH_VERSION));
        let name = ToolchainName::parse(&value).map_err(|_| ResolveError::Switch { value: value.clone() })?;
        return exactly(question, OriginKind::Switch, value, &Request::exact(name)).map(Some);
    }
    if let CalledAs::Named(name) = question.called_as {
        trace.say(|_| format!("called as {name}"));
        return exactly(question, OriginKind::Name, name.to_string(), &meant_by(name, question)?).map(Some);
    }
    let argument = question.arguments.first().and_then(|argument| argument.to_str()?.strip_prefix('+'));
    let Some(text) = argument.map(str::to_owned) else { return Ok(None) };
    trace.say(|_| format!("the command line asks for +{text}"));
    let request = choice::parse(&text, format!("the argument +{text}"), "write it as `go +1.22 build`")?;
    let mut resolution = exactly(question, OriginKind::Argument, text, &request)?;
    resolution.arguments.remove(0);
    Ok(Some(resolution))
}

fn exactly(
    question: &Question<'_>,
    kind: OriginKind,
    text: String,
    request: &Request,
) -> Result<Resolution, ResolveError> {
    Ok(Resolution {
        outcome: locate::locate(question, request)?,
        origin: Some(Origin { kind, path: None, line: None, request: text }),
        raised: None,
        left_to_go: None,
        go_error: None,
        user_env: EnvFile::of_user(question.env),
        arguments: question.arguments.to_vec(),
    })
}

/// Linux distributions install programs named `go1.22`. Go 1.21 and later have no release of that
/// name, so it means the newest 1.22. An older one, such as go1.20, may be installed itself. A suffix
/// names one build.
fn meant_by(name: &ToolchainName, question: &Question<'_>) -> Result<Request, ResolveError> {
    let exact = Request::exact(name.clone());
    let is_release = !name.version().selects_toolchains();
    let has_suffix = name.as_str().strip_prefix("go") != Some(name.version().as_str());
    let newest = Request::parse(name.version().as_str()).ok();
    let newest = newest.filter(|request| request.as_exact().is_none() && !has_suffix);
    match newest {
        Some(_) if is_release && locate::locate(question, &exact)? != Outcome::Missing(exact.clone()) => {
            Ok(exact)
        }
        Some(newest) => Ok(newest),
        None => Ok(exact),
    }
}
