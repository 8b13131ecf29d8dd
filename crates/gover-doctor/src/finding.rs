//! What a check finds.

use std::fmt;

use serde_json::{Value, json};

use crate::secret::mask_line;
use crate::snapshot::registry::{RegistryValue, UserKey};

/// One fault.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// The name of the check that found it.
    pub check: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, in one sentence without a final period.
    pub what: String,
    /// Where it shows.
    pub evidence: Vec<Evidence>,
    /// Why it hurts, in one sentence without a final period.
    pub why: String,
    /// What to do about it.
    pub fix: Fix,
}

/// How bad a fault is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing; nothing has to be done.
    Note,
    /// Works now or for some projects, and will surprise.
    Warning,
    /// Something does not work, or is not safe.
    Error,
}

impl Severity {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// Where a fault shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// An environment variable, and where it was set as far as that can be told.
    Variable {
        /// Its name.
        name: String,
        /// Its value now.
        value: String,
        /// The file and line, registry key or other place that sets it.
        set_in: Option<String>,
    },
    /// A line of a file.
    Line {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
        /// What it says, without blanks at its ends.
        text: String,
    },
    /// A file or directory, and what about it.
    Path {
        /// The file or directory.
        path: String,
        /// What about it: `does not exist`, `go1.22.5, put there by Homebrew`.
        fact: String,
    },
    /// A value of the Windows registry.
    Registry {
        /// The key with its hive: `HKCU\Environment`.
        key: String,
        /// The value's name.
        name: String,
        /// What it holds.
        value: String,
    },
    /// What a program or a server answered.
    Answer {
        /// The command or address.
        of: String,
        /// The answer, or the part of it that matters.
        text: String,
    },
}

/// What to do about a fault: by `--fix`, or by hand.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fix {
    /// What `--fix` changes; empty if only the person can do it.
    pub changes: Vec<Change>,
    /// Commands to paste, in the form of the shell in use, for what `--fix` does not or may not change.
    pub commands: Vec<String>,
}

/// A change to something that belongs to the user alone.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// A file's content; `None` means that there is no file.
    File {
        /// The file.
        path: String,
        /// What it holds now.
        before: Option<Vec<u8>>,
        /// What it will hold.
        after: Option<Vec<u8>>,
    },
    /// A value below `HKEY_CURRENT_USER`; `None` means that there is no value.
    Registry {
        /// Which value.
        key: UserKey,
        /// What it is now.
        before: Option<RegistryValue>,
        /// What it will be.
        after: Option<RegistryValue>,
    },
}

impl Finding {
    /// A finding without evidence and without a fix yet.
    pub fn new(
        check: &'static str,
        severity: Severity,
        what: impl Into<String>,
        why: impl Into<String>,
    ) -> Self {
        Self {
            check,
            severity,
            what: what.into(),
            evidence: Vec::new(),
            why: why.into(),
            fix: Fix::default(),
        }
    }

    /// With evidence. Users and passwords in addresses are taken out of it.
    #[must_use]
    pub fn shown_by(mut self, evidence: impl IntoIterator<Item = Evidence>) -> Self {
        self.evidence.extend(evidence.into_iter().map(Evidence::without_secrets));
        self
    }

    /// With changes that `--fix` makes.
    #[must_use]
    pub fn fixed_by(mut self, changes: impl IntoIterator<Item = Change>) -> Self {
        self.fix.changes.extend(changes);
        self
    }

    /// With a command to paste.
    #[must_use]
    pub fn command(mut self, command: impl Into<String>) -> Self {
        self.fix.commands.push(command.into());
        self
    }

    /// The facts; the schema is in docs/reference/json.md.
    pub fn facts(&self) -> Value {
        json!({
            "check": self.check,
            "severity": self.severity.name(),
            "what": self.what,
            "evidence": self.evidence.iter().map(Evidence::facts).collect::<Vec<_>>(),
            "why": self.why,
            "fix": { "automatic": !self.fix.changes.is_empty(), "commands": self.fix.commands },
        })
    }
}

impl Evidence {
    /// The same with `***` in place of users and passwords of addresses.
    fn without_secrets(mut self) -> Self {
        let (Self::Variable { value: text, .. }
        | Self::Line { text, .. }
        | Self::Path { fact: text, .. }
        | Self::Registry { value: text, .. }
        | Self::Answer { text, .. }) = &mut self;
        *text = mask_line(text);
        self
    }

    /// The facts; the schema is in docs/reference/json.md.
    pub fn facts(&self) -> Value {
        match self {
            Self::Variable { name, value, set_in } => {
                json!({ "kind": "variable", "name": name, "value": value, "set_in": set_in })
            }
            Self::Line { file, line, text } => {
                json!({ "kind": "line", "file": file, "line": line, "text": text })
            }
            Self::Path { path, fact } => json!({ "kind": "path", "path": path, "fact": fact }),
            Self::Registry { key, name, value } => {
                json!({ "kind": "registry", "key": key, "name": name, "value": value })
            }
            Self::Answer { of, text } => json!({ "kind": "answer", "of": of, "text": text }),
        }
    }
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variable { name, value, set_in: Some(place) } => {
                write!(f, "{name}={value} (set in {place})")
            }
            Self::Variable { name, value, set_in: None } => write!(f, "{name}={value}"),
            Self::Line { file, line, text } => write!(f, "{file}:{line}: {text}"),
            Self::Path { path, fact } if fact.is_empty() => write!(f, "{path}"),
            Self::Path { path, fact } => write!(f, "{path}: {fact}"),
            Self::Registry { key, name, value } => write!(f, r"{key}\{name} = {value}"),
            Self::Answer { of, text } => write!(f, "{of}: {text}"),
        }
    }
}
