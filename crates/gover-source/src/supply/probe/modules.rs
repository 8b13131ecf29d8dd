//! Asks for modules where the go command would look for them: in the proxies, and at their own host.

use futures_util::future::join_all;
use tokio::time::Instant;

use gover_log::{escape_path, escape_version};
use gover_net::{Address, Verdict};

use super::{Probe, Supply};
use crate::artifact::below;
use crate::proxy::Place;

/// A module version that the go command would download.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModuleQuestion {
    pub path: String,
    pub version: String,
    /// Whether GONOPROXY leaves out the proxies.
    pub is_direct: bool,
}

/// What was answered about a module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModuleAnswer {
    pub path: String,
    pub version: String,
    /// The answers of the proxies that go asks, in order; empty if it asks none.
    pub proxies: Vec<Probe>,
    /// The answer to `https://PATH?go-get=1`. `None` if no one asked, or the path alone says where the
    /// repository is.
    pub metadata: Option<Probe>,
    /// The answer of the repository to git. `None` if it was not found, or is not reached by https.
    pub repository: Option<Probe>,
}

/// Where a module comes from, as an address says it.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Origin {
    Git(Address),
    /// A module proxy for this module alone.
    Proxy(Address),
    /// Reached by ssh, or by another program than git.
    Other,
}

impl Supply {
    /// Asks about each module as the go command does: first the proxies, and the host of the module if
    /// they do not have it.
    pub async fn probe_modules(&self, modules: &[ModuleQuestion], deadline: Instant) -> Vec<ModuleAnswer> {
        join_all(modules.iter().map(|module| self.probe_module(module, deadline))).await
    }

    async fn probe_module(&self, module: &ModuleQuestion, deadline: Instant) -> ModuleAnswer {
        let mut answer = ModuleAnswer {
            path: module.path.clone(),
            version: module.version.clone(),
            proxies: Vec::new(),
            metadata: None,
            repository: None,
        };
        if !module.is_direct {
            let (proxies, is_direct_next) = self.probe_proxies_for(module, deadline).await;
            answer.proxies = proxies;
            if !is_direct_next {
                return answer;
            }
        }
        let origin = if let Some(repository) = repository_of(&module.path) {
            Some(Origin::Git(repository))
        } else {
            let (metadata, origin) = self.probe_metadata(&module.path, deadline).await;
            answer.metadata = metadata;
            origin
        };
        answer.repository = match origin {
            Some(Origin::Git(base)) => {
                Some(self.probe(deadline, &base, &base.join(GIT_REFERENCES), |_| Ok(())).await)
            }
            Some(Origin::Proxy(base)) => {
                let list = escape_path(&module.path).map(|path| base.join(&format!("{path}/@v/list")));
                match list {
                    Ok(list) => Some(self.probe(deadline, &base, &list, |_| Ok(())).await),
                    Err(_) => None,
                }
            }
            Some(Origin::Other) | None => None,
        };
        answer
    }

    /// The answers of the proxies in order, and whether go asks the module's own host next.
    async fn probe_proxies_for(&self, module: &ModuleQuestion, deadline: Instant) -> (Vec<Probe>, bool) {
        let names = (escape_path(&module.path), escape_version(&module.version));
        let (Ok(path), Ok(version)) = names else { return (Vec::new(), false) };
        let file = format!("{path}/@v/{version}.info");
        let mut probes = Vec::new();
        for entry in self.proxies.entries().unwrap_or_default() {
            match &entry.place {
                Place::Server(base) => {
                    let probe = self.probe(deadline, base, &base.join(&file), |_| Ok(())).await;
                    let goes_on = match probe.verdict {
                        Verdict::Good => false,
                        Verdict::Status(404 | 410, _) => true,
                        _ => entry.any_failure_goes_on,
                    };
                    probes.push(probe);
                    if !goes_on {
                        return (probes, false);
                    }
                }
                Place::Direct => return (probes, true),
                Place::Directory(directory) if below(directory, &file).is_file() => return (probes, false),
                Place::Directory(_) => {}
                Place::Off => return (probes, false),
            }
        }
        (probes, false)
    }

    /// Requests the page that names the repository of an import path.
    async fn probe_metadata(&self, path: &str, deadline: Instant) -> (Option<Probe>, Option<Origin>) {
        let (host, rest) = path.split_once('/').unwrap_or((path, ""));
        let Ok(base) = Address::parse(&format!("https://{host}")) else { return (None, None) };
        let mut origin = None;
        let judge = |body: &[u8]| {
            origin = origin_in(&String::from_utf8_lossy(body), path);
            if origin.is_some() { Ok(()) } else { Err(NO_TAGS.to_owned()) }
        };
        let page = base.join(&format!("{rest}?go-get=1"));
        let probe = self.probe(deadline, &base.join(rest), &page, judge).await;
        (Some(probe), origin)
    }
}

/// The repository of a path that says where it is, as `vcs.vcsPaths` of cmd/go has it.
fn repository_of(path: &str) -> Option<Address> {
    let elements: Vec<&str> = path.split('/').collect();
    let count = match elements.as_slice() {
        [host, _, _, ..] if FORGES.contains(host) => 3,
        // The host itself may end in `.git`.
        [_, rest @ ..] => 2 + rest.iter().position(|name| name.strip_suffix(".git").is_some())?,
        [] => return None,
    };
    Address::parse(&format!("https://{}", elements.get(..count)?.join("/"))).ok()
}

/// Where the page says that the module is. A module proxy comes first, as for the go command.
fn origin_in(page: &str, path: &str) -> Option<Origin> {
    let tags = imports(page);
    let fits = tags.iter().filter(|(prefix, ..)| {
        path.strip_prefix(prefix.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    });
    let origins = fits.map(|(_, kind, url)| match (kind.as_str(), Address::parse(url)) {
        ("git", Ok(address)) if address.is_https() => Origin::Git(address),
        ("mod", Ok(address)) if address.is_https() => Origin::Proxy(address),
        _ => Origin::Other,
    });
    let origins: Vec<Origin> = origins.collect();
    let proxy = origins.iter().find(|origin| matches!(origin, Origin::Proxy(_)));
    proxy.or_else(|| origins.first()).cloned()
}

/// The tags `<meta name="go-import" content="PREFIX KIND URL">` of a page. Only the beginning of the
/// page may be here.
fn imports(page: &str) -> Vec<(String, String, String)> {
    let mut tags = Vec::new();
    let mut rest = page;
    while let Some(start) = rest.find('<') {
        rest = rest.get(start + 1..).unwrap_or_default();
        let end = rest.find('>').unwrap_or(rest.len());
        let (tag, after) = rest.split_at(end);
        let is_meta = tag.get(..4).is_some_and(|name| name.eq_ignore_ascii_case("meta"));
        if is_meta && attribute(tag, "name").as_deref() == Some("go-import") {
            let content = attribute(tag, "content").unwrap_or_default();
            if let [prefix, kind, url, ..] = content.split_whitespace().collect::<Vec<_>>().as_slice() {
                tags.push(((*prefix).to_owned(), (*kind).to_owned(), (*url).to_owned()));
            }
        }
        rest = after;
    }
    tags
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let lower = tag.to_ascii_lowercase();
    let at = lower.match_indices(name).map(|(at, _)| at).find(|at| {
        lower.get(..*at).is_some_and(|before| before.ends_with(char::is_whitespace))
            && lower.get(at + name.len()..).is_some_and(|after| after.trim_start().starts_with('='))
    })?;
    let value = tag.get(at + name.len()..)?.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
    let value = match quote {
        Some(quote) => value.get(1..)?.split(quote).next(),
        None => value.split([' ', '\t', '\n', '/']).next(),
    };
    value.map(|value| value.replace("&amp;", "&"))
}

/// Hosts whose paths always name the repository: `github.com/OWNER/NAME`.
const FORGES: [&str; 2] = ["github.com", "bitbucket.org"];

/// What git requests first.
const GIT_REFERENCES: &str = "info/refs?service=git-upload-pack";

/// How the go command says it.
const NO_TAGS: &str = "no go-import meta tags";

#[cfg(test)]
mod tests {
    use super::*;

    fn git(url: &str) -> Origin {
        Origin::Git(url.parse().unwrap())
    }

    #[test]
    fn a_path_may_name_its_repository() {
        let of = |path| repository_of(path).map(|address| address.to_string());
        let github = Some("https://github.com/acme/shop".to_owned());
        assert_eq!((of("github.com/acme/shop"), of("github.com/acme/shop/v2")), (github.clone(), github));
        assert_eq!(of("git.corp.example/a/b.git/sub").as_deref(), Some("https://git.corp.example/a/b.git"));
        assert_eq!(of("git.corp.example/a/b.git").as_deref(), Some("https://git.corp.example/a/b.git"));
        for path in ["gitlab.com/acme/shop", "my.git/shop", "github.com/acme", "corp.example/x.github"] {
            assert_eq!(of(path), None, "{path}");
        }
    }

    #[test]
    fn tags_are_found_however_they_are_written() {
        let path = "git.corp.example/acme/shop/api";
        let tag =
            |content: &str| format!("<html><head><META content='{content}'\n name=\"go-import\" /></head>");
        let of = |content| origin_in(&tag(content), path);
        assert_eq!(
            of("git.corp.example/acme/shop git https://git.corp.example/acme/shop.git"),
            Some(git("https://git.corp.example/acme/shop.git"))
        );
        assert_eq!(
            of("git.corp.example/acme/shop git ssh://git@git.corp.example/acme/shop.git"),
            Some(Origin::Other)
        );
        assert_eq!(of("git.corp.example/acme/other git https://x.example/y"), None);
        assert_eq!(of("git.corp.example/acme/sho git https://x.example/y"), None);
        assert_eq!(origin_in("<title>Sign in</title><meta name=\"viewport\" content=\"a b c\">", path), None);
        let both = format!(
            "{}{}",
            tag("git.corp.example git https://a.example"),
            tag("git.corp.example mod https://b.example")
        );
        assert_eq!(origin_in(&both, path), Some(Origin::Proxy("https://b.example".parse().unwrap())));
        assert_eq!(origin_in("<meta name=go-import content", path), None);
    }
}
