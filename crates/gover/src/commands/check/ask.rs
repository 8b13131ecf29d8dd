//! Asks the first `go` on PATH about itself, as a script would.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::thread;
use std::time::Duration;

use gover_core::Env;
use gover_core::env::{split_paths, vars};
use gover_sys::exec::{self, Ended, Limits};

/// What `go env` and `go tool compile -V` print.
pub(super) struct Go {
    /// Without experiments: `go1.22.5`.
    pub(super) version: String,
    pub(super) goroot: PathBuf,
    /// Where `go install` puts programs; `None` if neither GOBIN nor GOPATH is known.
    pub(super) gobin: Option<PathBuf>,
    /// The version that the compiler reports, or why it reports none.
    pub(super) compiler: Result<String, Refused>,
}

/// Why a `go` command failed.
#[derive(Debug)]
pub(super) struct Refused {
    pub(super) what: String,
    /// The hint of gover's shim.
    pub(super) hint: Option<String>,
}

/// Runs both commands at once, because starting them takes most of the time.
pub(super) fn ask(program: &Path, env: &Env) -> Result<Go, Refused> {
    let (settings, compiler) = thread::scope(|scope| {
        let compiler = scope.spawn(|| run((program, env), &["tool", "compile", "-V"]));
        let settings = run((program, env), &[&["env"][..], &NAMES].concat());
        (settings, compiler.join())
    });
    let settings = settings?;
    let lines: Vec<&str> = settings.lines().map(|line| line.trim_end_matches('\r')).collect();
    let [version, goroot, gobin, gopath] = lines.as_slice() else {
        return Err(Refused::new("`go env` did not print one line for each variable"));
    };
    let version = match *version {
        // Go before 1.16 does not have the variable.
        "" => third_word(&run((program, env), &["version"])?),
        version => first_word(version),
    };
    let gobin = match *gobin {
        "" => split_paths(gopath).first().filter(|path| path.is_absolute()).map(|path| path.join("bin")),
        gobin => Some(gobin.into()),
    };
    let compiler = compiler
        .unwrap_or_else(|_| Err(Refused::new("the output of `go tool compile -V` could not be read")));
    Ok(Go { version, goroot: goroot.into(), gobin, compiler: compiler.map(|text| third_word(&text)) })
}

/// Runs it without network: the shim must not install a toolchain, and Go must not download one.
fn run((program, env): (&Path, &Env), arguments: &[&str]) -> Result<String, Refused> {
    let mut command: Command = exec::command(program);
    command.envs(env.changes().iter().map(|(name, value)| (name, value)));
    command.args(arguments).env(vars::GOVER_OFFLINE, "1").env(vars::GOPROXY, "off");
    let shown = format!("`go {}`", arguments.join(" "));
    match exec::output_within(&mut command, b"", LIMITS) {
        Ok(Ended::ByItself(output)) if output.status.success() => {
            Ok(String::from_utf8_lossy(&output.stdout).into_owned())
        }
        Ok(Ended::ByItself(output)) => Err(Refused::by(&output, &shown)),
        Ok(Ended::TooLong) => Err(Refused::new(format!(
            "{shown} did not end within {} seconds and was stopped",
            LIMITS.time.as_secs()
        ))),
        Ok(Ended::TooMuch) => Err(Refused::new(format!("{shown} printed too much"))),
        Err(error) => Err(Refused::new(format!("cannot execute: {error}"))),
    }
}

impl Refused {
    fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), hint: None }
    }

    /// The first message of the program itself.
    fn by(output: &Output, shown: &str) -> Self {
        let text = String::from_utf8_lossy(&output.stderr);
        let hint = text.lines().find_map(|line| line.strip_prefix("hint: ")).map(str::to_owned);
        let first = text.lines().map(str::trim).find(|line| !line.is_empty());
        let what = first.map_or_else(
            || format!("{shown} failed"),
            |line| {
                ["gover: ", "go: "].iter().find_map(|own| line.strip_prefix(own)).unwrap_or(line).to_owned()
            },
        );
        Self { what, hint }
    }
}

fn first_word(text: &str) -> String {
    text.split_whitespace().next().unwrap_or_default().to_owned()
}

/// `go version go1.22.5 linux/amd64` and `compile version go1.22.5` have it third.
fn third_word(text: &str) -> String {
    text.split_whitespace().nth(2).unwrap_or_default().to_owned()
}

const NAMES: [&str; 4] = ["GOVERSION", "GOROOT", vars::GOBIN, vars::GOPATH];

const LIMITS: Limits = Limits { time: Duration::from_secs(10), output: 1 << 16 };
