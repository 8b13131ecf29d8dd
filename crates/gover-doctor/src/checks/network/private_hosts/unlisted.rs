//! Private modules that GOPRIVATE does not name.

use gover_source::Verdict;

use super::Subject;
use super::wanted::{list, site};
use crate::checks::network::setting::Setting;
use crate::checks::pattern::matches_module;
use crate::{Finding, Severity, text};

pub(super) fn finding(subject: &Subject<'_>) -> Option<Finding> {
    not_in_proxies(subject).or_else(|| not_in_database(subject))
}

/// No proxy has it, so go asked them in vain and told them its name.
fn not_in_proxies(subject: &Subject<'_>) -> Option<Finding> {
    let proxies = &subject.answer.proxies;
    let is_missing = |verdict: &Verdict| matches!(verdict, Verdict::Status(404 | 410, _));
    if proxies.is_empty() || !proxies.iter().all(|probe| is_missing(&probe.verdict)) {
        return None;
    }
    let path = &subject.module.path;
    let is_asked = subject.answer.metadata.is_some() || subject.answer.repository.is_some();
    let works = is_asked && !subject.is_private() && subject.module.has_sum;
    let severity = if works { Severity::Warning } else { Severity::Error };
    let what = text!(
        en "no proxy in GOPROXY has {path}, and GOPRIVATE does not name it",
        zh "GOPROXY 里没有代理有 {path}，GOPRIVATE 里也没有它",
        path = path,
    );
    let why = if is_asked {
        text!(
            en "go tells its name to the proxies and to the checksum database, which cannot see a private module: a \
                version that is not in go.sum fails with `verifying module: … 404 Not Found`",
            zh "go 把它的名字告诉了代理和校验和数据库，而它们看不到私有模块：go.sum 里没有的版本会报 `verifying \
                module: … 404 Not Found`",
        )
    } else {
        text!(
            en "go reports `404 Not Found` and asks no host, since GOPROXY has no `direct`; a proxy needs rights of its \
                own to see a private module",
            zh "GOPROXY 里没有 `direct`，所以 go 报 `404 Not Found`，不再去问主机；代理要有自己的权限才看得到私有模块",
        )
    };
    Some(listed(subject, "GONOPROXY", Finding::new(severity, what, why)))
}

/// go asks no proxy, but the checksum database.
fn not_in_database(subject: &Subject<'_>) -> Option<Finding> {
    let (snapshot, path) = (subject.snapshot, &subject.module.path);
    let is_off = Setting::of(snapshot, "GOSUMDB").is_some_and(|setting| setting.value == "off");
    let is_asked = subject.answer.proxies.is_empty() && subject.is_private() && !is_off;
    if !is_asked || matches_module(&list(snapshot, "GONOSUMDB"), path) {
        return None;
    }
    let severity = if subject.module.has_sum { Severity::Warning } else { Severity::Error };
    let what = text!(
        en "go asks the checksum database about {path}, which is private",
        zh "{path} 是私有模块，go 却会向校验和数据库查询它",
        path = path,
    );
    let why = text!(
        en "a version that is not in go.sum fails with `verifying module: … 404 Not Found`, since the database cannot \
            see it",
        zh "数据库看不到它，所以 go.sum 里没有的版本会报 `verifying module: … 404 Not Found`",
    );
    Some(listed(subject, "GONOSUMDB", Finding::new(severity, what, why)))
}

/// Adds the command that names the module in GOPRIVATE, or in `own` if that stands in its place.
fn listed(subject: &Subject<'_>, own: &'static str, finding: Finding) -> Finding {
    let snapshot = subject.snapshot;
    let setting = Setting::of(snapshot, own).or_else(|| Setting::of(snapshot, "GOPRIVATE"));
    let name = setting.as_ref().map_or("GOPRIVATE", |setting| setting.name);
    let site = site(&subject.module.path);
    let value = match &setting {
        Some(setting) if !matches!(setting.value.as_str(), "" | "none") => {
            format!("{},{site}", setting.value)
        }
        _ => site,
    };
    let evidence = setting.map(|setting| setting.evidence).unwrap_or_default();
    let finding = finding.shown_by(subject.evidence()).shown_by(evidence);
    finding.commands(snapshot.set_by_hand(name, Some(&value)))
}
