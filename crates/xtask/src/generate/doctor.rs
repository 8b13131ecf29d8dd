//! docs/doctor.md: one heading per check, from what each check says of itself.

use std::fmt::Write as _;

use gover_doctor::{Check, GROUPS};

/// The page.
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
}

const INTRODUCTION: &str = "\
`gover doctor` looks for what goes wrong around Go on a machine, shows where it shows, says why it hurts, and repairs what belongs
to you alone.

```console
$ gover doctor                     all checks; exit code 1 if anything is worse than a note
$ gover doctor goproxy goroot-set  some of them
$ gover doctor --offline           without asking anybody on the network
$ gover doctor --fix               shows each change as a diff and asks; --yes does not ask
$ gover doctor --undo              puts back every byte that the last --fix changed
$ gover doctor --json              the same as data ([json.md](reference/json.md#doctor))
```

An **error** does not work or is not safe. A **warning** works now, or for some projects, and will surprise. A **note** is worth
knowing, and nothing has to be done. What is changed was kept before, below `GOVER_HOME/doctor`; a file that has changed since is
not put back. Nothing of the machine is ever changed: for that the commands are printed.";
