//! What the file of `go env -w` sets, and lines that go does not read as intended.

use std::collections::BTreeSet;

use gover_core::text::decode;

use crate::snapshot::go_env::GoEnvLine;
use crate::{Change, Check, Evidence, Fact, Finding, Severity, Snapshot, scope};

pub(super) const CHECK: Check = Check {
    name: "goenv-file",
    summary: crate::Words::english(
        "lines of the file of `go env -w` that go ignores or misreads, and what it sets",
    ),
    symptom: crate::Words::english(
        "A setting in the file (`go env GOENV` prints its path) has no effect, or go rejects a value \
            that looks right: `invalid GOTOOLCHAIN \"local\\r\"`, `invalid proxy URL scheme`.",
    ),
    cause: crate::Words::english(
        "The file was edited by hand or copied from Windows. go reads each line literally. It silently \
            ignores lines that begin with `export`, spaces, lower-case letters or a byte order mark; a \
            carriage return, a trailing space and quotation marks become part of the value.",
    ),
    repair: crate::Words::english(
        "`--fix` comments out lines that go ignores and cleans the values of the others. `go env -u NAME` \
            removes a setting; `go env -changed` shows all that differ from the default.",
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
    let what = format!("you may not read {}", snapshot.short(path));
    let finding = Finding::warning(what, "go silently ignores every setting in it")
        .shown_by([Evidence::path(path, "permission denied")]);
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
    let what = format!("{} is in UTF-16", snapshot.short(&path));
    let why = "go reads UTF-8 and ignores every line, so none of these settings applies";
    let finding = Finding::error(what, why)
        .shown_by([Evidence::path(&path, format!("{} bytes, half of them zero", content.len()))]);
    Some(finding.fixed_by([Change::file(&path, content, text.into_bytes())]))
}

fn faulty(snapshot: &Snapshot<'_>) -> Option<Finding> {
    let file = &snapshot.go_env;
    let faults: Vec<(&GoEnvLine, (&str, Severity))> =
        file.lines.iter().filter_map(|line| Some((line, fault(line)?))).collect();
    let (_, (what, _)) = faults.first()?;
    let severity = faults.iter().map(|(_, (_, severity))| *severity).max()?;
    let path = snapshot.short(file.path.as_ref()?);
    let what = match faults.len() {
        1 => format!("a line of {path} {what}"),
        count => format!("{count} lines of {path} are not read as intended; the first {what}"),
    };
    let why = "go silently ignores such a line, or takes every character as part of the value";
    let evidence = faults.iter().filter_map(|(line, ..)| file.line_evidence(line));
    let change = file.rewritten(|line| Some(repaired(line)));
    Some(Finding::new(severity, what, why).shown_by(evidence).fixed_by(change))
}

fn fault(line: &GoEnvLine) -> Option<(&'static str, Severity)> {
    let GoEnvLine { text, name, value, .. } = line;
    Some(if name.is_empty() && (text.trim().is_empty() || text.trim().starts_with('#')) {
        return None;
    } else if name.is_empty() && text.starts_with('\u{feff}') {
        ("begins with a byte order mark, so go ignores it", Severity::Warning)
    } else if name.is_empty() {
        ("is not a setting, so go ignores it", Severity::Warning)
    } else if value.ends_with('\r') {
        ("ends with a carriage return, which becomes part of the value", Severity::Error)
    } else if name.trim_end() != name {
        ("has a space before `=`, which becomes part of the name", Severity::Warning)
    } else if !holds_words(name) && value.trim() != value {
        ("has spaces around the value, which become part of it", Severity::Error)
    } else if !holds_words(name) && unquoted(value).is_some() {
        ("has quotation marks, which become part of the value", Severity::Error)
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
    fact: &'static str,
    why: &'static str,
    includes: fn(&str) -> bool,
}

const UNKNOWN: Ineffective = Ineffective {
    fact: "which go does not recognize",
    why: "it has no effect; the name may be misspelled, or mean a variable of another program",
    includes: |name| !is_known(name),
};

/// `cmd/go/internal/envcmd.checkEnvWrite`.
const UNREAD: Ineffective = Ineffective {
    fact: "which go does not read from this file",
    why: "it has no effect; go finds the value out itself, or reads only the variable",
    includes: |name| FIXED.split_whitespace().any(|fixed| fixed == name),
};

/// The names in the file to which that applies.
fn ineffective(snapshot: &Snapshot<'_>, Ineffective { fact, why, includes }: Ineffective) -> Option<Finding> {
    let file = &snapshot.go_env;
    let is_meant = |line: &&GoEnvLine| !line.name.is_empty() && fault(line).is_none() && includes(&line.name);
    let lines: Vec<&GoEnvLine> = file.lines.iter().filter(is_meant).collect();
    let names: BTreeSet<&str> = lines.iter().map(|line| line.name.as_str()).collect();
    let path = snapshot.short(file.path.as_ref()?);
    let listed = Vec::from_iter(names).join(" and ");
    lines.first()?;
    let finding = Finding::note(format!("{path} has {listed}, {fact}"), why)
        .shown_by(lines.iter().filter_map(|line| file.line_evidence(line)));
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
        let why = "settings of `go env -w` are easily forgotten, since no startup file shows them";
        (format!("{path} sets {} for every project", names.join(", ")), why)
    } else {
        let why = "the variable wins: `go env -w` has no effect while it is set";
        (format!("{path} sets {}, and a variable sets another value", hidden.join(", ")), why)
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
