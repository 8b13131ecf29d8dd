//! GOFLAGS that break or weaken every go command. `hijack` reports those that replace programs.

use crate::checks::module_file::ModuleFile;
use crate::checks::words;
use crate::{Check, Finding, Severity, Snapshot, scope};

pub(super) const CHECK: Check = Check {
    name: "goflags",
    summary: crate::Words::english("GOFLAGS breaks or changes every build"),
    symptom: crate::Words::english(
        "`go: parsing $GOFLAGS: non-flag \"mod=mod\"`, `go: flag needs an argument: -ldflags (from \
            $GOFLAGS)`, `go: inconsistent vendoring in …` in a project without `vendor`, or `go: -insecure \
            flag is no longer supported; use GOINSECURE instead`.",
    ),
    cause: crate::Words::english(
        "GOFLAGS was set for one project, in a startup file or with `go env -w`, and applies to all.",
    ),
    repair: crate::Words::english(
        "`--fix` removes the wrong flags from the file of `go env -w`, and the variable if it holds \
            nothing else. Otherwise the command that sets the remaining flags is shown.",
    ),
    scope: scope::anywhere,
    run,
};

fn run(snapshot: &Snapshot<'_>) -> Vec<Finding> {
    let Some(value) = snapshot.go_setting("GOFLAGS") else { return Vec::new() };
    let words = match words::split(&value) {
        Ok(words) => words,
        Err(quote) => {
            let what = format!("GOFLAGS has an unclosed {quote}");
            return vec![drop_flags(snapshot, Finding::error(what, EVERY_COMMAND_FAILS), &[])];
        }
    };
    let found = [
        malformed(&words),
        without_argument(&words),
        insecure(&words),
        vendor(snapshot, &words),
        workspace(snapshot, &words),
        contradiction(&words),
    ];
    let finding = |Fault { severity, what, why, drop }| {
        let left: Vec<&str> = words.iter().filter(|word| !drop.contains(word)).map(String::as_str).collect();
        drop_flags(snapshot, Finding::new(severity, what, why), &left)
    };
    found.into_iter().flatten().map(finding).collect()
}

const EVERY_COMMAND_FAILS: &str = "every go command except `go env` fails with `go: parsing $GOFLAGS`";

struct Fault {
    severity: Severity,
    what: String,
    why: &'static str,
    drop: Vec<String>,
}

fn error(flag: &str, problem: &str, why: &'static str) -> Fault {
    let what = format!("GOFLAGS has `{flag}`{problem}");
    Fault { severity: Severity::Error, what, why, drop: vec![flag.to_owned()] }
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
    let flag =
        words.iter().find(|word| !word.contains('=') && WITH_ARGUMENT.concat().contains(&name(word)))?;
    let problem = " without its argument, which must follow `=`";
    Some(error(flag, problem, "every command that has the flag fails with `go: flag needs an argument`"))
}

fn insecure(words: &[String]) -> Option<Fault> {
    let flag = words.iter().find(|word| name(word) == "insecure")?;
    let why = "with Go before 1.16 others can replace modules in transit; later versions reject the flag";
    Some(error(flag, ", which lets an old Go download without TLS", why))
}

fn vendor(snapshot: &Snapshot<'_>, words: &[String]) -> Option<Fault> {
    let flag = last(words, "mod")?;
    let go_mod = snapshot.nearest("go.mod")?;
    let directory = go_mod.parent()?;
    let has_vendor = snapshot.is_directory(&directory.join("vendor"));
    // A module without dependencies builds without it.
    let needs_others =
        || ModuleFile::read(snapshot, go_mod).is_some_and(|module| !module.required.is_empty());
    if !flag.ends_with("=vendor") || has_vendor || snapshot.go_work().is_some() || !needs_others() {
        return None;
    }
    let problem = format!(", and {} has no vendor directory", snapshot.short(&directory));
    let why = "every build of a module with dependencies fails with `go: inconsistent vendoring`";
    Some(error(flag, &problem, why))
}

fn workspace(snapshot: &Snapshot<'_>, words: &[String]) -> Option<Fault> {
    let flag = words.iter().rev().find(|word| name(word) == "mod" && word.ends_with("=mod"))?;
    let problem = format!(", which the workspace {} does not allow", snapshot.short(&snapshot.go_work()?));
    let why = "go fails with `-mod may only be set to readonly or vendor when in workspace mode`";
    Some(error(flag, &problem, why))
}

fn contradiction(words: &[String]) -> Option<Fault> {
    let differs = |(at, word): &(usize, &String)| {
        SINGLE.contains(&name(word))
            && words[at + 1..].iter().any(|later| name(later) == name(word) && later != *word)
    };
    let (_, first) = words.iter().enumerate().find(differs)?;
    let last = last(words, name(first))?;
    Some(Fault {
        severity: Severity::Warning,
        what: format!("GOFLAGS has `{first}` and `{last}`, and only the last applies"),
        why: "the others have no effect",
        drop: words.iter().filter(|word| name(word) == name(first) && *word != last).cloned().collect(),
    })
}

pub(super) fn name(flag: &str) -> &str {
    let flag = flag.strip_prefix("--").or_else(|| flag.strip_prefix('-')).unwrap_or(flag);
    flag.split('=').next().unwrap_or(flag)
}

/// The last of the flags with that name, which is the one that applies.
fn last<'a>(words: &'a [String], flag: &str) -> Option<&'a String> {
    words.iter().rev().find(|word| name(word) == flag)
}

pub(super) fn drop_flags(snapshot: &Snapshot<'_>, finding: Finding, left: &[&str]) -> Finding {
    let left = (!left.is_empty()).then(|| words::join(left));
    snapshot.corrected(finding.shown_by(snapshot.setting_evidence("GOFLAGS")), "GOFLAGS", left.as_deref())
}

/// Build flags that always have an argument (`go help build`): for the tools, and others.
const WITH_ARGUMENT: [&[&str]; 2] = [
    &["asmflags", "compiler", "gccgoflags", "gcflags", "installsuffix", "ldflags", "toolexec"],
    &["buildmode", "mod", "modfile", "overlay", "p", "pgo", "pkgdir", "tags"],
];

/// Flags of which only the last applies. `-gcflags` and the like apply per package.
const SINGLE: &[&str] = &["buildmode", "buildvcs", "mod", "modfile", "tags", "toolexec", "trimpath"];

#[cfg(test)]
mod tests;
