use std::path::PathBuf;

use gover_core::resolve::{Origin, Outcome, Raised, Resolution, Trace};
use gover_core::{Diagnose, Exit, ToolchainName};

use crate::cli::CurrentArgs;
use crate::failure::Report;
use crate::output::{Style, Verbosity, facts, json_path};
use crate::store::requests::{Absent, Impossible, name_of};
use crate::store::{architecture, effect, expected, policy, requests, vulnerabilities};
use crate::{Context, Failure};

pub(super) fn run(arguments: &CurrentArgs, context: &Context<'_>) -> Result<(), Failure> {
    if arguments.short {
        return short(context);
    }
    let mut trace = match context.printer.verbosity {
        Verbosity::Verbose => Trace::on(context.home().map(ToOwned::to_owned)),
        _ => Trace::off(),
    };
    let selection = context.selection(&mut trace);
    for (index, step) in trace.into_steps().iter().enumerate() {
        context.printer.detail(&format!("{:>2}. {step}", index + 1));
    }
    let resolution = selection?;
    if let Some(text) = &arguments.expect
        && let Some(Absent { what, hint }) =
            expected::unmet(&requests::parse(text, context)?, &resolution, context)?
    {
        return Err(Failure::new(what, hint));
    }
    if let Some(remark) = remark(&resolution, context) {
        context.printer.detail(&remark);
    }
    if arguments.json {
        context.printer.json(&Current::of(&resolution, context))?;
    } else if let Some(line) = sentence(&resolution, context) {
        context.printer.data(&line)?;
    }
    effect::path(context);
    if !arguments.json
        && is_there(&resolution)
        && let Some(remark) = resolution.name().and_then(|name| vulnerabilities::remark(name, context))
    {
        context.printer.note(&format!("note: {remark} (`gover audit -v` lists them)"));
    }
    match resolution.go_error {
        // The go command will stop here, so this is an error too.
        Some(error) => {
            let hints = effect::go_hints(&error, context);
            Err(Report::new(error.to_string(), hints, error.exit()).into())
        }
        None => end(&resolution, context),
    }
}

/// A prompt has room for a name and for nothing else, not even an error.
fn short(context: &Context<'_>) -> Result<(), Failure> {
    let silent = || Failure::Silent(Exit::Failure);
    let resolution = context.selection(&mut Trace::off()).map_err(|_| silent())?;
    if resolution.go_error.is_some() {
        return Err(silent());
    }
    if let Some(left) = &resolution.left_to_go {
        return context.printer.data(&left.name);
    }
    let name = match &resolution.outcome {
        Outcome::Ready(toolchain) => name_of(toolchain, context),
        Outcome::Missing(request) => requests::name_or_request(request),
        Outcome::Nothing => return Err(silent()),
    };
    context.printer.data(&name)
}

fn remark(resolution: &Resolution, context: &Context<'_>) -> Option<String> {
    let Outcome::Ready(toolchain) = &resolution.outcome else { return None };
    let name = toolchain.name.as_ref()?;
    let ours = toolchain.goroot.as_ref() == Some(&context.layout.toolchain(name));
    let remark = ours.then(|| architecture::remark(name, context)).flatten()?;
    Some(format!("{name} is {remark}"))
}

fn end(resolution: &Resolution, context: &Context<'_>) -> Result<(), Failure> {
    match &resolution.outcome {
        Outcome::Ready(toolchain) => Ok(policy::allowed_here(toolchain, resolution, context).map(drop)?),
        Outcome::Missing(request) => {
            if let Some(impossible) = Impossible::of(request, context) {
                context.printer.warning(&impossible.what());
            } else if let Some(unlinked) = requests::unlinked(request, context) {
                context.printer.warning(&unlinked.what);
            }
            context.printer.hint(&requests::absent(request, Some(resolution), context).hint);
            Err(Failure::Silent(Exit::Failure))
        }
        Outcome::Nothing => Err(Failure::new(requests::NOTHING_CHOSEN, "gover install latest")),
    }
}

fn sentence(resolution: &Resolution, context: &Context<'_>) -> Option<String> {
    if let Some(left) = &resolution.left_to_go {
        let name = context.printer.out(Style::Version, &left.name);
        let place = if left.program.is_some() { "finds it on PATH" } else { "looks for it itself" };
        return Some(format!("{name} (`go` {place})  {}", resolution.reason(context.home())));
    }
    let (name, note) = match &resolution.outcome {
        Outcome::Ready(toolchain) => (name_of(toolchain, context), ""),
        Outcome::Missing(request) => match request.as_exact() {
            Some(name) => (name.to_string(), " (not installed)"),
            None => (request.to_string(), " (none installed)"),
        },
        Outcome::Nothing => return None,
    };
    let reason = resolution.reason(context.home());
    // The note belongs to this toolchain; the reason may name another.
    Some(format!("{}{note}  {reason}", context.printer.out(Style::Version, &name)))
}

facts! {
    Current(resolution: &Resolution, context: &Context<'_>) {
        version: Option<String> = version(resolution)
            => "the name of the toolchain, also of a missing one if only one can match the request; null if it \
                is not known or nothing is selected",
        goroot: Option<String> = goroot(resolution, context).as_deref().map(json_path)
            => "its directory, even if it does not exist yet; null if `left_to_go` is set",
        installed: bool = is_there(resolution)
            => "whether it is installed; if `left_to_go` is set, whether it is on PATH",
        origin: Option<OriginFacts> = resolution.origin.as_ref().map(OriginFacts::of)
            => "what chose it; null only if nothing is selected",
        raised: Option<RaisedFacts> = resolution.raised.as_ref().map(RaisedFacts::of)
            => "set if Go's own rules changed the choice",
        left_to_go: Option<String> = resolution.left_to_go.as_ref().map(|left| left.name.clone())
            => "set if the `go` that starts looks for this toolchain by itself, on PATH or by its own download",
        vulnerabilities: Option<usize> = count(resolution, context)
            => "the number of known vulnerabilities of that version; null if it is not known",
        go: Option<String> = context.first_on_path().program().map(json_path)
            => "the first `go` on PATH; the rest is about gover's own",
        error: Option<String> = resolution.go_error.as_ref().map(ToString::to_string)
            => "set if Go itself will stop with this message",
    }

    OriginFacts(origin: &Origin) {
        kind: &'static str = origin.kind.as_str()
            => "`environment`, `session`, `version-file`, `tool-versions`, `default` or `system`",
        path: Option<String> = origin.path.as_deref().map(json_path)
            => "the file that chose it; for `system` the program",
        line: Option<usize> = origin.line => "its line, from 1",
        request: String = origin.request.clone() => "the request as written",
    }

    RaisedFacts(raised: &Raised) {
        from: String = raised.from.clone() => "the toolchain that was chosen before the rule applied",
        by: RaisedBy = RaisedBy::of(raised) => "which rule changed it",
    }

    RaisedBy(raised: &Raised) {
        kind: &'static str = raised.by.source.as_str() => "`gotoolchain`, `go.work` or `go.mod`",
        path: Option<String> = raised.by.path.as_deref().map(json_path)
            => "the file; null for the environment variable",
        line: Option<usize> = raised.by.line => "its line, from 1",
    }
}

fn version(resolution: &Resolution) -> Option<String> {
    match &resolution.left_to_go {
        Some(left) => Some(left.name.clone()),
        None => resolution.name().map(ToString::to_string),
    }
}

fn count(resolution: &Resolution, context: &Context<'_>) -> Option<usize> {
    let name = match &resolution.left_to_go {
        Some(left) => ToolchainName::parse(&left.name).ok()?,
        None => resolution.name()?.clone(),
    };
    vulnerabilities::counts(context).ok()?.of(name.version())
}

fn is_there(resolution: &Resolution) -> bool {
    match &resolution.left_to_go {
        Some(left) => left.program.is_some(),
        None => matches!(resolution.outcome, Outcome::Ready(_)),
    }
}

fn goroot(resolution: &Resolution, context: &Context<'_>) -> Option<PathBuf> {
    if resolution.left_to_go.is_some() {
        return None;
    }
    match &resolution.outcome {
        Outcome::Ready(toolchain) => toolchain.goroot.clone(),
        Outcome::Missing(request) => request.as_exact().map(|name| context.layout.toolchain(name)),
        Outcome::Nothing => None,
    }
}
