//! Lists of modules that go does not check, and whether they match more than private modules.

use crate::checks::network::setting::Setting;
use crate::{Finding, Severity, Snapshot};

/// Checks each list that is set.
pub(super) fn findings(snapshot: &Snapshot<'_>) -> Vec<Finding> {
    let lists = ["GOPRIVATE", "GONOSUMDB", "GOINSECURE"];
    let found = lists.into_iter().filter_map(|name| {
        let setting = Setting::of(snapshot, name)?;
        // GONOSUMDB replaces GOPRIVATE if it is set.
        let is_replaced = name == "GOPRIVATE" && snapshot.go_setting("GONOSUMDB").is_some();
        (!is_replaced).then(|| finding(snapshot, &setting)).flatten()
    });
    found.collect()
}

fn finding(snapshot: &Snapshot<'_>, setting: &Setting) -> Option<Finding> {
    let patterns: Vec<&str> = setting.value.split(',').map(str::trim).filter(|one| !one.is_empty()).collect();
    let (wide, narrow): (Vec<&str>, Vec<&str>) =
        patterns.into_iter().partition(|pattern| width(pattern) != Width::Narrow);
    let matches_all = wide.iter().any(|pattern| width(pattern) == Width::All);
    let first = wide.first()?;
    let name = setting.name;
    let is_insecure = name == "GOINSECURE";
    let severity = if matches_all || is_insecure { Severity::Error } else { Severity::Warning };
    let whose = if matches_all { "every module" } else { "modules of unrelated people" };
    let what = format!("{name} has `{first}`, which matches {whose}");
    let why = if is_insecure {
        "go downloads them without encryption, or with any certificate"
    } else {
        "go does not check them with the checksum database, so it does not notice changes"
    };
    let mut found = Finding::new(severity, what, why).shown_by(setting.evidence.clone());
    if matches_all && narrow.is_empty() {
        return Some(setting.removed(snapshot, found));
    }
    if snapshot.variable(name).is_some() {
        found.fix.commands.extend(snapshot.shell.map(|shell| {
            let narrow = narrow.join(",");
            let syntax = shell.syntax();
            let line =
                if narrow.is_empty() { syntax.unset_by_hand(name) } else { syntax.set_env(name, &narrow) };
            line.trim_end().to_owned()
        }));
        return Some(found);
    }
    Some(found.command(if narrow.is_empty() {
        format!("go env -u {name}")
    } else {
        snapshot.go_env_write(name, &narrow.join(","))
    }))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Width {
    /// Matches every module.
    All,
    /// Matches modules of unrelated people.
    Public,
    /// Matches what may be private.
    Narrow,
}

/// A pattern is compared with as many leading elements of a module path
/// (`module.MatchPrefixPatterns`).
fn width(pattern: &str) -> Width {
    let pattern = pattern.trim_end_matches('/');
    let mut elements = pattern.split('/');
    let host = elements.next().unwrap_or_default();
    let rest: Vec<&str> = elements.collect();
    let names_nobody = rest.iter().all(|element| is_any(element));
    if !names_nobody {
        return Width::Narrow;
    }
    if is_any(host) || host == "*.*" {
        return Width::All;
    }
    let is_suffix = host.strip_prefix("*.").is_some_and(|rest| !rest.contains('.'));
    let is_public = PUBLIC.contains(&host) || (is_suffix && PUBLIC_SUFFIXES.contains(&host));
    if is_public { Width::Public } else { Width::Narrow }
}

fn is_any(element: &str) -> bool {
    !element.is_empty() && element.bytes().all(|byte| byte == b'*')
}

/// Hosts where anyone can publish a module.
const PUBLIC: &[&str] = &[
    "github.com",
    "gitlab.com",
    "bitbucket.org",
    "codeberg.org",
    "gopkg.in",
    "golang.org",
    "google.golang.org",
    "go.uber.org",
    "k8s.io",
    "gitee.com",
];

/// Domains under which anyone can register a host.
const PUBLIC_SUFFIXES: &[&str] = &["*.com", "*.org", "*.net", "*.io", "*.dev", "*.in", "*.cn"];
