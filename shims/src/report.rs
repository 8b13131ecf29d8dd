use std::error::Error;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use gover_core::ToolchainName;
use gover_core::diagnose::{Diagnose, Exit};
use gover_core::display::pasted;
use gover_core::env::{Env, NoHome};
use gover_core::gorules::SelectError;
use gover_core::minimum::BelowMinimum;
use gover_core::platform::WrongArchitecture;
use gover_core::resolve::{Outcome, Resolution, ResolveError};
use gover_core::text::shown;
use gover_core::wrap::{Room, columns_at_most, exported_width, terminal_width};
use gover_sys::exec;
use gover_sys::terminal::{self, Stream};

#[derive(Debug)]
pub(crate) enum Failure {
    /// `GOVER_HOME` is wrong, or there is no home directory.
    NoHome(NoHome),
    /// The shim was started without any argument, even its name.
    NoArguments,
    Resolve(ResolveError),
    /// Go would stop with this error before it selects a toolchain, and none is there to say so.
    RefusedByGo(SelectError),
    /// Nothing is selected, or the selected toolchain is missing and gover may not install it.
    Unavailable(Box<Resolution>),
    /// The manager did not start.
    NoManager {
        program: PathBuf,
        source: io::Error,
    },
    /// The manager printed why.
    NotInstalled,
    /// A tool is not kept for the selected toolchain, and PATH has no other program of its name.
    OtherTool {
        name: String,
        kept: Vec<ToolchainName>,
        resolution: Box<Resolution>,
    },
    CannotExecute {
        program: PathBuf,
        source: io::Error,
    },
    /// The policy of the machine allows only newer ones.
    Forbidden(BelowMinimum),
}

impl From<ResolveError> for Failure {
    fn from(error: ResolveError) -> Self {
        Self::Resolve(error)
    }
}

/// Prints on stderr what failed and what to do. Returns how to end.
pub(crate) fn print(failure: &Failure, env: &Env) -> Exit {
    let Report { what, cause, hints, exit } = report(failure, env.user_home().as_deref());
    if !what.is_empty() {
        say(&format!("gover: {what}"), env);
    }
    if let Some(cause) = cause {
        say(&format!("  caused by: {cause}"), env);
    }
    for hint in &hints {
        match room(env) {
            Some(room) => write(&room.hint("hint:", &shown(hint))),
            None => write(&[shown(&format!("hint: {hint}"))]),
        }
    }
    exit
}

/// Prints a message on stderr, broken as the manager breaks its own.
pub(crate) fn say(message: &str, env: &Env) {
    let message = shown(message);
    write(&room(env).map_or_else(|| vec![message.clone()], |room| room.wrap(&message)));
}

/// Prints what Go prints about a switch if it is asked to, since the shim switches in its place. Go
/// does not break these lines.
pub(crate) fn trace(resolution: &Resolution) {
    let lines = resolution.raised.iter().flat_map(|raised| &raised.trace);
    write(&lines.map(|line| shown(line)).collect::<Vec<_>>());
}

/// Prints lines on stderr. Everything that the shim prints goes through here, escaped, so that no
/// name of a file or variable reaches the terminal as a control sequence.
fn write(lines: &[String]) {
    for line in lines {
        // Without a stderr nobody would see it.
        let _ = writeln!(io::stderr(), "{line}");
    }
}

fn room(env: &Env) -> Option<Room> {
    let width = if terminal::is_terminal(Stream::Stderr) {
        Some(terminal_width(env, terminal::width(Stream::Stderr)))
    } else {
        exported_width(env)
    };
    width.map(|width| Room { width, columns: columns_at_most })
}

struct Report {
    what: String,
    cause: Option<String>,
    hints: Vec<String>,
    exit: Exit,
}

fn report(failure: &Failure, home: Option<&Path>) -> Report {
    if let Failure::CannotExecute { program, source } = failure
        && exec::is_wrong_format(source)
        && let Some(wrong) = WrongArchitecture::of(program)
    {
        let (what, hints, exit) = (wrong.to_string(), wrong.hints(), wrong.exit());
        return Report { what, cause: Some(source.to_string()), hints, exit };
    }
    let plain =
        |what: String, hint: &str, exit| Report { what, cause: None, hints: vec![hint.to_owned()], exit };
    match failure {
        Failure::NoHome(error) => {
            Report { what: error.to_string(), cause: None, hints: error.hints(), exit: Exit::NotFound }
        }
        Failure::NoArguments => plain(
            "the shim was started without arguments, not even its own name".to_owned(),
            "start it as `go`, `gofmt` or `go1.X.Y`",
            Exit::NotFound,
        ),
        Failure::Resolve(error) => Report {
            what: error.to_string(),
            cause: error.source().map(ToString::to_string),
            hints: error.hints(),
            exit: error.exit(),
        },
        Failure::RefusedByGo(error) => {
            Report { what: error.to_string(), cause: None, hints: error.hints(), exit: Exit::Failure }
        }
        Failure::Unavailable(resolution) => unavailable(resolution, home),
        Failure::OtherTool { name, kept, resolution } => other_tool(name, kept, resolution, home),
        Failure::NoManager { program, source } => Report {
            cause: Some(source.to_string()),
            ..plain(
                format!("cannot start `{}` to install the missing toolchain", program.display()),
                "gover is not next to the shims; run its install.sh again",
                Exit::NotFound,
            )
        },
        Failure::Forbidden(error) => {
            Report { what: error.to_string(), cause: None, hints: error.hints(), exit: Exit::CannotExecute }
        }
        Failure::NotInstalled => {
            Report { what: String::new(), cause: None, hints: Vec::new(), exit: Exit::NotFound }
        }
        Failure::CannotExecute { program, source } => Report {
            cause: Some(source.to_string()),
            ..plain(
                format!("cannot execute `{}`", program.display()),
                "`gover current` shows which toolchain that is; `gover install -f` repairs it",
                Exit::CannotExecute,
            )
        },
    }
}

fn other_tool(name: &str, kept: &[ToolchainName], resolution: &Resolution, home: Option<&Path>) -> Report {
    let names: Vec<&str> = kept.iter().map(ToolchainName::as_str).collect();
    let here = match resolution.name() {
        Some(selected) => format!("{selected} is used here ({})", resolution.reason(home)),
        None => "another Go is used here".to_owned(),
    };
    let what = format!("{name} is installed for {} only, and {here}", names.join(" and "));
    let version = kept.last().map(|newest| newest.version().to_string()).unwrap_or_default();
    let hint = format!("gover exec {} -- {}", pasted(&version), pasted(name));
    Report { what, cause: None, hints: vec![hint], exit: Exit::NotFound }
}

fn unavailable(resolution: &Resolution, home: Option<&Path>) -> Report {
    let (what, hint) = match &resolution.outcome {
        Outcome::Missing(request) => {
            let what = match request.as_exact() {
                Some(name) => format!("{name} is not installed"),
                None => format!("no installed Go matches `{request}`"),
            };
            let hint = format!("gover install {}", pasted(request.as_str()));
            (format!("{what} ({})", resolution.reason(home)), hint)
        }
        _ => (
            "no toolchain is chosen here, and PATH has no other `go`".to_owned(),
            "gover install latest".to_owned(),
        ),
    };
    Report { what, cause: None, hints: vec![hint], exit: Exit::NotFound }
}
