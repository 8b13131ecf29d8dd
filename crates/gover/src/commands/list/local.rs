//! `gover list`: installed toolchains.

use gover_core::display::pasted;
use gover_core::inventory::{Inventory, is_goroot, name_at};
use gover_core::resolve::Toolchain;
use gover_core::{Arch, Exit, Request, ToolchainName};
use gover_install::Receipt;
use gover_source::Releases;

use super::support::{SupportFacts, support};
use crate::cli::ListArgs;
use crate::context::Context;
use crate::failure::Failure;
use crate::output::{Json, Style, Table, facts};
use crate::store::{architecture, default, requests};
use crate::supply::supply;

pub(super) fn run(arguments: &ListArgs, context: &Context<'_>) -> Result<Exit, Failure> {
    let request = arguments.request.as_deref().map(Request::parse_pin).transpose()?;
    let mut inventory = requests::inventory(context)?;
    if let Some(request) = &request {
        let matching = request.all(&inventory.toolchains, context.stable().as_ref());
        inventory.toolchains = matching.into_iter().cloned().collect();
    }
    let view = View::new(context)?;
    let system = arguments.all.then(|| system(context)).flatten();
    if arguments.json {
        Json::print(context.printer, &facts(&inventory, system.as_ref(), &view, context))?;
    } else {
        for line in lines(&inventory, system.as_ref(), &view, context) {
            context.printer.data(&line)?;
        }
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
    Ok(Exit::Success)
}

/// What the rows are compared with.
struct View {
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

/// The system Go.
fn system(context: &Context<'_>) -> Option<Toolchain> {
    context.locate(&Request::parse("system").ok()?).ok()?
}

fn lines(
    inventory: &Inventory,
    system: Option<&Toolchain>,
    view: &View,
    context: &Context<'_>,
) -> Vec<String> {
    let mut table = Table::default();
    let same = |text: String| (text.clone(), text);
    for name in &inventory.toolchains {
        let mark = if view.is_selected(name, context) { "*" } else { " " };
        let default = if view.default.as_ref() == Some(name) { "default" } else { "" };
        let marked = |text: &str| format!("{mark} {text}");
        table.row([
            (marked(name.as_str()), marked(&context.printer.out(Style::Version, name.as_str()))),
            same(size(name, context)),
            same(support(name, &view.releases)),
            same(architecture::remark(name, context).unwrap_or_default()),
            same(default.to_owned()),
        ]);
    }
    if let Some(system) = system {
        let mark = if view.selected.as_ref() == Some(system) { "*" } else { " " };
        let name = system.name.as_ref().map_or_else(String::new, ToString::to_string);
        table.row([
            same(format!("{mark} system")),
            same(name),
            same(format!("on PATH, {}", context.short(&system.program("go")))),
        ]);
    }
    table.lines()
}

/// The size on disk according to the receipt; counting the files of every toolchain would take too
/// long.
fn size(name: &ToolchainName, context: &Context<'_>) -> String {
    match Receipt::read(&context.layout, name) {
        Ok(Some(receipt)) if receipt.bytes > 0 => format!("{} MiB", (receipt.bytes + (1 << 19)) >> 20),
        _ => "-".to_owned(),
    }
}

facts! {
    InstalledList {
        toolchains: Vec<InstalledToolchain> = "the installed toolchains that match, oldest version first",
        damaged: Vec<DamagedEntry> = "all entries of `versions/` that are not toolchains",
        system: Option<SystemGo> = "with `--all`, the Go on PATH outside gover",
    }

    InstalledToolchain {
        version: String = "its name",
        goroot: String = "its directory",
        arch: Option<&'static str> =
            "the architecture it is for, by Go's name; null if it cannot be found out",
        bytes: Option<u64> = "the size of its files according to its receipt; null without a receipt",
        selected: bool = "whether it is the one used here",
        default: bool = "whether it is the default",
        support: SupportFacts = "how long it is supported",
    }

    DamagedEntry {
        path: String = "the directory or file",
        reason: &'static str = "why it is not a toolchain",
    }

    SystemGo {
        version: Option<String> = "its name, if it is known",
        program: String = "its program",
    }
}

fn facts(
    inventory: &Inventory,
    system: Option<&Toolchain>,
    view: &View,
    context: &Context<'_>,
) -> InstalledList {
    let toolchain = |name: &ToolchainName| InstalledToolchain {
        version: name.to_string(),
        goroot: Json::path(&context.layout.toolchain(name)),
        arch: architecture::of_toolchain(name, context).map(Arch::as_str),
        bytes: Receipt::read(&context.layout, name).ok().flatten().map(|receipt| receipt.bytes),
        selected: view.is_selected(name, context),
        default: view.default.as_ref() == Some(name),
        support: SupportFacts::of(name, &view.releases),
    };
    let damaged = inventory.damaged.iter();
    InstalledList {
        toolchains: inventory.toolchains.iter().map(toolchain).collect(),
        damaged: damaged
            .map(|damage| DamagedEntry { path: Json::path(&damage.path), reason: damage.reason })
            .collect(),
        system: system.map(|system| SystemGo {
            version: system.name.as_ref().map(ToString::to_string),
            program: Json::path(&system.program("go")),
        }),
    }
}
