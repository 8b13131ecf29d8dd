//! What the file of `go env -w` sets, and lines that go does not read as intended.

use std::collections::BTreeSet;

use gover_core::text::decode;

use crate::snapshot::go_env::GoEnvLine;
use crate::{Change, Check, Evidence, Fact, Finding, Severity, Snapshot, Words, scope, text};

pub(super) const CHECK: Check = Check {
    name: "goenv-file",
    summary: text!(
        en "lines of the file of `go env -w` that go ignores or misreads, and what it sets",
        zh "`go env -w` 的文件里 go 忽略或读错的行，以及文件里设了什么",
    ),
    symptom: text!(
        en "A setting in the file (`go env GOENV` prints its path) has no effect, or go rejects a value \
            that looks right: `invalid GOTOOLCHAIN \"local\\r\"`, `invalid proxy URL scheme`.",
        zh "文件（`go env GOENV` 显示它的路径）里的设置不起作用，或者看着没错的值 go 不接受：`invalid \
            GOTOOLCHAIN \"local\\r\"`、`invalid proxy URL scheme`。",
    ),
    cause: text!(
        en "The file was edited by hand or copied from Windows. go reads each line literally. It silently \
            ignores lines that begin with `export`, spaces, lower-case letters or a byte order mark; a \
            carriage return, a trailing space and quotation marks become part of the value.",
        zh "文件手工编辑过，或者是从 Windows 复制来的。go 逐字读取每一行：以 `export`、空格、小写字母或字节\
            序标记（BOM）开头的行会不声不响地忽略；回车符、行尾的空格和引号则成了值的一部分。",
    ),
    repair: text!(
        en "`--fix` comments out lines that go ignores and cleans the values of the others. `go env -u NAME` \
            removes a setting; `go env -changed` shows all that differ from the default.",
        zh "`--fix` 注释掉 go 忽略的行，并清理其余各行的值。`go env -u NAME` 去掉一项设置，`go env \
            -changed` 列出所有与默认值不同的设置。",
    ),
    scope: scope::anywhere,
    run,
};

fn run(snapshot: &Snapshot<'_>) -> Vec<Finding> {
    if let Some(finding) = unreadable(snapshot).or_else(|| foreign_encoding(snapshot)) {
        return vec![finding];
    }
    let of_names = [ineffective(snapshot, UNKNOWN), ineffective(snapshot, UNREAD), overriding(snapshot)];
    faulty(snapshot).into_iter().chain(of_names.into_iter().flatten()).collect()
}

fn unreadable(snapshot: &Snapshot<'_>) -> Option<Finding> {
    let path = snapshot.go_env.path.as_ref().filter(|_| snapshot.go_env.is_unreadable)?;
    let what = text!(en "you may not read {file}", zh "你没有权限读取 {file}", file = snapshot.short(path));
    let why = text!(en "go silently ignores every setting in it", zh "里面的设置 go 会全部忽略，而且不提示");
    let finding = Finding::warning(what, why).shown_by([Evidence::path(path, "permission denied")]);
    Some(finding.command(snapshot.readable_again(path)))
}

/// `echo GOPROXY=direct > env` in Windows `PowerShell` writes UTF-16.
fn foreign_encoding(snapshot: &Snapshot<'_>) -> Option<Finding> {
    let (path, content) = (snapshot.go_env.path.clone()?, snapshot.go_env.content.clone()?);
    if !content.contains(&0) {
        return None;
    }
    // Without a byte order mark it is little-endian, as on every machine that runs Windows.
    let is_marked = content.starts_with(b"\xfe\xff") || content.starts_with(b"\xff\xfe");
    let mark: &[u8] = if is_marked { b"" } else { b"\xff\xfe" };
    let pairs = content.get(..content.len() / 2 * 2)?;
    let text = decode([mark, pairs].concat())?.replace("\r\n", "\n");
    let what = text!(en "{file} is in UTF-16", zh "{file} 的编码是 UTF-16", file = snapshot.short(&path));
    let why = text!(
        en "go reads UTF-8 and ignores every line, so none of these settings applies",
        zh "go 按 UTF-8 读取，每一行都会忽略，所以这些设置都不起作用",
    );
    let finding = Finding::error(what, why)
        .shown_by([Evidence::path(&path, format!("{} bytes, half of them zero", content.len()))]);
    Some(finding.fixed_by([Change::file(&path, content, text.into_bytes())]))
}

fn faulty(snapshot: &Snapshot<'_>) -> Option<Finding> {
    let file = &snapshot.go_env;
    let faults: Vec<(&GoEnvLine, (Words<&str>, Severity))> =
        file.lines.iter().filter_map(|line| Some((line, fault(line)?))).collect();
    let (_, (what, _)) = faults.first()?;
    let severity = faults.iter().map(|(_, (_, severity))| *severity).max()?;
    let path = snapshot.short(file.path.as_ref()?);
    let what = match faults.len() {
        1 => text!(
            en "a line of {file} {what}",
            zh "{file} 里有一行{what}",
            file = path, what = *what,
        ),
        count => text!(
            en "{count} lines of {file} are not read as intended; the first {what}",
            zh "{file} 里有 {count} 行和你想的不一样，第一行{what}",
            count = count, file = path, what = *what,
        ),
    };
    let why = text!(
        en "go silently ignores such a line, or takes every character as part of the value",
        zh "这样的行，go 会不声不响地忽略，或者把每个字符都当成值的一部分",
    );
    let evidence = faults.iter().filter_map(|(line, ..)| file.line_evidence(line));
    let change = file.rewritten(|line| Some(repaired(line)));
    Some(Finding::new(severity, what, why).shown_by(evidence).fixed_by(change))
}

fn fault(line: &GoEnvLine) -> Option<(Words<&'static str>, Severity)> {
    let GoEnvLine { text, name, value, .. } = line;
    Some(if name.is_empty() && (text.trim().is_empty() || text.trim().starts_with('#')) {
        return None;
    } else if name.is_empty() && text.starts_with('\u{feff}') {
        (
            text!(
                en "begins with a byte order mark, so go ignores it",
                zh "以字节序标记（BOM）开头，go 会忽略它",
            ),
            Severity::Warning,
        )
    } else if name.is_empty() {
        (text!(en "is not a setting, so go ignores it", zh "不是设置，go 会忽略它"), Severity::Warning)
    } else if value.ends_with('\r') {
        (
            text!(
                en "ends with a carriage return, which becomes part of the value",
                zh "以回车符结尾，回车符成了值的一部分",
            ),
            Severity::Error,
        )
    } else if name.trim_end() != name {
        (
            text!(
                en "has a space before `=`, which becomes part of the name",
                zh "的 `=` 前面有空格，空格成了名字的一部分",
            ),
            Severity::Warning,
        )
    } else if !holds_words(name) && value.trim() != value {
        (
            text!(
                en "has spaces around the value, which become part of it",
                zh "的值前后有空格，空格成了值的一部分",
            ),
            Severity::Error,
        )
    } else if !holds_words(name) && unquoted(value).is_some() {
        (
            text!(
                en "has quotation marks, which become part of the value",
                zh "的值带引号，引号成了值的一部分",
            ),
            Severity::Error,
        )
    } else {
        return None;
    })
}

/// The line as it was intended; a comment if that is not certain.
fn repaired(line: &GoEnvLine) -> String {
    if fault(line).is_none() {
        return line.text.clone();
    }
    let text = line.text.trim_start_matches('\u{feff}').trim();
    let text = ["export ", "set "].iter().find_map(|word| text.strip_prefix(word)).unwrap_or(text);
    match text.split_once('=') {
        Some((name, value)) if is_name(name.trim()) => {
            let (name, value) = (name.trim(), value.trim());
            let value = if holds_words(name) { value } else { unquoted(value).unwrap_or(value) };
            format!("{name}={value}")
        }
        _ => format!("# gover doctor: {}", line.text.trim()),
    }
}

fn is_name(name: &str) -> bool {
    let is_part = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    name.starts_with(|c: char| c.is_ascii_uppercase()) && name.chars().all(is_part)
}

fn unquoted(value: &str) -> Option<&str> {
    ['"', '\''].into_iter().find_map(|quote| value.strip_prefix(quote)?.strip_suffix(quote))
}

/// How go treats a name that has no effect in the file, and which names those are.
struct Ineffective {
    fact: Words<&'static str>,
    why: Words<&'static str>,
    includes: fn(&str) -> bool,
}

const UNKNOWN: Ineffective = Ineffective {
    fact: text!(en "which go does not recognize", zh "go 不认识"),
    why: text!(
        en "it has no effect; the name may be misspelled, or mean a variable of another program",
        zh "它不起作用；可能是名字写错了，或者是别的程序的变量",
    ),
    includes: |name| !is_known(name),
};

/// `cmd/go/internal/envcmd.checkEnvWrite`.
const UNREAD: Ineffective = Ineffective {
    fact: text!(en "which go does not read from this file", zh "go 不从这个文件读取"),
    why: text!(
        en "it has no effect; go finds the value out itself, or reads only the variable",
        zh "它不起作用；这个值由 go 自己得出，或者只从变量读取",
    ),
    includes: |name| FIXED.split_whitespace().any(|fixed| fixed == name),
};

/// The names in the file to which that applies.
fn ineffective(snapshot: &Snapshot<'_>, Ineffective { fact, why, includes }: Ineffective) -> Option<Finding> {
    let file = &snapshot.go_env;
    let is_meant = |line: &&GoEnvLine| !line.name.is_empty() && fault(line).is_none() && includes(&line.name);
    let lines: Vec<&GoEnvLine> = file.lines.iter().filter(is_meant).collect();
    let names: BTreeSet<&str> = lines.iter().map(|line| line.name.as_str()).collect();
    let path = snapshot.short(file.path.as_ref()?);
    let names = Vec::from_iter(names);
    lines.first()?;
    let what = text!(
        en "{file} has {names}, {fact}",
        zh "{file} 里有 {names}，{fact}",
        file = path, names = Words { en: names.join(" and "), zh: names.join("、") }, fact = fact,
    );
    let finding = Finding::note(what, why).shown_by(lines.iter().filter_map(|line| file.line_evidence(line)));
    Some(finding.command(snapshot.edit_own(file.path.as_ref()?, lines.first()?.number)))
}

/// What the file sets, and which of it a variable overrides.
fn overriding(snapshot: &Snapshot<'_>) -> Option<Finding> {
    let file = &snapshot.go_env;
    let is_set =
        |line: &&GoEnvLine| !line.value.is_empty() && is_known(&line.name) && !(UNREAD.includes)(&line.name);
    let set = || file.lines.iter().filter(is_set);
    let mut names: Vec<&str> = Vec::new();
    for line in set() {
        if !names.contains(&line.name.as_str()) {
            names.push(&line.name);
        }
    }
    if names.is_empty() {
        return None;
    }
    let is_hidden = |name: &str| snapshot.variable(name).is_some_and(|value| file.value(name) != Some(value));
    let hidden: Vec<&str> = names.iter().copied().filter(|name| is_hidden(name)).collect();
    let path = snapshot.short(file.path.as_ref()?);
    let (what, why) = if hidden.is_empty() {
        let why = text!(
            en "settings of `go env -w` are easily forgotten, since no startup file shows them",
            zh "`go env -w` 的设置在启动文件里看不到，很容易忘记",
        );
        let what = text!(
            en "{file} sets {names} for every project",
            zh "{file} 为所有项目设置了 {names}",
            file = path, names = Words { en: names.join(", "), zh: names.join("、") },
        );
        (what, why)
    } else {
        let why = text!(
            en "the variable wins: `go env -w` has no effect while it is set",
            zh "以变量为准：变量设着的时候，`go env -w` 不起作用",
        );
        let what = text!(
            en "{file} sets {names}, and a variable sets another value",
            zh "{file} 设置了 {names}，而变量设成了别的值",
            file = path, names = Words { en: hidden.join(", "), zh: hidden.join("、") },
        );
        (what, why)
    };
    let fact = if hidden.is_empty() { Fact::Summary } else { Fact::Own };
    let finding = Finding { fact, ..Finding::note(what, why) }
        .shown_by(set().filter_map(|line| file.line_evidence(line)))
        .shown_by(hidden.iter().map(|name| snapshot.variable_evidence(name)))
        .commands(hidden.iter().map(|name| format!("go env -u {name}")));
    Some(finding)
}

/// Where quotation marks and spaces have a meaning (`go help environment`, `cmd/internal/quoted`).
fn holds_words(name: &str) -> bool {
    is_flags_of_cgo(name)
        || ["AR", "CC", "CXX", "FC", "GCCGO", "PKG_CONFIG", "GOAUTH", "GOCACHEPROG", "GOFLAGS"]
            .contains(&name)
}

/// `CGO_CFLAGS` and the like.
fn is_flags_of_cgo(name: &str) -> bool {
    let language = name.strip_prefix("CGO_").and_then(|rest| rest.strip_suffix("FLAGS"));
    language.is_some_and(|language| ["C", "CPP", "CXX", "F", "LD"].contains(&language))
}

/// Whether some go command knows the name (`internal/cfg.KnownEnv`, and names of other releases).
fn is_known(name: &str) -> bool {
    let of_cgo = name.strip_suffix("_ALLOW").or_else(|| name.strip_suffix("_DISALLOW")).unwrap_or(name);
    is_flags_of_cgo(of_cgo)
        || KNOWN.split_whitespace().chain(FIXED.split_whitespace()).any(|known| known == name)
}

/// The names that `go env -w` takes, and those that only a variable sets.
pub(crate) fn settings() -> impl Iterator<Item = String> {
    let flags = ["C", "CPP", "CXX", "F", "LD"].map(|language| format!("CGO_{language}FLAGS"));
    let others = ["GODEBUG", "GOENV"].into_iter().chain(KNOWN.split_whitespace()).map(str::to_owned);
    others.chain(flags)
}

const KNOWN: &str = "AR CC CGO_ENABLED CXX FC GCCGO GO111MODULE GO386 GOAMD64 GOARCH GOARM GOARM64 GOAUTH GOBIN \
                     GOCACHE GOCACHEPROG GOEXPERIMENT GOFIPS140 GOFLAGS GOINSECURE GOMIPS GOMIPS64 GOMODCACHE \
                     GONOPROXY GONOSUMDB GOOS GOPATH GOPPC64 GOPRIVATE GOPROXY GORISCV64 GOROOT GOSUMDB GOTMPDIR \
                     GOTOOLCHAIN GOVCS GOWASM GOWORK GO_EXTLINK_ENABLED PKG_CONFIG";

/// Names that `go env` shows and `go env -w` refuses.
const FIXED: &str = "GODEBUG GOENV GOEXE GOGCCFLAGS GOHOSTARCH GOHOSTOS GOMOD GOTELEMETRY GOTELEMETRYDIR \
                     GOTOOLDIR GOVERSION";

#[cfg(test)]
mod tests;
