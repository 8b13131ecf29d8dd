//! `gover list`: installed toolchains.

use gover_core::display::pasted;
use gover_core::inventory::{Damage, Inventory, is_goroot, name_at};
use gover_core::resolve::Toolchain;
use gover_core::{Arch, Request, ToolchainName};
use gover_install::Receipt;
use gover_source::Releases;

use super::support::{SupportFacts, support};
use crate::cli::ListArgs;
use crate::output::{Cell, Style, Table, facts, json_path};
use crate::store::{architecture, default, requests};
use crate::supply::supply;
use crate::{Context, Failure};

pub(super) fn run(arguments: &ListArgs, context: &Context<'_>) -> Result<(), Failure> {
    let request = arguments.request.as_deref().map(Request::parse_pin).transpose()?;
    let mut inventory = requests::inventory(context)?;
    if let Some(request) = &request {
        let matching = request.all(&inventory.toolchains, context.stable().as_ref());
        inventory.toolchains = matching.into_iter().cloned().collect();
    }
    let view = View::new(context)?;
    let system = arguments.all.then(|| system(context)).flatten();
    if arguments.json {
        context.printer.json(&InstalledList::of(&inventory, system.as_ref(), &view, context))?;
    } else {
        context.printer.table(&table(&inventory, system.as_ref(), &view, context))?;
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
            context.printer.note(if request.is_some() {
                "no installed toolchain matches"
            } else {
                "no toolchain is installed"
            });
            context.printer.hint(&format!(
                "gover install {}",
                request.as_ref().map_or_else(|| "latest".to_owned(), |request| pasted(request.as_str()))
            ));
        }
    }
    Ok(())
}

/// What the rows are compared with.
pub(super) struct View {
    releases: Releases,
    selected: Option<Toolchain>,
    default: Option<ToolchainName>,
}

impl View {
    fn new(context: &Context<'_>) -> Result<Self, Failure> {
        let supply = supply(context)?;
        Ok(Self {
            releases: supply.known_releases(),
            selected: context.selected(),
            default: default::toolchain(context)?.and_then(|toolchain| toolchain.name),
        })
    }

    fn is_selected(&self, name: &ToolchainName, context: &Context<'_>) -> bool {
        self.selected.as_ref().is_some_and(|selected| selected.goroot == Some(context.layout.toolchain(name)))
    }
}

fn system(context: &Context<'_>) -> Option<Toolchain> {
    context.locate(&Request::parse("system").ok()?).ok()?
}

fn table(inventory: &Inventory, system: Option<&Toolchain>, view: &View, context: &Context<'_>) -> Table {
    let mut table = Table::default();
    for name in &inventory.toolchains {
        let mark = if view.is_selected(name, context) { "*" } else { " " };
        let default = if view.default.as_ref() == Some(name) { "default" } else { "" };
        let marked = |text: &str| format!("{mark} {text}");
        table.row([
            Cell::shown_as(
                marked(name.as_str()),
                marked(&context.printer.out(Style::Version, name.as_str())),
            ),
            size(name, context).into(),
            support(name, &view.releases).into(),
            architecture::remark(name, context).unwrap_or_default().into(),
            default.into(),
        ]);
    }
    if let Some(system) = system {
        let mark = if view.selected.as_ref() == Some(system) { "*" } else { " " };
        let name = system.name.as_ref().map_or_else(String::new, ToString::to_string);
        let place = format!("on PATH, {}", context.short(&system.program("go")));
        table.row([format!("{mark} system").into(), name.into(), place.into()]);
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
    InstalledList(inventory: &Inventory, system: Option<&Toolchain>, view: &View, context: &Context<'_>) {
        toolchains: Vec<InstalledToolchain> = inventory.toolchains.iter()
            .map(|name| InstalledToolchain::of(name, view, context))
            .collect()
            => "the installed toolchains that match, oldest version first",
        damaged: Vec<DamagedEntry> = inventory.damaged.iter().map(DamagedEntry::of).collect()
            => "all entries of `versions/` that are not toolchains",
        system: Option<SystemGo> = system.map(SystemGo::of) => "with `--all`, the Go on PATH outside gover",
    }

    InstalledToolchain(name: &ToolchainName, view: &View, context: &Context<'_>) {
        version: String = name.to_string() => "its name",
        goroot: String = json_path(&context.layout.toolchain(name)) => "its directory",
        arch: Option<&'static str> = architecture::of_toolchain(name, context).map(Arch::as_str)
            => "the architecture it is for, by Go's name; null if it cannot be found out",
        bytes: Option<u64> =
            Receipt::read(&context.layout, name).ok().flatten().map(|receipt| receipt.bytes)
            => "the size of its files according to its receipt; null without a receipt",
        selected: bool = view.is_selected(name, context) => "whether it is the one used here",
        default: bool = view.default.as_ref() == Some(name) => "whether it is the default",
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
