use std::path::PathBuf;
use std::process::Stdio;

use gover_core::display::short_path;
use gover_core::gorules::without_directory_flag;
use gover_core::layout::executable_name;
use gover_core::resolve::{CalledAs, OriginKind, Question, Resolution, Toolchain};
use gover_core::shim_state::{self, ShimState};
use gover_core::{Env, Layout, Request, ToolchainName};
use gover_sys::terminal::{self, Stream};
use gover_sys::{exec, file};

use crate::report::{self, Failure};

/// Whether the missing toolchain may be installed now.
pub(crate) fn is_allowed(question: &Question<'_>, resolution: &Resolution) -> bool {
    ShimState::read(&question.layout.shim_state()).may_install(question.env)
        && (!asks_only(question, resolution)
            || terminal::is_terminal(Stream::Stderr)
            || shim_state::may_install_for_question(question.env))
}

/// Whether the command only asks about the toolchain here, as prompts and editors do: `go version`,
/// `go env`.
fn asks_only(question: &Question<'_>, resolution: &Resolution) -> bool {
    let kind = resolution.origin.as_ref().map(|origin| origin.kind);
    let is_named = matches!(kind, Some(OriginKind::Switch | OriginKind::Name | OriginKind::Argument));
    let arguments = without_directory_flag(question.arguments, None);
    let command = arguments.first().filter(|_| !is_named && *question.called_as != CalledAs::Gofmt);
    command.is_some_and(|command| command == "version" || command == "env")
}

/// The chosen toolchain, if Go's rules raise it to one that this user cannot install. It starts as
/// it would without gover, and says why it cannot go on if it cannot.
pub(crate) fn standing_instead(
    question: &Question<'_>,
    resolution: &Resolution,
    request: &Request,
) -> Option<Toolchain> {
    let raised = resolution.raised.as_ref()?;
    let standing = raised.standing.clone()?;
    let versions = question.layout.versions();
    if !versions.exists() || file::is_writable(&versions) {
        return None;
    }
    let home = question.env.user_home();
    let message = format!(
        "gover: cannot install {} ({}): {} is not writable; starting {} instead",
        label(request),
        resolution.reason(home.as_deref()),
        short_path(&versions, home.as_deref()),
        raised.from
    );
    report::say(&message, question.env);
    Some(standing)
}

/// Runs the manager to install a missing toolchain. It shows progress, waits for other processes
/// that install the same, and explains errors. Its output goes to stderr, since stdout belongs to
/// the go command.
pub(crate) fn install(
    question: &Question<'_>,
    resolution: &Resolution,
    request: &Request,
) -> Result<(), Failure> {
    gover_sys::entry::open_missing_streams();
    let reason = resolution.reason(question.env.user_home().as_deref());
    report::say(&format!("gover: installing {} ({reason})", label(request)), question.env);
    let manager = manager(question.layout, question.env);
    let failed = |source| Failure::NoManager { program: manager.clone(), source };
    let mut child = exec::command(&manager)
        .args(["install", "--for-shim", "--", request.as_str()])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .map_err(failed)?;
    // Nothing is written to it. It closes when this process ends, however it ends.
    let alive = child.stdin.take();
    let status = child.wait().map_err(failed)?;
    drop(alive);
    if status.success() { Ok(()) } else { Err(Failure::NotInstalled) }
}

/// The manager of this home. If this home is not the one that the shim was installed for, the
/// manager next to the shim.
fn manager(layout: &Layout, env: &Env) -> PathBuf {
    let own = layout.program("gover");
    if own.is_file() {
        return own;
    }
    let beside = env.program().and_then(|shim| shim.parent().map(|bin| bin.join(executable_name("gover"))));
    beside.filter(|program| program.is_file()).unwrap_or(own)
}

/// `go1.22.5` if only that one matches, otherwise the request.
fn label(request: &Request) -> &str {
    request.as_exact().map_or(request.as_str(), ToolchainName::as_str)
}
