//! The stages of a Dockerfile, and the go commands that each runs.

use std::collections::BTreeMap;

use gover_project::{Instruction, instructions};

pub(super) struct Stage<'t> {
    /// The image in lower case, with the arguments above it replaced.
    image: String,
    name: Option<String>,
    /// The stage that it continues.
    parent: Option<usize>,
    pub(super) from: Instruction<'t>,
    pub(super) steps: Vec<Instruction<'t>>,
}

pub(super) struct Stages<'t>(pub(super) Vec<Stage<'t>>);

/// The C library of an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Libc {
    Musl,
    Glibc,
    /// No dynamic program starts there.
    None,
}

impl<'t> Stages<'t> {
    pub(super) fn read(text: &'t str) -> Self {
        let (mut stages, mut arguments): (Vec<Stage<'t>>, BTreeMap<String, String>) = Default::default();
        for instruction in instructions(text) {
            if instruction.name == "FROM" {
                let stage = Stage::of(instruction, &arguments, &stages);
                stages.push(stage);
            } else if let Some(stage) = stages.last_mut() {
                stage.steps.push(instruction);
            } else {
                arguments.extend(assignments(&instruction));
            }
        }
        Self(stages)
    }

    /// The stage that `COPY --from` names.
    pub(super) fn named(&self, name: &str) -> Option<usize> {
        let is_it =
            |stage: &Stage<'_>| stage.name.as_deref().is_some_and(|known| known.eq_ignore_ascii_case(name));
        self.0.iter().rposition(is_it).or_else(|| name.parse().ok().filter(|at| *at < self.0.len()))
    }

    /// A stage after those that it continues.
    fn chain(&self, at: usize) -> Vec<&Stage<'t>> {
        let mut chain: Vec<&Stage<'t>> =
            std::iter::successors(self.0.get(at), |stage| self.0.get(stage.parent?)).collect();
        chain.reverse();
        chain
    }

    pub(super) fn image(&self, at: usize) -> &str {
        self.chain(at).first().map_or("", |stage| stage.image.as_str())
    }

    pub(super) fn libc(&self, at: usize) -> Option<Libc> {
        libc(self.image(at))
    }

    /// Every step that a stage has, also of those that it continues.
    pub(super) fn steps(&self, at: usize) -> impl Iterator<Item = &Instruction<'t>> {
        self.chain(at).into_iter().flat_map(|stage| &stage.steps)
    }

    /// The words of RUN in a stage, up to a line.
    pub(super) fn ran(&self, at: usize, until: usize) -> Vec<&'t str> {
        let runs = self.steps(at).filter(|step| step.name == "RUN");
        let lines = runs.flat_map(|step| step.parts.iter().chain(&step.documents));
        lines
            .filter(|(line, _)| *line <= until)
            .flat_map(|(_, text)| text.split_whitespace())
            .map(bare)
            .collect()
    }

    /// The go commands of a stage itself, with the variables that the instructions above set.
    pub(super) fn go_commands(&self, at: usize) -> Vec<GoCommand<'t>> {
        let own = self.0.get(at).map_or(0, |stage| stage.from.line);
        let (mut variables, mut written, mut found) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
        for step in self.steps(at) {
            match step.name.as_str() {
                "ENV" | "ARG" => variables.extend(assignments(step)),
                "RUN" => found.extend(go_commands(step, &variables, &mut written)),
                _ => {}
            }
        }
        found.retain(|command: &GoCommand<'_>| command.line > own);
        found
    }
}

impl<'t> Stage<'t> {
    fn of(from: Instruction<'t>, arguments: &BTreeMap<String, String>, before: &[Stage<'t>]) -> Self {
        let words: Vec<&str> = from.words().filter(|word| !word.starts_with("--")).collect();
        let image = expanded(words.first().copied().unwrap_or_default(), arguments).to_ascii_lowercase();
        let name = words.get(1).filter(|word| word.eq_ignore_ascii_case("as")).and(words.get(2));
        let is_it =
            |stage: &Stage<'_>| stage.name.as_deref().is_some_and(|name| name.eq_ignore_ascii_case(&image));
        let (parent, name) = (before.iter().rposition(is_it), name.map(|name| (*name).to_owned()));
        Self { image, name, parent, from, steps: Vec::new() }
    }
}

fn libc(image: &str) -> Option<Libc> {
    let image = image.split('@').next().unwrap_or(image);
    let (directory, last) = image.rsplit_once('/').unwrap_or(("", image));
    let (name, tag) = last.split_once(':').unwrap_or((last, ""));
    let is_empty = last == "scratch"
        || name == "static"
        || (directory.ends_with("distroless") && name.starts_with("static"));
    match name {
        _ if is_empty => Some(Libc::None),
        "alpine" => Some(Libc::Musl),
        _ if tag.contains("alpine") => Some(Libc::Musl),
        "golang" | "buildpack-deps" if tag.contains("windows") || tag.contains("nanoserver") => None,
        "golang" | "buildpack-deps" | "debian" | "ubuntu" => Some(Libc::Glibc),
        _ => None,
    }
}

/// Whether it is one of the usual images of a name, which are known to have a compiler or not.
pub(super) fn is_named(image: &str, names: &[&str]) -> bool {
    let image = image.split('@').next().unwrap_or(image);
    let last = image.rsplit('/').next().unwrap_or(image);
    names.contains(&last.split(':').next().unwrap_or(last))
}

/// A go command in a RUN.
pub(super) struct GoCommand<'t> {
    pub(super) line: usize,
    /// `build` or `mod`.
    pub(super) verb: &'t str,
    pub(super) arguments: Vec<&'t str>,
    variables: BTreeMap<String, String>,
}

impl GoCommand<'_> {
    pub(super) fn variable(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str)
    }

    pub(super) fn has(&self, argument: &str) -> bool {
        self.arguments.iter().any(|word| *word == argument || word.split('=').next() == Some(argument))
    }

    /// Whether it uses modules.
    pub(super) fn fetches(&self) -> bool {
        self.builds()
            || (self.verb == "mod"
                && self.arguments.iter().any(|word| matches!(*word, "download" | "vendor")))
    }

    pub(super) fn builds(&self) -> bool {
        matches!(self.verb, "build" | "install" | "run" | "test" | "vet")
    }
}

/// `written` is what `go env -w` wrote, which applies where no variable is set.
fn go_commands<'t>(
    step: &Instruction<'t>,
    outer: &BTreeMap<String, String>,
    written: &mut BTreeMap<String, String>,
) -> Vec<GoCommand<'t>> {
    let mut exported = outer.clone();
    let mut found = Vec::new();
    for command in commands(step) {
        let go = command.iter().position(|(_, word)| matches!(word.rsplit('/').next(), Some("go")));
        let before = command.get(..go.unwrap_or(command.len())).unwrap_or_default();
        let set = || before.iter().filter_map(|(_, word)| pair(word));
        let Some(at) = go else {
            if before.first().is_some_and(|(_, word)| *word == "export") {
                exported.extend(set());
            }
            continue;
        };
        let mut variables = written.clone();
        variables.extend(exported.clone());
        variables.extend(set());
        let behind = command.get(at + 1..).unwrap_or_default();
        let verb = behind.iter().position(|(_, word)| !word.starts_with('-')).unwrap_or(0);
        let Some((line, verb_word)) = behind.get(verb) else { continue };
        let arguments: Vec<&str> =
            behind.iter().enumerate().filter(|(at, _)| *at != verb).map(|(_, (_, word))| *word).collect();
        write(verb_word, &arguments, written);
        found.push(GoCommand { line: *line, verb: verb_word, arguments, variables });
    }
    found
}

/// `go env -w NAME=value` and `go env -u NAME`.
fn write(verb: &str, arguments: &[&str], written: &mut BTreeMap<String, String>) {
    match arguments {
        ["-w" | "--w", pairs @ ..] if verb == "env" => {
            written.extend(pairs.iter().filter_map(|word| pair(word)));
        }
        ["-u" | "--u", names @ ..] if verb == "env" => {
            written.retain(|name, _| !names.contains(&name.as_str()));
        }
        _ => {}
    }
}

/// The commands of a RUN, as words with their lines and without quotation marks.
fn commands<'t>(step: &Instruction<'t>) -> Vec<Vec<(usize, &'t str)>> {
    let mut commands = vec![Vec::new()];
    let mut add = |line: usize, text: &'t str| {
        for token in text.split_whitespace() {
            let word = bare(token);
            if matches!(token, "&&" | "||" | "|" | "&" | ";") {
                commands.push(Vec::new());
                continue;
            }
            if let Some(command) = commands.last_mut().filter(|_| !word.is_empty()) {
                command.push((line, word));
            }
            if token.ends_with(';') {
                commands.push(Vec::new());
            }
        }
        commands.len()
    };
    for (line, text) in &step.parts {
        add(*line, text);
    }
    for (line, text) in &step.documents {
        add(*line, "&&");
        add(*line, text);
    }
    commands
}

fn bare(word: &str) -> &str {
    word.trim_matches(['"', '\'', '[', ']', ',', '(', ')', ';'])
}

fn pair(word: &str) -> Option<(String, String)> {
    let (name, value) = word.split_once('=')?;
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte == b'_' || byte.is_ascii_alphanumeric());
    is_name.then(|| (name.to_owned(), bare(value).to_owned()))
}

/// What ENV and ARG set. An ARG without a value may be given one, so it is `$`.
fn assignments(step: &Instruction<'_>) -> BTreeMap<String, String> {
    let words: Vec<&str> = step.words().collect();
    match (step.name.as_str(), words.as_slice()) {
        ("ENV", [name, value]) if !name.contains('=') => {
            BTreeMap::from([((*name).to_owned(), bare(value).to_owned())])
        }
        ("ENV", words) => words.iter().filter_map(|word| pair(word)).collect(),
        ("ARG", words) => {
            let argument = |word: &&str| pair(word).unwrap_or_else(|| ((*word).to_owned(), "$".to_owned()));
            words.iter().map(argument).collect()
        }
        _ => BTreeMap::new(),
    }
}

/// `$NAME`, `${NAME}` and `${NAME:-default}` replaced.
fn expanded(text: &str, arguments: &BTreeMap<String, String>) -> String {
    let mut expanded = String::new();
    let mut rest = bare(text);
    while let Some((before, after)) = rest.split_once('$') {
        expanded.push_str(before);
        let (name, behind) = match after.strip_prefix('{').and_then(|inner| inner.split_once('}')) {
            Some(parts) => parts,
            None => after.split_at(
                after.find(|c: char| c != '_' && !c.is_ascii_alphanumeric()).unwrap_or(after.len()),
            ),
        };
        let (name, default) = name.split_once(":-").unwrap_or((name, ""));
        expanded.push_str(arguments.get(name).map_or(default, String::as_str));
        rest = behind;
    }
    expanded + rest
}
