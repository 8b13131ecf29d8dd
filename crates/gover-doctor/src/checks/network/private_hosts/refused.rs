//! Hosts that do not let go or git in.

use gover_source::{Probe, Verdict};

use super::access::{self, Git, Netrc};
use super::wanted::host;
use super::{Subject, refuses};
use crate::checks::network::http_proxy;
use crate::checks::network::setting;
use crate::snapshot::network;
use crate::{Evidence, Fact, Finding, Severity, Words, text};

pub(super) fn finding(subject: &Subject<'_>) -> Option<Finding> {
    match &subject.answer.metadata {
        Some(probe) if refuses(probe) || is_page(probe) => return Some(of_go(subject, probe)),
        Some(probe) if probe.verdict != Verdict::Good => return unreachable(subject, probe),
        Some(_) | None => {}
    }
    let repository = subject.answer.repository.as_ref()?;
    match repository.verdict {
        Verdict::Good => None,
        _ if refuses(repository) => of_git(subject, repository),
        _ => unreachable(subject, repository),
    }
}

/// A page without the tags that go needs, usually one to sign in.
fn is_page(probe: &Probe) -> bool {
    matches!(&probe.verdict, Verdict::Wrong(text) if text.contains("go-import"))
}

/// The host refuses the go command itself, which has the credentials of GOAUTH.
fn of_go(subject: &Subject<'_>, probe: &Probe) -> Finding {
    let snapshot = subject.snapshot;
    let path = &subject.module.path;
    let host = host(path);
    let did = match probe.verdict {
        Verdict::Wrong(_) => text!(
            en "answers with a page without go-import tags, for example to sign in",
            zh "返回的页面没有 go-import 标签，可能是登录页",
        )
        .into(),
        _ => network::words(&probe.verdict),
    };
    let what = text!(
        en "{host}, the host of {path}, {did}",
        zh "{path} 所在的主机 {host} {did}",
        host = host, path = path, did = did,
    );
    let page = format!("https://{path}?go-get=1");
    let error = match probe.verdict {
        Verdict::Status(status, _) => format!("reading {page}: {status} {}", reason(status)),
        _ => format!("parse {page}: no go-import meta tags ()"),
    };
    let finding = Finding::new(severity(subject), what, effect(subject, error.trim_end()));
    let finding = finding.about_fact(Fact::Shared(host.to_owned())).shown_by(subject.evidence());
    let goauth = access::goauth(snapshot);
    let evidence = goauth.as_ref().map(|setting| setting.evidence.clone()).unwrap_or_default();
    let mut finding = finding.shown_by(evidence).shown_by(goauth.as_ref().and_then(|_| too_old(subject)));
    match goauth {
        Some(setting) if setting.value.trim() == "off" => {
            finding = setting.removed_by_hand(snapshot, finding);
        }
        // Other methods than netrc were asked, and know nothing that the host accepts.
        Some(setting) if !setting.value.split(';').any(|entry| entry.trim() == "netrc") => return finding,
        _ => {}
    }
    with_netrc(subject, host, finding)
}

/// The repository wants credentials. Whether git has some, only git knows.
fn of_git(subject: &Subject<'_>, probe: &Probe) -> Option<Finding> {
    let snapshot = subject.snapshot;
    let url = probe.address.as_str();
    let host = setting::host(url);
    let git = Git::of(snapshot);
    let said = match &git {
        None => "exec: \"git\": executable file not found in $PATH".to_owned(),
        // If git takes long, nothing is certain.
        Some(git) => git.reads(url)?.err()?,
    };
    let what = text!(
        en "git may not read {url}, which has {path}",
        zh "git 无权读取 {url}，{path} 就在里面",
        url = url, path = &subject.module.path,
    );
    let finding = Finding::new(severity(subject), what, effect(subject, &said))
        .about_fact(Fact::Shared(host.clone()))
        .shown_by(subject.evidence());
    let Some(git) = git else { return Some(finding) };
    let finding = finding.shown_by([Evidence::answer(format!("git ls-remote {url}"), said)]);
    if let Some(instead) = git.instead(url) {
        let command = access::ssh_login(&instead).map(|login| format!("ssh -T {login}"));
        let rule = Evidence::answer("git config", format!("url.{instead}.insteadOf replaces https://{host}"));
        return Some(finding.shown_by([rule]).commands(command));
    }
    if git.has_helper(url) {
        let helper = Evidence::answer("git config credential.helper", "is set");
        // On a terminal, git asks for the password once and gives it to the helper.
        return Some(finding.shown_by([helper]).command(format!("git ls-remote {}", snapshot.word(url))));
    }
    if access::has_ssh_key(snapshot) {
        let rule = snapshot.word(format!("url.ssh://git@{host}/.insteadOf"));
        return Some(finding.command(format!("git config --global {rule} https://{host}/")));
    }
    Some(with_netrc(subject, &host, finding))
}

/// The host does not answer, which matters only if go needs it now.
fn unreachable(subject: &Subject<'_>, probe: &Probe) -> Option<Finding> {
    // `tls-inspection` and `clock` report those.
    let is_other = matches!(probe.verdict, Verdict::UntrustedCertificate(_) | Verdict::CertificateTime);
    let network = subject.snapshot.network.as_ref()?;
    if is_other || subject.module.is_here {
        return None;
    }
    let what = text!(
        en "{address}, which has {path}: {verdict}",
        zh "{path} 所在的 {address}：{verdict}",
        address = probe.address, path = &subject.module.path, verdict = network::words(&probe.verdict),
    );
    let why = text!(
        en "go cannot download the module; many private hosts answer only in the company's network or its VPN",
        zh "go 无法下载这个模块；很多私有主机只在公司内网或 VPN 里才有响应",
    );
    let host = setting::host(&probe.address);
    let finding = Finding::warning(what, why)
        .about_fact(http_proxy::fact_of(subject.snapshot, network, probe, &host))
        .shown_by(subject.evidence());
    let command = matches!(probe.verdict, Verdict::Status(407, _)).then_some("gover doctor http-proxy");
    Some(finding.commands(command))
}

fn severity(subject: &Subject<'_>) -> Severity {
    if subject.module.is_here { Severity::Warning } else { Severity::Error }
}

fn effect(subject: &Subject<'_>, error: &str) -> Words {
    if subject.module.is_here {
        text!(
            en "go has the version that go.mod names, but cannot get another: `{error}`",
            zh "go.mod 里的版本已经有了，但 go 拿不到别的版本：`{error}`",
            error = error,
        )
    } else {
        text!(
            en "go cannot download the module: `{error}`",
            zh "go 无法下载这个模块：`{error}`",
            error = error,
        )
    }
}

/// Says what the netrc file has for the host, and adds an entry if there is none.
fn with_netrc(subject: &Subject<'_>, host: &str, finding: Finding) -> Finding {
    let Some(netrc) = Netrc::of(subject.snapshot, host) else { return finding };
    let command = (!netrc.has_entry).then(|| netrc.command(subject.snapshot, host));
    finding.shown_by([netrc.evidence]).commands(command)
}

/// Go before 1.24 does not read GOAUTH.
fn too_old(subject: &Subject<'_>) -> Option<Evidence> {
    let version = subject.snapshot.selection.version.as_ref()?;
    let is_old = version.version().minor().is_some_and(|minor| minor < 24);
    is_old.then(|| Evidence::answer("GOAUTH", format!("{version} does not read it; Go 1.24 and later do")))
}

/// As net/http writes it after the number.
fn reason(status: u16) -> &'static str {
    match status {
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        410 => "Gone",
        _ => "",
    }
}
