//! `size`: how much production code there is, per crate.
//!
//! A production line is any line, blank lines and comments included, of a Rust file below
//! `crates/*/src` or `shims/src` that is compiled outside of tests. Left out are items behind
//! `#[cfg(test)]`, `#[cfg(all(test, unix))]` or `#[cfg(any(test, fuzzing))]`, the files that such a
//! `mod` line names, and everything below `tests/`. gover-test and xtask are counted: they are code
//! that somebody reads and keeps.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::files::{below, entries, has_extension, read};

#[expect(clippy::print_stdout, reason = "the table is what the developer asked for")]
pub(crate) fn run(root: &Path) -> Result<(), String> {
    let mut packages = entries(&root.join("crates"))?;
    packages.retain(|path| path.join("Cargo.toml").is_file());
    packages.push(root.join("shims"));
    let mut total = 0;
    for package in packages {
        let lines = count(&package.join("src"))?;
        total += lines;
        let name = package.file_name().unwrap_or_default().to_string_lossy().into_owned();
        println!("{:<14} {lines:>6}", if name == "shims" { "gover-shim" } else { &name });
    }
    println!("{:<14} {total:>6}", "total");
    Ok(())
}

fn count(source: &Path) -> Result<usize, String> {
    Ok(sources(source)?.iter().map(|(_, text)| production(text).len()).sum())
}

/// The files below `source` that are compiled outside of tests, with their texts.
fn sources(source: &Path) -> Result<Vec<(PathBuf, String)>, String> {
    let files = below(source, &|_| true)?.into_iter().filter(|path| has_extension(path, "rs"));
    let mut sources: Vec<(PathBuf, String)> =
        files.map(|path| Ok((path.clone(), read(&path)?))).collect::<Result<_, String>>()?;
    let tests: BTreeSet<PathBuf> = sources.iter().flat_map(|(path, text)| test_modules(path, text)).collect();
    let is_test = |path: &Path| path.ancestors().any(|above| tests.contains(&above.with_extension("")));
    sources.retain(|(path, _)| !is_test(path));
    Ok(sources)
}

fn production(text: &str) -> Vec<&str> {
    let mut kept = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let item = line.trim_start();
        if !GATES.contains(&item) {
            kept.push(line);
            continue;
        }
        // rustfmt ends an item of several lines with a brace in the column it began in.
        let indent = &line[..line.len() - item.len()];
        let end = format!("{indent}}}");
        for line in lines.by_ref() {
            if line == end
                || (line.starts_with(indent) && line.ends_with(';') && !line[indent.len()..].starts_with(' '))
            {
                break;
            }
        }
    }
    kept
}

/// The files, without extension, of the modules that `text` declares for tests only.
fn test_modules(path: &Path, text: &str) -> Vec<PathBuf> {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let parent = path.parent().unwrap_or(path);
    let directory = match stem.as_ref() {
        "mod" | "lib" | "main" => parent.to_owned(),
        stem => parent.join(stem),
    };
    let mut found = Vec::new();
    let mut lines = text.lines().map(str::trim);
    while let Some(line) = lines.next() {
        if !GATES.contains(&line) {
            continue;
        }
        let mut file = None;
        for line in lines.by_ref() {
            if let Some(path) = line.strip_prefix("#[path = \"") {
                file = path.strip_suffix("\"]").map(|path| parent.join(path).with_extension(""));
            } else if !line.starts_with("#[") {
                let name = line
                    .trim_start_matches("pub ")
                    .strip_prefix("mod ")
                    .and_then(|name| name.strip_suffix(';'));
                found.extend(name.map(|name| file.unwrap_or_else(|| directory.join(name))));
                break;
            }
        }
    }
    found
}

const GATES: [&str; 3] = ["#[cfg(test)]", "#[cfg(all(test, unix))]", "#[cfg(any(test, fuzzing))]"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_for_tests_are_left_out() {
        let text = "use a;\n#[cfg(test)]\nuse b;\n\nfn f() {\n    #[cfg(test)]\n    note();\n    g();\n}\n\n\
                    #[cfg(test)]\nmod tests {\n    use super::*;\n}\nconst X: u8 = 1;\n";
        assert_eq!(production(text), ["use a;", "", "fn f() {", "    g();", "}", "", "const X: u8 = 1;"]);
    }

    /// `gover_sys::exec::command` keeps windows of consoles away.
    #[test]
    fn one_function_makes_the_commands_that_start_children() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let packages = entries(&root.join("crates")).unwrap().into_iter().chain([root.join("shims")]);
        let is_gover = |path: &PathBuf| !path.ends_with("xtask") && !path.ends_with("gover-test");
        let files = packages.filter(is_gover).flat_map(|package| sources(&package.join("src")).unwrap());
        let makes = |text: &str| production(text).iter().any(|line| line.contains("Command::new("));
        let found: Vec<PathBuf> = files.filter(|(_, text)| makes(text)).map(|(path, _)| path).collect();
        assert!(matches!(&found[..], [one] if one.ends_with("gover-sys/src/exec/mod.rs")), "{found:?}");
    }

    #[test]
    fn modules_for_tests_are_found_as_files() {
        let found = |path: &str, text: &str| test_modules(Path::new(path), text);
        assert_eq!(found("s/lib.rs", "#[cfg(test)]\nmod tests;\nmod a;\n"), [Path::new("s/tests")]);
        assert_eq!(found("s/a.rs", "#[cfg(test)]\nmod tests;\n"), [Path::new("s/a/tests")]);
        let named = "#[cfg(any(test, fuzzing))]\n#[path = \"a_tests.rs\"]\nmod tests;\n";
        assert_eq!(found("s/a.rs", named), [Path::new("s/a_tests")]);
        assert_eq!(found("s/a.rs", "#[cfg(test)]\nmod tests {\n}\n"), [] as [&Path; 0]);
    }
}
