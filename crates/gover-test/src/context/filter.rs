//! Replaces what differs between two runs or two machines, so that snapshots hold on every one.

use std::path::Path;
use std::time::{Duration, SystemTime};

use gover_core::Platform;
use gover_core::date::Date;
use gover_core::platform::IS_WINDOWS;

#[derive(Clone, Debug)]
pub(super) struct Filters {
    literal: Vec<(String, String)>,
    dates: Vec<String>,
    /// The end of a zip's name on this platform.
    zip: String,
}

impl Filters {
    /// `root` as the operating system knows it and `other_root` as it was created; `site` is the
    /// server's URL.
    pub(super) fn new(root: &Path, other_root: &Path, site: Option<&str>, platform: &Platform) -> Self {
        let mut literal = Vec::new();
        let mut add = |from: String, to: &str| literal.push((from, to.to_owned()));
        for root in [root, other_root] {
            let root = root.to_string_lossy();
            // In JSON a backslash is doubled.
            add(root.replace('\\', "\\\\"), "[ROOT]");
            add(root.replace('\\', "/"), "[ROOT]");
            add(root.into_owned(), "[ROOT]");
        }
        if let Some(site) = site {
            add(site.to_owned(), "[SITE]");
            add(site.trim_start_matches("http://").to_owned(), "[SITE]");
        }
        let suffix = if platform.is_windows() { "zip" } else { "tar.gz" };
        let archive = format!("{}-{}", platform.os(), platform.archive_arch());
        let zip = format!("{archive}.zip");
        add(format!("{archive}.{suffix}"), "[PLATFORM].[ARCHIVE]");
        add(archive, "[PLATFORM]");
        add(platform.to_string(), "[PLATFORM]");
        add(format!("{}/{}", platform.os(), platform.arch()), "[OS]/[ARCH]");
        add(format!("\"arch\":\"{}\"", platform.arch()), "\"arch\":\"[ARCH]\"");
        // The longest first: one root may be the end of the other.
        literal.sort_by_key(|(from, _)| std::cmp::Reverse(from.len()));
        Self { literal, dates: dates_around_now(), zip }
    }

    /// The text with all replacements made and lines ending in `\n`.
    pub(super) fn apply(&self, text: &str) -> String {
        let mut text = text.replace("\r\n", "\n");
        // A module is a zip everywhere, an archive on Windows alone.
        text = replace(&text, "[PLATFORM].zip", |before, rest| {
            // Checked first, since the preceding word may be long and this runs at every position.
            let is_zip = rest.starts_with(&self.zip);
            let is_module =
                || before.rsplit([' ', '/', '`']).next().is_some_and(|word| word.starts_with("v0.0.1-"));
            (is_zip && is_module()).then_some(self.zip.len())
        });
        for (from, to) in &self.literal {
            text = text.replace(from, to);
        }
        if IS_WINDOWS {
            text = text.replace("\\\\", "/").replace('\\', "/");
            text = replace(&text, "", |_, rest| rest.starts_with(".exe").then_some(4));
            text = text.split_inclusive('\n').map(in_one_step).collect();
        }
        if !super::has_directory_links() {
            // Every command that sets a default prints this; one test of its own covers it.
            text = text
                .split_inclusive('\n')
                .filter(|line| !line.contains(NO_LINKS) && !line.starts_with("  editors can use "))
                .collect();
        }
        text = replace(&text, "[TIME]", |before, rest| {
            before.ends_with("in ").then(|| duration(rest)).flatten()
        });
        text = replace(&text, "[SIZE]", |before, rest| starts_word(before).then(|| size(rest)).flatten());
        text = replace(&text, "[TIMESTAMP]", |_, rest| timestamp(rest));
        text = replace(&text, "[DATE]", |_, rest| {
            self.dates.iter().find(|date| rest.starts_with(*date)).map(String::len)
        });
        // They grow with the database that is compiled in.
        text = replace(&text, "[N]", |before, rest| {
            starts_word(before).then(|| vulnerabilities(before, rest)).flatten()
        });
        text = replace(&text, "[H1]", |_, rest| h1(rest));
        replace(&text, "[SHA256]", |before, rest| starts_word(before).then(|| sha256(rest)).flatten())
    }
}

/// Part of the note about `current` where it cannot be made.
const NO_LINKS: &str = "cannot be made: this file system has no links to directories";

/// Replaces each stretch whose length `matcher` names, given what is before it and what follows.
fn replace(text: &str, replacement: &str, matcher: impl Fn(&str, &str) -> Option<usize>) -> String {
    let mut result = String::with_capacity(text.len());
    let mut position = 0;
    while position < text.len() {
        let rest = &text[position..];
        if let Some(length) = matcher(&text[..position], rest) {
            result.push_str(replacement);
            position += length;
        } else {
            let step = rest.chars().next().map_or(1, char::len_utf8);
            result.push_str(&rest[..step]);
            position += step;
        }
    }
    result
}

/// `2.3s`, `12ms`, `1m02s`.
fn duration(text: &str) -> Option<usize> {
    let mut length = number(text)?;
    if let Some(minutes) = text[length..].strip_prefix('m').and_then(number) {
        length += 1 + minutes;
    }
    let unit = ["ms", "s"].into_iter().find(|unit| text[length..].starts_with(unit))?;
    Some(length + unit.len())
}

/// The number in `16 known vulnerabilities`, or of the key in JSON.
fn vulnerabilities(before: &str, text: &str) -> Option<usize> {
    let length = number(text)?;
    let is_count =
        before.ends_with("\"vulnerabilities\":") || text[length..].starts_with(" known vulnerabilit");
    is_count.then_some(length)
}

/// `69.5 MiB`, `512 KiB`; a speed leaves its `/s`.
fn size(text: &str) -> Option<usize> {
    let length = number(text)?;
    let unit = [" GiB", " MiB", " KiB", " B"].into_iter().find(|unit| text[length..].starts_with(unit))?;
    let end = length + unit.len();
    text[end..].chars().next().is_none_or(|next| !next.is_alphanumeric()).then_some(end)
}

/// `2026-11-20T12:34:56Z`, with or without a fraction.
fn timestamp(text: &str) -> Option<usize> {
    let shape = "0000-00-00T00:00:00";
    let head = text.get(..shape.len())?;
    let fits = head
        .bytes()
        .zip(shape.bytes())
        .all(|(byte, shape)| if shape == b'0' { byte.is_ascii_digit() } else { byte == shape });
    if !fits {
        return None;
    }
    let rest = &text[shape.len()..];
    let fraction = rest.strip_prefix('.').and_then(digits).map_or(0, |digits| digits + 1);
    rest[fraction..].starts_with('Z').then_some(shape.len() + fraction + 1)
}

/// `h1:…=` whole or shortened with `…` or `...`.
fn h1(text: &str) -> Option<usize> {
    let hash = text.strip_prefix("h1:")?;
    let end = hash.find(|c: char| !(c.is_ascii_alphanumeric() || "+/=…".contains(c))).unwrap_or(hash.len());
    hash[..end].ends_with('=').then_some(3 + end)
}

fn sha256(text: &str) -> Option<usize> {
    let end = text.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(text.len());
    (end == 64).then_some(64)
}

fn number(text: &str) -> Option<usize> {
    let whole = digits(text)?;
    let fraction = text[whole..].strip_prefix('.').and_then(digits).map_or(0, |digits| digits + 1);
    Some(whole + fraction)
}

fn digits(text: &str) -> Option<usize> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    (end > 0).then_some(end)
}

/// The shells of Windows cannot set a variable for one command, so a hint has two steps there.
fn in_one_step(line: &str) -> String {
    let parts = || {
        let (before, rest) = line.split_once("set GOVER_SOURCES to ")?;
        let (source, rest) = rest.split_once(" and run `")?;
        let (command, after) = rest.split_once("` again")?;
        Some(format!("{before}try `GOVER_SOURCES={source} {command}`{after}"))
    };
    parts().unwrap_or_else(|| line.to_owned())
}

fn starts_word(before: &str) -> bool {
    before.chars().next_back().is_none_or(|last| !last.is_alphanumeric() && last != '.')
}

/// Yesterday, today and tomorrow, since midnight may pass while a test runs. Other dates are data.
fn dates_around_now() -> Vec<String> {
    let (now, day) = (SystemTime::now(), Duration::from_hours(24));
    [now - day, now, now + day].map(|time| Date::of(time).to_string()).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filtered(text: &str) -> String {
        let platform = Platform::new("linux", "amd64").unwrap();
        Filters::new(
            Path::new("/tmp/a"),
            Path::new("/private/tmp/a"),
            Some("http://127.0.0.1:4242"),
            &platform,
        )
        .apply(text)
    }

    #[test]
    fn what_differs_between_runs_is_replaced() {
        assert_eq!(
            filtered(
                "installed go1.22.5 in 2.3s (69.5 MiB from http://127.0.0.1:4242/dl; record 27869929)\n"
            ),
            "installed go1.22.5 in [TIME] ([SIZE] from [SITE]/dl; record 27869929)\n"
        );
        assert_eq!(filtered("/tmp/a/gover and /private/tmp/a/home"), "[ROOT]/gover and [ROOT]/home");
        assert_eq!(
            filtered("go1.22.5.linux-amd64.tar.gz, linux/amd64"),
            "go1.22.5.[PLATFORM].[ARCHIVE], [OS]/[ARCH]"
        );
        assert_eq!(filtered("h1:r0ub+Fnq…yBzs= (x)"), "[H1] (x)");
        assert_eq!(filtered(&format!("sha256 {}", "0a".repeat(32))), format!("sha256 {}", "[SHA256]"));
        assert_eq!(filtered("at 2026-11-20T12:34:56.789Z"), "at [TIMESTAMP]");
    }

    #[test]
    fn what_is_data_stays() {
        for text in
            ["end of life since 2024-08-13", "go1.22.5", "in 3 steps", "5 Bytes", "exit 0", "h1: none"]
        {
            assert_eq!(filtered(text), text);
        }
    }
}
