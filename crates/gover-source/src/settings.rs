//! The settings for sources.

use std::fmt;
use std::path::{MAIN_SEPARATOR, Path, PathBuf};
use std::str::FromStr;

use thiserror::Error;

use gover_core::text::shown;
use gover_core::{Diagnose, Exit, Layout};
use gover_net::{Address, BadAddress, NetworkSettings, looks_like_http, redacted};

#[derive(Clone)]
pub struct SupplySettings {
    /// Sources of toolchains, in order of preference.
    pub sources: Vec<SourceSpec>,
    /// Sources whose index is trusted for checksums although they may not be in `sources`. For
    /// example, an archive that the user copied to this machine must match the index of go.dev.
    pub witnesses: Vec<SourceSpec>,
    /// The value of GOPROXY as Go would read it; `None` if it is not set, which means `direct`.
    pub proxies: Option<String>,
    /// The value of GOSUMDB as Go would read it; `None` means sum.golang.org.
    pub sumdb: Option<String>,
    pub godev_url: Option<Address>,
    pub index_cache: PathBuf,
    /// The directory in which tiles and the tree head of the checksum database are cached.
    pub sumdb_cache: PathBuf,
    pub failed_sources: PathBuf,
    pub network: NetworkSettings,
}

impl SupplySettings {
    /// The default settings for a `GOVER_HOME`.
    pub fn new(layout: &Layout) -> Self {
        Self {
            sources: SourceSpec::defaults(),
            witnesses: Vec::new(),
            proxies: None,
            sumdb: None,
            godev_url: None,
            index_cache: layout.index_cache(),
            sumdb_cache: layout.sumdb_cache(),
            failed_sources: layout.failed_sources(),
            network: NetworkSettings::default(),
        }
    }
}

impl fmt::Debug for SupplySettings {
    /// Leaves out addresses that may contain credentials.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SupplySettings")
            .field("sources", &self.sources)
            .field("godev_url", &self.godev_url)
            .field("index_cache", &self.index_cache)
            .field("sumdb_cache", &self.sumdb_cache)
            .field("network", &self.network)
            .finish_non_exhaustive()
    }
}

/// A source. `parse` reads one entry of the setting `sources`.
#[derive(Clone, PartialEq, Eq)]
pub enum SourceSpec {
    /// `go.dev`: the release site.
    GoDev,
    /// The release site that `GOVER_GODEV_URL` names in place of go.dev.
    Site(Address),
    /// `golang.google.cn`: the same site, reachable inside mainland China.
    China,
    /// `goproxy`: the module golang.org/toolchain from the proxies in GOPROXY.
    GoProxy,
    /// An `http` or `https` address below which all archives are in one directory.
    Mirror(Address),
    /// A directory with archives, or with the layout of a module proxy.
    Directory(PathBuf),
    /// One archive or module zip. An entry of the setting never means a file.
    File(PathBuf),
}

impl SourceSpec {
    pub fn defaults() -> Vec<Self> {
        vec![Self::GoDev, Self::GoProxy]
    }

    /// Parses the setting `sources`: names, addresses and directories, separated by commas.
    pub fn parse_list(text: &str) -> Result<Vec<Self>, InvalidSource> {
        let entries: Vec<&str> = text.split(',').map(str::trim).filter(|entry| !entry.is_empty()).collect();
        if entries.is_empty() {
            return Err(InvalidSource { text: text.to_owned() });
        }
        entries.into_iter().map(str::parse).collect()
    }

    /// An entry of the setting, valid or not, as the user typed it but without credentials.
    pub fn shown(entry: &str) -> String {
        if looks_like_http(entry) || (entry.contains('@') && !Path::new(entry).exists()) {
            redacted(entry)
        } else {
            entry.to_owned()
        }
    }

    /// Whether it has the index of releases.
    pub fn is_release_site(&self) -> bool {
        matches!(self, Self::GoDev | Self::Site(_) | Self::China)
    }

    /// The name of the source in messages, without credentials.
    pub fn label(&self) -> String {
        match self {
            Self::GoDev => "go.dev".to_owned(),
            Self::China => CHINA.to_owned(),
            Self::GoProxy => crate::proxy::LABEL.to_owned(),
            Self::Site(url) | Self::Mirror(url) => url.to_string(),
            Self::Directory(path) | Self::File(path) => path.display().to_string(),
        }
    }
}

impl FromStr for SourceSpec {
    type Err = InvalidSource;

    fn from_str(text: &str) -> Result<Self, InvalidSource> {
        let text = text.trim();
        let invalid = || InvalidSource { text: redacted(text) };
        match text {
            "go.dev" => return Ok(Self::GoDev),
            CHINA => return Ok(Self::China),
            "goproxy" => return Ok(Self::GoProxy),
            _ => {}
        }
        if text.contains("://") {
            let address = Address::parse(text)?;
            if let Some(path) = address.to_file_path() {
                return Ok(Self::Directory(path));
            }
            let is_base = address.is_http() && !text.contains(['?', '#', ' ']);
            return if is_base {
                Ok(Self::Mirror(Address::parse(text.trim_end_matches('/'))?))
            } else {
                Err(invalid())
            };
        }
        let path = text.contains('/') || text.contains(MAIN_SEPARATOR) || text == "." || text == "..";
        if path { Ok(Self::Directory(PathBuf::from(text))) } else { Err(invalid()) }
    }
}

impl fmt::Display for SourceSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.label())
    }
}

impl fmt::Debug for SourceSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SourceSpec({})", self.label())
    }
}

#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("`{}` is not a source", shown(text))]
pub struct InvalidSource {
    pub text: String,
}

impl From<BadAddress> for InvalidSource {
    fn from(BadAddress { text }: BadAddress) -> Self {
        Self { text }
    }
}

impl Diagnose for InvalidSource {
    fn hints(&self) -> Vec<String> {
        vec![
            "sources are `go.dev`, `goproxy`, `golang.google.cn`, an http(s) address, or a directory (`./go`)".to_owned(),
        ]
    }

    fn exit(&self) -> Exit {
        Exit::Usage
    }
}

pub(crate) const GODEV_URL: &str = "https://go.dev";
pub(crate) const CHINA_URL: &str = "https://golang.google.cn";
const CHINA: &str = "golang.google.cn";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_sources_keeps_its_order() {
        let list = SourceSpec::parse_list("https://m.example/golang/, go.dev,,file:///srv/go, ./go ,goproxy")
            .unwrap();
        assert_eq!(
            list,
            [
                SourceSpec::Mirror("https://m.example/golang".parse().unwrap()),
                SourceSpec::GoDev,
                SourceSpec::Directory(PathBuf::from("/srv/go")),
                SourceSpec::Directory(PathBuf::from("./go")),
                SourceSpec::GoProxy,
            ]
        );
    }

    #[test]
    fn what_names_no_source_is_a_usage_error_that_hides_credentials() {
        for text in
            ["", " , ", "godev", "ftp://u:p@m.example", "https://", "https://m.example/?x", "file://h/x"]
        {
            let error = SourceSpec::parse_list(text).unwrap_err();
            assert_eq!(error.exit(), Exit::Usage);
            assert!(!error.to_string().contains("u:p"), "{error}");
        }
    }

    #[test]
    fn labels_hide_credentials() {
        assert_eq!(SourceSpec::shown("https://u:p@m.example/go"), "https://m.example/go");
        assert_eq!(SourceSpec::shown("https://m.example/go/"), "https://m.example/go/");
        assert_eq!(SourceSpec::shown("HTTPS://m.example/go?token=x"), "HTTPS://m.example/go");

        let spec: SourceSpec = "https://u:p@m.example/go".parse().unwrap();
        assert_eq!(format!("{spec} {spec:?}"), "https://m.example/go SourceSpec(https://m.example/go)");
    }
}
