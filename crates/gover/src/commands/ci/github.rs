//! GitHub Actions: files that variables name. The runner reads them when the step has ended.

use std::collections::hash_map::RandomState;
use std::fs::{self, OpenOptions};
use std::hash::{BuildHasher as _, Hasher as _};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use gover_core::env::vars;
use gover_core::text::shown;

use super::later::Later;
use crate::{Context, Failure};

/// A file to which lines are added. Others wrote the lines before.
#[derive(Debug)]
pub(super) struct Appended {
    /// What names it: a variable or an option.
    by: &'static str,
    path: PathBuf,
    /// `None` if it does not exist.
    length: Option<u64>,
    is_line_open: bool,
}

impl Appended {
    pub(super) fn at(path: PathBuf, by: &'static str) -> Result<Self, Failure> {
        let said = |what: &str| format!("{by} names `{}`, which {what}", path.display());
        let failed = |what: &str, error: &io::Error| Failure::io(said(what), error, hint(by));
        let metadata = match fs::metadata(&path) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(Failure::new(said("does not exist"), hint(by)));
            }
            Err(error) => return Err(failed("cannot be read", &error)),
        };
        if !metadata.is_file() {
            return Err(Failure::new(said("is not a file"), hint(by)));
        }
        let mut file = OpenOptions::new()
            .read(true)
            .append(true)
            .open(&path)
            .map_err(|error| failed("cannot be written", &error))?;
        let mut last = [b'\n'];
        let length = metadata.len();
        if length > 0 {
            let read = file.seek(SeekFrom::End(-1)).and_then(|_| file.read_exact(&mut last));
            read.map_err(|error| failed("cannot be read", &error))?;
        }
        Ok(Self { by, path, length: Some(length), is_line_open: last != [b'\n'] })
    }

    /// The same for a file that may be new, in a directory that exists.
    pub(super) fn maybe_new(path: PathBuf, by: &'static str) -> Result<Self, Failure> {
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        if !path.exists() && parent.is_none_or(Path::is_dir) {
            return Ok(Self { by, path, length: None, is_line_open: false });
        }
        Self::at(path, by)
    }

    fn append(&self, text: &str) -> Result<(), Failure> {
        if text.is_empty() {
            return Ok(());
        }
        let start = if self.is_line_open { "\n" } else { "" };
        let mut options = OpenOptions::new();
        let open = options.append(true).create(self.length.is_none()).open(&self.path);
        open.and_then(|mut file| file.write_all(format!("{start}{text}").as_bytes())).map_err(|error| {
            let what = format!("cannot write `{}`, which {} names", self.path.display(), self.by);
            Failure::io(what, &error, hint(self.by))
        })
    }

    /// Takes back what was added.
    fn restore(&self) {
        match self.length {
            Some(length) => {
                let file = OpenOptions::new().write(true).open(&self.path);
                drop(file.and_then(|file| file.set_len(length)));
            }
            None => drop(fs::remove_file(&self.path)),
        }
    }
}

/// Adds to all files, or to none.
pub(super) fn append_all(texts: &[(&Appended, String)]) -> Result<(), Failure> {
    for (at, (file, text)) in texts.iter().enumerate() {
        if let Err(failure) = file.append(text) {
            texts.iter().take(at + 1).for_each(|(file, _)| file.restore());
            return Err(failure);
        }
    }
    Ok(())
}

/// The files of the runner, opened before the first download.
pub(super) struct Files {
    path: Appended,
    env: Appended,
    output: Appended,
}

impl Files {
    pub(super) fn open(context: &Context<'_>) -> Result<Self, Failure> {
        let open = |name: &'static str| match context.env.var(name) {
            Some(path) => Appended::at(PathBuf::from(path), name),
            None => Err(Failure::new(format!("{name} is not set, so later steps cannot be told"), OTHER)),
        };
        Ok(Self {
            path: open(vars::GITHUB_PATH)?,
            env: open(vars::GITHUB_ENV)?,
            output: open(vars::GITHUB_OUTPUT)?,
        })
    }

    pub(super) fn texts(&self, later: &Later) -> Result<Vec<(&Appended, String)>, Failure> {
        let mut path = String::new();
        // Each line goes before those above it.
        for directory in later.path.iter().rev() {
            path.push_str(one_line(&directory.to_string_lossy(), self.path.by)?);
            path.push('\n');
        }
        let values =
            |list: &[(&str, String)]| list.iter().map(|(name, value)| assignment(name, value)).collect();
        Ok(vec![
            (&self.path, path),
            (&self.env, values(&later.variables)),
            (&self.output, values(&later.outputs)),
        ])
    }
}

/// A value between two lines that nobody can guess, so that no value can end it and set another name.
fn assignment(name: &str, value: &str) -> String {
    loop {
        let delimiter = format!("gover_{:016x}{:016x}", random(), random());
        if !value.contains(&delimiter) {
            return format!("{name}<<{delimiter}\n{value}\n{delimiter}\n");
        }
    }
}

/// The standard library seeds its hasher from the random numbers of the system.
fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}

/// A text of one line, where another line would be an entry of its own.
pub(super) fn one_line<'a>(text: &'a str, by: &str) -> Result<&'a str, Failure> {
    if text.contains(['\n', '\r']) {
        let what = format!("`{}` has a line break, so it cannot be written to {by}", shown(text));
        return Err(Failure::new(what, "set GOVER_HOME and GOPATH to directories with simple names"));
    }
    Ok(text)
}

/// Makes a value one value of a workflow command (`::add-matcher::VALUE`).
pub(super) fn escaped(value: &str) -> String {
    value.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn hint(by: &str) -> &'static str {
    if by == DOTENV { "name a file that you may write, in a directory that exists" } else { OTHER }
}

pub(super) const DOTENV: &str = "--dotenv";

const OTHER: &str = "run it in a step of a workflow; elsewhere: `gover ci --provider shell`";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_cannot_end_itself() {
        let value = "x\ngover_0\nEVIL=1\nEOF\n";
        let (one, other) = (assignment("a", value), assignment("a", value));
        assert_ne!(one, other);
        let (first, rest) = one.split_once('\n').unwrap();
        let delimiter = first.strip_prefix("a<<").unwrap();
        assert_eq!(rest, format!("{value}\n{delimiter}\n"));
        assert_eq!(rest.lines().filter(|line| *line == delimiter).count(), 1);
    }

    #[test]
    fn either_all_files_are_written_or_none() {
        let root = tempfile::tempdir().unwrap();
        let file = |name: &str| root.path().join(name);
        fs::write(file("a"), "before").unwrap();
        fs::write(file("b"), "").unwrap();
        let a = Appended::at(file("a"), "A").unwrap();
        let new = Appended::maybe_new(file("c"), "C").unwrap();
        let gone = Appended::at(file("b"), "B").unwrap();
        fs::remove_file(file("b")).unwrap();
        append_all(&[(&a, "x\n".into()), (&new, "y\n".into()), (&gone, "z\n".into())]).unwrap_err();
        assert_eq!(fs::read_to_string(file("a")).unwrap(), "before");
        assert!(!file("c").exists() && !file("b").exists());
        append_all(&[(&a, "x\n".into()), (&new, "y\n".into())]).unwrap();
        assert_eq!(fs::read_to_string(file("a")).unwrap(), "before\nx\n");
        assert_eq!(fs::read_to_string(file("c")).unwrap(), "y\n");
    }
}
