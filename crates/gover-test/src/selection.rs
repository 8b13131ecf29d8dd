//! The cases of `tests/fixtures/resolve`, which gover-core, the shim and `gover which` must all
//! answer alike.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::context::write_below;

/// A tree, an environment, a call and the expected answer; see `tests/fixtures/resolve/README.md`.
#[derive(Clone, Debug, Default)]
pub struct SelectionCase {
    pub name: String,
    pub installed: Vec<String>,
    pub files: Vec<(String, String)>,
    pub env: Vec<(String, String)>,
    /// The version of a Go outside gover on PATH.
    pub path: Option<String>,
    pub cwd: String,
    /// The name the shim is called by.
    pub called: String,
    pub args: Vec<String>,
    /// As in `go1.22.5 default raised go.mod`, `missing 1.22 default`, `nothing`, `error WORDS`.
    pub expect: String,
}

impl SelectionCase {
    pub fn all() -> Vec<Self> {
        let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/resolve");
        let mut files: Vec<PathBuf> = fs::read_dir(directory)
            .expect("the fixtures are there")
            .map(|entry| entry.expect("a directory entry").path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "txt"))
            .collect();
        files.sort();
        files.iter().flat_map(|file| Self::read(file)).collect()
    }

    fn read(file: &Path) -> Vec<Self> {
        let text = fs::read_to_string(file).expect("a fixture can be read").replace("\r\n", "\n");
        text.split("\n\n").filter(|block| !block.trim().is_empty()).map(Self::parse).collect()
    }

    fn parse(block: &str) -> Self {
        let mut case = Self { cwd: ".".to_owned(), called: "go".to_owned(), ..Self::default() };
        for line in block.lines() {
            let (key, value) = line.split_once(' ').unwrap_or((line, ""));
            let words = || value.split(' ').map(str::to_owned).collect();
            match key {
                "#" => value.clone_into(&mut case.name),
                "installed" => case.installed = words(),
                "file" => {
                    let (path, content) = value.split_once(' ').expect("a file has a content");
                    let content = content.replace("\\n", "\n").replace("\\r", "\r").replace("\\t", "\t");
                    case.files.push((path.to_owned(), content));
                }
                "env" => {
                    let (name, value) = value.split_once('=').expect("a variable has a value");
                    case.env.push((name.to_owned(), value.to_owned()));
                }
                "path" => case.path = Some(value.to_owned()),
                "cwd" => value.clone_into(&mut case.cwd),
                "called" => value.clone_into(&mut case.called),
                "args" => case.args = words(),
                "expect" => value.clone_into(&mut case.expect),
                _ => panic!("unknown line in a selection case: {line}"),
            }
        }
        assert!(!case.expect.is_empty(), "a case without expectation: {}", case.name);
        case
    }

    /// Makes the tree below `root`, with gover's home at `root/home`, and returns the variables to
    /// set. Toolchains get empty programs unless `program` provides a real one.
    pub fn lay_out(&self, root: &Path, program: Option<&Path>) -> BTreeMap<String, String> {
        let home = root.join("home");
        for name in &self.installed {
            toolchain(&home.join("versions").join(name), name, program);
        }
        let outside = root.join("outside");
        if let Some(version) = &self.path {
            toolchain(&outside, version, program);
        }
        for (path, content) in &self.files {
            let path = match path.strip_prefix("$HOME/") {
                Some(below) => home.join(below),
                None => root.join(path),
            };
            write_below(&path, content);
        }
        fs::create_dir_all(root.join(&self.cwd)).expect("a directory is made");
        let text = |path: PathBuf| path.to_str().expect("temporary paths are text").to_owned();
        let mut variables = BTreeMap::from([
            ("GOVER_HOME".to_owned(), text(home)),
            ("GOENV".to_owned(), "off".to_owned()),
            ("TMPDIR".to_owned(), text(root.join("tmp"))),
            ("PATH".to_owned(), text(outside.join("bin"))),
            ("GOVER_AUTO_INSTALL".to_owned(), "0".to_owned()),
        ]);
        let root = text(root.to_owned());
        variables.extend(self.env.iter().map(|(name, value)| (name.clone(), value.replace("$ROOT", &root))));
        variables
    }
}

fn toolchain(goroot: &Path, version: &str, program: Option<&Path>) {
    write_below(&goroot.join("VERSION"), format!("{version}\ntime 2024-01-01T00:00:00Z\n"));
    if !version.starts_with("go1.20") && !version.starts_with("go1.19") {
        write_below(&goroot.join("go.env"), "GOTOOLCHAIN=auto\n");
    }
    fs::create_dir_all(goroot.join("bin")).expect("a directory is made");
    for name in ["go", "gofmt"] {
        let target = goroot.join("bin").join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
        match program {
            Some(program) => drop(fs::copy(program, target).expect("the program is copied")),
            None => write_below(&target, ""),
        }
    }
}
