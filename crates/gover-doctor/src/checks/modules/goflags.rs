//! GOFLAGS that break or subvert every go command.

use super::module_file;
use crate::checks::words;
use crate::{Check, Evidence, Finding, Severity, Snapshot};

pub(super) const CHECK: Check = Check {
    name: "goflags",
    summary: "GOFLAGS breaks, changes or subverts every build",
    symptom: "`go: parsing $GOFLAGS: non-flag \"mod=mod\"`, `go: flag needs an argument: -ldflags (from \
            $GOFLAGS)`, `go: inconsistent vendoring in …` in a project without `vendor`, or `go: -insecure \
            flag is no longer supported; use GOINSECURE instead`.",
    cause: "GOFLAGS was set for one project, in a startup file or with `go env -w`, and applies to all. \
            `-toolexec` lets a program replace the compiler; anyone who can set it controls what you build.",
    repair: "`--fix` removes the wrong flags from the file of `go env -w`, and the variable if it holds \
            nothing else. Otherwise the command that sets the remaining flags is shown.",
    run,
};

fn run(snapshot: &Snapshot<'_>) -> Vec<Finding> {
    let Some(value) = snapshot.go_setting("GOFLAGS") else { return Vec::new() };
    let words = match words::split(&value) {
        Ok(words) => words,
        Err(quote) => {
            let what = format!("GOFLAGS has an unclosed {quote}");
            let finding = Finding::error(what, EVERY_COMMAND_FAILS);
            return vec![drop_flags(snapshot, finding, &[], |_| true)];
        }
    };
    let found = [
        malformed(&words),
        without_argument(&words),
        toolexec(&words),
        insecure(&words),
        vendor(snapshot, &words),
        workspace(snapshot, &words),
        contradiction(&words),
    ];
    found
        .into_iter()
        .flatten()
        .map(|Fault { severity, what, why, drop }| {
            let finding = Finding::new(severity, what, why);
            drop_flags(snapshot, finding, &words, |word| drop.contains(word))
        })
        .collect()
}

const EVERY_COMMAND_FAILS: &str = "every go command except `go env` fails with `go: parsing $GOFLAGS`";

struct Fault {
    severity: Severity,
    what: String,
    why: &'static str,
    drop: Vec<String>,
}

fn malformed(words: &[String]) -> Option<Fault> {
    let is_flag = |word: &str| {
        let name = word.strip_prefix("--").or_else(|| word.strip_prefix('-'));
        name.is_some_and(|name| !name.is_empty() && !name.starts_with(['-', '=']))
    };
    let drop: Vec<String> = words.iter().filter(|word| !is_flag(word)).cloned().collect();
    let what = format!("GOFLAGS contains `{}`, which is not a flag", drop.first()?);
    Some(Fault { severity: Severity::Error, what, why: EVERY_COMMAND_FAILS, drop })
}

/// `-ldflags -w`: in GOFLAGS a flag and its argument are one word.
fn without_argument(words: &[String]) -> Option<Fault> {
    let flag = words.iter().find(|word| {
        let name = name(word);
        !word.contains('=') && WITH_ARGUMENT.contains(&name)
    })?;
    Some(Fault {
        severity: Severity::Error,
        what: format!("GOFLAGS has `{flag}` without its argument, which must follow `=`"),
        why: "every command that has the flag fails with `go: flag needs an argument`",
        drop: vec![flag.clone()],
    })
}

fn toolexec(words: &[String]) -> Option<Fault> {
    let flag = words.iter().find(|word| name(word) == "toolexec" && word.contains('='))?;
    Some(Fault {
        severity: Severity::Error,
        what: format!("GOFLAGS has `{flag}`, which runs another program in place of the compiler and linker"),
        why: "that program sees and can change everything you build, in every project",
        drop: vec![flag.clone()],
    })
}

fn insecure(words: &[String]) -> Option<Fault> {
    let flag = words.iter().find(|word| name(word) == "insecure")?;
    Some(Fault {
        severity: Severity::Error,
        what: format!("GOFLAGS has `{flag}`, which lets an old Go download without TLS"),
        why: "with Go before 1.16 others can replace modules in transit; later versions reject the flag",
        drop: vec![flag.clone()],
    })
}

fn vendor(snapshot: &Snapshot<'_>, words: &[String]) -> Option<Fault> {
    // The last one applies.
    let flag = words.iter().rev().find(|word| name(word) == "mod")?;
    let go_mod = snapshot.nearest("go.mod")?;
    let directory = go_mod.parent()?;
    let vendor = directory.join("vendor");
    let has_vendor = snapshot.is_directory(&vendor);
    // A module without dependencies builds without it.
    let needs_others =
        || snapshot.text(&go_mod).is_some_and(|text| !module_file::read(&text).required.is_empty());
    if flag.ends_with("=vendor") && !has_vendor && snapshot.go_work().is_none() && needs_others() {
        let directory = snapshot.short(&directory);
        return Some(Fault {
            severity: Severity::Error,
            what: format!("GOFLAGS has `{flag}`, and {directory} has no vendor directory"),
            why: "every build of a module with dependencies fails with `go: inconsistent vendoring`",
            drop: vec![flag.clone()],
        });
    }
    None
}

fn workspace(snapshot: &Snapshot<'_>, words: &[String]) -> Option<Fault> {
    let flag = words.iter().rev().find(|word| name(word) == "mod" && word.ends_with("=mod"))?;
    let work = snapshot.go_work()?;
    Some(Fault {
        severity: Severity::Error,
        what: format!("GOFLAGS has `{flag}`, which the workspace {} does not allow", snapshot.short(&work)),
        why: "go fails with `-mod may only be set to readonly or vendor when in workspace mode`",
        drop: vec![flag.clone()],
    })
}

fn contradiction(words: &[String]) -> Option<Fault> {
    let differs = |(at, word): &(usize, &String)| {
        SINGLE.contains(&name(word))
            && words[at + 1..].iter().any(|later| name(later) == name(word) && later != *word)
    };
    let (_, first) = words.iter().enumerate().find(differs)?;
    let last = words.iter().rev().find(|word| name(word) == name(first))?;
    Some(Fault {
        severity: Severity::Warning,
        what: format!("GOFLAGS has `{first}` and `{last}`, and only the last applies"),
        why: "the others have no effect",
        drop: words.iter().filter(|word| name(word) == name(first) && *word != last).cloned().collect(),
    })
}

fn name(flag: &str) -> &str {
    let flag = flag.strip_prefix("--").or_else(|| flag.strip_prefix('-')).unwrap_or(flag);
    flag.split('=').next().unwrap_or(flag)
}

fn drop_flags(
    snapshot: &Snapshot<'_>,
    finding: Finding,
    words: &[String],
    at_fault: impl Fn(&String) -> bool,
) -> Finding {
    let evidence: Vec<Evidence> = snapshot.go_setting_evidence("GOFLAGS");
    let finding = finding.shown_by(evidence).shown_by(snapshot.startup_evidence("GOFLAGS"));
    let left: Vec<&str> =
        words.iter().filter(|word| !at_fault(word)).map(std::string::String::as_str).collect();
    let left = (!left.is_empty()).then(|| words::join(&left));
    snapshot.corrected(finding, "GOFLAGS", left.as_deref())
}

/// Build flags that always have an argument (`go help build`).
const WITH_ARGUMENT: &[&str] = &[
    "asmflags",
    "buildmode",
    "compiler",
    "gccgoflags",
    "gcflags",
    "installsuffix",
    "ldflags",
    "mod",
    "modfile",
    "overlay",
    "p",
    "pgo",
    "pkgdir",
    "tags",
    "toolexec",
];

/// Flags of which only the last applies. `-gcflags` and the like apply per package.
const SINGLE: &[&str] = &["buildmode", "buildvcs", "mod", "modfile", "tags", "toolexec", "trimpath"];

#[cfg(test)]
mod tests;
