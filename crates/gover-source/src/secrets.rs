//! Tests that no public type with an address shows the secrets in it.

use std::fmt::{Debug, Display};

use gover_core::{Diagnose, Layout};
use gover_net::{Address, ForwardProxies, Http, HttpError, NetworkSettings, redacted};
use proptest::prelude::*;

use crate::artifact::{Artifact, Location, Wanted};
use crate::error::{Obstacle, SourceError, SourceFailure, SupplyError};
use crate::settings::{SourceSpec, SupplySettings};

/// Formats the value with `Display` and `Debug`.
fn shown(value: &(impl Debug + Display)) -> String {
    format!("{value} {value:?} {value:#?}")
}

fn everything_shown(url: &str) -> Vec<String> {
    let address: Address = url.parse().unwrap();
    let location = Location::Url(address.clone());
    let source = SourceSpec::Mirror(address.clone());
    let wanted = Wanted {
        name: gover_core::ToolchainName::parse("go1.91.2").unwrap(),
        platform: "linux-amd64".parse().unwrap(),
    };
    let artifact = crate::proxy::artifact(&wanted, source.clone(), location.clone());
    let forward = ForwardProxies::from_variables(|name| {
        (!name.eq_ignore_ascii_case("NO_PROXY")).then(|| url.to_owned())
    });
    let network = NetworkSettings { forward: forward.clone(), ..NetworkSettings::default() };
    let settings = SupplySettings {
        sources: vec![source.clone()],
        proxies: Some(url.to_owned()),
        godev_url: Some(address.clone()),
        network: network.clone(),
        ..SupplySettings::new(&Layout::new("/".into()))
    };
    let failure = SourceFailure {
        at: Some(location.clone()),
        ..SourceFailure::new(source.clone(), HttpError::WebPage.into())
    };
    let failures = vec![failure.clone()];
    let error = SupplyError::Unreachable { wanted, failures, obstacle: Obstacle::Network };
    let Artifact { source: of_artifact, .. } = &artifact;
    vec![
        shown(&address),
        format!("{} {:?}", address.origin(), address.origin()),
        shown(&location),
        shown(&source),
        source.label(),
        of_artifact.label(),
        format!("{artifact:?} {forward:?} {network:?} {settings:?}"),
        shown(&failure),
        format!("{} {:?} {:?}", shown(&error), error.details(), error.hints()),
        format!("{:?}", SourceSpec::parse_list(&format!("ftp{url}"))),
        redacted(url),
    ]
}

/// A request to `url`, through the forward proxy `proxy` if there is one. Nothing listens there.
async fn failed_request(url: &str, proxy: Option<&str>) -> HttpError {
    let forward = ForwardProxies::from_variables(|_| proxy.map(str::to_owned));
    let settings = NetworkSettings { forward, retries: 0, ..NetworkSettings::default() };
    let response = Http::new(settings).read(&url.parse().unwrap(), 10, None).await;
    response.unwrap_err()
}

#[tokio::test]
async fn no_error_of_a_request_holds_a_secret() {
    for (url, proxy) in [
        ("http://127.0.0.1:1/x?token=S3CRET", None),
        ("http://S3CRET:S3CRET@127.0.0.1:1/x", None),
        ("https://u:S3CRET@127.0.0.1:1/x?token=S3CRET#S3CRET", None),
        ("https://h.example/x", Some("http://u:S3CRET@127.0.0.1:1")),
        ("https://h.example/x", Some("socks5://u:S3CRET@127.0.0.1:1")),
        ("https://h.example/x", Some("ftp://u:S3CRET@127.0.0.1:1")),
        ("http://h.example/x", Some("u:S3CRET@[::1")),
    ] {
        let error = failed_request(url, proxy).await;
        let remedy = error.remedy();
        let error = SourceError::from(error);
        assert!(!shown(&error).contains("S3CRET"), "{error:?}");
        assert!(!format!("{remedy:?}").contains("S3CRET"), "{remedy:?}");
    }
}

proptest! {
    #[test]
    fn nothing_that_is_shown_holds_a_secret(
        user in "[a-z]{0,8}", end in "[a-zA-Z0-9%40%2F]{0,4}", path in "(/[a-z@.]{1,8}){0,3}",
    ) {
        let secret = "S3CRET";
        let end = end.replace('%', "");
        for url in [
            format!("https://{user}:{secret}{end}@h.example:8443{path}"),
            format!("https://{secret}{end}@h.example{path}"),
            format!("http://h.example{path}?token={secret}{end}"),
            format!("https://u:p@h.example{path}?a=b&c={secret}#{secret}"),
            format!("https://h.example{path}#{secret}"),
        ] {
            for text in everything_shown(&url) {
                prop_assert!(!text.contains(secret), "{} in {}", url, text);
            }
        }
    }

    #[test]
    fn what_is_refused_as_an_address_is_shown_without_its_password(odd in r"[/?#:\\]{1,3}") {
        for url in [
            format!("https://user:S3CRET{odd}rest@h.example/x"),
            format!("https://CORP{odd}user:S3CRET@h.example/x"),
        ] {
            if let Err(error) = Address::parse(&url) {
                prop_assert!(!shown(&error).contains("S3CRET"), "{}", error);
            }
            if let Err(error) = url.parse::<SourceSpec>() {
                prop_assert!(!shown(&error).contains("S3CRET"), "{}", error);
            }
        }
    }
}
