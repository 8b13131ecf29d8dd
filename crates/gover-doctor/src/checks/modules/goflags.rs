//! GOFLAGS that break or weaken every go command. `hijack` reports those that replace programs.

use crate::checks::module_file::ModuleFile;
use crate::checks::words;
use crate::{Check, Finding, Severity, Snapshot, Words, scope, text};

pub(super) const CHECK: Check = Check {
    name: "goflags",
    summary: text!(
        en "GOFLAGS breaks or changes every build",
        zh "GOFLAGS 让每次构建都失败，或者改变了每次构建",
    ),
    symptom: text!(
        en "`go: parsing $GOFLAGS: non-flag \"mod=mod\"`, `go: flag needs an argument: -ldflags (from \
            $GOFLAGS)`, `go: inconsistent vendoring in …` in a project without `vendor`, or `go: -insecure \
            flag is no longer supported; use GOINSECURE instead`.",
        zh "`go: parsing $GOFLAGS: non-flag \"mod=mod\"`、`go: flag needs an argument: -ldflags (from \
            $GOFLAGS)`、没有 `vendor` 的项目报 `go: inconsistent vendoring in …`，或者 `go: -insecure flag \
            is no longer supported; use GOINSECURE instead`。",
    ),
    cause: text!(
        en "GOFLAGS was set for one project, in a startup file or with `go env -w`, and applies to all.",
        zh "GOFLAGS 本来是为某个项目设的，但写在启动文件里或用了 `go env -w`，于是对所有项目都生效。",
    ),
    repair: text!(
        en "`--fix` removes the wrong flags from the file of `go env -w`, and the variable if it holds \
            nothing else. Otherwise the command that sets the remaining flags is shown.",
        zh "`--fix` 从 `go env -w` 的文件里去掉不对的选项；如果变量里没有别的内容，也去掉变量。其他情况，\
            gover 列出命令，只设置剩下的选项。",
    ),
    scope: scope::anywhere,
    run,
};

fn run(snapshot: &Snapshot<'_>) -> Vec<Finding> {
    let Some(value) = snapshot.go_setting("GOFLAGS") else { return Vec::new() };
    let words = match words::split(&value) {
        Ok(words) => words,
        Err(quote) => {
            let what = text!(en "GOFLAGS has an unclosed {quote}", zh "GOFLAGS 里的 {quote} 没有配对", quote = quote);
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

const EVERY_COMMAND_FAILS: Words<&str> = text!(
    en "every go command except `go env` fails with `go: parsing $GOFLAGS`",
    zh "除了 `go env`，所有 go 命令都会报 `go: parsing $GOFLAGS`",
);

struct Fault {
    severity: Severity,
    what: Words,
    why: Words<&'static str>,
    drop: Vec<String>,
}

fn error(flag: &str, problem: impl Into<Words>, why: Words<&'static str>) -> Fault {
    let what = text!(
        en "GOFLAGS has `{flag}`{problem}",
        zh "GOFLAGS 里的 `{flag}` {problem}",
        flag = flag, problem = problem.into(),
    );
    Fault { severity: Severity::Error, what, why, drop: vec![flag.to_owned()] }
}

fn malformed(words: &[String]) -> Option<Fault> {
    let is_flag = |word: &str| {
        let name = word.strip_prefix("--").or_else(|| word.strip_prefix('-'));
        name.is_some_and(|name| !name.is_empty() && !name.starts_with(['-', '=']))
    };
    let drop: Vec<String> = words.iter().filter(|word| !is_flag(word)).cloned().collect();
    let what = text!(
        en "GOFLAGS contains `{word}`, which is not a flag",
        zh "GOFLAGS 里的 `{word}` 不是选项",
        word = drop.first()?,
    );
    Some(Fault { severity: Severity::Error, what, why: EVERY_COMMAND_FAILS, drop })
}

/// `-ldflags -w`: in GOFLAGS a flag and its argument are one word.
fn without_argument(words: &[String]) -> Option<Fault> {
    let flag =
        words.iter().find(|word| !word.contains('=') && WITH_ARGUMENT.concat().contains(&name(word)))?;
    let problem =
        text!(en " without its argument, which must follow `=`", zh "缺少参数，参数要写在 `=` 后面");
    let why = text!(
        en "every command that has the flag fails with `go: flag needs an argument`",
        zh "有这个选项的命令都会报 `go: flag needs an argument`",
    );
    Some(error(flag, problem, why))
}

fn insecure(words: &[String]) -> Option<Fault> {
    let flag = words.iter().find(|word| name(word) == "insecure")?;
    let why = text!(
        en "with Go before 1.16 others can replace modules in transit; later versions reject the flag",
        zh "用 Go 1.16 之前的版本时，模块在传输途中可能被人替换；以后的版本不接受这个选项",
    );
    let problem = text!(en ", which lets an old Go download without TLS", zh "会让旧的 Go 不用 TLS 下载");
    Some(error(flag, problem, why))
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
    let problem = text!(
        en ", and {directory} has no vendor directory",
        zh "要求有 vendor 目录，而 {directory} 里没有",
        directory = snapshot.short(&directory),
    );
    let why = text!(
        en "every build of a module with dependencies fails with `go: inconsistent vendoring`",
        zh "有依赖的模块每次构建都报 `go: inconsistent vendoring`",
    );
    Some(error(flag, problem, why))
}

fn workspace(snapshot: &Snapshot<'_>, words: &[String]) -> Option<Fault> {
    let flag = words.iter().rev().find(|word| name(word) == "mod" && word.ends_with("=mod"))?;
    let problem = text!(
        en ", which the workspace {workspace} does not allow",
        zh "在工作区 {workspace} 里不允许使用",
        workspace = snapshot.short(&snapshot.go_work()?),
    );
    let why = text!(
        en "go fails with `-mod may only be set to readonly or vendor when in workspace mode`",
        zh "go 会报 `-mod may only be set to readonly or vendor when in workspace mode`",
    );
    Some(error(flag, problem, why))
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
        what: text!(
            en "GOFLAGS has `{first}` and `{last}`, and only the last applies",
            zh "GOFLAGS 里有 `{first}` 和 `{last}`，只有后一个起作用",
            first = first, last = last,
        ),
        why: text!(en "the others have no effect", zh "其余的不起作用"),
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
