//! Where a toolchain is used, as far as this machine can tell.

use gover_core::display::location;
use gover_core::gorules::Temporary;
use gover_core::pin::find_pin;
use gover_core::resolve::{OriginKind, Outcome, Toolchain, Trace};
use gover_core::{Request, ToolchainName};
use gover_sys::process;

use super::{default, sessions};
use crate::Context;

/// One use of a toolchain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Use {
    pub(crate) kind: UseKind,
    /// For people: `the default`, `chosen by .go-version:1 in ~/shop`.
    pub(crate) what: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UseKind {
    Default,
    /// This shell or directory.
    Selection,
    /// Another shell.
    Session,
    Process,
}

impl UseKind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Selection => "selection",
            Self::Session => "session",
            Self::Process => "process",
        }
    }
}

/// All uses that can be seen from here: the default, what chooses it in this shell and directory,
/// what `gover use` chose in other shells, and processes. Pins of other directories are not known.
pub(crate) fn of(name: &ToolchainName, context: &Context<'_>) -> Vec<Use> {
    let mut uses = Vec::new();
    let is_it = |toolchain: &Toolchain| {
        toolchain.name.as_ref() == Some(name) && toolchain.goroot == Some(context.layout.toolchain(name))
    };
    let is_meant =
        |request: &Request| context.locate(request).ok().flatten().is_some_and(|toolchain| is_it(&toolchain));
    if default::toolchain(context).ok().flatten().as_ref().is_some_and(is_it) {
        uses.push(Use { kind: UseKind::Default, what: "the default".to_owned() });
    }
    uses.extend(here(is_it, context));
    uses.extend(pin(is_meant, context).filter(|pin| uses.iter().all(|one| one.what != pin.what)));
    for (id, text) in sessions::of_others(context) {
        if Request::parse(&text).is_ok_and(|request| is_meant(&request)) {
            uses.push(Use { kind: UseKind::Session, what: format!("chosen by `gover use` in shell {id}") });
        }
    }
    for (id, program) in process::running_below(&context.layout.toolchain(name)) {
        uses.push(Use { kind: UseKind::Process, what: format!("running as {program}, process {id}") });
    }
    uses
}

/// What the selection of this shell and directory says.
fn here(is_it: impl Fn(&Toolchain) -> bool, context: &Context<'_>) -> Option<Use> {
    let resolution = context.selection(&mut Trace::off()).ok()?;
    let kind = resolution.origin.as_ref()?.kind;
    let is_selected = matches!(&resolution.outcome, Outcome::Ready(toolchain) if is_it(toolchain));
    let is_default = kind == OriginKind::Default && resolution.raised.is_none();
    let what = resolution.reason(context.home());
    (is_selected && !is_default).then_some(Use { kind: UseKind::Selection, what })
}

/// The pin of this directory, even if something else is selected.
fn pin(is_meant: impl Fn(&Request) -> bool, context: &Context<'_>) -> Option<Use> {
    let pin = find_pin(&context.env.logical_directory()?, &Temporary::of(context.env)).ok()??;
    let what = format!("chosen by {}", location(&pin.path, Some(pin.line), context.home()));
    is_meant(&pin.request).then_some(Use { kind: UseKind::Selection, what })
}

/// `the default; chosen by …`, with at most three uses.
pub(crate) fn in_words(uses: &[Use]) -> String {
    let mut words: Vec<String> = uses.iter().take(SHOWN).map(|one| one.what.clone()).collect();
    if uses.len() > SHOWN {
        words.push(format!("{} more", uses.len() - SHOWN));
    }
    words.join("; ")
}

const SHOWN: usize = 3;
