//! Certificates from an authority that is not trusted, usually because a company inspects TLS.

use std::collections::{BTreeMap, BTreeSet};

use gover_source::{Probe, Verdict, is_inspection};

use super::setting::host;
use crate::snapshot::network::{self, NetworkFacts};
use crate::snapshot::system::PackageManager;
use crate::{Check, Finding, Os, Snapshot, Words, scope, text};

pub(super) const CHECK: Check = Check {
    name: "tls-inspection",
    summary: text!(
        en "certificates from an authority that is not trusted",
        zh "证书来自不受信任的颁发机构",
    ),
    symptom: text!(
        en "`x509: certificate signed by unknown authority`, `tls: failed to verify certificate`, `SSL \
            certificate problem: unable to get local issuer certificate`, only on the company network.",
        zh "只在公司网络里出现 `x509: certificate signed by unknown authority`、`tls: failed to verify \
            certificate`、`SSL certificate problem: unable to get local issuer certificate`。",
    ),
    cause: text!(
        en "Something between this machine and Go's servers intercepts each connection with a certificate of \
            its own. Browsers trust its authority because it was installed for them. go uses the system's \
            certificate store, and WSL and containers each have their own. SSL_CERT_FILE may also name a \
            file that lacks the authority.",
        zh "本机和 Go 的服务器之间，有设备用自己的证书拦截每个连接。浏览器信任它，是因为有人替浏览器装了它\
            的颁发机构。go 用的是系统的证书库，WSL 和容器又各有自己的证书库。也可能是 SSL_CERT_FILE 指向的\
            文件里没有这个颁发机构。",
    ),
    repair: text!(
        en "Get the authority's certificate from your network administrators and add it to the system's \
            store with the commands shown. Do not switch verification off.",
        zh "向网络管理员索要颁发机构的证书，用列出的命令加进系统的证书库。不要关掉验证。",
    ),
    scope: scope::network,
    run,
};

fn run(snapshot: &Snapshot<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = bundle(snapshot).into_iter().collect();
    let mut by_issuer: BTreeMap<Option<&str>, Vec<&Probe>> = BTreeMap::new();
    for asked in snapshot.network.iter().flat_map(NetworkFacts::iter) {
        if let Verdict::UntrustedCertificate(issuer) = &asked.verdict {
            by_issuer.entry(issuer.as_deref()).or_default().push(asked);
        }
    }
    for (issuer, asked) in by_issuer {
        let hosts: BTreeSet<String> = asked.iter().map(|asked| host(&asked.address)).collect();
        let hosts = Vec::from_iter(hosts);
        let hosts = Words { en: hosts.join(" and "), zh: hosts.join("、") };
        let what = match issuer {
            Some(issuer) => text!(
                en "{hosts}: certificate of `{issuer}`, which is not trusted here",
                zh "{hosts}：证书由 `{issuer}` 颁发，在这里不受信任",
                hosts = hosts, issuer = issuer,
            ),
            None => text!(
                en "{hosts}: certificate of an authority that is not trusted here",
                zh "{hosts}：颁发证书的机构在这里不受信任",
                hosts = hosts,
            ),
        };
        let why = if issuer.is_some_and(is_inspection) {
            text!(
                en "go, git and gover refuse the connection. This authority is known for inspecting connections; if \
                    your company runs it, add it to the system's store",
                zh "go、git 和 gover 会拒绝连接。这个颁发机构属于检查连接的设备或软件；如果是你们公司在用，请把它\
                    加进系统的证书库",
            )
        } else {
            text!(
                en "go, git and gover refuse the connection. If it is your company's authority, add it to the system's \
                    store",
                zh "go、git 和 gover 会拒绝连接。如果是你们公司的颁发机构，请把它加进系统的证书库",
            )
        };
        let bundle = snapshot.variable("SSL_CERT_FILE").map(|_| snapshot.variable_evidence("SSL_CERT_FILE"));
        let finding = Finding::error(what, why)
            .shown_by(asked.into_iter().map(network::evidence))
            .shown_by(bundle)
            .commands(commands(snapshot).iter().map(|command| snapshot.in_powershell((*command).to_owned())));
        findings.push(finding);
    }
    findings
}

/// `SSL_CERT_FILE` replaces the system's store: for Go on Unix, for gover everywhere.
fn bundle(snapshot: &Snapshot<'_>) -> Option<Finding> {
    let path = snapshot.system.path(snapshot.variable("SSL_CERT_FILE")?);
    if snapshot.is_file(&path) {
        return None;
    }
    let what = text!(
        en "SSL_CERT_FILE names {path}, which is not a file",
        zh "SSL_CERT_FILE 指向 {path}，它不是文件",
        path = snapshot.short(&path),
    );
    let why = text!(
        en "go and gover read trusted authorities from it, and refuse every connection",
        zh "go 和 gover 从它读取受信任的颁发机构，于是拒绝所有连接",
    );
    let finding = Finding::error(what, why)
        .shown_by([snapshot.variable_evidence("SSL_CERT_FILE")])
        .shown_by(snapshot.startup_evidence("SSL_CERT_FILE"));
    Some(snapshot.unset(finding, "SSL_CERT_FILE"))
}

/// The commands that add a certificate to the store that Go reads.
fn commands(snapshot: &Snapshot<'_>) -> &'static [&'static str] {
    match (snapshot.system.os, snapshot.system.package_manager()) {
        (Os::Windows, _) => {
            &[r"Import-Certificate -FilePath CA.cer -CertStoreLocation Cert:\CurrentUser\Root"]
        }
        (Os::MacOs, _) => {
            &["sudo security add-trusted-cert -d -r trustRoot -k /Library/Keychains/System.keychain CA.pem"]
        }
        (_, Some(PackageManager::Dnf)) => {
            &["sudo cp CA.pem /etc/pki/ca-trust/source/anchors/", "sudo update-ca-trust"]
        }
        (_, Some(PackageManager::Zypper)) => {
            &["sudo cp CA.pem /etc/pki/trust/anchors/", "sudo update-ca-certificates"]
        }
        (_, Some(PackageManager::Pacman)) => &["sudo trust anchor --store CA.pem"],
        (_, Some(PackageManager::Apk)) => &[
            "doas apk add ca-certificates",
            "doas cp CA.pem /usr/local/share/ca-certificates/CA.crt",
            "doas update-ca-certificates",
        ],
        _ => &["sudo cp CA.pem /usr/local/share/ca-certificates/CA.crt", "sudo update-ca-certificates"],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Severity;
    use crate::testing::{Machine, asked};

    fn inspected(machine: Machine) -> Machine {
        let answer = || Verdict::UntrustedCertificate(Some("Acme Inspection CA".to_owned()));
        machine.network(|network| {
            network.proxies = vec![asked("https://a.example/go", answer())];
            network.sumdb = vec![asked("https://sum.golang.org", answer())];
        })
    }

    #[test]
    fn the_authority_is_named_once_with_the_place_for_its_certificate() {
        for (machine, last) in [
            (Machine::linux(), "sudo update-ca-certificates"),
            (Machine::alpine(), "doas update-ca-certificates"),
            (
                Machine::windows(),
                r"Import-Certificate -FilePath CA.cer -CertStoreLocation Cert:\CurrentUser\Root",
            ),
            (
                Machine::macos(),
                "sudo security add-trusted-cert -d -r trustRoot -k /Library/Keychains/System.keychain CA.pem",
            ),
        ] {
            let findings = inspected(machine).findings("tls-inspection");
            assert_eq!((findings.len(), findings[0].severity), (1, Severity::Error));
            assert_eq!(
                findings[0].what.en,
                "a.example and sum.golang.org: certificate of `Acme Inspection CA`, which is not trusted here"
            );
            assert_eq!(findings[0].evidence.len(), 2);
            assert_eq!(
                findings[0].evidence[0].to_string(),
                "https://a.example/go: its certificate comes from `Acme Inspection CA`, which is not trusted (250ms)"
            );
            assert_eq!(findings[0].fix.commands.last().map(String::as_str), Some(last));
            assert!(findings[0].fix.changes.is_empty());
        }
    }

    #[test]
    fn a_missing_certificate_file_is_an_error_and_the_variable_is_removed() {
        let machine = Machine::linux()
            .file("~/.bash_profile", "export SSL_CERT_FILE=/etc/corp/ca.pem\n")
            .var("SSL_CERT_FILE", "/etc/corp/ca.pem");
        let findings = machine.findings("tls-inspection");
        assert_eq!(findings[0].what.en, "SSL_CERT_FILE names /etc/corp/ca.pem, which is not a file");
        assert_eq!(
            findings[0].evidence[0].to_string(),
            "SSL_CERT_FILE=/etc/corp/ca.pem (set in ~/.bash_profile:1)"
        );
        machine.repaired(&findings).snapshot(|snapshot| {
            assert_eq!(snapshot.startup_evidence("SSL_CERT_FILE"), []);
        });
        let there = inspected(machine.file("/etc/corp/ca.pem", "x"));
        let findings = there.findings("tls-inspection");
        assert_eq!(findings.len(), 1);
        assert!(findings[0].evidence[2].to_string().starts_with("SSL_CERT_FILE="));
    }

    #[test]
    fn a_healthy_machine_is_silent() {
        for machine in [Machine::linux(), Machine::windows(), Machine::macos(), Machine::alpine()] {
            assert!(machine.findings("tls-inspection").is_empty());
            let machine = machine
                .network(|network| network.proxies = vec![asked("https://a.example", Verdict::Silent)]);
            assert!(machine.findings("tls-inspection").is_empty());
        }
    }
}
