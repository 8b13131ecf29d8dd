//! The files of a project that name a Go version.

use std::collections::{BTreeSet, VecDeque};
use std::fs;
use std::path::{Path, PathBuf};

use gover_project::{FileKind, Mention};
use gover_sys::file::read_limited;

use crate::{Context, Failure};

/// A file with what it names.
pub(crate) struct ProjectFile {
    pub(crate) path: PathBuf,
    pub(crate) kind: FileKind,
    pub(crate) text: String,
    pub(crate) mentions: Vec<Mention>,
}

/// A file that cannot be read as what it is.
pub(crate) struct Unreadable {
    pub(crate) path: PathBuf,
    /// `None` if no line is to blame.
    pub(crate) line: Option<usize>,
    pub(crate) what: String,
}

#[derive(Default)]
pub(crate) struct Project {
    pub(crate) files: Vec<ProjectFile>,
    pub(crate) unreadable: Vec<Unreadable>,
    /// Whether a workflow has `go-version-file: go.mod`.
    pub(crate) reads_module: bool,
}

impl Project {
    /// Reads the given files and directories, or else the repository or module here.
    pub(crate) fn read(paths: &[PathBuf], context: &Context<'_>) -> Result<Self, Failure> {
        let mut project = Self::default();
        if paths.is_empty() {
            let here = context.env.logical_directory().ok_or_else(|| {
                Failure::new("the working directory no longer exists", "`cd` to another directory")
            })?;
            match root(&here) {
                Some(root) => project.directory(&root, DEEPEST),
                // Only what is right here: this may be the home directory.
                None => project.directory(&here, 0),
            }
        }
        for path in paths {
            if path.as_os_str().is_empty() {
                return Err(Failure::usage("a version or path is empty", "gover help bump"));
            }
            let path = context.absolute(path);
            if path.is_dir() {
                project.directory(&path, DEEPEST);
            } else {
                let kind = FileKind::of(&path.to_string_lossy()).ok_or_else(|| unknown(&path, context))?;
                project.file(&path, kind);
            }
        }
        project.files.sort_by(|a, b| a.path.cmp(&b.path));
        // Two paths may lead to one file.
        let mut seen = BTreeSet::new();
        let is_new =
            |file: &ProjectFile| seen.insert(fs::canonicalize(&file.path).unwrap_or(file.path.clone()));
        if !paths.is_empty() {
            project.files.retain(is_new);
        }
        Ok(project)
    }

    /// Nearer files first. Links are not followed, so nothing outside is changed.
    fn directory(&mut self, root: &Path, depth: usize) {
        let mut waiting = VecDeque::from([(root.to_owned(), 0)]);
        while let Some((directory, level)) = waiting.pop_front() {
            let entries = match fs::read_dir(&directory) {
                Ok(entries) => entries,
                Err(error) => {
                    self.unreadable.push(Unreadable { path: directory, line: None, what: error.to_string() });
                    continue;
                }
            };
            for entry in entries.flatten() {
                let (name, path) = (entry.file_name().to_string_lossy().into_owned(), entry.path());
                let Ok(kind) = entry.file_type() else { continue };
                if kind.is_dir() && (is_special(&name) || (level < depth && is_entered(&name, &path))) {
                    waiting.push_back((path, level + 1));
                } else if let Some(found) = FileKind::of(&path.to_string_lossy()).filter(|_| kind.is_file()) {
                    self.file(&path, found);
                }
            }
        }
    }

    fn file(&mut self, path: &Path, kind: FileKind) {
        let mut fail = |line, what: String| {
            self.unreadable.push(Unreadable { path: path.to_owned(), line, what });
        };
        let bytes = match read_limited(path, LARGEST) {
            Ok(bytes) => bytes,
            Err(error) => return fail(None, error.to_string()),
        };
        let Ok(text) = String::from_utf8(bytes) else { return fail(None, "it is not UTF-8 text".to_owned()) };
        let is_read = |line: &str| line.contains("go-version-file:") && line.contains("go.mod");
        self.reads_module |= kind == FileKind::Yaml && text.lines().any(is_read);
        match kind.read(&text) {
            Ok(mentions) if mentions.is_empty() => {}
            Ok(mentions) => self.files.push(ProjectFile { path: path.to_owned(), kind, text, mentions }),
            Err(error) => fail(Some(error.line), error.to_string()),
        }
    }
}

/// The repository around a directory, or else its workspace or module.
pub(crate) fn root(here: &Path) -> Option<PathBuf> {
    let above = |name: &str| here.ancestors().find(|directory| directory.join(name).exists());
    above(".git").or_else(|| above("go.work")).or_else(|| above("go.mod")).map(Path::to_owned)
}

/// Hidden directories of which people edit the files.
fn is_special(name: &str) -> bool {
    [".github", ".gitlab", ".circleci", ".devcontainer", ".config", ".mise", ".docker", ".ci"].contains(&name)
}

/// Not what Go ignores, what belongs to others, and other repositories.
fn is_entered(name: &str, path: &Path) -> bool {
    let is_ignored = name.starts_with(['.', '_']) || ["vendor", "node_modules", "testdata"].contains(&name);
    !is_ignored && !path.join(".git").exists()
}

fn unknown(path: &Path, context: &Context<'_>) -> Failure {
    let shown = context.short(path);
    if path.exists() {
        let what = format!("gover cannot read a Go version from `{shown}`");
        return Failure::usage(what, "`gover help bump` lists the files that it knows");
    }
    Failure::usage(format!("`{shown}` is neither a version nor a file"), "gover help bump")
}

const DEEPEST: usize = 20;

/// Far larger than any of these files.
const LARGEST: u64 = 4 << 20;
