//! docs/doctor.md: one heading per check, from what each check says of itself.

use std::fmt::Write as _;

use gover_doctor::{Check, GROUPS, myths};

use crate::links::anchor;

pub(super) fn page() -> String {
    let mut page = super::heading("gover doctor", "crates/gover-doctor/src/checks", INTRODUCTION);
    for group in GROUPS {
        let _ = write!(page, "\n## {}\n\n| Check | Looks for |\n|---|---|\n", group.title);
        for check in group.checks {
            let _ = writeln!(page, "| [{0}](#{0}) | {1} |", check.name, check.summary);
        }
        for check in group.checks {
            push(&mut page, check);
        }
    }
    page
}

fn push(page: &mut String, check: &Check) {
    let _ = write!(page, "\n### {}\n", check.name);
    let parts = [("What you see", check.symptom), ("Cause", check.cause), ("Repair", check.repair)];
    for (title, text) in parts {
        let _ = write!(page, "\n**{title}:** {text}\n");
    }
    let myths: Vec<String> =
        myths::about(check.name).map(|myth| format!("[\"{myth}\"](myths.md#{})", anchor(myth))).collect();
    if !myths.is_empty() {
        let _ = write!(page, "\n**Myth:** {}\n", myths.join(", "));
    }
}

const INTRODUCTION: &str = "\
`gover doctor` finds problems with Go on this machine. It shows the evidence, explains what each problem leads to, and repairs
what only you own.

```console
$ gover doctor                     # run all checks; exit code 1 if anything is worse than a note
$ gover doctor goproxy goroot-set  # run some of them
$ gover doctor --offline           # do not use the network
$ gover doctor --fix               # show each change as a diff and ask; --yes does not ask
$ gover doctor -v                  # print all evidence, and the text of each check below
$ gover doctor --undo              # restore every byte that the last --fix changed
$ gover doctor --json              # print data ([json.md](reference/json.md#doctor))
$ gover doctor --list              # list the checks; gover help CHECK explains one, --list -v all
$ gover doctor --skip clock,gopath # leave checks out
$ gover doctor --fail-on error     # exit with 1 only for errors
$ gover doctor --baseline old.json # show only what is not in old.json, which --json printed
$ gover doctor --format github     # mark lines in a workflow of GitHub; sarif is for code scanning
$ gover doctor --report r.html     # write a report to hand on
```

An **error** does not work or is not safe. A **warning** works now, or only for some projects, and may surprise you later. A
**note** is good to know; nothing has to be done. Before `--fix` changes something, it keeps a copy below `GOVER_HOME/doctor`.
`--undo` does not restore a file that has changed since. gover never changes files and settings of the machine: it prints the
commands for that.

A check that has nothing to examine here is **not applicable**. One that needs something that was not asked is **not run**, such as
the network with `--offline`. The last line counts only checks that examined something; `-v` and `--json` name the others.

## A report to hand on

```console
$ gover doctor --report report.html         # one page for a browser; it loads nothing
$ gover doctor --report report.md           # Markdown, for an issue or a chat
$ gover doctor --report report.json         # data
$ gover doctor --report - --offline         # print Markdown, without using the network
$ gover doctor --report r.html --anonymous  # leave out names
```

The report has the machine, every `go` on PATH with what put it there, each setting with its origin, toolchains with their
proofs, programs of `go install`, the problems with evidence and repairs, and what became of each check. Problems that
one repair ends are shown together. The form is named by the end of the file's name; [json.md](reference/json.md#doctor---report)
describes the data. The exit code is the same as without `--report`.

Passwords and tokens are replaced by `***`, and the home directory by `~`. Commands keep whole paths, so that they can be pasted.
`--anonymous` also replaces:

| What | By |
|---|---|
| names of users | `user` |
| names of this machine | `this-machine` |
| servers, unless many people use them, such as github.com | `host-1`, `host-2`; the same server has the same number |
| what GOPRIVATE names on a public server, such as github.com/acme | `private-1` |
| the repository or working directory, and those above it | `PROJECT`, `PROJECT/..` |

Names of other directories and files stay. Read the report before you hand it on.

gover replaces an earlier report of the same name, or an empty file, and nothing else. A directory that does not exist is an error.";
