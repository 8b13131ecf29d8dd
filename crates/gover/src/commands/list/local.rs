//! `gover list`: installed toolchains.

use std::rc::Rc;

use gover_core::inventory::{Damage, Inventory, is_goroot, name_at};
use gover_core::resolve::Toolchain;
use gover_core::{Arch, Request, ToolchainName};
use gover_install::Receipt;
use gover_source::Releases;

use super::support::{SupportFacts, support};
use crate::cli::ListArgs;
use crate::output::{Cell, Style, Table, facts, json_path};
use crate::store::requests::Absent;
use crate::store::{architecture, default, releases, requests};
use crate::{Context, Failure};

pub(super) fn run(arguments: &ListArgs, context: &Context<'_>) -> Result<(), Failure> {
    let request = arguments.request.as_deref().map(Request::parse_pin).transpose()?;
    let mut inventory = requests::inventory(context)?;
    if let Some(request) = &request {
        let matching = request.listed(&inventory.toolchains, context.stable().as_ref());
        inventory.toolchains = matching.into_iter().cloned().collect();
    }
    let view = View::new(context)?;
    let system = system(context).filter(|system| arguments.all || view.is_default(system));
    let outside = view.outside(system.as_ref(), context).filter(|_| request.is_none());
    if arguments.json {
        context.printer.json(&InstalledList::of(&inventory, outside, system.as_ref(), &view, context))?;
    } else {
        context.printer.table(&table(&inventory, outside, system.as_ref(), &view, context))?;
        for damage in &inventory.damaged {
            let remedy = if is_goroot(&damage.path) {
                "rename it to its version, such as go1.22.5"
            } else if name_at(&damage.path).is_some() {
                "`gover prune` removes it"
            } else {
                "gover does not use it"
            };
            context.printer.warning(&format!("{} {} ({remedy})", context.short(&damage.path), damage.reason));
        }
        if inventory.toolchains.is_empty() {
            let (what, hint) = match &request {
                Some(request) => {
                    let Absent { what, hint } = requests::absent(request, None, context);
                    (what, hint)
                }
                None => ("no toolchain is installed".to_owned(), "gover install latest".to_owned()),
            };
            context.printer.note(&what);
            context.printer.hint(&hint);
        }
    }
    Ok(())
}

/// What the rows are compared with.
pub(super) struct View {
    releases: Rc<Releases>,
    selected: Option<Toolchain>,
    default: Option<Toolchain>,
}

impl View {
    fn new(context: &Context<'_>) -> Result<Self, Failure> {
        Ok(Self {
            releases: releases::known(context)?,
            selected: context.selected(),
            default: default::toolchain(context)?,
        })
    }

    fn is_selected(&self, toolchain: &Toolchain) -> bool {
        self.selected.as_ref().is_some_and(|selected| selected.bin == toolchain.bin)
    }

    fn mark(&self, toolchain: &Toolchain) -> char {
        if self.is_selected(toolchain) { '*' } else { ' ' }
    }

    fn is_default(&self, toolchain: &Toolchain) -> bool {
        self.default.as_ref().is_some_and(|default| default.bin == toolchain.bin)
    }

    /// The default, if it is neither in the store nor the system Go.
    fn outside(&self, system: Option<&Toolchain>, context: &Context<'_>) -> Option<&Toolchain> {
        let default = self.default.as_ref()?;
        let stored = default.name.as_ref().map(|name| context.layout.toolchain(name));
        (default.goroot != stored && system.is_none_or(|system| system.bin != default.bin)).then_some(default)
    }
}

/// A toolchain of the store.
fn stored(name: &ToolchainName, context: &Context<'_>) -> Toolchain {
    Toolchain::at(context.layout.toolchain(name), Some(name.clone()))
}

fn system(context: &Context<'_>) -> Option<Toolchain> {
    context.locate(&Request::parse("system").ok()?).ok()?
}

fn table(
    inventory: &Inventory,
    outside: Option<&Toolchain>,
    system: Option<&Toolchain>,
    view: &View,
    context: &Context<'_>,
) -> Table {
    let mut table = Table::default();
    let default = |toolchain: &Toolchain| view.is_default(toolchain).then(|| "default".to_owned());
    for name in &inventory.toolchains {
        let toolchain = stored(name, context);
        let marked = |text: &str| format!("{} {text}", view.mark(&toolchain));
        let remarks = default(&toolchain)
            .into_iter()
            .chain([support(name, &view.releases)])
            .chain(architecture::remark(name, context));
        table.row([
            Cell::shown_as(
                marked(name.as_str()),
                marked(&context.printer.out(Style::Version, name.as_str())),
            ),
            size(name, context).into(),
            remarks.collect::<Vec<_>>().join("; ").into(),
        ]);
    }
    let others = outside.map(|one| ("path", one, context.short(one.goroot.as_ref().unwrap_or(&one.bin))));
    let system = system.map(|one| ("system", one, format!("on PATH, {}", context.short(&one.program("go")))));
    for (what, toolchain, place) in others.into_iter().chain(system) {
        let name = toolchain.name.as_ref().map_or_else(String::new, ToString::to_string);
        let remarks: Vec<String> = default(toolchain).into_iter().chain([place]).collect();
        let marked = format!("{} {what}", view.mark(toolchain));
        table.row([marked.into(), name.into(), remarks.join("; ").into()]);
    }
    table
}

/// By the receipt: counting the files of every toolchain would take too long.
fn size(name: &ToolchainName, context: &Context<'_>) -> String {
    match Receipt::read(&context.layout, name) {
        Ok(Some(receipt)) if receipt.bytes > 0 => format!("{} MiB", (receipt.bytes + (1 << 19)) >> 20),
        _ => "-".to_owned(),
    }
}

facts! {
    InstalledList(
        inventory: &Inventory, outside: Option<&Toolchain>, system: Option<&Toolchain>, view: &View,
        context: &Context<'_>
    ) {
        toolchains: Vec<InstalledToolchain> = inventory.toolchains.iter()
            .map(|name| InstalledToolchain::of(name, view, context))
            .collect()
            => "the installed toolchains that match, oldest version first",
        damaged: Vec<DamagedEntry> = inventory.damaged.iter().map(DamagedEntry::of).collect()
            => "all entries of `versions/` that are not toolchains",
        default_path: Option<String> =
            outside.map(|default| json_path(default.goroot.as_ref().unwrap_or(&default.bin)))
            => "the directory of the default, if it is not in `versions/`",
        system: Option<SystemGo> = system.map(SystemGo::of)
            => "with `--all`, or if it is the default, the Go on PATH outside gover",
    }

    InstalledToolchain(name: &ToolchainName, view: &View, context: &Context<'_>) {
        version: String = name.to_string() => "its name",
        goroot: String = json_path(&context.layout.toolchain(name)) => "its directory",
        arch: Option<&'static str> = architecture::of_toolchain(name, context).map(Arch::as_str)
            => "the architecture it is for, by Go's name; null if it cannot be found out",
        bytes: Option<u64> =
            Receipt::read(&context.layout, name).ok().flatten().map(|receipt| receipt.bytes)
            => "the size of its files according to its receipt; null without a receipt",
        selected: bool = view.is_selected(&stored(name, context)) => "whether it is the one used here",
        default: bool = view.is_default(&stored(name, context)) => "whether it is the default",
        support: SupportFacts = SupportFacts::of(name, &view.releases) => "how long it is supported",
    }

    DamagedEntry(damage: &Damage) {
        path: String = json_path(&damage.path) => "the directory or file",
        reason: &'static str = damage.reason => "why it is not a toolchain",
    }

    SystemGo(system: &Toolchain) {
        version: Option<String> = system.name.as_ref().map(ToString::to_string)
            => "its name, if it is known",
        program: String = json_path(&system.program("go")) => "its program",
    }
}
