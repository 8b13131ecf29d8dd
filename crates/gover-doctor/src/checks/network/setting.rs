//! Settings that hold addresses: where they come from, and their value without secrets.

use std::net::IpAddr;

use crate::secret::mask;
use crate::snapshot::go_env::GoEnvFile;
use crate::{Evidence, Finding, Snapshot};

/// A Go setting as the go command reads it.
pub(in crate::checks) struct Setting {
    pub(in crate::checks) name: &'static str,
    /// Its value, including secrets; never show it.
    pub(in crate::checks) value: String,
    /// What sets it, without secrets.
    pub(in crate::checks) evidence: Vec<Evidence>,
    /// Whether the user set it; otherwise it comes from the toolchain's go.env.
    pub(in crate::checks) is_set: bool,
}

impl Setting {
    /// From the environment, the file of `go env -w` or the selected toolchain's go.env.
    pub(in crate::checks) fn of(snapshot: &Snapshot<'_>, name: &'static str) -> Option<Self> {
        if let Some(setting) = Self::of_environment(snapshot, name) {
            return Some(setting);
        }
        let is_set = snapshot.go_env.value(name).is_some();
        let file = if is_set {
            &snapshot.go_env
        } else {
            &GoEnvFile::of(snapshot.selection.goroot.as_ref()?.join("go.env"), snapshot.disk)
        };
        let value = file.line(name)?.value.clone();
        Some(Self { name, value, evidence: masked(Vec::from_iter(file.evidence(name))), is_set })
    }

    /// From the environment only, as HTTP clients read it.
    pub(in crate::checks) fn of_environment(snapshot: &Snapshot<'_>, name: &'static str) -> Option<Self> {
        let value = snapshot.variable(name)?.to_owned();
        let mut evidence = vec![snapshot.variable_evidence(name)];
        evidence.extend(snapshot.startup_evidence(name));
        Some(Self { name, value, evidence: masked(evidence), is_set: true })
    }

    pub(in crate::checks) fn shown(&self) -> String {
        mask(&self.value)
    }

    pub(in crate::checks) fn removed(&self, snapshot: &Snapshot<'_>, finding: Finding) -> Finding {
        if self.is_set { snapshot.corrected(finding, self.name, None) } else { finding }
    }

    pub(in crate::checks) fn removed_by_hand(&self, snapshot: &Snapshot<'_>, finding: Finding) -> Finding {
        finding.commands(snapshot.set_by_hand(self.name, None).filter(|_| self.is_set))
    }

    /// Leaves the part of the value that works, or nothing. A variable is removed, and the file of
    /// `go env -w` has that part then.
    pub(in crate::checks) fn reduced(
        &self,
        snapshot: &Snapshot<'_>,
        finding: Finding,
        rest: Option<&str>,
    ) -> Finding {
        let Some(rest) = rest.filter(|_| self.is_set) else { return self.removed(snapshot, finding) };
        let change = snapshot.go_env.setting(&[(self.name, rest)]);
        if snapshot.variable(self.name).is_some() {
            return snapshot.unset(finding, self.name).fixed_by(change);
        }
        finding.fixed_by(change).commands(self.command(snapshot, rest))
    }

    pub(in crate::checks) fn reduced_by_hand(
        &self,
        snapshot: &Snapshot<'_>,
        finding: Finding,
        rest: Option<&str>,
    ) -> Finding {
        let Some(rest) = rest.filter(|_| self.is_set) else { return self.removed_by_hand(snapshot, finding) };
        finding.commands(self.command(snapshot, rest))
    }

    /// The command that sets another value. One with a password would end up in the shell's history.
    fn command(&self, snapshot: &Snapshot<'_>, value: &str) -> Option<String> {
        if mask(value) == value {
            return snapshot.set_by_hand(self.name, Some(value));
        }
        (self.name == "GOPROXY").then(|| "gover proxy set".to_owned())
    }
}

fn masked(evidence: Vec<Evidence>) -> Vec<Evidence> {
    let masked = evidence.into_iter().map(|mut evidence| {
        if let Evidence::Variable { value: text, .. } | Evidence::Line { text, .. } = &mut evidence {
            *text = mask(text);
        }
        evidence
    });
    masked.collect()
}

/// An address as in the network facts: without credentials, query and trailing slash.
pub(in crate::checks) fn address(url: &str) -> String {
    let url = url.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
    let scheme = url.find("://").map_or(0, |at| at + 3);
    let (scheme, rest) = url.split_at(scheme);
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    format!("{scheme}{host}{path}")
}

pub(in crate::checks) fn host(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    if let Some((host, _)) = host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        return host.to_owned();
    }
    host.split(':').next().unwrap_or_default().to_lowercase()
}

/// Whether a host is this machine or in a private network.
pub(in crate::checks) fn is_near(host: &str) -> bool {
    if host == "localhost" || !host.contains(['.', ':']) {
        return true;
    }
    host.parse().is_ok_and(|address: IpAddr| match address {
        IpAddr::V4(address) => address.is_loopback() || address.is_private(),
        IpAddr::V6(address) => address.is_loopback() || address.is_unique_local(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_taken_from_addresses() {
        assert_eq!(host("https://u:p@P.example:8080/x"), "p.example");
        assert_eq!(host("http://[::1]:80"), "::1");
        assert_eq!(host("p.example:8080"), "p.example");
        assert_eq!(address("https://u:p@h.example:1/a/?x"), "https://h.example:1/a");
        assert_eq!(address("u:p@h.example:8080"), "h.example:8080");
        for near in ["localhost", "proxy", "10.1.2.3", "127.0.0.1", "::1", "192.168.0.1"] {
            assert!(is_near(near), "{near}");
        }
        assert!(!is_near("proxy.example") && !is_near("8.8.8.8"));
    }
}
