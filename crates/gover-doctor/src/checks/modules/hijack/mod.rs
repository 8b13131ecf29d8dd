//! Settings, files and directories that let another program take part in each build.

mod line;
mod path_entries;
mod project;
mod rights;
#[cfg(test)]
mod tests;

use super::goflags;
use crate::checks::words;
use crate::{Check, Evidence, Finding, Severity, Snapshot, scope};

pub(super) const CHECK: Check = Check {
    name: "hijack",
    summary: crate::Words::english(
        "a setting, a file of the project or a directory lets another program take part in builds",
    ),
    symptom: crate::Words::english(
        "Nothing, which is why it is dangerous. Or a build differs from the sources: `go build` compiles \
            files that are not in the repository, or `go test` starts a program that nobody called.",
    ),
    cause: crate::Words::english(
        "`-toolexec`, `-overlay`, `-exec` or `-vettool` in GOFLAGS, and GOCACHEPROG, put another program or \
            other sources into each build. They may be set for this user, or in a workflow, a Dockerfile, a \
            makefile, `.env`, `.envrc` or `.vscode` of the project, and so may GOSUMDB=off. Other users may write to a \
            directory that is on PATH before gover's. Or PATH has an empty entry or `.`, which mean the \
            directory that you are in.",
    ),
    repair: crate::Words::english(
        "`--fix` removes the flags from the file of `go env -w`. Files of the project are shared, so it shows \
            their lines: ask who needs them, and give such a flag on the command line instead. For directories, \
            it shows the `chmod` that takes the right to write from others.",
    ),
    scope: scope::anywhere,
    run,
};

fn run(snapshot: &Snapshot<'_>) -> Vec<Finding> {
    let settings = flags(snapshot).into_iter().chain(cache_program(snapshot));
    settings
        .chain(project::findings(snapshot))
        .chain(rights::findings(snapshot))
        .chain(path_entries::findings(snapshot))
        .collect()
}

/// The flags in GOFLAGS of this user.
fn flags(snapshot: &Snapshot<'_>) -> Vec<Finding> {
    let words = snapshot.go_setting("GOFLAGS").and_then(|value| words::split(&value).ok());
    let words = words.unwrap_or_default();
    let found = words.iter().filter_map(|word| {
        let flag = FLAGS.iter().find(|flag| word.contains('=') && goflags::name(word) == flag.name)?;
        let what = format!("GOFLAGS has `{word}`, which {}", flag.effect);
        let left: Vec<&str> = words.iter().filter(|known| *known != word).map(String::as_str).collect();
        Some(goflags::drop_flags(snapshot, Finding::new(flag.severity, what, flag.why), &left))
    });
    found.collect()
}

struct Flag {
    name: &'static str,
    /// If each build has it.
    severity: Severity,
    /// The end of a sentence.
    effect: &'static str,
    why: &'static str,
}

const FLAGS: [Flag; 4] = [
    Flag {
        name: "toolexec",
        severity: Severity::Error,
        effect: "runs another program in place of the compiler and linker",
        why: "that program sees and can change everything that is built with it",
    },
    Flag {
        name: "overlay",
        severity: Severity::Error,
        effect: "replaces source files by others",
        why: "the program is not built from the files that you see",
    },
    Flag {
        name: "exec",
        severity: Severity::Warning,
        effect: "runs programs and tests through another program",
        why: "`go run` and `go test` start that program first, with your rights",
    },
    Flag {
        name: "vettool",
        severity: Severity::Warning,
        effect: "runs another program in place of `go vet`",
        why: "`go vet` starts that program, with your rights",
    },
];

/// GOCACHEPROG of this user. Companies use it to share a build cache.
fn cache_program(snapshot: &Snapshot<'_>) -> Option<Finding> {
    let value = snapshot.go_setting("GOCACHEPROG")?;
    let words = words::split(&value).ok()?;
    let name = words.first()?;
    let evidence = snapshot.setting_evidence("GOCACHEPROG");
    let Some(program) = snapshot.program(name) else {
        let what = format!("GOCACHEPROG names `{name}`, which does not exist");
        let finding = Finding::error(what, "every build fails, since go cannot start it").shown_by(evidence);
        return Some(snapshot.corrected(finding, "GOCACHEPROG", None));
    };
    let what = format!("GOCACHEPROG lets {program} answer for the build cache");
    Some(Finding::note(what, CACHE_PROGRAM).shown_by(evidence).shown_by([Evidence::path(&program, "exists")]))
}

const CACHE_PROGRAM: &str = "that program can change the result of every build, so you must trust it";
