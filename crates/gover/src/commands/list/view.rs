//! What the rows of both lists are compared with.

use gover_core::ToolchainName;
use gover_core::resolve::Toolchain;

use crate::output::{Cell, Style};
use crate::store::default;
use crate::{Context, Failure};

/// The toolchain that is used here, and the default.
pub(super) struct View {
    selected: Option<Toolchain>,
    default: Option<Toolchain>,
}

impl View {
    pub(super) fn new(context: &Context<'_>) -> Result<Self, Failure> {
        Ok(Self { selected: context.selected(), default: default::toolchain(context)? })
    }

    pub(super) fn is_selected(&self, toolchain: &Toolchain) -> bool {
        self.selected.as_ref().is_some_and(|selected| selected.bin == toolchain.bin)
    }

    pub(super) fn is_default(&self, toolchain: &Toolchain) -> bool {
        self.default.as_ref().is_some_and(|default| default.bin == toolchain.bin)
    }

    /// The first cell of a row: `* go1.22.5` for the toolchain that is used here.
    pub(super) fn marked(&self, toolchain: &Toolchain, text: &str, context: &Context<'_>) -> Cell {
        let is_selected = self.is_selected(toolchain);
        let mark = if is_selected { '*' } else { ' ' };
        let shown = if is_selected { context.printer.out(Style::Literal, text) } else { text.to_owned() };
        format!("{mark} {shown}").into()
    }

    /// The default, if it is neither in the store nor the system Go.
    pub(super) fn outside(&self, system: Option<&Toolchain>, context: &Context<'_>) -> Option<&Toolchain> {
        let default = self.default.as_ref()?;
        let stored = default.name.as_ref().map(|name| context.layout.toolchain(name));
        (default.goroot != stored && system.is_none_or(|system| system.bin != default.bin)).then_some(default)
    }
}

/// A toolchain of the store.
pub(super) fn stored(name: &ToolchainName, context: &Context<'_>) -> Toolchain {
    Toolchain::at(context.layout.toolchain(name), Some(name.clone()))
}
