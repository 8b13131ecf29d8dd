//! What a build service may cache, and under which key.

use std::collections::{BTreeMap, VecDeque};
use std::fs;
use std::path::{Path, PathBuf};

use glob::{MatchOptions, Pattern};
use gover_archive::digest::Sha256;
use gover_doctor::MachinePath;

use super::Done;
use crate::commands::import;
use crate::{Context, Failure};

pub(super) struct Keys {
    pub(super) key: String,
    /// Prefixes of other keys whose cache is of use too.
    pub(super) fallbacks: Vec<String>,
    /// What to save: Go's two caches, and of gover the toolchains with what proves them.
    pub(super) paths: Vec<PathBuf>,
}

impl Keys {
    /// Without a hash of its files, the key only has the name of the toolchain.
    ///
    /// Another Go starts another cache: its build results are of no use, and a cache that is saved with
    /// each new toolchain would keep all older ones.
    pub(super) fn new(done: &Done, patterns: &[String], context: &Context<'_>) -> Result<Self, Failure> {
        let tree = match &done.h1 {
            Some(h1) => Sha256::of(h1.as_bytes()).to_string(),
            None if done.is_of_machine => "system".to_owned(),
            None => "unproven".to_owned(),
        };
        let name = words(&done.name);
        let prefix = format!("gover-{}-{name}-{}-", done.platform, short(&tree));
        let key = format!("{prefix}{}", short(&sum(&files(patterns, context)?)?));
        Ok(Self { key, fallbacks: vec![prefix], paths: paths(done.is_of_machine, context) })
    }
}

/// The version of a development build has spaces, and some services allow neither them nor commas.
fn words(name: &str) -> String {
    name.replace(|c: char| !(c.is_ascii_alphanumeric() || "._+-".contains(c)), "-")
}

fn short(digest: &str) -> &str {
    digest.get(..16).unwrap_or(digest)
}

fn paths(is_of_machine: bool, context: &Context<'_>) -> Vec<PathBuf> {
    let layout = &context.layout;
    let own = [layout.versions(), layout.receipts(), layout.sumdb_cache()];
    let own = own.into_iter().filter(|_| !is_of_machine);
    let of_go = import::with_snapshot(context, |snapshot| [snapshot.gomodcache(), snapshot.gocache()]);
    let of_go = of_go.iter().flatten().map(|path: &MachinePath| import::path(path));
    own.chain(of_go.filter(|path| path.is_absolute())).collect()
}

/// The hash of the files by their paths below the working directory, so that it is the same in every
/// checkout.
fn sum(files: &BTreeMap<String, PathBuf>) -> Result<String, Failure> {
    let mut sum = Sha256::default();
    for (name, path) in files {
        let bytes = fs::read(path).map_err(|error| {
            Failure::io(
                format!("cannot read `{}`", path.display()),
                &error,
                "make it readable, or leave it out",
            )
        })?;
        sum.update(format!("{name}\0{}\0", bytes.len()).as_bytes());
        sum.update(&bytes);
    }
    Ok(sum.finish().to_string())
}

/// The files that decide which modules a job needs.
fn files(patterns: &[String], context: &Context<'_>) -> Result<BTreeMap<String, PathBuf>, Failure> {
    let Some(here) = context.env.directory() else { return Ok(BTreeMap::new()) };
    let lines = patterns.iter().flat_map(|text| text.lines()).map(str::trim);
    let lines: Vec<&str> = lines.filter(|line| !line.is_empty()).collect();
    if lines.is_empty() {
        return Ok(module_files(here));
    }
    let mut found = BTreeMap::new();
    for line in lines {
        let invalid = |what: String| {
            Failure::usage(format!("`{line}` is not a pattern: {what}"), "use a pattern such as `**/go.sum`")
        };
        let pattern = Path::new(&Pattern::escape(&here.to_string_lossy())).join(line);
        let before = found.len();
        let matches = glob::glob_with(&pattern.to_string_lossy(), OPTIONS)
            .map_err(|error| invalid(error.to_string()))?;
        for path in matches.flatten().filter(|path| path.is_file()) {
            found.insert(name_below(here, &path), path);
        }
        if found.len() == before {
            context
                .printer
                .warning(&format!("no file matches `{line}`, so the cache key does not depend on it"));
        }
    }
    Ok(found)
}

/// All go.mod, go.sum, go.work and go.work.sum below a directory, without those that Go ignores.
fn module_files(here: &Path) -> BTreeMap<String, PathBuf> {
    let mut found = BTreeMap::new();
    let mut waiting = VecDeque::from([(here.to_owned(), 0)]);
    while let Some((directory, depth)) = waiting.pop_front() {
        for entry in fs::read_dir(&directory).into_iter().flatten().flatten() {
            let (path, name) = (entry.path(), entry.file_name());
            let Some(name) = name.to_str() else { continue };
            let Ok(kind) = entry.file_type() else { continue };
            let is_ignored = name.starts_with(['.', '_']) || IGNORED.contains(&name);
            if kind.is_dir() && !is_ignored && depth < DEEPEST {
                waiting.push_back((path, depth + 1));
            } else if kind.is_file() && FILES.contains(&name) {
                found.insert(name_below(here, &path), path);
            }
        }
    }
    found
}

fn name_below(here: &Path, path: &Path) -> String {
    path.strip_prefix(here).unwrap_or(path).to_string_lossy().replace('\\', "/")
}

const FILES: [&str; 4] = ["go.mod", "go.sum", "go.work", "go.work.sum"];

const IGNORED: [&str; 3] = ["vendor", "node_modules", "testdata"];

const DEEPEST: usize = 20;

const OPTIONS: MatchOptions = MatchOptions {
    case_sensitive: true,
    require_literal_separator: true,
    require_literal_leading_dot: false,
};
