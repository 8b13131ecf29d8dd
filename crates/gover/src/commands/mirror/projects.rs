//! The module versions that projects need, from their go.sum files.

use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use gover_core::env::vars;
use gover_core::text::shown;
use gover_install::mirror::{NeededModule, Sum};
use gover_sys::file::read_limited;

use crate::{Context, Failure};

/// What the go.sum files of projects list.
pub(super) struct Projects {
    pub(super) count: usize,
    pub(super) modules: Vec<NeededModule>,
}

impl Projects {
    /// Reads each directory, or the module or workspace that it is in.
    pub(super) fn read(paths: &[PathBuf], context: &Context<'_>) -> Result<Self, Failure> {
        let here = [PathBuf::from(".")];
        let paths = if paths.is_empty() { &here } else { paths };
        let mut sums = BTreeSet::new();
        for path in paths {
            let directory = directory(path, context)?;
            sums.extend(sum_files(&directory, context)?);
        }
        let mut modules = BTreeMap::new();
        for path in &sums {
            let Some(text) = read(path, context)? else { continue };
            add_sums(&text, &context.short(path), &mut modules)?;
        }
        Ok(Self { count: paths.len(), modules: modules.into_values().collect() })
    }
}

/// A project may also be named by a file in it.
fn directory(path: &Path, context: &Context<'_>) -> Result<PathBuf, Failure> {
    let full = context.absolute(path);
    let is_file = full.is_file();
    let directory = full.parent().filter(|_| is_file).map_or_else(|| full.clone(), Path::to_owned);
    if directory.is_dir() {
        return Ok(directory);
    }
    let text = shown(&path.to_string_lossy());
    Err(Failure::usage(
        format!("`{text}` is not the directory of a project"),
        "put versions of Go before `--modules`, and directories of projects after it",
    ))
}

/// The go.sum of the module, and of all modules of its workspace with its go.work.sum.
fn sum_files(directory: &Path, context: &Context<'_>) -> Result<Vec<PathBuf>, Failure> {
    let nearest = |name: &str| directory.ancestors().find(|above| above.join(name).is_file());
    let (module, workspace) = (nearest("go.mod"), workspace(directory, context));
    if module.is_none() && workspace.is_none() {
        let shown = context.short(directory);
        return Err(Failure::usage(
            format!("there is no go.mod or go.work in {shown} or above it"),
            "name the directories of projects: `gover mirror DIR --modules PROJECT`",
        ));
    }
    let mut roots: BTreeSet<PathBuf> = module.into_iter().map(Path::to_owned).collect();
    let mut sums = Vec::new();
    if let Some(file) = workspace {
        let root = file.parent().unwrap_or(directory);
        let text = read(&file, context)?.unwrap_or_default();
        roots.extend(uses(&text).into_iter().map(|path| root.join(path).components().collect()));
        sums.push(file.with_extension("work.sum"));
    }
    for root in roots {
        let sum = root.join("go.sum");
        if !sum.exists() && needs_modules(&read(&root.join("go.mod"), context)?.unwrap_or_default()) {
            let shown = context.short(&root);
            return Err(Failure::new(
                format!("{shown} has a go.mod with requirements, and no go.sum that proves them"),
                "run `go mod tidy` there, and this command again",
            ));
        }
        sums.push(sum);
    }
    Ok(sums)
}

/// The go.work file that the go command would use.
fn workspace(directory: &Path, context: &Context<'_>) -> Option<PathBuf> {
    match context.env.text(vars::GOWORK).filter(|value| !value.is_empty()) {
        Some(value) if value == "off" => None,
        Some(value) => Some(PathBuf::from(value)),
        None => directory.ancestors().map(|above| above.join("go.work")).find(|path| path.is_file()),
    }
}

/// The directories in the `use` lines of a go.work file.
fn uses(text: &str) -> Vec<String> {
    directives(text, "use")
}

/// Whether a go.mod has `require` lines.
fn needs_modules(text: &str) -> bool {
    !directives(text, "require").is_empty()
}

/// The first word after a directive, on its own line or in a block.
fn directives(text: &str, name: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut is_inside = false;
    for line in text.lines() {
        let line = line.split("//").next().unwrap_or_default().trim();
        let own = line.strip_prefix(name).filter(|rest| rest.starts_with([' ', '\t', '(', '"', '`']));
        let rest = match own.map(str::trim) {
            Some("(") => {
                is_inside = true;
                continue;
            }
            Some(rest) => rest,
            None if is_inside && line == ")" => {
                is_inside = false;
                continue;
            }
            None if is_inside => line,
            None => continue,
        };
        let quoted = ['"', '`'].iter().find_map(|quote| rest.strip_prefix(*quote)?.split(*quote).next());
        let word = quoted.or_else(|| rest.split_whitespace().next()).unwrap_or_default();
        if !word.is_empty() {
            found.push(word.to_owned());
        }
    }
    found
}

/// Reads a file of a project; `None` if it does not exist.
fn read(path: &Path, context: &Context<'_>) -> Result<Option<String>, Failure> {
    let failed = |error: &std::io::Error| {
        Failure::io(format!("cannot read `{}`", context.short(path)), error, "make the file readable")
    };
    match read_limited(path, LARGEST) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed(&error)),
    }
}

/// Adds the lines `MODULE VERSION[/go.mod] HASH` of a go.sum file (go.dev/ref/mod#go-sum-files).
/// As in Go, unknown kinds of hashes are left out. Toolchains are asked for by their versions.
fn add_sums(
    text: &str,
    file: &str,
    modules: &mut BTreeMap<(String, String), NeededModule>,
) -> Result<(), Failure> {
    for (index, line) in text.lines().enumerate() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let (module, version, h1) = match words[..] {
            [] => continue,
            [module, version, h1] => (module, version, h1),
            _ => {
                return Err(Failure::new(
                    format!("line {} of {file} is not a line of go.sum", index + 1),
                    "run `go mod tidy` in the project, and this command again",
                ));
            }
        };
        if !h1.starts_with("h1:") || module == "golang.org/toolchain" {
            continue;
        }
        let of_go_mod = version.strip_suffix("/go.mod");
        let version = of_go_mod.unwrap_or(version);
        let key = (module.to_owned(), version.to_owned());
        let needed = modules.entry(key.clone()).or_insert_with(|| NeededModule {
            module: key.0,
            version: key.1,
            go_mod: Vec::new(),
            zip: Vec::new(),
        });
        let sums = if of_go_mod.is_some() { &mut needed.go_mod } else { &mut needed.zip };
        // Projects usually agree, and then the first is enough.
        if sums.iter().all(|sum| sum.h1 != h1) {
            sums.push(Sum { h1: h1.to_owned(), place: format!("{file}:{}", index + 1) });
        }
    }
    Ok(())
}

/// The go.sum of a very large repository has 1 MiB.
const LARGEST: u64 = 64 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_modules_of_a_workspace_are_found_in_lines_and_blocks() {
        let text = "go 1.22\nuse ./a // x\nuse (\n\t./b\n\t\"./c d\"\n)\nreplace x => ./y\nuser ./z\n";
        assert_eq!(uses(text), ["./a", "./b", "./c d"]);
        assert!(needs_modules("module x\nrequire rsc.io/quote v1.5.2\n"));
        assert!(needs_modules("module x\nrequire(\n\trsc.io/quote v1.5.2 // indirect\n)\n"));
        assert!(!needs_modules("module x\n// require y v1\n"));
    }
}
