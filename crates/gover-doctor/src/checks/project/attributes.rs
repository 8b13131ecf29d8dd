//! Which line ends git gives a file of a checkout, by the rules of gitattributes(5).

use crate::checks::pattern::glob;
use crate::{Evidence, MachinePath, Snapshot};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LineEnds {
    Lf,
    Crlf,
}

/// The line that decides, and what it says.
pub(super) struct Decision {
    pub(super) file: MachinePath,
    pub(super) evidence: Evidence,
    pub(super) ends: LineEnds,
}

/// Attributes of one path while lines are read. Each later line wins.
#[derive(Default)]
struct State {
    decision: Option<Decision>,
    /// Whether `-text` or `binary` switches the conversion off.
    is_binary: bool,
}

/// What decides about the file `name` in the working directory or, if it is above, where it is.
/// `None` if no line does, so that git's settings apply.
pub(super) fn decision(snapshot: &Snapshot<'_>, name: &str) -> Option<Decision> {
    let root = snapshot.repository().or_else(|| snapshot.nearest(".gitattributes")?.parent())?;
    let path = snapshot.nearest(name).filter(|path| path.is_inside(&root));
    let path = path.unwrap_or_else(|| snapshot.directory.join(name));
    let mut state = State::default();
    let directories: Vec<MachinePath> =
        path.ancestors().skip(1).take_while(|directory| directory.is_inside(&root)).collect();
    // The nearest file is read last, and the one of this clone after it.
    for directory in directories.iter().rev() {
        state.read(snapshot, &directory.join(".gitattributes"), directory, &path);
    }
    state.read(snapshot, &root.join(".git/info/attributes"), &root, &path);
    state.decision.filter(|_| !state.is_binary)
}

impl State {
    fn read(&mut self, snapshot: &Snapshot<'_>, file: &MachinePath, base: &MachinePath, path: &MachinePath) {
        let Some(text) = snapshot.text(file) else { return };
        let key = path.key();
        let relative = key.strip_prefix(&base.key()).unwrap_or(&key).trim_start_matches('/').to_owned();
        for (number, line) in (1..).zip(text.lines()) {
            let mut words = line.split_whitespace();
            let Some(pattern) = words.next().filter(|pattern| !pattern.starts_with('#')) else { continue };
            if !matches(pattern.trim_matches('"'), &relative) {
                continue;
            }
            for word in words {
                self.apply(word, || Decision {
                    file: file.clone(),
                    evidence: Evidence::line(file, number, line),
                    ends: LineEnds::Lf,
                });
            }
        }
    }

    fn apply(&mut self, attribute: &str, decision: impl Fn() -> Decision) {
        match attribute {
            "eol=lf" => self.decision = Some(decision()),
            "eol=crlf" => self.decision = Some(Decision { ends: LineEnds::Crlf, ..decision() }),
            "-eol" | "!eol" => self.decision = None,
            "-text" | "binary" => self.is_binary = true,
            "text" | "!text" => self.is_binary = false,
            _ if attribute.starts_with("text=") => self.is_binary = false,
            // Another value has no meaning.
            _ if attribute.starts_with("eol=") => self.decision = None,
            _ => {}
        }
    }
}

/// Whether a pattern names a path, both relative to the directory of the file with the pattern. A
/// pattern without a slash names a file in any directory.
fn matches(pattern: &str, path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    match pattern.strip_prefix('/') {
        Some(anchored) => glob(anchored, path),
        None if pattern.contains('/') => glob(pattern, path),
        None => glob(pattern, name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Machine;

    #[test]
    fn patterns_name_paths_as_in_git() {
        for (pattern, path) in [
            ("*", "go.mod"),
            ("*.go", "a/b/main.go"),
            ("go.*", "go.sum"),
            ("go.mo?", "x/go.mod"),
            ("/go.mod", "go.mod"),
            ("api/*.go", "api/x.go"),
            ("**/go.mod", "a/b/go.mod"),
            ("**/go.mod", "go.mod"),
        ] {
            assert!(matches(pattern, path), "{pattern} {path}");
        }
        for (pattern, path) in
            [("*.go", "go.mod"), ("/go.mod", "a/go.mod"), ("api/*.go", "api/x/y.go"), ("go.mo?", "go.mo")]
        {
            assert!(!matches(pattern, path), "{pattern} {path}");
        }
    }

    #[test]
    fn the_last_line_of_the_nearest_file_wins() {
        let machine = Machine::linux().directory("~/shop/.git").directory("~/shop/api").at("~/shop/api");
        let decided = |machine: &Machine| {
            machine.snapshot(|snapshot| {
                decision(snapshot, "main.go").map(|found| (found.ends, found.evidence.to_string()))
            })
        };
        let crlf = |line: &str| Some((LineEnds::Crlf, format!("/home/ann/shop/{line}")));
        let lf = |line: &str| Some((LineEnds::Lf, format!("/home/ann/shop/{line}")));
        for (text, expected) in [
            ("*.go eol=lf\n* eol=crlf\n", crlf(".gitattributes:2: * eol=crlf")),
            ("* eol=crlf\n*.go text eol=lf\n", lf(".gitattributes:2: *.go text eol=lf")),
            ("* eol=crlf\n*.go -text\n", None),
            ("*.go binary\n*.go text eol=crlf\n", crlf(".gitattributes:2: *.go text eol=crlf")),
            ("* eol=crlf\n*.go !eol\n", None),
            ("# * eol=crlf\n/*.go eol=crlf\n", None),
        ] {
            assert_eq!(decided(&machine.clone().file("~/shop/.gitattributes", text)), expected, "{text}");
        }
        let nested = machine
            .file("~/shop/.gitattributes", "*.go eol=crlf\n")
            .file("~/shop/api/.gitattributes", "*.go eol=lf\n");
        assert_eq!(decided(&nested), lf("api/.gitattributes:1: *.go eol=lf"));
        let local = nested.file("~/shop/.git/info/attributes", "*.go eol=crlf\n");
        assert_eq!(decided(&local), crlf(".git/info/attributes:1: *.go eol=crlf"));
    }
}
