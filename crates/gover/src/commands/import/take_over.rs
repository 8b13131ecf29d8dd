//! Copies the toolchains, one after the other.

use std::time::Instant;

use gover_core::display::pasted;
use gover_core::inventory::is_installed;
use gover_core::{Request, ToolchainName};
use gover_doctor::Snapshot;
use gover_install::Installed;
use gover_install::import::{Equal, import};
use gover_source::Supply;
use tokio::sync::Semaphore;

use super::choices;
use super::judge::{Judged, Status};
use crate::commands::install::choose_default;
use crate::output::ProgressBars;
use crate::runtime::block_on;
use crate::store::install::installer;
use crate::store::{default, effect, shims};
use crate::{Context, Failure};

/// Imports what is equal to its release, and says what became of it. One that fails does not stop
/// the others.
pub(super) fn all(
    judged: &mut [Judged],
    (snapshot, supply): (&Snapshot<'_>, &Supply),
    context: &Context<'_>,
) -> Result<(), Failure> {
    let mut installed: Vec<Installed> = Vec::new();
    for one in judged.iter_mut() {
        let Status::Equal(equal) = &one.status else { continue };
        one.status = match one_of(equal, supply, context) {
            Ok(new) => {
                installed.push(new);
                Status::Imported(equal.clone())
            }
            Err(failure) => {
                context.printer.failure(&failure);
                let reason = failure.report().map(|report| report.what.clone()).unwrap_or_default();
                Status::Failed { reason }
            }
        };
    }
    if installed.is_empty() {
        return Ok(());
    }
    if gover_install::shims::is_stale(&context.layout, &shims::program(context)) {
        shims::refresh(context)?;
    }
    // The first becomes the default, if there is none.
    let chosen = choices::defaults(judged, snapshot, context);
    let is_chosen = |installed: &Installed| chosen.contains(&installed.name);
    installed.sort_by(|a, b| (is_chosen(b), &b.name).cmp(&(is_chosen(a), &a.name)));
    match choose_default(&installed, context)? {
        Some(default) => effect::report(&default, context),
        None => effect::path(context),
    }
    Ok(())
}

/// Copies one toolchain, and says so.
pub(in crate::commands) fn one_of(
    equal: &Equal,
    supply: &Supply,
    context: &Context<'_>,
) -> Result<Installed, Failure> {
    let (name, start) = (&equal.wanted.name, Instant::now());
    let progress = ProgressBars::new(context.env, context.printer, not_copied(name, context));
    let (turn, shim) = (Semaphore::new(1), shims::program(context));
    let with = installer(supply, (&progress, &turn), &shim, context);
    let smoke = context.target().smoke(&context.machine);
    let installed = block_on(import(equal, smoke, &with))??;
    drop(progress);
    context.known_releases.take();
    let undo = format!("gover uninstall {}", pasted(Request::exact(name.clone()).as_str()));
    context.printer.note(&format!(
        "imported {name} from {} in {:.1}s, verified (`{undo}` undoes this)",
        context.short(&equal.goroot),
        start.elapsed().as_secs_f64()
    ));
    default::refresh_link(context, &default::lock(context)?);
    Ok(installed)
}

/// What to say if Ctrl-C ends it.
fn not_copied(name: &ToolchainName, context: &Context<'_>) -> impl Fn() -> Vec<String> + Send + Sync + use<> {
    let (layout, name) = (context.layout.clone(), name.clone());
    move || {
        let what = if is_installed(&layout, &name) { "was imported" } else { "was not imported" };
        vec![format!("interrupted; {name} {what}")]
    }
}
