use gover_core::Request;
use gover_core::display::pasted;
use gover_core::text::shown;

use crate::cli::DefaultArgs;
use crate::store::{default, effect, lock, provide, requests};
use crate::{Context, Failure};

pub(super) fn run(arguments: &DefaultArgs, context: &Context<'_>) -> Result<(), Failure> {
    if arguments.unset {
        return unset(context);
    }
    let Some(text) = &arguments.request else { return show(context) };
    let request = requests::parse(text, context)?;
    let toolchain = provide::provide(&request, context)?;
    let before = default::read(context)?;
    let lock = default::lock(context).map_err(|failure| {
        if lock::is_read_only(context) {
            failure.hint_first(effect::choose_by_hand(&request, context))
        } else {
            failure
        }
    })?;
    let is_same = before.as_ref().is_some_and(|before| before.as_str() == request.as_str());
    if is_same {
        default::refresh_link(context, &lock);
    } else {
        default::write(&request, context, &lock)?;
    }
    let name = requests::name_of(&toolchain, context);
    context.printer.note(&match before {
        Some(_) if is_same => format!("default is already {name}"),
        Some(before) => format!("default is now {name}{}", undo(&before, context)),
        None => format!("default is now {name} ({UNDO_FIRST})"),
    });
    effect::report(&request, context);
    Ok(())
}

/// How to undo a default where there was none.
pub(super) const UNDO_FIRST: &str = "`gover default --unset` undoes this";

/// How to choose the former default again, if gover has it or can install it.
fn undo(before: &Request, context: &Context<'_>) -> String {
    let is_here = context.locate(before).is_ok_and(|found| found.is_some());
    let is_own_build = before.as_exact().is_some_and(|name| !name.is_release());
    let can_be_installed = before.is_by_version() && !is_own_build;
    if is_here || (can_be_installed && requests::refuse_impossible(before, context).is_ok()) {
        format!(" (`gover default {}` undoes this)", pasted(before.as_str()))
    } else {
        format!("; it was {}, which is not installed", shown(before.as_str()))
    }
}

fn unset(context: &Context<'_>) -> Result<(), Failure> {
    let lock = default::lock(context)?;
    let Some(before) = default::text(context)? else {
        context.printer.note("no default is set; nothing changed");
        return Ok(());
    };
    default::remove(context, &lock)?;
    let undo = Request::parse(&before).map(|request| undo(&request, context)).unwrap_or_default();
    context.printer.note(&format!("removed the default{undo}"));
    effect::report_rest(context);
    Ok(())
}

fn show(context: &Context<'_>) -> Result<(), Failure> {
    let Some(text) = default::text(context)? else {
        return Err(Failure::new("no default is set", "gover default latest"));
    };
    let request = Request::parse(&text)?;
    if let Some(toolchain) = context.locate(&request)? {
        let name = requests::name_of(&toolchain, context);
        let asked = format!("  chosen by {request}");
        let same = name.trim_start_matches("go") == request.as_str().trim_start_matches("go");
        context.printer.data(&format!("{name}{}", if same { "" } else { &asked }))?;
    } else {
        context.printer.data(&format!("{request}  not installed"))?;
        context.printer.hint(&requests::absent(&request, None, context).hint);
    }
    Ok(())
}
