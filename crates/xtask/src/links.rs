//! `check-links`: every link in the documentation, and every page that Rust code names, exists, and the
//! pages of both languages agree.
//!
//! Nothing is requested from the network: links to other sites are not checked.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use crate::files::{below, has_extension, read};
use crate::translations;

/// Fails with a list of the links below `root` that lead nowhere.
pub(crate) fn run(root: &Path) -> Result<(), String> {
    // What was built and what other tools keep is left out.
    let enters = |directory: &Path| {
        let name = directory.file_name().unwrap_or_default().to_string_lossy();
        name == ".github" || !(name.starts_with('.') || name == "target")
    };
    let mut files = below(root, &enters)?;
    // Markdown among the code is a part of a generated page, which is checked where it is written to.
    files.retain(|file| match file.strip_prefix(root) {
        Ok(path) if has_extension(file, "md") => path.iter().all(|name| name != "src"),
        _ => has_extension(file, "rs") && !TESTS.iter().any(|test| file.ends_with(test)),
    });
    let mut broken = Vec::new();
    for file in &files {
        let text = read(file)?;
        let is_markdown = has_extension(file, "md");
        // Pages link from where they are; code names pages from the root of the repository.
        let base = if is_markdown { file.parent().unwrap_or(root) } else { root };
        let lines = if is_markdown { prose(&text) } else { text.lines().map(str::to_owned).collect() };
        for (number, line) in (1..).zip(&lines) {
            for link in if is_markdown { links(line) } else { pages(line) } {
                if let Err(why) = check(file, base, link, number) {
                    broken.push(format!("{}:{number}: `{link}`: {why}", file.display()));
                }
            }
        }
    }
    let faults = translations::faults(root, &files)?;
    if !faults.is_empty() {
        broken.push(format!("pages of two languages differ\n{}", faults.join("\n")));
    }
    if broken.is_empty() { Ok(()) } else { Err(format!("links lead nowhere\n{}", broken.join("\n"))) }
}

/// Code whose tests name pages that do not exist.
const TESTS: [&str; 2] = ["xtask/src/links.rs", "xtask/src/translations.rs"];

fn check(file: &Path, base: &Path, link: &str, number: usize) -> Result<(), String> {
    let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
    let target = if path.is_empty() { file.to_owned() } else { normal(&base.join(path)) };
    if !target.exists() {
        return Err("there is no such file".to_owned());
    }
    if let Some(page) = translations::better(file, &target, number) {
        return Err(format!("link the page in the same language, {}", page.display()));
    }
    if anchor.is_empty() || anchors(&read(&target)?).contains(anchor) {
        return Ok(());
    }
    Err(format!("{} has no such heading", target.display()))
}

/// The lines of a page; those of code blocks and the inline code in others are blank.
fn prose(page: &str) -> Vec<String> {
    let mut in_block = false;
    let outside = page.lines().map(|line| {
        let is_fence = line.trim_start().starts_with("```");
        in_block ^= is_fence;
        if in_block || is_fence { "" } else { line }
    });
    outside.map(|line| line.split('`').step_by(2).collect::<Vec<_>>().join("`")).collect()
}

/// The targets of a line's links, without those of other sites.
fn links(line: &str) -> Vec<&str> {
    let inline = line.split("](").skip(1).filter_map(|rest| rest.split([')', ' ']).next());
    let reference = line.strip_prefix('[').and_then(|rest| rest.split_once("]: ")).map(|(_, target)| target);
    inline.chain(reference).filter(|link| !link.contains("://") && !link.starts_with("mailto:")).collect()
}

/// The pages that a line of code names: `docs/go.md#gosumdb`.
fn pages(line: &str) -> Vec<&str> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '-' | '_' | '#');
    let words = line.split(|c: char| !is_part(c)).map(|word| word.trim_end_matches('.'));
    words.filter(|word| word.starts_with("docs/") && word.contains(".md")).collect()
}

/// The anchors of a page's headings, as GitHub makes them.
fn anchors(page: &str) -> BTreeSet<String> {
    let mut anchors = BTreeSet::new();
    let mut in_block = false;
    for line in page.lines() {
        in_block ^= line.starts_with("```");
        let heading = line.trim_start_matches('#');
        if in_block || heading == line || !heading.starts_with(' ') {
            continue;
        }
        let anchor = anchor(heading.trim());
        let repeated = (1..).map(|count| format!("{anchor}-{count}"));
        let free = std::iter::once(anchor.clone()).chain(repeated).find(|name| !anchors.contains(name));
        anchors.extend(free);
    }
    anchors
}

/// As GitHub makes it.
pub(crate) fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c }).flat_map(char::to_lowercase).collect()
}

/// The path without `..`, which some systems resolve only if every directory on it exists.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir => drop(normal.pop()),
            Component::CurDir => {}
            other => normal.push(other),
        }
    }
    normal
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn checked(files: &[(&str, &str)]) -> Result<(), String> {
        let directory = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = directory.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        run(directory.path())
    }

    #[test]
    fn every_link_of_the_repository_resolves() {
        run(&normal(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."))).unwrap();
    }

    #[test]
    fn a_link_to_a_missing_file_or_heading_is_reported_with_its_line() {
        let page =
            "# One\n\n[a](docs/b.md) [b](docs/b.md#two) [c](docs/none.md)\n[d](docs/b.md#three) [e](#one)\n";
        let error =
            checked(&[("README.md", page), ("docs/b.md", "## Two\n[up](../README.md#none)\n")]).unwrap_err();
        let lines: Vec<&str> = error.lines().skip(1).collect();
        assert_eq!(lines.len(), 3, "{error}");
        assert!(lines[0].contains("README.md:3: `docs/none.md`"), "{error}");
        assert!(lines[1].contains("README.md:4: `docs/b.md#three`"), "{error}");
        assert!(lines[2].contains("b.md:2: `../README.md#none`"), "{error}");
    }

    #[test]
    fn code_blocks_other_sites_and_inline_code_are_not_links() {
        let page = "```text\n[a](none.md)\n# One\n```\n`[b](none.md)` [c](https://none.example/x.md#y)\n";
        assert_eq!(checked(&[("README.md", page)]), Ok(()));
        assert!(checked(&[("README.md", "```text\n# One\n```\n[a](#one)\n")]).is_err());
    }

    #[test]
    fn a_page_that_code_names_must_exist() {
        let page = ("docs/go.md", "# Go\n### go and `toolchain` lines\n");
        let good = "//! (`docs/go.md#go-and-toolchain-lines`), docs/go.md.\n";
        assert_eq!(checked(&[page, ("src/a.rs", good)]), Ok(()));
        for bad in ["// docs/none.md\n", "// (docs/go.md#lines)\n"] {
            assert!(checked(&[page, ("src/a.rs", bad)]).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_part_of_a_generated_page_is_checked_as_the_page() {
        let part = "[a](none.md)\n";
        assert_eq!(checked(&[("crates/a/src/part.md", part)]), Ok(()));
        assert!(checked(&[("crates/a/page.md", part)]).is_err());
    }

    #[test]
    fn anchors_are_those_of_github() {
        let page = "# GOPROXY, `off` & more\n## One_two\n## One_two\n#no heading\n";
        let expected = ["goproxy-off--more", "one_two", "one_two-1"].map(str::to_owned);
        assert_eq!(anchors(page), BTreeSet::from(expected));
    }

    #[test]
    fn anchors_keep_chinese_letters_and_drop_chinese_punctuation() {
        for (heading, expected) in [
            ("安装", "安装"),
            ("用 `go install` 装的程序", "用-go-install-装的程序"),
            ("GOROOT：要不要设？", "goroot要不要设"),
            ("“不是内部或外部命令”，怎么办", "不是内部或外部命令怎么办"),
            ("PATH、GOPATH 与 GOROOT（Windows）", "pathgopath-与-gorootwindows"),
            ("第 1 步 · 下载", "第-1-步--下载"),
            ("全角空格\u{3000}去掉", "全角空格去掉"),
        ] {
            assert_eq!(anchor(heading), expected, "{heading}");
        }
    }

    #[test]
    fn a_link_to_a_chinese_heading_is_checked() {
        let page = "# 安装\n## 卸载\n## 卸载\n[a](#卸载) [b](#卸载-1) [c](README.zh-CN.md#安装)\n";
        let english = ("README.md", "# Install\n## Two\n## Three\n[中文](README.zh-CN.md)\n");
        let page = page.replace("# 安装\n", "# 安装\n[English](README.md)\n");
        assert_eq!(checked(&[english, ("README.zh-CN.md", &page)]), Ok(()));
        let error =
            checked(&[english, ("README.zh-CN.md", &page.replace("(#卸载)", "(#卸載)"))]).unwrap_err();
        assert!(error.contains("README.zh-CN.md:5: `#卸載`"), "{error}");
    }

    #[test]
    fn a_page_in_chinese_links_pages_in_chinese_where_they_exist() {
        let english =
            [("docs/a.md", "# A\n[中文](zh-CN/a.md)\n"), ("docs/b.md", "# B\n[中文](zh-CN/b.md)\n")];
        let start = "# 甲\n[English](../a.md)\n\n\n\n\n";
        let run = |rest: &str| {
            let chinese = ("docs/zh-CN/b.md", "# 乙\n[English](../b.md)\n");
            checked(&[english[0], english[1], chinese, ("docs/zh-CN/a.md", &format!("{start}{rest}\n"))])
        };
        assert_eq!(run("[b](b.md#乙)"), Ok(()));
        let error = run("[b](../b.md#b)").unwrap_err();
        assert!(error.contains("a.md:7: `../b.md#b`: link the page in the same language"), "{error}");
    }

    #[test]
    fn pages_of_two_languages_are_compared() {
        let english = ("docs/a.md", "# A\n[中文](zh-CN/a.md)\n## B\n");
        let error = checked(&[english, ("docs/zh-CN/a.md", "# 甲\n[English](../a.md)\n")]).unwrap_err();
        assert!(error.contains("a heading of level 2"), "{error}");
    }
}
