use std::fs;
use std::io;
use std::path::PathBuf;

use gover_core::Exit;
use gover_install::prune::{self, LeftoverKind};
use gover_sys::file;

use crate::cli::{CacheAction, CacheArgs};
use crate::context::Context;
use crate::failure::Failure;
use crate::output::{Json, Table, facts, mebibytes};

/// `gover cache`
pub(super) fn run(arguments: &CacheArgs, context: &Context<'_>) -> Result<Exit, Failure> {
    match arguments.action {
        None => show(arguments.json, context)?,
        Some(CacheAction::Clean) => clean(context)?,
    }
    Ok(Exit::Success)
}

fn show(as_json: bool, context: &Context<'_>) -> Result<(), Failure> {
    let part = |path: PathBuf| CachePart {
        name: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        bytes: file::tree_size(&path).unwrap_or_default(),
    };
    let parts: Vec<CachePart> = entries(context)?.into_iter().map(part).collect();
    if as_json {
        return Json::print(context.printer, &Cache { path: Json::path(&context.layout.cache()), parts });
    }
    let mut table = Table::default();
    let same = |text: String| (text.clone(), text);
    table.row([
        same(context.short(&context.layout.cache())),
        same(mebibytes(parts.iter().map(|part| part.bytes).sum())),
    ]);
    for CachePart { name, bytes } in parts {
        table.row([same(format!("  {name}")), same(mebibytes(bytes))]);
    }
    table.lines().iter().try_for_each(|line| context.printer.data(line))
}

/// Deletes the release index, the list of failed sources, and unfinished downloads. Tree heads of
/// checksum databases stay: without them, gover could not check that a database is consistent with
/// its past.
fn clean(context: &Context<'_>) -> Result<(), Failure> {
    let mut freed = 0;
    for path in [context.layout.index_cache(), context.layout.failed_sources()] {
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
    Cache {
        path: String = "its directory",
        parts: Vec<CachePart> = "its entries, by name",
    }

    CachePart {
        name: String = "the name of the entry",
        bytes: u64 = "the size of all files in it",
    }
}
