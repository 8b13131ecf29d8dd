//! What a line only says: comments, and text that `echo` or a makefile prints for people.

use gover_project::FileKind;

/// Takes what is only said out of the lines of one file, in their order.
#[derive(Default)]
pub(super) struct Said {
    kind: Option<FileKind>,
    /// Whether the line before ends within a command that prints.
    is_open: bool,
    /// Whether the lines are a variable of a makefile that holds its help.
    in_help: bool,
}

impl Said {
    pub(super) fn of(kind: Option<FileKind>) -> Self {
        Self { kind, ..Self::default() }
    }

    /// The rest of a line.
    pub(super) fn without<'l>(&mut self, line: &'l str) -> Vec<&'l str> {
        let trimmed = line.trim();
        if self.in_help {
            self.in_help = trimmed != "endef";
            return Vec::new();
        }
        if trimmed.trim_start_matches(['@', '-', '+']).starts_with('#') {
            return Vec::new();
        }
        if self.kind == Some(FileKind::Makefile) {
            self.in_help = trimmed.strip_prefix("define ").is_some_and(is_help);
            if self.in_help || PRINTING.iter().any(|function| trimmed.starts_with(function)) {
                return Vec::new();
            }
        }
        let line = uncommented(line);
        let commands = commands(line);
        let last = commands.len().saturating_sub(1);
        let mut left = Vec::new();
        let mut is_open = self.is_open;
        for (index, (command, is_piped)) in commands.into_iter().enumerate() {
            let is_said = (prints(command) || (index == 0 && is_open)) && !is_piped && !writes(command);
            if index == last {
                self.is_open = is_said && line.trim_end().ends_with('\\');
            }
            is_open = false;
            if !is_said {
                left.push(command);
            }
        }
        // What no command prints stays as it is, so that one command may go on in the next line.
        if left.len() == last + 1 { vec![line] } else { left }
    }
}

fn is_help(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.contains("help") || name.contains("usage")
}

/// A line up to a comment that follows a space.
fn uncommented(line: &str) -> &str {
    let mut quote = None;
    let mut before = ' ';
    for (at, c) in line.char_indices() {
        match c {
            '#' if quote.is_none() && before.is_whitespace() => return line.get(..at).unwrap_or(line),
            '"' | '\'' if quote.is_none() => quote = Some(c),
            _ if quote == Some(c) => quote = None,
            _ => {}
        }
        before = c;
    }
    line
}

/// The commands of a line, each with whether another one reads what it prints.
fn commands(line: &str) -> Vec<(&str, bool)> {
    let (mut commands, mut quote, mut start) = (Vec::new(), None, 0);
    let mut characters = line.char_indices().peekable();
    while let Some((at, c)) = characters.next() {
        match c {
            '\\' => drop(characters.next()),
            '"' | '\'' if quote.is_none() => quote = Some(c),
            _ if quote == Some(c) => quote = None,
            ';' | '|' | '&' if quote.is_none() => {
                let is_double = characters.next_if(|(_, next)| *next == c).is_some();
                // `>&2` is no end.
                if c == '&' && !is_double && line.get(..at).is_some_and(|before| before.ends_with('>')) {
                    continue;
                }
                commands.push((line.get(start..at).unwrap_or_default(), c == '|' && !is_double));
                start = at + if is_double { 2 } else { 1 };
            }
            _ => {}
        }
    }
    commands.push((line.get(start..).unwrap_or_default(), false));
    commands
}

/// Whether a command is `echo` or `printf`, perhaps behind the keyword of its file.
fn prints(command: &str) -> bool {
    let mut words =
        command.split_whitespace().map(|word| word.trim_start_matches(['@', '-', '+', '"', '\'', '[']));
    let first = words.find(|word| {
        !word.is_empty() && !word.ends_with(':') && !KEYWORDS.contains(word) && !word.starts_with("--")
    });
    first.is_some_and(|word| matches!(word.trim_end_matches(['"', '\'', ',']), "echo" | "printf"))
}

/// Whether it prints into a file. Standard error is none.
fn writes(command: &str) -> bool {
    let mut quote = None;
    for (at, c) in command.char_indices() {
        match c {
            '"' | '\'' if quote.is_none() => quote = Some(c),
            _ if quote == Some(c) => quote = None,
            '>' if quote.is_none() => {
                let behind = command.get(at + 1..).unwrap_or_default().trim_start();
                if !behind.starts_with(['&']) && !behind.starts_with("/dev/") {
                    return true;
                }
            }
            _ => {}
        }
    }
    false
}

/// What may stand before a command.
const KEYWORDS: [&str; 6] = ["RUN", "then", "else", "do", "{", "("];

/// Functions of make that print.
const PRINTING: [&str; 3] = ["$(info ", "$(warning ", "$(error "];

#[cfg(test)]
mod tests {
    use super::*;

    fn left(kind: FileKind, text: &str) -> Vec<String> {
        let mut said = Said::of(Some(kind));
        text.lines().flat_map(|line| said.without(line)).map(|part| part.trim().to_owned()).collect()
    }

    #[test]
    fn only_what_is_printed_for_people_is_left_out() {
        use FileKind::{Dockerfile, Makefile, Yaml};
        for (kind, text, rest) in [
            (Makefile, "\t@echo 'a; b' && go vet ./...", vec!["go vet ./..."]),
            (Makefile, "\techo a >&2; printf 'x|y' 1>&2", vec![]),
            (Makefile, "\techo a \\\n\t  b c\n\tgo vet", vec!["go vet"]),
            (Makefile, "define HELP\ngo vet\nendef\ngo fix", vec!["go fix"]),
            (Makefile, "define build\ngo vet\nendef", vec!["define build", "go vet", "endef"]),
            (Makefile, "$(info go vet)\nx: ## go vet", vec!["x:"]),
            (Yaml, "  - run: echo go vet # why", vec![]),
            (Yaml, "  - run: echo A=b >> $GITHUB_ENV", vec!["- run: echo A=b >> $GITHUB_ENV"]),
            (Yaml, "  - echo A=b | tee -a x", vec!["- echo A=b | tee -a x"]),
            (Dockerfile, "RUN echo a && go vet", vec!["go vet"]),
            (Dockerfile, "RUN [\"echo\", \"a\"]", vec![]),
            (Makefile, "\tgo vet -x='a#b' \\", vec!["go vet -x='a#b' \\"]),
        ] {
            assert_eq!(left(kind, text), rest, "{text}");
        }
    }
}
