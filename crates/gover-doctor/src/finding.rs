//! What a check finds.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::fix::{Edit, Fix};
use crate::language::Words;
use crate::secret::{mask_line, mask_value};
use crate::snapshot::path::MachinePath;
use crate::snapshot::registry::{Hive, Text, UserKey};
use crate::text;

/// One fault. Its form as JSON is documented in docs/reference/json.md.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Finding {
    /// The name of the check that found it, filled in by [`Check::examine`](crate::Check::examine).
    pub check: &'static str,
    pub severity: Severity,
    /// What is wrong, in one sentence without a final period.
    pub what: Words,
    pub evidence: Vec<Evidence>,
    /// What the fault leads to, in one sentence without a final period.
    pub why: Words,
    pub fix: Fix,
    /// What several checks may find, so that [`merged`] keeps one finding.
    #[serde(skip)]
    pub fact: Fact,
    /// Whether each line in the evidence is a fault of its own.
    #[serde(skip)]
    pub lines_are_faults: bool,
}

/// The fact behind a finding.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Fact {
    /// No other check finds it.
    #[default]
    Own,
    /// Findings of different checks with the same text have the same reason: `GOROOT`.
    Shared(String),
    /// It follows from the fact with this text, whose finding says all that there is to do.
    FollowsFrom(String),
    /// It only sums up its evidence, and says nothing new if other findings show all of it.
    Summary,
}

/// One finding for each fact: of several checks, the first and worst is kept, with the evidence and
/// the repairs of the others. A consequence of another finding is left out.
/// `findings` are in order, the worst first.
pub fn merged(findings: Vec<Finding>) -> Vec<Finding> {
    let mut kept: Vec<Finding> = Vec::new();
    let (followers, findings) = followers(findings);
    for finding in findings {
        let is_same = |known: &&mut Finding| {
            matches!(finding.fact, Fact::Shared(_) | Fact::FollowsFrom(_))
                && known.fact == finding.fact
                && known.check != finding.check
        };
        let is_shown = |one: &Evidence| kept.iter().any(|known| known.evidence.contains(one));
        if finding.fact == Fact::Summary && finding.evidence.iter().all(is_shown) {
            continue;
        }
        match kept.iter_mut().find(is_same) {
            Some(known) => known.absorb(finding),
            None => kept.push(finding),
        }
    }
    for (cause, answers) in followers {
        if let Some(known) = kept.iter_mut().find(|known| known.fact == cause) {
            known.add_new(answers);
        }
    }
    kept
}

/// Splits off the findings whose cause is among the others: the cause, and the answers that show
/// what it leads to.
fn followers(findings: Vec<Finding>) -> (Vec<(Fact, Vec<Evidence>)>, Vec<Finding>) {
    let causes: Vec<Fact> = findings.iter().map(|finding| finding.fact.clone()).collect();
    let (mut followers, mut others) = (Vec::new(), Vec::new());
    for finding in findings {
        let cause = match &finding.fact {
            Fact::FollowsFrom(text) => Some(Fact::Shared(text.clone())).filter(|fact| causes.contains(fact)),
            Fact::Own | Fact::Shared(_) | Fact::Summary => None,
        };
        let Some(cause) = cause else {
            others.push(finding);
            continue;
        };
        let is_answer = |one: &Evidence| matches!(one, Evidence::Answer { .. });
        followers.push((cause, finding.evidence.into_iter().filter(is_answer).collect()));
    }
    (followers, others)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Good to know; nothing has to be done.
    Note,
    /// It works now or for some projects, and will surprise.
    Warning,
    /// Something does not work, or is not safe.
    Error,
}

impl Severity {
    pub fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }

    /// As text and reports have it.
    pub fn words(self) -> Words<&'static str> {
        match self {
            Self::Note => text!(en "note", zh "提示"),
            Self::Warning => text!(en "warning", zh "警告"),
            Self::Error => text!(en "error", zh "错误"),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Evidence {
    /// `set_in` is the line, registry key or other place that sets it; `None` if it is not known.
    Variable { name: String, value: String, set_in: Option<String> },
    /// `text` has no spaces around it.
    Line { file: String, line: usize, text: String },
    /// `fact` is a predicate or description: `does not exist`, `go1.22.5, installed by Homebrew`.
    Path { path: String, fact: String },
    /// `key` begins with its hive: `HKCU\Environment`.
    Registry { key: String, name: String, value: String },
    /// What a program or a server answered.
    Answer { of: String, text: String },
}

/// A change to something that only this user owns. `None` means that it does not exist.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change<Content = Vec<u8>, Value = Text> {
    File {
        path: String,
        before: Option<Content>,
        after: Option<Content>,
    },
    /// A value below `HKEY_CURRENT_USER`.
    Registry {
        #[serde(flatten)]
        key: UserKey,
        before: Option<Value>,
        after: Option<Value>,
    },
}

impl<Content, Value> Change<Content, Value> {
    /// The file, or the registry value with its hive.
    pub fn place(&self) -> String {
        match self {
            Self::File { path, .. } => path.clone(),
            Self::Registry { key, .. } => key.to_string(),
        }
    }
}

impl Change {
    /// Another content for a file that exists.
    pub fn file(path: &MachinePath, before: Vec<u8>, after: Vec<u8>) -> Self {
        Self::File { path: path.to_string(), before: Some(before), after: Some(after) }
    }
}

impl Finding {
    pub fn error(what: impl Into<Words>, why: impl Into<Words>) -> Self {
        Self::new(Severity::Error, what, why)
    }

    pub fn warning(what: impl Into<Words>, why: impl Into<Words>) -> Self {
        Self::new(Severity::Warning, what, why)
    }

    pub fn note(what: impl Into<Words>, why: impl Into<Words>) -> Self {
        Self::new(Severity::Note, what, why)
    }

    pub fn new(severity: Severity, what: impl Into<Words>, why: impl Into<Words>) -> Self {
        let (what, why) = (what.into(), why.into());
        let (evidence, fix) = (Vec::new(), Fix::default());
        Self { check: "", severity, what, evidence, why, fix, fact: Fact::Own, lines_are_faults: false }
    }

    /// Says which fact other checks find too.
    #[must_use]
    pub fn about(self, fact: impl Into<String>) -> Self {
        self.about_fact(Fact::Shared(fact.into()))
    }

    #[must_use]
    pub fn about_fact(mut self, fact: Fact) -> Self {
        self.fact = fact;
        self
    }

    /// Says that each line in the evidence is a fault of its own.
    #[must_use]
    pub fn with_faulty_lines(mut self) -> Self {
        self.lines_are_faults = true;
        self
    }

    /// Takes over what another finding shows and repairs.
    fn absorb(&mut self, other: Self) {
        self.add_new(other.evidence);
        self.fix.absorb(other.fix);
    }

    fn add_new(&mut self, evidence: Vec<Evidence>) {
        for one in evidence {
            if !self.evidence.contains(&one) {
                self.evidence.push(one);
            }
        }
    }

    /// Adds evidence. Users and passwords in addresses are masked.
    #[must_use]
    pub fn shown_by(mut self, evidence: impl IntoIterator<Item = Evidence>) -> Self {
        self.evidence.extend(evidence.into_iter().map(Evidence::without_secrets));
        self
    }

    #[must_use]
    pub fn fixed_by(mut self, changes: impl IntoIterator<Item = Change>) -> Self {
        self.fix.changes.extend(changes);
        self
    }

    /// Adds lines that a person writes into a file.
    #[must_use]
    pub fn edited_by(mut self, edits: impl IntoIterator<Item = Edit>) -> Self {
        self.fix.edits.extend(edits);
        self
    }

    #[must_use]
    pub fn command(self, command: impl Into<String>) -> Self {
        self.commands([command])
    }

    #[must_use]
    pub fn commands<C: Into<String>>(mut self, commands: impl IntoIterator<Item = C>) -> Self {
        self.fix.commands.extend(commands.into_iter().map(Into::into));
        self
    }
}

impl Evidence {
    pub fn path(path: impl fmt::Display, fact: impl Into<String>) -> Self {
        Self::Path { path: path.to_string(), fact: fact.into() }
    }

    pub fn line(file: impl fmt::Display, line: usize, text: impl AsRef<str>) -> Self {
        Self::Line { file: file.to_string(), line, text: text.as_ref().trim().to_owned() }
    }

    pub fn registry(hive: Hive, key: &str, name: &str, value: impl Into<String>) -> Self {
        let key = format!(r"{}\{key}", hive.name());
        Self::Registry { key, name: name.to_owned(), value: value.into() }
    }

    pub fn answer(of: impl Into<String>, text: impl Into<String>) -> Self {
        Self::Answer { of: of.into(), text: text.into() }
    }

    fn without_secrets(mut self) -> Self {
        if let Self::Variable { name, value, .. } = &mut self {
            *value = mask_value(name, value);
        }
        let (Self::Variable { value: text, .. }
        | Self::Line { text, .. }
        | Self::Path { fact: text, .. }
        | Self::Registry { value: text, .. }
        | Self::Answer { text, .. }) = &mut self;
        *text = mask_line(text);
        self
    }
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variable { name, value, set_in: None } => write!(f, "{name}={value}"),
            Self::Variable { name, value, set_in: Some(place) } => {
                write!(f, "{name}={value} (set in {place})")
            }
            Self::Line { file, line, text } => write!(f, "{file}:{line}: {text}"),
            Self::Path { path, fact } if fact.is_empty() => write!(f, "{path}"),
            Self::Path { path, fact } => write!(f, "{path}: {fact}"),
            Self::Registry { key, name, value } => write!(f, r"{key}\{name} = {value}"),
            Self::Answer { of, text } => write!(f, "{of}: {text}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::both;

    #[test]
    fn each_fact_is_reported_once_with_all_repairs() {
        let of = |check, finding: Finding| Finding { check, ..finding };
        let line = |number| Evidence::line("/f", number, "GOROOT=/x");
        let found = vec![
            of("a", Finding::error(both("1"), both("")).about("GOROOT").shown_by([line(1)]).command("x")),
            of("a", Finding::error(both("2"), both("")).about("GOROOT").shown_by([line(2)])),
            of(
                "b",
                Finding::warning(both("3"), both(""))
                    .about("GOROOT")
                    .shown_by([line(1), line(3)])
                    .commands(["x", "y"]),
            ),
            of("c", Finding::warning(both("4"), both("")).about("GOPROXY")),
            of(
                "d",
                Finding { fact: Fact::Summary, ..Finding::note(both("5"), both("")).shown_by([line(2)]) },
            ),
            of(
                "d",
                Finding { fact: Fact::Summary, ..Finding::note(both("6"), both("")).shown_by([line(9)]) },
            ),
        ];
        let merged = merged(found);
        let whats: Vec<&str> = merged.iter().map(|finding| finding.what.en.as_str()).collect();
        assert_eq!(whats, ["1", "2", "4", "6"]);
        assert_eq!(merged[0].evidence, [line(1), line(3)]);
        assert_eq!(merged[0].fix.commands, ["x", "y"]);
    }

    #[test]
    fn a_variable_is_shown_without_its_secrets() {
        let variable = |name: &str, value: &str| Evidence::Variable {
            name: name.to_owned(),
            value: value.to_owned(),
            set_in: None,
        };
        let shown = |name, value| {
            let finding = Finding::note(both(""), both("")).shown_by([variable(name, value)]);
            finding.evidence[0].to_string()
        };
        assert_eq!(shown("GOAUTH", "/opt/helper s3cret"), "GOAUTH=/opt/helper ***");
        assert_eq!(shown("HTTPS_PROXY", "ann:s3cret@proxy:8080"), "HTTPS_PROXY=***@proxy:8080");
        assert_eq!(shown("NPM_TOKEN", "s3cret"), "NPM_TOKEN=***");
        assert_eq!(shown("GOFLAGS", "-mod=mod"), "GOFLAGS=-mod=mod");
    }

    #[test]
    fn what_follows_from_a_fact_is_not_reported_beside_it() {
        let of = |check, finding: Finding| Finding { check, ..finding };
        let follows = || Fact::FollowsFrom("proxy".to_owned());
        let answer = Evidence::answer("a.example", "no answer");
        let set = Evidence::path("/f", "sets it");
        let follower = Finding { fact: follows(), ..Finding::error(both("1"), both("")) };
        let follower = of("a", follower.shown_by([answer.clone(), set]).command("gover doctor b"));
        let cause = of("b", Finding::error(both("2"), both("")).about("proxy"));
        let both = merged(vec![follower.clone(), cause]);
        assert_eq!(both.len(), 1, "{both:?}");
        assert_eq!((both[0].what.en.as_str(), &both[0].evidence), ("2", &vec![answer]));
        assert_eq!(both[0].fix.commands, [""; 0]);
        // Without its cause it leads there, and once if several checks find it.
        let twice = merged(vec![follower.clone(), of("c", follower)]);
        assert_eq!((twice.len(), twice[0].fix.commands.len()), (1, 1));
    }
}
