//! Names of servers: those that everybody may know stay, every other one gets a number.

use std::net::IpAddr;

use super::replace::{Word, replace};

#[derive(Clone, Debug, Default)]
pub(super) struct Hosts {
    /// Domains that settings name; servers below them are private too.
    domains: Vec<String>,
    /// `github.com/acme` in GOPRIVATE: the server is public, what follows is not.
    prefixes: Vec<String>,
    /// `host-1` is the first.
    numbered: Vec<String>,
}

impl Hosts {
    /// The servers and patterns in a value such as that of GOPROXY, GOPRIVATE or `NO_PROXY`.
    pub(super) fn add_list(&mut self, list: &str) {
        for entry in list.split([',', '|', ' ', ';']).map(str::trim) {
            let rest = entry.split_once("://").map_or(entry, |(_, rest)| rest);
            let (authority, path) = rest.split_once(['/', '?', '#']).unwrap_or((rest, ""));
            let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
            // A database of checksums is `NAME+HASH+KEY`.
            let authority = authority.split('+').next().unwrap_or_default();
            let host = without_port(authority).trim_start_matches("*.").trim_start_matches('.');
            let path = path.split('*').next().unwrap_or_default().trim_end_matches('/');
            let is_pattern = !entry.contains("://") && !entry.starts_with('/');
            if is_public(host) && is_pattern && !path.is_empty() {
                self.prefixes.push(format!("{host}/{path}"));
            } else if !WORDS.contains(&entry) {
                self.add_host(host);
            }
        }
    }

    pub(super) fn add_host(&mut self, host: &str) {
        let host = host.to_lowercase();
        let is_host =
            !host.is_empty() && host.chars().all(is_part) && host.chars().any(char::is_alphanumeric);
        // Without a dot, it is a name only where an address has it.
        if is_host && host.contains('.') && !is_public(&host) && !self.domains.contains(&host) {
            self.domains.push(host);
        }
    }

    pub(super) fn hide(&mut self, text: &str) -> String {
        let mut text = text.to_owned();
        for (index, prefix) in self.prefixes.iter().enumerate() {
            text = replace(&text, prefix, &format!("private-{}", index + 1), Word::Name);
        }
        let mut hidden = String::with_capacity(text.len());
        let mut rest = text.as_str();
        while let Some(start) = rest.find(is_part) {
            let (before, behind) = rest.split_at(start);
            hidden.push_str(before);
            let token = behind.split(|c| !is_part(c)).next().unwrap_or_default();
            let token = token.trim_end_matches(['.', '-', '_']);
            let (token, after) = if token.is_empty() {
                behind.split_at(behind.chars().next().map_or(0, char::len_utf8))
            } else {
                behind.split_at(token.len())
            };
            if self.is_private(&hidden, token, after) {
                hidden.push_str(&self.number(token));
            } else {
                hidden.push_str(token);
            }
            rest = after;
        }
        hidden + rest
    }

    fn is_private(&self, before: &str, token: &str, after: &str) -> bool {
        let name = token.to_lowercase();
        let is_below = |domain: &String| {
            name.strip_suffix(domain.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        };
        if self.domains.iter().any(is_below) || self.numbered.contains(&name) {
            return true;
        }
        let is_server = before.ends_with("://")
            || before.ends_with("://***@")
            || before.ends_with(r"\\")
            || before.ends_with("://[");
        let is_address = name.parse::<IpAddr>().is_ok_and(|_| name.contains('.'));
        let starts_path =
            after.starts_with('/') && !before.ends_with(['/', '\\', '~', '*', '$', '%', '@', '-']);
        (is_server || is_address || (starts_path && looks_like_a_host(&name))) && !is_public(&name)
    }

    fn number(&mut self, host: &str) -> String {
        let host = host.to_lowercase();
        let known = self.numbered.iter().position(|known| *known == host);
        let index = known.unwrap_or_else(|| {
            self.numbered.push(host);
            self.numbered.len() - 1
        });
        format!("host-{}", index + 1)
    }
}

fn is_part(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '.' | '-' | '_')
}

fn without_port(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        Some((host, port)) if port.chars().all(|c| c.is_ascii_digit()) => host.trim_matches(['[', ']']),
        _ => authority.trim_matches(['[', ']']),
    }
}

/// The first part of a module's path: it has a dot, and its end is not that of a file name.
fn looks_like_a_host(name: &str) -> bool {
    let Some((rest, end)) = name.rsplit_once('.') else { return false };
    let is_end = end.len() > 1 && end.chars().all(|c| c.is_ascii_lowercase());
    is_end && !rest.is_empty() && FILES.split_whitespace().all(|file| file != end)
}

pub(crate) fn is_public(host: &str) -> bool {
    let host = host.to_lowercase();
    let is_below =
        |domain: &str| host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    let is_here = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    is_here || PUBLIC.split_whitespace().any(is_below)
}

/// Entries of lists that are not servers.
const WORDS: &[&str] = &["off", "direct", "none", "*", "goproxy"];

/// Domains that many people use, so that they tell nothing about one of them.
const PUBLIC: &str = "\
    go.dev golang.org golang.google.cn google.com googleapis.com googlesource.com \
    gopkg.in github.com githubusercontent.com gitlab.com bitbucket.org codeberg.org \
    sr.ht goproxy.cn goproxy.io aliyun.com tencent.com huaweicloud.com ustc.edu.cn \
    tsinghua.edu.cn sjtu.edu.cn microsoft.com docker.com docker.io k8s.io honnef.co \
    mvdan.cc uber.org rsc.io gotest.tools";

const FILES: &str = "\
    mod sum work env exe sh go git json yml yaml toml md html txt tar gz zip old d local \
    cache config app framework previous";
