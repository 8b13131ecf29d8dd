//! `gover pin --remove`.

use std::path::Path;

use gover_core::display::{location, pasted};
use gover_core::gorules::Temporary;
use gover_core::lines::lines;
use gover_core::pin::{PinError, VERSION_FILE, find_pin, read_version_file};

use super::unwritable;
use crate::store::effect;
use crate::{Context, Failure};

pub(super) fn run(directory: &Path, context: &Context<'_>) -> Result<(), Failure> {
    let path = directory.join(VERSION_FILE);
    let before = match read_version_file(&path) {
        Ok(Some(pin)) => Some(pin.request),
        Ok(None) => return nothing_here(directory, context),
        Err(error @ PinError::Unreadable { .. }) => return Err(error.into()),
        Err(_) => None,
    };
    refuse_other_text(&path, context)?;
    std::fs::remove_file(&path).map_err(|source| unwritable(&path, &source))?;
    let what = match before {
        Some(before) => {
            let undo = format!("`gover pin {}` undoes this", pasted(before.as_str()));
            format!(", which said {before} ({undo})")
        }
        None => String::new(),
    };
    context.printer.note(&format!("removed {}{what}", context.short(&path)));
    effect::report_rest(context);
    Ok(())
}

/// No command brings back comments and other lines, and a file of nothing else pins nothing and
/// would stop every `go`.
fn refuse_other_text(path: &Path, context: &Context<'_>) -> Result<(), Failure> {
    let bytes = std::fs::read(path).map_err(|source| unwritable(path, &source))?;
    let filled = lines(&bytes).filter(|line| !line.text.trim_ascii().is_empty());
    if filled.count() <= 1 && !bytes.contains(&b'#') {
        return Ok(());
    }
    let shown = context.short(path);
    Err(Failure::new(
        format!("{shown} also has comments or other lines; gover does not delete those"),
        format!("delete {shown} yourself if you do not need them"),
    ))
}

fn nothing_here(directory: &Path, context: &Context<'_>) -> Result<(), Failure> {
    let rest = match find_pin(directory, &Temporary::of(context.env))? {
        Some(pin) => {
            format!("; {} pins {}", location(&pin.path, Some(pin.line), context.home()), pin.request)
        }
        None => String::new(),
    };
    context.printer.note(&format!("this directory has no {VERSION_FILE}{rest}; nothing changed"));
    Ok(())
}
