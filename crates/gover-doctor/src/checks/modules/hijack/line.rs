//! What a line of a file of the project does to builds.

use gover_project::FileKind;

use super::said::Said;

/// Something in a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Hit {
    /// A flag of the go command, without dashes and value. If it `lasts`, each command has it.
    Flag { name: &'static str, lasts: bool },
    /// A variable with its value.
    Variable(&'static str, String),
}

/// Reads the lines of one file in their order.
pub(super) struct Lines {
    kind: Option<FileKind>,
    said: Said,
    /// Whether the line before ends within a go command.
    is_open: bool,
}

impl Lines {
    /// `kind`: `None` for files that set variables, such as `.env`.
    pub(super) fn of(kind: Option<FileKind>) -> Self {
        Self { kind, said: Said::of(kind), is_open: false }
    }

    pub(super) fn read(&mut self, line: &str) -> Vec<Hit> {
        self.said.without(line).into_iter().flat_map(|part| self.read_part(part)).collect()
    }

    fn read_part(&mut self, line: &str) -> Vec<Hit> {
        let mut hits: Vec<Hit> = Vec::new();
        for name in VARIABLES {
            hits.extend(self.values(line, name).map(|value| Hit::Variable(name, value.to_owned())));
        }
        let lasting: Vec<Hit> = hits.iter().flat_map(of_variable).collect();
        hits.extend(lasting);
        for name in self.flags(line) {
            if !hits.iter().any(|hit| matches!(hit, Hit::Flag { name: known, .. } if *known == name)) {
                hits.push(Hit::Flag { name, lasts: false });
            }
        }
        hits
    }

    /// What a line gives to a variable, in any of the languages.
    fn values<'l>(&self, line: &'l str, name: &'static str) -> impl Iterator<Item = &'l str> {
        let places: Vec<usize> = line.match_indices(name).map(|(at, _)| at).collect();
        let value = |at: usize| self.value(line.get(..at)?, line.get(at + name.len()..)?);
        places.into_iter().filter_map(value).collect::<Vec<_>>().into_iter()
    }

    fn value<'l>(&self, before: &str, after: &'l str) -> Option<&'l str> {
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '$' | '{' | '(');
        if before.ends_with(is_part) {
            return None;
        }
        let quote = before.chars().next_back().filter(|c| matches!(c, '"' | '\''));
        // `"GOFLAGS=-a -b"` is one word.
        if let (Some(quote), Some(rest)) = (quote, after.strip_prefix('=')) {
            return rest.split(quote).next();
        }
        let after = after.trim_start_matches(['"', '\'']);
        let is_legacy = self.kind == Some(FileKind::Dockerfile) && before.trim_start().starts_with("ENV");
        let spaced = after.trim_start();
        // `NAME = value` sets nothing in a shell, but in a makefile and as `$env:NAME` in PowerShell.
        let may_have_space = !self.is_shell() || before.ends_with(':');
        let behind = [":=", "::=", "?=", "+=", "="].iter().find_map(|sign| spaced.strip_prefix(sign));
        let behind = behind.filter(|_| spaced.len() == after.len() || may_have_space);
        let (value, is_mapping) = match (behind, spaced.strip_prefix(": ")) {
            (Some(value), _) => (value, false),
            (None, Some(value)) => (value, true),
            (None, None) if is_legacy && after.starts_with(' ') => (after, true),
            (None, None) => return None,
        };
        let value = value.trim_start_matches(' ');
        if let Some(quote) = value.chars().next().filter(|c| matches!(c, '"' | '\'')) {
            return value.get(1..)?.split(quote).next();
        }
        if is_mapping || self.is_whole(before) {
            return Some(value.split(" #").next().unwrap_or(value).trim_end());
        }
        value.split([' ', '\t', ';', '&', '|', ')', '`', '"', '\'']).next()
    }

    fn is_shell(&self) -> bool {
        matches!(self.kind, None | Some(FileKind::Dockerfile | FileKind::Yaml))
    }

    /// Whether what is before a name leaves the rest of the line to its value.
    fn is_whole(&self, before: &str) -> bool {
        match self.kind {
            Some(FileKind::Makefile) => {
                !before.starts_with(['\t', ' ']) && matches!(before.trim(), "" | "export" | "override")
            }
            None => before.trim().is_empty(),
            _ => false,
        }
    }

    /// The flags of go commands in a line, and those that only the go command has.
    pub(super) fn flags(&mut self, line: &str) -> Vec<&'static str> {
        let (mut names, mut command) = (Vec::new(), if self.is_open { Command::Go } else { Command::Other });
        for token in line.split_whitespace() {
            let word = token.trim_matches(['"', '\'', '`', ',', '[', ']', ';']);
            command = command.next(word);
            if let Some(name) = flag(word).filter(|name| command == Command::Go || UNIQUE.contains(name)) {
                names.push(name);
            }
            if matches!(token, "&&" | "||" | "|" | "&") || token.ends_with(';') {
                command = Command::Other;
            }
        }
        self.is_open = command == Command::Go && line.trim_end().ends_with('\\');
        names
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Command {
    Other,
    /// `go`, and no verb yet.
    Name,
    Go,
    /// What follows belongs to the program that `go run` starts.
    Run,
}

impl Command {
    fn next(self, word: &str) -> Self {
        match self {
            Self::Other if is_go(word) => Self::Name,
            Self::Name if VERBS.contains(&word) => Self::Go,
            Self::Name if word.starts_with('-') => Self::Name,
            Self::Name => Self::Other,
            Self::Go if is_package(word) => Self::Run,
            Self::Run | Self::Other | Self::Go => self,
        }
    }
}

/// Packages come after the flags.
fn is_package(word: &str) -> bool {
    !word.starts_with('-') && (word.starts_with("./") || word == "." || word.strip_suffix(".go").is_some())
}

fn is_go(word: &str) -> bool {
    let word = word.trim_start_matches(['@', '-', '+']);
    let name = word.rsplit(['/', '\\']).next().unwrap_or(word);
    matches!(name, "go" | "go.exe" | "$(GO)" | "${GO}" | "$GO" | "{{go}}")
}

/// The name of a flag that this check knows.
pub(super) fn flag(word: &str) -> Option<&'static str> {
    let name = word.strip_prefix("--").or_else(|| word.strip_prefix('-'))?.split('=').next()?;
    super::FLAGS.iter().map(|flag| flag.name).find(|known| *known == name)
}

/// The flags in a value of GOFLAGS.
pub(super) fn of_variable(hit: &Hit) -> Vec<Hit> {
    let Hit::Variable("GOFLAGS", value) = hit else { return Vec::new() };
    let words = value.split_whitespace().map(|word| word.trim_matches(['"', '\'', '\\']));
    words.filter_map(flag).map(|name| Hit::Flag { name, lasts: true }).collect()
}

/// Flags that no other program has.
const UNIQUE: [&str; 2] = ["toolexec", "vettool"];
const VERBS: [&str; 8] = ["build", "install", "run", "test", "vet", "list", "generate", "fix"];

/// Variables that this check knows.
pub(super) const VARIABLES: [&str; 6] =
    ["GOFLAGS", "GOCACHEPROG", "GOSUMDB", "GONOSUMDB", "GOPRIVATE", "GOINSECURE"];
