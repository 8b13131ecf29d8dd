//! Part of `check-links`: each page in Chinese is the counterpart of a page in English.
//!
//! The texts are written in each language and may differ. What they share must be equal: the levels of
//! headings, and what a reader copies from code blocks.

use std::path::{Path, PathBuf};

use crate::files::read;

/// Pages that only readers of Chinese need.
const ONLY_CHINESE: [&str; 1] = ["docs/zh-CN/topics.md"];

/// How many lines a reader sees at once: the link to the other language is among them.
const FIRST_LINES: usize = 6;

/// What is wrong with the pages in Chinese among `files`, one line for each fault.
pub(crate) fn faults(root: &Path, files: &[PathBuf]) -> Result<Vec<String>, String> {
    let mut faults = Vec::new();
    for file in files {
        let Some(english) = english(file) else { continue };
        if ONLY_CHINESE.iter().any(|page| *file == root.join(page)) {
            continue;
        }
        if !english.exists() {
            faults.push(format!("{}: {} does not exist", file.display(), english.display()));
            continue;
        }
        let pages = [Page::read(&english)?, Page::read(file)?];
        faults.extend(pages[0].missing_link(&pages[1]));
        faults.extend(pages[1].missing_link(&pages[0]));
        faults.extend(difference(&pages));
    }
    Ok(faults)
}

/// The page in Chinese that a reader of `file`, who reads Chinese too, should get in place of `target`.
pub(crate) fn better(file: &Path, target: &Path, line: usize) -> Option<PathBuf> {
    if line <= FIRST_LINES {
        return None;
    }
    english(file)?;
    chinese(target).filter(|page| page.exists())
}

/// `docs/install.md` for `docs/zh-CN/install.md`, and `README.md` for `README.zh-CN.md`.
fn english(chinese: &Path) -> Option<PathBuf> {
    let name = chinese.file_name()?.to_str()?;
    if let Some(stem) = name.strip_suffix(".zh-CN.md") {
        return Some(chinese.with_file_name(format!("{stem}.md")));
    }
    let directory = chinese.parent().filter(|directory| directory.ends_with("zh-CN"))?;
    Some(directory.with_file_name(name))
}

fn chinese(english: &Path) -> Option<PathBuf> {
    let name = english.file_name()?.to_str()?;
    let beside = english.with_file_name(format!("{}.zh-CN.md", name.strip_suffix(".md")?));
    if beside.exists() { Some(beside) } else { Some(english.with_file_name("zh-CN").join(name)) }
}

struct Page {
    path: PathBuf,
    text: String,
    parts: Vec<Part>,
}

impl Page {
    fn read(path: &Path) -> Result<Self, String> {
        let text = read(path)?;
        Ok(Self { path: path.to_owned(), parts: parts(&text), text })
    }

    fn missing_link(&self, other: &Self) -> Option<String> {
        let directory = other.path.parent().unwrap_or(&other.path);
        let from_here = match other.path.strip_prefix(self.path.parent().unwrap_or(&self.path)) {
            Ok(path) => path.to_string_lossy().replace('\\', "/"),
            Err(_) => format!("../{}", other.path.strip_prefix(directory).unwrap_or(&other.path).display()),
        };
        let link = format!("]({from_here})");
        let is_there = self.text.lines().take(FIRST_LINES).any(|line| line.contains(&link));
        (!is_there).then(|| {
            format!("{}: its first {FIRST_LINES} lines do not link `{from_here}`", self.path.display())
        })
    }
}

/// A heading or code block: where it begins, and what the pages of a pair share of it.
#[derive(Debug)]
struct Part {
    line: usize,
    what: What,
}

#[derive(Debug, PartialEq)]
enum What {
    Heading(usize),
    Code(Vec<String>),
}

fn parts(text: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut block: Option<(usize, Vec<String>)> = None;
    for (line, text) in (1..).zip(text.lines()) {
        let is_fence = text.trim_start().starts_with("```");
        match (&mut block, is_fence) {
            (None, true) => block = Some((line, vec![text.trim().to_owned()])),
            (None, false) => parts.extend(level(text).map(|level| Part { line, what: What::Heading(level) })),
            (Some((_, lines)), false) => lines.push(without_comment(text).to_owned()),
            (Some(_), true) => {
                parts.extend(block.take().map(|(line, lines)| Part { line, what: What::Code(lines) }));
            }
        }
    }
    parts
}

fn level(line: &str) -> Option<usize> {
    let level = line.len() - line.trim_start_matches('#').len();
    (level > 0 && line[level..].starts_with(' ')).then_some(level)
}

/// The line up to `# …` or `// …`, which each language writes for itself.
fn without_comment(line: &str) -> &str {
    let begins = |at: usize| line[..at].ends_with([' ', '\t']) || at == 0;
    let comments = ["# ", "// "].into_iter().flat_map(|mark| line.match_indices(mark));
    let first = comments.map(|(at, _)| at).filter(|at| begins(*at)).min();
    line[..first.unwrap_or(line.len())].trim_end()
}

/// The first place at which the pages differ. What follows it would only repeat it.
fn difference([english, chinese]: &[Page; 2]) -> Option<String> {
    let longest = english.parts.len().max(chinese.parts.len());
    let mut pairs = (0..longest).map(|index| (english.parts.get(index), chinese.parts.get(index)));
    let (one, other) =
        pairs.find(|(one, other)| one.map(|part| &part.what) != other.map(|part| &part.what))?;
    if let (
        Some(Part { line: at, what: What::Code(one) }),
        Some(Part { line: here, what: What::Code(other) }),
    ) = (one, other)
    {
        let index = one.iter().zip(other).take_while(|(one, other)| one == other).count();
        let shown =
            |lines: &[String]| lines.get(index).map_or("the end of the block", |line| line).to_owned();
        return Some(format!(
            "{}:{}: `{}`, but {}:{} has `{}`",
            chinese.path.display(),
            here + index,
            shown(other),
            english.path.display(),
            at + index,
            shown(one)
        ));
    }
    Some(format!("{}, but {}", chinese.describe(other), english.describe(one)))
}

impl Page {
    fn describe(&self, part: Option<&Part>) -> String {
        let (line, what) = match part {
            Some(Part { line, what: What::Heading(level) }) => (*line, format!("a heading of level {level}")),
            Some(Part { line, what: What::Code(_) }) => (*line, "a code block".to_owned()),
            None => (self.text.lines().count(), "the end".to_owned()),
        };
        format!("{}:{line}: {what}", self.path.display())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const ENGLISH: &str = "# Install\n\n[中文](zh-CN/install.md)\n\n## One\n```sh\nmake # all of it\n```\n";
    const CHINESE: &str = "# 安装\n\n[English](../install.md)\n\n## 一\n```sh\nmake # 全部\n```\n";

    fn found(english: &str, chinese: &str) -> Vec<String> {
        of(&[("docs/install.md", english), ("docs/zh-CN/install.md", chinese)])
    }

    fn of(pages: &[(&str, &str)]) -> Vec<String> {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path();
        let files = pages.iter().map(|(name, text)| {
            let path = root.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, text).unwrap();
            path
        });
        let files: Vec<PathBuf> = files.collect();
        let faults = faults(root, &files).unwrap();
        let root = format!("{}{}", root.display(), std::path::MAIN_SEPARATOR);
        faults.iter().map(|fault| fault.replace(&root, "").replace('\\', "/")).collect()
    }

    #[test]
    fn a_pair_with_the_same_headings_and_code_has_no_fault() {
        assert_eq!(found(ENGLISH, CHINESE), [""; 0]);
        let readme = ("README.md", "# gover\n[中文](README.zh-CN.md)\n");
        assert_eq!(of(&[readme, ("README.zh-CN.md", "# gover\n[English](README.md)\n")]), [""; 0]);
    }

    #[test]
    fn a_heading_that_is_missing_or_of_another_level_is_named() {
        let shorter = CHINESE.replace("## 一\n", "");
        let expected = "docs/zh-CN/install.md:5: a code block, but docs/install.md:5: a heading of level 2";
        assert_eq!(found(ENGLISH, &shorter), [expected]);
        let deeper = CHINESE.replace("## 一", "### 一");
        let expected =
            "docs/zh-CN/install.md:5: a heading of level 3, but docs/install.md:5: a heading of level 2";
        assert_eq!(found(ENGLISH, &deeper), [expected]);
        let longer = format!("{ENGLISH}## Two\n");
        let expected = "docs/zh-CN/install.md:8: the end, but docs/install.md:9: a heading of level 2";
        assert_eq!(found(&longer, CHINESE), [expected]);
    }

    #[test]
    fn code_may_differ_only_in_comments() {
        let other = CHINESE.replace("make #", "make install #");
        let expected = "docs/zh-CN/install.md:7: `make install`, but docs/install.md:7 has `make`";
        assert_eq!(found(ENGLISH, &other), [expected]);
        let shorter = CHINESE.replace("make # 全部\n", "");
        let expected = "docs/zh-CN/install.md:7: `the end of the block`, but docs/install.md:7 has `make`";
        assert_eq!(found(ENGLISH, &shorter), [expected]);
        let language = CHINESE.replace("```sh", "```console");
        let expected = "docs/zh-CN/install.md:6: ````console`, but docs/install.md:6 has ````sh`";
        assert_eq!(found(ENGLISH, &language), [expected]);
    }

    #[test]
    fn a_comment_begins_after_a_space_or_at_the_start_of_a_line() {
        for (line, code) in [
            ("# all", ""),
            ("make # all", "make"),
            ("{ \"a\": 1, // mine", "{ \"a\": 1,"),
            ("http://a.example/b#c d", "http://a.example/b#c d"),
            ("key: a#b # c # d", "key: a#b"),
        ] {
            assert_eq!(without_comment(line), code, "{line}");
        }
    }

    #[test]
    fn each_page_links_the_other_language_at_its_start() {
        let expected = "docs/install.md: its first 6 lines do not link `zh-CN/install.md`";
        assert_eq!(found(&ENGLISH.replace("zh-CN/", ""), CHINESE), [expected]);
        let late =
            CHINESE.replace("[English](../install.md)\n", "").replace("```\n", "```\n[E](../install.md)\n");
        let expected = "docs/zh-CN/install.md: its first 6 lines do not link `../install.md`";
        assert_eq!(found(ENGLISH, &late), [expected]);
    }

    #[test]
    fn a_page_in_chinese_has_a_page_in_english() {
        let expected = "docs/zh-CN/none.md: docs/none.md does not exist";
        assert_eq!(of(&[("docs/zh-CN/none.md", CHINESE)]), [expected]);
        assert_eq!(of(&[("docs/zh-CN/topics.md", "# 问题\n")]), [""; 0]);
    }
}
