//! `gover list`: installed toolchains.

use std::path::PathBuf;

use gover_core::inventory::{Damage, is_goroot, name_at};
use gover_core::resolve::Toolchain;
use gover_core::text::counted;
use gover_core::{Arch, Request, ToolchainName};
use gover_install::Receipts;
use gover_sys::link;

use super::view::{View, stored};
use crate::cli::ListArgs;
use crate::commands::support::{Known, SupportFacts, support};
use crate::output::{Table, facts, json_path};
use crate::store::requests::Absent;
use crate::store::{architecture, releases, requests, vulnerabilities};
use crate::{Context, Failure};

pub(super) fn run(arguments: &ListArgs, context: &Context<'_>) -> Result<(), Failure> {
    let request = arguments.request.as_deref().map(Request::parse_pin).transpose()?;
    let mut inventory = requests::inventory(context)?;
    let releases = releases::known_with(&inventory, context)?;
    if let Some(request) = &request {
        let matching = request.listed(&inventory.toolchains, context.stable().as_ref());
        inventory.toolchains = matching.into_iter().cloned().collect();
    }
    let view = View::new(context)?;
    let system = system(context).filter(|system| arguments.all || view.is_default(system));
    let outside = view.outside(system.as_ref(), context).filter(|_| request.is_none());
    let counts = vulnerabilities::counts(context)?;
    let seen = (&view, Known { releases: &releases, counts: &counts });
    let bytes = bytes(&inventory.toolchains, context);
    let found = Found { toolchains: &inventory.toolchains, bytes: &bytes, outside, system: system.as_ref() };
    if arguments.json {
        context.printer.json(&InstalledList::of(&found, &inventory.damaged, seen, context))?;
    } else {
        context.printer.table(&table(&found, seen, context))?;
        if !bytes.is_empty() {
            context.printer.note(&total(&bytes));
        }
        for damage in &inventory.damaged {
            let remedy = if is_goroot(&damage.path) {
                "rename it to its version, such as go1.22.5"
            } else if let Some(name) = name_at(&damage.path) {
                // prune keeps links: what they lead to may be on a disk that is away.
                match link::read(&damage.path) {
                    Ok(Some(_)) => &format!("`gover uninstall {name}` removes the link"),
                    _ => "`gover prune` removes it",
                }
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

fn system(context: &Context<'_>) -> Option<Toolchain> {
    context.locate(&Request::parse("system").ok()?).ok()?
}

/// What the rows are made of.
pub(super) struct Found<'a> {
    toolchains: &'a [ToolchainName],
    /// Their sizes, as far as receipts say so.
    bytes: &'a [Option<u64>],
    outside: Option<&'a Toolchain>,
    system: Option<&'a Toolchain>,
}

fn table(found: &Found<'_>, (view, known): (&View, Known<'_>), context: &Context<'_>) -> Table {
    let mut table = Table::default();
    let default = |toolchain: &Toolchain| view.is_default(toolchain).then(|| "default".to_owned());
    let sizes: Vec<String> = found.bytes.iter().map(|bytes| size(*bytes)).collect();
    let widest = sizes.iter().map(String::len).max().unwrap_or_default();
    for (name, size) in found.toolchains.iter().zip(sizes).rev() {
        let toolchain = stored(name, context);
        let remarks = default(&toolchain)
            .into_iter()
            .chain([support(name, known.releases, context)])
            .chain(known.vulnerabilities(name, context))
            .chain(architecture::remark(name, context))
            .chain(linked(name, context).map(|target| format!("a link to {}", context.short(&target))));
        table.row([
            view.marked(&toolchain, name.as_str(), context),
            format!("{size:>widest$}").into(),
            remarks.collect::<Vec<_>>().join("; ").into(),
        ]);
    }
    let others =
        found.outside.map(|one| ("path", one, context.short(one.goroot.as_ref().unwrap_or(&one.bin))));
    let system =
        found.system.map(|one| ("system", one, format!("on PATH, {}", context.short(&one.program("go")))));
    for (what, toolchain, place) in others.into_iter().chain(system) {
        let name = toolchain.name.as_ref().map_or_else(String::new, ToString::to_string);
        let remarks: Vec<String> = default(toolchain).into_iter().chain([place]).collect();
        table.row([view.marked(toolchain, what, context), name.into(), remarks.join("; ").into()]);
    }
    table
}

/// Where a build leads that has its name by `gover link`, which is never that of a release.
fn linked(name: &ToolchainName, context: &Context<'_>) -> Option<PathBuf> {
    if name.is_release() {
        return None;
    }
    link::read(&context.layout.toolchain(name)).ok().flatten()
}

/// `3 toolchains, 651 MiB`
fn total(sizes: &[Option<u64>]) -> String {
    let count = counted(sizes.len(), "toolchain");
    let sum: u64 = sizes.iter().flatten().sum();
    if sum == 0 {
        count
    } else {
        let is_unknown = |size: &Option<u64>| size.is_none_or(|size| size == 0);
        let least = if sizes.iter().any(is_unknown) { "at least " } else { "" };
        format!("{count}, {least}{}", size(Some(sum)))
    }
}

/// Sizes by the receipts: counting the files of every toolchain would take too long.
fn bytes(toolchains: &[ToolchainName], context: &Context<'_>) -> Vec<Option<u64>> {
    let receipts = Receipts::new(&context.layout);
    let bytes = |name| receipts.read(name).ok().flatten().map(|receipt| receipt.bytes);
    toolchains.iter().map(bytes).collect()
}

fn size(bytes: Option<u64>) -> String {
    let known = bytes.filter(|bytes| *bytes > 0);
    known.map_or_else(|| "-".to_owned(), |bytes| format!("{} MiB", bytes.saturating_add(1 << 19) >> 20))
}

facts! {
    InstalledList(found: &Found<'_>, damaged: &[Damage], seen: (&View, Known<'_>), context: &Context<'_>) {
        toolchains: Vec<InstalledToolchain> = found.toolchains.iter().zip(found.bytes)
            .map(|(name, bytes)| InstalledToolchain::of(name, *bytes, seen, context))
            .collect()
            => "the installed toolchains that match, oldest version first",
        damaged: Vec<DamagedEntry> = damaged.iter().map(DamagedEntry::of).collect()
            => "all entries of `versions/` that are not toolchains",
        default_path: Option<String> =
            found.outside.map(|default| json_path(default.goroot.as_ref().unwrap_or(&default.bin)))
            => "the directory of the default, if it is not in `versions/`",
        system: Option<SystemGo> = found.system.map(SystemGo::of)
            => "with `--all`, or if it is the default, the Go on PATH outside gover",
    }

    InstalledToolchain(
        name: &ToolchainName, bytes: Option<u64>, seen: (&View, Known<'_>), context: &Context<'_>
    ) {
        version: String = name.to_string() => "its name",
        goroot: String = json_path(&context.layout.toolchain(name)) => "its directory",
        target: Option<String> = linked(name, context).map(|target| json_path(&target))
            => "where its directory leads, if that is a link; null otherwise",
        arch: Option<&'static str> = architecture::of_toolchain(name, context).map(Arch::as_str)
            => "the architecture it is for, by Go's name; null if it cannot be found out",
        bytes: Option<u64> = bytes
            => "the size of its files according to its receipt; null without a receipt",
        selected: bool = seen.0.is_selected(&stored(name, context)) => "whether it is the one used here",
        default: bool = seen.0.is_default(&stored(name, context)) => "whether it is the default",
        support: SupportFacts = SupportFacts::of(name, seen.1.releases) => "how long it is supported",
        vulnerabilities: Option<usize> = seen.1.counts.of(name.version())
            => "the number of known vulnerabilities; null if it is newer than the known database",
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
