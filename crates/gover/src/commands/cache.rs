use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use gover_install::prune::{self, LeftoverKind};
use gover_sys::file;

use crate::cli::{CacheAction, CacheArgs};
use crate::output::{Table, facts, json_path, mebibytes};
use crate::{Context, Failure};

pub(super) fn run(arguments: &CacheArgs, context: &Context<'_>) -> Result<(), Failure> {
    match arguments.action {
        None => show(arguments.json, context),
        Some(CacheAction::Clean) => clean(arguments.json, context),
    }
}

fn show(as_json: bool, context: &Context<'_>) -> Result<(), Failure> {
    let parts: Vec<CachePart> = entries(context)?.iter().map(|path| CachePart::of(path)).collect();
    if as_json {
        return context.printer.json(&Cache::of(&context.layout.cache(), parts));
    }
    let mut table = Table::default();
    let total = mebibytes(parts.iter().map(|part| part.bytes).sum());
    table.row([context.short(&context.layout.cache()).into(), total.into()]);
    for CachePart { name, bytes } in parts {
        table.row([format!("  {name}").into(), mebibytes(bytes).into()]);
    }
    context.printer.table(&table)
}

/// Deletes the release index, the list of failed sources, the vulnerability database, and unfinished
/// downloads. Tree heads of checksum databases stay: without them, gover could not check that a
/// database is consistent with its past.
fn clean(as_json: bool, context: &Context<'_>) -> Result<(), Failure> {
    let cache = context.layout.cache();
    if prune::linked_out(&context.layout).contains(&cache) {
        return Err(Failure::new(
            format!(
                "{} is a link that points outside {}; nothing was removed",
                context.short(&cache),
                context.short(context.layout.home())
            ),
            "replace the link with a directory, or delete the contents yourself",
        ));
    }
    let mut freed = 0;
    let layout = &context.layout;
    for path in [layout.index_cache(), layout.failed_sources(), layout.vulnerability_cache()] {
        freed += file::tree_size(&path).unwrap_or_default();
        file::remove_tree(&path).map_err(|source| Failure::file("remove", &path, &source))?;
    }
    let mut downloads = prune::find(&context.layout, &[])?;
    downloads.retain(|leftover| leftover.kind == LeftoverKind::Download);
    freed += prune::remove(&context.layout, &downloads)?.iter().map(|gone| gone.bytes).sum::<u64>();
    context.printer.note(&if freed == 0 {
        "the cache holds nothing to remove".to_owned()
    } else {
        format!("removed {} from {}", mebibytes(freed), context.short(&context.layout.cache()))
    });
    if as_json {
        context.printer.json(&Cleaned::of(&cache, freed))?;
    }
    Ok(())
}

fn entries(context: &Context<'_>) -> Result<Vec<PathBuf>, Failure> {
    let directory = context.layout.cache();
    match fs::read_dir(&directory) {
        Ok(entries) => {
            let mut paths: Vec<_> =
                entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
            paths.sort();
            Ok(paths)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(source) => Err(Failure::unreadable(&directory, &source)),
    }
}

facts! {
    Cache(path: &Path, parts: Vec<CachePart>) {
        path: String = json_path(path) => "its directory",
        parts: Vec<CachePart> = parts => "its entries, by name",
    }

    Cleaned(path: &Path, bytes: u64) {
        path: String = json_path(path) => "the directory of the cache",
        bytes: u64 = bytes => "the size of what was removed",
    }

    CachePart(path: &Path) {
        name: String = json_path(path.file_name().unwrap_or_default().as_ref()) => "the name of the entry",
        bytes: u64 = file::tree_size(path).unwrap_or_default() => "the size of all files in it",
    }
}
