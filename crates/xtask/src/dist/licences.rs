//! THIRD-PARTY.md: the licences of everything that is in a program of gover.
//!
//! The texts are read from the sources that were built. Where a crate may be used under the Apache
//! License, that one is chosen: its text is gover's own, so it stands there once.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use super::dependencies::{Dependencies, Package};
use super::target::{System, Target};
use crate::files;

/// Licences that allow what gover does. One that is not here stops the release until somebody read
/// it.
const ALLOWED: &[&str] =
    &["Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "Unicode-3.0", "Unlicense", "Zlib"];

/// Crates whose archive has no text of their licence, with who wrote them.
const WITHOUT_TEXT: &[(&str, &str)] = &[("junction", "Lzu Tao")];

/// The page. `licence` is the Apache License, from gover's own file.
pub(super) fn page(target: &Target, dependencies: &Dependencies, licence: &str) -> Result<String, String> {
    let mut under_apache = Vec::new();
    // Texts with the crates they belong to: many are the same, word by word.
    let mut texts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for package in dependencies.foreign() {
        check(package)?;
        let label = format!("{} {} ({})", package.name, package.version, package.licence);
        let found = licence_files(package, &["notice"])?;
        if offers_apache(&package.licence) {
            under_apache.push(label.clone());
        } else {
            let own = own_texts(package)?;
            for text in own {
                texts.entry(text).or_default().push(label.clone());
            }
        }
        for text in found {
            texts.entry(text).or_default().push(label.clone());
        }
    }
    under_apache.push("The Rust standard library (MIT OR Apache-2.0)".to_owned());
    if target.system == System::Linux {
        texts.entry(MUSL.to_owned()).or_default().push("musl, the C library (MIT)".to_owned());
    }
    let mut page = HEAD.to_owned();
    page.push_str("\n## Under the Apache License 2.0\n\n");
    push_list(&mut page, &under_apache);
    let _ = write!(page, "\n```text\n{}\n```\n", licence.trim_end());
    let mut others: Vec<(Vec<String>, String)> =
        texts.into_iter().map(|(text, names)| (names, text)).collect();
    others.sort();
    page.push_str("\n## Under other licences\n");
    for (names, text) in others {
        page.push('\n');
        push_list(&mut page, &names);
        let _ = write!(page, "\n```text\n{}\n```\n", text.trim_end());
    }
    Ok(page)
}

fn push_list(page: &mut String, names: &[String]) {
    for name in names {
        let _ = writeln!(page, "- {name}");
    }
}

fn check(package: &Package) -> Result<(), String> {
    let words = package.licence.split([' ', '/', '(', ')']);
    let unknown =
        words.filter(|word| !matches!(*word, "" | "AND" | "OR")).find(|word| !ALLOWED.contains(word));
    match unknown {
        None => Ok(()),
        Some(licence) => Err(format!(
            "{} {} is under `{licence}`, which is not in the list of crates/xtask/src/dist/licences.rs",
            package.name, package.version
        )),
    }
}

/// Whether an expression lets the user choose the Apache License.
fn offers_apache(expression: &str) -> bool {
    !expression.contains("AND")
        && expression.split(" OR ").flat_map(|part| part.split('/')).any(|part| part.trim() == "Apache-2.0")
}

fn own_texts(package: &Package) -> Result<Vec<String>, String> {
    let found = licence_files(package, &["licen", "copying", "unlicense"])?;
    if !found.is_empty() {
        return Ok(found);
    }
    let author = WITHOUT_TEXT.iter().find(|(name, _)| *name == package.name && package.licence == "MIT");
    match author {
        Some((_, author)) => Ok(vec![format!("Copyright (c) {author}\n\n{MIT}")]),
        None => Err(format!("{} {} has no text of its licence", package.name, package.version)),
    }
}

/// The texts of the files in a crate whose names begin so.
fn licence_files(package: &Package, beginnings: &[&str]) -> Result<Vec<String>, String> {
    let is_one = |path: &Path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
        path.is_file() && beginnings.iter().any(|beginning| name.starts_with(beginning))
    };
    let paths = files::entries(&package.directory)?;
    paths.iter().filter(|path| is_one(path)).map(|path| Ok(plain(&files::read(path)?))).collect()
}

/// A text without the line ends of Windows and without spaces at the ends of lines.
fn plain(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    lines.join("\n").trim().to_owned()
}

const HEAD: &str = "# Third-party licences

gover itself is under the Apache License 2.0; see LICENSE. Its programs contain the work of others:
";

const MIT: &str = include_str!("mit.txt");

const MUSL: &str = concat!("Copyright (c) 2005-2020 Rich Felker, et al.\n\n", include_str!("mit.txt"));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_of_licences_is_read_in_all_its_spellings() {
        for expression in ["Apache-2.0", "MIT OR Apache-2.0", "MIT/Apache-2.0", "Apache-2.0 / MIT"] {
            assert!(offers_apache(expression), "{expression}");
        }
        for expression in ["MIT", "Apache-2.0 AND ISC"] {
            assert!(!offers_apache(expression), "{expression}");
        }
    }
}
