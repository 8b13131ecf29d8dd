//! Where a report is written. No file is replaced but an earlier report.

use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use gover_sys::file::{self, open_regular};

use super::KIND;
use crate::{Context, Failure};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Markdown,
    Json,
    Html,
}

pub(super) struct Target {
    pub(super) form: Form,
    /// `None` for stdout.
    pub(super) path: Option<PathBuf>,
}

impl Target {
    /// Fails before any check runs if the report cannot be written.
    pub(super) fn of(file: &Path, context: &Context<'_>) -> Result<Self, Failure> {
        if file == Path::new("-") {
            return Ok(Self { form: Form::Markdown, path: None });
        }
        let extension = file.extension().unwrap_or_default().to_ascii_lowercase();
        let form = match extension.to_str() {
            Some("md" | "markdown") => Form::Markdown,
            Some("json") => Form::Json,
            Some("html" | "htm") => Form::Html,
            _ => {
                let what = format!("cannot tell the format of the report from the name `{}`", file.display());
                return Err(Failure::usage(
                    what,
                    "a name that ends in .html, .md or .json says so, as in `gover doctor --report report.html`",
                ));
            }
        };
        let path = context.absolute(file);
        check_directory(&path)?;
        check_free(&path)?;
        Ok(Self { form, path: Some(path) })
    }

    pub(super) fn write(&self, text: &str, context: &Context<'_>) -> Result<(), Failure> {
        let Some(path) = &self.path else { return context.printer.exact(text.trim_end()) };
        file::write_atomically(path, text.as_bytes()).map_err(|error| unwritable(path, &error))
    }
}

fn check_directory(path: &Path) -> Result<(), Failure> {
    let directory = path.parent().unwrap_or(path);
    if !directory.is_dir() {
        let what = format!("the directory `{}` does not exist", directory.display());
        return Err(Failure::new(what, "make it, or name another file; no check was run"));
    }
    file::check_replaceable(path).map_err(|error| unwritable(path, &error))
}

/// Whether nothing is there, or an earlier report.
fn check_free(path: &Path) -> Result<(), Failure> {
    let mut head = Vec::new();
    let read = open_regular(path).and_then(|file| file.take(HEAD).read_to_end(&mut head));
    match read {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(unwritable(path, &error)),
        Ok(_) if head.is_empty() || is_report(&String::from_utf8_lossy(&head)) => Ok(()),
        Ok(_) => Err(Failure::new(
            format!("`{}` exists and is not a report of gover", path.display()),
            "name another file; this one was not changed",
        )),
    }
}

fn is_report(head: &str) -> bool {
    let starts = [format!("<!-- {KIND} -->"), format!("{{\n  \"kind\": \"{KIND}\"")];
    let head = head.replace("\r\n", "\n");
    starts.iter().any(|start| head.starts_with(start))
        || (head.starts_with("<!doctype html>") && head.contains(&format!("content=\"{KIND}\"")))
}

fn unwritable(path: &Path, error: &io::Error) -> Failure {
    Failure::io(format!("cannot write `{}`", path.display()), error, "name a file that you may write")
}

/// Enough for what every report begins with.
const HEAD: u64 = 1 << 10;
