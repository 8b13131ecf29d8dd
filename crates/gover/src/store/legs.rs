//! One command with several toolchains: which of them may run it here, and what each run gets.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use gover_core::display::{location, pasted};
use gover_core::env::vars;
use gover_core::inventory::is_installed;
use gover_core::{Exit, Request, ToolchainName};
use gover_sys::exec::{self, Children, Ending, EnvEdit};

use super::install::{Installation, Want};
use super::{policy, requests, shims, start};
use crate::failure::Report;
use crate::{Context, Failure};

/// A command, ready to run with one toolchain.
pub(crate) struct Leg {
    pub(crate) name: ToolchainName,
    program: PathBuf,
    arguments: Vec<OsString>,
    edits: Vec<EnvEdit>,
}

impl Leg {
    /// The toolchain is installed.
    pub(crate) fn new(
        name: &ToolchainName,
        words: &[OsString],
        context: &Context<'_>,
    ) -> Result<Self, Failure> {
        let request = Request::exact(name.clone());
        let toolchain = requests::installed(&request, context)?;
        let path = start::search_path(&toolchain, None, context);
        let Some((first, rest)) = words.split_first() else {
            return Err(Failure::usage("no command was given", "gover help matrix"));
        };
        let program = start::find(first, &path, context)?;
        let mut edits = start::edits(&toolchain, &request, path, false, context)?;
        // Whatever GOTOOLCHAIN the user has: a result must be that of the named toolchain.
        edits.push((vars::GOTOOLCHAIN, Some(OsString::from("local"))));
        Ok(Self { name: name.clone(), program, arguments: rest.to_vec(), edits })
    }

    /// Nothing can be typed into it: several could not share a terminal.
    pub(crate) fn command(&self) -> Command {
        let mut command = exec::command(&self.program);
        command.args(&self.arguments).stdin(Stdio::null());
        exec::edit(&mut command, &self.edits);
        command
    }

    pub(crate) fn cannot_execute(&self, error: &std::io::Error) -> Failure {
        Failure::cannot_execute(&self.program, error)
    }
}

/// Why Go would refuse to work here with this toolchain: a newer go line. `words` is the command.
pub(crate) fn forbidden(
    name: &ToolchainName,
    words: &[OsString],
    context: &Context<'_>,
) -> Option<Forbidden> {
    let (version, by) = context.forbidden_by(name, words)?;
    let path = by.path?;
    let place = |home| location(&path, by.line, home);
    let reason = |place: String| format!("{place} requires go{version}");
    Some(Forbidden { shown: reason(place(context.home())), exact: reason(place(None)) })
}

pub(crate) struct Forbidden {
    /// For people, with `~`.
    pub(crate) shown: String,
    pub(crate) exact: String,
}

/// What a request means: the newest installed match, or else the newest release.
pub(crate) fn newest(
    request: &Request,
    installation: &Installation<'_>,
    context: &Context<'_>,
) -> Result<ToolchainName, Failure> {
    if let Some(name) = context.locate(request)?.and_then(|toolchain| toolchain.name) {
        return Ok(name);
    }
    let want = installation.release(request)?;
    let none = || {
        Failure::new(
            format!("no Go release matches `{request}`"),
            "`gover list --remote` shows every release",
        )
    };
    want.name().cloned().ok_or_else(none)
}

/// The command as it can be pasted.
pub(crate) fn line(words: &[OsString]) -> String {
    let words: Vec<String> = words.iter().map(|word| pasted(&word.to_string_lossy())).collect();
    words.join(" ")
}

/// Installs those that are missing. Returns those that are new, and those that could not be installed.
pub(crate) fn provide(
    names: &[ToolchainName],
    context: &Context<'_>,
) -> Result<(Vec<ToolchainName>, Vec<ToolchainName>), Failure> {
    for name in names {
        policy::check(Some(name), context)?;
    }
    let is_missing = |name: &&ToolchainName| !is_installed(&context.layout, name);
    if !names.iter().any(|name| is_missing(&name)) {
        return Ok((Vec::new(), Vec::new()));
    }
    if context.settings.may_install() {
        // A crash may have put one aside; only commands that change something restore it.
        shims::recover(context);
    }
    let missing: Vec<&ToolchainName> = names.iter().filter(is_missing).collect();
    if !missing.is_empty() && !context.settings.may_install() {
        return Err(not_installed(&missing));
    }
    for name in &missing {
        requests::refuse_impossible(&Request::exact((*name).clone()), context)?;
    }
    let wants: Vec<Want> = missing.iter().map(|name| Want::Release((*name).clone())).collect();
    let target = context.target();
    let results = Installation::new(&target, false, context).install_all(&wants)?;
    let (mut new, mut failed) = (Vec::new(), Vec::new());
    for (name, result) in missing.into_iter().zip(results) {
        match result {
            Ok(_) => new.push(name.clone()),
            Err(failure) => {
                if wants.len() == 1 {
                    context.printer.failure(&failure);
                }
                failed.push(name.clone());
            }
        }
    }
    Ok((new, failed))
}

fn not_installed(missing: &[&ToolchainName]) -> Failure {
    let names: Vec<&str> = missing.iter().map(|name| name.as_str()).collect();
    let requests: Vec<String> = missing.iter().map(|name| pasted(&Request::typed(name.as_str()))).collect();
    let what = match names.as_slice() {
        [name] => format!("{name} is not installed"),
        names => format!("these are not installed: {}", names.join(", ")),
    };
    Report::new(what, vec![format!("gover install {}", requests.join(" "))], Exit::NotFound).into()
}

/// What ends the programs of a command on Ctrl-C.
pub(crate) fn children() -> Result<Children, Failure> {
    Children::new().map_err(|error| {
        Failure::io("cannot wait for signals", &error, "raise the limit on open files (`ulimit -n`)")
    })
}

/// Where a child's stdout goes: that of gover, or its stderr if gover prints JSON.
pub(crate) fn stdout(is_json: bool) -> Stdio {
    let redirected = is_json.then(|| exec::stderr_for_child().ok()).flatten();
    redirected.unwrap_or_else(if is_json { Stdio::null } else { Stdio::inherit })
}

/// How a program ended, in words that follow "with".
pub(crate) fn ending(ending: Ending) -> String {
    match ending.signal {
        Some(number) => format!("signal {number}"),
        None => format!("exit code {}", ending.code),
    }
}
