//! Many problems at once: found, fixed, and every byte restored.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use gover_test::{TestContext, context};

use crate::scene;

/// Messy startup files and settings, and a project with line ends of Windows.
const PLANTED: &[(&str, &str)] = &[
    ("home/.zshrc", "export GOROOT=/usr/lib/go-1.11\n"),
    (
        "home/.config/go/env",
        "GO111MODULE=off\nGOFLAGS=-insecure\r\nGOOS=plan9\nGOARCH=mips\nGOTOOLCHAIN=local\nthis is no line\n\
         GOROOT=/opt/x\nGOSUMDB=off\nGONOSUMDB=*\nGOBIN=bin\nGOPATH=relative\nGOCACHE=cache\n\
         GOPROXY=https://proxy.example.com\n",
    ),
    ("shop/go.mod", "module m\r\n\r\ngo 1.21\r\n"),
    ("shop/go.sum", "a v1 h1:x=\r\n"),
    ("shop/.go-version", "1.91.2\r\n"),
];

/// The lines after gover's own in the startup file of this shell.
const STARTUP: &str = "export GOROOT=/opt/old-go\n\
    export PATH=$HOME/.gover/bin:$PATH\n\
    [[ -s \"$HOME/.gvm/scripts/gvm\" ]] && source \"$HOME/.gvm/scripts/gvm\"\n";

fn planted() -> TestContext {
    let mut ctx = context!();
    ctx.install_fake("go1.91.2");
    ctx.set("SHELL", "/bin/bash").set("GOVER_SHELL", "bash");
    for name in ["GOPROXY", "GOSUMDB"] {
        ctx.unset(name);
    }
    fs::write(ctx.home().join(".bashrc"), "# mine\n").unwrap();
    ctx.gover(["default", "1.91.2"]).success();
    ctx.gover(["setup"]).success();
    let bashrc = ctx.home().join(".bashrc");
    let set_up = fs::read_to_string(&bashrc).unwrap();
    fs::write(&bashrc, format!("{set_up}{STARTUP}")).unwrap();
    for (path, content) in PLANTED {
        let path = ctx.root().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    ctx
}

/// Every file that belongs to the user or the project, with its content.
fn files(ctx: &TestContext) -> BTreeMap<PathBuf, Vec<u8>> {
    let below = |root: PathBuf| {
        scene::files(&root).into_iter().map(move |(name, content)| (root.join(name), content))
    };
    below(ctx.home()).chain(below(ctx.work())).collect()
}

#[test]
fn twenty_problems_are_fixed_and_undo_restores_every_byte() {
    let ctx = planted();
    let before = files(&ctx);
    let found = ctx.gover(["doctor", "--offline", "--json"]);
    let findings = found.exits(1).json()["findings"].as_array().unwrap().len();
    assert!(findings >= 20, "{findings}\n{found}");

    let repaired = ctx.gover(["doctor", "--offline", "--fix", "--yes"]);
    assert!(repaired.success().stderr.contains("`gover doctor --undo` undoes all of them"), "{repaired}");
    let after = ctx.gover(["doctor", "--offline", "--json"]);
    let left = after.success().json();
    let severities: Vec<_> =
        left["findings"].as_array().unwrap().iter().map(|finding| finding["severity"].clone()).collect();
    assert!(severities.iter().all(|severity| severity == "note"), "{after}");
    let changed = files(&ctx);
    let places: Vec<&Path> = PLANTED.iter().map(|(path, _)| Path::new(path)).collect();
    for place in places {
        let path = ctx.root().join(place);
        assert_ne!(changed.get(&path), before.get(&path), "{}", path.display());
    }

    let undone = ctx.gover(["doctor", "--undo"]);
    undone.success();
    assert_eq!(undone.stderr.matches("restored ").count(), PLANTED.len() + 1, "{undone}");
    assert!(files(&ctx) == before, "not every byte came back");
    ctx.gover(["doctor", "--undo"]).exits(1);
}
