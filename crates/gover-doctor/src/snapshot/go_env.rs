//! The file of `go env -w` (`os.UserConfigDir()/go/env`, or GOENV), read as cmd/go reads it.

use std::io;

use crate::snapshot::Facts;
use crate::snapshot::disk::Disk;
use crate::{Change, Evidence, MachinePath};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GoEnvFile {
    /// Where it is or would be; `None` if GOENV is `off` or the home is unknown.
    pub path: Option<MachinePath>,
    /// `None` if it does not exist or is not readable.
    pub content: Option<Vec<u8>>,
    pub is_unreadable: bool,
    pub lines: Vec<GoEnvLine>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GoEnvLine {
    pub number: usize,
    /// Without its line feed.
    pub text: String,
    /// Empty in a comment, an empty line, or a malformed line, which go ignores.
    pub name: String,
    pub value: String,
}

impl GoEnvFile {
    pub(super) fn read(facts: &Facts, disk: &dyn Disk) -> Self {
        path(facts).map(|path| Self::of(path, disk)).unwrap_or_default()
    }

    /// Reads a file in this format, such as the `go.env` of a toolchain.
    pub fn of(path: MachinePath, disk: &dyn Disk) -> Self {
        let read = disk.read(&path);
        let is_unreadable = read.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::PermissionDenied);
        let content = read.ok();
        let text = content.as_deref().map(String::from_utf8_lossy).unwrap_or_default();
        let line = |(number, text): (usize, &str)| {
            let (name, value) = setting(text).unwrap_or_default();
            GoEnvLine { number, text: text.to_owned(), name: name.to_owned(), value: value.to_owned() }
        };
        let lines = (1..).zip(text.split('\n')).map(line).collect();
        Self { path: Some(path), content, is_unreadable, lines }
    }

    /// The value of a name in its last line.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.line(name).map(|line| line.value.as_str()).filter(|value| !value.is_empty())
    }

    /// The last line of a name, which is the one that applies.
    pub fn line(&self, name: &str) -> Option<&GoEnvLine> {
        self.lines.iter().rev().find(|line| line.name == name)
    }

    pub fn evidence(&self, name: &str) -> Option<Evidence> {
        self.line(name).and_then(|line| self.line_evidence(line))
    }

    pub fn line_evidence(&self, line: &GoEnvLine) -> Option<Evidence> {
        Some(Evidence::line(self.path.as_ref()?, line.number, &line.text))
    }

    /// The change that removes all lines of a name, as `go env -u` does; `None` if there are none.
    pub fn without(&self, name: &str) -> Option<Change> {
        self.with(name, None)
    }

    /// The change that gives a name another value, or removes it.
    pub fn with(&self, name: &str, value: Option<&str>) -> Option<Change> {
        self.rewritten(|line| match value {
            _ if line.name != name => Some(line.text.clone()),
            value => value.map(|value| format!("{name}={value}")),
        })
    }

    /// The change that sets names as `go env -w` does, in the lines that they have or in new ones;
    /// `None` if they have these values, or if there can be no file.
    pub fn setting(&self, settings: &[(&str, &str)]) -> Option<Change> {
        let path = self.path.as_ref()?;
        let mut after = self.content.clone().unwrap_or_default();
        let value = |name: &str| settings.iter().find(|(known, _)| *known == name).map(|(_, value)| value);
        let changed = self.rewritten(|line| match value(&line.name) {
            Some(value) => Some(format!("{}={value}", line.name)),
            None => Some(line.text.clone()),
        });
        if let Some(Change::File { after: Some(changed), .. }) = changed {
            after = changed;
        }
        for (name, value) in settings.iter().filter(|(name, _)| self.line(name).is_none()) {
            if !after.is_empty() && !after.ends_with(b"\n") {
                after.push(b'\n');
            }
            after.extend(format!("{name}={value}\n").bytes());
        }
        let (path, before, after) = (path.to_string(), self.content.clone(), Some(after));
        (after != before && !settings.is_empty()).then_some(Change::File { path, before, after })
    }

    /// The change that replaces or removes lines.
    pub fn rewritten(&self, rewrite: impl Fn(&GoEnvLine) -> Option<String>) -> Option<Change> {
        let (path, before) = (self.path.as_ref()?, self.content.clone()?);
        let lines = self.lines.iter().zip(before.split(|&byte| byte == b'\n'));
        let after: Vec<Vec<u8>> = lines
            .filter_map(|(line, bytes)| {
                let text = rewrite(line)?;
                // Bytes that are not UTF-8 stay.
                Some(if text == line.text { bytes.to_vec() } else { text.into_bytes() })
            })
            .collect();
        let after = after.join(&b'\n');
        (after != before).then(|| Change::file(path, before, after))
    }
}

/// `cmd/go/internal/cfg.EnvFile`.
fn path(facts: &Facts) -> Option<MachinePath> {
    match facts.variables.value("GOENV") {
        Some("off") => None,
        Some(path) => Some(facts.system.path(path)),
        None => Some(facts.user_configuration()?.join("go/env")),
    }
}

/// `cmd/go/internal/cfg.readEnvFile`: a name begins in upper case, and a value keeps its spaces.
fn setting(line: &str) -> Option<(&str, &str)> {
    line.split_once('=').filter(|(name, _)| name.starts_with(|c: char| c.is_ascii_uppercase()))
}

#[cfg(test)]
mod tests {
    use crate::Change;
    use crate::testing::Machine;

    #[test]
    fn names_are_set_in_their_lines_or_in_new_ones() {
        for (before, after) in [
            (Some("GOOS=js\nGOPROXY=x"), "GOOS=js\nGOPROXY=a|direct\nGOSUMDB=off\n"),
            (Some("GOSUMDB=on\r\nGOPROXY=x\n"), "GOSUMDB=off\nGOPROXY=a|direct\n"),
            (None, "GOPROXY=a|direct\nGOSUMDB=off\n"),
        ] {
            let machine = Machine::linux();
            let machine = match before {
                Some(text) => machine.file("~/.config/go/env", text),
                None => machine,
            };
            machine.snapshot(|snapshot| {
                let change = snapshot.go_env.setting(&[("GOPROXY", "a|direct"), ("GOSUMDB", "off")]);
                let Some(Change::File { before: seen, after: Some(new), .. }) = change else {
                    panic!("no change")
                };
                assert_eq!(seen.as_deref(), before.map(str::as_bytes));
                assert_eq!(String::from_utf8(new).unwrap(), after);
            });
        }
        let machine = Machine::linux().file("~/.config/go/env", "GOPROXY=a\n");
        machine.snapshot(|snapshot| assert_eq!(snapshot.go_env.setting(&[("GOPROXY", "a")]), None));
    }

    #[test]
    fn lines_that_stay_keep_every_byte() {
        let machine = Machine::linux().bytes("~/.config/go/env", b"# caf\xe9\nGOOS=js\nCC=/opt/\xff/cc\r\n");
        machine.snapshot(|snapshot| {
            let Some(Change::File { after: Some(after), .. }) = snapshot.go_env.without("GOOS") else {
                panic!("no change")
            };
            assert_eq!(after, b"# caf\xe9\nCC=/opt/\xff/cc\r\n");
        });
    }
}
