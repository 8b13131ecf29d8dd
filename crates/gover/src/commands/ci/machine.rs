//! The Go that came with the machine, where `system` asks for it: nothing is installed and PATH stays as it
//! is.

use std::ffi::OsString;
use std::path::PathBuf;

use gover_core::RequestKind;
use gover_core::env::vars;
use gover_core::resolve::{OriginKind, Outcome, Trace};

use super::Done;
use super::later::checked;
use super::wanted::{Wanted, stops};
use crate::cli::CiArgs;
use crate::commands::check::rows;
use crate::store::policy;
use crate::{Context, Failure, Target};

/// `None` if a toolchain of the store is wanted.
pub(super) fn of(
    wanted: &Wanted,
    (arguments, target): (&CiArgs, &Target),
    context: &Context<'_>,
) -> Result<Option<Done>, Failure> {
    let RequestKind::System = wanted.request.kind() else { return Ok(None) };
    let resolution = if wanted.is_given {
        context.selection_if(OriginKind::Environment, &wanted.request)?
    } else {
        context.selection(&mut Trace::off())?
    };
    if let Some(error) = &resolution.go_error {
        return Err(stops(error, context));
    }
    let reason = &wanted.reason;
    if let Some(raised) = &resolution.raised {
        let what = format!("`system` is not enough here: {}", raised.reason(context.home()));
        return Err(Failure::new(what, "`gover ci`, without a version, installs what the directory needs"));
    }
    let Outcome::Ready(toolchain) = &resolution.outcome else { return Ok(None) };
    policy::allowed_here(toolchain, &resolution, context)?;
    if target.asked_by.is_some() {
        context.printer.warning("the Go of the machine is used, whatever architecture is asked for");
    }
    let given =
        wanted.is_given.then(|| (OsString::from(vars::GOVER_VERSION), wanted.request.as_str().into()));
    let env = context.env.clone().with_changes(given.into_iter().collect());
    let later = context.in_environment(&env);
    let rows = checked(rows::all(Some(&wanted.request), &later)?, "the Go of the machine")?;
    let value = |name| rows.iter().find(|row| row.name == name).and_then(|row| row.value.clone());
    let name = value("version").unwrap_or_default();
    context.printer.note(&format!("{name}  {reason}"));
    Ok(Some(Done {
        name,
        goroot: PathBuf::from(value("goroot").unwrap_or_default()),
        reason: reason.clone(),
        origin: (!arguments.plan).then_some("system"),
        h1: None,
        platform: context.machine.clone(),
        is_of_machine: true,
    }))
}
