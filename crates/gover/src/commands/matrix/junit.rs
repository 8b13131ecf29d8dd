//! The results in the XML format of `JUnit`, as pipelines read it: one test case for each toolchain.

use std::borrow::Cow;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::{LegResult, Outcome, report};
use crate::store::legs;
use crate::{Context, Failure};

/// The path of the report. Its directory must exist before anything runs.
pub(super) fn place(path: &Path, context: &Context<'_>) -> Result<PathBuf, Failure> {
    let path = context.absolute(path);
    let shown = context.short(&path);
    let directory = path.parent().filter(|directory| directory.is_dir());
    if directory.is_none() {
        let what = format!("cannot write `{shown}`: its directory does not exist");
        return Err(Failure::new(what, "create the directory first, or name a file in another one"));
    }
    if path.is_dir() {
        return Err(Failure::new(format!("`{shown}` is a directory"), "name a file"));
    }
    Ok(path)
}

pub(super) fn write(path: &Path, results: &[LegResult], words: &[OsString]) -> Result<(), Failure> {
    let failed = |error: &io::Error| {
        let what = format!("cannot write `{}`", path.display());
        Failure::io(what, error, "check the path and that you may write there")
    };
    let text = document(results, words).map_err(|error| failed(&error))?;
    fs::write(path, text).map_err(|error| failed(&error))
}

fn document(results: &[LegResult], words: &[OsString]) -> io::Result<Vec<u8>> {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let count = |kind: fn(&Outcome) -> bool| {
        results.iter().filter(|result| kind(&result.outcome)).count().to_string()
    };
    let total: Duration = results.iter().filter_map(|result| result.took).sum();
    let totals = [
        ("name", "gover matrix".to_owned()),
        ("tests", results.len().to_string()),
        ("failures", count(|outcome| matches!(outcome, Outcome::Failed(_)))),
        ("errors", count(|outcome| matches!(outcome, Outcome::NotInstalled))),
        ("skipped", count(|outcome| matches!(outcome, Outcome::Skipped(_) | Outcome::NotRun))),
        ("time", seconds(total)),
    ];
    let totals = || totals.iter().map(|(name, value)| (*name, value.as_str()));
    // The outer element has no attribute `skipped` in every schema.
    let outer = totals().filter(|(name, _)| *name != "skipped");
    writer.create_element("testsuites").with_attributes(outer).write_inner_content(|writer| {
        writer.create_element("testsuite").with_attributes(totals()).write_inner_content(|writer| {
            results.iter().try_for_each(|result| case(writer, result, &legs::line(words)))
        })?;
        Ok(())
    })?;
    let mut text = writer.into_inner();
    text.push(b'\n');
    Ok(text)
}

fn case(writer: &mut Writer<Vec<u8>>, result: &LegResult, line: &str) -> io::Result<()> {
    let (name, class, time) = (result.name.as_str(), allowed(line), seconds(result.took.unwrap_or_default()));
    let attributes = [("name", name), ("classname", class.as_ref()), ("time", &time)];
    writer.create_element("testcase").with_attributes(attributes).write_inner_content(|writer| {
        let message = report::words(&result.outcome, |forbidden| &forbidden.exact);
        let element = match result.outcome {
            Outcome::Passed => None,
            Outcome::Failed(_) => Some("failure"),
            Outcome::NotInstalled => Some("error"),
            Outcome::Skipped(_) | Outcome::NotRun => Some("skipped"),
        };
        if let Some(element) = element {
            let message = allowed(&message);
            writer.create_element(element).with_attribute(("message", message.as_ref())).write_empty()?;
        }
        let output = result.output.as_deref().map(output).transpose()?.unwrap_or_default();
        if !output.is_empty() {
            let text = allowed(&output);
            writer.create_element("system-out").write_text_content(BytesText::new(&text))?;
        }
        Ok(())
    })?;
    Ok(())
}

/// What the command printed, or the end of it if that is very long.
fn output(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let start = file.metadata()?.len().saturating_sub(LONGEST);
    let mut bytes = if start > 0 { b"[the beginning is left out]\n".to_vec() } else { Vec::new() };
    file.seek(io::SeekFrom::Start(start))?;
    file.take(LONGEST).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// XML cannot hold most control characters, not even escaped.
fn allowed(text: &str) -> Cow<'_, str> {
    let is_allowed =
        |c: char| matches!(c, '\t' | '\n' | '\r') || (c >= ' ' && !matches!(c, '\u{fffe}' | '\u{ffff}'));
    if text.chars().all(is_allowed) {
        return text.into();
    }
    text.chars()
        .map(|c| if is_allowed(c) { c } else { char::REPLACEMENT_CHARACTER })
        .collect::<String>()
        .into()
}

fn seconds(time: Duration) -> String {
    format!("{:.3}", time.as_secs_f64())
}

/// In bytes. Services refuse reports that are too long.
const LONGEST: u64 = 1 << 20;
