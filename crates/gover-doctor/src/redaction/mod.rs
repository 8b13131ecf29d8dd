//! Text for a report that leaves the machine: without secrets, with `~` for the home, and on request
//! without names of people, machines and companies.

mod hosts;
mod identity;
mod replace;

use std::cell::RefCell;
use std::ops::Deref;

use serde::{Serialize, Serializer};

use self::hosts::Hosts;
pub(crate) use self::hosts::is_public;
pub use self::identity::Identity;
use self::replace::{Word, replace};
use crate::secret::mask_line;
use crate::{Evidence, Finding};

/// A text that a [`Redaction`] has seen. Nothing else makes one, so that a report cannot have others.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Redacted(String);

impl Deref for Redacted {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl Serialize for Redacted {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// Takes out of texts what a report must not show. Equal names stay equal.
#[derive(Debug)]
pub struct Redaction {
    identity: Identity,
    /// `None` if names may stay.
    hosts: Option<RefCell<Hosts>>,
}

impl Redaction {
    pub fn new(identity: Identity, is_anonymous: bool) -> Self {
        let hosts = is_anonymous.then(|| {
            let mut hosts = Hosts::default();
            identity.servers.iter().for_each(|list| hosts.add_list(list));
            RefCell::new(hosts)
        });
        Self { identity, hosts }
    }

    pub fn is_anonymous(&self) -> bool {
        self.hosts.is_some()
    }

    /// Any text for people or programs.
    pub fn text(&self, text: impl AsRef<str>) -> Redacted {
        Redacted(self.without_names(&mask_line(text.as_ref()), true))
    }

    /// A command that can be pasted: only an anonymous report has `~` in it, which a quoted path cannot
    /// have.
    pub fn command(&self, command: impl AsRef<str>) -> Redacted {
        Redacted(self.without_names(&mask_line(command.as_ref()), self.is_anonymous()))
    }

    /// The path of a package or module, with or without a version: its host may be private.
    pub fn module(&self, path: &str) -> Redacted {
        if let Some(hosts) = &self.hosts
            && let Some((host, _)) = path.split_once('/')
        {
            hosts.borrow_mut().add_host(host);
        }
        self.text(path)
    }

    pub fn finding(&self, finding: &Finding) -> Finding {
        let text = |text: &String| self.text(text).0;
        let evidence = |evidence: &Evidence| match evidence {
            Evidence::Variable { name, value, set_in } => {
                Evidence::Variable { name: text(name), value: text(value), set_in: set_in.as_ref().map(text) }
            }
            Evidence::Line { file, line, text: content } => {
                Evidence::Line { file: text(file), line: *line, text: text(content) }
            }
            Evidence::Path { path, fact } => Evidence::Path { path: text(path), fact: text(fact) },
            Evidence::Registry { key, name, value } => {
                Evidence::Registry { key: text(key), name: text(name), value: text(value) }
            }
            Evidence::Answer { of, text: answer } => Evidence::Answer { of: text(of), text: text(answer) },
        };
        let mut redacted = finding.clone();
        redacted.what = finding.what.map(text);
        redacted.why = finding.why.map(text);
        redacted.evidence = finding.evidence.iter().map(evidence).collect();
        for edit in &mut redacted.fix.edits {
            edit.file = text(&edit.file);
            edit.lines = edit.lines.iter().map(text).collect();
        }
        redacted.fix.commands = finding.fix.commands.iter().map(|one| self.command(one).0).collect();
        redacted
    }

    fn without_names(&self, text: &str, shortens_home: bool) -> String {
        let Identity { homes, project, users, machines, is_windows, .. } = &self.identity;
        let mut text = text.to_owned();
        if self.is_anonymous() {
            for (path, name) in project {
                text = replace(&text, path, name, Word::Path { is_windows: *is_windows });
            }
        }
        if shortens_home {
            for home in homes {
                text = replace(&text, home, "~", Word::Path { is_windows: *is_windows });
            }
        }
        let Some(hosts) = &self.hosts else { return text };
        for machine in machines {
            text = replace(&text, machine, "this-machine", Word::Name);
        }
        text = hosts.borrow_mut().hide(&text);
        for user in users {
            text = replace(&text, user, "user", Word::Name);
        }
        text
    }
}

#[cfg(test)]
mod tests;
